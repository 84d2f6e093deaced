"""Returns of workbooks that other programs pack and write: marked themselves, and opened by everybody."""

import io
import re
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest
from msoffcrypto.format.ooxml import OOXMLFile

from ingestion.ooxml.parts import stored
from ingestion.records.cells import column_letter
from ingestion.returns import SHEET
from ingestion.returns.signs import WRONG_FILL
from tests.unit.returns.conftest import WRONG, World, one_too_many

MAIN_TYPE = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
FORM = "xl/worksheets/sheet2.xml"


def repacked(path: Path, change: Callable[[dict[str, bytes]], dict[str, bytes]]) -> Path:
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in change(parts).items():
            archive.writestr(name, data)
    return path


def typed_by_extension(parts: dict[str, bytes]) -> dict[str, bytes]:
    types = re.sub(rb'<Override PartName="/xl/workbook.xml"[^>]*/>', b"", parts["[Content_Types].xml"])
    default = b'<Default Extension="xml" ContentType="%s"/>' % MAIN_TYPE
    types = re.sub(rb'<Default [^>]*Extension="xml"[^>]*/>', default, types)
    return parts | {"[Content_Types].xml": types}


def with_backslashes(parts: dict[str, bytes]) -> dict[str, bytes]:
    rels = {n: d.replace(b'Target="/xl/worksheets/', b'Target="worksheets\\') for n, d in parts.items()}
    return {name.replace("/", "\\"): data for name, data in rels.items()}


def in_capitals(parts: dict[str, bytes]) -> dict[str, bytes]:
    return {name if name.startswith("[") else name.upper(): data for name, data in parts.items()}


def in_form(old: str, new: str) -> Callable[[dict[str, bytes]], dict[str, bytes]]:
    def change(parts: dict[str, bytes]) -> dict[str, bytes]:
        data = re.sub(old.encode(), new.encode(), parts[FORM], count=1)
        assert data != parts[FORM]
        return parts | {FORM: data}

    return change


def look(path: Path, *, as_stream: bool = False) -> tuple[str, list[str]]:
    """Give the fill of the wrong cell and the names of the sheets, as a strict program opens the return.

    A merged column is a million cells to a program that holds them all; as a stream it is none.
    """
    book = openpyxl.load_workbook(path, read_only=as_stream)
    return book["B01"][WRONG].fill.fgColor.rgb, book.sheetnames


@pytest.mark.parametrize("change", [typed_by_extension, with_backslashes, in_capitals])
def test_a_package_of_another_program_is_marked_itself(
    change: Callable[[dict[str, bytes]], dict[str, bytes]], world: World
) -> None:
    path = repacked(world.write("a.xlsx", one_too_many), change)
    marked = world.mark(path)
    fill, names = look(marked)
    assert (fill, names[0]) == (WRONG_FILL, SHEET)
    assert not any(
        "chép thành" in str(cell.value) for row in openpyxl.load_workbook(marked)[SHEET] for cell in row
    )
    again = world.read(marked)
    assert again.is_readable
    assert [row.values for row in again.tables["B01"].rows] == [
        row.values for row in world.read(path).tables["B01"].rows
    ]


def test_a_file_with_the_password_of_everybody_comes_back_marked_and_without_it(world: World) -> None:
    path = world.write("a.xlsx", one_too_many)
    buffer = io.BytesIO()
    OOXMLFile(io.BytesIO(path.read_bytes())).encrypt("VelvetSweatshop", buffer)
    path.write_bytes(buffer.getvalue())
    assert look(world.mark(path))[0] == WRONG_FILL


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('<row r="9"([^>]*)>', r'<row r="9"\1><c r="#REF!"/>'),
        ('<row r="9"([^>]*)>', r'<row r="9"\1><c r="XFE9"><v>1</v></c>'),
        ("</sheetData>", '<row r="60"><c r="A60"><v> </v></c><c r="B60"><v>#N/A</v></c></row></sheetData>'),
        (
            "</sheetData>",
            '<row r="60"><c r="A60" t="s"><v>99999</v></c><c r="B60" t="d"><v>x</v></c></row></sheetData>',
        ),
        ("</sheetData>", '<row r="x"><c><v>5</v></c></row><row r="-1"/></sheetData>'),
        ("</sheetData>", '<row r="9"><c r="ZZ9"><v>5</v></c></row></sheetData>'),
        (
            "</sheetData>",
            '</sheetData><mergeCells><mergeCell ref="#REF!"/><mergeCell ref="AX:AX"/></mergeCells>',
        ),
        (
            "</sheetData>",
            '</sheetData><mergeCells><mergeCell ref="#REF!"/><mergeCell ref="90:90"/></mergeCells>',
        ),
    ],
)
def test_what_other_programs_refuse_is_put_right_in_a_return(old: str, new: str, world: World) -> None:
    path = repacked(world.write("a.xlsx", one_too_many), in_form(old, new))
    if "<mergeCells" in new:
        repacked(
            path, lambda parts: parts | {FORM: re.sub(rb"<mergeCells count.*?</mergeCells>", b"", parts[FORM])}
        )
    begin = time.process_time()
    marked = world.mark(path)
    assert time.process_time() - begin < 5
    assert look(marked, as_stream="AX:AX" in new)[0] == WRONG_FILL


def test_a_column_without_a_number_has_no_letters() -> None:
    assert column_letter(-5) == ""


def test_what_reads_like_an_escape_is_written_so_that_it_stays() -> None:
    assert stored("a_x000D_b_x") == "a_x005F_x000D_b_x"
    assert stored("\ud83d5\x07") == "5"


def test_an_error_in_a_column_that_only_explains_is_a_finding_that_holds_nothing_back(world: World) -> None:
    def spoil(book: openpyxl.Workbook) -> None:
        book["B01"]["B9"] = "#N/A"

    _, judgement = world.judge(world.edited(world.write("a.xlsx"), spoil))
    assert [(f.rule, f.severity, f.cell) for f in judgement.findings] == [("R113", "notice", "B9")]
