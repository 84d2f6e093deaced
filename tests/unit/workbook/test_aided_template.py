"""What a template has beyond a plain workbook: locks, checked input, rules that speak, and what it carries."""

from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pandas as pd
import pytest

from ingestion.definitions.catalogue import OwnFile, load_catalogue
from ingestion.definitions.overlay import laid_over
from ingestion.definitions.registry import Registry
from ingestion.definitions.registry_rows import Organisation, Target, TermOfOffice
from ingestion.gate.frames.history import KEY_COLUMNS
from ingestion.pipeline import check_files
from ingestion.reading import read_file
from ingestion.records.periods import Period
from ingestion.workbook import write_template
from ingestion.workbook.rule_formulas import SPARE_ROWS, Plan, not_compiled
from tests.support import own_forms
from tests.support.own_forms import form

CATALOGUE = load_catalogue()
PERIOD = Period.parse("2019-N")


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
    """Fill in the first sheet: increases that do not add up, a closing count that does not follow, a blank."""
    book = openpyxl.load_workbook(made[0])
    sheet = book["B01"]
    for row in (9, 10):
        for column in range(4, 27):
            sheet.cell(row, column).value = 0
        sheet.cell(row, 19).value = sheet.cell(row, 3).value
    sheet["D9"], sheet["I9"], sheet["S9"] = 3, 4, 54
    sheet["K10"], sheet["M10"] = "x", None
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
    assert kinds == {"B01": {"custom"}, "B04": {"custom", "list"}, "B08": {"custom", "date", "list", None}}
    for validation in book["B01"].data_validations.dataValidation:
        assert validation.prompt
        assert validation.error


def test_a_blank_template_is_read_without_problems_and_without_notes(made: tuple[Path, Plan]) -> None:
    reading = read_file(made[0], CATALOGUE)
    assert reading.problems == []
    assert reading.notes == []


def number(code: str, kind: str, unit: str, **more: Any) -> dict[str, Any]:
    return own_forms.column(code, kind, **{"unit": unit, "nature": "flow"} | more)


OFFICE = (
    OwnFile(
        "units",
        "units.yml",
        "OWN_MILLION: {vi: triệu đồng, en: million VND}\n"
        "OWN_RATE: {vi: nghìn đồng/tháng, en: thousand VND a month}\n"
        "OWN_TONNE: {vi: tr. tấn (khô), en: million tonnes}\n",
    ),
    form(
        "B90",
        "organisations",
        own_forms.column("org_code", "code"),
        number("fees", "decimal", "OWN_MILLION"),
        number("balance", "decimal", "OWN_RATE", nature="stock", signed=True),
        number("share", "percent", "PERCENT", nature="ratio"),
        number("score", "decimal", "POINT", nature="ratio"),
    ),
    form(
        "B91",
        "lines",
        own_forms.column("line_code", "code"),
        number("count", "int", "OWN_RATE"),
        lines=[{"column": "line_code", "members": [{"code": "ONLY", "label": {"vi": "Một", "en": "One"}}]}],
    ),
    form(
        "B92",
        "organisations",
        own_forms.column("org_code", "code"),
        own_forms.column("org_name", "text"),
        number("n", "int", "OWN_TONNE"),
    ),
)
"""Forms with units that count in thousands and millions, and with a single column of numbers."""


@pytest.fixture(scope="module")
def of_the_office(tmp_path_factory: pytest.TempPathFactory, registry: Registry) -> Path:
    path = tmp_path_factory.mktemp("office") / "t.xlsx"
    write_template(path, laid_over(OFFICE), registry, "U", PERIOD)
    return path


def test_a_blank_template_with_forms_of_an_office_is_read_without_notes_as_well(of_the_office: Path) -> None:
    reading = read_file(of_the_office, laid_over(OFFICE))
    assert {"B90", "B91", "B92"} <= reading.tables.keys()
    assert (reading.problems, reading.notes) == ([], [])


def test_amounts_that_add_up_have_a_sum_in_the_total_row(of_the_office: Path) -> None:
    sheet = openpyxl.load_workbook(of_the_office)["B90"]
    assert [cell.value for cell in sheet[11]][:5] == ["Tổng cộng", "=SUM(B9:B10)", "=SUM(C9:C10)", None, None]


def test_amounts_are_taken_from_zero_on_and_a_balance_as_it_is(of_the_office: Path) -> None:
    sheet = openpyxl.load_workbook(of_the_office)["B90"]
    allowed = {str(v.sqref): v.formula1 for v in sheet.data_validations.dataValidation}
    assert "B9>=0" in allowed["B9:B10"]
    assert ">=0" not in allowed["C9:C10"] + allowed["D9:D10"]


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
    assert own.carried_notes == ()
    assert {"V010", "V012"} <= {finding.rule for finding in own.judgement.findings}


def test_the_counts_on_the_cover_survive_a_sheet_that_was_removed(made: tuple[Path, Plan]) -> None:
    cover = openpyxl.load_workbook(made[0])["B00"]
    formulas = [str(c.value) for c in cover["C"] if str(c.value).startswith("=")]
    assert len(formulas) >= 3
    for formula in formulas:
        assert formula.count("COUNTIF(") == formula.count("IFERROR(COUNTIF(") > 0


