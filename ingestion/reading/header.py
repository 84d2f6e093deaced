"""Which column of a sheet is which column of a form.

What belongs here: the hidden code row, label paths through merged headers, aliases. What does not: rows of data
(`tables.py`) and which sheet is which form (`sheets.py`).
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import pairwise
from string import ascii_uppercase

from ingestion.definitions.forms import Column
from ingestion.records.cells import Cell, CellType, SheetCells
from ingestion.records.text import fold

SEARCHED_ROWS = 30
"""How far down a header may begin; letterheads and titles stand above it."""

LAST_COLUMN = 702
"""ZZ; no form is as wide, and a stray cell further right is none of its."""

_LONGEST_LABEL = 1_000
_LONGEST_CODE = 64
_LEVELS = 3
_LABELS_BELOW_CODES = 5
_FEWEST_CODES = 3
_FEWEST_LABELS = 3
_FILLERS = frozenset({"trong do", "chia ra", "gom", "bao gom", "trong do gom", "chia theo"})
"""Labels that stand between a group and its columns and say nothing."""

_ORDINALS = frozenset({"stt", "tt", "so tt", "so thu tu"})
_NUMBERING = re.compile(r"\(?(?:[A-ZĐ]{1,2}|[0-9]{1,3})\)?(?:\s*=.*)?")
_NUMBER = re.compile(r"\(?([0-9]{1,3})\)?(?:\s*=.*)?")

_Y_FOR_I = re.compile(r"\b([hklmst])y\b")


@lru_cache(maxsize=16_384)
def one_spelling(key: str) -> str:
    """Give a folded label with `i` where the spelling wavers: `tỷ lệ` and `tỉ lệ` are one."""
    return _Y_FOR_I.sub(r"\1i", key)


def folded(text: str) -> str:
    """Give the key under which labels are compared; remembered, since the same stand in every workbook.

    Of a text that is longer than any label, the key of its beginning is given, which is the key of no label.
    """
    return _folded(text if len(text) <= _LONGEST_LABEL else text[:_LONGEST_LABEL])


@lru_cache(maxsize=16_384)
def _folded(text: str) -> str:
    return one_spelling(fold(text))


def code_of(cell: Cell) -> str:
    """Give what stands in a cell as the code of a column would be written; blank for what is no code."""
    text = cell.text
    return text.lower() if len(text) <= _LONGEST_CODE else ""


class SheetGrid:
    """A sheet by rows, with merged ranges filled in."""

    def __init__(self, sheet: SheetCells) -> None:
        self.sheet = sheet
        self.rows: dict[int, dict[int, Cell]] = {}
        self._labels: dict[int, dict[int, str]] = {}
        rows = self.rows
        for (row, column), cell in sheet.cells.items():
            if column > LAST_COLUMN:
                continue
            line = rows.get(row)
            if line is None:
                rows[row] = {column: cell}
            else:
                line[column] = cell
        self.numbers = sorted(rows)

    def head(self) -> Iterable[int]:
        """Give the numbers of the rows in which a header may stand."""
        return (number for number in self.numbers if number <= SEARCHED_ROWS)

    def labels(self, row: int) -> dict[int, str]:
        """Give the texts of a row by column, with those of merged ranges in every column that they cover."""
        if row not in self._labels:
            found: dict[int, str] = {}
            for top, left, bottom, right in self.sheet.merged:
                if top <= row <= bottom and (owner := self.sheet.cells.get((top, left))) is not None:
                    found.update(dict.fromkeys(range(left, min(right, LAST_COLUMN) + 1), owner.text))
            # What stands in a cell is its label, even where a range has been laid over it.
            found.update((column, cell.text) for column, cell in self.rows.get(row, {}).items())
            self._labels[row] = found
        return self._labels[row]

    def has_groups(self, row: int) -> bool:
        """Say whether cells of a row are merged with cells below them, or with some beside them."""
        wide = {(left, right) for top, left, _, right in self.sheet.merged if top == row and right > left}
        return len(wide) > 1 or any(top <= row < bottom for top, _, bottom, _ in self.sheet.merged)


@dataclass
class Header:
    """Where the columns of a form stand.

    Attributes:
        columns: column numbers by code.
        last_row: the last row of the header; data begin below it.
        repeated: code and column number of columns that were found once more.
        unknown: column number and label of columns that the form does not have.
    """

    columns: dict[str, int] = field(default_factory=dict)
    last_row: int = 0
    repeated: list[tuple[str, int]] = field(default_factory=list)
    unknown: list[tuple[int, str]] = field(default_factory=list)


def code_row(grid: SheetGrid, codes: Mapping[str, object]) -> tuple[int, int]:
    """Give the row with most column codes and how many it has; row 0 if none has enough to be a code row."""
    best, most = 0, 0
    for number in grid.head():
        found = {code_of(cell) for cell in grid.rows[number].values() if cell.type is CellType.TEXT}
        count = sum(code in codes for code in found)
        if count > most:
            best, most = number, count
            if count == len(codes):
                break
    return (best, most) if most >= min(_FEWEST_CODES, len(codes)) else (0, 0)


def label_paths(grid: SheetGrid, row: int) -> dict[int, list[str]]:
    """Give the folded label paths of a header that ends in a row, by column, longest path first.

    A group that stands once over several columns, merged or not, counts for all of them.
    """
    bottom = grid.labels(row)
    levels: list[dict[int, str]] = []
    for above in range(row - _LEVELS, row):
        labels = grid.labels(above)
        # A title is alone in its row and no group; so far up, only merged cells tell a group from a letterhead.
        is_header = above > row - _LEVELS or grid.has_groups(above)
        levels.append(_spread(labels, bottom) if is_header and len(set(labels.values())) > 1 else {})
    paths: dict[int, list[str]] = {}
    for column in sorted({*bottom, *(c for level in levels for c in level)}):
        path: list[str] = []
        for level in (*levels, bottom):
            label = level.get(column)
            if label and (not path or path[-1] != label) and folded(label) not in _FILLERS:
                path.append(label)
        paths[column] = [folded(" ".join(path[start:])) for start in range(len(path))]
    return paths


def _spread(labels: Mapping[int, str], below: Mapping[int, str]) -> dict[int, str]:
    """Carry each label of a row on to the columns right of it that have none but have one below."""
    spread: dict[int, str] = {}
    current = ""
    for column in sorted({*labels, *below}):
        current = labels.get(column, current)
        if current:
            spread[column] = current
    return spread


def match_labels(
    paths: dict[int, list[str]], columns: tuple[Column, ...]
) -> tuple[dict[str, int], list[tuple[str, int]]]:
    """Give the columns that label paths name, and those that were named once more."""
    keys = {one_spelling(key): column.code for column in columns for key in column.match_keys}
    lone: dict[str, str | None] = {}
    for column in columns:
        label = folded(column.label.vi)
        lone[label] = None if label in lone else column.code
    found: dict[str, int] = {}
    repeated = []
    for number, path in paths.items():
        code = next((keys[key] for key in path if key in keys), None)
        if code is None and len(path) == 1:
            # Under no group at all, a label that only one column has is enough.
            code = lone.get(path[0])
        if code is None:
            continue
        if code in found:
            repeated.append((code, number))
        else:
            found[code] = number
    return found, repeated


def label_row(grid: SheetGrid, columns: tuple[Column, ...], rows: Iterable[int]) -> tuple[int, int]:
    """Give the row in which a header of these columns ends and how many of them it names."""
    best, most = 0, 0
    for number in rows:
        count = len(match_labels(label_paths(grid, number), columns)[0])
        if count > most:
            best, most = number, count
    return best, most


def find_header(grid: SheetGrid, columns: tuple[Column, ...]) -> Header | None:
    """Find the header of a form: by its code row, else by labels; None if neither is there."""
    by_code = {column.code: column for column in columns}
    row, _ = code_row(grid, by_code)
    header = Header()
    if row:
        for number, cell in sorted(grid.rows[row].items()):
            code = code_of(cell)
            if code not in by_code:
                continue
            if code in header.columns:
                header.repeated.append((code, number))
            else:
                header.columns[code] = number
        header.last_row = _last_label_row(grid, columns, row)
    else:
        header.last_row, named = label_row(grid, columns, grid.head())
        if named < min(_FEWEST_LABELS, len(columns)):
            return None
    block = range(row or header.last_row, header.last_row + 1)
    seen = {column for number in block for column in grid.rows.get(number, {})}
    if not row or not seen <= set(header.columns.values()):
        paths = label_paths(grid, header.last_row)
        _add_by_label(header, paths, columns)
        _find_unknown(header, grid, paths, row)
    return header


def _last_label_row(grid: SheetGrid, columns: tuple[Column, ...], codes: int) -> int:
    """Give the last row below the code row that still holds labels of the form."""
    labels = _label_set(columns)
    last = codes
    for number in range(codes + 1, codes + 1 + _LABELS_BELOW_CODES):
        line = grid.rows.get(number, {})
        if sum(cell.type is CellType.TEXT and folded(cell.text) in labels for cell in line.values()) >= 2:
            last = number
    return last


@lru_cache(maxsize=64)
def _label_set(columns: tuple[Column, ...]) -> frozenset[str]:
    labels = {folded(column.label.vi) for column in columns}
    return frozenset(labels.union(one_spelling(key) for column in columns for key in column.match_keys))


def _add_by_label(header: Header, paths: dict[int, list[str]], columns: tuple[Column, ...]) -> None:
    """Add columns that the code row does not name; a column that was moved by hand may have lost its code."""
    taken = set(header.columns.values()) | {number for _, number in header.repeated}
    free = {number: path for number, path in paths.items() if number not in taken}
    missing = tuple(column for column in columns if column.code not in header.columns)
    found, repeated = match_labels(free, missing)
    header.columns |= found
    header.repeated += repeated


def _find_unknown(header: Header, grid: SheetGrid, paths: dict[int, list[str]], codes: int) -> None:
    taken = set(header.columns.values()) | {number for _, number in header.repeated}
    levels = [grid.labels(header.last_row - level) for level in range(_LEVELS)]
    code_cells = grid.rows.get(codes, {})
    for number in sorted({*paths, *code_cells} - taken):
        label = next((level[number] for level in levels if number in level), "")
        if not label and number in code_cells:
            label = code_cells[number].text
        if label and folded(label) not in _ORDINALS:
            header.unknown.append((number, label))


def is_numbering(row: Mapping[int, Cell]) -> bool:
    """Say whether a row numbers the columns (`A, B, 1, 2 = 4 + 5, 3`, or `A, B, 1` where one holds numbers)."""
    texts = [cell.text for _, cell in sorted(row.items())]
    if len(texts) < 2 or not all(_NUMBERING.fullmatch(text) for text in texts):
        return False
    numbers = [int(match[1]) for text in texts if (match := _NUMBER.fullmatch(text))]
    if len(numbers) == 1:
        # One figure beside letters may be of a row of data; so letters and figure have to be the first ones.
        return [text.strip("()") for text in texts] == [*ascii_uppercase[: len(texts) - 1], "1"]
    return len(texts) >= _FEWEST_LABELS and len(numbers) >= 2 and all(a < b for a, b in pairwise(numbers))
