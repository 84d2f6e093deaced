"""OpenDocument spreadsheets as programs and accidents write them."""

import zipfile
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from ingestion.definitions.catalogue import Catalogue
from ingestion.reading import read_file
from ingestion.reading.opening import open_book
from ingestion.records.cells import Cell, CellType, SheetCells
from ingestion.records.submissions import UnreadableError
from tests.support import opendocument

Write = Callable[..., Path]
Read = Callable[..., dict[str, Cell]]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    return partial(opendocument.save, tmp_path / "f.ods")


def sheet_of(path: Path) -> SheetCells:
    return open_book(path, path.name).sheets[0]


@pytest.fixture
def cells(write: Write) -> Read:
    def run(rows: str, **options: Any) -> dict[str, Cell]:
        return {cell.address: cell for cell in sheet_of(write(rows, **options)).cells.values()}

    return run


def refused(path: Path) -> UnreadableError:
    with pytest.raises(UnreadableError) as caught:
        open_book(path, path.name)
    return caught.value


@pytest.mark.parametrize(
    ("attributes", "shown", "error"),
    [
        ('type="float" value="NaN"', "5", "5"),
        ('type="float" value="1,5"', "1,5", "1,5"),
        ('type="float" value="1_000"', "1.000", "1.000"),
        ('type="float" value="1e999"', "", "1e999"),
        ('type="float" value=""', "57", "57"),
        ('type="float"', "57", "57"),
        ('type="percentage" value="mười"', "10%", "10%"),
        ('value="57"', "57", "57"),
        ('type="flaot" value="57"', "57", "57"),
        ('type="boolean" bool="có"', "TRUE", "TRUE"),
        ('type="date" date=""', "30/12", "30/12"),
        ('type="date" date="0000-00-00"', "", "0000-00-00"),
        ('type="date" date="-0044-03-15"', "", "-0044-03-15"),
        ('type="date" date="10000-01-01"', "", "10000-01-01"),
        ('type="date" date="2019-02-30"', "", "2019-02-30"),
        ('type="date" date="20190131"', "", "20190131"),
        ('type="date" date="2019-12-31-07"', "", "2019-12-31-07"),
        ('type="date" date="2019-12-31T10:30+99:99"', "", "2019-12-31T10:30+99:99"),
        ('type="date" date="10:30"', "", "10:30"),
        ('type="float" value="0"', "Err:502", "Err:502"),
        ('type="float" value="0"', "Lỗi:502", "Lỗi:502"),
        ('type="float" value="0"', "#N/A", "#N/A"),
        ('type="float" value="0"', "#SPILL!", "#SPILL!"),
        ('type="percentage" value="0"', "#DIV/0!", "#DIV/0!"),
        ('type="currency" value="0"', "#NAME?", "#NAME?"),
        ('type="date" date="1899-12-30"', "#REF!", "#REF!"),
        ('type="boolean" bool="false"', "#VALUE!", "#VALUE!"),
        ('type="time" time="12:30"', "12:30", "12:30"),
        ('type="time" time="PT"', "12:30", "12:30"),
        ('type="time" time="P999999999DT99H"', "", "P999999999DT99H"),
    ],
)
def test_a_value_that_cannot_be_read_is_an_error_of_its_cell(
    attributes: str, shown: str, error: str, cells: Read
) -> None:
    paragraph = f"<p>{shown}</p>" if shown else ""
    found = cells(f'<r><c {attributes}>{paragraph}</c><c type="float" value="7"><p>7</p></c></r>')
    assert found["A1"] == Cell(1, 1, CellType.ERROR, error, error)
    assert found["B1"].value == 7


@pytest.mark.parametrize("shown", ["###", "#5", "Err", "5 #"])
def test_a_number_that_is_shown_in_an_odd_way_is_still_the_number(shown: str, cells: Read) -> None:
    found = cells(f'<r><c type="float" value="57"><p>{shown}</p></c></r>')
    assert (found["A1"].type, found["A1"].value) == (CellType.NUMBER, 57.0)


