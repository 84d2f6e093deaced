"""The ledger: everything that ever happened to a submission, one JSON object a line, append-only.

What belongs here: the events, what follows from them (replay), and writing them so that a crash loses no line
that was written. What does not: how verdicts come about (`gate/`) and where originals are kept
(`originals.py`).

A verdict never changes. A decision is a record of its own that overrides it; the state of a submission is
what its events say, in their order.
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Literal

from pydantic import AwareDatetime, Field, TypeAdapter, ValidationError

from ingestion.definitions.locks import Locks
from ingestion.records.faults import Cause, Fault, Step
from ingestion.records.findings import Finding, Outcome, OutcomeStatus, Verdict
from ingestion.records.submissions import Explanation, SubmissionKey
from ingestion.storage.files import LockedError, exclusive, private_folder, sync_folder, writing_private
from ingestion.words.messages import ToldError, message

UNKNOWN_PERIOD = "unknown"
"""Stands for the period of a submission whose cover does not tell it."""

WAIT_SECONDS = 10.0
"""How long a writer waits for another one before it gives up."""


class LedgerError(Exception):
    """The ledger cannot be read or written; the message says where and what to do."""


class LedgerDamagedError(ToldError, LedgerError):
    """A line of the ledger is no event."""


class LedgerLockedError(LedgerError):
    """Another process is writing."""


class ContradictionError(LedgerError):
    """An event does not fit what happened before it."""


class DecisionRefusedError(LedgerError):
    """A decision cannot be taken on this submission; the message says why."""


@dataclass(frozen=True)
class Received:
    """A file was landed as a submission.

    Attributes:
        submission: its name, `<unit>.<period>.r<n>`.
        sha256: hash of the original's bytes.
        file: path of the original below the state folder.
        kind: what kind of file it turned out to be.
        period_basis: CUMULATIVE or DISCRETE as the cover says; blank where it does not.
        arrival: which waiting file this was, to recognise it after a crash.
        at: when it was landed; `received_at` is when it arrived.
        technical: what went wrong while it was read, for the data team.
        again_of: the submission of the same bytes that could not be read when it came; blank for what was sent.
        reason: why it was read again; blank for what was sent.
        by: who had it read again; blank for what was sent.
    """

    submission: str
    unit: str
    period: str
    revision: int
    sha256: str
    file: str
    original_name: str
    received_at: AwareDatetime
    kind: str
    period_basis: str
    arrival: str
    at: AwareDatetime
    technical: str = ""
    again_of: str = ""
    reason: str = ""
    by: str = ""
    event: Literal["received"] = "received"


@dataclass(frozen=True)
class Duplicate:
    """The same bytes came again from the same unit; `submission` is the one that they are.

    Attributes:
        repaired: whether the original was lost or damaged, and these bytes were put in its place.
    """

    submission: str
    unit: str
    sha256: str
    original_name: str
    received_at: AwareDatetime
    arrival: str
    at: AwareDatetime
    repaired: bool = False
    event: Literal["duplicate"] = "duplicate"


@dataclass(frozen=True)
class Unknown:
    """A file came whose unit cannot be told; it was put aside for the data team.

    Attributes:
        folder: the folder of the inbox in which it lay; blank for the inbox itself.
        file: where it was put, below the state folder.
        technical: what went wrong in the product while its cover was looked for.
    """

    folder: str
    sha256: str
    file: str
    original_name: str
    received_at: AwareDatetime
    arrival: str
    at: AwareDatetime
    technical: str = ""
    event: Literal["unknown"] = "unknown"


@dataclass(frozen=True)
class NotLanded:
    """The product failed on a waiting file before it was a submission; it stays where it lies, untouched.

    Attributes:
        folder: the folder of the inbox in which it lies; blank for the inbox itself.
        technical: what the data team needs to mend it.
    """

    folder: str
    original_name: str
    received_at: AwareDatetime
    arrival: str
    technical: str
    at: AwareDatetime
    event: Literal["not_landed"] = "not_landed"


@dataclass(frozen=True)
class SetAside:
    """The product failed on a submission, which is left alone from then on: a state and no verdict.

    Attributes:
        step: what was being done.
        technical: what the data team needs to mend it.
    """

    submission: str
    step: Step
    cause: Cause
    technical: str
    at: AwareDatetime
    event: Literal["set_aside"] = "set_aside"

    @property
    def fault(self) -> Fault:
        """What failed."""
        return Fault(self.step, self.cause, self.technical)


@dataclass(frozen=True)
class Retried:
    """What was set aside is taken up again where it was left.

    Attributes:
        submission: its name; blank for a file that was not landed.
        arrival: which waiting file it is; blank for a submission.
    """

    submission: str
    reason: str
    by: str
    at: AwareDatetime
    arrival: str = ""
    event: Literal["retried"] = "retried"


@dataclass(frozen=True)
class Judged:
    """The gate gave its verdict.

    Attributes:
        rules_version: the version of the rules that were asked.
        not_run: rules that did not run, with the reason.
        technical: what went wrong, for the data team.
    """

    submission: str
    verdict: Verdict
    rules_version: str
    passed: tuple[str, ...]
    failed: tuple[str, ...]
    not_run: dict[str, str]
    findings: tuple[Finding, ...]
    at: AwareDatetime
    event: Literal["judged"] = "judged"


@dataclass(frozen=True)
class Explained:
    """The clerk's explanations, as they were filed with the submission."""

    submission: str
    explanations: tuple[Explanation, ...]
    at: AwareDatetime
    event: Literal["explained"] = "explained"


