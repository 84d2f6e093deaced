"""The warehouse of a small world: bronze comes out as figures, traces, verdicts and a gate that holds."""

import json
import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import numpy as np
import pytest
import yaml
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner

from ingestion.definitions.catalogue import Catalogue, load_catalogue
from ingestion.storage.home import Home
from orchestration.project import project_of
from orchestration.warehouse import PROJECT_DIR
from reports.database import connect
from reports.figures import NoWarehouseError, UnknownCode, figure, statements, trace
from reports.publication_gate import PublicationReport, check_marts, comparison
from reports.publication_gate.previous import shrunk as shrunk_since
from reports.publication_gate.received import last_day
from reports.publication_gate.suites import judge
from reports.release import METHOD
from tests.integration.warehouse_world import DANG, DOAN, NEXT, PREVIOUS, example_world
from tests.support.every_column import BEHIND, TABLES, VIEWS, facts_of, read_tables, unnamed
from tests.support.remade import PARTS, sum_cells, wrong_changes, wrong_figures

ROOT = Path(__file__).parents[2]

TENTH_FORM = """
code: B10
sheet: B10
title: {vi: Biểu 10 – Thi đua, en: Form 10 – Emulation}
grain: one row per fixed line
rows: lines
key: [order]
required_for: {DISTRICT: [N]}
columns:
- {code: order, label: {vi: Mã, en: Code}, type: code, required: true}
- {code: awards, label: {vi: Khen thưởng, en: Awards}, type: int, unit: PERSON, nature: line, required: true}
lines:
- column: order
  members:
  - {code: KT01, label: {vi: Giấy khen, en: Letters}, unit: PERSON, nature: flow}
  - {code: KT02, label: {vi: Huy hiệu, en: Badges}, unit: PERSON, nature: stock}
"""
TENTH_INDICATOR = """
indicators:
- code: letters
  name: {vi: Giấy khen, en: Letters}
  unit: PERSON
  kind: flow
  section: context
  value: [{form: B10, column: awards, where: {order: [KT01]}, over_time: sum}]
"""


def _extended_catalogue(folder: Path) -> Catalogue:
    """The product's catalogue with a form that is filed and one that nobody has filed yet."""
    for name in ("forms", "kinds", "indicators"):
        shutil.copytree(ROOT / "ingestion" / name, folder / name)
    (folder / "forms" / "B10.yml").write_text(TENTH_FORM, encoding="utf-8")
    unfiled = {**yaml.safe_load(TENTH_FORM), "code": "B11", "sheet": "B11"}
    (folder / "forms" / "B11.yml").write_text(yaml.safe_dump(unfiled, allow_unicode=True), encoding="utf-8")
    (folder / "indicators" / "emulation.yml").write_text(TENTH_INDICATOR, encoding="utf-8")
    return load_catalogue(folder)


def _dbt(home: Path, target: Path, *args: str, project: Path = PROJECT_DIR) -> Path:
    """Run dbt in this process, on the bronze of a home, and give the database."""
    database = home / "warehouse.duckdb"
    os.environ.update(TONGKET_BRONZE=str(home / "bronze"), TONGKET_DBT_DATABASE=str(database))
    folders = ["--project-dir", str(project), "--profiles-dir", str(project), "--quiet"]
    written = ["--target-path", str(target), "--log-path", str(target)]
    result = dbtRunner().invoke([*args, *folders, *written])
    DuckDBConnectionManager.close_all_connections()  # else nobody else in this process may read the file
    failed = [
        f"{node.node.name}: {node.message}"
        for node in getattr(result.result, "results", ())
        if node.status not in ("success", "pass")
    ]
    assert result.success, "\n".join([str(result.exception), *failed])
    return database


@pytest.fixture(scope="module")
def target(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("dbt")


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    return _extended_catalogue(tmp_path_factory.mktemp("catalogue"))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, catalogue: Catalogue) -> Path:
    folder = tmp_path_factory.mktemp("world")
    world = example_world()
    awards = {"B10": [{"order": "KT01", "awards": 7}, {"order": "KT02", "awards": 70}]}
    explained = [("V057", "B01", "S17", "Tiếp nhận theo Quyết định số 1204-QĐ/ThU")]
    again = [("V057", "B01", f"S{row}", "Tiếp nhận theo quyết định của Tỉnh ủy") for row in range(9, 20)]
    filings = {filing.submission_id: filing for filing in world.filings}
    first, second = filings["PA.2018-N.r1"], filings["PB.2018-N.r1"]
    filings[first.submission_id] = replace(first, rows={**first.rows, **awards})
    filings[second.submission_id] = replace(second, explained=explained)
    last = filings["PB.2020-N.r1"]
    filings[last.submission_id] = replace(last, explained=again)
    world.filings = list(filings.values())
    world.write(folder, catalogue)
    return folder


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory, catalogue: Catalogue) -> Path:
    """The project with models of the two forms that the product does not have."""
    return project_of(catalogue, Home(tmp_path_factory.mktemp("project")))


@pytest.fixture(scope="module")
def warehouse(home: Path, target: Path, project: Path) -> Path:
    """The whole project with its tests and unit tests, built once."""
    return _dbt(home, target, "build", project=project)


