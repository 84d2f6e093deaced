"""The marts beside what was worked out anew: what is damaged is found, and what is sound raises no alarm."""

from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from reports.publication_gate.comparison import figures_again, names_of
from reports.publication_gate.report import ASSESSMENTS
from tests.integration.warehouse_world import BLANK, Filing
from tests.support.small_office import Office, Told, body, catalogue, filing, marts, succession, term

P, A, B = body("P", "PROVINCE"), body("A", "DISTRICT", "P"), body("B", "DISTRICT", "P")
BASES = [body("A1", "BASE", "A"), body("B1", "BASE", "B")]
TERM = "2015-2017-NK"
Derived = tuple[str, str, str, str, float | None, str]


def against(office: Office, told: Told, derived: Iterable[Derived] = ()) -> dict[str, pd.DataFrame]:
    return figures_again(marts(told, derived), office.bronze, catalogue(), None)


def faults(frame: pd.DataFrame) -> pd.DataFrame:
    """Give the pairs whose sides differ; a blank is only like a blank."""
    same = frame["expected"].isna() & frame["found"].isna()
    return frame[~(same | (abs(frame["expected"] - frame["found"]) < 1e-9))]


def subjects(frame: pd.DataFrame, *names: str) -> set[tuple[str, ...]]:
    return {tuple(map(str, row)) for row in frame[list(names)].to_numpy().tolist()}


def families(office: Office, told: Told) -> pd.DataFrame:
    return against(office, told)["children_make_parents"]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """Two districts, and a province with rows of its own; B lacks the last year."""
    filings = [
        filing("A", "2016-Q1", opening=100, joined=4, gone=1, closing=103),
        filing("B", "2016-Q1", opening=50, joined=2, gone=1, closing=51),
        filing("P", "2016-Q1", rows=[{"org_code": "P", "joined": 3, "gone": 1, "closing": 10}]),
        filing("A", "2016-6T", opening=100, joined=9, gone=3, closing=106),
        filing("B", "2016-6T", opening=50, joined=5, gone=4, closing=51),
        filing("P", "2016-6T", rows=[{"org_code": "P", "joined": 7, "gone": 2, "closing": 12}]),
        filing("A", "2016-N", opening=100, joined=20, gone=6, closing=114),
        filing("B", "2016-N", opening=50, joined=8, gone=5, closing=53),
        filing("A", "2017-N", opening=114, joined=10, gone=4, closing=120),
        filing("P", "2017-N", rows=[{"org_code": "P", "joined": 1, "closing": 1000}]),
        *(filing(unit, f"{year}-N", opening=5, joined=6, closing=11) for unit in "AB" for year in (2018, 2019)),
        *(
            filing("P", f"{year}-N", rows=[{"org_code": "P", "opening": 7, "joined": 1, "closing": 30}])
            for year in (2018, 2019)
        ),
    ]
    terms = [term(2016, 2017), term(2018, 2019)]
    return Office(tmp_path_factory.mktemp("office"), [P, A, B, *BASES], filings, terms=terms)


@pytest.fixture(scope="module")
def told(office: Office) -> Told:
    return office.told()


@pytest.fixture(scope="module")
def sound(office: Office, told: Told) -> dict[str, pd.DataFrame]:
    """The frames of marts that hold what they ought to, but for all that is behind and derived."""
    return against(office, told)


DAMAGED = {
    ("joined", "P", "2016-6T"): {"value": 22.0},
    ("joined", "P", "2016-D2"): {"value": 13.0},
    ("joined", "P", "2017-2019-NK"): {"value": 27.0},
    ("net", "B", "2016-6T"): {"value": 2.0},
    ("net", "B", "2016-D2"): {"value": 2.0},
    ("net", "B", "2017-2019-NK"): {"value": 13.0},
    ("share", "A", "2018-N"): {"denominator": 12.0},
    ("share", "B", "2018-N"): {"numerator": 7.0},
    ("share", "A", "2019-N"): {"value": 1.5},
    ("members", "A", "2018-N"): {"opening": 6.0},
}
LACKING = {
    *(("share", "A", "2016-N", "value"), ("share", "A", "2016-Q1", "numerator")),
    *(("share", "A", "2017-N", "denominator"), ("members", "A", "2016-N", "opening")),
}
HELD_BACK: list[Derived] = [
    *(("members", "B", TERM, name, None, "incomplete") for name in ("before_after", "change_over_term")),
    ("members", "B", TERM, "per_year_low", None, "incomplete"),
    ("members", "B", TERM, "per_year_high", 53.0, "incomplete"),
    ("members", "A", TERM, "change_over_term", None, "final"),
    ("joined", "A1", TERM, "average_per_year", 15.0, "final"),
]


