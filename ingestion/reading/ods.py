"""OpenDocument spreadsheets (.ods) as cells.

What belongs here: the parts of the file, its sheets, and where in them cells stand. What does not: what a cell
holds (`ods_cells.py`) and how it is dressed (`ods_styles.py`).
"""

import re
from collections.abc import Iterator
from typing import NamedTuple
from urllib.parse import unquote
from xml.etree.ElementTree import Element
from zipfile import ZipFile

from ingestion.ooxml.markup import parse_xml
from ingestion.reading.book import MAX_CELLS, Book
from ingestion.reading.ods_cells import OFFICE, TABLE, decode, pieces
from ingestion.reading.ods_styles import Styles
from ingestion.reading.runs import left_out
from ingestion.records.cells import LAST_COLUMN, LAST_ROW, Cell, CellType, LeftOut, SheetCells, address
from ingestion.records.file_kinds import FileKind
from ingestion.records.stored import parse_date
from ingestion.records.submissions import Problem, UnreadableError
from ingestion.records.text import clean

MAX_TAGS = 1_000_000
"""Of a document; each costs some hundred bytes of memory. A real report has some thousands of cells."""

_CELLS = (f"{TABLE}table-cell", f"{TABLE}covered-table-cell")
_ROW, _COLUMN = f"{TABLE}table-row", f"{TABLE}table-column"
_ROW_GROUPS = (f"{TABLE}table-row-group", f"{TABLE}table-header-rows", f"{TABLE}table-rows")
_COLUMN_GROUPS = (f"{TABLE}table-column-group", f"{TABLE}table-header-columns", f"{TABLE}table-columns")
_REPEATED_ROWS, _REPEATED = f"{TABLE}number-rows-repeated", f"{TABLE}number-columns-repeated"
_WIDE, _HIGH = f"{TABLE}number-columns-spanned", f"{TABLE}number-rows-spanned"
_FORMULA, _STYLE_NAME = f"{TABLE}formula", f"{TABLE}style-name"
_DEFAULT_STYLE = f"{TABLE}default-cell-style-name"
_VISIBILITY = f"{TABLE}visibility"
_COUNT = re.compile(r"0*([1-9][0-9]{0,11})")
_LINK = re.compile(r"file:/[^'#]*?([^/'#]+)'?#")


def read_ods(archive: ZipFile) -> Book:
    """Read a spreadsheet.

    Raises:
        UnreadableError: it has a password, far too many cells or tags, or no spreadsheet in it.
        ParseError, ValueError: the document is damaged.
    """
    if b"encryption-data" in (_part(archive, "META-INF/manifest.xml") or b""):
        raise UnreadableError("R002")
    book = read_document(_content(archive), _part(archive, "styles.xml"), FileKind.ODS)
    if any(name.startswith("Basic/") and not name.endswith("-lc.xml") for name in archive.namelist()):
        book.notes.append(Problem("R106"))
    return book


def read_document(content: bytes, named: bytes | None, kind: FileKind) -> Book:
    """Read the sheets of a document, wherever it lay.

    Args:
        content: the document, with the styles that the program made.
        named: the part with the styles that have names of their own, if that is another one.
        kind: what the file is.

    Raises:
        UnreadableError: it has far too many cells or tags, or no spreadsheet in it.
        ParseError, ValueError: the document is damaged.
    """
    root = _parse(content)
    styles = Styles(None if named is None else _parse(named), root)
    book = Book(kind, [])
    spreadsheet = root.find(f"{OFFICE}body/{OFFICE}spreadsheet")
    if spreadsheet is None:
        raise UnreadableError("R005", kind="OpenDocument")
    zero = spreadsheet.find(f"{TABLE}calculation-settings/{TABLE}null-date")
    if zero is not None and (day := parse_date(zero.get(f"{TABLE}date-value", ""))) is not None:
        book.day_zero = day
    has_links = b"file:/" in content
    del content
    budget = MAX_CELLS
    for table in spreadsheet.iterfind(f"{TABLE}table"):
        name = clean(table.get(f"{TABLE}name", ""))
        if name.startswith("'file:"):
            continue  # a copy of another workbook's sheet, kept for formulas that refer to it
        sheet = SheetCells(name, visible=not styles.is_hidden(table))
        reader = _Reader(sheet, styles, budget, book.notes if has_links else None)
        reader.read(table)
        budget -= len(sheet.cells)
        book.sheets.append(sheet)
    return book


def _content(archive: ZipFile) -> bytes:
    content = _part(archive, "content.xml")
    if content is None:
        raise UnreadableError("R006", technical="no part is named content.xml")
    return content


def _part(archive: ZipFile, name: str) -> bytes | None:
    """Give a part by its name, or else in other letters or with other slashes; None where there is none."""
    names = archive.namelist()
    if name in names:
        return archive.read(name)
    alike = (one for one in names if one.replace("\\", "/").casefold() == name.casefold())
    found = next(alike, None)
    return None if found is None else archive.read(found)


def _parse(part: bytes) -> Element:
    if part.count(b"<") > MAX_TAGS:
        raise UnreadableError("R071", limit=f"{MAX_TAGS} XML")
    return parse_xml(part)


class _Placed(NamedTuple):
    """A cell with what is noted beside it."""

    cell: Cell
    font: str | None
    parted: LeftOut | None


