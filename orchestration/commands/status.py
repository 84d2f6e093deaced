"""`tongket status`: units × periods, or everything that ever happened, from the ledger and the registry."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

import click

from ingestion.alerts.delivery import open_states
from ingestion.alerts.outbox import Outbox
from ingestion.definitions.overlay import catalogue_of
from ingestion.landing import inbox as intake
from ingestion.landing.events import (
    UNKNOWN_PERIOD,
)
from ingestion.landing.ledger import Ledger
from ingestion.landing.status import MISSING, current, trail
from ingestion.records.findings import Finding
from ingestion.words import writing
from ingestion.words.found import printed
from ingestion.words.places import place_said
from orchestration.commands.common import (
    calendar_period,
    in_force_of,
    known_unit,
    minute,
    print_json,
    registry_in,
    said_of_landing,
)
from orchestration.commands.corrections import said_of_changes, with_changes
from orchestration.registry_version import said_of_version
from orchestration.texts import Invocation, command, json_option, option, pass_invocation

_SHOWN_FAULTS = 10
_SHOWN_FINDINGS = 5
"""How many findings of a re-examination a line shows; `--json` has them all."""


@command("status")
@option("--unit")
@option("--period")
@option("--history", "show_history", is_flag=True)
@json_option
@pass_invocation
def status(call: Invocation, unit: str | None, period: str | None, show_history: bool, as_json: bool) -> int:
    """See the text `cli.status.help`."""
    found, ledger = in_force_of(call), Ledger(call.home.ledger)
    registry, state = registry_in(call, found), ledger.replay()
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
    open_now = {str(record.key) for record in state.open_cases(registry.known_periods)}
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
    if (said := said_of_version(call, found)) and not found.is_fallback:
        click.echo(said)
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
    received, shown = minute(call, row["received_at"]), call.standing(row["told_as"])
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
        verdict = call.standing(row["verdict"])
        yield call.text("cli.trail.verdict", verdict=verdict, errors=row["errors"], warnings=row["warnings"])
    if "decision" in row:
        yield call.text(f"cli.trail.decision.{row['decision']}")
    if "because" in row:
        key = "questioned" if row["appeared"] or row["gone"] else "standing"
        yield call.text(f"cli.trail.{key}", because=", ".join(row["because"]))
        for side in ("appeared", "gone"):
            for one in row[side][:_SHOWN_FINDINGS]:
                place = place_said(one["sheet"], one["cell"], call.language)
                found, expected = printed(Finding(**one), call.language)
                fields = {"rule": one["rule"], "value": found, "expected": expected}
                yield call.text(f"cli.trail.{side}", place=place, **fields)
            if len(row[side]) > _SHOWN_FINDINGS:
                yield call.text("cli.trail.more", count=len(row[side]) - _SHOWN_FINDINGS)
    for name in row.keys() & {"until", "coverage_from"}:
        day = writing.day(date.fromisoformat(row[name]), call.language)
        yield call.text(f"cli.trail.{name}", **{name: day})
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
