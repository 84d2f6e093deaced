"""One fault at a time: for every rule, how a sound submission of the demo comes to break it and nothing else.

What belongs here: which cells are changed, which of them break the rule, and which other rules must follow.
What does not: how cells are changed (`draft.py`), choosing submissions and judging them (`trials.py`).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from statistics import median
from typing import Literal

import pandas as pd

from demo.faults.draft import Draft, UnsuitedError, copied
from ingestion.records.cells import parse_address
from ingestion.records.days import day_of
from ingestion.records.periods import PeriodKind
from ingestion.records.stored import added
from ingestion.records.submissions import FormRow, Mark, Problem, Value

Variant = Literal["", "scheme", "last_term"]
"""A world that differs from the demo's: all caps and score bands in force; results of a last term known."""

ORGANISATION_FORMS = ("B01", "B02", "B04", "B06")
_SUB_LINES = frozenset({"TC06", "TC07", "TC09", "DV05", "DV06"})
_MEASURED_LINES = frozenset({"TC02", "TC03", "TC05", "TC08", "DV04"})
_IN_SHEET_RULES = frozenset(
    {
        "in_transfer_internal",
        "out_transfer_internal",
        "closing_probationary",
        "admitted_total",
        "confirmed_official",
        "not_confirmed",
        "target_admissions_year",
        "disciplined_members",
        "members_disciplined",
    }
)
"""Columns whose sums rules of whole sheets use; a blank there changes more than itself."""


@dataclass(frozen=True)
class Injection:
    """How one rule comes to be broken.

    Attributes:
        follows: other rules that must or may follow from the fault.
        inject: changes a draft; raises `UnsuitedError` where the submission cannot host the fault.
        variant: the world that hosts it.
        prepare: makes a sound submission of the variant, of which the faulty one is then made.
        after_totals: whether the fault is in the totals themselves.
    """

    rule: str
    follows: frozenset[str]
    inject: Callable[[Draft], None]
    variant: Variant = ""
    prepare: Callable[[Draft], None] | None = None
    after_totals: bool = False


INJECTIONS: dict[str, list[Injection]] = {}
"""For every rule the ways in which the trials break it."""

_Inject = Callable[[Draft], None]


def _breaks(
    rule: str,
    follows: str = "",
    variant: Variant = "",
    prepare: _Inject | None = None,
    after_totals: bool = False,
) -> Callable[[_Inject], _Inject]:
    def register(inject: _Inject) -> _Inject:
        found = Injection(rule, frozenset(follows.split()), inject, variant, prepare, after_totals)
        INJECTIONS.setdefault(rule, []).append(found)
        return inject

    return register


def _cover(draft: Draft, entry: str, value: str) -> None:
    cover = draft.submission.reading.cover
    if cover is None or entry not in cover.cells:
        raise UnsuitedError(entry)
    cover.values[entry] = value
    place = f"{cover.sheet}!{cover.cells[entry]}"
    draft.cells.append(place)
    draft.rows.add((cover.sheet, parse_address(cover.cells[entry])[0]))


@_breaks("V001")
def _other_unit_on_the_cover(draft: Draft) -> None:
    others = [u for u in draft.context.registry.reporting_units if u != draft.submission.key.unit]
    other = draft.one_of(*others)
    _cover(draft, "reporting_org_code", other)
    if draft.submission.reading.cover:
        draft.submission.reading.cover.reporting_org_code = other


@_breaks("V002", "R022")
def _no_period(draft: Draft) -> None:
    _cover(draft, "period_code", "quý 3")
    reading = draft.submission.reading
    if reading.cover:
        reading.cover.period = None
        place = reading.cover.cells["period_code"]
        label = draft.context.catalogue.cover.by_code["period_code"].label
        details = {"column": "period_code", "label": label.vi, "label_en": label.en}
        reading.problems.append(Problem("R022", reading.cover.sheet, place, "quý 3", details))
    draft.submission = replace(draft.submission, key=replace(draft.submission.key, period="unknown"))


@_breaks("V003")
def _sheet_left_out(draft: Draft) -> None:
    if draft.period.kind is PeriodKind.TERM:
        raise UnsuitedError("nothing is owed for a whole term")
    form = draft.one_of(*draft.submission.reading.tables)
    del draft.submission.reading.tables[form]
    draft.cells.append("")


_PREFILLED = ("B03", "B05", "B07", "B08", "B09")


@_breaks("V003")
def _line_left_out(draft: Draft) -> None:
    form = draft.one_of(*_PREFILLED)
    lines = [key for key in draft.context.catalogue.forms[form].key if key != "document_code"]
    rows = draft.table(form).rows
    fixed = draft.explained_rows(form)

    def is_alone(row: int) -> bool:
        mine = [rows[row].values[key] for key in lines]
        same = sum([other.values[key] for key in lines] == mine for other in rows)
        return same == 1 and rows[row].number > fixed

    _left_out(draft, form, draft.pick(form, is_alone))


