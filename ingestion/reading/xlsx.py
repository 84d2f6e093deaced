"""Office Open XML workbooks (.xlsx, .xlsm) as cells, with what only the file itself says.

What belongs here: the vocabulary of SpreadsheetML that forms need: stored types, error cells, formulas that
were never calculated, number formats of percentages and dates, merged ranges, what is hidden. What does not:
macros, which are never looked at, and the meaning of any cell.

The parts are parsed here rather than by python-calamine, whose binding turns error cells into empty text, hides
formats and uncalculated formulas, and allocates the whole rectangle between two far cells before anyone can
object (a stray value in XFD1048576 ends the process). One pass over the XML costs as much as calamine and the
second pass that would have to make up for it.
"""

import posixpath
import re
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from xml.etree.ElementTree import Element
from zipfile import ZipFile

from ingestion.cells import Cell, CellType, SheetCells, column_index, parse_address
from ingestion.reading.book import DAY_ZERO_1904, MAX_CELLS, Book, UnreadableError
from ingestion.reading.legacy_text import script_of_font
from ingestion.reading.markup import local, parse_xml, rich_text
from ingestion.reading.sheetdata import Token, scan
from ingestion.submissions import DAY_ZERO, Problem
from ingestion.text import clean
from ingestion.values import format_date, format_number, is_date_format

WORKBOOK_TYPES = {
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml": "xlsx",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.template.main+xml": "xlsx",
    "application/vnd.ms-excel.sheet.macroEnabled.main+xml": "xlsm",
    "application/vnd.ms-excel.template.macroEnabled.main+xml": "xlsm",
}
"""Content types of workbooks that can be read, and their kind."""

_OTHER_KINDS = (
    (b"ms-excel.sheet.binary", "Excel Binary Workbook (.xlsb)"),
    (b"wordprocessingml", "Word (.docx)"),
    (b"presentationml", "PowerPoint (.pptx)"),
)
_BUILTIN_FORMATS = {2: "0.00", 4: "#,##0.00", 9: "0%", 10: "0.00%", 39: "#,##0.00", 40: "#,##0.00"}
_BUILTIN_DATES = frozenset({*range(14, 23), *range(27, 37), 45, 46, 47, *range(50, 59)})
_IS_DATE = "date"
"""Stands for every date format: a date is printed in one way whatever its cell says."""

_LINK = re.compile(r"\[([0-9]+)\]")
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_NUMBER, _TEXT = CellType.NUMBER, CellType.TEXT
_DIGITS = "0123456789"
_LAST_SERIAL = 2_958_465
_LAST_COLUMN = 16_384
_SHORT = 120
_LEAST_CELL = len('<c r="A1"/>')


def read_xlsx(archive: ZipFile) -> Book:
    """Read a workbook.

    Raises:
        UnreadableError: the package holds no workbook that can be read, or far too many cells.
        ParseError, KeyError, ValueError, IndexError: the package is damaged.
    """
    part, kind = _workbook_part(archive)
    workbook = parse_xml(archive.read(part))
    relations = _relations(archive, part)
    shared = _shared_strings(archive, relations)
    styles, fonts = _styles(archive, relations)
    properties = next((e for e in workbook if local(e.tag) == "workbookPr"), None)
    starts_1904 = properties is not None and properties.get("date1904") in ("1", "true")
    book = Book(kind, [], day_zero=DAY_ZERO_1904 if starts_1904 else DAY_ZERO)
    links = _external_files(archive, workbook, relations)
    budget = MAX_CELLS
    for entry in next((e for e in workbook if local(e.tag) == "sheets"), ()):
        key = next((value for name, value in entry.items() if name.endswith("}id")), "")
        relation = relations.get(key)
        if relation is None or not relation[0].endswith("/worksheet"):
            continue
        sheet = SheetCells(clean(entry.get("name", "")), visible=entry.get("state", "visible") == "visible")
        data = archive.read(relation[1])
        if len(data) > _LEAST_CELL * MAX_CELLS and data.count(b"<c ") > 2 * MAX_CELLS:
            raise _too_many(sheet)  # before a tree of them, blank or not, takes all memory
        decoder = _Decoder(shared, styles, starts_1904)
        # Fonts and links are looked for in every cell, formulas included.
        found = None if fonts or links else scan(data)
        root = parse_xml(data if found is None else found.rest)
        hidden = set() if found is None else _read_tokens(found.tokens, sheet, decoder)
        _read_sheet(root, sheet, decoder, budget, hidden)
        if fonts:
            _note_fonts(root, sheet, fonts)
        if links:
            _note_links(root, sheet.name, links, book)
        budget -= len(sheet.cells)
        book.sheets.append(sheet)
    if kind == "xlsm":
        book.notes.append(Problem("R106"))
    return book


