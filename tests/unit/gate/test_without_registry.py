"""A workbook judged where nothing, or not everything, is known of the registry."""

from dataclasses import replace
from typing import get_args

import pytest

from ingestion.definitions.catalogue import load_catalogue
from ingestion.definitions.registry import NO_REGISTRY, WHOLE, RegistryTable
from ingestion.gate import rule_book
from ingestion.records.findings import Judgement, OutcomeStatus, Verdict

NEEDING = {
    rule: frozenset[RegistryTable]().union(*(check.registry for check in checks))
    for rule, checks in rule_book(load_catalogue()).checks.items()
}


@pytest.fixture
def sound(world):
    return world.workbook()


def not_run(judgement: Judgement) -> set[str]:
    return {
        outcome.rule
        for outcome in judgement.outcomes
        if outcome.status is OutcomeStatus.NOT_RUN and outcome.reason == "no_registry"
    }


def test_nothing_is_said_of_a_unit_and_a_period_of_which_nothing_is_known(world, sound) -> None:
    judgement = world.judge(sound, registry=NO_REGISTRY)
    assert judgement.verdict is Verdict.ACCEPTED
    assert judgement.findings == []
    assert {"V001", "V002", "V003", "V004", "V006", "V007", "V008", "V054"} <= not_run(judgement)
    assert world.status(judgement, "V012") is OutcomeStatus.PASS


def test_no_rule_that_needs_the_registry_is_run_without_one(world, sound) -> None:
    judgement = world.judge(sound, registry=NO_REGISTRY)
    run = {o.rule for o in judgement.outcomes if o.status is not OutcomeStatus.NOT_RUN}
    assert not run & {rule for rule, tables in NEEDING.items() if tables}
    assert run


@pytest.mark.parametrize("table", [t for t in get_args(RegistryTable) if t not in ("contacts", "statements")])
def test_what_is_not_known_stops_the_rules_that_name_it_and_no_others(
    world, sound, table: RegistryTable
) -> None:
    whole = world.context().registry
    without = replace(whole, known=WHOLE - {table}, **{table: ()})  # type: ignore[arg-type]
    before, after = world.judge(sound), world.judge(sound, registry=without)
    stopped = not_run(after)
    assert stopped <= {rule for rule, tables in NEEDING.items() if table in tables}
    assert stopped or table in ("targets", "successions", "terms", "rating_schemes")
    outcomes = {o.rule: o.status for o in after.outcomes}
    if table != "organisations":
        assert {o.rule: o.status for o in before.outcomes if o.rule not in stopped} == {
            rule: status for rule, status in outcomes.items() if rule not in stopped
        }
    assert after.findings == []


def test_what_a_workbook_alone_shows_to_be_wrong_is_found_without_a_registry(world, sound) -> None:
    sound.set("B01", closing_members=999)
    judgement = world.judge(sound, registry=NO_REGISTRY)
    assert judgement.verdict is Verdict.REJECTED
    assert world.of(judgement, "V014")


def test_of_a_sheet_that_is_not_there_nobody_says_that_it_is_missing(world, sound) -> None:
    sound.without("B06")
    judgement = world.judge(sound, registry=NO_REGISTRY)
    assert world.reason(judgement, "V045") == "form_absent:B06"
    assert judgement.findings == []


def test_a_unit_that_the_registry_does_not_list_is_still_an_error(world, sound) -> None:
    judgement = world.judge(sound, registry=replace(NO_REGISTRY, known=WHOLE))
    assert {"V001", "V002"} <= {finding.rule for finding in judgement.findings}


def test_of_a_blank_workbook_on_which_no_rule_ran_that_is_said(world, sound) -> None:
    judgement = world.judge(sound.emptied(*sound.tables), registry=NO_REGISTRY)
    assert {outcome.status for outcome in judgement.outcomes} == {OutcomeStatus.NOT_RUN}
    assert [(finding.rule, finding.severity) for finding in judgement.findings] == [("R150", "notice")]