def _left_out(draft: Draft, form: str, row: int) -> None:
    """Delete a row; those below it move up."""
    table = draft.table(form)
    draft.touch(form, row)
    del table.rows[row]
    for later in range(row, len(table.rows)):
        table.rows[later] = replace(table.rows[later], number=table.rows[later].number - 1)
    draft.cells.append(table.sheet)


@_breaks("V003")
def _sheet_left_blank(draft: Draft) -> None:
    if draft.period.kind is PeriodKind.TERM:
        raise UnsuitedError("nothing is owed for a whole term")
    table = draft.table(draft.one_of(*draft.submission.reading.tables))
    if not table.rows:
        raise UnsuitedError("nothing to fill in")
    for row in range(len(table.rows)):
        _emptied(draft, table.form, row)
    draft.cells.append(table.sheet)


def _emptied(draft: Draft, form: str, row: int) -> list[str]:
    """Leave a row as the blank workbook brings it, and give the columns that had to be filled in."""
    columns = draft.context.catalogue.forms[form]
    left = [column for column in columns.columns if column.code not in columns.given]
    draft.keep(form, row, **{column.code: None for column in left})
    return [column.code for column in left if column.required]


@_breaks("V004")
def _late(draft: Draft) -> None:
    due = draft.context.registry.periods[draft.period.code].due_on
    if due is None or day_of(draft.submission.received_at) > due:
        raise UnsuitedError("already late")
    draft.submission = replace(draft.submission, received_at=draft.submission.received_at + timedelta(days=40))
    draft.cells.append("")


@_breaks("V005", "V018 V025 V026 V029 V044 V053 V057")
def _row_twice(draft: Draft) -> None:
    form = draft.one_of(*draft.submission.reading.tables)
    table = draft.table(form)
    source = table.rows[draft.pick(form)]
    table.rows.append(replace(copied(source), number=table.rows[-1].number + 1))
    last = len(table.rows) - 1
    draft.touch(form, last)
    draft.accuse(form, last, draft.context.catalogue.forms[form].naming_column)


@_breaks("V006", "V008 V057")
def _unknown_organisation(draft: Draft) -> None:
    form = draft.one_of(*ORGANISATION_FORMS)
    row = draft.pick(form, lambda r: draft.is_alive(form, r))
    draft.put(form, row, org_code=f"{draft.submission.key.unit}-999")


@_breaks("V007", "V008 V015 V057")
def _organisation_of_another_unit(draft: Draft) -> None:
    form = draft.one_of(*ORGANISATION_FORMS)
    row = draft.pick(form, lambda r: draft.is_alive(form, r))
    unit = draft.submission.key.unit
    others = [
        o.org_code
        for o in draft.context.registry.organisations
        if o.org_kind == "GRASSROOTS" and o.parent_code != unit and o.is_active(draft.period.end)
    ]
    draft.put(form, row, org_code=draft.one_of(*others))


@_breaks("V008", "V018 V025 V026 V035 V044 V053 V057")
def _organisation_left_out(draft: Draft) -> None:
    form = draft.one_of(*ORGANISATION_FORMS)
    table = draft.table(form)
    fixed = draft.explained_rows(form)
    row = draft.pick(form, lambda r: draft.is_alive(form, r) and table.rows[r].number > fixed)
    _left_out(draft, form, row)


_NO_COUNTS = ("12/05/2019", "gần 50", "12-15", "3,5", "12 (5)", "95%", "nhiều")


@_breaks("V009")
def _no_count(draft: Draft) -> None:
    form, row, column = _count_cell(draft)
    draft.spoil(form, row, column, Mark.INVALID, draft.one_of(*_NO_COUNTS))


@_breaks("V009")
def _error_of_a_formula(draft: Draft) -> None:
    form, row, column = _count_cell(draft)
    draft.spoil(form, row, column, Mark.ERROR, "#REF!")


@_breaks("V009")
def _negative_count(draft: Draft) -> None:
    draft.put("B02", draft.pick("B02"), not_confirmed=-1)


@_breaks("V010")
def _blank(draft: Draft) -> None:
    form, row, column = _count_cell(draft)
    draft.spoil(form, row, column, Mark.BLANK)


def _count_cell(draft: Draft) -> tuple[str, int, str]:
    """Choose a required count that stands in no sum of a whole sheet and in no indicator."""
    form = draft.one_of(*(f for f in draft.submission.reading.tables if f != "B09"))
    columns = [
        column.code
        for column in draft.context.catalogue.forms[form].columns
        if column.type == "int" and column.required and column.code not in _IN_SHEET_RULES
    ]
    column = draft.one_of(*columns)
    counted = {"B02": {"admitted_total"}, "B04": {"members_good", "members_excellent", "members_rated"}}
    if column in counted.get(form, ()):
        raise UnsuitedError("it is part of an indicator")
    is_line = "line_code" in draft.context.catalogue.forms[form].by_code
    codes = [str(draft.value(form, r, "line_code")) for r in range(len(draft.table(form).rows))]
    spared = _SUB_LINES | _MEASURED_LINES if is_line else frozenset()
    row = draft.pick(
        form, lambda r: draft.count(form, r, column) >= 0 and (not is_line or codes[r] not in spared)
    )
    return form, row, column


