"""How well it goes with what units file: counts of a period and of a unit, each with what it is a share of.

What belongs here: counting, as functions of ledger, registry and a moment. What does not: from where on a
count is told (`quality.py`).

What was brought in of old years is counted where a year is held against the one before, and is no news by
itself.
"""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property

from ingestion.alerts.events import is_import
from ingestion.catalogue import Catalogue
from ingestion.days import day_of
from ingestion.findings import Finding, Verdict
from ingestion.ledger import LedgerState, SubmissionRecord
from ingestion.registry import Registry

MEASURES = ("returned", "explained", "late", "missing")
_RETURNED = frozenset({Verdict.REJECTED, Verdict.UNREADABLE})


@dataclass(frozen=True)
class Measure:
    """How many of how many.

    Attributes:
        names: those that are meant, units or submissions or periods, in order.
        of: of how many.
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
    """

    state: LedgerState
    registry: Registry
    catalogue: Catalogue
    now: datetime
    since: datetime

    @cached_property
    def judged(self) -> Mapping[str, Mapping[str, Sequence[SubmissionRecord]]]:
        """What was judged, by period and unit, oldest first."""
        found: dict[str, dict[str, list[SubmissionRecord]]] = defaultdict(lambda: defaultdict(list))
        for record in self.state.submissions.values():
            if record.judged is not None and record.key.period in self.registry.periods:
                found[record.key.period][record.key.unit].append(record)
        return found

    def is_news(self, record: SubmissionRecord) -> bool:
        """Say whether a verdict is of the time in which people are told."""
        return record.judged is not None and record.judged.at >= self.since and not is_import(record)

    @cached_property
    def due(self) -> Mapping[str, Collection[str]]:
        """The units that owe each period whose deadline has passed since people are told."""
        found: dict[str, set[str]] = defaultdict(set)
        for owed in self.registry.owed(self.catalogue):
            if owed.due_on is not None and day_of(self.since) <= owed.due_on < day_of(self.now):
                found[owed.period_code].add(owed.reporting_org_code)
        return found

    def due_on(self, period: str) -> date | None:
        """Give the deadline of a period."""
        row = self.registry.periods.get(period)
        return row.due_on if row else None

    def has_filed(self, unit: str, period: str) -> bool:
        """Say whether anything of a unit came for a period."""
        return bool(self.state.revisions(unit, period))

    def is_late(self, records: Sequence[SubmissionRecord], period: str) -> bool:
        """Say whether the first of a unit's reports for a period came after its deadline."""
        due = self.due_on(period)
        return due is not None and min(day_of(r.received_at) for r in records) > due


@dataclass(frozen=True)
class OfPeriod:
    """The measures of a period, whose names are units.

    Attributes:
        measures: by name.
        rules: units that break each rule, and units that explain it, in their newest reports.
        examples: the first finding of each rule that is broken.
    """

    measures: Mapping[str, Measure]
    rules: Mapping[str, Mapping[str, Measure]] = field(default_factory=dict)
    examples: Mapping[str, Finding] = field(default_factory=dict)


def of_period(filings: Filings, period: str, *, only_news: bool) -> OfPeriod:
    """Count what the units did in a period, in their newest reports.

    Args:
        filings: what was filed.
        period: its code.
        only_news: whether what was brought in of old years is left out.
    """
    by_unit = {
        unit: kept
        for unit, records in sorted(filings.judged.get(period, {}).items())
        if (kept := [r for r in records if not only_news or filings.is_news(r)])
    }
    newest = {unit: records[-1] for unit, records in by_unit.items()}
    breaking: dict[str, list[str]] = defaultdict(list)
    explaining: dict[str, list[str]] = defaultdict(list)
    examples: dict[str, Finding] = {}
    for unit, record in newest.items():
        found = [f for f in record.findings if f.severity != "notice"]
        for rule in sorted({f.rule for f in found if f.explained}):
            explaining[rule].append(unit)
        for finding in found:
            if not finding.explained:
                examples.setdefault(finding.rule, finding)
        for rule in sorted({f.rule for f in found if not f.explained}):
            breaking[rule].append(unit)
    filed = len(newest)
    owing = sorted(filings.due.get(period, ()))
    measures = {
        "returned": Measure(tuple(u for u, r in newest.items() if r.status in _RETURNED), filed),
        "explained": Measure(tuple(u for u, r in newest.items() if _is_explained(r)), filed),
        "late": Measure(tuple(u for u, rs in by_unit.items() if filings.is_late(rs, period)), filed),
        "missing": Measure(tuple(u for u in owing if not filings.has_filed(u, period)), len(owing)),
    }
    rules = {
        "returned": {rule: Measure(tuple(units), filed) for rule, units in sorted(breaking.items())},
        "explained": {rule: Measure(tuple(units), filed) for rule, units in sorted(explaining.items())},
    }
    return OfPeriod(measures, rules, examples)


def of_unit(filings: Filings, unit: str, first: date) -> Mapping[str, Measure]:
    """Count what a unit did since a day; names are submissions, or periods where it filed late or nothing."""
    sent: list[SubmissionRecord] = []
    filed: dict[str, list[SubmissionRecord]] = {}
    for period, by_unit in filings.judged.items():
        records = [r for r in by_unit.get(unit, ()) if filings.is_news(r) and day_of(r.receipt.at) >= first]
        if records:
            sent += records
            filed[period] = records
    due = sorted(
        period
        for period, units in filings.due.items()
        if unit in units and (day := filings.due_on(period)) is not None and day >= first
    )
    names = sorted(sent, key=lambda record: record.receipt.at)
    return {
        "returned": Measure(tuple(str(r.key) for r in names if r.verdict in _RETURNED), len(names)),
        "explained": Measure(tuple(str(r.key) for r in names if _is_explained(r)), len(names)),
        "late": Measure(tuple(sorted(p for p, rs in filed.items() if filings.is_late(rs, p))), len(filed)),
        "missing": Measure(tuple(p for p in due if not filings.has_filed(unit, p)), len(due)),
    }


def _is_explained(record: SubmissionRecord) -> bool:
    return any(finding.explained for finding in record.findings)
