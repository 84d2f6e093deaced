"""The verdicts on what is pending, a batch a period, with the returned workbooks and the alerts.

What belongs here: the order of steps and what is recorded between them. What does not: the rules (`gate/`), how
a workbook is marked (`returns/`) and how bronze is written (`writing.py`).

Bronze is written after the verdicts that it follows from; what is missing is seen and made up for by the next
run.
"""

import traceback
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from ingestion.definitions.catalogue import Catalogue
from ingestion.gate import Engine, GateContext, version_for
from ingestion.landing.events import UNKNOWN_PERIOD, Event, Explained, Judged
from ingestion.landing.ledger import Ledger, as_line
from ingestion.landing.originals import Landing, OriginalDamagedError, check_original
from ingestion.landing.state import LedgerState, SubmissionRecord
from ingestion.pipeline.change import change, follow
from ingestion.pipeline.desk import Desk, keep_results, written
from ingestion.pipeline.office import Office
from ingestion.pipeline.progress import Progress
from ingestion.pipeline.readings import kept_readings
from ingestion.pipeline.reexamination import Sources
from ingestion.pipeline.work import examined, judged, marked
from ingestion.pipeline.writing import stale_periods, write_bronze
from ingestion.records.faults import Cause, Fault, Step
from ingestion.records.findings import Judgement, OutcomeStatus, Verdict
from ingestion.records.periods import Period
from ingestion.records.submissions import Reading, Submission, SubmissionKey
from ingestion.returns import Answer, Differences
from ingestion.returns.answers import answer_to, changes_since
from ingestion.storage.home import Home
from ingestion.validations.store import KeptResults


@dataclass
class PeriodReport:
    """What the gate said of one period's pending submissions.

    Attributes:
        verdicts: by submission, in order of receipt.
        faults: how the product failed on submissions, by name; they are set aside.
        unreturned: decisions of which a clerk was told without the filed workbook, for a fault of the product.
        waiting: submissions that stay pending, since earlier figures of theirs are in damaged originals.
        damaged: what is wrong with originals that were needed, by submission.
        results: what became of what is kept to be shown.
    """

    period: str
    verdicts: dict[str, Verdict] = field(default_factory=dict)
    faults: dict[str, Fault] = field(default_factory=dict)
    unreturned: dict[str, str] = field(default_factory=dict)
    waiting: list[str] = field(default_factory=list)
    damaged: dict[str, str] = field(default_factory=dict)
    results: KeptResults = field(default_factory=KeptResults)

    @property
    def counts(self) -> dict[Verdict, int]:
        """How often each verdict was given."""
        counted = Counter(self.verdicts.values())
        return {verdict: counted[verdict] for verdict in Verdict if counted[verdict]}


def pending_periods(home: Home) -> list[str]:
    """Give the periods that have submissions without a verdict, in calendar order, unknown ones last."""
    state = Ledger(home.ledger).replay()
    pending = {record.key.period for record in state.submissions.values() if record.is_pending}
    known = sorted((Period.parse(code) for code in pending - {UNKNOWN_PERIOD}), key=lambda p: p.order)
    return [period.code for period in known] + sorted(pending & {UNKNOWN_PERIOD})


def judge_period(
    office: Office, period: str, *, engine: Engine = "gx", progress: Progress | None = None
) -> PeriodReport:
    """Judge the pending submissions of one period as one batch, record the verdicts and write bronze.

    A submission on which a step breaks is set aside; the others are judged without it.

    Raises:
        LedgerError: the ledger is held by another process or damaged.
        RuleError: a rule file does not fit its schema.
        BronzeError: what was accepted of earlier periods cannot be read.
    """
    report = PeriodReport(period)
    with change(office) as desk:
        # What a rule calls previous must be there before it is asked for.
        if stale := stale_periods(office.home, office.catalogue, desk.state):
            write_bronze(desk, stale)
        records = [record for record in desk.state.of_period(period) if record.is_pending]
        report.waiting = _resting_on_damage(records, desk)
        records = [record for record in records if str(record.key) not in report.waiting]
        submissions = _read(records, desk, progress)
        context = desk.gate_context()
        found, broken = judged(submissions, context, engine)
        judgements = found.judgements
        desk.set_aside({str(key): fault for key, fault in broken.items()})
        _answer([(s, judgements[s.key]) for s in submissions if s.key in judgements], context, desk, report)
        follow(desk)
        # What is only shown comes last: whatever befalls it, what was judged is recorded and told.
        keep_results(desk, found.results, len(judgements))
        if progress:
            progress(len(records), len(records), "")
    report.faults, report.unreturned = desk.faults, desk.unreturned
    report.damaged, report.results = desk.damaged, desk.results
    return report


