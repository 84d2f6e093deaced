"""One set of CSVs as many programs write it: whatever its encoding, marks, quotes and line ends are."""

import codecs
import csv
import io
import random
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.definitions.catalogue import load_catalogue
from ingestion.reading import read_file
from ingestion.reading.delimited import read_csv
from ingestion.reading.plain_text import is_text
from ingestion.records.submissions import Mark, Reading
from ingestion.storage.archives import pack_folder

HEAD = "org_code,org_name,in_admitted,closing_members,note"
ROWS = [
    ["org_code", "org_name", "in_admitted", "closing_members", "note"],
    ["DB-01", "Đảng bộ xã “Hoa Sen”", "1.252", "10", "gồm: a; b, c"],
    ["DB-02", 'Chi bộ "số 2"', "-", "7", "dòng một\ndòng hai"],
    ["DB-03", "Đảng uỷ phường", "3", "0", ""],
]
END = "\r\n"


def line(record: Sequence[Any], delimiter: str = ",", quoting: Any = csv.QUOTE_MINIMAL) -> str:
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=delimiter, lineterminator=END, quoting=quoting).writerow(record)
    return buffer.getvalue().removesuffix(END)


def in_quotes(record: str) -> str:
    return '"' + record.replace('"', '""') + '"'


def text(delimiter: str = ",", *, end: str = END, quoting: Any = csv.QUOTE_MINIMAL) -> str:
    return "".join(line(record, delimiter, quoting) + end for record in ROWS)


def packed(delimiter: str = ";", *, outer: str = "") -> str:
    """Put every line into quotes as a whole, as some exports do."""
    return "".join(in_quotes(line(record, delimiter)) + outer + END for record in ROWS)


def values(sheet: Any) -> list[list[str]]:
    width = len(ROWS[0])
    return [
        [
            sheet.cells[row, column].text if (row, column) in sheet.cells else ""
            for column in range(1, width + 1)
        ]
        for row in range(1, sheet.last_row + 1)
    ]


EXPECTED = [[" ".join(field.split()) for field in row] for row in ROWS]

VARIANTS: dict[str, bytes] = {
    "end mark": text().encode() + b"\x1a",
    "end mark and padding": text().encode() + b"\x1a" + b"\0" * 100,
    "end mark and more of them": text().encode() + b"\x1a" * 128,
    "end mark and old padding": text().encode() + b"\x1a" + b"\xe5" * 60,
    "end mark after the last field": text().rstrip().encode() + b"\x1a",
    "zeros at the end": text().encode() + b"\0" * 511,
    "UTF-8 with mark": codecs.BOM_UTF8 + text().encode(),
    "UTF-8 with two marks": codecs.BOM_UTF8 * 2 + text().encode(),
    "UTF-16 LE without mark": text("\t").encode("utf-16-le"),
    "UTF-16 BE without mark": text(";").encode("utf-16-be"),
    "UTF-16 LE with mark and end mark": codecs.BOM_UTF16_LE + text().encode("utf-16-le") + b"\x1a\0",
    "UTF-16 with an end mark of one byte": text("\t").encode("utf-16-le") + b"\x1a",
    "UTF-16 LE filled up with zeros": text("\t").encode("utf-16-le") + b"\0" * 101,
    "UTF-16 LE filled up with more zeros than text": text().encode("utf-16-le") + b"\0" * 4096,
    "UTF-16 BE filled up with zeros": text(";").encode("utf-16-be") + b"\0" * 511,
    "UTF-16 LE with end mark and zeros": text().encode("utf-16-le") + b"\x1a" + b"\0" * 200,
    "UTF-16 BE with mark": codecs.BOM_UTF16_BE + text().encode("utf-16-be"),
    "UTF-32": text().encode("utf-32"),
    "mark in the middle": text().replace(f"{END}DB-02", f"{END}\ufeffDB-02").encode(),
    "mark before a quoted field": text(quoting=csv.QUOTE_ALL)
    .replace(f'{END}"DB-02', f'{END}\ufeff"DB-02')
    .encode(),
    "lines ended by a return alone": text(end="\r").encode(),
    "ends of many kinds": text().replace("DB-03", "DB-03", 1).replace(f"note{END}", "note\n").encode(),
    "ends written twice": text()
    .replace("dòng một\ndòng hai", "dòng một dòng hai")
    .replace("\n", "\r\n")
    .encode(),
    "all in quotes": text(quoting=csv.QUOTE_ALL).encode(),
    "lines in quotes": packed().encode(),
    "lines in quotes with commas": packed(",").encode(),
    "lines in quotes with tabs": packed("\t").encode(),
    "lines in quotes and empty fields": packed(";", outer=",,,").encode(),
    "lines in quotes, with mark": codecs.BOM_UTF8 + packed().encode(),
    "declared": ("sep=;\r\n" + text(";")).encode(),
    "declared in quotes": ('"sep=;"\r' + text(";", end="\r")).encode(),
    "declared behind a mark": codecs.BOM_UTF16_LE + ("sep=\t\r\n" + text("\t")).encode("utf-16-le"),
    "codes kept as formulas": text().replace("DB-01", '="DB-01"').encode(),
    "fields filled up with zeros": text().replace("DB-03,", "DB-03\0\0,").encode(),
    "zeros in blank fields": text().replace("7,", "7,").replace(",0,", ",0,\0").encode(),
}


