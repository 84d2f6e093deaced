"""Measures: the parts of indicators, each with the one way in which its cells add.

What belongs here: what a measure is. What does not: what rows add to it (`amounts`).
"""

from dataclasses import dataclass

from ingestion.definitions.catalogue import Catalogue
from ingestion.definitions.indicators import Indicator, Summand

_WITHIN = {"flow": "sum", "opening": "first"}
"""How filings of one year add up by the nature of the column; whatever else is that of the latest."""


@dataclass(frozen=True)
class Measure:
    """A part of an indicator whose cells add in one way.

    Attributes:
        indicator: the indicator.
        part: value, numerator, denominator or opening.
        over_time: how years make a term.
        within: how filings of one year add up: sum, first or last.
    """

    indicator: Indicator
    part: str
    over_time: str
    within: str

    @property
    def is_single(self) -> bool:
        """Whether it is only ever that of one row of one unit, never added."""
        return self.indicator.kind in ("rate", "distinct")

    @property
    def lacked_by(self) -> str:
        """What is not whole without it: `figure`, `opening`, or `beside`, which is what a count is out of."""
        if self.part == "denominator" and self.indicator.kind != "ratio":
            return "beside"
        return "opening" if self.part == "opening" else "figure"


def within(nature: str | None, summand: Summand) -> str:
    """Say how the cells of a summand add within a year, of a column or a line of some nature or of none."""
    if nature is None:
        if summand.over_time == "sum":
            return "last" if summand.count else "sum"
        return "first" if summand.over_time == "first" else "last"
    return _WITHIN.get(nature, "last")


def lasts(indicator: Indicator, catalogue: Catalogue) -> bool:
    """Say whether all that an indicator is made of, but for its opening, is that of the latest filing."""
    found = set()
    for part, summands in indicator.parts:
        for summand in summands if part != "opening" else ():
            form = catalogue.forms[summand.form]
            nature = form.by_code[summand.column].nature
            natures = {nature}
            if nature == "line":
                lines = [
                    line.nature
                    for column, members in form.line_members.items()
                    for code, line in members.items()
                    if code in summand.where.get(column, members)
                ]
                natures = set(lines) or {None}
            found |= {within(one, summand) for one in natures}
    return found == {"last"}