def _read(records: Sequence[SubmissionRecord], desk: Desk, progress: Progress | None) -> list[Submission]:
    """Give what submissions hold; what the product fails on is set aside."""
    submissions = []
    template_key = desk.office.template_key()
    read = kept_readings.submissions(desk.landing, records, desk.catalogue)
    for done, (submission, fault) in enumerate(read):
        if progress:
            progress(done, len(records), str(submission.key))
        outcome = fault or examined(submission.reading, template_key)
        if isinstance(outcome, Fault):
            desk.set_aside({str(submission.key): outcome})
        else:
            submissions.append(replace(submission, reading=outcome))
    return submissions


def _resting_on_damage(records: Sequence[SubmissionRecord], desk: Desk) -> list[str]:
    """Give the submissions whose rules would look for earlier figures that are in damaged originals."""
    damaged = {(key.unit, key.period) for key in (desk.state.submissions[n].key for n in desk.damaged)}
    if not damaged:
        return []
    sources = Sources(desk.registry)
    return [str(record.key) for record in records if not damaged.isdisjoint(sources.of(record))]


def _answer(
    verdicts: Sequence[tuple[Submission, Judgement]], context: GateContext, desk: Desk, report: PeriodReport
) -> None:
    """Write the returns and record the verdicts, in this order.

    Without a verdict a return is written again; a verdict without one would stay so.
    """
    answers: list[Answer] = []
    said: list[list[Event]] = []
    broken: dict[str, Fault] = {}
    for submission, judgement in verdicts:
        try:
            answer = _answer_to(submission, judgement, context.is_locked(submission), desk)
            version = version_for(desk.catalogue)
            events = _verdict_events(submission, answer.judgement, version, desk.now)
            for event in events:
                as_line(event)  # text that no file can hold is found before anything is recorded
        except Exception:
            broken[str(submission.key)] = Fault(Step.JUDGE, Cause.ERROR, traceback.format_exc())
        else:
            answers.append(answer)
            said.append(events)
    records = [desk.state.submissions[str(answer.key)] for answer in answers]
    jobs = [(desk.landing.path(r.file), r.sha256, a) for r, a in zip(records, answers, strict=True)]
    recorded: list[Event] = []
    for answer, events, data in zip(answers, said, marked(jobs, desk.catalogue), strict=True):
        outcome = data if isinstance(data, Fault) else written(desk.home, answer, data)
        if outcome is not None:
            broken[str(answer.key)] = outcome
        else:
            report.verdicts[str(answer.key)] = answer.judgement.verdict
            recorded += events
    desk.record(recorded)
    desk.set_aside(broken)


def _answer_to(submission: Submission, judgement: Judgement, is_locked: bool, desk: Desk) -> Answer:
    """Give what a clerk is told, with what changed since the filing before where that one can still be read."""
    answer = answer_to(submission, judgement, desk.registry, is_locked=is_locked)
    try:
        changes = changes_of(desk.home, desk.catalogue, desk.state, str(answer.key))
    except OriginalDamagedError as error:
        named = (name for name, record in desk.state.submissions.items() if record.file == error.damage.file)
        desk.damaged |= dict.fromkeys(named, str(error))
        return answer
    return answer if changes is None else replace(answer, previous=changes[0], differences=changes[1])


def _verdict_events(submission: Submission, judgement: Judgement, version: str, now: datetime) -> list[Event]:
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
            rules_version=version,
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

    Nor is there anything to compare where the product cannot read one of them.

    Raises:
        KeyError: there is no such submission.
        OriginalDamagedError: an original is missing or not what it was.
    """
    record = state.submissions[submission]

    def read(other: SubmissionRecord) -> Reading:
        found, fault = kept_readings.submission(Landing(home), other, catalogue)
        if fault is not None and fault.cause is Cause.ORIGINAL:
            check_original(Landing(home).path(other.file), other.sha256)
        return found.reading

    return changes_since(record.key, read(record), state, read, catalogue)
