"""Indicators as data: all that is stated can be computed, and each says in words what it is."""

import csv
from collections import Counter
from pathlib import Path

import pytest
import yaml
from pydantic import ValidationError

import demo
from ingestion.definitions.catalogue import load_catalogue
from ingestion.definitions.indicators import Indicator
from ingestion.words.messages import message
from reports.sections import load_plan

SECTIONS = {
    "members",
    "admissions",
    "organisations",
    "restructuring",
    "evaluation",
    "inspection",
    "discipline",
    "cadres",
    "payroll",
    "study",
    "youth_union",
    "context",
}
INDICATORS = load_catalogue().indicators


def test_every_stated_indicator_exists():
    with (Path(demo.__file__).parent / "statements.csv").open(encoding="utf-8", newline="") as file:
        stated = {row["indicator_code"] for row in csv.DictReader(file)} - {""}

    assert len(stated) > 60
    assert stated <= set(INDICATORS)


def test_every_section_has_indicators_and_every_indicator_a_section_of_the_reports():
    topics = {topic for section in load_plan().sections for topic in section.topics}
    assert SECTIONS <= {indicator.section for indicator in INDICATORS.values()} <= topics


def test_every_unit_of_measure_has_words():
    for unit in {indicator.unit for indicator in INDICATORS.values()}:
        assert message(f"unit.{unit}", "vi")
        assert message(f"unit.{unit}", "en")


def test_no_two_indicators_have_the_same_name():
    for language in ("vi", "en"):
        names = Counter(indicator.name.get(language) for indicator in INDICATORS.values())
        assert [name for name, count in names.items() if count > 1] == []


def test_shares_are_percentages_of_two_parts():
    for indicator in INDICATORS.values():
        assert (indicator.unit == "PERCENT") == (indicator.kind in ("ratio", "rate")), indicator.code


def test_flows_add_up_over_time_and_stocks_do_not():
    for indicator in INDICATORS.values():
        rules = {summand.over_time for summand in indicator.value}
        if indicator.kind == "flow":
            assert rules == {"sum"}, indicator.code
        if indicator.kind in ("stock", "rate"):
            assert rules == {"last"}, indicator.code


def test_parts_of_an_inspection_by_actor_leave_nothing_out():
    """Visits by the four actors and those on signs of violation are all visits, and none is counted twice."""

    def cells(code: str) -> set[tuple[str, str]]:
        form = load_catalogue().forms["B05"]
        (summand,) = INDICATORS[code].value
        actors = summand.where.get("actor_code", tuple(form.line_members["actor_code"]))
        return {(actor, activity) for actor in actors for activity in summand.where["activity_code"]}

    actors = ("committees", "commission", "advisory_boards", "cells")
    parts = [cells(f"inspected_orgs_by_{actor}") for actor in actors]
    parts.append(cells("inspected_orgs_on_suspicion_all_actors"))

    assert set().union(*parts) == cells("inspected_orgs")
    assert sum(len(part) for part in parts) == len(cells("inspected_orgs"))


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"value": []}, "needs a value"),
        ({"kind": "ratio"}, "needs a numerator"),
        ({"kind": "distinct"}, "over_time none"),
        ({"source": "successions"}, "registry"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_an_indicator_that_contradicts_itself_is_refused(change, reason):
    sound = yaml.safe_load(
        """
        code: a
        name: {vi: a, en: a}
        unit: PERSON
        kind: flow
        section: members
        value: [{form: B01, column: in_total, over_time: sum}]
        """
    )
    Indicator.model_validate(sound)

    with pytest.raises(ValidationError, match=reason):
        Indicator.model_validate(sound | change)