@pytest.mark.parametrize("name", VARIANTS)
def test_a_csv_reads_the_same_however_it_was_written(name: str) -> None:
    content = VARIANTS[name]
    assert is_text(content)
    sheet, _ = read_csv(content, "B01")
    assert values(sheet) == EXPECTED


def test_some_lines_in_quotes_as_a_whole_are_parted_and_told() -> None:
    lines = text(";").replace("dòng một\ndòng hai", "a").split(END)
    lines[1] = in_quotes(lines[1])
    sheet, notes = read_csv(END.join(lines).encode(), "B01")
    assert values(sheet)[1] == EXPECTED[1]
    (note,) = [note for note in notes if note.code == "R161"]
    assert (note.details["count"], note.details["rows"]) == ("1", "4")


def test_a_note_in_quotes_below_a_table_is_not_parted() -> None:
    sheet, notes = read_csv((text() + '"Ghi chú: 5, 6"' + END).encode(), "B01")
    assert sheet.cells[5, 1].text == "Ghi chú: 5, 6"
    assert [note.code for note in notes] == ["R104"]


def b01(make: Any, folder: Path, content: bytes) -> Reading:
    (folder / "B01.csv").write_bytes(content)
    return make.read(folder / "B01.csv")


def test_every_file_of_a_set_may_bear_end_marks(make: Any, tmp_path: Path) -> None:
    pages = [
        make.cover(make.catalogue.cover, {"reporting_org_code": "DB-MN", "period_code": "2019-6T"}),
        make.form(make.catalogue.forms["B01"], [{"org_code": "DB-MN-01", "in_admitted": 1}]),
    ]
    folder = make.csvs(tmp_path / "set", pages)
    plain = make.read(folder)
    for path in folder.iterdir():
        path.write_bytes(path.read_bytes() + b"\x1a\0\0")
    marked = make.read(folder)
    assert (marked.tables, marked.cover, marked.problems) == (plain.tables, plain.cover, [])


def test_a_file_of_end_marks_alone_is_empty(make: Any, tmp_path: Path) -> None:
    assert [p.code for p in b01(make, tmp_path, b"\r\n\x1a\0\0").problems] == ["R001"]


def test_text_behind_an_end_mark_is_never_lost(make: Any, tmp_path: Path) -> None:
    first, second = f"{HEAD}\nDB-01,a,1,2,\n", "DB-02,b,3,4,\n"
    reading = b01(make, tmp_path, first.encode() + b"\x1a" + second.encode())
    assert [p.cell for p in reading.problems if p.code == "R087"] == ["A3"]
    assert [row.values["org_code"] for row in reading.tables["B01"].rows] == ["DB-01"]


@pytest.mark.parametrize("stored", ["1\x002", "\x001", "1\x02"])
def test_a_character_that_no_text_has_is_a_finding_at_its_cell(stored: str, make: Any, tmp_path: Path) -> None:
    reading = b01(make, tmp_path, f"{HEAD}\nDB-01,Chi bộ,{stored},2,\nDB-02,Chi bộ,3,4,\n".encode())
    first, second = reading.tables["B01"].rows
    assert (first.values["in_admitted"], first.marks["in_admitted"]) == (None, Mark.INVALID)
    assert second.values["in_admitted"] == 3


