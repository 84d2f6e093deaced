"""Which sheet is which form, which column is which, and which rows are data."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ingestion.definitions.catalogue import Catalogue
from ingestion.definitions.forms import Form
from ingestion.reading import read_file, tables
from ingestion.reading.header import is_numbering
from ingestion.records.cells import Cell, CellType
from ingestion.records.submissions import FormTable, Mark, Reading

Read = Callable[..., Reading]


def organisations(count: int = 3) -> list[dict[str, Any]]:
    return [
        {
            "org_code": f"DB-MN-{i:02}",
            "org_name": f"Đảng bộ xã {i}",
            "in_admitted": i,
            "closing_members": 10 * i,
        }
        for i in range(1, count + 1)
    ]


def column(table: FormTable, code: str) -> list[Any]:
    return [row.values[code] for row in table.rows]


def codes_of(reading: Reading) -> list[str]:
    return [problem.code for problem in reading.problems if problem.code != "R020"]


def note_codes(reading: Reading) -> list[str]:
    return [note.code for note in reading.notes]


@pytest.mark.parametrize("form", ["B01", "B02", "B03", "B04", "B05", "B06", "B07", "B08", "B09"])
@pytest.mark.parametrize("way", ["codes", "merged labels", "labels without merges"])
def test_every_form_is_recognised_with_every_column(form: str, way: str, make: Any, read_pages: Read) -> None:
    declared = make.catalogue.forms[form]
    row = {"org_code": "DB-MN-01", "indicator_code": "admissions"}
    row |= {line_set.column: line_set.members[0].code for line_set in declared.lines}
    row |= {column.code: 7 for column in declared.number_columns} | {"document_code": "–"}
    page = make.form(
        declared, [row], codes=way == "codes", merged=way != "labels without merges", name="Trang 1"
    )
    reading = read_pages(page)
    table = reading.tables[form]
    assert list(table.columns.items()) == [(c.code, i) for i, c in enumerate(declared.columns, start=1)]
    assert table.sheet == "Trang 1"
    assert [r.number for r in table.rows] == [9]
    assert table.cell(table.rows[0], declared.columns[2].code) == "C9"
    assert codes_of(reading) == []
    assert reading.notes == []


@pytest.mark.parametrize(
    "name", ["B01", "b01", "Biểu 01", "Biểu số 1", "BIEU 1", "Biểu 01 – Tăng, giảm", "B1", "Biểu mẫu 01"]
)
def test_sheets_are_recognised_by_many_spellings_of_their_name(name: str, make: Any, read_pages: Read) -> None:
    page = make.form(make.catalogue.forms["B01"], organisations(), name=name)
    assert list(read_pages(page).tables) == ["B01"]


@pytest.mark.parametrize("title", ["Biểu số 6- BCTCTW", "BIỂU 6", "Biểu số: 06", "Biểu 6 – Thi hành kỷ luật"])
def test_a_title_is_the_last_sign_of_a_form(title: str, make: Any, read_pages: Read) -> None:
    page = make.form(make.catalogue.forms["B06"], [{"org_code": "DB-MN-01", "imprisoned": 1}], codes=False)
    page.name = "Trang tính"
    page.put(2, 5, title)
    for position in range(9, 28):
        page.cells.pop((6, position), None)
        page.cells.pop((7, position), None)
    page.merged = [merge for merge in page.merged if merge[1] < 9]
    reading = read_pages(page)
    assert list(reading.tables) == ["B06"]
    assert codes_of(reading) == ["R036"]


def test_the_code_row_wins_over_a_wrong_title_and_a_vague_name(make: Any, read_pages: Read) -> None:
    page = make.form(make.catalogue.forms["B02"], [{"org_code": "DB-MN-01", "admitted_total": 4}])
    page.name = "Biểu 3"
    page.put(3, 1, "Biểu 04 – Đánh giá")
    reading = read_pages(page)
    assert list(reading.tables) == ["B02"]


def test_a_table_may_begin_anywhere(make: Any, read_pages: Read) -> None:
    form = make.catalogue.forms["B01"]
    page = make.form(form, organisations())
    moved = make.Page("B01", {(r + 4, c + 2): v for (r, c), v in page.cells.items()})
    table = read_pages(moved).tables["B01"]
    assert table.columns["org_code"] == 3
    assert [row.number for row in table.rows] == [13, 14, 15]
    assert table.cell(table.rows[0], "org_code") == "C13"
    assert column(table, "closing_members") == [10, 20, 30]


def test_moved_columns_are_found_and_strange_ones_noted(make: Any, read_pages: Read) -> None:
    form = make.catalogue.forms["B01"]
    shuffled = [form.columns[0], *reversed(form.columns[1:])]
    page = make.Page("B01")
    page.add_row(1, ["STT", "Cụm", *(c.full_label().replace(":", " –").upper() for c in shuffled)])
    page.add_row(2, [1, "Cụm 1", "DB-MN-01", *range(1, len(form.columns))])
    reading = read_pages(page)
    assert reading.tables["B01"].columns["note"] == 4
    assert codes_of(reading) == []
    (note,) = reading.notes
    assert (note.code, note.cell, note.value) == ("R103", "B1", "Cụm")


def test_a_column_whose_code_was_lost_is_found_by_its_label(make: Any, read_pages: Read) -> None:
    form = make.catalogue.forms["B01"]
    page = make.form(form, organisations())
    lost = list(form.by_code).index("in_admitted") + 1
    del page.cells[5, lost]
    reading = read_pages(page)
    assert reading.tables["B01"].columns["in_admitted"] == lost
    assert codes_of(reading) == []


def test_a_column_without_code_and_label_is_a_missing_one(make: Any, read_pages: Read) -> None:
    form = make.catalogue.forms["B01"]
    page = make.form(form, organisations())
    lost = list(form.by_code).index("in_admitted") + 1
    for row in (5, 7):
        del page.cells[row, lost]
    reading = read_pages(page)
    (problem,) = [p for p in reading.problems if p.code == "R030"]
    assert (problem.sheet, problem.details["column"]) == ("B01", "in_admitted")
    assert problem.details["label"] == "Tăng: kết nạp"
    assert not problem.is_fatal
    assert column(reading.tables["B01"], "closing_members") == [10, 20, 30]
    assert column(reading.tables["B01"], "in_admitted") == [None, None, None]


def test_a_missing_optional_column_is_no_problem(make: Any, read_pages: Read) -> None:
    page = make.form(make.catalogue.forms["B01"], organisations())
    for row in (5, 6):
        del page.cells[row, 2]
    page.merged = [merge for merge in page.merged if merge[1] != 2]
    assert codes_of(read_pages(page)) == []


def test_a_missing_optional_column_of_numbers_is_noted(make: Any, read_pages: Read) -> None:
    form = make.catalogue.forms["B02"]
    page = make.form(form, [{"org_code": "DB-MN-01", "admitted_total": 4}])
    lost = list(form.by_code).index("target_admissions_year") + 1
    for row in (5, 6):
        del page.cells[row, lost]
    page.merged = [merge for merge in page.merged if merge[1] != lost]
    reading = read_pages(page)
    assert codes_of(reading) == []
    assert [note.details["columns"] for note in reading.notes if note.code == "R132"] == [
        "target_admissions_year"
    ]


def test_many_missing_columns_are_one_problem(make: Any, read_pages: Read) -> None:
    form = make.catalogue.forms["B01"]
    page = make.form(form, organisations())
    for position in range(10, 18):
        for row in (5, 6, 7):
            page.cells.pop((row, position), None)
    page.merged = []
    reading = read_pages(page)
    (problem,) = [p for p in reading.problems if p.code != "R020"]
    assert (problem.code, problem.details["count"]) == ("R036", "8")


def test_without_its_key_a_form_has_no_rows(make: Any, read_pages: Read) -> None:
    page = make.form(make.catalogue.forms["B01"], organisations())
    for row in (5, 6):
        del page.cells[row, 1]
    page.merged = [merge for merge in page.merged if merge[1] != 1]
    reading = read_pages(page)
    assert codes_of(reading) == ["R031"]
    assert reading.tables["B01"].rows == []


def test_a_column_that_stands_twice_is_a_problem_and_the_first_is_read(make: Any, read_pages: Read) -> None:
    form = make.catalogue.forms["B01"]
    page = make.form(form, organisations())
    page.put(5, 30, "in_admitted")
    page.put(9, 30, 99)
    reading = read_pages(page)
    assert codes_of(reading) == ["R032"]
    assert column(reading.tables["B01"], "in_admitted") == [1, 2, 3]


@pytest.mark.parametrize("codes", [True, False])
def test_the_columns_of_a_sheet_win_over_a_name_that_was_mixed_up(
    codes: bool, make: Any, read_pages: Read
) -> None:
    forms = make.catalogue.forms
    first = make.form(forms["B01"], organisations(), codes=codes, name="B02")
    second = make.form(forms["B02"], [{"org_code": "DB-MN-01", "admitted_total": 4}], codes=codes, name="B01")
    reading = read_pages(first, second)
    assert (reading.tables["B01"].sheet, reading.tables["B02"].sheet) == ("B02", "B01")
    assert codes_of(reading) == []
    assert sorted((n.code, n.sheet) for n in reading.notes) == [("R133", "B01"), ("R133", "B02")]


def test_a_sheet_with_a_forms_name_and_no_header_is_a_problem(make: Any, read_pages: Read) -> None:
    other = make.form(make.catalogue.forms["B02"], [{"org_code": "DB-MN-01", "admitted_total": 4}])
    reading = read_pages(make.Page("B01", {(1, 1): "xem tệp gửi kèm"}), other)
    assert codes_of(reading) == ["R034"]
    assert list(reading.tables) == ["B02"]


def test_a_form_that_stands_twice_is_a_problem(make: Any, read_pages: Read) -> None:
    first = make.form(make.catalogue.forms["B01"], organisations())
    second = make.form(make.catalogue.forms["B01"], organisations(2), name="B01 (2)")
    reading = read_pages(second, first)
    (problem,) = [p for p in reading.problems if p.code == "R033"]
    assert (problem.sheet, problem.details["other"]) == ("B01 (2)", "B01")
    assert len(reading.tables["B01"].rows) == 3


def test_hidden_sheets_are_read_only_in_want_of_a_visible_one(make: Any, read_pages: Read) -> None:
    shown = make.form(make.catalogue.forms["B01"], organisations())
    old = make.form(make.catalogue.forms["B01"], organisations(1), name="Sheet1 (2)")
    lone = make.form(
        make.catalogue.forms["B02"], [{"org_code": "DB-MN-01", "admitted_total": 4}], name="kỳ trước"
    )
    scratch = make.Page("nháp", {(1, 1): "Đảng viên đầu kỳ"})
    for page in (old, lone, scratch):
        page.hidden = True
    reading = read_pages(old, shown, lone, scratch)
    assert codes_of(reading) == []
    assert len(reading.tables["B01"].rows) == 3
    assert sorted((note.code, note.sheet) for note in reading.notes) == [
        ("R101", "Sheet1 (2)"),
        ("R101", "nháp"),
        ("R102", "kỳ trước"),
    ]
    assert len(reading.tables["B02"].rows) == 1


def test_sheets_of_the_template_that_hold_extracts_are_passed_over(make: Any, read_pages: Read) -> None:
    extract = make.Page("DM_TCCSD")
    extract.add_row(5, ["org_code", "org_name", "note", "opening_members"])
    extract.add_row(6, ["DB-MN-01", "Đảng bộ xã", "", 5])
    strange = make.Page("Hướng dẫn", {(1, 1): "Cách ghi biểu"})
    reading = read_pages(extract, strange, make.form(make.catalogue.forms["B01"], organisations()))
    assert list(reading.tables) == ["B01"]
    assert [(note.code, note.sheet) for note in reading.notes] == [("R111", "Hướng dẫn")]


@pytest.mark.parametrize(
    "label", ["Tổng cộng", "TỔNG SỐ", "Cộng", "Cộng (1+…+11)", "Toàn huyện", "Tổng cộng toàn đảng bộ", "Cộng:"]
)
@pytest.mark.parametrize("first_row", [True, False])
def test_the_total_is_recognised_by_its_text_and_is_no_row(
    label: str, first_row: bool, make: Any, read_pages: Read
) -> None:
    total = {"org_name": label, "in_admitted": 6, "closing_members": "60", "note": "gồm 3 xã"}
    rows = [total, *organisations()] if first_row else [*organisations(), total]
    table = read_pages(make.form(make.catalogue.forms["B01"], rows)).tables["B01"]
    assert [row.values["org_code"] for row in table.rows] == ["DB-MN-01", "DB-MN-02", "DB-MN-03"]
    assert table.total is not None
    assert table.total.number == (9 if first_row else 12)
    assert table.total.values["in_admitted"] == 6
    assert table.total.values["closing_members"] == 60
    assert table.total.values["note"] is None


@pytest.mark.parametrize("name", ["Tổng công ty Cao su", "Toàn huyện"])
def test_an_organisation_named_like_a_total_is_a_row(name: str, make: Any, read_pages: Read) -> None:
    rows = [{"org_code": "DB-01", "org_name": name, "in_admitted": 1}]
    table = read_pages(make.form(make.catalogue.forms["B01"], rows)).tables["B01"]
    assert column(table, "org_name") == [name]
    assert table.total is None


def test_of_two_totals_the_last_is_the_total(make: Any, read_pages: Read) -> None:
    rows = organisations(2)
    rows += [{"org_name": "Tổng cộng", "in_admitted": 3}, {"org_name": "Tổng số toàn huyện", "in_admitted": 10}]
    table = read_pages(make.form(make.catalogue.forms["B01"], rows)).tables["B01"]
    assert table.total is not None
    assert table.total.values["in_admitted"] == 10


def test_subtotals_and_parts_are_named_in_notes_and_not_added(make: Any, read_pages: Read) -> None:
    rows = organisations(4)
    rows.insert(0, {"org_name": "I. Khối xã"})
    rows.insert(3, {"org_name": "Cộng", "in_admitted": 3})
    rows.insert(4, {"org_name": "II. Khối cơ quan", "in_admitted": 7})
    rows.append({"org_name": "Tổng cộng", "in_admitted": 10})
    rows.append({"org_name": "- Trong đó: nữ", "in_admitted": 4})
    reading = read_pages(make.form(make.catalogue.forms["B01"], rows))
    table = reading.tables["B01"]
    assert column(table, "in_admitted") == [1, 2, 3, 4]
    assert table.total is not None
    assert table.total.values["in_admitted"] == 10
    assert [(note.code, note.cell) for note in reading.notes] == [
        ("R108", "B12"),
        ("R108", "B13"),
        ("R109", "A17"),
    ]
    assert codes_of(reading) == []


@pytest.mark.parametrize(("bottom", "right"), [(10, 4), (9, 5), (9, 26)])
def test_a_figure_merged_over_several_cells_belongs_to_none(
    bottom: int, right: int, make: Any, read_pages: Read
) -> None:
    page = make.form(make.catalogue.forms["B01"], organisations())
    page.merged.append((9, 4, bottom, right))
    reading = read_pages(page)
    (problem,) = [p for p in reading.problems if p.code == "R051"]
    assert (problem.cell, problem.value) == ("D9", "1")
    assert problem.details["range"].startswith("D9:")


def test_merged_names_and_totals_do_no_harm(make: Any, read_pages: Read) -> None:
    rows = [*organisations(), {"org_code": "Tổng cộng", "in_admitted": 6}]
    page = make.form(make.catalogue.forms["B01"], rows)
    page.merged += [(12, 1, 12, 2), (9, 2, 10, 2)]
    assert codes_of(read_pages(page)) == []


def test_figures_without_a_code_are_a_problem_and_never_lost(make: Any, read_pages: Read) -> None:
    rows = organisations()
    rows[1]["org_code"] = None
    rows.append({"org_name": "Chi bộ mới", "in_admitted": 5, "closing_members": 6})
    reading = read_pages(make.form(make.catalogue.forms["B01"], rows))
    problems = [p for p in reading.problems if p.code == "R041"]
    assert [(p.cell, p.details["row"], p.value) for p in problems] == [
        ("B10", "10", "Đảng bộ xã 2"),
        ("B12", "12", "Chi bộ mới"),
    ]
    assert column(reading.tables["B01"], "in_admitted") == [1, 3]


@pytest.mark.parametrize("label", ["Công an xã", "1. Đảng bộ xã Nậm Kè", "Cộng tác viên"])
def test_an_organisation_without_its_code_is_never_taken_for_a_subtotal(
    label: str, make: Any, read_pages: Read
) -> None:
    rows = organisations()
    rows[1] |= {"org_code": None, "org_name": label}
    assert codes_of(read_pages(make.form(make.catalogue.forms["B01"], rows))) == ["R041"]


def test_roman_numerals_in_the_key_column_are_headings(make: Any, read_pages: Read) -> None:
    rows = organisations()
    rows.insert(0, {"org_code": "II", "org_name": "Khối xã"})
    table = read_pages(make.form(make.catalogue.forms["B01"], rows)).tables["B01"]
    assert column(table, "org_code") == ["DB-MN-01", "DB-MN-02", "DB-MN-03"]


def test_a_sheet_of_instructions_is_no_second_form(make: Any, read_pages: Read) -> None:
    instructions = make.Page("Cách ghi")
    instructions.add_row(1, ["Biểu 01: ghi số đảng viên đầu kỳ, cuối kỳ"])
    instructions.add_row(2, ["Biểu 02: ghi số kết nạp"])
    reading = read_pages(instructions, make.form(make.catalogue.forms["B01"], organisations()))
    assert codes_of(reading) == []
    assert note_codes(reading) == ["R111"]


def test_the_signature_block_is_never_taken_in(make: Any, read_pages: Read) -> None:
    page = make.form(
        make.catalogue.forms["B01"], [*organisations(), {"org_name": "Tổng cộng", "in_admitted": 6}]
    )
    page.put(14, 1, "Ghi chú: số liệu tính đến 30/6")
    page.put(15, 1, "Nơi nhận:")
    page.put(15, 8, "NGƯỜI LẬP BIỂU")
    page.put(16, 1, "- Ban Tổ chức Tỉnh ủy")
    page.put(17, 1, "KT")
    page.put(17, 8, "Nguyễn Văn A, ĐT 0912345678")
    page.put(18, 8, 912345678)
    reading = read_pages(page)
    table = reading.tables["B01"]
    assert [row.number for row in table.rows] == [9, 10, 11]
    assert "Nguyễn" not in repr(table)
    assert codes_of(reading) == []
    assert note_codes(reading) == ["R109"]


def test_organisations_without_any_figure_are_rows_of_blanks(make: Any, read_pages: Read) -> None:
    rows = [{"org_code": f"DB-MN-{i:02}", "org_name": "Đảng bộ"} for i in range(3)]
    table = read_pages(make.form(make.catalogue.forms["B01"], rows)).tables["B01"]
    assert len(table.rows) == 3
    assert table.rows[0].marks["in_admitted"] is Mark.BLANK
    assert table.rows[0].values["in_admitted"] is None
    assert "org_name" not in table.rows[0].marks


def test_blank_rows_amid_data_end_nothing(make: Any, read_pages: Read) -> None:
    rows: list[dict[str, Any]] = organisations(4)
    rows.insert(2, {})
    rows.insert(2, {})
    table = read_pages(make.form(make.catalogue.forms["B01"], rows)).tables["B01"]
    assert [row.number for row in table.rows] == [9, 10, 13, 14]


def test_numbering_with_formulas_is_no_row(make: Any, read_pages: Read) -> None:
    page = make.form(make.catalogue.forms["B01"], organisations(), codes=False)
    page.add_row(8, ["A", "B", "(1)", "2", "3", "4", "5", "6", "7=2+3+4+5+6", *range(8, 26)])
    reading = read_pages(page)
    assert len(reading.tables["B01"].rows) == 3
    assert codes_of(reading) == []
    assert reading.notes == []


@pytest.mark.parametrize(
    ("texts", "is_so"),
    [
        (["A", "B", "1"], True),
        (["A", "1"], True),
        (["(A)", "(B)", "(C)", "(1)"], True),
        (["A", "B", "1", "2"], True),
        (["A", "B", "5"], False),
        (["B", "1"], False),
        (["A", "C", "1"], False),
        (["1", "2"], False),
        (["A", "B"], False),
        (["1"], False),
    ],
)
def test_one_figure_beside_letters_numbers_columns_only_from_the_first_on(
    texts: list[str], is_so: bool
) -> None:
    row = {number: Cell(8, number, CellType.TEXT, text, text) for number, text in enumerate(texts, start=1)}
    assert is_numbering(row) is is_so


def test_unknown_lines_are_problems_and_their_figures_are_not_taken(make: Any, read_pages: Read) -> None:
    rows = [
        {"line_code": "TC02", "opening_count": 1},
        {"line_code": "TC99", "opening_count": 2},
        {"line_code": "tc 03", "opening_count": 3},
        {"line_code": "Đảng bộ bộ phận (từ 26/7/2026: đảng bộ trực thuộc cơ sở)", "opening_count": 4},
    ]
    reading = read_pages(make.form(make.catalogue.forms["B03"], rows))
    table = reading.tables["B03"]
    assert column(table, "line_code") == ["TC02", "TC03", "TC04"]
    (problem,) = [p for p in reading.problems if p.code == "R040"]
    assert (problem.cell, problem.value) == ("A10", "TC99")
    assert reading.conversions["code_spelling"] == 2


def test_a_code_merged_over_its_rows_holds_for_all_of_them(make: Any, read_pages: Read) -> None:
    rows = [
        {"actor_code": "UBKT", "activity_code": "KT_CH", "done_orgs": 1},
        {"activity_code": "KT_DHVP", "done_orgs": 2},
        {"actor_code": "Chi bộ", "activity_code": "kt-ch", "done_orgs": 3},
    ]
    page = make.form(make.catalogue.forms["B05"], rows)
    page.merged.append((9, 1, 10, 1))
    reading = read_pages(page)
    keys = [(r.values["actor_code"], r.values["activity_code"]) for r in reading.tables["B05"].rows]
    assert keys == [("UBKT", "KT_CH"), ("UBKT", "KT_DHVP"), ("CHI_BO", "KT_CH")]
    assert codes_of(reading) == []


def test_hidden_rows_with_figures_are_read_and_noted(make: Any, read_pages: Read) -> None:
    page = make.form(make.catalogue.forms["B01"], organisations())
    page.hidden_rows.add(10)
    reading = read_pages(page)
    assert len(reading.tables["B01"].rows) == 3
    (note,) = reading.notes
    assert (note.code, note.details["rows"]) == ("R107", "10")


def test_formulas_that_were_never_calculated_are_noted(make: Any, read_pages: Read) -> None:
    rows = [*organisations(), {"org_name": "Tổng cộng", "in_admitted": "=SUM(D9:D11)"}]
    reading = read_pages(make.form(make.catalogue.forms["B01"], rows))
    total = reading.tables["B01"].total
    assert total is not None
    assert total.marks["in_admitted"] is Mark.ERROR
    assert note_codes(reading) == ["R112"]


def test_formulas_beside_the_figures_need_no_result(make: Any, read_pages: Read) -> None:
    page = make.form(make.catalogue.forms["B01"], organisations())
    for row, column in ((1, 30), (9, 30), (10, 1003), (40, 4)):
        page.put(row, column, '=IFERROR(INDEX(C1:C5,2),"")')
    reading = read_pages(page)
    assert len(reading.tables["B01"].rows) == 3
    assert "R112" not in note_codes(reading)


def test_a_tenth_form_needs_no_code(catalogue: Catalogue, make: Any, tmp_path: Path) -> None:
    tenth = Form.model_validate(
        {
            "code": "B10",
            "sheet": "B10",
            "title": {"vi": "Biểu 10 – Đảng phí", "en": "Form 10 – Dues"},
            "grain": "one row per organisation",
            "rows": "organisations",
            "key": ["org_code"],
            "columns": [
                {
                    "code": code,
                    "label": {"vi": label, "en": code},
                    "type": kind,
                    "required": True,
                }
                for code, label, kind in (
                    ("org_code", "Mã TCCSĐ", "code"),
                    ("dues_paid", "Đã nộp", "decimal"),
                    ("payers", "Số người nộp", "int"),
                )
            ],
        }
    )
    enlarged = Catalogue(catalogue.cover, {**catalogue.forms, "B10": tenth}, {})
    page = make.form(tenth, [{"org_code": "DB-MN-01", "dues_paid": 12.5, "payers": 3}], name="Biểu số 10")
    reading = read_file(make.openpyxl(tmp_path / "f.xlsx", [page]), enlarged)
    (row,) = reading.tables["B10"].rows
    assert row.values == {"org_code": "DB-MN-01", "dues_paid": 12.5, "payers": 3}


def below(make: Any, row: int, cells: dict[str, Any], count: int = 3) -> Any:
    """Lay B01 out with three organisations in rows 9 to 11, and one more row further down."""
    form = make.catalogue.forms["B01"]
    page = make.form(form, organisations(count))
    for code, value in cells.items():
        page.put(row, list(form.by_code).index(code) + 1, value)
    return page


@pytest.mark.parametrize("row", [12, 14, 60, 1_000_000])
def test_a_row_with_a_code_and_figures_is_data_however_far_below(row: int, make: Any, read_pages: Read) -> None:
    reading = read_pages(below(make, row, {"org_code": "DB-MN-09", "org_name": "Xã", "in_admitted": 5}))
    assert [r.number for r in reading.tables["B01"].rows] == [9, 10, 11, row]
    assert column(reading.tables["B01"], "in_admitted")[-1] == 5
    assert note_codes(reading) == []


@pytest.mark.parametrize("row", [12, 15, 200])
def test_a_total_is_one_behind_a_gap_too(row: int, make: Any, read_pages: Read) -> None:
    table = read_pages(below(make, row, {"org_name": "Tổng cộng", "in_admitted": 6})).tables["B01"]
    assert len(table.rows) == 3
    assert table.total is not None
    assert (table.total.number, table.total.values["in_admitted"]) == (row, 6)


def test_full_figures_without_a_code_behind_a_gap_are_a_problem(make: Any, read_pages: Read) -> None:
    numbers = [c.code for c in make.catalogue.forms["B01"].number_columns]
    reading = read_pages(below(make, 15, dict.fromkeys(numbers, 4)))
    assert [(p.code, p.details["row"]) for p in reading.problems if p.code == "R041"] == [("R041", "15")]


def test_a_few_figures_without_a_code_behind_a_gap_are_told_and_not_read(make: Any, read_pages: Read) -> None:
    reading = read_pages(below(make, 15, {"org_name": "Người lập, ĐT", "in_admitted": 912345678}))
    assert codes_of(reading) == []
    assert len(reading.tables["B01"].rows) == 3
    assert [(n.code, n.details["first"], n.details["last"]) for n in reading.notes] == [("R109", "15", "15")]


def test_a_second_copy_of_the_table_is_read_so_that_its_keys_are_found_twice(
    make: Any, read_pages: Read
) -> None:
    form = make.catalogue.forms["B01"]
    page = make.form(form, organisations())
    page.add_row(20, [page.cells[5, i + 1] for i in range(len(form.columns))])
    for number, row in enumerate(organisations(), start=21):
        for code, value in row.items():
            page.put(number, list(form.by_code).index(code) + 1, value)
    reading = read_pages(page)
    codes = [f"DB-MN-0{i}" for i in (1, 2, 3)]
    assert column(reading.tables["B01"], "org_code") == [*codes, *codes]
    assert "R125" in note_codes(reading)


@pytest.mark.parametrize("initials", ["KT", "TM", "TL"])
def test_initials_of_a_signature_with_a_telephone_number_are_no_row(
    initials: str, make: Any, read_pages: Read
) -> None:
    reading = read_pages(below(make, 16, {"org_code": initials, "in_admitted": 912345678}))
    assert [row.number for row in reading.tables["B01"].rows] == [9, 10, 11]
    assert "912345678" not in repr(reading)
    assert [(n.code, n.details["first"]) for n in reading.notes] == [("R109", "16")]


def test_capitals_that_the_workbook_lists_as_a_code_are_a_row_behind_a_gap(make: Any, read_pages: Read) -> None:
    extract = make.Page("DM_TCCSD")
    extract.add_row(5, ["org_code", "org_name"])
    extract.add_row(6, ["KCQ", "Đảng bộ Khối"])
    reading = read_pages(below(make, 16, {"org_code": "KCQ", "in_admitted": 2}), extract)
    assert column(reading.tables["B01"], "org_code")[-1] == "KCQ"


def test_an_organisation_of_the_workbooks_list_is_a_row_without_readable_figures_too(
    make: Any, read_pages: Read
) -> None:
    extract = make.Page("DM_TCCSD")
    extract.add_row(5, ["org_code", "org_name"])
    extract.add_row(6, ["DB-MN-09", "Đảng bộ xã"])
    page = below(make, 16, {"org_code": "DB-MN-09", "in_admitted": "gần 5"})
    page.put(17, 1, "DB-99")
    table = read_pages(page, extract).tables["B01"]
    assert column(table, "org_code")[3:] == ["DB-MN-09"]
    assert table.rows[3].marks["in_admitted"] is Mark.INVALID


def test_capitals_right_below_the_table_are_a_code(make: Any, read_pages: Read) -> None:
    reading = read_pages(below(make, 12, {"org_code": "KCQ", "in_admitted": 2}))
    assert column(reading.tables["B01"], "org_code")[-1] == "KCQ"


def test_a_fixed_line_behind_a_gap_is_a_row_without_figures_too(make: Any, read_pages: Read) -> None:
    form = make.catalogue.forms["B03"]
    page = make.form(form, [{"line_code": "TC02", "opening_count": 1}])
    page.put(14, 1, "TC03")
    page.put(15, 1, "KT")
    table = read_pages(page).tables["B03"]
    assert column(table, "line_code") == ["TC02", "TC03"]
    assert table.rows[1].marks["opening_count"] is Mark.BLANK


def test_a_table_beside_the_table_is_told(make: Any, read_pages: Read) -> None:
    form = make.catalogue.forms["B01"]
    page = make.form(form, organisations())
    width = len(form.columns)
    for position, column_ in enumerate(form.columns, start=width + 3):
        page.put(5, position, column_.code)
    page.put(9, width + 3, "DB-MN-07")
    page.put(9, width + 5, 99)
    reading = read_pages(page)
    assert set(codes_of(reading)) == {"R032"}
    assert len(reading.problems) - 1 == width
    assert column(reading.tables["B01"], "in_admitted") == [1, 2, 3]


def test_figures_right_of_the_table_under_no_header_are_told(make: Any, read_pages: Read) -> None:
    page = make.form(make.catalogue.forms["B01"], organisations())
    for row in (9, 11):
        page.put(row, 30, 5)
    page.put(10, 31, "đã xem")
    reading = read_pages(page)
    assert [(note.code, note.cell, note.details["letters"]) for note in reading.notes] == [
        ("R162", "AD9", "AD")
    ]
    assert column(reading.tables["B01"], "in_admitted") == [1, 2, 3]


def test_more_rows_than_any_unit_has_are_refused_by_their_limit(
    make: Any, read_pages: Read, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tables, "MAX_FORM_ROWS", 3)
    form = make.catalogue.forms["B01"]
    assert len(read_pages(make.form(form, organisations(3))).tables["B01"].rows) == 3
    without_code = {"org_name": "Đảng bộ xã 4", "in_admitted": 4, "closing_members": 40}
    refused = read_pages(make.form(form, [*organisations(3), without_code]))
    (problem,) = (problem for problem in refused.problems if problem.code != "R020")
    assert (problem.code, problem.details["found"], problem.details["limit"]) == ("R061", "4", "3")
