"""One rounding and one way to write numbers and dates, for pages, answers, findings and alerts."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion import writing
from ingestion.gate.wording import written

COUNTS = st.integers(0, 10**6)


def half_up(value: Fraction, decimals: int) -> Fraction:
    """Round the quotient itself, with nothing but whole numbers."""
    scaled = abs(value) * 10**decimals
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return Fraction(whole if value >= 0 else -whole, 10**decimals)


@given(COUNTS, st.integers(1, 10**6), st.integers(0, 3))
def test_a_share_is_rounded_as_the_quotient_of_its_counts_is(part: int, whole: int, decimals: int) -> None:
    share = Fraction(100 * part, whole)
    assert Fraction(writing.rounded(100.0 * part / whole, decimals)) == half_up(share, decimals)


@given(st.integers(-(10**6), 10**6), st.sampled_from([8, 16, 32, 40, 80, 125, 160, 200, 400, 800, 2000]))
def test_a_half_goes_away_from_zero(part: int, whole: int) -> None:
    share = Fraction(100 * part, whole)
    assert Fraction(writing.rounded(100.0 * part / whole, 1)) == half_up(share, 1)


@pytest.mark.parametrize(
    ("value", "decimals", "expected"),
    [
        (81.25, 1, "81,3"),
        (81.35, 1, "81,4"),
        (-81.25, 1, "−81,3"),
        (2.5, 0, "3"),
        (0.1 + 0.2 - 0.25, 1, "0,1"),
        (-0.04, 1, "0,0"),
        (1e15, 0, "1.000.000.000.000.000"),
    ],
)
def test_numbers_are_written_as_they_are_rounded(value: float, decimals: int, expected: str) -> None:
    assert writing.number(value, decimals) == expected


def test_what_is_rounded_to_nothing_has_no_sign() -> None:
    assert not writing.rounded(-0.04, 1).is_signed()


def test_findings_write_as_pages_do() -> None:
    assert written(0.125, "vi") == "0,13"
    assert written(-1252.5, "vi") == "−1.252,5"
    assert written(-1252.5, "en") == "−1,252.5"
    assert written(date(2026, 2, 5), "vi") == writing.day(date(2026, 2, 5)) == "05/02/2026"
    assert written(date(2026, 2, 5), "en") == "2026-02-05"


@pytest.mark.parametrize(
    ("derivation", "expected"),
    [
        (None, ("PERSON", 0)),
        ("share", ("PERSON", 0)),
        ("average_per_year", ("PERSON", 1)),
        ("percent_change", ("PERCENT", 1)),
    ],
)
def test_what_is_derived_has_decimals_of_its_own(derivation: str | None, expected: tuple[str, int]) -> None:
    assert writing.decimals_of("PERSON", 0, derivation) == expected
