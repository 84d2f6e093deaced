"""How every unit and period stands, and everything that ever happened, as rows.

What belongs here: putting together what the ledger and the registry say. What does not: how rows are shown
(`orchestration/commands/status.py`).
"""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import datetime
from typing import Any

from ingestion.definitions.catalogue import Catalogue
from ingestion.definitions.registry import Registry
from ingestion.landing.coverage import coverage_of
from ingestion.landing.events import (
    CoverageSet,
    Decided,
    Duplicate,
    Event,
    Explained,
    Judged,
    NotLanded,
    PeriodReopened,
    Received,
    Reexamined,
    SetAside,
    Unknown,
)
from ingestion.landing.review import explanations_to_review
from ingestion.landing.state import LedgerState, SubmissionRecord
from ingestion.records.days import day_of
from ingestion.records.periods import Period, PeriodError

MISSING, PENDING, SET_ASIDE = "missing", "pending", "set_aside"


def current(registry: Registry, state: LedgerState, catalogue: Catalogue) -> list[dict[str, Any]]:
    """Give one row for each unit and period that is owed or was filed, as it stands now."""
    owed = {(o.reporting_org_code, o.period_code) for o in registry.owed(catalogue, coverage_of(state))}
    filed = {(record.key.unit, record.key.period) for record in state.submissions.values()}
    to_review: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for carried in explanations_to_review(state, registry.known_periods):
        found = {key: value for key, value in asdict(carried).items() if key not in ("unit", "period")}
        to_review.setdefault((carried.unit, carried.period), []).append(found)
    questions = {(r.key.unit, r.key.period): r.question for r in state.open_questions()}
    rows = (_current_row(registry, state, *pair) for pair in sorted(owed | filed, key=_order))
    return [
        row | {"to_review": to_review.get(pair, []), "question": _question(questions.get(pair))}
        for row in rows
        if (pair := (row["unit"], row["period"]))
    ]


def _question(event: Reexamined | None) -> dict[str, Any] | None:
    """Give what a correction made doubtful: of which submission, because of what, and which findings differ."""
    return {"submission": event.submission, **_reexamined(event)} if event else None


def _reexamined(event: Reexamined) -> dict[str, Any]:
    findings = {"appeared": event.appeared, "gone": event.gone}
    found = {name: [finding.to_json() for finding in several] for name, several in findings.items()}
    return {"because": list(event.because), **found}


def _order(pair: tuple[str, str]) -> tuple[bool, Any, str]:
    unit, period = pair
    try:
        return (False, Period.parse(period).order, unit)
    except PeriodError:  # a submission whose period could not be told stands last
        return (True, period, unit)


def _current_row(registry: Registry, state: LedgerState, unit: str, period: str) -> dict[str, Any]:
    revisions = state.revisions(unit, period)
    counting = state.effective(unit, period)
    newest = revisions[-1] if revisions else None
    # The newest revision is what the unit waits for; what counts may be an older one, and on time is who filed
    # something before the deadline, whatever was put right afterwards.
    status = _status(newest)
    return {
        "unit": unit,
        "period": period,
        "status": str(status),
        "decision": newest.decision.decision if newest and newest.decision else None,
        "told_as": newest.told_as if newest else MISSING,
        "set_aside": _set_aside(newest.set_aside) if newest and newest.set_aside else None,
        "submission": str(newest.key) if newest else None,
        "accepted": str(counting.key) if counting else None,
        "coverage_from": begins.isoformat() if counting and (begins := counting.coverage_from) else None,
        **_receipt(registry, revisions[0].received_at if revisions else None, period),
        "first_received_at": revisions[0].received_at.isoformat() if revisions else None,
        "received_at": newest.received_at.isoformat() if newest else None,
    }


def _status(newest: SubmissionRecord | None) -> str:
    if newest is None:
        return MISSING
    return SET_ASIDE if newest.is_set_aside and not newest.again else str(newest.status or PENDING)


def _set_aside(event: SetAside) -> dict[str, str]:
    """Give at which step and by what the product failed, and the technical text."""
    return {"step": str(event.step), "cause": str(event.cause), "technical": event.technical}


def _receipt(registry: Registry, received: datetime | None, period: str) -> dict[str, Any]:
    row = registry.periods.get(period)
    due_on = row.due_on if row else None
    return {
        "received_at": received.isoformat() if received else None,
        "due_on": due_on.isoformat() if due_on else None,
        "on_time": day_of(received) <= due_on if received and due_on else None,
    }


def trail(registry: Registry, events: Iterable[Event]) -> Iterator[dict[str, Any]]:
    """Give one row for everything that ever happened, in the order of the ledger."""
    places: dict[str, tuple[str, str]] = {}
    for event in events:
        if isinstance(event, Received):
            places[event.submission] = (event.unit, event.period)
        submission = getattr(event, "submission", None)
        unit, period = places.get(submission or "", (None, None))
        yield {
            "at": event.at.isoformat(),
            "event": event.event,
            "unit": unit or getattr(event, "unit", None),
            "period": period or getattr(event, "period", None),
            "submission": submission,
            "by": getattr(event, "by", None),
            "reason": getattr(event, "reason", None),
            **_details(registry, event),
        }


def _details(registry: Registry, event: Event) -> dict[str, Any]:
    """Give what only one kind of event has."""
    found: dict[str, Any] = {}
    match event:
        case Received():
            found = {"file": event.file, "original_name": event.original_name, "revision": event.revision}
            found |= _receipt(registry, event.received_at, event.period)
            found |= {"again_of": event.again_of, "technical": event.technical}
        case Duplicate():
            found = {"original_name": event.original_name, "received_at": event.received_at.isoformat()}
            found |= {"repaired": event.repaired}
        case NotLanded():
            found = {"original_name": event.original_name, "folder": event.folder}
            found |= {"received_at": event.received_at.isoformat(), "technical": event.technical}
        case SetAside():
            found = _set_aside(event)
        case Unknown():
            found = {"file": event.file, "original_name": event.original_name, "folder": event.folder}
            found |= {"received_at": event.received_at.isoformat()}
        case Judged():
            counted = Counter(finding.severity for finding in event.findings)
            found = {"verdict": str(event.verdict), "rules_version": event.rules_version}
            found |= {"errors": counted["error"], "warnings": counted["warning"]}
        case Explained():
            found = {"explanations": [asdict(explanation) for explanation in event.explanations]}
        case Decided():
            found = {"decision": event.decision}
        case CoverageSet():
            found = {"coverage_from": event.coverage_from.isoformat()}
        case Reexamined():
            found = {"rules_version": event.rules_version, **_reexamined(event)}
        case PeriodReopened():
            found = {"until": event.until.isoformat()}
    return found
