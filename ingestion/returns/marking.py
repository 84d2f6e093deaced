"""The workbook that goes back to the clerk: the filed one with marks, behind a sheet that says it all.

What belongs here: which cells are marked and how, and what to do where the file itself cannot be marked. What
does not: what the first sheet says (`receipt.py`), the formats of parts (`ooxml/`).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ingestion.definitions.catalogue import Catalogue
from ingestion.ooxml import NewSheet, Sheet, Workbook
from ingestion.reading.encrypted import decrypted
from ingestion.reading.opening import DECODING_ERRORS, open_book, packed_workbook
from ingestion.reading.repair import repair
from ingestion.reading.sheets import EXPLANATION_NAMES
from ingestion.reading.xlsx import known_name
from ingestion.records.cells import parse_address
from ingestion.records.file_kinds import MARKED_IN_PLACE, FileKind
from ingestion.records.findings import Finding
from ingestion.records.sheet_names import EXPLANATIONS_SHEET
from ingestion.records.submissions import FormTable, UnreadableError
from ingestion.records.text import fold
from ingestion.returns.answer import Answer, Marks
from ingestion.returns.explanations import new_sheet, prepare, questions
from ingestion.returns.plain import Area, copy_of
from ingestion.returns.receipt import SHEET, Apology, apology_sheet, named_styles, receipt, severity_of
from ingestion.returns.signs import ASKED_FILL, NOTED_FILL, OURS, RELATED_FILL, WRONG_FILL
from ingestion.words.found import printed
from ingestion.words.messages import message
from ingestion.words.places import address, place_said

MOST_COMMENTS = 200
"""Comments a sheet; each is a drawing of its own, and hundreds of them make a workbook slow to open."""

MOST_FILLS = 20_000
_MOST_IN_A_COMMENT = 4
_LONGEST_VALUE = 120
_FILLS = {"error": WRONG_FILL, "warning": ASKED_FILL, "explained": NOTED_FILL, "notice": NOTED_FILL}
_RANK = {"error": 0, "warning": 1, "explained": 2, "notice": 3}

_RECEIPT = re.compile(rf"{SHEET}(?: \(\d+\))?", re.IGNORECASE)

Place = tuple[int, int]

_UNMARKABLE = (*DECODING_ERRORS, UnreadableError)
"""What stumbles over a package that the reader could read but that is put together in an unusual way."""


@dataclass
class _SheetMarks:
    """What is marked in one sheet.

    Attributes:
        is_asking: the marked cells wait for explanations of what was found elsewhere.
    """

    findings: dict[Place, list[Finding]] = field(default_factory=dict)
    related: set[Place] = field(default_factory=set)
    is_asking: bool = False


def marked_workbook(path: Path, answer: Answer, catalogue: Catalogue) -> bytes:
    """Make the workbook that goes back.

    Args:
        path: the filed file, or a folder of CSVs.
        answer: what is said of it.
        catalogue: the forms.

    Returns:
        An .xlsx; the same arguments give the same bytes.
    """
    if not answer.reading.is_readable:
        return _listed(Marks(), answer, catalogue)
    try:
        return _marked_original(path, answer, catalogue)
    except _UNMARKABLE:
        pass  # the cells can still be copied, of which the first sheet will tell
    try:
        return _marked_copy(path, answer, catalogue)
    except _UNMARKABLE:
        return findings_alone(answer, catalogue)


def _marked_original(path: Path, answer: Answer, catalogue: Catalogue) -> bytes:
    """Mark the filed workbook itself, or the one in the filed archive.

    Raises:
        UnreadableError: it is in no format that can be marked.
        Exception: any of `_UNMARKABLE`, on a package that is put together in an unusual way.
    """
    notes: list[tuple[str, dict[str, Any]]] = []
    kind = answer.reading.kind
    if kind in MARKED_IN_PLACE:
        data = path.read_bytes()
        data = decrypted(data) or data
    elif kind in (FileKind.ZIP, FileKind.FOLDER) and (packed := packed_workbook(path)) is not None:
        name, data = packed
        data = decrypted(data) or data
        notes.append(("returns.note.unpacked", {"name": name}))
    else:
        raise UnreadableError("R005", kind=kind)
    book = Workbook(data, OURS)
    marks = Marks(sheets={known_name(entry.name): entry.name for entry in book.sheets()}, notes=notes)
    return _marked(book, marks, answer, catalogue)


def _marked_copy(path: Path, answer: Answer, catalogue: Catalogue) -> bytes:
    """Mark a workbook of the same content."""
    reading = answer.reading
    book = open_book(path, reading.file_name)
    repair(book)
    areas = {table.sheet: _area(table, catalogue) for table in reading.tables.values() if table.columns}
    data, names = copy_of(book, areas)
    key = "returns.note.tables_copied" if book.is_text else "returns.note.copied"
    marks = Marks(sheets=names, notes=[(key, {"kind": reading.kind})])
    return _marked(Workbook(data, OURS), marks, answer, catalogue)


def _area(table: FormTable, catalogue: Catalogue) -> Area:
    rows = [row.number for row in table.rows]
    total = table.total.number if table.total else 0
    return Area(
        first=min(rows or [total]),
        last=max([*rows, total]),
        total=total,
        columns=max(table.columns.values()),
        codes=frozenset(column.code for column in catalogue.forms[table.form].columns),
    )


def findings_alone(answer: Answer, catalogue: Catalogue) -> bytes:
    """Make a workbook of the first sheet alone, for a file that cannot be marked."""
    return _listed(Marks(notes=[("returns.note.without_file", {})]), answer, catalogue)


def apology(answer: Answer, why: Apology) -> bytes:
    """Make a workbook that says that the product failed on a file, and nothing of the file."""
    desk = _Desk(Workbook.blank(OURS), Marks())
    desk.insert(SHEET, apology_sheet(answer, why), 0)
    return desk.book.to_bytes()


def _listed(marks: Marks, answer: Answer, catalogue: Catalogue) -> bytes:
    desk = _Desk(Workbook.blank(OURS), marks)
    desk.insert(SHEET, receipt(answer, marks, catalogue), 0)
    return desk.book.to_bytes()


class _Desk:
    """A workbook under marking, with what marking it needs."""

    def __init__(self, book: Workbook, marks: Marks) -> None:
        self.book = book
        self.marks = marks
        self.named, self.sizes = named_styles(book.styles)
        self.named["input"] = book.styles.unlocked(self.named["text"])

    def remove_earlier_receipts(self) -> None:
        """Remove the first sheet of an earlier return; a sheet of the clerk's own that is called so stays."""
        titles = tuple(message(key) for key in ("returns.title", "returns.title.trial"))
        gone = [
            entry
            for entry in self.book.sheets()
            if _RECEIPT.fullmatch(known_name(entry.name))
            and self.book.sheet(entry.path).texts(1).get(1, "").startswith(titles)
        ]
        for entry in gone:
            self.marks.sheets.pop(known_name(entry.name), None)
        self.book.remove_sheets({entry.path for entry in gone})

    def insert(self, name: str, grid: NewSheet, position: int | None) -> str:
        """Add a sheet of the product's own and give its part."""
        return self.book.insert(name, grid, position, self.named, self.sizes)


