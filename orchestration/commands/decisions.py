"""`tongket accept`, `reject`, `cover`, `close`, `reopen`: decisions of the data team, each one a record."""

from datetime import datetime
from typing import Literal

import click

from ingestion.landing.ledger import Ledger
from ingestion.records.days import day_of
from orchestration import environment
from orchestration.commands.common import (
    calendar_period,
    demand_whole,
    known_unit,
    minute,
    office_of,
    person,
    tell_of_results,
    unknown,
)
from orchestration.texts import Invocation, argument, command, option, pass_invocation


def _decide(
    call: Invocation, submission: str, decision: Literal["accept", "reject"], reason: str, by: str | None
) -> int:
    from ingestion.pipeline import decide  # noqa: PLC0415
    from ingestion.validations.store import KeptResults  # noqa: PLC0415

    office = office_of(call)
    demand_whole(call)
    known = Ledger(call.home.ledger).replay().submissions
    if submission not in known:
        raise unknown(call, "submission", submission, known)
    results = KeptResults()
    record = decide(office, submission, decision, reason=reason, by=person(call, by), results=results)
    tell_of_results(call, results)
    shown = call.standing(record.told_as)
    click.echo(call.text("cli.decision.done", submission=submission, status=shown, home=call.home.root))
    return 0


@command("accept", "writes")
@argument("submission")
@option("--reason", required=True)
@option("--by")
@pass_invocation
def accept(call: Invocation, submission: str, reason: str, by: str | None) -> int:
    """See the text `cli.accept.help`."""
    return _decide(call, submission, "accept", reason, by)


@command("reject", "writes")
@argument("submission")
@option("--reason", required=True)
@option("--by")
@pass_invocation
def reject(call: Invocation, submission: str, reason: str, by: str | None) -> int:
    """See the text `cli.reject.help`."""
    return _decide(call, submission, "reject", reason, by)


@command("cover", "writes")
@argument("submission")
@option("--from", "day", required=True, type=click.DateTime(["%Y-%m-%d"]))
@option("--reason", required=True)
@option("--by")
@pass_invocation
def cover(call: Invocation, *, submission: str, day: datetime, reason: str, by: str | None) -> int:
    """See the text `cli.cover.help`."""
    from ingestion import pipeline  # noqa: PLC0415

    office = office_of(call)
    demand_whole(call)
    known = Ledger(call.home.ledger).replay().submissions
    if submission not in known:
        raise unknown(call, "submission", submission, known)
    pipeline.set_coverage(office, submission, day.date(), reason=reason, by=person(call, by))
    click.echo(call.text("cli.cover.done", submission=submission, day=day.date(), home=call.home.root))
    return 0


@command("close", "writes")
@argument("period")
@option("--reason")
@option("--by")
@pass_invocation
def close(call: Invocation, period: str, reason: str | None, by: str | None) -> int:
    """See the text `cli.close.help`."""
    from ingestion import pipeline  # noqa: PLC0415

    office = office_of(call)
    asked = calendar_period(call, office.registry, period)
    demand_whole(call)
    if reason is None:
        reason = call.text("cli.close.ordinary")
    state = Ledger(call.home.ledger).replay()
    since = state.closed.get(asked.code)
    if since is not None and not any(period == asked.code for period, _ in state.reopened):
        click.echo(call.text("cli.close.before", period=asked.code, since=minute(call, since.isoformat())))
        return 0
    pipeline.close(office, asked.code, reason=reason, by=person(call, by))
    click.echo(call.text("cli.close.done", period=asked.code))
    return 0


@command("reopen", "writes")
@argument("period")
@option("--unit", required=True)
@option("--until", required=True, type=click.DateTime(["%Y-%m-%d"]))
@option("--reason", required=True)
@option("--by")
@pass_invocation
def reopen(call: Invocation, *, period: str, unit: str, until: datetime, reason: str, by: str | None) -> int:
    """See the text `cli.reopen.help`."""
    from ingestion import pipeline  # noqa: PLC0415

    office = office_of(call)
    asked = calendar_period(call, office.registry, period).code
    unit = known_unit(call, office.registry, unit)
    demand_whole(call)
    last_day = until.date()
    pipeline.reopen(office, asked, unit, last_day, reason=reason, by=person(call, by))
    click.echo(call.text("cli.reopen.done", period=asked, unit=unit, until=last_day))
    if last_day < day_of(environment.now()):
        click.echo(call.text("cli.reopen.past", until=last_day), err=True)
    return 0
