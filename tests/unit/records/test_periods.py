"""Period codes: both spellings, bounds, order, neighbours."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.records.periods import CUMULATIVE, DISCRETE, Days, Period, PeriodError, PeriodKind

years = st.integers(1990, 2100)
kinds = st.sampled_from((*CUMULATIVE, *DISCRETE))


@given(years, kinds)
def test_both_spellings_name_the_same_period(year: int, kind: PeriodKind) -> None:
    assert Period.parse(f"{year}-{kind}") == Period.parse(f" {kind}-{year} ")
    assert Period.parse(f"{year}-{kind}").code == f"{year}-{kind}"


@given(years, st.integers(1, 10))
def test_a_term_is_read_in_both_spellings_and_its_code_tells_the_years_after_the_first(
    first: int, length: int
) -> None:
    term = Period.parse(f"{first}-{first + length}-NK")
    assert term == Period.parse(f"NK-{first}-{first + length}")
    assert term.days_by_code == Days(date(first + 1, 1, 1), date(first + length, 12, 31))


@pytest.mark.parametrize("text", ["", "2019", "2019-Q2", "2019-12T", "N", "2020-2015-NK", "19-N", "2019-6T-1"])
def test_what_is_no_period_is_refused_with_examples(text: str) -> None:
    with pytest.raises(PeriodError, match="2019-6T"):
        Period.parse(text)


def test_cumulative_periods_start_on_1_january_and_quarters_of_their_own_do_not() -> None:
    assert Period.parse("2020-9T").days_by_code == Days(date(2020, 1, 1), date(2020, 9, 30))
    assert Period.parse("2020-D3").days_by_code == Days(date(2020, 7, 1), date(2020, 9, 30))


def test_the_previous_cumulative_period_stays_within_the_year() -> None:
    chain = [Period.parse("2020-N")]
    while previous := chain[-1].previous_cumulative:
        chain.append(previous)
    assert [p.code for p in chain] == ["2020-N", "2020-9T", "2020-6T", "2020-Q1"]
    assert Period.parse("2020-Q1").previous_year == Period.parse("2019-N")
    assert Period.parse("2015-2020-NK").previous_year is None


def test_a_term_is_judged_after_its_last_year() -> None:
    codes = ["2015-2020-NK", "2020-N", "2020-Q1", "2019-N"]
    ordered = sorted(map(Period.parse, codes), key=lambda p: p.order)
    assert [p.code for p in ordered] == ["2019-N", "2020-Q1", "2020-N", "2015-2020-NK"]