@pytest.mark.parametrize("sheet", ["B01", "B05", "B08", "B09"])
def test_only_the_form_is_printed_on_the_width_of_a_page_under_its_header(
    made: tuple[Path, Plan], sheet: str
) -> None:
    book = openpyxl.load_workbook(made[0])
    page = book[sheet]
    last = openpyxl.utils.get_column_letter(len(CATALOGUE.on(PERIOD.end).forms[sheet].columns))
    assert page.print_area.startswith(f"'{sheet}'!$A$1:${last}$")
    assert page.page_setup.orientation == "landscape"
    assert page.page_setup.fitToWidth in (None, 1)  # one page is what is meant where nothing is said
    assert page.sheet_properties.pageSetUpPr.fitToPage
    assert page.print_title_rows == "$6:$8"


def test_rows_are_high_enough_for_their_names(tmp_path: Path, registry: Registry) -> None:
    long = "Chi bộ Trung tâm Giáo dục nghề nghiệp – Giáo dục thường xuyên huyện Gò Công Tây"
    organisations = tuple(
        o.model_copy(update={"org_name": long}) if o.org_code == "U-002" else o for o in registry.organisations
    )
    write_template(tmp_path / "t.xlsx", CATALOGUE, replace(registry, organisations=organisations), "U", PERIOD)
    book = openpyxl.load_workbook(tmp_path / "t.xlsx")
    for sheet, rows in (("B01", (9, 10)), ("DM_TCCSD", (7, 8))):
        short, tall = (book[sheet].row_dimensions[row].height for row in rows)
        assert short is None
        assert tall > 29


@pytest.mark.parametrize(("sheet", "key", "filled"), [("B08", "HT01", 20), ("B09", None, 0)])
def test_a_clerk_can_add_rows_where_the_form_takes_more(
    made: tuple[Path, Plan], sheet: str, key: str | None, filled: int
) -> None:
    page = openpyxl.load_workbook(made[0])[sheet]
    first, last = 9 + filled, 9 + filled + SPARE_ROWS - 1
    assert page["A9"].value == key
    for row in (first, last):
        cells = [page.cell(row, column) for column in range(1, len(CATALOGUE.forms[sheet].columns) + 1)]
        assert not [cell.coordinate for cell in cells if cell.protection.locked]
        lists = {v.type for v in page.data_validations.dataValidation if cells[0].coordinate in v.sqref}
        assert lists == {"list"}
    covered = {str(rule.sqref) for rule in page.conditional_formatting}
    assert f"D9:D{last}" in covered
    assert page.cell(last + 1, 1).protection.locked


def test_no_rows_are_added_where_the_registry_or_the_form_says_which_there_are(
    made: tuple[Path, Plan],
) -> None:
    spare = {code for code, place in made[1].book.sheets.items() if place.spare}
    assert {"B08", "B09"} <= spare
    assert spare.isdisjoint({"B03", "B05", "B07"})
    assert not [code for code in spare if CATALOGUE.forms[code].rows == "organisations"]


def test_a_document_can_be_named_where_the_line_is_fixed(made: tuple[Path, Plan]) -> None:
    page = openpyxl.load_workbook(made[0])["B08"]
    assert [page["A9"].protection.locked, page["B9"].protection.locked] == [True, False]


def test_assigned_targets_are_locked_and_results_are_open(tmp_path: Path, registry: Registry) -> None:
    target = Target(
        org_code="U",
        indicator_code="admissions",
        term_code="2015-2020-NK",
        basis="YEAR",
        direction="GE",
        min=10,
    )
    write_template(tmp_path / "t.xlsx", CATALOGUE, replace(registry, targets=(target,)), "U", PERIOD)
    page = openpyxl.load_workbook(tmp_path / "t.xlsx")["B09"]
    columns = {column.code: i for i, column in enumerate(CATALOGUE.forms["B09"].columns, start=1)}
    locked = {code for code, i in columns.items() if page.cell(9, i).protection.locked}
    assert locked == {
        "indicator_code",
        "indicator_name",
        "unit_code",
        "direction",
        "target_min",
        "target_basis",
    }


def test_codes_say_what_they_mean_while_they_are_chosen(made: tuple[Path, Plan]) -> None:
    book = openpyxl.load_workbook(made[0])

    def prompts(sheet: str, cell: str) -> list[str]:
        return [v.prompt for v in book[sheet].data_validations.dataValidation if cell in v.sqref]

    assert "HTXSNV: hoàn thành xuất sắc nhiệm vụ" in prompts("B04", "C9")[0]
    assert prompts("B05", "B9") == [CATALOGUE.forms["B05"].line_members["activity_code"]["KT_CH"].label.vi]
    assert "CUMULATIVE: lũy kế" in prompts("B00", "C10")[0]
    assert prompts("Giai_trinh", "A7")
    assert "PERCENT (%)" in prompts("B09", "C9")[0]


def test_a_used_row_is_read_and_judged_like_any_other(
    made: tuple[Path, Plan], tmp_path: Path, registry: Registry
) -> None:
    book = openpyxl.load_workbook(made[0])
    page = book["B08"]
    page["A29"], page["B29"], page["D29"], page["E29"] = "HT01", "NQ-DH12", 5, 7
    book.save(tmp_path / "t.xlsx")
    [result] = check_files([tmp_path / "t.xlsx"], CATALOGUE, registry, None, LastYear())
    rows = result.reading.tables["B08"].rows
    assert (len(rows), rows[-1].number, rows[-1].values["document_code"]) == (21, 29, "NQ-DH12")
    assert ("V052", "E29") in {(f.rule, f.cell) for f in result.judgement.findings}
