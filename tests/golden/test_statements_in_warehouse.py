"""Every published figure again, this time as the warehouse gives it after landing, gate, bronze and dbt."""

import csv
from collections import Counter
from dataclasses import astuple
from pathlib import Path
from typing import Any

import duckdb
import pytest
from click.testing import CliRunner

import demo
from demo.world import World
from ingestion.definitions.registry import load_registry
from ingestion.landing.ledger import Ledger
from ingestion.landing.review import explanations_to_review
from ingestion.storage.home import Home
from orchestration.cli import main

with (Path(demo.__file__).parent / "statements.csv").open(encoding="utf-8", newline="") as file:
    STATEMENTS = {row["statement_id"]: row for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def stated(demo_home: Home) -> dict[str, dict[str, Any]]:
    with duckdb.connect(str(demo_home.warehouse), read_only=True) as warehouse:
        found = warehouse.sql("select * from rpt_stated_figure")
        return {row[0]: dict(zip(found.columns, row, strict=True)) for row in found.fetchall()}


def test_no_statement_is_left_out(stated):
    assert sorted(stated) == sorted(STATEMENTS)


@pytest.mark.parametrize("statement", sorted(STATEMENTS))
def test_the_verdict_is_the_expected_one(stated, statement):
    row = stated[statement]
    assert row["verdict"] == STATEMENTS[statement]["expected_verdict"], row


@pytest.mark.parametrize(
    "statement", [i for i, row in STATEMENTS.items() if row["expected_verdict"] in ("equal", "contradicts")]
)
def test_the_figure_is_the_expected_one(stated, statement):
    row, expected = stated[statement], STATEMENTS[statement]["expected_value"]
    decimals = len(expected.partition(".")[2])
    assert round(row["actual_value"], decimals) == float(expected)
    assert row["status"] == "final"


def test_every_file_got_the_verdict_that_the_demo_means_it_to_get(demo_home: Home, demo_world: World):
    found = {
        name: str(record.verdict) for name, record in Ledger(demo_home.ledger).replay().submissions.items()
    }
    expected = {s.id: s.fault.expected.verdict if s.fault else "accepted" for s in demo_world.submissions}
    assert found == expected
    assert Counter(found.values())["accepted"] >= 240


def test_every_fault_is_named_at_its_cell(demo_home: Home, demo_world: World):
    records = Ledger(demo_home.ledger).replay().submissions
    for submission in demo_world.submissions:
        if submission.fault is None:
            continue
        wanted = submission.fault.expected
        places = [(f.rule, f.sheet, f.cell) for f in records[submission.id].findings]
        assert any(
            all(w in ("", p) for w, p in zip((wanted.rule, wanted.sheet, wanted.cell), place, strict=True))
            for place in places
        ), (submission.id, places)


def test_sound_files_have_no_unanswered_warning(demo_home: Home, demo_world: World):
    records = Ledger(demo_home.ledger).replay().submissions
    for submission in demo_world.sound():
        left = [f for f in records[submission.id].findings if f.severity != "notice" and not f.explained]
        assert left == [], submission.id


def test_commands_and_pages_take_the_same_for_open_and_for_explained(demo_home: Home):
    state, periods = Ledger(demo_home.ledger).replay(), load_registry(demo_home.registry).known_periods
    with duckdb.connect(str(demo_home.warehouse), read_only=True) as warehouse:
        cases = warehouse.sql("select submission_id from rpt_open_case where case_state = 'open'").fetchall()
        review = warehouse.sql(
            "select reporting_org_code, period_code, submission_id, rule_code, sheet, cell, explanation, "
            "fired_again from rpt_explanation_review"
        ).fetchall()
    carried = explanations_to_review(state, periods)

    assert {case for (case,) in cases} == {str(record.key) for record in state.open_cases(periods)} != set()
    assert Counter(review) == Counter(map(astuple, carried)) != Counter()


@pytest.mark.parametrize(
    ("asked", "printed"),
    [
        (("villages", "DB", "2015-2020-NK", "--derivation", "percent_change"), "−20,5 %"),
        (("villages", "DB", "2015-2020-NK", "--derivation", "change_over_term"), "−372 "),
        (("payroll_reduction_share", "DB", "2015-2020-NK"), "10,24 %"),
        (("admissions", "VP", "2015-2020-NK", "--derivation", "average_per_year"), "2.389 "),
        (("members_good_or_better_share", "VP", "2020-N"), "88,0 %"),
    ],
)
def test_the_command_prints_a_figure_with_the_decimals_that_it_was_stated_with(demo_home: Home, asked, printed):
    indicator, unit, period, *derivation = asked
    options = ["--indicator", indicator, "--unit", unit, "--period", period, *derivation]
    answer = CliRunner().invoke(main, ["--home", str(demo_home.root), "figures", *options])
    assert f": {printed}" in answer.output
    assert ("tỷ lệ tăng, giảm trong nhiệm kỳ" in answer.output) is ("percent_change" in derivation)