@_breaks("V010", "V018 V026 V035 V044 V053 V057")
def _row_left_blank(draft: Draft) -> None:
    form = draft.one_of("B01", "B04", "B06")
    row = draft.pick(form, lambda r: draft.is_alive(form, r) and not draft.is_explained(form, r))
    draft.accuse(form, row, *_emptied(draft, form, row))


@_breaks("V010")
def _no_reason(draft: Draft) -> None:
    row = draft.pick("B04", lambda r: draft.value("B04", r, "org_rating") == "CXL")
    draft.put("B04", row, org_not_rated_reason=None)


@_breaks("V011", after_totals=True)
def _total_typed(draft: Draft) -> None:
    form = draft.one_of(*ORGANISATION_FORMS)
    table, columns = draft.table(form), draft.context.catalogue.forms[form].columns
    column = draft.one_of(*(c.code for c in columns if c.type == "int"))
    total = table.total.values.get(column) if table.total else None
    if table.total is None or not isinstance(total, int):
        raise UnsuitedError("no total")
    table.total.values[column] = total + 1
    draft.rows.add((table.sheet, table.total.number))
    draft.accuse_total(form, column)


def _with_a_total(draft: Draft) -> None:
    """Print a total under fixed lines of which none is part of another."""
    table, form = draft.table("B05"), draft.context.catalogue.forms["B05"]
    table.total = FormRow(table.rows[-1].number + 1, {})
    for column in form.total_columns:
        filed = [row.values.get(column.code) for row in table.rows]
        table.total.values[column.code] = added(v for v in filed if isinstance(v, int | float))


@_breaks("V011", prepare=_with_a_total, after_totals=True)
def _total_of_lines(draft: Draft) -> None:
    table = draft.table("B05")
    column = draft.one_of(*(c.code for c in draft.context.catalogue.forms["B05"].total_columns))
    total = table.total.values.get(column) if table.total else None
    filed = [row.values.get(column) for row in table.rows]
    if table.total is None or not isinstance(total, int) or not any(isinstance(v, int) for v in filed):
        raise UnsuitedError("no total")
    table.total.values[column] = total + 1
    draft.rows.add((table.sheet, table.total.number))
    draft.accuse_total("B05", column)


@_breaks("V012")
def _part_of_increase(draft: Draft) -> None:
    column = draft.one_of("in_transfer_other_province", "in_transfer_same_province", "in_restored")
    draft.raised("B01", draft.pick("B01"), column)


@_breaks("V013")
def _part_of_decrease(draft: Draft) -> None:
    column = draft.one_of(
        "out_deceased",
        "out_struck_off",
        "out_resigned",
        "out_transfer_other_province",
        "out_transfer_same_province",
    )
    draft.raised("B01", draft.pick("B01"), column)


@_breaks("V014", "V020 V038 V057")
def _closing(draft: Draft) -> None:
    draft.raised("B01", draft.pick("B01", lambda r: draft.is_alive("B01", r)), "closing_members")


@_breaks("V015", "V057")
def _opening_of_members(draft: Draft) -> None:
    period = draft.period.previous_year

    def suits(row: int) -> bool:
        past = draft.earlier("B01", period, row, "closing_members")
        return past == draft.count("B01", row, "opening_members")

    row = draft.pick("B01", suits)
    draft.raised("B01", row, "opening_members")
    draft.more("B01", row, "out_transfer_other_province", "out_total")


@_breaks("V015")
def _opening_of_lines(draft: Draft) -> None:
    draft.filed_before("B03", draft.period.previous_year)
    row = draft.pick("B03", lambda r: draft.count("B03", r, "opening_count") >= 0)
    draft.raised("B03", row, "opening_count")
    draft.more("B03", row, "handed_over")
    draft.keep("B03", row, legal_document="Quyết định số 11-QĐ/TU, ngày 02/3/2020")


@_breaks("V016")
def _shrinking_flow(draft: Draft) -> None:
    column = draft.one_of("out_deceased", "out_resigned", "out_struck_off")
    period = draft.period.previous_cumulative

    def suits(row: int) -> bool:
        limit = draft.count("B01", row, "out_struck_off_probationary") if column == "out_struck_off" else 0
        return draft.earlier("B01", period, row, column) > limit

    row = draft.pick("B01", suits)
    past = draft.earlier("B01", period, row, column)
    by = draft.count("B01", row, column) - past + 1
    draft.put("B01", row, **{column: past - 1})
    draft.more("B01", row, "out_transfer_other_province", by=by)


@_breaks("V017")
def _part_of_members(draft: Draft) -> None:
    column = draft.one_of(
        "closing_female",
        "closing_ethnic_minority",
        "closing_religious",
        "closing_youth_union",
        "closing_age_18_30",
    )
    row = draft.pick("B01")
    draft.put("B01", row, **{column: draft.count("B01", row, "closing_members") + 1})


@_breaks("V017")
def _part_of_struck_off(draft: Draft) -> None:
    row = draft.pick("B01")
    draft.put("B01", row, out_struck_off_probationary=draft.count("B01", row, "out_struck_off") + 1)


