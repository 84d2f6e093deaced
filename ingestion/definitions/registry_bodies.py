"""Who exists when, under whom, and into whom one went: the registry's tables, asked about bodies.

What belongs here: questions about organisations and the days of their lives. What does not: what is owed, aimed
at and rated (`registry.py`), and how the files are written (`registry_files.py`).
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import pairwise
from pathlib import Path

from ingestion.definitions.registry_files import WHOLE, RegistryTable
from ingestion.definitions.registry_rows import (
    CalendarPeriod,
    Contact,
    Organisation,
    RatingScheme,
    Statement,
    Succession,
    Target,
    TermOfOffice,
)
from ingestion.records.periods import Days, Period, PeriodKind, period_of

_LONGEST_CHAIN = 20


@dataclass(frozen=True)
class Bodies:
    """All registry tables, with the questions about who lived when.

    Attributes:
        file_rows: for each table the row numbers of its file, in the order of its rows, so that a figure that
            comes from the registry can be traced to a line of it.
        known: the tables of which it can be said what stands in them. One that was loaded from its folder knows
            them all, and what is not listed does not exist; where a workbook is judged without a registry,
            nothing follows from what is not listed.
    """

    folder: Path
    organisations: tuple[Organisation, ...]
    successions: tuple[Succession, ...]
    calendar: tuple[CalendarPeriod, ...]
    terms: tuple[TermOfOffice, ...]
    targets: tuple[Target, ...]
    rating_schemes: tuple[RatingScheme, ...]
    contacts: tuple[Contact, ...] = ()
    statements: tuple[Statement, ...] = ()
    file_rows: dict[str, tuple[int, ...]] = field(default_factory=dict)
    known: frozenset[RegistryTable] = WHOLE

    @cached_property
    def versions(self) -> dict[str, tuple[Organisation, ...]]:
        """Versions by organisation code, oldest first."""
        grouped: dict[str, list[Organisation]] = defaultdict(list)
        for organisation in sorted(self.organisations, key=lambda o: (o.org_code, o.valid_from)):
            grouped[organisation.org_code].append(organisation)
        return {code: tuple(versions) for code, versions in grouped.items()}

    @cached_property
    def reporting_units(self) -> tuple[str, ...]:
        """Codes of the organisations that file, or filed once, in order."""
        return tuple(sorted({o.org_code for o in self.organisations if o.files_reports}))

    def days_of(self, period: Period, system: str | None = None) -> Days:
        """Give the days that a period covers for a term system.

        Those of a year and of its parts follow from the code. A term is made of the years that `terms.csv`
        gives it for the system; where none is named, it lasts from the first to the last day that any system
        gives a term of this code. Where the registry lists no such term, the code tells the days.
        """
        if period.kind is not PeriodKind.TERM:
            return period.days_by_code
        return self._days_of_terms.get((period, system), period.days_by_code)

    @cached_property
    def _days_of_terms(self) -> Mapping[tuple[Period, str | None], Days]:
        found: dict[tuple[Period, str | None], Days] = {}
        for term in self.terms:
            period = period_of(term.term_code)
            if period is None:
                continue
            days = Days(date(term.first_year, 1, 1), date(term.last_year, 12, 31))
            found[period, term.term_system] = days
            of_any = found.get((period, None), days)
            found[period, None] = Days(min(of_any.first, days.first), max(of_any.last, days.last))
        return found

    def system_of(self, code: str) -> str | None:
        """Give the term system of a body, by its last version; None where it is not known."""
        versions = self.versions.get(code)
        return versions[-1].term_system if versions else None

    def organisation_at(self, code: str, day: date) -> Organisation | None:
        """Give the version of an organisation on a day; None if it did not exist then."""
        return next((o for o in self.versions.get(code, ()) if o.is_active(day)), None)

    def begins(self, code: str, since: date) -> date:
        """Give from when on there is an organisation, of the time since a day; that day for one not known."""
        versions = self.versions.get(code)
        return max(since, versions[0].valid_from) if versions else since

    @cached_property
    def _last_days(self) -> Mapping[str, date | None]:
        return {
            code: None
            if any(o.valid_to is None for o in versions)
            else max(o.valid_to for o in versions if o.valid_to)
            for code, versions in self.versions.items()
        }

    def last_day(self, code: str) -> date | None:
        """Give the last day of an organisation; None where it has no end, or is not known."""
        return self._last_days.get(code)

    def organisation_in(self, code: str, period: Period) -> Organisation | None:
        """Give the newest version of an organisation that lived in a period; None if none did."""
        days = self.days_of(period, self.system_of(code))
        lived = [o for o in self.versions.get(code, ()) if o.lived_in(days)]
        return lived[-1] if lived else None

    @cached_property
    def _by_parent(self) -> dict[str, tuple[Organisation, ...]]:
        grouped: dict[str, list[Organisation]] = defaultdict(list)
        for organisation in self.organisations:
            grouped[organisation.parent_code].append(organisation)
        return {parent: tuple(children) for parent, children in grouped.items()}

    def children_at(self, code: str, day: date, kind: str | None = None) -> tuple[Organisation, ...]:
        """Give the organisations directly under one on a day, by code; of one kind only, if one is named."""
        children = (o for o in self._by_parent.get(code, ()) if o.is_active(day))
        return tuple(sorted((o for o in children if kind in (None, o.org_kind)), key=lambda o: o.org_code))

    def members_in(self, code: str, period: Period) -> tuple[Organisation, ...]:
        """Give the organisations that do not file and were under a unit at any time in the period."""
        days = self.days_of(period, self.system_of(code))
        lived: dict[str, Organisation] = {}
        for o in sorted(self._by_parent.get(code, ()), key=lambda o: o.valid_from):
            if not o.files_reports and o.lived_in(days):
                lived[o.org_code] = o
        return tuple(lived[c] for c in sorted(lived))

    def has_moves(self, code: str, days: Days) -> bool:
        """Say whether an organisation came to a body from another, or left it for one, on any of some days."""
        parts = {o.org_code for o in self._by_parent.get(code, ()) if o.lived_in(days)}
        return any(
            days.first < newer.valid_from <= days.last and code in (older.parent_code, newer.parent_code)
            for part in parts
            for older, newer in pairwise(self.versions[part])
            if older.parent_code != newer.parent_code
        )

    def takers_of(self, code: str) -> Sequence[str]:
        """Give those into which an organisation went as a whole, one after the other."""
        found: list[str] = []
        step = self._whole_steps.get(code)
        while step is not None and step not in found and len(found) < _LONGEST_CHAIN:
            found.append(step)
            step = self._whole_steps.get(step)
        return found

    @cached_property
    def _whole_steps(self) -> Mapping[str, str]:
        return {
            s.predecessor_code: s.successor_code
            for s in sorted(self.successions, key=lambda s: s.effective_on)
            if s.is_whole_merger and s.successor_code not in ("", s.predecessor_code)
        }
