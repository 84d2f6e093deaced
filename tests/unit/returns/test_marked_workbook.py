"""The marked workbook: what is marked, what survives, and that it can be mended and filed again."""

import re
import zipfile
from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import openpyxl
import pytest
from openpyxl.comments import Comment
from openpyxl.formatting.rule import CellIsRule
from openpyxl.styles import Border, Font, PatternFill, Side
from openpyxl.workbook import Workbook
from openpyxl.worksheet.datavalidation import DataValidation

from ingestion.gate import load_rules
from ingestion.ooxml.parts import parse
from ingestion.records.findings import Finding, Judgement, Verdict
from ingestion.records.submissions import SubmissionKey
from ingestion.returns import SHEET, Answer, marked_workbook
from ingestion.returns.explanations import MOST_OF_A_SHEET
from ingestion.returns.marking import MOST_COMMENTS
from ingestion.returns.receipt import MOST_FINDINGS
from ingestion.returns.signs import ASKED_FILL, MARK, RELATED_FILL, WRONG_FILL
from ingestion.words.found import printed
from tests.integration.small_state import MEMBERS, Tables
from tests.unit.reading.conftest import to_tcvn3, write_xlwt
from tests.unit.returns.conftest import (
    RECEIVED,
    WRONG,
    World,
    as_format,
    one_to_explain,
    one_too_many,
    pages_of,
    with_parts,
)

QUESTION = ("V038", "B04", "M9")


def texts(book: Workbook, sheet: str = SHEET) -> list[str]:
    return [str(value) for row in book[sheet].iter_rows(values_only=True) for value in row if value is not None]


def links(book: Workbook) -> dict[str, str]:
    found = {}
    for row in book[SHEET].iter_rows():
        for cell in row:
            if cell.hyperlink is not None:
                found[str(cell.value)] = str(cell.hyperlink.location)
    return found


def color(book: Workbook, sheet: str, cell: str) -> str:
    return str(book[sheet][cell].fill.fgColor.rgb)


def test_a_wrong_cell_is_filled_commented_and_linked_from_the_first_sheet(world: World) -> None:
    book = openpyxl.load_workbook(world.mark(world.write("a.xlsx", one_too_many)))
    assert book.sheetnames[0] == book.active.title == SHEET
    assert color(book, "B01", WRONG) == WRONG_FILL
    comment = book["B01"][WRONG].comment.text
    assert comment.startswith(MARK)
    assert "V014" in comment and "Ghi: 11 · Cần: 10" in comment and "Đối chiếu" in comment and "(EN)" in comment
    assert color(book, "B01", "C9") == RELATED_FILL
    assert links(book)["B01!S9"] == "'B01'!S9"
    said = "\n".join(texts(book))
    assert "TRẢ LẠI ĐỂ SỬA" in said and "Returned for correction" in said
    assert "1 lỗi phải sửa" in said
    assert "Quy tắc không chạy" in said


@pytest.mark.parametrize("kind", ["xlsx", "xls", "ods", "folder", "zip"])
def test_a_return_is_mended_filed_again_and_accepted(world: World, kind: str) -> None:
    path = world.write("a.xlsx", one_too_many)
    if kind != "xlsx":
        path = as_format(path, kind)
    assert world.judge(path)[1].verdict is Verdict.REJECTED
    marked = world.mark(path)
    again = world.judge(marked)[1]
    assert [(f.rule, f.sheet, f.cell) for f in again.findings] == [
        (f.rule, f.sheet, f.cell) for f in world.judge(path)[1].findings
    ]
    mended = world.mended(marked)
    if kind != "xlsx":
        mended = world.mended(mended, cell="S11", value=2 * MEMBERS)  # the copy's total is a figure
    submission, judgement = world.judge(mended)
    assert judgement.verdict is Verdict.ACCEPTED, judgement.findings
    assert not any(note.sheet == SHEET for note in submission.reading.notes)
    if kind != "xlsx":
        assert "chép thành .xlsx" in "\n".join(texts(openpyxl.load_workbook(marked)))


