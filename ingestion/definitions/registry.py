"""The registry: who exists when, under whom, what is owed, aimed at and rated how.

What belongs here: questions about one moment in time. What does not: how its files are written
(`registry_files.py`), what is wrong with them (`registry_faults.py`), and anything that was filed. Identity and
version are kept apart: one organisation code may have several rows (versions) whose intervals do not overlap;
nothing here is ever overwritten when units merge or move.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from ingestion.definitions.catalogue import Catalogue
from ingestion.definitions.registry_faults import stopping
from ingestion.definitions.registry_files import (
    TABLES,
    WHOLE,
    RegistryError,
    RegistryFiles,
    RegistryTable,
    read_files,
    read_table,
)
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
from ingestion.records.periods import CUMULATIVE, DISCRETE, Days, Period, PeriodKind, period_of

__all__ = [
    "NO_REGISTRY",
    "TABLES",
    "WHOLE",
    "OwedForm",
    "Registry",
    "RegistryError",
    "RegistryTable",
    "load_contacts",
    "load_registry",
    "registry_of",
]


@dataclass(frozen=True)
class OwedForm:
    """One form that one unit owes for one period."""

    reporting_org_code: str
    period_code: str
    form_code: str
    due_on: date | None


@dataclass(frozen=True)
class Registry:
    """All registry tables, with the questions that the gate, the template and the warehouse ask of them.

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
    def periods(self) -> dict[str, CalendarPeriod]:
        """The calendar by period code."""
        return {row.period_code: row for row in self.calendar}

    @cached_property
    def all_periods(self) -> tuple[Period, ...]:
        """Every period that a figure may be asked for, in calendar order.

        These are the periods of the calendar, every part and quarter of every year from its first to its last,
        and every term.
        """
        calendar = [Period.parse(row.period_code) for row in self.calendar]
        years = [period.year for period in calendar]
        terms = {Period.parse(term.term_code) for term in self.terms}
        parts = {
            Period(kind, year, year)
            for year in (range(min(years), max(years) + 1) if years else ())
            for kind in (*CUMULATIVE, *DISCRETE)
        }
        found = {*calendar, *terms, *parts}
        return tuple(sorted(found, key=lambda p: (*p.order, p.kind in DISCRETE, p.code)))

    @cached_property
    def known_periods(self) -> frozenset[str]:
        """The codes of all periods; what is filed for another one is of no period that anybody asks for."""
        return frozenset(period.code for period in self.all_periods)

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

    def organisation_in(self, code: str, period: Period) -> Organisation | None:
        """Give the newest version of an organisation that lived in a period; None if none did."""
        days = self.days_of(period, self.system_of(code))
        lived = [o for o in self.versions.get(code, ()) if o.lived_in(days)]
        return lived[-1] if lived else None

    def locked_on(self, period: str) -> date | None:
        """Give the last day on which the calendar takes files for a period; None where it never locks it."""
        row = self.periods.get(period)
        return row.locked_on if row else None

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

    def scheme_of(self, year: int) -> RatingScheme | None:
        """Give the rating scheme of a year; None where none is known."""
        return next(
            (
                s
                for s in self.rating_schemes
                if s.first_year <= year and (s.last_year is None or year <= s.last_year)
            ),
            None,
        )

    def term_in(self, term_system: str, period: Period) -> TermOfOffice | None:
        """Give the term of a system that a period is, or to which its year belongs."""
        if period.kind is not PeriodKind.TERM:
            return self.term_of(term_system, period.year)
        of_system = (t for t in self.terms if t.term_system == term_system)
        return next((t for t in of_system if t.term_code == period.code), None)

    def term_of(self, term_system: str, year: int) -> TermOfOffice | None:
        """Give the term of a system to which a year belongs."""
        return next(
            (t for t in self.terms if t.term_system == term_system and t.first_year <= year <= t.last_year),
            None,
        )

    def targets_of(self, org_code: str, term_code: str) -> Sequence[Target]:
        """Give all targets of a unit in a term, in the order of the table."""
        return self._targets.get((org_code, term_code), ())

    @cached_property
    def _targets(self) -> Mapping[tuple[str, str], Sequence[Target]]:
        found: dict[tuple[str, str], list[Target]] = {}
        for target in self.targets:
            found.setdefault((target.org_code, target.term_code), []).append(target)
        return found

    def target_of(self, org_code: str, indicator_code: str, term_code: str, year: int | None) -> Target | None:
        """Give the target of a unit: the one of the year before the one of the whole term."""
        of_unit = self.targets_of(org_code, term_code)
        found = [t for t in of_unit if t.indicator_code == indicator_code and t.year in (None, year)]
        return max(found, key=lambda t: t.year is not None, default=None)

    def assigned_targets(self, unit: Organisation, period: Period) -> tuple[Target, ...]:
        """Give the targets of a unit in a period, one per indicator: the year's own before the term's."""
        if period.kind is PeriodKind.TERM:
            term_code: str | None = period.code
        else:
            term = self.term_of(unit.term_system, period.year)
            term_code = term.term_code if term else None
        year = None if period.kind is PeriodKind.TERM else period.year
        found: dict[str, Target] = {}
        for target in self.targets_of(unit.org_code, term_code) if term_code else ():
            if target.year in (None, year) and (target.indicator_code not in found or target.year is not None):
                found[target.indicator_code] = target
        return tuple(found[code] for code in sorted(found))

    def owed(self, catalogue: Catalogue) -> tuple[OwedForm, ...]:
        """Give every form that every unit owes for every period of the calendar.

        A unit owes a period if it files, was alive on its last day and the period is its term system's. A unit
        that ended within a year owes none of that year's later periods; its successor does.
        """
        owed = []
        for row in self.calendar:
            period = Period.parse(row.period_code)
            for code in self.reporting_units:
                unit = self.organisation_at(code, self.days_of(period, self.system_of(code)).last)
                if unit is None or not unit.files_reports or row.term_system not in ("", unit.term_system):
                    continue
                owed += [
                    OwedForm(code, period.code, form.code, row.due_on)
                    for form in catalogue.owed_forms(unit.org_kind, period)
                ]
        return tuple(owed)


NO_REGISTRY = Registry(Path(), (), (), (), (), (), (), known=frozenset())
"""What there is where there is no registry: nothing is known of anybody."""


def load_registry(folder: Path) -> Registry:
    """Load and check the registry's files.

    Raises:
        RegistryError: a file is missing, a row does not fit its schema, a period or term is malformed, or two
            versions of one organisation overlap. What else can be wrong, `registry_faults.py` finds.
    """
    return registry_of(read_files(folder))


def registry_of(files: RegistryFiles) -> Registry:
    """Make a registry of tables that were read.

    Raises:
        RegistryError: something is wrong with them, as `load_registry` says.
    """
    for error in (*files.errors, *stopping(files)):
        raise error
    rows: dict[str, Any] = {table: tuple(at.row for at in files.of(table)) for table in TABLES}
    numbers: dict[str, tuple[int, ...]] = {
        table: tuple(at.number for at in files.of(table)) for table in TABLES
    }
    return Registry(folder=files.folder, file_rows=numbers, **rows)


def load_contacts(folder: Path) -> tuple[Contact, ...]:
    """Load the contacts alone, which can be told of what is wrong with the other files.

    Raises:
        RegistryError: there are none, or a row does not fit its schema.
    """
    contacts, errors = read_table(folder, "contacts", is_optional=False)
    for error in errors:
        raise error
    return tuple(placed.row for placed in contacts)
