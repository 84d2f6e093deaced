"""Alerts of what stands: told once, not again while it lasts, closed when it is over.

What belongs here: raising, ending and acknowledging a condition in the outbox. What does not: which conditions
there are (`quality.py`; for runs that fail, `orchestration/alerting.py`).
"""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import datetime

from ingestion.alerts.alert import Alert, Kind
from ingestion.alerts.outbox import Acknowledged, Entry, Outbox
from ingestion.storage.files import exclusive

_PATIENCE_SECONDS = 10.0
"""How long an end waits for whoever delivers; what is over is over the next time as well."""


def condition_of(alert: Alert) -> str:
    """Give what stands; blank for an alert of what has happened and is done."""
    # Earlier versions knew one condition, which was its subject.
    return alert.condition or (alert.subject if alert.kind is Kind.SAME_RULE else "")


def is_standing(entry: Entry) -> bool:
    """Say whether an alert is of something that is not over."""
    return bool(condition_of(entry.alert)) and entry.over_at is None


def begin(outbox: Outbox, found: Iterable[Alert]) -> list[Alert]:
    """Write the alerts of conditions that do not stand yet, and give them.

    Two processes that find the same one at the same time give it the same name, so that it is written once.
    """
    known = [(entry.alert.kind, condition_of(entry.alert), entry) for entry in outbox.read()[0]]
    standing = {(kind, condition) for kind, condition, entry in known if is_standing(entry)}
    times = Counter((kind, condition) for kind, condition, _ in known)
    new = [a for a in found if (a.kind, a.condition) not in standing]
    return outbox.add(replace(a, subject=f"{a.condition}\0{times[a.kind, a.condition]}") for a in new)


def end(
    outbox: Outbox,
    is_over: Callable[[Alert], bool],
    now: datetime,
    is_news: Callable[[Alert], bool] = lambda _: False,
) -> list[Alert]:
    """Close the alerts of conditions that are over, and give them.

    Args:
        outbox: the alerts.
        is_over: which are over.
        now: when.
        is_news: which are told all the same where they were not yet; the others ask for what is done.

    Raises:
        LockedError: another process has been delivering for long.
    """
    if not any(is_standing(entry) and is_over(entry.alert) for entry in outbox.read()[0]):
        return []
    with exclusive(outbox.lock, _PATIENCE_SECONDS):
        over = [entry for entry in outbox.read()[0] if is_standing(entry) and is_over(entry.alert)]
        for entry in over:
            entry.over_at = now
            entry.closed_at = entry.closed_at or (None if is_news(entry.alert) else now)
            outbox.save(entry)
    return [entry.alert for entry in over]


def acknowledge(outbox: Outbox, name: str, by: str, reason: str, now: datetime) -> Entry | None:
    """Note that somebody knows of what stands; it is not sent any more. None where nothing of that name stands.

    Who knew of it first, and why, is kept.

    Raises:
        LockedError: another process has been delivering for long.
    """
    with exclusive(outbox.lock, _PATIENCE_SECONDS):
        entry = next((e for e in outbox.read()[0] if e.alert.id == name and is_standing(e)), None)
        if entry is not None and entry.acknowledged is None:
            entry.acknowledged = Acknowledged(by, reason, now)
            entry.closed_at = entry.closed_at or now
            outbox.save(entry)
    return entry
