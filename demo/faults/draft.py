"""A submission under change: cells are put, kept and accused, rows are copied when they are first touched.

What belongs here: the changing, and keeping account of it. What does not: what is changed (`base.py`).
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date

import pandas as pd

from demo.draw import Rng
from demo.grids import retotal
from ingestion.gate import GateContext
from ingestion.records.cells import parse_address
from ingestion.records.periods import Days, Period
from ingestion.records.submissions import COVERAGE, FormRow, FormTable, Mark, Submission, Value
from ingestion.workbook.writer import FIRST_COVER_ROW


class UnsuitedError(Exception):
    """A submission cannot host a fault: it lacks the form, the row or the earlier period."""


@dataclass
class Draft:
    """A submission that is being changed; rows are copied when they are first touched.

    Attributes:
        cells: the places that the rule must name, as `Sheet!A1`; a sheet alone, or nothing for the whole file.
        rows: rows touched, as sheet and row number.
    """

    submission: Submission
    context: GateContext
    period: Period
    rng: Rng
    cells: list[str] = field(default_factory=list)
    rows: set[tuple[str, int]] = field(default_factory=set)
    _own: set[int] = field(default_factory=set)
    _touched: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        reading = self.submission.reading
        tables = {code: replace(table, rows=list(table.rows)) for code, table in reading.tables.items()}
        for table in tables.values():
            if table.total is not None:
                table.total = copied(table.total)
        cover = reading.cover
        if cover is not None:
            cover = replace(cover, values=dict(cover.values), cells=dict(cover.cells))
        changed = replace(reading, tables=tables, cover=cover, problems=list(reading.problems))
        self.submission = replace(self.submission, reading=changed)

    @property
    def days(self) -> Days:
        """The days that the period covers for the unit."""
        return self.context.registry.reported_days(self.submission.key.unit, self.period)

    def table(self, form: str) -> FormTable:
        """Give a sheet."""
        try:
            return self.submission.reading.tables[form]
        except KeyError:
            raise UnsuitedError(form) from None

    def count(self, form: str, row: int, column: str) -> int:
        """Give a count; a fault cannot build on a cell without one."""
        value = self.table(form).rows[row].values.get(column)
        if not isinstance(value, int):
            raise UnsuitedError(column)
        return value

    def value(self, form: str, row: int, column: str) -> Value:
        """Give what a cell holds."""
        return self.table(form).rows[row].values.get(column)

    def pick(self, form: str, suits: Callable[[int], bool] = lambda _: True) -> int:
        """Choose a row."""
        for row in self.rng.permutation(len(self.table(form).rows)).tolist():
            try:
                if suits(row):
                    return int(row)
            except UnsuitedError:
                continue
        raise UnsuitedError(form)

    def one_of(self, *choices: str) -> str:
        """Choose one of several columns or codes."""
        return choices[int(self.rng.integers(len(choices)))]

    def line(self, form: str, code: str) -> int:
        """Give the row of a fixed line."""
        return self.pick(form, lambda row: self.value(form, row, "line_code") == code)

    def same(self, form: str, other: str, row: int) -> int:
        """Give the row of another form with the same organisation."""
        code = self.value(form, row, "org_code")
        return self.pick(other, lambda r: self.value(other, r, "org_code") == code)

    def touch(self, form: str, row: int) -> FormRow:
        """Give a row for changing."""
        table = self.table(form)
        found = table.rows[row]
        if id(found) not in self._own:
            found = table.rows[row] = copied(found)
            self._own.add(id(found))
        self.rows.add((table.sheet, found.number))
        self._touched.add(form)
        return found

    def keep(self, form: str, row: int, **values: Value) -> None:
        """Change cells so that other rules go on holding."""
        found = self.touch(form, row)
        for column, value in values.items():
            found.values[column] = value
            found.texts.pop(column, None)
            found.marks.pop(column, None)
            if value is None:
                found.marks[column] = Mark.BLANK

    def put(self, form: str, row: int, **values: Value) -> None:
        """Change cells that thereby break the rule."""
        self.keep(form, row, **values)
        self.accuse(form, row, *values)

    def more(self, form: str, row: int, *columns: str, by: int = 1) -> None:
        """Raise counts so that other rules go on holding."""
        for column in columns:
            self.keep(form, row, **{column: self.count(form, row, column) + by})

    def raised(self, form: str, row: int, column: str, by: int = 1) -> None:
        """Raise a count that thereby breaks the rule."""
        self.put(form, row, **{column: self.count(form, row, column) + by})

    def spoil(self, form: str, row: int, column: str, mark: Mark, text: str = "") -> None:
        """Leave a cell without a value."""
        self.put(form, row, **{column: None})
        found = self.table(form).rows[row]
        found.marks[column] = mark
        if text:
            found.texts[column] = text

    def accuse(self, form: str, row: int, *columns: str) -> None:
        """Say which cells the rule must name."""
        table = self.table(form)
        self.cells += [f"{table.sheet}!{table.cell(table.rows[row], column)}" for column in columns]

    def accuse_total(self, form: str, column: str) -> None:
        """Say that the rule names the total, in which the changed cell is summed."""
        table = self.table(form)
        place = f"!{table.cell(table.total, column)}" if table.total else ""
        self.cells.append(table.sheet + place)

    def explained_rows(self, form: str) -> int:
        """Give the last row to which an explanation points; rows up to it must keep their places."""
        sheet = self.table(form).sheet
        places = [e.cell for e in self.submission.reading.explanations if e.sheet == sheet and e.cell]
        return max((parse_address(place)[0] for place in places), default=0)

    def is_explained(self, form: str, row: int) -> bool:
        """Say whether the clerk has explained something in a row; what is odd there is known already."""
        table = self.table(form)
        rows = {
            parse_address(e.cell)[0]
            for e in self.submission.reading.explanations
            if e.sheet == table.sheet and e.cell
        }
        return table.rows[row].number in rows

    def cover(self, entry: str, value: Value) -> None:
        """Change an entry of the cover, which thereby breaks the rule."""
        cover = self.submission.reading.cover
        if cover is None or entry not in cover.cells:
            raise UnsuitedError(entry)
        cover.values[entry] = value
        self.cells.append(f"{cover.sheet}!{cover.cells[entry]}")
        self.rows.add((cover.sheet, parse_address(cover.cells[entry])[0]))

    def first_day(self, day: date) -> None:
        """Say on the cover from which day the figures run, whether or not it said so before."""
        cover = self.submission.reading.cover
        if cover is None:
            raise UnsuitedError("no cover")
        entries = [column.code for column in self.context.catalogue.cover.columns]
        cover.cells.setdefault(COVERAGE, f"C{FIRST_COVER_ROW + entries.index(COVERAGE)}")
        self.cover(COVERAGE, day)

    def is_alive(self, form: str, row: int) -> bool:
        """Say whether the organisation of a row belongs to the unit at the period's end."""
        code = str(self.value(form, row, "org_code"))
        found = self.context.registry.organisation_at(code, self.days.last)
        return found is not None and found.parent_code == self.submission.key.unit

    def is_type(self, form: str, row: int, org_type: str) -> bool:
        """Say whether a living organisation of a row is of a type."""
        found = self.context.registry.organisation_at(str(self.value(form, row, "org_code")), self.days.last)
        return self.is_alive(form, row) and found is not None and found.org_type == org_type

    def filed_before(self, form: str, period: Period | None) -> pd.DataFrame:
        """Give the unit's own accepted rows of an earlier period; a fault cannot build on none."""
        past = self.context.history.rows(form, period) if period else pd.DataFrame()
        if not len(past):
            raise UnsuitedError("no earlier period")
        own = past[past["reporting_org_code"] == self.submission.key.unit]
        if not len(own):
            raise UnsuitedError("no earlier period")
        return own

    def earlier(self, form: str, period: Period | None, row: int, column: str) -> int:
        """Give the accepted count of an earlier period in the row with the same organisation."""
        past = self.filed_before(form, period)
        is_same = past["org_code"] == self.value(form, row, "org_code")
        if is_same.sum() != 1:
            raise UnsuitedError("no earlier row")
        return int(past.loc[is_same, column].iloc[0])

    def finish(self) -> None:
        """Compute the totals of touched sheets anew, as their formulas would."""
        for form in self._touched & self.submission.reading.tables.keys():
            table = self.table(form)
            retotal(self.context.catalogue.forms[form], table)
            if table.total is not None:
                self.rows.add((table.sheet, table.total.number))


def copied(row: FormRow) -> FormRow:
    """Copy a row, so that changing it leaves the other alone."""
    return FormRow(row.number, dict(row.values), dict(row.marks), dict(row.texts))
