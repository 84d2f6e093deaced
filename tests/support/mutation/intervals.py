"""Mutants of who counts in a figure, on which days: lives, moves, mergers, closings and covers, as dbt models.

What belongs here: data alone. What does not: trying a mutant (`mutant.py`), and other models (`macros.py`).
"""

from collections.abc import Sequence

from tests.support.mutation.mutant import MODELS, Mutant


def _of(model: str, name: str, old: str, new: str) -> Mutant:
    """Give a mutant of a model that the unit tests of the same model have to notice."""
    return Mutant(name, f"dbt_project/models/intermediate/{model}.sql", old, new, (f"{MODELS}{model}",))


MUTANTS: Sequence[Mutant] = (
    _of(
        "int_organisation__closure",
        "who has moved away is still below",
        "ancestry.stood_on between versions.valid_from and versions.valid_to",
        "ancestry.stood_on >= versions.valid_from",
    ),
    _of(
        "int_organisation__closure",
        "who goes on the last day is gone",
        "ancestry.stood_on between versions.valid_from and versions.valid_to",
        "ancestry.stood_on >= versions.valid_from and ancestry.stood_on < versions.valid_to",
    ),
    _of(
        "int_organisation__closure",
        "who comes on the last day is not there yet",
        "ancestry.stood_on between versions.valid_from and versions.valid_to",
        "ancestry.stood_on > versions.valid_from and ancestry.stood_on <= versions.valid_to",
    ),
    _of(
        "int_organisation__closure",
        "who ended stands nowhere",
        "least(chains.asked_on, chains.present_last_day) as stood_on",
        "chains.asked_on as stood_on",
    ),
    _of(
        "int_organisation__closure",
        "a branch of another system is below",
        "            and ancestry.system_of_unit = parents.term_system\n",
        "",
    ),
    _of(
        "int_organisation__closure",
        "what merges on the day is not there yet",
        "chains.asked_on >= steps.effective_on",
        "chains.asked_on > steps.effective_on",
    ),
    _of(
        "int_organisation__closure",
        "what merges later is there before",
        "            and chains.asked_on >= steps.effective_on\n",
        "",
    ),
    _of(
        "int_organisation__closure",
        "who went within a year never lived in it",
        "and asked.first_day <= units.files_to",
        "and asked.asked_on <= units.files_to",
    ),
    _of(
        "int_organisation__closure",
        "who had gone before is there",
        "            and asked.first_day <= units.files_to\n",
        "",
    ),
    _of(
        "int_organisation__closure",
        "before it came a body is nobody",
        ("    where asked.is_unborn\n\n),"),
        ("    where false\n\n),"),
    ),
    _of(
        "int_organisation__asked",
        "one that ended on the first day was not there",
        "asked.first_day <= lives.last_day",
        "asked.first_day < lives.last_day",
    ),
    _of(
        "int_organisation__asked",
        "one that ended is asked for after its end",
        "least(asked.last_day, lives.last_day) as asked_on",
        "asked.last_day as asked_on",
    ),
    _of(
        "int_organisation__asked",
        "one that came on the last day was not there",
        "asked.last_day < lives.first_day as is_unborn",
        "asked.last_day <= lives.first_day as is_unborn",
    ),
    _of(
        "int_organisation__asked",
        "who comes later is seen before",
        "(asked.is_unborn or asked.asked_on >= predecessors.came_on)",
        "true",
    ),
    _of(
        "int_organisation__asked",
        "one to whom nobody came has figures before it did",
        "where not asked.is_unborn or inherited.has_lived",
        "where true",
    ),
    _of(
        "int_organisation__stay",
        "a stay goes on after its period",
        "then least(pairs.last_day, versions.valid_to)",
        "then versions.valid_to",
    ),
    _of(
        "int_organisation__stay",
        "an organisation is with its unit after that has ended",
        "least(windows.last_day, units.files_to) as stands_in_unit_on",
        "windows.last_day as stands_in_unit_on",
    ),
    _of(
        "int_organisation__stay",
        "an organisation is with its unit before it came",
        "greatest(windows.first_day, bodies.first_day) as opens_in_body_on",
        "windows.first_day as opens_in_body_on",
    ),
    _of(
        "int_filing__cover",
        "the earliest filing says what it covers",
        "order by submissions.part_number desc",
        "order by submissions.part_number asc",
    ),
    _of(
        "int_filing__cover",
        "a quarter alone says what it covers",
        " and submissions.period_basis = 'CUMULATIVE'",
        "",
    ),
    _of(
        "int_filing__covered",
        "what ends on the day on which another begins is not held",
        "covers.coverage_from <= lives.files_to",
        "covers.coverage_from < lives.files_to",
    ),
    _of(
        "int_filing__covered",
        "a period that ends on the day on which another begins counts",
        "covers.coverage_from > earlier.ends_on",
        "covers.coverage_from >= earlier.ends_on",
    ),
    _of(
        "int_figure__contributor",
        "in one that ended all of a year counts",
        "bases.base_last_day <= closures.asked_on or lives.to_day <= closures.asked_on as is_whole_base",
        "true as is_whole_base",
    ),
    _of(
        "int_figure__contributor",
        "a period that ends with the body does not count in it",
        "members.asked_on >= earlier.ends_on",
        "members.asked_on > earlier.ends_on",
    ),
    _of(
        "int_figure__contributor",
        "a stock of the last day is gone",
        "given_way.to_day >= given_way.stands_on as has_stock",
        "given_way.to_day > given_way.stands_on as has_stock",
    ),
    _of(
        "int_figure__contributor",
        "who comes on the first day does not open it",
        "given_way.from_day <= given_way.opens_on",
        "given_way.from_day < given_way.opens_on",
    ),
    _of(
        "int_figure__contributor",
        "what runs from the first day does not open it",
        "covers.coverage_from <= given_way.opens_on",
        "covers.coverage_from < given_way.opens_on",
    ),
    _of(
        "int_figure__contributor",
        "a body opens on 1 January, be it born or not",
        "greatest(bases.base_first_day, closures.started_on) as opens_on",
        "bases.base_first_day as opens_on",
    ),
    _of(
        "int_figure__contributor",
        "the cover of another holds nothing",
        "and covered.precedence = 1",
        "and covered.precedence = 0",
    ),
    _of(
        "int_row__effective",
        "what reaches the day on which an organisation left is carried",
        "stays.left_on > chains.reaches_on",
        "stays.left_on >= chains.reaches_on",
    ),
    _of(
        "int_row__effective",
        "what a cover says opens nothing",
        "standing.coverage_from is not null or coalesce(stays.opens_in_unit, true)",
        "coalesce(stays.opens_in_unit, true)",
    ),
    _of(
        "int_row__told",
        "what another holds counts for an organisation twice",
        "where covered.reporting_org_code is null\n",
        "",
    ),
    _of(
        "int_contributor__state",
        "a quarter needs no row of its end",
        "told_stays.row_part = told_stays.part_number or",
        "true or",
    ),
    _of(
        "int_contributor__state",
        "what begins on the day does not take in what was before",
        "takers.coverage_from <= told_stays.first_day",
        "takers.coverage_from < told_stays.first_day",
    ),
    _of(
        "int_figure__quarter",
        "one that came in a quarter has none",
        "                or judged.begins_with_nobody\n",
        "",
    ),
    _of(
        "int_figure__quarter",
        "a rate of one that came in a quarter waits for others",
        "case when ends.is_single then presence.has_own else presence.has_any end",
        "presence.has_any",
    ),
    _of(
        "int_figure__contributor",
        "a quarter is of those who ended before it",
        "        and (bases.base_kind <> 'discrete' or bases.asked_from <= closures.asked_on)\n",
        "",
    ),
    _of(
        "int_figure__contributor",
        "who stood on the day before a quarter did not",
        "case when bases.is_minus then bases.base_last_day else bases.asked_from end",
        "bases.asked_from",
    ),
    _of(
        "int_figure__state",
        "those who were gone make a quarter known",
        " and bool_or(is_there) as is_exact",
        " as is_exact",
    ),
    _of(
        "int_figure__state",
        "a stock waits for those who have gone",
        "contributors.has_stock or lasting.indicator_code is null as is_of_value",
        "true as is_of_value",
    ),
    _of(
        "int_figure__predecessor",
        "a merger is in all that a body ever was",
        "        and successions.effective_on <= lives.last_day\n",
        "",
    ),
    _of(
        "int_filing__state",
        "a closing filing is none",
        "least(bases.part_number, coalesce(bases.closing_part, bases.part_number)) as whole_part",
        "bases.part_number as whole_part",
    ),
    _of(
        "int_filing__state",
        "a unit is waited for though another holds its year",
        "        when is_taken_in then null\n",
        "",
    ),
    _of(
        "int_filing__state",
        "what a unit has filed is as good as nothing where another holds its year",
        "taken_in.reporting_org_code is not null and filed_until.filed_part is null as is_taken_in",
        "taken_in.reporting_org_code is not null as is_taken_in",
    ),
    _of(
        "int_filing__state",
        "the part of a year that another holds is not waited for",
        "    where is_whole_year\n",
        "",
    ),
    _of(
        "int_organisation__predecessor",
        "mergers are dated by the first step",
        "greatest(chain.came_on, steps.effective_on) as came_on",
        "steps.effective_on as came_on",
    ),
    _of(
        "int_term__filing",
        "a term filed by one that ended before it did counts",
        "and lives.files_to >= make_date(term_filings.last_year, 12, 31)",
        "and true",
    ),
    _of(
        "int_row__taker",
        "one day that two tell of counts twice",
        "and tiles.last_day >= others.first_day",
        "and tiles.last_day > others.first_day",
    ),
    _of(
        "int_row__taker",
        "of two the one that ends first stands",
        "tiles.last_day < others.last_day",
        "tiles.last_day > others.last_day",
    ),
    _of(
        "int_row__taker",
        "who does not have an organisation tells of it",
        "(others.stands_in_body and not tiles.stands_in_body)",
        "false",
    ),
    _of(
        "int_row__taker",
        "a quarter alone is about all that was before",
        "when standing.is_alone then",
        "when false then",
    ),
    _of(
        "int_row__taker",
        "a unit tells of days before it came",
        "coalesce(units.files_from, periods.starts_on),",
        "periods.starts_on,",
    ),
    _of(
        "int_row__taker",
        "a unit tells of days after it ended",
        "coalesce(units.files_to, periods.ends_on)\n",
        "periods.ends_on\n",
    ),
    _of(
        "int_row__taker",
        "a cover says nothing of the days of a row",
        "            standing.coverage_from,\n",
        "            cast(null as date),\n",
    ),
    _of(
        "int_figure__given_way",
        "a row gives way to one that does not count",
        "        and takers.taker_code = others.contributing_code\n",
        "",
    ),
    _of(
        "int_figure__given_way",
        "a row gives way to one that counts elsewhere",
        "{{ same_base('contributors', 'others') }}",
        "{{ same_asked('contributors', 'others') }}",
    ),
    _of(
        "int_figure__base",
        "what gave way counts all the same",
        "where given_way.row_id is null and",
        "where",
    ),
    _of(
        "int_row__told",
        "an organisation has what gave way",
        " and takers.row_id is null",
        "",
    ),
    _of(
        "int_contributor__state",
        "an earlier unit is waited for with what lasts",
        "                when not has_flow then null\n",
        "",
    ),
    _of(
        "int_contributor__state",
        "half of an earlier unit's days is enough",
        "when state_rank is not null then 2",
        "when state_rank > 1 then 2",
    ),
    _of(
        "int_contributor__state",
        "an earlier unit's last day is not enough",
        "coalesce(told.reaches_on >= numbered_stays.last_day, false)",
        "coalesce(told.reaches_on > numbered_stays.last_day, false)",
    ),
    _of(
        "int_contributor__state",
        "a day that nobody tells of is told",
        "interval '1' day",
        "interval '2' day",
    ),
    _of(
        "int_organisation__asked",
        "a body starts with who had ended before",
        "                    not asked.is_unborn\n",
        "                    true\n",
    ),
    _of(
        "int_filing__covered",
        "a cover holds what ends when it does",
        "covers.reaches_on > lives.files_to",
        "covers.reaches_on >= lives.files_to",
    ),
    _of(
        "int_filing__covered",
        "a part of the year is all of it",
        "covers.coverage_from <= greatest(make_date(periods.period_year, 1, 1), lives.files_from)",
        "true",
    ),
    _of(
        "int_figure__state",
        "those who were gone make a quarter unknown",
        "not (is_of_value and is_there)",
        "not is_of_value",
    ),
    _of(
        "int_row__told",
        "an organisation that had ended before is taken in",
        "        and about.body_last_day >= covered.came_on\nwhere",
        "where",
    ),
)
