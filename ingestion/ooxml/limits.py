"""How much a workbook may hold of what a file can inflate, and the words for what is too much.

What belongs here: the limits of tables inside a workbook. What does not: the limits of archives
(`storage/archives.py`) and of cells with content, which every format shares (`reading/book.py`).
"""

from ingestion.records.cells import LAST_COLUMN
from ingestion.records.submissions import UnreadableError
from ingestion.words.messages import message

MAX_STORED = 1_000_000
"""Rows and cells of a sheet, blank ones included; a form with all its formats has some ten thousand."""

MAX_STRINGS = 500_000
MAX_TAGS = 2_000_000
"""Tags of the table of shared strings, and of what stands beside the cells of a sheet."""

MAX_RUNS = 100_000
"""Runs of letters with a format of their own among the shared strings; a workbook of forms has some hundred."""

MAX_MERGED = 50_000
MAX_COLUMN_ENTRIES = LAST_COLUMN
MAX_FORM_ROWS = 5_000
"""Rows of figures on one form; the largest unit has some hundred organisations."""

MAX_STYLES = 65_536
"""Cell styles, fonts and number formats; spreadsheets themselves allow about as many."""


def too_many(kind: str, found: int, limit: int, *, sheet: str = "", value: str = "") -> UnreadableError:
    """Give the error that names which limit was passed, where, and how much there was.

    Args:
        kind: what there is too much of, by the name that the texts have for it (`limit.…`).
        found: how many there are, or how many were counted before reading stopped.
        limit: how many there may be.
        sheet: the sheet, if it is one.
        value: the part of the package, if it is no sheet.
    """
    words = {"what": message(f"limit.{kind}"), "what_en": message(f"limit.{kind}", "en")}
    where = sheet or value
    return UnreadableError("R061", sheet=sheet, value=where, found=str(found), limit=str(limit), **words)
