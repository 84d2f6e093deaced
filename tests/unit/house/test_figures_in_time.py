"""The guide of figures in time shows the cases that are tested, each with the figure that comes of it."""

from pathlib import Path

import pytest

from tests.integration.history_cases import CASES, Case

GUIDE = Path(__file__).parents[3] / "docs" / "figures-in-time.md"


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_a_case_stands_in_the_guide_with_its_figure(case: Case) -> None:
    assert f"| {case.line} | {case.value:g} | `{case.status}` |" in GUIDE.read_text(encoding="utf-8")


def test_the_guide_has_no_case_that_is_not_tested() -> None:
    rows = [line for line in GUIDE.read_text(encoding="utf-8").splitlines() if line.endswith("` |")]
    assert len(rows) == len(CASES)