def _workbook_part(archive: ZipFile) -> tuple[str, str]:
    content_types = archive.read("[Content_Types].xml")
    types = parse_xml(content_types)
    for entry in types:
        kind = WORKBOOK_TYPES.get(entry.get("ContentType", ""))
        if kind and local(entry.tag) == "Override":
            return entry.get("PartName", "").lstrip("/"), kind
    kind = next((name for mark, name in _OTHER_KINDS if mark in content_types), "Office Open XML")
    raise UnreadableError("R005", kind=kind)


def _relations(archive: ZipFile, part: str) -> dict[str, tuple[str, str]]:
    folder, name = posixpath.split(part)
    path = posixpath.join(folder, "_rels", f"{name}.rels")
    relations = {}
    for entry in parse_xml(archive.read(path)):
        target = entry.get("Target", "")
        target = target.lstrip("/") if target.startswith("/") else posixpath.join(folder, target)
        relations[entry.get("Id", "")] = (entry.get("Type", ""), posixpath.normpath(target))
    return relations


def _shared_strings(archive: ZipFile, relations: dict[str, tuple[str, str]]) -> list[tuple[str, str]]:
    """Give each shared string as stored and as cleaned; cleaning once is cheaper than once a cell."""
    path = next((path for kind, path in relations.values() if kind.endswith("/sharedStrings")), None)
    if path is None or path not in archive.namelist():
        return []
    texts = [_rich_text(item) for item in parse_xml(archive.read(path))]
    return [(text, _cleaned(text)) for text in texts]


_remembered = lru_cache(maxsize=16_384)(clean)


def _cleaned(text: str) -> str:
    """Clean a text; short ones are remembered, since the same labels stand in every workbook of a batch."""
    return _remembered(text) if len(text) <= _SHORT else clean(text)


def _rich_text(item: Element) -> str:
    """Give a text as it is read, with escaped characters put back."""
    text = rich_text(item)
    return _ESCAPED.sub(lambda m: chr(int(m[1], 16)), text) if "_x" in text else text


def _external_files(
    archive: ZipFile, workbook: Element, relations: dict[str, tuple[str, str]]
) -> dict[str, str]:
    """Give the names of other workbooks by the number under which formulas refer to them (`[1]Sheet1!C7`)."""
    files = {}
    references = next((e for e in workbook if local(e.tag) == "externalReferences"), ())
    for number, reference in enumerate(references, start=1):
        key = next((value for name, value in reference.items() if name.endswith("}id")), "")
        _, part = relations.get(key, ("", ""))
        if part in archive.namelist():
            targets = [target for kind, target in _relations(archive, part).values() if "externalLink" in kind]
            files[str(number)] = posixpath.basename(targets[0].replace("\\", "/")) if targets else "?"
    return files


def _note_links(root: Element, sheet: str, links: dict[str, str], book: Book) -> None:
    """Note the first formula of a sheet that takes its value from another workbook."""
    for cell in root.iter(f"{root.tag[: -len(local(root.tag))]}c"):
        for child in cell:
            match = _LINK.search(child.text or "") if local(child.tag) == "f" else None
            if match and match[1] in links:
                book.notes.append(Problem("R118", sheet, cell.get("r", ""), links[match[1]]))
                return


def _note_fonts(root: Element, sheet: SheetCells, fonts: dict[str, str]) -> None:
    for cell in root.iter(f"{root.tag[: -len(local(root.tag))]}c"):
        font = fonts.get(cell.get("s", "0"))
        if font and (reference := cell.get("r")):
            sheet.fonts[parse_address(reference)] = font


