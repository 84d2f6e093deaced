"""Cells as programs should not write them: each is what stands there, or a finding at its place."""

import zipfile
from collections.abc import Iterable
from datetime import date, datetime, time
from pathlib import Path
from time import process_time
from typing import Any

import pytest

from ingestion.ooxml.markup import unescaped
from ingestion.reading import richtext, worksheet
from ingestion.reading.opening import open_book
from ingestion.reading.richtext import Run, read_shared_strings
from ingestion.reading.runs import Look
from ingestion.records.cells import Cell, CellType, parse_range
from ingestion.records.submissions import Mark, Reading, UnreadableError

NAMESPACE = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
ERROR, TEXT, NUMBER, DATE = CellType.ERROR, CellType.TEXT, CellType.NUMBER, CellType.DATE


def rewritten(make: Any, folder: Path, **parts: str) -> Path:
    """Write a workbook with a sheet B01 of which some parts have other content."""
    path = make.xlsxwriter(folder / "plain.xlsx", [make.Page("B01", {(1, 1): "a", (1, 2): "b"})])
    names = {"sheet": "xl/worksheets/sheet1.xml", "strings": "xl/sharedStrings.xml", "styles": "xl/styles.xml"}
    new = {names[key]: text.encode() for key, text in parts.items()}
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(folder / "f.xlsx", "w") as target:
        for name in source.namelist():
            target.writestr(name, new.get(name, source.read(name)))
    return folder / "f.xlsx"


def sheet_of(rows: str, rest: str = "") -> str:
    return f'<worksheet xmlns="{NAMESPACE}"><sheetData>{rows}</sheetData>{rest}</worksheet>'


def cells_in(path: Path) -> dict[str, Cell]:
    (sheet,) = open_book(path, path.name).sheets
    return {cell.address: cell for cell in sheet.cells.values()}


@pytest.mark.parametrize("usual", ["", "<!-- unusual -->"], ids=["usual", "parsed"])
@pytest.mark.parametrize(
    ("cell", "kind", "value"),
    [
        ("<v> 5 </v>", NUMBER, 5.0),
        ("<v> </v>", None, None),
        ("<v>1E400</v>", ERROR, "1E400"),
        ("<v>NaN</v>", ERROR, "NaN"),
        ("<v>1_000</v>", ERROR, "1_000"),
        ("<v>５</v>", ERROR, "５"),
        ("<v>#N/A</v>", ERROR, "#N/A"),
        ("<v>abc</v>", ERROR, "abc"),
        (' t="str"><v>#SPILL!</v>', ERROR, "#SPILL!"),
        (' t="str"><v>7_x000D_</v>', TEXT, "7\r"),
        (' t="str"><v>_x005F_x000D_</v>', TEXT, "_x000D_"),
        (' t="s"><v>99</v>', ERROR, "văn bản số 99 không có trong tệp"),
        (' t="s"><v>-1</v>', ERROR, "văn bản số -1 không có trong tệp"),
        (' t="s"><v>x</v>', ERROR, "văn bản số x không có trong tệp"),
        (' t="b"><v>true</v>', CellType.BOOL, True),
        (' t="b"><v>7</v>', ERROR, "7"),
        (' t="d"><v>2019-12-31</v>', DATE, date(2019, 12, 31)),
        (' t="d"><v>2019-12-31T08:30:00.25+07:00</v>', DATE, datetime(2019, 12, 31, 8, 30, 0, 250_000)),  # noqa: DTZ001
        (' t="d"><v>2019-12-31T00:00:00Z</v>', DATE, date(2019, 12, 31)),
        (' t="d"><v>2019-12-31+07:00</v>', DATE, date(2019, 12, 31)),
        (' t="d"><v>2019-12-31Z</v>', DATE, date(2019, 12, 31)),
        (' t="d"><v>2019-12-31-07</v>', ERROR, "2019-12-31-07"),
        (' t="d"><v>08:30:00</v>', DATE, time(8, 30)),
        (' t="d"><v>31.12.2019</v>', ERROR, "31.12.2019"),
    ],
)
def test_a_value_is_what_it_is_or_an_error_in_its_own_words(  # noqa: PLR0917 - fixtures
    cell: str, kind: CellType | None, value: object, usual: str, make: Any, tmp_path: Path
) -> None:
    inner = cell if cell.startswith(" ") else f">{cell}"
    rows = f'<row r="1"><c r="A1"><v>1</v></c><c r="B1"{inner}</c>{usual}</row>'
    found = cells_in(rewritten(make, tmp_path, sheet=sheet_of(rows)))
    assert found["A1"].value == 1.0
    assert (found["B1"].type, found["B1"].value) == (kind, value) if kind else "B1" not in found


