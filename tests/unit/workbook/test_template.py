"""The blank workbook and the writer: what stands where, and that the same input gives the same bytes."""

from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from ingestion.definitions.catalogue import load_catalogue
from ingestion.definitions.overlay import laid_over
from ingestion.definitions.registry import Registry
from ingestion.definitions.registry_rows import Organisation, Succession, Target, TermOfOffice
from ingestion.reading import read_file
from ingestion.records.periods import Period
from ingestion.records.submissions import Explanation
from ingestion.workbook import (
    NOT_APPLICABLE,
    TemplateError,
    assigned_targets,
    blank_tables,
    write_template,
    write_workbook,
)
from tests.support.own_forms import column as own_column
from tests.support.own_forms import form as own_form

CATALOGUE = load_catalogue()
YEAR = Period.parse("2019-N")


def organisation(code: str, kind: str, parent: str = "", **changes: Any) -> Organisation:
    fields: dict[str, Any] = {
        "org_code": code,
        "org_name": f"Tổ chức {code}",
        "org_kind": kind,
        "parent_code": parent,
        "files_reports": kind not in ("GRASSROOTS", "UNION_BASE"),
        "valid_from": date(2005, 1, 1),
    }
    return Organisation(**(fields | changes))


def target(org: str, indicator: str, **changes: Any) -> Target:
    fields: dict[str, Any] = {
        "org_code": org,
        "indicator_code": indicator,
        "term_code": "2015-2020-NK",
        "basis": "YEAR",
        "direction": "GE",
        "min": 10.0,
    }
    return Target(**(fields | changes))


@pytest.fixture
def registry() -> Registry:
    return Registry(
        folder=Path(),
        organisations=(
            organisation("P", "PROVINCE"),
            organisation("U", "DISTRICT", "P"),
            organisation("U-002", "GRASSROOTS", "U"),
            organisation("U-001", "GRASSROOTS", "U", org_name="=HYPERLINK(0)"),
            organisation("U-003", "GRASSROOTS", "U", valid_to=date(2019, 3, 31)),
            organisation("U-004", "GRASSROOTS", "U", valid_to=date(2018, 12, 31)),
            organisation("D", "UNION_BRANCH", term_system="DOAN"),
            organisation("D-01", "UNION_BASE", "D", term_system="DOAN"),
        ),
        successions=(),
        calendar=(),
        terms=(
            TermOfOffice(term_system="DANG", term_code="2015-2020-NK", first_year=2016, last_year=2020),
            TermOfOffice(term_system="DOAN", term_code="2012-2017-NK", first_year=2013, last_year=2017),
        ),
        targets=(
            target("U", "admissions", min=120.0),
            target("U", "admissions", year=2019, min=130.0, document="Số 12-KH/TU"),
            target("U", "admissions", year=2018, min=140.0),
            target("U", "members", term_code="2010-2015-NK"),
            target("U-001", "admissions", min=5.0),
            target("U-002", "admissions", basis="TERM", min=50.0),
        ),
        rating_schemes=(),
    )


def template(tmp_path: Path, registry: Registry, unit: str, period: str) -> openpyxl.Workbook:
    path = tmp_path / "t.xlsx"
    write_template(path, CATALOGUE, registry, unit, Period.parse(period))
    return openpyxl.load_workbook(path)


@pytest.mark.parametrize(
    ("unit", "period", "forms"),
    [
        ("U", "2019-N", ["B01", "B02", "B03", "B04", "B05", "B06", "B07", "B08", "B09"]),
        ("U", "2019-Q1", ["B01", "B02", "B05", "B06"]),
        ("U", "2015-2020-NK", ["B05", "B06", "B09"]),
        ("P", "2019-N", ["B03", "B07", "B09"]),
        ("D", "2016-N", ["B02", "B08"]),
    ],
)
def test_the_sheets_are_those_that_the_unit_files_for_the_period(
    tmp_path: Path, registry: Registry, unit: str, period: str, forms: list[str]
) -> None:
    book = template(tmp_path, registry, unit, period)
    added = [form.sheet for form in CATALOGUE.forms.values() if form.code > "B09"]
    assert [name for name in book.sheetnames if name not in added] == [
        "B00",
        *forms,
        "Giai_trinh",
        "DM_TCCSD",
        "DM_CT",
        "DM_CS",
        "DM_DL",
    ]


