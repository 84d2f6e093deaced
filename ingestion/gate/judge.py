"""From what was read to a verdict: the stages, the outcomes and the findings of a batch.

What belongs here: which rules apply to which submission, what they come to, and what the clerk has explained.
What does not: the evaluation (`language/evaluate.py`), the one by Great Expectations (`confirming.py`), the
wording (`wording.py`), storing anything.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import numpy.typing as npt

from ingestion.gate.book import RuleBook, rule_book
from ingestion.gate.compiling import Check
from ingestion.gate.confirming import GateError, Run, confirmed
from ingestion.gate.frames.batch import Batch
from ingestion.gate.frames.subject import FormStatus, GateContext, Subject, subject_of
from ingestion.gate.language.evaluate import mask
from ingestion.gate.language.vectors import FALSE, NULL, TRUE, VectorError
from ingestion.gate.results import SuiteResult
from ingestion.gate.rules import Rule
from ingestion.gate.wording import Wording, finding_of_problem
from ingestion.records.cells import parse_address
from ingestion.records.findings import Finding, Judgement, Outcome, OutcomeStatus, Verdict, verdict_of
from ingestion.records.periods import Period, period_of
from ingestion.records.submissions import Explanation, Problem, Submission, SubmissionKey
from ingestion.records.text import fold

Engine = Literal["gx", "masks"]

_NOTICED = frozenset({"R113"})
"""Notes of the reader that are findings, though they hold nothing back: errors in cells that only explain."""


@dataclass(frozen=True)
class Judged:
    """What the gate said of submissions.

    Attributes:
        judgements: by submission.
        results: what Great Expectations found, by period; no suite where nothing of a period could be read.
    """

    judgements: Mapping[SubmissionKey, Judgement]
    results: Mapping[str, Sequence[SuiteResult]]


def judge(
    submissions: Sequence[Submission], context: GateContext, *, engine: Engine = "gx"
) -> dict[SubmissionKey, Judgement]:
    """Judge submissions; one call is one period's batch.

    Args:
        submissions: what was read, unreadable files too.
        context: registry, forms, earlier periods and the clock.
        engine: `gx` lets Great Expectations evaluate the rules too; `masks` does without it.

    Returns:
        A judgement for each submission.

    Raises:
        RuleError: a rule file does not fit its schema.
        GateError: a rule cannot be evaluated, or Great Expectations and the masks differ.
    """
    return dict(judge_with_results(submissions, context, engine=engine).judgements)


def judge_with_results(
    submissions: Sequence[Submission], context: GateContext, *, engine: Engine = "gx"
) -> Judged:
    """Judge submissions as `judge` does, and give what Great Expectations found as well.

    Raises:
        RuleError: a rule file does not fit its schema.
        GateError: a rule cannot be evaluated, or Great Expectations and the masks differ.
    """
    book = rule_book(context.catalogue)
    by_period: dict[str, list[Submission]] = {}
    for submission in submissions:
        by_period.setdefault(submission.key.period, []).append(submission)
    judged: dict[SubmissionKey, Judgement] = {}
    results: dict[str, Sequence[SuiteResult]] = {}
    for code in sorted(by_period):
        found, suites = _judge_period(period_of(code), by_period[code], context, book, engine)
        judged |= found
        if engine == "gx":
            results[code] = suites
    return Judged({submission.key: judged[submission.key] for submission in submissions}, results)


def _judge_period(
    period: Period | None,
    submissions: Sequence[Submission],
    context: GateContext,
    book: RuleBook,
    engine: Engine,
) -> tuple[dict[SubmissionKey, Judgement], list[SuiteResult]]:
    catalogue = context.catalogue.on(period.end) if period is not None else context.catalogue
    if catalogue is not context.catalogue:
        context, book = replace(context, catalogue=catalogue), rule_book(catalogue)
    effective = [rule for rule in book.rules.values() if period is None or rule.is_effective(period.end)]
    judged = {s.key: _unreadable(s, effective) for s in submissions if not s.reading.is_readable}
    subjects = [subject_of(s, period, context) for s in submissions if s.reading.is_readable]
    if not subjects:
        return judged, []
    batch = Batch(subjects, period, context, book.words)
    runs = {rule.id: [_evaluated(check, batch) for check in book.checks[rule.id]] for rule in effective}
    results = confirmed(batch, runs) if engine == "gx" else []
    found: list[list[tuple[tuple[object, ...], Finding]]] = [[] for _ in subjects]
    for rule_runs in runs.values():
        for run in rule_runs:
            if (run.mask == FALSE).any():
                for index, finding in Wording(batch, run.check, run.frame).findings(run.mask):
                    found[index].append((_order(finding), finding))
    outcomes = _outcomes(batch, effective, runs)
    for index, subject in enumerate(subjects):
        reading = subject.submission.reading
        findings = [finding_of_problem(problem) for problem in reading.problems]
        findings += [finding_of_problem(n, "notice") for n in reading.notes if n.code in _NOTICED]
        findings += [finding for _, finding in sorted(found[index], key=lambda pair: pair[0])]
        if subject.is_of_another:
            findings, outcomes[index] = _of_another_unit(findings, outcomes[index], book)
        has_run = any(outcome.status is not OutcomeStatus.NOT_RUN for outcome in outcomes[index])
        if not has_run and verdict_of(findings, is_locked=False) is Verdict.ACCEPTED:
            # No rule has anything against it, because none has looked.
            findings.append(finding_of_problem(Problem("R150"), "notice"))
        findings = _explained(findings, reading.explanations, _sheets(subject))
        verdict = verdict_of(findings, context.is_locked(subject.submission))
        judged[subject.submission.key] = Judgement(verdict, outcomes[index], findings)
    return judged, results


def _of_another_unit(
    findings: Sequence[Finding], outcomes: Sequence[Outcome], book: RuleBook
) -> tuple[list[Finding], list[Outcome]]:
    """Say of somebody else's workbook that it is one: hundreds of findings that follow would only hide it."""
    rules = {rule for rule, one in book.rules.items() if one.scope != "file"}
    kept = [finding for finding in findings if finding.rule not in rules]
    not_run = (Outcome(outcome.rule, OutcomeStatus.NOT_RUN, "other_unit") for outcome in outcomes)
    return kept, [
        waived if outcome.rule in rules else outcome for outcome, waived in zip(outcomes, not_run, strict=True)
    ]


