"""Damage of every kind to .xls and .ods: an answer, soon, and no figure that nobody wrote."""

import io
import random
import re
import struct
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import xlrd
from xlwt.CompoundDoc import XlsDoc

from ingestion.definitions.catalogue import Catalogue
from ingestion.reading import read_file
from ingestion.reading.container import workbook_streams
from ingestion.reading.opening import open_book
from ingestion.records.cells import CellType
from ingestion.records.submissions import UnreadableError

Damage = Callable[[bytes, random.Random], bytes]
VALUES = ("", "NaN", "-1", "0", "1e999", "99999999999", "x", "1,5", "PT", "0000-00-00", "10000-01-01", "false")


def flipped(data: bytes, rng: random.Random) -> bytes:
    changed = bytearray(data)
    for _ in range(rng.choice((1, 3, 20))):
        changed[rng.randrange(len(changed))] = rng.randrange(256)
    return bytes(changed)


def cut(data: bytes, rng: random.Random) -> bytes:
    return data[: rng.randrange(len(data))]


def damaged_record(data: bytes, rng: random.Random) -> bytes:
    """Change a byte, the code or the length of a record."""
    stream = bytearray(next(workbook_streams(data)))
    places, place = [], 0
    while place + 4 <= len(stream):
        code, length = struct.unpack_from("<HH", stream, place)
        if code == 0:
            break
        places.append((place, length))
        place += 4 + length
    place, length = rng.choice(places)
    kind = rng.randrange(3)
    if kind == 0 and length:
        stream[place + 4 + rng.randrange(length)] = rng.randrange(256)
    elif kind == 1:
        struct.pack_into("<H", stream, place, rng.choice((0x1FFF, 0x5D, 0xE5, 0xFD, 0x0A)))
    else:
        struct.pack_into("<H", stream, place + 2, max(0, length + rng.choice((-2, -1, 1, 4, 200))))
    packed = io.BytesIO()
    XlsDoc().save(packed, bytes(stream))
    return packed.getvalue()


def damaged_attribute(data: bytes, rng: random.Random) -> bytes:
    """Drop an attribute of a document, or give it another value."""
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    text = parts["content.xml"].decode()
    found = [m for m in re.finditer(r' (?:table|office|text):[a-z-]+="([^"]*)"', text) if m.start() > 500]
    match = rng.choice(found)
    start, end = match.span(rng.randrange(2))
    text = text[:start] + (rng.choice(VALUES) if start > match.start() else "") + text[end:]
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as archive:
        for name, part in parts.items():
            archive.writestr(name, text.encode() if name == "content.xml" else part)
    return packed.getvalue()


def numbers(path: Path) -> Iterator[tuple[int, int, int, Any]]:
    try:
        book = open_book(path, path.name)
    except UnreadableError:
        return
    for number, sheet in enumerate(book.sheets):
        for (row, column), cell in sheet.cells.items():
            if cell.type is CellType.NUMBER:
                yield number, row, column, cell.value


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory, make: Any, catalogue: Catalogue) -> dict[str, bytes]:
    folder = tmp_path_factory.mktemp("sound")
    rows = [{"org_code": f"DB-MN-{i:02}", "closing_members": 1_000 + i} for i in range(1, 9)]
    pages = [
        make.cover(catalogue.cover, {"reporting_org_code": "DB-MN", "period_code": "2019-6T"}),
        make.form(catalogue.forms["B01"], rows),
    ]
    return {
        "xls": make.xls(folder / "f.xls", pages).read_bytes(),
        "ods": make.ods(folder / "f.ods", pages).read_bytes(),
    }


@pytest.mark.timeout(60)
@pytest.mark.parametrize(
    ("kind", "damage"),
    [
        ("xls", flipped),
        ("xls", cut),
        ("xls", damaged_record),
        ("ods", flipped),
        ("ods", cut),
        ("ods", damaged_attribute),
    ],
)
def test_a_damaged_file_gets_an_answer_and_no_other_figures(
    kind: str, damage: Damage, sound: dict[str, bytes], catalogue: Catalogue, tmp_path: Path
) -> None:
    rng = random.Random(f"{kind} {damage.__name__}")
    known = (tmp_path / "sound").with_suffix(f".{kind}")
    known.write_bytes(sound[kind])
    written = {value for *_, value in numbers(known)}
    path = tmp_path / f"f.{kind}"
    for _ in range(25):
        data = damage(sound[kind], rng)
        path.write_bytes(data)
        reading = read_file(path, catalogue)
        assert reading.is_readable or any(problem.is_fatal for problem in reading.problems)
        if kind == "xls":
            second = plain_xlrd(data)
            if second is not None:
                for number, row, column, value in numbers(path):
                    assert second.sheet_by_index(number).cell_value(row - 1, column - 1) == value
        elif damage is damaged_attribute:
            assert {value for *_, value in numbers(path)} <= written | {0.0, -1.0, 99999999999.0}


def plain_xlrd(data: bytes) -> Any:
    try:
        return xlrd.open_workbook(file_contents=data, logfile=io.StringIO())
    except Exception:
        return None
