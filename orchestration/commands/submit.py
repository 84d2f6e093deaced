"""`tongket submit`: files into the inbox."""

from pathlib import Path

import click

from ingestion.landing import inbox
from orchestration.commands.common import existing, known_unit, moment, registry_of
from orchestration.texts import Invocation, argument, command, option, pass_invocation


@command("submit", "writes")
@argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@option("--unit")
@option("--received-at")
@pass_invocation
def submit(call: Invocation, files: tuple[Path, ...], unit: str | None, received_at: str | None) -> int:
    """See the text `cli.submit.help`."""
    registry = registry_of(call)
    if unit is not None:
        unit = known_unit(call, registry, unit)
    arrived = moment(call, received_at)
    for path in existing(call, files):
        put = inbox.put_in_inbox(call.home, path, unit, arrived)
        click.echo(call.text("cli.submit.done", path=put.path))
    click.echo(call.text("cli.submit.next", home=call.home.root))
    return 0