def _unreadable(submission: Submission, rules: Iterable[Rule]) -> Judgement:
    return Judgement(
        Verdict.UNREADABLE,
        [Outcome(rule.id, OutcomeStatus.NOT_RUN, "unreadable") for rule in rules],
        [finding_of_problem(problem) for problem in submission.reading.problems],
    )


def _evaluated(check: Check, batch: Batch) -> Run:
    frame = batch.frame(check.frame, check.form)
    if _is_unknown(check, batch):
        return Run(check, frame, np.full(len(frame), NULL, dtype=np.int8), is_known=False)
    try:
        return Run(check, frame, mask(check.holds, check.when, batch.over(frame), check.rule.missing))
    except (VectorError, KeyError) as error:
        raise GateError(f"{check.text} cannot be evaluated: {error}") from error


def _is_unknown(check: Check, batch: Batch) -> bool:
    """Say whether a check needs something of the registry that nobody knows here."""
    return not check.registry <= batch.context.registry.known


def _outcomes(batch: Batch, rules: Sequence[Rule], runs: Mapping[str, Sequence[Run]]) -> list[list[Outcome]]:
    outcomes: list[list[Outcome]] = [[] for _ in batch.subjects]
    for rule in rules:
        failed, held = _by_subject(batch, runs[rule.id], FALSE), _by_subject(batch, runs[rule.id], TRUE)
        for index, subject in enumerate(batch.subjects):
            if failed[index]:
                outcomes[index].append(Outcome(rule.id, OutcomeStatus.FAIL))
            elif _lacks_registry(batch, runs[rule.id], subject):
                outcomes[index].append(Outcome(rule.id, OutcomeStatus.NOT_RUN, "no_registry"))
            elif held[index]:
                outcomes[index].append(Outcome(rule.id, OutcomeStatus.PASS))
            elif _applies(rule, runs[rule.id], subject):
                reason = _reason(batch, runs[rule.id], index)
                outcomes[index].append(Outcome(rule.id, OutcomeStatus.NOT_RUN, reason))
    return outcomes


def _by_subject(batch: Batch, runs: Sequence[Run], truth: int) -> npt.NDArray[np.bool_]:
    found = np.zeros(len(batch.subjects), dtype=np.bool_)
    for run in runs:
        found[run.frame.submission[run.mask == truth]] = True
    return found