def test_the_cover_and_the_heads_of_a_term_tell_the_days_that_the_registry_gives_it(
    tmp_path: Path, registry: Registry
) -> None:
    term = TermOfOffice(term_system="DANG", term_code="2015-2020-NK", first_year=2015, last_year=2019)
    ended = organisation("U-005", "GRASSROOTS", "U", valid_to=date(2015, 11, 30))
    known = replace(registry, terms=(term,), organisations=(*registry.organisations, ended))
    book = template(tmp_path, known, "U", "2015-2020-NK")
    cover = {row[0].value: row[2].value for row in book["B00"].iter_rows(min_row=5, max_row=20)}
    assert (cover["period_start"].date(), cover["period_end"].date()) == (date(2015, 1, 1), date(2019, 12, 31))
    assert "01/01/2015" in book["B05"]["A4"].value and "31/12/2019" in book["B05"]["A4"].value
    listed = [row[0].value for row in book["DM_TCCSD"].iter_rows(min_row=7)]
    assert "U-005" in listed


def test_every_column_stands_under_its_hidden_code_and_the_data_begin_in_row_nine(
    tmp_path: Path, registry: Registry
) -> None:
    book = template(tmp_path, registry, "U", "2019-N")
    for form in CATALOGUE.on(YEAR.end).owed_forms("DISTRICT", YEAR):
        sheet = book[form.sheet]
        codes = [column.code for column in form.columns]
        assert [cell.value for cell in sheet[5][: len(codes)]] == codes
        assert sheet.row_dimensions[5].hidden
        assert sheet["A1"].value == "Tổ chức U"
        assert sheet.cell(1, len(form.columns)).value == form.code
        assert sheet["A8"].value == "A"
        assert sheet.freeze_panes is not None
        assert sheet["A9"].value is not None


def test_the_members_of_the_period_are_filled_in_by_code_and_the_ended_of_an_earlier_year_left_out(
    tmp_path: Path, registry: Registry
) -> None:
    sheet = template(tmp_path, registry, "U", "2019-N")["B01"]
    assert [sheet.cell(row, 1).value for row in range(9, 13)] == ["U-001", "U-002", "U-003", "Tổng cộng"]
    assert sheet["C9"].value is None
    assert sheet["C12"].value == "=SUM(C9:C11)"


def test_text_from_the_registry_is_never_a_formula(tmp_path: Path, registry: Registry) -> None:
    cell = template(tmp_path, registry, "U", "2019-N")["B01"]["B9"]
    assert (cell.value, cell.data_type) == ("=HYPERLINK(0)", "s")


def test_the_lines_are_those_that_the_kind_of_unit_files(tmp_path: Path, registry: Registry) -> None:
    lines = {unit: blank_tables(CATALOGUE, registry, unit, YEAR)["B03"] for unit in "UP"}
    codes = {unit: [row["line_code"] for row in rows] for unit, rows in lines.items()}
    assert codes["P"] == ["TC01", "DM01", "DM02", "DM03", "DM04"]
    assert "TC01" not in codes["U"]
    assert "TC02" in codes["U"]
    assert lines["P"][0]["line_name"] == CATALOGUE.forms["B03"].lines[0].members[0].label.vi


def test_a_form_with_two_fixed_keys_has_every_pair(tmp_path: Path, registry: Registry) -> None:
    rows = blank_tables(CATALOGUE, registry, "U", YEAR)["B05"]
    assert len({(row["actor_code"], row["activity_code"]) for row in rows}) == len(rows) == 32


def test_assigned_targets_are_those_of_the_year_before_those_of_the_term(registry: Registry) -> None:
    unit = registry.organisations[1]
    assert [(t.indicator_code, t.min) for t in assigned_targets(registry, unit, YEAR)] == [("admissions", 130)]
    earlier = assigned_targets(registry, unit, Period.parse("2017-N"))
    assert [(t.indicator_code, t.min) for t in earlier] == [("admissions", 120)]


def test_targets_prefill_the_target_form_and_the_column_that_names_their_indicator(
    tmp_path: Path, registry: Registry
) -> None:
    tables = blank_tables(CATALOGUE, registry, "U", YEAR)
    assert tables["B09"][0]["indicator_code"] == "admissions"
    assert tables["B09"][0]["target_min"] == 130
    assert tables["B09"][0]["unit_code"] == "PERSON"
    assigned = {row["org_code"]: row.get("target_admissions_year") for row in tables["B02"]}
    assert assigned == {"U-001": 5, "U-002": None, "U-003": None}


