"""Binary workbooks as they come: containers out of order, records that trip a reader, a known password."""

import hashlib
import io
import struct
from collections.abc import Callable, Iterator
from datetime import date, time
from pathlib import Path
from typing import Any

import pytest
import xlwt
from msoffcrypto.method.rc4 import DocumentRC4
from xlwt.CompoundDoc import XlsDoc

from ingestion.definitions.catalogue import Catalogue
from ingestion.reading import read_file
from ingestion.reading.book import Book
from ingestion.reading.container import workbook_streams
from ingestion.reading.opening import open_book
from ingestion.records.cells import Cell, CellType
from ingestion.records.submissions import UnreadableError

SHEET, NUMBER, RK, LABEL, FORMAT, STYLE, ERROR = 0x85, 0x203, 0x27E, 0xFD, 0x41E, 0xE0, 0x205


def workbook(path: Path, change: Callable[[xlwt.Workbook, Any], None] = lambda book, sheet: None) -> Path:
    """Write a workbook with a text, a count, a percentage, a date, an error and rows for several sectors."""
    book = xlwt.Workbook()
    sheet = book.add_sheet("B01")
    sheet.write(0, 0, "Đảng bộ xã")
    sheet.write(0, 1, 57)
    sheet.write(0, 2, 0.1024, xlwt.easyxf(num_format_str="0.00%"))
    sheet.write(0, 3, date(2019, 12, 31), xlwt.easyxf(num_format_str="dd/mm/yyyy"))
    sheet.row(0).set_cell_error(4, "#DIV/0!")
    for row in range(2, 200):
        sheet.write(row, 0, f"DB-{row}")
        sheet.write(row, 1, row + 0.5)
    change(book, sheet)
    book.save(str(path))
    return path


def packed(path: Path, stream: bytes) -> Path:
    """Write a stream into a container."""
    with path.open("wb") as file:
        XlsDoc().save(file, stream)
    return path


def records(stream: bytes) -> Iterator[tuple[int, int, int]]:
    """Give code, place of the content and length of the records of a workbook."""
    place = 0
    while place + 4 <= len(stream):
        code, length = struct.unpack_from("<HH", stream, place)
        if code == 0:
            return
        yield code, place + 4, length
        place += 4 + length


def changed(path: Path, wanted: int, change: Callable[[bytearray, int, int], None], number: int = 0) -> Path:
    """Change one record of a workbook in its place."""
    stream = bytearray(next(workbook_streams(path.read_bytes())))
    _, place, length = [record for record in records(stream) if record[0] == wanted][number]
    change(stream, place, length)
    return packed(path, bytes(stream))


def cells(path: Path) -> dict[str, Cell]:
    (sheet, *_) = open_book(path, path.name).sheets
    return {cell.address: cell for cell in sheet.cells.values()}


def refused(path: Path) -> UnreadableError:
    with pytest.raises(UnreadableError) as caught:
        open_book(path, path.name)
    return caught.value


def entry_of(data: bytes, name: str) -> int:
    """Give where a container's entry of a name begins."""
    return data.index(name.encode("utf-16-le") + b"\0\0")


def state_a_larger_size(data: bytearray) -> None:
    struct.pack_into("<I", data, entry_of(data, "Workbook") + 120, len(data) * 3)


def state_a_smaller_size(data: bytearray) -> None:
    struct.pack_into("<I", data, entry_of(data, "Workbook") + 120, 700)


def claim_a_sector_twice(data: bytearray) -> None:
    struct.pack_into("<II", data, entry_of(data, "Root Entry") + 116, 0, 64)


def append_rubbish(data: bytearray) -> None:
    data += b"\x13\x37" * 150


def name_it_in_other_letters(data: bytearray) -> None:
    place = entry_of(data, "Workbook")
    data[place : place + 16] = "WORKBOOK".encode("utf-16-le")


def name_a_sector_that_is_none(data: bytearray) -> None:
    struct.pack_into("<I", data, 76 + 4 * 108, 0x00FFFFF0)


@pytest.mark.parametrize(
    "damage",
    [
        state_a_larger_size,
        state_a_smaller_size,
        claim_a_sector_twice,
        append_rubbish,
        name_it_in_other_letters,
        name_a_sector_that_is_none,
    ],
)
def test_a_container_out_of_order_loses_no_cell_and_no_error(
    damage: Callable[[bytearray], None], tmp_path: Path
) -> None:
    path = workbook(tmp_path / "f.xls")
    sound = cells(path)
    data = bytearray(path.read_bytes())
    damage(data)
    path.write_bytes(data)
    assert cells(path) == sound
    assert sound["E1"] == Cell(1, 5, CellType.ERROR, "#DIV/0!", "#DIV/0!")
    assert len(sound) == 5 + 2 * 198


