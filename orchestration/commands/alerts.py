"""`tongket alerts`: what waits in the outbox, and its delivery."""

from typing import Any

import click

from ingestion.alerts.contacts import recipients
from ingestion.alerts.delivery import state_of
from ingestion.alerts.outbox import Entry, Outbox
from ingestion.alerts.wording import subject_of
from ingestion.days import VIETNAM_TIME
from ingestion.files import LockedError
from ingestion.overlay import catalogue_of
from ingestion.registry import Registry
from orchestration import environment
from orchestration.commands.common import demand_whole, print_json, registry_of
from orchestration.errors import REFUSED, RefusedError
from orchestration.texts import Invocation, command, json_option, option, pass_invocation


@command("alerts", "writes")
@option("--deliver", "is_delivering", is_flag=True)
@option("--retry", "is_retrying", is_flag=True)
@option("--all", "shows_all", is_flag=True)
@json_option
@pass_invocation
def alerts(call: Invocation, *, is_delivering: bool, is_retrying: bool, shows_all: bool, as_json: bool) -> int:
    """See the text `cli.alerts.help`."""
    from orchestration import alerting  # noqa: PLC0415

    registry, now = registry_of(call), environment.now()
    demand_whole(call)
    alerting.collect(call.home, registry, catalogue_of(call.home), now)
    # Those that were open before are shown after the delivery, with what became of them.
    shown = {e.alert.id for e in _entries(call) if shows_all or e.closed_at is None}
    failed = 0
    if is_delivering:
        try:
            report = alerting.empty_outbox(call.home, registry, now, is_retrying=is_retrying)
        except LockedError as error:
            busy = call.text("cli.error.busy", process=str(error) or "?", home=call.home.root)
            raise RefusedError(busy) from error
        failed = len(report.failed)
    entries = [entry for entry in _entries(call) if entry.alert.id in shown]
    if as_json:
        print_json([as_object(call, entry, registry) for entry in entries])
    else:
        _show(call, entries, registry)
        if is_delivering:
            click.echo(call.text("cli.alerts.delivered", sent=len(report.sent), failed=failed))
    return REFUSED if failed else 0


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
        "deliveries": [
            {
                "to": delivery.to,
                "state": delivery.state,
                "reference": delivery.reference,
                "attempts": delivery.attempts,
                "at": delivery.at.isoformat(),
                "next_at": delivery.next_at.isoformat() if delivery.next_at else None,
                "error": delivery.error,
            }
            for delivery in entry.deliveries.values()
        ],
    }


def _show(call: Invocation, entries: list[Entry], registry: Registry) -> None:
    if not entries:
        click.echo(call.text("cli.alerts.none"))
        return
    from orchestration.terminal import console, table  # noqa: PLC0415

    names = ("at", "subject", "to", "state", "error")
    rows = [_cells(call, entry, registry) for entry in entries]
    console().print(table([call.text(f"cli.alerts.column.{name}") for name in names], rows))


def _cells(call: Invocation, entry: Entry, registry: Registry) -> tuple[str, ...]:
    meant = recipients(registry, entry.alert)
    told = [recipient.shown for recipient in meant]
    # What went wrong before it was sent, or on a channel that is nobody's any more, is no longer of use.
    found = [entry.deliveries.get(recipient.key) for recipient in meant if entry.closed_at is None]
    errors = dict.fromkeys(d.error for d in found if d is not None and d.state == "failed" and d.error)
    return (
        f"{entry.alert.at.astimezone(VIETNAM_TIME):%Y-%m-%d %H:%M}",
        subject_of(entry.alert, registry, call.language),
        ", ".join(told or [delivery.to for delivery in entry.deliveries.values()]),
        call.text(f"cli.alerts.state.{state_of(entry, registry)}"),
        "; ".join(errors),
    )
