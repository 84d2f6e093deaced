"""A workbook as cells: stored type, text and address, before anything is known of forms.

What belongs here: the shapes that every reader produces. What does not: how a file becomes cells
(`reading/`), and what cells mean (`reading/tables.py`).
"""

import re
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from enum import StrEnum
from typing import NamedTuple


class CellType(StrEnum):
    """How a value is stored in the file, whatever it looks like."""

    TEXT = "text"
    NUMBER = "number"
    BOOL = "bool"
    DATE = "date"
    ERROR = "error"


StoredValue = str | float | bool | date | datetime | time | timedelta

LONGEST_TEXT = 32_767
"""Characters that a spreadsheet keeps in a cell."""

ENGLISH_DECIMAL = "[$-409]0.000"
"""The format of a text cell whose point, if it is a number at all, opens decimals as the English do."""

_ADDRESS = re.compile(r"^\$?([A-Z]{1,3})\$?([1-9]\d*)$")


def column_letter(index: int) -> str:
    """Give the letters of a column, counted from 1 (1 is A, 27 is AA)."""
    letters = ""
    while index > 0:
        index, rest = divmod(index - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def column_index(letters: str) -> int:
    """Give the number of a column from its letters (A is 1)."""
    index = 0
    for letter in letters:
        index = index * 26 + ord(letter) - 64
    return index


def address(row: int, column: int) -> str:
    """Give the A1 address of a cell, both counted from 1."""
    return f"{column_letter(column)}{row}"


def parse_address(text: str) -> tuple[int, int]:
    """Give row and column of an A1 address.

    Raises:
        ValueError: the text is not an address.
    """
    match = _ADDRESS.match(text.strip().upper())
    if not match:
        raise ValueError(f"“{text}” is not a cell address")
    return int(match[2]), column_index(match[1])


LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
"""Where the sheets of every program of our time end."""

_RANGE = re.compile(r"([A-Z]{0,3})([0-9]{0,7}):([A-Z]{0,3})([0-9]{0,7})")


def parse_range(text: str) -> tuple[int, int, int, int] | None:
    """Give first row, first column, last row and last column of a range; None where the text is none.

    A single cell is a range, whole columns (`A:C`) and whole rows (`1:3`) reach to the end of the sheet, and
    corners may be named in any order.
    """
    plain = text.replace("$", "").strip().upper()
    match = _RANGE.fullmatch(plain if ":" in plain else f"{plain}:{plain}")
    if match is None:
        return None
    one, top, other, bottom = match.groups()
    if bool(one) is not bool(other) or bool(top) is not bool(bottom) or not (one or top):
        return None
    columns = sorted((column_index(one), column_index(other))) if one else [1, LAST_COLUMN]
    rows = sorted((int(top), int(bottom))) if top else [1, LAST_ROW]
    if rows[0] < 1 or rows[1] > LAST_ROW or columns[1] > LAST_COLUMN:
        return None
    return rows[0], columns[0], rows[1], columns[1]


class Cell(NamedTuple):
    """One stored cell; a tuple, since a run makes millions of them.

    Attributes:
        row: counted from 1.
        column: counted from 1.
        type: how it is stored.
        value: the stored value; for an error its name, such as `#DIV/0!`.
        text: what a reader would see of it, cleaned (NFC, no stray spaces).
        number_format: the cell's format code where the reader knows it and it matters (percent, date).
    """

    row: int
    column: int
    type: CellType
    value: StoredValue
    text: str
    number_format: str | None = None

    @property
    def address(self) -> str:
        """The A1 address."""
        return address(self.row, self.column)


@dataclass(frozen=True)
class LeftOut:
    """Parts of a cell's text that are no part of a number: footnote marks, and what was struck through.

    Attributes:
        raised: the raised or lowered parts, as they stand.
        struck: the parts that are struck through, as they stand.
        rest: the text without them, cleaned; blank where all of the cell is raised, lowered or struck through.
    """

    raised: str
    struck: str
    rest: str


@dataclass
class SheetCells:
    """One sheet: its non-blank cells by (row, column), merged ranges, and what is hidden.

    Attributes:
        name: cleaned sheet name.
        cells: by (row, column), blank cells left out.
        merged: ranges as (first row, first column, last row, last column).
        visible: False for hidden and very hidden sheets.
        hidden_rows: numbers of hidden rows, where the reader knows them.
        hidden_columns: numbers of hidden columns, where the reader knows them.
        fonts: names of fonts from before Unicode, by cell; other fonts say nothing about the text.
        left_out: what is raised, lowered or struck through, by cell; the cell itself keeps all of its text.
        may_have_marks: whether a raised or lowered character (`²`) may stand in a text; False where a file was
            searched for one in vain.
        widths: how many fields, blank ones too, a row of a delimited file has; other files have no such thing.
    """

    name: str
    cells: dict[tuple[int, int], Cell] = field(default_factory=dict)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    visible: bool = True
    hidden_rows: frozenset[int] = frozenset()
    hidden_columns: frozenset[int] = frozenset()
    fonts: dict[tuple[int, int], str] = field(default_factory=dict)
    left_out: dict[tuple[int, int], LeftOut] = field(default_factory=dict)
    may_have_marks: bool = True
    widths: dict[int, int] = field(default_factory=dict)

    @property
    def last_row(self) -> int:
        """The number of the last row with a cell; 0 for an empty sheet."""
        return max((row for row, _ in self.cells), default=0)

    @property
    def last_column(self) -> int:
        """The number of the last column with a cell; 0 for an empty sheet."""
        return max((column for _, column in self.cells), default=0)
