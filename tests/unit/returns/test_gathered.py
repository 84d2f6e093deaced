"""What is told or asked once instead of several times, and what is not."""

from ingestion.records.findings import Finding
from ingestion.records.submissions import Problem
from ingestion.returns.explanations import MOST_OF_A_SHEET, questions
from ingestion.returns.gathered import gathered, listed


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