def _marked(book: Workbook, marks: Marks, answer: Answer, catalogue: Catalogue) -> bytes:
    if book.drop_code():
        marks.notes.append(("returns.note.macros", {}))
    desk = _Desk(book, marks)
    desk.remove_earlier_receipts()
    book.put_right()
    lines = _ask(desk, answer.asked)
    _mark_sheets(desk, answer.judgement.findings, lines)
    desk.insert(book.free_name(SHEET), receipt(answer, marks, catalogue), 0)
    book.show_first()
    return book.to_bytes()


def _mark_sheets(desk: _Desk, findings: Sequence[Finding], lines: Mapping[str, _SheetMarks]) -> None:
    """Mark all sheets; the lines that wait for explanations are marked by the part of their sheet."""
    by_sheet = _by_sheet(findings)
    book, marks = desk.book, desk.marks
    stored = {name: read for read, name in marks.sheets.items()}
    was_marked = book.styles.has_marks
    for entry in list(book.sheets()):
        found = lines.get(entry.path) or by_sheet.get(stored.get(entry.name, ""), _SheetMarks())
        was_commented = book.has_own_comments(entry.path)
        if not (found.findings or found.related or was_marked or was_commented):
            continue
        sheet = book.sheet(entry.path)
        if was_marked:
            sheet.clear_marks()
        if left := _mark(sheet, found):
            marks.notes.append(("returns.comments_left", {"sheet": entry.name, "count": left}))