def test_a_chain_of_sectors_without_end_comes_to_an_end(tmp_path: Path) -> None:
    path = workbook(tmp_path / "f.xls")
    data = bytearray(path.read_bytes())
    (table,) = struct.unpack_from("<I", data, 76)
    struct.pack_into("<I", data, (table + 1) * 512 + 4 * 5, 2)  # after the sixth sector comes the third
    path.write_bytes(data)
    assert refused(path).problem.code == "R006"


@pytest.mark.timeout(20)
def test_small_sectors_without_end_come_to_an_end(tmp_path: Path) -> None:
    path = workbook(tmp_path / "f.xls")
    data = bytearray(path.read_bytes())
    sectors = len(data) // 512 - 1
    struct.pack_into("<IIII", data, 56, 4096, sectors, 1, 0xFFFFFFFE)
    struct.pack_into("<II", data, entry_of(data, "Root Entry") + 116, 0, 640)
    struct.pack_into("<II", data, entry_of(data, "Workbook") + 116, 0, 640)
    data += struct.pack("<128I", *range(1, 9), 0, *[0xFFFFFFFF] * 119)
    sound = cells(path)
    path.write_bytes(data)
    assert cells(path) == sound  # which lies where larger streams do


@pytest.mark.parametrize("kept", [600, 5_000, 9_000])
def test_a_workbook_that_breaks_off_is_damaged_and_none_of_it_is_read(kept: int, tmp_path: Path) -> None:
    stream = next(workbook_streams(workbook(tmp_path / "f.xls").read_bytes()))
    error = refused(packed(tmp_path / "cut.xls", stream[:kept].rstrip(b"\0") + b"\x13\x37"))
    assert error.problem.code == "R006"
    assert error.problem.details == {}
    assert error.technical


@pytest.mark.parametrize(
    ("code", "content"),
    [
        (0x92, struct.pack("<H", 56) + bytes(8)),  # a palette that is cut off
        (0x18, b"\0" * 9),  # a name that is cut off
        (0x17, struct.pack("<H", 900)),  # references that are cut off
        (0x5C, b"\xff\xff\x01\x00\xd8"),  # a user of half a letter
        (0x42, struct.pack("<H", 1999)),  # a code page that nobody knows
        (0x293, b"\x10\x00\xff\xff\x01\x00\xd8"),  # a style of half a letter
    ],
)
def test_records_of_which_nothing_is_asked_cost_no_workbook(code: int, content: bytes, tmp_path: Path) -> None:
    path = workbook(tmp_path / "f.xls")
    sound = cells(path)
    assert cells(with_record(path, code, content, in_sheet=False)) == sound


def test_a_workbook_of_two_countries_is_read(tmp_path: Path) -> None:
    path = workbook(tmp_path / "f.xls")
    sound = cells(path)
    for country in (84, 1):
        with_record(path, 0x8C, struct.pack("<HH", country, country), in_sheet=False)
    assert cells(path) == sound


@pytest.mark.parametrize(
    ("code", "content"),
    [
        (0x1B1, b"\x01\x01" + bytes(20)),  # a conditional format
        (0x1B0, b"\x01\x00"),
        (0xAB, b"\0\0"),
        (0x15F, b"\x09\x00"),
        (0xBE, struct.pack("<6H", 0, 0, 15, 15, 15, 9)),  # blank cells that are miscounted
        (0xE5, struct.pack("<H4H", 3, 4, 5, 0, 1)),  # merged ranges that are miscounted
        (0x200, struct.pack("<IIHHH", 0, 0, 0, 0, 0)),  # a used range behind the cells
        (0x23E, b"\0\0"),
        (0x1B6, b"\0\0"),
        (0x1C, b"\0\0"),
        (0x1B8, b"\0\0"),
        (0x5D, b"\0\0"),
    ],
)
def test_records_beside_the_cells_cost_no_workbook(code: int, content: bytes, tmp_path: Path) -> None:
    path = workbook(tmp_path / "f.xls")
    sound = cells(path)
    path = with_record(path, code, content, in_sheet=True)
    assert cells(path) == sound
    if code == 0xE5:
        assert open_book(path, path.name).sheets[0].merged == [(5, 1, 6, 2)]


