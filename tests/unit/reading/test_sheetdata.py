"""The quick way over the cells of a sheet gives what the XML parser gives, or leaves the sheet to it."""

import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingestion.ooxml.sheetdata import scan
from ingestion.reading import worksheet
from ingestion.reading.xlsx import read_xlsx
from ingestion.records.cells import CellType, SheetCells
from ingestion.records.submissions import UnreadableError
from ingestion.storage.archives import open_archive

NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
USUAL = (
    '<c r="{}"/>',
    '<c r="{}" s="1"/>',
    '<c r="{}"><v>5</v></c>',
    '<c r="{}" s="1"><v>0.205</v></c>',
    '<c r="{}" s="2" t="n"><v>43831</v></c>',
    '<c r="{}" s="1" t="s"><v>0</v></c>',
    '<c r="{}" t="s"><v>2</v></c>',
    '<c r="{}" t="b"><v>1</v></c>',
    '<c r="{}" t="str"><f>IF(A1="x","a","")</f><v></v></c>',
    '<c r="{}" t="str"><f>A1</f><v> Đảng bộ </v></c>',
    '<c r="{}"><f aca="false">SUM(A1:A2)</f><v>7</v></c>',
    '<c r="{}" s="1"><f t="shared" si="0"/><v>8</v></c>',
    '<c r="{}"><v>1E+2</v></c>',
    '<c r="{}" t="s"><v></v></c>',
)
UNUSUAL = (
    '<c s="1" r="{}"><v>5</v></c>',
    '<c r="{}" s="1" cm="1"><v>5</v></c>',
    '<c r="{}"><f>1+1</f></c>',
    '<c r="{}"><f>1+1</f><v></v></c>',
    '<c r="{}" t="e"><v>#REF!</v></c>',
    '<c r="{}" t="e"/>',
    '<c r="{}" t="str"><v>a &amp; b</v></c>',
    '<c r="{}" t="inlineStr"><is><t>chữ</t></is></c>',
    '<c r="{}"><v/></c>',
    '<c r="{}"><v>5</v><extLst/></c>',
    '<c r="{}"><!-- <c r="A1"><v>9</v></c> --><v>5</v></c>',
    '<c r="{}" t="str"><v><![CDATA[<v>]]></v></c>',
    '<c r="{}"><f><![CDATA[a<b]]></f><v>5</v></c>',
)
ROWS = ('<row r="{}">', '<row r="{}" spans="1:5" hidden="1">', '<row r="{}" ht="15" hidden="0">')


def workbook(path: Path) -> Path:
    """Write a workbook with three shared strings, a percent and a date format."""
    book = xlsxwriter.Workbook(str(path))
    sheet = book.add_worksheet("B01")
    sheet.write_row(0, 0, ["Đảng bộ xã", "x", "  "])
    sheet.write_number(1, 0, 0.5, book.add_format({"num_format": "0.00%"}))
    sheet.write_number(1, 1, 43831, book.add_format({"num_format": "dd/mm/yyyy"}))
    book.close()
    return path


@pytest.fixture(scope="module")
def parts(tmp_path_factory: pytest.TempPathFactory) -> dict[str, bytes]:
    path = workbook(tmp_path_factory.mktemp("sheetdata") / "f.xlsx")
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def read_both(parts: dict[str, bytes], sheet: bytes, folder: Path) -> tuple[SheetCells, SheetCells]:
    """Read a workbook with a sheet of this XML, as it is and with the XML parser alone."""
    path = folder / "f.xlsx"
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, sheet if name == "xl/worksheets/sheet1.xml" else content)
    data = path.read_bytes()
    (quick,) = read_xlsx(open_archive(data)).sheets
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(worksheet, "scan", lambda _: None)
        (slow,) = read_xlsx(open_archive(data)).sheets
    return quick, slow