@pytest.fixture(scope="module")
def damaged(office: Office, told: Told) -> dict[str, pd.DataFrame]:
    """The faults of marts in which figures, parts and statuses are wrong or lacking."""
    wrong = told | {key: told[key] | parts for key, parts in DAMAGED.items()}
    for *key, part in LACKING:
        place = (key[0], key[1], key[2])
        wrong[place] = {name: value for name, value in told[place].items() if name != part}
    for unit in ("A", "A1"):
        wrong["growth", unit, "2018-N"] = told["growth", unit, "2018-N"] | {"status": 2}
    return {check: faults(frame) for check, frame in against(office, wrong, HELD_BACK).items()}


def test_sound_marts_raise_no_alarm(sound: dict[str, pd.DataFrame]) -> None:
    for check in ("figures_again", "statuses_again", "children_make_parents"):
        assert len(sound[check]) > 20
        assert faults(sound[check]).empty, check


def test_a_province_is_its_districts_and_what_it_filed_itself(sound: dict[str, pd.DataFrame]) -> None:
    frame = sound["children_make_parents"]
    found = {
        (indicator, period): expected
        for indicator, unit, period, part, expected, _ in frame.to_numpy().tolist()
        if (unit, part) == ("P", "value")
    }

    assert {
        key: found[key] for key in found if key[0] in ("joined", "net", "members") and "2016" in key[1]
    } == {
        **{("joined", f"2016-{p}"): n for p, n in {"Q1": 9, "6T": 21, "N": 35, "D1": 9, "D2": 12}.items()},
        **{("net", f"2016-{p}"): n for p, n in {"Q1": 6, "6T": 12, "N": 22, "D1": 6, "D2": 6}.items()},
        **{("members", f"2016-{p}"): n for p, n in {"Q1": 164, "6T": 169, "N": 179, "D1": 164}.items()},
        **{("members", "2016-D2"): 169, ("joined", "2016-9T"): 21, ("net", "2016-9T"): 12},
        ("members", "2016-9T"): 169,
    }
    # of two terms that which is not whole is not held: stocks of different years are in it
    assert {period for _, period in found if period.endswith("NK")} == {"2017-2019-NK"}
    assert (found["joined", "2017-2019-NK"], found["members", "2017-2019-NK"]) == (26, 52)
    # closing of the last year, opening of the first
    assert found["growth", "2017-2019-NK"] == 6 + 6 + 23


def test_figures_that_are_not_made_of_their_children_are_found(damaged: dict[str, pd.DataFrame]) -> None:
    found = subjects(damaged["children_make_parents"], "indicator", "unit", "period", "column")

    periods = ("2016-6T", "2016-D2", "2017-2019-NK")
    assert found == {
        *((indicator, "P", period, "value") for indicator in ("joined", "net") for period in periods),
        *(("share", "P", "2018-N", "denominator"), ("share", "P", "2018-N", "numerator")),
        *(("share", "P", "2016-Q1", "numerator"), ("share", "P", "2017-N", "denominator")),
    }


def test_a_body_that_moves_between_two_provinces_is_no_fault(tmp_path: Path) -> None:
    bodies = [
        *(P, A, *BASES, body("Q", "PROVINCE"), body("C", "DISTRICT", "Q"), body("C1", "BASE", "C")),
        *(
            body("B", "DISTRICT", "P", valid_to="2017-04-30"),
            body("B", "DISTRICT", "Q", valid_from="2017-05-01"),
        ),
    ]
    filings = [
        filing(unit, f"{year}-{part}", opening=2, joined=number, closing=number + 2)
        for unit in "ABC"
        for year in (2016, 2017)
        for number, part in enumerate(("Q1", "6T", "9T", "N"), start=ord(unit) - 60)
    ]
    office = Office(tmp_path, bodies, filings, terms=[term(2016, 2017)])
    told = office.told()
    frame = families(office, told)

    assert faults(frame).empty
    held = {period for _, unit, period in subjects(frame, "indicator", "unit", "period") if unit == "P"}
    # that of the term too, and of the quarter in which it went: the same stand below it at both ends of each
    assert held == {
        f"{y}-{p}" for y in (2016, 2017) for p in ("Q1", "6T", "9T", "N", "D1", "D2", "D3", "D4")
    } | {TERM}
    assert told["joined", "P", TERM]["value"] == told["joined", "A", TERM]["value"]


def test_what_took_another_in_is_no_fault_of_those_above_it(tmp_path: Path) -> None:
    bodies = [P, A, *BASES[:1], body("X", "DISTRICT", valid_to="2016-12-31"), body("X1", "BASE", "X")]
    filings = [filing(unit, "2016-N", joined=3, closing=4) for unit in "AX"]
    filings += [filing("A", "2017-N", joined=5, closing=8)]
    successions = [succession("X", "A", "merge", "2017-01-01")]
    office = Office(tmp_path, bodies, filings, terms=[term(2016, 2017)], successions=successions)
    told = office.told()

    frames = against(office, told)

    assert (told["joined", "A", TERM]["value"], told["joined", "P", TERM]["value"]) == (11, 11)
    assert faults(frames["children_make_parents"]).empty
    assert ("P", TERM) not in subjects(frames["children_make_parents"], "unit", "period")
    # its term names what the other filed, its years do not
    named = subjects(frames["sources_again"], "unit", "period", "submission")
    assert {(unit, period) for unit, period, submission in named if submission == "X.2016-N.r1"} == {
        *(("X", period) for period in ("2016-N", "2016-D4", TERM)),
        *(("A", TERM), ("P", TERM)),
    }