@_breaks("V018")
def _internal_transfer(draft: Draft) -> None:
    other = draft.one_of("in_transfer_other_province", "in_transfer_same_province")
    row = draft.pick("B01", lambda r: draft.count("B01", r, other) > 0)
    draft.more("B01", row, "in_transfer_internal")
    draft.more("B01", row, other, by=-1)
    draft.accuse_total("B01", "in_transfer_internal")


@_breaks("V019", "V026")
def _two_official_members(draft: Draft) -> None:
    row = draft.pick("B01", lambda r: draft.is_alive("B01", r))
    draft.put("B01", row, closing_probationary=draft.count("B01", row, "closing_members") - 2)


@_breaks("V020", "V038 V057")
def _cell_too_large(draft: Draft) -> None:
    row = draft.pick("B01", lambda r: draft.is_type("B01", r, "CHI_BO_CO_SO"))
    by = 30 - draft.count("B01", row, "closing_members")
    draft.raised("B01", row, "closing_members", by)
    draft.more("B01", row, "in_transfer_other_province", "in_total", by=by)


@_breaks("V021", "V025 V026 V053")
def _admissions_differ(draft: Draft) -> None:
    row = draft.pick("B02", lambda r: draft.count("B01", draft.same("B02", "B01", r), "in_admitted") >= 0)
    draft.raised("B02", row, "admitted_total")
    draft.more("B02", row, "admitted_age_31_40")


@_breaks("V022")
def _age_group(draft: Draft) -> None:
    groups = ("admitted_age_18_30", "admitted_age_31_40", "admitted_age_41_50", "admitted_age_over_50")
    draft.raised("B02", draft.pick("B02"), draft.one_of(*groups))


@_breaks("V023")
def _part_of_admissions(draft: Draft) -> None:
    groups = ("readmitted", "female", "ethnic_minority", "religious", "student", "worker", "farmer")
    row = draft.pick("B02")
    column = f"admitted_{draft.one_of(*groups)}"
    draft.put("B02", row, **{column: draft.count("B02", row, "admitted_total") + 1})


@_breaks("V023", "V024")
def _from_elite_union(draft: Draft) -> None:
    row = draft.pick("B02")
    draft.put("B02", row, admitted_from_elite_union=draft.count("B02", row, "admitted_youth_union") + 1)


@_breaks("V024")
def _pipeline(draft: Draft) -> None:
    row = draft.pick("B02")
    if draft.rng.random() < 0.5:
        introduced = draft.count("B02", row, "elite_union_introduced")
        draft.put("B02", row, sympathizers_recognised=introduced + 1)
    else:
        recognised = draft.count("B02", row, "sympathizers_recognised")
        draft.put("B02", row, sent_to_awareness_class=recognised + 1)


@_breaks("V025")
def _behind_target(draft: Draft) -> None:
    row = draft.pick("B02", lambda r: draft.count("B02", r, "target_admissions_year") >= 0)
    admitted = sum(draft.count("B02", r, "admitted_total") for r in range(len(draft.table("B02").rows)))
    draft.more("B02", row, "target_admissions_year", by=5 * admitted + 20)
    draft.accuse_total("B02", "target_admissions_year")


@_breaks("V026")
def _too_many_confirmed(draft: Draft) -> None:
    own = draft.filed_before("B01", draft.period.previous_year)
    admitted = sum(draft.count("B02", r, "admitted_total") for r in range(len(draft.table("B02").rows)))
    by = int(own["closing_probationary"].sum()) + admitted
    draft.more("B02", draft.pick("B02"), "confirmed_official", by=by + 1)
    draft.accuse_total("B02", "confirmed_official")


@_breaks("V026")
def _too_many_on_probation(draft: Draft) -> None:
    if draft.period.kind is not PeriodKind.YEAR:
        raise UnsuitedError("the last twelve months are not known")
    draft.table("B02")
    row = draft.pick("B01", lambda r: draft.count("B01", r, "closing_members") > 120)
    rows = range(len(draft.table("B01").rows))
    admitted = sum(draft.count("B01", r, "in_admitted") for r in rows)
    on_probation = sum(draft.count("B01", r, "closing_probationary") for r in rows)
    by = int(1.2 * admitted) + 1 - on_probation
    if by + draft.count("B01", row, "closing_probationary") + 3 > draft.count("B01", row, "closing_members"):
        raise UnsuitedError("no organisation is large enough")
    draft.more("B01", row, "closing_probationary", by=by)
    draft.accuse_total("B01", "closing_probationary")


def _plain_line(draft: Draft) -> int:
    spared = _SUB_LINES | {"TC02", "TC03"}
    return draft.pick(
        "B03",
        lambda r: (
            str(draft.value("B03", r, "line_code")) not in spared
            and draft.count("B03", r, "closing_count") >= 0
        ),
    )


@_breaks("V027")
def _closing_of_a_line(draft: Draft) -> None:
    draft.raised("B03", _plain_line(draft), "closing_count")


