"""Cells as the file stores them: type, text, address, format, and what is hidden or merged."""

import zipfile
from collections.abc import Callable
from datetime import date, datetime
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
import xlwt

from ingestion.reading.opening import open_book
from ingestion.records.cells import Cell, CellType, SheetCells
from ingestion.storage.archives import open_archive


def sheets_of(path: Path) -> list[SheetCells]:
    return open_book(path, path.name).sheets


def cells_of(path: Path) -> dict[str, Cell]:
    return {cell.address: cell for cell in sheets_of(path)[0].cells.values()}


@pytest.mark.parametrize("writer", ["openpyxl.xlsx", "xlsxwriter.xlsx", "xlwt.xls", "odfpy.ods"])
def test_every_format_gives_the_same_cells(writer: str, make: Any, tmp_path: Path) -> None:
    page = make.Page("B01", hidden_rows={4})
    page.add_row(3, [None, "  Đảng\u00a0bộ \n xã ", 5, 1.252, "1.252", True, date(2019, 12, 31), 0])
    page.put(4, 3, 0.1024, "0.00%")
    page.put(6, 2, "gộp")
    page.merged.append((6, 2, 7, 4))
    path = make.writers[writer](tmp_path / f"f.{writer[-4:].lstrip('.')}", [page])
    (sheet,) = sheets_of(path)
    found = {
        c.address: (c.type, c.value if c.type is not CellType.TEXT else c.text) for c in sheet.cells.values()
    }
    moment = found.pop("G3")
    assert moment[0] is CellType.DATE
    assert found == {
        "B3": (CellType.TEXT, "Đảng bộ xã"),
        "C3": (CellType.NUMBER, 5.0),
        "D3": (CellType.NUMBER, 1.252),
        "E3": (CellType.TEXT, "1.252"),
        "F3": (CellType.BOOL, True),
        "H3": (CellType.NUMBER, 0.0),
        "C4": (CellType.NUMBER, 0.1024),
        "B6": (CellType.TEXT, "gộp"),
    }
    texts = {c.address: c.text for c in sheet.cells.values()}
    assert (texts["G3"], texts["C4"], texts["F3"], texts["C3"]) == ("31/12/2019", "10,24%", "TRUE", "5")
    assert sheet.merged == [(6, 2, 7, 4)]
    assert sheet.hidden_rows == {4}


@pytest.mark.parametrize("writer", ["openpyxl.xlsx", "xlsxwriter.xlsx", "xlwt.xls", "odfpy.ods"])
def test_hidden_sheets_are_known(writer: str, make: Any, tmp_path: Path) -> None:
    pages = [make.Page("B01", {(1, 1): "a"}), make.Page("cũ", {(1, 1): "b"}, hidden=True)]
    found = sheets_of(make.writers[writer](tmp_path / "f", pages))
    assert [(sheet.name, sheet.visible) for sheet in found] == [("B01", True), ("cũ", False)]


def write_formulas(path: Path) -> Path:
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("B01")
    sheet.write_formula("A1", "=1/0", None, "#DIV/0!")
    sheet.write_formula("B1", "=1+1", None, 2)
    sheet.write_formula("C1", '="ab"', None, "ab")
    sheet.write_formula("D1", "=TRUE", None, True)
    sheet.write_string("E1", "#DIV/0!")
    sheet.write_number("F1", 1)
    book.close()
    return path


def test_errors_stay_errors_and_their_text_stays_text(tmp_path: Path) -> None:
    cells = cells_of(write_formulas(tmp_path / "f.xlsx"))
    assert {address: (cell.type, cell.value) for address, cell in cells.items()} == {
        "A1": (CellType.ERROR, "#DIV/0!"),
        "B1": (CellType.NUMBER, 2.0),
        "C1": (CellType.TEXT, "ab"),
        "D1": (CellType.BOOL, True),
        "E1": (CellType.TEXT, "#DIV/0!"),
        "F1": (CellType.NUMBER, 1.0),
    }


