"""What changed from one filing of a unit and period to the next, cell by cell.

What belongs here: comparing two readings by form, key and column. What does not: which filings are compared,
and where the differences are shown.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from ingestion.definitions.catalogue import Catalogue
from ingestion.definitions.forms import Form
from ingestion.records.submissions import FormRow, FormTable, Mark, Reading, Value
from ingestion.words import writing
from ingestion.words.labels import Language

_Key = tuple[tuple[str, ...], int]
"""The codes of a row, and which of the rows with these codes it is."""


@dataclass(frozen=True)
class RowChange:
    """A row that came or went; the row number is that of the filing in which it stands."""

    form: str
    sheet: str
    key: tuple[str, ...]
    row: int


@dataclass(frozen=True)
class CellChange:
    """A cell with another content; sheet and cell are those of the later filing.

    Attributes:
        before: what stood there; a number as programs read it.
        after: what stands there now, likewise.
        numbers: whether each of the two is a number.
    """

    form: str
    sheet: str
    cell: str
    key: tuple[str, ...]
    column: str
    before: str
    after: str
    numbers: tuple[bool, bool] = (False, False)

    def printed(self, language: Language = "vi") -> tuple[str, str]:
        """Give both as people write them; a clerk's own text as it stands."""
        before, after = (
            writing.of_plain(text, writing.own_decimals(float(text)) if is_number else None, language)
            for text, is_number in zip((self.before, self.after), self.numbers, strict=True)
        )
        return before, after


@dataclass(frozen=True)
class Differences:
    """All that differs between two readings.

    Attributes:
        added_forms: forms that only the later filing has; their rows are not listed one by one.
        removed_forms: forms that only the earlier one has.
    """

    added_forms: tuple[str, ...] = ()
    removed_forms: tuple[str, ...] = ()
    added_rows: tuple[RowChange, ...] = ()
    removed_rows: tuple[RowChange, ...] = ()
    changed: tuple[CellChange, ...] = ()

    @property
    def count(self) -> int:
        """How many things differ."""
        return sum(
            len(part)
            for part in (
                self.added_forms,
                self.removed_forms,
                self.added_rows,
                self.removed_rows,
                self.changed,
            )
        )

    def to_json(self) -> dict[str, Any]:
        """Give the differences as JSON can carry them."""
        return asdict(self)


def compare(before: Reading, after: Reading, catalogue: Catalogue) -> Differences:
    """Compare two readings of the same unit and period; forms and rows come in the order of the later one."""
    changed = _compare_covers(before, after, catalogue.cover)
    added: list[RowChange] = []
    removed: list[RowChange] = []
    added_forms, removed_forms = [], []
    for form in catalogue.forms.values():
        old, new = before.tables.get(form.code), after.tables.get(form.code)
        if old is None or new is None:
            if new is not None:
                added_forms.append(form.code)
            if old is not None:
                removed_forms.append(form.code)
            continue
        old_rows, new_rows = _by_key(old, form), _by_key(new, form)
        added += [
            RowChange(form.code, new.sheet, key[0], row.number)
            for key, row in new_rows.items()
            if key not in old_rows
        ]
        removed += [
            RowChange(form.code, old.sheet, key[0], row.number)
            for key, row in old_rows.items()
            if key not in new_rows
        ]
        for key, row in new_rows.items():
            if key in old_rows:
                changed += _compare_rows(form, old_rows[key], new, row, key[0])
    return Differences(tuple(added_forms), tuple(removed_forms), tuple(added), tuple(removed), tuple(changed))


def _compare_covers(before: Reading, after: Reading, form: Form) -> list[CellChange]:
    old, new = before.cover, after.cover
    if old is None or new is None:
        return []
    changes = []
    for column in form.columns:
        was, is_now = old.values.get(column.code), new.values.get(column.code)
        if shown(was) != shown(is_now):
            cell = new.cells.get(column.code, "")
            changes.append(CellChange(form.code, new.sheet, cell, (), column.code, *_told(was, is_now)))
    return changes


def _by_key(table: FormTable, form: Form) -> dict[_Key, FormRow]:
    """Give rows by their codes; the second row with the same codes is told from the first."""
    seen: Counter[tuple[str, ...]] = Counter()
    rows: dict[_Key, FormRow] = {}
    for row in table.rows:
        codes = tuple(shown(row.values.get(code)) for code in form.key)
        rows[codes, seen[codes]] = row
        seen[codes] += 1
    return rows


def _compare_rows(
    form: Form, old: FormRow, table: FormTable, new: FormRow, key: Sequence[str]
) -> list[CellChange]:
    changes = []
    for column in form.columns:
        was, is_now = _filed(old, column.code), _filed(new, column.code)
        if (shown(was), _is_number(was)) != (shown(is_now), _is_number(is_now)):
            cell = table.cell(new, column.code) if column.code in table.columns else ""
            told = _told(was, is_now)
            changes.append(CellChange(form.code, table.sheet, cell, tuple(key), column.code, *told))
    return changes


def _told(was: Value, is_now: Value) -> tuple[str, str, tuple[bool, bool]]:
    return shown(was), shown(is_now), (_is_number(was), _is_number(is_now))


def _is_number(value: Value) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def _filed(row: FormRow, column: str) -> Value:
    """Give what a cell says: its value, however it was stored, or what stands there instead of one."""
    value = row.values.get(column)
    if value is not None:
        return value
    if row.marks.get(column) is Mark.NOT_APPLICABLE:
        return "x"
    return row.texts.get(column, "") if row.marks.get(column) in (Mark.INVALID, Mark.ERROR) else ""


def shown(value: Value) -> str:
    """Give a value as text that does not depend on how it was stored."""
    if value is None:
        return ""
    if isinstance(value, float):
        return writing.plain(value)
    return value.isoformat() if isinstance(value, date) else str(value)
