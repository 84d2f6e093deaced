"""The ten cases of the guide: what a year's events make of a figure and of its status, one line each.

What belongs here: who was there, what was filed, and the figure, written out by hand. What does not: histories
made up at random (`tests/support/histories.py`).
"""

from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from tests.integration.warehouse_world import Filing, World

Life = tuple[str, str, str, str]
"""A version of a body: its code, what it stands under, its first day and its last one (blank: none)."""

NEW_YEAR, OPEN = "2018-01-01", ""


@dataclass(frozen=True)
class Case:
    """One case: a line for the guide, the bodies, what they filed of admissions, and what comes of it."""

    name: str
    line: str
    lives: tuple[Life, ...]
    filings: tuple[Filing, ...]
    asked: str
    period: str
    value: float | None
    status: str
    steps: tuple[tuple[str, str, str], ...] = ()
    """Whole mergers: who went over, into whom, and on which day."""
    indicator: str = field(default="admissions")


def _filed(
    unit: str, part: str, *, basis: str = "CUMULATIVE", since: date | None = None, **rows: int
) -> Filing:
    """Give a filing of 2019: of each organisation how many were admitted."""
    admitted = [{"org_code": code.replace("_", "-"), "admitted_total": number} for code, number in rows.items()]
    return Filing(unit, f"2019-{part}", {"B02": admitted}, basis=basis, coverage_from=since)


def _unit(code: str, org: str, parent: str = "", first: str = NEW_YEAR, last: str = OPEN) -> tuple[Life, ...]:
    """Give a unit with one organisation, as long as the unit is there."""
    return (code, parent, first, last), (org, code, first, last)