def with_record(path: Path, code: int, content: bytes, *, in_sheet: bool) -> Path:
    """Add a record before the end of the workbook's own records, or of its sheet's."""
    stream = bytearray(next(workbook_streams(path.read_bytes())))
    ends = [place - 4 for found, place, _ in records(stream) if found == 0x0A]
    record = struct.pack("<HH", code, len(content)) + content
    stream[ends[in_sheet] : ends[in_sheet]] = record
    if not in_sheet:
        (place,) = (place for found, place, _ in records(stream) if found == SHEET)
        struct.pack_into("<I", stream, place, struct.unpack_from("<I", stream, place)[0] + len(record))
    return packed(path, bytes(stream))


def test_a_text_beyond_the_list_of_texts_is_an_error_of_its_cell(tmp_path: Path) -> None:
    for number in (9_999, 0xFFFFFFFF):  # the last one of the list, to whoever counts from behind
        path = workbook(tmp_path / f"{number}.xls")
        sound = cells(path)
        changed(path, LABEL, lambda stream, place, _, n=number: struct.pack_into("<I", stream, place + 6, n))
        found = cells(path)
        assert found.pop("A1") == Cell(1, 1, CellType.ERROR, "#?", "#?")
        assert sound.items() >= found.items()


def test_a_number_of_a_style_that_is_none_is_an_error_of_its_cell(tmp_path: Path) -> None:
    path = workbook(tmp_path / "f.xls")
    changed(path, RK, lambda stream, place, _: struct.pack_into("<H", stream, place + 4, 4_000))
    assert cells(path)["B1"].type is CellType.ERROR
    assert cells(path)["B3"].value == 2.5


def test_a_percentage_whose_format_is_lost_is_an_error_of_its_cell(tmp_path: Path) -> None:
    path = workbook(tmp_path / "f.xls")
    assert cells(path)["C1"].text == "10,24%"
    stream = next(workbook_streams(path.read_bytes()))
    keys = [struct.unpack_from("<H", stream, place)[0] for code, place, _ in records(stream) if code == FORMAT]
    number = keys.index(max(keys))
    changed(path, FORMAT, lambda data, place, _: struct.pack_into("<H", data, place - 4, 0x1FFF), number)
    lost = [cell for cell in cells(path).values() if cell.type is CellType.ERROR and cell.text != "#DIV/0!"]
    assert [cell.address for cell in lost] in (["C1"], ["D1"])


def test_half_a_pair_of_letters_is_shown_as_unknown_and_costs_no_other_text(tmp_path: Path) -> None:
    path = workbook(tmp_path / "f.xls")
    sound = cells(path)
    half = "Đảng".encode("utf-16-le")
    stream = next(workbook_streams(path.read_bytes()))
    assert stream.count(half) == 1
    packed(path, stream.replace(half, b"\x05\xdc" + half[2:]))
    found = cells(path)
    assert found["A1"].text == "�ảng bộ xã"
    assert {**found, "A1": sound["A1"]} == sound


def test_half_a_pair_is_found_where_texts_run_through_several_records(tmp_path: Path) -> None:
    long = "ạ" * 3_000

    def write(book: xlwt.Workbook, sheet: Any) -> None:
        for row in range(4):
            sheet.write(row, 6, f"{row}{long}")
        sheet.write(5, 6, "cuối ữ")

    path = workbook(tmp_path / "f.xls", write)
    stream = next(workbook_streams(path.read_bytes()))
    assert sum(code == 0x3C for code, _, _ in records(stream)) > 1
    last = "cuối ữ".encode("utf-16-le")
    packed(path, stream.replace(last, last[:-2] + b"\x05\xd8"))
    found = cells(path)
    assert found["G6"].text == "cuối �"
    assert [found[f"G{row}"].text for row in range(1, 5)] == [f"{row}{long}" for row in range(4)]


@pytest.mark.parametrize(
    ("serial", "value", "kind"),
    [
        (0.0, time(), CellType.DATE),
        (0.25, time(6), CellType.DATE),
        (1.0, date(1900, 1, 1), CellType.DATE),
        (60.0, 60.0, CellType.NUMBER),
        (61.0, date(1900, 3, 1), CellType.DATE),
        (2_958_465.0, date(9999, 12, 31), CellType.DATE),
        (2_958_466.0, 2_958_466.0, CellType.NUMBER),
        (-1.5, -1.5, CellType.NUMBER),
    ],
)
def test_days_that_no_calendar_has_are_no_dates(
    serial: float, value: Any, kind: CellType, tmp_path: Path
) -> None:
    style = xlwt.easyxf(num_format_str="dd/mm/yyyy")
    path = workbook(tmp_path / "f.xls", lambda book, sheet: sheet.write(1, 3, serial, style))
    cell = cells(path)["D2"]
    assert (cell.value, cell.type) == (value, kind)
    assert (cell.number_format == "dd/mm/yyyy") is (kind is CellType.NUMBER)  # of a date, which it is not


