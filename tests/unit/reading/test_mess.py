"""The 36 kinds of mess in office workbooks, each in a file that a real program has made.

Every test is named by the number of its kind; every file is also put through the whole check that a clerk runs.
What is certain is converted and counted; what is not is a problem, a mark for the gate, or a note of its place.
"""

import re
import unicodedata
import zipfile
from collections.abc import Callable, Iterator
from datetime import date
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlsxwriter
from msoffcrypto.format import ooxml
from openpyxl.packaging.relationship import Relationship
from openpyxl.workbook.external_link.external import ExternalBook, ExternalLink, ExternalSheetNames
from openpyxl.worksheet.protection import SheetProtection

from ingestion.definitions.catalogue import Catalogue, load_catalogue
from ingestion.pipeline import check_files
from ingestion.reading.opening import open_book
from ingestion.reading.printed import printed_period
from ingestion.records.submissions import FormRow, Mark, Problem, Reading
from ingestion.storage.archives import pack_folder

HERE = Path(__file__).parent
CATALOGUE = load_catalogue()
B01 = CATALOGUE.forms["B01"]
KINDS = range(1, 37)
NAMES = ("Đảng bộ xã Huổi Lếch", "Đảng bộ xã Nậm Kè", "Chi bộ Huyện đoàn")
UNSIGNED = {"R020"}
"""The cover is left out where it is not the point."""

Builder = Callable[[Any, Path], Path]
FILES: list[tuple[int, Builder]] = []


def mess(kind: int) -> Callable[[Builder], Builder]:
    """Declare what writes a file with one kind of mess, so that it is checked as a whole too."""

    def register(builder: Builder) -> Builder:
        FILES.append((kind, builder))
        return builder

    return register


def rows(count: int = 3) -> list[dict[str, Any]]:
    return [
        {
            "org_code": f"DB-MN-{i:02}",
            "org_name": NAMES[(i - 1) % 3],
            "in_admitted": i,
            "closing_members": 10 * i,
        }
        for i in range(1, count + 1)
    ]


def cover(make: Any, **entries: Any) -> Any:
    return make.cover(CATALOGUE.cover, {"reporting_org_code": "DB-MN", "period_code": "2019-6T"} | entries)


def book(make: Any, path: Path, page: Any, writer: str = "openpyxl.xlsx") -> Path:
    return make.writers[writer](path, [cover(make), page])


def column_of(code: str) -> int:
    return list(B01.by_code).index(code) + 1


def table_rows(reading: Reading) -> list[FormRow]:
    return reading.tables["B01"].rows


def values(reading: Reading, code: str) -> list[Any]:
    return [row.values[code] for row in table_rows(reading)]


def note(reading: Reading, code: str) -> Problem:
    found = [n for n in reading.notes if n.code == code]
    assert found, f"{code} is not among {[n.code for n in reading.notes]}"
    return found[0]


def problem_codes(reading: Reading) -> list[str]:
    return [p.code for p in reading.problems if p.code not in UNSIGNED]


def old_page(make: Any, encode: Callable[[str], str], font: str | None, *, names: str | None = None) -> Any:
    """Lay B01 out without its code row, every text in an old script and, if given, in its font."""
    page = make.form(B01, rows(), codes=False)
    for place, value in page.cells.items():
        if isinstance(value, str):
            page.cells[place] = encode(value)
            if font:
                page.fonts[place] = names if names and place[0] >= 9 and place[1] == 2 else font
    return page


@mess(1)
def tcvn3_by_font(make: Any, folder: Path) -> Path:
    page = old_page(make, make.tcvn3, ".VnTime")
    return make.xls(folder / "f.xls", [cover(make), page])


@mess(1)
def tcvn3_by_content(make: Any, folder: Path) -> Path:
    return book(make, folder / "f.xlsx", old_page(make, make.tcvn3, None))


@mess(1)
def tcvn3_in_csv(make: Any, folder: Path) -> Path:
    page = without_dash(old_page(make, make.tcvn3, None))
    return make.csvs(folder / "set", [page], encoding="latin-1", delimiter=";") / "B01.csv"


def without_dash(page: Any) -> Any:
    """Leave out the dash of titles, which the old code pages lack."""
    page.cells = {p: v.replace("–", "-") if isinstance(v, str) else v for p, v in page.cells.items()}
    return page


@pytest.mark.parametrize("builder", [tcvn3_by_font, tcvn3_by_content])
def test_kind_01_tcvn3_is_read_by_font_or_content(builder: Builder, make: Any, tmp_path: Path) -> None:
    path = builder(make, tmp_path)
    reading = make.read(path)
    table = reading.tables["B01"]
    assert list(table.columns) == list(B01.by_code)
    assert values(reading, "org_name") == list(NAMES)
    assert problem_codes(reading) == []
    assert reading.conversions["tcvn3_text"] > 20
    found = note(reading, "R116" if builder is tcvn3_by_font else "R117")
    assert found.details["read"] == "Đảng bộ huyện Mường Nhé"
    stored = {cell.value for sheet in open_book(path, "f").sheets for cell in sheet.cells.values()}
    assert "§¶ng bé x· HuæI LÕch".lower() in {str(value).lower() for value in stored}


def test_kind_01_tcvn3_bytes_in_a_csv(make: Any, tmp_path: Path) -> None:
    reading = make.read(tcvn3_in_csv(make, tmp_path))
    assert values(reading, "org_name") == list(NAMES)
    assert note(reading, "R104").details["encoding"] == "TCVN3"


@pytest.mark.parametrize("extension", ["xls", "ods"])
def test_kind_01_fonts_survive_libreoffice(
    extension: str, make: Any, tmp_path: Path, convert: Callable[[Path, str], Path]
) -> None:
    path = book(make, tmp_path / "f.xlsx", old_page(make, make.tcvn3, ".VnTime", names=".VnTimeH"))
    reading = make.read(convert(path, extension))
    assert list(reading.tables["B01"].columns) == list(B01.by_code)
    assert values(reading, "org_name") == [name.upper() for name in NAMES]
    assert note(reading, "R116").sheet == "B01"


