"""The command line in two languages: help, options and errors from the catalogue of texts.

What belongs here: click classes that look their texts up when they are shown, in the language of the call. What
does not: the texts (`messages/cli.yml`).
"""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import click

from ingestion.storage.filenames import writable
from ingestion.storage.home import Home
from ingestion.words.labels import Language
from ingestion.words.messages import message
from ingestion.words.standing import standing
from orchestration import environment
from orchestration.encoding import prepare_streams
from orchestration.errors import WRONG_USE, suggestions
from orchestration.explaining import explained
from orchestration.opening import open_state

INTERRUPTED = 130
"""Exit code of a call that was stopped with Ctrl+C."""

_LANGUAGE_KEY = "tongket.language"


@dataclass(frozen=True)
class Invocation:
    """What holds for every command of one call."""

    home: Home
    language: Language

    def text(self, key: str, **fields: Any) -> str:
        """Give a text in the language of the call."""
        return writable(message(key, self.language, **fields))

    def standing(self, name: str) -> str:
        """Say where a submission stands, in capitals, so that it is found in a long list."""
        return writable(standing(name, self.language).upper())


def language_of(ctx: click.Context | None) -> Language:
    """Give the language of a call, also where it failed before its options were read."""
    read = ctx.find_root().meta.get(_LANGUAGE_KEY) if ctx else None
    return "en" if (read or environment.stated_language()) == "en" else "vi"


def set_language(ctx: click.Context, param: click.Parameter, value: Language) -> Language:
    """Remember the language as soon as it is read, so that help is shown in it."""
    ctx.find_root().meta[_LANGUAGE_KEY] = value
    return value


def text(key: str, ctx: click.Context | None, **fields: Any) -> str:
    """Give a text in the language of a call."""
    return writable(message(key, language_of(ctx), **fields))


def _first_text(ctx: click.Context, *keys: str) -> str:
    for key in keys[:-1]:
        try:
            return text(key, ctx)
        except KeyError:
            continue
    return text(keys[-1], ctx)


def _texts_of(command: click.Command) -> str:
    """Give under which name the texts of a command stand: its own, after that of the group that it is in."""
    return str(getattr(command, "texts", "") or command.name)


def _long_name(param: click.Parameter) -> str:
    return max(param.opts, key=len).lstrip("-").replace("-", "_")


class TextOption(click.Option):
    """An option whose help is `cli.<command>.<option>`, or `cli.option.<option>` where commands share it."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str] | None:
        """Give the line of the help page."""
        name = _long_name(self)
        texts = _texts_of(ctx.command)
        group = texts.rpartition(".")[0] or texts
        keys = (f"cli.{texts}.{name}", f"cli.{group}.option.{name}", f"cli.option.{name}")
        self.help = _first_text(ctx, *keys)
        return super().get_help_record(ctx)


class TextArgument(click.Argument):
    """An argument whose help is `cli.<command>.<argument>`."""

    def get_help_record(self, ctx: click.Context) -> tuple[str, str]:
        """Give the line of the help page."""
        texts = _texts_of(ctx.command)
        group = texts.rpartition(".")[0] or texts
        keys = (f"cli.{texts}.{self.name}", f"cli.{group}.option.{self.name}")
        return self.make_metavar(ctx), _first_text(ctx, *keys)


Opening = Literal["reads", "writes", "itself"]
"""What a command does with the state folder: where it writes, an older one is migrated; some open it alone."""


class TextCommand(click.Command):
    """A command whose help is `cli.<command>.help`; its callback returns the exit code."""

    opening: Opening = "reads"
    texts: str = ""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command, unless the state folder is one that this product cannot open."""
        if self.opening != "itself":
            for said in open_state(ctx.obj.home, ctx.obj.language, writes=self.opening == "writes"):
                click.echo(said, err=True)
        return super().invoke(ctx)

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what the command does."""
        formatter.write_paragraph()
        with formatter.indentation():
            formatter.write_text(text(f"cli.{_texts_of(self)}.help", ctx))

    def format_arguments(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the arguments."""
        rows = [param.get_help_record(ctx) for param in self.get_params(ctx) if isinstance(param, TextArgument)]
        if rows:
            with formatter.section(text("cli.help.arguments", ctx)):
                formatter.write_dl(rows)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options, the product's own and click's."""
        rows = []
        for param in self.get_params(ctx):
            if isinstance(param, click.Option) and not isinstance(param, TextOption):
                param.help = text(f"cli.option.{_long_name(param)}", ctx)
            record = None if isinstance(param, click.Argument) else param.get_help_record(ctx)
            if record:
                rows.append(record)
        with formatter.section(text("cli.help.options", ctx)):
            formatter.write_dl(rows)


class TextGroup(click.Group):
    """A group in two languages that ends every call with an exit code and, if need be, one line."""

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what the product does."""
        TextCommand.format_help_text(self, ctx, formatter)  # type: ignore[arg-type]

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the global options and the commands."""
        TextCommand.format_options(self, ctx, formatter)  # type: ignore[arg-type]
        self.format_commands(ctx, formatter)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write one line a command."""
        with formatter.section(text("cli.help.commands", ctx)):
            formatter.write_dl([(name, self.overview_line(name, ctx)) for name in self.list_commands(ctx)])

    def overview_line(self, command: str, ctx: click.Context) -> str:
        """Give a command's line of the overview."""
        return text(f"cli.{command}.short", ctx)

    def main(self, *args: Any, standalone_mode: bool = True, **extra: Any) -> Any:
        """Run a call and end the process with its exit code."""
        prepare_streams()
        if not standalone_mode:
            return super().main(*args, standalone_mode=False, **extra)  # type: ignore[call-overload]
        try:
            code = super().main(*args, standalone_mode=False, **extra)  # type: ignore[call-overload]
        except click.UsageError as error:
            click.echo(usage_text(error), err=True)
            sys.exit(WRONG_USE)
        except OSError as error:
            # While help was shown, say; a command's own errors have become click's before they come here.
            sentence = explained(error, lambda key, **fields: text(key, None, **fields))
            click.echo(sentence, err=True)
            sys.exit(WRONG_USE)
        except click.ClickException as error:
            error.show()
            sys.exit(error.exit_code)
        except click.Abort:
            click.echo(err=True)
            sys.exit(INTERRUPTED)
        sys.exit(code or 0)


