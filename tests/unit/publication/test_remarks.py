"""What stands beside a verdict, as the publication gate works it out: each remark, just so, and not beside."""

import math
from typing import Any

import pytest

from ingestion.definitions.catalogue import load_catalogue
from reports.publication_gate import remarks
from reports.publication_gate.words import side_in_words

TERM = "2015-2020"
NOTHING = remarks.Beside(math.nan, math.nan, math.nan, False, math.nan, math.nan)
CATALOGUE = load_catalogue()


def said(indicator: str = "admissions", **more: Any) -> dict[str, Any]:
    """Give a statement."""
    nothing = dict.fromkeys(("value_low", "value_high", "denominator"))
    of_body = {"org_code": "P", "period_code": TERM, "basis": ""}
    is_plain = {"qualifier": "EQ", "derivation": None}
    return {"indicator_code": indicator, **of_body, **nothing, **is_plain, **more}


def beside(**more: Any) -> remarks.Beside:
    """Give what a statement is held against."""
    return remarks.Beside(**{**vars(NOTHING), **more})


def yearly(indicator: str, low: float, high: float, **more: Any) -> dict[str, Any]:
    """Give a range that is stated of every year."""
    return said(indicator, value_low=low, value_high=high, qualifier="RANGE", derivation="per_year", **more)


EXCELLENT, GOOD = yearly("orgs_excellent_share", 10, 18), yearly("orgs_good_share", 60, 80)
TARGETS = {("admissions", TERM)}
VISITS = next(code for code, one in CATALOGUE.indicators.items() if one.unit == "ORG_VISIT")
STOCK = next(code for code, one in CATALOGUE.indicators.items() if one.kind == "stock")


@pytest.mark.parametrize(
    ("statement", "held_against", "due"),
    [
        (
            said("members_disciplined", value_low=12.0),
            beside(value=10.0, suspended=2.0),
            "suspension_counted: actual 10, stated 12, suspended 2",
        ),
        (said("members_disciplined", value_low=12.0), beside(value=10.0, suspended=3.0), ""),
        (said("members_disciplined", value_low=12.0), beside(value=12.0, suspended=0.0), ""),
        (said(VISITS), beside(value=9.0, existing=7.0), "visits_beside_existing: existing 7, visits 9"),
        (said(VISITS), beside(value=7.0, existing=7.0), ""),
        (said(VISITS), beside(value=7.0, existing=0.0), ""),
        (said(STOCK), beside(value=9.0, existing=7.0), ""),
        (
            EXCELLENT,
            NOTHING,
            "cap_broken_at_one_end: breaking_excellent 18, breaking_good 60, breaking_rate 30, cap 20,"
            " keeping_excellent 10, keeping_good 80, keeping_rate 12.5",
        ),
        (GOOD, NOTHING, ""),
        (yearly("orgs_excellent_share", 10, 12), NOTHING, ""),  # kept at both ends
        (yearly("orgs_excellent_share", 17, 18), NOTHING, ""),  # broken at both
        (yearly("orgs_excellent_share", 10, 18, org_code="Q"), NOTHING, ""),  # of whom no other range is told
        (yearly("orgs_excellent_share", 10, 18, period_code="2010-2015"), NOTHING, ""),
        (said(), NOTHING, "no_target_on_record"),
        (said(), beside(has_target=True), ""),
        (said(period_code="2010-2015"), NOTHING, ""),
        (said(derivation="share"), NOTHING, ""),
        (said(STOCK), NOTHING, ""),
        (said(STOCK, basis="expected"), NOTHING, "stated_as_expected"),
        (said("", basis="counted"), NOTHING, "nothing_filed_counts_it"),
        (said("", basis="norm: weekly"), NOTHING, ""),
        (said(STOCK, derivation="percent_change"), beside(before=30.0), "since_opening: opening 30"),
        (said(STOCK), beside(before=30.0), ""),
        (said(STOCK, denominator=50.0), beside(denominator=51.0), "of_how_many: denominator 51"),
        (said(STOCK), beside(denominator=51.0), ""),
    ],
)
def test_a_remark_stands_where_it_is_due(
    statement: dict[str, Any], held_against: remarks.Beside, due: str
) -> None:
    known = remarks.Remarks([EXCELLENT, GOOD, statement], CATALOGUE, {TERM: 20.0}, TARGETS)

    assert known.due(statement, held_against) == due


def test_a_term_has_the_highest_cap_of_the_schemes_of_its_years() -> None:
    terms = [
        {"term_code": code, "first_year": first, "last_year": first + 4}
        for code, first in (("A", 2010), ("B", 2016))
    ]
    schemes = [
        {"first_year": 2013, "last_year": 2018, "cap_rate": 0.2},
        {"first_year": 2019, "last_year": None, "cap_rate": 0.25},
        {"first_year": 2000, "last_year": None, "cap_rate": None},
    ]

    assert remarks.caps_of(terms, schemes) == {"A": 20.0, "B": 25.0}


@pytest.mark.parametrize(
    ("detail", "text"),
    [
        (None, ""),
        ('{"code": "stated_as_expected"}', "stated_as_expected"),
        ('{"code": "since_opening", "opening": 30.0}', "since_opening: opening 30"),
        ('{"code": "since_opening", "opening": 30.0}x', '{"code": "since_opening", "opening": 30.0}x'),
        ('{"opening": 30.0}', '{"opening": 30.0}'),
        ("x", "x"),
    ],
)
def test_what_the_warehouse_remarks_is_compared_as_it_reads(detail: str | None, text: str) -> None:
    assert remarks.told(detail) == text


def test_a_difference_of_remarks_is_told_in_words() -> None:
    assert side_in_words("detail", "since_opening: opening 1813.5", "vi") == "số đầu kỳ (1.813,5)"
    assert side_in_words("detail", "of_how_many: denominator 51", "en") == "of how many (51)"
    assert side_in_words("detail", "no_target_on_record", "en") == "no target on record"
    assert side_in_words("detail", "x", "en") == "x"
    assert side_in_words("detail", "", "en") == side_in_words("verdict", "", "en")
