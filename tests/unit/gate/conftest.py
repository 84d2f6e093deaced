"""A small world for the gate: two units of a province, and workbooks of it that hold every rule."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any

import pandas as pd
import pytest

from ingestion.definitions.catalogue import Catalogue, load_catalogue
from ingestion.definitions.registry import Registry
from ingestion.definitions.registry_rows import (
    CalendarPeriod,
    Organisation,
    RatingScheme,
    Succession,
    Target,
    TermOfOffice,
)
from ingestion.gate import EmptyHistory, GateContext, judge
from ingestion.gate.frames.history import KEY_COLUMNS
from ingestion.records.findings import Finding, Judgement, OutcomeStatus
from ingestion.records.periods import Period
from ingestion.records.submissions import (
    Cover,
    Explanation,
    FormRow,
    FormTable,
    Mark,
    Problem,
    Reading,
    Submission,
    SubmissionKey,
)

CATALOGUE = load_catalogue()
PARTS = ("Q1", "6T", "9T", "N")
ORGANISATIONS = ("A1", "A2", "A3")
FIRST_ROW = 9


def organisation(code: str, parent: str = "U1", **changes: Any) -> Organisation:
    fields: dict[str, Any] = {
        "org_code": code,
        "org_name": f"Tổ chức {code}",
        "org_kind": "GRASSROOTS",
        "org_type": "DANG_BO_CO_SO",
        "parent_code": parent,
        "files_reports": False,
        "valid_from": date(2000, 1, 1),
    }
    return Organisation(**(fields | changes))


def unit(code: str, kind: str, **changes: Any) -> Organisation:
    fields = {"org_kind": kind, "org_type": "", "files_reports": True, "org_name": f"Đơn vị {code}"}
    return organisation(code, **({"parent": "P1"} | fields | changes))


def registry_of(**changes: Any) -> Registry:
    years = range(2011, 2027)
    tables: dict[str, Any] = {
        "organisations": (
            unit("P1", "PROVINCE", parent=""),
            unit("U1", "DISTRICT"),
            unit("U2", "BLOC"),
            unit("Y1", "UNION_BRANCH", term_system="DOAN"),
            unit("OLD", "DISTRICT", valid_to=date(2017, 12, 31)),
            *(organisation(code) for code in ORGANISATIONS),
            organisation("C1", "U2"),
            organisation("YB1", "Y1", org_kind="UNION_BASE", org_type=""),
            organisation("GONE", valid_to=date(2012, 5, 1)),
        ),
        "successions": (),
        "calendar": (
            *(
                CalendarPeriod(
                    period_code=f"{year}-{part}",
                    due_on=date(year + (part == "N"), {"Q1": 4, "6T": 7, "9T": 10, "N": 1}[part], 20),
                    locked_on=date(year + 1, 6, 30),
                )
                for year in years
                for part in PARTS
            ),
            CalendarPeriod(period_code="2015-2020-NK"),
        ),
        "terms": (
            TermOfOffice(term_system="DANG", term_code="2010-2015-NK", first_year=2011, last_year=2015),
            TermOfOffice(term_system="DANG", term_code="2015-2020-NK", first_year=2016, last_year=2020),
            TermOfOffice(term_system="DANG", term_code="2020-2025-NK", first_year=2021, last_year=2025),
            TermOfOffice(term_system="DOAN", term_code="2012-2017-NK", first_year=2013, last_year=2017),
        ),
        "targets": (
            Target(
                org_code="U1",
                indicator_code="admissions",
                term_code="2015-2020-NK",
                basis="YEAR",
                direction="GE",
                min=10,
            ),
        ),
        "rating_schemes": (
            RatingScheme(scheme="HD27", first_year=2010, last_year=2017, labels="a|b|c|d"),
            RatingScheme(scheme="HD16", first_year=2018, last_year=2018, labels="a|b|c|d"),
            RatingScheme(
                scheme="HD21",
                first_year=2019,
                last_year=2024,
                labels="a|b|c|d",
                cap_rate=0.2,
                cap_base="GOOD",
                cap_applies_to="MEMBERS_IN_ORG",
                severity="error",
            ),
            RatingScheme(
                scheme="QD366",
                first_year=2025,
                labels="a|b|c|d",
                cap_rate=0.2,
                cap_exception_rate=0.25,
                cap_base="GOOD",
                cap_applies_to="MEMBERS_IN_ORG|MEMBERS_OF_UNIT|CELLS|ORGANISATIONS",
                severity="warning",
                score_bands="90|70|50",
            ),
        ),
    }
    return Registry(folder=Path("registry"), **(tables | changes))


@dataclass
class Workbook:
    """A submission under construction: rows of values by form, with the defaults of a filing that holds."""

    unit: str = "U1"
    kind: str = "DISTRICT"
    period: str = "2019-N"
    organisations: tuple[str, ...] = ORGANISATIONS
    revision: int = 1
    cover: dict[str, Any] = field(default_factory=dict)
    tables: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    totals: dict[str, dict[str, Any]] = field(default_factory=dict)
    marks: dict[tuple[str, int, str], Mark] = field(default_factory=dict)
    texts: dict[tuple[str, int, str], str] = field(default_factory=dict)
    explanations: list[tuple[str, str, str]] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    received_at: datetime | None = None
    catalogue: Catalogue = CATALOGUE

    def __post_init__(self) -> None:
        self.cover = {"reporting_org_code": self.unit, "period_code": self.period} | self.cover
        try:
            period = Period.parse(self.period)
        except ValueError:
            period = Period.parse("2019-N")
        in_time = datetime.combine(period.end, time(8), UTC) + timedelta(days=10)
        self.received_at = self.received_at or in_time
        for form in self.catalogue.owed_forms(self.kind, period):
            if form.code not in self.tables:
                self.tables[form.code] = self._rows(form.code)

    def _rows(self, code: str) -> list[dict[str, Any]]:
        form = self.catalogue.forms[code]
        blank = {c.code: 0 if c.is_number else (c.choices[-1] if c.choices else None) for c in form.columns}
        if form.rows == "organisations":
            return [blank | self._organisation(code, o) for o in self.organisations]
        if form.rows == "targets":
            # The one target that the registry assigns, with a result that nobody compares with anything.
            self.marks[code, 0, "actual_period"] = Mark.NOT_APPLICABLE
            target = self._target(actual_period=None)
            own = {column.code: target.get(column.code, blank[column.code]) for column in form.columns}
            return [own] if self.unit == "U1" else []
        rows = [blank]
        for column, members in form.line_members.items():
            rows = [
                row | {column: line}
                for row in rows
                for line, member in members.items()
                if not member.owed_by or self.kind in member.owed_by
            ]
        if code == "B08":
            rows = [row | {"document_code": "NQ01"} for row in rows]
        for row in rows:
            row.update(LINES.get((code, str(row.get("line_code"))), {}))
            for optional in (
                "in_scope_count",
                "pct_of_plan",
                "pct_of_base",
                "pct",
                "planned_orgs",
                "planned_members",
            ):
                if optional in row:
                    row[optional] = None
            if code == "B03" and row["line_code"] == "TC02":
                count = len(self.organisations)
                row.update({"opening_count": count, "closing_count": count})
        return rows

    def _organisation(self, form: str, code: str) -> dict[str, Any]:
        return {"org_code": code, "org_name": f"Tổ chức {code}"} | ROWS.get(form, {})

    def set(self, form: str, row: int = 0, **values: Any) -> "Workbook":
        """Change cells of one row; a `Mark` empties the cell."""
        for column, value in values.items():
            if isinstance(value, Mark):
                self.tables[form][row][column] = None
                self.marks[form, row, column] = value
            else:
                self.tables[form][row][column] = value
        return self

    def line(self, form: str, line: str, **values: Any) -> "Workbook":
        """Change cells of one fixed line."""
        rows = self.tables[form]
        return self.set(form, next(i for i, row in enumerate(rows) if row.get("line_code") == line), **values)

    @staticmethod
    def _target(**values: Any) -> dict[str, Any]:
        row: dict[str, Any] = {c.code: None for c in CATALOGUE.forms["B09"].columns}
        return row | TARGET | values

    def target(self, **values: Any) -> "Workbook":
        """Let B09 have this row alone."""
        self.tables["B09"] = [self._target(**values)]
        self.marks.pop(("B09", 0, "actual_period"), None)
        return self

    def without_line(self, form: str, **key: str) -> "Workbook":
        """Delete the rows with a key from a sheet."""
        self.tables[form] = [row for row in self.tables[form] if not key.items() <= row.items()]
        return self

    def emptied(self, *places: str | int) -> "Workbook":
        """Leave sheets, or the rows of one sheet, as the blank workbook brings them."""
        numbers = [place for place in places if isinstance(place, int)]
        for form in (place for place in places if isinstance(place, str)):
            rows = self.tables[form]
            left = {c.code for c in CATALOGUE.forms[form].columns} - CATALOGUE.forms[form].given
            for number in numbers or range(len(rows)):
                rows[number] = rows[number] | dict.fromkeys(left)
                for column in left:
                    self.marks.pop((form, number, column), None)
        return self

    def without(self, *forms: str) -> "Workbook":
        """Leave sheets out."""
        for form in forms:
            del self.tables[form]
        return self

    def table(self, code: str) -> FormTable:
        form = self.catalogue.forms[code]
        table = FormTable(code, code, {c.code: i for i, c in enumerate(form.columns, start=1)})
        for index, values in enumerate(self.tables[code]):
            required = {c.code for c in form.columns if c.required}
            marks = {c: Mark.BLANK for c, v in values.items() if v is None and c in required}
            marks |= {c: mark for (f, i, c), mark in self.marks.items() if (f, i) == (code, index)}
            texts = {c: text for (f, i, c), text in self.texts.items() if (f, i) == (code, index)}
            table.rows.append(FormRow(FIRST_ROW + index, dict(values), marks, texts))
        if code in self.totals:
            texts = {column: v for column, v in self.totals[code].items() if isinstance(v, str)}
            values = {column: None if column in texts else v for column, v in self.totals[code].items()}
            table.total = FormRow(FIRST_ROW + len(table.rows), values, texts=texts)
        return table

    def submission(self) -> Submission:
        code = self.cover["period_code"]
        try:
            period = Period.parse(code)
        except (ValueError, AttributeError):
            period = None
        cover = Cover(
            self.cover["reporting_org_code"],
            period,
            dict(self.cover),
            {name: f"C{5 + i}" for i, name in enumerate(self.cover)},
            "B00",
        )
        reading = Reading(
            f"{self.unit}.xlsx",
            "xlsx",
            cover,
            {form: self.table(form) for form in self.tables},
            [Explanation(*e, "vì đã kiểm tra", 7 + i) for i, e in enumerate(self.explanations)],
            list(self.problems),
        )
        key = SubmissionKey(self.unit, period.code if period else "unknown", self.revision)
        return Submission(key, "0" * 64, self.received_at, reading)


ROWS: dict[str, dict[str, Any]] = {
    "B01": {
        "opening_members": 50,
        "in_admitted": 3,
        "in_total": 3,
        "out_deceased": 1,
        "out_total": 1,
        "closing_members": 52,
        "closing_probationary": 3,
        "closing_female": 20,
        "closing_exempt": 2,
    },
    "B02": {
        "target_admissions_year": 3,
        "admitted_total": 3,
        "admitted_female": 1,
        "admitted_youth_union": 2,
        "admitted_age_18_30": 2,
        "admitted_age_31_40": 1,
        "elite_union_introduced": 6,
        "sympathizers_recognised": 5,
        "sent_to_awareness_class": 4,
        "admitted_from_elite_union": 2,
    },
    "B04": {
        "org_rating": "HTTNV",
        "org_score": None,
        "org_not_rated_reason": None,
        "cells_total": 4,
        "cells_rated": 4,
        "cells_good": 4,
        "members_total": 52,
        "members_exempt": 2,
        "members_rated": 50,
        "members_excellent": 7,
        "members_good": 35,
        "members_completed": 8,
    },
}
LINES: dict[tuple[str, str], dict[str, Any]] = {
    ("B03", "TC05"): {"opening_count": 12, "closing_count": 12},
    ("B03", "DV04"): {"opening_count": 20, "closing_count": 20},
    ("B07", "CB01"): {"total": 9, "female": 3, "age_40_or_less": 2},
    ("B07", "CB02"): {"total": 2},
    ("B07", "BC01"): {"total": 30},
    ("B07", "BC03"): {"total": 2},
    ("B07", "BC04"): {"total": 28},
    ("B08", "HT02"): {"population": 150, "participated": 148},
    ("B08", "DV02"): {"population": 62, "participated": 62},
    ("B08", "DV03"): {"population": 9, "participated": 9},
    ("B08", "DV04"): {"population": 53, "participated": 53},
    ("B08", "DV05"): {"population": 62, "participated": 62},
    ("B08", "DV06"): {"population": 62, "participated": 60},
}
TARGET: dict[str, Any] = {
    "indicator_code": "admissions",
    "unit_code": "PERSON",
    "direction": "GE",
    "target_min": 10.0,
    "target_basis": "YEAR",
    "actual_period": 12.0,
    "self_assessment": "VUOT",
}


class RecordedHistory:
    """Earlier periods as given by a test."""

    def __init__(self, rows: dict[tuple[str, str], list[dict[str, Any]]]) -> None:
        self.tables = rows

    def rows(self, form: str, period: Period) -> pd.DataFrame:
        found = self.tables.get((form, period.code), [])
        return pd.DataFrame(found, columns=None if found else list(KEY_COLUMNS))


def history_of(**books: Workbook) -> RecordedHistory:
    """Take the rows of earlier workbooks as accepted."""
    tables: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for book in books.values():
        for form, rows in book.tables.items():
            tables.setdefault((form, book.period), []).extend(
                {"reporting_org_code": book.unit, "period_code": book.period, **row} for row in rows
            )
    return RecordedHistory(tables)


@dataclass
class World:
    """What tests of the gate need: builders, and judging with the masks."""

    catalogue: Catalogue
    workbook: Callable[..., Workbook] = Workbook
    registry: Callable[..., Registry] = registry_of
    organisation: Callable[..., Organisation] = organisation
    unit: Callable[..., Organisation] = unit
    history: Callable[..., RecordedHistory] = history_of
    succession: Callable[..., Succession] = Succession

    def context(self, **changes: Any) -> GateContext:
        known = {
            "registry": registry_of(),
            "catalogue": self.catalogue,
            "history": EmptyHistory(),
            "as_of": datetime(2020, 1, 15, tzinfo=UTC),
        }
        return GateContext(**(known | changes))

    def judge(self, book: Workbook, engine: Any = "masks", **changes: Any) -> Judgement:
        submission = book.submission()
        return judge([submission], self.context(**changes), engine=engine)[submission.key]

    def batch(self, books: Iterable[Workbook], engine: Any = "masks", **changes: Any) -> list[Judgement]:
        submissions = [book.submission() for book in books]
        judged = judge(submissions, self.context(**changes), engine=engine)
        return [judged[s.key] for s in submissions]

    @staticmethod
    def status(judgement: Judgement, rule: str) -> OutcomeStatus | None:
        return next((o.status for o in judgement.outcomes if o.rule == rule), None)

    @staticmethod
    def reason(judgement: Judgement, rule: str) -> str:
        return next(o.reason for o in judgement.outcomes if o.rule == rule)

    @staticmethod
    def of(judgement: Judgement, rule: str) -> list[Finding]:
        return [f for f in judgement.findings if f.rule == rule]


@pytest.fixture(scope="session")
def world() -> World:
    """Give the builders."""
    return World(CATALOGUE)
