"""Faults for `rules/submission.yml`: cover, period, sheets, lateness.

What belongs here: which cells are changed, which of them break a rule, and which other rules must follow. What
does not: faults for rules of other files.
"""

from dataclasses import replace
from datetime import timedelta

from demo.faults.base import breaks, emptied, left_out
from demo.faults.draft import Draft, UnsuitedError
from ingestion.records.cells import parse_address
from ingestion.records.days import day_of
from ingestion.records.periods import PeriodKind
from ingestion.records.submissions import Problem, Value


def _cover(draft: Draft, entry: str, value: Value) -> None:
    cover = draft.submission.reading.cover
    if cover is None or entry not in cover.cells:
        raise UnsuitedError(entry)
    cover.values[entry] = value
    place = f"{cover.sheet}!{cover.cells[entry]}"
    draft.cells.append(place)
    draft.rows.add((cover.sheet, parse_address(cover.cells[entry])[0]))


@breaks("V001")
def _other_unit_on_the_cover(draft: Draft) -> None:
    others = [u for u in draft.context.registry.reporting_units if u != draft.submission.key.unit]
    other = draft.one_of(*others)
    _cover(draft, "reporting_org_code", other)
    if draft.submission.reading.cover:
        draft.submission.reading.cover.reporting_org_code = other


@breaks("V002", "R022")
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


@breaks("V003")
def _sheet_left_out(draft: Draft) -> None:
    if draft.period.kind is PeriodKind.TERM:
        raise UnsuitedError("nothing is owed for a whole term")
    form = draft.one_of(*draft.submission.reading.tables)
    del draft.submission.reading.tables[form]
    draft.cells.append("")


_PREFILLED = ("B03", "B05", "B07", "B08", "B09")


@breaks("V003")
def _line_left_out(draft: Draft) -> None:
    form = draft.one_of(*_PREFILLED)
    lines = [key for key in draft.context.catalogue.forms[form].key if key != "document_code"]
    rows = draft.table(form).rows
    fixed = draft.explained_rows(form)

    def is_alone(row: int) -> bool:
        mine = [rows[row].values[key] for key in lines]
        same = sum([other.values[key] for key in lines] == mine for other in rows)
        return same == 1 and rows[row].number > fixed

    left_out(draft, form, draft.pick(form, is_alone))


@breaks("V003")
def _sheet_left_blank(draft: Draft) -> None:
    if draft.period.kind is PeriodKind.TERM:
        raise UnsuitedError("nothing is owed for a whole term")
    table = draft.table(draft.one_of(*draft.submission.reading.tables))
    if not table.rows:
        raise UnsuitedError("nothing to fill in")
    for row in range(len(table.rows)):
        emptied(draft, table.form, row)
    draft.cells.append(table.sheet)


@breaks("V004")
def _late(draft: Draft) -> None:
    due = draft.context.registry.periods[draft.period.code].due_on
    if due is None or day_of(draft.submission.received_at) > due:
        raise UnsuitedError("already late")
    draft.submission = replace(draft.submission, received_at=draft.submission.received_at + timedelta(days=40))
    draft.cells.append("")
