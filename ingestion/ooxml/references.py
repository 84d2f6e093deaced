"""References of a workbook: to cells, and to texts that are not there.

What belongs here: what an attribute says of a place, in the usual way of writing and in others. What does not:
what stands at the place (`sheetdata.py`, `reading/worksheet.py`).
"""

import re
from functools import lru_cache

from ingestion.records.cells import LAST_COLUMN, LAST_ROW, column_index
from ingestion.records.text import shortened
from ingestion.words.messages import message

_REFERENCE = re.compile(r"([A-Z]{1,3})([0-9]{0,7})")


def text_without_place(stored: str) -> str:
    """Say in words what a cell holds that refers to a shared string that is not there."""
    return message("cell.no_such_text", number=shortened(stored))


def whole_number(text: str | None) -> int:
    """Give a number from 1 on as an attribute writes it; 0 for anything else."""
    plain = (text or "").strip()
    return int(plain) if plain.isascii() and plain.isdigit() and len(plain) < 9 else 0


@lru_cache(maxsize=2048)
def column_number(letters: str) -> int:
    """Give the number of a column from its letters; 0 where they name none."""
    if not (0 < len(letters) <= 3 and letters.isascii() and letters.isalpha() and letters.isupper()):
        return 0
    index = column_index(letters)
    return index if index <= LAST_COLUMN else 0


@lru_cache(maxsize=2048)
def column_number_of(letters: bytes) -> int:
    """Give the number of a column from its letters as bytes."""
    return column_number(letters.decode("ascii"))


def place_of(said: str, number: int) -> tuple[int, int]:
    """Give the row and the column of a reference that is not written as usual; 0 for what nobody can tell.

    Small letters, dollar signs and a missing row number leave no doubt; another row than the one in which the
    cell stands does.
    """
    match = _REFERENCE.fullmatch(said.replace("$", "").strip().upper())
    if match is None:
        return 0, 0
    row = int(match[2]) if match[2] else number
    column = column_number(match[1])
    if not column or not 0 < row <= LAST_ROW or (number and row != number):
        return 0, column
    return row, column