def test_kind_01_a_few_western_words_are_left_alone(make: Any, tmp_path: Path) -> None:
    page = make.form(B01, rows())
    page.put(9, column_of("note"), "Müller & Söhne, §5, 5 µm")
    reading = make.read(book(make, tmp_path / "f.xlsx", page))
    assert values(reading, "note")[0] == "Müller & Söhne, §5, 5 µm"
    assert not reading.conversions


@mess(2)
def tcvn3_capitals(make: Any, folder: Path) -> Path:
    page = old_page(make, make.tcvn3, ".VnTime", names=".VnTimeH")
    return make.xls(folder / "f.xls", [cover(make), page])


def test_kind_02_capitals_come_from_the_font(make: Any, tmp_path: Path) -> None:
    reading = make.read(tcvn3_capitals(make, tmp_path))
    assert values(reading, "org_name") == [name.upper() for name in NAMES]


@mess(3)
def vni_by_font(make: Any, folder: Path) -> Path:
    return book(make, folder / "f.xlsx", old_page(make, make.vni, "VNI-Times"))


@mess(3)
def vni_by_content(make: Any, folder: Path) -> Path:
    return make.xls(folder / "f.xls", [cover(make), old_page(make, make.vni, None)])


@pytest.mark.parametrize("builder", [vni_by_font, vni_by_content])
def test_kind_03_vni_is_read_by_font_or_content(builder: Builder, make: Any, tmp_path: Path) -> None:
    reading = make.read(builder(make, tmp_path))
    assert list(reading.tables["B01"].columns) == list(B01.by_code)
    assert values(reading, "org_name") == list(NAMES)
    assert reading.conversions["vni_text"] > 20
    assert note(reading, "R116" if builder is vni_by_font else "R117").details["script"] == "VNI"


def test_kind_03_vni_bytes_in_a_csv(make: Any, tmp_path: Path) -> None:
    page = without_dash(old_page(make, make.vni, None))
    path = make.csvs(tmp_path / "set", [page], encoding="cp1252") / "B01.csv"
    reading = make.read(path)
    assert values(reading, "org_name") == list(NAMES)
    assert note(reading, "R104").details["encoding"] == "VNI"


@mess(4)
def decomposed(make: Any, folder: Path) -> Path:
    page = make.form(B01, rows(), codes=False, name=unicodedata.normalize("NFD", "Biểu 01"))
    page.cells = {
        p: unicodedata.normalize("NFD", v) if isinstance(v, str) else v for p, v in page.cells.items()
    }
    return book(make, folder / unicodedata.normalize("NFD", "Báo cáo.xlsx"), page)


def test_kind_04_decomposed_text_and_names_are_composed(make: Any, tmp_path: Path) -> None:
    reading = make.read(decomposed(make, tmp_path))
    assert reading.file_name == "Báo cáo.xlsx"
    assert reading.tables["B01"].sheet == "Biểu 01"
    assert values(reading, "org_name") == list(NAMES)
    assert reading.conversions["decomposed_text"] > 20
    inner = unicodedata.normalize("NFD", "Kỳ 6T/Biểu 01.csv")
    with zipfile.ZipFile(tmp_path / "f.zip", "w") as archive:
        archive.writestr(inner, "org_code,org_name,in_admitted\nDB-MN-01,a,1\n")
    assert make.read(tmp_path / "f.zip").tables["B01"].sheet == "Biểu 01"


def as_windows_1258(text: str) -> bytes:
    """Encode as old Windows programs do: shaped letters composed, tones behind them."""
    out = []
    for letter in text:
        base, *marks = list(unicodedata.normalize("NFD", letter))
        tones = [m for m in marks if m in "\u0300\u0301\u0303\u0309\u0323"]
        out.append(unicodedata.normalize("NFC", base + "".join(m for m in marks if m not in tones)))
        out += tones
    return "".join(out).encode("cp1258")


@mess(5)
def windows_1258(make: Any, folder: Path) -> Path:
    path = folder / "B01.csv"
    lines = [
        "Mã TCCSĐ;Tên TCCSĐ;Đảng viên đầu kỳ (A);Cộng tăng (B);Cộng giảm (C)",
        *(f"DB-MN-0{i};{name};{i};0;0" for i, name in enumerate(NAMES, start=1)),
    ]
    path.write_bytes(as_windows_1258("\r\n".join(lines)))
    return path


def test_kind_05_windows_1258_is_told_from_its_letters(make: Any, tmp_path: Path) -> None:
    reading = make.read(windows_1258(make, tmp_path))
    assert note(reading, "R104").details["encoding"] == "windows-1258"
    assert values(reading, "org_name") == list(NAMES)
    assert values(reading, "opening_members") == [1, 2, 3]


@mess(6)
def mojibake(make: Any, folder: Path) -> Path:
    page = make.form(B01, rows(), codes=False)
    page.cells = {
        p: v.encode().decode("cp1252", "ignore") if v == "Đảng bộ xã Nậm Kè" else v
        for p, v in page.cells.items()
    }
    page.cells = {
        p: v.encode().decode("latin-1") if isinstance(v, str) and p[0] < 9 else v for p, v in page.cells.items()
    }
    return make.xlsxwriter(folder / "f.xlsx", [cover(make), page])


@mess(6)
def unicode_text(make: Any, folder: Path) -> Path:
    page = make.form(B01, rows())
    return make.csvs(folder / "set", [page], delimiter="\t", encoding="utf-16") / "B01.csv"


def test_kind_06_utf8_read_as_western_text_comes_back(make: Any, tmp_path: Path) -> None:
    reading = make.read(mojibake(make, tmp_path))
    assert list(reading.tables["B01"].columns) == list(B01.by_code)
    assert reading.conversions["mojibake_text"] > 20


def test_kind_06_byte_order_marks_and_utf_16(make: Any, tmp_path: Path) -> None:
    reading = make.read(unicode_text(make, tmp_path))
    assert note(reading, "R104").details == {"encoding": "utf-16", "delimiter": "TAB"}
    assert values(reading, "org_name") == list(NAMES)
    (tmp_path / "B01.csv").write_bytes("ï»¿org_code,org_name,in_admitted\nDB-1,xã,1\n".encode())
    assert values(make.read(tmp_path / "B01.csv"), "org_code") == ["DB-1"]


