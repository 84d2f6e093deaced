"""From the inbox to landing: every file becomes a submission, a duplicate, or a file of an unknown unit.

What belongs here: the order of steps and what is recorded between them. What does not: what each step does
(`landing/inbox.py`, `landing/originals.py`, `reading/`), and verdicts (`judging.py`).

A file leaves the inbox only when the ledger knows of it, so that a run may be cut short anywhere. One on which
a step breaks stops no other, in this run or the next.
"""

import contextlib
import time
import traceback
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ingestion.bounded import WorkerStartError
from ingestion.landing import inbox
from ingestion.landing.events import Duplicate, LedgerError, NotLanded, Retried, Unknown
from ingestion.landing.originals import OriginalDamagedError, Staged, check_original
from ingestion.landing.state import REFUSED, SubmissionRecord
from ingestion.landing.wholeness import Reason
from ingestion.pipeline.change import change
from ingestion.pipeline.desk import Desk, is_everybodys, printable
from ingestion.pipeline.office import Office
from ingestion.pipeline.progress import Progress
from ingestion.pipeline.readings import kept_readings
from ingestion.pipeline.receiving import Again, receipt
from ingestion.reading.many import Read, Source
from ingestion.records.faults import Cause, Fault
from ingestion.records.findings import Verdict
from ingestion.words.messages import message

PRODUCT = "tongket"
"""Who answers for what nobody has decided."""


@dataclass
class LandingReport:
    """What became of the files that waited.

    Attributes:
        landed: names of the new submissions.
        duplicates: names of the submissions that came again, byte for byte.
        unknown: where files of unknown units were put, below the state folder.
        left: what was not taken, below the inbox.
        why_left: the reason for each of these (`ingestion.landing.wholeness.Reason`).
        faults: how the product failed on submissions, by name.
        unreturned: earlier decisions of which a clerk was told without the filed workbook, with the reason.
        repaired: names of submissions whose lost or damaged original came again and is whole.
        not_landed: how it failed on files that are no submissions yet, by their place below the inbox.
    """

    landed: list[str] = field(default_factory=list)
    duplicates: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    why_left: dict[str, Reason] = field(default_factory=dict)
    repaired: list[str] = field(default_factory=list)
    faults: dict[str, Fault] = field(default_factory=dict)
    unreturned: dict[str, str] = field(default_factory=dict)
    not_landed: dict[str, str] = field(default_factory=dict)

    def leave(self, place: str, reason: Reason) -> None:
        """Note that something stays in the inbox."""
        self.left.append(place)
        self.why_left[place] = reason


def land_inbox(office: Office, progress: Progress | None = None) -> LandingReport:
    """Land everything that waits, in order of receipt.

    A file leaves the inbox when its line in the ledger is on the disk. If the program dies in between, the next
    run recognises the arrival and only removes the file.

    Raises:
        LedgerError: the ledger is held by another process or damaged.
        OSError: the disk is full or may not be written to.
    """
    report = LandingReport()
    with change(office) as desk:
        _take_up_what_is_whole(desk)
        found = inbox.look(office.home, desk.now)
        if any(file.reason == "growing" for file in found.files):
            # What was copied a moment ago is whole a moment later, and nobody may ask for another run.
            time.sleep(inbox.SETTLE_SECONDS)
            found = inbox.look(office.home, desk.now + timedelta(seconds=inbox.SETTLE_SECONDS))
        for one in found.left:
            report.leave(one.place, one.reason)
        files = [file for file in found.files if printable(file.arrival) not in desk.state.not_landed]
        ahead = kept_readings.ahead([Source(f.path, f.original_name) for f in files], office.catalogue)
        for done, (file, failed) in enumerate(zip(files, ahead, strict=True)):
            if progress:
                progress(done, len(files), f"{file.folder}/{file.original_name}")
            _land_safely(file, failed, desk, report)
        if progress:
            progress(len(files), len(files), "")
    report.faults, report.unreturned = desk.faults, desk.unreturned
    return report


def _take_up_what_is_whole(desk: Desk) -> None:
    """Take up what was set aside for its original, where somebody has put that back."""
    for name, record in desk.state.submissions.items():
        if record.set_aside is None or record.set_aside.cause is not Cause.ORIGINAL or record.again:
            continue
        with contextlib.suppress(OriginalDamagedError):
            check_original(desk.landing.path(record.file), record.sha256)
            desk.record([Retried(name, message("landing.again.whole"), PRODUCT, desk.now)])