def _styles(
    archive: ZipFile, relations: dict[str, tuple[str, str]]
) -> tuple[dict[str | None, str], dict[str, str]]:
    """Give what cell styles say of their cells, by their number.

    Returns:
        The number formats that show decimals, percents or dates, and the fonts from before Unicode.
    """
    path = next((path for kind, path in relations.values() if kind.endswith("/styles")), None)
    if path is None or path not in archive.namelist():
        return {}, {}
    root = parse_xml(archive.read(path))
    own: dict[int, str] = {}
    legacy: dict[str, str] = {}
    styles: dict[str | None, str] = {}
    fonts: dict[str, str] = {}
    for part in root:
        tag = local(part.tag)
        if tag == "numFmts":
            own = {int(f.get("numFmtId", "0")): f.get("formatCode", "") for f in part}
        elif tag == "fonts":
            names = {
                str(n): e.get("val", "") for n, font in enumerate(part) for e in font if local(e.tag) == "name"
            }
            legacy = {number: name for number, name in names.items() if script_of_font(name) is not None}
        elif tag == "cellXfs":
            formats = (_format(int(xf.get("numFmtId", "0")), own) for xf in part)
            styles = {str(number): code for number, code in enumerate(formats) if code}
            if legacy:
                used = ((str(number), xf.get("fontId", "0")) for number, xf in enumerate(part))
                fonts = {number: legacy[font] for number, font in used if font in legacy}
    return styles, fonts


def _format(number: int, own: dict[int, str]) -> str | None:
    code = own.get(number)
    if code is None:
        return _IS_DATE if number in _BUILTIN_DATES else _BUILTIN_FORMATS.get(number)
    if is_date_format(code):
        return _IS_DATE
    return code if "." in code or "%" in code else None


class _Decoder:
    """Gives stored values for the elements of a sheet."""

    def __init__(self, shared: list[tuple[str, str]], styles: dict[str | None, str], starts_1904: bool) -> None:
        self.shared = shared
        self.styles = styles
        self.starts_1904 = starts_1904

    def number(self, row: int, column: int, value: float, number_format: str | None) -> Cell:
        """Give a number, or the date that its format makes of it."""
        if number_format == _IS_DATE:
            moment = self._moment(value)
            if moment is not None:
                return Cell(row, column, CellType.DATE, moment, format_date(moment))
            number_format = None
        return Cell(row, column, CellType.NUMBER, value, format_number(value, number_format), number_format)

    def _moment(self, serial: float) -> date | datetime | time | None:
        if not 0 <= serial <= _LAST_SERIAL:
            return None
        if serial < 1:
            return (datetime.combine(date.min, time()) + timedelta(seconds=round(serial * 86_400))).time()
        # The 1900 calendar counts a 29 February 1900 that never was.
        base = DAY_ZERO_1904 if self.starts_1904 else date(1899, 12, 30 if serial >= 61 else 31)
        moment = datetime.combine(base, time()) + timedelta(seconds=round(serial * 86_400))
        return moment.date() if moment.time() == time() else moment

    def other(self, row: int, column: int, kind: str, stored: str | None, formula: str | None) -> Cell | None:
        """Give a cell that is no number or shared string; None for blanks and empty text.

        A formula without a value was written by a program that does not calculate; it is an error, no blank.
        """
        if kind == "e":
            name = stored or "#N/A"
            return Cell(row, column, CellType.ERROR, name, name)
        if stored is None:
            if formula is None or kind != "n":
                return None
            return Cell(row, column, CellType.ERROR, f"={formula}", f"={formula}")
        if kind == "b":
            value = stored.strip() in ("1", "true")
            return Cell(row, column, CellType.BOOL, value, "TRUE" if value else "FALSE")
        if kind == "d":
            moment = datetime.fromisoformat(stored)
            day = moment.date() if moment.time() == time() else moment
            return Cell(row, column, CellType.DATE, day, format_date(day))
        text = _cleaned(stored)
        return Cell(row, column, CellType.TEXT, stored, text) if text else None


