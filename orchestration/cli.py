"""The command `tongket`: its group, its global options, and how it ends when something is wrong.

What belongs here: finding a command without importing the others, and turning errors into one line with a
remedy. What does not: what a command does (`commands/`). Dagster, dbt and Great Expectations take seconds to
import, so they are only imported by the commands that run them, when they do.
"""

import importlib
from pathlib import Path
from typing import Any

import click

from ingestion.catalogue import CatalogueError
from ingestion.periods import PeriodError
from ingestion.registry import RegistryError
from orchestration import environment
from orchestration.errors import BROKEN, REFUSED, WRONG_USE, CommandError, write_traceback
from orchestration.texts import LANGUAGES, Invocation, TextCommand, TextGroup, language_of, option, set_language, text

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

EXPECTED_ERRORS: dict[type[Exception], int] = {
    RegistryError: WRONG_USE,
    CatalogueError: WRONG_USE,
    PeriodError: WRONG_USE,
    PermissionError: WRONG_USE,
}
"""Errors that are a user's to mend: their message is shown as it is, with this exit code."""


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
        except (click.ClickException, click.exceptions.Exit, click.Abort):
            raise
        except Exception as error:
            raise _explained(error, ctx) from error


def _explained(error: Exception, ctx: click.Context) -> CommandError:
    code = _exit_code(error)
    if code is not None:
        return CommandError(text("cli.error.expected", ctx, message=str(error)), code)
    # The command may have failed before the group's own function ran, when there is no invocation yet.
    home = environment.home_from(ctx.params.get("home_option"))
    path = write_traceback(error, home.build / "errors" if home.root.is_dir() else None, environment.now())
    return CommandError(
        text("cli.error.unexpected", ctx, kind=type(error).__name__, message=str(error)[:300], path=path), BROKEN
    )


def _exit_code(error: Exception) -> int | None:
    for kind, code in EXPECTED_ERRORS.items():
        if isinstance(error, kind):
            return code
    # These come from modules that are slow to import; where they are raised, those are imported already.
    return {"WriterBusy": REFUSED, "LedgerLocked": REFUSED, "LedgerError": WRONG_USE}.get(type(error).__name__)


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
