"""Versions of organisations as arrays: who stood on which day, who filed then, and who was with whom.

What belongs here: questions about many organisations and days at once. What does not: whose filings make up
whose figures (`asked`), and anything that was filed.

Days are numbers (see `date.toordinal`), organisations positions among all codes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np

from reports.publication_gate.arrays import Flags, Ints

_NOBODY = -2
"""The parent of a version that has none."""


@dataclass(frozen=True)
class Life:
    """One row of the registry: an organisation over one stretch of time."""

    code: str
    kind: str
    parent: str
    is_reporting: bool
    system: str
    first: date
    last: date

    def is_alive(self, day: date) -> bool:
        """Whether it stands on a day."""
        return self.first <= day <= self.last


class Lives:
    """All versions of all organisations, a row for each organisation and a column for each of its versions."""

    def __init__(self, lives: Sequence[Life], numbers: Mapping[str, int]) -> None:
        """Take the rows of the registry, and the number of each organisation."""
        n = len(numbers)
        counts = np.zeros(n, dtype=np.int64)
        places = []
        for life in lives:
            number = numbers[life.code]
            places.append((number, int(counts[number])))
            counts[number] += 1
        shape = (n, int(counts.max(initial=1)))
        self._starts = np.full(shape, date.max.toordinal() + 1)
        self._ends = np.full(shape, -1)
        self._parents = np.full(shape, _NOBODY)
        self._reports = np.zeros(shape, dtype=bool)
        for place, life in zip(places, lives, strict=True):
            self._starts[place], self._ends[place] = life.first.toordinal(), life.last.toordinal()
            self._parents[place] = numbers.get(life.parent, _NOBODY)
            self._reports[place] = life.is_reporting
        self.first: Ints = self._starts.min(axis=1, initial=date.max.toordinal())
        """The first day of each organisation."""
        self.last: Ints = self._ends.max(axis=1, initial=0)
        """The last day of each organisation."""

    def lived(self, codes: Ints, since: "Ints | int", until: "Ints | int") -> Flags:
        """Say who stood on some day of a stretch of time."""
        return self._meets(codes, since, until).any(axis=1)

    def filed(self, codes: Ints, since: "Ints | int", until: "Ints | int") -> Flags:
        """Say who was to file reports on some day of a stretch of time."""
        return (self._meets(codes, since, until) & self._reports[codes]).any(axis=1)

    def merely_stood(self, codes: Ints, since: "Ints | int", until: "Ints | int") -> Flags:
        """Say who stood on some day of a stretch of time without having to file then."""
        return (self._meets(codes, since, until) & ~self._reports[codes]).any(axis=1)

    def is_with(self, organisations: Ints, units: Ints, since: Ints, until: Ints) -> Flags:
        """Say of rows which organisation was with the unit that filed it on some day of a stretch of time.

        One that the registry does not know (-1), or that never was with that unit, is always with it.
        """
        mine = self._parents[organisations] == units[:, np.newaxis]
        there = (mine & self._meets(organisations, since, until)).any(axis=1)
        return there | (organisations < 0) | ~mine.any(axis=1)

    def stay(self, organisations: Ints, units: Ints, since: Ints, until: Ints) -> tuple[Ints, Ints]:
        """Give the first and the last day of a stretch of time on which organisations were with units.

        Where the registry has no such day, it is the whole of it: a row is not cut by what is not known.
        """
        mine = self._parents[organisations] == units[:, np.newaxis]
        mine &= self._meets(organisations, since, until) & (organisations >= 0)[:, np.newaxis]
        first = np.where(
            mine, np.maximum(self._starts[organisations], since[:, np.newaxis]), date.max.toordinal()
        )
        last = np.where(mine, np.minimum(self._ends[organisations], until[:, np.newaxis]), 0)
        is_cut = mine.any(axis=1)
        return np.where(is_cut, first.min(axis=1), since), np.where(is_cut, last.max(axis=1), until)

    def _meets(self, codes: Ints, since: "Ints | int", until: "Ints | int") -> Flags:
        """Say which versions have a day in a stretch of time; a code of -1 is nobody that is asked for."""
        begin, end = (day[:, np.newaxis] if isinstance(day, np.ndarray) else day for day in (since, until))
        return np.asarray((self._starts[codes] <= end) & (self._ends[codes] >= begin))
