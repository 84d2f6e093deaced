"""Which alerts follow from the calendar.

What belongs here: deadlines that come near or have passed, as functions of registry, ledger and a moment. What
does not: any clock.
"""

from collections import defaultdict
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from ingestion.alerts.alert import Alert, Kind, Role
from ingestion.definitions.catalogue import Catalogue
from ingestion.definitions.registry import Coverage, Registry
from ingestion.landing.coverage import coverage_of
from ingestion.landing.state import LedgerState
from ingestion.records.days import day_of
from ingestion.records.findings import Verdict

NEAR = timedelta(days=7)
"""How long before a deadline a unit that has not finished is reminded."""

PATIENCE = timedelta(days=2)
"""How long a unit that was answered is left alone; the answer names the deadline."""

PAST = timedelta(days=30)
"""How long after a deadline it is still news that it was missed."""


class Progress(StrEnum):
    """How far a unit is with what it owes."""

    MISSING = "missing"
    RETURNED = "returned"
    UNEXPLAINED = "unexplained"
    DONE = "done"


_PROGRESS = {
    Verdict.UNREADABLE: Progress.RETURNED,
    Verdict.REJECTED: Progress.RETURNED,
    Verdict.NEEDS_EXPLANATION: Progress.UNEXPLAINED,
}


def deadline_alerts(
    registry: Registry, catalogue: Catalogue, state: LedgerState, now: datetime, since: datetime
) -> list[Alert]:
    """Give the alerts of all deadlines that are near or have passed.

    A unit whose figures count, or whose file waits for somebody else, is not reminded. Deadlines before `since`
    are of a time when nobody was told anything, and stay so; so do those that passed long ago, however early
    `since` is.
    """
    today = day_of(now)
    first = max(day_of(since), today - PAST)
    alerts: list[Alert] = []
    for (period, due_on), units in sorted(_owing(registry, catalogue, coverage_of(state)).items()):
        if first <= due_on <= today + NEAR:
            alerts += _of_period(period, due_on, sorted(units), state, now)
    return alerts


def progress_of(state: LedgerState, unit: str, period: str) -> tuple[Progress, datetime | None]:
    """Say how far a unit is with a period, and when it was answered last."""
    revisions = state.revisions(unit, period)
    if not revisions:
        return Progress.MISSING, None
    if state.effective(unit, period) is not None:
        return Progress.DONE, None
    newest = revisions[-1]
    answered = newest.decision.at if newest.decision else newest.verdict_at
    # What is held, or waits for the gate, is in the data team's hands.
    return _PROGRESS.get(newest.status, Progress.DONE) if newest.status else Progress.DONE, answered


def _owing(registry: Registry, catalogue: Catalogue, coverage: Coverage) -> dict[tuple[str, date], set[str]]:
    owing: dict[tuple[str, date], set[str]] = defaultdict(set)
    for owed in registry.owed(catalogue, coverage):
        if owed.due_on is not None:
            owing[owed.period_code, owed.due_on].add(owed.reporting_org_code)
    return owing


def _of_period(
    period: str, due_on: date, units: list[str], state: LedgerState, now: datetime
) -> Iterator[Alert]:
    # A deadline that is moved is another deadline.
    subject, due = f"{period}\0{due_on.isoformat()}", due_on.isoformat()
    is_over = due_on < day_of(now)
    open_units: dict[Progress, list[str]] = defaultdict(list)
    for unit in units:
        progress, answered = progress_of(state, unit, period)
        if progress is Progress.DONE:
            continue
        open_units[progress].append(unit)
        kind = Kind.DEADLINE_MISSED if is_over else Kind.DEADLINE_NEAR
        if progress is Progress.UNEXPLAINED:
            kind = Kind.EXPLANATION_NEAR
        has_just_heard = answered is not None and timedelta() <= now - answered < PATIENCE
        if has_just_heard or (is_over and kind is Kind.EXPLANATION_NEAR):
            continue
        newest = state.revisions(unit, period)[-1:]
        submission = str(newest[0].key) if newest else ""
        facts = {"due_on": due, "progress": str(progress)}
        yield Alert(kind, f"{subject}\0{unit}", now, Role.CLERK, unit, period, submission, facts)
    if is_over and open_units:
        found: dict[str, Any] = {
            "due_on": due,
            **{str(progress): codes for progress, codes in open_units.items()},
        }
        yield Alert(Kind.UNITS_MISSING, subject, now, Role.DATA_TEAM, period=period, facts=found)
