"""Decisions of the data team.

What belongs here: the order of steps and what is recorded. What does not: which decisions can be taken
(`landing/ledger.py`).
"""

from datetime import datetime
from typing import Literal

from ingestion.definitions.catalogue import Catalogue
from ingestion.definitions.registry import Registry
from ingestion.landing.events import Decided, DecisionRefusedError
from ingestion.landing.ledger import Ledger
from ingestion.landing.state import SubmissionRecord
from ingestion.pipeline.answering import tell_decisions
from ingestion.pipeline.desk import Desk
from ingestion.pipeline.reexamining import reexamine_due
from ingestion.pipeline.writing import stale_periods, write_bronze
from ingestion.storage.home import Home
from ingestion.validations.store import KeptResults
from ingestion.words.messages import message


def decide(
    home: Home,
    registry: Registry,
    catalogue: Catalogue,
    submission: str,
    decision: Literal["accept", "reject"],
    *,
    reason: str,
    by: str,
    now: datetime,
    results: KeptResults | None = None,
) -> SubmissionRecord:
    """Record a decision of the data team, write bronze anew, and look at what rests on these figures again.

    Args:
        home: the state folder.
        registry: the registry.
        catalogue: forms and indicators.
        submission: on which it is taken.
        decision: what it is.
        reason: why.
        by: whose it is.
        now: the moment of what is recorded.
        results: takes what became of what is kept of it to be shown.

    Raises:
        DecisionRefusedError: the decision cannot be taken on this submission.
        LedgerError: the ledger is held by another process or damaged.
    """
    with Ledger(home.ledger).writing() as ledger:
        if submission not in ledger.state.submissions:
            raise DecisionRefusedError(message("landing.decision.unknown", submission=submission))
        desk = Desk(home, registry, catalogue, ledger, now)
        desk.write_alerts()
        ledger.append([Decided(submission, decision, reason, by, now)])
        tell_decisions(desk)
        desk.write_alerts()
        write_bronze(desk, stale_periods(home, catalogue, ledger.state))
        reexamine_due(desk)
        if results is not None:
            results.add(desk.results)
        return ledger.state.submissions[submission]
