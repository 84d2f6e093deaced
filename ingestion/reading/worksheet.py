"""One worksheet of an Office Open XML workbook as cells.

What belongs here: places and stored values of cells, rows, merged ranges and columns, in the usual way of
writing (`ooxml/sheetdata.py`) and in every other. What does not: the package and its tables (`xlsx.py`), and
what a cell means.

A cell that cannot be read is an error cell, so that it is a finding where it stands in a form and nothing where
it does not; a cell of which nobody can say where it stands is kept aside with what stands in it.
"""

import re
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from math import isfinite
from typing import NamedTuple
from xml.etree.ElementTree import Element

from ingestion.ooxml.limits import (
    MAX_COLUMN_ENTRIES,
    MAX_MERGED,
    MAX_STORED,
    MAX_TAGS,
    too_many,
)
from ingestion.ooxml.markup import SMALL, elements, in_utf8, is_plain, is_true, local, rich_text, unescaped
from ingestion.ooxml.references import (
    column_number,
    column_number_of,
    place_of,
    text_without_place,
    whole_number,
)
from ingestion.ooxml.sheetdata import Token, scan
from ingestion.reading.book import DAY_ZERO_1904, MAX_CELLS
from ingestion.reading.cellstyles import IS_DATE, CellStyles
from ingestion.reading.richtext import Run, SharedStrings, cleaned, left_out_of, styled_runs
from ingestion.reading.runs import PLAIN
from ingestion.records.cells import (
    LAST_COLUMN,
    LAST_ROW,
    LONGEST_TEXT,
    Cell,
    CellType,
    LeftOut,
    SheetCells,
    address,
    parse_range,
)
from ingestion.records.stored import format_date, format_number, parse_moment
from ingestion.records.submissions import Problem, UnreadableError

_NUMBER, _TEXT, _ERROR = CellType.NUMBER, CellType.TEXT, CellType.ERROR
_INLINE = "is"
"""Stands for the kind of cells that hold their text themselves, whatever kind they say they are."""

_LAST_SERIAL = 2_958_465
_DAY_THAT_NEVER_WAS = 60
_OUTSIDE = "dd/mm/yyyy"
"""The format of a number that is to be a date and counts no day of the calendar."""

_MOST_ASTRAY = 20
_TAGS_OF_A_CELL = 6
"""Those of the cell, its formula and its value."""

_ERROR_NAME = re.compile(
    r"#(?:N/A|NULL!|DIV/0!|VALUE!|REF!|NAME\?|NUM!|[A-Z][A-Z_]*!)|#GETTING_DATA", re.IGNORECASE
)
_HIDDEN = re.compile(rb"\shidden=[\"'](?:1|true|on)[\"']")


@dataclass
class Tables:
    """What cells refer to by number, and how their dates are counted."""

    strings: SharedStrings = field(default_factory=SharedStrings)
    styles: CellStyles = field(default_factory=CellStyles)
    starts_1904: bool = False


def read_worksheet(
    data: bytes, sheet: SheetCells, tables: Tables, most_cells: int
) -> tuple[list[Problem], Problem | None]:
    """Read the part of a sheet into its cells.

    Args:
        data: the part.
        sheet: gets the cells.
        tables: of the workbook.
        most_cells: how many cells with content the workbook may still have.

    Returns:
        The cells with content that have no place, as problems of this sheet, and the first text that was cut.

    Raises:
        UnreadableError: it holds far too much.
        ParseError, LookupError, ValueError: it is damaged.
    """
    data = in_utf8(data)
    if len(data) > SMALL:
        _check_counts(data, sheet)
    reader = _Reader(sheet, tables, most_cells)
    found = scan(data)
    if found is None or not reader.read_tokens(found.tokens):
        reader.clear()
        reader.read_rest(data)
    else:
        reader.read_rest(found.rest)
    if reader.has_doubles:
        # A second time with an eye on what stands where: rare enough to pay for it only here.
        reader.heed()
        reader.read_rest(data)
    if len(sheet.cells) > most_cells:
        raise _too_many_cells(sheet)
    return reader.astray, reader.cut


