"""`tongket accept`, `reject`, `close`, `reopen`: decisions of the data team, each a record of its own."""

import getpass
from datetime import date
from typing import Literal

from ingestion.ledger import (
    Decided,
    DecisionRefused,
    Event,
    Ledger,
    LedgerState,
    PeriodClosed,
    PeriodReopened,
)
from orchestration import environment
from orchestration.commands.common import calendar_period, known_unit, registry_of, unknown
from orchestration.errors import REFUSED, CommandError
from orchestration.texts import Invocation, argument, command, option, pass_invocation

import click


def _append(call: Invocation, event: Event) -> LedgerState:
    try:
        with Ledger(call.home.ledger).writing() as ledger:
            ledger.append([event])
            return ledger.state
    except DecisionRefused as error:
        raise CommandError(str(error), REFUSED) from error


def _decide(
    call: Invocation, submission: str, decision: Literal["accept", "reject"], reason: str, by: str | None
) -> int:
    registry_of(call)
    known = Ledger(call.home.ledger).replay().submissions
    if submission not in known:
        raise unknown(call, "submission", submission, known)
    event = Decided(submission, decision, reason, by or getpass.getuser(), environment.now())
    status = _append(call, event).submissions[submission].status
    shown = call.text(f"cli.verdict.{status}")
    click.echo(call.text("cli.decision.done", submission=submission, status=shown, home=call.home.root))
    return 0


@command("accept")
@argument("submission")
@option("--reason", required=True)
@option("--by")
@pass_invocation
def accept(call: Invocation, submission: str, reason: str, by: str | None) -> int:
    """See the text `cli.accept.help`."""
    return _decide(call, submission, "accept", reason, by)


@command("reject")
@argument("submission")
@option("--reason", required=True)
@option("--by")
@pass_invocation
def reject(call: Invocation, submission: str, reason: str, by: str | None) -> int:
    """See the text `cli.reject.help`."""
    return _decide(call, submission, "reject", reason, by)


@command("close")
@argument("period")
@option("--by")
@pass_invocation
def close(call: Invocation, period: str, by: str | None) -> int:
    """See the text `cli.close.help`."""
    asked = calendar_period(call, registry_of(call), period)
    _append(call, PeriodClosed(asked.code, by or getpass.getuser(), environment.now()))
    click.echo(call.text("cli.close.done", period=asked.code))
    return 0


@command("reopen")
@argument("period")
@option("--unit", required=True)
@option("--until", required=True, type=click.DateTime(["%Y-%m-%d"]))
@option("--reason", required=True)
@option("--by")
@pass_invocation
def reopen(call: Invocation, period: str, unit: str, until: date, reason: str, by: str | None) -> int:
    """See the text `cli.reopen.help`."""
    registry = registry_of(call)
    asked = calendar_period(call, registry, period)
    unit = known_unit(call, registry, unit)
    last_day = date(until.year, until.month, until.day)
    _append(call, PeriodReopened(asked.code, unit, last_day, reason, by or getpass.getuser(), environment.now()))
    click.echo(call.text("cli.reopen.done", period=asked.code, unit=unit, until=last_day))
    return 0
