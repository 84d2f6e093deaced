"""The command `tongket`: its group, its global options, and how it ends when something is wrong.

What belongs here: finding a command without importing the others, and turning errors into one line with a
remedy. What does not: what a command does (`commands/`). Dagster, dbt and Great Expectations take seconds to
import, so they are only imported by the commands that run them, when they do.
"""

import importlib
from pathlib import Path
from typing import Any

import click

from orchestration import environment
from orchestration.errors import BrokenError, CommandError, RefusedError, write_traceback
from orchestration.texts import (
    LANGUAGES,
    Invocation,
    TextCommand,
    TextGroup,
    language_of,
    option,
    set_language,
    text,
)

_NAME = "tongket"

COMMANDS: dict[str, str] = {
    "init": "state",
    "template": "template",
    "check": "check",
    "submit": "submit",
    "run": "run",
    "status": "status",
    "accept": "decisions",
    "reject": "decisions",
    "close": "decisions",
    "reopen": "decisions",
    "retry": "retry",
    "alerts": "alerts",
    "figures": "figures",
    "trace": "figures",
    "publish": "run",
    "releases": "releases",
    "diff": "releases",
    "verify": "verify",
    "serve": "pages",
    "ui": "pages",
    "doctor": "doctor",
}
"""Commands in the order of their use, with the module of `commands/` that holds each."""

EXPECTED_ERRORS: dict[str, type[CommandError]] = {
    "RegistryError": CommandError,
    "CatalogueError": CommandError,
    "IntakeError": CommandError,
    "PermissionError": CommandError,
    "LedgerError": CommandError,
    "LedgerLockedError": RefusedError,
    "LostLedgerError": RefusedError,
    "DecisionRefusedError": RefusedError,
    "DamagedOriginalsError": RefusedError,
    "OriginalDamagedError": RefusedError,
    "WorkerStartError": RefusedError,
    "MartsError": RefusedError,
    "ReleaseError": RefusedError,
    "WarehouseBuildError": RefusedError,
}
"""Errors that are a user's to mend, by class name, since importing their modules would take seconds."""


class Tongket(TextGroup):
    """The group of all commands; each is imported when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Give the commands in the order of their use."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import the command that is called."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"orchestration.commands.{COMMANDS[cmd_name]}")
        command = getattr(module, cmd_name)
        if not isinstance(command, TextCommand):
            raise TypeError(f"{cmd_name} is no command")
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; whatever goes wrong ends in one line and an exit code."""
        try:
            return super().invoke(ctx)
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            # Click itself ends quietly when the reader of a pipe, such as `head`, has seen enough.
            raise
        except Exception as error:
            raise _explained(error, ctx) from error


def _explained(error: Exception, ctx: click.Context) -> CommandError:
    expected = next(
        (EXPECTED_ERRORS[c.__name__] for c in type(error).__mro__ if c.__name__ in EXPECTED_ERRORS), None
    )
    if expected is not None:
        return expected(text("cli.error.expected", ctx, message=str(error)))
    # The command may have failed before the group's own function ran, when there is no invocation yet.
    home = environment.home_from(ctx.params.get("home_option"))
    folder = home.build / "errors" if home.root.is_dir() else None
    path = write_traceback(error, folder, environment.now())
    kind, said = type(error).__name__, str(error)[:300]
    return BrokenError(text("cli.error.unexpected", ctx, kind=kind, message=said, path=path))


@click.group(_NAME, cls=Tongket, context_settings={"help_option_names": ["-h", "--help"]})
@option(
    "--home",
    "home_option",
    type=click.Path(path_type=Path, file_okay=False),
    envvar=environment.HOME_VARIABLE,
)
@option(
    "--lang",
    "language",
    type=click.Choice(LANGUAGES),
    envvar=environment.LANGUAGE_VARIABLE,
    default="vi",
    is_eager=True,
    expose_value=False,
    callback=set_language,
)
@click.version_option(package_name="tongket", prog_name="tongket", message="%(prog)s %(version)s")
@click.pass_context
def main(ctx: click.Context, home_option: Path | None) -> None:
    """See the text `cli.tongket.help`."""
    ctx.obj = Invocation(home=environment.home_from(home_option), language=language_of(ctx))


if __name__ == "__main__":
    main()