@mess(7)
def eth(make: Any, folder: Path) -> Path:
    page = make.form(B01, rows(), codes=False)
    page.cells = {p: v.replace("Đ", "Ð") if isinstance(v, str) else v for p, v in page.cells.items()}
    return book(make, folder / "f.xlsx", page)


def test_kind_07_eth_is_read_as_d_with_stroke_and_counted(make: Any, tmp_path: Path) -> None:
    reading = make.read(eth(make, tmp_path))
    assert list(reading.tables["B01"].columns) == list(B01.by_code)
    assert values(reading, "org_name") == list(NAMES)
    assert reading.conversions["eth_letter"] >= 4


@mess(8)
def spellings(make: Any, folder: Path) -> Path:
    form = CATALOGUE.forms["B07"]
    lines = [{"line_code": member.code, "total": 5} for member in form.lines[0].members[:2]]
    page = make.form(form, lines, codes=False)
    swaps = {"Tỷ lệ": "Tỉ lệ", "ủy": "uỷ", "óa": "oá", "hòa": "hoà"}
    for old, new in swaps.items():
        page.cells = {p: v.replace(old, new) if isinstance(v, str) else v for p, v in page.cells.items()}
    return make.ods(folder / "f.ods", [cover(make), page])


def test_kind_08_tone_placement_and_i_for_y_make_no_difference(make: Any, tmp_path: Path) -> None:
    reading = make.read(spellings(make, tmp_path))
    assert list(reading.tables["B07"].columns) == list(CATALOGUE.forms["B07"].by_code)
    assert problem_codes(reading) == []


def odd_cells(make: Any, cells: dict[str, Any], formats: dict[str, str] | None = None) -> Any:
    """Lay B01 out with given values in its first row."""
    page = make.form(B01, rows())
    for code, value in cells.items():
        page.put(9, column_of(code), value, (formats or {}).get(code))
    return page


def first_row(reading: Reading) -> FormRow:
    return table_rows(reading)[0]


@mess(9)
def points_and_commas(make: Any, folder: Path) -> Path:
    cells = {"opening_members": "1.252", "in_admitted": "2.389", "in_restored": "12.5", "in_total": "1.25"}
    return book(make, folder / "f.xls", odd_cells(make, cells), "xlwt.xls")


def test_kind_09_a_point_groups_thousands(make: Any, tmp_path: Path) -> None:
    reading = make.read(points_and_commas(make, tmp_path))
    row = first_row(reading)
    assert (row.values["opening_members"], row.values["in_admitted"]) == (1252, 2389)
    assert {row.marks["in_restored"], row.marks["in_total"]} == {Mark.INVALID}
    assert reading.conversions["grouped_number"] == 2


@mess(10)
def numbers_as_text(make: Any, folder: Path) -> Path:
    cells = {"opening_members": "850", "in_admitted": "'03", "in_restored": "1 252", "in_total": "1,252"}
    return book(make, folder / "f.xlsx", odd_cells(make, cells), "xlsxwriter.xlsx")


def test_kind_10_numbers_stored_as_text_are_converted_and_counted(make: Any, tmp_path: Path) -> None:
    reading = make.read(numbers_as_text(make, tmp_path))
    row = first_row(reading)
    assert [row.values[c] for c in ("opening_members", "in_admitted", "in_restored")] == [850, 3, 1252]
    assert row.marks["in_total"] is Mark.INVALID
    assert (reading.conversions["text_number"], reading.conversions["grouped_number"]) == (2, 1)


@pytest.mark.parametrize(("other", "is_english"), [("1,234,567", True), ("1.234.567", False), ("12,5", False)])
def test_kind_10_an_english_file_says_so_itself(
    other: str, is_english: bool, make: Any, tmp_path: Path
) -> None:
    page = odd_cells(make, {"in_total": "1,252", "opening_members": other})
    reading = make.read(book(make, tmp_path / "f.xlsx", page))
    assert first_row(reading).values["in_total"] == (1252 if is_english else None)
    assert reading.conversions["english_number"] == (2 if is_english else 0)


@mess(11)
def percents(make: Any, folder: Path) -> Path:
    form = CATALOGUE.forms["B07"]
    codes = [member.code for member in form.lines[0].members[:4]]
    page = make.form(form, [{"line_code": code, "total": 5} for code in codes])
    place = list(form.by_code).index("pct_of_base") + 1
    page.put(9, place, "121,8%")
    page.put(10, place, 1.218, "0.0%")
    page.put(11, place, "121.8")
    page.put(12, place, "1.218")
    return make.xlsxwriter(folder / "f.xlsx", [cover(make), page])


def test_kind_11_percents_follow_their_format(make: Any, tmp_path: Path) -> None:
    reading = make.read(percents(make, tmp_path))
    assert [row.values["pct_of_base"] for row in reading.tables["B07"].rows] == [121.8, 121.8, 121.8, None]
    assert problem_codes(reading) == ["R047"]


APPROXIMATE = ("80 - 85%", "gần 5.000", "trên 95%", "≥ 700")


@mess(12)
def ranges(make: Any, folder: Path) -> Path:
    codes = ("opening_members", "in_admitted", "in_restored", "in_total")
    return book(make, folder / "f.xlsx", odd_cells(make, dict(zip(codes, APPROXIMATE, strict=True))))


def test_kind_12_ranges_and_approximations_are_no_numbers(make: Any, tmp_path: Path) -> None:
    row = first_row(make.read(ranges(make, tmp_path)))
    found = {row.texts[code] for code, mark in row.marks.items() if mark is Mark.INVALID}
    assert found == set(APPROXIMATE)


@mess(13)
def fractions(make: Any, folder: Path) -> Path:
    page = odd_cells(make, {"in_admitted": date(2019, 12, 9)})
    return make.xls(folder / "f.xls", [cover(make), page])


def test_kind_13_a_fraction_turned_into_a_date_is_named(make: Any, tmp_path: Path) -> None:
    reading = make.read(fractions(make, tmp_path))
    assert first_row(reading).marks["in_admitted"] is Mark.INVALID
    found = note(reading, "R121")
    assert (found.cell, found.details["guess"]) == ("D9", "9/12")


