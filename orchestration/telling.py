"""Telling people, as a step of a run.

What belongs here: sending what is due and what is said of it in Dagster, and the way from what Dagster
recorded of a run to its alert. What does not: which alerts there are (`alerting.py`), why a run stopped
(`failing.py`) and how messages travel (`ingestion/alerts/channels.py`).
"""

import logging
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import dagster as dg

from ingestion.alerts.delivery import DeliveryReport, close_history
from ingestion.alerts.outbox import Outbox
from ingestion.alerts.wording import reason_in
from ingestion.storage.files import LockedError
from ingestion.storage.home import Home
from ingestion.words.labels import Language
from ingestion.words.messages import ToldError, message
from orchestration import alerting, failing
from orchestration.resources import TongketHome

_BEGINNINGS = {dg.DagsterEventType.STEP_START, dg.DagsterEventType.STEP_RESTARTED}
_ENDS = {
    dg.DagsterEventType.STEP_SUCCESS,
    dg.DagsterEventType.STEP_FAILURE,
    dg.DagsterEventType.STEP_SKIPPED,
    dg.DagsterEventType.STEP_UP_FOR_RETRY,
}
_TELLING = {
    *_BEGINNINGS,
    *_ENDS,
    dg.DagsterEventType.RUN_FAILURE,
    dg.DagsterEventType.ASSET_CHECK_EVALUATION,
}
"""Of what the alert of a run is written."""


class DeliveryFailedError(ToldError):
    """Messages were due, and none of them could be sent."""

    def told(self, language: Language) -> str:
        """Give the message in a language, with the reason of the first that could not be sent."""
        reason = reason_in(self.fields["reason"], language)
        return message(self.key, language, **self.fields | {"reason": reason})


def tell(state: TongketHome, now: datetime, log: logging.Logger) -> dict[str, int]:
    """Write the alerts of today's deadlines and send what is due; what cannot be sent is kept.

    Where the registry, a form or the ledger cannot be read, what waits is sent before that is raised.

    Returns:
        How many messages were sent and failed, and how many alerts have nobody who can be reached.

    Raises:
        RegistryError: the registry cannot be read.
        CatalogueError: a form or an indicator cannot be read.
        LostLedgerError: the ledger was lost.
        LedgerError: the ledger is damaged.
        DeliveryFailedError: messages were due, and none could be sent.
    """
    home = state.home
    found = alerting.look(home, now)
    try:
        if history := close_history(Outbox(home.outbox), now):
            log.warning(f"{history} alerts that nobody ever tried to send are too old and are not sent.")
        report = alerting.empty_outbox(home, found.directory.registry, now)
    except LockedError:
        log.info("Another process is delivering.")
        report = DeliveryReport()
    for reference, reason in report.failed.items():
        log.warning(f"{reference} was not sent and is tried again later: {reason_in(reason, 'en')}")
    if found.trouble is not None:
        raise found.trouble
    demand_sent(report)
    return {"sent": len(report.sent), "failed": len(report.failed), "unreachable": len(report.unreachable)}


def demand_sent(report: DeliveryReport) -> None:
    """Refuse a delivery that sent nothing of what was due.

    Raises:
        DeliveryFailedError: that is so.
    """
    if report.has_failed:
        reason = next(iter(report.failed.values()))
        raise DeliveryFailedError("alert.error.nothing_sent", failed=len(report.failed), reason=reason)


def recorded(instance: dg.DagsterInstance, run: str) -> list[dg.DagsterEvent]:
    """Give what Dagster recorded of a run, as far as its alert is written from it."""
    entries = instance.all_logs(run, of_type=_TELLING)
    return [entry.dagster_event for entry in entries if entry.dagster_event is not None]


def run_failed(
    home: Home,
    run: str,
    ran: alerting.Covered,
    events: Sequence[dg.DagsterEvent],
    now: datetime,
    *,
    at: datetime | None = None,
) -> None:
    """Write the alert of a run that failed, from the events that Dagster recorded of it.

    Where only its delivery failed, a run has done its work; that is told of where channels fail. So has one for
    which nothing has been accepted yet: of an office that begins nobody is told that nothing succeeds.

    Args:
        home: the state folder.
        run: its id.
        ran: what it covered.
        events: what Dagster recorded of it.
        now: the moment that counts as now.
        at: when it failed, where that is heard of later.
    """
    step, kind, said = first_failure(events)
    gate = gate_said(events) if kind == failing.GATE else {}
    if kind == DeliveryFailedError.__name__ or gate.get("nothing_accepted"):
        alerting.succeeded(home, ran, now, at)
        return
    if not step:
        step = _step_at_work(events) if kind == failing.KILLED else ran.job
    place = alerting.Place(ran.job, step, run, ran.parts)
    alerting.failed(home, place, failing.of_record(kind, said, home, gate), now, at)


def first_failure(events: Sequence[dg.DagsterEvent]) -> tuple[str, str, str]:
    """Give step, class of the error and its words where a run failed first; a step's before the run's own.

    What failed only because of another step is no cause, and neither is a delivery where anything else failed.
    """
    found = [_failure(e.step_key or "", e) for e in events if e.event_type is dg.DagsterEventType.STEP_FAILURE]
    found = sorted(found, key=lambda one: one[1] == DeliveryFailedError.__name__)
    found += [_failure("", e) for e in events if e.event_type is dg.DagsterEventType.RUN_FAILURE]
    return found[0] if found else ("", failing.KILLED, "")


def _step_at_work(events: Sequence[dg.DagsterEvent]) -> str:
    """Give the step that began last and did not end; blank where there is none."""
    at_work: dict[str, None] = {}
    for event in events:
        if event.event_type in _BEGINNINGS | _ENDS:
            at_work.pop(event.step_key or "", None)
        if event.event_type in _BEGINNINGS:
            at_work[event.step_key or ""] = None
    return next(reversed(at_work), "")


def _failure(step: str, event: dg.DagsterEvent) -> tuple[str, str, str]:
    data = event.event_specific_data
    error = getattr(data, "error", None) or getattr(data, "first_step_failure_event", None)
    error = getattr(error, "event_specific_data", error)
    error = getattr(error, "error", error)
    return (step, *(cause_of(error) if error is not None else (failing.KILLED, event.message or "")))


def cause_of(error: Any) -> tuple[str, str]:
    """Give class and words of what stopped a step: of the error that people can act on, else of the innermost.

    Dagster keeps each with what it followed from, and wraps them in errors of its own.
    """
    chain = []
    while error is not None:
        kind = error.cls_name or ""
        # Dagster writes the class before what the error said.
        chain.append((kind, error.message.strip().split(f"{kind}: ", 1)[-1]))
        error = error.cause
    return next((found for found in chain if failing.has_words(*found)), chain[-1])


def gate_said(events: Sequence[dg.DagsterEvent]) -> dict[str, Any]:
    """Give what the publication gate said in a run, its tables as rows."""
    said: dict[str, Any] = {}
    for event in events:
        if event.event_type is dg.DagsterEventType.ASSET_CHECK_EVALUATION:
            evaluation = event.asset_check_evaluation_data
            if evaluation.check_name == "publication_gate" and not evaluation.passed:
                said = {name: plain(value) for name, value in evaluation.metadata.items()}
    return said


def plain(value: dg.MetadataValue[Any]) -> Any:
    """Give what Dagster keeps of a fact as it was, a table as its rows."""
    if isinstance(value, dg.TableMetadataValue):
        return [dict(record.data) for record in value.records]
    return value.value