def test_half_a_character_is_shown_as_lost_and_two_halves_make_one() -> None:
    assert unescaped("5_xDC05_") == "5\ufffd"
    assert unescaped("_xD83D__xDE00_!") == "\U0001f600!"
    assert unescaped("a_xD83D_b") == "a\ufffdb"
    assert unescaped("a_x0007_b_x000B_c_xFFFE_") == "a\ufffdb c\ufffd"
    unescaped("_xD83D_").encode()


@pytest.mark.parametrize(
    ("reference", "place"),
    [("b2", "B2"), ("$B$2", "B2"), ("B", "B2"), ("#REF!", None), ("B3", None), ("XFE2", None)],
)
def test_a_cell_stands_where_it_says_or_is_named_with_what_it_holds(
    reference: str, place: str | None, make: Any, tmp_path: Path
) -> None:
    rows = f'<row r="2"><c r="A2"><v>1</v></c><c r="{reference}"><v>7</v></c><c><v>8</v></c></row>'
    path = rewritten(make, tmp_path, sheet=sheet_of(rows))
    found = cells_in(path)
    faults = open_book(path, path.name).faults
    if place:
        assert found[place].value == 7.0 and not faults
    else:
        assert set(found) == {"A2"}  # what only follows a cell without a place has none either
        assert [(fault.code, fault.cell, fault.value) for fault in faults] == [
            ("R062", "A2", "7"),
            ("R062", "A2", "8"),
        ]


def test_a_cell_that_stands_twice_with_two_values_is_an_error(make: Any, tmp_path: Path) -> None:
    rows = (
        '<row r="2"><c r="A2"><v>5</v></c></row><row r="1"><c r="A1"><v>1</v></c></row>'
        '<row r="2"><c r="A2"><v>6</v></c><c r="B2"><v>4</v></c></row><row r="2"><c r="B2"><v>4</v></c></row>'
    )
    found = cells_in(rewritten(make, tmp_path, sheet=sheet_of(rows)))
    assert (found["A2"].type, found["A2"].text) == (ERROR, "5 / 6")
    assert found["B2"].value == 4.0
    assert found["A1"].value == 1.0


@pytest.mark.parametrize(
    ("written", "found"),
    [
        ("A:A", (1, 1, 1_048_576, 1)),
        ("1:3", (1, 1, 3, 16_384)),
        ("$A$1:$B$2", (1, 1, 2, 2)),
        ("B2:A1", (1, 1, 2, 2)),
        ("C3", (3, 3, 3, 3)),
        ("", None),
        ("#REF!", None),
        ("A0:B2", None),
        ("A1:XFE1", None),
    ],
)
def test_ranges_are_read_in_every_way_of_writing(
    written: str, found: object, make: Any, tmp_path: Path
) -> None:
    assert parse_range(written) == found
    merged = f'<mergeCells><mergeCell ref="{written}"/></mergeCells>'
    path = rewritten(make, tmp_path, sheet=sheet_of('<row r="1"><c r="A1"><v>1</v></c></row>', merged))
    assert open_book(path, path.name).sheets[0].merged == ([found] if found else [])


@pytest.mark.parametrize("serial", ["-5", "2958466", "1e300", "60", "60.5", "59.9999999"])
def test_a_number_outside_the_calendar_is_no_date_and_no_count(serial: str, make: Any, tmp_path: Path) -> None:
    styles = f'<styleSheet xmlns="{NAMESPACE}"><cellXfs><xf/><xf numFmtId="14"/></cellXfs></styleSheet>'
    reading = read_form(make, tmp_path, f'<c r="C9" s="1"><v>{serial}</v></c>', styles=styles)
    assert reading.tables["B01"].rows[0].marks["opening_members"] is Mark.INVALID
    assert [(problem.code, problem.cell) for problem in reading.problems if problem.cell] == [("R065", "C9")]


