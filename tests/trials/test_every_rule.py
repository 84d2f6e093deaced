"""Every rule finds its violation, and it alone, in a submission that is otherwise sound."""

import pytest

from demo.faults.injections import INJECTIONS
from demo.faults.trials import Score, count
from ingestion.gate import judge, load_rules
from ingestion.records.findings import OutcomeStatus, Verdict

WAYS = [(rule, number) for rule, ways in sorted(INJECTIONS.items()) for number in range(len(ways))]


@pytest.fixture(scope="module")
def judged(trials):
    """One case of every way of breaking every rule, with what the gate says of it and of its sound twin."""
    cases = {way: trials.case(INJECTIONS[way[0]][way[1]], number) for number, way in enumerate(WAYS)}
    by_variant = {}
    for case in cases.values():
        by_variant.setdefault(case.injection.variant, []).extend([case.sound, case.faulty])
    found = {}
    for variant, submissions in by_variant.items():
        found |= judge(submissions, trials.contexts[variant], engine="masks")
    return {way: (case, found[case.sound.key], found[case.faulty.key]) for way, case in cases.items()}


def test_there_is_a_way_of_breaking_every_rule():
    assert sorted(INJECTIONS) == sorted(load_rules())


def test_what_follows_from_a_fault_are_rules():
    named = {rule for ways in INJECTIONS.values() for way in ways for rule in way.follows}
    assert named - {"R022"} <= set(load_rules()), "R022 is what reading says of a period that is none"


@pytest.mark.parametrize("way", WAYS, ids=lambda way: f"{way[0]}-{way[1]}")
def test_the_one_fault_is_found_at_its_cell(judged, way):
    case, sound, faulty = judged[way]
    score = Score()
    count(score, case, sound, faulty)
    assert (score.missed, score.strays, score.alarms) == ([], [], [])

    named = [f for f in faulty.findings if f.rule == case.rule and not f.explained]
    for finding in named:
        assert finding.message.strip() and "{" not in finding.message
        assert finding.message_en.strip() and finding.message_en != finding.message
    expected = {"error": {Verdict.REJECTED}, "warning": {Verdict.REJECTED, Verdict.NEEDS_EXPLANATION}}
    worst = min(f.severity for f in named)
    assert worst == "notice" or faulty.verdict in expected[worst]


@pytest.mark.parametrize("way", WAYS, ids=lambda way: f"{way[0]}-{way[1]}")
def test_the_sound_twin_passes(judged, way):
    case, sound, _ = judged[way]
    assert sound.verdict is Verdict.ACCEPTED
    outcome = next(o for o in sound.outcomes if o.rule == case.rule)
    assert outcome.status in (OutcomeStatus.PASS, OutcomeStatus.NOT_RUN)
    if outcome.status is OutcomeStatus.NOT_RUN:
        assert outcome.reason == "nothing_to_check", "only where there was nothing of the kind before the fault"
