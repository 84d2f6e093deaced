"""Workbooks as other programs pack and encrypt them, and as files come out of many hands."""

import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from msoffcrypto.format.ooxml import OOXMLFile

from ingestion.definitions.catalogue import Catalogue
from ingestion.reading import describe
from ingestion.reading.encrypted import decrypted
from ingestion.records.submissions import Reading

Parts = dict[str, bytes]
MAIN_TYPE = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
TYPES, WORKBOOK, RELATIONS = "[Content_Types].xml", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory, make: Any, catalogue: Catalogue) -> Parts:
    cover = make.cover(catalogue.cover, {"reporting_org_code": "DB-MN", "period_code": "2019-6T"})
    rows = [{"org_code": f"DB-MN-{i:02}", "org_name": f"Đảng bộ {i}", "closing_members": i} for i in (1, 2)]
    path = make.openpyxl(
        tmp_path_factory.mktemp("foreign") / "f.xlsx", [cover, make.form(catalogue.forms["B01"], rows)]
    )
    with zipfile.ZipFile(path) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(parts: Parts, *more: tuple[str, bytes]) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in (*parts.items(), *more):
            archive.writestr(name, data)
    return buffer.getvalue()


def members(reading: Reading) -> list[object]:
    assert reading.is_readable, [describe(problem, "en") for problem in reading.problems]
    assert reading.cover is not None and reading.cover.reporting_org_code == "DB-MN"
    return [row.values["closing_members"] for row in reading.tables["B01"].rows]


def typed_by_extension(parts: Parts) -> Parts:
    """Give the main part its type by `Default`, as .NET writes it."""
    types = parts[TYPES]
    head, _, rest = types.partition(b'<Override PartName="/xl/workbook.xml"')
    types = head + rest.partition(b"/>")[2]
    return parts | {TYPES: types.replace(b'ContentType="application/xml"', b'ContentType="%s"' % MAIN_TYPE)}


def renamed(change: Callable[[str], str]) -> Callable[[Parts], Parts]:
    return lambda parts: {name if name == TYPES else change(name): data for name, data in parts.items()}


def elsewhere(parts: Parts) -> Parts:
    """Put the main part where the package's relations say, and nowhere else."""
    moved = {
        name.replace(WORKBOOK, "xl/book.xml").replace("workbook.xml.rels", "book.xml.rels"): data
        for name, data in parts.items()
    }
    moved[TYPES] = moved[TYPES].replace(b"/xl/workbook.xml", b"/xl/book.xml")
    moved["_rels/.rels"] = moved["_rels/.rels"].replace(b"xl/workbook.xml", b"xl/book.xml")
    return moved


def with_dead_relations(parts: Parts) -> Parts:
    dead = (
        b'<Relationship Id="x1" Type="t/hyperlink"/><Relationship Id="x2" Type="t/image" Target="NULL"/>'
        b'<Relationship Id="x3" Type="t/externalLink" Target="https://example.org/a" TargetMode="External"/>'
    )
    book = parts[WORKBOOK].replace(
        b"</sheets>", b"</sheets><externalReferences><externalReference/></externalReferences>"
    )
    rels = parts[RELATIONS].replace(b"</Relationships>", dead + b"</Relationships>")
    return parts | {RELATIONS: rels, WORKBOOK: book}


