"""The cover and the sheet of explanations."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from ingestion.records.submissions import COVERAGE, Cover, Reading

Read = Callable[..., Reading]
FULL = {
    "reporting_org_code": "DB-MN",
    "reporting_org_name": "Huyện ủy Mường Nhé",
    "period_code": "6T-2019",
    "period_start": date(2019, 1, 1),
    "period_end": "30/6/2019",
    "period_basis": "cumulative",
    "coverage_from": "01/01/2019",
    "revision_no": 2,
    "cover_document": "Số 15-BC/HU, ngày 12/7/2019",
}


def cover_of(reading: Reading) -> Cover:
    assert reading.cover is not None
    return reading.cover


def test_the_cover_of_the_template_is_read(make: Any, read_pages: Read) -> None:
    reading = read_pages(make.cover(make.catalogue.cover, FULL))
    cover = cover_of(reading)
    assert cover.reporting_org_code == "DB-MN"
    assert str(cover.period) == "2019-6T"
    assert cover.cells["period_code"] == "C7"
    assert cover.sheet == "B00"
    assert cover.values["period_start"] == date(2019, 1, 1)
    assert cover.values["period_end"] == date(2019, 6, 30)
    assert cover.values["period_basis"] == "CUMULATIVE"
    assert cover.coverage_from == date(2019, 1, 1)
    assert cover.values["revision_no"] == 2
    assert cover.values["preparer_role"] is None
    assert reading.problems == []


def test_a_cover_of_before_that_has_no_line_for_the_first_day_is_read_as_it_was(
    make: Any, read_pages: Read
) -> None:
    form = make.catalogue.cover
    older = form.with_columns(column for column in form.columns if column.code != COVERAGE)
    reading = read_pages(make.cover(older, {code: value for code, value in FULL.items() if code != COVERAGE}))
    assert cover_of(reading).values["revision_no"] == 2
    assert cover_of(reading).coverage_from is None
    assert (reading.problems, reading.notes) == ([], [])


def test_a_first_day_that_is_none_is_a_problem_and_no_day(make: Any, read_pages: Read) -> None:
    reading = read_pages(make.cover(make.catalogue.cover, FULL | {COVERAGE: "đầu năm"}))
    assert cover_of(reading).coverage_from is None
    assert [problem.value for problem in reading.problems] == ["đầu năm"]


@pytest.mark.parametrize("layout", ["labels", "labels far right", "codes", "codes and reworded labels"])
@pytest.mark.parametrize("name", ["Bìa", "Sheet1", "B00"])
def test_the_cover_is_read_in_other_layouts(layout: str, name: str, make: Any, read_pages: Read) -> None:
    form = make.catalogue.cover
    page = make.Page(name)
    page.put(1, 1, "Mẫu báo cáo")
    entries = {"reporting_org_code": "DB-MN", "period_code": "2015-2020-NK"}
    for row, column in enumerate(form.columns, start=3):
        value = entries.get(column.code)
        if layout == "labels":
            page.add_row(row, [f"{column.label.vi.upper()}:", value])
        elif layout == "labels far right":
            page.add_row(row, [None, None, column.label.vi, None, None, value])
        elif layout == "codes":
            page.add_row(row, [column.code, value])
        else:
            page.add_row(row, [column.code, f"{column.label.vi} (ghi rõ)", value])
    if layout == "codes and reworded labels":
        for row in range(3, 3 + len(form.columns)):
            if (row, 3) not in page.cells:
                del page.cells[row, 2]
    cover = cover_of(read_pages(page))
    assert cover.reporting_org_code == "DB-MN"
    assert str(cover.period) == "2015-2020-NK"
    assert cover.values["period_start"] is None


@pytest.mark.parametrize("period", ["tháng 6 năm 2019", "2019-7T", "2020-2015-NK", ""])
def test_a_period_that_is_none_is_a_problem_with_its_place(period: str, make: Any, read_pages: Read) -> None:
    entries = FULL | {"period_code": period or None}
    reading = read_pages(make.cover(make.catalogue.cover, entries))
    assert cover_of(reading).period is None
    (problem,) = reading.problems
    assert (problem.code, problem.value, problem.is_fatal) == ("R022", period, False)
    assert problem.cell == ("C7" if period else "")


def test_a_cover_without_a_unit_is_a_problem(make: Any, read_pages: Read) -> None:
    reading = read_pages(make.cover(make.catalogue.cover, FULL | {"reporting_org_code": None}))
    assert cover_of(reading).reporting_org_code is None
    assert [problem.code for problem in reading.problems] == ["R021"]


def test_a_unit_code_that_excel_made_a_number_is_text_again(make: Any, read_pages: Read) -> None:
    reading = read_pages(make.cover(make.catalogue.cover, FULL | {"reporting_org_code": 53.0}))
    assert cover_of(reading).reporting_org_code == "53"


def test_entries_that_do_not_fit_say_so(make: Any, read_pages: Read) -> None:
    entries = FULL | {"period_end": "30/6", "period_basis": "Luỹ kế", "revision_no": "lần 2"}
    reading = read_pages(make.cover(make.catalogue.cover, entries))
    assert [problem.code for problem in reading.problems] == ["R043", "R044"]
    assert [note.code for note in reading.notes] == ["R115"]


def test_a_missing_cover_is_a_problem_and_the_forms_are_read(make: Any, read_pages: Read) -> None:
    reading = read_pages(make.form(make.catalogue.forms["B01"], [{"org_code": "DB-MN-01", "in_admitted": 1}]))
    assert reading.cover is None
    assert [(problem.code, problem.is_fatal) for problem in reading.problems] == [("R020", False)]
    assert len(reading.tables["B01"].rows) == 1


@pytest.mark.parametrize(
    "head",
    [["rule", "sheet", "cell", "text"], ["Mã quy tắc", "Biểu", "Ô", "Nội dung giải trình"]],
)
@pytest.mark.parametrize("name", ["Giai_trinh", "Giải trình", "Sheet9"])
def test_explanations_are_read_by_codes_or_labels(
    head: list[str], name: str, make: Any, read_pages: Read
) -> None:
    if name == "Sheet9" and head[0] != "rule":
        head = [*head[:3], "text"]
    page = make.Page(name)
    page.put(1, 1, "GIẢI TRÌNH")
    page.add_row(5, head)
    page.add_row(6, ["Mã quy tắc", "Biểu", "Ô", "Nội dung giải trình"])
    page.add_row(7, ["v010", "B01", "$c$9", "Đơn vị mới thành lập,\nchưa có số đầu kỳ"])
    page.add_row(9, ["V058", None, None, "Không phát sinh"])
    page.add_row(10, [None, "B01", "C10", "thiếu mã"])
    reading = read_pages(make.cover(make.catalogue.cover, FULL), page)
    assert [(e.rule, e.sheet, e.cell, e.text, e.row) for e in reading.explanations] == [
        ("V010", "B01", "C9", "Đơn vị mới thành lập, chưa có số đầu kỳ", 7),
        ("V058", "", "", "Không phát sinh", 9),
    ]
    assert [(note.code, note.cell) for note in reading.notes] == [("R114", "D10")]


def test_a_sheet_of_explanations_without_its_columns_is_a_problem(make: Any, read_pages: Read) -> None:
    page = make.Page("Giai_trinh", {(3, 1): "Đơn vị giải trình như sau: …"})
    reading = read_pages(make.cover(make.catalogue.cover, FULL), page)
    assert [problem.code for problem in reading.problems] == ["R035"]


def test_a_reworded_label_without_a_value_is_no_value(make: Any, read_pages: Read) -> None:
    page = make.cover(make.catalogue.cover, {"reporting_org_code": "DB-MN", "period_code": "2019–6T"})
    number = 5 + list(make.catalogue.cover.by_code).index("prepared_on")
    page.put(number, 2, "Lập biểu hôm nào")
    reading = read_pages(page)
    assert cover_of(reading).values["prepared_on"] is None
    assert str(cover_of(reading).period) == "2019-6T"
    assert reading.problems == []