def test_the_cover_tells_unit_and_period(tmp_path: Path, registry: Registry) -> None:
    sheet = template(tmp_path, registry, "U", "2019-6T")["B00"]
    entries = {sheet.cell(row, 1).value: sheet.cell(row, 3).value for row in range(5, 18)}
    assert entries["reporting_org_code"] == "U"
    assert entries["period_code"] == "2019-6T"
    assert entries["period_end"].date() == date(2019, 6, 30)
    assert entries["preparer_role"] is None
    assert sheet.column_dimensions["A"].hidden


@pytest.mark.parametrize("unit", ["X", "U-001"])
def test_there_is_no_template_for_a_unit_that_does_not_file(
    tmp_path: Path, registry: Registry, unit: str
) -> None:
    with pytest.raises(TemplateError, match=unit):
        write_template(tmp_path / "t.xlsx", CATALOGUE, registry, unit, YEAR)
    assert not (tmp_path / "t.xlsx").exists()


@pytest.mark.parametrize(
    ("period", "said"),
    [
        ("2019-9T", ("30/06/2019", "2019-6T", "NEW, U")),
        ("2020-6T", ("30/06/2019", "2019-6T", "NEW, U")),
        ("2014-N", ("01/01/2015",)),
        ("2019-6T", None),
    ],
)
def test_of_a_unit_that_had_ended_or_not_begun_the_refusal_says_when_and_who_files(
    registry: Registry, period: str, said: tuple[str, ...] | None
) -> None:
    old = organisation("OLD", "DISTRICT", "P", valid_from=date(2015, 1, 1), valid_to=date(2019, 6, 30))
    follows = [
        Succession(predecessor_code="OLD", successor_code=into, event_type=event, effective_on=date(2019, 7, 1))
        for event, into in (("split", "NEW"), ("split", "U"), ("transfer", "P"))
    ]
    known = replace(registry, organisations=(*registry.organisations, old), successions=tuple(follows))
    if said is None:
        assert blank_tables(CATALOGUE, known, "OLD", Period.parse(period))
        return
    with pytest.raises(TemplateError) as error:
        blank_tables(CATALOGUE, known, "OLD", Period.parse(period))
    for language in ("vi", "en"):
        told = error.value.told(language)
        assert [part for part in ("OLD", period, *said) if part not in told] == []


def test_there_is_no_template_for_a_period_for_which_nothing_is_owed(
    tmp_path: Path, registry: Registry
) -> None:
    with pytest.raises(TemplateError, match="2019-Q1"):
        write_template(tmp_path / "t.xlsx", CATALOGUE, registry, "P", Period.parse("2019-Q1"))


def filled(tmp_path: Path, registry: Registry, name: str = "f.xlsx", **changes: Any) -> Path:
    path = tmp_path / name
    rows = [
        {"org_code": "U-001", "opening_members": 1_000, "in_admitted": NOT_APPLICABLE, "note": "=1+1"},
        {"org_code": "U-002", "opening_members": 252, "in_admitted": "gần 5.000"},
    ]
    write_workbook(
        path,
        CATALOGUE,
        registry.organisations[1],
        YEAR,
        {"B01": rows},
        days=YEAR.days_by_code,
        cover={"revision_no": 1, "prepared_on": date(2020, 1, 5)},
        explanations=[Explanation("V019", "B01", "C9", "Chi bộ mới thành lập", 7)],
        **changes,
    )
    return path


def test_the_same_input_gives_the_same_bytes(tmp_path: Path, registry: Registry) -> None:
    first, second = filled(tmp_path, registry, "a.xlsx"), filled(tmp_path, registry, "b.xlsx")
    assert first.read_bytes() == second.read_bytes()


def test_values_keep_their_type_and_what_a_clerk_types_stays_as_typed(
    tmp_path: Path, registry: Registry
) -> None:
    sheet = openpyxl.load_workbook(filled(tmp_path, registry))["B01"]
    assert sheet["C9"].value == 1000
    assert sheet["C9"].number_format == "#,##0"
    assert sheet["D9"].value == "x"
    assert sheet["D10"].value == "gần 5.000"
    note = sheet.cell(9, list(CATALOGUE.forms["B01"].by_code).index("note") + 1)
    assert (note.value, note.data_type) == ("=1+1", "s")
    assert sheet["A9"].number_format == "@"


