"""Which alerts follow from the ledger.

What belongs here: verdicts, decisions, reopened periods, files of unknown units and failures of the product.
What does not: deadlines (`deadlines.py`), which follow from the calendar, shares of all that was filed
(`quality.py`), and whom an alert reaches (`contacts.py`).

Two kinds of event raise no alert, and none is written for them: what happened before the outbox was opened, and
the verdict on a submission that had been received long before it was landed. Such files are imports of old
years; nobody waits for an answer to them, and a mailbox would get thousands.
"""

import traceback
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from typing import Any

from ingestion.alerts.alert import Alert, Kind, Role
from ingestion.definitions.registry import Registry
from ingestion.landing.events import Decided, Judged, Reexamined
from ingestion.landing.state import LedgerState, SubmissionRecord
from ingestion.records.days import day_of
from ingestion.records.faults import APOLOGY, Cause, Step
from ingestion.records.findings import Finding, Verdict

IMPORTED_AFTER = timedelta(days=30)
"""A submission that was landed so long after it was received is an import."""

FIRST_FINDINGS = 5
"""How many findings an alert carries; the marked workbook has them all."""


_LONGEST_CAUSE = 300

_KINDS = {
    Verdict.UNREADABLE: Kind.UNREADABLE,
    Verdict.REJECTED: Kind.REJECTED,
    Verdict.NEEDS_EXPLANATION: Kind.NEEDS_EXPLANATION,
    Verdict.ON_HOLD: Kind.ON_HOLD,
    Verdict.ACCEPTED: Kind.ACCEPTED,
}


def ledger_alerts(
    state: LedgerState, registry: Registry, since: datetime, broken: dict[str, str] | None = None
) -> list[Alert]:
    """Give every alert that follows from what the ledger says since a moment.

    Args:
        state: what the ledger says.
        registry: the units and the calendar.
        since: the moment.
        broken: takes the technical text of the product's failure to word what befell a submission, by
            submission; without it, such a failure is raised.
    """
    alerts = [*_unknown(state, since), *_reopened(state, since), *_not_landed(state, registry, since)]
    for record in state.submissions.values():
        alerts += _faults(record, since)
        if record.set_aside is not None and record.set_aside.step is Step.TELL:
            continue  # the alert of that fault is all that can be said
        try:
            alerts += [*_verdict(record, state, registry, since), *_decisions(record, state, registry, since)]
        except Exception:
            if broken is None:
                raise
            broken[str(record.key)] = traceback.format_exc()
    alerts += _questions(state, since)
    return sorted(alerts, key=lambda alert: (alert.at, alert.id))


def is_import(record: SubmissionRecord) -> bool:
    """Say whether a submission is of an old year, brought in later."""
    return record.receipt.at - record.received_at > IMPORTED_AFTER


def _unknown(state: LedgerState, since: datetime) -> Iterator[Alert]:
    for event in state.unknown:
        if event.at >= since and event.at - event.received_at <= IMPORTED_AFTER:
            facts = {"file": event.file, "original_name": event.original_name, "folder": event.folder}
            subject = f"{event.arrival}\0{event.sha256}"
            yield Alert(Kind.UNKNOWN_UNIT, subject, event.at, Role.DATA_TEAM, facts=facts)


def _not_landed(state: LedgerState, registry: Registry, since: datetime) -> Iterator[Alert]:
    for event in state.not_landed.values():
        if event.at >= since:
            if event.folder in registry.reporting_units:
                told = {"original_name": event.original_name, "was": "waiting"}
                yield Alert(Kind.SET_ASIDE, event.arrival, event.at, Role.CLERK, event.folder, facts=told)
            where = f"{event.folder}/{event.original_name}" if event.folder else event.original_name
            facts = {"original_name": where, "step": str(Step.LAND), "technical": _last_line(event.technical)}
            yield Alert(Kind.FAULT, event.arrival, event.at, Role.DATA_TEAM, facts=facts | {"was": "waiting"})


def _faults(record: SubmissionRecord, since: datetime) -> Iterator[Alert]:
    """Give what is told of the product's failure on a submission: to its clerk, and to those who mend it."""
    event = record.set_aside
    if event is None or event.at < since:
        return
    name = str(record.key)
    subject = f"{name}\0{event.at.isoformat()}"
    facts = {"original_name": record.original_name}
    is_told = event.step is Step.TELL
    if not is_import(record) and event.step is not Step.EXAMINE:
        clerk = facts | ({"was": "told"} if is_told else {"workbook": f"{name}{APOLOGY}"})
        yield Alert(
            Kind.SET_ASIDE, subject, event.at, Role.CLERK, record.key.unit, record.key.period, name, clerk
        )
    team = facts | {
        "step": str(event.step),
        "cause": str(event.cause),
        "technical": _last_line(event.technical),
    }
    if event.cause is Cause.ORIGINAL:
        team["was"] = "original"
    elif event.step.leaves_verdict:
        team["was"] = "told" if is_told else "examine"
    yield Alert(Kind.FAULT, subject, event.at, Role.DATA_TEAM, record.key.unit, record.key.period, name, team)


def _last_line(technical: str) -> str:
    """Give what a traceback ends with, which names the error."""
    lines = [line.strip() for line in technical.splitlines() if line.strip()]
    return lines[-1][:_LONGEST_CAUSE] if lines else ""


