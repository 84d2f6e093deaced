"""Whether the cells that an indicator names make the figure that it says: what may be added, counted or taken.

What belongs here: refusing indicators that would give a figure which nothing means. What does not: their shape
(`indicators.py`), and the adding itself, which is SQL of the dbt project.
"""

from collections.abc import Iterator, Mapping
from itertools import combinations

from ingestion.definitions.forms import OF_THE_ROW, Column, Form, Line
from ingestion.definitions.indicators import Indicator, Summand, check_summands
from ingestion.words.labels import CatalogueError

OF_ONE_ROW = frozenset({"rate", "distinct", "run"})
"""Kinds of indicator whose figure is the cell of one row."""

ADDED = frozenset({"stock", "flow"})
"""Kinds of indicator whose figure is a sum of cells that count the same thing."""

OF_ITS_UNIT = frozenset({"value", "opening"})
"""Parts that are told in the unit of the indicator."""

LASTING = frozenset({"opening", "stock", "base"})
"""Natures of what is there at a time, which no years add up."""


def check_indicator(file: str, indicator: Indicator, forms: Mapping[str, Form]) -> None:
    """Refuse an indicator that names what is not there, or whose figure would mean nothing.

    Args:
        file: where it is declared.
        indicator: the indicator.
        forms: all forms, with all columns that they ever had.

    Raises:
        CatalogueError: it does, adds what is never added, counts the same twice, or mixes units; the message
            says why and what to do.
    """
    check_summands(file, indicator, forms)
    for part, summands in indicator.parts:
        for reason in _reasons(indicator, part, summands, forms):
            raise CatalogueError(f"{file}: {indicator.code} {reason}")


def _reasons(
    indicator: Indicator, part: str, summands: tuple[Summand, ...], forms: Mapping[str, Form]
) -> Iterator[str]:
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
        yield "is a rate, which no years add up: its over_time is last (or first)"
    for one, other in combinations(summands, 2):
        if not one.effective.meets(other.effective):
            continue
        if indicator.kind in OF_ONE_ROW:
            yield (
                f"is the cell of one row, and names {_named(one)} and {_named(other)} for the same time; name"
                " one, or give each its time (effective)"
            )
        if one.model_copy(update={"effective": other.effective}) == other:
            yield f"counts {_named(one)} twice for the same time; name it once"


def _named(summand: Summand) -> str:
    return f"{summand.form}.{summand.column}"


def _of_column(indicator: Indicator, summand: Summand, column: Column) -> Iterator[str]:
    if summand.count and column.type != "code":
        yield f"counts codes in {_named(summand)}, which holds none (its type is {column.type})"
    elif not summand.count and not column.is_number:
        yield (
            f"takes numbers from {_named(summand)}, which holds none (its type is {column.type}); count its"
            " codes instead (count)"
        )
    elif (
        not summand.count
        and indicator.kind not in OF_ONE_ROW
        and not (column.adds_up or column.nature == "line")
    ):
        yield (
            f"adds up {_named(summand)}, which is never added over rows and units: a percentage, a score, a"
            " distinct count, or a decimal of which the form does not say how it adds (nature); make the"
            " indicator a rate or distinct, or give the column its nature"
        )


def _of_lines(summand: Summand, form: Form) -> Iterator[str]:
    """Refuse all lines of a form together where these do not all say the same of a column."""
    column = form.by_code[summand.column]
    if summand.where or form.rows != "lines":
        return
    if (column.unit in OF_THE_ROW and not form.lines_agree("unit")) or (
        column.nature == "line" and not form.lines_agree("nature")
    ):
        yield (
            f"adds all lines of {_named(summand)}, which count different things; name the lines that belong"
            " together (where)"
        )


def _over_years(indicator: Indicator, summand: Summand, form: Form) -> Iterator[str]:
    if summand.over_time != "sum":
        return
    column = form.by_code[summand.column]
    natures: set[str | None] = {column.nature}
    if column.nature == "line":
        natures = {line.nature for line in _lines(summand, form)}
    if indicator.kind == "stock" or natures & LASTING:
        yield (
            f"adds up years of {_named(summand)}, which is what is there at a time; its over_time is last, and"
            " the indicator a stock"
        )


def _of_unit(indicator: Indicator, summand: Summand, form: Form) -> Iterator[str]:
    column = form.by_code[summand.column]
    units = {line.unit for line in _lines(summand, form)} if column.unit in OF_THE_ROW else {column.unit}
    units -= {None}
    if units and indicator.unit not in units:
        yield (
            f"is told in {indicator.unit}, and {_named(summand)} counts {', '.join(sorted(map(str, units)))};"
            " one of the two units is wrong"
        )


def _lines(summand: Summand, form: Form) -> Iterator[Line]:
    """Give the fixed lines whose cells a summand takes."""
    for key, members in form.line_members.items():
        wanted = summand.where.get(key, tuple(members))
        yield from (line for code, line in members.items() if code in wanted)
