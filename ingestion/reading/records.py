"""The records of a binary workbook (BIFF5 and BIFF8), made ready for xlrd.

What belongs here: which records say something of cells, and what makes xlrd give up a whole workbook for one of
them. What does not: what the records say, which xlrd reads, and the container (`container.py`).

xlrd decodes every record that it knows, also those of which nothing is ever asked (names, colours, links,
conditional formats, windows), and an assertion on one of these ends it. They are blotted out before it sees
them. So is what takes memory for nothing: a blank cell with a format, of which a sheet may hold millions.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from struct import pack_into, unpack_from

from xlrd.formatting import std_format_code_types

from ingestion.records.submissions import UnreadableError

MAX_TEXT_BYTES = 16 * 2**20
"""Of the shared strings; those of a real workbook take some hundred thousand."""

_BOF, _EOF, _CONTINUE = 0x0809, 0x000A, 0x003C
_ANY_BOF = frozenset({0x0809, 0x0409, 0x0209, 0x0009})
_VERSIONS = (0x0500, 0x0600)
_BIFF8 = 0x0600
_SHEET, _PASSWORD, _CODE_PAGE, _LINKS, _STRINGS = 0x85, 0x2F, 0x42, 0x1AE, 0xFC
_FORMAT, _STYLE_OF_CELLS = 0x41E, 0xE0
_MERGED, _NUMBERS, _SHARED_TEXT, _BOOL_OR_ERROR = 0xE5, 0xBD, 0xFD, 0x205
_CELLS = frozenset({0x203, 0x204, 0xD6, 0x27E, 0x06, 0x206, 0x406, _SHARED_TEXT, _BOOL_OR_ERROR})
_OF_NO_USE = frozenset(
    {
        0x18,  # names
        0x17,  # sheets that formulas refer to
        0x23,  # names in other files
        _LINKS,
        0x5C,  # who wrote it
        0x8C,  # country
        0x92,  # palette
        0x293,  # names of styles
    }
)
_OF_NO_USE_IN_SHEETS = frozenset(
    {
        0x200,  # the used range: a second one makes xlrd forget rows
        0x201,  # a blank cell
        0xBE,  # several of them
        0x8C,  # country
        0x1B0,  # conditional formats
        0x1B1,
        0x1B8,  # links
        0x800,
        0x5D,  # drawings, their texts, notes
        0xEC,
        0x1B6,
        0x1C,
        0x872,  # lists
        0x15F,  # ranges of labels
        0xAB,  # widths, windows, breaks
        0x55,
        0x99,
        0x225,
        0x23E,
        0x41,
        0xA0,
        0x1A,
        0x1B,
        _MERGED,  # read here
    }
)
_NOTHING = 0x1FFF
"""A code that no record has."""

UNKNOWN_ERROR = 0xFF
"""A code that no error of a formula has: what a cell held cannot be told."""


@dataclass
class SheetRecords:
    """What the records of a sheet say beside its cells.

    Attributes:
        cells: how many of them hold something.
        merged: ranges as (first row, first column, last row, last column), counted from 1.
    """

    cells: int = 0
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)


@dataclass
class Records:
    """The records of a workbook, made ready.

    Attributes:
        stream: the workbook for xlrd.
        is_encrypted: whether there is a password; nothing else is known then.
        sheets: what stands on its worksheets, in their order; empty for workbooks from before Excel 5.
        has_links: whether there are formulas that follow other files.
        lost_formats: numbers of the cell styles whose number format is nowhere described, so that a percentage
            or a date cannot be told from a number.
    """

    stream: bytes
    is_encrypted: bool = False
    sheets: list[SheetRecords] = field(default_factory=list)
    has_links: bool = False
    lost_formats: frozenset[int] = frozenset()


def made_ready(stream: bytes) -> Records:
    """Go through the records of a workbook.

    Raises:
        UnreadableError: it has far too much text.
        struct.error, ValueError: it breaks off, or its records do not follow one another.
    """
    opcode, length, version = unpack_from("<HHH", stream)
    if opcode != _BOF or length < 4 or version not in _VERSIONS:
        return Records(stream)
    return _Walk(stream, is_biff8=version == _BIFF8).go()


class _Walk:
    """One walk through the records of a workbook."""

    def __init__(self, stream: bytes, *, is_biff8: bool) -> None:
        self._stream = bytearray(stream)
        self._is_biff8 = is_biff8
        self._found = Records(b"")
        self._strings = self._styles = 0
        self._sheets: list[int] = []

    def go(self) -> Records:
        found = self._found
        self._read_globals()
        if not found.is_encrypted:
            if len(set(self._sheets)) < len(self._sheets):
                raise ValueError("two sheets have the same records")
            found.sheets = [self._read_sheet(start) for start in self._sheets]
            found.stream = bytes(self._stream)
        return found

    def _records(self, start: int) -> Iterator[tuple[int, int, int]]:
        """Give code, place and length of the records, with the one that ends this part of the workbook."""
        stream, end = self._stream, len(self._stream)
        while True:
            code, length = unpack_from("<HH", stream, start)
            start += 4
            if start + length > end:
                raise ValueError("a record breaks off")
            yield code, start, length
            if code == _EOF:
                return
            start += length

    def _blot(self, place: int) -> None:
        pack_into("<H", self._stream, place - 4, _NOTHING)

    def _read_globals(self) -> None:
        stream, found = self._stream, self._found
        formats = set(std_format_code_types)
        lost: set[int] = set()
        text = 0
        for code, place, length in self._records(0):
            text = text + length if code == _STRINGS or (code == _CONTINUE and text) else 0
            if code == _PASSWORD:
                found.is_encrypted = True
                return
            if code == _SHEET:
                offset, _, kind = unpack_from("<IBB", stream, place)
                stream[place + 4] &= 3  # the other bits have no meaning, but are not always 0
                if kind == 0:
                    self._sheets.append(offset)
            elif code == _STRINGS:
                self._strings = unpack_from("<I", stream, place + 4)[0]
            elif code == _FORMAT:
                formats.add(unpack_from("<H", stream, place)[0])
            elif code == _STYLE_OF_CELLS:
                if unpack_from("<H", stream, place + 2)[0] not in formats:
                    lost.add(self._styles)  # xlrd, too, looks only at formats that it has seen before
                self._styles += 1
            elif code in _OF_NO_USE or (code == _CODE_PAGE and self._is_biff8):
                found.has_links |= code == _LINKS and self._is_other_file(place, length)
                self._blot(place)
            if text > MAX_TEXT_BYTES:
                raise UnreadableError("R071", limit=f"{MAX_TEXT_BYTES // 2**20} MB")
        found.lost_formats = frozenset(lost)

    def _is_other_file(self, place: int, length: int) -> bool:
        """Say whether links lead to another file, and not into this one, to an add-in or to a program."""
        sheets, kind = unpack_from("<HH", self._stream, place) if length >= 4 else (0, 0)
        is_own = kind == 0x0401
        is_function = sheets == 1 and kind == 0x3A01
        return sheets > 0 and not is_own and not is_function

    def _read_sheet(self, start: int) -> SheetRecords:
        stream, sheet = self._stream, SheetRecords()
        for code, place, length in self._sheet_records(start):
            if code in _CELLS:
                sheet.cells += 1
                self._check_cell(code, place)
            elif code == _NUMBERS:
                first, last = (
                    unpack_from("<H", stream, place + 2)[0],
                    unpack_from("<H", stream, place + length - 2)[0],
                )
                if (last - first + 1) * 6 + 6 != length:
                    raise ValueError("a row of numbers breaks off")
                sheet.cells += last - first + 1
            elif code in _OF_NO_USE_IN_SHEETS:
                if code == _MERGED:
                    sheet.merged += self._merged(place, length)
                self._blot(place)
        return sheet

    def _sheet_records(self, start: int) -> Iterator[tuple[int, int, int]]:
        """Give the records of a sheet itself, without those of the charts on it."""
        if unpack_from("<H", self._stream, start)[0] not in _ANY_BOF:
            raise ValueError("a sheet does not begin where it should")
        records = self._records(start)
        next(records)
        while True:
            for code, place, length in records:
                if code in _ANY_BOF:
                    break
                yield code, place, length
            else:
                return
            *_, (_, last, rest) = self._records(place + length)  # a chart
            records = self._records(last + rest)

    def _check_cell(self, code: int, place: int) -> None:
        """Make an error of a cell whose style or text is none that the workbook has."""
        style, number = unpack_from("<HI", self._stream, place + 4)
        if code == _BOOL_OR_ERROR:
            self._stream[place + 7] = min(self._stream[place + 7], 1)
        if style >= self._styles or (code == _SHARED_TEXT and number >= self._strings):
            pack_into("<H", self._stream, place - 4, _BOOL_OR_ERROR)
            pack_into("<HBB", self._stream, place + 4, 0, UNKNOWN_ERROR, 1)

    def _merged(self, place: int, length: int) -> list[tuple[int, int, int, int]]:
        (count,) = unpack_from("<H", self._stream, place)
        ranges = [
            unpack_from("<4H", self._stream, place + 2 + 8 * i) for i in range(min(count, (length - 2) // 8))
        ]
        return [
            (top + 1, left + 1, bottom + 1, right + 1) for top, bottom, left, right in ranges if top <= bottom
        ]
