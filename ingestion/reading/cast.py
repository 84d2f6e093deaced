"""Typed values from stored cells, by what a column holds.

What belongs here: one cell and one column at a time. A failed cast is never a missing value: counts that are
none are marked for the gate, everything else becomes a problem with its place. What does not: which cell
belongs to which column (`header.py`) and which rows are data (`tables.py`).
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cached_property
from typing import NamedTuple

from ingestion.definitions.forms import Column
from ingestion.reading.header import folded
from ingestion.reading.lost_letters import has_lost
from ingestion.reading.runs import CUT
from ingestion.records.cells import ENGLISH_DECIMAL, Cell, CellType, LeftOut
from ingestion.records.stored import (
    MAX_DIGITS,
    NumberKind,
    NumberText,
    date_order,
    format_date,
    format_number,
    is_date_format,
    is_percent_format,
    is_plausible_date,
    parse_date,
    parse_number,
    whole,
)
from ingestion.records.submissions import Mark, Problem, Reading, TextDate, Value
from ingestion.records.text import shortened
from ingestion.words.labels import Label


class Cast(NamedTuple):
    """A cell as a value, or why it has none, and its text where that is worth keeping."""

    value: Value
    mark: Mark | None = None
    text: str | None = None


BLANK = Cast(None, Mark.BLANK)

_LONGEST_PAIR = 200
_TWO_VALUES = re.compile(r"([0-9][0-9.]*)\s*[(;,/]\s*([^0-9()]*?)\s*([0-9][0-9.]*)\s*([^0-9()]*)\)?")
_WITH_WORDS = re.compile(r"([0-9][0-9.]*)\s+([^\W\d_][^0-9]*)")
SCIENTIFIC = re.compile(r"[0-9](?:[.,][0-9]+)?[Ee]\+[0-9]{1,3}")
_SERIAL = re.compile(r"[0-9]{5}")
_WIDE_GAP = re.compile(r"(?<=[0-9.,])(?:\s{2,}|[\t-\r\x1c-\x1f\x85\u2028\u2029])(?=[0-9.,%])")
"""What parts two numbers rather than the thousands of one."""

_NAME = re.compile(r"(?:\w+_)?name")
"""Codes of columns that hold a name beside a code, for control only."""

_FIRST_YEAR, _LAST_YEAR = 1990, 2099
"""Numbers of days in other years are no dates that a report can hold."""

_DASHES = frozenset({"-", "–", "—", "−"})
CONVERSIONS = {
    NumberKind.PLAIN: "text_number",
    NumberKind.GROUPED: "grouped_number",
    NumberKind.DECIMAL: "decimal_text",
    NumberKind.AMBIGUOUS: "decimal_text",
    NumberKind.ZERO: "dash_zero",
    NumberKind.NOT_APPLICABLE: "not_applicable",
    NumberKind.BLANK: "dots_blank",
}
"""What is counted when a text becomes a number, by how it was written."""


def squash(text: str) -> str:
    """Give the key under which codes of a closed list are compared: `KT CH`, `kt-ch` and `KT_CH` are one."""
    return folded(text).replace(" ", "")


@dataclass(frozen=True)
class CodedColumn:
    """A column with the closed list of its codes, if it has one.

    Attributes:
        column: the column.
        members: its fixed lines' labels by code, for key columns of forms with fixed lines.
    """

    column: Column
    members: Mapping[str, Label] | None = None

    @cached_property
    def codes(self) -> dict[str, str]:
        """Codes by their squashed spelling, and by their label where only one line has it."""
        if self.members is None:
            return {squash(code): code for code in self.column.choices}
        labels: dict[str, str | None] = {}
        for code, label in self.members.items():
            key = squash(label.vi)
            labels[key] = None if key in labels else code
        found = {key: code for key, code in labels.items() if code}
        return found | {squash(code): code for code in self.members}


def cast(
    cell: Cell | None,
    target: CodedColumn,
    sheet: str,
    reading: Reading,
    apart: tuple[str, LeftOut] | None = None,
) -> Cast:
    """Cast one cell, counting conversions and reporting what cannot be cast in the reading.

    Args:
        cell: without what is no part of its value.
        target: the column.
        sheet: name of the sheet.
        reading: gets conversions, notes and problems.
        apart: the whole text of the cell and what of it was left out, if anything was.
    """
    if cell is None:
        return BLANK
    if cell.type is CellType.ERROR:
        return _error(cell, target, sheet, reading)
    if target.column.type == "text":
        return _text(cell, target, sheet, reading)
    if cell.number_format is not None and is_date_format(cell.number_format):
        # It is to be a date and counts no day of the calendar.
        reading.problems.append(_problem("R065", cell, target.column, sheet))
        return Cast(None, Mark.INVALID, cell.text)
    if apart is not None:
        return _cast_rest(cell, target, sheet, reading, apart)
    return _CASTS[target.column.type](cell, target, sheet, reading)


def _cast_rest(
    cell: Cell, target: CodedColumn, sheet: str, reading: Reading, apart: tuple[str, LeftOut]
) -> Cast:
    """Cast what is left of a cell and say what was left out; where that is no value, the cell is a finding."""
    text, left = apart
    whole = cell._replace(text=text)
    parts = shortened(" ".join(part for part in (left.raised.strip(), left.struck.strip()) if part))
    problems = len(reading.problems)
    # What stood on both sides of something that was left out is no value, though it may look like one.
    if left.rest and CUT not in left.rest:
        result = _CASTS[target.column.type](cell, target, sheet, reading)
        if result.mark is not Mark.INVALID:
            note = _problem("R140", whole, target.column, sheet, left=parts, read=shortened(left.rest))
            reading.notes.append(note)
            return result
    del reading.problems[problems:]  # what is wrong with the rest is not what is wrong with the cell
    reading.problems.append(_problem("R064", whole, target.column, sheet, left=parts))
    return Cast(None, Mark.INVALID, text)


def _error(cell: Cell, target: CodedColumn, sheet: str, reading: Reading) -> Cast:
    column = target.column
    if column.type == "text":
        reading.notes.append(_problem("R113", cell, column, sheet))
    elif column.type != "int":
        reading.problems.append(_problem("R045", cell, column, sheet))
    return Cast(None, Mark.ERROR, cell.text)


def _text(cell: Cell, target: CodedColumn, sheet: str, reading: Reading) -> Cast:
    if cell.type is CellType.TEXT and _NAME.fullmatch(target.column.code) and has_lost(cell.text):
        return Cast(None, Mark.INVALID, cell.text)  # it names nobody; a note has told of it
    return Cast(cell.text)


def _number_text(cell: Cell) -> NumberText:
    """Read the text of a cell as a number; two numbers on two lines, or far apart, are none."""
    if cell.number_format == ENGLISH_DECIMAL:
        return NumberText(NumberKind.DECIMAL, float(cell.text))
    parsed = parse_number(cell.text)
    if " " in cell.text and parsed.value is not None and _WIDE_GAP.search(str(cell.value).strip()):
        return NumberText(NumberKind.INVALID)
    return parsed


def _count(cell: Cell, target: CodedColumn, sheet: str, reading: Reading) -> Cast:
    column = target.column
    if cell.type is CellType.NUMBER:
        if cell.number_format is None or not is_percent_format(cell.number_format):
            number = whole(float(cell.value))  # type: ignore[arg-type]  # the type says that it is a number
            if number is not None:
                return Cast(number)
        return Cast(None, Mark.INVALID, cell.text)
    if cell.type is not CellType.TEXT:
        if cell.type is CellType.DATE:
            reading.notes.append(_problem("R121", cell, column, sheet, guess=_guess(cell)))
        return Cast(None, Mark.INVALID, cell.text)
    parsed = _number_text(cell)
    if parsed.kind in (NumberKind.PLAIN, NumberKind.GROUPED, NumberKind.ZERO) and not parsed.is_percent:
        reading.conversions[CONVERSIONS[parsed.kind]] += 1
        return Cast(parsed.value, None, cell.text)
    if parsed.kind is NumberKind.INVALID:
        _propose(cell, column, sheet, reading)
    return _no_number(cell, parsed.kind, reading)


def _guess(cell: Cell) -> str:
    """Give the fractions that a spreadsheet may have turned into this date.

    `9/12` becomes 9 December; `10/17` becomes the first of October 2017, or 17 October where months go first.
    """
    day = cell.value
    if not isinstance(day, date):
        return cell.text
    guesses = [f"{day.day}/{day.month}"]
    if day.day == 1:
        guesses.append(f"{day.month}/{day.year % 100}")
    elif day.day > 12:
        guesses.append(f"{day.month}/{day.day}")
    return ", ".join(guesses)


def _propose(cell: Cell, column: Column, sheet: str, reading: Reading) -> None:
    """Note how to part a cell that holds a number and something else."""
    if len(cell.text) > _LONGEST_PAIR:
        return
    if match := _TWO_VALUES.fullmatch(cell.text):
        rest = f"{match[2].strip()} {match[4].strip()}".strip()
        reading.notes.append(
            _problem("R122", cell, column, sheet, first=match[1], second=match[3], rest=rest or "?")
        )
    elif match := _WITH_WORDS.fullmatch(cell.text):
        reading.notes.append(_problem("R123", cell, column, sheet, first=match[1], rest=match[2].strip()))


def _no_number(cell: Cell, kind: NumberKind, reading: Reading) -> Cast:
    if kind is NumberKind.NOT_APPLICABLE:
        reading.conversions["not_applicable"] += 1
        return Cast(None, Mark.NOT_APPLICABLE, cell.text)
    if kind is NumberKind.BLANK:
        reading.conversions["dots_blank"] += 1
        return Cast(None, Mark.BLANK, cell.text)
    return Cast(None, Mark.INVALID, cell.text)


def _quantity(cell: Cell, target: CodedColumn, sheet: str, reading: Reading) -> Cast:
    column = target.column
    if cell.type is CellType.NUMBER:
        value = float(cell.value)  # type: ignore[arg-type]  # the type says that it is a number
        if cell.number_format is not None and is_percent_format(cell.number_format):
            reading.conversions["percent_format"] += 1
            value = round(value * 100, 10)
        if value - value == 0:
            return Cast(value, None, cell.text)
    elif cell.type is CellType.TEXT:
        parsed = _number_text(cell)
        if parsed.value is not None:
            if _is_ambiguous(parsed.kind, parsed.is_percent, column):
                reading.problems.append(_problem("R047", cell, column, sheet))
                return Cast(None, Mark.INVALID, cell.text)
            reading.conversions[CONVERSIONS[parsed.kind]] += 1
            return Cast(float(parsed.value), None, cell.text)
        marked = _no_number(cell, parsed.kind, reading)
        if marked.mark is not Mark.INVALID:
            return marked
        _propose(cell, column, sheet, reading)
    elif cell.type is CellType.DATE:
        reading.problems.append(_problem("R048", cell, column, sheet, guess=_guess(cell)))
        return Cast(None, Mark.INVALID, cell.text)
    reading.problems.append(_problem("R042", cell, column, sheet))
    return Cast(None, Mark.INVALID, cell.text)


def _is_ambiguous(kind: NumberKind, has_sign: bool, column: Column) -> bool:
    """Say whether thousands and decimals cannot be told apart: `1,252` of things, `10.245` percent."""
    is_percent = has_sign or column.type == "percent"
    return kind is (NumberKind.GROUPED if is_percent else NumberKind.AMBIGUOUS)


def _code(cell: Cell, target: CodedColumn, sheet: str, reading: Reading) -> Cast:
    column = target.column
    text = _code_text(cell)
    damage = _damage(cell, text)
    if damage is not None:
        reading.problems.append(_problem(damage, cell, column, sheet))
        return Cast(None, Mark.INVALID, cell.text)
    if cell.type is CellType.NUMBER:
        reading.conversions["code_from_number"] += 1
    if not column.choices and target.members is None:
        return Cast("–" if text in _DASHES else text)
    code = target.codes.get(squash(text))
    if code is not None:
        if code != text:
            reading.conversions["code_spelling"] += 1
        return Cast(code)
    if text in _DASHES or parse_number(text).kind is NumberKind.BLANK:
        reading.conversions["dots_blank"] += 1
        return Cast(None, Mark.BLANK, cell.text)
    problem = "R044" if target.members is None else "R040"
    allowed = ", ".join(target.members or column.choices)
    reading.problems.append(_problem(problem, cell, column, sheet, allowed=allowed))
    return Cast(None, Mark.INVALID, cell.text)


def _code_text(cell: Cell) -> str:
    if cell.type is CellType.NUMBER:
        return format_number(float(cell.value))  # type: ignore[arg-type]  # the type says that it is a number
    return cell.text.removeprefix("'")


def _damage(cell: Cell, text: str) -> str | None:
    """Give the problem of a code of which a spreadsheet has left too little to know what it was."""
    if cell.type is CellType.NUMBER:
        return "R050" if len(text) > MAX_DIGITS else None
    if cell.type is CellType.TEXT:
        if has_lost(text):
            return "R087"
        return "R049" if SCIENTIFIC.fullmatch(text) else None
    return "R046"


def _date(cell: Cell, target: CodedColumn, sheet: str, reading: Reading) -> Cast:
    column = target.column
    if cell.type is CellType.DATE and isinstance(cell.value, date) and is_plausible_date(cell.value):
        return Cast(cell.value.date() if isinstance(cell.value, datetime) else cell.value)
    if (day := _serial(cell, reading.day_zero)) is not None:
        reading.conversions["date_serial"] += 1
        reading.notes.append(_problem("R124", cell, column, sheet, read=format_date(day)))
        return Cast(day, None, cell.text)
    if cell.type is CellType.TEXT:
        day = parse_date(cell.text)
        if order := date_order(cell.text):
            reading.text_dates.append(TextDate(sheet, cell.address, cell.text, order, day is not None))
        if day is not None:
            reading.conversions["date_text"] += 1
            return Cast(day, None, cell.text)
        if cell.text in _DASHES or parse_number(cell.text).kind is NumberKind.BLANK:
            reading.conversions["dots_blank"] += 1
            return Cast(None, Mark.BLANK, cell.text)
    reading.problems.append(_problem("R043", cell, column, sheet))
    return Cast(None, Mark.INVALID, cell.text)


def _serial(cell: Cell, day_zero: date) -> date | None:
    """Give the day of a date that lost its format and shows as a number of days (43312)."""
    if cell.type not in (CellType.NUMBER, CellType.TEXT) or not _SERIAL.fullmatch(cell.text):
        return None
    day = day_zero + timedelta(days=int(cell.text))
    return day if _FIRST_YEAR <= day.year <= _LAST_YEAR else None


_CASTS = {
    "int": _count,
    "decimal": _quantity,
    "percent": _quantity,
    "code": _code,
    "date": _date,
}


def _problem(code: str, cell: Cell, column: Column, sheet: str, **details: str) -> Problem:
    return Problem(code, sheet, cell.address, cell.text, column_details(column) | details)


def column_details(column: Column) -> dict[str, str]:
    """Give the fields with which messages name a column."""
    return {"column": column.code, "label": column.full_label("vi"), "label_en": column.full_label("en")}
