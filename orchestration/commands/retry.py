"""`tongket retry`: what the product failed on, or could not read before, taken up again."""

import getpass
from typing import TYPE_CHECKING

import click

from orchestration import environment
from orchestration.commands.common import demand_whole, office_of, print_json, tell_of_results
from orchestration.errors import REFUSED, CommandError
from orchestration.texts import Invocation, argument, command, json_option, option, pass_invocation

if TYPE_CHECKING:
    from ingestion.pipeline import RetryReport


@command("retry", "writes")
@argument("submissions", nargs=-1)
@option("--all", "everything", is_flag=True)
@option("--reason")
@option("--by")
@json_option
@pass_invocation
def retry(
    call: Invocation,
    *,
    submissions: tuple[str, ...],
    everything: bool,
    reason: str | None,
    by: str | None,
    as_json: bool,
) -> int:
    """See the text `cli.retry.help`."""
    from ingestion import pipeline  # noqa: PLC0415 - takes long to import
    from ingestion.landing.ledger import Ledger  # noqa: PLC0415

    office = office_of(call)
    if not submissions and not everything:
        raise CommandError(call.text("cli.retry.which"))
    demand_whole(call)
    names = pipeline.to_retry(call.home) if everything else list(submissions)
    report = pipeline.retry(
        office,
        names,
        reason=call.text("cli.retry.reason_default", version=environment.code_version())
        if reason is None
        else reason,
        by=getpass.getuser() if by is None else by,
    )
    touched = {name.rsplit(".", 2)[1] for name in report.again.values()}
    for period in pipeline.pending_periods(call.home):
        if period in touched:
            judged = pipeline.judge_period(office, period)
            tell_of_results(call, judged.results)
            report.faults |= {name: f for name, f in judged.faults.items() if name in report.again.values()}
    state = Ledger(call.home.ledger).replay()
    status = {name: state.submissions[again].told_as for name, again in report.again.items()}
    if as_json:
        print_json(
            {
                "again": [{"submission": n, "as": a, "status": status[n]} for n, a in report.again.items()],
                "settled": report.settled,
                "unreadable": report.unreadable,
                "waiting": report.waiting,
                "faults": {name: str(fault.cause) for name, fault in report.faults.items()},
            }
        )
    else:
        _show(call, report, status)
    return REFUSED if report.faults or report.unreadable else 0


def _show(call: Invocation, report: "RetryReport", status: dict[str, str]) -> None:
    for name, again in report.again.items():
        shown = call.standing(status[name])
        key = "cli.retry.result" if name == again else "cli.retry.result.as"
        click.echo(call.text(key, submission=name, again=again, status=shown))
    for name in report.settled:
        click.echo(call.text("cli.retry.settled", submission=name))
    for name in report.unreadable:
        click.echo(call.text("cli.retry.unreadable", submission=name))
    for name in report.waiting:
        click.echo(call.text("cli.retry.waiting", file=name.rpartition("@")[0]))
    for name, fault in report.faults.items():
        cause = call.text(f"cli.fault.{fault.cause}", step=call.text(f"cli.step.{fault.step}"))
        click.echo(call.text("cli.retry.fault", submission=name, cause=cause), err=True)
    if not (status or report.settled or report.unreadable or report.waiting or report.faults):
        click.echo(call.text("cli.retry.nothing"))
    elif any(one == "accepted" for one in status.values()):
        click.echo(call.text("cli.retry.next", home=call.home.root))