def test_a_broken_byte_costs_one_letter_and_not_the_file(make: Any, tmp_path: Path) -> None:
    whole = f"{HEAD}\nDB-01,Đảng bộ xã Nậm Kè,1,2,\nDB-02,Đảng bộ xã Mường Toong,3,4,\n".encode()
    reading = b01(make, tmp_path, whole.replace("ậm".encode(), b"\xe1\xba" + b"m"))
    assert [row.values["org_name"] for row in reading.tables["B01"].rows] == [None, "Đảng bộ xã Mường Toong"]
    assert [row.values["in_admitted"] for row in reading.tables["B01"].rows] == [1, 3]
    assert "R160" in {note.code for note in reading.notes}


@pytest.mark.parametrize(
    ("lines", "cell"),
    [
        (['DB-1,"Chi bộ A,2,3,', "DB-2,xã,3,4,"], "B2"),
        (['DB-1,"Chi bộ A,2,3,', 'DB-2,"Chi bộ B",3,4,', "DB-3,xã,3,4,"], "B2"),
        (["DB-1,a,2,3,", 'DB-2,"Chi bộ B,3,4,', "DB-3,xã,3,4,", 'DB-4,Chi bộ",3,4,'], "B3"),
        (["DB-1,a,2,3,x", 'DB-2,b,3,4,"', "DB-3,c,3,4,y"], "E3"),
    ],
)
def test_a_quotation_mark_without_its_partner_is_named_with_its_cell(
    lines: list[str], cell: str, make: Any, tmp_path: Path
) -> None:
    (problem,) = b01(make, tmp_path, "\n".join([HEAD, *lines, ""]).encode()).problems
    assert (problem.code, problem.cell, problem.is_fatal) == ("R080", cell, True)


def test_a_title_without_quotes_above_lines_in_quotes_does_no_harm() -> None:
    content = f"Biểu 01; kỳ 2019; năm{END}" + packed(";") * 3
    sheet, _ = read_csv(content.encode(), "B01")
    assert values(sheet)[1:5] == EXPECTED


def test_a_list_of_several_lines_in_a_note_is_no_swallowed_record(make: Any, tmp_path: Path) -> None:
    note = "gồm các xã: A, B, C, D, E\nvà F, G, H, I"
    reading = b01(make, tmp_path, f'{HEAD}\nDB-01,a,1,2,"{note}"\nDB-02,b,3,4,\n'.encode())
    assert [row.values["in_admitted"] for row in reading.tables["B01"].rows] == [1, 3]


def test_a_decimal_comma_without_quotes_moves_no_figure_in_silence(make: Any, tmp_path: Path) -> None:
    head = "line_code,line_name,total,female,pct_of_base,pct_of_plan,note"
    lines = [head, "CB01,a,5,2,10,24,", "CB02,a,5,2,10,24,7,", 'CB03,a,5,2,"10,24",7,', "CB04,a,5"]
    (tmp_path / "B07.csv").write_text("\n".join([*lines, ""]))
    (problem,) = [p for p in make.read(tmp_path / "B07.csv").problems if p.code == "R090"]
    assert (problem.cell, problem.details["found"], problem.details["expected"]) == ("A3", "8", "7")


def test_liberties_with_quotes_that_lose_nothing_are_read(make: Any, tmp_path: Path) -> None:
    lines = [HEAD, 'DB-1,Chi bộ "A",2,3,', 'DB-2,"Chi bộ"  ,3,4,"một; hai,\nba"', 'DB-3,5" x 7",5,6,']
    rows = b01(make, tmp_path, "\n".join([*lines, ""]).encode()).tables["B01"].rows
    assert [row.values["in_admitted"] for row in rows] == [2, 3, 5]


