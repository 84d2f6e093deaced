"""Workbooks with random damage: an answer, soon, and no figure that a second reader does not see."""

import random
import re
import time
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import openpyxl

from ingestion.definitions.catalogue import Catalogue
from ingestion.records.submissions import Reading

Parts = dict[str, bytes]
MOST_SECONDS = 10
VALUES = ("", " ", " 5 ", "1E400", "NaN", "-1", "1_0", "abc", "#N/A", "2019-12-31", "1,5", "TRUE", "99999999")
SAID = ("", "-1", "0", "99999999", "#REF!", "x", "A1", "1048577", "a1", "$B$2", "1e9", "XFE1", "true")
PLACES = ("#REF!", "a1", "B", "9", "B1048577", "C8", "", "D9", "$E$9")


def attribute(text: str, chance: random.Random) -> str:
    """Drop an attribute, or give it another value."""
    found = list(re.finditer(r'\s[A-Za-z:]+="([^"]*)"', text))
    if not found:
        return text
    match = chance.choice(found)
    if chance.random() < 0.3:
        return text[: match.start()] + text[match.end() :]
    return text[: match.start(1)] + chance.choice(SAID) + text[match.end(1) :]


def replaced(pattern: str, texts: tuple[str, ...]) -> Callable[[str, random.Random], str]:
    def change(text: str, chance: random.Random) -> str:
        found = list(re.finditer(pattern, text))
        if not found:
            return text
        match = chance.choice(found)
        return text[: match.start(1)] + chance.choice(texts) + text[match.end(1) :]

    return change


def cut(text: str, chance: random.Random) -> str:
    return text[: chance.randint(0, len(text))] if chance.random() < 0.2 else text


CHANGES = (
    attribute,
    attribute,
    replaced(r"<v>([^<]*)</v>", VALUES),
    replaced(r'<c r="([^"]*)"', PLACES),
    replaced(r'<row r="([^"]*)"', SAID),
    cut,
)


def mutated(parts: Parts, chance: random.Random) -> Parts:
    changed = dict(parts)
    for _ in range(chance.randint(1, 3)):
        names = sorted(changed)
        name = chance.choice([n for n in names if "worksheets/sheet" in n] if chance.random() < 0.7 else names)
        if chance.random() < 0.1:
            data = changed.pop(name)
            changed[chance.choice([name.upper(), name.replace("/", "\\"), f"/{name}", f"{name}x"])] = data
        else:
            text = chance.choice(CHANGES)(changed[name].decode(), chance)
            changed[name] = text.encode()
    return changed


def seen(reading: Reading, path: Path) -> list[tuple[str, float, float]]:
    """Give the figures that both readers see, where the other opens the file at all."""
    try:
        book = openpyxl.load_workbook(path, data_only=True)
    except Exception:
        return []
    found = []
    for table in reading.tables.values():
        for row in table.rows:
            for code, value in row.values.items():
                if isinstance(value, int | float) and table.sheet in book.sheetnames:
                    other = book[table.sheet].cell(row.number, table.columns[code]).value
                    if isinstance(other, int | float) and not isinstance(other, bool):
                        found.append((table.cell(row, code), float(value), float(other)))
    return found


def test_damage_gives_an_answer_and_no_other_figure(make: Any, catalogue: Catalogue, tmp_path: Path) -> None:
    cover = make.cover(catalogue.cover, {"reporting_org_code": "DB-MN", "period_code": "2019-6T"})
    counts = [column.code for column in catalogue.forms["B01"].columns if column.type == "int"]
    rows = [
        {"org_code": f"DB-MN-{i:02}", "org_name": "Đảng bộ"} | {c: 10 * i + n for n, c in enumerate(counts)}
        for i in range(1, 6)
    ]
    sound = make.openpyxl(tmp_path / "sound.xlsx", [cover, make.form(catalogue.forms["B01"], rows)])
    with zipfile.ZipFile(sound) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    chance = random.Random(2019)
    path = tmp_path / "f.xlsx"
    compared = 0
    for _ in range(120):
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, data in mutated(parts, chance).items():
                archive.writestr(name, data)
        begin = time.monotonic()
        reading = make.read(path)
        assert time.monotonic() - begin < MOST_SECONDS
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            figures = seen(reading, path)
        compared += len(figures)
        assert all(mine == other for _, mine, other in figures), [f for f in figures if f[1] != f[2]]
    assert compared > 1_000  # else the trial has shown nothing
