"""What does not fit within one form: what its kind, its columns and its fixed lines ask of each other.

What belongs here: refusing what a form says of a column or line that nothing in it can answer. What does not:
names (`form_names.py`), and what a form names of other files (`references.py`).
"""

from collections.abc import Iterator

from ingestion.definitions.forms import Column, Form, Line
from ingestion.definitions.validity import Effective, holds_at_end_of
from ingestion.words.messages import Said

PERCENT = "PERCENT"
"""The unit of measure of a percentage."""

_OF_LINE, _OF_ROW = "LINE", "ROW"
_CLOSED = (None, "stock", "line")
"""Natures of what an opening may repeat: what is there at the end."""


_Fault = tuple[str, dict[str, object]]
"""Which text of the catalogue says what does not fit, and what fills it in beside form and column."""


def fault_of_kind(form: Form) -> Said | None:
    """Say what does not fit in a form; None where everything does, as on a cover, which holds no figures."""
    return None if form.rows == "cover" else next(_faults(form), None)


def _faults(form: Form) -> Iterator[Said]:
    for column in form.columns:
        for key, fields in (*_of_measure(form, column), *_of_column(form, column)):
            yield Said(f"misfit.{key}", {"form": form.code, "column": column.code, **fields})
    for key, fields in (*_of_lines(form), *_of_filing(form)):
        yield Said(f"misfit.{key}", {"form": form.code, **fields})


def _of_measure(form: Form, column: Column) -> Iterator[_Fault]:
    """Say what is wrong with unit and nature of a column."""
    if not column.is_number and (column.unit or column.nature):
        yield "no_numbers", {"type": column.type}
    if column.unit == _OF_LINE and not _lines_say(form, "unit"):
        yield "unit_of_line", {}
    if column.unit == _OF_ROW and form.rows != "targets":
        yield "unit_of_row", {}
    if column.nature == "line" and not _lines_say(form, "nature"):
        yield "nature_of_line", {}
    if column.type == "percent" and column.unit not in (None, PERCENT):
        yield "percent_unit", {"percent": PERCENT, "unit": column.unit}
    if column.type == "percent" and column.nature == "flow":
        yield "percent_flow", {}
    if column.unit == PERCENT and column.adds_up:
        yield "percent_added", {"percent": PERCENT}


def _lines_say(form: Form, what: str) -> bool:
    """Say whether each line of one set says something of its cells."""
    return any(all(getattr(line, what) for line in line_set.members) for line_set in form.lines)


def _of_column(form: Form, column: Column) -> Iterator[_Fault]:
    """Say what is wrong with what a column names, and with the time for which it is collected."""
    if column.type != "code" and (column.code in form.line_members or column.code == form.naming_column):
        yield "row_code", {"type": column.type}
    if column.choices and column.type != "code":
        yield "choices", {"type": column.type}
    if column.assigned is not None and (form.rows != "organisations" or not column.is_number):
        yield "assigned", {"assigned": column.assigned}
    if (closing := form.by_code.get(column.closing or "")) is not None:
        yield from _of_closing(column, closing)
    if not _is_ever(form, column.effective):
        yield "never_collected", {}


def _of_closing(opening: Column, closing: Column) -> Iterator[_Fault]:
    named = {"closing": closing.code}
    if closing is opening or closing.nature not in _CLOSED:
        yield "closing_stock", {**named}
    elif closing.unit != opening.unit:
        yield "closing_unit", {**named, "unit": opening.unit, "other": closing.unit}
    begins, ends = closing.effective.first, opening.effective.last
    if begins is not None and ends is not None and begins >= ends:
        yield "closing_time", {**named}


def _of_lines(form: Form) -> Iterator[_Fault]:
    for number, line_set in enumerate(form.lines):
        if line_set.column in {other.column for other in form.lines[:number]}:
            yield "two_sets", {"column": line_set.column}
        choices = form.by_code[line_set.column].choices
        if choices and (unknown := sorted({line.code for line in line_set.members} - {*choices})):
            yield "lines_choices", {"column": line_set.column, "lines": ", ".join(unknown)}
        for line in line_set.members:
            parents = {other.code: other.parent for other in line_set.members}
            for key, fields in _of_line(form, line, parents):
                yield key, {"line": line.code, **fields}


def _of_line(form: Form, line: Line, parents: dict[str, str | None]) -> Iterator[_Fault]:
    if line.unit in (_OF_LINE, _OF_ROW):
        yield "line_unit", {"unit": line.unit}
    if strangers := sorted(set(line.owed_by) - form.required_for.keys()):
        yield "line_owed", {"kinds": ", ".join(strangers)}
    above = parents[line.code]
    for _ in parents:
        if above == line.code:
            yield "line_circle", {}
            return
        above = parents.get(above or "")


def _of_filing(form: Form) -> Iterator[_Fault]:
    if not form.filed_for:
        yield "nobody_files", {"example": "{DISTRICT: [N]}"}
    elif not _is_ever(form, form.effective):
        yield "never_filed", {}


def _is_ever(form: Form, time: Effective) -> bool:
    return not form.filed_for or holds_at_end_of(form.filed_for, (form.effective, time))