def _by_sheet(findings: Sequence[Finding]) -> dict[str, _SheetMarks]:
    """Tell findings apart by the sheet and the cells that they speak of."""
    by_sheet: dict[str, _SheetMarks] = {}
    for finding in findings:
        if finding.sheet and (place := _place(finding.cell)):
            by_sheet.setdefault(finding.sheet, _SheetMarks()).findings.setdefault(place, []).append(finding)
        for related in finding.related:
            sheet, _, cell = related.rpartition("!")
            if place := _place(cell):
                by_sheet.setdefault(sheet or finding.sheet, _SheetMarks()).related.add(place)
    return by_sheet


def _place(cell: str) -> Place | None:
    try:
        return parse_address(cell)
    except ValueError:
        return None


def _mark(sheet: Sheet, found: _SheetMarks) -> int:
    """Mark one sheet; give how many cells have a fill but no comment."""
    findings: dict[Place, list[Finding]] = {}
    for place, accused in found.findings.items():
        findings.setdefault(sheet.owner(*place), []).extend(accused)
    ranked = sorted(findings, key=lambda place: (_first(findings[place]), place))
    for place in ranked[:MOST_FILLS]:
        sheet.fill(*place, _FILLS[severity_of(min(findings[place], key=_rank))])
    related = {sheet.owner(*place) for place in found.related} - set(findings)
    for place in sorted(related)[:MOST_FILLS]:
        sheet.fill(*place, RELATED_FILL)
    chosen = ranked[:MOST_COMMENTS]
    sheet.comment({place: _paragraphs(findings[place], found.is_asking) for place in sorted(chosen)})
    return len(ranked) - len(chosen)


def _rank(finding: Finding) -> int:
    return _RANK[severity_of(finding)]


def _first(findings: Sequence[Finding]) -> int:
    return min(map(_rank, findings))


def _paragraphs(findings: Sequence[Finding], is_elsewhere: bool) -> list[str]:
    """Say in a comment what is wrong with a cell, the gravest first; the first paragraph is the heading."""
    ordered = sorted(findings, key=_rank)
    paragraphs: list[str] = []
    for finding in ordered[:_MOST_IN_A_COMMENT]:
        severity = message(f"returns.severity.{severity_of(finding)}")
        head = f"{severity} {finding.rule}"
        if is_elsewhere:
            head += " · " + place_said(finding.sheet, finding.cell)
        paragraphs += [head] if not paragraphs else ["", head]
        facts = []
        found, expected = printed(finding)
        if found:
            facts.append(message("returns.comment.found", found=found[:_LONGEST_VALUE]))
        if expected:
            facts.append(message("returns.comment.expected", expected=expected[:_LONGEST_VALUE]))
        if facts:
            paragraphs.append(" · ".join(facts))
        paragraphs.append(_without_place(finding.message, finding))
        paragraphs.append(f"(EN) {_without_place(finding.message_en, finding)}")
    if len(ordered) > _MOST_IN_A_COMMENT:
        paragraphs.append(message("returns.comment.more", count=len(ordered) - _MOST_IN_A_COMMENT))
    return paragraphs


def _without_place(text: str, finding: Finding) -> str:
    """Give a message without the cell in front, which a comment in that cell need not repeat."""
    return text.removeprefix(f"{address(finding.sheet, finding.cell)}: ")


def _ask(desk: _Desk, unexplained: Sequence[Finding]) -> dict[str, _SheetMarks]:
    """Make a line ready for each explanation, in the clerk's own sheet if there is one.

    Returns:
        What the cells that wait for a text are about, by the part of their sheet.
    """
    asked = questions(unexplained)
    if not asked:
        return {}
    marks = desk.marks
    entry = next((e for e in desk.book.sheets() if fold(e.name) in EXPLANATION_NAMES), None)
    if entry is not None:
        path, name = entry.path, entry.name
        lines = prepare(desk.book.sheet(path), asked)
        if lines is None:
            return {}  # the reader has said that the sheet has no columns for answers
    else:
        grid, lines = new_sheet(asked)
        name = EXPLANATIONS_SHEET
        path = desk.insert(name, grid, None)
    marks.sheets[EXPLANATIONS_SHEET] = name
    marks.explanations, marks.lines = lines.first, len(lines.rows)
    if len(asked) > marks.lines:
        marks.notes.append(("returns.lines_left", {"count": len(asked) - marks.lines}))
    waiting = _SheetMarks(is_asking=True)
    for question, row in lines.rows.items():
        waiting.findings.setdefault((row, lines.column), []).extend(asked[question])
    return {path: waiting}