def test_what_ended_is_held_in_what_it_counts_in_alike(tmp_path: Path) -> None:
    ended = body("B", "DISTRICT", "P", valid_to="2016-08-15"), body("B1", "BASE", "B", valid_to="2016-08-15")
    parts = {"A": ("2016-6T", "2016-9T", "2016-N", "2017-N"), "B": ("2016-6T", "2016-9T")}
    filings = [
        filing(u, period, opening=2, joined=3, closing=5) for u, periods in parts.items() for period in periods
    ]
    office = Office(tmp_path, [P, A, BASES[0], *ended], filings, terms=[term(2016, 2017)])
    told = office.told()
    frame = families(office, told)

    # what it did is its parent's, what it had in the end is not
    assert (told["joined", "P", "2016-N"]["value"], told["members", "P", "2016-N"]["value"]) == (6, 5)
    assert faults(frame).empty
    held = subjects(frame[frame["unit"] == "P"], "indicator", "period")
    assert {("joined", "2016-N"), ("members", "2016-6T")} <= held
    assert not {("members", "2016-N"), ("joined", TERM)} & held
    assert told["joined", "P", TERM] == {"value": 9, "status": 0}


def test_a_body_between_that_does_not_file_stands_for_those_below_it(tmp_path: Path) -> None:
    bodies = [P, A, BASES[0], body("G", "GROUP", "P"), body("B", "DISTRICT", "G"), BASES[1]]
    filings = [filing("A", "2016-N", joined=3), filing("B", "2016-N", joined=4)]
    office = Office(tmp_path, bodies, filings, terms=[term(2016, 2016, TERM)])
    told = office.told()
    frame = families(office, told)

    assert {unit: told["joined", unit, "2016-N"]["value"] for unit in "PG"} == {"P": 7, "G": 4}
    assert faults(frame).empty
    assert subjects(frame[frame["indicator"] == "joined"], "unit", "period") == {
        (unit, period) for unit in "PG" for period in ("2016-N", TERM)
    }


def test_terms_of_the_same_name_are_held_in_their_own_system(tmp_path: Path) -> None:
    union = [body(c, k, p, term_system="DOAN") for c, k, p in (("Y", "PROVINCE", ""), ("Z", "BRANCH", "Y"))]
    bodies = [P, A, B, *BASES, *union, body("Z1", "BASE", "Z", term_system="DOAN")]
    filings = [filing(unit, f"{year}-N", joined=year - 2014) for unit in "ABZ" for year in (2015, 2016, 2017)]
    office = Office(tmp_path, bodies, filings, terms=[term(2016, 2017, TERM), term(2015, 2017, TERM, "DOAN")])
    told = office.told()
    frames = against(office, told)
    frame = frames["children_make_parents"]

    assert {u: told["joined", u, TERM]["value"] for u in "APZY"} == {"A": 5, "P": 10, "Z": 6, "Y": 6}
    assert faults(frame).empty
    assert {("P", TERM), ("Y", TERM)} <= subjects(frame, "unit", "period")
    assert {key: row for key, row in derived_of(frames, "joined").items() if key[0] in "AZ"} == {
        **{
            ("A", TERM, d): v
            for d, v in {"average_per_year": 2.5, "per_year_low": 2, "per_year_high": 3}.items()
        },
        **{
            ("Z", TERM, d): v for d, v in {"average_per_year": 2, "per_year_low": 1, "per_year_high": 3}.items()
        },
    }


# how the two sides are put together


def test_a_figure_twice_and_one_of_nobody_stand_alone(office: Office, told: Told) -> None:
    connection = marts(told)
    for change in ("X9' as org_code", "foreign' as indicator_code", "2018-N' as period_code"):
        connection.execute(
            f"insert into fct_indicator_value select * replace ('{change}) from fct_indicator_value "
            "where indicator_code = 'joined' and org_code = 'A' and period_code = '2018-N'"
        )
    found = faults(figures_again(connection, office.bronze, catalogue(), None)["figures_again"])

    keys = ["indicator", "unit", "period", "column"]
    assert subjects(found, *keys) == {
        ("joined", "A", "2018-N", "value"),
        ("joined", "X9", "2018-N", "value"),
        ("foreign", "A", "2018-N", "value"),
    }
    assert len(found) == 3 and found["expected"].isna().all() and (found["found"] == 6).all()