@pytest.mark.parametrize(
    ("day", "guess"), [(date(2017, 10, 1), "1/10, 10/17"), (date(2026, 10, 17), "17/10, 10/17")]
)
def test_kind_13_every_fraction_that_it_may_have_been_is_named(
    day: date, guess: str, make: Any, tmp_path: Path
) -> None:
    page = odd_cells(make, {"in_admitted": day})
    reading = make.read(make.xls(tmp_path / "f.xls", [cover(make), page]))
    assert note(reading, "R121").details["guess"] == guess


@mess(14)
def dates(make: Any, folder: Path) -> Path:
    entries = {"prepared_on": "30/3/2016", "period_start": "ngày 05 tháng 02 năm 2026", "period_end": 43312}
    return make.openpyxl(folder / "f.xlsx", [cover(make, **entries), make.form(B01, rows())])


def test_kind_14_dates_are_read_day_first_and_never_guessed(make: Any, tmp_path: Path) -> None:
    reading = make.read(dates(make, tmp_path))
    assert reading.cover is not None
    found = [reading.cover.values[c] for c in ("prepared_on", "period_start", "period_end")]
    assert found == [date(2016, 3, 30), date(2026, 2, 5), date(2018, 7, 31)]
    assert note(reading, "R124").details["read"] == "31/07/2018"
    path = make.openpyxl(tmp_path / "g.xlsx", [cover(make, prepared_on="4/9"), make.form(B01, rows())])
    assert problem_codes(make.read(path)) == ["R043"]


def test_kind_14_days_count_from_1904_where_the_file_says_so(
    make: Any, tmp_path: Path, convert: Callable[[Path, str], Path]
) -> None:
    entries = {"reporting_org_code": "DB-MN", "period_code": "2019-6T", "period_end": 43312 - 1462}
    path = tmp_path / "f.xlsx"
    workbook = xlsxwriter.Workbook(str(path), {"date_1904": True})
    for page in (make.cover(CATALOGUE.cover, entries), make.form(B01, rows())):
        sheet = workbook.add_worksheet(page.name)
        for (row, column), value in page.cells.items():
            sheet.write(row - 1, column - 1, value)
    workbook.close()
    for file in (path, convert(path, "xls"), convert(path, "ods")):
        reading = make.read(file)
        assert reading.cover is not None
        assert reading.cover.values["period_end"] == date(2018, 7, 31)


@mess(15)
def four_header_rows(make: Any, folder: Path) -> Path:
    page = make.Page("Trang 1")
    page.put(1, 1, "Đảng bộ huyện Mường Nhé")
    for position, column in enumerate(B01.columns, start=1):
        if column.group is None:
            page.put(3, position, column.label.vi)
            page.merged.append((3, position, 6, position))
            continue
        page.put(6, position, column.label.vi)
        first = not page.cells.get((4, position - 1)) and B01.columns[position - 2].group != column.group
        if first:
            width = sum(other.group == column.group for other in B01.columns)
            page.put(3, position, "Biến động trong kỳ")
            page.put(4, position, column.group.vi)
            page.put(5, position, "Trong đó")
            if width > 1:
                page.merged += [(row, position, row, position + width - 1) for row in (3, 4, 5)]
    for number, row in enumerate(rows(), start=7):
        for position, column in enumerate(B01.columns, start=1):
            if column.code in row:
                page.put(number, position, row[column.code])
    return make.xlsxwriter(folder / "f.xlsx", [cover(make), page])


def test_kind_15_headers_of_four_merged_rows_are_matched_by_path(make: Any, tmp_path: Path) -> None:
    reading = make.read(four_header_rows(make, tmp_path))
    assert list(reading.tables["B01"].columns) == list(B01.by_code)
    assert values(reading, "in_admitted") == [1, 2, 3]
    assert problem_codes(reading) == []


@mess(16)
def numbering(make: Any, folder: Path) -> Path:
    page = make.form(B01, rows(), codes=False, numbering=False)
    page.add_row(8, ["A", "B", "(1)", "2", "3", "4", "5", "6", "7=2+3+4+5+6", *range(8, 26)])
    return make.xls(folder / "f.xls", [cover(make), page])


def test_kind_16_a_numbering_row_is_dropped(make: Any, tmp_path: Path) -> None:
    reading = make.read(numbering(make, tmp_path))
    assert values(reading, "org_code") == ["DB-MN-01", "DB-MN-02", "DB-MN-03"]
    assert problem_codes(reading) == []


@mess(17)
def sections(make: Any, folder: Path) -> Path:
    listed = rows()
    listed.insert(0, {"org_code": "I", "org_name": "Khối xã", "in_admitted": 3})
    listed.insert(3, {"org_code": "II. Khối cơ quan"})
    listed.append({"org_name": "- Nữ", "in_admitted": 2})
    return book(make, folder / "f.xlsx", make.form(B01, listed))


def test_kind_17_section_rows_are_no_organisations(make: Any, tmp_path: Path) -> None:
    reading = make.read(sections(make, tmp_path))
    assert values(reading, "in_admitted") == [1, 2, 3]
    assert note(reading, "R108").cell == "A9"


@mess(18)
def totals(make: Any, folder: Path) -> Path:
    listed = [{"org_name": "Toàn huyện", "in_admitted": 6}, *rows()]
    listed.insert(3, {"org_name": "Cộng", "in_admitted": 3})
    return book(make, folder / "f.ods", make.form(B01, listed), "odfpy.ods")


def test_kind_18_totals_and_subtotals_are_kept_apart(make: Any, tmp_path: Path) -> None:
    reading = make.read(totals(make, tmp_path))
    table = reading.tables["B01"]
    assert values(reading, "in_admitted") == [1, 2, 3]
    assert table.total is not None
    assert table.total.values["in_admitted"] == 6
    assert note(reading, "R108").value == "Cộng"


@mess(19)
def zeros(make: Any, folder: Path) -> Path:
    codes = [c.code for c in B01.columns if c.type == "int"][:10]
    texts = ["-", "–", "không", "Không có", "x", "X", "Bỏ trống", "…", "….", 0]
    return book(make, folder / "f.xlsx", odd_cells(make, dict(zip(codes, texts, strict=True))))


