"""Indicators as data: the shape of `indicators/*.yml`, and whether the cells that they name exist.

What belongs here: what an indicator is made of, and when it is collected. What does not: loading them
(`catalogue.py`) and computing them, which is SQL of the dbt project.
"""

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from ingestion.definitions.forms import OF_THE_ROW, Code, Form
from ingestion.definitions.unfit import UnfitError
from ingestion.definitions.validity import ALWAYS, Effective, turning_days
from ingestion.words.labels import Label, Strict
from ingestion.words.messages import Said

MOST_DECIMALS = 6
"""More decimals than any figure of counts is told with."""

OF_KINDS: Mapping[str, frozenset[str]] = {
    "value": frozenset({"stock", "flow", "rate", "distinct", "run"}),
    "numerator": frozenset({"ratio"}),
    "denominator": frozenset({"ratio", "stock", "flow"}),
    "opening": frozenset({"stock"}),
}
"""The kinds of indicator whose figure has a part."""


class Summand(Strict):
    """One summand of an indicator: cells of a form that are added up or counted.

    Attributes:
        form: the form.
        column: the column whose cells count.
        where: further columns of the row -> codes that the row must carry (such as line_code).
        count: instead of adding the cell's number, count 1 where its code is one of these.
        sign: 1, or -1 to subtract.
        over_time: how years make a term of office: flows add up, stocks take the last, some bases the first,
            distinct counts and runs have no figure of a term.
        effective: the periods in which it is part of the indicator, by their last day: where a column takes the
            place of another, the summand of each holds for its own time.
    """

    form: Code
    column: Code
    where: dict[Code, Annotated[tuple[str, ...], Field(min_length=1)]] = Field(default_factory=dict)
    count: tuple[str, ...] = ()
    sign: Literal[1, -1] = 1
    over_time: Literal["sum", "first", "last", "none"]
    effective: Effective = ALWAYS


class Indicator(Strict):
    """One indicator: what is counted, in which unit, and how it adds.

    Attributes:
        kind: `stock`, `flow`, `ratio` (percent of two parts), `rate` (a percentage as filed, which lasts over
            time like a stock but is never added over units), `distinct` (never added; like a rate it is the
            cell of one row), `run` (years in a row) or `registry` (taken from the registry).
        value: the cells of the figure itself (stock, flow, rate, distinct, run).
        numerator: for ratios.
        denominator: for ratios; may also accompany a count (126 of 137).
        opening: for stocks with a before: the opening cells.
        source: for `registry` indicators, the registry table.
        section: the part of the report in which it stands.
        decimals: decimals when printed.
    """

    code: Code
    name: Label
    unit: str
    kind: Literal["stock", "flow", "ratio", "rate", "distinct", "run", "registry"]
    section: str
    decimals: int = Field(default=0, ge=0, le=MOST_DECIMALS)
    value: tuple[Summand, ...] = ()
    numerator: tuple[Summand, ...] = ()
    denominator: tuple[Summand, ...] = ()
    opening: tuple[Summand, ...] = ()
    source: Literal["successions"] | None = None
    note: Label | None = None

    @model_validator(mode="after")
    def _is_coherent(self) -> Self:
        if self.kind == "ratio" and not (self.numerator and self.denominator and not self.value):
            raise UnfitError("ratio_parts", indicator=self.code)
        if self.kind in ("stock", "flow", "rate", "distinct", "run") and not self.value:
            raise UnfitError("no_value", indicator=self.code, kind=self.kind)
        if strangers := [name for name, _ in self.parts if self.kind not in OF_KINDS[name]]:
            raise UnfitError("part_of_kind", indicator=self.code, kind=self.kind, parts=", ".join(strangers))
        if self.unit in OF_THE_ROW:
            raise UnfitError("figure_unit", indicator=self.code, unit=self.unit)
        is_timeless = self.kind in ("distinct", "run")
        if any(
            (summand.over_time == "none") != is_timeless for _, summands in self.parts for summand in summands
        ):
            raise UnfitError("over_time_none", indicator=self.code)
        if (self.kind == "registry") != (self.source is not None):
            raise UnfitError("source_of_kind", indicator=self.code)
        return self

    @property
    def is_rounded(self) -> bool:
        """Whether it is told rounded, so that who writes what was told writes a rounded figure."""
        return self.kind == "ratio" or self.decimals > 0

    @property
    def parts(self) -> tuple[tuple[str, tuple[Summand, ...]], ...]:
        """The named parts with their summands, empty ones left out."""
        named = (
            ("value", self.value),
            ("numerator", self.numerator),
            ("denominator", self.denominator),
            ("opening", self.opening),
        )
        return tuple((name, summands) for name, summands in named if summands)

    def on(self, day: date) -> "Indicator":
        """Give the indicator as periods that end on a day make it; the same object where all summands hold."""
        if all(summand.effective.covers(day) for _, summands in self.parts for summand in summands):
            return self
        held = {
            name: tuple(one for one in summands if one.effective.covers(day)) for name, summands in self.parts
        }
        return self.model_copy(update=held)