class _Reader:
    """One sheet being read."""

    def __init__(self, sheet: SheetCells, styles: Styles, budget: int, notes: list[Problem] | None) -> None:
        self._sheet = sheet
        self._styles = styles
        self._budget = budget
        self._notes = notes
        """Where the first formula that follows another file is noted; None once it is."""

        self._column_styles: dict[int, str] = {}
        self._wants_styles = bool(styles.fonts) or styles.has_looks

    def read(self, table: Element) -> None:
        """Read all rows and columns."""
        sheet = self._sheet
        self._read_columns(table)
        hidden: set[int] = set()
        number = 1
        for row, is_hidden in _lines(table, _ROW, _ROW_GROUPS):
            times = _count(row.get(_REPEATED_ROWS)) or 1
            placed = self._row(row, number)
            if placed:
                # Only rows with content are repeated one by one: the empty rest of a sheet is a million rows.
                if times * len(placed) + len(sheet.cells) > self._budget:
                    raise UnreadableError("R013", sheet=sheet.name, limit=str(MAX_CELLS))
                if number + times - 1 > LAST_ROW:
                    raise UnreadableError("R070", sheet=sheet.name)
                for repeated in range(number, number + times):
                    for one in placed:
                        self._put(one, repeated)
                if is_hidden:
                    hidden.update(range(number, number + times))
            number += times
            row.clear()  # a large sheet need not be in memory twice
        sheet.hidden_rows = frozenset(hidden)

    def _read_columns(self, table: Element) -> None:
        hidden: set[int] = set()
        number = 1
        for column, is_hidden in _lines(table, _COLUMN, _COLUMN_GROUPS):
            times = min(_count(column.get(_REPEATED)) or 1, LAST_COLUMN + 1 - number)
            if is_hidden:
                hidden.update(range(number, number + times))
            if self._wants_styles and (style := column.get(_DEFAULT_STYLE)):
                self._column_styles.update(dict.fromkeys(range(number, number + times), style))
            number += times
        self._sheet.hidden_columns = frozenset(hidden)

    def _put(self, placed: _Placed, row: int) -> None:
        place = (row, placed.cell.column)
        self._sheet.cells[place] = placed.cell if placed.cell.row == row else placed.cell._replace(row=row)
        if placed.font is not None:
            self._sheet.fonts[place] = placed.font
        if placed.parted is not None:
            self._sheet.left_out[place] = placed.parted

    def _row(self, row: Element, number: int) -> list[_Placed]:
        """Read the cells of a row.

        Where it is not known how often a cell is repeated, all that follow stand in columns that nobody knows:
        they are errors.
        """
        found: list[_Placed] = []
        column, is_certain = 1, True
        for element in row:
            if element.tag not in _CELLS:
                continue
            times = _count(element.get(_REPEATED))
            if times is None:
                times, is_certain = 1, False
            self._note_merged(element, number, column)
            if self._notes is not None and (match := _LINK.search(element.get(_FORMULA, ""))):
                self._notes.append(
                    Problem("R118", self._sheet.name, address(number, column), unquote(match[1]))
                )
                self._notes = None
            cell = decode(element, number, column)
            if cell is not None:
                if times + len(found) > self._budget:
                    raise UnreadableError("R013", sheet=self._sheet.name, limit=str(MAX_CELLS))
                if column + times - 1 > LAST_COLUMN:
                    raise UnreadableError("R070", sheet=self._sheet.name)
                if not is_certain:
                    cell = Cell(number, column, CellType.ERROR, cell.text, cell.text)
                found += self._dressed(element, row, cell, times)
            column += times
        return found

    def _dressed(self, element: Element, row: Element, cell: Cell, times: int) -> Iterator[_Placed]:
        """Give a cell as often as it is repeated, with what its style says."""
        own = element.get(_STYLE_NAME) or row.get(_DEFAULT_STYLE) if self._wants_styles else None
        parted: dict[str | None, LeftOut | None] = {}
        for column in range(cell.column, cell.column + times):
            style = own or self._column_styles.get(column)
            font = self._styles.fonts.get(style) if style else None
            if self._styles.has_looks and style not in parted:
                parted[style] = self._left_out(element, cell, style)
            yield _Placed(
                cell if column == cell.column else cell._replace(column=column), font, parted.get(style)
            )

    def _left_out(self, element: Element, cell: Cell, style: str | None) -> LeftOut | None:
        if cell.type is CellType.ERROR:
            return None
        look = self._styles.cell_look(style)
        if cell.type is CellType.TEXT and len(element):
            return left_out(pieces(element, look, self._styles))
        return left_out([(cell.text, look)])

    def _note_merged(self, element: Element, row: int, column: int) -> None:
        wide, high = element.get(_WIDE), element.get(_HIGH)
        if wide is None and high is None:
            return
        bottom = min(row - 1 + (_count(high) or 1), LAST_ROW)
        right = min(column - 1 + (_count(wide) or 1), LAST_COLUMN)
        if bottom > row or right > column:
            self._sheet.merged.append((row, column, max(bottom, row), max(right, column)))


def _lines(table: Element, tag: str, groups: tuple[str, ...]) -> Iterator[tuple[Element, bool]]:
    """Give the rows or columns of a table, in groups or not, and whether they are hidden.

    Those of tables that stand in cells or drawings are none of its own.
    """
    waiting = [(iter(table), False)]
    while waiting:
        children, is_hidden = waiting[-1]
        for child in children:
            if child.tag == tag:
                yield child, is_hidden or child.get(_VISIBILITY, "visible") != "visible"
            elif child.tag in groups:
                waiting.append((iter(child), is_hidden or child.get(f"{TABLE}display") == "false"))
                break
        else:
            waiting.pop()


def _count(stated: str | None) -> int | None:
    """Give how often something is repeated or how far it reaches; None where that is no number above 0."""
    if stated is None:
        return 1
    match = _COUNT.fullmatch(stated.strip())
    return int(match[1]) if match else None
