"""Figures as the publication gate works them out: amounts, quarters, years, terms, and how whole they are."""

from dataclasses import replace
from pathlib import Path

import pytest

from tests.integration.warehouse_world import BLANK, Filing
from tests.support.small_office import Office, Told, body, filing, succession, term

P, A, B = body("P", "PROVINCE"), body("A", "DISTRICT", "P"), body("B", "DISTRICT", "P")
BASES = [body("A1", "BASE", "A"), body("A2", "BASE", "A"), body("B1", "BASE", "B")]
ALONE = [body("A", "DISTRICT"), body("A1", "BASE", "A"), body("A2", "BASE", "A")]
TERM = "2015-2017-NK"


def values(told: Told, indicator: str, *units: str, part: str = "value") -> dict[str, float | None]:
    """Give what an indicator's figures are by unit and period, without the year where there is one year."""
    return {
        f"{unit} {period}".replace("2016-", "", 1): parts.get(part)
        for (code, unit, period), parts in told.items()
        if code == indicator and unit in units
    }


@pytest.fixture(scope="module")
def year(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """A year of two districts; B skips the third quarter, and files its first two alone."""
    cumulative = [
        filing("A", "2016-Q1", opening=100, joined=4, gone=1, closing=103, rating="GOOD", filed_share=10.5),
        filing("A", "2016-6T", opening=100, joined=9, gone=3, closing=106, rating="GOOD", filed_share=12.0),
        filing("A", "2016-9T", opening=101, joined=15, gone=4, closing=112, rating="BAD", bodies=7),
        filing("A", "2016-N", opening=100, joined=20, gone=6, closing=114, rating="GOOD", filed_share=13.0),
        filing("B", "2016-N", opening=50, joined=8, gone=5, closing=53, filed_share=20.0),
    ]
    alone = [
        filing("B", "2016-Q1", basis="QUARTER", opening=50, joined=2, closing=52, gone=0, rating="GOOD"),
        filing("B", "2016-6T", basis="QUARTER", opening=52, joined=3, closing=51, gone=4, rating="GOOD"),
    ]
    return Office(tmp_path_factory.mktemp("year"), [P, A, B, *BASES], [*cumulative, *alone]).told()


def test_filings_from_january_stand_alone_and_those_of_a_quarter_add_up(year: Told) -> None:
    assert values(year, "joined", "A", "B", "P") == {
        **{"A Q1": 4, "A 6T": 9, "A 9T": 15, "A N": 20, "A D1": 4, "A D2": 5, "A D3": 6, "A D4": 5},
        **{"B Q1": 2, "B 6T": 5, "B 9T": 5, "B N": 8, "B D1": 2, "B D2": 3},
        **{"P Q1": 6, "P 6T": 14, "P 9T": 20, "P N": 28, "P D1": 6, "P D2": 8},
    }


def test_a_term_that_is_taken_away_is(year: Told) -> None:
    assert values(year, "net", "A", "P") == {
        **{"A Q1": 3, "A 6T": 6, "A 9T": 11, "A N": 14, "A D1": 3, "A D2": 3, "A D3": 5, "A D4": 3},
        **{"P Q1": 5, "P 6T": 7, "P 9T": 12, "P N": 17, "P D1": 5, "P D2": 2},
    }


def test_a_stock_is_that_of_the_latest_filing_and_its_opening_of_the_first(year: Told) -> None:
    assert values(year, "members", "B") == {
        **{"B Q1": 52, "B 6T": 51, "B 9T": 51, "B N": 53, "B D1": 52, "B D2": 51}
    }
    assert values(year, "members", "B", part="opening") == {
        **{"B Q1": 50, "B 6T": 50, "B 9T": 50, "B N": 50, "B D1": 50, "B D2": 50}
    }
    # both in one sum, one with the sign −1
    growth = values(year, "growth", "A", "B")
    assert {key: growth[key] for key in ("A 6T", "A 9T", "A D2", "B 6T", "B D2", "B N")} == {
        **{"A 6T": 6, "A 9T": 11, "A D2": 6, "B 6T": 1, "B D2": 1, "B N": 3}
    }


def test_what_is_counted_counts_once_a_year(year: Told) -> None:
    assert values(year, "good", "A", "B") == {
        **{"A Q1": 1, "A 6T": 1, "A 9T": 0, "A N": 1, "A D1": 1, "A D2": 1, "A D3": 0, "A D4": 1},
        **{"B Q1": 1, "B 6T": 1, "B 9T": 1, "B D1": 1, "B D2": 1},
    }


def test_a_ratio_is_of_sums_and_each_part_adds_in_its_own_way(year: Told) -> None:
    ratio = {part: year["share", "P", "2016-D2"][part] for part in ("value", "numerator", "denominator")}

    assert ratio == {"value": 100 * 8 / 157, "numerator": 8, "denominator": 157}
    assert year["share", "P", "2016-N"]["value"] == pytest.approx(100 * 28 / 167)


def test_a_rate_and_a_distinct_count_are_only_ever_that_of_one_unit(year: Told) -> None:
    # two districts have it at times: what one has told is not the province's
    assert values(year, "filed_share", "P") == {}
    # one of them never has any
    assert values(year, "bodies", "A", "P") == {"A 9T": 7, "P 9T": 7}


def test_a_rate_of_the_only_unit_that_has_filed_is_not_that_of_those_who_are_waited_for(tmp_path: Path) -> None:
    told = Office(tmp_path, [P, A, B, *BASES], [filing("A", "2016-N", filed_share=10.0)]).told()

    assert told["filed_share", "A", "2016-N"]["value"] == 10.0
    assert ("filed_share", "P", "2016-N") not in told


def test_how_whole_a_figure_is(year: Told) -> None:
    statuses = values(year, "joined", "A", "B", "P", part="status")

    assert {key for key, status in statuses.items() if status} == {"B 9T", "P 9T"}
    assert statuses["B 9T"] == statuses["P 9T"] == 1


def test_organisations_have_what_the_rows_about_them_say(year: Told) -> None:
    about = values(year, "joined", "B1")

    assert about == {"B1 Q1": 2, "B1 6T": 5, "B1 9T": 5, "B1 N": 8, "B1 D1": 2, "B1 D2": 3}
    assert set(values(year, "joined", "B1", part="status").values()) == {-1}


def test_a_row_that_the_newest_filing_lacks_stands_and_is_said_to_be_older(tmp_path: Path) -> None:
    rows = [{"org_code": "A1", "joined": 3}, {"org_code": "A2", "joined": 4}]
    filings = [filing("A", "2016-Q1", rows=rows), filing("A", "2016-6T", joined=5)]
    told = Office(tmp_path, ALONE, filings).told()

    # for what is not asked for yet the latest there is counts
    assert values(told, "joined", "A") == {"A Q1": 7, "A 6T": 9, "A 9T": 9, "A N": 9, "A D1": 7, "A D2": 2}
    statuses = values(told, "joined", "A", part="status")
    assert [statuses[f"A {period}"] for period in ("Q1", "6T", "D1", "D2")] == [0, 1, 0, 1]
    # the one without a row has no quarter of its own
    assert "A2 D2" not in values(told, "joined", "A2")
    assert values(told, "joined", "A1")["A1 D2"] == 2


@pytest.mark.parametrize(
    ("last", "told_of_it"), [("CUMULATIVE", {}), ("QUARTER", {"A D4": 8, "A1 D4": 8, "P D4": 8})]
)
def test_what_holds_an_earlier_quarter_that_had_not_come_is_no_quarter(
    tmp_path: Path, last: str, told_of_it: dict[str, int]
) -> None:
    filings = [
        filing("A", "2016-Q1", basis="QUARTER", joined=1, opening=5, closing=6),
        filing("A", "2016-9T", basis="QUARTER", joined=4, opening=5, closing=7),
        filing("A", "2016-N", basis=last, joined=8, opening=5, closing=9),
    ]
    calendar = [f"2016-{part}" for part in ("Q1", "6T", "9T", "N")]
    told = Office(tmp_path, [P, A, BASES[0]], filings, calendar=calendar).told()

    quarters = values(told, "joined", "A", "A1", "P")
    assert {place: value for place, value in quarters.items() if place.endswith("D4")} == told_of_it
    # what stands at the end is no difference
    assert values(told, "members", "A")["A D4"] == 9


def test_lines_add_as_each_says(tmp_path: Path) -> None:
    def lines(flow: int, stock: int, opening: int) -> list[dict[str, object]]:
        numbers = {"FLOW": flow, "STOCK": stock, "OPENING": opening}
        return [{"line_code": code, "number": number} for code, number in numbers.items()]

    first = filing("A", "2016-Q1", basis="QUARTER", joined=100)
    first.rows["F2"] = lines(1, 20, 300)  # type: ignore[index]
    second = filing("A", "2016-6T", basis="QUARTER", joined=200)
    second.rows["F2"] = lines(2, 50, 700)  # type: ignore[index]
    told = Office(tmp_path, ALONE, [first, second]).told()

    def of(indicator: str) -> list[float | None]:
        return [values(told, indicator, "A")[f"A {period}"] for period in ("Q1", "6T", "D1", "D2")]

    assert of("flow_line") == [1, 3, 1, 2]
    assert of("lines") == [321, 3 + 50 + 300, 321, 2 + 50 + 300]
    assert of("both_forms") == [101, 303, 101, 202]
    # of a body that does not file, nobody knows whether the other form's rows about it are of the quarter
    (body_of,) = {unit for indicator, unit, _ in told if indicator == "joined" and unit != "A"}
    assert {key.split()[1] for key in values(told, "joined", body_of)} >= {"D1", "D2"}
    assert {key.split()[1] for key in values(told, "both_forms", body_of)}.isdisjoint({"D1", "D2"})
    assert values(told, "both_forms", body_of)[f"{body_of} Q1"] == 100


@pytest.fixture(scope="module")
def two_years(tmp_path_factory: pytest.TempPathFactory) -> Told:
    """A term of two years: A files both, B the first of them, and P its own."""
    filings = [
        filing("A", "2016-N", opening=100, joined=20, gone=6, closing=114, rating="GOOD"),
        filing("A", "2017-N", opening=114, joined=10, gone=4, closing=120, rating="GOOD"),
        filing("B", "2016-N", opening=50, joined=8, gone=5, closing=53, rating="GOOD"),
    ]
    filings += [filing("P", "2017-N", rows=[{"org_code": "P", "joined": 7, "closing": 1000}])]
    return Office(tmp_path_factory.mktemp("years"), [P, A, B, *BASES], filings, terms=[term(2016, 2017)]).told()


def test_a_term_adds_flows_and_takes_the_last_stock_and_the_first_opening(two_years: Told) -> None:
    def term_of(indicator: str, part: str = "value") -> dict[str, float | None]:
        found = {u: two_years.get((indicator, u, TERM), {}) for u in ("A", "B", "P")}
        return {unit: parts.get(part) for unit, parts in found.items()}

    assert term_of("joined") == {"A": 30, "B": 8, "P": 45}
    assert term_of("net") == {"A": 20, "B": 3, "P": 30}
    # that of the province is of its last year, in which B has nothing
    assert term_of("members") == {"A": 120, "B": 53, "P": 1120}
    assert term_of("members", "opening") == {"A": 100, "B": 50, "P": 150}
    assert term_of("growth") == {"A": 20, "B": 3, "P": 970}
    assert term_of("share", "denominator") == {"A": 120, "B": 53, "P": 1120}
    assert term_of("bodies") == {"A": None, "B": None, "P": None}


def test_a_term_is_as_whole_as_its_years(two_years: Told) -> None:
    found = {
        unit: [two_years[indicator, unit, TERM]["status"] for indicator in ("joined", "members")]
        for unit in ("A", "B", "P")
    }

    assert found == {"A": [0, 0], "B": [2, 2], "P": [2, 2]}


def test_years_in_a_row_are_of_organisations_and_begin_again(two_years: Told) -> None:
    runs = {(u, p): parts["value"] for (i, u, p), parts in two_years.items() if i == "good_in_a_row"}

    assert runs == {("A1", "2016-N"): 1, ("A1", "2017-N"): 2, ("B1", "2016-N"): 1}


def test_a_year_with_another_rating_ends_the_row(tmp_path: Path) -> None:
    ratings = {2016: "GOOD", 2017: "BAD", 2018: "GOOD", 2019: "GOOD"}
    told = Office(tmp_path, ALONE, [filing("A", f"{y}-N", rating=r) for y, r in ratings.items()]).told()

    assert [told["good_in_a_row", "A1", f"{year}-N"]["value"] for year in ratings] == [1, 0, 1, 2]


def test_what_two_units_tell_of_one_body_counts_once_in_a_row_of_years(tmp_path: Path) -> None:
    bodies = [P, A, B, *BASES]
    filings = [filing("A", f"{year}-N", rating="GOOD") for year in (2016, 2017, 2018)]
    filings += [filing("B", "2017-N", rows=[{"org_code": "A1", "rating": "BAD"}])]
    told = Office(tmp_path, bodies, filings).told()

    assert [told["good_in_a_row", "A1", f"{year}-N"]["value"] for year in (2016, 2017, 2018)] == [1, 2, 3]


def test_years_for_which_nobody_was_asked_yet_are_missing_in_a_term(tmp_path: Path) -> None:
    bodies = [P, A, body("B", "DISTRICT", "P", valid_from="2017-01-01", valid_to="2018-06-30"), *BASES]
    filings = [filing("A", f"{year}-N", opening=1, joined=1, closing=2) for year in (2017, 2018)]
    filings += [filing("B", "2017-N", opening=1, joined=1, closing=2), filing("B", "2018-Q1", joined=1)]
    terms = [term(2016, 2018), term(2017, 2019), term(2017, 2018)]
    told = Office(tmp_path, bodies, filings, terms=terms).told()

    def status(indicator: str, unit: str = "A") -> list[float]:
        return [
            told[indicator, unit, f"{row['first_year'] - 1}-{row['last_year']}-NK"]["status"] for row in terms
        ]

    # the calendar has 2017 and 2018 only; what lived no longer than these lacks nothing but its last quarter
    assert (status("joined"), status("members"), status("growth")) == ([2, 2, 0], [0, 2, 0], [2, 2, 0])
    assert status("joined", "B") == [1, 1, 1]


def test_what_is_owed_and_missing_makes_a_term_incomplete_and_a_late_part_provisional(tmp_path: Path) -> None:
    filings = [
        *(filing("A", f"{year}-N", joined=1, opening=8, closing=9) for year in (2016, 2017)),
        *(filing("B", period, joined=2, opening=6, closing=8) for period in ("2016-N", "2017-9T")),
        filing("C", "2017-N", joined=3, opening=4, closing=7),
    ]
    bodies = [P, A, B, *BASES, body("C", "DISTRICT"), body("C1", "BASE", "C")]
    told = Office(tmp_path, bodies, filings, terms=[term(2016, 2017)]).told()

    def status(indicator: str) -> dict[str, float]:
        return {unit: told[indicator, unit, TERM]["status"] for unit in ("A", "B", "P", "C")}

    # C lacks its first year: a sum and a first miss something, a stock does not
    assert status("joined") == {"A": 0, "B": 1, "P": 1, "C": 2}
    assert status("members") == {"A": 0, "B": 1, "P": 1, "C": 0}
    assert status("growth") == {"A": 0, "B": 1, "P": 1, "C": 2}


def test_a_half_is_no_year_though_the_calendar_ends_with_it(tmp_path: Path) -> None:
    bodies = [P, A, B, *BASES, body("C", "DISTRICT", valid_from="2017-07-01"), body("C1", "BASE", "C")]
    bodies += [body("D", "DISTRICT", valid_to="2017-07-31"), body("D1", "BASE", "D")]
    filings = [filing("A", f"2016-{part}", joined=4, closing=9) for part in ("Q1", "N")]
    filings += [filing(unit, "2017-6T", joined=1, closing=9) for unit in "ABD"]
    filings += [filing("D", "2016-N", joined=2, closing=9), filing("B", "2016-N", joined=3, closing=9)]
    merger = [succession("D", "C", "merge", "2017-08-01")]
    office = Office(tmp_path, bodies, filings, terms=[term(2016, 2017)], successions=merger)
    told = office.told()

    def status(indicator: str, unit: str) -> dict[str, float]:
        found = {
            period: parts["status"] for (i, u, period), parts in told.items() if (i, u) == (indicator, unit)
        }
        return {period: found[period] for period in ("2017-6T", "2017-9T", "2017-N", TERM)}

    for unit in "AP":
        assert list(status("joined", unit).values()) == [0, 1, 1, 1]
        assert list(status("members", unit).values()) == [0, 1, 1, 1]
    # a quarter stands in for the half that the calendar left out, and a year that was filed whole is whole
    assert [told["joined", "A", f"2016-{part}"]["status"] for part in ("Q1", "6T", "9T", "N")] == [0, 1, 1, 0]
    # what took D over has yet to file for itself
    assert (told["joined", "C", TERM]["value"], told["joined", "C", TERM]["status"]) == (3, 2)


def test_a_form_filed_for_a_term_counts_only_where_there_are_no_years(tmp_path: Path) -> None:
    filings = [
        filing("A", TERM, joined=500, closing=5000),
        filing("A", "2016-N", joined=1, closing=9),
        filing("B", TERM, joined=40, closing=80),
    ]
    told = Office(tmp_path, [P, A, B, *BASES], filings, terms=[term(2016, 2017)]).told()

    assert {unit: told["joined", unit, TERM]["value"] for unit in "ABP"} == {"A": 1, "B": 40, "P": 41}
    assert told["joined", "B", TERM]["status"] == 0


MERGER = [
    body("M1", "DISTRICT", "P", valid_to="2017-06-30"),
    body("M2", "DISTRICT", "P", valid_to="2017-06-30"),
    body("M", "DISTRICT", "P", valid_from="2017-07-01"),
    body("O1", "BASE", "M1", valid_to="2017-06-30"),
    body("O1", "BASE", "M", valid_from="2017-07-01"),
    body("O2", "BASE", "M2"),
]


def test_what_merged_whole_counts_in_the_term_of_its_successor_and_what_split_off_does_not(
    tmp_path: Path,
) -> None:
    filings = [
        filing("M1", "2016-N", rows=[{"org_code": "O1", "joined": 3, "closing": 30}]),
        filing("M2", "2016-N", rows=[{"org_code": "O2", "joined": 4, "closing": 40}]),
        filing("M", "2017-N", rows=[{"org_code": "O1", "joined": 10, "closing": 75}]),
    ]
    successions = [
        succession("M1", "M", "merge", "2017-07-01"),
        succession("M2", "M", "split", "2017-07-01", "0.5"),
    ]
    told = Office(tmp_path, [P, *MERGER], filings, terms=[term(2016, 2017)], successions=successions).told()

    joined = {(u, p): parts["value"] for (i, u, p), parts in told.items() if i == "joined" and u[0] != "O"}
    assert joined == {
        **{("M1", "2016-N"): 3, ("M2", "2016-N"): 4, ("M", "2016-N"): 3, ("P", "2016-N"): 7},
        **{("M", "2017-N"): 10, ("P", "2017-N"): 10},
        **{("M1", TERM): 3, ("M2", TERM): 4, ("M", TERM): 13, ("P", TERM): 17},
    }
    assert told["members", "M", TERM]["value"] == 75
    assert {key[1:]: parts["value"] for key, parts in told.items() if key[0] == "merged"} == {
        ("M", "2017-9T"): 1,
        ("M", "2017-N"): 1,
        ("M", "2017-D3"): 1,
        ("M", "2017-D4"): 1,
        ("M", TERM): 1,
    }


def test_a_body_that_took_another_in_has_it_from_the_year_on_in_which_it_did(tmp_path: Path) -> None:
    # the registry leaves it standing, and it files once more
    bodies = [P, A, B, *BASES]
    filings = [
        filing("A", "2016-N", joined=5),
        filing("B", "2016-N", joined=8),
        filing("A", "2017-N", joined=11),
        filing("B", "2017-N", joined=100),
    ]
    told = Office(
        tmp_path,
        bodies,
        filings,
        terms=[term(2016, 2017)],
        successions=[succession("B", "A", "merge", "2017-01-01")],
    ).told()

    found = {p: told["joined", "A", p]["value"] for p in ("2016-N", "2017-N", TERM)}
    assert found == {"2016-N": 5, "2017-N": 111, TERM: 124}


def test_systems_that_call_their_terms_the_same_each_have_theirs(tmp_path: Path) -> None:
    union = [
        body("Y", "BRANCH", "P", term_system="DOAN"),
        body("Y1", "BASE", "Y", term_system="DOAN"),
    ]
    filings = [filing(unit, f"{year}-N", joined=year - 2014) for unit in "AY" for year in (2015, 2016, 2017)]
    terms = [term(2016, 2017, TERM), term(2015, 2017, TERM, "DOAN")]
    told = Office(tmp_path, [P, A, B, *BASES, *union], filings, terms=terms).told()

    # the union's takes in a year more, and nothing of it is the province's
    assert {unit: told["joined", unit, TERM]["value"] for unit in "AYP"} == {"A": 5, "Y": 6, "P": 5}
    assert told["joined", "P", "2017-N"]["value"] == 3


def statuses(told: Told, indicator: str) -> dict[str, float]:
    """Give the figures of an indicator that are not whole, by unit and period."""
    return {
        f"{unit} {period}": parts["status"]
        for (code, unit, period), parts in told.items()
        if code == indicator and parts["status"] > 0
    }


def full(unit: str, period: str, **more: object) -> Filing:
    """Give a filing of two organisations, of which the second is as named."""
    row = {"opening": 10, "joined": 2, "closing": 12}
    return filing(unit, period, rows=[{"org_code": f"{unit}1", **row}, {"org_code": f"{unit}2", **row, **more}])


SECOND = [*BASES, body("B2", "BASE", "B")]
YEARS = (2016, 2017, 2018)
IN_TERM = "2015-2018-NK"


def with_second(
    tmp_path: Path,
    of_a: dict[int, dict[str, object]],
    *,
    before: bool = False,
    lived: tuple[str, str] = ("2010-01-01", ""),
) -> Told:
    """Give three years of two districts; of A's second organisation some cells are otherwise."""
    years = (2015, *YEARS) if before else YEARS
    filings = [
        full(unit, f"{year}-N", **(of_a.get(year, {}) if unit == "A" else {}))
        for year in years
        for unit in "AB"
    ]
    terms = [term(2011, 2015), term(2016, 2018)]
    born, ended = lived
    bodies = [one for one in [P, A, B, *SECOND] if one["org_code"] != "A2"]
    second = body("A2", "BASE", "A", valid_from=born, valid_to=ended)
    return Office(tmp_path, [*bodies, second], filings, terms=terms).told()


@pytest.mark.parametrize(
    ("lived", "lacks"),
    [
        (("2016-01-01", "2018-12-31"), set()),
        (("2015-12-31", "2018-12-31"), {"opening"}),
        (("2016-05-01", "2019-01-01"), {"closing"}),
    ],
)
def test_what_began_or_ended_in_a_year_lacks_no_opening_or_closing_of_it(
    tmp_path: Path, lived: tuple[str, str], lacks: set[str]
) -> None:
    told = with_second(tmp_path, {2016: {"opening": None}, 2018: {"closing": None}}, lived=lived)

    assert (f"A {IN_TERM}" in statuses(told, "members")) == ("closing" in lacks)
    assert ("A 2016-N" in statuses(told, "growth")) == ("opening" in lacks)


def test_a_flow_without_a_cell_that_was_asked_for_is_incomplete(tmp_path: Path) -> None:
    told = with_second(tmp_path, {2017: {"joined": BLANK}})

    lacking = {"A 2017-N": 2, "P 2017-N": 2, f"A {IN_TERM}": 2, f"P {IN_TERM}": 2}
    assert statuses(told, "joined") == lacking
    assert told["joined", "A", "2017-N"]["value"] == 2
    # one of two summands that make it, and one of two parts
    assert statuses(told, "net") == statuses(told, "share") == lacking
    assert statuses(told, "members") == {}


@pytest.mark.parametrize(("year", "of_term"), [(2016, {}), (2018, {f"A {IN_TERM}": 2, f"P {IN_TERM}": 2})])
def test_a_stock_lacks_what_its_last_year_lacks(tmp_path: Path, year: int, of_term: dict[str, float]) -> None:
    told = with_second(tmp_path, {year: {"closing": BLANK}})

    assert statuses(told, "members") == {f"A {year}-N": 2, f"P {year}-N": 2, **of_term}


def test_an_opening_that_lacks_a_cell_leaves_the_stock_whole(tmp_path: Path) -> None:
    told = with_second(tmp_path, {2016: {"opening": BLANK}})

    assert statuses(told, "members") == {}
    # what adds an opening as it adds other cells lacks it
    assert set(statuses(told, "growth")) == {"A 2016-N", "P 2016-N", f"A {IN_TERM}", f"P {IN_TERM}"}


def test_what_a_row_says_does_not_apply_is_missing_where_it_fills_it_otherwise(tmp_path: Path) -> None:
    told = with_second(tmp_path, {2017: {"joined": None}}, before=True)
    assert set(statuses(told, "joined")) >= {"A 2017-N", "P 2017-N", f"A {IN_TERM}", f"P {IN_TERM}"}
    assert "A 2018-N" not in statuses(told, "joined")


def test_what_a_row_fills_in_no_period_of_a_term_does_not_apply_to_it(tmp_path: Path) -> None:
    told = with_second(tmp_path, {year: {"joined": None} for year in YEARS}, before=True)

    assert told["joined", "A", IN_TERM]["value"] == 6
    # the term before, of which the calendar has one year alone
    assert {key for key in statuses(told, "joined") if not key.endswith("2010-2015-NK")} == set()


def test_who_leaves_everything_blank_is_missing_in_the_total_and_who_says_x_is_not(tmp_path: Path) -> None:
    filings = [full("A", f"{year}-N") for year in YEARS]
    blank: dict[str, object] = {"joined": BLANK, "opening": BLANK, "closing": BLANK}
    of_b = [[{"org_code": "B1", **blank}], [{"org_code": "B1"}]]
    said, unsaid = (
        Office(
            tmp_path / name,
            [P, A, B, *SECOND],
            [*filings, *(filing("B", f"{year}-N", rows=rows) for year in YEARS)],
            terms=[term(2016, 2018)],
        ).told()
        for name, rows in zip(("blank", "x"), of_b, strict=True)
    )

    for indicator in ("joined", "members"):
        assert set(statuses(said, indicator)) == {f"P {p}" for p in (*(f"{y}-N" for y in YEARS), IN_TERM)}
        assert statuses(unsaid, indicator) == {}
        assert (indicator, "B", "2016-N") not in said


def test_quarters_lack_what_they_are_made_of(tmp_path: Path) -> None:
    filings = [full("A", "2016-Q1", joined=BLANK), full("A", "2016-6T", opening=BLANK, closing=BLANK)]
    told = Office(tmp_path, ALONE, [*filings, full("A", "2016-9T")]).told()

    # the whole year is still to come
    assert set(statuses(told, "joined")) == {"A 2016-Q1", "A 2016-D1", "A 2016-D2", "A 2016-N"}
    # of a stock nothing is taken away
    assert set(statuses(told, "members")) == {"A 2016-6T", "A 2016-D2", "A 2016-N"}


def test_of_quarters_filed_alone_each_counts(tmp_path: Path) -> None:
    def quarter(period: str, **more: object) -> Filing:
        return replace(full("A", period, **more), basis="DISCRETE")

    filings = [quarter("2016-Q1", joined=BLANK, closing=BLANK), quarter("2016-6T"), quarter("2016-9T")]
    told = Office(tmp_path, ALONE, filings).told()

    assert {key for key in statuses(told, "joined") if key[-2:] in ("Q1", "6T", "9T")} == {
        *("A 2016-Q1", "A 2016-6T", "A 2016-9T")
    }
    assert set(statuses(told, "members")) & {"A 2016-Q1", "A 2016-6T", "A 2016-9T"} == {"A 2016-Q1"}


def test_a_line_is_not_asked_of_units_that_do_not_owe_it(tmp_path: Path) -> None:
    def lines(unit: str) -> Filing:
        rows = [{"line_code": code, "number": BLANK} for code in ("FLOW", "STOCK")]
        return Filing(unit, "2016-N", {"F1": [{"org_code": f"{unit}1", "joined": 1}], "F2": rows})

    numbers = [{"line_code": code, "number": 5} for code in ("FLOW", "STOCK")]
    of_b = Filing("B", "2016-N", {"F2": numbers})
    below = [B, body("B1", "BASE", "B")]
    by_province = Office(tmp_path / "P", [P, *below], [lines("P"), of_b]).told()
    by_district = Office(tmp_path / "A", [P, A, *BASES[:2], *below], [lines("A"), of_b]).told()

    # one of the province's own lines is owed by districts alone
    assert statuses(by_province, "stock_line") == {} and statuses(by_province, "flow_line") == {"P 2016-N": 2}
    assert statuses(by_district, "stock_line") == statuses(by_district, "flow_line") == {"P 2016-N": 2}


def test_what_is_never_added_does_not_lack_what_others_left_blank(tmp_path: Path) -> None:
    filings = [filing("A", "2016-N", filed_share=10.0), filing("B", "2016-N", filed_share=BLANK)]
    told = Office(tmp_path, [P, A, B, *BASES], filings).told()

    assert told["filed_share", "P", "2016-N"] == {"value": 10.0, "status": 0}
