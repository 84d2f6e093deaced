"""The kinds of file that can be read as a filing.

What belongs here: their names, as receipts and bronze keep them. What does not: how a kind is told
(`reading/`), and files that are none of ours (`reading/kinds.py`).
"""

from enum import StrEnum


class FileKind(StrEnum):
    """What a filed file turned out to be, whatever its name says; templates of a program are its workbooks."""

    XLSX = "xlsx"
    XLSM = "xlsm"
    XLS = "xls"
    ODS = "ods"
    CSV = "csv"
    ZIP = "zip"
    """An archive of CSVs, or of one workbook that was no more than packed."""
    FOLDER = "folder"
    """A folder of CSVs, or of one workbook."""


MARKED_IN_PLACE = frozenset({FileKind.XLSX, FileKind.XLSM})
"""What goes back to its clerk as the same file, with the wrong cells marked."""
