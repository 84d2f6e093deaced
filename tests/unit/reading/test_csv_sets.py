"""CSV files: delimiters, encodings, quoting, folders and archives."""

import unicodedata
import zipfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.reading.delimited import find_delimiter, read_csv
from ingestion.reading.plain_text import decode
from ingestion.records.submissions import Mark, Reading, UnreadableError
from ingestion.storage.archives import pack_folder

HEAD = "org_code,org_name,in_admitted,closing_members,note"


def windows_1258(text: str) -> bytes:
    """Encode as old Vietnamese programs do: base letters composed, tone marks after them."""
    tones = {"\u0300", "\u0301", "\u0303", "\u0309", "\u0323"}
    out = []
    for letter in text:
        parts = unicodedata.normalize("NFD", letter)
        tone = "".join(c for c in parts if c in tones)
        out.append(unicodedata.normalize("NFC", "".join(c for c in parts if c not in tones)) + tone)
    return "".join(out).encode("cp1258")


def b01(make: Any, path: Path, content: bytes) -> Reading:
    path.write_bytes(content)
    return make.read(path)


@pytest.mark.parametrize(
    ("encoding", "content"),
    [
        ("utf-8", "Đảng bộ xã Mường Nhé, huyện uỷ".encode()),
        ("utf-8-sig", "Đảng bộ xã Mường Nhé, huyện uỷ".encode("utf-8-sig")),
        ("utf-16", "Đảng bộ xã Mường Nhé, huyện uỷ".encode("utf-16")),
        ("utf-16", b"\xfe\xff" + "Đảng bộ xã Mường Nhé, huyện uỷ".encode("utf-16-be")),
        ("utf-8", unicodedata.normalize("NFD", "Đảng bộ xã Mường Nhé, huyện uỷ").encode()),
        ("windows-1258", windows_1258("Đảng bộ xã Mường Nhé, huyện uỷ")),
    ],
)
def test_encodings_are_told_apart_and_text_is_composed(encoding: str, content: bytes) -> None:
    sheet, (note,) = read_csv(content, "B01")
    assert [cell.text for cell in sheet.cells.values()] == ["Đảng bộ xã Mường Nhé", "huyện uỷ"]
    assert (note.code, note.details["encoding"]) == ("R104", encoding)


def test_marks_of_tones_are_put_on_their_letters() -> None:
    assert decode(windows_1258("Đảng bộ xã Mường Nhé"))[0] == "Đảng bộ xã Mường Nhé"


def test_bytes_of_no_known_encoding_are_refused() -> None:
    with pytest.raises(UnreadableError, match="R011"):
        decode(b"\xff\xfea")


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("end", ["\r\n", "\n", "\r"])
def test_delimiters_and_line_ends(delimiter: str, end: str, make: Any, tmp_path: Path) -> None:
    form = make.catalogue.forms["B07"]
    row = {"line_code": "CB01", "total": 1252, "pct_of_base": "10,24", "note": "gồm: a; b, c"}
    folder = make.csvs(tmp_path / "set", [make.form(form, [row])], delimiter=delimiter, end=end)
    reading = make.read(folder / "B07.csv")
    (read,) = reading.tables["B07"].rows
    assert (read.number, read.values["total"], read.values["pct_of_base"]) == (9, 1252, 10.24)
    assert read.values["note"] == "gồm: a; b, c"
    assert reading.kind == "csv"


@pytest.mark.parametrize(
    ("text", "delimiter"),
    [
        ("a;b;c\n1,5;2,5;3\n4,5;1;2\n", ";"),
        ("a,b\n1;2,3\n", ","),
        ("a\tb\tc\nx, y, z\t1\t2\n", "\t"),
        ('"a;b",c,d\n"e;f;g;h",1,2\n', ","),
        ("I;II;III;IV;V;VI\na;1,5;2,5;3\nb;4,5;1,5;2\nc;0,5;2,5;1\n", ";"),
        ("one column\n", ","),
    ],
)
def test_the_delimiter_with_the_steadiest_columns_wins(text: str, delimiter: str) -> None:
    assert find_delimiter(text) == delimiter


def test_a_declared_delimiter_is_obeyed_and_its_line_not_counted() -> None:
    sheet, _ = read_csv(b"sep=;\r\na;b,c,d\r\n1;2\r\n", "B01")
    assert [cell.address for cell in sheet.cells.values()] == ["A1", "B1", "A2", "B2"]


def test_a_quoted_line_break_begins_no_row(make: Any, tmp_path: Path) -> None:
    text = f'{HEAD}\r\nDB-01,"Đảng bộ\r\nxã",1,2,\r\nDB-02,Chi bộ,3,4,\r\n'
    reading = b01(make, tmp_path / "B01.csv", text.encode())
    rows = reading.tables["B01"].rows
    assert [(row.number, row.values["org_name"]) for row in rows] == [(2, "Đảng bộ xã"), (3, "Chi bộ")]


def test_every_cell_is_text_under_vietnamese_rules(make: Any, tmp_path: Path) -> None:
    text = f'{HEAD}\nDB-01,a,1.252,-,x\nDB-02,b,12.5,"1,252",\nDB-03,c,x,…,\n'
    reading = b01(make, tmp_path / "B01.csv", text.encode())
    first, second, third = reading.tables["B01"].rows
    assert (first.values["in_admitted"], first.values["closing_members"]) == (1252, 0)
    assert first.values["note"] == "x"
    assert {second.marks["in_admitted"], second.marks["closing_members"]} == {Mark.INVALID}
    assert (third.marks["in_admitted"], third.marks["closing_members"]) == (Mark.NOT_APPLICABLE, Mark.BLANK)
    assert reading.conversions == {"grouped_number": 1, "dash_zero": 1, "not_applicable": 1, "dots_blank": 1}


