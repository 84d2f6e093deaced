"""Cells as the values of a form."""

from collections.abc import Callable
from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from hypothesis import given
from hypothesis import strategies as st

from ingestion.definitions.forms import Column
from ingestion.reading.cast import Cast, CodedColumn, cast
from ingestion.records.cells import Cell, CellType
from ingestion.records.stored import format_date, format_number
from ingestion.records.submissions import FormRow, Mark, Reading

Read = Callable[..., Reading]


def target(kind: str, *choices: str) -> CodedColumn:
    return CodedColumn(
        Column.model_validate(
            {
                "code": "c",
                "label": {"vi": "Cột", "en": "C"},
                "type": kind,
                "required": False,
                "choices": choices,
            }
        )
    )


def stored(value: Any, number_format: str | None = None) -> Cell:
    """Give a cell as the decoders do."""
    if isinstance(value, str):
        kind = CellType.ERROR if value.startswith("#") else CellType.TEXT
        return Cell(3, 2, kind, value, value)
    if isinstance(value, bool):
        return Cell(3, 2, CellType.BOOL, value, str(value).upper())
    if isinstance(value, date | time):
        return Cell(3, 2, CellType.DATE, value, format_date(value))
    return Cell(3, 2, CellType.NUMBER, float(value), format_number(value, number_format), number_format)


def outcome(cell: Cell | None, column: CodedColumn) -> tuple[Cast, Reading]:
    reading = Reading("f", "xlsx")
    return cast(cell, column, "B01", reading), reading


@pytest.mark.parametrize(
    ("value", "expected", "conversion"),
    [
        (850, 850, None),
        (0, 0, None),
        (-3, -3, None),
        ("1.252", 1252, "grouped_number"),
        ("1 252", 1252, "grouped_number"),
        ("850", 850, "text_number"),
        ("'03", 3, "text_number"),
        ("-", 0, "dash_zero"),
        ("–", 0, "dash_zero"),
        ("không", 0, "dash_zero"),
        ("Không có", 0, "dash_zero"),
    ],
)
def test_counts_are_integers(value: Any, expected: int, conversion: str | None) -> None:
    result, reading = outcome(stored(value), target("int"))
    assert result[:2] == (expected, None)
    assert type(result.value) is int
    assert result.text == (value if isinstance(value, str) else None)
    assert reading.conversions == ({conversion: 1} if conversion else {})


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.252, "1,252"),
        (12.5, "12,5"),
        ("1.25", "1.25"),
        ("12.5", "12.5"),
        ("1,252", "1,252"),
        ("10,24%", "10,24%"),
        ("95%", "95%"),
        ("gần 5.000", "gần 5.000"),
        ("57 (trong đó 12 nữ)", "57 (trong đó 12 nữ)"),
        (True, "TRUE"),
        (date(2026, 10, 17), "17/10/2026"),
        (time(8, 30), "08:30"),
        (1e300, None),
        (float("nan"), "nan"),
    ],
)
def test_what_is_no_count_is_marked_and_its_text_kept(value: Any, text: str | None) -> None:
    result, reading = outcome(stored(value), target("int"))
    assert result[:2] == (None, Mark.INVALID)
    assert result.text == text or text is None
    assert not reading.problems


def test_a_count_that_shows_a_percent_sign_is_none() -> None:
    result, _ = outcome(stored(1, "0%"), target("int"))
    assert result == (None, Mark.INVALID, "100%")


@pytest.mark.parametrize("kind", ["int", "decimal", "percent"])
@pytest.mark.parametrize(
    ("text", "mark"),
    [("x", Mark.NOT_APPLICABLE), ("X", Mark.NOT_APPLICABLE), ("…", Mark.BLANK), ("...", Mark.BLANK)],
)
def test_numbers_that_do_not_apply_or_were_left_open(kind: str, text: str, mark: Mark) -> None:
    result, reading = outcome(stored(text), target(kind))
    assert result == (None, mark, text)
    assert sum(reading.conversions.values()) == 1


@pytest.mark.parametrize("kind", ["int", "decimal", "percent", "date", "code", "text"])
def test_an_empty_cell_is_blank(kind: str) -> None:
    assert outcome(None, target(kind))[0] == (None, Mark.BLANK, None)


