"""Binary workbooks (.xls) as cells, through xlrd.

What belongs here: what xlrd tells of cells, formats, merged ranges and visibility. What does not: macros, which
are never looked at. python-calamine is faster but gives error cells as empty text and no formats.
"""

import io
from datetime import date, datetime, time
from typing import Any

import xlrd
from xlrd.biffh import XL_CELL_BOOLEAN, XL_CELL_DATE, XL_CELL_ERROR, XL_CELL_NUMBER, XL_CELL_TEXT
from xlrd.book import SUPBOOK_EXTERNAL

from ingestion.cells import Cell, CellType, SheetCells
from ingestion.reading.book import DAY_ZERO_1904, MAX_CELLS, Book, UnreadableError
from ingestion.reading.legacy_text import script_of_font
from ingestion.submissions import DAY_ZERO, Problem
from ingestion.text import clean
from ingestion.values import format_date, format_number


def read_xls(data: bytes) -> Book:
    """Read a workbook.

    Raises:
        UnreadableError: it has a password, is damaged, or has far too many cells.
    """
    try:
        return _read(data)
    except UnreadableError:
        raise
    except Exception as error:
        # xlrd raises whatever its decoding stumbles over: struct.error, AssertionError, IndexError, ...
        if "encrypted" in str(error).lower():
            raise UnreadableError("R002") from error
        raise UnreadableError("R006", technical=f"{type(error).__name__}: {error}") from error


def _read(data: bytes) -> Book:
    with xlrd.open_workbook(
        file_contents=data, formatting_info=True, ragged_rows=True, logfile=io.StringIO()
    ) as workbook:
        book = Book("xls", [], day_zero=DAY_ZERO_1904 if workbook.datemode else DAY_ZERO)
        fonts = _legacy_fonts(workbook)
        count = 0
        for source in workbook.sheets():
            sheet = SheetCells(clean(source.name), visible=source.visibility == 0)
            for number in range(source.nrows):
                for column, cell in enumerate(source.row(number), start=1):
                    decoded = _decode(cell, number + 1, column, workbook)
                    if decoded is not None:
                        sheet.cells[number + 1, column] = decoded
                        if fonts and cell.xf_index in fonts:
                            sheet.fonts[number + 1, column] = fonts[cell.xf_index]
            sheet.merged = [(r1 + 1, c1 + 1, r2, c2) for r1, r2, c1, c2 in source.merged_cells]
            sheet.hidden_rows = frozenset(n + 1 for n, info in source.rowinfo_map.items() if info.hidden)
            sheet.hidden_columns = frozenset(n + 1 for n, info in source.colinfo_map.items() if info.hidden)
            count += len(sheet.cells)
            if count > MAX_CELLS:
                raise UnreadableError("R013", sheet=sheet.name, limit=str(MAX_CELLS))
            book.sheets.append(sheet)
        if SUPBOOK_EXTERNAL in getattr(workbook, "_supbook_types", ()):
            # xlrd knows that there are links, but not which formulas follow them.
            book.notes.append(Problem("R119"))
    if "_VBA_PROJECT".encode("utf-16-le") in data:
        book.notes.append(Problem("R106"))
    return book


def _legacy_fonts(workbook: Any) -> dict[int, str]:
    """Give the fonts from before Unicode by the number of the cell style that uses them."""
    names = [font.name for font in workbook.font_list]
    return {
        number: names[style.font_index]
        for number, style in enumerate(workbook.xf_list)
        if style.font_index < len(names) and script_of_font(names[style.font_index]) is not None
    }


def _decode(cell: Any, row: int, column: int, workbook: Any) -> Cell | None:
    kind, value = cell.ctype, cell.value
    if kind == XL_CELL_DATE:
        moment = _moment(value, workbook.datemode)
        if moment is not None:
            return Cell(row, column, CellType.DATE, moment, format_date(moment))
    if kind in (XL_CELL_NUMBER, XL_CELL_DATE):
        number_format = _number_format(cell, workbook) if kind == XL_CELL_NUMBER else None
        return Cell(
            row, column, CellType.NUMBER, float(value), format_number(value, number_format), number_format
        )
    if kind == XL_CELL_TEXT:
        text = clean(value)
        return Cell(row, column, CellType.TEXT, value, text) if text else None
    if kind == XL_CELL_BOOLEAN:
        return Cell(row, column, CellType.BOOL, bool(value), "TRUE" if value else "FALSE")
    if kind == XL_CELL_ERROR:
        name = xlrd.error_text_from_code.get(value, "#N/A")
        return Cell(row, column, CellType.ERROR, name, name)
    return None


def _number_format(cell: Any, workbook: Any) -> str | None:
    code: str = workbook.format_map[workbook.xf_list[cell.xf_index].format_key].format_str
    return code if "." in code or "%" in code else None


def _moment(serial: float, datemode: int) -> date | time | None:
    try:
        moment: datetime = xlrd.xldate_as_datetime(serial, datemode)
    except (xlrd.XLDateError, OverflowError):
        return None
    if serial < 1:
        return moment.time()
    return moment.date() if moment.time() == time() else moment
