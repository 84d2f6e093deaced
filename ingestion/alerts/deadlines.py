"""Which alerts follow from the calendar.

What belongs here: deadlines that come near or have passed, as functions of registry, ledger and a moment. What
does not: any clock.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta

from ingestion.alerts.alert import Alert, Kind, Role
from ingestion.catalogue import Catalogue
from ingestion.days import day_of
from ingestion.findings import Verdict
from ingestion.ledger import LedgerState
from ingestion.registry import Registry

NEAR = timedelta(days=7)
"""How long before a deadline a unit that has not filed is reminded."""

_RETURNED = frozenset({Verdict.REJECTED, Verdict.UNREADABLE})


def deadline_alerts(
    registry: Registry, catalogue: Catalogue, state: LedgerState, now: datetime, since: datetime
) -> list[Alert]:
    """Give the alerts of all deadlines that are near or have passed.

    A unit that filed something that was not returned is not reminded. Deadlines before `since` are of a time
    when nobody was told anything, and stay so.
    """
    today, first = day_of(now), day_of(since)
    alerts: list[Alert] = []
    for (period, due_on), units in sorted(_owing(registry, catalogue).items()):
        if not first <= due_on <= today + NEAR:
            continue
        missing = sorted(unit for unit in units if not has_filed(state, unit, period))
        alerts += _of_period(period, due_on, missing, now, is_over=due_on < today)
    return alerts


def has_filed(state: LedgerState, unit: str, period: str) -> bool:
    """Say whether a unit has filed for a period, other than what was returned to it."""
    return any(record.status not in _RETURNED for record in state.revisions(unit, period))


def _owing(registry: Registry, catalogue: Catalogue) -> dict[tuple[str, date], set[str]]:
    owing: dict[tuple[str, date], set[str]] = defaultdict(set)
    for owed in registry.owed(catalogue):
        if owed.due_on is not None:
            owing[owed.period_code, owed.due_on].add(owed.reporting_org_code)
    return owing


def _of_period(
    period: str, due_on: date, missing: list[str], now: datetime, *, is_over: bool
) -> Iterator[Alert]:
    # A deadline that is moved is another deadline.
    subject, due = f"{period}\0{due_on.isoformat()}", due_on.isoformat()
    kind = Kind.DEADLINE_MISSED if is_over else Kind.DEADLINE_NEAR
    for unit in missing:
        yield Alert(kind, f"{subject}\0{unit}", now, Role.CLERK, unit, period, facts={"due_on": due})
    if is_over and missing:
        facts = {"due_on": due, "units": missing}
        yield Alert(Kind.UNITS_MISSING, subject, now, Role.DATA_TEAM, period=period, facts=facts)