def test_kind_19_zeros_in_many_coats(make: Any, tmp_path: Path) -> None:
    reading = make.read(zeros(make, tmp_path))
    row = first_row(reading)
    codes = [c.code for c in B01.columns if c.type == "int"][:10]
    assert [row.values[c] for c in codes] == [0, 0, 0, 0, None, None, None, None, None, 0]
    assert [row.marks.get(c) for c in codes[4:9]] == [Mark.NOT_APPLICABLE] * 2 + [Mark.BLANK] * 3
    counts = {kind: reading.conversions[kind] for kind in ("dash_zero", "not_applicable", "dots_blank")}
    assert counts == {"dash_zero": 4, "not_applicable": 2, "dots_blank": 3}


@mess(20)
def invisible(make: Any, folder: Path) -> Path:
    cells = {"org_name": "  Đảng\u00a0bộ \n xã\u200b  Huổi Lếch ", "in_admitted": "\u00a01\u200b "}
    return make.xls(folder / "f.xls", [cover(make), odd_cells(make, cells)])


def test_kind_20_invisible_characters_are_collapsed(make: Any, tmp_path: Path) -> None:
    reading = make.read(invisible(make, tmp_path))
    assert values(reading, "org_name")[0] == NAMES[0]
    assert values(reading, "in_admitted")[0] == 1
    assert reading.conversions["unseen_characters"] == 2


@mess(21)
def signatures(make: Any, folder: Path) -> Path:
    page = make.form(B01, [*rows(), {"org_name": "Tổng cộng", "in_admitted": 6}])
    page.put(14, 1, "Ghi chú: số liệu tính đến 30/6")
    page.put(15, 1, "Nơi nhận:")
    page.put(15, 8, "NGƯỜI LẬP BIỂU (Ký, ghi rõ họ và tên)")
    page.put(17, 8, "Nguyễn Văn A")
    return book(make, folder / "f.xlsx", page)


def test_kind_21_the_signature_block_is_never_taken_in(make: Any, tmp_path: Path) -> None:
    reading = make.read(signatures(make, tmp_path))
    assert [row.number for row in table_rows(reading)] == [9, 10, 11]
    assert "Nguyễn" not in repr(reading)


@mess(22)
def wrong_unit(make: Any, folder: Path) -> Path:
    page = make.form(B01, rows())
    page.put(4, 10, "(ĐVT: nghìn đảng viên)")
    return book(make, folder / "f.xlsx", page)


@pytest.mark.parametrize(
    ("unit", "is_noted"),
    [
        ("Đảng viên", False),
        ("người", False),
        ("đảng viên, người", False),
        ("Lượt người", True),
        ("nghìn người", True),
        ("người; nghìn đảng viên", True),
    ],
)
def test_kind_22_the_printed_unit_is_compared(unit: str, is_noted: bool, make: Any, tmp_path: Path) -> None:
    page = make.form(B01, rows())
    page.put(4, 10, f"(ĐVT: {unit})")
    reading = make.read(book(make, tmp_path / "f.xlsx", page))
    assert ("R129" in {n.code for n in reading.notes}) == is_noted
    assert note(make.read(wrong_unit(make, tmp_path)), "R129").cell == "J4"


@mess(23)
def wrong_title(make: Any, folder: Path) -> Path:
    page = make.form(B01, rows())
    page.put(3, 1, "Biểu 02 – Kết nạp đảng viên")
    return book(make, folder / "f.xlsx", page)


def test_kind_23_a_wrong_title_changes_nothing_and_is_noted(make: Any, tmp_path: Path) -> None:
    reading = make.read(wrong_title(make, tmp_path))
    assert list(reading.tables) == ["B01"]
    assert note(reading, "R130").cell == "A3"


@mess(24)
def moved_columns(make: Any, folder: Path) -> Path:
    plain = make.form(B01, rows())
    page = make.Page("B01", hidden_columns={5})
    for (row, column), value in plain.cells.items():
        page.put(row, column + (column > 3), value)
    page.put(6, 4, "Cụm thi đua")
    page.put(9, 4, "Cụm 1")
    return book(make, folder / "f.xlsx", page)


def test_kind_24_inserted_and_hidden_columns_are_noted(make: Any, tmp_path: Path) -> None:
    reading = make.read(moved_columns(make, tmp_path))
    assert values(reading, "in_admitted") == [1, 2, 3]
    assert note(reading, "R103").value == "Cụm thi đua"
    assert note(reading, "R126").details["letters"] == "E"


@pytest.mark.parametrize("writer", ["openpyxl.xlsx", "xlwt.xls"])
def test_kind_24_hidden_columns_are_known_to_every_program(writer: str, make: Any, tmp_path: Path) -> None:
    page = make.form(B01, rows())
    page.hidden_columns = {column_of("in_admitted")}
    path = book(make, tmp_path / f"f.{writer.rpartition('.')[2]}", page, writer)
    assert note(make.read(path), "R126").details["letters"] == "D"


def test_kind_24_hidden_columns_are_known_in_opendocument(
    make: Any, tmp_path: Path, convert: Callable[[Path, str], Path]
) -> None:
    page = make.form(B01, rows())
    page.hidden_columns = {column_of("in_admitted")}
    path = convert(book(make, tmp_path / "f.xlsx", page), "ods")
    assert note(make.read(path), "R126").details["letters"] == "D"


@mess(25)
def hidden_sheets(make: Any, folder: Path) -> Path:
    page = make.form(B01, rows())
    page.hidden_rows.add(10)
    old = make.form(B01, rows(2), name="Sheet1 (2)")
    path = make.openpyxl(folder / "f.xlsx", [cover(make), page, old])
    workbook = openpyxl.load_workbook(path)
    workbook["Sheet1 (2)"].sheet_state = "veryHidden"
    workbook.save(path)
    return path


def test_kind_25_what_is_hidden_is_noted(make: Any, tmp_path: Path) -> None:
    reading = make.read(hidden_sheets(make, tmp_path))
    assert len(table_rows(reading)) == 3
    assert note(reading, "R101").sheet == "Sheet1 (2)"
    assert note(reading, "R107").details["rows"] == "10"


