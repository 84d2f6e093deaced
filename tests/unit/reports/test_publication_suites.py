"""What the publication gate holds two sides of a pair to, check by check."""

import numpy as np
import pandas as pd
import pytest

from reports.publication_gate.suites import CHECKS, judge

NOTHING = np.nan
BLANK_ON_BOTH_SIDES = {
    "figures_again",
    "derived_again",
    "children_make_parents",
    "targets_again",
    "derived_years_again",
    "stated_again",
}
"""Checks to which it is no fault that neither side has anything."""

AGAIN = [check for check in CHECKS if check != "nothing_shrank"]


def failing(check: str, *pairs: tuple[float, ...]) -> list[int]:
    frame = pd.DataFrame(pairs, columns=["expected", "found", "is_explained"][: len(pairs[0])])
    found = judge({check: frame})[check]
    assert found.rows == len(pairs) and found.held + found.failed <= found.rows
    assert found.failed == len(found.samples)
    return list(found.samples)


@pytest.mark.parametrize("check", AGAIN)
def test_both_sides_are_the_same(check: str) -> None:
    same = [(12.0, 12.0), (0.0, 0.0), (-3.5, -3.5), (1e9, 1e9 + 100), (0.1 + 0.2, 0.3)]
    others = [(12.0, 6.0), (6.0, 12.0), (0.0, 1.0), (12.0, 11.9999), (12.0, -12.0), (1e9, 1e9 + 10_000)]
    assert failing(check, *same, *others) == [5, 6, 7, 8, 9, 10]


@pytest.mark.parametrize("check", AGAIN)
def test_what_one_side_lacks_is_a_fault(check: str) -> None:
    lacking = [(12.0, NOTHING), (NOTHING, 12.0), (0.0, NOTHING), (NOTHING, 0.0), (NOTHING, NOTHING)]
    expected = [0, 1, 2, 3] if check in BLANK_ON_BOTH_SIDES else [0, 1, 2, 3, 4]
    assert failing(check, *lacking) == expected


def test_a_figure_that_shrank_or_went_is_a_fault_unless_something_explains_it() -> None:
    pairs = [
        *((12.0, 12.0, 0.0), (12.0, 13.0, 0.0), (-12.0, -13.0, 0.0), (12.0, 12.0 - 1e-9, 0.0)),
        *((12.0, 11.0, 0.0), (-12.0, -11.0, 0.0), (12.0, NOTHING, 0.0), (12.0, 11.999, 0.0)),
        *((12.0, 11.0, 1.0), (12.0, NOTHING, 1.0)),
    ]
    assert failing("nothing_shrank", *pairs) == [4, 5, 6, 7]


def test_what_was_explained_is_neither_held_nor_failed() -> None:
    found = judge({"nothing_shrank": pd.DataFrame({"expected": [1.0], "found": [0.0], "is_explained": [1.0]})})

    assert (found["nothing_shrank"].held, found["nothing_shrank"].failed) == (0, 0)


def test_of_many_failing_pairs_all_are_counted_and_the_first_are_kept() -> None:
    pairs = pd.DataFrame({"expected": [1.0] * 21, "found": [2.0] * 21})
    found = judge({"figures_again": pairs})["figures_again"]

    assert (found.failed, found.samples) == (21, tuple(range(20)))
