"""Which sheet of a file is which form, and the whole reading of a file.

What belongs here: recognising sheets, by name, code row, labels and title, in this order. What does not:
reading a sheet once it is known (`tables.py`, `cover.py`).
"""

import re
from dataclasses import dataclass
from enum import IntEnum

from ingestion.definitions.catalogue import Catalogue
from ingestion.reading.book import Book
from ingestion.reading.cover import explanation_columns, read_cover, read_explanations
from ingestion.reading.dates import settle_order
from ingestion.reading.extract import check_organisations, read_carried, read_extract
from ingestion.reading.header import SheetGrid, code_of, code_row, find_header, folded, label_row, one_spelling
from ingestion.reading.printed import compare_file_name
from ingestion.reading.tables import read_table
from ingestion.records.cells import SheetCells
from ingestion.records.file_kinds import FileKind
from ingestion.records.sheet_names import EXPLANATIONS_SHEET, RECEIPT_SHEET
from ingestion.records.submissions import Problem, Reading, UnreadableError

EXPLANATION_NAMES = frozenset({"giai trinh", "explanations"})
_COVER_NAMES = frozenset({"bia", "trang bia", "cover"})
_EXTRACT = re.compile(r"dm .*|.* dm (?:tccsd|ct|dl)")
"""Sheets that the template fills from the registry (DM_TCCSD, DM_CT), of which nothing is read here; an export
as CSVs puts the workbook's name before theirs."""

_RECEIPT = re.compile(rf"(?:.*-)?{RECEIPT_SHEET}(?: \(\d+\))?")
"""The sheet that a returned workbook tells its findings on, and what programs call a copy of it."""

_NUMBERED = re.compile(r"(?:b|bm|bieu|bieu mau|bieu so|mau|mau so|form) ?0*([1-9][0-9]?)(?: .*)?")
_LETTERS = re.compile(r"[^0-9]+")
_TITLE_ROWS = 6
_MOST_NAMES = 10
_LABEL_SHARE = 0.4


class Sign(IntEnum):
    """By what a sheet was recognised, the surest last; a name alone has none of its form's columns below it."""

    NAME_ALONE = 0
    TITLE = 1
    LABELS = 2
    NUMBER_IN_NAME = 3
    CODES = 4
    NAME = 5


@dataclass
class _Match:
    form: str
    sign: Sign
    grid: SheetGrid

    @property
    def sheet(self) -> SheetCells:
        return self.grid.sheet


def read_sheets(book: Book, catalogue: Catalogue, reading: Reading) -> None:
    """Recognise the sheets of a file and read them into the reading.

    Raises:
        UnreadableError: no sheet belongs to any form.
    """
    chosen = _choose(book, catalogue, reading)
    if not chosen:
        if book.kind is FileKind.CSV:
            raise UnreadableError("R004", kind="text")
        reading.problems += _faults(book, chosen, catalogue)
        names = dict.fromkeys([sheet.name for sheet in book.sheets] + [fault.sheet for fault in book.faults])
        raise UnreadableError("R010", value=", ".join(list(names)[:_MOST_NAMES]))
    _note_chosen(chosen, catalogue, reading)
    reading.problems += _faults(book, chosen, catalogue)
    cover = chosen.pop(catalogue.cover.code, None)
    if cover is None:
        reading.problems.append(Problem("R020", details={"form": catalogue.cover.code}))
    else:
        reading.cover = read_cover(cover.sheet, catalogue.cover, reading)
    compare_file_name(reading)
    extract = read_extract(book.sheets)
    reading.carried = read_carried(book.sheets)
    for form in catalogue.forms.values():
        if form.code in chosen:
            table = read_table(chosen[form.code].grid, form, reading, extract)
            if table is not None:
                check_organisations(table, form, extract, reading)
                reading.tables[form.code] = table
    if explanations := chosen.get(EXPLANATIONS_SHEET):
        read_explanations(explanations.sheet, reading)
    settle_order(reading, catalogue)
    if book.is_text:
        # In a CSV every number is text; only numbers that were written in a special way are worth a word.
        for kind in ("text_number", "date_text"):
            del reading.conversions[kind]


def _faults(book: Book, chosen: dict[str, _Match], catalogue: Catalogue) -> list[Problem]:
    """Give what could not be read of the sheets of the report; nobody misses anything of the others."""
    read = {match.sheet.name for match in chosen.values()}
    there = {sheet.name for sheet in book.sheets}
    return [
        fault
        for fault in book.faults
        if fault.sheet in read or (fault.sheet not in there and _named_like_a_form(fault.sheet, catalogue))
    ]


def _named_like_a_form(name: str, catalogue: Catalogue) -> bool:
    return (_by_name(folded(name), catalogue) or _by_number(folded(name), catalogue)) is not None


def _note_chosen(chosen: dict[str, _Match], catalogue: Catalogue, reading: Reading) -> None:
    """Note forms on hidden sheets, and on sheets that are named after another form."""
    for code, match in chosen.items():
        if not match.sheet.visible:
            reading.notes.append(Problem("R102", match.sheet.name, details={"form": code}))
        name = folded(match.sheet.name)
        other = _by_name(name, catalogue) or _by_number(name, catalogue)
        if other is not None and other != code:
            reading.notes.append(Problem("R133", match.sheet.name, details={"form": code, "other": other}))


