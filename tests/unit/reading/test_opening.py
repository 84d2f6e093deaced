"""What a file is: kinds, disguises, damage, limits."""

import io
import os
import zipfile
from pathlib import Path
from typing import Any

import openpyxl
import pytest
import xlwt
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingestion.definitions.catalogue import Catalogue
from ingestion.reading import describe, remedy
from ingestion.reading.many import Source, read
from ingestion.records.submissions import Problem, Reading
from ingestion.storage import archives


@pytest.fixture
def pages(make: Any, catalogue: Catalogue) -> list[Any]:
    cover = make.cover(catalogue.cover, {"reporting_org_code": "DB-MN", "period_code": "2019-6T"})
    rows = [{"org_code": f"DB-MN-{i:02}", "closing_members": i} for i in range(1, 4)]
    return [cover, make.form(catalogue.forms["B01"], rows)]


def fatal(reading: Reading) -> Problem:
    assert not reading.is_readable
    assert not reading.tables
    (problem,) = [problem for problem in reading.problems if problem.is_fatal]
    return problem


def notes(reading: Reading) -> set[str]:
    return {note.code for note in reading.notes}


@pytest.mark.parametrize("writer", ["openpyxl.xlsx", "xlsxwriter.xlsx", "xlwt.xls", "odfpy.ods"])
@pytest.mark.parametrize("extension", ["xlsx", "xls", "ods", "dat"])
def test_the_kind_is_told_by_content_and_a_wrong_extension_is_noted(
    writer: str, extension: str, make: Any, pages: list[Any], tmp_path: Path
) -> None:
    reading = make.read(make.writers[writer](tmp_path / f"f.{extension}", pages))
    kind = writer.rpartition(".")[2]
    assert reading.kind == kind
    assert len(reading.tables["B01"].rows) == 3
    assert ("R105" in notes(reading)) == (extension != kind)


def test_the_original_name_counts_not_the_name_in_landing(make: Any, pages: list[Any], tmp_path: Path) -> None:
    path = make.openpyxl(tmp_path / "0a1b2c", pages)
    reading = make.read(path, name="Báo cáo 6T.xlsx")
    assert reading.file_name == "Báo cáo 6T.xlsx"
    assert "R105" not in notes(reading)


@pytest.mark.parametrize("content", [b"", b" \r\n\t", b"\0" * 4096])
def test_an_empty_file_is_called_empty(content: bytes, tmp_path: Path, make: Any) -> None:
    (tmp_path / "f.xlsx").write_bytes(content)
    assert fatal(make.read(tmp_path / "f.xlsx")).code == "R001"


def test_a_zip_with_a_password_asks_for_it_to_be_removed(make: Any, pages: list[Any], tmp_path: Path) -> None:
    buffer = bytearray(archives.pack_folder(make.csvs(tmp_path / "set", pages)))
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = buffer.find(mark)
        while at >= 0:
            buffer[at + offset] |= 1
            at = buffer.find(mark, at + 4)
    (tmp_path / "f.zip").write_bytes(bytes(buffer))
    assert fatal(make.read(tmp_path / "f.zip")).code == "R002"


@pytest.mark.parametrize(
    "content",
    [
        b"<html><body><table><tr><td>org_code</td></tr></table></body></html>",
        b"\xef\xbb\xbf\r\n<!DOCTYPE html>\n<html lang='vi'>",
        b"<meta charset=utf-8><table border=1><tr><td>1</td></tr></table>",
        "<html><table>".encode("utf-16"),
        b"MIME-Version: 1.0\nContent-Type: multipart/related",
    ],
)
def test_a_web_page_named_xls_is_called_a_web_page(content: bytes, tmp_path: Path, make: Any) -> None:
    (tmp_path / "f.xls").write_bytes(content)
    assert fatal(make.read(tmp_path / "f.xls")).code == "R003"


def test_plain_text_named_xlsx_is_called_plain_text(tmp_path: Path, make: Any) -> None:
    (tmp_path / "f.xlsx").write_text("Kính gửi Ban Tổ chức,\nbáo cáo gửi sau.\n", encoding="utf-8")
    reading = make.read(tmp_path / "f.xlsx")
    assert fatal(reading).code == "R004"
    assert (reading.kind, reading.notes) == ("text", [])


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"%PDF-1.7\n...", "PDF"),
        (b"Rar!\x1a\x07\x00", "RAR"),
        (b"\x89PNG\r\n\x1a\n\0\0", "PNG"),
        (b"{\\rtf1 text}", "RTF"),
        (b'<?xml version="1.0"?><Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet">', "XML"),
        (
            b'<office:document xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0">',
            "Flat OpenDocument",
        ),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "WordDocument".encode("utf-16-le"), "Word"),
    ],
)
def test_other_kinds_are_named(content: bytes, kind: str, tmp_path: Path, make: Any) -> None:
    (tmp_path / "f.xlsx").write_bytes(content)
    problem = fatal(make.read(tmp_path / "f.xlsx"))
    assert problem.code == "R005"
    assert problem.details["kind"].startswith(kind)


