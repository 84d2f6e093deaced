"""Histories of organisations at random, each under a prefix of its own, so that many share one warehouse.

What belongs here: bodies that are born, move, change their names, merge, split and end, and what their units file or
fail to file. What does not: what has to come of it (`tiles_oracle.py`).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any

from tests.integration.warehouse_world import Filing, Rows, World

DAY = timedelta(days=1)
YEARS = (2018, 2019, 2020, 2021)
PARTS = ("Q1", "6T", "9T", "N")
ENDS = ((3, 31), (6, 30), (9, 30), (12, 31))
LAST_PART = {2018: 4, 2019: 4, 2020: 4, 2021: 2}
"""Up to which part of its year the calendar goes."""

TERMS = (
    ("DANG", "2010-2015-NK", 2011, 2015),
    ("DANG", "2015-2020-NK", 2016, 2020),
    ("DANG", "2020-2025-NK", 2021, 2025),
    ("DOAN", "2012-2017-NK", 2013, 2017),
    ("DOAN", "2017-2022-NK", 2018, 2022),
)
OWED = {
    "DISTRICT": {
        "Q1": ("B01", "B02", "B05", "B06"),
        "6T": ("B01", "B02", "B03", "B05", "B06", "B07", "B08"),
        "9T": ("B01", "B02", "B05", "B06"),
        "N": ("B01", "B02", "B03", "B04", "B05", "B06", "B07", "B08", "B09"),
    },
    "PROVINCE": {"Q1": (), "6T": ("B03", "B07"), "9T": (), "N": ("B03", "B07", "B09")},
    "UNION_BRANCH": {"Q1": (), "6T": (), "9T": (), "N": ("B02", "B08")},
}
OWED["BLOC"] = OWED["DISTRICT"]
OF_ORGANISATIONS = ("B01", "B02", "B04", "B06")
AT_ONCE = ("B05", "B06", "B09")
RATINGS = ("HTXSNV", "HTXSNV", "HTTNV", "HTNV", "KHTNV", "CXL")


@dataclass
class Body:
    """A body as it is on the day to which a history has come."""

    code: str
    kind: str
    parent: str
    since: date
    system: str = "DANG"
    files: bool = True

    def version(self, until: date | None) -> dict[str, Any]:
        """Give the registry's row of it as it was."""
        return {
            "org_code": self.code,
            "org_name": self.code,
            "org_kind": self.kind,
            "org_type": "DANG_BO_CO_SO" if self.kind == "GRASSROOTS" else "",
            "parent_code": self.parent,
            "files_reports": self.files,
            "term_system": self.system,
            "valid_from": self.since.isoformat(),
            "valid_to": until.isoformat() if until else "",
        }


@dataclass
class History:
    """A history: its rows of the registry, what was filed, and in words what happened."""

    number: int
    organisations: list[dict[str, Any]] = field(default_factory=list)
    successions: list[dict[str, Any]] = field(default_factory=list)
    filings: list[Filing] = field(default_factory=list)
    events: list[str] = field(default_factory=list)

    @property
    def prefix(self) -> str:
        """What all its codes begin with."""
        return f"H{self.number:03d}-"

    def told(self, *forms: str) -> str:
        """Give everything that happened and was filed, of some forms only if any are named, to be read."""
        bodies = [
            f"  {row['org_code']} {row['org_kind']} < {row['parent_code'] or '-'}"
            f" {row['valid_from']}..{row['valid_to']}"
            for row in sorted(self.organisations, key=lambda one: (one["org_code"], one["valid_from"]))
        ]
        filed = []
        for one in self.filings:
            head = f"  {one.submission_id} {one.basis.lower()} {one.verdict}"
            head += f" from {one.coverage_from}" if one.coverage_from else ""
            head += "".join(f" then {status}" for status, _ in one.decisions)
            named = {form: rows for form, rows in one.rows.items() if not forms or form in forms}
            if named:
                filed.append(head)
            filed += [f"      {form} {_short(row)}" for form, rows in named.items() for row in rows]
            filed += [f"      {form} (no rows)" for form, rows in named.items() if not rows]
        return "\n".join(
            [f"history {self.number}", *bodies, *(f"  * {event}" for event in self.events), *filed]
        )


