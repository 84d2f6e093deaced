"""Telling people, as a step of a run.

What belongs here: sending what is due and what is said of it in Dagster. What does not: which alerts there are
(`alerting.py`) and how they travel (`channels.py`).
"""

import logging
from datetime import datetime

from ingestion.files import LockedError
from orchestration import alerting
from orchestration.resources import TongketHome


def tell(state: TongketHome, now: datetime, log: logging.Logger) -> dict[str, int]:
    """Write the alerts of today's deadlines and send what is due; what cannot be sent is kept.

    Returns:
        How many alerts were sent, failed, and have nobody who can be reached.
    """
    registry = state.registry
    alerting.collect(state.home, registry, state.catalogue, now)
    try:
        report = alerting.empty_outbox(state.home, registry, now)
    except LockedError:
        log.info("Another process is delivering.")
        return {}
    for reference, error in report.failed.items():
        log.warning(f"{reference} was not sent and is tried again later: {error}")
    return {"sent": len(report.sent), "failed": len(report.failed), "unreachable": len(report.unreachable)}
