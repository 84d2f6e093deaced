"""Footnote marks, and text that is struck through, in cells that hold a number, a date or a code.

What belongs here: taking out of a cell what is no part of its value, as its reader has seen it (`left_out`) or
as its characters show it (`5²`), for every format alike. What does not: what is made of the rest (`cast.py`).
"""

import re
from collections.abc import Collection

from ingestion.reading.header import SheetGrid
from ingestion.reading.runs import CUT
from ingestion.records.cells import Cell, CellType, LeftOut, SheetCells
from ingestion.records.text import clean

Apart = dict[tuple[int, int], tuple[str, LeftOut]]
"""By place, the whole text of a cell and what of it is left out."""

_CHARACTERS = "⁰¹²³⁴-⁹⁺⁻⁼⁽⁾ⁱⁿ₀-₉₊₋₌₍₎ªº"
MARK = re.compile(rf"\([{_CHARACTERS}]+\)|[{_CHARACTERS}]+")
"""Raised and lowered characters, in brackets of their own or not."""


_Known = dict[tuple[str, LeftOut | None], LeftOut | None]
"""What is left out of texts that were looked at before: the same may stand in thousands of cells."""


def part(cell: Cell, sheet: SheetCells, known: _Known) -> tuple[Cell, LeftOut | None]:
    """Give a cell with the rest of its text, and what was left out; where nothing is left, the whole cell.

    Args:
        cell: the cell as it was read.
        sheet: on which it stands.
        known: what was found of other texts; gets that of this one.
    """
    found = sheet.left_out.get((cell.row, cell.column))
    if cell.type is CellType.TEXT:
        key = (cell.text, found)
        if key not in known:
            known[key] = _with_characters(cell.text if found is None else found.rest, found)
        found = known[key]
    if found is None or not found.rest or cell.type is not CellType.TEXT:
        return cell, found
    return cell._replace(value=found.rest, text=found.rest), found


def _with_characters(rest: str, known: LeftOut | None) -> LeftOut | None:
    """Take raised and lowered characters out as well; what stands on both sides of one is not joined."""
    if rest.isascii() or not (marks := MARK.findall(rest)):
        return known
    pieces = MARK.split(rest)
    joined = pieces[0]
    for piece in pieces[1:]:
        joined += (CUT if joined[-1:].isalnum() and piece[:1].isalnum() else "") + piece
    raised, struck = (known.raised, known.struck) if known else ("", "")
    return LeftOut(raised + "".join(marks), struck, clean(joined))


def part_columns(grid: SheetGrid, columns: Collection[int], last_header_row: int) -> Apart:
    """Leave in the cells of some columns below a header what is part of their value; give what was there."""
    apart: Apart = {}
    known: _Known = {}
    text_type = CellType.TEXT
    places = [place for place in grid.sheet.left_out if place in grid.sheet.cells]
    if grid.sheet.may_have_marks:
        places += [
            place
            for place, cell in grid.sheet.cells.items()
            if cell[2] is text_type and not cell[4].isascii() and place[1] in columns
        ]
    for row, column in places:
        if row <= last_header_row or column not in columns or (row, column) in apart:
            continue
        cell = grid.rows[row][column]
        rest, found = part(cell, grid.sheet, known)
        if found is not None:
            grid.rows[row][column] = rest
            apart[row, column] = cell.text, found
    return apart