def _applies(rule: Rule, runs: Sequence[Run], subject: Subject) -> bool:
    """Say whether a rule is there for a file at all: it is, where one of its own forms is filed or owed."""
    own = _own_forms([run.check for run in runs])
    if not own or not subject.is_known:
        return True
    return any(subject.forms[form] is not FormStatus.NOT_OWED for form in own)


def _lacks_registry(batch: Batch, runs: Sequence[Run], subject: Subject) -> bool:
    """Say whether part of a rule could not be looked at for want of a registry: then it has not passed."""
    unknown = [run.check.form for run in runs if _is_unknown(run.check, batch)]
    return any(form is None or subject.forms[form] is FormStatus.FILED for form in unknown)


def _reason(batch: Batch, runs: Sequence[Run], index: int) -> str:
    """Say why a rule did not run on a submission, the first cause first."""
    subject = batch.subjects[index]
    if not subject.is_known and "organisations" in batch.context.registry.known:
        return "unknown_unit"
    return _absent_form([run.check for run in runs], subject) or _lack(batch, runs, index)


def _lack(batch: Batch, runs: Sequence[Run], index: int) -> str:
    """Say what a rule lacks whose forms are all there."""
    if batch.context.as_of is None and any(run.check.clock for run in runs):
        return "no_clock"
    if any(run.check.history and not _has_history(batch, run, index) for run in runs):
        return "no_history"
    if any(run.check.scheme and not _has_scheme(batch, run.check, index) for run in runs):
        return "no_scheme"
    if batch.period is None:
        return "unknown_unit"
    return "nothing_to_check"


def _own_forms(checks: Sequence[Check]) -> list[str]:
    """Give the forms without which a rule has nothing to look at; none where some part of it needs no form."""
    forms = {check.form for check in checks}
    return [] if None in forms else sorted(form for form in forms if form is not None)


def _absent_form(checks: Sequence[Check], subject: Subject) -> str:
    own = _own_forms(checks)
    if any(check.frame == "cell" for check in checks):
        own = [form for form, status in subject.forms.items() if status is not FormStatus.NOT_OWED]
    present = [form for form in own if subject.forms[form] is FormStatus.FILED]
    if own and not present:
        return _absence(own, subject)
    others = sorted({f for c in checks if c.form is None or c.form in present for f in c.other_forms})
    return _absence(others, subject)


def _absence(forms: Sequence[str], subject: Subject) -> str:
    """Say which forms are not there to be checked, those that ought to be first."""
    for status in (FormStatus.MISSING, FormStatus.EMPTY, FormStatus.ABSENT, FormStatus.NOT_OWED):
        if absent := [form for form in forms if subject.forms[form] is status]:
            return f"form_{status}:{', '.join(absent)}"
    return ""


def _has_history(batch: Batch, run: Run, subject: int) -> bool:
    """Say whether anything of an earlier period was found for a submission."""
    rows = run.frame.submission == subject
    return any(not batch.column(run.frame, name.path).is_null[rows].all() for name in run.check.history)


def _has_scheme(batch: Batch, check: Check, subject: int) -> bool:
    """Say whether the rating scheme in force has what a check's condition asks of it."""
    return all(
        batch.column(batch.submissions, name.path).at(subject) not in (None, False) for name in check.scheme
    )


def _order(finding: Finding) -> tuple[object, ...]:
    row, column = parse_address(finding.cell) if finding.cell else (0, 0)
    return (finding.rule, finding.sheet, row, column, finding.clause)


def _sheets(subject: Subject) -> dict[str, str]:
    """Give the names under which a clerk may mean a sheet: its own and the form's."""
    names = {fold(form): table.sheet for form, table in subject.tables.items()}
    return names | {fold(table.sheet): table.sheet for table in subject.tables.values()}


def _explained(
    findings: Sequence[Finding], explanations: Sequence[Explanation], sheets: Mapping[str, str]
) -> list[Finding]:
    """Mark the warnings that the clerk has answered; an explanation without a cell answers the whole sheet."""
    answers = {
        (e.rule.strip().upper(), sheets.get(fold(e.sheet), e.sheet), e.cell.replace("$", "").strip().upper())
        for e in explanations
        if e.text.strip()
    }
    return [
        replace(finding, explained=True)
        if finding.severity == "warning"
        and (
            (finding.rule, finding.sheet, finding.cell) in answers
            or (finding.rule, finding.sheet, "") in answers
        )
        else finding
        for finding in findings
    ]
