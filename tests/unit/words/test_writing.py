"""One rounding and one way to write numbers and dates, for pages, answers, findings and alerts."""

import time
from datetime import UTC, date, datetime
from fractions import Fraction

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.gate.language.functions import FUNCTIONS
from ingestion.gate.language.vectors import numbers
from ingestion.gate.wording import plain, written
from ingestion.records.periods import Period
from ingestion.returns.differences import shown
from ingestion.words import period_names, writing
from ingestion.words.messages import message
from ingestion.workbook import writer
from orchestration.commands.common import number as json_number
from reports import format as write
from reports.figures import assembled
from reports.rows import Figure, Indicator
from reports.sentences import figure_text, say_previous
from reports.tables import cell, change_text

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


@pytest.mark.parametrize(
    ("value", "expected"), [(1.05, "1,05"), (1.5, "1,5"), (2.0, "2"), (100.0, "100"), (-10.005, "−10,01")]
)
def test_a_number_without_its_last_zeros_keeps_those_before(value: float, expected: str) -> None:
    assert writing.number(value, 2, is_bare=True) == expected
    assert writing.figure(value, 2, "PERSON") == expected


def test_a_year_of_a_slip_of_the_pen_is_written_with_four_digits() -> None:
    assert writing.day(date(205, 1, 2)) == "02/01/0205"


def test_a_moment_is_written_as_its_language_writes_it() -> None:
    at = datetime(2026, 11, 20, 18, 5, tzinfo=UTC)
    assert writing.moment(at) == "01:05 ngày 21/11/2026"
    assert writing.moment(at, "en") == "01:05 on 2026-11-21"


def test_a_moment_that_says_no_zone_is_one_of_vietnam(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    try:
        assert writing.minute(datetime(2026, 11, 21, 14, 5)) == "21/11/2026 14:05"  # noqa: DTZ001
    finally:
        monkeypatch.undo()
        time.tzset()


def test_what_is_rounded_to_nothing_has_no_sign() -> None:
    assert not writing.rounded(-0.04, 1).is_signed()


def test_findings_write_as_pages_do() -> None:
    assert written(0.125, "vi") == "0,125"
    assert written(500 / 13, "vi") == "38,46"
    assert written(500 / 13, "vi", 1) == "38,5"
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


@pytest.mark.parametrize(
    ("derivation", "unit"),
    [
        ("change_vs_previous_term", "PERCENT_POINT"),
        ("change_over_term", "PERCENT_POINT"),
        ("percent_change", "PERCENT"),
        ("per_year_low", "PERCENT"),
        (None, "PERCENT"),
    ],
)
def test_the_difference_of_two_percentages_is_no_percentage(derivation: str | None, unit: str) -> None:
    answer = assembled(
        ("x", "P", "2015-2020-NK"),
        derivation,
        {"unit_code": "PERCENT", "decimals": 1},
        {"value": 85.0, "status": "final"},
        {"value": 5.0, "status": "final"},
    )
    assert answer.unit_code == unit
    assert answer.measure == ("điểm phần trăm" if unit == "PERCENT_POINT" else "%")
    indicator = Indicator("x", "Tỷ lệ", "Share", "PERCENT", "%", "ratio", "members", 1, 1)
    change = Figure("x", "P", "2015-2020-NK", 5.0)
    shown = change_text(change, indicator, derivation) if derivation else "+5,0\u00a0%"
    assert shown == ("+5,0\u00a0điểm %" if unit == "PERCENT_POINT" else "+5,0\u00a0%")
    if derivation == "change_vs_previous_term":
        said = say_previous(indicator, Figure("x", "P", "2010-2015-NK", 80.0), change)
        assert said == "Tỷ lệ tăng 5,0\u00a0điểm phần trăm so với nhiệm kỳ trước (80,0\u00a0%)."


SHARES = [
    (13, 16),
    (65, 80),
    (1183, 1456),
    (57, 20_000),
    (1, 3),
    (0, 7),
    (2, 2),
    (400_400, 800_000),
    (1, 10**7),
]
"""Counts whose shares lie on a half (81.25, 0.285), beside one, or at an end."""


@pytest.mark.parametrize(("part", "whole"), SHARES)
def test_a_share_is_printed_alike_wherever_it_stands(part: int, whole: int) -> None:
    value = 100.0 * part / whole
    indicator = Indicator("x", "Tỷ lệ", "Share", "PERCENT", "%", "ratio", "members", 1, 1)
    printed = str(half_up(Fraction(100 * part, whole), 1).limit_denominator(10))
    expected = f"{float(Fraction(printed)):.1f}".replace(".", ",")
    answer = assembled(
        ("x", "P", "2020-N"),
        None,
        {"unit_code": "PERCENT", "decimals": 1},
        {"value": value, "status": "final"},
        None,
    )
    assert answer.value is not None
    assert writing.figure(answer.value, answer.decimals, answer.unit_code) == expected  # the command line
    assert f"{json_number(answer.value):.1f}".replace(".", ",") == expected
    assert cell(Figure("x", "P", "2020-N", value), indicator) == expected
    assert figure_text(value, indicator) == f"{expected}\u00a0%"
    by_rule = FUNCTIONS["round"].apply([numbers([value]), numbers([1.0])], np.zeros(1, np.intp)).at(0)
    assert writing.number(by_rule, 1) == expected  # a finding


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1252.5, "1252.5"),
        (-0.0, "0"),
        (1e-7, "0.0000001"),
        (12345678901.25, "12345678901.25"),
        (-12345678901.0, "-12345678901"),
        (0.1 + 0.2, "0.3"),
        (500 / 13, "38.46153846"),
    ],
)
def test_programs_read_a_number_with_all_that_matters_of_it(value: float, text: str) -> None:
    assert writing.plain(value) == text == plain(value) == shown(value)


