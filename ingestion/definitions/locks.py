"""Whether a period still takes files: the calendar's day, and what the data team closed or reopened by hand.

What belongs here: the one place where a lock is decided, for the gate, for `check` and for the inbox. What does
not: the calendar (`registry.py`) and who closed a period when and why (`landing/ledger.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from ingestion.records.days import day_of


@dataclass(frozen=True)
class Locks:
    """The periods that were closed or reopened by hand.

    Attributes:
        closed: the moment of closing, by period.
        reopened: the last day on which a unit may file all the same, by period and unit.
    """

    closed: Mapping[str, datetime] = field(default_factory=dict)
    reopened: Mapping[tuple[str, str], date] = field(default_factory=dict)

    def is_locked(self, unit: str, period: str, received_at: datetime, locked_on: date | None) -> bool:
        """Say whether a file that came then is held: the period was over by the calendar or closed by hand.

        A unit for which the period was reopened may file up to and including the day that was set.

        Args:
            unit: the unit's code.
            period: the period's code.
            received_at: the moment of receipt.
            locked_on: the last day on which the calendar takes files; None where it never locks the period.
        """
        until = self.reopened.get((period, unit))
        if until is not None and day_of(received_at) <= until:
            return False
        closed_at = self.closed.get(period)
        if closed_at is not None and received_at >= closed_at:
            return True
        return locked_on is not None and locked_on < day_of(received_at)
