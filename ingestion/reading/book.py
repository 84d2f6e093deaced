"""A decoded file: its kind and its sheets as cells.

What belongs here: the shape that every decoder gives back. What does not: decoding itself (`xlsx.py`, `xls.py`,
`ods.py`, `delimited.py`), the error that every decoder raises (`records/submissions.py`) and what sheets mean
(`sheets.py`).
"""

from collections import Counter
from dataclasses import dataclass, field
from datetime import date

from ingestion.records.cells import SheetCells
from ingestion.records.file_kinds import FileKind
from ingestion.records.submissions import DAY_ZERO, Problem

DAY_ZERO_1904 = date(1904, 1, 1)
"""The day from which workbooks of old Macintosh programs count."""

MAX_CELLS = 1_000_000
"""Non-blank cells of a workbook; a real one has some thousands."""


@dataclass
class Book:
    """The sheets of a file, in its order.

    Attributes:
        kind: what kind of file it is.
        notes: what the receipt should say of the decoding (encoding, ignored entries, macros).
        is_text: whether every cell was text in the file (CSV), so that a number stored as text is no surprise.
        conversions: what was converted before any form was recognised, by kind.
        day_zero: the day from which its dates are counted.
        faults: what could not be read of a sheet; a problem where the sheet is one of the report.
    """

    kind: FileKind
    sheets: list[SheetCells]
    notes: list[Problem] = field(default_factory=list)
    is_text: bool = False
    conversions: Counter[str] = field(default_factory=Counter)
    day_zero: date = DAY_ZERO
    faults: list[Problem] = field(default_factory=list)
