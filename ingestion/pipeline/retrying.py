"""What was set aside, or could not be read by an earlier reader, taken up again.

What belongs here: the order of steps and what is recorded. What does not: judging, which follows
(`judging.py`).

A verdict never changes. What had one is landed as another submission of the same bytes; what had none is judged
under its own name, unless it turns out to be for another period than its name says.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field

from ingestion.landing.events import UNKNOWN_PERIOD, DecisionRefusedError, Retried
from ingestion.landing.ledger import Ledger
from ingestion.landing.originals import Original
from ingestion.landing.state import SubmissionRecord
from ingestion.pipeline.change import change
from ingestion.pipeline.desk import Desk
from ingestion.pipeline.office import Office
from ingestion.pipeline.readings import kept_readings
from ingestion.pipeline.receiving import Again, receipt
from ingestion.reading.many import Read
from ingestion.records.faults import Fault
from ingestion.records.findings import Verdict
from ingestion.returns.answers import apology_path
from ingestion.storage.home import Home
from ingestion.words.standing import standing_words


@dataclass
class RetryReport:
    """What became of what was to be taken up again.

    Attributes:
        again: by name the submission that waits for the gate now: itself, or another one of the same bytes.
        waiting: files of the inbox that the next run lands.
        settled: submissions whose verdict stands, and of which the rest was done.
        unreadable: submissions that this reader cannot read either.
        faults: how the product still fails on submissions.
    """

    again: dict[str, str] = field(default_factory=dict)
    waiting: list[str] = field(default_factory=list)
    settled: list[str] = field(default_factory=list)
    unreadable: list[str] = field(default_factory=list)
    faults: dict[str, Fault] = field(default_factory=dict)


def to_retry(home: Home) -> list[str]:
    """Give the names of all that was set aside and nobody has taken up again, oldest first."""
    state = Ledger(home.ledger).replay()
    records = (r for r in state.submissions.values() if r.set_aside is not None and not r.again)
    return [str(record.key) for record in records] + list(state.not_landed)


def retry(office: Office, names: Sequence[str], *, reason: str, by: str) -> RetryReport:
    """Take up what was set aside, and what an earlier reader could not read.

    Args:
        office: where it is taken up.
        names: submissions, or arrivals of files that were not landed.
        reason: why it may go better now.
        by: who wants it.

    Raises:
        DecisionRefusedError: there is nothing to be retried about one of them, or nobody who says why; nothing
            is done then.
        LedgerError: the ledger is held by another process or damaged.
    """
    report = RetryReport()
    with change(office) as desk:
        for name in names:
            _demand_something_to_retry(name, desk)
        for name in names:
            if name in desk.state.not_landed:
                desk.record([Retried("", reason, by, desk.now, arrival=name)])
                report.waiting.append(name)
            else:
                _retry(desk.state.submissions[name], Again(name, reason, by), desk, report)
    report.faults |= desk.faults
    return report


def _demand_something_to_retry(name: str, desk: Desk) -> None:
    if name in desk.state.not_landed:
        return
    record = desk.state.submissions.get(name)
    if record is None:
        raise DecisionRefusedError("landing.decision.unknown", submission=name)
    if record.again:
        raise DecisionRefusedError("landing.retry.done", submission=name, again=record.again)
    if record.set_aside is None and record.verdict is not Verdict.UNREADABLE:
        status = standing_words(record.told_as)
        raise DecisionRefusedError("landing.retry.nothing", submission=name, status=status)


def _retry(record: SubmissionRecord, again: Again, desk: Desk, report: RetryReport) -> None:
    name = again.submission
    if record.judged is not None and record.verdict is not Verdict.UNREADABLE:
        desk.record([Retried(name, again.reason, again.by, desk.now)])
        apology_path(desk.home, record.key).unlink(missing_ok=True)
        report.settled.append(name)
        return
    submission, fault = kept_readings.submission(desk.landing, record, desk.catalogue, anew=True)
    if fault is not None:
        report.faults[name] = fault
        return
    cover = submission.reading.cover
    is_told = cover is not None and cover.period is not None
    is_judged = record.judged is not None
    if is_judged and not submission.reading.is_readable:
        report.unreadable.append(name)
    elif is_judged or (is_told and record.key.period == UNKNOWN_PERIOD):
        event = receipt(
            desk,
            record.key.unit,
            Read(submission.reading, record.sha256),
            Original(record.sha256, record.file),
            original_name=record.original_name,
            received_at=record.received_at,
            arrival=record.receipt.arrival,
            again=again,
        )
        desk.record([event])
        apology_path(desk.home, record.key).unlink(missing_ok=True)
        report.again[name] = event.submission
    else:
        desk.record([Retried(name, again.reason, again.by, desk.now)])
        report.again[name] = name