def test_errors_of_opendocument_stay_errors(tmp_path: Path, convert: Callable[[Path, str], Path]) -> None:
    cells = cells_of(convert(write_formulas(tmp_path / "f.xlsx"), "ods"))
    assert (cells["A1"].type, cells["A1"].value) == (CellType.ERROR, "#DIV/0!")
    assert cells["B1"].value == 2.0
    assert cells["E1"].type is CellType.TEXT


def test_errors_of_xls_stay_errors(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    sheet = book.add_sheet("B01")
    sheet.row(0).set_cell_error(0, "#REF!")
    sheet.row(0).set_cell_boolean(1, False)
    book.save(str(tmp_path / "f.xls"))
    cells = cells_of(tmp_path / "f.xls")
    assert (cells["A1"].type, cells["A1"].text) == (CellType.ERROR, "#REF!")
    assert (cells["B1"].type, cells["B1"].text) == (CellType.BOOL, "FALSE")


def test_a_formula_that_was_never_calculated_is_an_error_and_no_blank(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0]["C9"] = "=SUM(A1:A8)"
    book.save(tmp_path / "f.xlsx")
    cell = cells_of(tmp_path / "f.xlsx")["C9"]
    assert (cell.type, cell.text) == (CellType.ERROR, "=SUM(A1:A8)")


def test_codes_that_excel_widened_keep_their_digits(make: Any, tmp_path: Path) -> None:
    page = make.Page("B01", {(1, 1): 3.8168e13, (1, 2): 1e20, (1, 3): 38168000000123})
    cells = cells_of(make.openpyxl(tmp_path / "f.xlsx", [page]))
    assert [cells[a].text for a in ("A1", "B1", "C1")] == [
        "38168000000000",
        "100000000000000000000",
        "38168000000123",
    ]


@pytest.mark.parametrize(
    ("number_format", "shown"),
    [("0.00%", "10,24%"), ("0%", "10%"), ("0.0", "0,1"), ('0.00"%"', "0,10%"), ("0.0000", "0,1024")],
)
def test_texts_are_what_the_format_shows(number_format: str, shown: str, make: Any, tmp_path: Path) -> None:
    page = make.Page("B01", {(1, 1): 0.1024}, {(1, 1): number_format})
    cell = cells_of(make.openpyxl(tmp_path / "f.xlsx", [page]))["A1"]
    assert cell.value == 0.1024
    assert cell.text == shown.removesuffix("%") + (
        "%" if shown.endswith("%") and '"' not in number_format else ""
    )


def test_dates_before_march_1900_and_times(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "f.xlsx"))
    sheet = book.add_worksheet("B01")
    style = book.add_format({"num_format": "dd/mm/yyyy hh:mm"})
    for position, serial in enumerate([1, 59, 61, 43830.5, 0.25, -1]):
        sheet.write_number(0, position, serial, style)
    book.close()
    cells = cells_of(tmp_path / "f.xlsx")
    assert [cells[a].text for a in ("A1", "B1", "C1", "D1", "E1")] == [
        "01/01/1900",
        "28/02/1900",
        "01/03/1900",
        "31/12/2019 12:00",
        "06:00",
    ]
    assert cells["D1"].value == datetime(2019, 12, 31, 12)  # noqa: DTZ001
    assert cells["F1"].type is CellType.NUMBER


def test_the_calendar_of_1904_is_heeded(tmp_path: Path) -> None:
    book = xlsxwriter.Workbook(str(tmp_path / "f.xlsx"), {"date_1904": True})
    sheet = book.add_worksheet("B01")
    sheet.write_datetime(0, 0, datetime(2019, 12, 31), book.add_format({"num_format": 14}))  # noqa: DTZ001
    book.close()
    assert cells_of(tmp_path / "f.xlsx")["A1"].value == date(2019, 12, 31)


def rewritten(path: Path, part: str, change: Callable[[str], str]) -> Path:
    """Rewrite one part of a workbook as another program might have written it."""
    target = path.with_name(f"rewritten-{path.name}")
    archive = open_archive(path.read_bytes())
    with zipfile.ZipFile(target, "w") as output:
        for name in archive.namelist():
            text = archive.read(name)
            output.writestr(name, change(text.decode()) if name == part else text)
    return target


