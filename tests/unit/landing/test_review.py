"""What was explained in one period is carried to the next for review."""

from datetime import UTC, datetime

import pytest

from ingestion.landing.events import Decided, Explained, Judged, Received
from ingestion.landing.review import explanations_to_review
from ingestion.landing.state import LedgerState
from ingestion.records.findings import Finding, Verdict
from ingestion.records.submissions import Explanation

NOW = datetime(2021, 1, 18, tzinfo=UTC)

PERIODS = frozenset({"2018-N", "2019-6T", "2019-9T", "2019-N", "2020-Q1", "2020-6T", "2020-N"})


def finding(rule: str = "V038", cell: str = "M10", explained: bool = True) -> Finding:
    return Finding(rule, "warning", "B04", cell, "5", "6", "khác", "differs", explained=explained)


def file(state: LedgerState, period: str, *findings: Finding, judged: bool = True, revision: int = 1) -> str:
    name = f"A.{period}.r{revision}"
    state.apply(
        Received(name, "A", period, revision, name, f"landing/{name}", "a.xlsx", NOW, "xlsx", "", name, NOW)
    )
    if judged:
        is_open = any(not f.explained for f in findings)
        verdict = Verdict.NEEDS_EXPLANATION if is_open else Verdict.ACCEPTED
        state.apply(Judged(name, verdict, "r", (), (), {}, findings, NOW))
        told = tuple(Explanation(f.rule, f.sheet, f.cell, f"vì {f.cell}", 7) for f in findings if f.explained)
        if told:
            state.apply(Explained(name, told, NOW))
    return name


@pytest.fixture
def state() -> LedgerState:
    return LedgerState()


def test_an_explained_warning_waits_for_the_next_period(state):
    file(state, "2019-N", finding())
    assert explanations_to_review(state, PERIODS) == []


@pytest.mark.parametrize(
    ("findings", "again"),
    [((), False), ((finding(cell="M12", explained=False),), True), ((finding("V043"),), False)],
)
def test_it_is_carried_to_the_next_period_with_whether_the_rule_warns_again(state, findings, again):
    explained_in = file(state, "2019-N", finding())
    file(state, "2020-Q1", *findings)
    (carried,) = explanations_to_review(state, PERIODS)
    assert (carried.unit, carried.period, carried.explained_in) == ("A", "2020-Q1", explained_in)
    assert (carried.rule, carried.sheet, carried.cell, carried.text) == ("V038", "B04", "M10", "vì M10")
    assert carried.fired_again is again


def test_before_the_next_period_is_judged_nobody_knows_whether_it_warns_again(state):
    file(state, "2019-N", finding())
    file(state, "2020-Q1", judged=False)
    assert [carried.fired_again for carried in explanations_to_review(state, PERIODS)] == [None]


def test_only_the_last_accepted_period_counts(state):
    file(state, "2018-N", finding("V043"))
    file(state, "2019-N", finding("V038"))
    refused = file(state, "2020-Q1", finding("V024"))
    state.apply(Decided(refused, "reject", "sai tệp", "data", NOW))
    file(state, "2020-6T")
    assert [carried.rule for carried in explanations_to_review(state, PERIODS)] == ["V038"]


def test_an_unanswered_warning_is_not_carried(state):
    file(state, "2019-N", finding(), finding("V043", "E9", explained=False))
    state.apply(Decided("A.2019-N.r1", "accept", "đã xác minh", "data", NOW))
    file(state, "2020-Q1")
    assert [carried.rule for carried in explanations_to_review(state, PERIODS)] == ["V038"]


def test_a_file_without_a_period_changes_nothing(state):
    file(state, "unknown")
    assert explanations_to_review(state, PERIODS) == []
    file(state, "2019-N", finding())
    file(state, "2020-Q1")
    file(state, "unknown", revision=2)
    assert len(explanations_to_review(state, PERIODS)) == 1


def test_each_finding_is_carried_with_its_own_answer_however_the_clerk_spelt_the_place(state):
    name = file(state, "2019-N", finding(cell="M10"), finding(cell="M12"))
    told = (
        Explanation("V038", "B01", "M10", "ở biểu khác", 9),
        Explanation("V038", "B04", "", "cả biểu", 10),
        Explanation("V038", "Biểu 04", "M12", "vì M12", 8),
        Explanation("v038", "b04", "$M$10", "vì M10", 7),
    )
    state.apply(Explained(name, told, NOW))
    file(state, "2020-Q1")
    assert {c.cell: c.text for c in explanations_to_review(state, PERIODS)} == {
        "M10": "vì M10",
        "M12": "vì M12",
    }
