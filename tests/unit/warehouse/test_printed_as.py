"""SQL takes a figure for what was printed of it exactly where the product would print it so."""

from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jinja2 import Environment

from ingestion.words.writing import rounded

MACROS = Path(__file__).parents[3] / "dbt_project" / "macros" / "figures.sql"


@pytest.fixture(scope="module")
def is_printed_as() -> str:
    module = Environment(autoescape=False).from_string(MACROS.read_text(encoding="utf-8")).module
    return f"select {module.is_printed_as('v', 's')} from (select ?::double as v, ?::double as s)"  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def connection() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


@pytest.mark.parametrize(
    ("value", "stated", "expected"),
    [
        (81.25, 81.3, True),
        (81.25, 81.2, False),
        (81.24999999, 81.3, False),
        (81.24999999, 81.2, True),
        (0.285, 0.29, True),
        (0.285, 0.28, False),
        (1.005, 1.01, True),
        (-13.5, -14.0, True),
        (-14.5, -14.0, False),
        (0.4, 0.0, True),
        (-0.4, 0.0, True),
        (150056.5, 150057.0, True),
        (100 * 1183 / 1456, 81.3, True),
    ],
)
def test_a_half_goes_away_from_zero(connection, is_printed_as, value, stated, expected) -> None:
    assert connection.execute(is_printed_as, [value, stated]).fetchall() == [(expected,)]


@settings(max_examples=60)
@given(st.integers(0, 10**6), st.integers(1, 10**6), st.sampled_from([-0.1, 0.0, 0.1]))
def test_sql_and_the_one_rounding_agree(connection, is_printed_as, part, whole, aside) -> None:
    share = 100.0 * part / whole
    printed = rounded(share, 1)
    stated = float(rounded(float(printed) + aside, 1))
    # What ends in a whole number was stated without decimals, so that it is rounded to none.
    decimals = 0 if stated == int(stated) else 1
    expected = float(rounded(share, decimals)) == stated
    assert connection.execute(is_printed_as, [share, stated]).fetchall() == [(expected,)]
