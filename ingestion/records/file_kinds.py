"""The kinds of file that can be read as a filing.

What belongs here: their names, as receipts and bronze keep them, what names of their files end in, and what
they hold. What does not: how a kind is told and read (`reading/formats/`), and files that are none of ours
(`reading/kinds.py`).
"""

from enum import Enum, StrEnum, auto


class Holds(Enum):
    """What is in a file of a kind."""

    WORKBOOK = auto()
    """The sheets of a program's workbook."""
    TEXT = auto()
    """One table, as text."""
    FILES = auto()
    """Other files: CSVs, or one workbook that was no more than packed."""


class FileKind(StrEnum):
    """What a filed file turned out to be, whatever its name says; templates of a program are its workbooks.

    Attributes:
        suffixes: what names of such files end in.
        holds: what is in them.
    """

    suffixes: tuple[str, ...]
    holds: Holds

    def __new__(cls, name: str, suffixes: tuple[str, ...], holds: Holds) -> "FileKind":
        """Make a kind of its name, with what is said of it."""
        kind = str.__new__(cls, name)
        kind._value_, kind.suffixes, kind.holds = name, suffixes, holds
        return kind

    XLSX = "xlsx", ("xlsx", "xltx"), Holds.WORKBOOK
    XLSM = "xlsm", ("xlsm", "xltm"), Holds.WORKBOOK
    XLS = "xls", ("xls", "xlt"), Holds.WORKBOOK
    ODS = "ods", ("ods", "ots"), Holds.WORKBOOK
    CSV = "csv", ("csv", "txt", "tsv"), Holds.TEXT
    ZIP = "zip", ("zip",), Holds.FILES
    FOLDER = "folder", (), Holds.FILES


MARKED_IN_PLACE = frozenset({FileKind.XLSX, FileKind.XLSM})
"""What goes back to its clerk as the same file, with the wrong cells marked; others go back as .xlsx."""
