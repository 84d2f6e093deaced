"""The day of a moment is that of Vietnam, wherever the moment was written."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingestion.records.days import VIETNAM_TIME, day_of


@pytest.mark.parametrize(
    ("moment", "day"),
    [
        (datetime(2021, 1, 20, 16, 59, 59, tzinfo=UTC), date(2021, 1, 20)),
        (datetime(2021, 1, 20, 17, 0, tzinfo=UTC), date(2021, 1, 21)),
        (datetime(2021, 1, 20, 23, 59, tzinfo=VIETNAM_TIME), date(2021, 1, 20)),
        (datetime(2020, 12, 31, 10, 0, tzinfo=timezone(timedelta(hours=-8))), date(2021, 1, 1)),
    ],
)
def test_the_day_begins_at_midnight_in_vietnam(moment: datetime, day: date) -> None:
    assert day_of(moment) == day


@given(st.datetimes(datetime(2000, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC)))  # noqa: DTZ001
def test_the_day_does_not_depend_on_how_the_moment_is_written(moment: datetime) -> None:
    assert day_of(moment) == day_of(moment.astimezone(timezone(timedelta(hours=-11))))


def test_a_moment_without_a_zone_has_no_day() -> None:
    with pytest.raises(ValueError, match="time zone"):
        day_of(datetime(2021, 1, 20))  # noqa: DTZ001
