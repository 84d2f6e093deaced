"""How a workbook looks: formats, widths, heights and the page that it is printed on.

What belongs here: looks. What does not: what stands where (`writer.py`).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ingestion.definitions.forms import Column, Form
from ingestion.records.submissions import CellInput

_FONT = "Times New Roman"


_HEADER_FILL = "#DDE5EC"


_NUMBERING_FILL = "#F1F4F7"


_WIDTHS = {"code": 13.5, "int": 8.5, "decimal": 10.0, "percent": 8.5, "date": 12.0, "text": 22.0}


_NAME_WIDTH = 34.0


_INDICATOR_WIDTH = 32.0


WIDEST_ON_A4 = 210.0


A3, A4 = 8, 9


_CHARACTER_WIDTH = 1.15


_TEXT_WIDTH = 0.75
"""How wide a character is in units of a column's width: in a bold header, and in a cell."""


LINE_HEIGHT = 14.5


_NUMBER_FORMATS = {
    "code": "@",
    "text": "@",
    "int": "#,##0",
    "decimal": "#,##0.##",
    "percent": "0.##",
    "date": "dd/mm/yyyy",
}


@dataclass(frozen=True)
class _Formats:
    """Every cell format of a workbook, made once: XlsxWriter pays for each new one."""

    unit: Any
    form_code: Any
    title: Any
    meta: Any
    header: Any
    numbering: Any
    label: Any
    note: Any
    heading: Any
    code: Any
    not_applicable: Any
    date_of_cover: Any
    by_type: dict[str, Any]
    total_by_type: dict[str, Any]


_BASE: dict[str, Any] = {"font_name": _FONT, "font_size": 11, "valign": "vcenter"}


_BOXED = _BASE | {"border": 1, "border_color": "#8A97A3"}


def type_properties() -> dict[str, dict[str, Any]]:
    """Give the format of a cell of data for each type of column."""
    aligned: dict[str, dict[str, Any]] = {
        "code": {"align": "left"},
        "text": {"align": "left", "text_wrap": True},
        "int": {"align": "right"},
        "decimal": {"align": "right"},
        "percent": {"align": "right"},
        "date": {"align": "center"},
    }
    return {t: _BOXED | aligned[t] | {"num_format": f} for t, f in _NUMBER_FORMATS.items()}


def make_formats(book: Any) -> _Formats:
    """Give the formats of a workbook."""
    base, boxed, by_type = _BASE, _BOXED, type_properties()
    total = {"bold": True, "bg_color": _NUMBERING_FILL, "top": 2, "top_color": "#4A5A68"}
    header = boxed | {"bold": True, "align": "center", "text_wrap": True, "bg_color": _HEADER_FILL}
    numbering = boxed | {"italic": True, "align": "center", "font_size": 9, "bg_color": _NUMBERING_FILL}
    return _Formats(
        unit=book.add_format(base | {"bold": True}),
        form_code=book.add_format(base | {"bold": True, "align": "right"}),
        title=book.add_format(base | {"bold": True, "font_size": 14, "align": "center"}),
        meta=book.add_format(base | {"italic": True, "align": "center"}),
        header=book.add_format(header),
        numbering=book.add_format(numbering),
        label=book.add_format(boxed | {"bg_color": _NUMBERING_FILL, "text_wrap": True}),
        note=book.add_format(base | {"italic": True, "text_wrap": True, "valign": "top", "font_size": 10}),
        heading=book.add_format(base | {"bold": True}),
        code=book.add_format(base | {"num_format": "@", "font_color": "#808080"}),
        not_applicable=book.add_format(boxed | {"align": "center", "num_format": "@"}),
        date_of_cover=book.add_format(by_type["date"] | {"align": "left"}),
        by_type={t: book.add_format(f) for t, f in by_type.items()},
        total_by_type={t: book.add_format(f | total) for t, f in by_type.items()},
    )


def set_up_page(sheet: Any, paper: int = A4) -> None:
    """Set up the page on which a sheet is printed."""
    sheet.set_paper(paper)
    sheet.fit_to_pages(1, 0)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.set_footer("&L&9&A&R&9&P/&N")
    sheet.hide_gridlines(1)


def stub_width(form: Form) -> int:
    """Count the leading columns that name a row: keys, and texts beside them."""
    width = 0
    for column in form.columns:
        if column.code not in form.key and column.type != "text":
            break
        width += 1
    return width


def column_width(form: Form, column: Column) -> float:
    """Give the width of a column of a form."""
    if column.type == "text" and form.columns.index(column) < stub_width(form):
        return _NAME_WIDTH
    if form.rows == "targets" and column.code in form.key:
        return _INDICATOR_WIDTH
    return _WIDTHS[column.type]


def total_width(form: Form) -> float:
    """Give the width of all columns of a form."""
    return sum(column_width(form, column) for column in form.columns)


def height(label: str, width: float, character: float = _CHARACTER_WIDTH) -> float:
    """Estimate how high a text stands in a column, broken at blanks, in points."""
    lines, used = 1, 0.0
    for word in label.split():
        size = len(word) * character
        if used and used + size > width:
            lines, used = lines + 1, 0.0
        used += size + character
    return lines * LINE_HEIGHT


def set_height(sheet: Any, row: int, cells: Iterable[tuple[CellInput, float]]) -> None:
    """Make a row as high as its texts need: not every program does that when it opens a file."""
    heights = [height(value, width, _TEXT_WIDTH) for value, width in cells if isinstance(value, str)]
    if heights and max(heights) > LINE_HEIGHT:
        sheet.set_row(row, max(heights) + 1)