@dataclass(frozen=True)
class Decided:
    """The data team accepted a doubtful submission, withdrew an accepted one or refused a held one."""

    submission: str
    decision: Literal["accept", "reject"]
    reason: str
    by: str
    at: AwareDatetime
    event: Literal["decided"] = "decided"

    @property
    def status(self) -> Verdict:
        """What the submission is from then on."""
        return Verdict.ACCEPTED if self.decision == "accept" else Verdict.REJECTED


@dataclass(frozen=True)
class Reexamined:
    """A verdict was held against earlier figures that had been corrected after it was given; it stands.

    Attributes:
        because: what counts for the earlier periods since then; `<unit>.<period>` where nothing does.
        appeared: what the gate would find today and did not find then.
        gone: what the gate found then and would not find today.
    """

    submission: str
    because: tuple[str, ...]
    rules_version: str
    appeared: tuple[Finding, ...]
    gone: tuple[Finding, ...]
    at: AwareDatetime
    event: Literal["reexamined"] = "reexamined"


@dataclass(frozen=True)
class PeriodClosed:
    """From now on, what is filed for a period is held; lines of early ledgers have no reason."""

    period: str
    by: str
    at: AwareDatetime
    reason: str = ""
    event: Literal["period_closed"] = "period_closed"


@dataclass(frozen=True)
class PeriodReopened:
    """One unit may file again for a locked period, up to and including a day."""

    period: str
    unit: str
    until: date
    reason: str
    by: str
    at: AwareDatetime
    event: Literal["period_reopened"] = "period_reopened"


Event = (
    Received
    | Duplicate
    | Unknown
    | NotLanded
    | SetAside
    | Retried
    | Judged
    | Explained
    | Decided
    | Reexamined
    | PeriodClosed
    | PeriodReopened
)

_Tagged = Annotated[Event, Field(discriminator="event")]
_EVENTS: TypeAdapter[Event] = TypeAdapter(_Tagged)
_ACCEPTABLE = frozenset({Verdict.NEEDS_EXPLANATION, Verdict.ON_HOLD})
_REJECTABLE = frozenset({Verdict.ACCEPTED, Verdict.ON_HOLD})