@pytest.mark.parametrize(
    ("content_type", "kind"),
    [
        ("application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml", "Word (.docx)"),
        (
            "application/vnd.ms-excel.sheet.binary.macroEnabled.main",
            "Excel Binary Workbook (.xlsb)",
        ),
    ],
)
def test_other_packages_of_office_are_named(content_type: str, kind: str, tmp_path: Path, make: Any) -> None:
    types = (
        '<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
        f'<Override PartName="/w" ContentType="{content_type}"/></Types>'
    )
    with zipfile.ZipFile(tmp_path / "f.xlsx", "w") as archive:
        archive.writestr("[Content_Types].xml", types)
    problem = fatal(make.read(tmp_path / "f.xlsx"))
    assert (problem.code, problem.details["kind"]) == ("R005", kind)


@pytest.mark.parametrize("writer", ["openpyxl.xlsx", "xlwt.xls", "odfpy.ods"])
@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_a_truncated_file_is_damaged_and_only_the_data_team_hears_what_the_library_said(  # noqa: PLR0917
    writer: str, share: float, make: Any, pages: list[Any], tmp_path: Path, catalogue: Catalogue
) -> None:
    whole = make.writers[writer](tmp_path / "whole", pages).read_bytes()
    (tmp_path / "f.xlsx").write_bytes(whole[: int(len(whole) * share)])
    reading = make.read(tmp_path / "f.xlsx")
    problem = fatal(reading)
    assert problem.code in ("R005", "R006")
    if problem.code == "R006":
        assert "Error" in reading.technical or "BadZipFile" in reading.technical
        assert read(Source(tmp_path / "f.xlsx", "f.xlsx"), catalogue).reading.technical == reading.technical
        assert not any(word in describe(problem, "en") + remedy(problem, "en") for word in ("Error", "BadZip"))


@pytest.fixture(scope="module")
def originals(tmp_path_factory: pytest.TempPathFactory, catalogue: Catalogue) -> list[bytes]:
    folder = tmp_path_factory.mktemp("originals")
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.title = "B06"
    sheet.append([column.code for column in catalogue.forms["B06"].columns])
    sheet.append(["DB-MN-01", "Đảng bộ xã", *range(22)])
    book.save(folder / "f.xlsx")
    old = xlwt.Workbook()
    old_sheet = old.add_sheet("B06")
    for position, column in enumerate(catalogue.forms["B06"].columns):
        old_sheet.write(0, position, column.code)
        old_sheet.write(1, position, position)
    old.save(str(folder / "f.xls"))
    return [(folder / name).read_bytes() for name in ("f.xlsx", "f.xls")]


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_no_damage_crashes_the_reader(
    data: st.DataObject, originals: list[bytes], tmp_path: Path, make: Any
) -> None:
    content = bytearray(data.draw(st.sampled_from(originals)))
    for _ in range(data.draw(st.integers(1, 8))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    path = tmp_path / "f.xlsx"
    path.write_bytes(bytes(content))
    make.read(path)


@settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(content=st.binary(max_size=400) | st.text(max_size=200).map(str.encode))
def test_no_bytes_crash_the_reader(content: bytes, tmp_path: Path, make: Any) -> None:
    path = tmp_path / "f.xlsx"
    path.write_bytes(content)
    assert not make.read(path).is_readable


def archive_of(*entries: tuple[str, bytes], method: int = zipfile.ZIP_DEFLATED) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", method) as archive:
        for name, content in entries:
            archive.writestr(name, content)
    return buffer.getvalue()


@pytest.mark.parametrize("name", ["../B01.csv", "/etc/B01.csv", "a/../../B01.csv", "..\\B01.csv", "C:/B01.csv"])
def test_a_path_that_leads_outside_is_refused(name: str, tmp_path: Path, make: Any) -> None:
    (tmp_path / "f.zip").write_bytes(archive_of((name, b"org_code,org_name\n")))
    problem = fatal(make.read(tmp_path / "f.zip"))
    assert (problem.code, problem.value) == ("R008", name)


def test_deep_nesting_and_repeated_names_are_refused(tmp_path: Path, make: Any) -> None:
    deep = "/".join("abcdefghi") + "/B01.csv"
    (tmp_path / "deep.zip").write_bytes(archive_of((deep, b"a,b\n")))
    assert fatal(make.read(tmp_path / "deep.zip")).code == "R086"
    with pytest.warns(UserWarning, match="Duplicate"):
        twice = archive_of(("B01.csv", b"a,b\n"), ("B01.csv", b"c,d\n"))
    (tmp_path / "twice.zip").write_bytes(twice)
    assert fatal(make.read(tmp_path / "twice.zip")).code == "R008"


def test_a_link_in_an_archive_is_not_followed_and_no_form(tmp_path: Path, make: Any) -> None:
    with zipfile.ZipFile(tmp_path / "f.zip", "w") as archive:
        link = zipfile.ZipInfo("B02.csv")
        link.create_system, link.external_attr = 3, 0o120777 << 16
        archive.writestr(link, "/etc/passwd")
        archive.writestr("B01.csv", "org_code,org_name,in_admitted\nDB-1,a,1\n")
    reading = make.read(tmp_path / "f.zip")
    assert list(reading.tables) == ["B01"]
    assert [note.value for note in reading.notes if note.code == "R110"] == ["B02.csv"]


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_an_archive_in_an_archive_is_refused(method: int, make: Any, pages: list[Any], tmp_path: Path) -> None:
    workbook = make.openpyxl(tmp_path / "f.xlsx", pages).read_bytes()
    inner = archive_of(("f.xlsx", workbook), method=method)
    (tmp_path / "f.zip").write_bytes(archive_of(("trong.zip", inner)))
    problem = fatal(make.read(tmp_path / "f.zip"))
    assert (problem.code, problem.value) == ("R009", "trong.zip")


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path, make: Any) -> None:
    (tmp_path / "f.zip").write_bytes(archive_of(("B01.csv", b"0," * (20 * 2**20))))
    problem = fatal(make.read(tmp_path / "f.zip"))
    assert (problem.code, problem.value, problem.details["size_bytes"]) == ("R085", "B01.csv", str(40 * 2**20))


