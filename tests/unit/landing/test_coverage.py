"""From which day the figures of a unit run in a year: as the latest cumulative filing that counts says."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from pydantic import TypeAdapter

from ingestion.landing.coverage import coverage_of
from ingestion.landing.events import Event, Judged, Received
from ingestion.landing.state import LedgerState
from ingestion.records.findings import Verdict

NOW = datetime(2020, 1, 10, 8, 0, tzinfo=UTC)
FIRST, LATER = date(2019, 1, 1), date(2019, 3, 1)


def filed(
    period: str,
    coverage: date | None,
    verdict: Verdict = Verdict.ACCEPTED,
    *,
    basis: str = "CUMULATIVE",
    revision: int = 1,
) -> Sequence[Event]:
    name = f"U.{period}.r{revision}"
    received = Received(
        submission=name,
        unit="U",
        period=period,
        revision=revision,
        sha256=name,
        file=name,
        original_name=name,
        received_at=NOW,
        kind="xlsx",
        period_basis=basis,
        arrival=name,
        at=NOW,
        coverage_from=coverage,
    )
    return received, Judged(name, verdict, "r", (), (), {}, (), NOW)


def state_of(*filings: Sequence[Event]) -> LedgerState:
    state = LedgerState()
    for event in (event for filing in filings for event in filing):
        state.apply(event)
    return state


@pytest.mark.parametrize(
    ("filings", "said"),
    [
        ([filed("2019-6T", FIRST)], {("U", 2019): FIRST}),
        ([filed("2019-6T", FIRST), filed("2019-9T", LATER)], {("U", 2019): LATER}),
        ([filed("2019-9T", FIRST), filed("2019-6T", LATER)], {("U", 2019): FIRST}),
        ([filed("2019-6T", FIRST), filed("2019-9T", None)], {}),
        ([filed("2019-6T", FIRST), filed("2019-9T", None, Verdict.REJECTED)], {("U", 2019): FIRST}),
        ([filed("2019-6T", FIRST), filed("2019-6T", None, revision=2)], {}),
        ([filed("2019-6T", FIRST, Verdict.NEEDS_EXPLANATION)], {}),
        ([filed("2019-6T", FIRST, basis="DISCRETE")], {}),
        ([filed("2015-2020-NK", FIRST), filed("unknown", FIRST)], {}),
        ([filed("2018-N", None), filed("2019-Q1", FIRST)], {("U", 2019): FIRST}),
    ],
)
def test_the_latest_that_counts_says_it(
    filings: list[Sequence[Event]], said: dict[tuple[str, int], date]
) -> None:
    assert coverage_of(state_of(*filings)) == said


def test_a_line_of_an_early_ledger_says_nothing() -> None:
    received, _ = filed("2019-N", FIRST)
    assert isinstance(received, Received)
    lines: TypeAdapter[Received] = TypeAdapter(Received)
    early = lines.dump_python(received)
    del early["coverage_from"]
    assert lines.validate_python(early) == replace(received, coverage_from=None)
