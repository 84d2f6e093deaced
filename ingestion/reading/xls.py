"""Binary workbooks (.xls) as cells, through xlrd.

What belongs here: what xlrd tells of cells, formats and visibility. What does not: finding the workbook in its
file (`container.py`), records that make xlrd fail or take memory (`records.py`), and macros, which are never
looked at. python-calamine is faster but gives error cells as empty text and no formats.
"""

import io
import math
from collections.abc import Iterator
from datetime import date, datetime, time
from typing import Any

import xlrd
from xlrd.biffh import XL_CELL_BLANK, XL_CELL_BOOLEAN, XL_CELL_DATE, XL_CELL_EMPTY, XL_CELL_NUMBER, XL_CELL_TEXT

from ingestion.reading.book import DAY_ZERO_1904, MAX_CELLS, Book
from ingestion.reading.container import workbook_streams
from ingestion.reading.encrypted import decrypted
from ingestion.reading.half_pairs import without_half_pairs
from ingestion.reading.legacy_text import script_of_font
from ingestion.reading.records import Records, made_ready
from ingestion.reading.runs import PLAIN, Look, left_out
from ingestion.records.cells import Cell, CellType, LeftOut, SheetCells
from ingestion.records.file_kinds import FileKind
from ingestion.records.stored import format_date, format_number
from ingestion.records.submissions import Problem, UnreadableError
from ingestion.records.text import clean

_EMPTY = (XL_CELL_EMPTY, XL_CELL_BLANK)
_RAISED = (1, 2)
"""Codes of raised and lowered letters."""

_DAY_THAT_NEVER_WAS = 60
"""29 February 1900, which the calendar of Excel has."""

_MOST_ENCRYPTED = 8 * 2**20
"""Of a file's bytes: for each of them, decrypting takes some more of memory."""

_OF_NO_DAY = "dd/mm/yyyy"
"""The format of a number that is to be a date and counts no day."""

_UNKNOWN = "#?"
"""What is shown of an error whose name is unknown."""


def read_xls(data: bytes) -> Book:
    """Read a workbook.

    Raises:
        UnreadableError: it has a password, is damaged, or has far too many cells.
    """
    failure: Exception | None = None
    for stream in workbook_streams(data):
        try:
            try:
                return _read_stream(stream, data)
            except UnicodeDecodeError:
                return _read_stream(without_half_pairs(stream), data)
        except UnreadableError:
            raise
        except Exception as error:
            # xlrd raises whatever its decoding stumbles over: struct.error, AssertionError, IndexError, ...
            failure = failure or error
    technical = f"{type(failure).__name__}: {failure}" if failure else "no stream is named Workbook or Book"
    raise UnreadableError("R006", technical=technical) from failure


def _read_stream(stream: bytes, data: bytes) -> Book:
    records = made_ready(stream)
    if records.is_encrypted:
        plain = decrypted(data) if len(data) <= _MOST_ENCRYPTED else None
        if plain is None:
            raise UnreadableError("R002")
        return read_xls(plain)
    book = Book(FileKind.XLS, [])
    if records.has_links:
        # It is known that there are links, but not which formulas follow them.
        book.notes.append(Problem("R119"))
    if "_VBA_PROJECT".encode("utf-16-le") in data:
        book.notes.append(Problem("R106"))
    with xlrd.open_workbook(
        file_contents=records.stream,
        formatting_info=True,
        ragged_rows=True,
        on_demand=True,
        logfile=io.StringIO(),
    ) as workbook:
        if workbook.datemode:
            book.day_zero = DAY_ZERO_1904
        reader = _Reader(workbook, records)
        budget = MAX_CELLS
        for number, name in enumerate(workbook.sheet_names()):
            stated = records.sheets[number].cells if records.sheets else 0
            sheet = reader.sheet(number, clean(name)) if stated <= budget else None
            if sheet is None or len(sheet.cells) > budget:
                raise UnreadableError("R013", sheet=clean(name), limit=str(MAX_CELLS))
            budget -= max(stated, len(sheet.cells))
            book.sheets.append(sheet)
    return book


