"""What the units of a history file, and what they fail to file.

What belongs here: a history as it is kept and told, and files with their rows: whole years and parts, quarters
of their own, closings, revisions, what is withdrawn or never comes. What does not: what becomes of bodies
(`histories.py`).
"""

from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from random import Random
from typing import Any, NamedTuple

from tests.integration.warehouse_world import Filing, Rows

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


class Filer(NamedTuple):
    """A unit that files, and how long it is there."""

    code: str
    kind: str
    first: date
    last: date | None


class Filings:
    """Files what the units of a history file."""

    def __init__(self, random: Random, history: History, covers: dict[tuple[str, int], date]) -> None:
        """Take a history whose registry is written, and from which days covers of a unit's year run."""
        self.random = random
        self.history = history
        self.covers = covers

    def file(self) -> None:
        """File everything, unit by unit and year by year."""
        forms = self.random.sample(("B01", "B02", "B03", "B04", "B05", "B06", "B07", "B08", "B09"), 3)
        rows = self.history.organisations
        for unit in sorted({row["org_code"] for row in rows if row["files_reports"]}):
            versions = [row for row in rows if row["org_code"] == unit]
            first = min(date.fromisoformat(row["valid_from"]) for row in versions)
            ends = [row["valid_to"] for row in versions]
            last = None if "" in ends else date.fromisoformat(max(ends))
            filer = Filer(unit, versions[0]["org_kind"], first, last)
            for year in YEARS:
                if first.year <= year and (last is None or last.year >= year):
                    self._file_year(filer, year, forms)
            self._file_terms(filer, forms)

    def _file_year(self, filer: Filer, year: int, forms: list[str]) -> None:
        first, last = filer.first, filer.last
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
            if chosen := self._chosen(filer.kind, PARTS[part - 1], forms, closing=closing):
                self._file_part(filer, (year, part), chosen, basis)

    def _chosen(self, kind: str, part: str, forms: list[str], *, closing: bool) -> list[str]:
        """Choose what is filed of what is owed; a closing has what would have been owed in December."""
        owed = OWED[kind][part]
        if closing:
            owed = tuple(dict.fromkeys((*owed, *OWED[kind]["N"])))
        chosen = [form for form in forms if form in owed and self.random.random() < 0.94]
        further = [form for form in forms if form not in owed and form in OWED[kind]["N"]]
        return chosen + [form for form in further if self.random.random() < 0.08]

    def _file_part(self, filer: Filer, period: tuple[int, int], forms: list[str], basis: str) -> None:
        (year, part), unit = period, filer.code
        until = date(year, *ENDS[part - 1])
        since = date(year, 3 * part - 2, 1) if basis == "DISCRETE" else date(year, 1, 1)
        coverage = self.covers.get((unit, year)) if basis == "CUMULATIVE" else None
        filing = Filing(
            unit,
            f"{year}-{PARTS[part - 1]}",
            {form: self._rows(form, filer, since, until) for form in forms},
            basis=basis,
            received_at=datetime(year, 1, 5, tzinfo=UTC) + timedelta(days=92 * part),
            coverage_from=coverage,
        )
        self._hand_in(filing, filer, since, until)

    def _hand_in(self, filing: Filing, filer: Filer, since: date, until: date) -> None:
        """Hand a file in: once, again with other figures, with a mistake, or to be withdrawn."""
        chance = self.random.random()
        later = filing.received_at + timedelta(days=40)
        again = replace(
            filing,
            revision=2,
            received_at=later,
            rows={form: self._rows(form, filer, since, until) for form in filing.rows},
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

    def _file_terms(self, filer: Filer, forms: list[str]) -> None:
        """File once for a term that is over."""
        unit, kind, first, last = filer
        for system, code, first_year, last_year in TERMS:
            until = date(last_year, 12, 31)
            chosen = [form for form in forms if form in AT_ONCE and form in OWED[kind]["N"]]
            if system != "DANG" or not chosen or first > until or last_year > 2020:
                continue
            if (last is None or last >= until) and self.random.random() < 0.5:
                since = max(first, date(first_year, 1, 1))
                rows = {form: self._rows(form, filer, since, until) for form in chosen}
                self.history.filings.append(
                    Filing(unit, code, rows, received_at=datetime(2021, 2, 1, tzinfo=UTC))
                )

    def _rows(self, form: str, filer: Filer, since: date, until: date) -> Rows:
        if form in OF_ORGANISATIONS:
            bodies = sorted(
                {
                    row["org_code"]
                    for row in self.history.organisations
                    if row["parent_code"] == filer.code
                    and not row["files_reports"]
                    and row["valid_from"] <= until.isoformat()
                    and (row["valid_to"] or "9999") >= since.isoformat()
                }
            )
            return [
                {"org_code": body} | self._cells(form, "") for body in bodies if self.random.random() < 0.93
            ]
        groups = LINES[form] if form != "B03" or filer.kind != "PROVINCE" else (("TC01",), ("DM01",))
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
"""The columns that are filled, always the same of a line: what is left blank at times is another story."""
