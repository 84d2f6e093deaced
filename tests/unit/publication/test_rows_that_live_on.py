"""What the publication gate holds an `x` against: the same row, whoever files it, and what lives on in it."""

from pathlib import Path

import pytest

from tests.integration.warehouse_world import Filing
from tests.support.small_office import Office, body, succession, term

BEFORE, AFTER = "2016-N", "2017-N"
DAY = "2017-01-01"
UNITS = [
    body("P", "PROVINCE"),
    body("A", "DISTRICT", "P", valid_to="2016-12-31"),
    body("B", "DISTRICT", "P", valid_from=DAY),
]


def lacking(folder: Path, indicator: str, bodies: list[str], *filings: Filing, event: str = "") -> set[str]:
    """Give the years that lack a cell, of two units of which one ends where the other begins.

    Args:
        folder: where to write the office.
        indicator: of whose figures.
        bodies: organisations beside the units.
        filings: what the units filed.
        event: predecessor, successor and kind of a succession, and its share where it is none of a whole.
    """
    rows = [*UNITS, *(body(code, "BASE", "B") for code in bodies)]
    told_of = event.split()
    successions = [succession(*told_of[:3], DAY, *told_of[3:])] if told_of else []
    told = Office(folder, rows, filings, terms=[term(2016, 2017)], successions=successions).told()
    years = [period for period in (BEFORE, AFTER) if told[indicator, "P", period]["status"] == 2]
    # the term lacks what one of its years lacks
    assert told[indicator, "P", "2015-2017-NK"]["status"] == (2 if years else 0)
    return set(years)


def about(unit: str, period: str, organisation: str, joined: int | None) -> Filing:
    """Give a filing about an organisation, and about one of the unit's own that fills everything in."""
    own = {"org_code": f"{unit}1", "joined": 3}
    return Filing(unit, period, {"F1": [own, {"org_code": organisation, "joined": joined}]})


@pytest.mark.parametrize(
    ("organisations", "joined", "event", "lacks"),
    [
        # an organisation that went from one unit to another, before and after
        ("O O", (5, None), "", {AFTER}),
        ("O O", (None, 5), "", {BEFORE}),
        ("O O", (None, None), "", set()),
        # the same under another name
        ("OLD NEW", (5, None), "OLD NEW rename", {AFTER}),
        ("OLD NEW", (None, 5), "OLD NEW rename", {BEFORE}),
        # what one body counted its successor counts with it, not the other way round
        ("ONE ALL", (5, None), "ONE ALL merge", {AFTER}),
        ("ONE ALL", (None, 5), "ONE ALL merge", set()),
        # a part of a body, and one that has nothing to do with it
        ("ONE PART", (5, None), "ONE PART split", set()),
        ("ONE PART", (5, None), "ONE PART merge 0.5", set()),
        ("ONE OTHER", (5, None), "", set()),
    ],
)
def test_a_row_about_an_organisation_is_the_same_whoever_files_it(
    tmp_path: Path, organisations: str, joined: tuple[int | None, int | None], event: str, lacks: set[str]
) -> None:
    first, second = organisations.split()
    filings = (about("A", BEFORE, first, joined[0]), about("B", AFTER, second, joined[1]))

    bodies = sorted({"A1", "B1", first, second})
    assert lacking(tmp_path, "joined", bodies, *filings, event=event) == lacks


def test_a_row_of_another_term_system_is_another_row(tmp_path: Path) -> None:
    union = body("Y", "BRANCH", "P", term_system="DOAN")
    filings = [about("A", BEFORE, "O", 5), about("B", AFTER, "O", None), about("Y", AFTER, "O", None)]
    bodies = [*UNITS, union, *(body(code, "BASE", "B") for code in ("A1", "B1", "O", "Y1"))]
    terms = [term(2016, 2017), term(2016, 2017, "2015-2017-NK", "DOAN")]
    told = Office(tmp_path, bodies, filings, terms=terms).told()

    assert {unit: told["joined", unit, AFTER]["status"] for unit in "BPY"} == {"B": 2, "P": 2, "Y": 0}


@pytest.mark.parametrize(
    ("numbers", "event", "lacks"),
    [
        # whose lines live on in those of the unit that took it in whole
        ((5, None), "A B merge", {AFTER}),
        ((5, None), "A B rename", {AFTER}),
        ((None, 5), "A B merge", set()),
        ((None, 5), "A B rename", {BEFORE}),
        ((5, None), "A B split", set()),
        # two units with the same line are two rows
        ((5, None), "", set()),
        ((None, 5), "", set()),
    ],
)
def test_a_line_of_a_unit_lives_on_in_the_unit_that_took_it_in(
    tmp_path: Path, numbers: tuple[int | None, int | None], event: str, lacks: set[str]
) -> None:
    filings = [
        Filing(unit, period, {"F1": [{"org_code": f"{unit}1", "joined": 1}], "F2": lines})
        for unit, period, number in zip("AB", (BEFORE, AFTER), numbers, strict=True)
        for lines in [[{"line_code": "STOCK", "number": 7}, {"line_code": "FLOW", "number": number}]]
    ]

    assert lacking(tmp_path, "lines", ["A1", "B1"], *filings, event=event) == lacks