@pytest.fixture
def connection(warehouse: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    opened = duckdb.connect(str(warehouse), read_only=True)
    yield opened
    opened.close()


FIGURES = [
    # flows of a term are the sum of its years; a year without N takes the latest there is
    ("admissions", "PB", DANG, None, 55, "final"),
    ("admissions", "PA", DANG, None, 13 * 3 + 10 + 13, "provisional"),
    ("admissions", "PA", "2019-N", None, 10, "provisional"),
    ("admissions", "PA", "2019-9T", None, 10, "final"),
    ("admissions", "P", DANG, None, 117, "provisional"),
    # the union branch below the province belongs to another term system
    ("admissions", "P", "2017-N", None, 13 + 10, "final"),
    ("admissions", "Y", DOAN, None, 300, "incomplete"),
    ("admissions", "Y", DANG, None, None, "none"),
    # predecessors that merged wholly stand for their successor until it was there
    ("admissions", "M", DANG, None, 125, "final"),
    ("admissions", "M", "2018-N", None, 25, "final"),
    ("admissions", "M1", DANG, None, 60, "final"),
    ("admissions", "M1", "2019-N", None, None, "none"),
    # an organisation is followed through its renaming, and under its new unit
    ("admissions", "A2N", DANG, None, 15, "provisional"),
    ("admissions", "A2N", "2017-N", None, 3, "final"),
    ("admissions", "O1", DANG, None, 100, "final"),
    # a year of which there is nothing
    ("admissions", "S", DANG, None, 11, "incomplete"),
    ("admissions", "S", "2018-N", None, None, "none"),
    # the newest accepted revision; a quarter filed alone is added; a withdrawn period does not count
    ("admissions", "S", "2020-Q1", None, 6, "final"),
    ("admissions", "S", "2020-6T", None, 11, "final"),
    ("admissions", "S", "2020-9T", None, 11, "provisional"),
    # quarters alone
    ("admissions", "PA", "2020-D1", None, 2, "final"),
    ("admissions", "PA", "2020-D2", None, 4, "final"),
    ("admissions", "PA", "2020-D4", None, 6, "final"),
    ("admissions", "S", "2020-D2", None, 5, "final"),
    ("admissions", "S", "2020-D3", None, None, "none"),
    ("admissions", "P", "2020-D2", None, None, "none"),
    # a term filed at once counts only where nothing yearly was
    ("inspected_orgs", "P", PREVIOUS, None, 80, "final"),
    ("inspected_orgs", "PB", DANG, None, 40, "final"),
    ("inspected_orgs", "PB", DANG, "change_vs_previous_term", 10, "final"),
    # one of two districts has filed 2019 up to September
    ("inspected_orgs", "P", DANG, "change_vs_previous_term", None, "provisional"),
    ("inspected_orgs", "P", DANG, "average_per_year", None, "provisional"),
    ("inspected_orgs", "P", DANG, "per_year_low", None, "provisional"),
    ("inspected_orgs_on_suspicion", "PA", "2020-N", None, 2, "final"),
    # stocks take the last year, openings the first
    ("members", "PB", DANG, None, 200, "final"),
    ("villages", "PB", DANG, None, 31, "final"),
    ("villages", "PB", DANG, "change_over_term", -8, "final"),
    ("villages", "PB", DANG, "percent_change", -20.5, "final"),
    ("party_departments", "P", DANG, "change_over_term", -3, "final"),
    # ratios: numerators over the denominator by its own rule
    ("payroll_reduction_share", "PB", DANG, None, 5, "final"),
    ("payroll_reduction_vs_plan", "PB", DANG, None, 125, "final"),
    ("commune_military_cells_dissolved_share", "PB", DANG, None, 85.7, "final"),
    ("members_studied_share", "PB", DANG, "share", 90, "final"),
    ("secretaries_not_local_share", "P", "2020-N", None, 90, "final"),
    ("orgs_good_share", "M", "2018-N", None, 50, "final"),
    ("orgs_good_share", "PB", "2016-N", None, None, "none"),
    ("orgs_completed_or_better_share_of_all", "PB", "2016-N", None, 0, "final"),
    ("orgs_not_completed", "PB", "2020-N", None, 0, "final"),
    # what is never added up
    ("inspected_orgs_distinct_by_committees", "PB", "2020-N", None, 5, "final"),
    ("inspected_orgs_distinct_by_committees", "P", "2020-N", None, None, "none"),
    ("inspected_orgs_distinct_by_committees", "PB", DANG, None, None, "none"),
    ("business_growth", "P", DANG, None, 6.5, "final"),
    ("business_growth", "M", "2018-N", None, None, "none"),
    ("business_growth", "M", DANG, None, 12, "final"),
    # years in a row, and what the registry says
    ("consecutive_excellent_years", "A1", "2020-N", None, 3, "final"),
    ("consecutive_excellent_years", "A1", "2017-N", None, 0, "final"),
    ("predecessors", "M", "2019-N", None, 2, "final"),
    ("predecessors", "M", "2018-N", None, None, "none"),
    # derived from the years
    ("admissions", "PB", DANG, "average_per_year", 11, "final"),
    ("admissions", "PB", DANG, "per_year_low", 9, "final"),
    ("admissions", "PB", DANG, "per_year_high", 13, "final"),
    ("orgs_excellent_share", "M", DANG, "per_year_low", 50, "final"),
    # a form that is new in the catalogue needs no SQL
    ("letters", "PA", "2018-N", None, 7, "final"),
]


@pytest.mark.parametrize("expected", FIGURES, ids=lambda row: "-".join(str(part) for part in row[:4]))
def test_a_figure_has_its_value_and_status(
    warehouse: Path, expected: tuple[str, str, str, str | None, float | None, str]
) -> None:
    *codes, value, status = expected

    found = figure(warehouse, *codes)

    assert found.value == (None if value is None else pytest.approx(value))
    assert found.status == status


@pytest.mark.parametrize(("indicator", "unit", "period", "derivation"), [row[:4] for row in FIGURES])
def test_the_cells_of_a_trace_add_up_to_the_figure(
    warehouse: Path, indicator: str, unit: str, period: str, derivation: str | None
) -> None:
    if derivation not in (None, "share", "change_over_term", "change_vs_previous_term"):
        pytest.skip("derived from several figures")
    found = figure(warehouse, indicator, unit, period, derivation)
    sums: dict[str, float] = {}
    for cell in trace(warehouse, indicator, unit, period, derivation):
        sums[cell.part] = sums.get(cell.part, 0.0) + cell.contribution

    if "denominator" in sums:
        assert sums.get("numerator", 0) == found.numerator  # a count of none has no cells
        assert sums["denominator"] == found.denominator
    elif found.exact is not None and found.numerator is None:
        assert sums.get("value", 0) - sums.get("minus", 0) == pytest.approx(found.exact)
    elif found.exact is None:
        assert "value" not in sums


def test_all_cells_make_all_figures_again(warehouse: Path) -> None:
    with connect(warehouse) as opened:
        sum_cells(opened)
        wrong, found = wrong_figures(opened)
        assert not wrong, wrong
        assert [part for part in PARTS if not np.nan_to_num(found[part]).any()] == []
        for derivation in ("before_after", "change_over_term", "change_vs_previous_term", "percent_change"):
            wrong, count = wrong_changes(opened, derivation)
            assert count and not wrong, (derivation, wrong)


def test_a_trace_names_the_cell_under_which_the_submission_filed_it(warehouse: Path) -> None:
    cells = trace(warehouse, "admissions", "S", "2020-6T")

    assert [(cell.submission, cell.sheet, cell.cell, cell.value) for cell in cells] == [
        ("S.2020-6T.r1", "B02", "D9", 5),
        ("S.2020-Q1.r2", "B02", "E9", 6),  # this sheet has a column more on the left
    ]
    assert cells[0].file.startswith("landing/")


def test_a_run_is_traced_to_one_rating_a_year_and_the_registry_to_its_rows(warehouse: Path) -> None:
    years = trace(warehouse, "consecutive_excellent_years", "A1", "2020-N")
    predecessors = trace(warehouse, "predecessors", "M", "2019-N")

    assert [(cell.submission, cell.value, cell.contribution) for cell in years] == [
        ("PA.2018-N.r1", "HTXSNV", 1),
        ("PA.2019-9T.r1", "HTXSNV", 1),
        ("PA.2020-N.r1", "HTXSNV", 1),
    ]
    assert [(c.file, c.cell, c.value) for c in predecessors] == [
        ("registry/successions.csv", "2:2", "M1"),
        ("registry/successions.csv", "3:3", "M2"),
    ]


def test_a_period_may_be_asked_for_in_either_spelling(warehouse: Path) -> None:
    assert figure(warehouse, "admissions", "PB", "NK-2015-2020").period == DANG


@pytest.mark.parametrize(
    ("codes", "kind", "nearest"),
    [
        (("admision", "PB", DANG), "indicator", "admissions"),
        (("admissions", "PBX", DANG), "unit", "PB"),
        (("admissions", "PB", "2015-2020"), "period", DANG),
        (("admissions", "PB", DANG, "percent_changes"), "derivation", "percent_change"),
    ],
)
def test_an_unknown_code_comes_with_the_nearest_ones(
    warehouse: Path, codes: tuple[str, ...], kind: str, nearest: str
) -> None:
    with pytest.raises(UnknownCode) as caught:
        figure(warehouse, *codes)

    assert caught.value.kind == kind
    assert nearest in caught.value.nearest
    assert nearest in caught.value.text("vi")


def test_a_warehouse_that_is_not_there_is_said_to_be_missing(tmp_path: Path) -> None:
    with pytest.raises(NoWarehouseError, match="tongket run"):
        figure(tmp_path / "none.duckdb", "admissions", "PB", DANG)


def test_every_statement_gets_the_verdict_that_its_figure_gives(warehouse: Path) -> None:
    verdicts = {result.statement: result.verdict for result in statements(warehouse)}

    assert verdicts == {
        "T001": "equal",
        "T002": "contradicts",  # 55, not 56, whatever is expected of it
        "T003": "within",  # close to 56
        "T004": "contradicts",  # 55 is not below 55
        "T005": "within",  # more than 54
        "T006": "contradicts",  # 55 is more than 3 % above 50
        "T007": "contradicts",  # not above 55
        "T008": "within",
        "T009": "contradicts",  # the first year has 9
        "T010": "contradicts",
        "T011": "equal",
        "T012": "equal",
        "T013": "target",
        "T014": "cannot_verify",
        "T015": "norm",
        "T016": "cannot_verify",
        "T017": "equal",  # 20.51… printed with one decimal, by its size
        "T018": "contradicts",
        "T019": "contradicts",
        "T020": "contradicts",
        "T021": "contradicts",  # context outside of its range is no mere context
        "T022": "equal",
        "T023": "contradicts",  # 6 of 7, not of 8
        "T024": "equal",
        "T025": "contradicts",  # it was 39 before, not 40
        "T026": "cannot_verify",  # years are missing
        "T027": "cannot_verify",  # a quarter of 2019 is still to come
        "T028": "equal",
        "T029": "contradicts",  # it fell, and did not rise
        "T030": "equal",
        "T031": "within",
    }


def test_what_is_odd_about_a_statement_is_said(warehouse: Path) -> None:
    details = {result.statement: result.detail for result in statements(warehouse)}

    assert details["T018"] == {"code": "suspension_counted", "stated": 5, "actual": 4, "suspended": 1}
    cap = details["T019"]
    assert cap is not None
    assert (cap["code"], cap["cap"]) == ("cap_broken_at_one_end", 20)
    assert (cap["breaking_rate"], cap["keeping_rate"]) == (25, pytest.approx(1500 / 85))
    assert details["T026"] == {"code": "no_target_on_record"}
    assert details["T001"] is None


def test_targets_are_held_against_results(connection: duckdb.DuckDBPyConnection) -> None:
    rows = connection.execute(
        'select org_code, term_code, "year", basis, assessment from fct_target '
        "where indicator_code = 'admissions' and org_code = 'PB' order by all"
    ).fetchall()

    assert rows == [
        ("PB", DANG, 2016, "YEAR", "CHUA_DAT"),
        ("PB", DANG, 2017, "YEAR", "DAT"),
        ("PB", DANG, 2018, "YEAR", "VUOT"),
        ("PB", DANG, 2019, "YEAR", "VUOT"),
        ("PB", DANG, 2020, "YEAR", "DAT"),  # its own target of 13, not the 10 of every year
        ("PB", DANG, None, "AVG_PER_YEAR", "VUOT"),
        ("PB", NEXT, None, "TERM", "CHUA_DEN_HAN"),
    ]


def test_completeness_tells_what_is_missing_and_what_counts(connection: duckdb.DuckDBPyConnection) -> None:
    rows = connection.execute(
        "select reporting_org_code, period_code, is_owed, status, accepted_submission_id from rpt_completeness "
        "where (reporting_org_code, period_code) in "
        "(('S', '2018-N'), ('S', '2020-Q1'), ('S', '2019-6T'), ('S', '2020-9T'), "
        "('PB', '2015-2020-NK'), ('PA', '2019-N')) "
        "order by all"
    ).fetchall()

    assert rows == [
        ("PA", "2019-N", True, "missing", None),
        ("PB", DANG, False, "accepted", "PB.2015-2020-NK.r1"),
        ("S", "2018-N", True, "missing", None),
        ("S", "2019-6T", False, "pending", None),
        ("S", "2020-9T", True, "withdrawn", None),
        ("S", "2020-Q1", True, "accepted", "S.2020-Q1.r2"),
    ]


def test_units_have_reports_on_the_terms_in_which_they_file(connection: duckdb.DuckDBPyConnection) -> None:
    rows = connection.execute(
        "select org_code, term_code, is_province, parent_code from rpt_report_unit order by all"
    ).fetchall()

    assert rows == [
        ("M", DANG, False, None),
        ("M1", DANG, False, None),
        ("M2", DANG, False, None),
        ("P", DANG, True, None),
        ("PA", DANG, False, "P"),
        ("PB", DANG, False, "P"),
        ("S", DANG, False, None),
        ("Y", DOAN, False, None),
    ]


def test_facts_of_a_form_are_cumulative_with_the_quarter_beside(connection: duckdb.DuckDBPyConnection) -> None:
    rows = connection.execute(
        "select period_code, submission_id, admitted_total, admitted_total_in_quarter from fct_admission "
        "where reporting_org_code = 'S' order by all"
    ).fetchall()

    assert rows == [("2020-6T", "S.2020-6T.r1", 11, 5), ("2020-Q1", "S.2020-Q1.r2", 6, 6)]


def test_a_new_form_reaches_the_totals_and_one_without_files_does_no_harm(
    connection: duckdb.DuckDBPyConnection,
) -> None:
    rows = connection.execute(
        "select form_code, column_code, total from fct_form_total where form_code in ('B10', 'B11')"
    ).fetchall()

    assert rows == [("B10", "awards", 77)]
    facts = connection.execute("select \"order\", awards from fct_b10 where period_code = '2018-N' order by 1")
    assert facts.fetchall() == [("KT01", 7), ("KT02", 70)]
    assert connection.execute("select count(*) from fct_b11").fetchall() == [(0,)]


def test_a_term_filed_beside_its_years_is_compared_with_them(connection: duckdb.DuckDBPyConnection) -> None:
    rows = connection.execute(
        "select reporting_org_code, term_code, part, filed_value, years_value from rpt_term_comparison "
        "where indicator_code = 'inspected_orgs'"
    ).fetchall()

    assert rows == [("PB", DANG, "value", 999, 40)]


def test_channels_of_people_are_not_in_the_warehouse(connection: duckdb.DuckDBPyConnection) -> None:
    tables = connection.execute("select table_schema, table_name from information_schema.tables").fetchall()

    assert not [name for _, name in tables if "contact" in name]


def test_every_column_of_staging_is_described_and_no_other(
    connection: duckdb.DuckDBPyConnection, project: Path
) -> None:
    described = {
        (model["name"], column["name"])
        for file in (project / "models" / "staging").rglob("_*.yml")
        for model in yaml.safe_load(file.read_text(encoding="utf-8")).get("models", ())
        for column in model["columns"]
        if column["description"]
    }
    built = connection.execute(
        "select table_name, column_name from information_schema.columns where table_name like 'stg_%'"
    ).fetchall()

    assert built
    assert set(built) == described


def _release(warehouse: Path, folder: Path, *, without: str = "") -> Path:
    """Write what a release keeps of a warehouse: its figures, and the submissions that it was made of."""
    folder.mkdir()
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        connection.execute(f"copy fct_indicator_value to '{folder / 'figures.parquet'}' (format parquet)")
        rows = connection.execute("select submission_id from fct_submission where is_effective").fetchall()
    known = sorted(row[0] for row in rows if row[0] != without)
    (folder / "manifest.json").write_text(
        json.dumps({"submissions": known, "method": METHOD}), encoding="utf-8"
    )
    return folder / "figures.parquet"


def test_sound_marts_pass_the_gate(warehouse: Path, home: Path, tmp_path: Path, catalogue: Catalogue) -> None:
    previous = _release(warehouse, tmp_path / "release")
    report = check_marts(warehouse, home / "bronze", previous, catalogue=catalogue)

    assert report.passed, [failure.text("en") for failure in report.failures[:5]]
    assert all(count > 0 for count in report.checked.values())


def _damaged(warehouse: Path, folder: Path, *statements_: str) -> Path:
    copy = folder / "damaged.duckdb"
    shutil.copy(warehouse, copy)
    connection = duckdb.connect(str(copy))
    for statement in statements_:
        connection.execute(statement)
    connection.close()
    return copy


def _of(indicator: str, unit: str, period: str, **more: str) -> dict[str, str]:
    return {"indicator": indicator, "unit": unit, "period": period, **more}


def _where(indicator: str, unit: str, period: str) -> str:
    return f"where indicator_code = '{indicator}' and org_code = '{unit}' and period_code = '{period}'"


def _differs(column: str, said: str, found: str, **about: str) -> dict[str, str]:
    return {**about, "column": column, "said": said, "is": found}


_MEASURES = "select measure_id from intermediate.int_indicator__measure where indicator_code ="
_ROWS = "select row_id from intermediate.int_form__row where submission_id ="

DAMAGES: list[tuple[str, list[tuple[str, dict[str, str]]]]] = [
    (
        "delete from fct_form_total where form_code = 'B02' and reporting_org_code = 'PB' "
        "and period_code = '2018-N' and column_code = 'admitted_total'",
        [("bronze_totals", {"form": "B02", "unit": "PB", "period": "2018-N", "column": "admitted_total"})],
    ),
    (
        "update fct_membership set closing_female = closing_female + 1 "
        "where reporting_org_code = 'PB' and period_code = '2018-N'",
        [
            (
                "fact_totals",
                {"unit": "PB", "period": "2018-N", "column": "closing_female", "table": "fct_membership"},
            )
        ],
    ),
    (
        "update fct_membership set closing_members = closing_members + 1 "
        "where reporting_org_code = 'PB' and period_code = '2018-N'",
        [
            (
                "parts_make_wholes",
                {"table": "fct_membership", "unit": "PB", "period": "2018-N", "column": "closing_members"},
            )
        ],
    ),
    (
        "update fct_membership set closing_members = null "
        "where reporting_org_code = 'PB' and period_code = '2017-N'",
        [
            (
                "fact_totals",
                {"unit": "PB", "period": "2017-N", "column": "closing_members", "table": "fct_membership"},
            )
        ],
    ),
    (  # nobody knows, since the nine months before were not filed
        "update fct_membership set in_admitted_in_quarter = 1 "
        "where reporting_org_code = 'PB' and period_code = '2018-N'",
        [
            (
                "fact_totals",
                {
                    "unit": "PB",
                    "period": "2018-N",
                    "column": "in_admitted_in_quarter",
                    "table": "fct_membership",
                },
            )
        ],
    ),
    (
        "update fct_admission set admitted_total_in_quarter = admitted_total_in_quarter - 1 "
        "where reporting_org_code = 'PA' and period_code = '2020-9T'",
        [
            (
                "fact_totals",
                {
                    "unit": "PA",
                    "period": "2020-9T",
                    "column": "admitted_total_in_quarter",
                    "table": "fct_admission",
                },
            )
        ],
    ),
    (
        f"update fct_indicator_value set value = 54 {_where('admissions', 'PB', DANG)}",
        [("years_make_terms", _of("admissions", "PB", DANG))],
    ),
    (
        f"delete from fct_indicator_value {_where('members', 'PB', '2018-N')}",
        [
            ("nothing_shrank", _of("members", "PB", "2018-N")),
            ("figures_again", _of("members", "PB", "2018-N", column="value")),
            ("children_make_parents", _of("members", "P", "2018-N", column="value")),
        ],
    ),
    # a total that still adds up from the years, and a part of a ratio
    (
        f"update fct_indicator_value set value = value / 2 {_where('admissions', 'P', '2018-N')}",
        [
            ("figures_again", _of("admissions", "P", "2018-N", column="value")),
            ("children_make_parents", _of("admissions", "P", "2018-N", column="value")),
        ],
    ),
    (
        "update fct_indicator_value set denominator = denominator + 1 "
        + _where("admissions_vs_plan", "PA", "2018-N"),
        [
            ("figures_again", _of("admissions_vs_plan", "PA", "2018-N", column="denominator")),
            ("children_make_parents", _of("admissions_vs_plan", "P", "2018-N", column="denominator")),
        ],
    ),
    # a parent in a term and in a quarter, whose children stand as they were
    (
        f"update fct_indicator_value set value = value * 2 {_where('members', 'P', DANG)}",
        [("children_make_parents", _of("members", "P", DANG, column="value"))],
    ),
    (
        f"update fct_indicator_value set value = value * 2 {_where('admissions_planned', 'P', '2020-D2')}",
        [("children_make_parents", _of("admissions_planned", "P", "2020-D2", column="value"))],
    ),
    # what a wrong join does: a row twice, and one of an organisation that the registry does not know
    (
        "insert into fct_indicator_value select * from fct_indicator_value "
        + _where("admissions", "PB", "2017-N"),
        [("figures_again", _of("admissions", "PB", "2017-N", column="value"))],
    ),
    (
        "insert into fct_indicator_value select * replace ('X9' as org_code) from fct_indicator_value "
        + _where("admissions", "PB", "2016-N"),
        [("figures_again", _of("admissions", "X9", "2016-N", column="value"))],
    ),
    (
        f"update fct_indicator_value set value = value + 1 {_where('admissions', 'A1', '2018-N')}",
        [("figures_again", _of("admissions", "A1", "2018-N", column="value"))],
    ),
    (
        f"update fct_indicator_value set status = 'provisional' {_where('admissions', 'PB', '2016-N')}",
        [("statuses_again", _of("admissions", "PB", "2016-N"))],
    ),
    (
        "update fct_indicator_derived set value = value / 2 "
        + _where("admissions", "PB", DANG)
        + " and derivation = 'per_year_high'",
        [("derived_again", _of("admissions", "PB", DANG, derivation="per_year_high"))],
    ),
    (
        "update fct_target set actual_value = actual_value / 2 where org_code = 'PB' "
        "and indicator_code = 'admissions' and \"year\" = 2017",
        [("targets_again", _of("admissions", "PB", "2017-N", basis="YEAR", column="actual"))],
    ),
    (
        "update fct_target set assessment = 'CHUA_DAT', target_min = 60 where org_code = 'PB' "
        "and basis = 'AVG_PER_YEAR'",
        [
            ("targets_again", _of("admissions", "PB", DANG, basis="AVG_PER_YEAR", column="least")),
            ("targets_again", _of("admissions", "PB", DANG, basis="AVG_PER_YEAR", column="assessment")),
        ],
    ),
    (
        # what was not to be assessed says something all the same, and nothing that anybody knows
        "update fct_target set assessment = 'x' where org_code = 'PA' and \"year\" = 2019",
        [("targets_again", _of("admissions", "PA", "2019-N", basis="YEAR", column="assessment"))],
    ),
    (
        "delete from fct_target where org_code = 'PB' and indicator_code = 'members_disciplined'",
        [("targets_again", _of("members_disciplined", "PB", DANG, basis="TERM", column="status"))],
    ),
    (
        "update rpt_stated_figure set actual_value = actual_value / 2 where statement_id = 'T001'",
        [("stated_again", _of("admissions", "PB", DANG, statement="T001", column="actual"))],
    ),
    (
        "update rpt_stated_figure set actual_low = actual_low / 2 where statement_id = 'T009'",
        [("stated_again", _of("admissions", "PB", DANG, statement="T009", column="least"))],
    ),
    (
        "update intermediate.int_indicator__contribution set contribution = contribution / 2 "
        f"where measure_id in ({_MEASURES} 'admissions') and row_id in ({_ROWS} 'PB.2018-N.r1')",
        [("cells_again", {"indicator": "admissions", "column": "value", "submission": "PB.2018-N.r1"})],
    ),
    (
        "update intermediate.int_indicator__contribution set row_id = (select min(row_id) + max(row_id) from "
        "intermediate.int_form__row where submission_id = 'PA.2017-N.r1' and form_code = 'B02') - row_id "
        f"where measure_id in ({_MEASURES} 'admissions') and row_id in ({_ROWS} 'PA.2017-N.r1')",
        [("rows_again", {"indicator": "admissions", "column": "value", "submission": "PA.2017-N.r1"})],
    ),
    (
        "update intermediate.int_indicator__amount set amount = amount / 2 "
        f"where measure_id in ({_MEASURES} 'admissions') and closure_level = 'unit' "
        "and contributing_code = 'PB' and base_period_code = '2018-N'",
        [
            (
                "amounts_again",
                {"indicator": "admissions", "column": "value", "unit": "PB", "period": "2018-N"},
            )
        ],
    ),
    (
        "delete from rpt_figure_source where org_code = 'P' and submission_id = 'PB.2018-N.r1' "
        "and period_code = '2018-N'",
        [("sources_again", {"unit": "P", "period": "2018-N", "submission": "PB.2018-N.r1"})],
    ),
    (
        "update fct_indicator_derived set value = null, status = 'incomplete' "
        + _where("villages", "PB", DANG)
        + " and derivation = 'change_over_term'",
        [
            ("derived_again", _of("villages", "PB", DANG, derivation="change_over_term")),
            ("derived_statuses_again", _of("villages", "PB", DANG, derivation="change_over_term")),
        ],
    ),
    (
        "update rpt_stated_figure set verdict = 'equal', value_low = value_low / 2 where statement_id = 'T002'",
        [
            ("verdicts_again", _differs("verdict", "contradicts", "equal", statement="T002")),
            ("verdicts_again", _differs("value_low", "56", "28", statement="T002")),
        ],
    ),
    (
        "update rpt_stated_figure set status = 'incomplete' where statement_id = 'T012'",
        [("verdicts_again", _differs("status", "final", "incomplete", statement="T012"))],
    ),
    (
        "update rpt_stated_figure set actual_high = 6 where statement_id = 'T013'",
        [("stated_again", _of("admissions", "PA", DANG, statement="T013", column="most"))],
    ),
    (
        "update intermediate.int_submission__column set column_letter = 'Z' "
        "where submission_id = 'PB.2018-N.r1' and form_code = 'B02' and column_code = 'admitted_total'",
        [
            (
                "letters_again",
                _differs("admitted_total", "B02!D", "B02!Z", submission="PB.2018-N.r1", form="B02"),
            )
        ],
    ),
    (
        "update fct_submission set original_name = 'other.xlsx' where submission_id = 'S.2020-9T.r1'",
        [
            (
                "submissions_again",
                _differs("original_name", "S-2020-9T.xlsx", "other.xlsx", submission="S.2020-9T.r1"),
            )
        ],
    ),
    (
        "update rpt_open_case set case_state = 'answered'",
        [("submissions_again", _differs("case_state", "open", "answered", submission="S.2020-Q1.r3"))],
    ),
    (
        "update rpt_completeness set is_on_time = not is_on_time, status = 'rejected' "
        "where reporting_org_code = 'S' and period_code = '2020-9T'",
        [
            ("completeness_again", _differs("is_on_time", "yes", "no", unit="S", period="2020-9T")),
            ("completeness_again", _differs("status", "withdrawn", "rejected", unit="S", period="2020-9T")),
        ],
    ),
    (
        "delete from rpt_completeness where reporting_org_code = 'PA' and period_code = '2019-N'",
        [("completeness_again", _differs("row", "yes", "no", unit="PA", period="2019-N"))],
    ),
    (
        "update rpt_explanation set explanation = 'another' where submission_id = 'PB.2018-N.r1'",
        [
            (
                "explanations_again",
                {
                    **{"submission": "PB.2018-N.r1", "unit": "PB", "period": "2018-N"},
                    **{"rule": "V057", "sheet": "B01", "cell": "S17"},
                },
            )
        ],
    ),
    (
        "update rpt_explanation_review set explained_period_code = '2019-N' where cell = 'S9'",
        [
            (
                "reviews_again",
                {
                    **{
                        "submission": "PB.2020-N.r1",
                        "unit": "PB",
                        "explained_period": "2020-N",
                        "period": DANG,
                    },
                    **{"rule": "V057", "sheet": "B01", "cell": "S9"},
                },
            )
        ],
    ),
    (
        "update fct_submission set verdict = 'rejected', n_passed = 2 where submission_id = 'PA.2016-N.r1'",
        [
            ("submissions_again", _differs("verdict", "accepted", "rejected", submission="PA.2016-N.r1")),
            ("submissions_again", _differs("n_passed", "1", "2", submission="PA.2016-N.r1")),
        ],
    ),
    (
        "update fct_target set direction = 'LE', document = 'x' where org_code = 'PA'",
        [
            (
                "assigned_again",
                _differs("bound", "GE", "LE", **_of("admissions", "PA", DANG, year="2016", basis="YEAR")),
            ),
            (
                "assigned_again",
                _differs("document", "", "x", **_of("admissions", "PA", DANG, year="2020", basis="YEAR")),
            ),
        ],
    ),
    (
        "update fct_indicator_derived set of_year = 2017 "
        + _where("admissions", "PB", DANG)
        + " and derivation = 'per_year_low'",
        [
            (
                "derived_years_again",
                _of("admissions", "PB", DANG, derivation="per_year_low", column="of_year"),
            )
        ],
    ),
    (
        "update fct_target_result set submission_id = 'P.2016-N.r1' "
        "where reporting_org_code = 'P' and period_code = '2017-N'",
        [
            (
                "facts_again",
                _differs(
                    "submission_id",
                    "P.2017-N.r1",
                    "P.2016-N.r1",
                    **{
                        "table": "fct_target_result",
                        "unit": "P",
                        "period": "2017-N",
                        "line": "business_growth",
                    },
                ),
            )
        ],
    ),
    (
        "update intermediate.int_indicator__contribution set value_number = value_number + 1 "
        f"where column_code = 'admitted_total' and row_id in ({_ROWS} 'PB.2016-N.r1')",
        [("values_again", {"submission": "PB.2016-N.r1", "form": "B02", "column": "admitted_total"})],
    ),
    (
        "update intermediate.int_figure__predecessor set file_row = 9 "
        "where org_code = 'M' and period_code = '2020-N' and predecessor_code = 'M1'",
        [
            (
                "mergers_again",
                _differs("file_row", "2", "9", **_of("predecessors", "M", "2020-N", predecessor="M1")),
            )
        ],
    ),
    (
        "update dim_indicator set decimals = 3, name_vi = 'Khác' where indicator_code = 'members'",
        [
            ("indicators_again", _differs("decimals", "0", "3", indicator="members")),
            ("indicators_again", _differs("name_vi", "Đảng viên", "Khác", indicator="members")),
        ],
    ),
    (
        f"update rpt_figure_day set first_day = date '2020-06-30' {_where('members', 'PB', DANG)}",
        [("days_again", _differs("first_day", "2020-12-31", "2020-06-30", **_of("members", "PB", DANG)))],
    ),
    (
        "update dim_organisation set org_name = 'B' where org_code = 'B1'",
        [
            (
                "organisations_again",
                _differs("org_name", "B1", "B", unit="B1", system="DANG", since="2010-01-01"),
            )
        ],
    ),
    (
        "update dim_period set due_on = null where period_code = '2018-N'",
        [("periods_again", _differs("due_on", "2019-01-15", "", period="2018-N"))],
    ),
    (
        f"update dim_term set previous_term_code = null where term_code = '{DANG}'",
        [("terms_again", _differs("previous_term_code", PREVIOUS, "", system="DANG", period=DANG))],
    ),
    # a unit whose report vanishes takes no figure out of the comparison with the last release
    (
        "delete from rpt_report_unit where org_code = 'M2'",
        [("units_again", _differs("row", "yes", "no", unit="M2", period=DANG))],
    ),
    (
        f"delete from fct_indicator_value {_where('business_growth', 'M2', '2017-N')}",
        [("nothing_shrank", _of("business_growth", "M2", "2017-N"))],
    ),
    (
        "update rpt_predecessor set ended_on = date '2019-06-30' where predecessor_code = 'M1'",
        [
            (
                "predecessors_again",
                _differs("ended_on", "2019-07-01", "2019-06-30", unit="M", period=DANG, predecessor="M1"),
            )
        ],
    ),
]


@pytest.fixture(scope="module")
def refused(
    warehouse: Path, home: Path, tmp_path_factory: pytest.TempPathFactory, catalogue: Catalogue
) -> PublicationReport:
    """What the gate says of a warehouse in which each of these figures was changed by hand."""
    folder = tmp_path_factory.mktemp("damaged")
    damaged = _damaged(warehouse, folder, *(damage for damage, _ in DAMAGES))
    previous = _release(warehouse, folder / "release")
    return check_marts(damaged, home / "bronze", previous, catalogue=catalogue)


@pytest.mark.parametrize(
    ("check", "subject"), [named for _, expected in DAMAGES for named in expected], ids=str
)
def test_the_gate_names_what_does_not_hold(
    refused: PublicationReport, check: str, subject: dict[str, str]
) -> None:
    found = [failure for failure in refused.failures if failure.check == check]

    assert subject in [dict(failure.subject) for failure in found]
    assert all(failure.message and failure.text("en") for failure in found)


def test_what_was_refused_is_counted_with_what_to_do(refused: PublicationReport) -> None:
    assert set(refused.failed) == {check for _, expected in DAMAGES for check, _ in expected}
    assert all(
        refused.failed[check] == len([f for f in refused.failures if f.check == check])
        for check in refused.failed
    )
    lines = refused.lines("en")
    n_rows = f"{refused.checked['statuses_again']:,}"
    first = lines.index(
        f"How whole figures are agrees when worked out again (statuses_again): 1 of {n_rows} do not hold."
    )
    assert lines[first + 1] == (
        "  Indicator Members admitted (admissions), unit PB (PB), period 2016-N: worked out again it is final, "
        "the warehouse says provisional."
    )
    assert lines[first + 2].startswith("  Run again, so that the warehouse is built anew.")
    assert any("phát hành kèm lý do: --note" in line for line in refused.lines("vi"))
    kept = {suite.rules[0].rule: suite.rules[0] for suite in refused.results()}
    statuses = kept["statuses_again"]
    assert (statuses.failed, statuses.evaluated) == (1, refused.checked["statuses_again"])
    (sample,) = statuses.samples
    assert sample.values == {
        **_of("admissions", "PB", "2016-N"),
        "expected": "chính thức (final)",
        "found": "tạm tính (provisional)",
    }


NOT_HELD = {
    **dict.fromkeys(
        [("rpt_open_case", "reporting_org_code"), ("rpt_open_case", "period_code")],
        "pages take them from the submission",
    ),
}
"""Columns of marts that are read in which a wrong cell goes unnoticed, and why it may."""


def test_every_mart_that_is_read_is_looked_at_column_by_column(catalogue: Catalogue) -> None:
    facts = {form.fact_table for form in load_catalogue().forms.values()}

    assert read_tables() == TABLES.keys() | facts | VIEWS
    assert facts < facts_of(catalogue).keys()


def test_a_wrong_cell_of_any_column_that_is_read_is_named(
    warehouse: Path, home: Path, tmp_path: Path, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    bronze = home / "bronze"
    worked_out = list(comparison.recomputed(bronze, catalogue, None))  # what was filed stays as it is
    monkeypatch.setattr(comparison, "recomputed", lambda *_: worked_out)
    tables = {**TABLES, **BEHIND, **facts_of(catalogue)}
    del tables["fct_b11"]  # which nobody has filed

    with duckdb.connect(str(_damaged(warehouse, tmp_path))) as connection:
        missed = unnamed(
            connection, tables, lambda: comparison.figures_again(connection, bronze, catalogue, None)
        )

    assert missed == NOT_HELD.keys()


def test_a_table_halved_on_the_way_is_found_in_all_that_was_built_from_it(
    warehouse: Path, home: Path, target: Path, tmp_path: Path, catalogue: Catalogue
) -> None:
    shutil.copytree(home / "bronze", tmp_path / "bronze")
    halved = "update intermediate.int_indicator__contribution set contribution = contribution / 2"
    shutil.move(_damaged(warehouse, tmp_path, halved), tmp_path / "warehouse.duckdb")
    later = ["--select", "int_indicator__contribution+", "--exclude", "int_indicator__contribution"]
    built = _dbt(tmp_path, target, "run", *later)
    assert figure(built, "admissions", "P", "2017-N").exact == (13 + 10) / 2

    report = check_marts(built, home / "bronze", catalogue=catalogue)

    # what was built agrees with itself: only bronze knows better
    assert not report.failed.keys() & {"bronze_totals", "years_make_terms", "parts_make_wholes"}
    assert report.failed["figures_again"] > 1000
    assert report.failed["amounts_again"] > 100
    samples = [failure for failure in report.failures if failure.check == "figures_again"]
    assert len(samples) == 20
    assert all(failure.subject["unit"] in ("P", "PA", "PB", "M", "M1", "M2", "S", "Y") for failure in samples)


@pytest.mark.parametrize(
    ("new_submission", "shrunk"),
    [("", {"P", "PB"}), ("PB.2018-N.r1", set()), ("PA.2018-N.r1", {"PB"}), ("M1.2018-N.r1", {"P", "PB"})],
    ids=["nothing new", "the unit's", "a neighbour's", "another's"],
)
def test_a_figure_may_shrink_only_when_something_of_it_was_filed_since(
    warehouse: Path,
    connection: duckdb.DuckDBPyConnection,
    tmp_path: Path,
    new_submission: str,
    shrunk: set[str],
) -> None:
    before = _damaged(
        warehouse,
        tmp_path,
        "update fct_indicator_value set value = value + 5 "
        "where indicator_code = 'admissions' and org_code in ('P', 'PB') and period_code = '2018-N'",
    )
    previous = _release(before, tmp_path / "release", without=new_submission)

    pairs = shrunk_since(connection, previous)
    failing = judge({"nothing_shrank": pairs})["nothing_shrank"].samples

    assert set(pairs.iloc[list(failing)]["unit"]) == shrunk


def test_only_what_had_been_received_and_decided_counts_as_of_a_moment(
    home: Path, target: Path, warehouse: Path, tmp_path: Path, catalogue: Catalogue
) -> None:
    shutil.copytree(home / "bronze", tmp_path / "bronze")
    moment = datetime(2020, 11, 15, tzinfo=UTC)
    past = _dbt(tmp_path, target, "run", "--vars", "{as_of: '2020-11-15 00:00:00'}")

    assert figure(past, "admissions", "S", "2020-9T").value == 40  # between two withdrawals
    assert figure(past, "admissions", "PB", DANG).status == "none"
    assert figure(warehouse, "admissions", "PB", DANG).status == "final"
    assert check_marts(past, tmp_path / "bronze", as_of=moment, catalogue=catalogue).passed
    for database, until in ((past, moment), (warehouse, None)):
        with connect(database) as opened:
            told = opened.execute("select told_on from intermediate.int_publication__day").fetchall()
        assert told == [(last_day(home / "bronze", until),)]


def test_a_world_in_which_nobody_has_filed_builds_and_may_not_be_published(
    target: Path, tmp_path: Path
) -> None:
    world = example_world()
    world.filings = []
    world.write(tmp_path)

    empty = _dbt(tmp_path, target, "run")

    assert figure(empty, "admissions", "P", DANG).status == "none"
    assert not check_marts(empty, tmp_path / "bronze").passed