def test_too_many_entries_are_refused(tmp_path: Path, make: Any) -> None:
    entries = [(f"{i}.csv", b"a") for i in range(archives.MAX_ENTRIES + 1)]
    (tmp_path / "f.zip").write_bytes(archive_of(*entries, method=zipfile.ZIP_STORED))
    assert fatal(make.read(tmp_path / "f.zip")).code == "R012"


def test_a_large_file_is_refused_unread(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make: Any) -> None:
    monkeypatch.setattr("ingestion.reading.opening.MAX_FILE_BYTES", 10)
    (tmp_path / "f.xlsx").write_bytes(b"0" * 11)
    assert fatal(make.read(tmp_path / "f.xlsx")).code == "R007"


def test_entities_in_xml_are_refused(make: Any, pages: list[Any], tmp_path: Path) -> None:
    plain = zipfile.ZipFile(make.openpyxl(tmp_path / "plain.xlsx", pages))
    bomb = b'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY b "ha"><!ENTITY c "&b;&b;">]><worksheet>&c;</worksheet>'
    with zipfile.ZipFile(tmp_path / "f.xlsx", "w") as archive:
        for name in plain.namelist():
            archive.writestr(name, bomb if name == "xl/worksheets/sheet2.xml" else plain.read(name))
    assert fatal(make.read(tmp_path / "f.xlsx")).code == "R006"


def test_a_zip_or_folder_without_any_form_says_what_to_send(make: Any, tmp_path: Path) -> None:
    (tmp_path / "f.zip").write_bytes(archive_of(("Công văn.pdf", b"%PDF-1.7\n\0")))
    problem = fatal(make.read(tmp_path / "f.zip"))
    assert (problem.code, problem.value) == ("R009", "Công văn.pdf")
    (tmp_path / "empty").mkdir()
    assert fatal(make.read(tmp_path / "empty")).code == "R009"


def test_a_folder_that_is_somebodys_disk_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, make: Any
) -> None:
    monkeypatch.setattr(archives, "MAX_ENTRIES", 3)
    for number in range(5):
        (tmp_path / f"{number}.txt").write_text("a")
    assert fatal(make.read(tmp_path)).code == "R012"


def test_packing_depends_on_names_and_bytes_alone(make: Any, pages: list[Any], tmp_path: Path) -> None:
    first = make.csvs(tmp_path / "a", pages)
    second = make.csvs(tmp_path / "b", list(reversed(pages)))
    (second / ".DS_Store").write_bytes(b"junk")
    (second / "link.csv").symlink_to(tmp_path / "a" / "B01.csv")
    for path in second.iterdir():
        if not path.is_symlink():
            os.utime(path, (0, 0))
    assert archives.pack_folder(first) == archives.pack_folder(second)
    (second / "B01.csv").write_text("other")
    assert archives.pack_folder(first) != archives.pack_folder(second)


def test_a_file_without_any_form_names_its_sheets(make: Any, tmp_path: Path) -> None:
    page = make.Page("Danh bạ")
    page.add_row(1, ["Họ tên", "Điện thoại"])
    problem = fatal(make.read(make.openpyxl(tmp_path / "f.xlsx", [page])))
    assert (problem.code, problem.value) == ("R010", "Danh bạ")


def test_a_path_that_is_not_there_is_the_callers_mistake(tmp_path: Path, make: Any) -> None:
    with pytest.raises(FileNotFoundError):
        make.read(tmp_path / "none.xlsx")