@_breaks("V028", "V015")
def _more_cells_than_listed(draft: Draft) -> None:
    row = draft.line("B03", draft.one_of("TC02", "TC03"))
    draft.raised("B03", row, "closing_count")
    draft.more("B03", row, "received")
    draft.keep("B03", row, legal_document="Quyết định số 14-QĐ/TU, ngày 05/4/2020")


@_breaks("V029")
def _sub_line_too_large(draft: Draft) -> None:
    part, whole = draft.one_of("TC06/TC05", "TC09/TC08", "DV05/DV04", "DV06/DV04").split("/")
    row, parent = draft.line("B03", part), draft.line("B03", whole)
    by = (
        draft.count("B03", parent, "closing_count")
        - draft.count("B03", row, "closing_count")
        - (draft.count("B03", draft.line("B03", "TC07"), "closing_count") if part == "TC06" else 0)
        + 1
    )
    draft.raised("B03", row, "closing_count", by)
    draft.more("B03", row, "received", by=by)
    draft.keep("B03", row, legal_document="Quyết định số 15-QĐ/TU, ngày 06/4/2020")


@_breaks("V030")
def _no_decision(draft: Draft) -> None:
    row = _plain_line(draft)
    draft.put("B03", row, legal_document=None)
    draft.more("B03", row, "received", "closing_count")


@_breaks("V031")
def _more_removed_than_in_scope(draft: Draft) -> None:
    row = draft.pick("B03", lambda r: draft.count("B03", r, "opening_count") >= 0)
    scope = draft.value("B03", row, "in_scope_count")
    limit = scope if isinstance(scope, int) else draft.count("B03", row, "opening_count")
    dissolved, merged = (draft.count("B03", row, c) for c in ("dissolved", "merged_away"))
    by = limit - dissolved - merged + 1
    draft.raised("B03", row, "merged_away", by)
    draft.more("B03", row, "established", by=by)
    draft.keep("B03", row, legal_document="Quyết định số 16-QĐ/TU, ngày 07/4/2020")


@_breaks("V032")
def _cells(draft: Draft) -> None:
    draft.raised("B04", draft.pick("B04"), draft.one_of("cells_total", "cells_completed", "cells_not_rated"))


@_breaks("V033")
def _members_rated(draft: Draft) -> None:
    draft.raised("B04", draft.pick("B04"), draft.one_of("members_not_rated", "members_completed"))


@_breaks("V034", "V053")
def _too_many_excellent(draft: Draft) -> None:
    scheme = draft.context.registry.scheme_of(draft.period.year)
    if scheme is None or scheme.cap_rate is None:
        raise UnsuitedError("no cap")
    rate = scheme.cap_rate

    def by(row: int) -> int:
        excellent, good = (draft.count("B04", row, f"members_{c}") for c in ("excellent", "good"))
        return int((rate * good - excellent) / (1 + rate)) + 1

    row = draft.pick(
        "B04",
        lambda r: (
            0 < by(r) <= draft.count("B04", r, "members_good")
            and draft.value("B04", r, "cap_exception_document") is None
        ),
    )
    change = by(row)
    draft.put(
        "B04",
        row,
        members_excellent=draft.count("B04", row, "members_excellent") + change,
        members_good=draft.count("B04", row, "members_good") - change,
    )


def _all_caps_met(draft: Draft) -> None:
    """Rate every organisation and cell as good, and no member as excellent, so that every cap is met."""
    for row in range(len(draft.table("B04").rows)):
        if draft.value("B04", row, "org_rating") == "HTXSNV":
            draft.keep("B04", row, org_rating="HTTNV")
        for group in ("cells", "members"):
            good, excellent = (draft.count("B04", row, f"{group}_{c}") for c in ("good", "excellent"))
            draft.keep("B04", row, **{f"{group}_good": good + excellent, f"{group}_excellent": 0})


@_breaks("V035", "V034", variant="scheme", prepare=_all_caps_met)
def _too_many_excellent_cells(draft: Draft) -> None:
    rows = range(len(draft.table("B04").rows))
    share = 0.25
    limit = share * sum(draft.count("B04", r, "cells_good") for r in rows)
    moved = 0
    for row in rows:
        by = min(draft.count("B04", row, "cells_good"), int(limit) + 1 - moved)
        draft.more("B04", row, "cells_good", by=-by)
        draft.more("B04", row, "cells_excellent", by=by)
        moved += by
    if moved <= limit:
        raise UnsuitedError("too few cells")
    draft.accuse_total("B04", "cells_excellent")
    draft.accuse_total("B04", "cells_good")


