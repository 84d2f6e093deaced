"""Measures: the parts of indicators, each with the one way in which its cells add.

What belongs here: what a measure is. What does not: what rows add to it (`amounts`).
"""

from dataclasses import dataclass

from ingestion.definitions.indicators import Indicator


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
