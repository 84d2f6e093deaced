"""What OpenDocument and binary workbooks raise, lower or strike through is told beside the cell."""

from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import xlwt

from ingestion.reading.opening import open_book
from ingestion.records.cells import LeftOut, SheetCells
from tests.support import opendocument

Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    return partial(opendocument.save, tmp_path / "f.ods")


def sheet_of(path: Path) -> SheetCells:
    return open_book(path, path.name).sheets[0]


def style(name: str, properties: str, family: str = "text", more: str = "") -> str:
    return (
        f'<style:style style:name="{name}" style:family="{family}" {more}>'
        f"<style:text-properties {properties}/></style:style>"
    )


SUPER, SUB = 'style:text-position="super 58%"', 'style:text-position="sub 58%"'
STRUCK = 'style:text-line-through-style="solid"'
WHOLE, SPANNED = "<p>57</p>", '<p>57<span text:style-name="T1">1</span></p>'


def parted(sheet: SheetCells) -> dict[str, LeftOut]:
    return {sheet.cells[place].address: found for place, found in sheet.left_out.items()}


@pytest.mark.parametrize(
    ("styles", "named", "found"),
    [
        (style("T1", SUPER), "", LeftOut("1", "", "57")),
        (style("T1", SUB), "", LeftOut("1", "", "57")),
        (style("T1", 'style:text-position="33% 58%"'), "", LeftOut("1", "", "57")),
        (style("T1", 'style:text-position="-33%"'), "", LeftOut("1", "", "57")),
        (style("T1", 'style:text-position="0% 100%"'), "", None),
        (style("T1", STRUCK), "", LeftOut("", "1", "57")),
        (style("T1", 'style:text-line-through-type="double"'), "", LeftOut("", "1", "57")),
        (style("T1", 'style:text-line-through-style="none"'), "", None),
        (style("T1", 'style:text-line-through-type="none"'), "", None),
        (style("T1", f"{SUPER} {STRUCK}"), "", LeftOut("", "1", "57")),
        (style("T1", "", more='style:parent-style-name="mũ"'), style("mũ", SUPER), LeftOut("1", "", "57")),
        (
            style("T1", 'style:text-position="0%"', more='style:parent-style-name="mũ"'),
            style("mũ", SUPER),
            None,
        ),
        ("", style("T1", STRUCK), LeftOut("", "1", "57")),
        (style("T1", SUPER, family="paragraph"), "", None),
        (style("T1", 'fo:font-weight="bold"'), "", None),
    ],
)
def test_pieces_of_a_text_are_told_by_their_styles(
    styles: str, named: str, found: LeftOut | None, write: Write
) -> None:
    sheet = sheet_of(write(f'<r><c type="string">{SPANNED}</c></r>', styles=styles, named=named))
    assert sheet.cells[1, 1].text == "571"
    assert parted(sheet) == ({"A1": found} if found else {})


def test_several_pieces_of_a_text_keep_their_order(write: Write) -> None:
    styles = style("T1", STRUCK) + style("T2", SUPER)
    paragraph = (
        '<p><span text:style-name="T1">1<span text:style-name="T2">2</span></span>0'
        '<span text:style-name="T2">(a)</span><span text:style-name="T1">3</span></p>'
    )
    sheet = sheet_of(write(f'<r><c type="string">{paragraph}</c></r>', styles=styles))
    assert parted(sheet) == {"A1": LeftOut("(a)", "123", "0")}


STRUCK_CELL = style("ce1", STRUCK, family="table-cell")


@pytest.mark.parametrize(
    ("rows", "places"),
    [
        ('<r><c table:style-name="ce1" type="float" value="57"/></r>', {"A1"}),
        ('<r table:default-cell-style-name="ce1"><c type="float" value="57"/></r>', {"A1"}),
        (
            '<table:table-column table:default-cell-style-name="ce1"/>'
            '<r><c times="2" type="float" value="57"/></r>',
            {"A1"},
        ),
        (
            '<r rows="2"><c times="2" table:style-name="ce1" type="float" value="57"/></r>',
            {"A1", "B1", "A2", "B2"},
        ),
        (
            '<r table:default-cell-style-name="ce1"><c table:style-name="ce2" type="float" value="57"/></r>',
            set(),
        ),
        ('<r><c table:style-name="ce1" type="string"><p>57</p></c></r>', {"A1"}),
    ],
)
def test_a_cell_may_be_struck_through_as_a_whole(rows: str, places: set[str], write: Write) -> None:
    sheet = sheet_of(write(rows, styles=STRUCK_CELL))
    assert parted(sheet) == dict.fromkeys(places, LeftOut("", "57", ""))


