"""For which periods something holds: a rule, a form, a column, a summand of an indicator.

What belongs here: the interval as data files write it. What does not: what follows where it does not hold.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from ingestion.definitions.unfit import UnfitError
from ingestion.records.periods import Period, PeriodKind


class Effective(BaseModel):
    """The periods for which something holds, by their last day (both ends included).

    Attributes:
        first: the first such day; None: since ever.
        last: the last such day; None: for good.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    first: date | None = Field(default=None, alias="from")
    last: date | None = Field(default=None, alias="to")

    @model_validator(mode="after")
    def _is_in_order(self) -> Self:
        if self.first is not None and self.last is not None and self.last < self.first:
            raise UnfitError("time_order", last=str(self.last), first=str(self.first))
        return self

    @property
    def is_always(self) -> bool:
        """Whether it holds for every period."""
        return self.first is None and self.last is None

    def covers(self, day: date) -> bool:
        """Say whether it holds for periods that end on a day."""
        return (self.first is None or self.first <= day) and (self.last is None or day <= self.last)

    def meets(self, other: "Effective") -> bool:
        """Say whether there is a day on which both hold."""
        return any(self.covers(day) and other.covers(day) for day in turning_days((self, other)))


ALWAYS = Effective()
"""What holds for every period."""


def turning_days(intervals: Iterable[Effective]) -> list[date]:
    """Give the days on which some intervals begin, or have just ended, and the first day of all.

    Whatever can hold of these intervals together holds on one of them.
    """
    days = {date.min}
    for interval in intervals:
        if interval.first is not None:
            days.add(interval.first)
        if interval.last is not None and interval.last < date.max:
            days.add(interval.last + timedelta(days=1))
    return sorted(days)


def holds_at_end_of(parts: Iterable[str], intervals: Iterable[Effective]) -> bool:
    """Say whether some period of these parts of the year ends on a day on which all the intervals hold."""
    found = tuple(intervals)
    begins = max((interval.first for interval in found if interval.first is not None), default=None)
    ends = min((interval.last for interval in found if interval.last is not None), default=None)
    if begins is None or ends is None:
        return True
    # A year and a day have an end of each part.
    years = {begins.year, min(begins.year + 1, ends.year)}
    days = (Period(PeriodKind(part), year, year).end for part in parts for year in years)
    return any(begins <= day <= ends for day in days)