@pytest.mark.parametrize(
    ("value", "number_format", "expected", "text"),
    [
        (20.5, None, 20.5, "20,5"),
        (20.5, "0.##", 20.5, "20,5"),
        (20, "0.##", 20.0, "20"),
        (0.1024, "0.00%", 10.24, "10,24%"),
        (0.2, "0%", 20.0, "20%"),
        (121.8, '0.0"%"', 121.8, "121,8"),
        ("10,24%", None, 10.24, "10,24%"),
        ("10,24", None, 10.24, "10,24"),
        ("121.8", None, 121.8, "121.8"),
        ("-", None, 0.0, "-"),
    ],
)
def test_percents_are_numbers_in_percent(
    value: Any, number_format: str | None, expected: float, text: str
) -> None:
    result, reading = outcome(stored(value, number_format), target("percent"))
    assert result == (expected, None, text)
    assert type(result.value) is float
    assert not reading.problems


@pytest.mark.parametrize(
    ("kind", "value", "code"),
    [
        ("percent", "trên 95%", "R042"),
        ("percent", "10.245", "R047"),
        ("percent", date(2026, 1, 2), "R048"),
        ("percent", "#DIV/0!", "R045"),
        ("decimal", "1,252", "R047"),
        ("decimal", "80 - 85", "R042"),
        ("decimal", float("inf"), "R042"),
        ("date", "30/3/16", "R043"),
        ("date", "12/31/2019", "R043"),
        ("date", 4331, "R043"),
        ("date", 43312.5, "R043"),
        ("code", "3,8168E+13", "R049"),
        ("code", 1e20, "R050"),
        ("date", time(8, 30), "R043"),
        ("date", "#N/A", "R045"),
        ("code", date(2026, 1, 2), "R046"),
        ("code", True, "R046"),
        ("code", "#REF!", "R045"),
    ],
)
def test_other_failed_casts_are_problems_with_their_place(kind: str, value: Any, code: str) -> None:
    result, reading = outcome(stored(value), target(kind))
    (problem,) = reading.problems
    assert (problem.code, problem.sheet, problem.cell) == (code, "B01", "B3")
    assert problem.value == result.text
    assert not problem.is_fatal
    assert result.value is None
    assert result.mark is (Mark.ERROR if code == "R045" else Mark.INVALID)


def test_thousands_of_things_are_no_decimals() -> None:
    assert outcome(stored("1.252,5"), target("decimal"))[0].value == 1252.5
    assert outcome(stored("1.252"), target("decimal"))[0].value == 1252.0


@pytest.mark.parametrize("kind", ["int", "text"])
def test_error_cells_are_never_blank(kind: str) -> None:
    result, reading = outcome(stored("#REF!"), target(kind))
    assert result == (None, Mark.ERROR, "#REF!")
    assert not reading.problems
    assert [note.code for note in reading.notes] == (["R113"] if kind == "text" else [])


@pytest.mark.parametrize(
    "value",
    [
        date(2016, 3, 30),
        datetime(2016, 3, 30, 14, 5),  # noqa: DTZ001
        "30/3/2016",
        "30.03.2016",
        "ngày 30 tháng 3 năm 2016",
        "2016-03-30",
    ],
)
def test_dates_are_read_day_first(value: Any) -> None:
    result, _ = outcome(stored(value), target("date"))
    assert result.value == date(2016, 3, 30)
    assert type(result.value) is date


@pytest.mark.parametrize("text", ["-", "…"])
def test_a_date_left_open_is_blank(text: str) -> None:
    assert outcome(stored(text), target("date"))[0] == (None, Mark.BLANK, text)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (5, "5"),
        (3.8168e13, "38168000000000"),
        ("053", "053"),
        ("'03", "03"),
        ("-", "–"),
        ("DB-MN-01", "DB-MN-01"),
    ],
)
def test_codes_are_text(value: Any, code: str) -> None:
    result, reading = outcome(stored(value), target("code"))
    assert result.value == code
    assert reading.conversions["code_from_number"] == (not isinstance(value, str))