class TextSubgroup(click.Group):
    """A group of commands inside the product's; the texts of theirs are `cli.<group>.<name>.…`."""

    def format_help_text(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write what the commands are for."""
        TextCommand.format_help_text(self, ctx, formatter)  # type: ignore[arg-type]

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write the options and the commands."""
        TextCommand.format_options(self, ctx, formatter)  # type: ignore[arg-type]
        self.format_commands(ctx, formatter)

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Give the commands in the order in which they were added."""
        return list(self.commands)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Write one line a command."""
        with formatter.section(text("cli.help.commands", ctx)):
            formatter.write_dl([(name, text(f"cli.{self.name}.{name}.short", ctx)) for name in self.commands])

    def admit(self, command: TextCommand) -> TextCommand:
        """Take a command in."""
        command.texts = f"{self.name}.{command.name}"
        self.add_command(command)
        return command


def usage_text(error: click.UsageError) -> str:
    """Word a wrong use in the language of the call, with a hint where help is found."""
    ctx = error.ctx
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        return error.message
    hint = text("cli.error.see_help", ctx, command=ctx.command_path if ctx else "tongket")
    return f"{_usage_reason(error)}\n{hint}"


def _usage_reason(error: click.UsageError) -> str:
    ctx = error.ctx
    if isinstance(error, click.exceptions.NoSuchCommand):
        known = _suggested(ctx, error.command_name)
        return text("cli.error.no_such_command", ctx, name=error.command_name, known=known)
    if isinstance(error, click.NoSuchOption):
        return text("cli.error.no_such_option", ctx, name=error.option_name)
    if isinstance(error, click.MissingParameter) and error.param is not None:
        hint = error.param.get_error_hint(ctx) if ctx else str(error.param.name)
        return text("cli.error.missing_parameter", ctx, name=hint.replace("'", ""))
    if isinstance(error, click.BadParameter) and error.param is not None:
        hint = error.param.get_error_hint(ctx) if ctx else str(error.param.name)
        return text("cli.error.bad_parameter", ctx, name=hint.replace("'", ""), message=error.message)
    return text("cli.error.usage", ctx, message=error.format_message())


def _suggested(ctx: click.Context | None, name: str) -> str:
    group = ctx.command if ctx else None
    known = group.list_commands(ctx) if isinstance(group, click.Group) and ctx else []
    return ", ".join(suggestions(name, known) or known)


def command(name: str, opening: Opening = "reads") -> Callable[[Callable[..., int]], TextCommand]:
    """Make a command of a function that returns an exit code."""

    def made(function: Callable[..., int]) -> TextCommand:
        found = click.command(name, cls=TextCommand)(function)
        found.opening = opening
        return found

    return made


def option(*names: str, **settings: Any) -> Callable[[Any], Any]:
    """Add an option whose help is in the catalogue."""
    return click.option(*names, cls=TextOption, **settings)


def argument(name: str, **settings: Any) -> Callable[[Any], Any]:
    """Add an argument whose help is in the catalogue."""
    return click.argument(name, cls=TextArgument, **settings)


json_option = option("--json", "as_json", is_flag=True)
pass_invocation = click.pass_obj
