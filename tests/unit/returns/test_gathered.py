"""What is told or asked once instead of several times, and what is not."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingestion.landing.events import Decided, Judged, Received
from ingestion.landing.state import LedgerState
from ingestion.records.findings import Finding, Judgement, Verdict
from ingestion.records.submissions import Problem, Reading, SubmissionKey
from ingestion.returns import Answer, Decision, answers
from ingestion.returns.explanations import MOST_OF_A_SHEET, questions
from ingestion.returns.gathered import gathered, listed
from ingestion.storage.home import Home

NOW = datetime(2021, 1, 10, 2, 0, tzinfo=UTC)
KEY = SubmissionKey("KA", "2020-N", 1)


def _warning(rule: str, sheet: str, cell: str) -> Finding:
    return Finding(rule, "warning", sheet, cell, "", "", "hỏi", "asked")


def test_rules_that_follow_each_other_are_a_range_from_three_on() -> None:
    assert listed(["V001", "V002"]) == "V001, V002"
    assert listed(["V001", "V002", "V003", "V005", "V007"]) == "V001–V003, V005, V007"


def test_notes_of_sheets_are_one_and_notes_of_cells_are_not() -> None:
    of_sheets = [Problem("R104", "B01", value="utf-8"), Problem("R104", "B02", value="utf-8")]
    of_cells = [Problem("R112", "B01", "C9", "=A1"), Problem("R112", "B02", "C9", "=A1")]
    assert [(note.sheet, note.cell) for note in gathered([*of_sheets, *of_cells])] == [
        ("B01, B02", ""),
        ("B01", "C9"),
        ("B02", "C9"),
    ]


def test_as_many_warnings_of_a_rule_as_a_sheet_may_have_are_asked_about_each() -> None:
    few = [_warning("V010", "B05", f"D{row}") for row in range(9, 9 + MOST_OF_A_SHEET)]
    assert list(questions(few)) == [("V010", "B05", finding.cell) for finding in few]
    many = [*few, _warning("V010", "B05", "E9"), _warning("V010", "B04", "D9")]
    assert list(questions(many)) == [("V010", "B05", ""), ("V010", "B04", "D9")]


@pytest.mark.parametrize(
    ("is_accepted", "is_refusal", "is_asked"),
    [(True, False, False), (False, True, False), (False, False, True)],
)
def test_only_of_a_file_that_was_withdrawn_an_explanation_is_asked_after_a_decision(
    is_accepted: bool, is_refusal: bool, is_asked: bool
) -> None:
    warning = _warning("V010", "B05", "D9")
    judgement = Judgement(Verdict.NEEDS_EXPLANATION, [], [warning])
    decision = Decision(1, is_accepted, "đã gọi điện", "Lan", NOW, is_refusal)
    answer = Answer(KEY, Reading("a.xlsx", "xlsx"), judgement, decision=decision)
    assert answer.asked == ([warning] if is_asked else [])


def test_a_decision_is_told_once(tmp_path: Path) -> None:
    home, state = Home(tmp_path), LedgerState()
    state.apply(Received(str(KEY), "KA", "2020-N", 1, "x", "x", "a.xlsx", NOW, "xlsx", "", "x", NOW))
    state.apply(Judged(str(KEY), Verdict.ACCEPTED, "r", (), (), {}, (), NOW))
    state.apply(Decided(str(KEY), "reject", "nhầm kỳ", "Lan", NOW))
    record = state.submissions[str(KEY)]
    assert [decision.number for decision in answers.untold_decisions(home, record, None)] == [1]
    path = answers.decision_path(home, KEY, 1)
    path.parent.mkdir(parents=True)
    path.touch()
    assert answers.untold_decisions(home, record, None) == []
