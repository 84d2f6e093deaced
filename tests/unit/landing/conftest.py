"""A small world: one bloc with three grassroots organisations, and workbooks that the gate accepts."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ingestion.definitions.catalogue import Catalogue, load_catalogue
from ingestion.definitions.registry import Registry
from ingestion.definitions.registry_rows import CalendarPeriod, Organisation, TermOfOffice
from ingestion.gate import Judged
from ingestion.pipeline import judging
from ingestion.records.faults import Fault
from ingestion.records.periods import Period
from ingestion.records.submissions import SubmissionKey
from ingestion.storage.home import Home
from ingestion.workbook import blank_tables, write_workbook
from tests.support.totals import judge_by_totals

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
PERIODS = ("2018-N", "2019-Q1", "2019-6T", "2019-N")


def _organisation(code: str, kind: str, parent: str = "") -> Organisation:
    return Organisation(
        org_code=code,
        org_name=f"Đảng bộ {code}",
        org_kind=kind,
        org_type="DANG_BO_CO_SO" if kind == "GRASSROOTS" else "",
        parent_code=parent,
        files_reports=kind != "GRASSROOTS",
        valid_from=date(2005, 1, 1),
    )


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return load_catalogue()


@pytest.fixture(scope="session")
def registry() -> Registry:
    units = [_organisation(code, "BLOC") for code in ("KA", "KB")]
    members = [_organisation(f"{u.org_code}-{n:03d}", "GRASSROOTS", u.org_code) for u in units for n in (1, 2)]
    ends = [Period.parse(code).end for code in PERIODS]
    calendar = [
        CalendarPeriod(period_code=code, due_on=end + timedelta(days=20), locked_on=date(2027, 1, 1))
        for code, end in zip(PERIODS, ends, strict=True)
    ]
    return Registry(
        folder=Path(),
        organisations=(*units, *members),
        successions=(),
        calendar=tuple(calendar),
        terms=(TermOfOffice(term_system="DANG", term_code="2015-2020-NK", first_year=2016, last_year=2020),),
        targets=(),
        rating_schemes=(),
    )


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path / "home")


Filler = Callable[..., Path]
"""Writes a workbook: unit, period, and what is to be wrong with it."""


@pytest.fixture
def workbook(tmp_path: Path, catalogue: Catalogue, registry: Registry) -> Filler:
    """Give a function that writes a sound workbook of a unit, with changes that spoil it."""

    def write(
        unit: str = "KA",
        period: str = "2019-Q1",
        *,
        members: int = 40,
        changes: dict[tuple[str, int, str], Any] | None = None,
        cover: dict[str, Any] | None = None,
        name: str = "",
    ) -> Path:
        when = Period.parse(period)
        then = catalogue.on(when.end)
        tables = blank_tables(then, registry, unit, when)
        for code, rows in tables.items():
            for row in rows:
                for column in then.forms[code].columns:
                    if column.is_number and column.required and row.get(column.code) is None:
                        row[column.code] = 0
            if code == "B01":
                for row in rows:
                    row |= {"opening_members": members, "closing_members": members}
        for (form, index, column), value in (changes or {}).items():
            tables[form][index][column] = value
        organisation = registry.organisation_in(unit, when)
        assert organisation is not None
        path = tmp_path / "filed" / (name or f"{unit} {period} {members}.xlsx")
        path.parent.mkdir(exist_ok=True)
        days = registry.days_of(when, organisation.term_system)
        write_workbook(path, then, organisation, when, tables, days=days, cover=cover or {})
        return path

    return write


@pytest.fixture
def stand_in_gate(monkeypatch: pytest.MonkeyPatch) -> None:
    def judged(*arguments: Any) -> tuple[Judged, dict[SubmissionKey, Fault]]:
        return judge_by_totals(*arguments[:2]), {}

    monkeypatch.setattr(judging, "judged", judged)
    monkeypatch.setattr(judging, "version_for", lambda _: "stand-in")
