"""Which alerts follow from how well it goes: too many returned, explained, late or missing, a jump, standstill.

What belongs here: asking every watch, and runs and channels, as functions of ledger, registry, outbox and a
moment. What does not: what is looked for in what was filed (`watches/`), the numbers (`thresholds.yml`), and
that an alert is not repeated (`conditions.py`).
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from ingestion.alerts.alert import Alert, Kind, Role
from ingestion.alerts.contacts import Recipient, recipients, rows_of
from ingestion.alerts.measures import Filings
from ingestion.alerts.outbox import Delivery, Entry
from ingestion.alerts.successes import Successes
from ingestion.alerts.thresholds import Thresholds
from ingestion.alerts.watches import WATCHES
from ingestion.alerts.watches.seen import Seen
from ingestion.definitions.registry import Registry
from ingestion.records.days import day_of

_ANSWER = re.compile(r"(\d{3}) ")
"""How what a mail server answered begins."""
_OF_SERVER = frozenset({"421", "454", "530", "534", "535", "538"})
"""Answers that are of the server itself, or of who may use it, and not of an address."""


def filing_alerts(filings: Filings, thresholds: Thresholds) -> list[Alert]:
    """Give the alerts of everything that is watched for and stands now: by period, then what is of none."""
    seen = Seen(filings, thresholds.window_days)
    alerts = [alert for watch in WATCHES for alert in watch.found(seen, thresholds.of(watch))]
    return sorted(alerts, key=lambda alert: (not alert.period, alert.period))


def idle_alerts(successes: Successes, thresholds: Thresholds, now: datetime) -> list[Alert]:
    """Give the alert of a time in which no report was taken in or nothing was published; of both it is one."""
    since = {"intake": successes.last_taking_in, "publication": successes.last_publishing or now}
    idle = {what: days for what, last in since.items() if (days := _days(last, now)) > thresholds.idle_days}
    if not idle:
        return []
    # An office that takes in reports and publishes nothing is told so, and the other way round.
    was = next(iter(idle)) if len(idle) == 1 and successes.last_publishing else ""
    last = max(since[what] for what in idle)
    facts = {"since": last.isoformat(), "count": _days(last, now), **({"was": was} if was else {})}
    condition = f"runs\0{was}" if was else "runs"
    return [Alert(Kind.NO_SUCCESS, "", now, Role.DATA_TEAM, facts=facts, condition=condition)]


def _days(last: datetime, now: datetime) -> int:
    return (day_of(now) - day_of(last)).days


def delivery_alerts(
    entries: Sequence[Entry], registry: Registry, thresholds: Thresholds, now: datetime
) -> list[Alert]:
    """Give an alert for each channel that failed again and again, or that a setting keeps from being asked.

    Of a mail server that does not answer one is given, with all addresses that it keeps from being told.
    What failed on a channel that is nobody's any more concerns nobody. An alert that the product fails to word
    is no failure of a channel; it is told by itself.
    """
    failing: dict[Recipient, list[tuple[str, Delivery]]] = defaultdict(list)
    taken: dict[str, datetime] = {}
    alerts = []
    for entry in entries:
        for key, delivery in entry.deliveries.items():
            if delivery.state == "sent":
                taken[key] = max(delivery.at, taken.get(key, delivery.at))
        if entry.closed_at is not None or entry.alert.kind is Kind.DELIVERY_FAILED:
            continue
        met = [(r, d) for r in recipients(registry, entry.alert) if (d := entry.deliveries.get(r.key))]
        failed = [(recipient, delivery) for recipient, delivery in met if delivery.state == "failed"]
        unsaid = [delivery for _, delivery in failed if not delivery.is_sayable]
        if max((delivery.attempts for delivery in unsaid), default=0) >= thresholds.delivery_failures:
            alerts.append(_unsaid(entry.alert, unsaid, now))
        for recipient, delivery in failed:
            if delivery.is_sayable:
                failing[recipient].append((entry.alert.id, delivery))
    by_cause: dict[str, dict[Recipient, list[tuple[str, Delivery]]]] = defaultdict(dict)
    for recipient, deliveries in sorted(failing.items(), key=lambda one: one[0].key):
        by_cause[_cause(recipient, _newest(deliveries))][recipient] = deliveries
    for condition, channels in sorted(by_cause.items()):
        facts = _of_channels(channels, taken, registry, thresholds.delivery_failures)
        if facts:
            alerts.append(
                Alert(Kind.DELIVERY_FAILED, "", now, Role.DATA_TEAM, facts=facts, condition=condition)
            )
    return alerts


def _newest(deliveries: Iterable[tuple[str, Delivery]]) -> Delivery:
    return max((delivery for _, delivery in deliveries), key=lambda delivery: delivery.at)


def _cause(recipient: Recipient, newest: Delivery) -> str:
    """Give what is at fault: the channel, or the mail server that is the same for many of them."""
    answer = _ANSWER.match(newest.error)
    is_of_server = answer is None or answer[1] in _OF_SERVER
    server = recipient.mail_server if is_of_server else None
    cause = recipient.key if server is None else f"server\0{server}"
    return cause if newest.was_tried else f"{cause}\0untried"


def _of_channels(
    channels: Mapping[Recipient, Sequence[tuple[str, Delivery]]],
    taken: Mapping[str, datetime],
    registry: Registry,
    allowed: int,
) -> dict[str, Any]:
    """Tell of channels of which one thing is at fault; nothing before that has failed often enough."""
    deliveries = [one for of_channel in channels.values() for one in of_channel]
    newest, attempts = _newest(deliveries), max(delivery.attempts for _, delivery in deliveries)
    if newest.was_tried and attempts < allowed:
        return {}
    rows = [row for recipient in channels for row in rows_of(registry, recipient.channel)]
    facts: dict[str, Any] = {
        "to": newest.to,
        "error": newest.error,
        "count": len({name for name, _ in deliveries}),
        "attempts": attempts,
        "rows": sorted({row for row, _ in rows}),
        "concerned": _concerned(code for _, code in rows),
    }
    if len(channels) > 1:
        facts["addresses"] = sorted({recipient.shown for recipient in channels})
    if not newest.was_tried:
        facts["was"] = "untried"
    elif len(channels) > 1:
        facts["was"] = "server"
    else:
        last = max((at for r in channels if (at := taken.get(r.key))), default=None)
        if last is not None and last >= min(d.failing_since or d.at for _, d in deliveries):
            facts["was"] = "some"
    return facts


def _unsaid(alert: Alert, failed: Sequence[Delivery], now: datetime) -> Alert:
    newest = max(failed, key=lambda delivery: delivery.at)
    facts = {
        "was": "unsayable",
        "what": alert.id,
        "to": ", ".join(sorted({delivery.to for delivery in failed})),
        "error": newest.error,
        "attempts": max(delivery.attempts for delivery in failed),
        "concerned": list(alert.units),
    }
    return Alert(Kind.DELIVERY_FAILED, "", now, Role.DATA_TEAM, facts=facts, condition=f"alert\0{alert.id}")


def _concerned(codes: Iterable[str]) -> list[str]:
    """Give the units whose channel it is; none, which stands for all, where it is one of those above all."""
    found = set(codes)
    return [] if "" in found else sorted(found)
