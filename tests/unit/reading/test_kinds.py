"""Files that are no workbook and no CSV are named for what they are, and limits for which one was passed."""

import io
import struct
import zipfile
from pathlib import Path
from typing import Any

import pytest

from ingestion.reading import describe
from ingestion.records.submissions import Problem
from ingestion.storage import archives

GOOGLE = b'{"url": "https://docs.google.com/open?id=1a", "doc_id": "1a", "email": "a@b.vn"}'
MAIL = (
    b"Return-Path: <vp@mn.vn>\r\nFrom: Van phong <vp@mn.vn>\r\nTo: th@db.vn\r\nSubject: Bao cao\r\n"
    b"MIME-Version: 1.0\r\nContent-Type: text/html\r\n\r\n<html><table></table></html>"
)
PAGE = (
    b"From: <Saved by Blink>\r\nSnapshot-Content-Location: x\r\nSubject: Bao cao\r\nMIME-Version: 1.0\r\n"
    b'Content-Type: multipart/related; type="text/html"\r\n'
)


def ole(*streams: str) -> bytes:
    return (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + b"\0\0".join(s.encode("utf-16-le") for s in streams)
    )


def dbf() -> bytes:
    field = b"ORG_CODE\0\0\0C" + b"\0\0\0\0" + bytes([10, 0]) + b"\0" * 14
    header = struct.pack("<BBBBLHH20x", 3, 119, 12, 31, 1, 32 + 32 + 1, 11)
    return header + field + b"\x0d" + b" DB-01     \x1a"


def zipped(*names: str, inner: tuple[str, ...] = ()) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in names:
            archive.writestr(name, zipped(*inner) if name.endswith("Index.zip") else b"x" * 20)
    return buffer.getvalue()


def document(mimetype: str) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("mimetype", mimetype)
        archive.writestr("content.xml", "<x/>")
    return buffer.getvalue()


def refused(make: Any, path: Path, content: bytes) -> Problem:
    path.write_bytes(content)
    reading = make.read(path)
    (problem,) = reading.problems
    assert problem.is_fatal
    assert reading.notes == []
    return problem  # type: ignore[no-any-return]


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"\xef\xbb\xbf%PDF-1.4\n", "PDF"),
        (b"GIF89a\1\0\1\0", "GIF"),
        (b"RIFF\x24\0\0\0WEBPVP8 ", "WEBP"),
        (b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC"),
        (b"\0\0\0\x18ftypmp42\0\0\0\0", "MP4"),
        (b"BM\x36\0\0\0\0\0\0\0\x36\0\0\0", "BMP"),
        (b"II*\0\x08\0\0\0", "TIFF"),
        (b"PAR1\x15\4\x15", "Parquet"),
        (b"SQLite format 3\0\x10\0", "SQLite"),
        (b"\0\1\0\0Standard Jet DB\0", "Microsoft Access (.mdb)"),
        (b"\0\1\0\0Standard ACE DB\0", "Microsoft Access (.accdb)"),
        (b"\0\0\2\0\6\4\6\0\x08\0", "Lotus 1-2-3 (.wk1)"),
        (b"\0\0\x1a\0\0\x10\4\0", "Lotus 1-2-3 (.wk3)"),
        (b"\0\0\x1a\0\2\x10\4\0", "Lotus 1-2-3 (.wk4)"),
        (b"\0\0\x1a\0\5\x10\4\0", "Lotus 1-2-3 (.123)"),
        (b"\0\0\2\0\x20\x51\4\0", "Quattro Pro (.wq1)"),
        (dbf(), "dBase (.dbf)"),
        (b"ID;PWXL;N;E\r\nP;PGeneral\r\nC;Y1;X1;K1\r\nE\r\n", "SYLK (.slk)"),
        (b'TABLE\r\n0,1\r\n"EXCEL"\r\nVECTORS\r\n', "DIF (.dif)"),
        (ole("__substg1.0_0037001F"), "Outlook (.msg)"),
        (ole("PowerPoint Document"), "PowerPoint (.ppt)"),
        (ole("VisioDocument"), "Visio (.vsd)"),
        (ole("Contents"), "OLE"),
        (MAIL, "E-mail (.eml)"),
        (b"x" * 257 + b"ustar\x0000" + b"\0" * 300, "TAR"),
        (b"MSCF\0\0\0\0", "Cabinet (.cab)"),
        (b"BEGIN:VCARD\r\nVERSION:3.0\r\n", "vCard"),
        ("<?xml version='1.0'?><a/>".encode("utf-16"), "XML"),
        (document("application/vnd.oasis.opendocument.text"), "OpenDocument Text (.odt)"),
        (document("application/epub+zip"), "EPUB"),
    ],
)
def test_a_file_of_another_kind_is_named(content: bytes, kind: str, make: Any, tmp_path: Path) -> None:
    problem = refused(make, tmp_path / "f.xlsx", content)
    assert (problem.code, problem.details["kind"]) == ("R005", kind)


