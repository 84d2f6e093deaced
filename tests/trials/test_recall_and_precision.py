"""Thousands of submissions with one fault each, and as many sound ones, as cell grids."""

from collections import Counter

import pytest

from ingestion.gate import load_rules

CASES = 2_000


@pytest.mark.timeout(900)
def test_every_fault_is_found_at_its_cell_and_nothing_else_is(trials):
    cases = trials.cases(CASES)
    assert len(cases) == CASES
    assert min(Counter(case.rule for case in cases).values()) >= CASES // 100
    assert {case.rule for case in cases} == set(load_rules())

    score = trials.run(cases)

    assert (score.cases, score.sound) == (CASES, CASES)
    assert score.missed == []
    assert score.strays == [], "no finding falls on rows whose operands were left alone"
    assert score.alarms == [], "no sound submission is held back"
    assert (score.recall, score.precision) == (1.0, 1.0)
    assert score.related >= CASES
