"""The container of a binary workbook (an OLE compound file): which of its bytes are the workbook.

What belongs here: finding the stream, also where the container's own book-keeping is not in order. What does
not: its records (`records.py`) and passwords (`encrypted.py`).

Of the two readers of such files that could be used, one never comes to the end of a circular chain of sectors
and refuses what Excel opens (a stream that is shorter than stated, sectors that two streams claim), the other
takes any amount of memory for one. Here a chain ends where it begins to repeat, and no stated size is believed:
a workbook ends with its last record.
"""

from array import array
from collections.abc import Iterator, Sequence
from struct import unpack_from

from ingestion.reading.kinds import OLE_MARK

_STREAMS = ("workbook", "book")
"""What the stream is called since Excel 97, and before; a file may hold both for the sake of old programs."""

_SECTOR_SHIFTS = (9, 12)
_MINI_SECTOR = 64
_MINI_CUTOFF = 4096
"""Smaller streams lie in sectors of 64 bytes, which lie in a stream of the container's."""

_HEADER = 512
_ENTRY = 128
_IS_STREAM = 2
_IN_HEADER = 109
"""How many sectors of the table of sectors the header names itself."""


def workbook_streams(data: bytes) -> Iterator[bytes]:
    """Give what may be the workbook, the likeliest first; nothing where there is none.

    What stands behind the last record is of no meaning. A workbook of the nineties without a container is its
    own stream. Never raises.
    """
    if not data.startswith(OLE_MARK):
        yield data
        return
    if len(data) < _HEADER:
        return
    container = _Container(data)
    for name in _STREAMS:
        for start, size in container.find(name):
            in_large, in_small = container.large(start), container.small(start)
            yield from (in_small, in_large) if size < _MINI_CUTOFF else (in_large, in_small)


class _Container:
    """The tables of a container."""

    def __init__(self, data: bytes) -> None:
        self._data = data
        (shift,) = unpack_from("<H", data, 30)
        self._size = 1 << (shift if shift in _SECTOR_SHIFTS else _SECTOR_SHIFTS[0])
        (directory,) = unpack_from("<I", data, 48)
        (self._small_table,) = unpack_from("<I", data, 60)
        self._next = self._table()
        self._entries = self.large(directory)

    def find(self, name: str) -> Iterator[tuple[int, int]]:
        """Give first sector and stated size of the streams of a name, without those of embedded objects."""
        seen: set[int] = set()
        waiting = [self._link(0, 76)]
        while waiting:
            number = waiting.pop()
            if number in seen or not 0 <= number < len(self._entries) // _ENTRY:
                continue
            seen.add(number)
            waiting += [self._link(number, 68), self._link(number, 72)]
            at = number * _ENTRY
            length, kind = unpack_from("<HB", self._entries, at + 64)
            text = self._entries[at : at + min(length, 64)].decode("utf-16-le", "replace").rstrip("\0")
            if kind == _IS_STREAM and text.casefold() == name:
                start, size = unpack_from("<II", self._entries, at + 116)
                yield start, size

    def large(self, start: int) -> bytes:
        """Give the bytes of a chain of sectors."""
        size = self._size
        chain = _chain(start, self._next)
        return b"".join(self._data[(n + 1) * size : (n + 2) * size] for n in chain)

    def small(self, start: int) -> bytes:
        """Give the bytes of a chain of small sectors."""
        if len(self._entries) < _ENTRY:
            return b""
        (root,) = unpack_from("<I", self._entries, 116)
        chain = _chain(start, _numbers(self.large(self._small_table)))
        held = self.large(root) if chain else b""
        return b"".join(held[n * _MINI_SECTOR : (n + 1) * _MINI_SECTOR] for n in chain)

    def _link(self, number: int, at: int) -> int:
        """Give the number of an entry that another one names."""
        if len(self._entries) < (number + 1) * _ENTRY:
            return -1
        (found,) = unpack_from("<i", self._entries, number * _ENTRY + at)
        return int(found)

    def _table(self) -> Sequence[int]:
        """Give the sector that follows each sector."""
        sectors = list(unpack_from(f"<{_IN_HEADER}I", self._data, 76))
        (further,) = unpack_from("<I", self._data, 68)
        seen: set[int] = set()
        while (block := self._sector(further)) and further not in seen:
            seen.add(further)
            numbers = _numbers(block)
            sectors += numbers[:-1]
            further = numbers[-1]
        return _numbers(b"".join(self._sector(n) for n in dict.fromkeys(sectors)))

    def _sector(self, number: int) -> bytes:
        """Give a sector; nothing where it is not whole."""
        block = self._data[(number + 1) * self._size : (number + 2) * self._size]
        return block if len(block) == self._size else b""


def _numbers(block: bytes) -> Sequence[int]:
    return array("I", unpack_from(f"<{len(block) // 4}I", block))


def _chain(start: int, following: Sequence[int]) -> list[int]:
    """Give the numbers of a chain, up to its end, or to where it would begin anew."""
    chain: dict[int, None] = {}
    while start < len(following) and start not in chain:
        chain[start] = None
        start = following[start]
    return list(chain)