def read_form(make: Any, folder: Path, cell: str, **parts: str) -> Reading:
    """Read a form B01 with one row, of which C9 is a count and T9 a text."""
    codes: Iterable[str] = (
        "org_code",
        "org_name",
        "opening_members",
        "in_admitted",
        "in_transferred_in_district",
    )
    head = "".join(f'<c r="{"ABCDE"[i]}5" t="str"><v>{code}</v></c>' for i, code in enumerate(codes))
    line = f'<c r="A9" t="str"><v>DB-MN-01</v></c>{cell}<c r="D9"><v>1</v></c>'
    rows = f'<row r="5">{head}</row><row r="9">{line}</row>'
    reading: Reading = make.read(rewritten(make, folder, sheet=sheet_of(rows), **parts))
    return reading


def strings_of(*items: str) -> str:
    return f'<sst xmlns="{NAMESPACE}">{"".join(f"<si>{item}</si>" for item in items)}</sst>'


def run(text: str, look: str = "") -> str:
    return f"<r><rPr>{look}<sz val='11'/></rPr><t>{text}</t></r>"


RAISED, LOWERED, STRUCK = "<vertAlign val='superscript'/>", "<vertAlign val='subscript'/>", "<strike/>"


@pytest.mark.parametrize(
    ("item", "value"),
    [
        (run("0") + run("1", RAISED), 0),
        (run("12") + run(" (2)", LOWERED), 12),
        (run("1", STRUCK) + run("0"), 0),
        (f"<t>5</t>{run('3', STRUCK)}", 5),
        (run("5", "<strike val='0'/>"), 5),
        ("<t>7²</t>", 7),
        ("<t>7 ⁽¹⁾</t>", 7),
        ("<t>7₁</t>", 7),
    ],
)
@pytest.mark.parametrize("is_inline", [False, True], ids=["shared", "inline"])
def test_marks_and_struck_text_are_left_out_of_a_count_and_told(
    item: str, value: int, is_inline: bool, make: Any, tmp_path: Path
) -> None:
    if is_inline:
        reading = read_form(make, tmp_path, f'<c r="C9" t="inlineStr"><is>{item}</is></c>')
    else:
        reading = read_form(make, tmp_path, '<c r="C9" t="s"><v>0</v></c>', strings=strings_of(item))
    assert reading.tables["B01"].rows[0].values["opening_members"] == value
    told = [(note.code, note.cell, note.details["read"]) for note in reading.notes if note.code == "R140"]
    assert told == ([] if "val='0'" in item else [("R140", "C9", str(value))])


@pytest.mark.parametrize(
    "item",
    [
        run("10", STRUCK),
        run("1") + run("2", RAISED) + run("3"),
        "<t>1²3</t>",
        "<t>¹</t>",
        "<t>5¹700</t>",
        run("5") + run("1", RAISED) + run("700"),
    ],
)
def test_what_is_left_of_a_count_and_is_no_number_is_a_finding(item: str, make: Any, tmp_path: Path) -> None:
    reading = read_form(make, tmp_path, '<c r="C9" t="s"><v>0</v></c>', strings=strings_of(item))
    row = reading.tables["B01"].rows[0]
    assert (row.values["opening_members"], row.marks["opening_members"]) == (None, Mark.INVALID)
    assert [(problem.code, problem.cell) for problem in reading.problems if problem.cell] == [("R064", "C9")]


@pytest.mark.parametrize("look", [RAISED, LOWERED, STRUCK])
@pytest.mark.parametrize("cell", ['<c r="C9" s="1"><v>5</v></c>', '<c r="C9" s="1" t="str"><v>5</v></c>'])
def test_a_whole_cell_in_such_a_font_is_a_finding_and_no_figure(
    look: str, cell: str, make: Any, tmp_path: Path
) -> None:
    styles = (
        f'<styleSheet xmlns="{NAMESPACE}"><fonts><font/><font>{look}</font></fonts>'
        '<cellXfs><xf/><xf fontId="1"/></cellXfs></styleSheet>'
    )
    reading = read_form(make, tmp_path, cell, styles=styles)
    assert reading.tables["B01"].rows[0].values["opening_members"] is None
    assert [(problem.code, problem.cell) for problem in reading.problems if problem.cell] == [("R064", "C9")]