def _read_sheet(root: Element, sheet: SheetCells, decoder: _Decoder, budget: int, hidden: set[int]) -> None:
    prefix = root.tag[: -len(local(root.tag))]
    if len(sheet.cells) > budget:
        raise _too_many(sheet)
    for part in root:
        tag = local(part.tag)
        if tag == "sheetData":
            number = 0
            for row in part:
                stored = row.get("r")
                number = int(stored) if stored else number + 1
                if row.get("hidden") in ("1", "true"):
                    hidden.add(number)
                _read_row(row, number, prefix, sheet, decoder)
                if len(sheet.cells) > budget:
                    raise _too_many(sheet)
        elif tag == "mergeCells":
            for merge in part:
                first, _, last = merge.get("ref", "").partition(":")
                sheet.merged.append((*parse_address(first), *parse_address(last or first)))
        elif tag == "cols":
            sheet.hidden_columns = _hidden_columns(part)
    sheet.hidden_rows = frozenset(hidden)


def _too_many(sheet: SheetCells) -> UnreadableError:
    return UnreadableError("R013", sheet=sheet.name, limit=str(MAX_CELLS))


def _hidden_columns(columns: Element) -> frozenset[int]:
    hidden: set[int] = set()
    for column in columns:
        if column.get("hidden") in ("1", "true"):
            first, last = int(column.get("min", "1")), int(column.get("max", "1"))
            hidden.update(range(max(first, 1), min(last, _LAST_COLUMN) + 1))
    return frozenset(hidden)


_column_index = lru_cache(maxsize=1024)(column_index)


@lru_cache(maxsize=1024)
def _column_of(letters: bytes) -> int:
    return column_index(letters.decode("ascii"))


_HIDDEN = re.compile(rb" hidden=\"(?:1|true)\"")


def _read_row(row: Element, number: int, prefix: str, sheet: SheetCells, decoder: _Decoder) -> None:
    # The loop over every cell of every workbook: kept flat, numbers and shared strings first.
    cells = sheet.cells
    shared = decoder.shared
    styles = decoder.styles
    column_of = _column_index
    v_tag, f_tag, is_tag = f"{prefix}v", f"{prefix}f", f"{prefix}is"
    column = 0
    for element in row:
        get = element.get
        reference = get("r")
        column = column_of(reference.rstrip(_DIGITS)) if reference else column + 1
        stored = formula = None
        for child in element:
            tag = child.tag
            if tag == v_tag:
                stored = child.text
            elif tag == f_tag:
                formula = child.text or ""
            elif tag == is_tag:
                stored = _rich_text(child)
        kind = get("t", "n")
        cell: Cell | None = None
        if stored is None or kind not in ("n", "s"):
            cell = decoder.other(number, column, kind, stored, formula)
        elif kind == "s":
            raw, text = shared[int(stored)]
            if text:
                cell = Cell(number, column, _TEXT, raw, text)
        else:
            style = styles.get(get("s"))
            value = float(stored)
            if style is None and value.is_integer():
                cell = Cell(number, column, _NUMBER, value, str(int(value)))
            else:
                cell = decoder.number(number, column, value, style)
        if cell is not None:
            cells[number, column] = cell


def _read_tokens(tokens: list[Token], sheet: SheetCells, decoder: _Decoder) -> set[int]:
    """Read what `scan` has found into the sheet; give the numbers of hidden rows."""
    # As flat as `_read_row`, and made of the same cases.
    cells = sheet.cells
    shared = decoder.shared
    styles = {str(style).encode(): code for style, code in decoder.styles.items()}
    column_of = _column_of
    new = tuple.__new__
    hidden: set[int] = set()
    number = 0
    for letters, style, kind, stored, row, attributes in tokens:
        if row:
            number = int(row)
            if _HIDDEN.search(attributes):
                hidden.add(number)
            continue
        if not stored:
            continue
        column = column_of(letters)
        cell: Cell | None = None
        if kind == b"s":
            raw, text = shared[int(stored)]
            if text:
                cell = new(Cell, (number, column, _TEXT, raw, text, None))
        elif not kind or kind == b"n":
            code = styles.get(style)
            value = float(stored)
            if code is None and value.is_integer():
                cell = new(Cell, (number, column, _NUMBER, value, str(int(value)), None))
            else:
                cell = decoder.number(number, column, value, code)
        else:
            cell = decoder.other(number, column, kind.decode(), stored.decode(), None)
        if cell is not None:
            cells[number, column] = cell
    return hidden