@pytest.mark.parametrize(
    "change",
    [
        typed_by_extension,
        elsewhere,
        with_dead_relations,
        renamed(lambda name: name.replace("/", "\\")),
        renamed(lambda name: "/" + name),
        renamed(lambda name: name.replace("xl/", "xl//")),
        renamed(str.upper),
        renamed(lambda name: name.replace("sheet1", "%73heet1")),
        lambda parts: {name: data for name, data in parts.items() if name != "_rels/.rels"},
    ],
    ids=[
        "default type",
        "elsewhere",
        "dead relations",
        "backslashes",
        "slash",
        "slashes",
        "case",
        "escapes",
        "no root",
    ],
)
def test_parts_are_found_by_relation_and_type_however_they_are_named(
    change: Callable[[Parts], Parts], sound: Parts, make: Any, tmp_path: Path
) -> None:
    (tmp_path / "f.xlsx").write_bytes(packed(change(sound)))
    assert members(make.read(tmp_path / "f.xlsx")) == [1, 2]


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_part_that_stands_twice_is_refused_only_where_it_is_read_and_differs(
    sound: Parts, make: Any, tmp_path: Path
) -> None:
    sheet = next(name for name in sound if name.endswith("sheet2.xml"))
    path = tmp_path / "f.xlsx"
    path.write_bytes(packed(sound, (sheet, sound[sheet]), ("xl/media/a.png", b"1"), ("xl/media/a.png", b"2")))
    assert members(make.read(path)) == [1, 2]
    path.write_bytes(packed(sound, (sheet.upper(), sound[sheet].replace(b"<v>2</v>", b"<v>9</v>"))))
    (problem,) = make.read(path).problems
    assert (problem.code, problem.is_fatal, problem.value) == ("R060", True, sheet)


def test_a_sheet_without_content_is_named(sound: Parts, make: Any, tmp_path: Path) -> None:
    rels = sound[RELATIONS]
    entry = next(e for e in rels.split(b"<Relationship ") if b"sheet2.xml" in e)
    (tmp_path / "f.xlsx").write_bytes(packed(sound | {RELATIONS: rels.replace(b"<Relationship " + entry, b"")}))
    problems = make.read(tmp_path / "f.xlsx").problems
    assert [(problem.code, problem.sheet) for problem in problems] == [("R063", "B01")]


def encrypted(data: bytes, password: str) -> bytes:
    buffer = io.BytesIO()
    OOXMLFile(io.BytesIO(data)).encrypt(password, buffer)
    return buffer.getvalue()


def test_a_file_with_the_password_of_everybody_is_read_and_one_with_a_real_one_is_not(
    sound: Parts, make: Any, tmp_path: Path
) -> None:
    path = tmp_path / "f.xlsx"
    path.write_bytes(encrypted(packed(sound), "VelvetSweatshop"))
    assert members(make.read(path)) == [1, 2]
    path.write_bytes(encrypted(packed(sound), "bí mật"))
    assert [problem.code for problem in make.read(path).problems] == ["R002"]
    assert decrypted(packed(sound)) is None


@pytest.mark.parametrize("root", [b"", b"<Relationships", b"<?xml version='1.0' encoding='no-such'?><a/>"])
def test_relations_of_the_package_that_cannot_be_read_are_done_without(
    root: bytes, sound: Parts, make: Any, tmp_path: Path
) -> None:
    (tmp_path / "f.xlsx").write_bytes(packed(sound | {"_rels/.rels": root}))
    assert members(make.read(tmp_path / "f.xlsx")) == [1, 2]


@pytest.mark.parametrize("written", ["sheet2.xml?x=1", "sheet2.xml#A1", " sheet2.xml "])
def test_a_part_is_found_by_the_path_of_its_address(
    written: str, sound: Parts, make: Any, tmp_path: Path
) -> None:
    rels = sound[RELATIONS].replace(b"sheet2.xml", written.encode())
    (tmp_path / "f.xlsx").write_bytes(packed(sound | {RELATIONS: rels}))
    assert members(make.read(tmp_path / "f.xlsx")) == [1, 2]


def test_sheets_without_content_are_listed_where_no_form_is_left(
    sound: Parts, make: Any, tmp_path: Path
) -> None:
    parts = {name: data for name, data in sound.items() if name != RELATIONS}
    (tmp_path / "f.xlsx").write_bytes(packed(parts))
    problems = make.read(tmp_path / "f.xlsx").problems
    assert [(problem.code, problem.sheet) for problem in problems] == [
        ("R063", "B00"),
        ("R063", "B01"),
        ("R010", ""),
    ]
    assert problems[-1].value == "B00, B01"
