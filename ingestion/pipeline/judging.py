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

from ingestion.bronze import BronzeHistory
from ingestion.catalogue import Catalogue
from ingestion.findings import Judgement, OutcomeStatus, Verdict
from ingestion.gate import Engine, GateContext, RuleError, judge, rules_version
from ingestion.home import Home
from ingestion.landing import Landing
from ingestion.ledger import (
    UNKNOWN_PERIOD,
    Event,
    Explained,
    Judged,
    Ledger,
    LedgerState,
    SubmissionRecord,
)
from ingestion.periods import Period
from ingestion.pipeline.answering import tell_decisions
from ingestion.pipeline.notices import write_alerts
from ingestion.pipeline.progress import Progress
from ingestion.pipeline.readings import kept_readings
from ingestion.pipeline.writing import stale_periods, write_bronze
from ingestion.registry import Registry
from ingestion.returning import answer_to, changes_since, write_return
from ingestion.returns import Differences
from ingestion.signing import examined
from ingestion.submissions import Reading, Submission, SubmissionKey


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
        report.unreturned |= tell_decisions(home, registry, catalogue, ledger.state)
        write_alerts(home, registry, ledger.state, now)
        # What a rule calls previous must be there before it is asked for.
        if stale := stale_periods(home, catalogue, ledger.state):
            write_bronze(home, registry, catalogue, ledger.state, stale)
        records = [record for record in ledger.state.of_period(period) if record.judged is None]
        submissions = []
        for done, submission in enumerate(kept_readings.submissions(Landing(home), records, catalogue)):
            if progress:
                progress(done, len(records), str(submission.key))
            submissions.append(replace(submission, reading=examined(submission.reading, template_key)))
        history = BronzeHistory(home.bronze, catalogue, ledger.state)
        context = GateContext(registry, catalogue, history, now, ledger.state.locks)
        judgements = judge_safely(submissions, context, engine, report.failures)
        events: list[Event] = []
        for submission in submissions:
            if submission.key not in judgements:
                continue
            judgement = judgements[submission.key]
            report.verdicts[str(submission.key)] = judgement.verdict
            events += _verdict_events(submission, judgement, now)
            name = str(submission.key)
            answer = answer_to(submission, judgement, registry, is_locked=context.is_locked(submission))
            original = Landing(home).path(ledger.state.submissions[name].file)
            changes = changes_of(home, catalogue, ledger.state, name)
            if technical := write_return(home, original, answer, changes, catalogue):
                report.unreturned[name] = technical
        # Returns come first: without a verdict they are written again, a verdict without one would stay so.
        ledger.append(events)
        write_alerts(home, registry, ledger.state, now)
        write_bronze(home, registry, catalogue, ledger.state, stale_periods(home, catalogue, ledger.state))
        if progress:
            progress(len(records), len(records), "")
    return report


def judge_safely(
    submissions: Sequence[Submission], context: GateContext, engine: Engine, failures: dict[str, str]
) -> dict[SubmissionKey, Judgement]:
    """Judge a batch; where the program fails on it, judge one by one, so that one file stops no other.

    A fault of the program is no verdict: it goes into `failures`, by submission, with the technical text.
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
            failures[str(submissions[0].key)] = traceback.format_exc()
            return {}
    judgements: dict[SubmissionKey, Judgement] = {}
    for submission in submissions:
        judgements |= judge_safely([submission], context, engine, failures)
    return judgements


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
        return kept_readings.submission(Landing(home), other, catalogue).reading

    return changes_since(record.key, read(record), state, read, catalogue)