def test_a_code_keeps_its_own_letters_and_a_name_all_of_its_text(make: Any, tmp_path: Path) -> None:
    strings = strings_of(run("Đảng bộ xã") + run("1", RAISED))
    reading = read_form(make, tmp_path, '<c r="B9" t="s"><v>0</v></c><c r="C9"><v>2</v></c>', strings=strings)
    assert reading.tables["B01"].rows[0].values["org_name"] == "Đảng bộ xã1"
    coded = strings_of(run("DB-MN-01") + run("2", RAISED))
    path = rewritten(
        make,
        tmp_path,
        sheet=sheet_of(
            '<row r="5"><c r="A5" t="str"><v>org_code</v></c><c r="B5" t="str"><v>org_name</v></c>'
            '<c r="C5" t="str"><v>opening_members</v></c></row>'
            '<row r="9"><c r="A9" t="s"><v>0</v></c><c r="C9"><v>3</v></c></row>'
        ),
        strings=coded,
    )
    assert make.read(path).tables["B01"].rows[0].values["org_code"] == "DB-MN-01"


def test_a_code_below_a_merged_range_that_was_laid_over_it_is_the_code_of_its_row(
    make: Any, tmp_path: Path
) -> None:
    rows = (
        '<row r="5"><c r="A5" t="str"><v>org_code</v></c><c r="B5" t="str"><v>org_name</v></c>'
        '<c r="C5" t="str"><v>opening_members</v></c></row>'
        '<row r="9"><c r="A9" t="str"><v>DB-MN-01</v></c><c r="C9"><v>3</v></c></row>'
        '<row r="10"><c r="A10" t="str"><v>DB-MN-02</v></c><c r="C10"><v>4</v></c></row>'
    )
    merged = '<mergeCells><mergeCell ref="A9:A10"/></mergeCells>'
    path = rewritten(make, tmp_path, sheet=sheet_of(rows, merged))
    codes = [row.values["org_code"] for row in make.read(path).tables["B01"].rows]
    assert codes == ["DB-MN-01", "DB-MN-02"]


def test_limits_of_tables_are_named(make: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worksheet, "MAX_MERGED", 2)
    merged = "".join(f'<mergeCell ref="A{n}:B{n}"/>' for n in range(1, 9))
    path = rewritten(make, tmp_path, sheet=sheet_of("", f"<mergeCells>{merged}</mergeCells>"))
    (problem,) = make.read(path).problems
    assert (problem.code, problem.details["found"], problem.details["limit"]) == ("R061", "3", "2")
    assert problem.details["what_en"] == "merged ranges"


def test_a_long_text_in_thousands_of_cells_is_worked_on_once(make: Any, tmp_path: Path) -> None:
    """The time limit of the test is the assertion: one text of 4 MB a cell took minutes."""
    long = "đảng bộ " * 500_000
    rows = "".join(f'<row r="{n}"><c r="A{n}" t="s"><v>0</v></c></row>' for n in range(1, 2_001))
    path = rewritten(make, tmp_path, sheet=sheet_of(rows), strings=strings_of(f"<t>{long}</t>"))
    found = cells_in(path)
    assert len(found["A1"].text) <= 32_767
    assert [note.code for note in make.read(path).notes].count("R141") <= 1


