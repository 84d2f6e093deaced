"""Numbers and dates as text."""

from datetime import date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.records.stored import (
    MAX_DIGITS,
    NumberKind,
    format_date,
    format_number,
    is_date_format,
    is_percent_format,
    parse_date,
    parse_moment,
    parse_number,
    whole,
)
from ingestion.records.text import clean, fold

COUNTS = st.integers(-(10**MAX_DIGITS) + 1, 10**MAX_DIGITS - 1)


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("850", NumberKind.PLAIN, 850),
        ("'03", NumberKind.PLAIN, 3),
        (" 7\u00a0", NumberKind.PLAIN, 7),
        ("-5", NumberKind.PLAIN, -5),
        ("−5", NumberKind.PLAIN, -5),
        ("５０", NumberKind.PLAIN, 50),
        ("１．２５２", NumberKind.GROUPED, 1252),
        ("1.252", NumberKind.GROUPED, 1252),
        ("1 252", NumberKind.GROUPED, 1252),
        ("1\u00a0252\u202f000", NumberKind.GROUPED, 1_252_000),
        ("12.345.678", NumberKind.GROUPED, 12_345_678),
        ("10,24", NumberKind.DECIMAL, 10.24),
        ("1.252,5", NumberKind.DECIMAL, 1252.5),
        ("12.5", NumberKind.DECIMAL, 12.5),
        ("1.25", NumberKind.DECIMAL, 1.25),
        ("0.123", NumberKind.DECIMAL, 0.123),
        ("0,125", NumberKind.DECIMAL, 0.125),
        ("1,252", NumberKind.AMBIGUOUS, 1.252),
        ("-", NumberKind.ZERO, 0),
        ("–", NumberKind.ZERO, 0),
        ("Không", NumberKind.ZERO, 0),
        ("không  có", NumberKind.ZERO, 0),
        ("", NumberKind.BLANK, None),
        ("…", NumberKind.BLANK, None),
        ("....", NumberKind.BLANK, None),
        ("… …", NumberKind.BLANK, None),
        ("x", NumberKind.NOT_APPLICABLE, None),
        ("X", NumberKind.NOT_APPLICABLE, None),
        ("gần 5.000", NumberKind.INVALID, None),
        ("80 - 85%", NumberKind.INVALID, None),
        ("≥ 700", NumberKind.INVALID, None),
        ("57 (trong đó 12 nữ)", NumberKind.INVALID, None),
        ("1,252,000", NumberKind.INVALID, None),
        ("12 52", NumberKind.INVALID, None),
        ("1.2.3", NumberKind.INVALID, None),
        ("012.345.678", NumberKind.INVALID, None),
        ("1234567890123456", NumberKind.INVALID, None),
        ("٣", NumberKind.INVALID, None),
        ("1e5", NumberKind.INVALID, None),
        ("nan", NumberKind.INVALID, None),
    ],
)
def test_text_is_read_under_vietnamese_rules(text: str, kind: NumberKind, value: float | None) -> None:
    parsed = parse_number(text)
    assert (parsed.kind, parsed.value) == (kind, value)
    assert type(parsed.value) is type(value)


@pytest.mark.parametrize(("text", "value"), [("10,24%", 10.24), ("121,8 %", 121.8), ("95%", 95)])
def test_a_percent_sign_is_seen_and_changes_no_number(text: str, value: float) -> None:
    assert parse_number(text).value == value
    assert parse_number(text).is_percent


@given(COUNTS)
def test_every_integer_survives_vietnamese_formatting(number: int) -> None:
    assert parse_number(f"{number:,}".replace(",", ".")).value == number
    assert parse_number(f"{number:,}".replace(",", "\u00a0")).value == number
    assert parse_number(str(number)).value == number


@given(COUNTS.filter(lambda n: abs(n) < 10**9), st.integers(0, 99))
def test_two_decimals_survive_vietnamese_formatting(number: int, cents: int) -> None:
    shown = f"{number:,}".replace(",", ".") + f",{cents:02}"
    assert parse_number(shown).value == float(f"{number}.{cents:02}")


@given(st.text())
def test_no_text_breaks_the_parsers(text: str) -> None:
    parsed = parse_number(text)
    assert (parsed.value is None) == (
        parsed.kind in (NumberKind.BLANK, NumberKind.NOT_APPLICABLE, NumberKind.INVALID)
    )
    parse_date(text)


@given(st.text(alphabet="0123456789., -%", max_size=20))
def test_no_text_of_digits_breaks_the_parsers(text: str) -> None:
    parse_number(text)


@given(st.floats(-1e14, 1e14).map(lambda x: round(x, 4)))
def test_a_printed_number_reads_back_as_itself(value: float) -> None:
    parsed = parse_number(format_number(value))
    if parsed.kind is not NumberKind.INVALID:  # more digits than a text may have
        assert parsed.value == pytest.approx(value, abs=1e-9, rel=1e-12)


@pytest.mark.parametrize(
    ("value", "expected"),
    [(3.0, 3), (2.9999999999999996, 3), (1.252, None), (-4.0, -4), (1e300, None), (float("inf"), None)],
)
def test_a_stored_number_is_whole_or_it_is_no_count(value: float, expected: int | None) -> None:
    assert whole(value) == expected


