"""Alerts that follow from the ledger.

What belongs here: when they are written. What does not: which they are and how they go out (`alerts/`).
"""

from datetime import datetime

from ingestion.alerts import directory
from ingestion.alerts.events import ledger_alerts
from ingestion.alerts.outbox import Outbox
from ingestion.definitions.registry import Registry
from ingestion.landing.state import LedgerState
from ingestion.storage.home import Home


def write_alerts(home: Home, registry: Registry, state: LedgerState, now: datetime) -> dict[str, str]:
    """Write the alerts that follow from the ledger and are not in the outbox yet.

    Called before anything goes into the ledger, too: that opens the outbox, and makes up for what a process
    that died between the ledger and the outbox left unwritten.

    Returns:
        By submission the technical text of an alert that could not be made.
    """
    outbox = Outbox(home.outbox)
    directory.keep(home, directory.Directory(registry))
    broken: dict[str, str] = {}
    outbox.add(ledger_alerts(state, registry, outbox.open(now), broken), broken)
    return broken
