"""What does not fit within one form: what its kind, its columns and its fixed lines ask of each other.

What belongs here: refusing what a form says of a column or line that nothing in it can answer. What does not:
names (`form_names.py`), and what a form names of other files (`references.py`).
"""

from collections.abc import Iterator

from ingestion.definitions.forms import Column, Form, Line
from ingestion.definitions.validity import Effective, holds_at_end_of

PERCENT = "PERCENT"
"""The unit of measure of a percentage."""

_OF_LINE, _OF_ROW = "LINE", "ROW"
_CLOSED = (None, "stock", "line")
"""Natures of what an opening may repeat: what is there at the end."""


def fault_of_kind(form: Form) -> str | None:
    """Say what does not fit in a form; None where everything does, as on a cover, which holds no figures."""
    fault = None if form.rows == "cover" else next(_faults(form), None)
    return fault and f"{form.code}: {fault}"


def _faults(form: Form) -> Iterator[str]:
    for column in form.columns:
        for fault in (*_of_measure(form, column), *_of_column(form, column)):
            yield f"{column.code} {fault}"
    yield from _of_lines(form)
    yield from _of_filing(form)


def _of_measure(form: Form, column: Column) -> Iterator[str]:
    """Say what is wrong with unit and nature of a column."""
    if not column.is_number and (column.unit or column.nature):
        yield f"holds no numbers (its type is {column.type}), so that it has neither unit nor nature"
    if column.unit == _OF_LINE and not _lines_say(form, "unit"):
        yield "has the unit LINE: that is for forms with rows: lines, each of whose lines has a unit"
    if column.unit == _OF_ROW and form.rows != "targets":
        yield "has the unit ROW: that is for forms with rows: targets, where each target has its unit"
    if column.nature == "line" and not _lines_say(form, "nature"):
        yield "has the nature line: that is for forms with rows: lines, each of whose lines has a nature"
    if column.type == "percent" and column.unit not in (None, PERCENT):
        yield f"holds percentages, which are told in {PERCENT} and not in {column.unit}"
    if column.type == "percent" and column.nature == "flow":
        yield "holds percentages, which are no flow: no quarter is the difference of two; its nature is ratio"
    if column.unit == PERCENT and column.adds_up:
        yield f"is told in {PERCENT} and would be added up; its type is percent, or its nature ratio"


def _lines_say(form: Form, what: str) -> bool:
    """Say whether each line of one set says something of its cells."""
    return any(all(getattr(line, what) for line in line_set.members) for line_set in form.lines)


def _of_column(form: Form, column: Column) -> Iterator[str]:
    """Say what is wrong with what a column names, and with the time for which it is collected."""
    if column.type != "code" and (column.code in form.line_members or column.code == form.naming_column):
        yield f"says of what the row is, by a code; its type is code and not {column.type}"
    if column.choices and column.type != "code":
        yield f"has choices, which are codes; its type is code and not {column.type}"
    if column.assigned is not None and (form.rows != "organisations" or not column.is_number):
        yield (
            f"is assigned {column.assigned}: a blank workbook brings the target of the row's organisation, in a"
            " column of numbers of a form with rows: organisations"
        )
    if (closing := form.by_code.get(column.closing or "")) is not None:
        yield from _of_closing(column, closing)
    if not _is_ever(form, column.effective):
        yield f"is never collected: no period for which {form.code} is filed ends in its time (effective)"


def _of_closing(opening: Column, closing: Column) -> Iterator[str]:
    if closing is opening or closing.nature not in _CLOSED:
        yield f"names its closing {closing.code}, which is no stock"
    elif closing.unit != opening.unit:
        yield f"counts {opening.unit}, and its closing {closing.code} counts {closing.unit}"
    begins, ends = closing.effective.first, opening.effective.last
    if begins is not None and ends is not None and begins >= ends:
        yield f"ends before there is a {closing.code} of an earlier year, which it would repeat"


def _of_lines(form: Form) -> Iterator[str]:
    for number, line_set in enumerate(form.lines):
        if line_set.column in {other.column for other in form.lines[:number]}:
            yield f"{line_set.column} has two sets of lines; write them as one"
        choices = form.by_code[line_set.column].choices
        if choices and (unknown := sorted({line.code for line in line_set.members} - {*choices})):
            yield f"{line_set.column} has lines that are none of its choices: {', '.join(unknown)}"
        for line in line_set.members:
            yield from _of_line(form, line, {other.code: other.parent for other in line_set.members})


def _of_line(form: Form, line: Line, parents: dict[str, str | None]) -> Iterator[str]:
    if line.unit in (_OF_LINE, _OF_ROW):
        yield f"line {line.code} has the unit {line.unit}, which is what a column says; name the line's own"
    if strangers := sorted(set(line.owed_by) - form.required_for.keys()):
        yield f"line {line.code} is owed by {', '.join(strangers)}, of which the form is not required"
    above = parents[line.code]
    for _ in parents:
        if above == line.code:
            yield f"line {line.code} is a part of itself (parent)"
            return
        above = parents.get(above or "")


def _of_filing(form: Form) -> Iterator[str]:
    if not form.filed_for:
        yield (
            "nobody may file the form: required_for names no kind of unit with a part of the year, such as"
            " {DISTRICT: [N]}"
        )
    elif not _is_ever(form, form.effective):
        yield "the form is never filed: no period for which it is filed ends in its time (effective)"


def _is_ever(form: Form, time: Effective) -> bool:
    return not form.filed_for or holds_at_end_of(form.filed_for, (form.effective, time))