def test_every_part_of_a_figure_is_held(damaged: dict[str, pd.DataFrame]) -> None:
    found = subjects(damaged["figures_again"], "indicator", "unit", "period", "column")

    assert found == {(*key, part) for key, parts in DAMAGED.items() for part in parts} | LACKING


def test_a_figure_that_went_is_found_and_so_is_one_without_a_value(tmp_path: Path) -> None:
    office = Office(
        tmp_path, [P, A, BASES[0]], [filing("A", "2016-N", joined=0, closing=0)], terms=[term(2016, 2017)]
    )
    told = office.told()
    key = ("share", "A", "2016-N")
    assert told[key] == {"numerator": 0, "denominator": 0, "status": 3}
    assert faults(against(office, told)["figures_again"]).empty

    without = {other: parts for other, parts in told.items() if other != key}
    found = faults(against(office, without)["figures_again"])
    assert set(found["column"]) == {"value", "numerator", "denominator"}
    assert subjects(found, "indicator", "unit", "period") == {key}


def test_how_whole_a_figure_is_is_held_for_those_that_file(damaged: dict[str, pd.DataFrame]) -> None:
    found = damaged["statuses_again"].astype(object).to_numpy().tolist()

    assert found == [["growth", "A", "2018-N", 0.0, 2.0]]


def test_units_come_first_for_of_many_faults_the_first_are_told(sound: dict[str, pd.DataFrame]) -> None:
    frame = sound["figures_again"]
    of_one = frame[(frame["indicator"] == "joined") & (frame["column"] == "value")]
    is_base = of_one["unit"].astype(str).str.len() == 2

    assert is_base.any() and is_base.is_monotonic_increasing


def test_names_are_those_of_the_catalogue_and_the_newest_of_the_registry() -> None:
    connection = marts({})
    connection.execute(
        "insert into dim_organisation (org_code, org_name, is_latest) "
        "values ('A', 'old', false), ('A', 'new', true)"
    )
    indicators, units = names_of(connection, catalogue())

    assert (indicators["vi"]["net"], indicators["en"]["net"], units) == ("net", "net", {"A": "new"})


# what is derived


def derived_of(frames: dict[str, pd.DataFrame], indicator: str) -> dict[tuple[str, str, str], float]:
    frame = frames["derived_again"]
    frame = frame[frame["indicator"] == indicator]
    return {
        (unit, period, derivation): expected
        for _, unit, period, derivation, expected, _ in frame.to_numpy().tolist()
        if not np.isnan(expected)
    }


def test_changes_averages_and_ranges_of_a_term(sound: dict[str, pd.DataFrame]) -> None:
    now, last = "2017-2019-NK", TERM
    assert {k[1:]: v for k, v in derived_of(sound, "joined").items() if k[0] == "A"} == {
        **{(last, "average_per_year"): 15, (last, "per_year_low"): 10, (last, "per_year_high"): 20},
        **{(now, "average_per_year"): 6, (now, "per_year_low"): 6, (now, "per_year_high"): 6},
        (now, "change_vs_previous_term"): 12 - 30,
    }
    assert {k[1:]: v for k, v in derived_of(sound, "members").items() if k[0] == "A"} == {
        **{(last, "before_after"): 120, (last, "change_over_term"): 20, (last, "percent_change"): 20},
        **{(last, "per_year_low"): 114, (last, "per_year_high"): 120},
        **{(now, "before_after"): 11, (now, "change_over_term"): 6, (now, "percent_change"): 120},
        **{(now, "per_year_low"): 11, (now, "per_year_high"): 11},
        (now, "change_vs_previous_term"): 11 - 120,
    }
    share = {k[1:]: v for k, v in derived_of(sound, "share").items() if k[0] == "A"}
    assert share[last, "per_year_low"] == pytest.approx(100 * 10 / 120)
    assert share[last, "per_year_high"] == pytest.approx(100 * 20 / 114)
    assert share[now, "change_vs_previous_term"] == pytest.approx(100 * 12 / 11 - 100 * 30 / 120)
    assert (last, "average_per_year") not in share
    # bases have figures, but nothing is derived from them
    assert {unit for unit, _, _ in derived_of(sound, "joined")} == {"A", "B", "P"}