@pytest.mark.parametrize(
    "item",
    [
        (run("1", RAISED) + run("ab ")) * 20_000,
        (run("1", "<b/>") + "<r><t>ab </t></r>") * 20_000,
        "<t>" + "5²" * 300_000 + "</t>",
    ],
    ids=["raised runs", "bold runs", "raised characters"],
)
def test_a_text_with_many_looks_is_parted_once_for_all_cells(item: str, make: Any, tmp_path: Path) -> None:
    """The time limit is the assertion: parting it once a cell took half a minute."""
    codes = "".join(
        f'<c r="{letter}5" t="str"><v>{code}</v></c>'
        for letter, code in zip("ABC", ("org_code", "org_name", "opening_members"), strict=True)
    )
    lines = "".join(
        f'<row r="{n}"><c r="A{n}" t="str"><v>DB-MN-{n}</v></c><c r="B{n}" s="1" t="s"><v>0</v></c>'
        f'<c r="C{n}" t="s"><v>0</v></c></row>'
        for n in range(9, 2_009)
    )
    styles = (
        f'<styleSheet xmlns="{NAMESPACE}"><fonts><font/><font><strike/></font></fonts>'
        '<cellXfs><xf/><xf fontId="1"/></cellXfs></styleSheet>'
    )
    sheet = sheet_of(f'<row r="5">{codes}</row>{lines}')
    path = rewritten(make, tmp_path, sheet=sheet, strings=strings_of(item), styles=styles)
    begin = process_time()
    reading = make.read(path)
    assert process_time() - begin < 3
    assert len(reading.tables["B01"].rows) == 2_000
    assert {row.marks["opening_members"] for row in reading.tables["B01"].rows} == {Mark.INVALID}


def test_runs_are_kept_as_far_as_a_cell_keeps_its_text_and_where_they_say_something() -> None:
    items = (
        run("a" * 20_000) + run("b" * 20_000, RAISED) + run("c"),
        run("1", "<b/>") + run("2") + run("", RAISED) + run("3", "<i/>"),
    )
    kept = read_shared_strings(strings_of(*items).encode()).runs
    assert [(len(text), look) for text, look in kept[0]] == [(20_000, Look()), (12_767, Look(raised=True))]
    assert kept[1] == [Run("123", Look())]


def test_a_flood_of_runs_is_refused_by_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(richtext, "SMALL", 0)
    monkeypatch.setattr(richtext, "MAX_RUNS", 2)
    with pytest.raises(UnreadableError) as caught:
        read_shared_strings(strings_of(run("1") * 3).encode())
    assert caught.value.problem.details["what_en"] == "runs of letters in a format of their own"


def test_a_cell_that_refers_to_no_text_may_have_any_look(make: Any, tmp_path: Path) -> None:
    styles = (
        f'<styleSheet xmlns="{NAMESPACE}"><fonts><font/><font><strike/></font></fonts>'
        '<cellXfs><xf/><xf fontId="1"/></cellXfs></styleSheet>'
    )
    rows = '<row r="1"><c r="A1" s="1" t="s"><v>99</v></c></row>'
    assert cells_in(rewritten(make, tmp_path, sheet=sheet_of(rows), styles=styles))["A1"].type is ERROR


@pytest.mark.parametrize(("serial", "day"), [("59", date(1900, 2, 28)), ("60.9999999", date(1900, 3, 1))])
def test_days_around_the_one_that_never_was_are_counted(
    serial: str, day: date, make: Any, tmp_path: Path
) -> None:
    styles = f'<styleSheet xmlns="{NAMESPACE}"><cellXfs><xf/><xf numFmtId="14"/></cellXfs></styleSheet>'
    rows = f'<row r="1"><c r="A1" s="1"><v>{serial}</v></c></row>'
    assert cells_in(rewritten(make, tmp_path, sheet=sheet_of(rows), styles=styles))["A1"].value == day


@pytest.mark.parametrize(
    ("content", "shown"),
    [
        ("<v>1<x/>5</v>", "1 / 5"),
        ("<v><x>7</x></v>", "7"),
        ("<v><x/></v>", "?"),
        ("<v>0</v><v>5</v>", "0 / 5"),
        ("<v>5</v><v/>", "5"),
    ],
)
def test_a_value_in_pieces_or_several_values_are_an_error(
    content: str, shown: str, make: Any, tmp_path: Path
) -> None:
    found = cells_in(rewritten(make, tmp_path, sheet=sheet_of(f'<row r="1"><c r="A1">{content}</c></row>')))
    assert (found["A1"].type, found["A1"].text) == (ERROR, shown)
