"""The command `tongket`: its group, its global options, and how it ends when something is wrong.

What belongs here: finding a command without importing the others, and turning errors into one line with a
remedy. What does not: what a command does (`commands/`). Dagster, dbt and Great Expectations take seconds to
import, so they are only imported by the commands that run them, when they do.
"""

import importlib
from pathlib import Path
from typing import Any

import click

from ingestion.words.labels import LANGUAGES
from orchestration import environment
from orchestration.errors import BrokenError, CommandError, RefusedError, write_traceback
from orchestration.explaining import explained, kind_of
from orchestration.texts import (
    Invocation,
    TextCommand,
    TextGroup,
    TextSubgroup,
    language_of,
    option,
    set_language,
)

__all__ = ["COMMANDS", "main"]

_NAME = "tongket"

COMMANDS: dict[str, str] = {
    "init": "state",
    "registry": "registry",
    "template": "template",
    "check": "check",
    "submit": "submit",
    "run": "run",
    "status": "status",
    "accept": "decisions",
    "reject": "decisions",
    "cover": "decisions",
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
    "validations": "validations",
    "serve": "pages",
    "ui": "pages",
    "doctor": "doctor",
}
"""Commands in the order of their use, with the module of `commands/` that holds each."""


_UNATTENDED = frozenset({"run", "publish", "alerts"})
"""Commands that a clock may start, so that nobody reads what they say."""


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
        if not isinstance(command, TextCommand | TextSubgroup):
            raise TypeError(f"{cmd_name} is no command")
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command; whatever goes wrong ends in one line and an exit code."""
        try:
            return super().invoke(ctx)
        except RefusedError as error:
            _alarm(error, ctx)
            raise
        except (click.ClickException, click.exceptions.Exit, click.Abort, BrokenPipeError):
            # Click itself ends quietly when the reader of a pipe, such as `head`, has seen enough.
            raise
        except Exception as error:
            said = _explained(error, ctx)
            _alarm(error, ctx, said)
            raise said from error


def _explained(error: Exception, ctx: click.Context) -> CommandError:
    # The command may have failed before the group's own function ran, when there is no invocation yet.
    call = Invocation(environment.home_from(ctx.params.get("home_option")), language_of(ctx))
    kind, sentence = kind_of(error), explained(error, call.text)
    if kind is not None and sentence is not None:
        return kind(sentence)
    folder = call.home.build / "errors" if call.home.root.is_dir() else None
    path = write_traceback(error, folder, environment.now())
    fields = {"kind": type(error).__name__, "message": str(error)[:300]}
    key = "cli.error.unexpected" if path else "cli.error.unexpected_unkept"
    return BrokenError(call.text(key, path=path, **fields), path)


def _alarm(error: Exception, ctx: click.Context, said: CommandError | None = None) -> None:
    """Have the data team told where a command failed that somebody may have left to itself."""
    name = ctx.invoked_subcommand or ""
    if name not in COMMANDS or (said is None and name not in _UNATTENDED):
        return
    if isinstance(said, BrokenError) or name in _UNATTENDED:
        from orchestration.alarm import command_failed  # noqa: PLC0415 - takes long to import

        home = environment.home_from(ctx.params.get("home_option"))
        command_failed(home, name, error, said)


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
