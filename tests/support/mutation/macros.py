"""Mutants of the warehouse: macros and models of dbt, above all the bounds of joins over days and periods.

What belongs here: data alone. What does not: trying a mutant (`mutant.py`).
"""

from collections.abc import Sequence

from tests.support.mutation.mutant import MODELS, Mutant

PRINTED = ("tests/unit/warehouse/test_printed_as.py",)
PART = ("tests/integration/test_part_filed.py",)


def _of(name: str, folder: str, model: str, old: str, new: str) -> Mutant:
    """Give a mutant of a model that the unit tests of the same model have to notice."""
    return Mutant(name, f"dbt_project/models/{folder}/{model}.sql", old, new, (f"{MODELS}{model}",))


def _macro(name: str, macros: str, old: str, new: str, *models: str) -> Mutant:
    """Give a mutant of a macro that the unit tests of models in which it is used have to notice."""
    return Mutant(
        name, f"dbt_project/macros/{macros}.sql", old, new, tuple(f"{MODELS}{model}" for model in models)
    )


MUTANTS: Sequence[Mutant] = (
    # figures, traces and verdicts
    Mutant(
        "dust below a half is no half",
        "dbt_project/macros/figures.sql",
        "1e-13 * greatest(abs({{ value }}), 1)\n        -- what",
        "0\n        -- what",
        PRINTED,
    ),
    Mutant(
        "whatever is near was printed",
        "dbt_project/macros/figures.sql",
        "- 1e-13 * greatest(abs({{ value }}), 1)\n    )",
        "+ 1\n    )",
        PRINTED,
    ),
    Mutant(
        "amounts taken off of stocks leave a page",
        "dbt_project/models/reports/rpt_figure_cell.sql",
        "where not bases.is_minus or measures.within_year = 'sum'",
        "where not bases.is_minus",
        PART,
    ),
    Mutant(
        "cells taken off are of the part itself",
        "dbt_project/macros/cells.sql",
        "source_rows.part || '_minus'",
        "source_rows.part",
        PART,
    ),
    Mutant(
        "cells of all filings of a year are traced",
        "dbt_project/macros/cells.sql",
        "        and {{ counts_in_year('source_rows', 'source_rows') }}\n",
        "",
        PART,
    ),
    Mutant(
        "who lacks a part is whole",
        "dbt_project/models/intermediate/int_contributor__state.sql",
        "coalesce(n_parts.n_parts, 0) < n_parts_ever.n_parts",
        "n_parts_ever.n_parts is null",
        (f"{MODELS}int_contributor__state",),
    ),
    Mutant(
        "what is incomplete is compared",
        "dbt_project/models/marts/fct_indicator_derived.sql",
        "when derived.state_rank = 0 or",
        "when derived.state_rank in (0, 2) or",
        (f"{MODELS}fct_indicator_derived",),
    ),
    Mutant(
        "a change is as whole as its past",
        "dbt_project/models/marts/fct_indicator_derived.sql",
        "greatest(present.state_rank, past.state_rank)",
        "past.state_rank",
        (f"{MODELS}fct_indicator_derived",),
    ),
    Mutant(
        "points of a share are added",
        "dbt_project/models/marts/fct_indicator_derived.sql",
        "present.numerator * past.denominator - past.numerator",
        "present.numerator * past.denominator + past.numerator",
        PART,
    ),
    Mutant(
        "a target of this year has its result already",
        "dbt_project/models/marts/fct_target.sql",
        "case when status = 'final' then actual_value end",
        "actual_value",
        (f"{MODELS}fct_target",),
    ),
    Mutant(
        "what was provisional last year is final",
        "dbt_project/models/marts/fct_target.sql",
        "or last_years.status = 'provisional'",
        "",
        (f"{MODELS}fct_target",),
    ),
    Mutant(
        "a year that is over is still to come",
        "dbt_project/models/marts/fct_target.sql",
        "when days.told_on > deadlines.due_on then false",
        "when false then false",
        (f"{MODELS}fct_target",),
    ),
    Mutant(
        "what is not over on the day of its deadline is missing",
        "dbt_project/models/marts/fct_target.sql",
        "days.told_on > deadlines.due_on",
        "days.told_on >= deadlines.due_on",
        (f"{MODELS}fct_target",),
    ),
    Mutant(
        "a quarter that had not come is a part of the next",
        "dbt_project/models/intermediate/int_figure__quarter.sql",
        "bases.within_year <> 'sum' or not bases.is_gap_filled",
        "true",
        (f"{MODELS}int_figure__quarter",),
    ),
    Mutant(
        "totals are compared with one year",
        "dbt_project/models/marts/fct_indicator_derived.sql",
        "and totals.indicator_code is null",
        "",
        (f"{MODELS}fct_indicator_derived",),
    ),
    Mutant(
        "an owed part is enough",
        "dbt_project/models/intermediate/int_filing__state.sql",
        "filed_part >= coalesce(expected_part, 0)",
        "filed_part >= coalesce(owed_part, 0)",
        (f"{MODELS}int_filing__state",),
    ),
    Mutant(
        "a provisional figure holds a statement up",
        "dbt_project/models/reports/rpt_stated_figure.sql",
        "else actual_value is not null and status = 'final'",
        "else actual_value is not null",
        (f"{MODELS}rpt_stated_figure",),
    ),
    # macros
    _macro(
        "a sum over quarters passes over what one left out",
        "facts",
        "case when count(filed.{{ code }}) = count(*) then cast(sum(filed.{{ code }}) as {{ type }}) end",
        "cast(sum(filed.{{ code }}) as {{ type }})",
        "fct_admission",
    ),
    _macro(
        "an opening is that of the latest filing",
        "facts",
        "{%- if column.nature == 'opening' -%}{{ first }}",
        "{%- if column.nature == 'opening' -%}{{ latest }}",
        "fct_membership",
    ),
    _macro(
        "a stock is that of the first filing",
        "facts",
        "effective_rows.is_latest then filed.' ~ code",
        "effective_rows.is_first then filed.' ~ code",
        "fct_membership",
    ),
    _macro(
        "a flow is that of the latest filing",
        "facts",
        "{%- elif column.nature == 'flow' -%}{{ known_sum(code, type) }}",
        "{%- elif column.nature == 'flow' -%}{{ latest }}",
        "fct_membership",
        "fct_admission",
    ),
    _macro(
        "a line that flows has its latest",
        "facts",
        "when 'flow' then {{ known_sum(code, type) }}",
        "when 'flow' then {{ latest }}",
        "fct_cadre",
    ),
    _macro(
        "a fact lives on in later periods",
        "facts",
        "        = effective_rows.base_period_code\n\n)",
        "        is not null\n\n)",
        "fct_membership",
        "fct_admission",
        "fct_cadre",
    ),
    _macro(
        "the first quarter has no figure of its own",
        "facts",
        "when periods.part_number = 1 then facts",
        "when periods.part_number = 0 then facts",
        "fct_admission",
    ),
    _macro(
        "a quarter without the one before is all of the year",
        "facts",
        "when filings_before.submission_id is not null and earlier.submission_id is null",
        "when earlier.submission_id is null",
        "fct_admission",
    ),
    _macro(
        "a quarter is what was filed until its end",
        "facts",
        "facts.{{ adapter.quote(code) }} - earlier.{{ adapter.quote(code) }}",
        "facts.{{ adapter.quote(code) }}",
        "fct_admission",
    ),
    _macro(
        "the quarter before is of any year",
        "facts",
        "        and periods.period_year = filings_before.period_year\n",
        "",
        "fct_admission",
    ),
    _macro(
        "a day ends at midnight in London", "days", "interval '7' hour", "interval '0' hour", "rpt_completeness"
    ),
    _macro(
        "an opening is as of the latest filing",
        "figures",
        "when 'opening' then 'first'",
        "when 'opening' then 'last'",
        "int_indicator__measure",
    ),
    _macro(
        "what is counted is added up within a year",
        "figures",
        "case when {{ is_count }} then 'last' else 'sum' end",
        "'sum'",
        "int_indicator__measure",
    ),
    _macro(
        "a flow is as of its latest filing",
        "figures",
        "when 'flow' then 'sum'",
        "when 'flow' then 'last'",
        "int_indicator__measure",
        "int_indicator__contribution",
    ),
    _macro(
        "a target that was met to the point is surpassed",
        "figures",
        "when {{ direction }} in ('GE', 'GT') and {{ actual }} > {{ least }} + {{ tolerance() }}",
        "when {{ direction }} in ('GE', 'GT') and {{ actual }} >= {{ least }}",
        "fct_target",
    ),
    _macro(
        "more than a cap is beyond the target",
        "figures",
        "{{ actual }} < {{ bound }} - {{ tolerance() }} then 'VUOT'",
        "{{ actual }} > {{ bound }} + {{ tolerance() }} then 'VUOT'",
        "fct_target",
    ),
    _macro(
        "the least of a range is below it",
        "figures",
        "{{ actual }} >= {{ least }} - {{ tolerance() }} then 'DAT'",
        "{{ actual }} > {{ least }} + {{ tolerance() }} then 'DAT'",
        "fct_target",
    ),
    _macro(
        "a target that has to be surpassed is met to the point",
        "figures",
        "in ('GE', 'LE', 'EQ') and abs",
        "in ('GE', 'GT', 'LE', 'EQ') and abs",
        "fct_target",
    ),
    _macro(
        "a target is missed before its year is over",
        "figures",
        "when {{ is_early }} then 'CHUA_DEN_HAN'",
        "when false then 'CHUA_DEN_HAN'",
        "fct_target",
    ),
    _macro(
        "a summand counts rows of every code",
        "summands",
        "(n_row_filters.n_columns is null or matching_rows.row_id is not null)",
        "true",
        "int_indicator__contribution",
    ),
    _macro(
        "one wanted code of several is enough",
        "summands",
        "having count(distinct row_filters.column_code) = n_row_filters.n_columns",
        "having count(distinct row_filters.column_code) >= 1",
        "int_indicator__contribution",
    ),
    _macro(
        "what was not collected counts all the same",
        "summands",
        "        and idle_rows.row_id is null\n",
        "",
        "int_indicator__contribution",
    ),
    # days and periods
    _of(
        "what was filed later counts before",
        "intermediate",
        "int_row__effective",
        "            and filed.part_number <= asked.part_number\n",
        "",
    ),
    _of(
        "what was filed for a period itself does not count",
        "intermediate",
        "int_row__effective",
        "            and filed.part_number <= asked.part_number\n",
        "            and filed.part_number < asked.part_number\n",
    ),
    _of(
        "years run into each other",
        "intermediate",
        "int_row__effective",
        "            filed.period_year = asked.period_year\n",
        "            filed.period_year <= asked.period_year\n",
    ),
    _of(
        "cumulative filings are added up",
        "intermediate",
        "int_row__effective",
        "where part_number >= latest_cumulative_part",
        "where part_number >= 0",
    ),
    _of(
        "the cumulative filing itself is left out of what came after",
        "intermediate",
        "int_row__effective",
        "where part_number >= latest_cumulative_part",
        "where part_number > latest_cumulative_part",
    ),
    _of(
        "what is older is not said to be",
        "intermediate",
        "int_row__effective",
        "chains.latest_part_number < coalesce",
        "chains.latest_part_number > coalesce",
    ),
    _of(
        "a term filed beside its years counts",
        "intermediate",
        "int_row__effective",
        "where term_filings.is_counted",
        "where true",
    ),
    _of(
        "the oldest accepted revision counts",
        "intermediate",
        "int_submission__effective",
        "order by submissions.revision desc",
        "order by submissions.revision asc",
    ),
    _of(
        "what was not accepted counts",
        "intermediate",
        "int_submission__effective",
        "where submissions.status = 'accepted'",
        "where submissions.status <> 'rejected'",
    ),
    _of(
        "decisions of later hold before",
        "intermediate",
        "int_submission__status",
        "    where decided_at <= timestamp '{{ var(\"as_of\") }}'\n",
        "",
    ),
    _of(
        "a decision holds after its moment only",
        "intermediate",
        "int_submission__status",
        "decided_at <= timestamp",
        "decided_at < timestamp",
    ),
    _of(
        "the first decision stands",
        "intermediate",
        "int_submission__status",
        "order by decision_no desc",
        "order by decision_no asc",
    ),
    _of(
        "what came after the moment is there",
        "intermediate",
        "int_submission__status",
        "where submissions.received_at <= timestamp '{{ var(\"as_of\") }}'",
        "",
    ),
    _of(
        "what was only held is withdrawn",
        "intermediate",
        "int_submission__status",
        " and not decided.was_accepted",
        "  and false",
    ),
    _of(
        "who went within a period is there at its end",
        "intermediate",
        "int_organisation__closure",
        "bases.ends_on between organisations.valid_from and organisations.valid_to",
        "bases.ends_on >= organisations.valid_from",
    ),
    _of(
        "who goes on the last day is gone",
        "intermediate",
        "int_organisation__closure",
        "bases.ends_on between organisations.valid_from and organisations.valid_to",
        "bases.ends_on >= organisations.valid_from and bases.ends_on < organisations.valid_to",
    ),
    _of(
        "who comes on the last day is not there yet",
        "intermediate",
        "int_organisation__closure",
        "bases.ends_on between organisations.valid_from and organisations.valid_to",
        "bases.ends_on > organisations.valid_from and bases.ends_on <= organisations.valid_to",
    ),
    _of(
        "a branch of another system is below",
        "intermediate",
        "int_organisation__closure",
        "            and ancestry.term_system = parents.term_system\n",
        "",
    ),
    _of(
        "what merged counts on the day on which it went",
        "intermediate",
        "int_organisation__closure",
        "where ancestry.ends_on < predecessors.ended_on",
        "where ancestry.ends_on <= predecessors.ended_on",
    ),
    _of(
        "what merged counts after it went",
        "intermediate",
        "int_organisation__closure",
        "where ancestry.ends_on < predecessors.ended_on",
        "where true",
    ),
    _of(
        "who went within a year never lived in it",
        "intermediate",
        "int_organisation__closure",
        (
            "            bases.period_year between\n"
            "            extract(year from organisations.valid_from) and extract(year from "
            "organisations.valid_to)"
        ),
        (
            "            bases.period_year >= extract(year from organisations.valid_from)\n"
            "            and bases.period_year < extract(year from organisations.valid_to)"
        ),
    ),
    _of(
        "a quarter is its end alone",
        "intermediate",
        "int_period__base",
        "quarters.starts_on - interval 1 day)",
        "quarters.starts_on)",
    ),
    _of(
        "the end of a quarter is taken off",
        "intermediate",
        "int_period__base",
        "bases.ends_on < quarters.ends_on as is_minus",
        "bases.ends_on <= quarters.ends_on as is_minus",
    ),
    _of(
        "the first year of a term is not in it",
        "intermediate",
        "int_period__base",
        "bases.period_year between terms.first_year and terms.last_year",
        "bases.period_year > terms.first_year and bases.period_year <= terms.last_year",
    ),
    _of(
        "the last year of a term is not in it",
        "intermediate",
        "int_period__base",
        "bases.period_year between terms.first_year and terms.last_year",
        "bases.period_year >= terms.first_year and bases.period_year < terms.last_year",
    ),
    _of(
        "a run does not hold its own year",
        "intermediate",
        "int_period__base",
        "asked.period_year >= bases.period_year",
        "asked.period_year > bases.period_year",
    ),
    _of(
        "mergers count at one remove only",
        "intermediate",
        "int_organisation__predecessor",
        "where chain.n_steps < 20 and",
        "where chain.n_steps < 1 and",
    ),
    _of(
        "a part of a body is taken for the whole",
        "intermediate",
        "int_organisation__predecessor",
        "where is_whole and",
        "where",
    ),
    _of(
        "a term counts beside its last year",
        "intermediate",
        "int_term__filing",
        "yearly.period_year between term_filings.first_year and term_filings.last_year",
        "yearly.period_year >= term_filings.first_year and yearly.period_year < term_filings.last_year",
    ),
    _of(
        "what is owed by the end of a period is not owed in it",
        "intermediate",
        "int_filing__state",
        "owed.part_number <= bases.part_number then",
        "owed.part_number < bases.part_number then",
    ),
    _of(
        "a quarter alone needs none before it",
        "intermediate",
        "int_filing__state",
        "when has_gap then 2",
        "when false then 2",
    ),
    _of(
        "a cumulative filing needs those before it",
        "intermediate",
        "int_filing__state",
        "            and filed_until.cumulative_part < owed.part_number\n",
        "",
    ),
    _of(
        "a run goes on over a year without it",
        "intermediate",
        "int_figure__run",
        "period_year - row_number() over (partition by org_code, measure_id order by period_year) as streak",
        "0 as streak",
    ),
    _of(
        "a term has its opening last",
        "intermediate",
        "int_figure__term",
        "case when over_time = 'last' then max(base_year) else min(base_year) end",
        "max(base_year)",
    ),
    _of("a term follows one that ended long before", "marts", "dim_term", ">= first_year - 1", ">= 0"),
    _of(
        "a term follows whatever was before",
        "marts",
        "dim_term",
        "over (partition by term_system order by first_year) >=",
        "over (order by first_year) >=",
    ),
    _of("the oldest version is the newest", "marts", "dim_organisation", "max(valid_from)", "min(valid_from)"),
    _of(
        "every year goes before a year's own target",
        "marts",
        "fct_target",
        "case when targets.target_year is null then 1 else 0 end",
        "case when targets.target_year is null then 0 else 1 end",
    ),
    _of(
        "a target of every year is none of the last",
        "marts",
        "fct_target",
        "years.period_year between targets.first_year and targets.last_year",
        "years.period_year >= targets.first_year and years.period_year < targets.last_year",
    ),
    _of(
        "what came on the last day is late",
        "reports",
        "rpt_completeness",
        "}} <= due_on end",
        "}} < due_on end",
    ),
    _of(
        "a mended file makes a unit late",
        "reports",
        "rpt_completeness",
        "min(received_at) as received_at",
        "max(received_at) as received_at",
    ),
    _of(
        "a refused revision takes away the one that counts",
        "reports",
        "rpt_completeness",
        (
            "when accepted_submission_id is not null then 'accepted'\n"
            "        when is_received then latest_standing"
        ),
        (
            "when is_received then latest_standing\n"
            "        when accepted_submission_id is not null then 'accepted'"
        ),
    ),
    _of(
        "what equals a bound is more than it",
        "reports",
        "rpt_stated_figure",
        "when qualifier = 'GT' then low_end > value_low",
        "when qualifier = 'GT' then low_end >= value_low",
    ),
    _of(
        "at least is more than",
        "reports",
        "rpt_stated_figure",
        "when qualifier = 'AT_LEAST' then low_end >= value_low",
        "when qualifier = 'AT_LEAST' then low_end > value_low",
    ),
    _of(
        "the end of a range is outside",
        "reports",
        "rpt_stated_figure",
        "and high_end <= value_high + {{ tolerance() }}",
        "and high_end < value_high",
    ),
    _of(
        "the newest period answers for itself",
        "reports",
        "rpt_explanation_review",
        "where counts and sort_order < newest",
        "where counts and sort_order <= newest",
    ),
    _of(
        "a year on the edge of a term gives no report",
        "reports",
        "rpt_report_unit",
        "filed_years.period_year between versions.first_year and versions.last_year",
        "filed_years.period_year > versions.first_year and filed_years.period_year < versions.last_year",
    ),
    _of(
        "the figure's day is that of its first filing",
        "reports",
        "rpt_figure_day",
        "max(amounts.last_day)",
        "min(amounts.last_day)",
    ),
    _of(
        "what was answered stays open",
        "reports",
        "rpt_open_case",
        "submissions.received_at < max(",
        "submissions.received_at > max(",
    ),
)
