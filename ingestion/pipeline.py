"""From the inbox to bronze: landing what waits, judging what is pending, and writing what counts.

What belongs here: the order of steps and what is recorded between them. What does not: what each step does
(`landing.py`, `reading/`, `gate/`, `bronze.py`), and any scheduler.

Every step may be cut short and run again: a file leaves the inbox only when the ledger knows of it, bronze is
written after the verdicts that it follows from, and what is missing is seen and made up for by the next run.
"""

import hashlib
import json
import time
import traceback
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from ingestion import intake
from ingestion.alerts.events import ledger_alerts
from ingestion.alerts.outbox import Outbox
from ingestion.bronze import (
    LAYOUT,
    BronzeHistory,
    Filed,
    read_marks,
    remove_other_periods,
    write_ledger_tables,
    write_marks,
    write_period,
)
from ingestion.catalogue import Catalogue
from ingestion.findings import Judgement, OutcomeStatus, Verdict
from ingestion.gate import EmptyHistory, Engine, GateContext, History, RuleError, judge, rules_version
from ingestion.home import Home
from ingestion.landing import Landing
from ingestion.ledger import (
    UNKNOWN_PERIOD,
    Decided,
    DecisionRefusedError,
    Duplicate,
    Event,
    Explained,
    Judged,
    Ledger,
    LedgerState,
    LedgerWriter,
    Received,
    SubmissionRecord,
    Unknown,
)
from ingestion.messages import message
from ingestion.periods import Period
from ingestion.reading import read_file
from ingestion.reference import write_reference
from ingestion.registry import Registry
from ingestion.returning import answer_to, changes_since, write_return
from ingestion.returns import Differences, marked_workbook
from ingestion.signing import examined
from ingestion.submissions import Problem, Reading, Submission, SubmissionKey
from ingestion.workbook.carried import from_workbook

Progress = Callable[[int, int, str], None]
"""Called with how many are done, of how many, and which one is next or was last."""

UNKNOWN_UNIT = "unknown"
"""Stands for the unit of a checked file whose cover does not tell it."""

UNREADABLE = "L001"
"""The problem of a file on which the reader itself failed."""

_CACHED_READINGS = 400
_TIMELESS = datetime.min.replace(tzinfo=UTC)


@dataclass
class LandingReport:
    """What became of the files that waited.

    Attributes:
        landed: names of the new submissions.
        duplicates: names of the submissions that came again, byte for byte.
        unknown: where files of unknown units were put, below the state folder.
        left: files that may still be written, below the inbox.
    """

    landed: list[str] = field(default_factory=list)
    duplicates: list[str] = field(default_factory=list)
    unknown: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)


@dataclass
class PeriodReport:
    """What the gate said of one period's pending submissions.

    Attributes:
        verdicts: by submission, in order of receipt.
        failures: submissions that could not be judged for a fault of the program, with the technical text; they
            stay pending.
        unreturned: submissions whose workbook could not be marked for a fault of the program, with the
            technical text; the clerk gets the list of findings without the workbook.
    """

    period: str
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    unreturned: dict[str, str] = field(default_factory=dict)

    @property
    def counts(self) -> dict[Verdict, int]:
        """How often each verdict was given."""
        counted = Counter(self.verdicts.values())
        return {verdict: counted[verdict] for verdict in Verdict if counted[verdict]}


@dataclass(frozen=True)
class CheckResult:
    """What the gate would say of a file."""

    path: Path
    key: SubmissionKey
    reading: Reading
    judgement: Judgement


class _Readings:
    """The newest readings of landed files, so that judging does not read again what landing has just read."""

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._kept: OrderedDict[tuple[str, str], tuple[Catalogue, Reading, str]] = OrderedDict()

    def get(self, path: Path, sha256: str, name: str, catalogue: Catalogue) -> tuple[Reading, str]:
        """Give what a file holds, and what went wrong in the program while it was read."""
        key = (sha256, name)
        if key not in self._kept or self._kept[key][0] is not catalogue:
            self._kept[key] = (catalogue, *read_safely(path, catalogue, name))
            if len(self._kept) > self._limit:
                self._kept.popitem(last=False)
        self._kept.move_to_end(key)
        _, reading, technical = self._kept[key]
        return reading, technical


_readings = _Readings(_CACHED_READINGS)