def test_an_accepted_file_comes_back_with_its_receipt_and_nothing_else_changed(world: World) -> None:
    path = world.write("a.xlsx")
    marked = world.mark(path)
    assert "CHẤP NHẬN" in "\n".join(texts(openpyxl.load_workbook(marked)))
    with zipfile.ZipFile(path) as before, zipfile.ZipFile(marked) as after:
        sheets = [name for name in before.namelist() if name.startswith("xl/worksheets/")]
        assert sheets
        selected = re.compile(rb' tabSelected="1"')
        assert all(after.read(name) == selected.sub(b"", before.read(name)) for name in sheets)


def dressed(book: Workbook) -> None:
    """Format a workbook as a clerk would."""
    sheet = book["B01"]
    cell = sheet[WRONG]
    cell.font = Font(name="Arial", bold=True, color="FF123456", size=13)
    cell.border = Border(left=Side(style="double"))
    cell.number_format = "#,##0.0"
    sheet["T9"].fill = PatternFill("solid", fgColor="FF00FF00")
    sheet.column_dimensions["S"].width = 21.5
    sheet["AC9"] = "=S9*2"
    sheet["S9"].comment = Comment("Hỏi lại chị Hoa", "Lan")
    sheet["B9"].comment = Comment("Đã đối chiếu", "Lan")
    sheet.conditional_formatting.add("C9:C10", CellIsRule(operator="lessThan", formula=["0"]))
    validation = DataValidation(type="whole", operator="greaterThanOrEqual", formula1="0")
    validation.add("C9:S10")
    sheet.add_data_validation(validation)
    book.create_sheet("Nháp")["A1"] = "ghi chú riêng"
    book.create_sheet("Ẩn").sheet_state = "hidden"


def test_what_the_clerk_made_of_the_workbook_survives(world: World) -> None:
    path = world.edited(world.write("a.xlsx", one_too_many), dressed)
    before = openpyxl.load_workbook(path)
    after = openpyxl.load_workbook(world.mark(path))
    assert after.sheetnames == [SHEET, *before.sheetnames]
    assert after["Ẩn"].sheet_state == "hidden"
    old, new = before["B01"], after["B01"]
    assert repr(new[WRONG].font) == repr(old[WRONG].font)
    assert repr(new[WRONG].border) == repr(old[WRONG].border)
    assert new[WRONG].number_format == "#,##0.0"
    assert color(after, "B01", "T9") == "FF00FF00"
    assert new.column_dimensions["S"].width == 21.5
    assert new["AC9"].value == "=S9*2" and new["S11"].value == old["S11"].value
    assert new.merged_cells.ranges == old.merged_cells.ranges
    assert new.row_dimensions[5].hidden
    assert [v.sqref for v in new.data_validations.dataValidation] == [
        v.sqref for v in old.data_validations.dataValidation
    ]
    assert [r.sqref for r in new.conditional_formatting] == [r.sqref for r in old.conditional_formatting]
    assert new["B9"].comment.text == "Đã đối chiếu"
    assert new[WRONG].comment.text.startswith("Hỏi lại chị Hoa\n" + MARK)
    assert new.print_title_rows == old.print_title_rows


def test_values_of_formulas_that_the_file_had_are_still_there(world: World) -> None:
    marked = world.mark(world.write("a.xlsx", one_too_many))
    assert openpyxl.load_workbook(marked, data_only=True)["B01"]["S11"].value == 2 * MEMBERS + 1


