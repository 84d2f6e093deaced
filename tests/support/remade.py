"""Figures made again out of the cells that are behind them.

What belongs here: how the parts of a figure make it. What does not: which cells are its parts, which the trace
says (`reports.figures.traced_parts`), and the warehouse's own value, which nothing here reads.
"""

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

Sums = Mapping[str, npt.NDArray[np.float64]]
"""The sum of each part of many figures; what has no cell is not a number."""

PARTS = ("value", "minus", "numerator", "numerator_minus", "denominator", "denominator_minus", "opening")
"""The parts of figures as the warehouse has them."""


def told(parts: Mapping[str, str], sums: Sums, before: Mapping[str, str], sums_before: Sums) -> Sums:
    """Give the sums of what a trace lists, by the parts under which it lists them."""
    found: dict[str, npt.NDArray[np.float64]] = {}
    for mapping, of in ((parts, sums), (before, sums_before)):
        for part, listed in mapping.items():
            found[listed] = found.get(listed, np.zeros(len(of[part]))) + np.nan_to_num(of[part])
    return found


def remade(kind: str, derivation: str | None, listed: Sums) -> npt.NDArray[np.float64]:
    """Make figures of one kind again; what divides by nothing is not a number."""
    with np.errstate(divide="ignore", invalid="ignore"):
        if derivation == "change_vs_previous_term" and kind == "ratio":
            now = listed["numerator"] / listed["denominator"]
            return 100 * (now - listed["numerator_minus"] / listed["denominator_minus"])
        if kind == "ratio":
            numerator = listed["numerator"] - listed["numerator_minus"]
            found = 100 * numerator / (listed["denominator"] - listed["denominator_minus"])
            return np.where(np.isfinite(found), found, np.nan)
        difference = listed["value"] - listed["minus"]
        if derivation == "percent_change":
            return 100 * np.abs(difference) / listed["minus"]
        return listed["value"] if derivation == "before_after" else difference
