"""For which periods a form, a column and a summand hold: both days included, by the last day of the period."""

from datetime import date
from typing import Any

import pytest

from ingestion.definitions.catalogue import Catalogue, OwnFile
from ingestion.definitions.indicators import is_collected
from ingestion.definitions.overlay import OwnFileError, laid_over
from ingestion.definitions.signing import form_version
from ingestion.definitions.validity import Effective, turning_days
from ingestion.records.periods import Period
from tests.support.own_forms import column, form, indicator
from tests.unit.gate.conftest import registry_of

FIRST, LAST = "2019-06-30", "2019-09-30"
TIME = {"from": FIRST, "to": LAST}
PARTS = {"required_for": {"DISTRICT": ["Q1", "6T", "9T", "N"]}}
KEY, COUNT = column("org_code", "code"), column("given")
INSIDE = {"2019-Q1": False, "2019-6T": True, "2019-9T": True, "2019-N": False}
"""The last day of 6T is the first day of the time, that of 9T its last."""


def catalogue(*files: OwnFile) -> Catalogue:
    return laid_over(files)


@pytest.mark.parametrize(
    ("day", "holds"),
    [("2019-06-29", False), (FIRST, True), ("2019-06-30", True), (LAST, True), ("2019-10-01", False)],
)
def test_both_days_are_included(day: str, holds: bool) -> None:
    assert Effective.model_validate(TIME).covers(date.fromisoformat(day)) is holds


def test_a_time_may_be_one_day_and_is_over_on_the_next() -> None:
    one_day = Effective.model_validate({"from": FIRST, "to": FIRST})
    assert one_day.covers(date(2019, 6, 30))
    assert turning_days([one_day]) == [date.min, date(2019, 6, 30), date(2019, 7, 1)]


@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [
        ({"to": "2019-12-31"}, {"from": "2020-01-01"}, False),
        ({"to": "2019-12-31"}, {"from": "2019-12-31"}, True),
        ({}, {"from": "2019-12-31"}, True),
        ({"from": "2018-01-01", "to": "2018-12-31"}, {"from": "2018-05-01", "to": "2018-06-30"}, True),
    ],
)
def test_two_times_meet_on_a_day_that_both_have(one: Any, other: Any, meet: bool) -> None:
    times = Effective.model_validate(one), Effective.model_validate(other)
    assert times[0].meets(times[1]) is times[1].meets(times[0]) is meet


@pytest.mark.parametrize(("period", "inside"), INSIDE.items())
def test_a_form_is_owed_in_its_time(period: str, inside: bool) -> None:
    found = catalogue(form("B90", "organisations", KEY, COUNT, effective=TIME, **PARTS))
    owed = [one.code for one in found.owed_forms("DISTRICT", Period.parse(period))]
    assert ("B90" in owed) is inside
    assert found.forms["B90"].is_accepted("DISTRICT", Period.parse(period)) is inside


def test_nobody_is_late_with_a_form_outside_its_time() -> None:
    found = catalogue(form("B90", "organisations", KEY, COUNT, effective=TIME, **PARTS))
    owed = {(o.reporting_org_code, o.period_code) for o in registry_of().owed(found) if o.form_code == "B90"}
    assert owed == {("U1", period) for period, inside in INSIDE.items() if inside}


@pytest.mark.parametrize(("period", "inside"), INSIDE.items())
def test_a_column_is_there_in_its_time(period: str, inside: bool) -> None:
    found = catalogue(form("B90", "organisations", KEY, COUNT, column("later", effective=TIME), **PARTS))
    of_day = found.on(Period.parse(period).end)
    assert ("later" in of_day.forms["B90"].by_code) is inside
    assert of_day.on(Period.parse("2019-6T").end).forms["B90"].by_code.keys() >= {"later"}


def test_the_same_columns_are_the_same_catalogue() -> None:
    of_all = catalogue(form("B90", "organisations", KEY, COUNT, column("later", effective=TIME), **PARTS))
    found = Catalogue(of_all.cover, {"B90": of_all.forms["B90"]}, {})
    assert found.on(date(2019, 1, 1)) is found.on(date(2026, 1, 1)) is not found
    assert found.on(date(2019, 6, 30)) is found


LATER, SOONER = (
    column("later", effective={"from": "2020-01-01"}),
    column("sooner", effective={"to": "2019-12-31"}),
)
BOTH = form("B90", "organisations", KEY, LATER, SOONER)
BRIDGE = indicator(
    "bridge",
    {"column": "sooner", "effective": {"to": "2019-12-31"}},
    {"column": "later", "effective": {"from": "2020-01-01"}},
)


@pytest.mark.parametrize(
    ("file", "days"),
    [
        (indicator("one", {"column": "later"}), [False, True]),
        (BRIDGE, [True, True]),
        (
            indicator("gap", {"column": "sooner"}, {"column": "later", "effective": {"from": "2021-01-01"}}),
            [True, False],
        ),
    ],
)
def test_a_sum_is_collected_where_all_of_its_summands_are(file: OwnFile, days: list[bool]) -> None:
    found = catalogue(BOTH, file)
    (summands,) = (one.value for code, one in found.indicators.items() if f"{code}.yml" == file.name)
    turn = (date(2019, 12, 31), date(2020, 1, 1))
    assert [is_collected(summands, found.forms, day) for day in turn] == days


@pytest.mark.parametrize(
    ("files", "complaint"),
    [
        ([BOTH, indicator("never", {"column": "later"}, {"column": "sooner"})], "never collected together"),
        (
            [form("B90", "organisations", KEY, LATER, effective={"to": "2019-12-31"})],
            "later is never collected while the form is",
        ),
        ([form("B90", "organisations", KEY | {"effective": TIME}, COUNT)], "part of the key"),
        ([form("B90", "organisations", KEY, COUNT, effective={"from": LAST, "to": FIRST})], "before it begins"),
        (
            [
                form(
                    "B90",
                    "organisations",
                    KEY,
                    LATER,
                    SOONER | {"label": LATER["label"], "effective": TIME | {"to": "2020-01-01"}},
                )
            ],
            "share the header",
        ),
    ],
)
def test_what_no_period_can_have_is_told(files: list[OwnFile], complaint: str) -> None:
    with pytest.raises(OwnFileError) as error:
        catalogue(*files)
    assert complaint in error.value.told("en")


def test_the_key_comes_first() -> None:
    with pytest.raises(OwnFileError) as error:
        catalogue(form("B90", "organisations", COUNT, KEY, key=["org_code"]))
    assert "come first" in error.value.told("en")


def test_two_columns_may_share_a_header_in_turn() -> None:
    assert catalogue(form("B90", "organisations", KEY, LATER, SOONER | {"label": LATER["label"]}))


def test_a_template_says_by_its_version_for_what_time_columns_were() -> None:
    plain = form_version(catalogue(form("B90", "organisations", KEY, COUNT, **PARTS)), "r")
    limited = COUNT | {"effective": TIME}
    timed = form_version(catalogue(form("B90", "organisations", KEY, limited, **PARTS)), "r")
    assert plain != timed