def test_marks_of_an_earlier_return_go_when_they_no_longer_hold(world: World) -> None:
    path = world.edited(world.write("a.xlsx", one_too_many), dressed)
    again = world.mark(world.mended(world.mark(path)), "lan-hai.xlsx")
    book = openpyxl.load_workbook(again)
    assert book.sheetnames.count(SHEET) == 1 and book.sheetnames[0] == SHEET
    assert color(book, "B01", WRONG) != WRONG_FILL
    assert color(book, "B01", "C9") != RELATED_FILL
    assert book["B01"][WRONG].font.name == "Arial"
    assert book["B01"][WRONG].comment.text == "Hỏi lại chị Hoa"
    assert book["B01"]["B9"].comment.text == "Đã đối chiếu"
    assert book["B01"].print_title_rows == "$6:$8"
    assert "CHẤP NHẬN" in "\n".join(texts(book))


def test_marking_a_return_again_doubles_nothing(world: World) -> None:
    first = world.mark(world.write("a.xlsx", one_too_many), "mot.xlsx")
    book = openpyxl.load_workbook(world.mark(first, "hai.xlsx"))
    assert book.sheetnames == openpyxl.load_workbook(first).sheetnames
    assert book["B01"][WRONG].comment.text.count("V014") == 1
    assert color(book, "B01", WRONG) == WRONG_FILL
    assert [row[:3] for row in book["Giai_trinh"].iter_rows(min_row=7, values_only=True)].count(QUESTION) == 1
    with zipfile.ZipFile(world.folder / "hai.xlsx") as archive:
        drawing = next(name for name in archive.namelist() if name.endswith(".vml"))
        assert archive.read(drawing).count(b"<v:shape ") == 1


def test_a_warning_has_a_line_ready_and_its_answer_is_accepted(world: World) -> None:
    path = world.write("a.xlsx", one_to_explain)
    marked = world.mark(path)
    book = openpyxl.load_workbook(marked)
    assert color(book, "B04", "M9") == ASKED_FILL
    sheet = book["Giai_trinh"]
    assert [cell.value for cell in sheet[7]] == [*QUESTION, None]
    assert "'Giai_trinh'!D7" in links(book).values()
    # The cell that waits for the answer says what is asked.
    assert color(book, "Giai_trinh", "D7") == ASKED_FILL
    assert "V038 · B04!M9" in sheet["D7"].comment.text and "Ghi: 9 · Cần: 10" in sheet["D7"].comment.text

    def explain(book: Workbook) -> None:
        book["Giai_trinh"]["D7"] = "Hai biểu chốt số khác ngày"

    explained = world.edited(marked, explain)
    judgement = world.judge(explained)[1]
    assert judgement.verdict is Verdict.ACCEPTED
    book = openpyxl.load_workbook(world.mark(explained, "sau.xlsx"))
    rows = [row for row in book["Giai_trinh"].iter_rows(min_row=7, values_only=True) if row[0]]
    assert rows == [(*QUESTION, "Hai biểu chốt số khác ngày")]
    assert book["Giai_trinh"]["D7"].comment is None and color(book, "Giai_trinh", "D7") != ASKED_FILL
    assert "Đã giải trình" in texts(book)
    assert "0 cảnh báo cần giải trình, 1 cảnh báo đã giải trình" in "\n".join(texts(book))


def test_many_warnings_of_one_rule_on_a_sheet_are_asked_about_in_one_line(world: World) -> None:
    def leave_blank(tables: Tables) -> None:
        one_to_explain(tables)
        for row in tables["B05"]:
            row["concluded_orgs"] = None

    path = world.write("a.xlsx", leave_blank)
    asked = [f for f in world.judge(path)[1].findings if f.rule == "V010"]
    assert len(asked) > MOST_OF_A_SHEET
    marked = world.mark(path)
    sheet = openpyxl.load_workbook(marked)["Giai_trinh"]
    lines = [row[:4] for row in sheet.iter_rows(min_row=7, max_row=9, values_only=True)]
    assert lines == [("V010", "B05", None, None), (*QUESTION, None), (None, None, None, None)]
    assert f"V010 · B05!{asked[0].cell}" in sheet["D7"].comment.text

    def explain(book: Workbook) -> None:
        for cell in ("D7", "D8"):
            book["Giai_trinh"][cell] = "Chưa có kết luận trong kỳ"

    assert world.judge(world.edited(marked, explain))[1].verdict is Verdict.ACCEPTED


