"""The rows below a header, told apart: data, the total, and what stands between and below them.

What belongs here: telling rows apart, and reading one. Nothing with figures is left out in silence: it is a
row, the total, a subtotal named in a note, or a problem. Signature blocks, which may hold names, are never
taken in. What does not: what is said of a sheet as a whole (`tables.py`), the header (`header.py`) and single
cells (`cast.py`).

A table does not end with a blank row. Wherever it stands below the header, a row with a code and figures is
data (a second copy of the table has every key twice, which the gate finds), a row called a total is one, and a
row whose code the form or the list of organisations in the workbook has is one without figures too. Below the
table, behind a gap, stand notes and signatures as well, so there less is taken for a row:

- figures without a code in more than half of the number columns are a problem; in fewer they may be a day or a
  telephone number, are not read, and a note names their rows;
- so it is with figures beside a few capitals (`KT`, `TM`: “for”, before a signature) that are no known code;
- what looks like a code, is none that is known and has no figures may be anything and is passed over; that an
  organisation has no row, the gate says.
"""

import re
from bisect import bisect_left, bisect_right
from collections.abc import Container, Mapping
from dataclasses import dataclass, field
from enum import Enum

from ingestion.definitions.forms import Form
from ingestion.reading.cast import SCIENTIFIC, Cast, CodedColumn, cast, squash
from ingestion.reading.footnotes import Apart
from ingestion.reading.header import SheetGrid, folded, is_numbering
from ingestion.reading.lost_letters import has_lost, without_marks, worn
from ingestion.reading.runs import CUT
from ingestion.records.cells import Cell, CellType, address, column_letter
from ingestion.records.stored import LARGEST_EXACT, NumberKind, parse_number
from ingestion.records.submissions import FormRow, FormTable, Mark, Reading, Value

_TOTAL = re.compile(
    r"(?:tong cong|tong so|cong)(?: (?:toan|chung|dang bo|huyen|quan|khoi|tinh|[0-9]).*)?"
    r"|toan (?:huyen|quan|thi xa|thanh pho|tinh|khoi|dang bo|don vi|dang uy)(?: .*)?"
)


_ROMAN = re.compile(r"[IVX]+")


_SECTION = re.compile(r"(?:[IVX]+|[A-ZĐ]|[a-zđ])\s*[.)\-–:]\s*\S.*|[-–+*]\s*\S.*|[IVX]+|[A-ZĐ]")


_SECTION_WORDS = re.compile(r"(?:trong do|chia ra|bao gom|gom|phan tich|cong khoi|cong nhom|cong muc)(?: .*)?")


_WORN_TOTAL, _WORN_SECTION = worn(_TOTAL), worn(_SECTION_WORDS)


_CODE = re.compile(r"[A-Za-z0-9Đđ][A-Za-z0-9Đđ._/–-]*")


_CAPITALS = re.compile(r"[A-ZĐ]{2,}")


_INDICATOR = re.compile(r"[a-z]{3,}")


_CODE_MARK = re.compile(r"[0-9_–-]")


_NUMBERING_ROWS = 3


_MOST_MERGED = 500
"""Merged ranges that are reported; who has more of them has another sheet in mind than the form."""


_MOST_BLANKS = 0.5
"""Below a table, a row with figures in fewer of its columns than this share is no row of the table."""


class _Kind(Enum):
    ROW = "row"
    BARE_ROW = "bare row"
    TOTAL = "total"
    FIGURES = "figures"
    TEXT = "text"


@dataclass
class Sorted:
    """The rows of a sheet below its header, told apart."""

    rows: list[int] = field(default_factory=list)
    totals: list[int] = field(default_factory=list)
    subtotals: list[int] = field(default_factory=list)
    keyless: list[int] = field(default_factory=list)
    ignored: list[int] = field(default_factory=list)
    headers: list[int] = field(default_factory=list)


def is_uncalculated(cell: Cell) -> bool:
    """Say whether a cell holds a formula that no program has calculated."""
    return cell.type is CellType.ERROR and cell.text[0] == "="


