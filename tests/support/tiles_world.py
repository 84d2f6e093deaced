"""What the oracle of figures knows of a world: lives, whole steps, filings, what is owed.

What belongs here: reading a world's tables and filings, plainly. What does not: what counts (`tiles_rows.py`),
how whole it is (`tiles_states.py`) and figures (`tiles_oracle.py`). None of it shares code with the product;
forms and indicators are read as data.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from typing import Any

from ingestion.definitions.catalogue import Catalogue
from ingestion.definitions.forms import Form
from tests.integration.warehouse_world import Filing, World

NEVER = date(9999, 12, 31)
DAY = timedelta(days=1)
PARTS = ("Q1", "6T", "9T", "N")
QUARTERS = ("D1", "D2", "D3", "D4")
ENDS = ((3, 31), (6, 30), (9, 30), (12, 31))
MOST_STEPS = 20


def end_of(year: int, part: int) -> date:
    """The last day of a cumulative period: part 1 to 4 of a year."""
    return date(year, *ENDS[part - 1])


def start_of_quarter(year: int, part: int) -> date:
    """The first day of a quarter of its own."""
    return date(year, 3 * part - 2, 1)


def part_in(day: date) -> int:
    """In which part of its year a day falls."""
    return (day.month + 2) // 3


@dataclass(frozen=True)
class Version:
    """A body as the registry has it from one day to another."""

    first: date
    last: date
    parent: str
    files: bool
    system: str
    kind: str


@dataclass(frozen=True)
class Term:
    """A term of a system and its years."""

    system: str
    code: str
    first_year: int
    last_year: int


@dataclass(frozen=True)
class Row:
    """A row of a form as filed; `part` is None of a form filed for a whole term."""

    unit: str
    form: str
    key: tuple[str, ...]
    org: str | None
    period: str
    year: int
    part: int | None
    is_alone: bool
    coverage_from: date | None
    values: Mapping[str, Any]

    def __hash__(self) -> int:
        """Rows are told apart by what they are, not by what stands in them."""
        return hash((self.unit, self.form, self.key, self.period))


class Facts:
    """Everything that a world says, in the shapes in which it is asked for."""

    def __init__(self, world: World, catalogue: Catalogue) -> None:
        """Read a world."""
        self.catalogue = catalogue
        self.versions: dict[str, list[Version]] = defaultdict(list)
        for row in world.tables["organisations"]:
            self.versions[row["org_code"]].append(_version(row))
        for versions in self.versions.values():
            versions.sort(key=lambda one: one.first)
        self.steps: dict[str, list[tuple[str, date]]] = defaultdict(list)
        for row in world.tables["successions"]:
            if _is_whole(row):
                day = date.fromisoformat(row["effective_on"])
                self.steps[row["predecessor_code"]].append((row["successor_code"], day))
        self.successions = world.tables["successions"]
        self.calendar = [(row["period_code"], row["term_system"]) for row in world.tables["calendar"]]
        years = [int(code[5:9] if code.endswith("-NK") else code[:4]) for code, _ in self.calendar]
        self.years = range(min(years), max(years) + 1)
        self.terms = [
            Term(row["term_system"], row["term_code"], row["first_year"], row["last_year"])
            for row in world.tables["terms"]
        ]
        self.effective = _effective(world.filings)
        self.rows: dict[tuple[str, str], list[Row]] = {
            key: self._rows(filing) for key, filing in self.effective.items()
        }
        self.filed: dict[tuple[str, str], list[tuple[int, int, bool]]] = defaultdict(list)
        self.filed_at_once: dict[tuple[str, str], list[str]] = defaultdict(list)
        for (unit, period), filing in self.effective.items():
            for form in filing.rows:
                if period.endswith("-NK"):
                    self.filed_at_once[unit, form].append(period)
                else:
                    part = PARTS.index(period[5:]) + 1
                    self.filed[unit, form].append((int(period[:4]), part, filing.basis == "CUMULATIVE"))
        self.owed = self._owed(set(self.calendar))
        cumulative = {
            (f"{code[:4]}-{part}", s) for code, s in self.calendar for part in PARTS if not code.endswith("-NK")
        }
        self.required = self._owed(cumulative)
        self.family = self._families()

    # Lives

    def on(self, code: str, day: date) -> Version | None:
        """Give the version of a body on a day."""
        return next((one for one in self.versions.get(code, ()) if one.first <= day <= one.last), None)

    def first(self, code: str) -> date:
        """Give the first day of a body."""
        return self.versions[code][0].first

    def last(self, code: str) -> date:
        """Give the last day of a body."""
        return self.versions[code][-1].last

    def lived(self, code: str, first: date, last: date) -> bool:
        """Whether a body had a day of its life in an interval."""
        return any(one.first <= last and first <= one.last for one in self.versions[code])

    def filed_in(self, code: str, first: date, last: date) -> bool:
        """Whether a body files on some day of an interval."""
        return any(one.files and one.first <= last and first <= one.last for one in self.versions[code])

    def is_unit(self, code: str) -> bool:
        """Whether a body files, or filed once."""
        return any(one.files for one in self.versions[code])

    def systems(self, code: str) -> set[str]:
        """Give the term systems of a body."""
        return {one.system for one in self.versions[code]}

    def with_days(self, org: str, unit: str) -> list[tuple[date, date]] | None:
        """On which days an organisation is with a unit; None where it is taken to be always with it."""
        days = [(one.first, one.last) for one in self.versions.get(org, ()) if one.parent == unit]
        return days or None

    def is_with(self, org: str, unit: str, day: date) -> bool:
        """Whether an organisation is with a unit on a day."""
        days = self.with_days(org, unit)
        return days is None or any(first <= day <= last for first, last in days)

    # Whole steps

    def went_into(self, code: str, until: date) -> list[str]:
        """Give what a body went over into, wholly, by a day: step by step."""
        found: list[str] = []
        front = [code] if code in self.steps else []
        while front and len(found) < MOST_STEPS:
            front = [into for one in front for into, day in self.steps.get(one, ()) if day <= until]
            front = [one for one in dict.fromkeys(front) if one not in found and one != code]
            found += front
        return found

    @cache  # noqa: B019 - the facts live as long as their answers
    def came_into(self, code: str, until: date) -> tuple[str, ...]:
        """Give what went over wholly into a body by a day."""
        return tuple(
            one for one in self.family[code] if one in self.steps and code in self.went_into(one, until)
        )

    def body_at_end(self, code: str, day: date) -> str:
        """Give the body at the end of the whole steps from one; a living body stays where it is."""
        for _ in range(MOST_STEPS):
            following = [into for into, on in self.steps.get(code, ()) if on <= day]
            if self.on(code, day) is not None or not following:
                return code
            code = following[0]
        return code

    @cache  # noqa: B019
    def homes(self, unit: str, first: date, last: date) -> frozenset[str]:
        """In which bodies a unit counts at the last day of a window."""
        if not self.filed_in(unit, first, last):
            return frozenset()
        found = {unit, *self.went_into(unit, last)}
        body = self.body_at_end(unit, last)
        day = min(last, self.last(body))
        version, system = self.on(body, day), None
        while version is not None and (system is None or version.system == system):
            found.add(body)
            system, body = version.system, version.parent
            version = self.on(body, day) if body else None
        return frozenset(found)

    @cache  # noqa: B019
    def units_in(self, code: str, first: date, last: date) -> tuple[str, ...]:
        """Which units count in a body."""
        return tuple(
            one for one in self.family[code] if self.is_unit(one) and code in self.homes(one, first, last)
        )

    def _families(self) -> dict[str, list[str]]:
        """Bodies that have anything to do with one another; only these are looked at together."""
        parent = {code: code for code in self.versions}

        def root(code: str) -> str:
            while parent[code] != code:
                parent[code] = parent[parent[code]]
                code = parent[code]
            return code

        for code, versions in self.versions.items():
            for version in versions:
                if version.parent:
                    parent[root(code)] = root(version.parent)
        for row in self.successions:
            if row["successor_code"]:
                parent[root(row["predecessor_code"])] = root(row["successor_code"])
        grouped: dict[str, list[str]] = defaultdict(list)
        for code in self.versions:
            grouped[root(code)].append(code)
        return {code: grouped[root(code)] for code in self.versions}

    # Filings

    def _rows(self, filing: Filing) -> list[Row]:
        found = []
        at_once = filing.period.endswith("-NK")
        for code, rows in filing.rows.items():
            form = self.catalogue.forms[code]
            for values in rows:
                found.append(
                    Row(
                        filing.unit,
                        code,
                        tuple(str(values.get(name) or "") for name in form.key),
                        values["org_code"] if form.rows == "organisations" else None,
                        filing.period,
                        int(filing.period[5:9]) if at_once else int(filing.period[:4]),
                        None if at_once else PARTS.index(filing.period[5:]) + 1,
                        filing.basis != "CUMULATIVE",
                        getattr(filing, "coverage_from", None),
                        values,
                    )
                )
        return found

    def covered_from(self, unit: str, into: str, year: int, part: int) -> date | None:
        """From which day one into which a unit went has its figures too, by the cover of the latest filing.

        That is cumulative, and goes on after the unit was there: of before, each tells its own.
        """
        last = self.last(unit)
        for one in range(part, 0, -1):
            filing = self.effective.get((into, f"{year}-{PARTS[one - 1]}"))
            if filing is not None and filing.basis == "CUMULATIVE":
                said = filing.coverage_from
                return said if said is not None and said <= last < end_of(year, one) else None
        return None

    def takes_in(self, unit: str, year: int, part: int, day: date) -> bool:
        """Whether a cover of a unit's year says that its figures run from a day or before."""
        covers = (self.effective.get((unit, f"{year}-{one}")) for one in PARTS[:part])
        return any(one.coverage_from is not None and one.coverage_from <= day for one in covers if one)

    # What is owed

    def _owed(self, periods: set[tuple[str, str]]) -> dict[tuple[str, str, int], set[int]]:
        """Give the parts of a year that a unit owes of a form, with the filing that closes it."""
        owed: dict[tuple[str, str, int], set[int]] = defaultdict(set)
        for unit in (code for code in self.versions if self.is_unit(code)):
            system = self.versions[unit][-1].system
            for year in self.years:
                known = {
                    part
                    for part in (1, 2, 3, 4)
                    if {(f"{year}-{PARTS[part - 1]}", ""), (f"{year}-{PARTS[part - 1]}", system)} & periods
                }
                for form in self.catalogue.forms.values():
                    if parts := self._owed_parts(unit, year, form, known):
                        owed[unit, form.code, year] = parts
        return owed

    def _owed_parts(self, unit: str, year: int, form: Form, known: set[int]) -> set[int]:
        """Give the parts that the calendar has, and the one that closes a year, whether it has that or not."""
        parts = set()
        for part in known:
            version = self.on(unit, end_of(year, part))
            if version is not None and version.files and self._owes(version, form, part):
                parts.add(part)
        last = self.last(unit)
        if last.year == year and last < date(year, 12, 31):
            closing, version = part_in(last), self.on(unit, last)
            assert version is not None
            later = has_flow(form) and any(self._owes(version, form, part) for part in range(closing + 1, 5))
            if version.files and (self._owes(version, form, closing) or later):
                parts.add(closing)
        return parts

    def _owes(self, version: Version, form: Form, part: int) -> bool:
        return PARTS[part - 1] in [str(kind) for kind in form.required_for.get(version.kind, ())]


