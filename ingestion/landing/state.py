"""What follows from the events of the ledger: how each submission stands, and which decisions can be taken.

What belongs here: replay. What does not: the events (`events.py`) and the file (`ledger.py`).
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime

from ingestion.definitions.locks import Locks
from ingestion.landing.events import (
    ContradictionError,
    CoverageSet,
    Decided,
    DecisionRefusedError,
    Duplicate,
    Event,
    Explained,
    Judged,
    NotLanded,
    PeriodClosed,
    PeriodReopened,
    Received,
    Reexamined,
    Retried,
    SetAside,
    Unknown,
)
from ingestion.records.faults import Cause
from ingestion.records.findings import Finding, Outcome, OutcomeStatus, Verdict
from ingestion.records.periods import period_of
from ingestion.records.submissions import Explanation, SubmissionKey
from ingestion.words.messages import Said
from ingestion.words.standing import standing_words

_ACCEPTABLE = frozenset({Verdict.NEEDS_EXPLANATION, Verdict.ON_HOLD})


_REJECTABLE = frozenset({Verdict.ACCEPTED, Verdict.ON_HOLD})

WITHDRAWN, REFUSED = REFUSALS = ("withdrawn", "refused")
"""How people are told of the data team's no: to what counted before, and to what was only held."""


@dataclass
class SubmissionRecord:
    """Everything that the ledger says of one submission.

    Attributes:
        decisions: what the data team decided, oldest first.
        coverages: what it recorded of the day from which the figures run, oldest first.
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
    coverages: tuple[CoverageSet, ...] = ()
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
    def coverage_from(self) -> date | None:
        """From which day its figures run, where it says so, or the data team recorded it."""
        return self.coverages[-1].coverage_from if self.coverages else self.receipt.coverage_from

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
            return WITHDRAWN if self.was_accepted else REFUSED
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
            case CoverageSet():
                self._set_coverage(event)
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
            raise DecisionRefusedError("landing.decision.no_reason")
        is_confirmed = record.question is not None and record.status is Verdict.ACCEPTED
        if event.decision == "accept" and record.status not in _ACCEPTABLE and not is_confirmed:
            raise DecisionRefusedError(
                "landing.decision.not_acceptable", submission=event.submission, status=_said(record)
            )
        if event.decision == "reject" and record.status not in _REJECTABLE:
            raise DecisionRefusedError(
                "landing.decision.not_rejectable", submission=event.submission, status=_said(record)
            )
        before = self.effective(record.key.unit, record.key.period)
        record.decisions += (event,)
        record.question = None
        record.was_accepted |= event.decision == "accept"
        self._note_what_counts(record.key, before)

    def _set_coverage(self, event: CoverageSet) -> None:
        record = self._record(event.submission)
        if record.status is not Verdict.ACCEPTED:
            fields = {"submission": event.submission, "status": _said(record)}
            raise DecisionRefusedError("landing.decision.not_counting", **fields)
        period = period_of(record.key.period)
        if period is None or not period.is_cumulative:
            raise DecisionRefusedError("landing.decision.not_cumulative", submission=event.submission)
        days = period.days_by_code
        if not days.first <= event.coverage_from <= days.last:
            fields = {"day": event.coverage_from, "first": days.first, "last": days.last}
            raise DecisionRefusedError("landing.decision.not_within", submission=event.submission, **fields)
        record.coverages += (event,)

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

    def open_cases(self, periods: Collection[str]) -> tuple[SubmissionRecord, ...]:
        """Give each unit's newest revision for a period that is held back, or not judged yet.

        A file whose period could not be told, or is none that anybody asks for, is answered by whatever its
        unit sent after it. What the data team took back leaves nothing open where another revision counts. The
        same is `rpt_open_case` in the warehouse, as of what that shows.

        Args:
            periods: the codes of the periods that the registry knows.
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
            and (record.key.period in periods or record.received_at == last_of[record.key.unit])
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


def demand_person_and_reason(event: Event) -> None:
    """Refuse a decision that nobody answers for; what stands in a ledger already is taken as it is.

    Raises:
        DecisionRefusedError: there is no reason or no person.
    """
    if isinstance(event, Decided | CoverageSet | PeriodClosed | PeriodReopened | Retried):
        if not event.reason.strip():
            raise DecisionRefusedError("landing.decision.no_reason")
        if not event.by.strip():
            raise DecisionRefusedError("landing.decision.nobody")


def _said(record: SubmissionRecord) -> Said:
    return standing_words(record.told_as)