def sheet_of(rows: str) -> bytes:
    return (
        f'<?xml version="1.0" encoding="UTF-8"?><worksheet xmlns="{NAMESPACE}"><sheetData>{rows}</sheetData>'
        '<mergeCells count="1"><mergeCell ref="A1:B2"/></mergeCells></worksheet>'
    ).encode()


@st.composite
def written_rows(draw: st.DrawFn, spellings: tuple[str, ...]) -> str:
    rows = []
    for number in sorted(draw(st.sets(st.integers(1, 40), max_size=4))):
        cells = draw(st.lists(st.sampled_from(spellings), max_size=5))
        written = "".join(cell.format(f"{'ABCDE'[i]}{number}") for i, cell in enumerate(cells))
        gap = draw(st.sampled_from(["", "\n  "]))
        rows.append(f"{draw(st.sampled_from(ROWS)).format(number)}{gap}{written}</row>{gap}")
    return "".join(rows)


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.one_of(written_rows(USUAL), written_rows(USUAL + UNUSUAL)))
def test_both_ways_give_the_same_sheet(rows: str, parts: dict[str, bytes], tmp_path: Path) -> None:
    quick, slow = read_both(parts, sheet_of(rows), tmp_path)
    assert quick == slow


@pytest.mark.parametrize("cell", USUAL)
def test_usual_cells_are_found_without_a_tree(cell: str) -> None:
    assert scan(sheet_of(f'<row r="1">{cell.format("A1")}</row>')) is not None


@pytest.mark.parametrize("cell", UNUSUAL)
def test_other_cells_are_left_to_the_parser(cell: str, parts: dict[str, bytes], tmp_path: Path) -> None:
    data = sheet_of(f'<row r="1"><c r="B1"><v>1</v></c>{cell.format("C1")}</row>')
    assert scan(data) is None
    quick, slow = read_both(parts, data, tmp_path)
    assert quick == slow
    assert (1, 2) in quick.cells


def test_a_formula_that_was_never_calculated_is_seen_beside_usual_cells(
    parts: dict[str, bytes], tmp_path: Path
) -> None:
    data = sheet_of('<row r="1"><c r="A1"><v>1</v></c><c r="B1"><f>A1+1</f><v></v></c></row>')
    quick, _ = read_both(parts, data, tmp_path)
    assert quick.cells[1, 2].type is CellType.ERROR


def test_another_encoding_is_left_to_the_parser(parts: dict[str, bytes], tmp_path: Path) -> None:
    text = sheet_of('<row r="1"><c r="A1" t="str"><v>\u00e9</v></c></row>').decode()
    data = text.replace("UTF-8", "ISO-8859-1").encode("latin-1")
    quick, _ = read_both(parts, data, tmp_path)
    assert quick.cells[1, 1].value == "\u00e9"


def test_usual_programs_write_usual_sheets(
    make: Any, tmp_path: Path, convert: Callable[[Path, str], Path]
) -> None:
    page = make.Page("B01", {(1, 1): "Đảng bộ", (2, 1): 5, (2, 2): 0.5, (3, 3): "x"}, hidden_rows={3})
    path = make.xlsxwriter(tmp_path / "f.xlsx", [page])
    for written in (path, convert(path, "xlsx")):
        with zipfile.ZipFile(written) as archive:
            assert scan(archive.read("xl/worksheets/sheet1.xml")) is not None


def test_a_flood_of_blank_cells_is_refused_before_it_is_read(
    parts: dict[str, bytes], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(worksheet, "SMALL", 10)
    monkeypatch.setattr(worksheet, "MAX_STORED", 41)
    rows = "".join(f'<row r="{n}"><c r="A{n}" s="1"/></row>' for n in range(1, 22))
    with pytest.raises(UnreadableError, match="R061") as refused:
        read_both(parts, sheet_of(rows), tmp_path)
    details = refused.value.problem.details
    assert (details["found"], details["limit"]) == ("42", "41")
    assert "blank" in details["what_en"]