def read_safely(path: Path, catalogue: Catalogue, name: str) -> tuple[Reading, str]:
    """Read a file so that a fault of the reader is an outcome of this file and of no other.

    Returns:
        The reading, and the technical text of the fault; blank where there was none.
    """
    try:
        return read_file(path, catalogue, name=name), ""
    except Exception:
        problem = Problem(UNREADABLE, value=name, is_fatal=True)
        return Reading(file_name=name, kind="unknown", problems=[problem]), traceback.format_exc()


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
        files = intake.waiting(home, now)
        if not all(file.is_settled for file in files):
            # What was copied a moment ago is whole a moment later, and nobody may ask for another run.
            time.sleep(intake.SETTLE_SECONDS)
            files = intake.waiting(home, now + timedelta(seconds=intake.SETTLE_SECONDS))
        for done, file in enumerate(files):
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
    before = file.path.stat()
    staged = run.landing.stage(file.path)
    after = file.path.stat()
    if not file.is_settled or (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        staged.path.unlink()
        run.report.left.append(file.path.relative_to(run.home.inbox).as_posix())
        return
    state = run.ledger.state
    was_recorded = (file.arrival, staged.sha256) in state.arrivals
    reading, technical = None, ""
    unit = file.folder
    if not unit:
        reading, technical = _readings.get(staged.path, staged.sha256, file.original_name, run.catalogue)
        unit = (reading.cover.reporting_org_code if reading.cover else None) or ""
    if unit not in run.registry.reporting_units:
        staged.path.unlink()
        _put_aside(file, staged.sha256, was_recorded, run)
        return
    same = state.same_bytes(unit, staged.sha256)
    if same is not None:
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
    if reading is None:
        reading, technical = _readings.get(staged.path, staged.sha256, file.original_name, run.catalogue)
    original = run.landing.admit(staged, file.original_name)
    cover = reading.cover
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
        kind=reading.kind,
        period_basis=str(basis or ""),
        arrival=file.arrival,
        at=run.now,
        technical=technical,
    )
    run.ledger.append([received])
    run.report.landed.append(str(key))
    intake.remove(file)


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


def pending_periods(home: Home) -> list[str]:
    """Give the periods that have submissions without a verdict, in calendar order, unknown ones last."""
    state = Ledger(home.ledger).replay()
    pending = {record.key.period for record in state.submissions.values() if record.judged is None}
    known = sorted((Period.parse(code) for code in pending - {UNKNOWN_PERIOD}), key=lambda p: p.order)
    return [period.code for period in known] + sorted(pending & {UNKNOWN_PERIOD})


def judge_period(
    home: Home,
    registry: Registry,
    catalogue: Catalogue,
    period: str,
    now: datetime,
    *,
    engine: Engine = "gx",
    template_key: bytes | None = None,
    progress: Progress | None = None,
) -> PeriodReport:
    """Judge the pending submissions of one period as one batch, record the verdicts and write bronze.

    Raises:
        LedgerError: the ledger is held by another process or damaged.
        RuleError: a rule file does not fit its schema.
    """
    report = PeriodReport(period)
    with Ledger(home.ledger).writing() as ledger:
        write_alerts(home, registry, ledger.state, now)
        # What a rule calls previous must be there before it is asked for.
        if stale := _stale_periods(home, catalogue, ledger.state):
            _write_bronze(home, registry, catalogue, ledger.state, stale)
        records = [record for record in ledger.state.of_period(period) if record.judged is None]
        submissions = []
        for done, record in enumerate(records):
            if progress:
                progress(done, len(records), str(record.key))
            submission = _submission(home, catalogue, record)
            submissions.append(replace(submission, reading=examined(submission.reading, template_key)))
        history = BronzeHistory(home.bronze, catalogue, ledger.state)
        context = GateContext(registry, catalogue, history, now)
        judgements = _judge(submissions, context, engine, report)
        events: list[Event] = []
        for submission in submissions:
            if submission.key not in judgements:
                continue
            judgement = _with_locks(judgements[submission.key], submission, registry, ledger.state)
            report.verdicts[str(submission.key)] = judgement.verdict
            events += _verdict_events(submission, judgement, now)
            name = str(submission.key)
            answer = answer_to(submission, judgement, registry)
            original = Landing(home).path(ledger.state.submissions[name].file)
            changes = changes_of(home, catalogue, ledger.state, name)
            if technical := write_return(home, original, answer, changes, catalogue):
                report.unreturned[name] = technical
        # Returns come first: without a verdict they are written again, a verdict without one would stay so.
        ledger.append(events)
        write_alerts(home, registry, ledger.state, now)
        _write_bronze(home, registry, catalogue, ledger.state, _stale_periods(home, catalogue, ledger.state))
        if progress:
            progress(len(records), len(records), "")
    return report


