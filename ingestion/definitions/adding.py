"""Whether the cells that an indicator names make the figure that it says: what may be added, counted or taken.

What belongs here: refusing indicators that would give a figure which nothing means. What does not: their shape
(`indicators.py`), and the adding itself, which is SQL of the dbt project.
"""

from collections.abc import Iterator, Mapping
from itertools import combinations

from ingestion.definitions.forms import OF_THE_ROW, Column, Form, Line
from ingestion.definitions.indicators import Indicator, Summand, fault_of_summands
from ingestion.words.messages import Said

OF_ONE_ROW = frozenset({"rate", "distinct", "run"})
"""Kinds of indicator whose figure is the cell of one row."""

ADDED = frozenset({"stock", "flow"})
"""Kinds of indicator whose figure is a sum of cells that count the same thing."""

OF_ITS_UNIT = frozenset({"value", "opening"})
"""Parts that are told in the unit of the indicator."""

LASTING = frozenset({"opening", "stock", "base"})
"""Natures of what is there at a time, which no years add up."""


_Fault = tuple[str, dict[str, object]]
"""Which text of the catalogue says what does not fit, and what fills it in beside the indicator."""


def fault_of_cells(indicator: Indicator, forms: Mapping[str, Form]) -> Said | None:
    """Say why the figure of an indicator would mean nothing; None where it means something.

    It names what is not there, adds what is never added, counts the same twice, or mixes units.

    Args:
        indicator: the indicator.
        forms: all forms, with all columns that they ever had.
    """
    if (fault := fault_of_summands(indicator, forms)) is not None:
        return fault
    reasons = (one for part, summands in indicator.parts for one in _reasons(indicator, part, summands, forms))
    found = next(reasons, None)
    return found and Said(f"misfit.{found[0]}", {"indicator": indicator.code, **found[1]})


def _reasons(
    indicator: Indicator, part: str, summands: tuple[Summand, ...], forms: Mapping[str, Form]
) -> Iterator[_Fault]:
    for summand in summands:
        form = forms[summand.form]
        yield from _of_column(indicator, summand, form.by_code[summand.column])
        if not summand.count:
            yield from _of_lines(summand, form)
            if part == "value" and indicator.kind in ADDED:
                yield from _over_years(indicator, summand, form)
            if part in OF_ITS_UNIT:
                yield from _of_unit(indicator, summand, form)
    if indicator.kind == "rate" and any(summand.over_time == "sum" for summand in summands):
        yield "years_of_rate", {}
    for one, other in combinations(summands, 2):
        if not one.effective.meets(other.effective):
            continue
        if indicator.kind in OF_ONE_ROW:
            yield "one_row", {"cell": _named(one), "other": _named(other)}
        if one.model_copy(update={"effective": other.effective}) == other:
            yield "counted_twice", {"cell": _named(one)}


def _named(summand: Summand) -> str:
    return f"{summand.form}.{summand.column}"


def _of_column(indicator: Indicator, summand: Summand, column: Column) -> Iterator[_Fault]:
    if summand.count and column.type != "code":
        yield "counts_no_codes", {"cell": _named(summand), "type": column.type}
    elif not summand.count and not column.is_number:
        yield "takes_no_numbers", {"cell": _named(summand), "type": column.type}
    elif (
        not summand.count
        and indicator.kind not in OF_ONE_ROW
        and not (column.adds_up or column.nature == "line")
    ):
        yield "never_added", {"cell": _named(summand)}


def _of_lines(summand: Summand, form: Form) -> Iterator[_Fault]:
    """Refuse all lines of a form together where these do not all say the same of a column."""
    column = form.by_code[summand.column]
    if summand.where or form.rows != "lines":
        return
    if (column.unit in OF_THE_ROW and not form.lines_agree("unit")) or (
        column.nature == "line" and not form.lines_agree("nature")
    ):
        yield "different_lines", {"cell": _named(summand)}


def _over_years(indicator: Indicator, summand: Summand, form: Form) -> Iterator[_Fault]:
    if summand.over_time != "sum":
        return
    column = form.by_code[summand.column]
    natures: set[str | None] = {column.nature}
    if column.nature == "line":
        natures = {line.nature for line in _lines(summand, form)}
    if indicator.kind == "stock" or natures & LASTING:
        yield "years_of_stock", {"cell": _named(summand)}


def _of_unit(indicator: Indicator, summand: Summand, form: Form) -> Iterator[_Fault]:
    column = form.by_code[summand.column]
    units = {line.unit for line in _lines(summand, form)} if column.unit in OF_THE_ROW else {column.unit}
    units -= {None}
    if units and indicator.unit not in units:
        other = ", ".join(sorted(map(str, units)))
        yield "unit_differs", {"unit": indicator.unit, "cell": _named(summand), "other": other}


def _lines(summand: Summand, form: Form) -> Iterator[Line]:
    """Give the fixed lines whose cells a summand takes."""
    for key, members in form.line_members.items():
        wanted = summand.where.get(key, tuple(members))
        yield from (line for code, line in members.items() if code in wanted)