def test_a_workbook_without_the_sheet_of_explanations_gets_one(world: World) -> None:
    path = world.edited(world.write("a.xlsx", one_to_explain), lambda book: book.remove(book["Giai_trinh"]))
    marked = world.mark(path)
    book = openpyxl.load_workbook(marked)
    assert [cell.value for cell in book["Giai_trinh"][7]] == [*QUESTION, None]

    def explain(book: Workbook) -> None:
        book["Giai_trinh"]["D7"] = "Hai biểu chốt số khác ngày"

    assert world.judge(world.edited(marked, explain))[1].verdict is Verdict.ACCEPTED


def test_macros_are_taken_out_and_the_first_sheet_says_so(world: World) -> None:
    path = world.write("a.xlsx", one_too_many)
    kind = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
    macro = b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"
    relation = (
        b'<Relationship Id="rIdVba" Type="http://schemas.microsoft.com/office/2006/relationships/vbaProject"'
        b' Target="vbaProject.bin"/></Relationships>'
    )
    with_parts(
        path,
        {
            "[Content_Types].xml": lambda data: data.replace(kind, macro),
            "xl/_rels/workbook.xml.rels": lambda data: data.replace(b"</Relationships>", relation),
        },
        {"xl/vbaProject.bin": b"\xd0\xcf\x11\xe0 code"},
    )
    path = path.rename(path.with_suffix(".xlsm"))
    assert world.read(path).kind == "xlsm"
    marked = world.mark(path)
    with zipfile.ZipFile(marked) as archive:
        assert not [name for name in archive.namelist() if "vba" in name.lower()]
        assert kind in archive.read("[Content_Types].xml")
        assert b"vbaProject" not in archive.read("xl/_rels/workbook.xml.rels")
    book = openpyxl.load_workbook(marked)
    assert color(book, "B01", WRONG) == WRONG_FILL
    assert any("không còn macro" in text for text in texts(book))


def prefixed(data: bytes) -> bytes:
    """Write a part with a prefix before every name, as some programs do."""
    part = parse(data)
    uri = part.prefixes.pop("")
    part.prefixes = {"x": uri, **part.prefixes}
    return part.to_bytes()


def test_a_workbook_with_prefixed_names_is_marked_all_the_same(world: World) -> None:
    path = world.write("a.xlsx", one_too_many)
    with_parts(path, {"xl/worksheets/*": prefixed, "xl/workbook.xml": prefixed, "xl/styles.xml": prefixed}, {})
    book = openpyxl.load_workbook(world.mark(path))
    assert color(book, "B01", WRONG) == WRONG_FILL
    assert "V014" in book["B01"][WRONG].comment.text


def test_a_package_that_cannot_be_changed_is_copied_cell_by_cell(world: World) -> None:
    path = world.write("a.xlsx", one_too_many)
    with_parts(path, {"xl/styles.xml": lambda data: data.replace(b"cellXfs", b"cellXxs")}, {})
    assert world.read(path).is_readable
    book = openpyxl.load_workbook(world.mark(path))
    assert color(book, "B01", WRONG) == WRONG_FILL
    assert any("chép thành .xlsx" in text for text in texts(book))


def test_the_same_answer_gives_the_same_bytes(world: World) -> None:
    for path in (world.write("a.xlsx", one_too_many), as_format(world.write("b.xlsx", one_too_many), "ods")):
        answer = world.answer(path)
        assert marked_workbook(path, answer, world.catalogue) == marked_workbook(path, answer, world.catalogue)