def test_nan_is_no_count() -> None:
    assert whole(float("nan")) is None


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("30/3/2016", date(2016, 3, 30)),
        ("18/10/2018", date(2018, 10, 18)),
        ("31.12.2019", date(2019, 12, 31)),
        ("5-2-2026", date(2026, 2, 5)),
        ("ngày 05 tháng 02 năm 2026", date(2026, 2, 5)),
        ("Ngày 5  tháng 2 năm 2026", date(2026, 2, 5)),
        ("2019-12-31", date(2019, 12, 31)),
        ("2019-12-31 00:00:00", date(2019, 12, 31)),
        ("2019-12-31T08:30:00.000", date(2019, 12, 31)),
        ("31/12/2019 08:30", date(2019, 12, 31)),
        ("2019-11-06T08:30:00+07:00", date(2019, 11, 6)),
        ("2019-11-06T23:30:00.123456789Z", date(2019, 11, 6)),
        ("2019-11-06 08:30:00 +0700", date(2019, 11, 6)),
        ("2019-11-06T00:30+07", date(2019, 11, 6)),
        ("2019-11-06Z", date(2019, 11, 6)),
        ("2019-11-06+07:00", date(2019, 11, 6)),
        ("2019-11-06-07", None),
        ("2019-11-06-07:60", None),
        ("2019-11-06T08:30+25:00", None),
        ("2019-11-06 08:30-17:00", None),
        ("2019-11-06+07:00Z", None),
        ("ngày 31/12/2019", date(2019, 12, 31)),
        ("Mường Nhé, ngày 5 tháng 2 năm 2026", date(2026, 2, 5)),
        ("4/5/2019", date(2019, 5, 4)),
        ("Số 15, 4/5/2019", None),
        ("12/31/2019", None),
        ("4/9", None),
        ("30/3/16", None),
        ("31/2/2019", None),
        ("31/12/3019", None),
        ("tháng 2 năm 2026", None),
        ("43312", None),
    ],
)
def test_dates_are_day_first_and_never_guessed(text: str, day: date | None) -> None:
    assert parse_date(text) == day


@given(st.dates(date(1900, 1, 1), date(2100, 12, 31)))
def test_every_date_survives_printing(day: date) -> None:
    assert parse_date(format_date(day)) == day
    assert parse_date(day.isoformat()) == day


def test_a_time_is_printed_only_where_there_is_one() -> None:
    assert format_date(datetime(2019, 12, 31)) == "31/12/2019"  # noqa: DTZ001
    assert format_date(datetime(2019, 12, 31, 8, 5)) == "31/12/2019 08:05"  # noqa: DTZ001


@pytest.mark.parametrize(
    ("value", "number_format", "shown"),
    [
        (0.1024, "0.00%", "10,24%"),
        (0.95, "0%", "95%"),
        (20.5, "0.##", "20,5"),
        (20.0, "0.##", "20"),
        (20.456, "0.##", "20,46"),
        (20.125, "0.00", "20,13"),
        (0.10245, "0.00%", "10,25%"),
        (-1e300, "0.00", "-1" + "0" * 300 + ",00"),
        (float("inf"), "0.00", "inf"),
        (1252.5, "#,##0.00", "1252,50"),
        (5.0, '0.0"%"', "5,0"),
        (0.1 + 0.2, None, "0,3"),
        (1e20, None, "100000000000000000000"),
        (1e-7, None, "0,0000001"),
        (3.8168e13, None, "38168000000000"),
    ],
)
def test_numbers_are_printed_as_their_cell_shows_them(
    value: float, number_format: str | None, shown: str
) -> None:
    assert format_number(value, number_format) == shown


@pytest.mark.parametrize(
    ("number_format", "is_date", "is_percent"),
    [
        ("dd/mm/yyyy", True, False),
        ("[$-42A]dd mmmm yyyy", True, False),
        ("[h]:mm", True, False),
        ("0.00%", False, True),
        ('0.0"%"', False, False),
        ("0\\%", False, False),
        ('#,##0 "đồng"', False, False),
        ("[Red]0.00", False, False),
        ("General", False, False),
        ("0.00E+00", False, False),
    ],
)
def test_formats_are_told_apart(number_format: str, is_date: bool, is_percent: bool) -> None:
    assert (is_date_format(number_format), is_percent_format(number_format)) == (is_date, is_percent)


@given(st.text())
def test_folding_is_stable_and_blind_to_case_marks_and_spaces(text: str) -> None:
    assert fold(fold(text)) == fold(text)
    assert fold(f"  {text}\u00a0") == fold(text)
    assert fold(clean(text)) == fold(text)


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2019-11-06+07:00", date(2019, 11, 6)),
        ("2019-11-06Z", date(2019, 11, 6)),
        ("2019-11-06z", date(2019, 11, 6)),
        ("2019-11-06-05:00", date(2019, 11, 6)),
        ("2019-11-06T08:30+07", datetime(2019, 11, 6, 8, 30)),  # noqa: DTZ001
        ("08:30:00Z", time(8, 30)),
        ("+07:00", None),
        ("Z", None),
        ("2019-11-06-07", None),
        ("2019-11-06+0700", None),
        ("2019-11-06T+07:00", None),
        ("2019-11-06T08:30+15:00", None),
    ],
)
def test_the_zone_of_a_stored_day_or_moment_is_passed_over(text: str, moment: object) -> None:
    assert parse_moment(text) == moment