def has_flow(form: Form) -> bool:
    """Whether a form has a column of amounts over time, be it as its lines say."""
    lines = [line.nature for line_set in form.lines for line in line_set.members]
    return any(
        column.nature == "flow" or (column.nature == "line" and "flow" in lines) for column in form.columns
    )


def _version(row: Mapping[str, Any]) -> Version:
    last = date.fromisoformat(row["valid_to"]) if row["valid_to"] else NEVER
    first = date.fromisoformat(row["valid_from"])
    return Version(
        first, last, row["parent_code"], bool(row["files_reports"]), row["term_system"], row["org_kind"]
    )


def _is_whole(row: Mapping[str, Any]) -> bool:
    is_all = row.get("share") in (None, "", 1, 1.0, "1")
    successor = row["successor_code"]
    is_other = bool(successor) and successor != row["predecessor_code"]
    return row["event_type"] in ("merge", "rename") and is_all and is_other


def _effective(filings: Sequence[Filing]) -> dict[tuple[str, str], Filing]:
    """Give the newest accepted revision of each unit and period."""
    found: dict[tuple[str, str], Filing] = {}
    for filing in filings:
        status = filing.decisions[-1][0] if filing.decisions else filing.verdict
        known = found.get((filing.unit, filing.period))
        if status == "accepted" and (known is None or known.revision < filing.revision):
            found[filing.unit, filing.period] = filing
    return found