def _check_counts(data: bytes, sheet: SheetCells) -> None:
    """Refuse a large sheet that holds far more than any form, blank or not, before all of it takes memory.

    Rows and cells are counted under any prefix; what only begins like one counts as well.
    """
    stored = sum(
        data.count(mark) for mark in (b"<c ", b"<c>", b"<c/", b"<row", b":c ", b":c>", b":c/", b":row")
    )
    if stored > MAX_STORED:
        raise too_many("stored", stored, MAX_STORED, sheet=sheet.name)
    if (tags := data.count(b"<") - _TAGS_OF_A_CELL * stored) > MAX_TAGS:
        raise too_many("tags", tags, MAX_TAGS, sheet=sheet.name)


def _too_many_cells(sheet: SheetCells) -> UnreadableError:
    return UnreadableError("R013", sheet=sheet.name, limit=str(MAX_CELLS))


class _Heeding(dict[tuple[int, int], Cell]):
    """Cells by place, of which one that stands there twice with different content is an error."""

    def __setitem__(self, place: tuple[int, int], cell: Cell) -> None:
        other = self.get(place)
        if other is not None and (other.type, other.value) != (cell.type, cell.value):
            both = f"{other.text} / {cell.text}"
            cell = Cell(*place, _ERROR, both, both)
        super().__setitem__(place, cell)