CASES = (
    Case(
        "whole_year",
        "A unit has filed its whole year: the figure of the year is final.",
        _unit("K01-U", "K01-o"),
        (_filed("K01-U", "N", K01_o=12),),
        asked="K01-U",
        period="2019-N",
        value=12,
        status="final",
    ),
    Case(
        "asked_later_than_filed",
        "A unit has filed up to 30 September and the year is asked for: what there is, provisional.",
        _unit("K02-U", "K02-o"),
        (_filed("K02-U", "9T", K02_o=9),),
        asked="K02-U",
        period="2019-N",
        value=9,
        status="provisional",
    ),
    Case(
        "ended_with_closing",
        "A unit ended on 15 August and has filed up to that day (9T): its year is final.",
        _unit("K03-U", "K03-o", last="2019-08-15"),
        (_filed("K03-U", "6T", K03_o=6), _filed("K03-U", "9T", K03_o=8)),
        asked="K03-U",
        period="2019-N",
        value=8,
        status="final",
    ),
    Case(
        "ended_without_closing",
        "A unit ended on 15 August and has filed up to 30 June: its year is provisional.",
        _unit("K04-U", "K04-o", last="2019-08-15"),
        (_filed("K04-U", "6T", K04_o=6),),
        asked="K04-U",
        period="2019-N",
        value=6,
        status="provisional",
    ),
    Case(
        "merged_whole",
        "Two units merged on 1 July: each filed up to its end (10, 5), the new one from its first day (9): 24.",
        (
            *_unit("K05-A", "K05-a", last="2019-06-30"),
            *_unit("K05-B", "K05-b", last="2019-06-30"),
            ("K05-C", "", "2019-07-01", OPEN),
            ("K05-a", "K05-C", "2019-07-01", OPEN),
            ("K05-b", "K05-C", "2019-07-01", OPEN),
        ),
        (
            _filed("K05-A", "6T", K05_a=10),
            _filed("K05-B", "6T", K05_b=5),
            _filed("K05-C", "N", K05_a=5, K05_b=4),
        ),
        asked="K05-C",
        period="2019-N",
        value=24,
        status="final",
        steps=(("K05-A", "K05-C", "2019-07-01"), ("K05-B", "K05-C", "2019-07-01")),
    ),
    Case(
        "successor_takes_the_year",
        "A unit went over on 1 July, and the other’s cover says “from 1 January”: its 19 are the whole year.",
        (
            *_unit("K06-A", "K06-a", last="2019-06-30"),
            ("K06-C", "", "2019-07-01", OPEN),
            ("K06-a", "K06-C", "2019-07-01", OPEN),
        ),
        (_filed("K06-A", "Q1", K06_a=4), _filed("K06-C", "N", since=date(2019, 1, 1), K06_a=19)),
        asked="K06-C",
        period="2019-N",
        value=19,
        status="final",
        steps=(("K06-A", "K06-C", "2019-07-01"),),
    ),
    Case(
        "moved_between_units",
        "An organisation moved on 15 August: one unit filed it up to then (7), the other from then on (3): 10.",
        (
            *_unit("K07-A", "K07-a"),
            *_unit("K07-B", "K07-b"),
            ("K07-o", "K07-A", NEW_YEAR, "2019-08-14"),
            ("K07-o", "K07-B", "2019-08-15", OPEN),
        ),
        (_filed("K07-A", "N", K07_a=1, K07_o=7), _filed("K07-B", "N", K07_b=2, K07_o=3)),
        asked="K07-o",
        period="2019-N",
        value=10,
        status="final",
    ),
    Case(
        "moved_between_provinces",
        "A unit came from another province in August: the quarter is a difference over the same two units.",
        (
            ("K08-P", "", NEW_YEAR, OPEN),
            ("K08-Q", "", NEW_YEAR, OPEN),
            *_unit("K08-A", "K08-a", "K08-Q"),
            ("K08-B", "K08-P", NEW_YEAR, "2019-08-09"),
            ("K08-B", "K08-Q", "2019-08-10", OPEN),
            ("K08-b", "K08-B", NEW_YEAR, OPEN),
        ),
        (
            _filed("K08-A", "6T", K08_a=10),
            _filed("K08-A", "9T", K08_a=13),
            _filed("K08-B", "6T", K08_b=20),
            _filed("K08-B", "9T", K08_b=26),
        ),
        asked="K08-Q",
        period="2019-D3",
        value=9,
        status="final",
    ),
    Case(
        "missing_body",
        "One of two units of a province has filed nothing: what the other filed, incomplete.",
        (
            ("K09-P", "", NEW_YEAR, OPEN),
            *_unit("K09-A", "K09-a", "K09-P"),
            *_unit("K09-B", "K09-b", "K09-P"),
        ),
        (_filed("K09-A", "N", K09_a=11),),
        asked="K09-P",
        period="2019-N",
        value=11,
        status="incomplete",
    ),
    Case(
        "missing_quarter",
        "A unit files quarters of their own, and that of April to June has not come: the sum is incomplete.",
        _unit("K10-U", "K10-o"),
        (
            _filed("K10-U", "Q1", basis="DISCRETE", K10_o=3),
            _filed("K10-U", "9T", basis="DISCRETE", K10_o=5),
        ),
        asked="K10-U",
        period="2019-9T",
        value=8,
        status="incomplete",
    ),
)


def _kind(code: str) -> str:
    letter = code.partition("-")[2]
    return (
        "GRASSROOTS"
        if letter.islower()
        else "PROVINCE"
        if letter in "PQ" and code[:3] in ("K08", "K09")
        else "DISTRICT"
    )


def with_cases(world: World) -> World:
    """Put the bodies and filings of the cases into a world, beside what is there."""
    organisations: list[dict[str, Any]] = [
        {
            "org_code": code,
            "org_name": code,
            "org_kind": _kind(code),
            "org_type": "DANG_BO_CO_SO" if _kind(code) == "GRASSROOTS" else "",
            "parent_code": parent,
            "files_reports": _kind(code) != "GRASSROOTS",
            "term_system": "DANG",
            "valid_from": first,
            "valid_to": last,
        }
        for case in CASES
        for code, parent, first, last in case.lives
    ]
    successions = [
        {
            "predecessor_code": before,
            "successor_code": after,
            "event_type": "merge",
            "effective_on": day,
            "document": "",
            "share": "",
        }
        for case in CASES
        for before, after, day in case.steps
    ]
    tables = {
        **world.tables,
        "organisations": [*world.tables["organisations"], *organisations],
        "successions": [*world.tables["successions"], *successions],
    }
    return replace(
        world, tables=tables, filings=[*world.filings, *(one for case in CASES for one in case.filings)]
    )
