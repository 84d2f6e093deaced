"""The ledger: replay, torn lines, decisions, one writer."""

import json
import multiprocessing
import re
import tempfile
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingestion.landing.events import (
    ContradictionError,
    Decided,
    DecisionRefusedError,
    Duplicate,
    Event,
    Explained,
    Judged,
    LedgerError,
    PeriodClosed,
    PeriodReopened,
    Received,
    Unknown,
)
from ingestion.landing.ledger import Ledger, LedgerLockedError
from ingestion.landing.state import LedgerState
from ingestion.records.findings import Finding, Verdict
from ingestion.records.submissions import Explanation

NOW = datetime(2020, 1, 10, 8, 0, tzinfo=UTC)


def received(revision: int = 1, unit: str = "A", period: str = "2019-N", sha: str = "") -> Received:
    sha = sha or f"{unit}{period}{revision}"
    return Received(
        submission=f"{unit}.{period}.r{revision}",
        unit=unit,
        period=period,
        revision=revision,
        sha256=sha,
        file=f"landing/aa/{sha}.xlsx",
        original_name="báo cáo.xlsx",
        received_at=NOW,
        kind="xlsx",
        period_basis="CUMULATIVE",
        arrival=f"{unit}/{revision}",
        at=NOW,
    )


def judged(submission: str, verdict: Verdict = Verdict.ACCEPTED) -> Judged:
    finding = Finding("V014", "error", "B01", "T12", "5", "6", "sai", "wrong")
    return Judged(
        submission=submission,
        verdict=verdict,
        rules_version="r1",
        passed=("V001", "V005"),
        failed=("V014",) if verdict is Verdict.REJECTED else (),
        not_run={"V015": "no earlier period"},
        findings=(finding,) if verdict is Verdict.REJECTED else (),
        at=NOW,
    )


def decided(submission: str, decision: str, reason: str = "đã xem xét") -> Decided:
    return Decided(submission, decision, reason, "data team", NOW)  # type: ignore[arg-type]


def state_after(*events: Event) -> LedgerState:
    state = LedgerState()
    for event in events:
        state.apply(event)
    return state


def written(path: Path, *events: Event) -> Ledger:
    ledger = Ledger(path)
    with ledger.writing() as writer:
        writer.append(events)
    return ledger


def test_what_was_written_is_what_is_read(tmp_path: Path) -> None:
    events = [
        received(),
        Explained("A.2019-N.r1", (Explanation("V019", "B01", "C9", "Chi bộ mới thành lập", 7),), NOW),
        judged("A.2019-N.r1", Verdict.REJECTED),
        Duplicate("A.2019-N.r1", "A", "x", "lại.xlsx", NOW, "A/x", NOW),
        Unknown("lạ", "y", "inbox/_unknown/y", "y.xlsx", NOW, "lạ/y", NOW),
        PeriodClosed("2018-N", "data team", NOW, "chốt số liệu"),
        PeriodReopened("2018-N", "A", date(2020, 2, 1), "bổ sung", "data team", NOW),
    ]
    ledger = written(tmp_path / "ledger.jsonl", *events)
    assert list(ledger.events()) == events
    assert ledger.replay() == state_after(*events)


def test_one_event_is_one_line_of_json_in_plain_vietnamese(tmp_path: Path) -> None:
    written(tmp_path / "ledger.jsonl", received(), judged("A.2019-N.r1"))
    lines = (tmp_path / "ledger.jsonl").read_text(encoding="utf-8").splitlines()
    assert [json.loads(line)["event"] for line in lines] == ["received", "judged"]
    assert "báo cáo.xlsx" in lines[0]


def test_the_newest_accepted_revision_counts() -> None:
    state = state_after(
        received(1), judged("A.2019-N.r1"), received(2), judged("A.2019-N.r2", Verdict.REJECTED), received(3)
    )
    effective = state.effective("A", "2019-N")
    assert effective is not None
    assert effective.key.revision == 1


def test_a_withdrawn_submission_lets_the_one_before_it_count_again() -> None:
    state = state_after(received(1), judged("A.2019-N.r1"), received(2), judged("A.2019-N.r2"))
    newest = state.effective("A", "2019-N")
    assert newest is not None
    assert newest.key.revision == 2
    state.apply(decided("A.2019-N.r2", "reject"))
    before = state.effective("A", "2019-N")
    assert before is not None
    assert before.key.revision == 1
    withdrawn = state.submissions["A.2019-N.r2"]
    assert (withdrawn.verdict, withdrawn.status) == (Verdict.ACCEPTED, Verdict.REJECTED)
    assert withdrawn.was_accepted