@mess(26)
def errors_and_links(make: Any, folder: Path) -> Path:
    page = odd_cells(make, {"in_admitted": "=1/0", "opening_members": "=[1]Sheet1!C7"})
    path = book(make, folder / "f.xlsx", page)
    workbook = openpyxl.load_workbook(path)
    link = ExternalLink(externalBook=ExternalBook(sheetNames=ExternalSheetNames(["Sheet1"]), id="rId1"))
    link.file_link = Relationship(
        type="externalLinkPath", Target="file:///C:/Bieu2025.xlsx", TargetMode="External"
    )
    workbook._external_links.append(link)
    workbook.save(path)
    return path


@mess(26)
def error_values(make: Any, folder: Path) -> Path:
    path = folder / "f.xlsx"
    workbook = xlsxwriter.Workbook(str(path))
    sheet = workbook.add_worksheet("B01")
    sheet.write_row(0, 0, list(B01.by_code))
    sheet.write_row(1, 0, ["DB-MN-01", NAMES[0]])
    sheet.write_formula(1, 2, "=1/0", None, "#DIV/0!")
    sheet.write_formula(1, 3, "=B99", None, "#REF!")
    workbook.close()
    return path


def test_kind_26_errors_and_uncalculated_formulas_are_no_numbers(make: Any, tmp_path: Path) -> None:
    row = first_row(make.read(error_values(make, tmp_path)))
    assert (row.marks["opening_members"], row.marks["in_admitted"]) == (Mark.ERROR, Mark.ERROR)
    assert row.texts["in_admitted"] == "#REF!"
    reading = make.read(errors_and_links(make, tmp_path))
    assert first_row(reading).marks["in_admitted"] is Mark.ERROR
    assert note(reading, "R112").sheet == "B01"


def test_kind_26_links_to_other_files_are_noted(
    make: Any, tmp_path: Path, convert: Callable[[Path, str], Path]
) -> None:
    path = errors_and_links(make, tmp_path)
    found = note(make.read(path), "R118")
    assert (found.sheet, found.cell, found.value) == ("B01", "C9", "Bieu2025.xlsx")
    assert note(make.read(convert(path, "xls")), "R119")
    assert note(make.read(convert(path, "ods")), "R118").value == "Bieu2025.xlsx"


@mess(27)
def encrypted(make: Any, folder: Path) -> Path:
    plain = book(make, folder / "plain.xlsx", make.form(B01, rows()))
    with plain.open("rb") as source, (folder / "f.xlsx").open("wb") as target:
        ooxml.OOXMLFile(source).encrypt("bí mật", target)
    return folder / "f.xlsx"


@mess(27)
def encrypted_xls(make: Any, folder: Path) -> Path:
    return HERE / "files" / "locked.xls"


@mess(27)
def encrypted_ods(make: Any, folder: Path) -> Path:
    return HERE / "files" / "locked.ods"


@pytest.mark.parametrize("builder", [encrypted, encrypted_xls, encrypted_ods])
def test_kind_27_a_password_is_refused(builder: Builder, make: Any, tmp_path: Path) -> None:
    assert problem_codes(make.read(builder(make, tmp_path))) == ["R002"]


def test_kind_27_sheet_protection_does_no_harm(make: Any, tmp_path: Path) -> None:
    path = book(make, tmp_path / "g.xlsx", make.form(B01, rows()))
    workbook = openpyxl.load_workbook(path)
    workbook["B01"].protection = SheetProtection(sheet=True, password="a")
    workbook.save(path)
    assert values(make.read(path), "in_admitted") == [1, 2, 3]


@mess(28)
def web_page(make: Any, folder: Path) -> Path:
    (folder / "f.xls").write_bytes(b"<html><body><table><tr><td>org_code</td></tr></table></body></html>")
    return folder / "f.xls"


@mess(28)
def xlsx_named_xls(make: Any, folder: Path) -> Path:
    return book(make, folder / "UBKT.xls", make.form(B01, rows()))


def test_kind_28_content_counts_not_the_extension(make: Any, tmp_path: Path) -> None:
    assert problem_codes(make.read(web_page(make, tmp_path))) == ["R003"]
    reading = make.read(xlsx_named_xls(make, tmp_path))
    assert (reading.kind, note(reading, "R105").value) == ("xlsx", "UBKT.xls")
    assert values(reading, "in_admitted") == [1, 2, 3]


def test_kind_28_a_web_page_of_libreoffice_is_refused(
    make: Any, tmp_path: Path, convert: Callable[[Path, str], Path]
) -> None:
    page = convert(book(make, tmp_path / "f.xlsx", make.form(B01, rows())), "html")
    assert problem_codes(make.read(page, name="f.xls")) == ["R003"]


@mess(29)
def macros(make: Any, folder: Path) -> Path:
    return HERE / "files" / "macro.xlsm"


@mess(29)
def old_macros(make: Any, folder: Path) -> Path:
    return HERE / "files" / "macro.xls"


@mess(29)
def macros_of_libreoffice(make: Any, folder: Path) -> Path:
    return HERE / "files" / "macro.ods"


@pytest.mark.parametrize("builder", [macros, old_macros, macros_of_libreoffice])
def test_kind_29_data_of_files_with_macros_are_read(builder: Builder, make: Any, tmp_path: Path) -> None:
    reading = make.read(builder(make, tmp_path))
    assert [n.code for n in reading.notes] == ["R106"]
    assert values(reading, "in_admitted") == [1, 2, 3]


@mess(30)
def one_workbook_in_a_zip(make: Any, folder: Path) -> Path:
    plain = book(make, folder / "plain.xlsx", make.form(B01, rows()))
    with zipfile.ZipFile(folder / "Bao cao 6T.zip", "w") as archive:
        archive.write(plain, "Báo cáo/6T/Biểu 1 (sửa) lần 2 FINAL.xlsx")
        archive.writestr("__MACOSX/._Biểu 1.xlsx", b"junk")
        archive.writestr("Báo cáo/Công văn.pdf", b"%PDF-1.7\n")
    return folder / "Bao cao 6T.zip"


