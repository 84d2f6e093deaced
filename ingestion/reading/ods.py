"""OpenDocument spreadsheets (.ods) as cells.

What belongs here: the vocabulary of OpenDocument that forms need. What does not: styles beyond what is hidden.
"""

import re
from datetime import date, datetime, time
from xml.etree.ElementTree import Element
from zipfile import ZipFile

from ingestion.cells import Cell, CellType, SheetCells
from ingestion.reading.book import MAX_CELLS, Book, UnreadableError
from ingestion.reading.markup import local, parse_xml
from ingestion.text import clean
from ingestion.values import format_date, format_number

_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_CALC = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}"
_CELLS = (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell")
_ERROR = re.compile(r"#(?:N/A|REF!|VALUE!|DIV/0!|NAME\?|NUM!|NULL!)|Err:\d+")
_DECIMALS = re.compile(r"[.,](\d+)\s*%?$")
_TIME = re.compile(r"PT(\d+)H(\d+)M(\d+)(?:[.,]\d+)?S")


def read_ods(archive: ZipFile) -> Book:
    """Read a spreadsheet.

    Raises:
        UnreadableError: it has a password or far too many cells.
        ParseError, KeyError, ValueError: the document is damaged.
    """
    if b"encryption-data" in archive.read("META-INF/manifest.xml"):
        raise UnreadableError("R002")
    root = parse_xml(archive.read("content.xml"))
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
    budget = MAX_CELLS
    for table in spreadsheet.iterfind(f"{_TABLE}table"):
        name = clean(table.get(f"{_TABLE}name", ""))
        sheet = SheetCells(name, visible=table.get(f"{_TABLE}style-name") not in hidden_styles)
        _read_table(table, sheet, budget)
        budget -= len(sheet.cells)
        book.sheets.append(sheet)
    return book


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
            for offset in range(times):
                for cell in cells:
                    sheet.cells[number + offset, cell.column] = cell._replace(row=number + offset)
            if row.get(f"{_TABLE}visibility", "visible") != "visible":
                hidden.update(range(number, number + times))
        number += times
    sheet.hidden_rows = frozenset(hidden)


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
            cells += [cell._replace(column=column + offset) for offset in range(times)]
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
