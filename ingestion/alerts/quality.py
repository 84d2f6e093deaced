"""Which alerts follow from how well it goes: too many returned, explained, late or missing, a jump, standstill.

What belongs here: asking every watch, and runs and channels, as functions of ledger, registry, outbox and a
moment. What does not: what is looked for in what was filed (`watches/`), the numbers (`thresholds.yml`), and
that an alert is not repeated (`conditions.py`).
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

from ingestion.alerts.alert import Alert, Kind, Role
from ingestion.alerts.contacts import recipients, rows_of
from ingestion.alerts.measures import Filings
from ingestion.alerts.outbox import Delivery, Entry
from ingestion.alerts.successes import Successes
from ingestion.alerts.thresholds import Thresholds
from ingestion.alerts.watches import WATCHES
from ingestion.alerts.watches.seen import Seen
from ingestion.definitions.registry import Registry
from ingestion.records.days import day_of


def filing_alerts(filings: Filings, thresholds: Thresholds) -> list[Alert]:
    """Give the alerts of everything that is watched for and stands now: by period, then what is of none."""
    seen = Seen(filings, thresholds.window_days)
    alerts = [alert for watch in WATCHES for alert in watch.found(seen, thresholds.of(watch))]
    return sorted(alerts, key=lambda alert: (not alert.period, alert.period))


def idle_alerts(successes: Successes, thresholds: Thresholds, now: datetime) -> list[Alert]:
    """Give the alert of a time in which no run succeeded; nothing where one did."""
    last = successes.last
    days = (day_of(now) - day_of(last)).days
    if days <= thresholds.idle_days:
        return []
    facts = {"since": last.isoformat(), "count": days}
    return [Alert(Kind.NO_SUCCESS, "", now, Role.DATA_TEAM, facts=facts, condition="runs")]


def delivery_alerts(
    entries: Sequence[Entry], registry: Registry, thresholds: Thresholds, now: datetime
) -> list[Alert]:
    """Give an alert for each channel that failed again and again, or that a setting keeps from being asked.

    What failed on a channel that is nobody's any more concerns nobody. An alert that the product fails to word
    is no failure of a channel; it is told by itself.
    """
    failing: dict[tuple[str, str], list[Delivery]] = defaultdict(list)
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
                failing[recipient.key, recipient.channel].append(delivery)
    for (key, channel), deliveries in sorted(failing.items()):
        newest = max(deliveries, key=lambda delivery: delivery.at)
        attempts = max(delivery.attempts for delivery in deliveries)
        if newest.was_tried and attempts < thresholds.delivery_failures:
            continue
        facts = {"to": newest.to, "error": newest.error, "count": len(deliveries), "attempts": attempts}
        rows = rows_of(registry, channel)
        facts |= {"rows": [row for row, _ in rows], "concerned": _concerned(code for _, code in rows)}
        condition, last = key, taken.get(key)
        if not newest.was_tried:
            facts["was"], condition = "untried", f"{key}\0untried"
        elif last is not None and last >= min(d.failing_since or d.at for d in deliveries):
            facts["was"] = "some"
        alerts.append(Alert(Kind.DELIVERY_FAILED, "", now, Role.DATA_TEAM, facts=facts, condition=condition))
    return alerts


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
