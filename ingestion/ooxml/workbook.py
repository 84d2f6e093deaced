"""A workbook under change, whole: its sheets, styles and shared texts together.

What belongs here: what is done with a workbook as such. What does not: its parts (`package.py`), what stands in
a sheet (`sheet.py`), and why anything is marked.
"""

from collections.abc import Iterator, Mapping

from ingestion.ooxml.grid import NewSheet
from ingestion.ooxml.mending import is_sound
from ingestion.ooxml.package import Package, SheetEntry, blank_package
from ingestion.ooxml.sheet import SharedStrings, Sheet
from ingestion.ooxml.signs import Signs
from ingestion.ooxml.styles import Styles


class Workbook:
    """An .xlsx or .xlsm that is changed in place: what is not changed stays byte for byte as it is.

    Attributes:
        styles: the table of cell styles, to which more may be added.
    """

    def __init__(self, data: bytes, signs: Signs) -> None:
        """Open a workbook.

        Args:
            data: its bytes, without a password.
            signs: by which earlier marks of the same author are known.

        Raises:
            KeyError, ValueError, ParseError, BadZipFile, UnreadableError: it is damaged, or no workbook.
        """
        self._package = Package(data)
        self._signs = signs
        self.styles = Styles(self._package, signs)
        self._shared = SharedStrings(self._package)

    @classmethod
    def blank(cls, signs: Signs) -> "Workbook":
        """Begin a workbook without a sheet; it needs one before it can be opened."""
        return cls(blank_package(), signs)

    def sheets(self) -> Iterator[SheetEntry]:
        """Give the sheets in their order."""
        return self._package.sheets()

    def sheet(self, entry: str) -> Sheet:
        """Open a sheet for change, by the part that its entry names."""
        return Sheet(self._package, entry, self.styles, self._shared, self._signs)

    def has_own_comments(self, entry: str) -> bool:
        """Say whether a sheet has comments of the same author."""
        comments = self._package.related(entry, "comments")
        return comments is not None and self._signs.comment.encode() in self._package.raw(comments)

    def put_right(self) -> None:
        """Put right what is written in sheets so that other programs refuse to open it."""
        for entry in self.sheets():
            if not is_sound(self._package.raw(entry.path), self._shared.count):
                self.sheet(entry.path).put_right()

    def drop_code(self) -> bool:
        """Take macros out; say whether there were any."""
        return self._package.drop_code()

    def free_name(self, wanted: str) -> str:
        """Give a name that no sheet has; programs do not tell small letters from capitals."""
        taken = {entry.get("name", "").casefold() for entry in self._package.workbook.children("sheets")}
        names = (wanted, *(f"{wanted} ({number})" for number in range(2, len(taken) + 3)))
        return next(name for name in names if name.casefold() not in taken)

    def insert(
        self,
        name: str,
        grid: NewSheet,
        position: int | None,
        styles: Mapping[str, int],
        sizes: Mapping[str, float],
    ) -> str:
        """Add a sheet and give its part.

        Args:
            name: what it is called.
            grid: what stands in it.
            position: before which sheet it comes; None: last.
            styles: the numbers of the styles that the grid names.
            sizes: the sizes of their fonts in points, where they are not usual.
        """
        namespace = self._package.workbook.namespace.strip("{}")
        return self._package.insert_sheet(name, grid.to_bytes(namespace, styles, sizes), position)

    def remove_sheets(self, parts: set[str]) -> None:
        """Remove sheets with all that only they need."""
        self._package.remove_sheets(parts)

    def show_first(self) -> None:
        """Let the workbook open at its first sheet."""
        self._package.show_first()

    def to_bytes(self) -> bytes:
        """Pack it; the same changes of the same workbook give the same bytes."""
        return self._package.to_bytes()
