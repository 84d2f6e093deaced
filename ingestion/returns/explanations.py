"""The sheet `Giai_trinh` of a returned workbook: a line ready for each explanation that is asked.

What belongs here: which lines are missing, and where they are written. What does not: what counts as an answer
(`gate/judge.py`).
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from ingestion.ooxml import Entry, NewSheet, Sheet, harmless
from ingestion.reading.cover import explanation_columns
from ingestion.reading.header import is_numbering
from ingestion.records.cells import Cell, CellType, address
from ingestion.records.findings import Finding
from ingestion.records.sheet_names import EXPLANATIONS_SHEET
from ingestion.records.text import clean, fold
from ingestion.words.messages import message

MOST_LINES = 300
MOST_OF_A_SHEET = 20
"""How many warnings of one rule on one sheet are asked about each; more are asked about in one line."""

CODES = ("rule", "sheet", "cell", "text")

Question = tuple[str, str, str]
"""Rule, sheet and cell of a warning; without a cell, one answer is for the whole sheet."""


def questions(findings: Sequence[Finding]) -> dict[Question, list[Finding]]:
    """Give what is asked, each once, in the order of the findings, and the findings that it is about."""
    of_sheet = Counter((finding.rule, finding.sheet) for finding in findings)
    asked: dict[Question, list[Finding]] = {}
    for finding in findings:
        are_many = of_sheet[finding.rule, finding.sheet] > MOST_OF_A_SHEET
        question = (finding.rule, finding.sheet, "" if are_many else finding.cell)
        asked.setdefault(question, []).append(finding)
    return asked


def _key(question: Question) -> Question:
    rule, sheet, cell = question
    return rule.strip().upper(), fold(sheet), cell.replace("$", "").strip().upper()


@dataclass(frozen=True)
class Lines:
    """The lines that wait for a text: the column of texts, and the row of each question."""

    column: int
    rows: dict[Question, int]

    @property
    def first(self) -> str:
        """The first cell that waits; blank if none does."""
        return address(min(self.rows.values()), self.column) if self.rows else ""


def prepare(sheet: Sheet, asked: Iterable[Question]) -> Lines | None:
    """Write the missing lines into the clerk's sheet, below what stands there.

    Returns:
        The lines; None if the sheet has no columns for them.
    """
    asked = list(asked)
    columns: dict[str, int] = {}
    ready: dict[Question, int] = {}
    head = last = 0
    for number in sheet.row_numbers:
        texts = sheet.texts(number)
        line = {c: Cell(number, c, CellType.TEXT, text, clean(text)) for c, text in texts.items()}
        named = explanation_columns(line)
        if len(named) >= 3 and "text" in named:
            columns = columns or named
            head = last = number
        elif columns and is_numbering(line):
            last = number
        elif columns and any(column in texts for column in columns.values()):
            rule, place, cell = (texts.get(columns.get(code, 0), "") for code in CODES[:3])
            ready.setdefault(_key((rule, place, cell)), number)
            last = number
    if not columns or "rule" not in columns:
        return None
    rows = {question: ready[_key(question)] for question in asked if _key(question) in ready}
    model = last if last > head else head + 1
    for question in [q for q in asked if q not in rows][: max(MOST_LINES - len(rows), 0)]:
        last += 1
        for code, text in zip(CODES, question, strict=False):
            if code in columns and text:
                column = columns[code]
                sheet.write(last, column, harmless(text), like=(model, column))
        sheet.open(last, columns["text"], (model, columns["text"]))
        rows[question] = last
    return Lines(columns["text"], rows)


def new_sheet(asked: Iterable[Question]) -> tuple[NewSheet, Lines]:
    """Make the sheet for a workbook that has none, laid out as the template's."""
    grid = NewSheet((12.0, 14.0, 10.0, 90.0))
    title = f"{message(f'template.sheet.{EXPLANATIONS_SHEET}')}"
    grid.add(Entry(title, "title", columns=4), height=26)
    for _ in range(3):
        grid.add()
    grid.add(*(Entry(code, "code") for code in CODES), is_hidden=True)
    grid.add(*(Entry(message(f"template.column.{code}"), "header") for code in CODES), height=22)
    rows = {
        question: grid.add(*(Entry(text, "input") for text in (*question, "")), height=32)
        for question in islice(asked, MOST_LINES)
    }
    return grid, Lines(CODES.index("text") + 1, rows)
