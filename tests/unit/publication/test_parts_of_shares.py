"""What the publication gate makes of units that have one part of a share, or of a count out of many, alone."""

from pathlib import Path

import pytest

from tests.integration.warehouse_world import Filing
from tests.support.small_office import Office, Told, body, filing, succession, term

P, A, B = body("P", "PROVINCE"), body("A", "DISTRICT", "P"), body("B", "DISTRICT", "P")
BODIES = [P, A, B, body("A1", "BASE", "A"), body("B1", "BASE", "B"), body("P1", "BASE", "P")]
TERM = "2015-2017-NK"
FIRST, LAST = "2016-N", "2017-N"
Part = tuple[int | None, int | None]
"""What a unit did, and of how much; None does not apply, and of a plan nobody has to say."""


def two_years(folder: Path, of_b: tuple[Part, Part], of_a: tuple[Part, Part] = ((5, 10), (5, 10))) -> Told:
    """Give two years of two districts below a province."""
    filings = [
        filing(unit, period, joined=done, plan=plan)
        for unit, years in (("A", of_a), ("B", of_b))
        for period, (done, plan) in zip((FIRST, LAST), years, strict=True)
    ]
    return Office(folder, BODIES, filings, terms=[term(2016, 2017)]).told()


def told_of(told: Told, indicator: str, unit: str) -> dict[str, tuple[float | None, float]]:
    """Give value and status of the figures of a unit by period."""
    return {
        period: (parts.get("value"), parts["status"])
        for (code, of, period), parts in told.items()
        if (code, of) == (indicator, unit) and period in (FIRST, LAST, TERM)
    }


def test_a_share_of_what_only_some_planned_is_not_whole(tmp_path: Path) -> None:
    told = two_years(tmp_path, ((5, None), (5, None)))

    assert told_of(told, "of_plan", "A") == dict.fromkeys((FIRST, LAST, TERM), (50, 0))
    # it did something, of nobody knows how much
    assert told_of(told, "of_plan", "B") == dict.fromkeys((FIRST, LAST, TERM), (None, 3))
    assert told_of(told, "of_plan", "P") == dict.fromkeys((FIRST, LAST, TERM), (100, 2))


@pytest.mark.parametrize(
    ("of_b", "lacking"),
    [
        # who did nothing, and never said of how much, is not meant
        (((0, None), (0, None)), set()),
        # who ever did something is meant in every year
        (((0, None), (5, None)), {FIRST, LAST, TERM}),
        (((0, None), (5, 10)), {FIRST, TERM}),
        # who planned something and did nobody knows how much; a plan of nothing
        (((None, 10), (None, 10)), {FIRST, LAST, TERM}),
        (((None, 0), (None, 0)), set()),
        (((5, 10), (0, 0)), set()),
        (((None, None), (None, None)), set()),
    ],
)
def test_who_has_a_share_has_both_parts_of_it(
    tmp_path: Path, of_b: tuple[Part, Part], lacking: set[str]
) -> None:
    of_province = told_of(two_years(tmp_path, of_b), "of_plan", "P")

    assert {period for period, (_, status) in of_province.items() if status} == lacking


def test_a_count_is_whole_until_it_says_of_how_many_and_not_of_all(tmp_path: Path) -> None:
    some = two_years(tmp_path / "some", ((5, None), (5, None)))
    none = two_years(tmp_path / "none", ((5, None), (5, None)), ((5, None), (5, None)))
    once = two_years(tmp_path / "once", ((5, 9), (5, 9)), ((5, None), (5, 10)))

    assert told_of(some, "of_how_many", "B") == {FIRST: (5, 0), LAST: (5, 0), TERM: (10, 0)}
    assert told_of(some, "of_how_many", "P") == {FIRST: (10, 2), LAST: (10, 2), TERM: (20, 2)}
    assert some["of_how_many", "P", TERM]["denominator"] == 10
    assert told_of(none, "of_how_many", "P") == {FIRST: (10, 0), LAST: (10, 0), TERM: (20, 0)}
    assert told_of(once, "of_how_many", "P")[LAST] == (10, 0)


def test_quarters_lack_the_part_as_their_year_does(tmp_path: Path) -> None:
    filings = [
        filing(unit, period, joined=done, plan=10 if unit == "A" else None)
        for unit in "AB"
        for period, done in (("2016-Q1", 2), ("2016-6T", 5))
    ]
    told = Office(tmp_path, BODIES, filings).told()

    found = {p: parts["status"] for (i, u, p), parts in told.items() if (i, u) == ("of_plan", "P")}
    assert {found[f"2016-{part}"] for part in ("Q1", "6T", "D1", "D2")} == {2}


@pytest.mark.parametrize("event", ["", "merge"])
def test_a_term_does_not_put_what_one_did_over_what_another_planned(tmp_path: Path, event: str) -> None:
    bodies = [
        *(one for one in BODIES if one["org_code"] not in ("A", "B")),
        body("A", "DISTRICT", "P", valid_to="2016-12-31"),
        body("B", "DISTRICT", "P", valid_from="2017-01-01"),
    ]
    filings = [filing("A", FIRST, joined=5, plan=10), filing("B", LAST, joined=5)]
    successions = [succession("A", "B", event, "2017-01-01")] if event else []
    told = Office(tmp_path, bodies, filings, terms=[term(2016, 2017)], successions=successions).told()

    # each year by itself has a share or none, and nobody who lacks a plan in it
    assert told_of(told, "of_plan", "P") == {FIRST: (50, 0), LAST: (None, 3), TERM: (100, 2)}
    assert told_of(told, "of_how_many", "P")[TERM] == (10, 2)
    assert told_of(told, "of_plan", "B")[TERM] == ((100, 2) if event else (None, 3))


def test_a_part_that_a_unit_is_not_asked_for_is_not_missing(tmp_path: Path) -> None:
    def lines(unit: str, **numbers: int) -> Filing:
        rows = [{"line_code": code, "number": number} for code, number in numbers.items()]
        return Filing(unit, FIRST, {"F1": [{"org_code": f"{unit}1", "joined": 1}], "F2": rows})

    of_a, alone = lines("A", FLOW=2, STOCK=10), [one for one in BODIES if one["org_code"][0] != "B"]
    by_province = Office(tmp_path / "P", alone, [of_a, lines("P", FLOW=3)]).told()
    by_district = Office(tmp_path / "B", BODIES, [of_a, lines("B", FLOW=3)]).told()

    # one of the lines is owed by districts alone
    assert by_province["line_of_line", "P", FIRST] == {
        **{"value": 50, "numerator": 5, "denominator": 10, "status": 0}
    }
    assert by_district["line_of_line", "P", FIRST]["status"] == 2
