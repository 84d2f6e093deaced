"""Alerts at the edge: what is written when, and emptying the outbox.

What belongs here: collecting what follows from the state folder. What does not: which events become which
alerts, and the outbox (`ingestion.alerts`); channels (`channels.py`); when it happens (`sensors.py`,
`schedules.py`, the command `alerts`).
"""

import os
from datetime import datetime
from typing import TYPE_CHECKING

from ingestion.alerts.alert import Alert, Kind, Role
from ingestion.alerts.deadlines import deadline_alerts
from ingestion.alerts.delivery import DeliveryReport, Send, deliver, is_due
from ingestion.alerts.outbox import Outbox
from ingestion.catalogue import Catalogue
from ingestion.days import day_of
from ingestion.home import Home
from ingestion.ledger import Ledger
from ingestion.pipeline import write_alerts
from ingestion.registry import Registry
from orchestration.channels import MAIL_SERVER_VARIABLE, Channels
from orchestration.standing import demand_whole

if TYPE_CHECKING:
    from reports.release import Release

_MAX_ERROR = 500


def collect(home: Home, registry: Registry, catalogue: Catalogue, now: datetime) -> None:
    """Write every alert that follows from ledger and calendar and is not in the outbox yet.

    Raises:
        LostLedgerError: the ledger was lost, and every unit would be told that it owes what it filed.
    """
    demand_whole(home)
    state = Ledger(home.ledger).replay()
    write_alerts(home, registry, state, now)
    outbox = Outbox(home.outbox)
    outbox.add(deadline_alerts(registry, catalogue, state, now, outbox.open(now)))


def run_failed(home: Home, run: str, step: str, error: str, now: datetime) -> None:
    """Write the alert of a run that failed, once a run, whoever tells of it.

    Where a run is asked for again and again and stops for the same reason, the first of a day is told.
    """
    failures = [e.alert for e in Outbox(home.outbox).read()[0] if e.alert.kind is Kind.RUN_FAILED]
    facts = {"step": step, "error": error[:_MAX_ERROR]}
    if any(a.facts == facts and day_of(a.at) == day_of(now) for a in failures):
        return
    _write(home, Alert(Kind.RUN_FAILED, run, now, Role.DATA_TEAM, facts=facts), now)


def release_published(home: Home, release: "Release", before: "Release | None", now: datetime) -> None:
    """Write the alert of a release, once a release, with its note and the release it may be compared with."""
    facts = {"release": release.name, "note": release.note}
    if before is not None:
        facts |= {"previous": before.name, "was": "later"}
    _write(home, Alert(Kind.RELEASE_PUBLISHED, release.name, now, Role.DATA_TEAM, facts=facts), now)


def _write(home: Home, alert: Alert, now: datetime) -> None:
    outbox = Outbox(home.outbox)
    outbox.open(now)
    outbox.add([alert])


def due_alerts(home: Home, registry: Registry, now: datetime) -> list[str]:
    """Give the ids of the alerts of which something is to be sent now."""
    entries, _ = Outbox(home.outbox).read()
    return [entry.alert.id for entry in entries if is_due(entry, registry, now)]


def empty_outbox(
    home: Home, registry: Registry, now: datetime, send: Send | None = None, *, is_retrying: bool = False
) -> DeliveryReport:
    """Send what waits and is due; what failed as well, at once, where somebody asks for it.

    Raises:
        LockedError: another process is delivering.
    """
    channels = Channels(os.environ.get(MAIL_SERVER_VARIABLE, ""), home.mailboxes)
    outbox = Outbox(home.outbox)
    return deliver(outbox, registry, home.returns, now, send or channels, is_retrying=is_retrying)
