"""How well it goes with what units file: counts of a period and of a unit, each with what it is a share of.

What belongs here: counting, as functions of ledger, registry and a moment. What does not: from where on a
count is told (`quality.py`).

A count is of all that was filed: what was brought in of old years, or came before people were told anything, is
no news by itself, but a share that left it out would be of nothing that anybody knows.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from functools import cached_property

from ingestion.alerts.events import is_import
from ingestion.definitions.catalogue import Catalogue
from ingestion.definitions.registry import Registry
from ingestion.landing.coverage import coverage_of
from ingestion.landing.events import PeriodReopened
from ingestion.landing.state import LedgerState, SubmissionRecord
from ingestion.records.days import day_of
from ingestion.records.findings import Finding, Verdict

MEASURES = ("returned", "explained", "late", "missing")
_RETURNED = frozenset({Verdict.REJECTED, Verdict.UNREADABLE})
"""Verdicts with which a file goes back; what the data team refuses or takes back was not returned."""


@dataclass(frozen=True)
class Measure:
    """How many of how many.

    Attributes:
        names: those that are meant, units or submissions or periods, in order.
        of: of how many; of what has no deadline none can be late.
    """

    names: tuple[str, ...]
    of: int

    @property
    def count(self) -> int:
        """How many are meant."""
        return len(self.names)

    @property
    def share(self) -> float:
        """Their share; 0 where there is nothing that it could be a share of."""
        return self.count / self.of if self.of else 0.0


@dataclass(frozen=True)
class Filings:
    """What was filed, judged and due up to a moment.

    Attributes:
        since: from when on what happened is news.
        is_past: whether what became known after the moment is left out; else all that is known counts.
    """

    state: LedgerState
    registry: Registry
    catalogue: Catalogue
    now: datetime
    since: datetime
    is_past: bool = False

    def as_of(self, moment: datetime) -> "Filings":
        """Give what was known at an earlier moment."""
        return replace(self, now=moment, is_past=True)

    @cached_property
    def judged(self) -> Mapping[str, Mapping[str, Sequence[SubmissionRecord]]]:
        """What was judged of each period of the calendar, by unit, oldest first."""
        found: dict[str, dict[str, list[SubmissionRecord]]] = defaultdict(lambda: defaultdict(list))
        for unit, records in self.sent.items():
            for record in records:
                if record.key.period in self.registry.periods:
                    found[record.key.period][unit].append(record)
        return found

    @cached_property
    def sent(self) -> Mapping[str, Sequence[SubmissionRecord]]:
        """What was judged of each unit, oldest first, also what cannot be read and so is of no period."""
        found: dict[str, list[SubmissionRecord]] = defaultdict(list)
        for record in self.state.submissions.values():
            unit, judged = record.key.unit, record.judged
            if unit in self.registry.versions and judged is not None and self._is_known(record, judged.at):
                found[unit].append(record)
        return found

    def _is_known(self, record: SubmissionRecord, at: datetime) -> bool:
        """Say whether what happened to a submission at a moment counts.

        Of one that was brought in later nobody kept when it was answered; it is taken for the day it came.
        """
        return not self.is_past or (record.received_at if is_import(record) else at) <= self.now

    def status(self, record: SubmissionRecord) -> Verdict | None:
        """Give where a submission stands; None where the product failed on it."""
        return record.status if not self.is_past or is_import(record) else record.status_at(self.now)

    def is_news(self, record: SubmissionRecord) -> bool:
        """Say whether a verdict is of the time in which people are told."""
        return record.judged is not None and record.judged.at >= self.since and not is_import(record)

    @cached_property
    def due(self) -> Mapping[str, Collection[str]]:
        """The units that owe each period whose deadline, and days granted, passed since people are told."""
        found: dict[str, set[str]] = defaultdict(set)
        for owed in self.registry.owed(self.catalogue, coverage_of(self.state)):
            if owed.due_on is None or not day_of(self.since) <= owed.due_on < day_of(self.now):
                continue
            unit, period = owed.reporting_org_code, owed.period_code
            if not any(stretch.until >= day_of(self.now) for stretch in self._reopened.get((unit, period), ())):
                found[period].add(unit)
        return found

    @cached_property
    def _reopened(self) -> Mapping[tuple[str, str], Sequence[PeriodReopened]]:
        """For whom and for which period days were granted up to the moment."""
        found: dict[tuple[str, str], list[PeriodReopened]] = defaultdict(list)
        for event in self.state.reopenings:
            if event.at <= self.now:
                found[event.unit, event.period].append(event)
        return found

    def due_on(self, period: str) -> date | None:
        """Give the deadline of a period."""
        row = self.registry.periods.get(period)
        return row.due_on if row else None

    def first_day(self, unit: str, period: str) -> date | None:
        """Give the day on which the first report of a unit for a period came; None where none did.

        Whatever became of that one: corrections that come years later make no report late.
        """
        came = [
            day_of(record.received_at)
            for record in self.state.revisions(unit, period)
            if self._is_known(record, record.receipt.at)
        ]
        return min(came, default=None)

    def is_late(self, unit: str, period: str) -> bool:
        """Say whether the first report of a unit for a period came after its deadline and the days granted."""
        due, first = self.due_on(period), self.first_day(unit, period)
        if due is None or first is None or first <= due:
            return False
        return not any(day_of(e.at) <= first <= e.until for e in self._reopened.get((unit, period), ()))


@dataclass(frozen=True)
class OfPeriod:
    """The measures of a period, whose names are units.

    Attributes:
        measures: by name.
        rules: units that break each rule, and units that had to explain it, in their newest reports.
        examples: the first finding of each rule that is broken.
    """

    measures: Mapping[str, Measure]
    rules: Mapping[str, Mapping[str, Measure]] = field(default_factory=dict)
    examples: Mapping[str, Finding] = field(default_factory=dict)


def of_period(filings: Filings, period: str) -> OfPeriod:
    """Count what the units did in a period, in their newest reports.

    A rule is broken by reports that do not count for it; who was accepted all the same has nothing to mend.
    """
    newest = {unit: records[-1] for unit, records in sorted(filings.judged.get(period, {}).items())}
    status = {unit: filings.status(record) for unit, record in newest.items()}
    breaking: dict[str, list[str]] = defaultdict(list)
    explaining: dict[str, list[str]] = defaultdict(list)
    examples: dict[str, Finding] = {}
    for unit, record in newest.items():
        for rule in sorted({f.rule for f in record.findings if _is_to_be_explained(f)}):
            explaining[rule].append(unit)
        if status[unit] is Verdict.ACCEPTED:
            continue
        found = [f for f in record.findings if f.severity != "notice" and not f.explained]
        for finding in found:
            examples.setdefault(finding.rule, finding)
        for rule in sorted({f.rule for f in found}):
            breaking[rule].append(unit)
    filed = len(newest)
    owing = sorted(filings.due.get(period, ()))
    measures = {
        "returned": Measure(tuple(u for u, r in newest.items() if r.verdict in _RETURNED), filed),
        "explained": Measure(tuple(u for u, r in newest.items() if _had_to_explain(r)), filed),
        "late": Measure(
            tuple(u for u in newest if filings.is_late(u, period)), filed if filings.due_on(period) else 0
        ),
        "missing": Measure(tuple(u for u in owing if filings.first_day(u, period) is None), len(owing)),
    }
    rules = {
        "returned": {rule: Measure(tuple(units), filed) for rule, units in sorted(breaking.items())},
        "explained": {rule: Measure(tuple(units), filed) for rule, units in sorted(explaining.items())},
    }
    return OfPeriod(measures, rules, examples)


def of_unit(filings: Filings, unit: str, first: date) -> Mapping[str, Measure]:
    """Count what a unit did since a day; names are submissions, or periods where it filed late or nothing.

    Of a unit from which nothing is news since then, only what it owes is counted.
    """
    reports = filings.sent.get(unit, ())
    is_of_news = any(filings.is_news(r) and day_of(r.receipt.at) >= first for r in reports)
    sent = [r for r in reports if is_of_news and day_of(r.received_at) >= first]
    sent.sort(key=lambda record: record.receipt.at)
    filed = [
        period
        for period in sorted({record.key.period for record in sent})
        if filings.due_on(period) and (day := filings.first_day(unit, period)) is not None and day >= first
    ]
    due = sorted(
        period
        for period, units in filings.due.items()
        if unit in units and (day := filings.due_on(period)) is not None and day >= first
    )
    return {
        "returned": Measure(tuple(str(r.key) for r in sent if r.verdict in _RETURNED), len(sent)),
        "explained": Measure(tuple(str(r.key) for r in sent if _had_to_explain(r)), len(sent)),
        "late": Measure(tuple(p for p in filed if filings.is_late(unit, p)), len(filed)),
        "missing": Measure(tuple(p for p in due if filings.first_day(unit, p) is None), len(due)),
    }


def _had_to_explain(record: SubmissionRecord) -> bool:
    return any(_is_to_be_explained(finding) for finding in record.findings)


def _is_to_be_explained(finding: Finding) -> bool:
    """Say whether a finding asks for an explanation, also where that has been given."""
    return finding.severity == "warning"