def test_an_unreadable_file_is_answered_with_what_is_wrong_and_what_to_do(world: World) -> None:
    path = world.folder / "bao-cao.xlsx"
    path.write_bytes(b"%PDF-1.7 not a workbook")
    book = openpyxl.load_workbook(world.mark(path))
    assert book.sheetnames == [SHEET]
    said = "\n".join(texts(book))
    assert f"V001–{max(load_rules())}" in said
    assert "KHÔNG ĐỌC ĐƯỢC TỆP" in said and "PDF" in said and "gửi lại" in said


def test_thousands_of_findings_are_listed_and_commented_up_to_a_limit(world: World) -> None:
    path = world.write("a.xlsx")
    findings = [
        Finding("V009", "error", "B01", f"C{row}", "=1+1", "", f"B01!C{row}: sai.", f"B01!C{row}: wrong.")
        for row in range(9, 3009)
    ]
    answer = Answer(
        SubmissionKey("VD-NX", "2020-N", 1),
        world.read(path),
        Judgement(Verdict.REJECTED, [], findings),
        "",
        RECEIVED,
    )
    (world.folder / "nhieu.xlsx").write_bytes(marked_workbook(path, answer, world.catalogue))
    book = openpyxl.load_workbook(world.folder / "nhieu.xlsx")
    commented = [cell for row in book["B01"].iter_rows() for cell in row if cell.comment]
    assert len(commented) == MOST_COMMENTS
    assert color(book, "B01", "C3008") == WRONG_FILL
    said = "\n".join(texts(book))
    assert 3000 - MOST_FINDINGS == 2000 and "2.000 dòng nữa" in said and "2,000 more" in said
    assert MOST_COMMENTS == 200 and "2.800 ô được tô màu" in said
    assert world.read(world.folder / "nhieu.xlsx").is_readable


def test_the_gravest_that_was_found_of_a_cell_marks_it_and_comes_first(world: World) -> None:
    path = world.write("a.xlsx")
    findings = [
        Finding("V009", "notice", "B01", "C9", "1", "", "ghi chú", "a note"),
        Finding("V014", "error", "B01", "C9", "1", "2", "sai", "wrong"),
        Finding("V017", "error", "B01", "C10", "1", "2", "sai", "wrong", related=("B01!C9", "B01!D9")),
    ]
    answer = replace(world.answer(path), judgement=Judgement(Verdict.REJECTED, [], findings))
    book = openpyxl.load_workbook(BytesIO(marked_workbook(path, answer, world.catalogue)))
    assert (color(book, "B01", "C9"), color(book, "B01", "D9")) == (WRONG_FILL, RELATED_FILL)
    comment = book["B01"]["C9"].comment.text
    assert comment.index("V014") < comment.index("V009")
    rules = [text for text in texts(book) if text in {"V009", "V014", "V017"}]
    assert rules[:3] == ["V014", "V017", "V009"]


def test_an_accepted_file_is_not_asked_for_again_before_the_deadline(world: World) -> None:
    path = world.write("a.xlsx")
    said = "\n".join(texts(openpyxl.load_workbook(world.mark(path))))
    assert "Hạn nộp: hết ngày 20/01/2021" in said
    assert "Bản sửa phải đến" not in said


def test_a_line_that_the_clerk_wrote_with_dollars_is_the_one_that_is_asked_for(world: World) -> None:
    def ask(book: Workbook) -> None:
        for column, text in zip("ABC", ("v038", "b04", "$M$9"), strict=True):
            book["Giai_trinh"][f"{column}7"] = text

    marked = world.mark(world.edited(world.write("a.xlsx", one_to_explain), ask))
    rows = openpyxl.load_workbook(marked)["Giai_trinh"].iter_rows(min_row=7, max_col=4, values_only=True)
    assert [row for row in rows if any(row)] == [("v038", "b04", "$M$9", None)]


