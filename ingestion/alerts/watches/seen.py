"""What watches look at: the measures of periods and units of which there is news, each counted once.

What belongs here: which periods and units these are, and the alert of what is found in them. What does not:
counting (`measures.py`) and what is too much (the watches).
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import Any

from ingestion.alerts.alert import Alert, Role
from ingestion.alerts.measures import Filings, Measure, OfPeriod, of_period, of_unit
from ingestion.landing.state import SubmissionRecord
from ingestion.records.days import day_of


@dataclass(frozen=True)
class Seen:
    """What was filed, as far as it is of the last `window_days`."""

    filings: Filings
    window_days: int

    @cached_property
    def periods(self) -> Mapping[str, OfPeriod]:
        """The measures of each period of which there is news, or that was due."""
        news = (p for p, units in self.filings.judged.items() if any(map(self._has_news, units.values())))
        found = sorted({*self._due, *news})
        return {period: of_period(self.filings, period) for period in found}

    @cached_property
    def units(self) -> Mapping[str, Mapping[str, Measure]]:
        """The measures of each unit of which there is news, or of which something was due."""
        news = {unit for unit, records in self.filings.sent.items() if self._has_news(records)}
        found = news.union(*self._due.values())
        return {unit: of_unit(self.filings, unit, self._first) for unit in sorted(found)}

    def then(self, period: str, moment: datetime) -> OfPeriod:
        """Give the measures of a period as they were at an earlier moment."""
        return of_period(self.filings.as_of(moment), period)

    def alert(
        self, kind: str, condition: str, found: Measure, *, period: str = "", unit: str = "", **facts: Any
    ) -> Alert:
        """Give the alert of what is too much, for the data team, with its figures.

        Args:
            kind: the kind.
            condition: what stands, such as the period and what is meant; it is told once while it does.
            found: how many of how many.
            period: the period that it is of; blank where it is of none.
            unit: the unit that it is of; blank where it is of several.
            facts: what else its texts need, as JSON can carry it.
        """
        said = {"names": list(found.names), "count": found.count, "filed": found.of, **facts}
        return Alert(kind, "", self.filings.now, Role.DATA_TEAM, unit, period, facts=said, condition=condition)

    @property
    def _first(self) -> date:
        return day_of(self.filings.now) - timedelta(days=self.window_days)

    def _has_news(self, records: Iterable[SubmissionRecord]) -> bool:
        return any(self.filings.is_news(r) and day_of(r.receipt.at) >= self._first for r in records)

    @cached_property
    def _due(self) -> Mapping[str, Sequence[str]]:
        due = self.filings.due.items()
        return {
            period: sorted(units)
            for period, units in due
            if (day := self.filings.due_on(period)) is not None and day >= self._first
        }
