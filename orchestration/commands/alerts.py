"""`tongket alerts`: what waits in the outbox, and its delivery."""

from dataclasses import asdict
from typing import Any

import click

from ingestion.alerts.conditions import acknowledge, is_standing
from ingestion.alerts.contacts import recipients
from ingestion.alerts.delivery import DeliveryReport, state_of
from ingestion.alerts.outbox import Entry, Outbox
from ingestion.alerts.wording import reason_in, subject_of
from ingestion.definitions.registry import Registry
from ingestion.storage.files import LockedError
from ingestion.words import writing
from orchestration import environment
from orchestration.commands.common import demand_registry_kept, demand_whole, person, print_json
from orchestration.errors import REFUSED, CommandError, RefusedError
from orchestration.texts import Invocation, command, json_option, option, pass_invocation


@command("alerts", "writes")
@option("--deliver", "is_delivering", is_flag=True)
@option("--retry", "is_retrying", is_flag=True)
@option("--all", "shows_all", is_flag=True)
@option("--acknowledge", "acknowledged")
@option("--reason")
@option("--by")
@json_option
@pass_invocation
def alerts(
    call: Invocation,
    *,
    is_delivering: bool,
    is_retrying: bool,
    shows_all: bool,
    acknowledged: str | None,
    reason: str | None,
    by: str | None,
    as_json: bool,
) -> int:
    """See the text `cli.alerts.help`."""
    from orchestration import alerting  # noqa: PLC0415

    if not call.home.registry.is_dir() and not call.home.outbox.is_dir():
        demand_registry_kept(call, call.home)
        raise CommandError(call.text("cli.error.no_home", home=call.home.root))
    if acknowledged is not None:
        return _acknowledge(call, acknowledged, reason, person(call, by))
    now = environment.now()
    # What waits goes out also where nothing new can be found; why it cannot is said at the end.
    found = alerting.look(call.home, now)
    registry = found.directory.registry
    # Those that were open before are shown after the delivery, with what became of them.
    shown = {e.alert.id for e in _entries(call) if shows_all or _is_open(e)}
    report = DeliveryReport()
    if is_delivering:
        try:
            report = alerting.empty_outbox(call.home, registry, now, is_retrying=is_retrying)
        except LockedError as error:
            busy = call.text("cli.error.busy", process=str(error) or "?", home=call.home.root)
            raise RefusedError(busy) from error
    entries = [entry for entry in _entries(call) if entry.alert.id in shown]
    if as_json:
        print_json([as_object(call, entry, registry) for entry in entries])
    else:
        _show(call, entries, registry)
        if is_delivering:
            click.echo(call.text("cli.alerts.delivered", sent=len(report.sent), failed=len(report.failed)))
    if trouble := found.thresholds.trouble(call.language):
        click.echo(trouble, err=True)
    if found.trouble is not None:
        demand_registry_kept(call, call.home)
        if found.directory.error is None:
            demand_whole(call)
        raise found.trouble
    if report.has_failed:
        reason = reason_in(next(iter(report.failed.values())), call.language)
        click.echo(call.text("alert.error.nothing_sent", failed=len(report.failed), reason=reason), err=True)
    return REFUSED if report.has_failed else 0


def _is_open(entry: Entry) -> bool:
    """Say whether an alert is still to be sent, or tells of what is not over and nobody says to know of."""
    return entry.closed_at is None or (is_standing(entry) and entry.acknowledged is None)


def _acknowledge(call: Invocation, name: str, reason: str | None, by: str) -> int:
    if not (reason or "").strip():
        raise CommandError(call.text("cli.alerts.no_reason"))
    now = environment.now()
    try:
        entry = acknowledge(Outbox(call.home.outbox), name, by, str(reason).strip(), now)
    except LockedError as error:
        busy = call.text("cli.error.busy", process=str(error) or "?", home=call.home.root)
        raise RefusedError(busy) from error
    if entry is None:
        raise RefusedError(call.text("cli.alerts.nothing_stands", id=name))
    if (known := entry.acknowledged) is not None and known.at != now:
        fields = {
            "id": name,
            "by": known.by,
            "reason": known.reason,
            "at": writing.moment(known.at, call.language),
        }
        raise RefusedError(call.text("cli.alerts.acknowledged_before", **fields))
    click.echo(call.text("cli.alerts.acknowledged", id=name))
    return 0


def _entries(call: Invocation) -> list[Entry]:
    entries, damaged = Outbox(call.home.outbox).read()
    for path in damaged:
        click.echo(call.text("cli.alerts.damaged", path=path), err=True)
    return entries


def as_object(call: Invocation, entry: Entry, registry: Registry) -> dict[str, Any]:
    """Give an alert in the shape that programs read."""
    alert = entry.alert
    return {
        "id": alert.id,
        "kind": str(alert.kind),
        "at": alert.at.isoformat(),
        "unit": alert.unit or None,
        "period": alert.period or None,
        "submission": alert.submission or None,
        "subject": subject_of(alert, registry, call.language),
        "state": state_of(entry, registry),
        "recipients": [recipient.shown for recipient in recipients(registry, alert)],
        "acknowledged": asdict(entry.acknowledged) | {"at": entry.acknowledged.at.isoformat()}
        if entry.acknowledged
        else None,
        "over_at": entry.over_at.isoformat() if entry.over_at else None,
        "deliveries": [
            {
                "to": delivery.to,
                "state": delivery.state,
                "reference": delivery.reference,
                "attempts": delivery.attempts,
                "at": delivery.at.isoformat(),
                "next_at": delivery.next_at.isoformat() if delivery.next_at else None,
                "error": reason_in(delivery.error, call.language),
            }
            for delivery in entry.deliveries.values()
        ],
    }


def _show(call: Invocation, entries: list[Entry], registry: Registry) -> None:
    if not entries:
        click.echo(call.text("cli.alerts.none"))
        return
    from orchestration.terminal import console, table  # noqa: PLC0415

    names = ["at", "subject", "to", "state", "error"]
    rows = [_cells(call, entry, registry) for entry in entries]
    if any(map(is_standing, entries)):  # by its name it can be acknowledged
        names.append("id")
        rows = [
            (*row, entry.alert.id if is_standing(entry) else "")
            for row, entry in zip(rows, entries, strict=True)
        ]
    console().print(table([call.text(f"cli.alerts.column.{name}") for name in names], rows))


def _cells(call: Invocation, entry: Entry, registry: Registry) -> tuple[str, ...]:
    meant = recipients(registry, entry.alert)
    told = [recipient.shown for recipient in meant]
    # What went wrong before it was sent, or on a channel that is nobody's any more, is no longer of use.
    found = [entry.deliveries.get(recipient.key) for recipient in meant if entry.closed_at is None]
    errors = dict.fromkeys(d.error for d in found if d is not None and d.state == "failed" and d.error)
    reasons = [reason_in(error, call.language) for error in errors]
    return (
        writing.minute(entry.alert.at, call.language),
        subject_of(entry.alert, registry, call.language),
        ", ".join(told or [delivery.to for delivery in entry.deliveries.values()]),
        call.text(f"cli.alerts.state.{state_of(entry, registry)}"),
        "; ".join(reasons),
    )
