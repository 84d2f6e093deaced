"""The steps with the gate itself: what a clerk files is judged by the rules, and the right cell is named."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

import pytest

from ingestion import pipeline
from ingestion.definitions.catalogue import Catalogue
from ingestion.definitions.registry import Registry
from ingestion.gate import rules_version
from ingestion.landing import inbox
from ingestion.landing.events import Event, PeriodClosed, PeriodReopened
from ingestion.landing.ledger import Ledger
from ingestion.records.findings import Verdict
from ingestion.storage.home import Home
from tests.support.office import office_of

RECEIVED = datetime(2019, 4, 10, 9, 0, tzinfo=UTC)
Write = Callable[..., Path]


class End(NamedTuple):
    """How a period ended: by the calendar, by hand, and until when one unit may file all the same."""

    locked_on: date | None
    closed_at: datetime | None
    until: date | None

    def __str__(self) -> str:
        closed = f"{self.closed_at:%H:%M}" if self.closed_at else None
        return f"locked {self.locked_on}, closed {closed}, until {self.until}"


def test_a_sound_workbook_is_accepted_and_one_wrong_figure_rejected_with_its_cell(
    home: Home, registry: Registry, catalogue: Catalogue, workbook: Write
) -> None:
    sound, wrong = workbook("KA"), workbook("KB", changes={("B01", 1, "closing_members"): 41})
    inbox.put_in_inbox(home, sound, "KA", RECEIVED)
    inbox.put_in_inbox(home, wrong, "KB", RECEIVED)
    pipeline.land_inbox(office_of(home, registry, catalogue, RECEIVED))
    report = pipeline.judge_period(office_of(home, registry, catalogue, RECEIVED), "2019-Q1", engine="masks")
    assert report.faults == {}
    assert report.verdicts == {"KA.2019-Q1.r1": Verdict.ACCEPTED, "KB.2019-Q1.r1": Verdict.REJECTED}
    record = Ledger(home.ledger).replay().submissions["KB.2019-Q1.r1"]
    assert ("V014", "B01", "S10") in {(f.rule, f.sheet, f.cell) for f in record.findings}
    assert record.rules_version == rules_version()
    assert "V014" in {outcome.rule for outcome in record.outcomes}


def test_checking_a_file_says_what_filing_it_would(
    registry: Registry, catalogue: Catalogue, workbook: Write
) -> None:
    wrong = workbook("KB", changes={("B01", 1, "closing_members"): 41})
    (result,) = pipeline.check_files([wrong], catalogue, registry, None)
    assert result.judgement.verdict is Verdict.REJECTED
    assert ("V014", "B01", "S10") in {(f.rule, f.sheet, f.cell) for f in result.judgement.findings}


ENDS = [
    End(locked_on, closed_at, until)
    for locked_on in (None, date(2019, 4, 9), date(2019, 4, 10))
    for closed_at in (None, RECEIVED - timedelta(hours=1), RECEIVED + timedelta(hours=1))
    for until in (None, date(2019, 4, 9), date(2019, 4, 10))
]


@pytest.mark.parametrize("end", ENDS, ids=str)
def test_a_check_gives_the_gates_answer_on_a_period_that_is_over(
    home: Home,
    registry: Registry,
    catalogue: Catalogue,
    workbook: Write,
    end: End,
) -> None:
    locked_on, closed_at, until = end
    calendar = tuple(row.model_copy(update={"locked_on": locked_on}) for row in registry.calendar)
    registry, path = replace(registry, calendar=calendar), workbook("KA")
    events: list[Event] = [PeriodClosed("2019-Q1", "lan", closed_at, "chốt sổ")] if closed_at else []
    if until:
        events.append(PeriodReopened("2019-Q1", "KA", until, "bão", "hoa", RECEIVED - timedelta(minutes=1)))
    with Ledger(home.ledger).writing() as ledger:
        ledger.append(sorted(events, key=lambda event: event.at))
        locks = ledger.state.locks
    (checked,) = pipeline.check_files([path], catalogue, registry, RECEIVED, locks=locks)
    (timeless,) = pipeline.check_files([path], catalogue, registry, None, locks=locks)
    inbox.put_in_inbox(home, path, "KA", RECEIVED)
    pipeline.land_inbox(office_of(home, registry, catalogue, RECEIVED))
    report = pipeline.judge_period(office_of(home, registry, catalogue, RECEIVED), "2019-Q1", engine="masks")
    is_closed = closed_at is not None and closed_at <= RECEIVED
    is_over = (is_closed or locked_on == date(2019, 4, 9)) and until != date(2019, 4, 10)
    expected = Verdict.ON_HOLD if is_over else Verdict.ACCEPTED
    if closed_at and until and closed_at > RECEIVED:
        expected = Verdict.ON_HOLD if locked_on == date(2019, 4, 9) else Verdict.ACCEPTED  # closing ended it
    assert (checked.judgement.verdict, report.verdicts["KA.2019-Q1.r1"]) == (expected, expected)
    assert checked.is_locked is (expected is Verdict.ON_HOLD)
    assert (timeless.judgement.verdict, timeless.is_locked) == (Verdict.ACCEPTED, False)