def is_collected(summands: Iterable[Summand], forms: Mapping[str, Form], day: date) -> bool:
    """Say whether periods that end on a day have every cell of which a part of an indicator is then made.

    A part of which one summand is not collected has no figure: without it, a sum would look whole and be
    smaller.

    Args:
        summands: of one part of an indicator.
        forms: all forms, with all columns that they ever had.
        day: the last day of a period.
    """
    held = [summand for summand in summands if summand.effective.covers(day)]
    return bool(held) and all(
        forms[summand.form].effective.covers(day) and _columns_hold(forms[summand.form], summand, day)
        for summand in held
    )


def _columns_hold(form: Form, summand: Summand, day: date) -> bool:
    return all(form.by_code[column].effective.covers(day) for column in (summand.column, *summand.where))


class IndicatorFile(Strict):
    """The shape of a file of `indicators`."""

    indicators: tuple[Indicator, ...]


def fault_of_summands(indicator: Indicator, forms: Mapping[str, Form]) -> Said | None:
    """Say which cells an indicator names that are in no form, or that no period has together; None of none.

    Nor may it divide two parts, which gives percent, and call that something else.
    """
    if indicator.kind == "ratio" and indicator.unit != "PERCENT":
        return _misfit("ratio_unit", indicator)
    for part, summands in indicator.parts:
        for summand in summands:
            if (fault := _fault_of_summand(indicator, summand, forms)) is not None:
                return fault
        if not any(is_collected(summands, forms, day) for day in turning_days(_intervals(summands, forms))):
            cells = ", ".join(f"{summand.form}.{summand.column}" for summand in summands)
            return _misfit("never_together", indicator, part=part, cells=cells)
    return None


def _misfit(key: str, indicator: Indicator, **fields: str) -> Said:
    return Said(f"misfit.{key}", {"indicator": indicator.code, **fields})


def _intervals(summands: Iterable[Summand], forms: Mapping[str, Form]) -> Iterable[Effective]:
    for summand in summands:
        form = forms[summand.form]
        yield from (summand.effective, form.effective)
        yield from (form.by_code[column].effective for column in (summand.column, *summand.where))


def _fault_of_summand(indicator: Indicator, summand: Summand, forms: Mapping[str, Form]) -> Said | None:
    form = forms.get(summand.form)
    if form is None:
        return _misfit("no_form", indicator, form=summand.form)
    for column in (summand.column, *summand.where):
        cell = f"{summand.form}.{column}"
        if column not in form.by_code:
            return _misfit("no_column", indicator, cell=cell)
        if column in summand.where and form.by_code[column].type != "code":
            return _misfit("where_no_codes", indicator, cell=cell)
    for column, codes in (
        *summand.where.items(),
        *(((summand.column, summand.count),) if summand.count else ()),
    ):
        allowed = set(form.line_members.get(column, ())) or set(form.by_code[column].choices)
        if allowed and (unknown := sorted(set(codes) - allowed)):
            cell = f"{summand.form}.{column}"
            return _misfit("codes_lacking", indicator, cell=cell, codes=", ".join(unknown))
    return None
