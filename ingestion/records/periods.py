"""Reporting periods: how they are written, when they begin and end, and which comes before which.

What belongs here: the calendar arithmetic of period codes. What does not: deadlines and locks, which are
registry data (`calendar.csv`), and which years make a term (`terms.csv`): the days of a term are those that
`Registry.days_of` gives.
"""

import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cached_property


class PeriodError(ValueError):
    """A text is not a period code."""


class PeriodKind(StrEnum):
    """The parts of a period code: cumulative periods of a year, a term, and quarters of their own."""

    Q1 = "Q1"
    HALF = "6T"
    NINE = "9T"
    YEAR = "N"
    TERM = "NK"
    D1 = "D1"
    D2 = "D2"
    D3 = "D3"
    D4 = "D4"


CUMULATIVE = (PeriodKind.Q1, PeriodKind.HALF, PeriodKind.NINE, PeriodKind.YEAR)
"""The cumulative periods of a year, in order."""

DISCRETE = (PeriodKind.D1, PeriodKind.D2, PeriodKind.D3, PeriodKind.D4)
"""A quarter's own figures; never filed, always a difference of two cumulative periods."""

_END = {PeriodKind.Q1: (3, 31), PeriodKind.HALF: (6, 30), PeriodKind.NINE: (9, 30), PeriodKind.YEAR: (12, 31)}
_DISCRETE_START = {PeriodKind.D1: 1, PeriodKind.D2: 4, PeriodKind.D3: 7, PeriodKind.D4: 10}
_YEARLY = re.compile(r"^(\d{4})-(Q1|6T|9T|N|D[1-4])$")
_YEARLY_REVERSED = re.compile(r"^(Q1|6T|9T|N|D[1-4])-(\d{4})$")
_TERM = re.compile(r"^(\d{4})-(\d{4})-NK$")
_TERM_REVERSED = re.compile(r"^NK-(\d{4})-(\d{4})$")


@dataclass(frozen=True)
class Days:
    """The days from a first to a last one, both within."""

    first: date
    last: date


@dataclass(frozen=True)
class Period:
    """One reporting period.

    Attributes:
        kind: which part of a year, or a term.
        year: the year, or the last year of a term.
        first_year: the year that opens a term's name (2015 in `2015-2020-NK`); else the year itself.
    """

    kind: PeriodKind
    year: int
    first_year: int

    @classmethod
    def parse(cls, text: str) -> "Period":
        """Read a period code in either spelling, `2019-6T` or `6T-2019`.

        Raises:
            PeriodError: the text is neither.
        """
        code = text.strip().upper().replace(" ", "")
        if match := _YEARLY.match(code):
            return cls(PeriodKind(match[2]), int(match[1]), int(match[1]))
        if match := _YEARLY_REVERSED.match(code):
            return cls(PeriodKind(match[1]), int(match[2]), int(match[2]))
        if match := _TERM.match(code) or _TERM_REVERSED.match(code):
            first, last = int(match[1]), int(match[2])
            if first < last:
                return cls(PeriodKind.TERM, last, first)
        raise PeriodError(f"“{text}” is not a period; write 2019-Q1, 2019-6T, 2019-9T, 2019-N or 2015-2020-NK")

    @cached_property
    def code(self) -> str:
        """The code as the product writes it, year first."""
        if self.kind is PeriodKind.TERM:
            return f"{self.first_year}-{self.year}-NK"
        return f"{self.year}-{self.kind}"

    def __str__(self) -> str:
        return self.code

    @cached_property
    def days_by_code(self) -> Days:
        """The days that the code alone tells: from 1 January (flows are cumulative), or a quarter's first day.

        Which years make a term, the registry says (`Registry.days_of`). Where none is at hand, `2015-2020-NK`
        is taken to be made of the years after its first one.
        """
        if self.kind is PeriodKind.TERM:
            return Days(date(self.first_year + 1, 1, 1), self.end)
        return Days(date(self.year, _DISCRETE_START.get(self.kind, 1), 1), self.end)

    @property
    def end(self) -> date:
        """The last day that the code tells; it orders periods, and what is in force on it is what is filed.

        At which day the bodies of a term are looked at, the registry says (`Registry.days_of`).
        """
        if self.kind in DISCRETE:
            month, day = _END[CUMULATIVE[DISCRETE.index(self.kind)]]
        else:
            month, day = _END.get(self.kind, (12, 31))
        return date(self.year, month, day)

    @property
    def is_cumulative(self) -> bool:
        """Whether this is one of Q1, 6T, 9T, N."""
        return self.kind in CUMULATIVE

    @property
    def later(self) -> tuple[PeriodKind, ...]:
        """The cumulative periods of the year that end after this one; none for what is not cumulative."""
        return CUMULATIVE[CUMULATIVE.index(self.kind) + 1 :] if self.is_cumulative else ()

    @property
    def order(self) -> tuple[date, int]:
        """The calendar order in which pending periods are judged; a term comes after its last year."""
        return (self.end, 1 if self.kind is PeriodKind.TERM else 0)

    @property
    def previous_cumulative(self) -> "Period | None":
        """The cumulative period before this one in the same year; none for Q1 and for terms."""
        if self.kind not in CUMULATIVE[1:]:
            return None
        return Period(CUMULATIVE[CUMULATIVE.index(self.kind) - 1], self.year, self.year)

    @property
    def previous_year(self) -> "Period | None":
        """The whole year before this one, whose closing stocks are this one's opening; none for terms."""
        if self.kind is PeriodKind.TERM:
            return None
        return Period(PeriodKind.YEAR, self.year - 1, self.year - 1)


def period_of(code: str) -> Period | None:
    """Give the period of a code; None where it is none."""
    try:
        return Period.parse(code)
    except PeriodError:
        return None