def test_text_of_the_clerk_cannot_become_a_formula(world: World) -> None:
    attack = '=HYPERLINK("http://x.invalid","bấm")'

    def attacked(tables: Tables) -> None:
        tables["B01"][0]["closing_members"] = attack

    folder = as_format(world.write("a.xlsx", attacked), "folder")
    for path in (world.write("b.xlsx", attacked), folder):
        book = openpyxl.load_workbook(world.mark(path))
        found = [
            cell
            for sheet in book
            for row in sheet.iter_rows()
            for cell in row
            if "HYPERLINK" in str(cell.value) and (sheet.title == SHEET or path is folder)
        ]
        assert found
        assert all(cell.data_type != "f" and not str(cell.value).startswith("=") for cell in found)


@pytest.mark.parametrize("label", ["- Trong đó: nữ", "+ Kết nạp lại", "-5", "- 1.234", "-", "--"])
def test_bullets_and_negative_figures_of_a_csv_stay_as_they_are(world: World, label: str) -> None:
    folder = as_format(world.write("a.xlsx", one_too_many), "folder")
    table = folder / "B01.csv"
    lines = table.read_text(encoding="utf-8").splitlines()
    lines.append(f'"{label}"')
    table.write_text("\n".join(lines) + "\n", encoding="utf-8")
    values = [cell.value for cell in openpyxl.load_workbook(world.mark(folder))["B01"]["A"]]
    assert label in map(str, values)


def test_a_finding_in_a_merged_range_is_shown_on_the_cell_that_is_seen(world: World) -> None:
    def merge(book: Workbook) -> None:
        book["B01"].merge_cells("AC9:AD10")

    path = world.edited(world.write("a.xlsx"), merge)
    finding = Finding("V009", "error", "B01", "AD10", "", "", "sai", "wrong")
    answer = Answer(
        SubmissionKey("VD-NX", "2020-N", 1), world.read(path), Judgement(Verdict.REJECTED, [], [finding])
    )
    target = world.folder / "gop.xlsx"
    target.write_bytes(marked_workbook(path, answer, world.catalogue))
    book = openpyxl.load_workbook(target)
    assert color(book, "B01", "AC9") == WRONG_FILL
    assert book["B01"]["AC9"].comment is not None


def test_every_conversion_and_note_of_the_reader_is_on_the_first_sheet(world: World) -> None:
    def as_text(book: Workbook) -> None:
        book["B01"][WRONG] = str(MEMBERS)
        book.create_sheet("Nháp")["A1"] = "ghi chú riêng"

    said = "\n".join(texts(openpyxl.load_workbook(world.mark(world.edited(world.write("a.xlsx"), as_text)))))
    assert "1 số lưu dạng văn bản" in said
    assert "Nháp" in said


@pytest.mark.parametrize("name", ["Ket_qua", "Ket_qua (2)"])
def test_the_first_sheet_of_a_return_is_no_form_and_no_note(world: World, name: str) -> None:
    marked = world.mark(world.write("a.xlsx"))

    def rename(book: Workbook) -> None:
        book[SHEET].title = name

    reading = world.read(world.edited(marked, rename))
    assert not [p for p in (*reading.problems, *reading.notes) if p.sheet == name]


def test_names_of_sheets_are_linked_and_written_back_whatever_stands_in_them(world: World) -> None:
    name = "+B04 'quý I' & <x>"

    def rename(book: Workbook) -> None:
        book["B04"].title = name
        book["B01"].title = "=cmd"
        book["=cmd"][WRONG] = MEMBERS + 1

    marked = world.mark(world.edited(world.write("a.xlsx", one_to_explain), rename))
    book = openpyxl.load_workbook(marked)
    assert {"'=cmd'!S9", "'+B04 ''quý I'' & <x>'!M9"} <= set(links(book).values())
    assert not [
        c for s in (SHEET, "Giai_trinh") for row in book[s].iter_rows() for c in row if c.data_type == "f"
    ]
    assert book["Giai_trinh"]["B7"].value == f"'{name}"

    def mend(book: Workbook) -> None:
        book["Giai_trinh"]["D7"] = "Hai biểu chốt số khác ngày"
        book["=cmd"][WRONG] = MEMBERS

    # The sheet is known again although its name was written so that nothing runs it.
    assert world.judge(world.edited(marked, mend))[1].verdict is Verdict.ACCEPTED


