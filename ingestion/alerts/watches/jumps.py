"""A share of a period's units that is far larger than it was in the same period of the year before."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from ingestion.alerts.alert import Alert, Kind
from ingestion.alerts.limits import Share
from ingestion.alerts.measures import MEASURES, Filings
from ingestion.alerts.watches.seen import Seen
from ingestion.alerts.watches.watch import Watch
from ingestion.records.days import day_of
from ingestion.records.periods import Period, PeriodKind
from ingestion.records.tolerance import TOLERANCE

_TWO_YEARS = timedelta(days=731)


class Jumps(Watch[Share]):
    """Each measure of each period of which there is one of the year before."""

    kinds = (Kind.JUMP,)
    part = "jump"
    limit = Share

    def found(self, seen: Seen, limit: Share) -> Iterator[Alert]:
        """Give the alerts of all shares that grew by too much."""
        for period, measures in seen.periods.items():
            earlier = _same_period_before(period)
            if earlier is None or earlier not in seen.filings.judged:
                continue
            # A year that is under way is not held against all that the one before came to in the end.
            then = _a_year_before(seen.filings, period, earlier)
            before = seen.then(earlier, then)
            for name in MEASURES:
                measure, earlier_one = measures.measures[name], before.measures[name]
                if min(measure.of, earlier_one.of) < limit.at_least:
                    continue
                if measure.share - earlier_one.share + TOLERANCE >= limit.share:
                    yield seen.alert(
                        Kind.JUMP,
                        f"{period}\0{name}",
                        measure,
                        period=period,
                        measure=name,
                        earlier=earlier,
                        then=earlier_one.count,
                        then_of=earlier_one.of,
                        then_on=day_of(then).isoformat(),
                    )


def _a_year_before(filings: Filings, period: str, earlier: str) -> datetime:
    """Give the moment that is as far from the earlier period's deadline as now is from this one's.

    Where one of them has none, or theirs cannot be of years that follow each other, it is the same day of the
    year before.
    """
    due, then = filings.due_on(period), filings.due_on(earlier)
    if due is not None and then is not None and timedelta() < due - then < _TWO_YEARS:
        return filings.now - (due - then)
    is_leap_day = (filings.now.month, filings.now.day) == (2, 29)
    return filings.now.replace(year=filings.now.year - 1, day=28 if is_leap_day else filings.now.day)


def _same_period_before(period: str) -> str | None:
    """Give the same period of the year before; None for a term, which has none."""
    found = Period.parse(period)
    is_term = found.kind is PeriodKind.TERM
    return None if is_term else Period(found.kind, found.year - 1, found.year - 1).code


WATCH = Jumps()