def test_the_total_row_carries_its_sum_for_readers_that_do_not_calculate(
    tmp_path: Path, registry: Registry
) -> None:
    sheet = openpyxl.load_workbook(filled(tmp_path, registry), data_only=True)["B01"]
    assert sheet["A11"].value == "Tổng cộng"
    assert sheet["C11"].value == 1252
    assert sheet["D11"].value == 0


def test_a_total_may_be_typed_by_hand(tmp_path: Path, registry: Registry) -> None:
    path = filled(tmp_path, registry, typed_totals={"B01": {"opening_members": 1253}})
    sheet = openpyxl.load_workbook(path)["B01"]
    assert sheet["C11"].value == 1253
    assert sheet["E11"].value == "=SUM(E9:E10)"


def test_explanations_stand_where_the_reader_looks_for_them(tmp_path: Path, registry: Registry) -> None:
    sheet = openpyxl.load_workbook(filled(tmp_path, registry))["Giai_trinh"]
    assert [cell.value for cell in sheet[5]] == ["rule", "sheet", "cell", "text"]
    assert [cell.value for cell in sheet[7]] == ["V019", "B01", "C9", "Chi bộ mới thành lập"]


def test_groups_are_merged_over_their_columns_and_single_columns_over_both_rows(
    tmp_path: Path, registry: Registry
) -> None:
    sheet = template(tmp_path, registry, "U", "2019-N")["B01"]
    merged = {str(merge) for merge in sheet.merged_cells.ranges}
    assert {"D6:H6", "A6:A7", "C6:C7"} <= merged
    assert sheet["D6"].value == "Tăng"
    assert sheet["D7"].value == "kết nạp"


def test_closed_lists_of_codes_can_be_chosen(tmp_path: Path, registry: Registry) -> None:
    sheet = template(tmp_path, registry, "U", "2019-N")["B04"]
    lists = {str(v.sqref): v.formula1 for v in sheet.data_validations.dataValidation}
    assert lists["C9:C11"] == '"HTXSNV,HTTNV,HTNV,KHTNV,CXL"'


def test_a_form_with_nothing_but_a_key_and_counts_has_its_keys_and_no_names(
    tmp_path: Path, registry: Registry
) -> None:
    line = {"code": "L1", "label": {"vi": "Dòng", "en": "Line"}}
    catalogue = laid_over(
        (
            own_form("B90", "organisations", own_column("org_code", "code"), own_column("given")),
            own_form(
                "B91",
                "lines",
                own_column("line_code", "code"),
                own_column("given"),
                lines=[{"column": "line_code", "members": [line]}],
            ),
            own_form("B92", "targets", own_column("indicator_code", "code"), own_column("given")),
        )
    )
    tables = blank_tables(catalogue, registry, "U", YEAR)
    assert {row.keys() == {"org_code"} for row in tables["B90"]} == {True}
    assert tables["B91"] == [{"line_code": "L1"}]
    assert {row.keys() == {"indicator_code"} for row in tables["B92"]} == {True}
    write_template(tmp_path / "b.xlsx", catalogue, registry, "U", YEAR)
    reading = read_file(tmp_path / "b.xlsx", catalogue)
    assert reading.problems == []
    assert len(reading.tables["B90"].rows) == len(tables["B90"])


def test_a_row_of_two_sets_of_lines_is_named_after_both(registry: Registry) -> None:
    def lines(column: str, *codes: str) -> dict[str, Any]:
        members = [{"code": code, "label": {"vi": f"Mục {code}", "en": f"Item {code}"}} for code in codes]
        return {"column": column, "members": members}

    form = own_form(
        "B90",
        "lines",
        own_column("kind_code", "code"),
        own_column("place_code", "code"),
        own_column("name", "text"),
        own_column("number"),
        key=["kind_code", "place_code"],
        lines=[lines("kind_code", "K1", "K2"), lines("place_code", "P1", "P2")],
    )
    unit = next(code for code in registry.reporting_units if registry.versions[code][0].org_kind == "DISTRICT")
    rows = blank_tables(laid_over((form,)), registry, unit, YEAR)["B90"]
    assert [row["name"] for row in rows] == [
        *("Mục K1 – Mục P1", "Mục K1 – Mục P2"),
        *("Mục K2 – Mục P1", "Mục K2 – Mục P2"),
    ]