class _Reader:
    """Reads one sheet."""

    def __init__(self, sheet: SheetCells, tables: Tables, most_cells: int) -> None:
        self._sheet = sheet
        self._strings = tables.strings
        self._texts = tables.strings.texts
        self._runs = tables.strings.runs
        self._lengths = tables.strings.lengths
        self._styles = tables.styles
        self._starts_1904 = tables.starts_1904
        self._most_cells = most_cells
        self._count = 0
        self._hidden: set[int] = set()
        self.astray: list[Problem] = []
        self.cut: Problem | None = None

    def clear(self) -> None:
        """Forget what was read."""
        sheet = self._sheet
        for kept in (sheet.cells, sheet.fonts, sheet.left_out, sheet.merged, self._hidden, self.astray):
            kept.clear()
        self._count = 0
        self.cut = None

    @property
    def has_doubles(self) -> bool:
        """Whether some cell stands there more than once."""
        return self._count != len(self._sheet.cells) and not isinstance(self._sheet.cells, _Heeding)

    def heed(self) -> None:
        """Forget what was read, and look from now on whether a cell that stands there twice says the same."""
        self.clear()
        self._sheet.cells = _Heeding()

    def read_tokens(self, tokens: list[Token]) -> bool:  # noqa: PLR0912 - one flat loop
        """Read what `scan` has found; False where only the parser can tell what is meant."""
        # As flat as `_read_cells`, and made of the same cases: the loop over every cell of every workbook.
        sheet = self._sheet
        cells = sheet.cells
        texts = self._texts
        styles = {str(style).encode(): code for style, code in self._styles.formats.items()}
        if None in self._styles.formats:
            styles[b""] = self._styles.formats[None]
        column_of = column_number_of
        new = tuple.__new__
        number = count = 0
        place = b""
        for letters, digits, style, kind, stored, row, attributes in tokens:
            if row:
                place, number = row, int(row)
                if number > LAST_ROW:
                    return False
                if attributes and _HIDDEN.search(attributes):
                    self._hidden.add(number)
                continue
            if not stored:
                continue
            if digits != place:
                return False
            column = column_of(letters)
            if not column:
                return False
            cell: Cell | None = None
            try:
                if kind == b"s":
                    index = int(stored)
                    if index < 0:
                        return False
                    raw, text = texts[index]
                    if text:
                        cell = new(Cell, (number, column, _TEXT, raw, text, None))
                elif not kind or kind == b"n":
                    code = styles.get(style)
                    value = float(stored)
                    if code is None and value.is_integer():
                        cell = new(Cell, (number, column, _NUMBER, value, str(int(value)), None))
                    else:
                        cell = self._number(number, column, value, stored.decode(), code)
                else:
                    if len(stored) > LONGEST_TEXT:
                        return False
                    cell = self._other(number, column, kind.decode(), stored.decode(), None)
            except (ValueError, IndexError):
                cell = self._odd(number, column, kind.decode(), stored.decode(), None)
            if cell is not None:
                cells[number, column] = cell
                count += 1
        self._count += count
        if self._runs or self._lengths or self._styles.looks or self._styles.fonts:
            self._note_tokens(tokens)
        return True

    def _note_tokens(self, tokens: list[Token]) -> None:
        """Note fonts and what is left out, in the sheets of workbooks that have any."""
        number = 0
        for letters, _, style, kind, stored, row, _ in tokens:
            if row:
                number = int(row)
            elif stored:
                index = int(stored) if kind == b"s" and stored.isdigit() else -1
                if index in self._lengths:
                    self._note_length(number, column_number_of(letters), self._lengths[index])
                self._note(number, column_number_of(letters), style.decode() or None, index)

    def _note_length(self, row: int, column: int, length: int) -> None:
        """Note the first cell of a sheet of whose text only the beginning is kept."""
        if self.cut is None:
            details = {"found": str(length), "limit": str(LONGEST_TEXT)}
            self.cut = Problem("R141", self._sheet.name, address(row, column), details=details)

    def _note(
        self, row: int, column: int, style: str | None, index: int, runs: list[Run] | None = None
    ) -> None:
        """Note the font of a cell, and what of its text is no part of a number.

        Args:
            row: of the cell.
            column: of the cell.
            style: of the cell.
            index: the number of its text among the shared strings; -1 where it holds its content itself.
            runs: those of a text that it holds itself.
        """
        cell = self._sheet.cells.get((row, column))
        if cell is None:
            return
        if font := self._styles.fonts.get(style):
            self._sheet.fonts[row, column] = font
        look = self._styles.looks.get(style, PLAIN)
        found: LeftOut | None = None
        if 0 <= index < len(self._texts):
            if look != PLAIN or index in self._runs:
                found = self._strings.left_out(index, look)
        elif runs or look != PLAIN:
            found = left_out_of(runs or [Run(cell.text, None)], look)
        if found is not None:
            self._sheet.left_out[row, column] = found

    def read_rest(self, data: bytes) -> None:
        """Read rows, merged ranges and columns through the parser."""
        merged: dict[tuple[int, int, int, int], None] = {}
        hidden: list[tuple[int, int]] = []
        number = entries = 0
        for parent, entry in elements(data, 2):
            tag = local(entry.tag)
            if parent == "sheetData":
                if tag == "row":
                    number = self._read_row(entry, number)
            elif tag == "mergeCell" and (found := parse_range(entry.get("ref", ""))):
                merged[found] = None
                if len(merged) > MAX_MERGED:
                    raise too_many("merged", len(merged), MAX_MERGED, sheet=self._sheet.name)
            elif tag == "col" and parent == "cols":
                entries += 1
                if entries > MAX_COLUMN_ENTRIES:
                    raise too_many("columns", entries, MAX_COLUMN_ENTRIES, sheet=self._sheet.name)
                if is_true(entry.get("hidden")):
                    hidden.append((whole_number(entry.get("min")), whole_number(entry.get("max"))))
        self._sheet.merged = list(merged)
        self._sheet.hidden_columns = _columns_in(hidden)
        self._sheet.hidden_rows = frozenset(self._hidden)

    def _read_row(self, row: Element, previous: int) -> int:
        """Read a row and give its number; a row that says none follows the one before."""
        said = row.get("r")
        number = previous + 1 if said is None else whole_number(said)
        if number > LAST_ROW:
            number = 0  # only cells that say where they stand have a place in it
        if number and is_true(row.get("hidden")):
            self._hidden.add(number)
        self._read_cells(row, number)
        if len(self._sheet.cells) > self._most_cells:
            raise _too_many_cells(self._sheet)
        return number or previous

    def _read_cells(self, row: Element, number: int) -> None:  # noqa: PLR0912, PLR0915 - one flat loop
        tags = _tags(row.tag.removesuffix("row"))
        cells = self._sheet.cells
        texts = self._texts
        styles = self._styles.formats
        is_noted = bool(self._runs or self._styles.looks or self._styles.fonts)
        suffix = str(number)
        length = -len(suffix)
        column = 0
        for element in row:
            if element.tag != tags.c:
                continue
            get = element.get
            said = get("r")
            line = number
            if not said:
                column += 1
            elif not (said.endswith(suffix) and (column := column_number(said[:length]))):
                line, column = place_of(said, number)
            stored = formula = runs = None
            length, index = 0, -1
            kind = get("t") or "n"
            is_broken = False
            for child in element:
                tag = child.tag
                if tag == tags.v:
                    is_broken = is_broken or stored is not None or len(child) > 0
                    stored = child.text
                elif tag == tags.f:
                    formula = child.text or ""
                elif tag == tags.text:
                    stored, kind = rich_text(child), _INLINE
                    runs = None if is_plain(child) else styled_runs(child)
            if stored is not None and len(stored) > LONGEST_TEXT:
                length, stored = len(stored), stored[:LONGEST_TEXT]
            cell: Cell | None = None
            try:
                if is_broken:
                    cell = _broken(line, column, [child for child in element if child.tag == tags.v])
                elif stored is None or kind not in ("n", "s") or "_" in stored or not stored.isascii():
                    cell = self._other(line, column, kind, stored, formula)
                elif kind == "s":
                    index = int(stored)
                    raw, text = texts[index if index >= 0 else len(texts)]
                    if text:
                        cell = Cell(line, column, _TEXT, raw, text)
                    length = self._lengths.get(index, 0)
                else:
                    code = styles.get(get("s"))
                    value = float(stored)
                    if code is None and value.is_integer():
                        cell = Cell(line, column, _NUMBER, value, str(int(value)))
                    else:
                        cell = self._number(line, column, value, stored, code)
            except (ValueError, IndexError):
                cell = self._odd(line, column, kind, stored or "", formula)
            if not line or not 0 < column <= LAST_COLUMN:
                column = LAST_COLUMN  # nor can anyone tell where a cell stands that only follows this one
                if cell is not None:
                    self._set_aside(cell, said or "", number)
            elif cell is not None:
                cells[line, column] = cell
                self._count += 1
                if length:
                    self._note_length(line, column, length)
                if is_noted or runs:
                    self._note(line, column, get("s"), index, runs)

    def _set_aside(self, cell: Cell, said: str, row: int) -> None:
        if len(self.astray) < _MOST_ASTRAY:
            details = {"said": said[:40], "row": str(row or "?")}
            place = f"A{row}" if row else ""
            self.astray.append(Problem("R062", self._sheet.name, place, cell.text, details))

    def _number(self, row: int, column: int, value: float, stored: str, number_format: str | None) -> Cell:
        """Give a number, or the date that its format makes of it; what is neither is an error."""
        if not isfinite(value):
            return Cell(row, column, _ERROR, stored.strip(), stored.strip())
        if number_format == IS_DATE:
            moment = self._moment(value)
            if moment is None:
                return Cell(row, column, _NUMBER, value, format_number(value), _OUTSIDE)
            return Cell(row, column, CellType.DATE, moment, format_date(moment))
        return Cell(row, column, _NUMBER, value, format_number(value, number_format), number_format)

    def _moment(self, serial: float) -> date | datetime | time | None:
        """Give the day or hour that a number counts; None outside the calendar."""
        if not 0 <= serial < _LAST_SERIAL + 1:
            return None
        seconds = timedelta(seconds=round(serial * 86_400))
        if serial < 1:
            return (datetime.combine(date.min, time()) + seconds).time()
        # The 1900 calendar counts a 29 February 1900 that never was.
        if not self._starts_1904 and seconds.days == _DAY_THAT_NEVER_WAS:
            return None
        base = (
            DAY_ZERO_1904
            if self._starts_1904
            else date(1899, 12, 30 if seconds.days > _DAY_THAT_NEVER_WAS else 31)
        )
        try:
            moment = datetime.combine(base, time()) + seconds
        except OverflowError:
            return None
        return moment.date() if moment.time() == time() else moment

    def _other(self, row: int, column: int, kind: str, stored: str | None, formula: str | None) -> Cell | None:
        """Give a cell that is no plain number or shared string; None for blanks and empty text.

        A formula without a value was written by a program that does not calculate; it is an error, no blank.

        Raises:
            ValueError: what stands there is none of its kind.
        """
        if kind == "e":
            name = cleaned(stored or "") or "#N/A"
            return Cell(row, column, _ERROR, name, name)
        if stored is None:
            if formula is None or kind != "n":
                return None
            return Cell(row, column, _ERROR, f"={formula}", cleaned(f"={formula}"))
        if kind in ("n", "s"):
            raise ValueError(stored)
        if kind == "b":
            if (said := stored.strip().lower()) not in ("1", "0", "true", "false"):
                raise ValueError(stored)
            value = said in ("1", "true")
            return Cell(row, column, CellType.BOOL, value, "TRUE" if value else "FALSE")
        if kind == "d":
            moment = parse_moment(stored)
            if moment is None:
                raise ValueError(stored)
            return Cell(row, column, CellType.DATE, moment, format_date(moment))
        return self._text(row, column, kind, stored)

    @staticmethod
    def _text(row: int, column: int, kind: str, stored: str) -> Cell | None:
        raw = stored if kind == _INLINE else unescaped(stored)
        text = cleaned(raw)
        if kind == "str" and _ERROR_NAME.fullmatch(text):
            return Cell(row, column, _ERROR, text, text)
        return Cell(row, column, _TEXT, raw, text) if text else None

    def _odd(self, row: int, column: int, kind: str, stored: str, formula: str | None) -> Cell | None:
        """Give a cell in which something stands that is none of its kind: blank, or an error in its words."""
        text = cleaned(unescaped(stored))
        if not text:
            return self._other(row, column, "n", None, formula)
        if kind == "s":
            text = text_without_place(text)
        return Cell(row, column, _ERROR, text, text)


def _broken(row: int, column: int, values: list[Element]) -> Cell:
    """Give a cell of which nobody can tell the value: it has several, or one in pieces."""
    pieces = (cleaned(unescaped(piece)) for value in values for piece in value.itertext())
    text = " / ".join(piece for piece in pieces if piece)[:LONGEST_TEXT] or "?"
    return Cell(row, column, _ERROR, text, text)


def _columns_in(ranges: list[tuple[int, int]]) -> frozenset[int]:
    """Give the columns in some ranges, which may overlap."""
    found: set[int] = set()
    end = 0
    for first, last in sorted(ranges):
        if first > 0:
            found.update(range(max(first, end + 1), min(last, LAST_COLUMN) + 1))
            end = max(end, last)
    return frozenset(found)


class _Tags(NamedTuple):
    """Names of elements of a row, with the namespace of the sheet."""

    c: str
    v: str
    f: str
    text: str


@lru_cache(maxsize=16)
def _tags(prefix: str) -> _Tags:
    return _Tags(f"{prefix}c", f"{prefix}v", f"{prefix}f", f"{prefix}is")