def test_a_term_follows_only_one_of_its_own_system_that_ended_as_it_began(tmp_path: Path) -> None:
    union = [body("Y", "BRANCH", "P", term_system="DOAN"), body("Y1", "BASE", "Y", term_system="DOAN")]
    filings = [filing(u, f"{y}-N", joined=y - 2010) for u in "AY" for y in (2011, 2012, 2013, 2015, 2016, 2017)]
    filings += [filing("Y", "2014-N", joined=4)]
    terms = [
        *(term(2011, 2012, "2010-2012-NK"), term(2013, 2013, "2012-2013-NK"), term(2015, 2017, "2014-2017-NK")),
        *(term(2012, 2012, "2011-2012-NK", "DOAN"), term(2013, 2014, "2012-2014-NK", "DOAN")),
        term(2015, 2017, "2015-2017-NK", "DOAN"),
    ]
    office = Office(tmp_path, [P, A, BASES[0], *union], filings, terms=terms)
    changes = {
        (unit, period): value
        for (unit, period, derivation), value in derived_of(against(office, {}), "joined").items()
        if derivation == "change_vs_previous_term"
    }

    # nobody was in office in 2014 for the first system, so that its last term follows none
    assert changes == {
        ("A", "2012-2013-NK"): 3 - (1 + 2),
        ("P", "2012-2013-NK"): 3 - (1 + 2),
        ("Y", "2012-2014-NK"): (3 + 4) - 2,
        ("Y", "2015-2017-NK"): (5 + 6 + 7) - (3 + 4),
    }


def test_a_total_of_which_a_part_is_still_to_come_is_neither_compared_nor_averaged(tmp_path: Path) -> None:
    years = {2016: "N", 2017: "N", 2018: "N", 2019: "6T", 2020: "N"}
    filings = [filing("A", f"{y}-{part}", opening=8, joined=y - 2010, closing=9) for y, part in years.items()]
    terms = [term(2016, 2017), term(2018, 2019), term(2020, 2020)]
    office = Office(tmp_path, [P, A, BASES[0]], filings, terms=terms)
    joined, members = (derived_of(against(office, {}), indicator) for indicator in ("joined", "members"))

    # 2019 ended in June, so that neither its own term nor the one after it is compared
    assert {(period, name) for unit, period, name in joined if unit == "A"} == {
        (period, name)
        for period in (TERM, "2019-2020-NK")
        for name in ("average_per_year", "per_year_low", "per_year_high")
    }
    # what lasts is compared while it may still change
    assert ("A", "2017-2019-NK", "change_vs_previous_term") in members
    assert ("A", "2017-2019-NK", "per_year_low") in members


def test_a_term_filed_as_one_is_averaged_over_all_its_years(tmp_path: Path) -> None:
    office = Office(
        tmp_path,
        [P, A, BASES[0]],
        [filing("A", TERM, joined=9, opening=0, closing=9)],
        terms=[term(2016, 2017)],
    )

    frames = against(office, {})
    assert derived_of(frames, "joined")["A", TERM, "average_per_year"] == 4.5
    # of nothing there is no percentage
    assert {d for u, _, d in derived_of(frames, "members") if u == "A"} == {
        "before_after",
        "change_over_term",
    }


@pytest.mark.parametrize(("opening", "closing", "change"), [(100, 80, -20), (-40, -30, 25), (-40, -50, -25)])
def test_a_relative_change_has_the_sign_of_the_change(
    tmp_path: Path, opening: int, closing: int, change: int
) -> None:
    filings = [filing("A", f"{year}-N", opening=opening, closing=closing) for year in (2016, 2017)]
    office = Office(
        tmp_path, [body("A", "DISTRICT"), body("A1", "BASE", "A")], filings, terms=[term(2016, 2017)]
    )

    derived = derived_of(against(office, {}), "members")
    assert derived["A", TERM, "percent_change"] == pytest.approx(change)


def test_what_is_incomplete_is_compared_with_nothing_but_told(damaged: dict[str, pd.DataFrame]) -> None:
    found = subjects(damaged["derived_again"], "indicator", "unit", "period", "derivation")
    members = {(unit, derivation) for i, unit, period, derivation in found if (i, period) == ("members", TERM)}

    assert {("B", "before_after"), ("A", "change_over_term")} <= members
    assert not {("B", name) for name in ("change_over_term", "per_year_low")} & members
    # told although it is incomplete
    assert ("B", "per_year_high") in members
    # and what nobody expects is found
    assert ("joined", "A1", TERM, "average_per_year") in found


def test_whether_a_derived_figure_is_told_does_not_depend_on_what_the_warehouse_says_of_it(
    office: Office, told: Told
) -> None:
    now = "2017-2019-NK"
    silenced = [("joined", "A", now, name, None, "incomplete") for name in ("per_year_low", "per_year_high")]
    frames = against(office, told, [*silenced, ("joined", "A", now, "average_per_year", 6.0, "provisional")])
    found = {check: faults(frames[check]) for check in ("derived_again", "derived_statuses_again")}

    assert {("joined", "A", now, d) for d in ("per_year_low", "per_year_high")} <= subjects(
        found["derived_again"], "indicator", "unit", "period", "derivation"
    )
    statuses = found["derived_statuses_again"]
    mine = statuses[
        (statuses["indicator"] == "joined") & (statuses["unit"] == "A") & (statuses["period"] == now)
    ]
    told_of = {row[3]: tuple(row[4:]) for row in mine.fillna(-1).to_numpy().tolist()}
    assert told_of == {
        **dict.fromkeys(("per_year_low", "per_year_high"), (0, 2)),
        **{"average_per_year": (0, 1), "change_vs_previous_term": (0, -1)},
    }


