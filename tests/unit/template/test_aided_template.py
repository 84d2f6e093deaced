"""What a template has beyond a plain workbook: locks, checked input, rules that speak, and what it carries."""

import csv
import shutil
import subprocess
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from ingestion.catalogue import load_catalogue
from ingestion.gate.history import KEY_COLUMNS
from ingestion.periods import Period
from ingestion.pipeline import check_files
from ingestion.reading import read_file
from ingestion.registry import Organisation, Registry, TermOfOffice
from ingestion.workbook import write_template
from ingestion.workbook.formulas import Plan, not_compiled

CATALOGUE = load_catalogue()
PERIOD = Period.parse("2019-N")
SOFFICE = shutil.which("soffice")


class LastYear:
    """Accepted closing figures of the year before."""

    def rows(self, form: str, period: Period) -> pd.DataFrame:
        if (form, period.code) != ("B01", "2018-N"):
            return pd.DataFrame(columns=list(KEY_COLUMNS))
        rows = [
            {"reporting_org_code": "U", "org_code": code, "closing_members": members, "closing_probationary": 2}
            for code, members in (("U-001", 50), ("U-002", 20))
        ]
        return pd.DataFrame(rows)


@pytest.fixture(scope="module")
def registry() -> Registry:
    def organisation(code: str, kind: str, parent: str = "", **changes: Any) -> Organisation:
        fields: dict[str, Any] = {"files_reports": kind == "DISTRICT", "valid_from": date(2005, 1, 1)}
        return Organisation(
            org_code=code, org_name=f"Tổ chức {code}", org_kind=kind, parent_code=parent, **(fields | changes)
        )

    return Registry(
        Path(),
        (
            organisation("U", "DISTRICT", "P"),
            organisation("U-001", "GRASSROOTS", "U", org_type="DANG_BO_CO_SO"),
            organisation("U-002", "GRASSROOTS", "U", org_type="CHI_BO_CO_SO"),
        ),
        (),
        (),
        (TermOfOffice(term_system="DANG", term_code="2015-2020-NK", first_year=2016, last_year=2020),),
        (),
        (),
    )


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, registry: Registry) -> tuple[Path, Plan]:
    path = tmp_path_factory.mktemp("template") / "t.xlsx"
    return path, write_template(path, CATALOGUE, registry, "U", PERIOD, history=LastYear())


def wrong(made: tuple[Path, Plan], folder: Path) -> Path:
    """Fill in the first sheet: increases that do not add up, and a closing count that does not follow."""
    book = openpyxl.load_workbook(made[0])
    sheet = book["B01"]
    for row in (9, 10):
        for column in range(4, 27):
            sheet.cell(row, column).value = 0
        sheet.cell(row, 19).value = sheet.cell(row, 3).value
    sheet["D9"], sheet["I9"], sheet["S9"] = 3, 4, 54
    sheet["K10"] = "x"
    path = folder / "wrong.xlsx"
    book.save(path)
    return path


def test_names_and_codes_are_locked_and_figures_are_open(made: tuple[Path, Plan]) -> None:
    sheet = openpyxl.load_workbook(made[0])["B01"]
    assert sheet.protection.sheet
    assert not sheet.protection.password
    assert [sheet.cell(9, c).protection.locked for c in (1, 2, 3, 19)] == [True, True, False, False]
    assert sheet["C11"].protection.locked


def test_opening_figures_are_the_closing_ones_of_last_year(made: tuple[Path, Plan]) -> None:
    sheet = openpyxl.load_workbook(made[0])["B01"]
    assert [sheet["C9"].value, sheet["C10"].value] == [50, 20]


def test_counts_dates_and_choices_are_checked_while_they_are_typed(made: tuple[Path, Plan]) -> None:
    book = openpyxl.load_workbook(made[0])
    kinds = {
        sheet: {v.type for v in book[sheet].data_validations.dataValidation} for sheet in ("B01", "B04", "B08")
    }
    assert kinds == {"B01": {"custom"}, "B04": {"custom", "list"}, "B08": {"custom", "date"}}
    for validation in book["B01"].data_validations.dataValidation:
        assert validation.prompt
        assert validation.error