class _Reader:
    """What the cells of one workbook share: how their styles show numbers and letters."""

    def __init__(self, workbook: Any, records: Records) -> None:
        self._workbook = workbook
        self._records = records
        self._texts: dict[str, str] = {}
        self._looks = {
            number: Look(raised=font.escapement in _RAISED, struck=bool(font.struck_out))
            for number, font in enumerate(workbook.font_list)
            if font.escapement in _RAISED or font.struck_out
        }
        names = [font.name for font in workbook.font_list]
        self._fonts = {
            number: names[style.font_index]
            for number, style in enumerate(workbook.xf_list)
            if style.font_index < len(names) and script_of_font(names[style.font_index]) is not None
        }
        self._parted: dict[tuple[int, Look], LeftOut | None] = {}

    def sheet(self, number: int, name: str) -> SheetCells:
        """Read a sheet."""
        source = self._workbook.sheet_by_index(number)
        sheet = SheetCells(name, visible=source.visibility == 0)
        for row in range(source.nrows):
            values = source.row_values(row)
            for column, kind in enumerate(source.row_types(row)):
                if kind in _EMPTY:
                    continue
                place = (row + 1, column + 1)
                style = source.cell_xf_index(row, column)
                cell = self._decode(kind, values[column], style, *place)
                if cell is None:
                    continue
                sheet.cells[place] = cell
                if self._fonts and style in self._fonts:
                    sheet.fonts[place] = self._fonts[style]
                if self._looks and cell.type is not CellType.ERROR:
                    runs = source.rich_text_runlist_map.get((row, column))
                    parted = self._left_out(values[column] if runs else cell.text, runs or [], style)
                    if parted is not None:
                        sheet.left_out[place] = parted
        if self._records.sheets:
            sheet.merged = self._records.sheets[number].merged
        sheet.hidden_rows = frozenset(n + 1 for n, info in source.rowinfo_map.items() if info.hidden)
        sheet.hidden_columns = frozenset(n + 1 for n, info in source.colinfo_map.items() if info.hidden)
        self._workbook.unload_sheet(number)
        return sheet

    def _decode(self, kind: int, value: Any, style: int, row: int, column: int) -> Cell | None:
        if kind in (XL_CELL_NUMBER, XL_CELL_DATE):
            return self._number(kind, float(value), style, row, column)
        if kind == XL_CELL_TEXT:
            text = self._texts.get(value)
            if text is None:
                text = self._texts[value] = clean(value)
            return Cell(row, column, CellType.TEXT, value, text) if text else None
        if kind == XL_CELL_BOOLEAN:
            return Cell(row, column, CellType.BOOL, bool(value), "TRUE" if value else "FALSE")
        return _error(row, column, xlrd.error_text_from_code.get(value, _UNKNOWN))

    def _number(self, kind: int, value: float, style: int, row: int, column: int) -> Cell:
        if not math.isfinite(value):
            return _error(row, column, _UNKNOWN)
        if style in self._records.lost_formats:
            # It may have been a percentage or a date.
            return _error(row, column, format_number(value))
        if kind == XL_CELL_DATE:
            moment = _moment(value, self._workbook.datemode)
            if moment is None:
                return Cell(row, column, CellType.NUMBER, value, format_number(value), _OF_NO_DAY)
            return Cell(row, column, CellType.DATE, moment, format_date(moment))
        number_format = self._number_format(style)
        shown = format_number(value, number_format)
        return Cell(row, column, CellType.NUMBER, value, shown, number_format)

    def _number_format(self, style: int) -> str | None:
        # Of formats that differ from country to country xlrd knows whether they show dates, but not how.
        code: str = self._workbook.format_map[self._workbook.xf_list[style].format_key].format_str or ""
        return code if "." in code or "%" in code else None

    def _left_out(self, text: str, runs: list[tuple[int, int]], style: int) -> LeftOut | None:
        """Part the text of a cell; cells that share a text with runs of fonts share the result."""
        own = self._looks.get(self._workbook.xf_list[style].font_index, PLAIN)
        if not runs:
            return None if own is PLAIN else left_out([(text, own)])
        key = (id(runs), own)
        if key not in self._parted:
            self._parted[key] = left_out(self._pieces(text, runs, own))
        return self._parted[key]

    def _pieces(self, text: str, runs: list[tuple[int, int]], own: Look) -> Iterator[tuple[str, Look]]:
        """Give the pieces of a text by font; runs count letters as UTF-16 does."""
        units = text.encode("utf-16-le")
        start, look = 0, own
        for place, font in sorted(runs):
            yield units[2 * start : 2 * place].decode("utf-16-le", "replace"), look
            start, look = place, self._looks.get(font, PLAIN)
        yield units[2 * start :].decode("utf-16-le", "replace"), look


def _error(row: int, column: int, name: str) -> Cell:
    return Cell(row, column, CellType.ERROR, name, name)


def _moment(serial: float, datemode: int) -> date | time | None:
    """Give the date or time of a serial number; None for one that counts no day of the calendar."""
    if serial < 0 or (not datemode and int(serial) == _DAY_THAT_NEVER_WAS):
        return None
    try:
        moment: datetime = xlrd.xldate_as_datetime(serial, datemode)
    except (xlrd.XLDateError, OverflowError):
        return None
    if serial < 1:
        return moment.time()
    return moment.date() if moment.time() == time() else moment