@pytest.mark.parametrize("content", [PAGE, b"<body><div>x</div></body>"])
def test_a_page_that_a_browser_saved_is_a_web_page_and_no_mail(
    content: bytes, make: Any, tmp_path: Path
) -> None:
    assert refused(make, tmp_path / "f.xls", content).code == "R003"


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("b.numbers", zipped("Index/Document.iwa", "Metadata/Properties.plist"), "Numbers"),
        ("b.xlsx", zipped("Index/Document.iwa", "Index/Tables/DataList.iwa"), "Numbers"),
        ("b.numbers", zipped("Index.zip", "Data/a.png", inner=("Index/Document.iwa",)), "Numbers"),
        ("b.zip", zipped("Index.zip", inner=("Index/Document.iwa", "Index/Tables/Tile.iwa")), "Numbers"),
        ("b.zip", zipped("bao cao.numbers/Index.zip", inner=("Index/Document.iwa",)), "Numbers"),
        ("b.zip", zipped("bao cao.numbers/Index/Document.iwa", "bao cao.numbers/Data/a"), "Numbers"),
        ("b.numbers", zipped("index.xml.gz", "thumbs/a.tiff"), "Numbers"),
        ("b.pages", zipped("Index/Document.iwa"), "Pages"),
        ("b.key", zipped("Index/Document.iwa", "Index/Slide.iwa"), "Keynote"),
        ("b.dat", zipped("Index/Document.iwa", "Index/Slide-12.iwa"), "Keynote"),
        ("b.dat", zipped("Index/Document.iwa"), "Apple Numbers, Pages, Keynote"),
    ],
)
def test_documents_of_apple_are_named(name: str, content: bytes, kind: str, make: Any, tmp_path: Path) -> None:
    problem = refused(make, tmp_path / name, content)
    assert problem.code == "R005"
    assert kind in problem.details["kind"]


def test_a_numbers_document_that_is_a_folder_or_lies_in_an_archive_is_named(make: Any, tmp_path: Path) -> None:
    package = tmp_path / "bao cao.numbers"
    package.mkdir()
    (package / "Index.zip").write_bytes(zipped("Index/Document.iwa"))
    (problem,) = make.read(package).problems
    assert (problem.code, problem.details["kind"]) == ("R005", "Apple Numbers (.numbers)")
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("6T/bao cao.numbers", zipped("Index/Document.iwa"))
    problem = refused(make, tmp_path / "f.zip", buffer.getvalue())
    assert (problem.code, problem.details["kind"]) == ("R005", "Apple Numbers (.numbers)")