def test_a_blank_template_is_read_without_problems_and_without_notes(made: tuple[Path, Plan]) -> None:
    reading = read_file(made[0], CATALOGUE)
    assert reading.problems == []
    assert [note for note in reading.notes if note.code != "R129"] == []


def test_what_the_workbook_cannot_check_is_listed_with_reasons(made: tuple[Path, Plan]) -> None:
    listed = not_compiled(made[1])
    assert {"V001", "V004", "V057", "V058", "V059"} <= {skipped.rule for skipped in listed}
    assert all(skipped.text for skipped in listed)
    compiled = {violation.check.rule.id for violation in made[1].violations}
    assert {"V009", "V010", "V012", "V014", "V015", "V018", "V019", "V021", "V029", "V042", "V050"} <= compiled


def test_without_a_registry_a_template_is_judged_by_what_it_carries(
    made: tuple[Path, Plan], tmp_path: Path, registry: Registry
) -> None:
    path = wrong(made, tmp_path)
    at = datetime(2020, 1, 5, tzinfo=UTC)
    [own] = check_files([path], CATALOGUE, None, at)
    [full] = check_files([path], CATALOGUE, registry, at, LastYear())
    assert own.judgement == full.judgement
    assert {"V010", "V012"} <= {finding.rule for finding in own.judgement.findings}


def test_a_template_whose_carried_rows_were_changed_is_checked_without_them(
    made: tuple[Path, Plan], tmp_path: Path
) -> None:
    book = openpyxl.load_workbook(made[0])
    book["DM_DL"]["B1"] = "{"
    book.save(tmp_path / "t.xlsx")
    [result] = check_files([tmp_path / "t.xlsx"], CATALOGUE, None, None)
    assert "V001" in {finding.rule for finding in result.judgement.findings}


@pytest.mark.skipif(SOFFICE is None, reason="LibreOffice is not installed: formulas are not recalculated by it")
def test_libreoffice_computes_the_messages_that_the_gate_gives(
    made: tuple[Path, Plan], tmp_path: Path, registry: Registry
) -> None:
    path = wrong(made, tmp_path)
    # Comma, quote, UTF-8; the last number chooses the second sheet, which is B01.
    options = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,2"
    profile = f"-env:UserInstallation=file://{tmp_path}/profile"
    command = [
        str(SOFFICE),
        profile,
        "--headless",
        "--convert-to",
        options,
        "--outdir",
        str(tmp_path),
        str(path),
    ]
    subprocess.run(command, check=True, capture_output=True, timeout=180)
    with next(tmp_path.glob("*B01.csv")).open(encoding="utf-8") as file:
        rows = list(csv.reader(file))
    [result] = check_files([path], CATALOGUE, registry, None, LastYear())
    found = {(f.rule, f.cell) for f in result.judgement.findings if f.sheet == "B01"}
    assert {("V012", "I9")} <= found
    shown = {
        (violation.check.rule.id, f"{violation.cell[0]}{violation.cell[1] or row}")
        for column in made[1].columns["B01"]
        for violation in column.violations
        if violation.cell is not None and len(column.violations) == 1
        for row in ((violation.row,) if violation.row else (9, 10))
        if _cell(rows, row, column.letters)
    }
    single = {
        violation.check.rule.id
        for column in made[1].columns["B01"]
        for violation in column.violations
        if len(column.violations) == 1
    }
    several = {v.check.rule.id for c in made[1].columns["B01"] if len(c.violations) > 1 for v in c.violations}
    assert shown == {(rule, cell) for rule, cell in found if rule in single - several}


def _cell(rows: list[list[str]], row: int, letters: str) -> str:
    position = openpyxl.utils.column_index_from_string(letters) - 1
    return rows[row - 1][position] if position < len(rows[row - 1]) else ""
