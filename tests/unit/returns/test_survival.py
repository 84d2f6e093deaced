"""What offices put into their workbooks comes back as it was: every part that is not marked, byte for byte."""

import zipfile
from collections.abc import Callable
from pathlib import Path
from xml.etree.ElementTree import Element, canonicalize, fromstring, tostring

import openpyxl
import pytest
from openpyxl.chart import BarChart, Reference
from openpyxl.comments import Comment
from openpyxl.formatting.rule import ColorScaleRule, DataBarRule
from openpyxl.workbook import Workbook
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.table import Table

from ingestion.returns import SHEET
from ingestion.returns.signs import MARK, WRONG_FILL
from tests.unit.returns.conftest import WRONG, World, one_too_many, with_parts

_STRICT = {
    b"http://schemas.openxmlformats.org/spreadsheetml/2006/main": b"http://purl.oclc.org/ooxml/spreadsheetml/main",
    b"http://schemas.openxmlformats.org/officeDocument/2006/relationships": (
        b"http://purl.oclc.org/ooxml/officeDocument/relationships"
    ),
    b"http://schemas.openxmlformats.org/drawingml/2006/": b"http://purl.oclc.org/ooxml/drawingml/",
}
_REWRITTEN = (
    "[Content_Types].xml",
    "_rels/",
    "xl/_rels/",
    "xl/workbook.xml",
    "xl/styles.xml",
    "xl/worksheets/_rels/",
)


def furnished(book: Workbook) -> None:
    """Put into a workbook what offices put into theirs."""
    sheet = book["B01"]
    chart = BarChart()
    chart.add_data(Reference(sheet, min_col=3, min_row=8, max_row=10), titles_from_data=True)
    sheet.add_chart(chart, "AC12")
    sheet["B9"].hyperlink = "https://example.org/?a=1&b=2"
    sheet["B9"].comment = Comment("Đã đối chiếu\ndòng hai", "Lan")
    sheet[WRONG].comment = Comment("hỏi lại", "Hoa")
    sheet.conditional_formatting.add("C9:C10", DataBarRule("min", None, "max", None, color="FF638EC6"))
    sheet.conditional_formatting.add(
        "D9:D10", ColorScaleRule("min", None, "FFFFFF", end_type="max", end_color="FF0000")
    )
    sheet.auto_filter.ref = "A8:S10"
    sheet.freeze_panes = "C9"
    sheet.row_dimensions.group(14, 16, hidden=True)
    own = book.create_sheet("Phân tích")
    for row in (("Loại", "Năm", "Số"), ("A", 2019, 3), ("B", 2020, 5)):
        own.append(row)
    own.add_table(Table(displayName="Bang1", ref="A1:C3"))
    own["E3"].hyperlink = "#'B01'!A1"
    own.merge_cells("E5:F6")
    own.oddHeader.center.text = "Trang &P"
    book.defined_names["TongDV"] = DefinedName("TongDV", attr_text="'B01'!$C$11")


def transitional(path: Path) -> Path:
    return path


def strict(path: Path) -> Path:
    """Write the same in the strict vocabulary of the standard, as Excel does on demand."""

    def change(data: bytes) -> bytes:
        for name, other in _STRICT.items():
            data = data.replace(name, other)
        return data.replace(b"<workbook ", b'<workbook conformance="strict" ', 1)

    return with_parts(path, {"*": change}, {})


def numbered_sheets(archive: zipfile.ZipFile) -> list[str]:
    """Give the names of the sheets in the order in which their parts are numbered."""
    workbook = fromstring(archive.read("xl/workbook.xml"))
    return [str(entry.get("name")) for part in workbook if part.tag.endswith("}sheets") for entry in part]


def _cells(sheet: Element) -> dict[str | None, list[str]]:
    return {
        cell.get("r"): [str(cell.get("t")), *(canonicalize(tostring(child)) for child in cell)]
        for cell in sheet.iter()
        if cell.tag.endswith("}c")
    }


def _around(sheet: Element) -> list[str]:
    own = ("}sheetData", "}legacyDrawing", "}sheetViews")
    return [canonicalize(tostring(child)) for child in sheet if not child.tag.endswith(own)]


@pytest.mark.parametrize("vocabulary", [transitional, strict])
def test_all_that_is_not_marked_comes_back_as_it_was(world: World, vocabulary: Callable[[Path], Path]) -> None:
    path = vocabulary(world.edited(world.write("a.xlsx", one_too_many), furnished))
    marked = world.mark(path)
    with zipfile.ZipFile(path) as before, zipfile.ZipFile(marked) as after:
        names = {name: f"xl/worksheets/sheet{n}.xml" for n, name in enumerate(numbered_sheets(before), start=1)}
        for name in before.namelist():
            old, new = before.read(name), after.read(name)
            if name.startswith("xl/worksheets/sheet"):
                old_sheet, new_sheet = fromstring(old), fromstring(new)
                assert _around(new_sheet) == _around(old_sheet), name
                cells = _cells(old_sheet)
                kept = {place: said for place, said in _cells(new_sheet).items() if place in cells}
                assert kept == cells or name == names["Giai_trinh"], name
            elif not name.startswith(_REWRITTEN) and "omment" not in name:
                assert old == new, name
        kinds = [name.split("/")[1] for name in after.namelist() if name.startswith("xl/")]
        assert kinds.count("charts") == 1 and kinds.count("tables") == 1
    if vocabulary is strict:
        return  # what follows is read by a program that knows only the other vocabulary
    old_book, book = openpyxl.load_workbook(path), openpyxl.load_workbook(marked)
    sheet = book["B01"]
    assert book.sheetnames == [SHEET, *old_book.sheetnames]
    assert sheet["B9"].hyperlink.target == "https://example.org/?a=1&b=2"
    assert sheet["B9"].comment.text == "Đã đối chiếu\ndòng hai"
    assert sheet[WRONG].comment.text.startswith(f"hỏi lại\n{MARK}")
    assert sheet[WRONG].fill.fgColor.rgb == WRONG_FILL
    assert book["Phân tích"].tables["Bang1"].ref == "A1:C3"
    assert book["Phân tích"]["E3"].hyperlink.target == "#'B01'!A1"
    assert book.defined_names["TongDV"].attr_text == "'B01'!$C$11"
    # Names that belong to one sheet go with it, one place further back.
    assert sheet.auto_filter.ref == "A8:S10" and sheet.print_title_rows == old_book["B01"].print_title_rows
