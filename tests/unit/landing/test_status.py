"""How a unit and a period stand: what was filed first says whether it was in time."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from ingestion.definitions.catalogue import Catalogue
from ingestion.definitions.registry import Registry
from ingestion.landing.events import Received
from ingestion.landing.state import LedgerState
from ingestion.landing.status import current

LAST_MOMENT = datetime(2020, 1, 20, 16, 59, 59, tzinfo=UTC)
"""Of the day on which the report for 2019 is due, in Vietnam."""


def _row(registry: Registry, catalogue: Catalogue, *received: datetime) -> dict[str, Any]:
    state = LedgerState()
    for revision, moment in enumerate(received, start=1):
        name = f"KA.2019-N.r{revision}"
        event = Received(name, "KA", "2019-N", revision, name, name, "a.xlsx", moment, "xlsx", "", name, moment)
        state.apply(event)
    (row,) = (r for r in current(registry, state, catalogue) if (r["unit"], r["period"]) == ("KA", "2019-N"))
    return row


@pytest.mark.parametrize(("late", "on_time"), [(timedelta(), True), (timedelta(seconds=1), False)])
def test_a_file_is_in_time_until_the_last_day_is_over_in_vietnam(
    registry: Registry, catalogue: Catalogue, late: timedelta, on_time: bool
) -> None:
    assert _row(registry, catalogue, LAST_MOMENT + late)["on_time"] is on_time


def test_a_mended_file_after_the_last_day_makes_nobody_late(registry: Registry, catalogue: Catalogue) -> None:
    row = _row(registry, catalogue, LAST_MOMENT, LAST_MOMENT + timedelta(days=9))
    assert row["on_time"] is True
    assert row["submission"] == "KA.2019-N.r2"