def test_a_broken_quotation_is_damage_not_a_crash(make: Any, tmp_path: Path) -> None:
    text = f'{HEAD}\nDB-01,"{"a" * 200_000},1,2,\n'
    reading = b01(make, tmp_path / "B01.csv", text.encode())
    assert [problem.code for problem in reading.problems] == ["R080"]


def test_a_csv_that_ends_within_quotes_is_damaged(make: Any, tmp_path: Path) -> None:
    lines = ["org_code,org_name,in_admitted", 'DB-1,"Chi bộ ""Hoa Sen""",1', 'DB-2,"Chi bộ,2', "DB-3,xã,3"]
    (tmp_path / "B01.csv").write_text("\n".join(lines), encoding="utf-8")
    (problem,) = make.read(tmp_path / "B01.csv").problems
    assert (problem.code, problem.is_fatal) == ("R080", True)


def test_a_csv_named_otherwise_is_recognised_by_its_codes(make: Any, tmp_path: Path) -> None:
    reading = b01(make, tmp_path / "data.xlsx", f"{HEAD}\nDB-01,a,1,2,\n".encode())
    assert list(reading.tables) == ["B01"]
    assert {note.code for note in reading.notes} == {"R104", "R105"}


def test_exported_sheets_are_known_behind_the_name_of_their_workbook(make: Any, tmp_path: Path) -> None:
    folder = tmp_path / "export"
    folder.mkdir()
    (folder / "bc-2019-B01.csv").write_text(f"{HEAD}\n1,Chi bộ A,1,2,\n", encoding="utf-8")
    (folder / "bc-2019-DM_TCCSD.csv").write_text("org_code,org_name\n01,Chi bộ A\n", encoding="utf-8")
    targets = "indicator_code,target_min,target_max,unit_code,document\nadmissions,5,,PERSON,x\n"
    (folder / "bc-2019-DM_CT.csv").write_text(targets, encoding="utf-8")
    (folder / "bc-2019-Ket_qua.csv").write_text("Lỗi,B01\n", encoding="utf-8")
    reading = make.read(folder)
    assert list(reading.tables) == ["B01"]
    assert reading.tables["B01"].rows[0].values["org_code"] == "01"
    assert "R033" not in {problem.code for problem in reading.problems}


def test_names_in_an_archive_are_decoded_and_nested(make: Any, tmp_path: Path) -> None:
    content = f"{HEAD}\nDB-01,a,1,2,\n".encode()
    named = unicodedata.normalize("NFD", "Báo cáo/Biểu 01 – Tăng, giảm.csv")
    with zipfile.ZipFile(tmp_path / "f.zip", "w") as archive:
        archive.writestr(named, content)
        archive.writestr("__MACOSX/._B01.csv", b"junk")
        archive.writestr("Báo cáo/ảnh.png", b"\x89PNG\r\n\x1a\n\0")
    reading = make.read(tmp_path / "f.zip")
    assert reading.kind == "zip"
    assert reading.tables["B01"].sheet == "Biểu 01 – Tăng, giảm"
    assert [note.value for note in reading.notes if note.code == "R110"] == ["Báo cáo/ảnh.png"]


def test_names_written_as_utf8_without_saying_so_are_understood(make: Any, tmp_path: Path) -> None:
    raw = "Biểu 01.csv"
    with zipfile.ZipFile(tmp_path / "f.zip", "w") as archive:
        archive.writestr(raw, f"{HEAD}\nDB-01,a,1,2,\n")
    content = bytearray((tmp_path / "f.zip").read_bytes())
    for mark, offset in ((b"PK\x03\x04", 7), (b"PK\x01\x02", 9)):
        content[content.find(mark) + offset] &= ~0x08
    (tmp_path / "f.zip").write_bytes(bytes(content))
    assert make.read(tmp_path / "f.zip").tables["B01"].sheet == "Biểu 01"


def test_a_folder_and_its_packed_form_give_the_same_reading(make: Any, tmp_path: Path) -> None:
    pages = [
        make.cover(make.catalogue.cover, {"reporting_org_code": "DB-MN", "period_code": "2019-6T"}),
        make.form(make.catalogue.forms["B01"], [{"org_code": "DB-MN-01", "in_admitted": 1}]),
    ]
    folder = make.csvs(tmp_path / "Báo cáo 6T", pages)
    (tmp_path / "landed").write_bytes(pack_folder(folder))
    first, second = make.read(folder), make.read(tmp_path / "landed", name="Báo cáo 6T.zip")
    assert (first.kind, second.kind) == ("folder", "zip")
    assert first.tables == second.tables
    assert first.cover == second.cover
    assert first.notes == second.notes
    assert first.problems == second.problems == []


@given(st.binary(max_size=300))
def test_no_bytes_crash_the_csv_reader(content: bytes) -> None:
    try:
        read_csv(content, "B01")
    except UnreadableError as error:
        assert error.problem.is_fatal


@given(st.text(alphabet="aÂ1;,\t\"'\r\n. -%", max_size=120))
def test_no_text_crashes_the_csv_reader(content: str) -> None:
    try:
        read_csv(content.encode(), "B01")
    except UnreadableError as error:
        assert error.problem.code in ("R080", "R083", "R011")
