"""A table of the registry as text: cells replaced and rows added, every other byte as it was.

What belongs here: where rows and cells stand in a CSV, and writing new ones as the file writes its own. What
does not: what is to be written (`events.py`).
"""

import codecs
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ingestion.records.mendable import MendableError
from ingestion.words.messages import ToldError

_QUOTED = frozenset(',"\r\n')


class EventError(ToldError, MendableError):
    """What happened cannot be written into the registry; the message says why and what to do."""

    is_refusal = True


@dataclass(frozen=True)
class _Record:
    """Where a row stands in the text: up to its last cell, up to the next row, and each of its cells."""

    end: int
    following: int
    cells: Sequence[tuple[int, int]]


class TableText:
    """The text of one table, with changes that are made to it."""

    def __init__(self, name: str, content: bytes) -> None:
        """Take the content of a file that can be read as a table."""
        self._name = name
        self._mark = codecs.BOM_UTF8 if content.startswith(codecs.BOM_UTF8) else b""
        self._text = content.removeprefix(self._mark).decode("utf-8")
        self._records = _records(self._text)
        head = next(one for one in self._records if any(self._cell(place).strip() for place in one.cells))
        self._columns = [_read(self._cell(place)) for place in head.cells]
        self._newline = self._text[head.end : head.following] or "\n"
        self._replaced: dict[tuple[int, int], str] = {}
        self._added: list[tuple[int, str]] = []

    def _cell(self, place: tuple[int, int]) -> str:
        return self._text[slice(*place)]

    def replace(self, row: int, values: Mapping[str, str]) -> None:
        """Write other values into a row.

        Args:
            row: its number as a spreadsheet counts.
            values: what is to stand there, by column.

        Raises:
            EventError: the file has no such column.
        """
        for column, value in values.items():
            self._replaced[self._records[row - 1].cells[self._column(column)]] = _written(value)

    def copy(self, row: int, values: Mapping[str, str]) -> None:
        """Add a row after one: the same as it is now, but for some values.

        Raises:
            EventError: the file has no such column.
        """
        record = self._records[row - 1]
        cells = [self._cell(place) for place in record.cells]
        for column, value in values.items():
            cells[self._column(column)] = _written(value)
        self._added.append((row, ",".join(cells)))

    def add(self, values: Mapping[str, str]) -> None:
        """Add a row at the end; columns that are not named are left blank.

        Raises:
            EventError: the file lacks a column for something that is to be written.
        """
        for column, value in values.items():
            if value:
                self._column(column)
        cells = [_written(values.get(column, "")) for column in self._columns]
        self._added.append((len(self._records), ",".join(cells)))

    def _column(self, column: str) -> int:
        if column not in self._columns:
            raise EventError("chronicle.event.no_column", file=self._name, column=column)
        return self._columns.index(column)

    def content(self) -> bytes:
        """Give what the file is to hold."""
        edits = [(start, end, text) for (start, end), text in self._replaced.items()]
        for row, line in self._added:
            record = self._records[row - 1]
            is_open = record.end == record.following  # the last row of a file without an end of line
            text = f"{self._newline}{line}" if is_open else f"{line}{self._newline}"
            edits.append((record.following, record.following, text))
        text, done = "", 0
        for start, end, written in sorted(edits, key=lambda edit: edit[:2]):
            text += self._text[done:start] + written
            done = end
        return self._mark + (text + self._text[done:]).encode()


def _written(value: str) -> str:
    """Write a value as a cell."""
    return '"' + value.replace('"', '""') + '"' if _QUOTED & set(value) else value


def _read(cell: str) -> str:
    return cell[1:-1].replace('""', '"') if cell.startswith('"') else cell


def _records(text: str) -> list[_Record]:
    """Find the rows of a CSV and their cells, as the library that reads it counts them."""
    found: list[_Record] = []
    cells: list[tuple[int, int]] = []
    cell = at = 0
    is_quoted = False
    while at < len(text):
        sign = text[at]
        if is_quoted:
            if sign == '"':
                is_twice = text.startswith('""', at)
                is_quoted, at = is_twice, at + is_twice
        elif sign == '"' and at == cell:
            is_quoted = True
        elif sign == ",":
            cells.append((cell, at))
            cell = at + 1
        elif sign in "\r\n":
            following = at + (2 if text.startswith("\r\n", at) else 1)
            found.append(_Record(at, following, [*cells, (cell, at)]))
            cells, cell, at = [], following, following - 1
        at += 1
    if cell < len(text) or cells:
        found.append(_Record(len(text), len(text), [*cells, (cell, len(text))]))
    return found