def test_a_piece_may_stand_out_of_a_cell_that_is_struck_through(write: Write) -> None:
    styles = STRUCK_CELL + style("T1", 'style:text-line-through-style="none"')
    sheet = sheet_of(write(f'<r><c table:style-name="ce1" type="string">{SPANNED}</c></r>', styles=styles))
    assert parted(sheet) == {"A1": LeftOut("", "57", "1")}


def test_the_style_of_all_cells_may_strike_them_through(write: Write) -> None:
    named = style("", STRUCK, family="table-cell").replace("style:style ", "style:default-style ")
    named = named.replace("</style:style>", "</style:default-style>")
    sheet = sheet_of(write('<r><c type="float" value="57"/></r>', named=named))
    assert parted(sheet) == {"A1": LeftOut("", "57", "")}


def test_a_style_that_is_its_own_parent_is_none(write: Write) -> None:
    styles = style("T1", "", more='style:parent-style-name="T2"') + style(
        "T2", "", more='style:parent-style-name="T1"'
    )
    assert parted(sheet_of(write(f'<r><c type="string">{SPANNED}</c></r>', styles=styles))) == {}


def font(**settings: Any) -> xlwt.Font:
    made = xlwt.Font()
    for name, value in settings.items():
        setattr(made, name, value)
    return made


UP, DOWN = font(escapement=xlwt.Font.ESCAPEMENT_SUPERSCRIPT), font(escapement=xlwt.Font.ESCAPEMENT_SUBSCRIPT)
THROUGH, BOLD = font(struck_out=True), font(bold=True)


def binary(path: Path, *cells: Any, whole: xlwt.Font | None = None) -> SheetCells:
    """Write cells below one another, a list as a text of pieces with fonts."""
    book = xlwt.Workbook()
    sheet = book.add_sheet("B01")
    style_ = xlwt.XFStyle()
    if whole is not None:
        style_.font = whole
    for row, value in enumerate(cells):
        if isinstance(value, list):
            sheet.write_rich_text(row, 0, value, style_)
        else:
            sheet.write(row, 0, value, style_)
    book.save(str(path))
    return open_book(path, path.name).sheets[0]


@pytest.mark.parametrize(
    ("pieces", "found"),
    [
        ([("57", BOLD), ("1", UP)], LeftOut("1", "", "57")),
        (["57", ("2", DOWN)], LeftOut("2", "", "57")),
        ([("10", THROUGH), " 0"], LeftOut("", "10", "0")),
        ([("10", THROUGH), "57", ("1)", UP), (" xã", BOLD)], LeftOut("1)", "10", "57 xã")),
        (["😀7", ("1", UP)], LeftOut("1", "", "😀7")),
        (["5", ("1", UP), "7"], LeftOut("1", "", "5 ¦ 7")),
        (["57", ("1", BOLD)], None),
        (["57", (" ", UP)], None),
    ],
)
def test_pieces_of_a_binary_text_are_told_by_their_fonts(
    pieces: list[Any], found: LeftOut | None, tmp_path: Path
) -> None:
    sheet = binary(tmp_path / "f.xls", pieces, [*pieces])
    assert sheet.cells[1, 1].value == "".join(piece if isinstance(piece, str) else piece[0] for piece in pieces)
    assert parted(sheet) == (dict.fromkeys(("A1", "A2"), found) if found else {})


def test_a_binary_cell_may_be_struck_through_or_raised_as_a_whole(tmp_path: Path) -> None:
    assert parted(binary(tmp_path / "f.xls", 57, "57", True, whole=THROUGH)) == {
        "A1": LeftOut("", "57", ""),
        "A2": LeftOut("", "57", ""),
        "A3": LeftOut("", "TRUE", ""),
    }
    assert parted(binary(tmp_path / "g.xls", 57, whole=UP)) == {"A1": LeftOut("57", "", "")}
    assert parted(binary(tmp_path / "h.xls", 57, whole=BOLD)) == {}


def test_a_piece_may_stand_out_of_a_binary_cell_that_is_struck_through(tmp_path: Path) -> None:
    assert parted(binary(tmp_path / "f.xls", ["10", ("57", BOLD)], whole=THROUGH)) == {
        "A1": LeftOut("", "10", "57")
    }
