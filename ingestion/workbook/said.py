"""What a template says and colours: messages in hidden columns, and marks on the cells that they accuse.

What belongs here: their shapes, their order, and the two things that are said besides rules: a number that is
stored as text, and figures in a row without a key. What does not: how a rule becomes a formula
(`rule_formulas.py`) and the writing of cells (`aided.py`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from ingestion.gate.compiling import Check
from ingestion.records.cells import column_letter
from ingestion.words.messages import message
from ingestion.workbook.formulas import ROW, SheetPlace, has_content, is_text_for_number, literal

FIRST_MESSAGE_COLUMN = 703
"""AAA: the hidden columns of messages begin where no form reaches and no reader looks."""

BLANK_RULE = "V010"
"""What is still blank is said last: a mistake is more urgent than what has not been written yet."""

_CHUNK = 6000


@dataclass(frozen=True)
class Message:
    """Something that is said of the rows of a sheet, or of the sheet as a whole.

    Attributes:
        home: the form on whose sheet it is shown.
        row: the row in which it is computed; None: every row of data.
        formula: TRUE where something is wrong, with `ROW` for the number of the row.
        text: what is said, as a formula.
        colour: how cells are marked: error, warning, blank or text.
    """

    home: str
    row: int | None
    formula: str
    text: str
    colour: str

    @property
    def is_of_blanks(self) -> bool:
        """Whether it says that cells are still blank."""
        return self.colour == "blank"


@dataclass(frozen=True)
class Violation(Message):
    """The message of one check.

    Attributes:
        cell: column and row of the accused cell (None: the same row); None where it accuses no cell.
        is_exact: whether the gate judges each cell alone, so that the formula colours the cell directly.
        aim: hidden column that gives the row of the accused cell, where that is not the same for all rows.
    """

    check: Check
    cell: tuple[str, int | None] | None
    is_exact: bool = False
    aim: str | None = None


@dataclass(frozen=True)
class Mark:
    """A condition under which cells of one column are coloured.

    Attributes:
        form: the form on whose sheet they are.
        letters: their column.
        first: their first row.
        last: their last row.
        condition: TRUE where a cell is to be coloured, with `ROW` for the number of its row.
        message: what is said of them.
    """

    form: str
    letters: str
    first: int
    last: int
    condition: str
    message: Message


@dataclass
class Column:
    """One hidden column of messages, in order of urgency."""

    letters: str
    messages: list[Message]

    @property
    def formula(self) -> str:
        """The formula of each cell: the first message that applies, or nothing."""
        formula = '""'
        for said in reversed(self.messages):
            formula = f"IF({said.formula},{said.text},{formula})"
        return formula


@dataclass
class Letters:
    """Gives the letters of one column after the other."""

    next_column: int

    def __call__(self) -> str:
        """Give the letters of the next column."""
        letters = column_letter(self.next_column)
        self.next_column += 1
        return letters


def remarks_on(place: SheetPlace) -> list[Message]:
    """Give what is said of a row besides rules: figures without a key, and numbers that are stored as text."""
    form = place.form.code
    runs = _runs_of_numbers(place)
    remarks = []
    if place.spare:
        key = place.form.by_code[place.form.key[0]]
        text = literal(message("template.check.no_key", column=key.full_label()))
        remarks.append(Message(form, None, _has_no_key(place), text, "error"))
    texts = "+".join(f'COUNTA({cells})-COUNT({cells})-COUNTIF({cells},"x")' for cells in runs)
    if runs:
        text = literal(message("template.check.text_for_number"))
        remarks.append(Message(form, None, f"{texts}>0", text, "text"))
    return remarks


def _has_no_key(place: SheetPlace) -> str:
    runs = _runs_of_numbers(place)
    return f"IF({has_content(f'${place.letters[place.form.key[0]]}{ROW}')},FALSE,COUNT({','.join(runs)})>0)"


def _runs_of_numbers(place: SheetPlace) -> list[str]:
    """Give the cells of numbers of a row, those that stand side by side as one range."""
    columns = [number for number, c in enumerate(place.form.columns, start=1) if c.is_number]
    if not columns:
        return []
    breaks = [i for i, (left, right) in enumerate(pairwise(columns), start=1) if right != left + 1]
    bounds = [0, *breaks, len(columns)]
    return [
        f"${column_letter(columns[start])}{ROW}:${column_letter(columns[end - 1])}{ROW}"
        for start, end in pairwise(bounds)
    ]


def arranged(violations: Sequence[Message], remarks: Sequence[Message]) -> list[Column]:
    """Put messages into columns: errors first, blanks last, and the columns of one clause together."""

    def urgency(said: Message) -> tuple[bool, int, bool, str, int]:
        severity = ("error", "warning", "text", "blank").index(said.colour)
        if isinstance(said, Violation):
            rule = said.check.rule.id
            return (rule == BLANK_RULE, severity, True, rule, said.check.clause)
        return (False, severity, False, "", 0)

    letters = Letters(FIRST_MESSAGE_COLUMN)
    columns: list[Column] = []
    for said in sorted((*violations, *remarks), key=urgency):
        last = columns[-1].messages if columns else []
        if (
            last
            and all(isinstance(each, Violation) and each.is_exact for each in (last[-1], said))
            and urgency(last[-1]) == urgency(said)
            and last[-1].row == said.row
            and sum(len(each.formula) + len(each.text) for each in (*last, said)) < _CHUNK
        ):
            last.append(said)
        else:
            columns.append(Column(letters(), [said]))
    return columns


def marks_of(columns: Sequence[Column], place: SheetPlace) -> list[Mark]:
    """Give the conditions that colour cells, in the order in which they win."""
    return [*_marks_of_rules(columns, place), *_marks_of_remarks(columns, place)]


def _marks_of_rules(columns: Sequence[Column], place: SheetPlace) -> Iterator[Mark]:
    """Give the conditions that colour what the rules accuse, errors before warnings."""
    form = place.form.code
    for column in columns:
        for violation in column.messages:
            if not isinstance(violation, Violation) or violation.cell is None:
                continue
            letters, fixed = violation.cell
            first, last = (place.first, place.last) if fixed is None else (fixed, fixed)
            if violation.is_exact:
                condition = violation.formula
            elif violation.aim is not None:
                rows = f"${violation.aim}${place.first}:${violation.aim}${place.last}"
                condition = f"COUNTIF({rows},ROW($A{ROW}))>0"
            elif violation.row is not None:
                condition = f"LEN(${column.letters}${violation.row})>0"
            elif fixed is None:
                condition = f"LEN(${column.letters}{ROW})>0"
            else:
                condition = f'COUNTIF(${column.letters}${place.first}:${column.letters}${place.last},"?*")>0'
            yield Mark(form, letters, first, last, condition, violation)


def _marks_of_remarks(columns: Sequence[Column], place: SheetPlace) -> Iterator[Mark]:
    """Give the conditions that colour what is said besides rules; they yield to those of rules."""
    form = place.form.code
    for said in (each for column in columns for each in column.messages if not isinstance(each, Violation)):
        if said.colour == "error":
            letters = place.letters[place.form.key[0]]
            yield Mark(form, letters, place.first, place.last, said.formula, said)
            continue
        for column in place.form.number_columns:
            letters = place.letters[column.code]
            condition = is_text_for_number(f"${letters}{ROW}")
            yield Mark(form, letters, place.first, place.last, condition, said)