@pytest.mark.parametrize("verdict", [Verdict.NEEDS_EXPLANATION, Verdict.ON_HOLD])
def test_a_doubtful_submission_can_be_accepted(verdict: Verdict) -> None:
    state = state_after(received(), judged("A.2019-N.r1", verdict), decided("A.2019-N.r1", "accept"))
    record = state.submissions["A.2019-N.r1"]
    assert (record.verdict, record.status) == (verdict, Verdict.ACCEPTED)
    assert state.effective("A", "2019-N") is record


@pytest.mark.parametrize("verdict", [Verdict.REJECTED, Verdict.UNREADABLE, Verdict.ACCEPTED, None])
def test_what_is_refused_accepted_or_pending_cannot_be_accepted(verdict: Verdict | None) -> None:
    state = state_after(received(), *([judged("A.2019-N.r1", verdict)] if verdict else []))
    with pytest.raises(DecisionRefusedError, match=r"A\.2019-N\.r1"):
        state.apply(decided("A.2019-N.r1", "accept"))


@pytest.mark.parametrize("verdict", [Verdict.REJECTED, Verdict.UNREADABLE, Verdict.NEEDS_EXPLANATION])
def test_only_an_accepted_or_held_submission_can_be_rejected(verdict: Verdict) -> None:
    state = state_after(received(), judged("A.2019-N.r1", verdict))
    with pytest.raises(DecisionRefusedError):
        state.apply(decided("A.2019-N.r1", "reject"))


def test_a_held_submission_can_be_refused_once_and_is_told_from_a_withdrawn_one() -> None:
    state = state_after(received(1), judged("A.2019-N.r1"))
    for number in (2, 3):
        state.apply(received(number))
        state.apply(judged(f"A.2019-N.r{number}", Verdict.ON_HOLD))
    state.apply(decided("A.2019-N.r2", "accept"))
    state.apply(decided("A.2019-N.r2", "reject"))
    state.apply(decided("A.2019-N.r3", "reject"))
    withdrawn, refused = (state.submissions[f"A.2019-N.r{number}"] for number in (2, 3))
    assert (withdrawn.status, withdrawn.told_as) == (Verdict.REJECTED, "withdrawn")
    assert (refused.status, refused.told_as) == (Verdict.REJECTED, "refused")
    assert state.effective("A", "2019-N") is state.submissions["A.2019-N.r1"]
    for decision in ("accept", "reject"):
        with pytest.raises(DecisionRefusedError, match="không nhận"):
            state.apply(decided("A.2019-N.r3", decision))


def test_what_was_taken_back_is_an_open_case_only_where_nothing_else_counts() -> None:
    def names(*events: Event) -> list[str]:
        return [str(record.key) for record in state_after(*events).open_cases({"2019-N"})]

    first = (received(1), judged("A.2019-N.r1"))
    held = (received(2), judged("A.2019-N.r2", Verdict.ON_HOLD))
    refusal = decided("A.2019-N.r2", "reject")
    assert names(*first, *held) == ["A.2019-N.r2"]
    assert names(*first, *held, refusal) == []
    assert names(*first, *held, refusal, decided("A.2019-N.r1", "reject")) == ["A.2019-N.r2"]
    assert names(*first, decided("A.2019-N.r1", "reject")) == ["A.2019-N.r1"]
    assert names(*first, received(2), judged("A.2019-N.r2", Verdict.REJECTED)) == ["A.2019-N.r2"]


def test_a_period_that_nobody_asks_for_is_answered_by_what_came_later() -> None:
    events = (received(1), judged("A.2019-N.r1", Verdict.REJECTED))
    later = replace(received(period="2018-N"), received_at=NOW + timedelta(days=1))
    answered = (*events, later, judged("A.2018-N.r1", Verdict.REJECTED))

    def names(*known: str) -> list[str]:
        return [str(record.key) for record in state_after(*answered).open_cases(known)]

    assert names("2018-N", "2019-N") == ["A.2018-N.r1", "A.2019-N.r1"]
    assert names("2018-N") == ["A.2018-N.r1"]


def test_a_decision_needs_a_reason() -> None:
    state = state_after(received(), judged("A.2019-N.r1"))
    with pytest.raises(DecisionRefusedError, match="lý do"):
        state.apply(decided("A.2019-N.r1", "reject", reason="  "))


