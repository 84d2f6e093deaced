"""From which day the figures of a unit run in a year: as the latest cumulative filing that counts says."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from pydantic import TypeAdapter

from ingestion.landing.coverage import coverage_of
from ingestion.landing.events import CoverageSet, Decided, DecisionRefusedError, Event, Judged, Received
from ingestion.landing.ledger import Ledger
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


def recorded(day: date, period: str = "2019-N", reason: str = "hỏi lại đơn vị", by: str = "Lan") -> CoverageSet:
    return CoverageSet(f"U.{period}.r1", day, reason, by, NOW)


def test_what_the_data_team_records_wins_over_the_cover_and_the_newest_over_all_before() -> None:
    state = state_of(filed("2019-N", LATER))
    for day in (date(2019, 2, 1), FIRST):
        state.apply(recorded(day))
    assert state.submissions["U.2019-N.r1"].coverage_from == FIRST
    assert [one.coverage_from for one in state.submissions["U.2019-N.r1"].coverages] == [
        date(2019, 2, 1),
        FIRST,
    ]
    assert coverage_of(state) == {("U", 2019): FIRST}


@pytest.mark.parametrize("day", [date(2018, 12, 31), date(2020, 1, 1)])
def test_a_day_of_another_year_is_refused(day: date) -> None:
    with pytest.raises(DecisionRefusedError, match=str(day)):
        state_of(filed("2019-N", None)).apply(recorded(day))


@pytest.mark.parametrize(
    ("period", "verdict"), [("2019-N", Verdict.REJECTED), ("2015-2020-NK", Verdict.ACCEPTED)]
)
def test_only_a_cumulative_filing_that_counts_has_such_a_day(period: str, verdict: Verdict) -> None:
    with pytest.raises(DecisionRefusedError, match=period):
        state_of(filed(period, None, verdict)).apply(recorded(FIRST, period))


def test_one_that_was_withdrawn_keeps_what_was_recorded_and_says_nothing_any_more() -> None:
    state = state_of(filed("2019-N", None))
    state.apply(recorded(FIRST))
    state.apply(Decided("U.2019-N.r1", "reject", "sai", "Lan", NOW))
    assert coverage_of(state) == {}
    assert state.submissions["U.2019-N.r1"].coverage_from == FIRST


@pytest.mark.parametrize("missing", ["reason", "by"])
def test_somebody_answers_for_it_with_a_reason(tmp_path: Path, missing: str) -> None:
    with Ledger(tmp_path / "ledger.jsonl").writing() as ledger:
        ledger.append(filed("2019-N", None))
        with pytest.raises(DecisionRefusedError):
            ledger.append([recorded(FIRST, **{missing: " "})])
        ledger.append([recorded(FIRST)])
    (kept,) = [e for e in Ledger(tmp_path / "ledger.jsonl").events() if isinstance(e, CoverageSet)]
    assert kept == recorded(FIRST)
