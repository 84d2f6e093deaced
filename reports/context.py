"""Everything that the pages of a site say.

What belongs here: look-ups among the rows of the marts. What does not: the rows (`rows.py`), loading them
(`loading.py`), wording and layout.
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cached_property

from ingestion.definitions.catalogue import load_catalogue
from ingestion.definitions.kinds import Kinds
from ingestion.records.days import day_of
from reports.rows import (
    Completeness,
    Explanation,
    Figure,
    Filing,
    Indicator,
    Note,
    Period,
    StatedFigure,
    Submission,
    TargetResult,
    Unit,
)
from reports.sections import Plan, load_plan


@dataclass(frozen=True)
class Site:
    """All that a site shows.

    Attributes:
        as_of: up to when submissions and decisions count.
        code_version: the version of the program that computed the figures.
        names: what each organisation is called and since when, oldest first.
        cases: by submission that does not count whether it is open, or answered by what its unit sent since.
        explanations_to_review: what was explained in a unit's last accepted period before the newest it filed,
            with that newest.
        previous_terms: for a term system and term the term before it.
        merged_into: for a unit and term the units that merged wholly into it, with the day from which each was
            no more.
        days: for an indicator, unit and year or term the first and last day of the filings of which the figure
            is; they differ where units have filed up to different periods.
        notes: of this release and those before it, newest first.
        plan: the sections of a report.
        kinds: the kinds of units.
    """

    as_of: datetime
    code_version: str
    indicators: dict[str, Indicator]
    units: tuple[Unit, ...]
    names: dict[str, tuple[tuple[date, str], ...]]
    periods: dict[str, Period]
    figures: dict[tuple[str, str, str], Figure]
    derived: dict[tuple[str, str, str, str], Figure]
    targets: dict[tuple[str, str], tuple[TargetResult, ...]]
    filings: dict[str, tuple[Filing, ...]]
    submissions: tuple[Submission, ...]
    statements: tuple[StatedFigure, ...]
    cases: dict[str, str] = field(default_factory=dict)
    explanations: dict[str, tuple[Explanation, ...]] = field(default_factory=dict)
    explanations_to_review: tuple[tuple[str, Explanation], ...] = ()
    previous_terms: dict[tuple[str, str], str] = field(default_factory=dict)
    merged_into: dict[tuple[str, str], dict[str, date]] = field(default_factory=dict)
    days: dict[tuple[str, str, str], tuple[date, date]] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()
    plan: Plan = field(default_factory=load_plan)
    kinds: Kinds = field(default_factory=lambda: load_catalogue().kinds)

    def name_of(self, org: str, period: str) -> str:
        """Give what an organisation is called at the end of a period, or of its life if that is earlier.

        One that begins later has its first name, one of which nothing is known its code; of a period that is
        not known it is the newest.
        """
        names = self.names.get(org, ())
        known = self.periods.get(period)
        begun = [name for since, name in names if known is None or since <= known.ends_on]
        return begun[-1] if begun else next((name for _, name in names), org)

    def figure(self, indicator: str, org: str, period: str) -> Figure | None:
        """Give a figure that has a value; None where there is none."""
        found = self.figures.get((indicator, org, period))
        return found if found is not None and found.value is not None else None

    def derivation(self, indicator: str, org: str, period: str, derivation: str) -> Figure | None:
        """Give a figure derived from others that has a value; None where there is none."""
        found = self.derived.get((indicator, org, period, derivation))
        return found if found is not None and found.value is not None else None

    @cached_property
    def _by_parent(self) -> dict[tuple[str, str], tuple[Unit, ...]]:
        grouped: dict[tuple[str, str], list[Unit]] = defaultdict(list)
        for unit in self.units:
            if unit.parent:
                grouped[unit.parent, unit.term].append(unit)
        return {key: tuple(units) for key, units in grouped.items()}

    def children(self, unit: Unit) -> tuple[Unit, ...]:
        """Give the units under a province that have a report for the same term."""
        return self._by_parent.get((unit.code, unit.term), ()) if unit.is_province else ()

    @cached_property
    def _went_over(self) -> frozenset[tuple[str, str]]:
        """Units that merged wholly into another, with the terms in whose figures that one takes theirs in."""
        return frozenset((code, term) for (_, term), merged in self.merged_into.items() for code in merged)

    def summands(self, unit: Unit) -> tuple[Unit, ...]:
        """Give the units whose figures of the term make up a province's: without those that others take in."""
        return tuple(child for child in self.children(unit) if (child.code, child.term) not in self._went_over)

    def predecessors(self, unit: Unit) -> tuple[Unit, ...]:
        """Give the units that merged wholly into one, whose figures of the term it takes in."""
        merged = self.merged_into.get((unit.code, unit.term), {})
        return tuple(other for other in self.units if other.term == unit.term and other.code in merged)

    def years(self, term: str) -> tuple[int, ...]:
        """Give the years that make a term."""
        period = self.periods[term]
        return tuple(range(period.starts_on.year, period.ends_on.year + 1))

    def reaches_on(self, unit: Unit) -> date | None:
        """Give the last day of the filings of which a unit's figures of its term are; None without any."""
        found = (self.days.get((code, unit.code, unit.term)) for code in self.indicators)
        return max((days[1] for days in found if days is not None), default=None)

    def previous_term(self, unit: Unit) -> str | None:
        """Give the term before a unit's in its own term system; None where none is known."""
        return self.previous_terms.get((unit.system, unit.term))

    def left_uncompared(self, indicator: str, org: str, period: str, derivation: str) -> str | None:
        """Give the status for which figures are not compared; None where they are, or there are none.

        One of them is incomplete, or it is a total of which a part of a year is still to come.
        """
        found = self.derived.get((indicator, org, period, derivation))
        return found.status if found is not None and found.value is None else None

    @cached_property
    def open_cases(self) -> tuple[Submission, ...]:
        """What came last of each unit and period and does not count, in the order of units and periods."""
        found = (s for s in self.submissions if self.cases.get(s.id) == "open")
        return tuple(sorted(found, key=lambda s: (s.org, self.order(s.period))))

    @cached_property
    def answered(self) -> tuple[Submission, ...]:
        """The files whose period could not be told, after which their unit sent others."""
        return tuple(s for s in self.submissions if self.cases.get(s.id) == "answered")

    def order(self, period: str) -> tuple[date, str]:
        """Give the calendar order of a period; unknown ones come last."""
        known = self.periods.get(period)
        return (known.ends_on if known else date.max, period)

    @cached_property
    def missing(self) -> tuple[Filing, ...]:
        """What was owed, due and never received."""
        today = day_of(self.as_of)
        late = (
            filing
            for filings in self.filings.values()
            for filing in filings
            if filing.is_owed and not filing.is_received and (filing.due_on is None or filing.due_on < today)
        )
        return tuple(sorted(late, key=lambda f: (f.org, self.order(f.period))))

    def filings_of(self, unit: Unit) -> tuple[Filing, ...]:
        """Give the filings of a unit within its term, and of the term before where one was filed."""
        term = self.periods[unit.term]
        previous = self.previous_term(unit)

        def belongs(filing: Filing) -> bool:
            period = self.periods.get(filing.period)
            if period is None:
                return False
            if period.kind == "NK":
                return filing.period == unit.term or (filing.period == previous and filing.is_received)
            return term.starts_on <= period.starts_on and period.ends_on <= term.ends_on

        found = (filing for filing in self.filings.get(unit.code, ()) if belongs(filing))
        return tuple(sorted(found, key=lambda f: self.order(f.period)))

    def completeness(self, unit: Unit) -> Completeness:
        """Count what a unit owed within its term and what became of it."""
        owed = [filing for filing in self.filings_of(unit) if filing.is_owed]
        return Completeness(
            owed=len(owed),
            received=sum(filing.is_received for filing in owed),
            on_time=sum(filing.is_on_time for filing in owed),
            accepted=sum(filing.is_accepted for filing in owed),
        )

    def open_of(self, unit: Unit) -> tuple[Submission, ...]:
        """Give the open cases of a unit within its term; what has no period stands with its newest term."""
        periods = {filing.period for filing in self.filings_of(unit)}
        newest = max((u.term for u in self.units if u.code == unit.code), key=self.order, default=None)
        return tuple(
            case
            for case in self.open_cases
            if case.org == unit.code
            and (case.period in periods or (case.period not in self.periods and unit.term == newest))
        )