@_breaks("V035", "V036 V037", variant="scheme", prepare=_all_caps_met)
def _too_many_excellent_organisations(draft: Draft) -> None:
    good = [r for r in range(len(draft.table("B04").rows)) if draft.value("B04", r, "org_rating") == "HTTNV"]
    for row in good[: len(good) // 4 + 1]:
        draft.keep("B04", row, org_rating="HTXSNV")
    draft.cells.append(draft.table("B04").sheet)


_SCORES = {"HTTNV": 80.0, "HTNV": 60.0, "KHTNV": 40.0}


def _scored(draft: Draft) -> None:
    _all_caps_met(draft)
    for row in range(len(draft.table("B04").rows)):
        rating = str(draft.value("B04", row, "org_rating"))
        if rating in _SCORES:
            draft.keep("B04", row, org_score=_SCORES[rating])


@_breaks("V036", variant="scheme", prepare=_scored)
def _score_of_another_rating(draft: Draft) -> None:
    row = draft.pick("B04", lambda r: draft.value("B04", r, "org_score") is not None)
    draft.put("B04", row, org_score=95.0)


@_breaks("V037", "V053")
def _excellent_with_discipline(draft: Draft) -> None:
    row = draft.pick("B04", lambda r: draft.value("B04", r, "org_rating") in ("HTXSNV", "HTTNV"))
    other = draft.same("B04", "B06", row)
    draft.put("B04", row, org_rating="HTXSNV")
    draft.raised("B06", other, "orgs_disciplined")
    draft.more("B06", other, "orgs_warning")


@_breaks("V038")
def _other_cut_off_day(draft: Draft) -> None:
    row = draft.pick("B04", lambda r: draft.count("B01", draft.same("B04", "B01", r), "closing_members") >= 0)
    draft.raised("B04", row, "members_total")
    draft.more("B04", row, "members_exempt")


@_breaks("V039")
def _disciplined_rated_better(draft: Draft) -> None:
    row = draft.pick("B06", lambda r: draft.same("B06", "B04", r) >= 0)
    other = draft.same("B06", "B04", row)
    stayed = draft.count("B06", row, "members_disciplined") - draft.count("B06", row, "members_expelled")
    by = draft.count("B04", other, "members_not_completed") - stayed + 1
    draft.raised("B06", row, "members_disciplined", by)
    draft.more("B06", row, "members_reprimand", "by_cell", by=by)


@_breaks("V040")
def _parts_of_inspections(draft: Draft) -> None:
    column = draft.one_of("concluded_orgs/done_orgs", "concluded_members/done_members")
    part, whole = column.split("/")
    row = draft.pick("B05")
    draft.put("B05", row, **{part: draft.count("B05", row, whole) + 1})


@_breaks("V041", "V044")
def _inspections_do_not_narrow(draft: Draft) -> None:
    steps = draft.one_of(
        "disciplined_members/must_discipline_members",
        "must_discipline_members/violated_members",
        "violated_members/done_members",
        "disciplined_orgs/must_discipline_orgs",
        "must_discipline_orgs/violated_orgs",
        "violated_orgs/done_orgs",
    )
    later, earlier = steps.split("/")
    row = draft.pick("B05", lambda r: draft.count("B05", r, earlier) >= 0)
    draft.put("B05", row, **{later: draft.count("B05", row, earlier) + 1})


@_breaks("V042")
def _more_organisations_than_exist(draft: Draft) -> None:
    existing = sum(
        draft.count("B03", draft.line("B03", code), "closing_count")
        for code in ("TC02", "TC03", "TC04", "TC05")
    )
    row = draft.pick("B05")
    draft.put("B05", row, done_orgs_distinct=existing + 1)
    draft.keep("B05", row, done_orgs=max(existing + 1, draft.count("B05", row, "done_orgs")))


@_breaks("V043")
def _behind_plan(draft: Draft) -> None:
    if draft.period.kind is PeriodKind.TERM:
        raise UnsuitedError("no share of a plan is due for a whole term")
    row = draft.pick("B05")
    done = draft.count("B05", row, "done_orgs") + draft.count("B05", row, "done_members")
    draft.put("B05", row, planned_orgs=5 * done + 4)


@_breaks("V044")
def _more_than_all_discipline(draft: Draft) -> None:
    disciplined = sum(draft.count("B06", r, "members_disciplined") for r in range(len(draft.table("B06").rows)))
    row = draft.pick("B05", lambda r: draft.count("B05", r, "must_discipline_members") >= 0)
    inspected = sum(
        value
        for r in range(len(draft.table("B05").rows))
        if isinstance(value := draft.value("B05", r, "disciplined_members"), int)
    )
    by = disciplined - inspected + 1
    steps = ("disciplined_members", "must_discipline_members", "violated_members", "done_members")
    draft.more("B05", row, *steps, by=by)
    draft.accuse_total("B05", "disciplined_members")


@_breaks("V045")
def _forms_of_discipline(draft: Draft) -> None:
    columns = ("members_reprimand", "members_warning", "members_removed_from_post")
    draft.raised("B06", draft.pick("B06"), draft.one_of(*columns))


@_breaks("V046")
def _forms_for_organisations(draft: Draft) -> None:
    draft.raised("B06", draft.pick("B06"), draft.one_of("orgs_reprimand", "orgs_warning", "orgs_disbanded"))


@_breaks("V047")
def _deciding_levels(draft: Draft) -> None:
    columns = ("by_province", "by_reporting_org", "by_grassroots", "by_cell")
    draft.raised("B06", draft.pick("B06"), draft.one_of(*columns))


@_breaks("V048")
def _expulsions_differ(draft: Draft) -> None:
    row = draft.pick("B06", lambda r: draft.count("B01", draft.same("B06", "B01", r), "out_expelled") >= 0)
    draft.raised("B06", row, "members_expelled")
    draft.more("B06", row, "members_disciplined", "by_grassroots")


@_breaks("V049")
def _parts_of_discipline(draft: Draft) -> None:
    pairs = (
        "imprisoned/legal_action",
        "complaints_resolved/complaints_due",
        "members_disciplined_female/members_disciplined",
        "members_disciplined_committee/members_disciplined",
        "members_disciplined_probationary/members_disciplined",
    )
    part, whole = draft.one_of(*pairs).split("/")
    row = draft.pick("B06")
    draft.put("B06", row, **{part: draft.count("B06", row, whole) + 1})


@_breaks("V050")
def _parts_of_cadres(draft: Draft) -> None:
    part, whole = draft.one_of("CB02/CB01", "CB06/CB05").split("/")
    row, parent = draft.line("B07", part), draft.line("B07", whole)
    draft.put("B07", row, total=draft.count("B07", parent, "total") + 1)


@_breaks("V050")
def _women_among_cadres(draft: Draft) -> None:
    column = draft.one_of("female", "age_40_or_less", "ethnic_minority")
    row = draft.pick("B07", lambda r: min(draft.count("B07", r, "total"), draft.count("B07", r, column)) >= 0)
    draft.put("B07", row, **{column: draft.count("B07", row, "total") + 1})


@_breaks("V051")
def _percentage(draft: Draft) -> None:
    form, column = draft.one_of("B07/pct_of_plan", "B07/pct_of_base", "B08/pct").split("/")
    row = draft.pick(form, lambda r: isinstance(draft.value(form, r, column), float))
    value = draft.value(form, row, column)
    draft.put(form, row, **{column: float(value) + 5 if isinstance(value, float) else value})


_LIMITED_LINES = frozenset({"HT01", "HT02", "HT03", "HT04", "HT05", "CK01", "DV01"})


@_breaks("V052")
def _more_than_there_are(draft: Draft) -> None:
    row = draft.pick(
        "B08",
        lambda r: (
            draft.value("B08", r, "line_code") in _LIMITED_LINES
            and min(draft.count("B08", r, "participated"), draft.count("B08", r, "population")) >= 0
        ),
    )
    draft.put("B08", row, participated=draft.count("B08", row, "population") + 1)
    draft.keep("B08", row, pct=None)


_DERIVED = frozenset({"orgs_good_or_better_share", "members_good_or_better_share"})


@_breaks("V053", "V051 V054")
def _result_differs(draft: Draft) -> None:
    draft.table("B04")
    row = draft.pick("B09", lambda r: draft.value("B09", r, "indicator_code") in _DERIVED)
    actual = draft.value("B09", row, "actual_period")
    draft.put("B09", row, actual_period=float(actual) - 5 if isinstance(actual, float) else None)


@_breaks("V054")
def _assessment(draft: Draft) -> None:
    said = {"VUOT": "CHUA_DAT", "DAT": "CHUA_DAT", "CHUA_DAT": "DAT"}
    row = draft.pick("B09", lambda r: draft.value("B09", r, "self_assessment") in said)
    draft.put("B09", row, self_assessment=said[str(draft.value("B09", row, "self_assessment"))])


@_breaks("V055", "V051 V054")
def _other_target(draft: Draft) -> None:
    row = draft.pick("B09", lambda r: isinstance(draft.value("B09", r, "target_min"), float))
    value = draft.value("B09", row, "target_min")
    draft.put("B09", row, target_min=float(value) - 3 if isinstance(value, float) else None)


@_breaks("V056", "V051 V054 V055", variant="last_term")
def _target_below_last_term(draft: Draft) -> None:
    row = draft.pick(
        "B09",
        lambda r: (
            isinstance(draft.value("B09", r, "target_min"), float)
            and draft.value("B09", r, "explanation") is None
        ),
    )
    value = draft.value("B09", row, "target_min")
    draft.put("B09", row, target_min=float(value) - 2 if isinstance(value, float) else None)


@_breaks("V061", "V053")
def _target_that_was_not_assigned(draft: Draft) -> None:
    filed = {row.values.get("indicator_code") for row in draft.table("B09").rows}
    _further_target(draft, draft.one_of(*sorted(draft.context.catalogue.indicators.keys() - filed)))


@_breaks("V061")
def _target_that_nobody_knows(draft: Draft) -> None:
    _further_target(draft, "chi_tieu_khac")


def _further_target(draft: Draft, code: str) -> None:
    """Add a row like one that is there, of another target; that all assigned ones are filed, V003 says."""
    table = draft.table("B09")
    source = table.rows[draft.pick("B09")]
    table.rows.append(replace(copied(source), number=table.rows[-1].number + 1))
    last = len(table.rows) - 1
    draft.put("B09", last, indicator_code=code)


_LEAST_PEERS = 10


def _growth(draft: Draft, row: int) -> float | None:
    try:
        before = draft.earlier("B01", draft.period.previous_year, row, "closing_members")
    except UnsuitedError:
        return None
    return draft.count("B01", row, "closing_members") / before if before else None


@_breaks("V057", "V038")
def _odd_growth(draft: Draft) -> None:
    past = draft.period.previous_year
    row = draft.pick(
        "B01",
        lambda r: (
            draft.is_type("B01", r, "DANG_BO_CO_SO")
            and not draft.is_explained("B01", r)
            and draft.earlier("B01", past, r, "closing_members") > 0
        ),
    )
    peers = [r for r in range(len(draft.table("B01").rows)) if draft.is_type("B01", r, "DANG_BO_CO_SO")]
    growth = [_growth(draft, peer) for peer in peers if peer != row]
    known = [ratio for ratio in growth if ratio is not None]
    if len(known) < _LEAST_PEERS or not median(abs(ratio - median(known)) for ratio in known):
        raise UnsuitedError("the peers are too few, or too much alike for one to be odd")
    by = 2 * draft.count("B01", row, "closing_members")
    draft.raised("B01", row, "closing_members", by)
    draft.more("B01", row, "in_transfer_other_province", "in_total", by=by)


@_breaks("V058", "V020 V024 V025 V026 V043 V057")
def _copy_of_the_previous_period(draft: Draft) -> None:
    past = draft.period.previous_cumulative
    if past is None or draft.period.kind is PeriodKind.YEAR:
        raise UnsuitedError("no earlier period with the same sheets")
    for form in ("B01", "B02", "B05", "B06"):
        rows = draft.filed_before(form, past)
        schema = draft.context.catalogue.forms[form]
        counts = [c.code for c in schema.columns if c.type == "int" and c.code in rows]
        places = {_key(draft, form, row, schema.key): row for row in range(len(draft.table(form).rows))}
        for old in rows.to_dict("records"):
            row = places.get(tuple(old[c] for c in schema.key))
            if row is None:
                raise UnsuitedError("other organisations than before")
            draft.keep(form, row, **{c: int(old[c]) for c in counts if not pd.isna(old[c])})
    draft.cells.append("")


def _key(draft: Draft, form: str, row: int, key: Iterable[str]) -> tuple[Value, ...]:
    return tuple(draft.value(form, row, column) for column in key)


_ROUND = {"elite_union_introduced": 90, "sympathizers_recognised": 80, "sent_to_awareness_class": 70}


@_breaks("V059")
def _round_figures(draft: Draft) -> None:
    others = sum(
        isinstance(value, int) and value >= 20
        for code, table in draft.submission.reading.tables.items()
        for form_row in table.rows
        for value in form_row.values.values()
        if code != "B02"
    )
    rows = range(len(draft.table("B02").rows))
    if others > 2 * len(_ROUND) * len(rows):
        raise UnsuitedError("too many other figures")
    for row in rows:
        draft.keep("B02", row, **_ROUND)
    draft.cells.append("")


@_breaks("V060")
def _exempt_members_rated(draft: Draft) -> None:
    def by(row: int) -> int:
        other, third = draft.same("B04", "B01", row), draft.same("B04", "B06", row)
        spared = draft.count("B04", row, "members_exempt") + draft.count("B04", row, "members_not_rated")
        return (
            spared
            - draft.count("B06", third, "members_suspended")
            + 1
            - draft.count("B01", other, "closing_exempt")
        )

    def suits(row: int) -> bool:
        other = draft.same("B04", "B01", row)
        exempt, members = (draft.count("B01", other, c) for c in ("closing_exempt", "closing_members"))
        return by(row) > 0 and exempt + by(row) <= members

    row = draft.pick("B04", suits)
    draft.raised("B01", draft.same("B04", "B01", row), "closing_exempt", by(row))


def vary(draft: Draft, changes: int = 4) -> None:
    """Change figures in ways that break nothing, so that no two sound submissions are the same."""
    makers: dict[str, Callable[[Draft], None]] = {
        "B01": _vary_members,
        "B02": _vary_pipeline,
        "B05": _vary_inspections,
        "B06": _vary_complaints,
    }
    usable = [make for form, make in makers.items() if form in draft.submission.reading.tables]
    for _ in range(changes if usable else 0):
        try:
            usable[int(draft.rng.integers(len(usable)))](draft)
        except UnsuitedError:
            continue


def _vary_members(draft: Draft) -> None:
    row = draft.pick("B01")
    draft.more("B01", row, "in_transfer_other_province", "in_total", "out_transfer_other_province", "out_total")
    women, members = (draft.count("B01", row, c) for c in ("closing_female", "closing_members"))
    if women < members:
        draft.more("B01", row, "closing_female")


def _vary_inspections(draft: Draft) -> None:
    draft.more("B05", draft.pick("B05"), "done_orgs", "done_members")


def _vary_pipeline(draft: Draft) -> None:
    draft.more("B02", draft.pick("B02"), "elite_union_introduced")


def _vary_complaints(draft: Draft) -> None:
    draft.more("B06", draft.pick("B06"), "legal_action", "complaints_due")
