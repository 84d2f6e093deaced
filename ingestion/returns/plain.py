"""A workbook of the same content as a file that is none in the format of returns (.xls, .ods, CSV).

What belongs here: cells with their types, merged ranges and what is hidden, in a plain layout that reads well.
What does not: the layout of the clerk's file beyond that; formulas are their values.
"""

import io
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from math import ceil
from typing import Any

import xlsxwriter

from ingestion.ooxml import harmless
from ingestion.reading.book import Book
from ingestion.records.cells import LAST_COLUMN, LAST_ROW, LONGEST_TEXT, Cell, CellType, LeftOut, SheetCells
from ingestion.records.text import clean
from ingestion.returns.letters import Dress, pieces

_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
_CREATED = datetime(2020, 1, 1)  # noqa: DTZ001 - a constant without meaning; the format knows no time zones
_ERRORS = frozenset({"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"})
_WHOLE = re.compile(r"0|-?[1-9][0-9]{0,14}")
_UNSAFE_NAME = re.compile(r"[\[\]:*?/\\]")
_LONGEST_NAME = 31
_NARROWEST, _WIDEST, _WIDEST_LABEL = 7, 40, 12
_HEAD_ROWS, _FIRST_BODY_ROW = 4, 8
_FEWEST_LABELS = 3
_LAST_FROZEN_ROW, _FROZEN_COLUMNS = 14, 2
_MOST_DRAWN_ROWS = 2_000
_LINE_HEIGHT, _HIGHEST = 15.0, 300.0
_SHARE, _BOLD_SHARE = 0.88, 1.2
"""How much of a unit of width a character takes, and one of a bold label that breaks between words."""

_A4 = 9
_LARGEST_MERGE = 2_000
_FIRST_DAY = (1900, 1, 1)
_LETTERS: dict[Dress, dict[str, Any]] = {
    Dress.RAISED: {"font_script": 1},
    Dress.STRUCK: {"font_strikeout": True},
    Dress.PLAIN: {},
}
_Style = Callable[[str, Dress], Any]


@dataclass(frozen=True)
class Area:
    """Where a form stands in a sheet: its rows below the header, its last column, the codes of its columns.

    Attributes:
        total: the row of the printed total; 0 if there is none.
    """

    first: int
    last: int
    total: int
    columns: int
    codes: frozenset[str]