def sheet_xml(rows: str, prefix: str = "") -> str:
    namespace = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    declared = f'xmlns:{prefix}="{namespace}"' if prefix else f'xmlns="{namespace}"'
    p = f"{prefix}:" if prefix else ""
    return f"<{p}worksheet {declared}><{p}sheetData>{rows}</{p}sheetData></{p}worksheet>"


@pytest.mark.parametrize(
    "xml",
    [
        sheet_xml("<row><c><v>1</v></c><c t='inlineStr'><is><t>hai</t></is></c></row>"),
        sheet_xml(
            '<x:row r="1"><x:c r="A1"><x:v>1</x:v></x:c><x:c r="B1" t="inlineStr">'
            "<x:is><x:r><x:t>h</x:t></x:r><x:r><x:t>ai</x:t></x:r></x:is></x:c></x:row>",
            "x",
        ),
        sheet_xml('<row r="1"><c r="B1" t="str"><f>A1</f><v>hai</v></c><c r="A1" s="999"><v>1</v></c></row>'),
        sheet_xml('<row r="1"><c r="A1"><v>1</v></c><c r="B1" t="str"><v>h_x0061_i</v></c></row>').replace(
            "_x0061_", "a"
        ),
    ],
)
def test_spreadsheetml_of_other_programs_is_understood(xml: str, make: Any, tmp_path: Path) -> None:
    path = make.openpyxl(tmp_path / "f.xlsx", [make.Page("B01", {(1, 1): 9})])
    cells = cells_of(rewritten(path, "xl/worksheets/sheet1.xml", lambda _: xml))
    assert {address: cell.value for address, cell in cells.items()} == {"A1": 1.0, "B1": "hai"}


def test_shared_strings_keep_runs_and_leave_phonetic_hints(make: Any, tmp_path: Path) -> None:
    path = make.xlsxwriter(tmp_path / "f.xlsx", [make.Page("B01", {(1, 1): "a"})])
    strings = (
        '<sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><si>'
        "<r><t>Đảng </t></r><r><t>bộ_x000A_xã</t></r><rPh sb='0' eb='1'><t>no</t></rPh></si></sst>"
    )
    cell = cells_of(rewritten(path, "xl/sharedStrings.xml", lambda _: strings))["A1"]
    assert cell.value == "Đảng bộ\nxã"
    assert cell.text == "Đảng bộ xã"


def test_two_far_cells_cost_no_memory(make: Any, tmp_path: Path) -> None:
    page = make.Page("B01", {(1, 1): "a", (1_048_576, 16_384): "z"})
    assert set(cells_of(make.openpyxl(tmp_path / "f.xlsx", [page]))) == {"A1", "XFD1048576"}


def test_repeated_cells_of_opendocument_are_all_there(make: Any, tmp_path: Path) -> None:
    path = make.ods(tmp_path / "f.ods", [make.Page("B01", {(1, 1): 7, (2, 1): "x"})])

    def repeat(text: str) -> str:
        text = text.replace("<table:table-row>", '<table:table-row table:number-rows-repeated="3">', 1)
        return text.replace("<table:table-cell ", '<table:table-cell table:number-columns-repeated="2" ', 1)

    cells = cells_of(rewritten(path, "content.xml", repeat))
    assert sorted(cells) == ["A1", "A2", "A3", "A4", "B1", "B2", "B3"]


def test_a_flood_of_repeated_cells_is_refused(make: Any, tmp_path: Path) -> None:
    path = make.ods(tmp_path / "f.ods", [make.Page("B01", {(1, 1): 7})])
    flooded = rewritten(
        path,
        "content.xml",
        lambda text: text.replace(
            "<table:table-row>", '<table:table-row table:number-rows-repeated="9999999">'
        ),
    )
    with pytest.raises(Exception, match="R013"):
        sheets_of(flooded)
