"""A trial counts what goes wrong: it would show a gate that misses, strays or holds back what is sound."""

from dataclasses import replace

import pytest

from demo.faults.injections import INJECTIONS
from demo.faults.trials import Score, count
from ingestion.gate import judge


@pytest.fixture(scope="module")
def case(trials):
    return trials.case(INJECTIONS["V012"][0], 1)


@pytest.fixture(scope="module")
def judged(trials, case):
    found = judge([case.sound, case.faulty], trials.contexts[""], engine="masks")
    return found[case.sound.key], found[case.faulty.key]


def scored(case, sound, faulty) -> Score:
    score = Score()
    count(score, case, sound, faulty)
    return score


def test_a_fault_that_is_found_counts_for_the_gate(case, judged):
    score = scored(case, *judged)
    assert (score.recall, score.precision, score.found) == (1.0, 1.0, {"V012": 1})


def test_a_gate_that_sees_nothing_misses(case, judged):
    sound, _ = judged
    score = scored(case, sound, sound)
    assert len(score.missed) == 1
    assert score.recall == 0.0


def test_a_gate_that_accuses_another_cell_misses_and_strays(case, judged):
    sound, faulty = judged
    moved = [replace(f, cell="I999", related=()) if f.rule == "V012" else f for f in faulty.findings]
    score = scored(case, sound, replace(faulty, findings=moved))
    assert (len(score.missed), len(score.strays)) == (1, 1)
    assert score.precision == 0.0


def test_a_finding_of_a_rule_that_does_not_follow_strays(case, judged):
    sound, faulty = judged
    more = [*faulty.findings, *(replace(f, rule="V013") for f in faulty.findings if f.rule == "V012")]
    score = scored(case, sound, replace(faulty, findings=more))
    assert (len(score.missed), len(score.strays)) == (0, 1)


def test_a_sound_submission_that_is_held_back_is_an_alarm(case, judged):
    _, faulty = judged
    assert len(scored(case, faulty, faulty).alarms) >= 1


def test_each_twin_differs_from_the_faulty_one_in_the_touched_rows_alone(case):
    for form, table in case.faulty.reading.tables.items():
        sound = {row.number: row.values for row in case.sound.reading.tables[form].rows}
        for row in table.rows:
            if (table.sheet, row.number) not in case.rows:
                assert row.values == sound[row.number]
