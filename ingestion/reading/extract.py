"""The extract of the registry that a workbook carries (`DM_TCCSD`), used to check codes and names.

What belongs here: codes that a spreadsheet has shortened, and names that belong to somebody else. What does
not: the registry itself, which only the gate asks.
"""

import re
from collections.abc import Mapping
from difflib import SequenceMatcher
from functools import lru_cache

from ingestion.definitions.forms import Form
from ingestion.reading.header import folded
from ingestion.records.cells import CellType, SheetCells
from ingestion.records.sheet_names import CARRIED_SHEET, ORGANISATIONS_SHEET
from ingestion.records.submissions import FormTable, Problem, Reading
from ingestion.records.text import shortened

_CODE, _NAME = "org_code", "org_name"
_LIKE = 0.6
_COMPARED = 300
"""How much of two names is compared; it is longer than any name."""

_ABBREVIATIONS = {
    "cb": "chi bo",
    "cbcs": "chi bo co so",
    "cq": "co quan",
    "cty": "cong ti",
    "db": "dang bo",
    "dbcs": "dang bo co so",
    "du": "dang uy",
    "hdnd": "hoi dong nhan dan",
    "h": "huyen",
    "p": "phuong",
    "tccs": "to chuc co so",
    "tccsd": "to chuc co so dang",
    "tp": "thanh pho",
    "tt": "thi tran",
    "tx": "thi xa",
    "ubnd": "uy ban nhan dan",
    "x": "xa",
}
_GENERIC = frozenset(
    word
    for kind in (*_ABBREVIATIONS.values(), "khoi", "quan", "truc thuoc", "ban", "tinh uy")
    for word in kind.split()
)
"""Words that say what kind of body a name is of, not which."""

_GLUED = re.compile(r"(?<=[a-z])(?=[0-9])")


def read_extract(sheets: list[SheetCells]) -> dict[str, str]:
    """Give names by code as the workbook's own extract lists them; empty where it carries none."""
    sheet = _named(ORGANISATIONS_SHEET, sheets)
    if sheet is None:
        return {}
    heads = {cell.text: place for place, cell in sheet.cells.items() if cell.text in (_CODE, _NAME)}
    if len(heads) < 2 or heads[_CODE][0] != heads[_NAME][0]:
        return {}
    (head, codes), (_, names) = heads[_CODE], heads[_NAME]
    cells = sheet.cells
    return {
        cell.text: cells[row, names].text
        for (row, column), cell in cells.items()
        if column == codes and row > head and (row, names) in cells and cell.type is CellType.TEXT
    }


def _named(name: str, sheets: list[SheetCells]) -> SheetCells | None:
    """Find a sheet; an export as CSVs puts the workbook's name before it."""
    return next((sheet for sheet in sheets if sheet.name == name or sheet.name.endswith(f"-{name}")), None)


def read_carried(sheets: list[SheetCells]) -> list[tuple[str, str]]:
    """Give the lines that a template carries for a check without a registry: the table and the row as text."""
    sheet = _named(CARRIED_SHEET, sheets)
    if sheet is None:
        return []
    cells = sheet.cells
    rows = sorted(row for row, column in cells if column == 1)
    return [(cells[row, 1].text, str(cells[row, 2].value)) for row in rows if (row, 2) in cells]


def check_organisations(table: FormTable, form: Form, extract: Mapping[str, str], reading: Reading) -> None:
    """Put back the zeros that codes have lost, and note names that clearly are another organisation's."""
    if not extract or form.rows != "organisations" or _CODE not in table.columns:
        return
    without_zeros: dict[str, list[str]] = {}
    for code in extract:
        if code.isdigit():
            without_zeros.setdefault(code.lstrip("0"), []).append(code)
    for row in table.rows:
        filed = row.values.get(_CODE)
        if not isinstance(filed, str):
            continue
        code = filed
        if code not in extract and code.isdigit():
            candidates = without_zeros.get(code.lstrip("0"), [])
            if len(candidates) == 1:
                code = candidates[0]
                row.values[_CODE] = code
                reading.conversions["code_padded"] += 1
        name = row.values.get(_NAME)
        if code in extract and isinstance(name, str) and not is_same_name(name, extract[code]):
            details = {"code": code, "expected": shortened(extract[code])}
            reading.notes.append(Problem("R131", table.sheet, table.cell(row, _NAME), name, details))


def is_same_name(one: str, other: str) -> bool:
    """Say whether two names may be the same organisation's, written in two of the many ways."""
    if one == other:
        return True
    mine, yours = _proper(one), _proper(other)
    if not mine or not yours or mine <= yours or yours <= mine:
        return True
    return _are_alike(" ".join(sorted(mine)), " ".join(sorted(yours)))


@lru_cache(maxsize=1024)
def _are_alike(one: str, other: str) -> bool:
    return SequenceMatcher(None, one[:_COMPARED], other[:_COMPARED]).ratio() >= _LIKE


def _proper(name: str) -> set[str]:
    """Give the words of a name that are its own, abbreviations written out."""
    words = _GLUED.sub(" ", folded(name)).split()
    full = " ".join(_ABBREVIATIONS.get(word, word) for word in words)
    return {word for word in full.split() if word not in _GENERIC}