def test_a_change_is_as_whole_as_the_worst_of_what_it_compares(tmp_path: Path) -> None:
    filings = [filing("A", f"{year}-N", opening=4, joined=1, closing=5) for year in (2016, 2018, 2019)]
    filings += [filing("A", "2017-6T", opening=4, joined=1, closing=5)]
    filings += [filing("B", f"{year}-N", opening=4, joined=1, closing=5) for year in (2017, 2018, 2019)]
    calendar = [f"{year}-{part}" for year in range(2016, 2020) for part in ("6T", "N")]
    terms = [term(2016, 2017), term(2018, 2019)]
    office = Office(tmp_path, [P, A, B, *BASES], filings, terms=terms, calendar=calendar)
    frame = against(office, {})["derived_statuses_again"]
    ranks = {tuple(row[:4]): row[4] for row in frame.to_numpy().tolist()}

    # half of the last year of the first term is there, of the other district the first year is missing
    assert ranks["members", "A", TERM, "change_over_term"] == 1
    assert ranks["joined", "A", "2017-2019-NK", "change_vs_previous_term"] == 1
    assert ranks["joined", "A", TERM, "per_year_low"] == 1
    assert ranks["members", "B", TERM, "change_over_term"] == 2
    assert ranks["members", "B", TERM, "per_year_high"] == 2
    assert ranks["members", "B", "2017-2019-NK", "change_over_term"] == 0


def test_the_opening_of_a_term_filed_as_one_is_whole(tmp_path: Path) -> None:
    office = Office(
        tmp_path,
        [P, A, BASES[0]],
        [filing("A", TERM, joined=9, opening=3, closing=9)],
        terms=[term(2016, 2017)],
    )
    frame = against(office, {})["derived_statuses_again"]
    ranks = {tuple(row[1:4]): row[4] for row in frame[frame["indicator"] == "members"].to_numpy().tolist()}

    assert ranks["A", TERM, "change_over_term"] == ranks["A", TERM, "before_after"]
    assert ranks["A", TERM, "change_over_term"] == 0


# results beside targets


def target(org: str, basis: str, direction: str, least: float, **more: Any) -> dict[str, Any]:
    row = {"org_code": org, "indicator_code": "joined", "term_code": TERM, "basis": basis}
    return row | {"direction": direction, "min": least, "max": "", "year": "", "document": ""} | more


def test_what_lacks_a_cell_is_compared_with_nothing(tmp_path: Path) -> None:
    row = {"org_code": "A1", "opening": 10, "joined": 2, "closing": 12}
    rows = {2016: {**row, "opening": BLANK}, 2017: {**row, "joined": BLANK}, 2018: row}
    filings = [Filing("A", f"{y}-N", {"F1": [row | {"org_code": "A2"}, rows[y]]}) for y in rows]
    bodies = [body("A", "DISTRICT"), body("A1", "BASE", "A"), body("A2", "BASE", "A")]
    office = Office(tmp_path, bodies, filings, terms=[term(2016, 2018)])
    kept = [("members", "A", "2015-2018-NK", "change_over_term", 14.0, "final")]
    frames = against(office, office.told(), kept)

    assert {d for _, _, d in derived_of(frames, "members")} == {"before_after", "per_year_low", "per_year_high"}
    assert {d for _, _, d in derived_of(frames, "joined")} == {"average_per_year"}
    found = frames["derived_again"]
    (compared,) = found[found["derivation"] == "change_over_term"].to_dict("records")
    assert np.isnan(compared["expected"]) and compared["found"] == 14


