"""The registry: who exists when, under whom, what is owed, aimed at and rated how.

What belongs here: loading and checking the CSV files, and questions about one moment in time. What does not:
anything that was filed. Identity and version are kept apart: one organisation code may have several rows
(versions) whose intervals do not overlap; nothing here is ever overwritten when units merge or move.
"""

import csv
import errno
import io
import os
import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from itertools import pairwise, zip_longest
from pathlib import Path
from typing import Any, Literal, TypeVar, get_args

from pydantic import ValidationError
from pydantic_core import ErrorDetails

from ingestion.definitions.catalogue import Catalogue
from ingestion.definitions.registry_rows import (
    CalendarPeriod,
    Contact,
    Organisation,
    RatingScheme,
    Row,
    Statement,
    Succession,
    Target,
    TermOfOffice,
)
from ingestion.records.mendable import MendableError
from ingestion.records.periods import Period, PeriodError, PeriodKind
from ingestion.words.messages import ToldError

_NO_FILE_NAME = re.compile(
    r"""[<>:"/\\|?*\x00-\x1f] | ^[.\ ] | [.\ ]$ | ^(con|prn|aux|nul|com\d|lpt\d)(\.|$)""",
    re.IGNORECASE | re.VERBOSE,
)
"""What a name of a file or folder must not have on one system or another."""


class RegistryError(ToldError, MendableError):
    """A registry file is missing or does not fit its schema; the message names file, row and remedy."""

    about = "registry"


TABLES: dict[str, type[Row]] = {
    "organisations": Organisation,
    "successions": Succession,
    "calendar": CalendarPeriod,
    "terms": TermOfOffice,
    "targets": Target,
    "rating_schemes": RatingScheme,
    "contacts": Contact,
    "statements": Statement,
}
"""The registry's files (without `.csv`) and the shape of their rows."""

RegistryTable = Literal[
    "organisations", "successions", "calendar", "terms", "targets", "rating_schemes", "contacts", "statements"
]
WHOLE: frozenset[RegistryTable] = frozenset(get_args(RegistryTable))
"""All that a registry can know."""

_OPTIONAL_FILES = {"contacts", "statements", "targets", "successions"}

_WANTED = {"date": "date", "bool": "flag", "int": "number", "float": "number", "literal": "one_of"}
"""What a value should have been, by how the library that checks it begins to name its complaint."""

