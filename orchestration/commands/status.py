"""`tongket status`: units × periods, or everything that ever happened, from the ledger and the registry."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import date, datetime
from typing import Any

import click

from ingestion.alerts.delivery import open_states
from ingestion.alerts.outbox import Outbox
from ingestion.definitions.catalogue import Catalogue
from ingestion.definitions.overlay import catalogue_of
from ingestion.definitions.registry import Registry
from ingestion.landing import inbox as intake
from ingestion.landing.events import (
    UNKNOWN_PERIOD,
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
from ingestion.landing.ledger import Ledger
from ingestion.landing.review import explanations_to_review
from ingestion.landing.state import LedgerState, SubmissionRecord
from ingestion.records.days import day_of
from ingestion.records.findings import Finding
from ingestion.records.periods import Period, PeriodError
from ingestion.words import writing
from ingestion.words.places import place_said
from orchestration.commands.common import (
    calendar_period,
    known_unit,
    minute,
    print_json,
    registry_of,
    said_of_landing,
)
from orchestration.commands.corrections import said_of_changes, with_changes
from orchestration.texts import Invocation, command, json_option, option, pass_invocation

MISSING, PENDING, SET_ASIDE = "missing", "pending", "set_aside"

_SHOWN_FAULTS = 10
_SHOWN_FINDINGS = 5
"""How many findings of a re-examination a line shows; `--json` has them all."""


def current(registry: Registry, state: LedgerState, catalogue: Catalogue) -> list[dict[str, Any]]:
    """Give one row for each unit and period that is owed or was filed, as it stands now."""
    owed = {(o.reporting_org_code, o.period_code) for o in registry.owed(catalogue)}
    filed = {(record.key.unit, record.key.period) for record in state.submissions.values()}
    to_review: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for carried in explanations_to_review(state):
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
        case Reexamined():
            found = {"rules_version": event.rules_version, **_reexamined(event)}
        case PeriodReopened():
            found = {"until": event.until.isoformat()}
    return found


@command("status")
@option("--unit")
@option("--period")
@option("--history", "show_history", is_flag=True)
@json_option
@pass_invocation
def status(call: Invocation, unit: str | None, period: str | None, show_history: bool, as_json: bool) -> int:
    """See the text `cli.status.help`."""
    registry, ledger = registry_of(call), Ledger(call.home.ledger)
    state = ledger.replay()
    only_unit = known_unit(call, registry, unit) if unit else None
    only_period = calendar_period(call, registry, period).code if period else None

    def chosen(rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
        return [r for r in rows if only_unit in (None, r["unit"]) and only_period in (None, r["period"])]

    standing = chosen(current(registry, state, catalogue_of(call.home)))
    rows = with_changes(call, state, chosen(trail(registry, ledger.events()))) if show_history else standing
    if as_json:
        print_json(rows)
        return 0
    from orchestration.terminal import console, table  # noqa: PLC0415

    names = ["unit", "period", "submission", "received", "status", "counting", "on_time"]
    if show_history:
        names = ["at", "event", "subject", "by", "detail"]
    cells = [_trail_cells(call, row) if show_history else _current_cells(call, row) for row in rows]
    console().print(table([call.text(f"cli.status.column.{name}") for name in names], cells))
    inbox = intake.look(call.home)
    open_now = {str(record.key) for record in state.open_cases()}
    counted = Counter(_place(row, open_now) for row in standing)
    click.echo(
        call.text(
            "cli.status.summary",
            accepted=counted["accepted"],
            open=counted["open"],
            missing=counted[MISSING],
            waiting=len(inbox.files),
        )
    )
    failed = [str(r.key) for r in state.submissions.values() if r.set_aside is not None and not r.again]
    failed += [f"{event.folder}/{event.original_name}" for event in state.not_landed.values()]
    if failed:
        named = ", ".join(failed[:_SHOWN_FAULTS]) + (" …" if len(failed) > _SHOWN_FAULTS else "")
        click.echo(call.text("cli.status.set_aside", count=len(failed), names=named))
    if questions := sum(row["question"] is not None for row in standing):
        click.echo(call.text("cli.status.questions", count=questions))
    for left in inbox.left:
        why = call.text(f"landing.left.{left.reason}")
        click.echo(call.text("cli.run.left_file", file=left.place, why=why))
    for note in said_of_landing(call):
        click.echo(note)
    unsent = open_states(Outbox(call.home.outbox), registry)
    if any(unsent[state] for state in ("failed", "stuck", "nobody", "damaged")):
        click.echo(call.text("cli.status.unsent", **unsent))
    return 0


def _place(row: dict[str, Any], open_now: set[str]) -> str:
    """Say under what a unit and period is counted; a file that another one answered is nothing by itself."""
    if row["submission"] in open_now:
        return "open"
    return MISSING if row["submission"] is None else "accepted" if row["accepted"] else "answered"


def _current_cells(call: Invocation, row: dict[str, Any]) -> tuple[str, ...]:
    punctual = {True: call.text("cli.status.yes"), False: call.text("cli.status.no"), None: ""}
    received, shown = minute(call, row["received_at"]), call.text(f"cli.verdict.{row['told_as']}")
    if row["question"]:
        shown = call.text("cli.status.question", status=shown, submission=row["question"]["submission"])
    counting = row["accepted"] if row["accepted"] != row["submission"] else None
    return (
        row["unit"],
        _period(call, row["period"]),
        row["submission"] or "",
        received,
        shown,
        counting or "",
        punctual[row["on_time"]],
    )


def _period(call: Invocation, period: str) -> str:
    return call.text("cli.status.no_period") if period == UNKNOWN_PERIOD else period


def _trail_cells(call: Invocation, row: dict[str, Any]) -> tuple[str, ...]:
    subject = row["submission"] or " ".join(filter(None, (row["period"], row["unit"])))
    what = call.text(f"cli.trail.{row['event']}")
    lines = ["; ".join(_said(call, row)), *said_of_changes(call, row)]
    return (minute(call, row["at"]), what, subject, row["by"] or "", "\n".join(line for line in lines if line))


def _said(call: Invocation, row: dict[str, Any]) -> Iterator[str]:
    """Give what there is to say of an event, in parts."""
    if "verdict" in row:
        verdict = call.text(f"cli.verdict.{row['verdict']}")
        yield call.text("cli.trail.verdict", verdict=verdict, errors=row["errors"], warnings=row["warnings"])
    if "decision" in row:
        yield call.text(f"cli.trail.decision.{row['decision']}")
    if "because" in row:
        key = "questioned" if row["appeared"] or row["gone"] else "standing"
        yield call.text(f"cli.trail.{key}", because=", ".join(row["because"]))
        for side in ("appeared", "gone"):
            for one in row[side][:_SHOWN_FINDINGS]:
                place = place_said(one["sheet"], one["cell"], call.language)
                found, expected = Finding(**one).printed(call.language)
                fields = {"rule": one["rule"], "value": found, "expected": expected}
                yield call.text(f"cli.trail.{side}", place=place, **fields)
            if len(row[side]) > _SHOWN_FINDINGS:
                yield call.text("cli.trail.more", count=len(row[side]) - _SHOWN_FINDINGS)
    if "until" in row:
        until = writing.day(date.fromisoformat(row["until"]), call.language)
        yield call.text("cli.trail.until", until=until)
    for one in row.get("explanations", ()):
        place = place_said(one["sheet"], one["cell"], call.language)
        yield f"{one['rule']} {place}: {one['text']}"
    yield from _said_of_faults(call, row)
    if row["reason"]:
        yield row["reason"]
    if "original_name" in row:
        yield row["original_name"]
        if (received := minute(call, row["received_at"])) != minute(call, row["at"]):
            yield call.text("cli.trail.came", received=received)
    if row.get("on_time") is False:
        yield call.text("cli.status.no")


def _said_of_faults(call: Invocation, row: dict[str, Any]) -> Iterator[str]:
    """Give what there is to say of a failure of the product, or of what was done about one."""
    if row.get("again_of"):
        yield call.text("cli.trail.again", again_of=row["again_of"])
    if row.get("repaired"):
        yield call.text("cli.trail.repaired")
    if "cause" in row:
        yield call.text(f"cli.fault.{row['cause']}", step=call.text(f"cli.step.{row['step']}"))
    if row.get("technical"):
        yield row["technical"].strip().rpartition("\n")[2]