@pytest.mark.parametrize(
    ("text", "decimals", "vi", "en"),
    [
        ("1252.5", 1, "1.252,5", "1,252.5"),
        ("11945", 0, "11.945", "11,945"),
        ("-14", 0, "−14", "−14"),
        ("3.125", 1, "3,1", "3.1"),
        ("50", 3, "50,000", "50.000"),
        ("1.234", 3, "1,234", "1.234"),
        ("1.234", None, "1.234", "1.234"),  # a clerk's own thousand
        ("1234", None, "1234", "1234"),  # the code of a unit
        ("2026-02-05", None, "05/02/2026", "2026-02-05"),
        ("2026-13-05", None, "2026-13-05", "2026-13-05"),
    ],
)
def test_what_programs_read_is_written_for_people(text: str, decimals: int | None, vi: str, en: str) -> None:
    assert (writing.of_plain(text, decimals), writing.of_plain(text, decimals, "en")) == (vi, en)


@pytest.mark.parametrize("value", [1005.0, 1.005, -1.005, 1000.0, 12.345, 12345.0, 123.456, 123456.0, 0.125])
def test_no_two_numbers_are_written_alike(value: float) -> None:
    def read(text: str) -> float:
        return float(text.replace(".", "").replace(",", ".").replace("−", "-"))

    assert read(writing.as_filed(value)) == value
    assert read(writing.of_plain(writing.plain(value), writing.own_decimals(value))) == value


@pytest.mark.parametrize(
    ("text", "vi", "en"),
    [
        ("1252.5", "1.252,5", "1,252.5"),
        ("1194567", "1.194.567", "1,194,567"),
        ("-14", "−14", "−14"),
        ("2026-02-05", "05/02/2026", "2026-02-05"),
        ("1.000", "1.000", "1.000"),
        ("1.234", "1.234", "1.234"),
        ("1234", "1234", "1234"),
        ("0.125", "0,125", "0.125"),
        ("2026-13-05", "2026-13-05", "2026-13-05"),
        ("VP-04", "VP-04", "VP-04"),
        ("007", "007", "007"),
    ],
)
def test_what_was_kept_without_saying_what_it_is_is_written_where_it_is_sure(
    text: str, vi: str, en: str
) -> None:
    assert (writing.of_unknown(text), writing.of_unknown(text, "en")) == (vi, en)


@pytest.mark.parametrize(
    ("first", "second", "decimals"),
    [(3.1, 3.2, 1), (3.12, 3.14, 2), (50.003, 50.0, 3), (1.0, 1.0 + 1e-16, 1), (5, 5, 1)],
)
def test_two_numbers_are_written_so_that_they_differ(first: float, second: float, decimals: int) -> None:
    assert writing.apart(first, second, 1) == decimals


def test_a_change_that_is_rounded_to_nothing_has_no_direction() -> None:
    assert [writing.sign(value, 1) for value in (0.05, 0.04, -0.04, -0.05)] == [1, 0, 0, -1]
    assert writing.signed(0.05, 1) == "+0,1" and writing.signed(-0.04, 1) == "0,0"


def test_a_moment_stands_in_a_column_by_the_clocks_of_vietnam() -> None:
    at = datetime(2026, 11, 20, 18, 5, tzinfo=UTC)
    assert writing.minute(at) == "21/11/2026 01:05" and writing.minute(at, "en") == "2026-11-21 01:05"


def test_texts_write_their_counts_and_leave_names_alone() -> None:
    assert "1.200" in message("alert.more_findings", count=1200)
    assert "1,200" in message("alert.more_findings", "en", count=1200)
    assert message("period.N", year=2020) == "năm 2020"


@pytest.mark.parametrize(
    ("code", "vi", "en", "short"),
    [
        ("2019-Q1", "quý I năm 2019", "the first quarter of 2019", "Quý I 2019"),
        ("2019-6T", "6 tháng đầu năm 2019", "the first six months of 2019", "6 tháng 2019"),
        ("2019-9T", "9 tháng đầu năm 2019", "the first nine months of 2019", "9 tháng 2019"),
        ("2019-N", "năm 2019", "2019", "2019"),
        ("2015-2020-NK", "nhiệm kỳ 2015–2020", "the term 2015–2020", "2015–2020"),
    ],
)
def test_a_period_has_one_name(code: str, vi: str, en: str, short: str) -> None:
    assert (period_names.period(code), period_names.period(code, "en")) == (vi, en)
    assert write.period(code) == vi and writer.period_name(Period.parse(code))[1:] == vi[1:]
    assert period_names.short_period(code) == short
