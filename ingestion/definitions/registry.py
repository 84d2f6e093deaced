"""The registry: what is owed, aimed at and rated how, beside who exists when (`registry_bodies.py`).

What belongs here: questions about one moment in time. What does not: how its files are written
(`registry_files.py`), what is wrong with them (`registry_faults.py`), and anything that was filed. Identity and
version are kept apart: one organisation code may have several rows (versions) whose intervals do not overlap;
nothing here is ever overwritten when units merge or move.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

from ingestion.definitions.catalogue import Catalogue
from ingestion.definitions.registry_bodies import Bodies
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
    Target,
    TermOfOffice,
)
from ingestion.records.periods import CUMULATIVE, DISCRETE, Days, Period, PeriodKind

__all__ = [
    "NO_COVERAGE",
    "NO_REGISTRY",
    "TABLES",
    "WHOLE",
    "Coverage",
    "OwedForm",
    "Registry",
    "RegistryError",
    "RegistryTable",
    "load_contacts",
    "load_registry",
    "registry_of",
]


Coverage = Mapping[tuple[str, int], date]
"""From which day the figures of a unit run in a year, where what counts of it says so."""

NO_COVERAGE: Coverage = {}
"""What there is where nobody said so, or it is not asked."""


@dataclass(frozen=True)
class OwedForm:
    """One form that one unit owes for one period."""

    reporting_org_code: str
    period_code: str
    form_code: str
    due_on: date | None


@dataclass(frozen=True)
class Registry(Bodies):
    """All registry tables, with the questions that the gate, the template and the warehouse ask of them."""

    @cached_property
    def _calendar(self) -> Mapping[str, Sequence[CalendarPeriod]]:
        found: dict[str, list[CalendarPeriod]] = defaultdict(list)
        for row in self.calendar:
            found[row.period_code].append(row)
        return dict(found)

    @cached_property
    def periods(self) -> dict[str, CalendarPeriod]:
        """The calendar by period code, with periods that it lacks and for which closing filings are owed."""
        found = {row.period_code: row for row in self.calendar}
        for code in self.reporting_units:
            period = self.closing_period(code)
            if period is not None and period.code not in found and (row := self.calendar_row(code, period)):
                found[period.code] = row
        return found

    @cached_property
    def _calendar_of_years(self) -> Mapping[int, Sequence[tuple[Period, CalendarPeriod]]]:
        """The cumulative periods of the calendar by year, in order."""
        found: dict[int, list[tuple[Period, CalendarPeriod]]] = defaultdict(list)
        for row in self.calendar:
            period = Period.parse(row.period_code)
            if period.is_cumulative:
                found[period.year].append((period, row))
        return {year: sorted(rows, key=lambda one: one[0].order) for year, rows in found.items()}

    def calendar_row(self, code: str, period: Period) -> CalendarPeriod | None:
        """Give by which line of the calendar a unit files for a period; None where it has none to go by.

        A closing filing for a period that the calendar lacks is due with the next one of the year.
        """
        system = self.system_of(code)
        rows = self._calendar.get(period.code, ())
        own = next((row for row in rows if system is None or row.term_system in ("", system)), None)
        if own is not None or not self.is_closing(code, period):
            return own
        of_year = [
            (p, r) for p, r in self._calendar_of_years.get(period.year, ()) if r.term_system in ("", system)
        ]
        if not of_year:
            return None
        later = next((row for p, row in of_year if p.order > period.order), None)
        if later is None:
            return CalendarPeriod(period_code=period.code)
        return later.model_copy(update={"period_code": period.code, "opens_on": None})

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

    def closing_period(self, code: str) -> Period | None:
        """Give the cumulative period for which a unit closes its last year; None where that is a whole year.

        That is the period in which its last day falls: the one after which nothing can be added any more.
        """
        last = self.last_day(code)
        if last is None:
            return None
        kinds = (Period(kind, last.year, last.year) for kind in CUMULATIVE)
        period = next(period for period in kinds if last <= period.end)
        return None if last == date(last.year, 12, 31) else period

    def is_closing(self, code: str, period: Period) -> bool:
        """Say whether a unit closes its last year with its report for a period."""
        return period == self.closing_period(code)

    def reporting_day(self, code: str, period: Period) -> date | None:
        """Give the day up to which a unit reports for a period, on which everything in it is looked at.

        That is the period's last day, or the unit's own where it ended in the period, after the one before was
        over; None where it ended earlier. A term is reported by those who live to its end.
        """
        end = self.days_of(period, self.system_of(code)).last
        last = self.last_day(code)
        if last is None or last >= end:
            return end
        return last if self.is_closing(code, period) else None

    def reported_days(self, code: str, period: Period) -> Days:
        """Give the days of a period up to that on which a unit's report for it is looked at."""
        days = self.days_of(period, self.system_of(code))
        return Days(days.first, self.reporting_day(code, period) or days.last)

    def reporting_version(self, code: str, period: Period) -> Organisation | None:
        """Give the version as which a unit reports for a period; None where it does not report for it."""
        day = self.reporting_day(code, period)
        version = self.organisation_at(code, day) if day is not None else None
        return version if version is not None and version.files_reports else None

    def locked_on(self, period: str) -> date | None:
        """Give the last day on which files for a period are taken; None where the calendar never locks it."""
        row = self.periods.get(period)
        return row.locked_on if row else None

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

    def owed(self, catalogue: Catalogue, coverage: Coverage = NO_COVERAGE) -> tuple[OwedForm, ...]:
        """Give every form that every unit owes for every period of the calendar.

        A unit owes a period if it files, was alive on its last day and the period is its term system's. One
        that ended within a year closes it with a filing up to its own last day, which has also what would have
        been owed later in that year and has flows; nothing is owed after it. The closing filing is not owed
        where the one into which the unit went says that its own figures take the whole year in.

        Args:
            catalogue: the forms.
            coverage: from which day the figures of units run that say so, by unit and year.
        """
        owed: list[OwedForm] = []
        for row in self.calendar:
            period = Period.parse(row.period_code)
            for code in self.reporting_units:
                if not self.is_closing(code, period):
                    owed += self._owed_by(code, period, row, catalogue)
        for code in self.reporting_units:
            closing = self.closing_period(code)
            if closing is None or self.is_taken_over(code, coverage):
                continue
            if (by := self.calendar_row(code, closing)) is not None:
                owed += self._owed_by(code, closing, by, catalogue)
        return tuple(owed)

    def _owed_by(
        self, code: str, period: Period, row: CalendarPeriod, catalogue: Catalogue
    ) -> Iterator[OwedForm]:
        unit = self.reporting_version(code, period)
        if unit is not None and row.term_system in ("", unit.term_system):
            is_closing = self.is_closing(code, period)
            for form in catalogue.owed_forms(unit.org_kind, period, is_closing=is_closing):
                yield OwedForm(code, period.code, form.code, row.due_on)

    def is_taken_over(self, code: str, coverage: Coverage) -> bool:
        """Say whether the figures of those into which a unit went as a whole take in its whole last year."""
        last = self.last_day(code)
        if last is None:
            return False
        begins = self.begins(code, date(last.year, 1, 1))
        said = (coverage.get((taker, last.year)) for taker in self.takers_of(code))
        return any(day is not None and day <= begins for day in said)


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
