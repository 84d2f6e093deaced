"""`tongket registry check`: everything that is wrong with the registry, and nothing else.

What belongs here: showing it. What does not: what can be wrong (`ingestion.definitions.registry_faults`).
"""

from typing import Any

import click

from ingestion.definitions.overlay import catalogue_of
from ingestion.definitions.registry import load_registry
from ingestion.definitions.registry_faults import faults
from ingestion.definitions.registry_files import RegistryError
from orchestration.commands.common import demand_registry_kept, print_json
from orchestration.errors import DONE, REFUSED, CommandError
from orchestration.texts import Invocation, argument, command, json_option, pass_invocation


@command("registry")
@argument("action", type=click.Choice(["check"]))
@json_option
@pass_invocation
def registry(call: Invocation, action: str, as_json: bool) -> int:
    """See the text `cli.registry.help`."""
    folder = call.home.registry
    if not folder.is_dir():
        demand_registry_kept(call, call.home)
        raise CommandError(call.text("cli.error.no_home", home=call.home.root))
    found = faults(folder, catalogue_of(call.home).indicators)
    if as_json:
        print_json([_as_object(call, error) for error in found])
    elif not found:
        loaded = load_registry(folder)
        units, periods = len(loaded.reporting_units), len(loaded.calendar)
        click.echo(call.text("cli.doctor.registry_ok", units=units, periods=periods))
    else:
        for error in found:
            click.echo(error.told(call.language))
        click.echo(call.text("cli.registry.found", count=len(found)))
    return REFUSED if found else DONE


def _as_object(call: Invocation, error: RegistryError) -> dict[str, Any]:
    return {
        "file": error.path.name,
        "row": error.row,
        "column": error.column or None,
        "fault": error.key.partition(".")[2],
        "message": error.told(call.language),
    }
