"""A tenth form is one form file and one indicator file: from the template to a figure and its cells."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest
import yaml

from ingestion import intake, pipeline
from ingestion.catalogue import HERE, Catalogue, load_catalogue
from ingestion.findings import Verdict
from ingestion.home import Home
from ingestion.periods import Period
from ingestion.reading import read_file
from ingestion.registry import Registry, load_registry
from ingestion.workbook.template import assigned_targets, reporting_unit, write_template
from ingestion.workbook.writer import CellInput, write_workbook
from orchestration.warehouse import build_aside
from reports.figures import figure, trace
from tests.integration.small_state import UNIT, make_home, sound_tables

PERIOD = Period.parse("2019-N")
NOW = datetime(2020, 1, 10, tzinfo=UTC)

FORM = {
    "code": "B10",
    "sheet": "B10",
    "title": {"vi": "Biểu 10 – Huy hiệu Đảng", "en": "Form 10 – Party badges"},
    "grain": "one row per grassroots organisation",
    "rows": "organisations",
    "key": ["org_code"],
    "required_for": {"DISTRICT": ["N"]},
    "columns": [
        {"code": "org_code", "label": {"vi": "Mã TCCSĐ", "en": "Code"}, "type": "code", "required": True},
        {"code": "org_name", "label": {"vi": "Tên TCCSĐ", "en": "Name"}, "type": "text", "required": False},
        *(
            {
                "code": f"badges_{years}",
                "label": {"vi": f"Huy hiệu {years} năm", "en": f"{years}-year badges"},
                "type": "int",
                "unit": "PERSON",
                "nature": "flow",
                "required": True,
            }
            for years in (30, 40)
        ),
    ],
}
INDICATORS = {
    "indicators": [
        {
            "code": "party_badges",
            "name": {"vi": "Huy hiệu Đảng được trao", "en": "Party badges awarded"},
            "unit": "PERSON",
            "kind": "flow",
            "section": "members",
            "value": [{"form": "B10", "column": f"badges_{years}", "over_time": "sum"} for years in (30, 40)],
        }
    ]
}


@pytest.fixture(scope="module")
def catalogue(tmp_path_factory: pytest.TempPathFactory) -> Catalogue:
    folder = tmp_path_factory.mktemp("catalogue")
    for name, file, content in (("forms", "B10.yml", FORM), ("indicators", "badges.yml", INDICATORS)):
        shutil.copytree(HERE / name, folder / name)
        (folder / name / file).write_text(yaml.safe_dump(content, allow_unicode=True), encoding="utf-8")
    return load_catalogue(folder)


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return make_home(tmp_path_factory.mktemp("tenth"))


@pytest.fixture(scope="module")
def registry(home: Home) -> Registry:
    return load_registry(home.registry)


def file_with(path: Path, catalogue: Catalogue, registry: Registry, badges: list[CellInput]) -> Path:
    unit = reporting_unit(registry, UNIT, PERIOD)
    tables = sound_tables(catalogue, registry, PERIOD)
    for row, count in zip(tables["B10"], badges, strict=True):
        row |= {"badges_30": count, "badges_40": 1}
    write_workbook(
        path,
        catalogue,
        unit,
        PERIOD,
        tables,
        cover={},
        organisations=registry.members_in(UNIT, PERIOD),
        targets=assigned_targets(registry, unit, PERIOD),
    )
    return path


def test_the_template_has_the_new_sheet_with_the_units_organisations(
    tmp_path: Path, catalogue: Catalogue, registry: Registry
) -> None:
    write_template(tmp_path / "blank.xlsx", catalogue, registry, UNIT, PERIOD)
    table = read_file(tmp_path / "blank.xlsx", catalogue).tables["B10"]
    assert [row.values["org_code"] for row in table.rows] == ["VD-NX-04", "VD-SM-04"]


def test_check_applies_the_rules_of_types_and_blanks_to_the_new_form(
    tmp_path: Path, catalogue: Catalogue, registry: Registry
) -> None:
    path = file_with(tmp_path / "wrong.xlsx", catalogue, registry, ["gần 5", None])
    (result,) = pipeline.check_files([path], catalogue, registry, as_of=NOW)
    assert result.judgement.verdict is Verdict.REJECTED
    found = {(finding.rule, finding.sheet, finding.cell) for finding in result.judgement.findings}
    assert {("V009", "B10", "C9"), ("V010", "B10", "C10")} <= found


def test_the_new_forms_cells_reach_bronze_a_figure_and_its_trace(
    tmp_path: Path, home: Home, catalogue: Catalogue, registry: Registry
) -> None:
    path = file_with(tmp_path / "sound.xlsx", catalogue, registry, [4, 3])
    intake.put_in_inbox(home, path, UNIT, NOW)
    pipeline.land_inbox(home, registry, catalogue, NOW)
    report = pipeline.judge_period(home, registry, catalogue, PERIOD.code, NOW, engine="masks")
    assert list(report.verdicts.values()) == [Verdict.ACCEPTED]
    assert (home.bronze / "forms" / "B10" / "2019-N.parquet").is_file()

    build_aside(home, home.warehouse, as_of=None)

    assert figure(home.warehouse, "party_badges", UNIT, PERIOD.code).value == 9
    cells = {
        (cell.sheet, cell.cell): cell.contribution
        for cell in trace(home.warehouse, "party_badges", UNIT, PERIOD.code)
    }
    assert cells == {("B10", "C9"): 4, ("B10", "D9"): 1, ("B10", "C10"): 3, ("B10", "D10"): 1}