@dataclass
class SubmissionRecord:
    """Everything that the ledger says of one submission.

    Attributes:
        decisions: what the data team decided, oldest first.
        was_accepted: whether it counted at any time.
        question: what a correction of earlier figures made doubtful and nobody has answered yet.
        examined: the number of the event with which it was last held against earlier figures.
        set_aside: the failure of the product that nobody has mended yet.
        again: the submission as which the same bytes were read again; blank where they were not.
    """

    key: SubmissionKey
    receipt: Received
    judged: Judged | None = None
    explanations: tuple[Explanation, ...] = ()
    decisions: tuple[Decided, ...] = ()
    was_accepted: bool = False
    question: Reexamined | None = None
    examined: int = 0
    set_aside: SetAside | None = None
    again: str = ""

    @property
    def sha256(self) -> str:
        """Hash of the original's bytes."""
        return self.receipt.sha256

    @property
    def file(self) -> str:
        """Path of the original below the state folder."""
        return self.receipt.file

    @property
    def original_name(self) -> str:
        """The name under which it was sent."""
        return self.receipt.original_name

    @property
    def received_at(self) -> datetime:
        """When it arrived."""
        return self.receipt.received_at

    @property
    def verdict(self) -> Verdict | None:
        """What the gate said; None before it was asked. Never changes."""
        return self.judged.verdict if self.judged else None

    @property
    def verdict_at(self) -> datetime | None:
        """When the gate was asked."""
        return self.judged.at if self.judged else None

    @property
    def rules_version(self) -> str | None:
        """Which version of the rules was asked."""
        return self.judged.rules_version if self.judged else None

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What the gate found."""
        return self.judged.findings if self.judged else ()

    @property
    def outcomes(self) -> tuple[Outcome, ...]:
        """What became of each rule that applies, in the order of their ids."""
        if self.judged is None:
            return ()
        outcomes = [Outcome(rule, OutcomeStatus.PASS) for rule in self.judged.passed]
        outcomes += [Outcome(rule, OutcomeStatus.FAIL) for rule in self.judged.failed]
        outcomes += [Outcome(r, OutcomeStatus.NOT_RUN, why) for r, why in self.judged.not_run.items()]
        return tuple(sorted(outcomes, key=lambda outcome: outcome.rule))

    @property
    def decision(self) -> Decided | None:
        """The newest decision, if there is one."""
        return self.decisions[-1] if self.decisions else None

    @property
    def status(self) -> Verdict | None:
        """The verdict as overridden by the newest decision; None before there is one, and while set aside."""
        if self.is_set_aside:
            return None
        return self.decision.status if self.decision else self.verdict

    @property
    def is_set_aside(self) -> bool:
        """Whether the product failed on it, so that it has no verdict or, with one, does not count.

        Where the product only failed to tell of a verdict, or to hold it against corrected figures, it stands.
        """
        return self.set_aside is not None and not self.set_aside.step.leaves_verdict

    @property
    def counts_or_counted(self) -> bool:
        """Whether its rows belong in bronze."""
        return self.was_accepted and not self.is_set_aside

    @property
    def is_pending(self) -> bool:
        """Whether it waits for the gate."""
        return self.judged is None and not self.is_set_aside and not self.again

    @property
    def is_taken_back(self) -> bool:
        """Whether the data team, and not the gate, rejected it."""
        return self.decision is not None and self.decision.decision == "reject"

    @property
    def told_as(self) -> str:
        """How people are told where it stands: its status, but withdrawn or refused for the data team's no.

        Withdrawn is what counted before, refused what was only held. What the product failed on is set aside
        until it is read again.
        """
        if self.again:
            return "read_again"
        if self.is_set_aside:
            return "set_aside"
        if self.is_taken_back:
            return "withdrawn" if self.was_accepted else "refused"
        return str(self.status or "pending")

    def status_at(self, moment: datetime) -> Verdict | None:
        """Give the verdict as overridden by what was decided up to a moment."""
        decided = [decision for decision in self.decisions if decision.at <= moment]
        return decided[-1].status if decided else self.verdict


@dataclass
class LedgerState:
    """What follows from the events of a ledger, or of any beginning of it."""

    submissions: dict[str, SubmissionRecord] = field(default_factory=dict)
    duplicates: list[Duplicate] = field(default_factory=list)
    unknown: list[Unknown] = field(default_factory=list)
    not_landed: dict[str, NotLanded] = field(default_factory=dict)
    """By arrival what the product could not land and nobody has taken up again."""
    closed: dict[str, datetime] = field(default_factory=dict)
    reopened: dict[tuple[str, str], date] = field(default_factory=dict)
    reopenings: list[PeriodReopened] = field(default_factory=list)
    arrivals: set[tuple[str, str]] = field(default_factory=set)
    counting_since: dict[tuple[str, str], int] = field(default_factory=dict)
    """By unit and period the number of the event with which another submission, or none, came to count."""
    _applied: int = 0
    _revisions: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    _by_bytes: dict[tuple[str, str], str] = field(default_factory=dict)

    def apply(self, event: Event) -> None:
        """Take in one event.

        Raises:
            ContradictionError: it does not fit what happened before.
            DecisionRefusedError: the decision cannot be taken on this submission.
        """
        self._applied += 1
        match event:
            case Received():
                self._receive(event)
            case Duplicate():
                self._repeat(event)
            case Unknown():
                self.unknown.append(event)
                self._landed(event.arrival, event.sha256)
            case NotLanded() | SetAside() | Retried():
                self._fail(event)
            case Judged():
                self._judge(event)
            case Explained():
                self._record(event.submission).explanations = event.explanations
            case Decided():
                self._decide(event)
            case Reexamined():
                record = self._record(event.submission)
                record.examined = self._applied
                record.question = event if event.appeared or event.gone else None
            case PeriodClosed() | PeriodReopened():
                self._lock(event)

    def _fail(self, event: NotLanded | SetAside | Retried) -> None:
        match event:
            case NotLanded():
                self.not_landed[event.arrival] = event
            case SetAside():
                self._set_aside(event.submission, event)
            case Retried():
                self.not_landed.pop(event.arrival, None)
                if event.submission:
                    self._set_aside(event.submission, None)

    def _lock(self, event: PeriodClosed | PeriodReopened) -> None:
        if isinstance(event, PeriodReopened):
            self.reopened[event.period, event.unit] = event.until
            self.reopenings.append(event)
            return
        self.closed[event.period] = event.at
        for key in [key for key in self.reopened if key[0] == event.period]:
            del self.reopened[key]

    def _landed(self, arrival: str, sha256: str) -> None:
        self.arrivals.add((arrival, sha256))
        self.not_landed.pop(arrival, None)

    def _repeat(self, event: Duplicate) -> None:
        record = self._record(event.submission)
        self.duplicates.append(event)
        self._landed(event.arrival, event.sha256)
        if event.repaired and record.set_aside is not None and record.set_aside.cause is Cause.ORIGINAL:
            self._set_aside(event.submission, None)

    def _set_aside(self, submission: str, event: SetAside | None) -> None:
        record = self._record(submission)
        before = self.effective(record.key.unit, record.key.period)
        record.set_aside = event
        self._note_what_counts(record.key, before)

    def _record(self, submission: str) -> SubmissionRecord:
        if submission not in self.submissions:
            raise ContradictionError(f"{submission} was never received")
        return self.submissions[submission]

    def _receive(self, event: Received) -> None:
        key = SubmissionKey(event.unit, event.period, event.revision)
        if key != self.next_key(event.unit, event.period) or str(key) != event.submission:
            raise ContradictionError(
                f"{event.submission} is not the next revision of {event.unit} for {event.period}"
            )
        if event.again_of:
            self._record(event.again_of).again = event.submission
        self.submissions[event.submission] = SubmissionRecord(key, event)
        self._landed(event.arrival, event.sha256)
        self._revisions.setdefault((event.unit, event.period), []).append(event.submission)
        self._by_bytes[event.unit, event.sha256] = event.submission

    def _judge(self, event: Judged) -> None:
        record = self._record(event.submission)
        if record.judged is not None:
            raise ContradictionError(f"{event.submission} was judged before, and a verdict never changes")
        before = self.effective(record.key.unit, record.key.period)
        record.judged = event
        record.examined = self._applied
        record.was_accepted |= event.verdict is Verdict.ACCEPTED
        self._note_what_counts(record.key, before)

    def _decide(self, event: Decided) -> None:
        record = self._record(event.submission)
        if not event.reason.strip():
            raise DecisionRefusedError(message("landing.decision.no_reason"))
        is_confirmed = record.question is not None and record.status is Verdict.ACCEPTED
        if event.decision == "accept" and record.status not in _ACCEPTABLE and not is_confirmed:
            raise DecisionRefusedError(
                message("landing.decision.not_acceptable", submission=event.submission, status=_said(record))
            )
        if event.decision == "reject" and record.status not in _REJECTABLE:
            raise DecisionRefusedError(
                message("landing.decision.not_rejectable", submission=event.submission, status=_said(record))
            )
        before = self.effective(record.key.unit, record.key.period)
        record.decisions += (event,)
        record.question = None
        record.was_accepted |= event.decision == "accept"
        self._note_what_counts(record.key, before)

    def _note_what_counts(self, key: SubmissionKey, before: SubmissionRecord | None) -> None:
        if self.effective(key.unit, key.period) is not before:
            self.counting_since[key.unit, key.period] = self._applied

    def next_key(self, unit: str, period: str) -> SubmissionKey:
        """Give the name of the next submission of a unit for a period."""
        return SubmissionKey(unit, period, len(self._revisions.get((unit, period), ())) + 1)

    def revisions(self, unit: str, period: str) -> tuple[SubmissionRecord, ...]:
        """Give every submission of a unit for a period, oldest first."""
        return tuple(self.submissions[s] for s in self._revisions.get((unit, period), ()))

    def of_period(self, period: str) -> tuple[SubmissionRecord, ...]:
        """Give every submission for a period, in order of receipt."""
        return tuple(record for record in self.submissions.values() if record.key.period == period)

    def same_bytes(self, unit: str, sha256: str) -> SubmissionRecord | None:
        """Give the newest submission of a unit that has these bytes."""
        submission = self._by_bytes.get((unit, sha256))
        return self.submissions[submission] if submission else None

    def effective(self, unit: str, period: str) -> SubmissionRecord | None:
        """Give the newest accepted revision of a unit for a period; it is the one that counts."""
        accepted = (r for r in reversed(self.revisions(unit, period)) if r.status is Verdict.ACCEPTED)
        return next(accepted, None)

    def standing(self) -> Iterator[SubmissionRecord]:
        """Give what somebody may still ask about: of each unit and period what counts, and what came last.

        What the data team took back is settled, and so is what was read again under another name.
        """
        for (unit, period), names in self._revisions.items():
            newest, counting = self.submissions[names[-1]], self.effective(unit, period)
            if counting is not None and counting is not newest:
                yield counting
            if not newest.is_taken_back and not newest.again:
                yield newest

    def open_cases(self) -> tuple[SubmissionRecord, ...]:
        """Give each unit's newest revision for a period that is held back, or not judged yet.

        A file whose period could not be told is answered by whatever its unit sent after it. What the data team
        took back leaves nothing open where another revision counts.
        """
        newest = [self.submissions[names[-1]] for _, names in sorted(self._revisions.items())]
        last_of: dict[str, datetime] = {}
        for record in newest:
            last_of[record.key.unit] = max(record.received_at, last_of.get(record.key.unit, record.received_at))
        return tuple(
            record
            for record in newest
            if record.status is not Verdict.ACCEPTED
            and not record.again
            and (record.key.period != UNKNOWN_PERIOD or record.received_at == last_of[record.key.unit])
            and not (record.is_taken_back and self.effective(record.key.unit, record.key.period) is not None)
        )

    def open_questions(self) -> tuple[SubmissionRecord, ...]:
        """Give the submissions whose verdict a correction of earlier figures made doubtful, oldest first."""
        return tuple(record for record in self.standing() if record.question is not None)

    def is_locked(self, unit: str, period: str, received_at: datetime, locked_on: date | None) -> bool:
        """Say whether a file that came then is held: the period was over by calendar or closed by hand.

        How it is decided, `definitions/locks.py` says; this is for those who have no gate at hand.
        """
        return self.locks.is_locked(unit, period, received_at, locked_on)

    @property
    def locks(self) -> Locks:
        """What was closed and reopened by hand."""
        return Locks(self.closed, self.reopened)


def _demand_person_and_reason(event: Event) -> None:
    """Refuse a decision that nobody answers for; what stands in a ledger already is taken as it is.

    Raises:
        DecisionRefusedError: there is no reason or no person.
    """
    if isinstance(event, Decided | PeriodClosed | PeriodReopened | Retried):
        if not event.reason.strip():
            raise DecisionRefusedError(message("landing.decision.no_reason"))
        if not event.by.strip():
            raise DecisionRefusedError(message("landing.decision.nobody"))


def _said(record: SubmissionRecord) -> str:
    return message(f"landing.status.{record.told_as}")


class Ledger:
    """The ledger file of one state folder."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def events(self) -> Iterator[Event]:
        """Read every event. A last line that a crash cut short is left out; a damaged one elsewhere is not.

        Raises:
            LedgerError: a line is not an event.
        """
        if not self._path.exists():
            return
        with self._path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                try:
                    yield _EVENTS.validate_json(line)
                except ValidationError as error:
                    if not line.endswith(b"\n"):
                        return
                    raise LedgerDamagedError("landing.ledger.damaged", path=self._path, line=number) from error

    def replay(self) -> LedgerState:
        """Give what follows from all events.

        Raises:
            LedgerError: a line is no event, or contradicts those before it.
        """
        state = LedgerState()
        for event in self.events():
            state.apply(event)
        return state

    def damaged_lines(self) -> list[int]:
        """Give the numbers of the lines that are no events, but for a last one that a crash cut short."""
        if not self._path.exists():
            return []
        found: list[int] = []
        with self._path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                try:
                    _EVENTS.validate_json(line)
                except ValidationError:
                    if line.endswith(b"\n"):
                        found.append(number)
        return found

    @contextmanager
    def writing(self, wait_seconds: float = WAIT_SECONDS) -> Iterator["LedgerWriter"]:
        """Hold the ledger for writing: one process at a time.

        Raises:
            LedgerLockedError: another process is writing.
            LedgerError: the ledger cannot be read.
        """
        lock = self._path.with_name(".lock")
        try:
            with exclusive(lock, wait_seconds):
                self._mend()
                yield LedgerWriter(self._path, self.replay())
        except LockedError as error:
            raise LedgerLockedError(message("landing.ledger.locked", process=str(error) or "?")) from error

    def _mend(self) -> None:
        """Put a last line right that a crash cut short: complete it, or set it aside.

        The bytes of an incomplete line are kept beside the ledger, so that nothing disappears.
        """
        if not self._path.is_file():
            return
        data = self._path.read_bytes()
        if not data or data.endswith(b"\n"):
            return
        whole, torn = data[: data.rfind(b"\n") + 1], data[data.rfind(b"\n") + 1 :]
        with self._path.open("r+b") as file:
            if _is_event(torn):
                file.seek(0, os.SEEK_END)
                file.write(b"\n")
            else:
                with writing_private(self._path.with_name("ledger.torn"), appends=True) as aside:
                    aside.write(torn + b"\n")
                file.truncate(len(whole))
            file.flush()
            os.fsync(file.fileno())


def _is_event(line: bytes) -> bool:
    try:
        _EVENTS.validate_json(line)
    except ValidationError:
        return False
    return True


def as_line(event: Event) -> bytes:
    """Give the line of an event.

    Raises:
        ValueError: it holds text that no file can hold.
    """
    return _EVENTS.dump_json(event) + b"\n"


class LedgerWriter:
    """The ledger while it is held for writing; its state follows every event that is appended."""

    def __init__(self, path: Path, state: LedgerState) -> None:
        self._path = path
        self.state = state

    def append(self, events: Sequence[Event]) -> None:
        """Append events and wait until they are on the disk.

        Raises:
            ContradictionError: an event does not fit what happened before; none of them is written.
            ValueError: an event holds text that no file can hold; none of them is written.
            DecisionRefusedError: a decision cannot be taken, or says not who takes it and why; none of them is
                written.
        """
        if not events:
            return
        for event in events:
            _demand_person_and_reason(event)
        lines = b"".join(as_line(event) for event in events)
        for event in events:
            self.state.apply(event)
        private_folder(self._path.parent)
        is_new = not self._path.exists()
        with writing_private(self._path, appends=True) as file:
            file.write(lines)
        if is_new:
            sync_folder(self._path.parent)