def copy_of(book: Book, areas: Mapping[str, Area]) -> tuple[bytes, dict[str, str]]:
    """Write a workbook of the same content.

    Args:
        book: the sheets as they were read.
        areas: where a form was recognised, by the name of its sheet; such sheets are laid out as forms are.

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
        target = workbook.add_worksheet(name)
        _Copy(target, sheet, areas.get(sheet.name), formats, is_text=book.is_text).write()
    workbook.close()
    return buffer.getvalue(), names


class _Formats:
    """Cell formats, made once each."""

    def __init__(self, workbook: Any) -> None:
        self._workbook = workbook
        self._made: dict[tuple[str, str, Dress], Any] = {}

    def get(self, number_format: str, look: str, dress: Dress = Dress.PLAIN) -> Any:
        """Give the format of a kind of cell, `loose`, `boxed`, `head` or `total`, and of its letters."""
        key = (number_format, look, dress)
        if key not in self._made:
            settings: dict[str, Any] = {
                "font_name": "Times New Roman",
                "num_format": number_format,
                "valign": "vcenter",
                **_LETTERS[dress],
            }
            if number_format == "@":
                # Without the prefix a text that begins like a formula becomes one when the cell is edited.
                settings |= {"quote_prefix": True, "text_wrap": look != "loose"}
            if look != "loose":
                settings |= {"border": 1, "border_color": "#B8C2CC"}
            if look == "head":
                settings |= {"bold": True, "align": "center", "text_wrap": True, "bg_color": "#DDE5EC"}
            if look == "total":
                settings["bold"] = True
            self._made[key] = self._workbook.add_format(settings)
        return self._made[key]


class _Copy:
    """One sheet being copied."""

    def __init__(
        self, target: Any, sheet: SheetCells, area: Area | None, formats: _Formats, *, is_text: bool
    ) -> None:
        self._target = target
        self._sheet = sheet
        self._area = area
        self._formats = formats
        self._is_text = is_text
        self._merged = _merges(sheet)
        self._head = self._head_rows()
        self._widths = self._column_widths()

    def write(self) -> None:
        """Write everything."""
        target, sheet = self._target, self._sheet
        if not sheet.visible:
            target.hide()
        if self._area is not None and self._head:
            self._fill(self._area)
            if self._area.first <= _LAST_FROZEN_ROW:
                target.freeze_panes(self._area.first - 1, _FROZEN_COLUMNS)
                target.repeat_rows(self._head.start - 1, self._head.stop - 2)
        for (row, column), cell in sorted(sheet.cells.items()):
            if row <= LAST_ROW and column <= LAST_COLUMN:
                self._write_cell(cell)
        for top, left, bottom, right in self._merged:
            target.merge_range(
                top - 1, left - 1, bottom - 1, right - 1, "", self._formats.get("@", self._look(top, left))
            )
            self._write_cell(sheet.cells[top, left])
        self._set_rows()
        for column, width in self._widths.items():
            hidden = {"hidden": True} if column in sheet.hidden_columns else {}
            target.set_column(column - 1, column - 1, width, None, hidden)
        for column in sorted(sheet.hidden_columns - set(self._widths)):
            target.set_column(column - 1, column - 1, None, None, {"hidden": True})
        target.set_landscape()
        target.set_paper(_A4)
        target.fit_to_pages(1, 0)

    def _head_rows(self) -> range:
        """Give the rows of a form's header: the last rows above its figures that have several labels."""
        if self._area is None:
            return range(0)
        counts: dict[int, int] = {}
        for row, column in self._sheet.cells:
            if row < self._area.first and column <= self._area.columns:
                counts[row] = counts.get(row, 0) + 1
        start = min((row for row, count in counts.items() if count >= _FEWEST_LABELS), default=0)
        return range(start, self._area.first) if start else range(0)

    def _look(self, row: int, column: int) -> str:
        area = self._area
        if area is None:
            return "boxed" if row > _HEAD_ROWS else "loose"
        if column > area.columns:
            return "loose"
        if row in self._head:
            return "head"
        if row == area.total:
            return "total"
        return "boxed" if area.first <= row <= area.last else "loose"

    def _fill(self, area: Area) -> None:
        """Draw the whole table; what its cells say is written over it."""
        last = min(area.last, area.first + _MOST_DRAWN_ROWS)
        for row in (*self._head, *range(max(area.first, 1), last + 1)):
            for column in range(1, area.columns + 1):
                shape = "@" if row in self._head else "General"
                style = self._formats.get(shape, self._look(row, column))
                self._target.write_blank(row - 1, column - 1, None, style)

    def _set_rows(self) -> None:
        """Hide what was hidden and rows of codes, which are for programs; let wrapped texts have room."""
        hidden = set(self._sheet.hidden_rows)
        for row in self._head:
            texts = [cell.text for (r, _), cell in self._sheet.cells.items() if r == row]
            if self._area is not None and len(texts) > 1 and self._area.codes.issuperset(texts):
                hidden.add(row)
        heights = self._row_heights()
        for row in sorted(hidden | set(heights)):
            self._target.set_row(row - 1, heights.get(row), None, {"hidden": row in hidden})

    def _row_heights(self) -> dict[int, float]:
        """Estimate how high rows have to be for wrapped texts to be seen; only few programs see to it."""
        spans = {(top, left): (bottom, right) for top, left, bottom, right in self._merged}
        heights: dict[int, float] = {}
        for (row, column), cell in self._sheet.cells.items():
            if cell.type is not CellType.TEXT or self._look(row, column) == "loose":
                continue
            bottom, right = spans.get((row, column), (row, column))
            width = sum(self._widths.get(c, _NARROWEST) for c in range(column, right + 1))
            share = _BOLD_SHARE if row in self._head else _SHARE
            lines = sum(ceil(len(part) * share / width) for part in cell.text.split("\n"))
            if lines > 1 or row in self._head:
                for covered in range(row, min(bottom, row + _LARGEST_MERGE) + 1):
                    needed = min(lines * _LINE_HEIGHT / (bottom - row + 1) + 3, _HIGHEST)
                    heights[covered] = max(heights.get(covered, 0), needed)
        return heights

    def _column_widths(self) -> dict[int, float]:
        """Give each column a width at which its texts can be read."""
        longest: dict[int, int] = {}
        spread = {(top, left) for top, left, _, right in self._merged if right > left}
        for (row, column), cell in self._sheet.cells.items():
            if self._look(row, column) == "loose" or (row, column) in spread or column > LAST_COLUMN:
                continue
            words = max(map(len, cell.text.split()), default=0)
            if self._area is None:
                length = min(len(cell.text), _WIDEST) if row > _FIRST_BODY_ROW else words
            elif row in self._head:
                length = 0 if cell.text in self._area.codes else min(words, _WIDEST_LABEL)
            else:
                length = min(len(cell.text), _WIDEST)
            longest[column] = max(longest.get(column, 0), length)
        return {column: min(max(length + 2, _NARROWEST), _WIDEST) for column, length in longest.items()}

    def _write_cell(self, cell: Cell) -> None:
        look = self._look(cell.row, cell.column)
        left = self._sheet.left_out.get((cell.row, cell.column))

        def style(shape: str, dress: Dress) -> Any:
            return self._formats.get(shape, look, dress)

        _write_cell(self._target, cell, style, left, is_text=self._is_text)


