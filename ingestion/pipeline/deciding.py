"""Decisions of the data team.

What belongs here: the order of steps and what is recorded. What does not: which decisions can be taken
(`landing/state.py`).
"""

from datetime import date
from typing import Literal

from ingestion.landing.events import CoverageSet, Decided, DecisionRefusedError, PeriodClosed, PeriodReopened
from ingestion.landing.state import SubmissionRecord
from ingestion.pipeline.change import change, follow
from ingestion.pipeline.office import Office
from ingestion.pipeline.reexamining import reexamine_due
from ingestion.validations.store import KeptResults


def decide(
    office: Office,
    submission: str,
    decision: Literal["accept", "reject"],
    *,
    reason: str,
    by: str,
    results: KeptResults | None = None,
) -> SubmissionRecord:
    """Record a decision of the data team, write bronze anew, and look at what rests on these figures again.

    Args:
        office: where it is taken.
        submission: on which it is taken.
        decision: what it is.
        reason: why.
        by: whose it is.
        results: takes what became of what is kept of it to be shown.

    Raises:
        DecisionRefusedError: the decision cannot be taken on this submission.
        LedgerError: the ledger is held by another process or damaged.
    """
    with change(office) as desk:
        if submission not in desk.state.submissions:
            raise DecisionRefusedError("landing.decision.unknown", submission=submission)
        desk.record([Decided(submission, decision, reason, by, desk.now)])
        follow(desk)  # what rests on these figures is held against bronze
        reexamine_due(desk)
    if results is not None:
        results.add(desk.results)
    return desk.state.submissions[submission]


def set_coverage(office: Office, submission: str, day: date, *, reason: str, by: str) -> SubmissionRecord:
    """Record from which day the figures of an accepted submission run, and write bronze anew.

    Raises:
        DecisionRefusedError: there is no such submission, it does not count, or the day is not of its period.
        LedgerError: the ledger is held by another process or damaged.
    """
    with change(office) as desk:
        if submission not in desk.state.submissions:
            raise DecisionRefusedError("landing.decision.unknown", submission=submission)
        desk.record([CoverageSet(submission, day, reason, by, desk.now)])
    return desk.state.submissions[submission]


def close(office: Office, period: str, *, reason: str, by: str) -> None:
    """Record that a period is over: what comes for it from now on is held until somebody decides.

    Raises:
        LedgerError: the ledger is held by another process or damaged.
    """
    with change(office) as desk:
        desk.record([PeriodClosed(period, by, desk.now, reason)])


def reopen(office: Office, period: str, unit: str, until: date, *, reason: str, by: str) -> None:
    """Record that a unit may file for a period that is over, until the end of a day.

    Raises:
        LedgerError: the ledger is held by another process or damaged.
    """
    with change(office) as desk:
        desk.record([PeriodReopened(period, unit, until, reason, by, desk.now)])
