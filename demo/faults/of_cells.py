"""Faults for `rules/cells.yml`: single rows and cells, whatever form they stand in.

What belongs here: which cells are changed, which of them break a rule, and which other rules must follow. What
does not: faults for rules of other files.
"""

from dataclasses import replace

from demo.faults.base import ORGANISATION_FORMS, SUB_LINES, breaks, emptied, left_out
from demo.faults.draft import Draft, UnsuitedError, copied
from ingestion.records.submissions import Mark

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


@breaks("V005", "V018 V025 V026 V029 V044 V053 V057")
def _row_twice(draft: Draft) -> None:
    form = draft.one_of(*draft.submission.reading.tables)
    table = draft.table(form)
    source = table.rows[draft.pick(form)]
    table.rows.append(replace(copied(source), number=table.rows[-1].number + 1))
    last = len(table.rows) - 1
    draft.touch(form, last)
    draft.accuse(form, last, draft.context.catalogue.forms[form].naming_column)
    _changes_its_sum(draft, form)


@breaks("V006", "V008 V057")
def _unknown_organisation(draft: Draft) -> None:
    form = draft.one_of(*ORGANISATION_FORMS)
    row = draft.pick(form, lambda r: draft.is_alive(form, r))
    draft.put(form, row, org_code=f"{draft.submission.key.unit}-999")


@breaks("V007", "V008 V015 V057")
def _organisation_of_another_unit(draft: Draft) -> None:
    form = draft.one_of(*ORGANISATION_FORMS)
    row = draft.pick(form, lambda r: draft.is_alive(form, r))
    unit = draft.submission.key.unit
    others = [
        o.org_code
        for o in draft.context.registry.organisations
        if o.org_kind == "GRASSROOTS" and o.parent_code != unit and o.is_active(draft.days.last)
    ]
    draft.put(form, row, org_code=draft.one_of(*others))


@breaks("V008", "V018 V025 V026 V035 V044 V053 V057")
def _organisation_left_out(draft: Draft) -> None:
    form = draft.one_of(*ORGANISATION_FORMS)
    table = draft.table(form)
    fixed = draft.explained_rows(form)
    row = draft.pick(form, lambda r: draft.is_alive(form, r) and table.rows[r].number > fixed)
    left_out(draft, form, row)
    _changes_its_sum(draft, form)


def _changes_its_sum(draft: Draft, form: str) -> None:
    """Say that members on probation are concerned too: their total is held against that of admissions."""
    members = draft.submission.reading.tables.get("B01")
    if form == "B02" and members is not None and members.total is not None:
        draft.rows.add((members.sheet, members.total.number))


_NO_COUNTS = ("12/05/2019", "gần 50", "12-15", "3,5", "12 (5)", "95%", "nhiều")


@breaks("V009")
def _no_count(draft: Draft) -> None:
    form, row, column = _count_cell(draft)
    draft.spoil(form, row, column, Mark.INVALID, draft.one_of(*_NO_COUNTS))


@breaks("V009")
def _error_of_a_formula(draft: Draft) -> None:
    form, row, column = _count_cell(draft)
    draft.spoil(form, row, column, Mark.ERROR, "#REF!")


@breaks("V009")
def _negative_count(draft: Draft) -> None:
    draft.put("B02", draft.pick("B02"), not_confirmed=-1)


@breaks("V010")
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
    spared = SUB_LINES | _MEASURED_LINES if is_line else frozenset()
    row = draft.pick(
        form, lambda r: draft.count(form, r, column) >= 0 and (not is_line or codes[r] not in spared)
    )
    return form, row, column


@breaks("V010", "V018 V026 V035 V044 V053 V057")
def _row_left_blank(draft: Draft) -> None:
    form = draft.one_of("B01", "B04", "B06")
    row = draft.pick(form, lambda r: draft.is_alive(form, r) and not draft.is_explained(form, r))
    draft.accuse(form, row, *emptied(draft, form, row))


@breaks("V010")
def _no_reason(draft: Draft) -> None:
    row = draft.pick("B04", lambda r: draft.value("B04", r, "org_rating") == "CXL")
    draft.put("B04", row, org_not_rated_reason=None)


@breaks("V011", after_totals=True)
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