@pytest.mark.parametrize("kind", ["zip", "folder"])
def test_a_packed_workbook_comes_back_as_itself(world: World, kind: str) -> None:
    path = world.edited(world.write("a.xlsx", one_too_many), dressed, "báo cáo.xlsx")
    if kind == "zip":
        packed = world.folder / "bao-cao.zip"
        with zipfile.ZipFile(packed, "w") as archive:
            archive.write(path, "2020/báo cáo.xlsx")
            archive.writestr("__MACOSX/._x", b"junk")
    else:
        packed = world.folder / "nop"
        packed.mkdir()
        path.rename(packed / path.name)
    book = openpyxl.load_workbook(world.mark(packed))
    assert book["B01"][WRONG].font.name == "Arial" and color(book, "B01", WRONG) == WRONG_FILL
    assert book["B01"]["S11"].value == "=SUM(S9:S10)"
    said = "\n".join(texts(book))
    assert "báo cáo.xlsx” lấy ra từ tệp nén" in said and "chép thành .xlsx" not in said


def test_a_packed_old_workbook_is_copied(world: World) -> None:
    path = as_format(world.write("a.xlsx", one_too_many), "xls")
    packed = world.folder / "bao-cao.zip"
    with zipfile.ZipFile(packed, "w") as archive:
        archive.write(path, path.name)
    book = openpyxl.load_workbook(world.mark(packed))
    assert color(book, "B01", WRONG) == WRONG_FILL
    assert "Tệp gốc (tệp nén) được chép thành .xlsx" in "\n".join(texts(book))


def test_a_copy_is_laid_out_as_a_form(world: World) -> None:
    folder = as_format(world.write("a.xlsx", one_too_many), "folder")
    sheet = openpyxl.load_workbook(world.mark(folder))["B01"]
    assert sheet.row_dimensions[5].hidden  # the row of codes, which a CSV cannot hide
    assert sheet["C7"].font.b and sheet["C7"].alignment.wrap_text and sheet["C7"].fill.fill_type == "solid"
    assert sheet.freeze_panes == "C9" and sheet.print_title_rows
    assert sheet["C11"].font.b and not sheet["C10"].font.b
    assert max(d.width for d in sheet.column_dimensions.values()) < 45
    assert sheet["AA10"].border.left.style == "thin"  # blank cells of the table are drawn too


def test_what_is_hidden_in_a_workbook_of_another_format_is_hidden_in_its_copy(world: World) -> None:
    page = next(p for p in pages_of(world.write("a.xlsx", one_too_many)) if p.name == "B01")
    page.put(9, 40, "=IF(A9>0)")
    page.hidden_columns = {40}
    sheet = openpyxl.load_workbook(world.mark(write_xlwt(world.folder / "a.xls", [page])))["B01"]
    assert sheet.column_dimensions["AN"].hidden and not sheet.column_dimensions["S"].hidden


def test_the_deadline_is_said_and_whether_the_mended_file_can_still_be_in_time(world: World) -> None:
    path = world.write("a.xlsx", one_too_many)
    answer = world.answer(path)
    for received, expected in (
        (RECEIVED, ("nộp đúng hạn", "Bản sửa phải đến trước khi hết ngày 20/01/2021")),
        (RECEIVED + timedelta(days=10), ("nộp đúng hạn", "Bản sửa phải đến trước khi hết ngày 20/01/2021")),
        (RECEIVED + timedelta(days=11), ("nộp quá hạn", "Hạn nộp (20/01/2021) đã qua")),
    ):
        data = marked_workbook(path, replace(answer, received_at=received), world.catalogue)
        said = "\n".join(texts(openpyxl.load_workbook(BytesIO(data))))
        assert "Hạn nộp: hết ngày 20/01/2021" in said
        assert all(text in said for text in expected), said