def _land_safely(file: inbox.InboxFile, failed: Read | None, desk: Desk, report: LandingReport) -> None:
    """Land a file so that a fault of the product on the way is an outcome of this file and of no other."""
    try:
        _land(file, failed, desk, report)
    except (LedgerError, WorkerStartError):
        raise
    except Exception as error:
        if is_everybodys(error):
            raise
        technical = printable(traceback.format_exc())
        event = NotLanded(
            folder=printable(file.folder),
            original_name=printable(file.original_name),
            received_at=file.received_at,
            arrival=printable(file.arrival),
            technical=technical,
            at=desk.now,
        )
        desk.record([event])
        report.not_landed[file.place] = technical


def _land(file: inbox.InboxFile, failed: Read | None, desk: Desk, report: LandingReport) -> None:
    try:
        staged = inbox.stage(file, desk.landing)
    except inbox.LeftError as left:
        report.leave(file.place, left.reason)
        return
    state = desk.state
    was_recorded = (file.arrival, staged.sha256) in state.arrivals
    unit = file.folder
    if not unit:
        failed = failed or _read(file, staged, desk)
        unit = (failed.reading.cover.reporting_org_code if failed.reading.cover else None) or ""
    if unit not in desk.registry.reporting_units:
        staged.path.unlink()
        _put_aside(file, staged.sha256, failed, desk, report)
        return
    same = state.same_bytes(unit, staged.sha256)
    if same is not None and was_recorded:
        staged.path.unlink()
        _remove(file, report)
        return
    if same is None or _may_come_again(same, file.received_at, desk):
        again = None
    elif (failed := _read_better(same, file, staged, desk)) is not None:
        again = Again(str(same.key), message("landing.again.sent"), "")
    else:
        _note_duplicate(file, staged, same, desk, report)
        return
    read = failed or _read(file, staged, desk)
    original = desk.landing.admit(staged, file.original_name)
    event = receipt(
        desk,
        unit,
        read,
        original,
        original_name=file.original_name,
        received_at=file.received_at,
        arrival=file.arrival,
        again=again,
    )
    desk.record([event])
    report.landed.append(event.submission)
    if read.fault is not None:
        desk.set_aside({event.submission: read.fault})
    _remove(file, report)


def _remove(file: inbox.InboxFile, report: LandingReport) -> None:
    """Take a file out of the inbox that the ledger knows of; where that cannot be, the next run tries again."""
    try:
        inbox.remove(file)
    except OSError as error:
        if is_everybodys(error):
            raise
        report.leave(file.place, "no_access")


def _read(file: inbox.InboxFile, staged: Staged, desk: Desk) -> Read:
    return kept_readings.get(Source(staged.path, file.original_name, staged.sha256), desk.catalogue)


def _read_better(same: SubmissionRecord, file: inbox.InboxFile, staged: Staged, desk: Desk) -> Read | None:
    """Read what an earlier reader called unreadable; None where this one does no better."""
    if same.verdict is not Verdict.UNREADABLE:
        return None
    read = kept_readings.get(Source(staged.path, file.original_name, staged.sha256), desk.catalogue, anew=True)
    return read if read.fault is None and read.reading.is_readable else None


def _note_duplicate(
    file: inbox.InboxFile, staged: Staged, same: SubmissionRecord, desk: Desk, report: LandingReport
) -> None:
    """Record that bytes came again; where the original was lost or damaged, they take its place."""
    is_repaired = desk.landing.repair(staged, same.file)
    event = Duplicate(
        submission=str(same.key),
        unit=same.key.unit,
        sha256=staged.sha256,
        original_name=file.original_name,
        received_at=file.received_at,
        arrival=file.arrival,
        at=desk.now,
        repaired=is_repaired,
    )
    desk.record([event])
    report.duplicates.append(str(same.key))
    if is_repaired:
        report.repaired.append(str(same.key))
    _remove(file, report)


def _may_come_again(same: SubmissionRecord, received_at: datetime, desk: Desk) -> bool:
    """Say whether what was sent before may be sent as it is, since it would be judged otherwise today.

    That is so for what was returned over figures that have been corrected since, and for what the data team
    refused because the period was closed, when its unit may file for it again.
    """
    if same.told_as == REFUSED:
        locked_on = desk.registry.locked_on(same.key.period)
        return not desk.state.is_locked(same.key.unit, same.key.period, received_at, locked_on)
    return same.question is not None and same.status is not Verdict.ACCEPTED


def _put_aside(
    file: inbox.InboxFile, sha256: str, read: Read | None, desk: Desk, report: LandingReport
) -> None:
    place = inbox.place_for_unknown(desk.home, file, sha256)
    if (file.arrival, sha256) not in desk.state.arrivals:
        event = Unknown(
            folder=file.folder,
            sha256=sha256,
            file=place.relative_to(desk.home.root).as_posix(),
            original_name=file.original_name,
            received_at=file.received_at,
            arrival=file.arrival,
            at=desk.now,
            technical=printable(read.fault.technical) if read and read.fault else "",
        )
        desk.record([event])
        report.unknown.append(event.file)
    inbox.set_aside(file, place)
