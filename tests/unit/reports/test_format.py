"""Numbers, dates and periods as Vietnamese readers write them."""

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reports import format as write


@pytest.mark.parametrize(
    ("value", "decimals", "expected"),
    [
        (1252, 0, "1.252"),
        (11945.0, 0, "11.945"),
        (1234567, 0, "1.234.567"),
        (20.5, 1, "20,5"),
        (10.24, 2, "10,24"),
        (88.0, 1, "88,0"),
        (-14, 0, "−14"),
        (-0.04, 1, "0,0"),
        (0, 0, "0"),
        (2.5, 0, "3"),
        (0.25, 1, "0,3"),
        (1.005, 2, "1,01"),
        (None, 0, "không có số liệu"),
    ],
)
def test_numbers(value: float | None, decimals: int, expected: str) -> None:
    assert write.number(value, decimals) == expected


def test_numbers_in_english() -> None:
    assert write.number(1234567.25, 1, language="en") == "1,234,567.3"
    assert write.number(None, language="en") == "no figure"
    assert write.figure(11945.0, 0, "PERSON", "en") == "11,945"
    assert write.figure(88.0, 1, "PERCENT", "en") == "88.0"
    assert write.figure(88.0, 1, "PERSON") == "88"


def test_numbers_that_somebody_stated_are_as_short_as_they_were() -> None:
    assert write.number(95.0, 2, is_bare=True) == "95"
    assert write.number(20.5, 2, is_percent=True, is_bare=True) == "20,5\u00a0%"


@given(st.integers(-(10**12), 10**12))
def test_whole_numbers_can_be_read_back(value: int) -> None:
    assert int(write.number(value).replace(".", "").replace("−", "-")) == value


@given(st.floats(-1e9, 1e9), st.integers(0, 3))
def test_nothing_that_is_there_is_ever_said_to_be_missing(value: float, decimals: int) -> None:
    text = write.number(value, decimals)
    assert set(text) <= set("0123456789.,−")
    assert float(text.replace(".", "").replace(",", ".").replace("−", "-")) == pytest.approx(
        value, abs=0.51 * 10**-decimals
    )


def test_the_percent_sign_holds_to_its_number() -> None:
    assert write.number(88.0, 1, is_percent=True) == "88,0\u00a0%"
    assert write.number(None, 1, is_percent=True) == "không có số liệu"


@pytest.mark.parametrize(
    ("value", "expected"), [(132, "+132"), (-14, "−14"), (0, "0"), (0.01, "0"), (None, "không có số liệu")]
)
def test_changes_carry_their_sign(value: float | None, expected: str) -> None:
    assert write.signed(value, 0, "PERSON") == expected


def test_changes_in_percent_carry_sign_and_decimals() -> None:
    assert write.signed(3.0, 1, "PERCENT") == "+3,0\u00a0%"
    assert write.signed(0.01, 1, "PERCENT") == "0,0\u00a0%"


def test_moments_are_told_by_the_clocks_of_vietnam() -> None:
    assert write.moment(datetime(2026, 11, 20, 18, 5, tzinfo=UTC)) == "01:05 ngày 21/11/2026"
    assert write.local_day(datetime(2020, 12, 31, 23, 0, tzinfo=UTC)) == "01/01/2021"
    assert write.day(date(2026, 2, 5)) == "05/02/2026"


@pytest.mark.parametrize(
    ("items", "expected"), [([], ""), (["a"], "a"), (["a", "b"], "a và b"), (["a", "b", "c"], "a, b và c")]
)
def test_lists_are_joined(items: list[str], expected: str) -> None:
    assert write.enumeration(items) == expected


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("2019-Q1", "quý I năm 2019"),
        ("2019-6T", "6 tháng đầu năm 2019"),
        ("2019-9T", "9 tháng đầu năm 2019"),
        ("2019-N", "năm 2019"),
        ("2020-D3", "riêng quý III năm 2020"),
        ("2015-2020-NK", "nhiệm kỳ 2015–2020"),
    ],
)
def test_periods_have_names(code: str, expected: str) -> None:
    assert write.period(code) == expected