_R = TypeVar("_R", bound=Row)


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
    def reporting_units(self) -> tuple[str, ...]:
        """Codes of the organisations that file, or filed once, in order."""
        return tuple(sorted({o.org_code for o in self.organisations if o.files_reports}))

    def organisation_at(self, code: str, day: date) -> Organisation | None:
        """Give the version of an organisation on a day; None if it did not exist then."""
        return next((o for o in self.versions.get(code, ()) if o.is_active(day)), None)

    def organisation_in(self, code: str, period: Period) -> Organisation | None:
        """Give the newest version of an organisation that lived in a period; None if none did."""
        lived = [
            o
            for o in self.versions.get(code, ())
            if o.valid_from <= period.end and (o.valid_to is None or o.valid_to >= period.start)
        ]
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
        lived: dict[str, Organisation] = {}
        for o in sorted(self._by_parent.get(code, ()), key=lambda o: o.valid_from):
            ended = o.valid_to is not None and o.valid_to < period.start
            if not o.files_reports and o.valid_from <= period.end and not ended:
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
                unit = self.organisation_at(code, period.end)
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
            versions of one organisation overlap.
    """
    tables: dict[str, Any] = {}
    file_rows: dict[str, tuple[int, ...]] = {}
    for name, model in TABLES.items():
        tables[name], file_rows[name] = _load_table(folder / f"{name}.csv", model, name in _OPTIONAL_FILES)
    registry = Registry(folder=folder, file_rows=file_rows, **tables)
    _check(registry)
    return registry


def load_contacts(folder: Path) -> tuple[Contact, ...]:
    """Load the contacts alone, which can be told of what is wrong with the other files.

    Raises:
        RegistryError: there are none, or a row does not fit its schema.
    """
    return _load_table(folder / "contacts.csv", Contact, is_optional=False)[0]


def _load_table(path: Path, model: type[_R], is_optional: bool) -> tuple[tuple[_R, ...], tuple[int, ...]]:
    if is_optional and not os.path.lexists(path):
        return (), ()
    rows, numbers = [], []
    for number, raw in _records(path, model):
        rows.append(_row(path, number, raw, model))
        numbers.append(number)
    return tuple(rows), tuple(numbers)


def _records(path: Path, model: type[Row]) -> Iterator[tuple[int, dict[Any, Any]]]:
    """Read a CSV: each row with its number in a spreadsheet, where blank rows count too.

    A table without rows has its header; a file without one was emptied or cut off, and is no table.
    """
    found = _content(path)
    try:
        text = found.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = found.count(b"\n", 0, error.start) + 1
        raise RegistryError("registry.no_text", path=path, row=row) from error
    lines = csv.reader(io.StringIO(text, newline=""))
    number, columns = 0, None
    try:
        for number, cells in enumerate(lines, start=1):
            if columns is None and any(cell.strip() for cell in cells):
                columns = cells
                _demand_columns(path, number, columns, model)
            elif columns is not None and cells:
                given: dict[Any, Any] = dict(zip_longest(columns, cells[: len(columns)]))
                yield number, given | ({None: extra} if (extra := cells[len(columns) :]) else {})
    except csv.Error as error:
        raise RegistryError("registry.no_csv", path=path, row=number + 1) from error
    if columns is None:
        raise RegistryError("registry.no_header", path=path, row=1, columns=",".join(model.model_fields))


def _demand_columns(path: Path, row: int, columns: list[str], model: type[Row]) -> None:
    for name, column in model.model_fields.items():
        if column.is_required() and name not in columns:
            raise RegistryError("registry.column_missing", path=path, row=row, column=name)


def _content(path: Path) -> bytes:
    """Give the bytes of a file; what stands in its place and is none is a table that was lost."""
    try:
        return path.read_bytes()
    except (FileNotFoundError, NotADirectoryError) as error:
        key = "no_file" if path.is_symlink() else "missing"
        raise RegistryError(f"registry.{key}", path=path, row=1) from error
    except OSError as error:
        if error.errno == errno.ELOOP or path.is_dir():
            raise RegistryError("registry.no_file", path=path, row=1) from error
        raise


def _row(path: Path, number: int, raw: dict[str, str], model: type[_R]) -> _R:
    try:
        return model.model_validate(raw)
    except ValidationError as error:
        raise _wrong(path, number, error.errors()[0]) from error


def _wrong(path: Path, row: int, found: ErrorDetails) -> RegistryError:
    """Give the error of one value, in words that are not those of the library that checks it."""
    kind, value = found["type"], found["input"]
    is_extra = kind in ("extra_forbidden", "invalid_key")
    # What stands beyond the last column has no name.
    column = "–" if kind == "invalid_key" or not found["loc"] else found["loc"][0]
    place = {"path": path, "row": row, "column": column}
    if is_extra or kind == "missing" or value is None:
        key = "column_unknown" if is_extra else "column_missing"
        return RegistryError(f"registry.{key}", **place)
    wanted = next((name for part, name in _WANTED.items() if kind.startswith(part)), "text")
    known = str(found.get("ctx", {}).get("expected", "")).replace(" or ", ", ")
    return RegistryError(f"registry.value_{wanted}", **place, value=value, known=known)


def _check(registry: Registry) -> None:
    _check_organisations(registry)
    for row, period in placed(registry, "calendar", registry.calendar):
        try:
            Period.parse(period.period_code)
        except PeriodError as error:
            raise RegistryError("registry.period", **row, code=period.period_code) from error
    for row, term in placed(registry, "terms", registry.terms):
        try:
            is_term = Period.parse(term.term_code).kind is PeriodKind.TERM
        except PeriodError:
            is_term = False
        if not is_term:
            raise RegistryError("registry.term", **row, code=term.term_code)
    for row, scheme in placed(registry, "rating_schemes", registry.rating_schemes):
        try:
            _ = scheme.bands
        except ValueError as error:
            raise RegistryError("registry.bands", **row, scheme=scheme.scheme) from error


def _check_organisations(registry: Registry) -> None:
    known = set(registry.versions)
    places: dict[int, dict[str, Any]] = {}
    folders: dict[str, Organisation] = {}
    for row, o in placed(registry, "organisations", registry.organisations):
        places[id(o)] = row
        if o.files_reports and _NO_FILE_NAME.search(o.org_code):
            raise RegistryError("registry.code", **row, code=repr(o.org_code))
        if o.files_reports and (twin := folders.setdefault(o.org_code.casefold(), o)).org_code != o.org_code:
            other = places[id(twin)]["row"]
            raise RegistryError("registry.twins", **row, code=o.org_code, twin=twin.org_code, other=other)
        if o.parent_code and o.parent_code not in known:
            raise RegistryError("registry.parent", **row, code=o.org_code, parent=o.parent_code)
    for code, versions in registry.versions.items():
        for older, newer in pairwise(versions):
            if older.valid_to is None or older.valid_to >= newer.valid_from:
                row, other = places[id(newer)], places[id(older)]["row"]
                raise RegistryError("registry.overlap", **row, other=other, code=code, day=newer.valid_from)


def placed(registry: Registry, table: str, rows: tuple[_R, ...]) -> Iterator[tuple[dict[str, Any], _R]]:
    """Give the rows of a table with file and row, as messages name them."""
    path = registry.folder / f"{table}.csv"
    for number, row in zip(registry.file_rows[table], rows, strict=True):
        yield {"path": path, "row": number}, row