@mess(30)
def several_workbooks_in_a_zip(make: Any, folder: Path) -> Path:
    plain = book(make, folder / "plain.xlsx", make.form(B01, rows()))
    with zipfile.ZipFile(folder / "f.zip", "w") as archive:
        for name in ("Xã A/Biểu.xlsx", "Xã B/Biểu.xlsx"):
            archive.write(plain, name)
    return folder / "f.zip"


@mess(30)
def bomb(make: Any, folder: Path) -> Path:
    with zipfile.ZipFile(folder / "f.zip", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("B01.csv", b"0," * (10 * 2**20))
    return folder / "f.zip"


@mess(30)
def path_traversal(make: Any, folder: Path) -> Path:
    with zipfile.ZipFile(folder / "f.zip", "w") as archive:
        archive.writestr("../../B01.csv", b"org_code,org_name\n")
    return folder / "f.zip"


def test_kind_30_the_only_workbook_of_an_archive_is_the_submission(make: Any, tmp_path: Path) -> None:
    reading = make.read(one_workbook_in_a_zip(make, tmp_path))
    assert reading.kind == "zip"
    assert values(reading, "in_admitted") == [1, 2, 3]
    assert note(reading, "R120").value == "Báo cáo/6T/Biểu 1 (sửa) lần 2 FINAL.xlsx"
    assert note(reading, "R110").value == "Báo cáo/Công văn.pdf"
    assert reading.conversions["text_number"] == 0


@pytest.mark.parametrize(
    ("builder", "code"), [(several_workbooks_in_a_zip, "R014"), (bomb, "R085"), (path_traversal, "R008")]
)
def test_kind_30_other_archives_are_refused(builder: Builder, code: str, make: Any, tmp_path: Path) -> None:
    assert problem_codes(make.read(builder(make, tmp_path))) == [code]


def test_kind_30_a_workbook_beside_csvs_is_refused_and_a_bomb_in_it_too(make: Any, tmp_path: Path) -> None:
    folder = make.csvs(tmp_path / "set", [make.form(B01, rows())])
    book(make, folder / "f.xlsx", make.form(B01, rows()))
    assert problem_codes(make.read(folder)) == ["R014"]
    (folder / "B01.csv").unlink()
    assert make.read(folder).kind == "folder"
    (tmp_path / "f.zip").write_bytes(pack_folder(folder))
    assert values(make.read(tmp_path / "f.zip"), "in_admitted") == [1, 2, 3]
    with zipfile.ZipFile(folder / "f.xlsx", "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", b"<Types/>")
        archive.writestr("xl/workbook.xml", b" " * (20 * 2**20))
    assert problem_codes(make.read(folder)) == ["R085"]


@pytest.mark.parametrize("is_flagged", [True, False])
def test_kind_30_entry_names_of_both_kinds_are_read(is_flagged: bool, make: Any, tmp_path: Path) -> None:
    raw = "Biểu 01.csv" if is_flagged else "Biểu 01.csv".encode().decode("cp437")
    with zipfile.ZipFile(tmp_path / "f.zip", "w") as archive:
        archive.writestr(f"6T/{raw}", "org_code,org_name,in_admitted\nDB-1,a,1\n")
    content = bytearray((tmp_path / "f.zip").read_bytes())
    if not is_flagged:
        old, new = f"6T/{raw}".encode(), f"6T/{raw}".encode("cp437")
        assert len(old) != len(new)
        with zipfile.ZipFile(tmp_path / "f.zip", "w") as archive:
            archive.writestr(_Cp437Info(f"6T/{raw}"), "org_code,org_name,in_admitted\nDB-1,a,1\n")
        content = bytearray((tmp_path / "f.zip").read_bytes())
    (tmp_path / "f.zip").write_bytes(bytes(content))
    assert make.read(tmp_path / "f.zip").tables["B01"].sheet == "Biểu 01"


class _Cp437Info(zipfile.ZipInfo):
    """An entry whose name is written as old programs do: its bytes, and no word on their encoding."""

    def _encodeFilenameFlags(self) -> tuple[bytes, int]:  # noqa: N802 - the name is zipfile's
        return self.filename.encode("cp437"), self.flag_bits & ~0x800


@mess(31)
def semicolons(make: Any, folder: Path) -> Path:
    text = 'org_code;org_name;in_admitted;closing_members\r\nDB-MN-01;"Đảng bộ\r\nxã";1.252;-\r\n'
    (folder / "B01.csv").write_text(text, encoding="utf-8", newline="")
    return folder / "B01.csv"


@pytest.mark.parametrize("delimiter", [";", "\t"])
def test_kind_31_delimiters_and_decimal_commas(delimiter: str, make: Any, tmp_path: Path) -> None:
    reading = make.read(semicolons(make, tmp_path))
    assert [values(reading, c) for c in ("org_name", "in_admitted", "closing_members")] == [
        ["Đảng bộ xã"],
        [1252],
        [0],
    ]
    lines = ("line_code", "total", "pct_of_base"), ("CB01", "5", "20,5")
    (tmp_path / "B07.csv").write_text("\n".join(map(delimiter.join, lines)), encoding="utf-8")
    assert make.read(tmp_path / "B07.csv").tables["B07"].rows[0].values["pct_of_base"] == 20.5


def with_extract(make: Any, names: dict[str, str], filed: list[dict[str, Any]]) -> list[Any]:
    extract = make.Page("DM_TCCSD")
    extract.add_row(5, ["org_code", "org_name", "org_type"])
    for number, (code, name) in enumerate(names.items(), start=7):
        extract.add_row(number, [code, name, "CHI_BO_CO_SO"])
    return [cover(make), make.form(B01, filed), extract]


@mess(32)
def names(make: Any, folder: Path) -> Path:
    registry = {"TP-1": "Đảng bộ phường 5", "TP-2": "Đảng bộ xã Nậm Kè", "TP-3": "Chi bộ thị trấn Mường Chà"}
    filed = ["ĐB P.5", "Đảng bộ xã Huổi Lếch", "CB TT. Mường Chà"]
    listed = [
        {"org_code": code, "org_name": name, "in_admitted": 1}
        for code, name in zip(registry, filed, strict=True)
    ]
    return make.openpyxl(folder / "f.xlsx", with_extract(make, registry, listed))


def test_kind_32_only_a_clearly_different_name_is_noted(make: Any, tmp_path: Path) -> None:
    reading = make.read(names(make, tmp_path))
    found = [n for n in reading.notes if n.code == "R131"]
    assert [(n.cell, n.value, n.details["expected"]) for n in found] == [
        ("B10", "Đảng bộ xã Huổi Lếch", "Đảng bộ xã Nậm Kè")
    ]
    assert values(reading, "org_code") == ["TP-1", "TP-2", "TP-3"]


@mess(33)
def damaged_codes(make: Any, folder: Path) -> Path:
    registry = {"053": "Xã A", "38168000000123": "Xã B", "054": "Xã C", "0054": "Xã D"}
    codes: list[Any] = [53, 38168000000123, "54", "3,8168E+13"]
    listed = [{"org_code": code, "org_name": "Xã", "in_admitted": 1} for code in codes]
    return make.xlsxwriter(folder / "f.xlsx", with_extract(make, registry, listed))


def test_kind_33_codes_are_restored_only_where_one_fits(make: Any, tmp_path: Path) -> None:
    reading = make.read(damaged_codes(make, tmp_path))
    assert values(reading, "org_code") == ["053", "38168000000123", "54"]
    assert (reading.conversions["code_padded"], reading.conversions["code_from_number"]) == (1, 2)
    (problem,) = [p for p in reading.problems if p.code == "R049"]
    assert (problem.cell, problem.value) == ("A12", "3,8168E+13")


@mess(34)
def last_years_title(make: Any, folder: Path) -> Path:
    page = make.form(B01, rows())
    page.put(4, 1, "Kỳ báo cáo: 6 tháng đầu năm 2018")
    return book(make, folder / "Bao cao nam 2018 9T.xlsx", page)


def test_kind_34_a_period_that_differs_from_the_cover_is_noted(make: Any, tmp_path: Path) -> None:
    reading = make.read(last_years_title(make, tmp_path))
    assert reading.cover is not None
    assert str(reading.cover.period) == "2019-6T"
    assert note(reading, "R128").cell == "A4"
    assert note(reading, "R127").value == "Bao cao nam 2018 9T.xlsx"


@pytest.mark.parametrize(
    ("text", "kind", "year"),
    [
        ("Kỳ báo cáo: 6 tháng đầu năm 2019 (từ 01/01/2019 đến 30/06/2019; mã kỳ 2019-6T)", "6T", 2019),
        ("Bao cao 6T.zip", "6T", None),
        ("Quý I năm 2020", "Q1", 2020),
        ("Quý II năm 2020", None, 2020),
        ("Báo cáo năm 2019", "N", 2019),
        ("ngày 6 tháng 7 năm 2019", None, None),
        ("6 tháng cuối năm 2019", None, None),
        ("Nhiệm kỳ 2015–2020", None, None),
        ("DB-MN_2019-N", "N", 2019),
    ],
)
def test_kind_34_printed_periods(text: str, kind: str | None, year: int | None) -> None:
    found = printed_period(text)
    assert found.kind == kind
    assert found.year == year or (kind is None and found.year in (2019, year))


@mess(35)
def pasted_twice(make: Any, folder: Path) -> Path:
    page = make.form(B01, rows())
    for (row, column), value in list(page.cells.items()):
        if row >= 5:
            page.put(row + 7, column, value)
    return book(make, folder / "f.xlsx", page)


def test_kind_35_a_table_pasted_twice_is_noted_and_its_keys_repeat(make: Any, tmp_path: Path) -> None:
    reading = make.read(pasted_twice(make, tmp_path))
    assert values(reading, "in_admitted") == [1, 2, 3, 1, 2, 3]
    assert {n.cell for n in reading.notes if n.code == "R125"} == {"A12", "A13", "A15"}


@mess(36)
def two_values(make: Any, folder: Path) -> Path:
    cells = {"in_admitted": "57 (trong đó 12 nữ)", "opening_members": "850 tổ chức đảng", "in_total": "10/17"}
    return book(make, folder / "f.xlsx", odd_cells(make, cells))


def test_kind_36_two_values_are_refused_with_a_proposal(make: Any, tmp_path: Path) -> None:
    reading = make.read(two_values(make, tmp_path))
    row = first_row(reading)
    assert {row.marks[c] for c in ("in_admitted", "opening_members", "in_total")} == {Mark.INVALID}
    both = {n.cell: n.details for n in reading.notes if n.code == "R122"}
    assert (both["D9"]["first"], both["D9"]["second"], both["D9"]["rest"]) == ("57", "12", "trong đó nữ")
    assert (note(reading, "R123").details["first"], note(reading, "R123").cell) == ("850", "C9")


def test_kind_36_comments_are_no_part_of_a_cell(
    make: Any, tmp_path: Path, convert: Callable[[Path, str], Path]
) -> None:
    path = book(make, tmp_path / "f.xlsx", make.form(B01, rows()))
    workbook = openpyxl.load_workbook(path)
    workbook["B01"]["D9"].comment = openpyxl.comments.Comment("gồm 2 nữ", "a")
    workbook.save(path)
    for file in (path, convert(path, "ods")):
        assert values(make.read(file), "in_admitted") == [1, 2, 3]


def _kinds_with_tests() -> Iterator[int]:
    for name in globals():
        if match := re.match(r"test_kind_(\d\d)_", name):
            yield int(match[1])


def test_every_kind_has_a_test_and_a_file() -> None:
    assert set(_kinds_with_tests()) == set(KINDS)
    assert {kind for kind, _ in FILES} == set(KINDS)


@pytest.mark.parametrize(("kind", "builder"), FILES, ids=[f"{k:02}-{b.__name__}" for k, b in FILES])
def test_the_whole_check_answers_on_every_file(
    kind: int, builder: Builder, make: Any, catalogue: Catalogue, tmp_path: Path
) -> None:
    (result,) = check_files([builder(make, tmp_path)], catalogue, None, None)
    assert result.judgement.verdict
    for finding in result.judgement.findings:
        assert finding.message
        assert finding.message_en
    assert "R000" not in {problem.code for problem in result.reading.problems}