def _merges(sheet: SheetCells) -> list[tuple[int, int, int, int]]:
    """Give the merged ranges that can be written: none of a cell without text, too large or over another."""
    taken: set[tuple[int, int]] = set()
    kept = []
    for top, left, bottom, right in sheet.merged:
        size = (bottom - top + 1) * (right - left + 1)
        if (top, left) not in sheet.cells or not 1 < size <= _LARGEST_MERGE:
            continue
        area = {(r, c) for r in range(top, bottom + 1) for c in range(left, right + 1)}
        if area & taken or right > LAST_COLUMN or bottom > LAST_ROW:
            continue
        taken |= area
        kept.append((top, left, bottom, right))
    return kept


def _write_cell(target: Any, cell: Cell, dressed: _Style, left: LeftOut | None, *, is_text: bool) -> None:
    at = (cell.row - 1, cell.column - 1)
    value = cell.value
    whole = Dress.PLAIN
    if left is not None and not left.rest:
        whole = Dress.STRUCK if left.struck else Dress.RAISED

    def style(shape: str) -> Any:
        return dressed(shape, whole)

    if cell.type is CellType.NUMBER and isinstance(value, int | float):
        target.write_number(*at, value, style(cell.number_format or "General"))
    elif cell.type is CellType.BOOL:
        target.write_boolean(*at, bool(value), style("General"))
    elif (shape := _shape(value)) is not None:
        target.write_datetime(*at, value, style(shape))
    elif cell.type is CellType.ERROR:
        name = cell.text if cell.text in _ERRORS else "#N/A"
        target.write_formula(*at, f"={name}", style("General"), name)
    elif is_text and _WHOLE.fullmatch(cell.text):
        target.write_number(*at, int(cell.text), style("General"))
    else:
        stored = value if isinstance(value, str) else cell.text
        # What was put right on reading (a script from before Unicode) is shown as it was read.
        text = harmless(stored if clean(stored) == cell.text else cell.text)[:LONGEST_TEXT]
        if left is None or whole is not Dress.PLAIN:
            target.write_string(*at, text, style("@"))
            return
        parts = [part for piece, dress in pieces(text, left) for part in (dressed("General", dress), piece)]
        target.write_rich_string(*at, *parts, style("@"))


def _shape(value: object) -> str | None:
    """Give the format of a date or time; None for anything else, and before the calendar of workbooks."""
    if isinstance(value, timedelta):
        return "[hh]:mm:ss" if value >= timedelta() else None
    if isinstance(value, time):
        return "hh:mm:ss"
    if not isinstance(value, date) or (value.year, value.month, value.day) < _FIRST_DAY:
        return None
    return "dd/mm/yyyy hh:mm" if isinstance(value, datetime) else "dd/mm/yyyy"


def _free_name(name: str, taken: set[str]) -> str:
    base = (_UNSAFE_NAME.sub("_", name).strip("' ") or "Sheet")[:_LONGEST_NAME]
    chosen, number = base, 2
    while chosen.casefold() in taken:
        suffix = f" ({number})"
        chosen, number = base[: _LONGEST_NAME - len(suffix)] + suffix, number + 1
    return chosen
