"""Faults for `rules/submission.yml`: cover, period, sheets, lateness.

What belongs here: which cells are changed, which of them break a rule, and which other rules must follow. What
does not: faults for rules of other files.
"""

from dataclasses import replace
from datetime import timedelta

from demo.faults.base import breaks, emptied, left_out
from demo.faults.draft import Draft, UnsuitedError
from ingestion.records.days import day_of
from ingestion.records.periods import PeriodKind
from ingestion.records.submissions import Problem


@breaks("V063")
def _figures_from_after_the_period(draft: Draft) -> None:
    draft.first_day(draft.days.last + timedelta(days=draft.rng.integers(1, 40).item()))


@breaks("V063")
def _figures_from_before_the_year(draft: Draft) -> None:
    if draft.period.kind is PeriodKind.TERM:
        raise UnsuitedError("a term takes in several years")
    draft.first_day(draft.days.first - timedelta(days=draft.rng.integers(1, 40).item()))


@breaks("V064")
def _figures_from_another_day_for_no_reason(draft: Draft) -> None:
    registry, unit = draft.context.registry, draft.submission.key.unit
    events = (s for s in registry.successions if unit in (s.predecessor_code, s.successor_code))
    if any(event.effective_on.year == draft.period.year for event in events) or registry.has_moves(
        unit, draft.days
    ):
        raise UnsuitedError("something merged or moved")
    draft.first_day(draft.days.first + timedelta(days=draft.rng.integers(1, 60).item()))


@breaks("V001")
def _other_unit_on_the_cover(draft: Draft) -> None:
    others = [u for u in draft.context.registry.reporting_units if u != draft.submission.key.unit]
    other = draft.one_of(*others)
    draft.cover("reporting_org_code", other)
    if draft.submission.reading.cover:
        draft.submission.reading.cover.reporting_org_code = other


@breaks("V002", "R022")
def _no_period(draft: Draft) -> None:
    draft.cover("period_code", "quý 3")
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
