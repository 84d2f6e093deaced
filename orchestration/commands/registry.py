"""`tongket registry`: what is wrong with the registry, which versions it had, and recording it with a reason.

What belongs here: asking and showing. What does not: what can be wrong
(`ingestion.definitions.registry_faults`), and what a version is and when one is recorded
(`ingestion.chronicle`).
"""

from typing import Any

import click

from ingestion.chronicle.differences import Difference
from ingestion.chronicle.in_force import past_changes_of, record
from ingestion.chronicle.versions import Change, Chronicle, Version
from ingestion.definitions.overlay import catalogue_of
from ingestion.definitions.registry import load_registry
from ingestion.definitions.registry_faults import faults
from ingestion.definitions.registry_files import RegistryError
from orchestration import environment
from orchestration.commands import registry_events
from orchestration.commands.common import demand_registry_kept, held_for_writing, minute, person, print_json
from orchestration.errors import DONE, REFUSED, CommandError
from orchestration.texts import (
    Invocation,
    TextSubgroup,
    argument,
    command,
    json_option,
    option,
    pass_invocation,
)

registry = TextSubgroup("registry")


def _demand_registry(call: Invocation) -> None:
    if not call.home.registry.is_dir():
        demand_registry_kept(call, call.home)
        raise CommandError(call.text("cli.error.no_home", home=call.home.root))


@registry.admit
@command("check")
@json_option
@pass_invocation
def check(call: Invocation, as_json: bool) -> int:
    """See the text `cli.registry.check.help`."""
    _demand_registry(call)
    folder = call.home.registry
    found = faults(folder, catalogue_of(call.home))
    found += past_changes_of(call.home)
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


@registry.admit
@command("record", "writes")
@option("--reason", required=True)
@option("--as", "kind", type=click.Choice([str(Change.CORRECTION), str(Change.WORLD)]))
@option("--by")
@pass_invocation
def record_now(call: Invocation, reason: str, kind: str | None, by: str | None) -> int:
    """See the text `cli.registry.record.help`."""
    _demand_registry(call)
    if not reason.strip():
        raise CommandError(call.text("cli.registry.record.no_reason"))
    who, change = person(call, by), Change(kind) if kind else None
    with held_for_writing(call):
        made = record(call.home, reason=reason.strip(), kind=change, by=who, now=environment.now())
    if made is None:
        last = Chronicle(call.home).versions()[-1]
        click.echo(call.text("cli.registry.record.nothing", known=last.name))
        return DONE
    said = call.text(f"cli.registry.kind.{made.kind}")
    click.echo(call.text("cli.registry.record.done", known=made.name, kind=said, count=len(made.differences)))
    return DONE


@registry.admit
@command("log")
@argument("version", required=False)
@json_option
@pass_invocation
def log(call: Invocation, version: str | None, as_json: bool) -> int:
    """See the text `cli.registry.log.help`."""
    _demand_registry(call)
    known = Chronicle(call.home).versions()
    if version is not None:
        return _show_changes(call, _named(call, known, version), as_json)
    if as_json:
        print_json([_of_version(one) for one in reversed(known)])
        return DONE
    if not known:
        click.echo(call.text("cli.registry.log.none"))
        return DONE
    from orchestration.terminal import console, table  # noqa: PLC0415

    columns = [call.text(f"cli.registry.column.{name}") for name in _OF_VERSION]
    console().print(table(columns, [_version_cells(call, one) for one in reversed(known)]))
    return DONE


_OF_VERSION = ("version", "at", "by", "kind", "reason", "differences")
_OF_DIFFERENCE = ("place", "key", "column", "before", "after")


def _named(call: Invocation, known: tuple[Version, ...], name: str) -> Version:
    """Give the version of a name, of a number, or the newest one whose hash begins so."""
    for one in reversed(known):
        if name in (one.name, str(one.number), one.name.partition("-")[0], one.name.partition("-")[2]):
            return one
    raise CommandError(call.text("cli.registry.log.unknown", name=name))


def _of_version(one: Version) -> dict[str, Any]:
    return {
        "version": one.name,
        "at": one.at.isoformat(),
        "by": one.by,
        "kind": str(one.kind),
        "reason": one.reason or None,
        "differences": len(one.differences),
    }


def _version_cells(call: Invocation, one: Version) -> tuple[str, ...]:
    at, kind = minute(call, one.at.isoformat()), call.text(f"cli.registry.kind.{one.kind}")
    return (one.name, at, one.by, kind, one.reason, str(len(one.differences)))


def _show_changes(call: Invocation, one: Version, as_json: bool) -> int:
    if as_json:
        print_json(_of_version(one) | {"changes": [_of_difference(change) for change in one.differences]})
        return DONE
    if not one.differences:
        key = "first" if one.kind is Change.FIRST else "same"
        click.echo(call.text(f"cli.registry.log.{key}", known=one.name))
        return DONE
    from orchestration.terminal import console, table  # noqa: PLC0415

    columns = [call.text(f"cli.registry.column.{name}") for name in _OF_DIFFERENCE]
    console().print(table(columns, [_difference_cells(change) for change in one.differences]))
    return DONE


def _of_difference(change: Difference) -> dict[str, Any]:
    return {
        "file": change.file,
        "row": change.row or None,
        "key": change.key or None,
        "column": change.column or None,
        "before": change.before or None,
        "after": change.after or None,
    }


def _difference_cells(change: Difference) -> tuple[str, ...]:
    place = f"{change.file}:{change.row}" if change.row else change.file
    return (place, change.key, change.column, change.before, change.after)


for _event in registry_events.ALL:
    registry.admit(_event)