@pytest.mark.parametrize("attributes", ['type="float" value=""', 'type="float"', 'type="date" date=" "'])
def test_a_value_of_blanks_with_nothing_shown_is_blank(attributes: str, cells: Read) -> None:
    assert cells(f'<r><c {attributes}/><c type="float" value=" 7 "/></r>') == {
        "B1": Cell(1, 2, CellType.NUMBER, 7.0, "7")
    }


@pytest.mark.parametrize(
    ("attributes", "value", "text"),
    [
        ('type="date" date="2019-12-31"', date(2019, 12, 31), "31/12/2019"),
        ('type="date" date="2019-12-31T00:00:00"', date(2019, 12, 31), "31/12/2019"),
        (
            'type="date" date="2019-12-31T10:30:00.123456789"',
            datetime(2019, 12, 31, 10, 30),  # noqa: DTZ001
            "31/12/2019 10:30",
        ),
        ('type="date" date="2019-12-31T23:30:00Z"', datetime(2019, 12, 31, 23, 30), "31/12/2019 23:30"),  # noqa: DTZ001
        ('type="date" date="2019-12-31+07:00"', date(2019, 12, 31), "31/12/2019"),
        ('type="date" date="1899-12-30"', date(1899, 12, 30), "30/12/1899"),
        ('type="date" date="9999-12-31"', date(9999, 12, 31), "31/12/9999"),
        ('type="time" time="PT12H30M15S"', time(12, 30, 15), "12:30"),
        ('type="time" time="PT12H"', time(12), "12:00"),
        ('type="time" time="PT90M"', time(1, 30), "01:30"),
        ('type="time" time="PT12H30M15,5S"', time(12, 30, 15), "12:30"),
        ('type="time" time="PT36H00M00S"', timedelta(hours=36), "36:00"),
        ('type="time" time="P1DT2H"', timedelta(hours=26), "26:00"),
        ('type="time" time="-PT1H30M"', timedelta(hours=-1.5), "-01:30"),
    ],
)
def test_dates_and_times_are_those_that_were_written(
    attributes: str, value: Any, text: str, cells: Read
) -> None:
    assert cells(f"<r><c {attributes}/></r>")["A1"] == Cell(1, 1, CellType.DATE, value, text)


def test_a_date_that_no_calendar_has_is_a_finding_at_its_cell(write: Write, catalogue: Catalogue) -> None:
    dates = [column for form in catalogue.forms.values() for column in form.columns if column.type == "date"]
    form = next(form for form in catalogue.forms.values() if dates[0] in form.columns)
    head = "".join(f'<c type="string"><p>{column.code}</p></c>' for column in form.columns)
    line = "".join('<c type="date" date="-0001-12-30"/>' if c is dates[0] else "<c/>" for c in form.columns[1:])
    path = write(
        body=f'<table:table table:name="{form.code}"><r>{head}</r>'
        f'<r><c type="string"><p>1</p></c>{line}</r></table:table>'
    )
    problems = read_file(path, catalogue).problems
    assert [p.code for p in problems if p.cell and p.details.get("column") == dates[0].code] == ["R045"]


@pytest.mark.parametrize("stated", ["hai", "0", "-3", "1.5", "", "²"])
def test_columns_that_nobody_knows_hold_no_figures(stated: str, cells: Read) -> None:
    found = cells(
        f'<r><c type="float" value="1"/><c times="{stated}" type="float" value="2"/>'
        '<c type="float" value="3"/></r>'
        '<r><c type="float" value="4"/></r>'
    )
    assert [(address, cell.type is CellType.ERROR) for address, cell in found.items()] == [
        ("A1", False),
        ("B1", True),
        ("C1", True),
        ("A2", False),
    ]


@pytest.mark.parametrize("stated", ["hai", "0", "-3", "1.5", ""])
def test_a_row_that_is_repeated_who_knows_how_often_stands_once(stated: str, cells: Read) -> None:
    assert set(
        cells(f'<r rows="{stated}"><c type="float" value="1"/></r><r><c type="float" value="2"/></r>')
    ) == {
        "A1",
        "A2",
    }


def test_empty_rows_and_cells_may_be_repeated_for_ever(cells: Read) -> None:
    found = cells(
        '<r rows="3"><c times="99999999999"/></r><r><c type="float" value="1"/></r>'
        '<r rows="99999999999"><c><p/></c></r>'
    )
    assert list(found) == ["A4"]