def _says(text: str, words: re.Pattern[str], worn_words: re.Pattern[str]) -> bool:
    """Say whether a text is some words, or what is left of them where letters were lost."""
    if words.fullmatch(folded(text)):
        return True
    return has_lost(text) and worn_words.fullmatch(folded(without_marks(text))) is not None


def _is_figure(cell: Cell) -> bool:
    if cell.type is not CellType.TEXT:
        return cell.type is CellType.NUMBER
    return parse_number(cell.text).kind in (NumberKind.PLAIN, NumberKind.GROUPED, NumberKind.DECIMAL)


class RowReader:
    """Reads the rows of one table."""

    def __init__(
        self,
        grid: SheetGrid,
        form: Form,
        table: FormTable,
        reading: Reading,
        apart: Apart,
        *,
        known: Container[str],
    ) -> None:
        self._grid = grid
        self._apart = apart
        self._form = form
        self._reading = reading
        self._known = known
        self._sheet = table.sheet
        self._number_columns = [
            table.columns[column.code] for column in form.number_columns if column.code in table.columns
        ]
        self._plan: list[tuple[str, int, bool, CodedColumn]] = []
        for column in form.columns:
            lines = form.line_members.get(column.code)
            members = {code: line.label for code, line in lines.items()} if lines is not None else None
            position = table.columns.get(column.code, 0)
            self._plan.append((column.code, position, column.type == "int", CodedColumn(column, members)))
        key = form.key[0] if form.key[0] in table.columns else next(k for k in form.key if k in table.columns)
        self._key = table.columns[key]
        self._key_codes = next(t.codes for code, _, _, t in self._plan if code == key)

    def has_figures(self, number: int) -> bool:
        """Say whether a row has anything that reads as a number where numbers belong."""
        return self._has_figures(self._grid.rows[number])

    def hidden_letters(self, rows: list[int], hidden: frozenset[int]) -> list[str]:
        """Give the hidden columns of the form in which some of these rows have something."""
        columns = sorted(hidden.intersection(self._number_columns))
        return [column_letter(c) for c in columns if any(c in self._grid.rows[number] for number in rows)]

    def beside(self, rows: list[int], last_header_row: int) -> list[Cell]:
        """Give the figures in these rows that stand in columns without any header."""
        lines = self._grid.rows
        headed = {column for _, column, _, _ in self._plan}
        others = [lines[number][column] for number in rows for column in sorted(lines[number].keys() - headed)]
        figures = [cell for cell in others if _is_figure(cell)]
        if figures:
            headed.update(*(lines[number] for number in self._grid.head() if number <= last_header_row))
        return [cell for cell in figures if cell.column not in headed]

    def spread(self, rows: list[int]) -> list[tuple[str, Cell]]:
        """Give merged ranges, with what stands in them, that cover more than one number of these rows."""
        found: list[tuple[str, Cell]] = []
        for top, left, bottom, right in self._grid.sheet.merged:
            cell = self._grid.sheet.cells.get((top, left))
            if cell is None or not rows or bottom < rows[0]:
                continue
            columns = sum(left <= column <= right for column in self._number_columns)
            if len(found) == _MOST_MERGED:
                break
            if columns * (bisect_right(rows, bottom) - bisect_left(rows, top)) > 1:
                found.append((f"{address(top, left)}:{address(bottom, right)}", cell))
        return found

    def first_cell(self, number: int) -> Cell:
        """Give the leftmost cell of a row."""
        row = self._grid.rows[number]
        return row[min(row)]

    def sort_rows(self, last_header_row: int, keys: list[int]) -> Sorted:
        """Tell the rows below the header apart.

        The table ends with its last row that surely has a code, and has figures, with the rows that follow it
        without a gap; a row of text in its midst is a heading.
        """
        numbers = [n for n in self._grid.numbers if n > last_header_row]
        numbering: list[str] = []
        for number in numbers[:_NUMBERING_ROWS]:
            if is_numbering(self._grid.rows[number]):
                numbering = self._texts(number)
                numbers = [n for n in numbers if n > number]
                break
        found = Sorted()
        found.headers = [
            n for n in numbers if self._is_header(n, last_header_row) or self._repeats(n, numbering)
        ]
        numbers = [number for number in numbers if number not in found.headers]
        kinds = {number: self._kind(self._grid.rows[number], keys) for number in numbers}
        end = max((n for n, kind in kinds.items() if kind is _Kind.ROW and self._is_sure(n)), default=0)
        previous = numbers[0] - 1 if numbers else 0
        is_over = False
        for number, kind in kinds.items():
            is_over = number > end and (is_over or number > previous + 1)
            previous = number
            if kind is _Kind.TOTAL:
                found.totals.append(number)
                is_over = number > end
            elif self._is_data(number, kind, is_over):
                found.rows.append(number)
            elif kind is _Kind.FIGURES and (not is_over or self._is_full(number)):
                (found.subtotals if self._is_section(number) else found.keyless).append(number)
            elif number > end:
                is_over = True
                found.ignored.append(number)
        self._choose_total(found)
        return found

    def _is_data(self, number: int, kind: _Kind, is_over: bool) -> bool:
        """Say whether a row is one of the table, which a gap may have ended."""
        if kind is _Kind.ROW:
            return not is_over
        return kind is _Kind.BARE_ROW and (not is_over or self._is_known(number))

    def _is_sure(self, number: int) -> bool:
        """Say whether the code of a row can be nothing else: one that is known, or more than a few capitals."""
        is_short = _CAPITALS.fullmatch(self._grid.rows[number][self._key].text) is not None
        return not is_short or self._is_known(number) or self._is_full(number)

    def _is_known(self, number: int) -> bool:
        """Say whether the form, or the list of organisations in the workbook, has the code of a row."""
        text = self._grid.rows[number][self._key].text
        return text in self._known or squash(text) in self._key_codes

    def _is_header(self, number: int, last_header_row: int) -> bool:
        """Say whether a row among the data is the header once more."""
        row = self._grid.rows[number]
        key = row.get(self._key)
        if key is None or key.type is not CellType.TEXT or self._has_figures(row):
            return False
        above = (self._grid.rows[n].get(self._key) for n in self._grid.head() if n <= last_header_row)
        return any(cell is not None and cell.text == key.text for cell in above)

    def _repeats(self, number: int, numbering: list[str]) -> bool:
        row = self._grid.rows[number]
        return (
            len(row) == len(numbering)
            and row[min(row)].text == numbering[0]
            and self._texts(number) == numbering
        )

    def _texts(self, number: int) -> list[str]:
        return [cell.text for _, cell in sorted(self._grid.rows[number].items())]

    def _kind(self, row: Mapping[int, Cell], keys: list[int]) -> _Kind:
        key = row.get(self._key)
        has_figures = self._has_figures(row)
        if key is not None and self._is_code(key):
            return _Kind.ROW if has_figures else _Kind.BARE_ROW
        texts = (cell.text for cell in row.values() if cell.type is CellType.TEXT)
        if has_figures and any(_says(text, _TOTAL, _WORN_TOTAL) for text in texts):
            return _Kind.TOTAL
        if not has_figures:
            return _Kind.TEXT
        return _Kind.FIGURES

    def _is_code(self, cell: Cell) -> bool:
        if cell.type is CellType.NUMBER:
            return True
        text = cell.text.replace(CUT, "")  # a code once; cast says that something was left out of it
        if self._key_codes and squash(text) in self._key_codes:
            return True
        if SCIENTIFIC.fullmatch(text):
            return True  # a code once; cast says what has become of it
        text = without_marks(text) if has_lost(text) else text  # a code once, as above
        if not _CODE.fullmatch(text) or _ROMAN.fullmatch(text):
            return False
        if _CODE_MARK.search(text) or _CAPITALS.fullmatch(text):
            return True
        return self._form.rows == "targets" and _INDICATOR.fullmatch(text) is not None

    def _has_figures(self, row: Mapping[int, Cell]) -> bool:
        for column in self._number_columns:
            cell = row.get(column)
            if cell is None:
                continue
            if cell.type is not CellType.TEXT:
                return True
            if parse_number(cell.text).kind not in (NumberKind.INVALID, NumberKind.BLANK):
                return True
        return False

    def _is_full(self, number: int) -> bool:
        row = self._grid.rows[number]
        filled = sum(column in row for column in self._number_columns)
        return filled > len(self._number_columns) * _MOST_BLANKS

    def _is_section(self, number: int) -> bool:
        row = self._grid.rows[number]
        texts = [cell.text for _, cell in sorted(row.items()) if cell.type is CellType.TEXT]
        return any(_SECTION.fullmatch(text) or _says(text, _SECTION_WORDS, _WORN_SECTION) for text in texts[:2])

    def _choose_total(self, found: Sorted) -> None:
        """Keep one total: the one that says most clearly that it is, the last among equals."""
        if len(found.totals) < 2:
            return

        def clarity(number: int) -> tuple[bool, int]:
            texts = (folded(cell.text) for cell in self._grid.rows[number].values())
            return any(text.startswith(("tong", "toan")) for text in texts), number

        chosen = max(found.totals, key=clarity)
        found.subtotals = sorted({*found.subtotals, *found.totals} - {chosen})
        found.totals = [chosen]

    def row(self, number: int) -> FormRow:
        """Cast the cells of a row."""
        values: dict[str, Value] = {}
        marks: dict[str, Mark] = {}
        texts: dict[str, str] = {}
        get = self._grid.rows[number].get
        number_type = CellType.NUMBER
        apart = self._apart
        for code, position, is_count, target in self._plan:
            cell = get(position)
            # Most cells are counts stored as numbers; they need no cast.
            if (
                is_count
                and cell is not None
                and cell.type is number_type
                and cell.number_format is None
                and (not apart or (number, position) not in apart)
            ):
                value: float = cell.value  # type: ignore[assignment]  # the type says that it is a number
                if value.is_integer() and -LARGEST_EXACT < value < LARGEST_EXACT:
                    values[code] = int(value)
                    continue
            if cell is None:
                values[code] = None
                if position:
                    marks[code] = Mark.BLANK
                continue
            known = apart.get((number, position))
            _put(cast(cell, target, self._sheet, self._reading, known), code, values, marks, texts)
        return FormRow(number, values, marks, texts)

    def total(self, number: int) -> FormRow:
        """Cast the numbers of the total row; what it holds besides is no concern of anyone.

        A cell that is a problem keeps no text: the gate would say of it once more that it is no number.
        """
        row = self._grid.rows[number]
        total = FormRow(number, {})
        heard = Reading(self._reading.file_name, self._reading.kind, day_zero=self._reading.day_zero)
        for code, position, _, target in self._plan:
            if not target.column.is_number:
                total.values[code] = None
            elif (cell := row.get(position)) is not None and is_uncalculated(cell):
                # A note tells of it; the sum is in the rows, whatever kind of number they hold.
                _put(Cast(None, Mark.ERROR, cell.text), code, total.values, total.marks, total.texts)
            elif position:
                known = self._apart.get((number, position))
                problems = len(heard.problems)
                result = cast(cell, target, self._sheet, heard, known)
                if len(heard.problems) > problems:
                    result = result._replace(text=None)
                _put(result, code, total.values, total.marks, total.texts)
        self._reading.problems += heard.problems
        self._reading.notes += heard.notes
        return total


def _put(
    result: Cast, code: str, values: dict[str, Value], marks: dict[str, Mark], texts: dict[str, str]
) -> None:
    values[code] = result.value
    if result.mark is not None:
        marks[code] = result.mark
    if result.text is not None:
        texts[code] = result.text