def write_alerts(home: Home, registry: Registry, state: LedgerState, now: datetime) -> None:
    """Write the alerts that follow from the ledger and are not in the outbox yet.

    Called before anything goes into the ledger, too: that opens the outbox, and makes up for what a process
    that died between the ledger and the outbox left unwritten.
    """
    outbox = Outbox(home.outbox)
    outbox.add(ledger_alerts(state, registry, outbox.open(now)))


def _submission(home: Home, catalogue: Catalogue, record: SubmissionRecord) -> Submission:
    path = Landing(home).path(record.file)
    reading, _ = _readings.get(path, record.sha256, record.original_name, catalogue)
    return Submission(record.key, record.sha256, record.received_at, reading)


def _judge(
    submissions: Sequence[Submission], context: GateContext, engine: Engine, report: PeriodReport
) -> dict[SubmissionKey, Judgement]:
    """Judge a batch; where the program fails on it, judge one by one, so that one file stops no other.

    A fault of the program is no verdict: the submission on which it fails stays pending.
    """
    if not submissions:
        return {}
    try:
        return judge(submissions, context, engine=engine)
    except RuleError:
        # The rules themselves are broken; no submission has anything to do with it.
        raise
    except Exception:
        if len(submissions) == 1:
            report.failures[str(submissions[0].key)] = traceback.format_exc()
            return {}
    judgements: dict[SubmissionKey, Judgement] = {}
    for submission in submissions:
        judgements |= _judge([submission], context, engine, report)
    return judgements


def _with_locks(
    judgement: Judgement, submission: Submission, registry: Registry, state: LedgerState
) -> Judgement:
    """Take the periods into account that were closed or reopened by hand, which the calendar does not know."""
    if judgement.verdict not in (Verdict.ACCEPTED, Verdict.ON_HOLD):
        return judgement
    row = registry.periods.get(submission.key.period)
    locked_on = row.locked_on if row else None
    key = submission.key
    is_locked = state.is_locked(key.unit, key.period, submission.received_at, locked_on)
    return replace(judgement, verdict=Verdict.ON_HOLD if is_locked else Verdict.ACCEPTED)


def _verdict_events(submission: Submission, judgement: Judgement, now: datetime) -> list[Event]:
    name = str(submission.key)
    by_status = {
        status: tuple(sorted(o.rule for o in judgement.outcomes if o.status is status))
        for status in OutcomeStatus
    }
    events: list[Event] = []
    if submission.reading.explanations:
        events.append(Explained(name, tuple(submission.reading.explanations), now))
    events.append(
        Judged(
            submission=name,
            verdict=judgement.verdict,
            rules_version=rules_version(),
            passed=by_status[OutcomeStatus.PASS],
            failed=by_status[OutcomeStatus.FAIL],
            not_run={o.rule: o.reason for o in judgement.outcomes if o.status is OutcomeStatus.NOT_RUN},
            findings=tuple(judgement.findings),
            at=now,
        )
    )
    return events


def changes_of(
    home: Home, catalogue: Catalogue, state: LedgerState, submission: str
) -> tuple[SubmissionKey, Differences] | None:
    """Give the filing that a submission revises and what changed since; None for a first one.

    Raises:
        KeyError: there is no such submission.
    """
    record = state.submissions[submission]

    def read(other: SubmissionRecord) -> Reading:
        return _submission(home, catalogue, other).reading

    return changes_since(record.key, read(record), state, read, catalogue)


def decide(
    home: Home,
    registry: Registry,
    catalogue: Catalogue,
    submission: str,
    decision: Literal["accept", "reject"],
    *,
    reason: str,
    by: str,
    now: datetime,
) -> SubmissionRecord:
    """Record a decision of the data team and write bronze anew.

    Raises:
        DecisionRefusedError: the decision cannot be taken on this submission.
        LedgerError: the ledger is held by another process or damaged.
    """
    with Ledger(home.ledger).writing() as ledger:
        if submission not in ledger.state.submissions:
            raise DecisionRefusedError(message("landing.decision.unknown", submission=submission))
        write_alerts(home, registry, ledger.state, now)
        ledger.append([Decided(submission, decision, reason, by, now)])
        write_alerts(home, registry, ledger.state, now)
        _write_bronze(home, registry, catalogue, ledger.state, _stale_periods(home, catalogue, ledger.state))
        return ledger.state.submissions[submission]


def rebuild_bronze(
    home: Home,
    registry: Registry,
    catalogue: Catalogue,
    periods: Iterable[str] | None = None,
) -> list[str]:
    """Write bronze from landing and the recorded verdicts; nothing is judged again.

    Args:
        home: the state folder.
        registry: the registry.
        catalogue: forms and indicators.
        periods: the periods to write; None: those that are missing or not up to date.

    Returns:
        The periods that were written.

    Raises:
        LedgerError: the ledger is held by another process or damaged.
    """
    with Ledger(home.ledger).writing() as ledger:
        stale = _stale_periods(home, catalogue, ledger.state)
        chosen = stale if periods is None else sorted(set(periods) | set(stale))
        _write_bronze(home, registry, catalogue, ledger.state, chosen)
        return chosen