def test_a_mended_file_for_a_closed_period_is_told_to_be_held(world: World) -> None:
    path = world.write("a.xlsx", one_too_many)
    late = replace(world.answer(path), received_at=RECEIVED + timedelta(days=400), is_locked=True)
    said = "\n".join(texts(openpyxl.load_workbook(BytesIO(marked_workbook(path, late, world.catalogue)))))
    assert "Kỳ này đã khóa sổ" in said
    assert "sớm nhất có thể" not in said


def test_notes_that_say_the_same_of_many_sheets_are_one(world: World) -> None:
    folder = as_format(world.write("a.xlsx", one_too_many), "folder")
    said = texts(openpyxl.load_workbook(world.mark(folder)))
    (note,) = [text for text in said if text.startswith("Tệp CSV")]
    assert "B00, B01, B02" in note


def test_figures_beside_each_other_are_written_in_one_way() -> None:
    finding = Finding("V034", "error", "B04", "Q9", "58.25", "58.5", "", "", decimals=(2, 1))
    assert printed(finding) == ("58,25", "58,5")
    assert printed(finding, "en") == ("58.25", "58.5")
    days = replace(finding, value="2020-01-31", expected="2020-02-28", decimals=(None, None))
    assert printed(days) == ("31/01/2020", "28/02/2020")
    # What was filed as text is the clerk's own, also where it looks like a number.
    assert printed(replace(finding, value="1.252", expected="1252", decimals=(None, 0))) == ("1.252", "1.252")
    assert printed(replace(finding, value="1.252", expected="3.125", decimals=(3, 1))) == ("1,252", "3,1")


def test_what_earlier_versions_found_is_written_where_it_can_mean_one_thing_only() -> None:
    def of(value: str, expected: str) -> tuple[str, str]:
        return printed(Finding("V034", "error", "B04", "Q9", value, expected, "", ""))

    assert of("58.25", "58.5") == ("58,25", "58,5")
    assert of("2020-01-31", "11945678") == ("31/01/2020", "11.945.678")
    assert of("1.005", "1005") == ("1.005", "1005")  # one of the two was perhaps the other
    assert of("1252.5", "") == ("1252.5", "")  # where nothing is expected, the clerk's own text


def test_a_sheet_of_the_clerk_that_is_called_like_the_first_one_stays(world: World) -> None:
    def add(book: Workbook) -> None:
        book.create_sheet("KET_QUA")["A1"] = "bảng riêng của huyện"

    first = world.mark(world.edited(world.write("a.xlsx", one_too_many), add), "mot.xlsx")
    again = world.mark(first, "hai.xlsx")
    for path in (first, again):
        book = openpyxl.load_workbook(path)
        assert book.sheetnames[0] == "Ket_qua (2)" and book.sheetnames.count("KET_QUA") == 1
        assert [n for n in book.sheetnames if n.casefold().startswith("ket_qua")] == ["Ket_qua (2)", "KET_QUA"]
        assert book["KET_QUA"]["A1"].value == "bảng riêng của huyện"


def test_a_copy_shows_text_from_before_unicode_as_it_was_read(world: World) -> None:
    pages = [page for page in pages_of(world.write("a.xlsx", one_too_many)) if page.cells]
    page = next(page for page in pages if page.name == "B01")
    for row in (9, 10):
        page.put(row, 2, to_tcvn3(str(page.cells[row, 2])))
        page.fonts[row, 2] = ".VnTime"
    marked = world.mark(write_xlwt(world.folder / "cu.xls", pages))
    plain = openpyxl.load_workbook(world.write("b.xlsx"))
    assert openpyxl.load_workbook(marked)["B01"]["B9"].value == plain["B01"]["B9"].value
    assert world.judge(marked)[0].reading.tables["B01"].rows[0].values["org_name"] == plain["B01"]["B9"].value