@pytest.mark.parametrize(
    ("content", "code", "found"),
    [
        (f"{HEAD}\n{',' * 20_000}1\n", "R082", ("found", "20001")),
        (HEAD + "\n" * 1_048_600 + "DB-1,a,1,2,\n", "R082", ("row", "1048601")),
        (f"{HEAD}\nDB-1,{'a' * 140_000},1,2,\n", "R083", ("row", "2")),
        (f'{HEAD}\nDB-1,"{"a," * 70_000}",1,2,\n', "R083", ("row", "2")),
    ],
)
def test_the_limit_of_a_csv_that_was_passed_is_named(
    content: str, code: str, found: tuple[str, str], make: Any, tmp_path: Path
) -> None:
    (problem,) = b01(make, tmp_path, content.encode()).problems
    assert problem.code == code
    assert found in problem.details.items()


@pytest.mark.parametrize(
    "content",
    [
        b'"' * 1_000_000,
        b'","' * 300_000,
        b'"\n' * 300_000,
        b"," * 3_000_000,
        b'a"' * 500_000,
        b'"a""' * 250_000,
        b"\n" * 900_000 + b"x",
        b"a" * 3_000_000,
        ("1;2,3\t4|" * 100_000).encode(),
    ],
)
def test_no_csv_takes_long_to_be_refused(content: bytes, make: Any, tmp_path: Path) -> None:
    began = time.process_time()
    assert not b01(make, tmp_path, content).tables
    assert time.process_time() - began < 5


