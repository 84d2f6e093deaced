"""`tongket init`: a new state folder."""

from pathlib import Path

import click

from ingestion.definitions.registry import load_registry
from ingestion.storage.home import Home
from orchestration.commands.common import demand_registry_kept
from orchestration.errors import RefusedError
from orchestration.opening import open_state
from orchestration.state import StateExistsError, write_example
from orchestration.texts import Invocation, argument, command, pass_invocation


@command("init", "itself")
@argument("folder", type=click.Path(path_type=Path, file_okay=False))
@pass_invocation
def init(call: Invocation, folder: Path) -> int:
    """See the text `cli.init.help`."""
    home = Home(folder.expanduser().absolute())
    open_state(home, call.language, writes=False)
    demand_registry_kept(call, home)
    try:
        written = write_example(home)
    except StateExistsError as error:
        raise RefusedError(call.text("cli.init.exists", path=error)) from error
    registry = load_registry(home.registry)
    click.echo(call.text("cli.init.done", home=home.root, count=len(written)))
    click.echo(
        call.text(
            "cli.init.next",
            registry=home.registry,
            home=home.root,
            unit=registry.reporting_units[-1],
            period=registry.calendar[-1].period_code,
        )
    )
    return 0
