"""The calendar day of a moment, as the districts count it.

What belongs here: the one time zone in which deadlines, locks and receipts are compared and shown. What does
not: reading the clock (the edges do that) and the reporting calendar (`periods.py`, `definitions/registry.py`).
"""

from datetime import date, datetime, timedelta, timezone

VIETNAM_TIME = timezone(timedelta(hours=7))
"""Vietnam keeps one time all year round, so that no table of time zones is needed."""


def day_of(moment: datetime) -> date:
    """Give the day that it is in Vietnam at a moment.

    Raises:
        ValueError: the moment has no time zone, so that its day cannot be told.
    """
    if moment.tzinfo is None:
        raise ValueError(f"{moment.isoformat()} has no time zone: say which one, for example +07:00")
    return moment.astimezone(VIETNAM_TIME).date()