def test_a_refused_decision_leaves_no_line(tmp_path: Path) -> None:
    ledger = written(tmp_path / "ledger.jsonl", received(), judged("A.2019-N.r1", Verdict.REJECTED))
    before = (tmp_path / "ledger.jsonl").read_bytes()
    with pytest.raises(DecisionRefusedError), ledger.writing() as writer:
        writer.append([decided("A.2019-N.r1", "accept")])
    assert (tmp_path / "ledger.jsonl").read_bytes() == before


def test_a_verdict_never_changes() -> None:
    state = state_after(received(), judged("A.2019-N.r1"))
    with pytest.raises(ContradictionError):
        state.apply(judged("A.2019-N.r1", Verdict.REJECTED))


def test_revisions_have_no_gaps() -> None:
    with pytest.raises(ContradictionError):
        state_after(received(1), received(3))


@pytest.mark.parametrize("cut", [1, 30, -3])
def test_a_line_that_a_crash_cut_short_is_set_aside_and_the_rest_kept(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "ledger.jsonl"
    ledger = written(path, received(1))
    whole = path.read_bytes()
    written(path, received(2))
    torn = path.read_bytes()[len(whole) :][:cut]
    path.write_bytes(whole + torn)
    assert list(ledger.replay().submissions) == ["A.2019-N.r1"]
    written(path, received(2, sha="other"))
    assert [event.sha256 for event in ledger.events()] == ["A2019-N1", "other"]  # type: ignore[union-attr]
    assert (tmp_path / "ledger.torn").read_bytes() == torn + b"\n"


def test_a_last_line_that_lacks_only_its_end_is_completed(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    ledger = written(path, received(1), received(2))
    path.write_bytes(path.read_bytes().rstrip(b"\n"))
    assert len(ledger.replay().submissions) == 2
    written(path, received(3))
    assert list(ledger.replay().submissions) == ["A.2019-N.r1", "A.2019-N.r2", "A.2019-N.r3"]
    assert not (tmp_path / "ledger.torn").exists()


def test_a_damaged_line_in_the_middle_is_never_skipped(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    ledger = written(path, received(1), received(2))
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b'{"event": "rec\n' + lines[1])
    with pytest.raises(LedgerError, match="1"):
        ledger.replay()


def test_damaged_lines_are_named_by_their_numbers_but_for_one_that_a_crash_cut_short(tmp_path: Path) -> None:
    path = tmp_path / "ledger.jsonl"
    ledger = written(path, received(1), received(2))
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(lines[0] + b'{"event": "rec\n' + lines[1] + b'{"event": "rec')
    assert ledger.damaged_lines() == [2]
    with pytest.raises(LedgerError) as caught:
        ledger.replay()
    assert re.findall(r"[0-9]+", str(caught.value).replace(str(path), "")) == ["2"]


def _hold(
    path: str, ready: "multiprocessing.synchronize.Event", done: "multiprocessing.synchronize.Event"
) -> None:
    with Ledger(Path(path)).writing():
        ready.set()
        done.wait(20)


def test_a_second_writer_is_told_who_writes(tmp_path: Path) -> None:
    context = multiprocessing.get_context("fork")
    ready, done = context.Event(), context.Event()
    process = context.Process(target=_hold, args=(str(tmp_path / "ledger.jsonl"), ready, done))
    process.start()
    try:
        assert ready.wait(20)
        with (
            pytest.raises(LedgerLockedError, match=str(process.pid)),
            Ledger(tmp_path / "ledger.jsonl").writing(wait_seconds=0),
        ):
            pass
    finally:
        done.set()
        process.join(20)
    with Ledger(tmp_path / "ledger.jsonl").writing(wait_seconds=0) as writer:
        writer.append([received()])


def test_a_period_is_locked_by_calendar_by_hand_and_not_for_a_unit_that_may_file_again() -> None:
    state = LedgerState()
    assert not state.is_locked("A", "2019-N", NOW, date(2020, 1, 10))
    assert state.is_locked("A", "2019-N", NOW, date(2020, 1, 9))
    state.apply(PeriodClosed("2019-N", "data team", NOW - timedelta(days=1)))
    assert state.is_locked("A", "2019-N", NOW, None)
    assert state.is_locked("A", "2019-N", NOW - timedelta(days=1), None), "from the moment of closing on"
    assert not state.is_locked("A", "2019-N", NOW - timedelta(days=2), None)
    state.apply(PeriodReopened("2019-N", "A", NOW.date(), "bổ sung", "data team", NOW))
    assert not state.is_locked("A", "2019-N", NOW, date(2020, 1, 9))
    assert state.is_locked("A", "2019-N", NOW + timedelta(days=1), None)
    assert state.is_locked("B", "2019-N", NOW, None)


def test_closing_a_period_ends_the_exceptions_from_it_and_from_no_other() -> None:
    state = state_after(
        PeriodClosed("2018-N", "data team", NOW - timedelta(days=1)),
        PeriodReopened("2018-N", "A", NOW.date(), "bổ sung", "data team", NOW),
        PeriodReopened("2019-N", "A", NOW.date(), "bổ sung", "data team", NOW),
        PeriodClosed("2019-N", "data team", NOW - timedelta(days=1)),
    )
    assert state.is_locked("A", "2019-N", NOW, None)
    assert not state.is_locked("A", "2018-N", NOW, None)


def test_a_decision_holds_from_its_own_moment_on() -> None:
    record = state_after(received(), judged("A.2019-N.r1"), decided("A.2019-N.r1", "reject")).submissions[
        "A.2019-N.r1"
    ]
    assert record.status_at(NOW - timedelta(microseconds=1)) is Verdict.ACCEPTED
    assert record.status_at(NOW) is Verdict.REJECTED


def test_each_unit_and_period_has_revisions_and_each_unit_bytes_of_its_own() -> None:
    state = state_after(received(sha="x"))
    assert state.next_key("A", "2019-N").revision == 2
    assert state.next_key("A", "2018-N").revision == 1
    assert state.same_bytes("A", "x") is not None
    assert state.same_bytes("B", "x") is None


def test_what_is_appended_is_in_the_state_of_the_writer(tmp_path: Path) -> None:
    with Ledger(tmp_path / "ledger.jsonl").writing() as writer:
        writer.append([received()])
        assert writer.state.next_key("A", "2019-N").revision == 2


@pytest.mark.parametrize(("reason", "by"), [(" ", "lan"), ("chốt số liệu", " ")])
def test_nobody_closes_a_period_without_a_name_and_a_reason(tmp_path: Path, reason: str, by: str) -> None:
    with Ledger(tmp_path / "ledger.jsonl").writing() as writer, pytest.raises(DecisionRefusedError):
        writer.append([PeriodClosed("2019-N", by, NOW, reason)])


def test_a_period_locks_at_midnight_in_vietnam() -> None:
    last_moment = datetime(2020, 1, 10, 16, 59, 59, tzinfo=UTC)
    assert not LedgerState().is_locked("A", "2019-N", last_moment, date(2020, 1, 10))
    assert LedgerState().is_locked("A", "2019-N", last_moment + timedelta(seconds=1), date(2020, 1, 10))


@st.composite
def histories(draw: st.DrawFn) -> list[Event]:
    """Draw a sound history: receipts, duplicates, verdicts and decisions in any order that can happen."""
    state, events = LedgerState(), []
    for _ in range(draw(st.integers(0, 25))):
        unit, period = draw(st.sampled_from("AB")), draw(st.sampled_from(["2018-N", "2019-N"]))
        choices: list[Event] = [received(state.next_key(unit, period).revision, unit, period)]
        for name, record in state.submissions.items():
            if record.judged is None:
                choices += [judged(name, verdict) for verdict in Verdict]
            else:
                if record.status in (Verdict.ACCEPTED, Verdict.ON_HOLD):
                    choices.append(decided(name, "reject"))
                if record.status in (Verdict.NEEDS_EXPLANATION, Verdict.ON_HOLD):
                    choices.append(decided(name, "accept"))
            choices.append(Duplicate(name, record.key.unit, record.sha256, "x", NOW, f"{len(events)}", NOW))
        event = draw(st.sampled_from(choices))
        state.apply(event)
        events.append(event)
    return events


@settings(max_examples=60, deadline=None)
@given(histories(), st.data())
def test_any_beginning_of_a_ledger_can_be_replayed_and_its_end_applied_later(
    events: list[Event], data: st.DataObject
) -> None:
    cut = data.draw(st.integers(0, len(events)))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "ledger.jsonl"
        written(path, *events[:cut])
        assert Ledger(path).replay() == state_after(*events[:cut])
        ledger = written(path, *events[cut:])
        assert ledger.replay() == state_after(*events)


@settings(max_examples=60, deadline=None)
@given(histories())
def test_at_most_one_submission_counts_and_it_is_the_newest_accepted(events: list[Event]) -> None:
    state = state_after(*events)
    for unit in "AB":
        for period in ("2018-N", "2019-N"):
            accepted = [r for r in state.revisions(unit, period) if r.status is Verdict.ACCEPTED]
            assert state.effective(unit, period) == (accepted[-1] if accepted else None)
