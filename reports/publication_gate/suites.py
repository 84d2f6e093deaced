"""The checks as Great Expectations suites, evaluated over what is expected and what was found.

What belongs here: what must hold, by check, and running it. What does not: where the pairs come from.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from ingestion.words.messages import message

_AGREES = "abs(expected - found) <= 0.000001 * max(1, abs(expected))"
"""What two sums of the same numbers may differ by: sums of decimals depend on their order."""

_SAME_BLANKS = "isnull(expected) == isnull(found)"
_BOTH_THERE = "not isnull(expected) and not isnull(found)"
_NOT_LESS = "abs(found) >= abs(expected) - 0.000001"

_HOLDS: Mapping[str, tuple[str, ...]] = {
    "bronze_totals": (_BOTH_THERE, _AGREES),
    "figures_again": (_SAME_BLANKS, _AGREES),
    "statuses_again": (_BOTH_THERE, _AGREES),
    "derived_again": (_SAME_BLANKS, _AGREES),
    "derived_statuses_again": (_BOTH_THERE, _AGREES),
    "derived_years_again": (_SAME_BLANKS, _AGREES),
    "assigned_again": (_BOTH_THERE, _AGREES),
    "targets_again": (_SAME_BLANKS, _AGREES),
    "stated_again": (_SAME_BLANKS, _AGREES),
    "verdicts_again": (_BOTH_THERE, _AGREES),
    "cells_again": (_BOTH_THERE, _AGREES),
    "rows_again": (_BOTH_THERE, _AGREES),
    "values_again": (_BOTH_THERE, _AGREES),
    "amounts_again": (_BOTH_THERE, _AGREES),
    "sources_again": (_BOTH_THERE, _AGREES),
    "days_again": (_BOTH_THERE, _AGREES),
    "letters_again": (_BOTH_THERE, _AGREES),
    "submissions_again": (_BOTH_THERE, _AGREES),
    "completeness_again": (_BOTH_THERE, _AGREES),
    "explanations_again": (_BOTH_THERE, _AGREES),
    "reviews_again": (_BOTH_THERE, _AGREES),
    "indicators_again": (_BOTH_THERE, _AGREES),
    "organisations_again": (_BOTH_THERE, _AGREES),
    "periods_again": (_BOTH_THERE, _AGREES),
    "terms_again": (_BOTH_THERE, _AGREES),
    "units_again": (_BOTH_THERE, _AGREES),
    "predecessors_again": (_BOTH_THERE, _AGREES),
    "mergers_again": (_BOTH_THERE, _AGREES),
    "children_make_parents": (_SAME_BLANKS, _AGREES),
    "fact_totals": (_BOTH_THERE, _AGREES),
    "facts_again": (_BOTH_THERE, _AGREES),
    "parts_make_wholes": (_BOTH_THERE, _AGREES),
    "years_make_terms": (_BOTH_THERE, _AGREES),
    "nothing_shrank": ("not isnull(found)", _NOT_LESS),
}
CHECKS = tuple(_HOLDS)
"""All checks, in the order in which they are told."""

_WHEN = {"nothing_shrank": "is_explained < 1"}
"""A figure of which something was filed since may be another."""


@dataclass(frozen=True)
class Found:
    """What a suite found.

    Attributes:
        rows: how many pairs there are.
        held: in how many the check holds; in what is neither held nor failed it does not apply.
        failed: in how many the check does not hold.
        samples: positions of the first of these.
    """

    rows: int
    held: int
    failed: int
    samples: tuple[int, ...]


def judge(frames: Mapping[str, pd.DataFrame]) -> dict[str, Found]:
    """Let a checkpoint run one suite a check over its pairs.

    Args:
        frames: by check, with the columns expected and found, NaN for missing, and is_explained where that
            matters.
    """
    # Importing it takes seconds, which only a publication needs.
    from ingestion.gate.checkpoints import run_checkpoints  # noqa: PLC0415
    from ingestion.gate.expectations import Expected, Part, Suite  # noqa: PLC0415
    from ingestion.gate.language.vectors import Kind, Vector  # noqa: PLC0415

    suites = []
    for check, frame in frames.items():
        parts = tuple(Part(holds, _WHEN.get(check, "")) for holds in _HOLDS[check])
        title, remedy = f"publication.title.{check}", f"publication.remedy.{check}"
        notes = (message(title, "vi"), message(remedy, "vi"), message(remedy, "en"))
        expected = Expected(check, message(title, "en"), parts, notes=notes)
        names = [name for name in ("expected", "found", "is_explained") if name in frame]
        columns = {name: Vector(Kind.NUMBER, frame[name].to_numpy(dtype=np.float64)) for name in names}
        suites.append(Suite(f"publication {check}", (expected,), columns, np.zeros(len(frame), dtype=np.intp)))
    found = {}
    for check, tallies in zip(frames, run_checkpoints(suites), strict=True):
        tally = tallies[check]
        found[check] = Found(tally.rows, tally.held, tally.failed, tuple(row for row, _ in tally.samples))
    return found
