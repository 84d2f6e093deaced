"""Office Open XML workbooks (.xlsx, .xlsm) as cells, with what only the file itself says.

What belongs here: the workbook: its parts, its sheets, the links to other files. What does not: names and
relations of parts (`ooxml/opc.py`), the cells of a sheet (`worksheet.py`), macros, which are never looked at.

The parts are parsed here rather than by python-calamine, whose binding turns error cells into empty text, hides
formats and uncalculated formulas, and allocates the whole rectangle between two far cells before anyone can
object (a stray value in XFD1048576 ends the process). One pass over the XML costs as much as calamine and the
second pass that would have to make up for it.
"""

import posixpath
import re
from xml.etree.ElementTree import Element
from zipfile import ZipFile

from ingestion.ooxml.markup import in_utf8, is_true, local, reference, unescaped
from ingestion.ooxml.opc import Parts, Relation
from ingestion.reading.book import DAY_ZERO_1904, MAX_CELLS, Book
from ingestion.reading.cellstyles import CellStyles, read_styles
from ingestion.reading.richtext import SharedStrings, read_shared_strings
from ingestion.reading.worksheet import Tables, read_worksheet
from ingestion.records.cells import SheetCells
from ingestion.records.file_kinds import FileKind
from ingestion.records.submissions import DAY_ZERO, Problem
from ingestion.records.text import clean, shortened

_FORMULA = re.compile(rb"<(?:[A-Za-z0-9_.-]{1,60}:)?f(?:\s[^<>]*)?>([^<]*)")
_LINK = re.compile(rb"\[([0-9]{1,9})\]")
_PLACE = re.compile(rb"\sr=[\"']([A-Z]{1,3}[0-9]{1,7})[\"']")


def read_xlsx(archive: ZipFile) -> Book:
    """Read a workbook.

    Raises:
        UnreadableError: the package holds no workbook that can be read, or far too much.
        ParseError, KeyError, ValueError, LookupError: the package is damaged.
    """
    parts = Parts(archive)
    main, kind = parts.workbook()
    workbook = parts.read_directory(main)
    relations = parts.relations(main)
    by_id = {relation.id: relation for relation in relations}
    properties = next((e for e in workbook if local(e.tag) == "workbookPr"), None)
    starts_1904 = properties is not None and is_true(properties.get("date1904"))
    strings = parts.related(relations, "sharedStrings")
    styles = parts.related(relations, "styles")
    tables = Tables(
        read_shared_strings(parts.read(strings)) if strings else SharedStrings(),
        read_styles(parts.read(styles)) if styles else CellStyles(),
        starts_1904,
    )
    book = Book(
        kind,
        [],
        day_zero=DAY_ZERO_1904 if starts_1904 else DAY_ZERO,
    )
    links = _external_files(parts, workbook, by_id)
    budget = MAX_CELLS
    for entry in next((e for e in workbook if local(e.tag) == "sheets"), ()):
        name = known_name(entry.get("name", ""))
        relation = by_id.get(reference(entry))
        if relation is None or not parts.has(relation.target):
            book.faults.append(Problem("R063", name))
            continue
        if relation.kind != "worksheet":
            continue  # a sheet of charts or of macros
        sheet = SheetCells(name, visible=entry.get("state", "visible") == "visible")
        data = parts.read(relation.target)
        astray, cut = read_worksheet(data, sheet, tables, budget)
        book.faults += astray
        if cut is not None:
            book.notes.append(cut)
        budget -= len(sheet.cells)
        if links:
            _note_links(in_utf8(data), sheet.name, links, book)
        book.sheets.append(sheet)
    if kind is FileKind.XLSM:
        book.notes.append(Problem("R106"))
    return book


def known_name(stored: str) -> str:
    """Give the name under which a sheet is known from the one that the file writes, cut to a name's length."""
    return shortened(clean(unescaped(stored)))


def _external_files(parts: Parts, workbook: Element, relations: dict[str, Relation]) -> dict[str, str]:
    """Give the names of other workbooks by the number under which formulas refer to them (`[1]Sheet1!C7`)."""
    files = {}
    references = next((e for e in workbook if local(e.tag) == "externalReferences"), ())
    for number, entry in enumerate(references, start=1):
        relation = relations.get(reference(entry))
        if relation is not None and parts.has(relation.target):
            targets = [r.target for r in parts.relations(relation.target) if r.kind.startswith("externalLink")]
            files[str(number)] = posixpath.basename(targets[0].replace("\\", "/")) if targets else "?"
    return files


def _note_links(data: bytes, sheet: str, links: dict[str, str], book: Book) -> None:
    """Note the first formula of a sheet that takes its value from another workbook."""
    for formula in _FORMULA.finditer(data):
        match = _LINK.search(formula[1])
        if match is None or (file := links.get(match[1].decode())) is None:
            continue
        begin = max(data.rfind(b"<c ", 0, formula.start()), data.rfind(b":c ", 0, formula.start()), 0)
        place = _PLACE.search(data, begin, formula.start())
        book.notes.append(Problem("R118", sheet, place[1].decode() if place else "", file))
        return