@pytest.mark.parametrize(
    "rows",
    [
        '<r rows="1048576"><c/></r><r><c type="float" value="1"/></r>',
        '<r><c times="16384"/><c><p>x</p></c></r>',
    ],
)
def test_content_beyond_the_last_row_or_column_is_refused_by_its_limit(rows: str, write: Write) -> None:
    assert refused(write(rows)).problem.code == "R070"


def test_merged_ranges_end_with_the_sheet(write: Write) -> None:
    sheet = sheet_of(write('<r><c wide="99999999999"><p>x</p></c><c wide="hai"><p>y</p></c></r>'))
    assert sheet.merged == [(1, 1, 1, 16_384)]


def test_a_document_of_too_many_tags_is_refused_by_its_limit(
    write: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingestion.reading.ods.MAX_TAGS", 100)
    assert refused(write("<r><c/><c/></r>" * 40)).problem.code == "R071"


@pytest.mark.parametrize(
    ("inside", "text"),
    [
        ("<p>57</p><office:annotation><p>hỏi lại 12</p></office:annotation>", "57"),
        ("<p>57<office:annotation><p>12</p></office:annotation></p>", "57"),
        ('<p>5<text:s text:c="3"/>7</p>', "5 7"),
        ("<p>5<text:tab/>7</p>", "5 7"),
        ("<p>5<text:line-break/>7</p>", "5 7"),
        ("<p>xã</p><p>Mường Nhé</p>", "xã Mường Nhé"),
        (
            "<p><text:ruby><text:ruby-base>57</text:ruby-base><text:ruby-text>12</text:ruby-text></text:ruby></p>",
            "57",
        ),
        ("<p>57<text:note><text:note-citation>1</text:note-citation></text:note></p>", "57"),
        ("<p>57<draw:frame><draw:text-box><p>12</p></draw:text-box></draw:frame></p>", "57"),
        ("<p>5<text:change text:change-id='c'/>7</p>", "57"),
        ("<p>5<text:a><span>7</span></text:a></p>", "57"),
        ("<text:h>57</text:h>", "57"),
        ("<text:list><text:list-item><p>57</p></text:list-item></text:list>", "57"),
        ('<p>5<text:s text:c="999999999999"/>7</p>', "5 7"),
    ],
)
def test_the_text_of_a_cell_is_what_stands_in_it(inside: str, text: str, cells: Read) -> None:
    assert cells(f'<r><c type="string">{inside}</c></r>')["A1"].text == text


def test_a_text_as_long_as_a_book_is_an_error_of_its_cell(cells: Read, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingestion.reading.ods_cells.MAX_TEXT", 200)
    found = cells(f"<r><c><p>{'a' * 201}</p></c><c><p>{'b' * 200}</p></c></r>")
    assert found["A1"] == Cell(1, 1, CellType.ERROR, "a" * 80 + "…", "a" * 80 + "…")
    assert found["B1"].text == "b" * 200


def test_what_was_changed_or_deleted_before_is_not_read(write: Write) -> None:
    before = (
        "<table:tracked-changes><table:cell-content-change><table:previous>"
        '<table:change-track-table-cell type="float" value="12"/></table:previous></table:cell-content-change>'
        '<table:deletion><r><c type="float" value="13"/></r></table:deletion></table:tracked-changes>'
    )
    sheet = sheet_of(
        write(body=f'{before}<table:table table:name="B01"><r><c type="float" value="57"/></r></table:table>')
    )
    assert [cell.value for cell in sheet.cells.values()] == [57.0]


def test_tables_within_cells_are_no_rows_of_the_sheet(cells: Read) -> None:
    inner = '<table:table table:is-sub-table="true"><r><c type="float" value="9"/></r></table:table>'
    found = cells(f'<r><c>{inner}</c><c type="float" value="1"/></r><r><c type="float" value="2"/></r>')
    assert {address: cell.value for address, cell in found.items()} == {"B1": 1.0, "A2": 2.0}


def test_rows_and_columns_of_a_folded_group_are_hidden(write: Write) -> None:
    rows = '<r><c type="float" value="1"/></r>'
    columns = "<table:table-column/>"
    sheet = sheet_of(
        write(
            f'{columns}<table:table-column-group table:display="false">{columns}</table:table-column-group>'
            f"<table:table-header-rows>{rows}</table:table-header-rows>"
            f'<table:table-row-group table:display="false"><table:table-row-group>{rows}'
            f"</table:table-row-group></table:table-row-group>{rows}"
        )
    )
    assert list(sheet.cells) == [(1, 1), (2, 1), (3, 1)]
    assert (sheet.hidden_rows, sheet.hidden_columns) == ({2}, {2})


HIDDEN = (
    '<style:style style:name="{}" style:family="table">'
    '<style:table-properties table:display="false"/></style:style>'
)
CHILD = '<style:style style:name="ta1" style:family="table" style:parent-style-name="ẩn"/>'


@pytest.mark.parametrize(
    ("styles", "named", "is_visible"),
    [
        (HIDDEN.format("ta1"), "", False),
        ("", HIDDEN.format("ta1"), False),
        (CHILD, HIDDEN.format("ẩn"), False),
        (CHILD, "", True),
        (HIDDEN.format("ta1").replace('"table"', '"table-cell"'), "", True),
        (HIDDEN.format("ta1").replace("false", "true"), "", True),
    ],
)
def test_a_style_hides_a_sheet_also_where_it_inherits_that(
    styles: str, named: str, is_visible: bool, write: Write
) -> None:
    body = (
        '<table:table table:name="B01" table:style-name="ta1"><r><c type="float" value="1"/></r></table:table>'
    )
    assert sheet_of(write(body=body, styles=styles, named=named)).visible is is_visible


def repacked(path: Path, rename: Callable[[str], str | None], **added: str) -> Path:
    """Pack the parts of a file again under other names; None leaves a part out."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    with zipfile.ZipFile(path, "w") as archive:
        for name, part in (*parts.items(), *((key.replace("__", "/"), value) for key, value in added.items())):
            if (new := rename(name)) is not None:
                archive.writestr(new, part)
    return path


@pytest.mark.parametrize(
    "rename",
    [
        lambda name: {"content.xml": "Content.XML"}.get(name, name),
        lambda name: name if name != "styles.xml" else None,
        lambda name: name.replace("content", "CONTENT"),
    ],
    ids=["other letters", "no styles", "capitals"],
)
def test_parts_are_found_whatever_their_letters(rename: Callable[[str], str | None], write: Write) -> None:
    path = repacked(write('<r><c type="float" value="57"/></r>', named=""), rename)
    assert [cell.value for cell in sheet_of(path).cells.values()] == [57.0]


def test_a_mark_of_type_behind_the_rest_and_with_a_line_break_is_one(write: Write) -> None:
    path = repacked(write('<r><c type="float" value="57"/></r>'), lambda n: n if n != "mimetype" else None)
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("mimetype", f"{opendocument.TYPE}\r\n")
    assert open_book(path, path.name).kind == "ods"


def test_a_document_with_a_password_is_asked_for_without(write: Write) -> None:
    path = repacked(
        write("<r><c/></r>"), lambda name: name, **{"Meta-inf__manifest.xml": "<m:encryption-data/>"}
    )
    assert refused(path).problem.code == "R002"


def test_the_part_of_the_right_name_is_read_where_another_differs_by_its_letters(write: Write) -> None:
    path = repacked(
        write('<r><c type="float" value="57"/></r>'), lambda name: name, **{"Content.xml": "<none/>"}
    )
    assert [cell.value for cell in sheet_of(path).cells.values()] == [57.0]


def test_a_document_without_content_is_damaged(write: Write) -> None:
    path = repacked(write("<r><c/></r>"), lambda name: None if name == "content.xml" else name)
    error = refused(path)
    assert (error.problem.code, error.problem.details) == ("R006", {})


def test_a_manifest_with_a_backslash_in_its_name_tells_of_a_password(write: Write) -> None:
    path = write("<r><c/></r>")
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("META-INF\\manifest.xml", "<m:encryption-data/>")
    assert refused(path).problem.code == "R002"