def _short(row: dict[str, Any]) -> str:
    return " ".join(str(value) if isinstance(value, str) else f"{name}={value}" for name, value in row.items())


def world_of(histories: Iterable[History]) -> World:
    """Put histories into one world, with one calendar and the terms of two systems."""
    histories = list(histories)
    calendar = [
        {
            "period_code": f"{year}-{part}",
            "opens_on": "",
            "due_on": (date(year, *end) + 15 * DAY).isoformat(),
            "locked_on": "",
            "term_system": "",
        }
        for year in YEARS
        for part, end in tuple(zip(PARTS, ENDS, strict=True))[: LAST_PART[year]]
    ]
    columns = ("term_system", "term_code", "first_year", "last_year")
    return World(
        {
            "organisations": [row for one in histories for row in one.organisations],
            "successions": [row for one in histories for row in one.successions],
            "calendar": calendar,
            "terms": [dict(zip(columns, term, strict=True)) for term in TERMS],
            "targets": [],
            "rating_schemes": [],
            "contacts": [],
            "statements": [],
        },
        [filing for one in histories for filing in one.filings],
    )


def history(number: int, *, has_events: bool = True) -> History:
    """Give a history by its number: the same one always."""
    return _Maker(number, has_events).made()


class _Maker:
    """Makes up one history."""

    def __init__(self, number: int, has_events: bool) -> None:
        self.random = Random(f"history {number}")  # noqa: S311 - a story, no secret
        self.has_events = has_events
        self.history = History(number)
        self.alive: dict[str, Body] = {}
        self.covers: dict[tuple[str, int], date] = {}
        self.count = 0

    def made(self) -> History:
        self._begin()
        if self.has_events:
            for day in self._days():
                self._happen(day)
        for body in self.alive.values():
            self.history.organisations.append(body.version(None))
        self._file()
        return self.history

    # The registry

    def _begin(self) -> None:
        start = self.random.choice((date(2010, 1, 1), date(2018, 1, 1), date(2018, 1, 1)))
        provinces = [
            self._new("PROVINCE", "", start, files=self.random.random() < 0.85)
            for _ in range(self.random.choice((1, 2, 2)))
        ]
        for _ in range(self.random.choice((1, 2, 2, 3))):
            kind = self.random.choice(("DISTRICT", "DISTRICT", "BLOC"))
            unit = self._new(kind, self.random.choice((*provinces, *provinces, "")), start)
            for _ in range(self.random.choice((1, 1, 2))):
                self._new("GRASSROOTS", unit, start, files=False)
        if self.random.random() < 0.15:
            union = self._new("UNION_BRANCH", provinces[0], start, system="DOAN")
            self._new("UNION_BASE", union, start, system="DOAN", files=False)

    def _new(self, kind: str, parent: str, day: date, *, system: str = "DANG", files: bool = True) -> str:
        self.count += 1
        letter = {"PROVINCE": "P", "GRASSROOTS": "o", "UNION_BASE": "y", "UNION_BRANCH": "Y"}.get(kind, "U")
        code = f"{self.history.prefix}{letter}{self.count}"
        self.alive[code] = Body(code, kind, parent, day, system, files)
        return code

    def _days(self) -> list[date]:
        found: set[date] = set()
        for _ in range(self.random.choice((1, 1, 2, 2, 3))):
            year = self.random.choice((2018, 2019, 2019, 2019, 2020, 2020, 2021))
            if self.random.random() < 0.4:
                found.add(date(year, self.random.choice((1, 4, 7, 10)), 1))
            else:
                found.add(date(year, self.random.randint(1, 12), self.random.randint(2, 28)))
        return sorted(day for day in found if day > date(2018, 1, 5))

    def _of(self, *kinds: str) -> list[Body]:
        return [body for body in self.alive.values() if body.kind in kinds]

    def _units(self) -> list[Body]:
        return self._of("DISTRICT", "BLOC")

    def _happen(self, day: date) -> None:
        kinds: list[Callable[[date], bool]] = [
            *[self._transfer_organisation] * 3,
            *[self._merge_units] * 3,
            *[self._move_unit] * 2,
            *[self._rename_unit] * 2,
            self._split_unit,
            self._dissolve_unit,
            self._merge_provinces,
            self._birth_of_unit,
            self._birth,
            self._rename,
            self._merge,
            self._split,
            self._dissolve,
        ]
        self.random.shuffle(kinds)
        next(event for event in kinds if event(day))

    def _tell(self, day: date, text: str) -> None:
        self.history.events.append(f"{day} {text}")

    def _change(self, body: Body, day: date, parent: str) -> None:
        """End a version on the day before and begin the next one."""
        self.history.organisations.append(body.version(day - DAY))
        self.alive[body.code] = replace(body, parent=parent, since=day)

    def _end(self, body: Body, day: date) -> None:
        self.history.organisations.append(body.version(day - DAY))
        del self.alive[body.code]

    def _succeed(self, event: str, before: str, after: str, day: date, share: float | str = "") -> None:
        self.history.successions.append(
            {
                "predecessor_code": before,
                "successor_code": after,
                "event_type": event,
                "effective_on": day.isoformat(),
                "document": "",
                "share": share,
            }
        )

    def _children(self, code: str) -> list[Body]:
        return [body for body in self.alive.values() if body.parent == code]

    def _hand_over(self, code: str, heirs: list[str], day: date) -> None:
        """Give everything below a body to others."""
        for child in self._children(code):
            self._change(child, day, self.random.choice(heirs))

    def _birth(self, day: date) -> bool:
        if not self._units():
            return False
        unit = self.random.choice(self._units())
        self._tell(day, f"{self._new('GRASSROOTS', unit.code, day, files=False)} begins in {unit.code}")
        return True

    def _birth_of_unit(self, day: date) -> bool:
        if not self._units():
            return False
        near = self.random.choice(self._units())
        unit = self._new(near.kind, near.parent, day)
        self._tell(day, f"{unit} begins")
        children = self._children(near.code)
        if children and self.random.random() < 0.6:
            self._change(children[0], day, unit)
            self._tell(day, f"{children[0].code} moves to {unit}")
        self._new("GRASSROOTS", unit, day, files=False)
        return True

    def _transfer_organisation(self, day: date) -> bool:
        bodies = [body for body in self._of("GRASSROOTS") if body.since < day]
        if not bodies:
            return False
        body = self.random.choice(bodies)
        others = [unit for unit in self._units() if unit.code != body.parent]
        if not others:
            return False
        unit = self.random.choice(others)
        self._change(body, day, unit.code)
        self._tell(day, f"{body.code} moves from {body.parent} to {unit.code}")
        if self.random.random() < 0.15:
            self.covers[unit.code, day.year] = date(day.year, 1, 1)
        return True

    def _move_unit(self, day: date) -> bool:
        units = self._units()
        provinces = self._of("PROVINCE")
        if not units or len(provinces) < 2:
            return False
        unit = self.random.choice(units)
        to = self.random.choice([one for one in provinces if one.code != unit.parent])
        self._change(unit, day, to.code)
        self._tell(day, f"{unit.code} moves to {to.code}")
        return True

    def _rename(self, day: date) -> bool:
        bodies = self._of("GRASSROOTS")
        if not bodies:
            return False
        body = self.random.choice(bodies)
        new = self._new(body.kind, body.parent, day, files=False)
        self._end(body, day)
        self._succeed("rename", body.code, new, day)
        self._tell(day, f"{body.code} is called {new}")
        return True

    def _merge(self, day: date) -> bool:
        bodies = self._of("GRASSROOTS")
        if len(bodies) < 2:
            return False
        one, other = self.random.sample(bodies, 2)
        if self.random.random() < 0.5:
            into = self._new(one.kind, one.parent, day, files=False)
            self._end(other, day)
            self._succeed("merge", other.code, into, day)
        else:
            into = other.code
        self._end(one, day)
        self._succeed("merge", one.code, into, day)
        self._tell(day, f"{one.code} and {other.code} merge into {into}")
        return True

    def _split(self, day: date) -> bool:
        bodies = self._of("GRASSROOTS")
        if not bodies:
            return False
        body = self.random.choice(bodies)
        for share in (0.6, 0.4):
            new = self._new(body.kind, self.random.choice(self._units()).code, day, files=False)
            self._succeed("split", body.code, new, day, share)
            self._tell(day, f"{share} of {body.code} becomes {new}")
        self._end(body, day)
        return True

    def _dissolve(self, day: date) -> bool:
        bodies = self._of("GRASSROOTS")
        if not bodies:
            return False
        body = self.random.choice(bodies)
        self._end(body, day)
        self._succeed("dissolve", body.code, "", day)
        self._tell(day, f"{body.code} is dissolved")
        return True

    def _rename_unit(self, day: date) -> bool:
        if not self._units():
            return False
        unit = self.random.choice(self._units())
        new = self._new(unit.kind, unit.parent, day)
        self._go_over("rename", [unit], new, day)
        return True

    def _merge_units(self, day: date) -> bool:
        if len(self._units()) < 2:
            return False
        one, other = self.random.sample(self._units(), 2)
        if self.random.random() < 0.5:
            self._go_over("merge", [one], other.code, day)
        else:
            self._go_over("merge", [one, other], self._new(one.kind, one.parent, day), day)
        return True

    def _merge_provinces(self, day: date) -> bool:
        provinces = self._of("PROVINCE")
        if len(provinces) < 2:
            return False
        one, other = self.random.sample(provinces, 2)
        if one.files and self.random.random() < 0.5:
            self._go_over("merge", [one, other], self._new("PROVINCE", "", day), day)
        else:
            self._go_over("merge", [one], other.code, day)
        return True

    def _go_over(self, event: str, units: list[Body], into: str, day: date) -> None:
        """Let bodies that file end in another one, which may say that it takes in their year."""
        for unit in units:
            self._hand_over(unit.code, [into], day)
            self._end(unit, day)
            self._succeed(event, unit.code, into, day)
            self._tell(day, f"{unit.code} goes over into {into} ({event})")
        chance = self.random.random()
        if chance < 0.35:
            self.covers[into, day.year] = date(day.year, 1, 1)
        elif chance < 0.5 and day > date(day.year, 1, 20):
            span = (day - date(day.year, 1, 1)).days
            self.covers[into, day.year] = date(day.year, 1, 1) + self.random.randint(1, span) * DAY

    def _split_unit(self, day: date) -> bool:
        if not self._units():
            return False
        unit = self.random.choice(self._units())
        heirs = [self._new(unit.kind, unit.parent, day) for _ in range(2)]
        self._hand_over(unit.code, heirs, day)
        self._end(unit, day)
        for heir, share in zip(heirs, (0.7, 0.3), strict=True):
            self._succeed("split", unit.code, heir, day, share)
            self._tell(day, f"{share} of {unit.code} becomes {heir}")
        return True

    def _dissolve_unit(self, day: date) -> bool:
        if len(self._units()) < 2:
            return False
        unit, heir = self.random.sample(self._units(), 2)
        if self.random.random() < 0.6:
            self._hand_over(unit.code, [heir.code], day)
        for child in self._children(unit.code):
            self._end(child, day)
        self._end(unit, day)
        self._succeed("dissolve", unit.code, "", day)
        self._tell(day, f"{unit.code} is dissolved")
        return True

    # What is filed

    def _file(self) -> None:
        forms = self.random.sample(("B01", "B02", "B03", "B04", "B05", "B06", "B07", "B08", "B09"), 3)
        rows = self.history.organisations
        for unit in sorted({row["org_code"] for row in rows if row["files_reports"]}):
            versions = [row for row in rows if row["org_code"] == unit]
            first = min(date.fromisoformat(row["valid_from"]) for row in versions)
            ends = [row["valid_to"] for row in versions]
            last = None if "" in ends else date.fromisoformat(max(ends))
            kind = versions[0]["org_kind"]
            for year in YEARS:
                if first.year <= year and (last is None or last.year >= year):
                    self._file_year(unit, kind, year, forms, (first, last))
            self._file_terms(unit, kind, first, last, forms)

    def _file_year(
        self, unit: str, kind: str, year: int, forms: list[str], life: tuple[date, date | None]
    ) -> None:
        first, last = life
        ends_in = last is not None and last.year == year and last < date(year, 12, 31)
        latest = 4
        if ends_in and last is not None:
            latest = (last.month + 2) // 3
        latest = min(latest, LAST_PART[year])
        style = self.random.random()
        parts = {latest} if style < 0.3 else {2, 4} if style < 0.5 else {1, 2, 3, 4}
        earliest = (first.month + 2) // 3 if first.year == year else 1
        parts = {part for part in parts if earliest <= part <= latest and self.random.random() < 0.88}
        if latest not in parts and self.random.random() < 0.6:
            parts.add(latest)
        is_alone = style > 0.85
        for part in sorted(parts):
            closing = ends_in and part == latest
            basis = "DISCRETE" if is_alone and self.random.random() < 0.8 else "CUMULATIVE"
            self._file_part(unit, kind, year, part, forms, basis, closing=closing)

    def _file_part(
        self, unit: str, kind: str, year: int, part: int, forms: list[str], basis: str, *, closing: bool
    ) -> None:
        owed = OWED[kind][PARTS[part - 1]]
        if closing:
            owed = tuple(dict.fromkeys((*owed, *OWED[kind]["N"])))
        chosen = [form for form in forms if form in owed and self.random.random() < 0.94]
        chosen += [
            form
            for form in forms
            if form not in owed and form in OWED[kind]["N"] and self.random.random() < 0.08
        ]
        if not chosen:
            return
        until = date(year, *ENDS[part - 1])
        since = date(year, 3 * part - 2, 1) if basis == "DISCRETE" else date(year, 1, 1)
        coverage = (
            self.covers.get((unit, year)) if basis == "CUMULATIVE" and self.random.random() < 0.9 else None
        )
        filing = Filing(
            unit,
            f"{year}-{PARTS[part - 1]}",
            {form: self._rows(form, unit, kind, since, until) for form in chosen},
            basis=basis,
            received_at=datetime(year, 1, 5, tzinfo=UTC) + timedelta(days=92 * part),
            coverage_from=coverage,
        )
        self._hand_in(filing, unit, kind, since, until)

    def _hand_in(self, filing: Filing, unit: str, kind: str, since: date, until: date) -> None:
        """Hand a file in: once, again with other figures, with a mistake, or to be withdrawn."""
        chance = self.random.random()
        later = filing.received_at + timedelta(days=40)
        again = replace(
            filing,
            revision=2,
            received_at=later,
            rows={form: self._rows(form, unit, kind, since, until) for form in filing.rows},
        )
        decided = later + timedelta(days=3)
        if chance < 0.84:
            self.history.filings.append(filing)
        elif chance < 0.9:
            self.history.filings += [filing, again]
        elif chance < 0.93:
            self.history.filings += [filing, replace(again, verdict="rejected")]
        elif chance < 0.96:
            self.history.filings += [filing, replace(again, decisions=[("rejected", decided)])]
        elif chance < 0.98:
            held = replace(filing, verdict="on_hold", decisions=[("accepted", decided)])
            self.history.filings.append(held)
        else:
            self.history.filings.append(replace(filing, decisions=[("rejected", decided)]))

    def _file_terms(self, unit: str, kind: str, first: date, last: date | None, forms: list[str]) -> None:
        """File once for a term that is over."""
        for system, code, first_year, last_year in TERMS:
            until = date(last_year, 12, 31)
            chosen = [form for form in forms if form in AT_ONCE and form in OWED[kind]["N"]]
            if system != "DANG" or not chosen or first > until or last_year > 2020:
                continue
            if (last is None or last >= until) and self.random.random() < 0.5:
                since = max(first, date(first_year, 1, 1))
                rows = {form: self._rows(form, unit, kind, since, until) for form in chosen}
                self.history.filings.append(
                    Filing(unit, code, rows, received_at=datetime(2021, 2, 1, tzinfo=UTC))
                )

    def _rows(self, form: str, unit: str, kind: str, since: date, until: date) -> Rows:
        if form in OF_ORGANISATIONS:
            bodies = sorted(
                {
                    row["org_code"]
                    for row in self.history.organisations
                    if row["parent_code"] == unit
                    and not row["files_reports"]
                    and row["valid_from"] <= until.isoformat()
                    and (row["valid_to"] or "9999") >= since.isoformat()
                }
            )
            return [
                {"org_code": body} | self._cells(form, "") for body in bodies if self.random.random() < 0.93
            ]
        groups = LINES[form] if form != "B03" or kind != "PROVINCE" else (("TC01",), ("DM01",))
        return [self._line(form, line) for group in groups if self.random.random() < 0.95 for line in group]

    def _line(self, form: str, line: str) -> dict[str, Any]:
        actor, _, activity = line.partition("/")
        if form == "B05":
            return {"actor_code": actor, "activity_code": activity} | self._cells(form, line)
        key = "indicator_code" if form == "B09" else "line_code"
        more = {"document_code": "-"} if form == "B08" else {}
        return {key: line} | more | self._cells(form, line)

    def _cells(self, form: str, line: str) -> dict[str, Any]:
        columns = COLUMNS.get((form, line)) or COLUMNS[form, ""]
        return {
            name: self.random.choice(RATINGS) if name == "org_rating" else self.random.randint(0, 30)
            for name in columns
        }


