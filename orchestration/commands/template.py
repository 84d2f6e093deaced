"""`tongket template`: the blank workbook of one unit and period."""

from pathlib import Path

import click

from ingestion.definitions.overlay import catalogue_of
from orchestration.commands.common import calendar_period, history_of, known_unit, ledger_of, registry_of
from orchestration.environment import template_key
from orchestration.errors import CommandError, RefusedError
from orchestration.explaining import explained
from orchestration.texts import Invocation, command, option, pass_invocation


@command("template")
@option("--unit", required=True)
@option("--period", required=True)
@option("-o", "--output", required=True, type=click.Path(path_type=Path, dir_okay=False))
@option("--force", is_flag=True)
@pass_invocation
def template(call: Invocation, unit: str, period: str, output: Path, force: bool) -> int:
    """See the text `cli.template.help`."""
    from xlsxwriter.exceptions import FileCreateError  # noqa: PLC0415

    from ingestion.definitions.signing import make_key  # noqa: PLC0415
    from ingestion.workbook.template import TemplateError, write_template  # noqa: PLC0415

    registry = registry_of(call)
    unit = known_unit(call, registry, unit)
    asked = calendar_period(call, registry, period)
    if output.exists() and not force:
        raise CommandError(call.text("cli.template.exists", path=output))
    if output.suffix.lower() != ".xlsx":
        raise CommandError(call.text("cli.template.not_xlsx", path=output))
    catalogue = catalogue_of(call.home)
    history = history_of(call, catalogue, ledger_of(call))
    key = template_key(call.home) or make_key(call.home.template_key)
    try:
        output.parent.mkdir(parents=True, exist_ok=True)
        write_template(output, catalogue, registry, unit, asked, history=history, key=key)
    except TemplateError as error:
        raise RefusedError(error.told(call.language)) from error
    except (OSError, FileCreateError) as error:
        refused = error if isinstance(error, OSError) else error.args[0]
        reason = explained(refused, call.text) or str(refused)
        raise CommandError(call.text("cli.template.unwritable", path=output, reason=reason)) from error
    click.echo(call.text("cli.template.done", path=output))
    return 0