@pytest.mark.parametrize(
    ("text", "value", "problems"),
    [
        ("HTXSNV", "HTXSNV", 0),
        ("htxsnv", "HTXSNV", 0),
        ("AVG PER YEAR", "AVG_PER_YEAR", 0),
        ("avg-per-year", "AVG_PER_YEAR", 0),
        ("-", None, 0),
        ("XS", None, 1),
    ],
)
def test_closed_choices_are_matched_after_folding(text: str, value: str | None, problems: int) -> None:
    result, reading = outcome(stored(text), target("code", "HTXSNV", "AVG_PER_YEAR"))
    assert result.value == value
    assert [p.code for p in reading.problems] == ["R044"] * problems
    assert all("HTXSNV" in p.details["allowed"] for p in reading.problems)


CELLS = st.one_of(
    st.text(min_size=1).map(stored),
    st.floats().map(stored),
    st.integers(-(10**18), 10**18).map(stored),
    st.booleans().map(stored),
    st.dates().map(stored),
    st.times().map(stored),
    st.tuples(st.floats(-1e6, 1e6), st.sampled_from(["0%", "0.00%", "0.##"])).map(lambda p: stored(*p)),
)


@given(CELLS, st.sampled_from(["int", "decimal", "percent", "date", "code", "text"]))
def test_every_cell_is_a_value_or_says_why_not(cell: Cell, kind: str) -> None:
    result, reading = outcome(cell, target(kind))
    assert (result.value is None) == (result.mark is not None)
    if result.mark in (Mark.INVALID, Mark.ERROR):
        assert result.text is not None
        assert kind in ("int", "text") or len(reading.problems) == 1
    expected = {"int": int, "decimal": float, "percent": float, "date": date, "code": str, "text": str}[kind]
    assert result.value is None or type(result.value) is expected


def only_row(reading: Reading, form: str) -> FormRow:
    (row,) = reading.tables[form].rows
    return row


def test_marks_and_texts_reach_the_row(make: Any, read_pages: Read) -> None:
    entries = {
        "line_code": "BC01",
        "total": "1.252",
        "female": "x",
        "age_40_or_less": "gần 5",
        "ethnic_minority": "-",
        "pct_of_base": "10,24%",
    }
    page = make.form(make.catalogue.forms["B07"], [entries])
    page.put(9, list(make.catalogue.forms["B07"].by_code).index("pct_of_plan") + 1, 0.205, "0.0%")
    reading = read_pages(page)
    row = only_row(reading, "B07")
    assert row.values["total"] == 1252
    assert row.values["pct_of_base"] == 10.24
    assert row.values["pct_of_plan"] == 20.5
    assert {
        code: row.marks.get(code) for code in ("female", "age_40_or_less", "ethnic_minority", "plan_total")
    } == {
        "female": Mark.NOT_APPLICABLE,
        "age_40_or_less": Mark.INVALID,
        "ethnic_minority": None,
        "plan_total": Mark.BLANK,
    }
    assert row.texts == {
        "total": "1.252",
        "female": "x",
        "age_40_or_less": "gần 5",
        "ethnic_minority": "-",
        "pct_of_base": "10,24%",
        "pct_of_plan": "20,5%",
    }
    assert reading.conversions == {
        "grouped_number": 1,
        "not_applicable": 1,
        "dash_zero": 1,
        "decimal_text": 1,
        "percent_format": 1,
    }


def test_a_fraction_that_excel_made_a_date_says_which(make: Any, read_pages: Read) -> None:
    page = make.form(make.catalogue.forms["B07"], [{"line_code": "CB01", "total": date(2026, 10, 17)}])
    row = only_row(read_pages(page), "B07")
    assert (row.values["total"], row.marks["total"], row.texts["total"]) == (None, Mark.INVALID, "17/10/2026")


def test_error_cells_of_counts_reach_the_gate(make: Any, tmp_path: Path) -> None:
    form = make.catalogue.forms["B07"]
    book = xlsxwriter.Workbook(str(tmp_path / "f.xlsx"))
    sheet = book.add_worksheet("B07")
    sheet.write_row(0, 0, [column.code for column in form.columns])
    sheet.write_row(1, 0, ["CB01", "Bổ nhiệm"])
    sheet.write_formula(1, 2, "=1/0", None, "#DIV/0!")
    sheet.write_number(1, 3, 0)
    book.close()
    row = only_row(make.read(tmp_path / "f.xlsx"), "B07")
    assert (row.values["total"], row.marks["total"], row.texts["total"]) == (None, Mark.ERROR, "#DIV/0!")
