"""Figures of bodies that end, begin, move and merge in a year, as the publication gate works them out.

What each filing says is written beside it; what a figure has to come to is worked out by hand.
"""

from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.integration.warehouse_world import Filing
from tests.support.small_office import Office, Told, body, succession, term

TERM = "2015-2017-NK"
PARTS = ("Q1", "6T", "9T", "N")
P, Q = body("P", "PROVINCE"), body("Q", "PROVINCE")
MARCH, JUNE, AUGUST = "2016-03-31", "2016-06-30", "2016-08-15"
FINAL, PROVISIONAL, INCOMPLETE = 0, 1, 2


def rows(*stated: tuple[str, int, int, int]) -> list[dict[str, Any]]:
    """Give rows of F1: organisation, opening, joined, closing."""
    return [dict(zip(("org_code", "opening", "joined", "closing"), row, strict=True)) for row in stated]


def filed(unit: str, period: str, *stated: tuple[str, int, int, int], since: date | None = None) -> Filing:
    """Give a filing of some rows; `since` is what its cover says that its figures run from."""
    return Filing(unit, period, {"F1": rows(*stated)}, coverage_from=since)


def world(
    folder: Path,
    bodies: Sequence[dict[str, Any]],
    filings: Sequence[Filing],
    successions: Sequence[dict[str, Any]] = (),
) -> Told:
    """Give the figures of an office whose calendar has all parts of 2016 and the end of 2017."""
    calendar = [*(f"2016-{part}" for part in PARTS), "2017-N"]
    terms = [term(2016, 2017)]
    return Office(folder, bodies, filings, terms=terms, calendar=calendar, successions=successions).told()


def of(told: Told, indicator: str, unit: str, part: str = "value") -> dict[str, float]:
    """Give an indicator's figures of a unit by period, without the year 2016."""
    return {
        period.removeprefix("2016-"): parts[part]
        for (code, body_of, period), parts in told.items()
        if (code, body_of) == (indicator, unit) and part in parts
    }


def every_part(unit: str, *organisations: str, joined: int = 1, parts: Sequence[str] = PARTS) -> list[Filing]:
    """Give cumulative filings: each quarter as many join each organisation, from 10 on."""
    return [
        filed(unit, f"2016-{part}", *((o, 10, joined * n, 10 + joined * n) for o in organisations))
        for n, part in enumerate(PARTS, start=1)
        if part in parts
    ]


