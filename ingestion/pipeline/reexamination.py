"""Verdicts that rest on earlier figures which were corrected after they were given.

What belongs here: which those are, and what the gate would find today that it did not find then. What does not:
judging again and recording it (`reexamining.py`). A verdict never changes: where the findings differ,
it is an open question for the data team.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from ingestion.definitions.catalogue import Catalogue
from ingestion.definitions.registry import Registry
from ingestion.gate import rule_book
from ingestion.gate.frames.earlier import periods_before
from ingestion.landing.state import LedgerState, SubmissionRecord
from ingestion.records.findings import Finding, Judgement, Verdict
from ingestion.records.periods import CUMULATIVE, Period, PeriodError, PeriodKind


@dataclass(frozen=True)
class Due:
    """A submission to be held against earlier figures again.

    Attributes:
        because: the submissions that came to count for earlier periods, or `<unit>.<period>` where none does.
    """

    record: SubmissionRecord
    because: tuple[str, ...]


def due(state: LedgerState, registry: Registry) -> list[Due]:
    """Give what was judged before figures changed on which its verdict may rest, in calendar order."""
    if not state.counting_since:
        return []
    sources = Sources(registry)
    found = []
    for record in state.standing():
        if record.judged is None or record.verdict is Verdict.UNREADABLE or record.set_aside is not None:
            continue
        changed = [pair for pair in sources.of(record) if state.counting_since.get(pair, 0) > record.examined]
        if changed:
            found.append(Due(record, tuple(sorted(_counting(state, *pair) for pair in changed))))
    return sorted(found, key=lambda one: (Period.parse(one.record.key.period).order, str(one.record.key)))


def _counting(state: LedgerState, unit: str, period: str) -> str:
    record = state.effective(unit, period)
    return str(record.key) if record else f"{unit}.{period}"


class Sources:
    """From which filings the earlier figures of a submission may come."""

    def __init__(self, registry: Registry) -> None:
        self._registry = registry
        self._merged: dict[str, set[str]] = defaultdict(set)
        for succession in registry.successions:
            if succession.is_whole_merger:
                self._merged[succession.successor_code].add(succession.predecessor_code)
        self._organisations: dict[str, set[str]] = defaultdict(set)
        for organisation in registry.organisations:
            self._organisations[organisation.parent_code].add(organisation.org_code)
        self._units: dict[str, frozenset[str]] = {}

    def of(self, record: SubmissionRecord) -> Iterator[tuple[str, str]]:
        """Give the unit and the period of each filing on which the verdict of a submission may rest."""
        try:
            period = Period.parse(record.key.period)
        except PeriodError:  # a file whose period could not be told was held against nothing
            return
        unit = self._registry.organisation_in(record.key.unit, period)
        before = periods_before(period, self._registry, unit.term_system if unit else "")
        for source in self._reporting(record.key.unit):
            yield from ((source, earlier.code) for earlier in before)
            if source != record.key.unit:  # what they closed with, and for which days they reported the same
                yield from ((source, Period(kind, period.year, period.year).code) for kind in _until(period))

    def _reporting(self, unit: str) -> frozenset[str]:
        """Give the units that may have reported what a unit reports: itself, and those its parts came from."""
        if unit not in self._units:
            parts = set(self._organisations[unit])
            parts |= {before for part in parts for before in self._merged[part]}
            parents = {
                version.parent_code for part in parts for version in self._registry.versions.get(part, ())
            }
            reporting = set(self._registry.reporting_units)
            self._units[unit] = frozenset(({unit} | self._merged[unit] | parents) & reporting)
        return self._units[unit]


def _until(period: Period) -> Iterator[PeriodKind]:
    """Give the cumulative periods of a year up to one of them."""
    return (kind for kind in CUMULATIVE if period.is_cumulative and kind not in period.later)


def difference(
    record: SubmissionRecord, today: Judgement, catalogue: Catalogue
) -> tuple[tuple[Finding, ...], tuple[Finding, ...]]:
    """Give what would be found today and was not then, and what was found then and would not be today.

    Only rules that read earlier figures are compared, and of these not the statistical ones: what is unusual
    depends on a crowd, and changes a little with each of it.
    """
    rules = {
        rule
        for rule, checks in rule_book(catalogue).checks.items()
        if any(check.history and check.rule.scope != "outlier" for check in checks)
    }
    then = {_identity(f): f for f in record.findings if f.rule in rules}
    now = {_identity(f): f for f in today.findings if f.rule in rules}
    appeared = tuple(finding for key, finding in now.items() if key not in then)
    return appeared, tuple(finding for key, finding in then.items() if key not in now)


def _identity(finding: Finding) -> tuple[object, ...]:
    return (finding.rule, finding.clause, finding.sheet, finding.cell, finding.value, finding.expected)
