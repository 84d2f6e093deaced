"""Where returned workbooks are kept, and what a revision is compared with.

What belongs here: putting an answer together from what is recorded, and writing it. What does not: how a
workbook is marked (`returns/`), and when returns are written (`pipeline/`).
"""

from collections.abc import Callable
from pathlib import Path

from ingestion.definitions.catalogue import Catalogue
from ingestion.definitions.registry import Registry
from ingestion.landing.events import UNKNOWN_PERIOD
from ingestion.landing.state import REFUSED, LedgerState, SubmissionRecord
from ingestion.records.faults import APOLOGY, Cause, Fault, Step
from ingestion.records.findings import Judgement, Verdict
from ingestion.records.periods import Period
from ingestion.records.submissions import Reading, Submission, SubmissionKey
from ingestion.returns import Answer, Apology, Decision, Differences, apology, compare
from ingestion.storage.files import private_folder, write_durably
from ingestion.storage.home import Home

ReadRecord = Callable[[SubmissionRecord], Reading]
"""Gives the reading of a landed file."""


def return_path(home: Home, key: SubmissionKey) -> Path:
    """Give the place of the workbook that goes back to the clerk."""
    return home.returns / key.unit / f"{key}.xlsx"


def decision_path(home: Home, key: SubmissionKey, number: int) -> Path:
    """Give the place of the workbook that tells of a decision, counted from 1.

    It stands beside the one that tells of the verdict, which may hold corrections by now and is never replaced.
    """
    return home.returns / key.unit / f"{key}.quyet-dinh-{number}.xlsx"


def answer_to(
    submission: Submission,
    judgement: Judgement,
    registry: Registry | None,
    *,
    is_trial: bool = False,
    is_locked: bool = False,
) -> Answer:
    """Give what a clerk is told of a submission, or of a file that was only tried."""
    unit = None
    key = submission.key
    if registry is not None and key.period != UNKNOWN_PERIOD:
        unit = registry.organisation_in(key.unit, Period.parse(key.period))
    if registry is not None and unit is None and key.unit in registry.versions:
        unit = registry.versions[key.unit][-1]
    row = registry.periods.get(key.period) if registry is not None else None
    return Answer(
        key,
        submission.reading,
        judgement,
        unit_name=unit.org_name if unit else "",
        received_at=None if is_trial else submission.received_at,
        due_on=row.due_on if row else None,
        is_locked=is_locked,
    )


def changes_since(
    key: SubmissionKey, reading: Reading, state: LedgerState, read: ReadRecord, catalogue: Catalogue
) -> tuple[SubmissionKey, Differences] | None:
    """Compare a revision with the newest one before it that could be read; None where there is none."""
    if not reading.is_readable or key.period == UNKNOWN_PERIOD:
        return None
    for revision in range(key.revision - 1, 0, -1):
        previous = SubmissionKey(key.unit, key.period, revision)
        record = state.submissions.get(str(previous))
        before = read(record) if record else None
        if before is not None and before.is_readable:
            return previous, compare(before, reading, catalogue)
    return None


def apology_path(home: Home, key: SubmissionKey) -> Path:
    """Give the place of the workbook that tells a clerk of a failure of the product."""
    return home.returns / key.unit / f"{key}{APOLOGY}.xlsx"


def write_apology(home: Home, record: SubmissionRecord, fault: Fault, registry: Registry) -> None:
    """Write the workbook that tells a clerk that the product, and not his file, is at fault.

    Raises:
        OSError: it cannot be written where it belongs.
    """
    why: Apology = "rows" if fault.step is Step.BRONZE else "work"
    if fault.cause is Cause.ORIGINAL:
        why = "original"
    submission = Submission(record.key, record.sha256, record.received_at, Reading(record.original_name, ""))
    path = apology_path(home, record.key)
    private_folder(home.returns)
    private_folder(path.parent)
    write_durably(path, apology(answer_to(submission, Judgement(Verdict.UNREADABLE), registry), why))


def write_return(home: Home, answer: Answer, data: bytes) -> None:
    """Put a workbook where its clerk finds it; it takes the place of what only told of a failure."""
    path = return_path(home, answer.key)
    if answer.decision is not None:
        path = decision_path(home, answer.key, answer.decision.number)
    private_folder(home.returns)
    private_folder(path.parent)
    write_durably(path, data)
    apology_path(home, answer.key).unlink(missing_ok=True)


def untold_decisions(home: Home, record: SubmissionRecord, counting: SubmissionKey | None) -> list[Decision]:
    """Give the decisions on a submission of which no workbook tells.

    Args:
        home: the state folder.
        record: the submission.
        counting: the revision that counts for its period.
    """
    return [
        Decision(
            number,
            event.decision == "accept",
            event.reason,
            event.by,
            event.at,
            is_refusal=record.told_as == REFUSED,
            counting=counting,
        )
        for number, event in enumerate(record.decisions, start=1)
        if not decision_path(home, record.key, number).exists()
    ]