def _choose(book: Book, catalogue: Catalogue, reading: Reading) -> dict[str, _Match]:
    """Give the sheet of each form: the visible one, the most surely recognised, the first."""
    matches: list[_Match] = []
    for sheet in book.sheets:
        if _EXTRACT.fullmatch(folded(sheet.name)) or _RECEIPT.fullmatch(sheet.name):
            continue
        grid = SheetGrid(sheet)
        known = recognise(grid, catalogue)
        if known is not None:
            matches.append(_Match(*known, grid))
        elif sheet.cells:
            code = "R111" if sheet.visible else "R101"
            reading.notes.append(Problem(code, sheet.name))
    chosen: dict[str, _Match] = {}
    for match in sorted(matches, key=lambda m: (m.sheet.visible, m.sign), reverse=True):
        best = chosen.setdefault(match.form, match)
        if best is match:
            continue
        if match.sheet.visible:
            details = {"form": match.form, "other": best.sheet.name}
            reading.problems.append(Problem("R033", match.sheet.name, details=details))
        else:
            reading.notes.append(Problem("R101", match.sheet.name))
    return chosen


def recognise(grid: SheetGrid, catalogue: Catalogue) -> tuple[str, Sign] | None:
    """Say which form a sheet is, if any, and by what sign; hidden sheets by name or codes alone."""
    sheet = grid.sheet
    name = folded(sheet.name)
    named = _by_name(name, catalogue)
    if named and _may_be(named, grid, catalogue):
        return named, Sign.NAME
    coded = _by_codes(grid, catalogue)
    if coded and not (named and _codes(named, grid, catalogue) >= _codes(coded, grid, catalogue)):
        return coded, Sign.CODES
    named = named or _by_number(name, catalogue)
    if named and _may_be(named, grid, catalogue):
        return named, Sign.NUMBER_IN_NAME
    if sheet.visible and (code := _by_labels(grid, catalogue)):
        return code, Sign.LABELS
    if named:
        return named, Sign.NAME_ALONE
    title = _by_title(grid, catalogue) if sheet.visible else None
    return (title, Sign.TITLE) if title else None


def _may_be(code: str, grid: SheetGrid, catalogue: Catalogue) -> bool:
    """Say whether a sheet has at least some of the columns of the form whose name it bears."""
    form = catalogue.forms.get(code)
    if form is None:
        return True
    enough = len(form.columns) * _LABEL_SHARE
    return _codes(code, grid, catalogue) >= enough or label_row(grid, form.columns, grid.head())[1] >= enough


def _codes(code: str, grid: SheetGrid, catalogue: Catalogue) -> int:
    """Count the column codes of a form on a sheet."""
    form = catalogue.forms.get(code)
    return code_row(grid, form.by_code)[1] if form else 0


def _by_name(name: str, catalogue: Catalogue) -> str | None:
    if name in EXPLANATION_NAMES:
        return EXPLANATIONS_SHEET
    if name in _COVER_NAMES:
        return catalogue.cover.code
    forms = (catalogue.cover, *catalogue.forms.values())
    return next((form.code for form in forms if name in (folded(form.code), folded(form.sheet))), None)


def _by_number(text: str, catalogue: Catalogue) -> str | None:
    match = _NUMBERED.fullmatch(text)
    if match is None:
        return None
    return next((code for code in catalogue.forms if _LETTERS.sub("", code).lstrip("0") == match[1]), None)


def _by_title(grid: SheetGrid, catalogue: Catalogue) -> str | None:
    """Trust a title only where something of the form's header stands below it."""
    for number in grid.numbers:
        if number > _TITLE_ROWS:
            break
        for _, cell in sorted(grid.rows[number].items()):
            code = _by_number(folded(cell.text), catalogue)
            if code and find_header(grid, catalogue.forms[code].columns) is not None:
                return code
    return None


def _by_codes(grid: SheetGrid, catalogue: Catalogue) -> str | None:
    best, best_count, best_share = None, 0, 0.0
    for form in catalogue.forms.values():
        _, count = code_row(grid, form.by_code)
        share = count / len(form.columns)
        if (count, share) > (best_count, best_share):
            best, best_count, best_share = form.code, count, share
    if best:
        return best
    entries = {code_of(cell) for row in grid.rows.values() for cell in row.values()}
    if set(catalogue.cover.key) <= entries:
        return catalogue.cover.code
    if any(len(explanation_columns(grid.rows[number])) == 4 for number in grid.head()):
        return EXPLANATIONS_SHEET
    return None


def _by_labels(grid: SheetGrid, catalogue: Catalogue) -> str | None:
    best, best_share = None, _LABEL_SHARE
    for form in catalogue.forms.values():
        _, count = label_row(grid, form.columns, grid.head())
        share = count / len(form.columns)
        if count >= 3 and share >= best_share:
            best, best_share = form.code, share
    if best:
        return best
    labels = {folded(cell.text) for row in grid.rows.values() for cell in row.values()}
    cover = catalogue.cover
    keys = ({one_spelling(key) for key in cover.by_code[code].match_keys} for code in cover.key)
    if all(not labels.isdisjoint(known) for known in keys):
        return cover.code
    return None