def test_results_stand_beside_the_targets_of_their_own_system(tmp_path: Path) -> None:
    union = [body("Y", "BRANCH", term_system="DOAN"), body("Y1", "BASE", "Y", term_system="DOAN")]
    filings = [filing("A", "2016-N", joined=4), filing("A", "2017-N", joined=7)]
    filings += [filing("Y", f"{year}-N", joined=2) for year in (2015, 2016, 2017)]
    targets = [
        *(target("A", "YEAR", "GE", 5), target("A", "YEAR", "GE", 7, year=2017)),
        *(target("A", "TERM", "LE", 12), target("A", "AVG_PER_YEAR", "BETWEEN", 5, max=5.5)),
        *(target("Y", "YEAR", "GT", 2), target("Y", "TERM", "EQ", 6)),
        target("A", "TERM", "GE", 1, term_code="2017-2019-NK"),
    ]
    terms = [term(2015, 2017, TERM, "DOAN"), term(2016, 2017, TERM), term(2018, 2019)]
    office = Office(tmp_path, [P, A, BASES[0], *union], filings, terms=terms, targets=targets)
    frame = against(office, office.told())["targets_again"]
    connection = marts(office.told())
    connection.execute(
        "insert into fct_target values "
        "('joined', 'A', ?, null, 'TERM', null, 12, 11, 'VUOT', 'final', 'LE', null)",
        [TERM],
    )
    beside = figures_again(connection, office.bronze, catalogue(), None)["targets_again"]

    whole = frame[frame["column"] == "status"]
    assert {(unit, period, basis) for _, unit, period, basis, *_ in whole.to_numpy().tolist()} == {
        *(("A", f"{year}-N", "YEAR") for year in (2016, 2017)),
        *(("Y", f"{year}-N", "YEAR") for year in (2015, 2016, 2017)),
        *(("A", TERM, "TERM"), ("A", TERM, "AVG_PER_YEAR"), ("Y", TERM, "TERM"), ("A", "2017-2019-NK", "TERM")),
    }
    row = beside[(beside["unit"] == "A") & (beside["period"] == TERM) & (beside["basis"] == "TERM")]
    expected = dict(zip(row["column"], row["expected"], strict=True))
    # a cap stands in the lowest too where there is no highest
    assert expected["least"] == 12 and np.isnan(expected["most"])
    assert (expected["actual"], expected["status"], ASSESSMENTS[int(expected["assessment"])]) == (11, 0, "VUOT")
    assert set(faults(row)["column"]) == {"least", "most"}


def told_of_targets(office: Office, rows: Iterable[str]) -> pd.DataFrame:
    connection = marts(office.told())
    for row in rows:
        connection.execute(f"insert into fct_target values ('joined', {row}, 'GE', null)")
    return figures_again(connection, office.bronze, catalogue(), None)["targets_again"]


def test_the_target_of_a_year_goes_before_that_of_every_year(tmp_path: Path) -> None:
    filings = [filing("A", "2016-N", joined=4), filing("A", "2017-N", joined=7)]
    targets = [target("A", "YEAR", "GE", 5), target("A", "YEAR", "GE", 8, year=2017)]
    office = Office(tmp_path, [P, A, BASES[0]], filings, terms=[term(2016, 2017, TERM)], targets=targets)
    rows = (f"'A', '{TERM}', {year}, 'YEAR', 5, null, 4, 'CHUA_DAT', 'final'" for year in (2016, 2017))
    frame = told_of_targets(office, rows)

    least = frame[frame["column"] == "least"]
    assert dict(zip(least["period"], least["expected"], strict=True)) == {"2016-N": 5, "2017-N": 8}


def test_a_result_of_which_something_is_missing_is_not_judged(tmp_path: Path) -> None:
    both = [filing("A", "2016-N", joined=4), filing("A", "2017-N", joined=7)]
    filings = [*both, filing("B", "2017-N", joined=9)]
    targets = [target(unit, "TERM", "GE", 1) for unit in ("A", "B", "P")]
    bodies = [P, A, B, *BASES]
    office = Office(tmp_path, bodies, filings, terms=[term(2016, 2017, TERM)], targets=targets)
    rows = (f"'{unit}', '{TERM}', null, 'TERM', 1, null, 9, 'VUOT', 'final'" for unit in ("A", "B", "P"))
    frame = told_of_targets(office, rows)

    judged = frame[frame["column"] == "assessment"]
    found = dict(zip(judged["unit"], judged["expected"].fillna(-1), strict=True))
    assert found == {"A": ASSESSMENTS.index("VUOT"), "B": -1, "P": -1}


@pytest.mark.parametrize(
    ("last", "earlier", "told_on", "expected"),
    [
        ("N", "N", "2018-01-15", ["VUOT", "VUOT", "DAT"]),
        ("N", "N", "2018-01-16", ["VUOT", "VUOT", "DAT"]),
        # before its last year is whole nothing is due, unless the day is past on which all of it was owed
        ("9T", "N", "2018-01-15", ["CHUA_DEN_HAN"] * 3),
        ("9T", "N", "2018-01-16", [None] * 3),
        # an earlier year that lacks a part leaves the term open, and its own target
        ("N", "6T", "2018-01-15", ["VUOT", None, None]),
    ],
)
def test_a_target_is_due_when_its_last_year_is_whole_or_over(
    tmp_path: Path, last: str, earlier: str, told_on: str, expected: list[str | None]
) -> None:
    at = datetime.fromisoformat(f"{told_on}T23:59:59+07:00")
    filings = [
        filing("A", f"2016-{earlier}", joined=4, received_at=datetime(2017, 1, 5, tzinfo=UTC)),
        filing("A", f"2017-{last}", joined=8, received_at=at),
    ]
    calendar = [
        *(f"2016-{earlier}", "2017-9T"),
        {"period_code": "2017-N", "due_on": "2018-01-15", "term_system": "DANG"},
        {"period_code": "2017-N", "due_on": "2018-03-15", "term_system": "DOAN"},
    ]
    targets = [
        target("A", "YEAR", "GE", 5, year=2017),
        target("A", "TERM", "GE", 5),
        target("A", "AVG_PER_YEAR", "EQ", 6),
    ]
    bodies = [P, A, BASES[0]]
    terms = [term(2016, 2017)]
    office = Office(tmp_path, bodies, filings, terms=terms, targets=targets, calendar=calendar)
    rows = (
        f"'A', '{TERM}', {row['year'] or 'null'}, '{row['basis']}', null, null, null, null, 'none'"
        for row in targets
    )
    frame = told_of_targets(office, rows)
    judged = frame[frame["column"] == "assessment"].set_index("basis")["expected"]

    found_names = [judged[basis] for basis in ("YEAR", "TERM", "AVG_PER_YEAR")]
    assert [None if np.isnan(number) else ASSESSMENTS[int(number)] for number in found_names] == expected