@pytest.fixture(scope="module")
def merged(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """A and B stand below P. B ends on 15 August and goes over whole to A, with its organisation B1."""
    bodies = [
        *(P, body("A", "DISTRICT", "P"), body("B", "DISTRICT", "P", valid_to=AUGUST), body("A1", "BASE", "A")),
        *(body("B1", "BASE", "B", valid_to=AUGUST), body("B1", "BASE", "A", valid_from="2016-08-16")),
    ]
    filings = [
        *every_part("A", "A1", parts=("Q1", "6T")),
        filed("A", "2016-9T", ("A1", 10, 3, 13), ("B1", 25, 2, 27)),
        filed("A", "2016-N", ("A1", 10, 4, 14), ("B1", 25, 6, 31)),
        *every_part("B", "B1", joined=5, parts=("Q1", "6T")),
        # the closing filing
        filed("B", "2016-9T", ("B1", 10, 15, 25)),
    ]
    return world(
        tmp_path_factory.mktemp("merged"), bodies, filings, [succession("B", "A", "merge", "2016-08-16")]
    )


def test_what_went_over_in_a_year_keeps_its_months_and_passes_on_what_it_has(merged: Told) -> None:
    assert of(merged, "joined", "B") == {
        "Q1": 5,
        "6T": 10,
        "9T": 15,
        "N": 15,
        "D1": 5,
        "D2": 5,
        "D3": 5,
        TERM: 15,
    }
    # A and what went over to it, from the period on in which it did
    assert of(merged, "joined", "A") == {
        **{"Q1": 1, "6T": 2, "9T": 3 + 2 + 15, "N": 4 + 6 + 15, TERM: 4 + 6 + 15},
        # a quarter is of the same who count at its end
        **{"D1": 1, "D2": 1, "D3": 20 - 2 - 10, "D4": 5},
    }
    assert of(merged, "joined", "P") == {
        **{"Q1": 6, "6T": 12, "9T": 20, "N": 25, "D1": 6, "D2": 6, "D3": 8, "D4": 5, TERM: 25},
    }


def test_what_has_ended_has_no_stock_in_the_end_and_what_came_later_no_opening(merged: Told) -> None:
    assert of(merged, "members", "B") == {
        "Q1": 15,
        "6T": 20,
        "9T": 25,
        "N": 25,
        "D1": 15,
        "D2": 20,
        "D3": 25,
        TERM: 25,
    }
    members = of(merged, "members", "P")
    assert (members["6T"], members["9T"], members["N"], members[TERM]) == (12 + 20, 13 + 27, 14 + 31, 45)
    openings = of(merged, "members", "P", "opening")
    # the row of A about B1 begins in August; in January B had it
    assert openings == dict.fromkeys(openings, 10 + 10)


def test_an_organisation_has_the_rows_of_both_units_that_had_it(merged: Told) -> None:
    assert of(merged, "joined", "B1") == {
        **{"Q1": 5, "6T": 10, "9T": 15 + 2, "N": 15 + 6, "D1": 5, "D2": 5, "D3": 7, "D4": 4, TERM: 21},
    }
    assert of(merged, "members", "B1")["N"] == 31
    assert of(merged, "members", "B1", "opening")["N"] == 10


def test_a_body_that_ended_has_no_figure_of_what_came_later(tmp_path: Path) -> None:
    bodies = [P, body("A", "DISTRICT", "P", valid_to=MARCH), body("A1", "BASE", "A", valid_to=MARCH)]
    told = world(
        tmp_path,
        [*bodies, body("B", "DISTRICT", "P"), body("B1", "BASE", "B")],
        [
            *every_part("A", "A1", parts=("Q1",)),
            *every_part("B", "B1"),
        ],
    )

    for unit in ("A", "A1"):
        assert of(told, "joined", unit) == {"Q1": 1, "6T": 1, "9T": 1, "N": 1, "D1": 1, TERM: 1}
    # whoever ended otherwise stays where it was, with what it did
    assert of(told, "joined", "P") == {
        **{"Q1": 2, "6T": 3, "9T": 4, "N": 5, "D1": 2, "D2": 1, "D3": 1, "D4": 1, TERM: 5}
    }
    assert of(told, "members", "P")["N"] == 14
    # the closing filing is whole for ever
    assert {of(told, "joined", "A", "status")[part] for part in PARTS} == {FINAL}


def test_one_that_moved_counts_with_its_whole_year_where_it_is(tmp_path: Path) -> None:
    bodies = [
        *(P, Q, body("A", "DISTRICT", "P", valid_to=JUNE), body("A", "DISTRICT", "Q", valid_from="2016-07-01")),
        *(body("A1", "BASE", "A"), body("B", "DISTRICT", "P"), body("B1", "BASE", "B")),
    ]
    told = world(tmp_path, bodies, [*every_part("A", "A1", joined=7), *every_part("B", "B1")])

    assert of(told, "joined", "P") == {
        **{"Q1": 8, "6T": 16, "9T": 3, "N": 4, "D1": 8, "D2": 8, "D3": 1, "D4": 1, TERM: 4}
    }
    assert of(told, "joined", "Q") == {"9T": 21, "N": 28, "D3": 7, "D4": 7, TERM: 28}


@pytest.mark.parametrize(("day", "of_year"), [("2016-12-31", {"N"}), ("2017-01-01", set())])
def test_what_happens_later_is_not_seen(tmp_path: Path, day: str, of_year: set[str]) -> None:
    last = date.fromordinal(date.fromisoformat(day).toordinal() - 1).isoformat()
    bodies = [P, body("A", "DISTRICT", "P"), body("B", "DISTRICT", "P", valid_to=last), body("A1", "BASE", "A")]
    filings = [*every_part("A", "A1"), *every_part("B", "B1", joined=5)]
    told = world(tmp_path, [*bodies, body("B1", "BASE", "B")], filings, [succession("B", "A", "merge", day)])

    assert of(told, "joined", "A")["9T"] == 3
    assert of(told, "joined", "A")["N"] == (24 if of_year else 4)


def test_a_body_that_ended_takes_of_what_lives_on_only_what_was_filed_by_then(tmp_path: Path) -> None:
    bodies = [
        body("P", "PROVINCE", valid_to=AUGUST),
        *(Q, body("A", "DISTRICT", "P", valid_to=AUGUST), body("A", "DISTRICT", "Q", valid_from="2016-08-16")),
        body("A1", "BASE", "A"),
    ]
    told = world(tmp_path, bodies, every_part("A", "A1"))

    assert of(told, "joined", "P") == {"Q1": 1, "6T": 2, "9T": 2, "N": 2, "D1": 1, "D2": 1, "D3": 0, TERM: 2}
    assert of(told, "joined", "Q") == {"9T": 3, "N": 4, "D3": 1, "D4": 1, TERM: 4}


COVERED = [
    *(P, body("A", "DISTRICT", "P", valid_to=JUNE), body("B", "DISTRICT", "P", valid_to=JUNE)),
    body("C", "DISTRICT", "P", valid_from="2016-07-01"),
    *(body(f"{u}1", "BASE", u, valid_to=JUNE) for u in "AB"),
    *(body(f"{u}1", "BASE", "C", valid_from="2016-07-01") for u in "AB"),
]
TO_C = [succession(unit, "C", "merge", "2016-07-01") for unit in "AB"]


def test_a_cover_takes_in_the_year_of_what_went_over(tmp_path: Path) -> None:
    new_year = date(2016, 1, 1)
    filings = [
        filed("A", "2016-Q1", ("A1", 10, 3, 13)),
        filed("C", "2016-N", ("A1", 10, 20, 30), ("B1", 40, 8, 48), since=new_year),
    ]
    told = world(tmp_path, COVERED, filings, TO_C)

    assert of(told, "joined", "C")["N"] == of(told, "joined", "P")["N"] == 28
    assert of(told, "members", "C", "opening")["N"] == of(told, "members", "P", "opening")["N"] == 50
    assert of(told, "joined", "P")["Q1"] == 3
    # in its own figure what it filed stands as it is
    assert of(told, "joined", "A")["N"] == 3
    assert told["joined", "C", "2016-N"]["status"] == told["joined", "P", "2016-N"]["status"] == FINAL
    # of an organisation the row that runs from January stands alone
    assert of(told, "joined", "A1")["N"] == 20


def test_a_cover_in_the_course_of_a_year_leaves_what_was_before_it(tmp_path: Path) -> None:
    filings = [
        filed("A", "2016-Q1", ("A1", 10, 3, 13)),
        filed("A", "2016-6T", ("A1", 10, 5, 15)),
        filed("C", "2016-N", ("A1", 13, 20, 33), since=date(2016, 4, 1)),
    ]
    told = world(tmp_path, COVERED, filings, TO_C)

    assert of(told, "joined", "C")["N"] == of(told, "joined", "P")["N"] == of(told, "joined", "A1")["N"] == 23
    assert of(told, "joined", "A")["N"] == 5


def test_rows_about_the_same_days_count_once(tmp_path: Path) -> None:
    bodies = [
        *(
            P,
            body("A", "DISTRICT", "P"),
            body("B", "DISTRICT", "P"),
            body("A1", "BASE", "A"),
            body("B1", "BASE", "B"),
        ),
        *(body("O", "BASE", "A", valid_to=JUNE), body("O", "BASE", "B", valid_from="2016-07-01")),
    ]
    own = {"A": ("A1", 10, 1, 11), "B": ("B1", 10, 2, 12)}
    # B says that its rows run from April on, of which A has told until June
    filings = [
        filed("A", "2016-6T", own["A"], ("O", 100, 5, 105)),
        filed("A", "2016-N", own["A"]),
        filed("B", "2016-N", own["B"], ("O", 103, 30, 133), since=date(2016, 4, 1)),
    ]
    told = world(tmp_path, bodies, filings)

    assert (of(told, "joined", "A")["N"], of(told, "joined", "B")["N"]) == (6, 32)
    # the row that ends later stands, and A's gives way to it where both count
    assert of(told, "joined", "P")["N"] == 1 + 2 + 30
    assert of(told, "joined", "O")["N"] == 30
    tiled = [*filings[:2], filed("B", "2016-N", own["B"], ("O", 105, 30, 135))]
    told = world(tmp_path / "tiled", bodies, tiled)
    assert of(told, "joined", "P")["N"] == 1 + 2 + 5 + 30
    assert of(told, "joined", "O")["N"] == 35
    assert of(told, "members", "P")["N"] == 11 + 12 + 135
    # neither is older than it should be: O had left A
    assert told["joined", "P", "2016-N"]["status"] == FINAL


def test_a_row_that_its_unit_left_out_is_older_only_while_it_has_the_organisation(tmp_path: Path) -> None:
    bodies = [P, body("A", "DISTRICT", "P"), body("A1", "BASE", "A"), body("O", "BASE", "A", valid_to=AUGUST)]
    filings = [
        filed("A", "2016-6T", ("A1", 10, 1, 11), ("O", 5, 1, 6)),
        *(filed("A", f"2016-{part}", ("A1", 10, 2, 12)) for part in ("9T", "N")),
    ]
    told = world(tmp_path, bodies, filings)

    # from July on to 15 August nobody tells of it
    assert of(told, "joined", "A", "status")["N"] == PROVISIONAL
    assert of(told, "joined", "A")["N"] == 3
    assert of(told, "members", "A")["N"] == 12


def test_a_unit_that_begins_in_a_quarter_has_it_and_one_that_lacks_its_closing_filing_does_not(
    tmp_path: Path,
) -> None:
    bodies = [
        *(P, body("A", "DISTRICT", "P", valid_from="2016-07-01"), body("B", "DISTRICT", "P", valid_to=AUGUST)),
        *(body("A1", "BASE", "A"), body("B1", "BASE", "B")),
    ]
    begun = world(tmp_path / "begun", bodies, every_part("A", "A1", joined=4, parts=("9T", "N")))
    assert of(begun, "joined", "A") == {"9T": 12, "N": 16, "D3": 12, "D4": 4, TERM: 16}
    assert "opening" in begun["members", "A", "2016-N"]
    assert "opening" not in begun.get(("members", "P", "2016-N"), {"opening": 0})

    lacking = [*every_part("A", "A1", joined=4, parts=("9T", "N")), *every_part("B", "B1", parts=("Q1", "6T"))]
    told = world(tmp_path / "lacking", bodies, lacking)
    assert {"D1", "D2", "D4"} <= of(told, "joined", "P").keys()
    assert "D3" not in of(told, "joined", "P")
    assert told["joined", "P", "2016-N"]["status"] == PROVISIONAL


def test_a_successor_tells_the_years_before_its_birth_and_misses_none_of_them(tmp_path: Path) -> None:
    bodies = [
        *(P, body("A", "DISTRICT", "P", valid_to="2016-12-31"), body("A1", "BASE", "A", valid_to="2016-12-31")),
        *(
            body("C", "DISTRICT", "P", valid_from="2017-01-01"),
            body("A1", "BASE", "C", valid_from="2017-01-01"),
        ),
    ]
    filings = [*every_part("A", "A1"), filed("C", "2017-N", ("A1", 14, 6, 20))]
    merger = [succession("A", "C", "merge", "2017-01-01")]
    told = world(tmp_path / "both", bodies, filings, merger)

    assert of(told, "joined", "C") == {
        **{"Q1": 1, "6T": 2, "9T": 3, "N": 4, "D1": 1, "D2": 1, "D3": 1, "D4": 1, "2017-N": 6, TERM: 10}
    }
    assert told["joined", "C", TERM]["status"] == FINAL
    assert of(told, "members", "C", "opening")[TERM] == 10
    silent = world(tmp_path / "silent", bodies, filings[-1:], merger)
    assert silent["joined", "C", TERM]["status"] == INCOMPLETE


def test_a_successor_misses_the_years_before_its_birth_that_the_calendar_lacks(tmp_path: Path) -> None:
    bodies = [body("A", "DISTRICT", valid_to="2016-12-31"), body("C", "DISTRICT", valid_from="2017-01-01")]
    filings, terms = [filed("C", "2017-N", ("C1", 14, 6, 20))], [term(2016, 2017)]
    merger = [succession("A", "C", "merge", "2017-01-01")]

    for successions, status in (([], FINAL), (merger, INCOMPLETE)):
        folder = tmp_path / str(status)
        made = Office(
            *(folder, [*bodies, body("C1", "BASE", "C")], filings),
            terms=terms,
            calendar=["2017-N"],
            successions=successions,
        )
        assert made.told()["joined", "C", TERM]["status"] == status


def test_of_a_unit_whose_year_a_cover_takes_in_nothing_more_is_waited_for(tmp_path: Path) -> None:
    lines = Filing("B", "2016-6T", {"F2": [{"line_code": "FLOW", "number": 4}]})
    for since, status in ((date(2016, 1, 1), FINAL), (date(2016, 4, 1), INCOMPLETE)):
        of_c = filed("C", "2016-N", ("A1", 10, 20, 30), ("B1", 40, 8, 48), since=since)
        told = world(tmp_path / str(status), COVERED, [of_c, lines], TO_C)

        figure = told["both_forms", "B", "2016-N"]
        assert (figure["value"], figure["status"]) == (4, status)
