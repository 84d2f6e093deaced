"""What an indicator may add, count or take: whatever would make a figure that means nothing is refused."""

from typing import Any

import pytest

from ingestion.definitions.overlay import OwnFileError, laid_over
from tests.support.own_forms import column, form, indicator

_OF_ALL_KINDS = form(
    "B90",
    "organisations",
    column("org_code", "code"),
    column("rating", "code", choices=["GOOD", "BAD"]),
    column("share", "percent", unit="PERCENT", nature="ratio"),
    column("score", "decimal", unit="POINT", nature="ratio"),
    column("bodies", nature="distinct"),
    column("paid", "decimal", unit="PERSON", nature="flow"),
    column("unsaid", "decimal", unit="PERSON"),
    column("remark", "text"),
    column("there", nature="stock"),
)
_LINES = form(
    "B91",
    "lines",
    column("line_code", "code"),
    column("number", nature="line"),
    column("pieces", unit="LINE"),
    lines=[
        {
            "column": "line_code",
            "members": [
                {"code": "CAME", "label": {"vi": "a", "en": "a"}, "nature": "flow", "unit": "PERSON"},
                {"code": "IS", "label": {"vi": "b", "en": "b"}, "nature": "stock", "unit": "CELL"},
            ],
        }
    ],
)


@pytest.mark.parametrize(
    ("of", "summand", "told"),
    [
        *(
            ({}, {"column": code}, f"adds up B90.{code}, which is never added")
            for code in ("share", "score", "bodies", "unsaid")
        ),
        ({"kind": "stock"}, {"column": "bodies", "over_time": "last"}, "adds up B90.bodies"),
        ({}, {"column": "rating"}, "takes numbers from B90.rating, which holds none"),
        ({}, {"column": "remark"}, "takes numbers from B90.remark, which holds none"),
        ({}, {"column": "paid", "count": ["GOOD"]}, "counts codes in B90.paid, which holds none"),
        ({}, {"column": "there"}, "adds up years of B90.there"),
        ({"kind": "stock"}, {"column": "paid", "over_time": "sum"}, "adds up years of B90.paid"),
        (
            {"kind": "rate", "unit": "PERCENT"},
            {"column": "share", "over_time": "sum"},
            "is a rate, which no years add up",
        ),
        (
            {"kind": "rate"},
            {"column": "share", "over_time": "last"},
            "is told in PERSON, and B90.share counts PERCENT",
        ),
        ({"unit": "CELL"}, {"column": "paid"}, "is told in CELL, and B90.paid counts PERSON"),
        ({}, {"form": "B91", "column": "number"}, "adds all lines of B91.number, which count different things"),
        ({}, {"form": "B91", "column": "pieces"}, "adds all lines of B91.pieces, which count different things"),
        (
            {},
            {"form": "B91", "column": "number", "where": {"line_code": ["IS"]}},
            "adds up years of B91.number",
        ),
        (
            {},
            {"form": "B91", "column": "pieces", "where": {"line_code": ["IS"]}},
            "is told in PERSON, and B91.pieces counts CELL",
        ),
    ],
)
def test_what_cannot_be_added_is_refused_as_a_sum(
    of: dict[str, Any], summand: dict[str, Any], told: str
) -> None:
    with pytest.raises(OwnFileError) as error:
        laid_over((_OF_ALL_KINDS, _LINES, indicator("own", summand, **of)))
    assert told in error.value.told("en")


_SPLIT = {"from": "2020-01-01"}, {"to": "2019-12-31"}


@pytest.mark.parametrize(
    ("of", "summands", "told"),
    [
        (
            {"kind": "distinct"},
            ({"column": "bodies", "over_time": "none"}, {"column": "paid", "over_time": "none"}),
            "is the cell of one row, and names B90.bodies and B90.paid",
        ),
        (
            {"kind": "rate"},
            ({"column": "unsaid", "over_time": "last"}, {"column": "paid", "over_time": "last"}),
            "is the cell of one row",
        ),
        ({}, ({"column": "paid"}, {"column": "paid"}), "counts B90.paid twice"),
        ({}, ({"column": "paid"}, {"column": "paid", "effective": _SPLIT[0]}), "counts B90.paid twice"),
    ],
)
def test_the_same_is_not_counted_twice_and_one_row_is_one(
    of: dict[str, Any], summands: tuple[dict[str, Any], ...], told: str
) -> None:
    with pytest.raises(OwnFileError) as error:
        laid_over((_OF_ALL_KINDS, indicator("own", *summands, **of)))
    assert told in error.value.told("en")


def test_cells_may_take_each_others_place_in_time() -> None:
    bodies, paid = (
        {"column": code, "over_time": "none", "effective": time}
        for code, time in zip(("bodies", "paid"), _SPLIT, strict=True)
    )
    assert "own" in laid_over((_OF_ALL_KINDS, indicator("own", bodies, paid, kind="distinct"))).indicators


@pytest.mark.parametrize(
    ("of", "summand"),
    [
        ({}, {"column": "paid"}),
        ({}, {"column": "rating", "count": ["GOOD"]}),
        ({"kind": "distinct"}, {"column": "bodies", "over_time": "none"}),
        ({"kind": "rate", "unit": "PERCENT"}, {"column": "share", "over_time": "last"}),
        ({"kind": "rate"}, {"column": "unsaid", "over_time": "last"}),
        ({"kind": "stock"}, {"column": "there", "over_time": "last"}),
        ({}, {"form": "B91", "column": "number", "where": {"line_code": ["CAME"]}}),
        ({}, {"form": "B91", "column": "pieces", "where": {"line_code": ["CAME"]}}),
    ],
)
def test_what_adds_up_or_is_the_cell_of_one_row_is_taken(of: dict[str, Any], summand: dict[str, Any]) -> None:
    assert "own" in laid_over((_OF_ALL_KINDS, _LINES, indicator("own", summand, **of))).indicators
