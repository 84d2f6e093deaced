"""OpenDocument spreadsheets (.ods) as cells.

What belongs here: the vocabulary of OpenDocument that forms need. What does not: styles beyond what is hidden.
"""

import re
from collections.abc import Iterator
from datetime import date, datetime, time
from urllib.parse import unquote
from xml.etree.ElementTree import Element
from zipfile import ZipFile

from ingestion.cells import Cell, CellType, SheetCells, address
from ingestion.reading.book import MAX_CELLS, Book, UnreadableError
from ingestion.reading.legacy_text import script_of_font
from ingestion.reading.markup import local, parse_xml
from ingestion.submissions import Problem
from ingestion.text import clean
from ingestion.values import format_date, format_number, parse_date

_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_CALC = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}"
_CELLS = (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell")
_ERROR = re.compile(r"#(?:N/A|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!)|Err:\d+")
_DECIMALS = re.compile(r"[.,](\d+)\s*%?$")
_LINK = re.compile(r"file:/[^'#]*?([^/'#]+)'?#")
_LAST_COLUMN = 16_384
_TIME = re.compile(r"PT(\d+)H(\d+)M(\d+)(?:[.,]\d+)?S")


def read_ods(archive: ZipFile) -> Book:
    """Read a spreadsheet.

    Raises:
        UnreadableError: it has a password or far too many cells.
        ParseError, KeyError, ValueError: the document is damaged.
    """
    if b"encryption-data" in archive.read("META-INF/manifest.xml"):
        raise UnreadableError("R002")
    content = archive.read("content.xml")
    root = parse_xml(content)
    hidden_styles = {
        style.get(f"{_STYLE}name")
        for style in root.iter(f"{_STYLE}style")
        for properties in style.iter(f"{_STYLE}table-properties")
        if properties.get(f"{_TABLE}display") == "false"
    }
    book = Book("ods", [])
    spreadsheet = root.find(f"{_OFFICE}body/{_OFFICE}spreadsheet")
    if spreadsheet is None:
        raise UnreadableError("R005", kind="OpenDocument")
    zero = spreadsheet.find(f"{_TABLE}calculation-settings/{_TABLE}null-date")
    if zero is not None and (day := parse_date(zero.get(f"{_TABLE}date-value", ""))) is not None:
        book.day_zero = day
    fonts = _legacy_fonts(archive, root, content)
    has_links = b"file:/" in content
    budget = MAX_CELLS
    for table in spreadsheet.iterfind(f"{_TABLE}table"):
        name = clean(table.get(f"{_TABLE}name", ""))
        if name.startswith("'file:"):
            continue  # a copy of another workbook's sheet, kept for formulas that refer to it
        sheet = SheetCells(name, visible=table.get(f"{_TABLE}style-name") not in hidden_styles)
        _read_table(table, sheet, budget)
        if fonts:
            _note_fonts(table, sheet, fonts)
        if has_links:
            _note_links(table, sheet.name, book)
        budget -= len(sheet.cells)
        book.sheets.append(sheet)
    if any(name.startswith("Basic/") and not name.endswith("-lc.xml") for name in archive.namelist()):
        book.notes.append(Problem("R106"))
    return book


def _legacy_fonts(archive: ZipFile, root: Element, content: bytes) -> dict[str, str]:
    """Give the fonts from before Unicode by the name of the cell style that uses them, or inherits them."""
    styles = archive.read("styles.xml") if "styles.xml" in archive.namelist() else b""
    if not any(mark in part.lower() for part in (content, styles) for mark in (b".vn", b"vni-")):
        return {}
    parents: dict[str, str] = {}
    fonts: dict[str, str] = {}
    for part in (parse_xml(styles), root) if styles else (root,):
        for style in part.iter(f"{_STYLE}style"):
            name = style.get(f"{_STYLE}name", "")
            parents[name] = style.get(f"{_STYLE}parent-style-name", "")
            for properties in style.iter(f"{_STYLE}text-properties"):
                if font := properties.get(f"{_STYLE}font-name"):
                    fonts[name] = font
    found = {}
    for name in parents:
        ancestor, steps = name, 0
        while ancestor and ancestor not in fonts and steps < len(parents):
            ancestor, steps = parents.get(ancestor, ""), steps + 1
        if (font := fonts.get(ancestor)) and script_of_font(font) is not None:
            found[name] = font
    return found


def _note_fonts(table: Element, sheet: SheetCells, fonts: dict[str, str]) -> None:
    defaults = _column_styles(table)
    number = 1
    for row in table.iter(f"{_TABLE}table-row"):
        times = int(row.get(f"{_TABLE}number-rows-repeated", "1"))
        row_style = row.get(f"{_TABLE}default-cell-style-name")
        column = 1
        for element in row:
            if element.tag not in _CELLS:
                continue
            wide = int(element.get(f"{_TABLE}number-columns-repeated", "1"))
            own = element.get(f"{_TABLE}style-name") or row_style
            if len(element):
                for place in range(column, column + wide):
                    font = fonts.get(own or defaults.get(place, ""))
                    if font:
                        sheet.fonts.update(((n, place), font) for n in range(number, number + times))
            column += wide
        number += times


def _column_styles(table: Element) -> dict[int, str]:
    styles: dict[int, str] = {}
    for first, times, column in _columns(table):
        if style := column.get(f"{_TABLE}default-cell-style-name"):
            styles.update(dict.fromkeys(range(first, first + times), style))
    return styles


def _columns(table: Element) -> Iterator[tuple[int, int, Element]]:
    """Give the number, the repetitions and the element of each column, as far as a sheet is wide."""
    number = 1
    for column in table.iter(f"{_TABLE}table-column"):
        times = min(int(column.get(f"{_TABLE}number-columns-repeated", "1")), _LAST_COLUMN + 1 - number)
        yield number, times, column
        number += times


def _note_links(table: Element, sheet: str, book: Book) -> None:
    """Note the first formula of a sheet that takes its value from another file."""
    number = 1
    for row in table.iter(f"{_TABLE}table-row"):
        column = 1
        for element in row:
            match = _LINK.search(element.get(f"{_TABLE}formula", ""))
            if match:
                book.notes.append(Problem("R118", sheet, address(number, column), unquote(match[1])))
                return
            column += int(element.get(f"{_TABLE}number-columns-repeated", "1"))
        number += int(row.get(f"{_TABLE}number-rows-repeated", "1"))


def _read_table(table: Element, sheet: SheetCells, budget: int) -> None:
    hidden: set[int] = set()
    number = 1
    for row in table.iter(f"{_TABLE}table-row"):
        times = int(row.get(f"{_TABLE}number-rows-repeated", "1"))
        cells = list(_row_cells(row, sheet, number, budget))
        if cells:
            # Only rows with content are repeated one by one: an empty rest of a sheet counts a million rows.
            if times * len(cells) + len(sheet.cells) > budget:
                raise UnreadableError("R013", sheet=sheet.name, limit=str(MAX_CELLS))
            sheet.cells.update(((number, cell.column), cell) for cell in cells)
            for repeated in range(number + 1, number + times):
                for cell in cells:
                    sheet.cells[repeated, cell.column] = cell._replace(row=repeated)
            if row.get(f"{_TABLE}visibility", "visible") != "visible":
                hidden.update(range(number, number + times))
        number += times
    sheet.hidden_rows = frozenset(hidden)
    sheet.hidden_columns = frozenset(
        number
        for first, times, column in _columns(table)
        if column.get(f"{_TABLE}visibility", "visible") != "visible"
        for number in range(first, first + times)
    )


def _row_cells(row: Element, sheet: SheetCells, number: int, budget: int) -> list[Cell]:
    cells: list[Cell] = []
    column = 1
    for element in row:
        if element.tag not in _CELLS:
            continue
        times = int(element.get(f"{_TABLE}number-columns-repeated", "1"))
        wide = int(element.get(f"{_TABLE}number-columns-spanned", "1"))
        high = int(element.get(f"{_TABLE}number-rows-spanned", "1"))
        if wide > 1 or high > 1:
            sheet.merged.append((number, column, number + high - 1, column + wide - 1))
        cell = _decode(element, number, column)
        if cell is not None:
            if times + len(cells) > budget:
                raise UnreadableError("R013", sheet=sheet.name, limit=str(MAX_CELLS))
            cells.append(cell)
            cells += [cell._replace(column=column + offset) for offset in range(1, times)]
        column += times
    return cells


def _decode(element: Element, row: int, column: int) -> Cell | None:
    kind = element.get(f"{_OFFICE}value-type")
    shown = _shown(element) if len(element) else ""
    formula = element.get(f"{_TABLE}formula")
    if element.get(f"{_CALC}value-type") == "error" or (formula and _ERROR.fullmatch(shown)):
        return Cell(row, column, CellType.ERROR, shown, shown)
    if kind in ("float", "percentage", "currency"):
        return _number(element, row, column, shown)
    if kind in ("date", "time"):
        moment = _moment(element, kind)
        return Cell(row, column, CellType.DATE, moment, format_date(moment))
    if kind == "boolean":
        is_true = element.get(f"{_OFFICE}boolean-value") == "true"
        return Cell(row, column, CellType.BOOL, is_true, "TRUE" if is_true else "FALSE")
    if kind is None and formula and not shown:
        # Never calculated: an error, no blank. What stands before the colon is the formula language.
        stored = formula.partition(":")[2] or formula
        return Cell(row, column, CellType.ERROR, stored, stored)
    stored = element.get(f"{_OFFICE}string-value") or shown
    text = clean(stored)
    return Cell(row, column, CellType.TEXT, stored, text) if text else None


def _number(element: Element, row: int, column: int, shown: str) -> Cell:
    """Give a number; its format is told by what is shown, which the file stores beside the value."""
    value = float(element.get(f"{_OFFICE}value", "nan"))
    is_percent = element.get(f"{_OFFICE}value-type") == "percentage"
    decimals = _DECIMALS.search(shown)
    number_format = None
    if is_percent or (decimals and not value.is_integer()):
        number_format = "0" + (f".{'0' * len(decimals[1])}" if decimals else "") + ("%" if is_percent else "")
    return Cell(row, column, CellType.NUMBER, value, format_number(value, number_format), number_format)


def _moment(element: Element, kind: str) -> date | time:
    if kind == "date":
        moment = datetime.fromisoformat(element.get(f"{_OFFICE}date-value", ""))
        return moment.date() if moment.time() == time() else moment
    match = _TIME.fullmatch(element.get(f"{_OFFICE}time-value", ""))
    hours, minutes, seconds = (int(part) for part in match.groups()) if match else (0, 0, 0)
    return time(hours % 24, minutes % 60, seconds % 60)


def _shown(element: Element) -> str:
    """Give the paragraphs of a cell as text; notes hang beside them and are no part of it."""
    return "\n".join(_flat(child) for child in element if child.tag == f"{_TEXT}p")


def _flat(element: Element) -> str:
    parts = [element.text or ""]
    for child in element:
        tag = local(child.tag)
        if tag in ("s", "tab", "line-break"):
            parts.append(" ")
        elif tag != "annotation":
            parts.append(_flat(child))
        parts.append(child.tail or "")
    return "".join(parts)