# what stands behind the traces


def pairs(frame: pd.DataFrame, indicator: str = "") -> dict[tuple[Any, ...], tuple[float, float]]:
    rows = frame[frame["indicator"] == indicator].drop(columns="indicator") if indicator else frame
    return {tuple(row[:-2]): tuple(row[-2:]) for row in rows.fillna(-1).to_numpy().tolist()}


def test_cells_amounts_and_submissions_are_held_against_bronze(tmp_path: Path) -> None:
    filings = [
        filing("A", "2016-Q1", joined=4, gone=1),
        filing("A", "2016-6T", joined=9, gone=3, opening=4, closing=10),
    ]
    filings += [filing("A", "2016-Q1", joined=5, gone=1, revision=2)]
    office = Office(tmp_path, [P, A, BASES[0]], filings, terms=[term(2016, 2016, TERM)])
    connection = marts(office.told())
    for statement in (
        "intermediate.int_indicator__measure values (1, 'net', 'value')",
        "intermediate.int_form__row values (7, 'A.2016-Q1.r2', 'F1', 2), (8, 'A.2016-N.r1', 'F1', 1)",
        "intermediate.int_indicator__contribution (measure_id, row_id, contribution) "
        "values (1, 7, 5), (1, 7, -1), (1, 8, 3)",
        "intermediate.int_indicator__amount values (1, 'unit', 'A', '2016-Q1', true, 4), "
        "(1, 'unit', 'P', '2016-Q1', true, 4), (1, 'unit', 'A', '2016-Q1', false, 2), "
        "(1, 'organisation', 'A1', '2016-Q1', true, 4)",
        "rpt_figure_source values ('P', '2016-D2', 'A.2016-Q1.r2'), ('P', '2016-Q1', 'A.2016-Q1.r1'), "
        "('A', '2016-6T', 'A.2016-6T.r1'), ('A', '2016-6T', 'A.2016-6T.r1')",
    ):
        connection.execute(f"insert into {statement}")
    frames = figures_again(connection, office.bronze, catalogue(), None)

    assert pairs(frames["cells_again"], "net") == {
        ("value", "A.2016-Q1.r2"): (4, 4),
        ("value", "A.2016-6T.r1"): (6, -1),
        ("value", "A.2016-N.r1"): (-1, 3),
    }
    # 4 filed in row 9 of the sheet, which the warehouse has in row 2
    assert pairs(frames["rows_again"], "net")["value", "A.2016-Q1.r2"] == (36, 8)
    # two ways of adding, one part of the indicator
    assert pairs(frames["cells_again"], "growth") == {("value", "A.2016-6T.r1"): (6, -1)}
    assert pairs(frames["amounts_again"], "growth") == {
        ("value", "A", f"2016-{part}"): (6, -1) for part in ("6T", "9T", "N")
    }
    assert pairs(frames["amounts_again"], "net") == {
        ("value", "A", "2016-Q1"): (4, 4),
        **{("value", "A", f"2016-{part}"): (6, -1) for part in ("6T", "9T", "N")},
        ("value", "P", "2016-Q1"): (-1, 4),
    }
    first, half = "A.2016-Q1.r2", "A.2016-6T.r1"
    named = {(unit, "2016-Q1", first) for unit in "AP"} | {(unit, "2016-D1", first) for unit in "AP"}
    named |= {(u, f"2016-{p}", half) for u in "AP" for p in ("6T", "9T", "N", "D2", "D3", "D4")}
    named |= {(unit, "2016-D2", first) for unit in "AP"} | {(unit, TERM, half) for unit in "AP"}
    found = {("P", "2016-D2", first): 1, ("A", "2016-6T", half): 2, ("P", "2016-Q1", "A.2016-Q1.r1"): 1}
    assert pairs(frames["sources_again"]) == {
        key: (1.0 if key in named else -1, found.get(key, -1)) for key in named | set(found)
    }