@pytest.mark.parametrize(
    "error", ["#N/A", "#DIV/0!", "#REF!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "Err:502", "#####"]
)
def test_an_error_that_was_saved_as_text_is_an_error(error: str, make: Any, tmp_path: Path) -> None:
    reading = b01(make, tmp_path, f"{HEAD}\nDB-01,Chi bộ,{error},2,{error}\n".encode())
    (row,) = reading.tables["B01"].rows
    assert (row.values["in_admitted"], row.marks["in_admitted"], row.texts["in_admitted"]) == (
        None,
        Mark.ERROR,
        error,
    )
    assert (row.values["note"], row.marks["note"]) == (None, Mark.ERROR)


@pytest.mark.parametrize("stored", ["#1", "# 5", "Err: x", "#hashtag", "= 5 xã", "N/A"])
def test_other_text_is_no_error(stored: str, make: Any, tmp_path: Path) -> None:
    (row,) = b01(make, tmp_path, f"{HEAD}\nDB-01,Chi bộ,1,2,{stored}\n".encode()).tables["B01"].rows
    assert row.values["note"] == stored


@pytest.mark.parametrize("stored", ["TRUE", "FALSE", "ĐÚNG", "SAI", "true"])
def test_a_truth_value_is_no_count(stored: str, make: Any, tmp_path: Path) -> None:
    (row,) = b01(make, tmp_path, f"{HEAD}\nDB-01,Chi bộ,{stored},2,\n".encode()).tables["B01"].rows
    assert (row.values["in_admitted"], row.marks["in_admitted"]) == (None, Mark.INVALID)


def test_a_formula_in_a_csv_was_never_calculated(make: Any, tmp_path: Path) -> None:
    reading = b01(make, tmp_path, f"{HEAD}\nDB-01,Chi bộ,=SUM(A1:A3),2,\n".encode())
    (row,) = reading.tables["B01"].rows
    assert (row.values["in_admitted"], row.marks["in_admitted"]) == (None, Mark.ERROR)
    assert "R112" in {note.code for note in reading.notes}


def test_an_apostrophe_in_front_is_no_part_of_what_it_keeps(make: Any, tmp_path: Path) -> None:
    (tmp_path / "B00.csv").write_text(
        "reporting_org_code,'DB-MN\nperiod_code,'2019-6T\nprepared_on,'31/12/2019\n"
    )
    reading = make.read(tmp_path / "B00.csv")
    assert reading.cover is not None
    assert str(reading.cover.period) == "2019-6T"
    assert reading.cover.reporting_org_code == "DB-MN"
    assert str(reading.cover.values["prepared_on"]) == "2019-12-31"


CATALOGUE = load_catalogue()
ENCODINGS: list[Callable[[str], bytes]] = [
    lambda s: s.encode(),
    lambda s: s.encode("utf-8-sig"),
    lambda s: s.encode("utf-16"),
    lambda s: s.encode("utf-16-le"),
    lambda s: s.encode("utf-16-be"),
]
FIELDS = st.text(alphabet='aĐệ1. ,;|"\n', max_size=8)


@settings(max_examples=60)
@given(
    rows=st.lists(st.tuples(FIELDS, st.integers(0, 10**6), st.integers(0, 99)), min_size=2, max_size=6),
    delimiter=st.sampled_from([",", ";", "\t", "|"]),
    end=st.sampled_from(["\r\n", "\n", "\r"]),
    quoting=st.sampled_from([csv.QUOTE_MINIMAL, csv.QUOTE_ALL, csv.QUOTE_NONNUMERIC]),
    encode=st.sampled_from(ENCODINGS),
    tail=st.sampled_from(["", "\x1a", "\0\0", "\x1a\0\x1a", "\r\n\r\n"]),
    is_packed=st.booleans(),
)
def test_figures_survive_every_way_of_writing_them(
    *,
    rows: list[tuple[str, int, int]],
    delimiter: str,
    end: str,
    quoting: Any,
    encode: Callable[[str], bytes],
    tail: str,
    is_packed: bool,
) -> None:
    records = [f"DB-{number:02}" for number in range(len(rows))]
    table = [
        [code, "Chi bộ", first, second, note] for code, (note, first, second) in zip(records, rows, strict=True)
    ]
    lines = [line(record, delimiter, quoting) for record in [HEAD.split(","), *table]]
    if is_packed:
        lines = list(map(in_quotes, lines))
    content = encode(end.join([*lines, ""]) + tail)
    sheet, _ = read_csv(content, "B01")
    read = [[sheet.cells[row, column].text for column in (1, 3, 4)] for row in range(2, len(rows) + 2)]
    assert read == [[f"DB-{n:02}", str(first), str(second)] for n, (_, first, second) in enumerate(rows)]


SOUND = "\n".join(
    [
        "period_code,2019-6T",
        "reporting_org_code,DB-MN",
        HEAD,
        "DB-01,Đảng bộ xã,1.252,7,gồm a",
        'DB-02,"b",-,"3",',
    ]
).encode()


def test_damaged_files_are_read_or_refused_and_never_an_exception(tmp_path: Path, make: Any) -> None:
    chance = random.Random(7)  # the same damage in every run
    pages = [
        make.cover(CATALOGUE.cover, {"reporting_org_code": "DB-MN", "period_code": "2019-6T"}),
        make.form(CATALOGUE.forms["B01"], [{"org_code": "DB-MN-01", "in_admitted": 1}]),
    ]
    sources = [SOUND, SOUND.decode().encode("utf-16"), pack_folder(make.csvs(tmp_path / "set", pages))]
    path = tmp_path / "f.csv"
    for number in range(240):
        content = bytearray(sources[number % 3])
        for _ in range(chance.randint(1, 6)):
            at = chance.randrange(len(content))
            kind = chance.randrange(4)
            if kind == 0:
                content[at] = chance.randrange(256)
            elif kind == 1:
                del content[at : at + chance.randint(1, 40)]
            elif kind == 2:
                content[at:at] = chance.choice(
                    [b"\0", b'"', b"\x1a", b"\r", b"\xff\xfe", b"\xef\xbb\xbf", b"PK\3\4", b","]
                )
            else:
                content[at:at] = content[: chance.randint(1, 80)]
        path.write_bytes(bytes(content))
        began = time.process_time()
        reading = read_file(path, CATALOGUE)
        assert time.process_time() - began < 10
        assert all(problem.code != "R006" or number % 3 == 2 for problem in reading.problems)


def test_random_bytes_are_refused_in_words(tmp_path: Path, make: Any) -> None:
    (tmp_path / "f.bin").write_bytes(random.Random(3).randbytes(4096))
    (problem,) = make.read(tmp_path / "f.bin").problems
    assert (problem.code, problem.is_fatal) == ("R081", True)


def test_the_longest_cell_within_the_limit_is_still_read() -> None:
    sheet, _ = read_csv((HEAD + "\n" + "DB-1," + "a" * 131_000 + ",1,2,\n").encode(), "B01")
    assert sheet.cells[2, 3].text == "1"