LINES: dict[str, tuple[tuple[str, ...], ...]] = {
    "B03": (("TC02",), ("TC06",)),
    "B05": (("CAP_UY/KT_CH",), ("UBKT/KT_CH",)),
    "B07": (("CB01",), ("CB07",), ("BC01", "BC03", "BC04")),
    "B08": (("HT02",), ("CK01",), ("DV02", "DV05")),
    "B09": (("business_growth",), ("cultural_communes",)),
}
"""Lines that are filed; those of one group together, since one is told out of the other."""

COLUMNS = {
    ("B01", ""): ("opening_members", "in_admitted", "closing_members", "closing_female"),
    ("B02", ""): ("target_admissions_year", "admitted_total", "admitted_female"),
    ("B03", ""): ("opening_count", "dissolved", "closing_count"),
    ("B03", "TC06"): ("opening_count", "dissolved", "closing_count", "in_scope_count"),
    ("B04", ""): ("org_rating", "members_rated", "members_excellent"),
    ("B05", ""): ("planned_orgs", "done_orgs", "done_orgs_distinct"),
    ("B06", ""): ("members_disciplined", "complaints_due", "complaints_resolved"),
    ("B07", "CB01"): ("total", "female"),
    ("B07", "CB07"): ("total", "base_total"),
    ("B07", "BC01"): ("total",),
    ("B07", "BC03"): ("total", "plan_total"),
    ("B07", "BC04"): ("total",),
    ("B08", ""): ("population", "participated"),
    ("B09", "business_growth"): ("actual_period",),
    ("B09", "cultural_communes"): ("actual_period", "numerator", "denominator"),
}
"""The columns of a row that are filled, always the same of a line: what is left blank at times is another story."""