@pytest.mark.parametrize(
    ("name", "content", "kind"),
    [
        ("b.gsheet", GOOGLE, "Google Docs (.gsheet)"),
        (
            "b.gsheet",
            b'{"":"WARNING! DO NOT EDIT THIS FILE!","doc_id":"1a","resource_key":""}',
            "Google Docs (.gsheet)",
        ),
        ("b.xlsx", GOOGLE, "Google Docs (.gsheet)"),
        ("b.xlsx.lnk", b"L\0\0\0\1\x14\2\0" + b"\0" * 80, "shortcut (.lnk)"),
        ("b.url", b"[InternetShortcut]\r\nURL=https://a.vn\r\n", "shortcut (.url)"),
        ("b.desktop", b"[Desktop Entry]\nType=Link\n", "shortcut (.desktop)"),
        ("b.webloc", b'<?xml version="1.0"?><plist><dict><key>URL</key></dict></plist>', "shortcut (.webloc)"),
        (".b.xlsx.icloud", b"bplist00\xd3\1\2", "shortcut (.icloud)"),
    ],
)
def test_a_link_to_a_file_is_told_from_the_file(
    name: str, content: bytes, kind: str, make: Any, tmp_path: Path
) -> None:
    problem = refused(make, tmp_path / name, content)
    assert (problem.code, problem.details["kind"]) == ("R088", kind)


def test_bytes_of_no_known_kind_are_never_called_unknown(make: Any, tmp_path: Path) -> None:
    problem = refused(make, tmp_path / "f.xlsx", bytes(range(256)) * 8)
    assert problem.code == "R081"
    assert "?" not in describe(problem)


def archive(*entries: tuple[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, content in entries:
            packed.writestr(name, content)
    return buffer.getvalue()


def test_each_limit_of_an_archive_is_named_with_what_was_found(
    make: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "f.zip"
    ratio = refused(make, path, archive(("B01.csv", b"0" * (2 * 2**20))))
    assert (ratio.code, ratio.value, ratio.details["limit"]) == ("R085", "B01.csv", "250")
    assert int(ratio.details["found"]) > 250
    assert "2,0 MB" in describe(ratio)
    depth = refused(make, path, archive(("/".join("abcdefghi") + "/B01.csv", b"a")))
    assert (depth.code, depth.details["found"], depth.details["limit"]) == ("R086", "10", "8")
    entries = refused(make, path, archive(*((f"{i}.csv", b"a") for i in range(archives.MAX_ENTRIES + 1))))
    assert (entries.code, entries.details["found"], entries.details["limit"]) == ("R012", "2001", "2000")
    monkeypatch.setattr(archives, "MAX_UNPACKED_BYTES", 2**20)
    total = refused(make, path, archive(*((f"{i}.csv", bytes([48 + i]) * 400_000) for i in range(3))))
    assert total.code == "R084"
    assert "1,1 MB" in describe(total) and "1,0 MB" in describe(total)
    folder = tmp_path / "set"
    folder.mkdir()
    (folder / "B01.csv").write_bytes(b"0" * (3 * 2**20))
    (problem,) = make.read(folder).problems
    assert problem.code == "R084"
    assert "3,0 MB" in describe(problem) and "1,0 MB" in describe(problem)
    assert "3.0 MB" in describe(problem, "en") and "1.0 MB" in describe(problem, "en")
    monkeypatch.setattr("ingestion.reading.opening.MAX_FILE_BYTES", 100)
    size = refused(make, path, b"0" * 2**20)
    assert size.code == "R007"
    assert "1,0 MB" in describe(size) and "0,0 MB" in describe(size)


def test_entry_names_that_are_not_the_utf8_they_say_they_are_do_no_harm(make: Any, tmp_path: Path) -> None:
    head = "org_code,org_name,in_admitted\nDB-1,Đảng bộ,1\n"
    content = archive(("Bi\u1ec3u B01.csv", head.encode()))
    broken = content.replace("Bi\u1ec3u".encode(), b"Bi\xd2\xd2\xd2u")
    (tmp_path / "f.zip").write_bytes(broken)
    reading = make.read(tmp_path / "f.zip")
    assert [row.values["in_admitted"] for row in reading.tables["B01"].rows] == [1]
