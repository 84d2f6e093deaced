"""From the inbox to landing: every file becomes a submission, a duplicate, or a file of an unknown unit.

What belongs here: the order of steps and what is recorded between them. What does not: what each step does
(`intake.py`, `landing.py`, `reading/`), and verdicts (`judging.py`).

A file leaves the inbox only when the ledger knows of it, so that a run may be cut short anywhere.
"""

import time
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from ingestion import intake
from ingestion.catalogue import Catalogue
from ingestion.findings import Verdict
from ingestion.home import Home
from ingestion.landing import Landing
from ingestion.ledger import (
    UNKNOWN_PERIOD,
    Duplicate,
    Ledger,
    LedgerWriter,
    Received,
    SubmissionRecord,
    Unknown,
)
from ingestion.pipeline.notices import write_alerts
from ingestion.pipeline.progress import Progress
from ingestion.pipeline.readings import kept_readings
from ingestion.reading.many import Read, Source
from ingestion.registry import Registry
from ingestion.wholeness import Reason


@dataclass
class LandingReport:
    """What became of the files that waited.

    Attributes:
        landed: names of the new submissions.
        duplicates: names of the submissions that came again, byte for byte.
        unknown: where files of unknown units were put, below the state folder.
        left: what was not taken, below the inbox.
        why_left: the reason for each of these (`ingestion.wholeness.Reason`).
    """

    landed: list[str] = field(default_factory=list)
    duplicates: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    why_left: dict[str, Reason] = field(default_factory=dict)

    def leave(self, place: str, reason: Reason) -> None:
        """Note that something stays in the inbox."""
        self.left.append(place)
        self.why_left[place] = reason


def land_inbox(
    home: Home,
    registry: Registry,
    catalogue: Catalogue,
    now: datetime,
    progress: Progress | None = None,
) -> LandingReport:
    """Land everything that waits, in order of receipt.

    A file leaves the inbox when its line in the ledger is on the disk. If the program dies in between, the next
    run recognises the arrival and only removes the file.

    Raises:
        LedgerError: the ledger is held by another process or damaged.
    """
    report = LandingReport()
    landing = Landing(home)
    with Ledger(home.ledger).writing() as ledger:
        write_alerts(home, registry, ledger.state, now)
        found = intake.look(home, now)
        if any(file.reason == "growing" for file in found.files):
            # What was copied a moment ago is whole a moment later, and nobody may ask for another run.
            time.sleep(intake.SETTLE_SECONDS)
            found = intake.look(home, now + timedelta(seconds=intake.SETTLE_SECONDS))
        for one in found.left:
            report.leave(one.place, one.reason)
        files = found.files
        ahead = kept_readings.ahead([Source(f.path, f.original_name) for f in files], catalogue)
        for done, (file, _) in enumerate(zip(files, ahead, strict=True)):
            if progress:
                progress(done, len(files), f"{file.folder}/{file.original_name}")
            _land(file, _Landing(home, registry, catalogue, now, landing, ledger, report))
        write_alerts(home, registry, ledger.state, now)
        if progress:
            progress(len(files), len(files), "")
    return report


@dataclass(frozen=True)
class _Landing:
    """What landing one file needs."""

    home: Home
    registry: Registry
    catalogue: Catalogue
    now: datetime
    landing: Landing
    ledger: LedgerWriter
    report: LandingReport


def _land(file: intake.InboxFile, run: _Landing) -> None:
    try:
        staged = intake.stage(file, run.landing)
    except intake.LeftError as left:
        run.report.leave(file.place, left.reason)
        return
    state = run.ledger.state
    was_recorded = (file.arrival, staged.sha256) in state.arrivals
    read: Read | None = None
    unit = file.folder
    if not unit:
        read = kept_readings.get(staged.path, staged.sha256, file.original_name, run.catalogue)
        unit = (read.reading.cover.reporting_org_code if read.reading.cover else None) or ""
    if unit not in run.registry.reporting_units:
        staged.path.unlink()
        _put_aside(file, staged.sha256, was_recorded, run)
        return
    same = state.same_bytes(unit, staged.sha256)
    if same is not None and (was_recorded or not _may_come_again(same, file.received_at, run)):
        staged.path.unlink()
        if not was_recorded:
            event = Duplicate(
                submission=str(same.key),
                unit=unit,
                sha256=staged.sha256,
                original_name=file.original_name,
                received_at=file.received_at,
                arrival=file.arrival,
                at=run.now,
            )
            run.ledger.append([event])
            run.report.duplicates.append(str(same.key))
        intake.remove(file)
        return
    if read is None:
        read = kept_readings.get(staged.path, staged.sha256, file.original_name, run.catalogue)
    original = run.landing.admit(staged, file.original_name)
    cover = read.reading.cover
    period = cover.period.code if cover and cover.period else UNKNOWN_PERIOD
    basis = cover.values.get("period_basis") if cover else None
    key = state.next_key(unit, period)
    received = Received(
        submission=str(key),
        unit=unit,
        period=period,
        revision=key.revision,
        sha256=original.sha256,
        file=original.file,
        original_name=file.original_name,
        received_at=file.received_at,
        kind=read.reading.kind,
        period_basis=str(basis or ""),
        arrival=file.arrival,
        at=run.now,
        technical=read.technical,
    )
    run.ledger.append([received])
    run.report.landed.append(str(key))
    intake.remove(file)


def _may_come_again(same: SubmissionRecord, received_at: datetime, run: _Landing) -> bool:
    """Say whether what was sent before may be sent as it is, since it would be judged otherwise today.

    That is so for what was returned over figures that have been corrected since, and for what the data team
    refused because the period was closed, when its unit may file for it again.
    """
    if same.told_as == "refused":
        locked_on = run.registry.locked_on(same.key.period)
        return not run.ledger.state.is_locked(same.key.unit, same.key.period, received_at, locked_on)
    return same.question is not None and same.status is not Verdict.ACCEPTED


def _put_aside(file: intake.InboxFile, sha256: str, was_recorded: bool, run: _Landing) -> None:
    place = intake.place_for_unknown(run.home, file, sha256)
    if not was_recorded:
        event = Unknown(
            folder=file.folder,
            sha256=sha256,
            file=place.relative_to(run.home.root).as_posix(),
            original_name=file.original_name,
            received_at=file.received_at,
            arrival=file.arrival,
            at=run.now,
        )
        run.ledger.append([event])
        run.report.unknown.append(event.file)
    intake.set_aside(file, place)
