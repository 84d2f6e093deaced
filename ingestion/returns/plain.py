"""A workbook of the same content as a file that is none in the format of returns (.xls, .ods, CSV).

What belongs here: cells with their types, merged ranges and what is hidden. What does not: the layout of the
clerk's file beyond that; formulas are their values.
"""

import io
import re
from datetime import date, datetime, time, timedelta
from typing import Any

import xlsxwriter

from ingestion.cells import Cell, CellType, SheetCells
from ingestion.reading.book import Book
from ingestion.returns.safety import harmless

_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
_CREATED = datetime(2020, 1, 1)  # noqa: DTZ001 - a constant without meaning; the format knows no time zones
_ERRORS = frozenset({"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"})
_WHOLE = re.compile(r"0|-?[1-9][0-9]{0,14}")
_UNSAFE_NAME = re.compile(r"[\[\]:*?/\\]")
_LONGEST_NAME = 31
_LONGEST_TEXT = 32_767
_NARROWEST, _WIDEST = 7, 34
_HEAD_ROWS = 4
_A4 = 9
_LARGEST_MERGE = 2_000
_LAST_ROW, _LAST_COLUMN = 1_048_576, 16_384


def copy_of(book: Book) -> tuple[bytes, dict[str, str]]:
    """Write a workbook of the same content.

    Returns:
        The workbook, and the name of each sheet in it by the name under which it was read.
    """
    buffer = io.BytesIO()
    workbook = xlsxwriter.Workbook(buffer, _OPTIONS)
    workbook.set_properties({"created": _CREATED})
    formats = _Formats(workbook)
    names: dict[str, str] = {}
    for sheet in book.sheets:
        name = _free_name(sheet.name, {used.casefold() for used in names.values()})
        names.setdefault(sheet.name, name)
        _write(workbook.add_worksheet(name), sheet, formats, is_text=book.is_text)
    workbook.close()
    return buffer.getvalue(), names


class _Formats:
    """Cell formats, made once each."""

    def __init__(self, workbook: Any) -> None:
        self._workbook = workbook
        self._made: dict[tuple[str, bool], Any] = {}

    def get(self, number_format: str, *, is_boxed: bool) -> Any:
        """Give the format of a kind of cell."""
        key = (number_format, is_boxed)
        if key not in self._made:
            settings: dict[str, Any] = {
                "font_name": "Times New Roman",
                "num_format": number_format,
                "valign": "vcenter",
            }
            if number_format == "@":
                # Without the prefix a text that begins like a formula becomes one when the cell is edited.
                settings |= {"quote_prefix": True, "text_wrap": is_boxed}
            if is_boxed:
                settings |= {"border": 1, "border_color": "#B8C2CC"}
            self._made[key] = self._workbook.add_format(settings)
        return self._made[key]


def _write(target: Any, sheet: SheetCells, formats: _Formats, *, is_text: bool) -> None:
    if not sheet.visible:
        target.hide()
    for row, column, cell in ((r, c, cell) for (r, c), cell in sorted(sheet.cells.items())):
        if row <= _LAST_ROW and column <= _LAST_COLUMN:
            _write_cell(target, cell, formats, is_text=is_text)
    for row in sorted(sheet.hidden_rows):
        target.set_row(row - 1, None, None, {"hidden": True})
    taken: set[tuple[int, int]] = set()
    for top, left, bottom, right in sheet.merged:
        owner = sheet.cells.get((top, left))
        size = (bottom - top + 1) * (right - left + 1)
        if owner is None or not 1 < size <= _LARGEST_MERGE or right > _LAST_COLUMN or bottom > _LAST_ROW:
            continue
        area = {(r, c) for r in range(top, bottom + 1) for c in range(left, right + 1)}
        if area & taken:
            continue
        taken |= area
        is_boxed = top > _HEAD_ROWS
        target.merge_range(top - 1, left - 1, bottom - 1, right - 1, "", formats.get("@", is_boxed=is_boxed))
        _write_cell(target, owner, formats, is_text=is_text)
    target.set_landscape()
    target.set_paper(_A4)
    target.fit_to_pages(1, 0)
    for column, width in _widths(sheet).items():
        target.set_column(column - 1, column - 1, width)


def _write_cell(target: Any, cell: Cell, formats: _Formats, *, is_text: bool) -> None:
    at = (cell.row - 1, cell.column - 1)
    is_boxed = cell.row > _HEAD_ROWS
    value = cell.value
    if cell.type is CellType.NUMBER and isinstance(value, int | float):
        target.write_number(*at, value, formats.get(cell.number_format or "General", is_boxed=is_boxed))
    elif cell.type is CellType.BOOL:
        target.write_boolean(*at, bool(value), formats.get("General", is_boxed=is_boxed))
    elif isinstance(value, date | time | timedelta):
        shape = "dd/mm/yyyy" if isinstance(value, date) and not isinstance(value, datetime) else "General"
        if isinstance(value, datetime):
            shape = "dd/mm/yyyy hh:mm"
        elif isinstance(value, time | timedelta):
            shape = "hh:mm:ss"
        target.write_datetime(*at, value, formats.get(shape, is_boxed=is_boxed))
    elif cell.type is CellType.ERROR:
        name = cell.text if cell.text in _ERRORS else "#N/A"
        target.write_formula(*at, f"={name}", formats.get("General", is_boxed=is_boxed), name)
    elif is_text and _WHOLE.fullmatch(cell.text):
        target.write_number(*at, int(cell.text), formats.get("General", is_boxed=is_boxed))
    else:
        text = harmless(str(value))[:_LONGEST_TEXT]
        target.write_string(*at, text, formats.get("@", is_boxed=is_boxed))


def _widths(sheet: SheetCells) -> dict[int, float]:
    """Give each column a width at which its texts can be read."""
    longest: dict[int, int] = {}
    spread = {(top, left) for top, left, _, right in sheet.merged if right > left}
    for (row, column), cell in sheet.cells.items():
        if row > _HEAD_ROWS and (row, column) not in spread and column <= _LAST_COLUMN:
            words = max(map(len, cell.text.split()), default=0)
            length = min(len(cell.text), _WIDEST) if row > 8 else words
            longest[column] = max(longest.get(column, 0), length)
    return {column: min(max(length + 2, _NARROWEST), _WIDEST) for column, length in longest.items()}


def _free_name(name: str, taken: set[str]) -> str:
    base = (_UNSAFE_NAME.sub("_", name).strip("' ") or "Sheet")[:_LONGEST_NAME]
    chosen, number = base, 2
    while chosen.casefold() in taken:
        suffix = f" ({number})"
        chosen, number = base[: _LONGEST_NAME - len(suffix)] + suffix, number + 1
    return chosen