def test_the_calendar_of_1904_has_no_day_too_many(tmp_path: Path) -> None:
    def write(book: xlwt.Workbook, sheet: Any) -> None:
        book.dates_1904 = True
        sheet.write(1, 3, 60.0, xlwt.easyxf(num_format_str="dd/mm/yyyy"))

    assert cells(workbook(tmp_path / "f.xls", write))["D2"].value == date(1904, 3, 1)


@pytest.mark.parametrize("state", [1, 2, 0x10, 0x11])
def test_only_two_bits_say_whether_a_sheet_is_hidden(state: int, tmp_path: Path) -> None:
    path = workbook(tmp_path / "f.xls")
    changed(path, SHEET, lambda stream, place, _: stream.__setitem__(place + 4, state))
    assert open_book(path, path.name).sheets[0].visible is (state == 0x10)


def encrypted(path: Path, password: str) -> Path:
    """Encrypt a workbook as Excel 97 to 2003 does by default."""
    salt, verifier = bytes(range(16)), bytes(range(16, 32))
    proof = DocumentRC4.decrypt(password, salt, io.BytesIO(verifier + hashlib.md5(verifier).digest())).read()
    header = struct.pack("<HHHHH", 0x2F, 54, 1, 1, 1) + salt + proof
    stream = bytearray(next(workbook_streams(path.read_bytes())))
    (first,) = struct.unpack_from("<H", stream, 2)
    stream[4 + first : 4 + first] = header
    secret = bytearray(len(stream))
    for code, place, length in records(bytes(stream)):
        if code == SHEET:
            struct.pack_into("<I", stream, place, struct.unpack_from("<I", stream, place)[0] + len(header))
        if code not in (0x809, 0x2F):
            start = place + 4 * (code == SHEET)
            secret[start : place + length] = b"\1" * (place + length - start)
    key = DocumentRC4.decrypt(password, salt, io.BytesIO(bytes(len(stream))), blocksize=1024).read()
    return packed(path, bytes(byte ^ key[i] if secret[i] else byte for i, byte in enumerate(stream)))


def test_the_password_that_everybody_has_is_none(tmp_path: Path) -> None:
    path = workbook(tmp_path / "f.xls")
    sound = cells(path)
    assert cells(encrypted(path, "VelvetSweatshop")) == sound


def test_a_password_that_somebody_chose_is_asked_to_be_removed(tmp_path: Path) -> None:
    assert refused(encrypted(workbook(tmp_path / "f.xls"), "mật khẩu")).problem.code == "R002"


def test_blank_cells_with_a_format_take_no_time_and_no_memory(tmp_path: Path) -> None:
    def write(book: xlwt.Workbook, sheet: Any) -> None:
        framed = xlwt.easyxf("border: left thin")
        for row in range(300, 400):
            for column in range(250):
                sheet.write(row, column, None, framed)

    assert max(cell.row for cell in cells(workbook(tmp_path / "f.xls", write)).values()) == 200


def test_too_many_cells_are_counted_before_they_are_read(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("ingestion.reading.xls.MAX_CELLS", 100)
    assert refused(workbook(tmp_path / "f.xls")).problem.code == "R013"


def test_too_much_text_is_refused_by_its_limit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("ingestion.reading.records.MAX_TEXT_BYTES", 500)
    assert refused(workbook(tmp_path / "f.xls")).problem.code == "R071"


def test_two_sheets_of_the_same_records_are_damage(tmp_path: Path) -> None:
    path = workbook(tmp_path / "f.xls", lambda book, sheet: book.add_sheet("B02"))
    stream = next(workbook_streams(path.read_bytes()))
    places = [place for code, place, _ in records(stream) if code == SHEET]
    offset = struct.unpack_from("<I", stream, places[0])[0]
    changed(path, SHEET, lambda data, place, _: struct.pack_into("<I", data, place, offset), 1)
    assert refused(path).problem.code == "R006"


def test_no_words_of_a_program_reach_whoever_filed_a_damaged_workbook(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    path = workbook(tmp_path / "f.xls")
    changed(path, LABEL, lambda stream, place, _: struct.pack_into("<H", stream, place + 2, 999))
    (problem,) = read_file(path, catalogue).problems
    assert (problem.code, problem.details) == ("R006", {})


def test_links_to_other_files_are_known(tmp_path: Path) -> None:
    path = workbook(tmp_path / "f.xls")
    other = struct.pack("<HH", 1, 6) + b"\0\x01a.xls" + struct.pack("<H", 2) + b"\0B1"
    book: Book = open_book(with_record(path, 0x1AE, other, in_sheet=False), path.name)
    assert [note.code for note in book.notes] == ["R119"]
