"""The sheet `Giai_trinh` of a returned workbook: a line ready for each explanation that is asked.

What belongs here: which lines are missing, and where they are written. What does not: what counts as an answer
(`gate/judge.py`).
"""

from collections.abc import Iterable

from ingestion.cells import Cell, CellType, address
from ingestion.findings import Finding
from ingestion.messages import message
from ingestion.reading.cover import explanation_columns
from ingestion.reading.header import is_numbering
from ingestion.returns.grid import Entry, Grid
from ingestion.returns.safety import harmless
from ingestion.returns.sheet import Sheet
from ingestion.text import clean, fold
from ingestion.workbook import EXPLANATIONS_SHEET

MOST_LINES = 300
CODES = ("rule", "sheet", "cell", "text")

Question = tuple[str, str, str]
"""Rule, sheet and cell of a warning."""


def questions(findings: Iterable[Finding]) -> list[Question]:
    """Give what is asked, each once, in the order of the findings."""
    return list(dict.fromkeys((finding.rule, finding.sheet, finding.cell) for finding in findings))


def _key(question: Question) -> Question:
    rule, sheet, cell = question
    return rule.strip().upper(), fold(sheet), cell.replace("$", "").strip().upper()


def prepare(sheet: Sheet, asked: list[Question]) -> tuple[str, int] | None:
    """Write the missing lines into the clerk's sheet, below what stands there.

    Returns:
        The first cell that waits for a text, and how many lines are ready; None if the sheet has no columns for
        them.
    """
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
    first = next((ready[_key(question)] for question in asked if _key(question) in ready), 0)
    count = sum(_key(question) in ready for question in asked)
    model = last if last > head else head + 1
    for question in [q for q in asked if _key(q) not in ready][: MOST_LINES - count]:
        last += 1
        for code, text in zip(CODES, question, strict=False):
            if code in columns and text:
                column = columns[code]
                sheet.write(last, column, harmless(text), like=(model, column))
        sheet.open(last, columns["text"], (model, columns["text"]))
        first = first or last
        count += 1
    return (address(first, columns["text"]) if first else ""), count


def new_sheet(asked: list[Question]) -> tuple[Grid, str, int]:
    """Make the sheet for a workbook that has none, laid out as the template's."""
    grid = Grid((12.0, 14.0, 10.0, 90.0))
    title = f"{message(f'template.sheet.{EXPLANATIONS_SHEET}')}"
    grid.add(Entry(title, "title", columns=4), height=26)
    for _ in range(3):
        grid.add()
    grid.add(*(Entry(code, "code") for code in CODES), is_hidden=True)
    grid.add(*(Entry(message(f"template.column.{code}"), "header") for code in CODES), height=22)
    for rule, sheet, cell in asked[:MOST_LINES]:
        grid.add(
            Entry(rule, "input"), Entry(sheet, "input"), Entry(cell, "input"), Entry("", "input"), height=32
        )
    return grid, "D7", len(asked[:MOST_LINES])
