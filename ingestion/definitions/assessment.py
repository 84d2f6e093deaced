"""Verdicts that the office defines: how a result stands to its target, and the four ratings.

What belongs here: the definitions, over plain numbers. What does not: columns of a batch
(`gate/language/functions.py`) and cells of a workbook (`workbook/formulas/calls.py`), which ask here or say the
same.
"""

from ingestion.records.tolerance import TOLERANCE

RATINGS = ("HTXSNV", "HTTNV", "HTNV", "KHTNV")
"""The four ratings, best first."""


def assessment(direction: str, actual: float, low: float | None, high: float | None) -> str | None:
    """Say how a result stands to its target: VUOT strictly beyond it, DAT met, CHUA_DAT not met.

    “At most” and “below” aim at `high`, or at `low` where only that is given; a range that is surpassed at its
    upper end is surpassed. None where the bound is not given.
    """
    bound = low
    if direction in ("LE", "LT") and high is not None:
        bound = high
    if bound is None:
        return None
    beyond, met = False, abs(actual - bound) <= TOLERANCE
    if direction in ("GE", "GT"):
        beyond, met = actual > bound + TOLERANCE, met and direction == "GE"
    elif direction in ("LE", "LT"):
        beyond, met = actual < bound - TOLERANCE, met and direction == "LE"
    elif direction == "BETWEEN":
        if high is None:
            return None
        beyond, met = actual > high + TOLERANCE, bound - TOLERANCE <= actual <= high + TOLERANCE
    return "VUOT" if beyond else "DAT" if met else "CHUA_DAT"