def _write_bronze(
    home: Home, registry: Registry, catalogue: Catalogue, state: LedgerState, periods: Sequence[str]
) -> None:
    marks = _marks(catalogue, state)
    written = read_marks(home.bronze)
    for period in periods:
        filed = [
            Filed(record, _submission(home, catalogue, record).reading)
            for record in state.of_period(period)
            if record.was_accepted
        ]
        write_period(home.bronze, catalogue, period, filed)
        if period in marks:
            written[period] = marks[period]
    remove_other_periods(home.bronze, marks)
    write_ledger_tables(home.bronze, state)
    write_reference(home.bronze, registry, catalogue)
    write_marks(home.bronze, {period: mark for period, mark in written.items() if period in marks})


def _stale_periods(home: Home, catalogue: Catalogue, state: LedgerState) -> list[str]:
    """Give the periods whose files do not follow from the ledger and the forms as they are now."""
    written = read_marks(home.bronze)
    return sorted(period for period, mark in _marks(catalogue, state).items() if written.get(period) != mark)


def _marks(catalogue: Catalogue, state: LedgerState) -> dict[str, str]:
    """Give for each period a mark of all from which its files follow: accepted originals and the forms."""
    forms = [[form.code, [[c.code, c.type] for c in form.columns]] for form in catalogue.forms.values()]
    accepted: dict[str, list[tuple[str, str]]] = {}
    for name, record in state.submissions.items():
        if record.was_accepted:
            accepted.setdefault(record.key.period, []).append((name, record.sha256))
    return {
        period: hashlib.sha256(json.dumps([LAYOUT, forms, sorted(names)]).encode()).hexdigest()
        for period, names in accepted.items()
    }


def check_files(
    paths: Sequence[Path],
    catalogue: Catalogue,
    registry: Registry | None,
    as_of: datetime | None,
    history: History | None = None,
    *,
    template_key: bytes | None = None,
) -> list[CheckResult]:
    """Say what the gate would say of files, in their order, with nothing stored.

    Files of one period are judged together; several of one unit count as its revisions in this order. Without
    `as_of`, rules that need the clock do not run; without `history`, rules that need earlier periods do not.
    With the key of the data team, the signatures of templates are examined. Without a registry, a template is
    judged by what it carries of it.
    """
    context = GateContext(registry or _no_registry(), catalogue, history or EmptyHistory(), as_of)
    on_their_own: list[Submission] = []
    keys: list[SubmissionKey] = []
    batches: dict[str, list[Submission]] = {}
    revisions: Counter[tuple[str, str]] = Counter()
    for path in paths:
        reading, _ = read_safely(path, catalogue, path.resolve().name)
        reading = examined(reading, template_key)
        cover = reading.cover
        unit = (cover.reporting_org_code if cover else None) or UNKNOWN_UNIT
        period = cover.period.code if cover and cover.period else UNKNOWN_PERIOD
        revisions[unit, period] += 1
        key = SubmissionKey(unit, period, revisions[unit, period])
        keys.append(key)
        submission = Submission(key, "", as_of or _TIMELESS, reading)
        if registry is None and reading.carried:
            on_their_own.append(submission)
        else:
            batches.setdefault(period, []).append(submission)
    judgements: dict[SubmissionKey, Judgement] = {}
    for batch in batches.values():
        judgements |= judge(batch, context, engine="masks")
    for submission in on_their_own:
        carried = from_workbook(submission.reading)
        own = replace(context, registry=carried[0], history=history or carried[1]) if carried else context
        judgements |= judge([submission], own, engine="masks")
    submissions = [*(s for batch in batches.values() for s in batch), *on_their_own]
    readings = {submission.key: submission.reading for submission in submissions}
    return [
        CheckResult(path, key, readings[key], judgements[key]) for path, key in zip(paths, keys, strict=True)
    ]


def return_of(result: CheckResult, catalogue: Catalogue, registry: Registry | None) -> bytes:
    """Make the marked workbook of a checked file; nothing of it is stored here."""
    submission = Submission(result.key, "", _TIMELESS, result.reading)
    answer = answer_to(submission, result.judgement, registry, is_trial=True)
    return marked_workbook(result.path, answer, catalogue)


def _no_registry() -> Registry:
    """Give a registry that knows nobody, for a check outside any state folder."""
    return Registry(Path(), (), (), (), (), (), ())
