"""A copy of a file that is none in the format of returns shows each cell as the file does."""

from datetime import date, timedelta
from io import BytesIO
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from openpyxl.cell.rich_text import CellRichText, TextBlock

from ingestion.reading.opening import open_book
from ingestion.records.cells import LeftOut
from ingestion.returns.letters import Dress, pieces
from ingestion.returns.plain import copy_of
from tests.support import opendocument

STYLE = '<style:style style:name="{}" style:family="{}"><style:text-properties style:text-{}/></style:style>'
STYLES = (
    STYLE.format("up", "text", 'position="super 58%"')
    + STYLE.format("through", "text", 'line-through-style="solid"')
    + STYLE.format("ce1", "table-cell", 'line-through-style="solid"')
)


def copied(path: Path, rows: str) -> Any:
    book = open_book(opendocument.save(path, rows, styles=STYLES), path.name)
    data, _ = copy_of(book, {})
    return openpyxl.load_workbook(BytesIO(data), rich_text=True).worksheets[0]


def looks(value: CellRichText) -> list[tuple[str, bool, bool]]:
    """Give the pieces of a text, whether they are raised, and whether they are struck through."""
    return [
        (one.text, one.font.vertAlign == "superscript", bool(one.font.strike))
        if isinstance(one, TextBlock)
        else (one, False, False)
        for one in value
    ]


def test_raised_and_struck_parts_of_a_text_look_as_they_did(tmp_path: Path) -> None:
    sheet = copied(
        tmp_path / "f.ods",
        '<r><c type="string"><p><span text:style-name="through">10</span> 57'
        '<span text:style-name="up">1</span></p></c></r>',
    )
    assert looks(sheet["A1"].value) == [("10", False, True), (" 57", False, False), ("1", True, False)]


def test_a_cell_that_is_struck_through_as_a_whole_stays_so(tmp_path: Path) -> None:
    cell = 'table:style-name="ce1"'
    sheet = copied(
        tmp_path / "f.ods",
        f'<r><c {cell} type="float" value="57"/><c {cell} type="string"><p>57</p></c>'
        '<c type="float" value="9"/></r>',
    )
    assert (sheet["A1"].value, sheet["A1"].font.strike) == (57, True)
    assert (sheet["B1"].value, sheet["B1"].font.strike) == ("57", True)
    assert (sheet["C1"].value, bool(sheet["C1"].font.strike)) == (9, False)


def test_dates_and_times_that_no_workbook_counts_are_texts(tmp_path: Path) -> None:
    sheet = copied(
        tmp_path / "f.ods",
        '<r><c type="date" date="1899-12-30"/><c type="time" time="-PT1H30M"/>'
        '<c type="date" date="1900-01-01"/><c type="time" time="PT36H"/>'
        '<c type="date" date="1899-12-30T10:00:00"/></r>',
    )
    assert [cell.value for cell in sheet[1]] == [
        "30/12/1899",
        "'-01:30",
        sheet["C1"].value,
        timedelta(hours=36),
        "30/12/1899 10:00",
    ]
    assert sheet["C1"].value.date() == date(1900, 1, 1)


def test_a_value_that_could_not_be_read_is_no_value_in_the_copy(tmp_path: Path) -> None:
    sheet = copied(tmp_path / "f.ods", '<r><c type="float" value="NaN"><p>57</p></c></r>')
    assert sheet["A1"].data_type != "n"
    assert "57" not in str(sheet["A1"].value)


@pytest.mark.parametrize(
    ("text", "left", "found"),
    [
        ("101", LeftOut("1", "", "10"), ["10", ("1", Dress.RAISED)]),
        ("101", LeftOut("", "1", "01"), [("1", Dress.STRUCK), "01"]),
        ("12 3", LeftOut("3", "12", ""), [("12", Dress.STRUCK), " ", ("3", Dress.RAISED)]),
        ("5a7b", LeftOut("ab", "", "5 7"), ["5 7", ("ab", Dress.RAISED)]),
        ("1" * 5_000 + "2", LeftOut("1", "1", "1" * 4_998 + "2"), None),
    ],
)
def test_parts_of_a_text_are_put_where_the_rest_leaves_them(
    text: str, left: LeftOut, found: list[Any] | None
) -> None:
    placed = pieces(text, left)
    assert all(piece for piece, _ in placed)
    if found is not None:
        assert placed == [one if isinstance(one, tuple) else (one, Dress.PLAIN) for one in found]