def _reopened(state: LedgerState, since: datetime) -> Iterator[Alert]:
    for event in state.reopenings:
        # Days that had passed already when they were granted are of an old year that is brought in.
        if event.at >= since and day_of(event.at) <= event.until:
            facts = {"until": event.until.isoformat(), "reason": event.reason, "by": event.by}
            subject = f"{event.period}\0{event.unit}\0{event.at.isoformat()}"
            yield Alert(Kind.REOPENED, subject, event.at, Role.CLERK, event.unit, event.period, facts=facts)


def _verdict(
    record: SubmissionRecord, state: LedgerState, registry: Registry, since: datetime
) -> Iterator[Alert]:
    judged = record.judged
    if judged is None or judged.at < since or is_import(record):
        return
    if _is_told(record, judged, state):
        yield _about(_KINDS[judged.verdict], record, registry, judged.at)
    if judged.verdict is Verdict.ON_HOLD:
        yield _about(Kind.AWAITING_DECISION, record, registry, judged.at)


def _decisions(
    record: SubmissionRecord, state: LedgerState, registry: Registry, since: datetime
) -> Iterator[Alert]:
    # A decision of today on a file of an old year is news.
    for number, decision in enumerate(record.decisions, start=1):
        if decision.at >= since:
            kind = Kind.ACCEPTED_BY_DECISION if decision.decision == "accept" else Kind.WITHDRAWN
            workbook = {"workbook": f"{record.key}.quyet-dinh-{number}"}
            yield _about(kind, record, registry, decision.at, _decided(record, decision, state) | workbook)


def _decided(record: SubmissionRecord, decision: Decided, state: LedgerState) -> dict[str, Any]:
    """Give who decided and why, what a submission was before, and which one counts from now on."""
    counting = state.effective(record.key.unit, record.key.period)
    earlier = record.decisions[: record.decisions.index(decision)]
    was = earlier[-1].status if earlier else record.verdict
    return {
        "decided_at": decision.at.isoformat(),
        "reason": decision.reason,
        "by": decision.by,
        "was": str(was or ""),
        "counting": str(counting.key) if counting else "",
    }


def _is_told(record: SubmissionRecord, judged: Judged, state: LedgerState) -> bool:
    """Say whether a verdict is told: one that is no acceptance, or the first acceptance after such a one."""
    if judged.verdict is not Verdict.ACCEPTED:
        return True
    earlier = [
        r
        for r in state.revisions(record.key.unit, record.key.period)
        if r.key.revision < record.key.revision and r.verdict is not None
    ]
    # Later decisions change no news of then.
    return bool(earlier) and earlier[-1].status_at(judged.at) is not Verdict.ACCEPTED


def _questions(state: LedgerState, since: datetime) -> Iterator[Alert]:
    """Give one alert for each correction and unit: all that follows a corrected year may be in question."""
    asked: dict[tuple[str, datetime, tuple[str, ...]], list[Reexamined]] = defaultdict(list)
    for record in state.submissions.values():
        if (question := record.question) is not None and question.at >= since:
            asked[record.key.unit, question.at, question.because].append(question)
    for (unit, at, because), questions in sorted(asked.items()):
        names = [question.submission for question in questions]
        appeared = [finding for question in questions for finding in question.appeared]
        facts = {"because": ", ".join(because), "submissions": ", ".join(names), "first": names[0]}
        yield Alert(
            Kind.IN_QUESTION,
            f"{unit}\0{at.isoformat()}\0{names[0]}",
            at,
            Role.DATA_TEAM,
            unit,
            facts=facts | _findings(appeared),
        )


def _about(
    kind: Kind,
    record: SubmissionRecord,
    registry: Registry,
    at: datetime,
    decided: dict[str, Any] | None = None,
) -> Alert:
    name, row = str(record.key), registry.periods.get(record.key.period)
    facts: dict[str, Any] = {"original_name": record.original_name}
    if row is not None and row.due_on is not None:
        facts["due_on"] = row.due_on.isoformat()
    if decided is not None:
        facts |= decided
    elif kind in (Kind.UNREADABLE, Kind.REJECTED, Kind.NEEDS_EXPLANATION):
        facts |= _findings(record.findings)
    # A submission may be accepted, withdrawn and accepted again.
    subject = name if decided is None else f"{name}\0{decided['decided_at']}"
    role = Role.DATA_TEAM if kind is Kind.AWAITING_DECISION else Role.CLERK
    return Alert(kind, subject, at, role, record.key.unit, record.key.period, name, facts)


def _findings(findings: Iterable[Finding]) -> dict[str, Any]:
    """Give what is to be mended first: errors, then what is to be explained."""
    errors = [finding for finding in findings if finding.severity == "error"]
    doubts = [f for f in findings if f.severity == "warning" and not f.explained]
    first = [finding_facts(finding) for finding in (*errors, *doubts)[:FIRST_FINDINGS]]
    return {"errors": len(errors), "warnings": len(doubts), "findings": first}


def finding_facts(found: Finding) -> dict[str, str]:
    """Give of a finding what its line in an alert says."""
    return {
        "rule": found.rule,
        "sheet": found.sheet,
        "cell": found.cell,
        "vi": found.message,
        "en": found.message_en,
    }
