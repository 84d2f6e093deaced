"""Which alerts follow from how well it goes: too many returned, explained, late or missing, a jump, standstill.

What belongs here: holding measures against thresholds, as functions of ledger, registry, outbox and a
moment. What does not: counting (`measures.py`), the numbers (`thresholds.yml`), and that an alert is not
repeated (`conditions.py`).
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from ingestion.alerts.alert import Alert, Kind, Role
from ingestion.alerts.contacts import recipients, rows_of
from ingestion.alerts.events import finding_facts
from ingestion.alerts.measures import MEASURES, Filings, Measure, OfPeriod, of_period, of_unit
from ingestion.alerts.outbox import Delivery, Entry
from ingestion.alerts.successes import Successes
from ingestion.alerts.thresholds import Share, Thresholds
from ingestion.definitions.registry import Registry
from ingestion.records.days import day_of
from ingestion.records.periods import Period, PeriodKind

OF_FILINGS = frozenset(
    {Kind.SAME_RULE, Kind.SAME_EXPLANATION, Kind.SHARE_OF_PERIOD, Kind.SHARE_OF_UNIT, Kind.JUMP}
)
"""What follows from what was filed."""

_TWO_YEARS = timedelta(days=731)


def filing_alerts(filings: Filings, thresholds: Thresholds) -> list[Alert]:
    """Give the alerts of all shares and jumps that stand now, in the order of their conditions."""
    first = day_of(filings.now) - timedelta(days=thresholds.window_days)
    news = [
        (period, unit)
        for period, by_unit in filings.judged.items()
        for unit, records in by_unit.items()
        if any(filings.is_news(r) and day_of(r.receipt.at) >= first for r in records)
    ]
    due = {p: u for p, u in filings.due.items() if (day := filings.due_on(p)) is not None and day >= first}
    alerts: list[Alert] = []
    for period in sorted({*due, *(period for period, _ in news)}):
        found = of_period(filings, period)
        alerts += _of_period(found, period, thresholds, filings.now)
        alerts += _of_rules(found, period, thresholds, filings.now)
        alerts += _jumps(found, period, thresholds, filings)
    units = {unit for _, unit in news}.union(*due.values())
    for unit in sorted(units):
        for name, measure in of_unit(filings, unit, first).items():
            threshold: Share = getattr(thresholds.unit, name)
            if threshold.is_reached(measure.count, measure.of):
                alert = _alert(Kind.SHARE_OF_UNIT, f"{unit}\0{name}", filings.now, name, found=measure)
                alert.facts.update(threshold=threshold.share, days=thresholds.window_days)
                alerts.append(replace(alert, unit=unit))
    return alerts


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


def _of_period(found: OfPeriod, period: str, thresholds: Thresholds, now: datetime) -> Iterator[Alert]:
    for name in MEASURES:
        measure, threshold = found.measures[name], getattr(thresholds.period, name)
        if threshold.is_reached(measure.count, measure.of):
            alert = _alert(Kind.SHARE_OF_PERIOD, f"{period}\0{name}", now, name, found=measure)
            alert.facts["threshold"] = threshold.share
            yield replace(alert, period=period)


def _of_rules(found: OfPeriod, period: str, thresholds: Thresholds, now: datetime) -> Iterator[Alert]:
    kinds = {"returned": Kind.SAME_RULE, "explained": Kind.SAME_EXPLANATION}
    for name, rules in found.rules.items():
        threshold: Share = getattr(thresholds.rule, name)
        for rule, measure in rules.items():
            if threshold.is_reached(measure.count, measure.of):
                alert = _alert(kinds[name], f"{period}\0{rule}", now, name, found=measure)
                alert.facts.update(rule=rule, threshold=threshold.share)
                if name == "returned":
                    alert.facts["findings"] = [finding_facts(found.examples[rule])]
                yield replace(alert, period=period)


def _jumps(found: OfPeriod, period: str, thresholds: Thresholds, filings: Filings) -> Iterator[Alert]:
    earlier = year_before(period)
    if earlier is None or earlier not in filings.judged:
        return
    # A year that is under way is not held against all that the one before came to in the end.
    then = _a_year_before(filings, period, earlier)
    before = of_period(filings.as_of(then), earlier)
    for name in MEASURES:
        measure, earlier_one = found.measures[name], before.measures[name]
        if min(measure.of, earlier_one.of) < thresholds.jump.at_least:
            continue
        if measure.share - earlier_one.share + 1e-9 >= thresholds.jump.share:
            alert = _alert(Kind.JUMP, f"{period}\0{name}", filings.now, name, found=measure)
            alert.facts.update(
                earlier=earlier,
                then=earlier_one.count,
                then_of=earlier_one.of,
                then_on=day_of(then).isoformat(),
            )
            yield replace(alert, period=period)


def _a_year_before(filings: Filings, period: str, earlier: str) -> datetime:
    """Give the moment that is as far from the earlier period's deadline as now is from this one's.

    Where one of them has none, or theirs cannot be of years that follow each other, it is the same day of the
    year before.
    """
    due, then = filings.due_on(period), filings.due_on(earlier)
    if due is not None and then is not None and timedelta() < due - then < _TWO_YEARS:
        return filings.now - (due - then)
    is_leap_day = (filings.now.month, filings.now.day) == (2, 29)
    return filings.now.replace(year=filings.now.year - 1, day=28 if is_leap_day else filings.now.day)


def year_before(period: str) -> str | None:
    """Give the same period of the year before; None for a term, which has none."""
    found = Period.parse(period)
    is_term = found.kind is PeriodKind.TERM
    return None if is_term else Period(found.kind, found.year - 1, found.year - 1).code


def _alert(kind: Kind, condition: str, now: datetime, measure: str, *, found: Measure) -> Alert:
    facts = {"measure": measure, "names": list(found.names), "count": found.count, "filed": found.of}
    return Alert(kind, "", now, Role.DATA_TEAM, facts=facts, condition=condition)
