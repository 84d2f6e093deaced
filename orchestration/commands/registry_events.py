"""`tongket registry rename`, `transfer`, `merge` and so on: what happened, written into the registry.

What belongs here: asking for an event, and the history of one body. What does not: which rows an event changes
(`ingestion.chronicle.events`), and the other commands of the registry (`registry.py`), which take these in.
"""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, TypeVar

import click

from ingestion.chronicle.events import EventRefusedError, Events, happen
from ingestion.definitions.registry import Registry
from ingestion.definitions.registry_rows import Organisation, Succession
from ingestion.words import writing
from orchestration import environment
from orchestration.commands.common import held_for_writing, known_unit, person, print_json, registry_of
from orchestration.errors import DONE, CommandError
from orchestration.texts import Invocation, argument, command, json_option, option, pass_invocation

_Decorated = TypeVar("_Decorated", bound=Callable[..., Any])


def _of_event(function: _Decorated) -> _Decorated:
    """Add what each event is asked for: the day, the document, and who records it."""
    for add in (
        option("--by"),
        option("--document", required=True),
        option("--on", required=True, type=click.DateTime(["%Y-%m-%d"])),
    ):
        function = add(function)
    return function


def _happened(
    call: Invocation, event: Callable[[Events], None], on: datetime, document: str, by: str | None
) -> int:
    if not document.strip():
        raise CommandError(call.text("cli.registry.record.no_reason"))
    who = person(call, by)
    try:
        with held_for_writing(call):
            now, day = environment.now(), on.date()
            made = happen(call.home, event, on=day, document=document.strip(), by=who, now=now)
    except EventRefusedError as error:
        for fault in error.faults:
            click.echo(fault.told(call.language), err=True)
        raise
    if made is None:
        click.echo(call.text("cli.registry.happened_before"))
        return DONE
    count = len(made.differences)
    click.echo(call.text("cli.registry.happened", known=made.name, number=made.number, count=count))
    return DONE


def _changed(
    call: Invocation, unit: str, values: Mapping[str, str], *, on: datetime, document: str, by: str | None
) -> int:
    code = known_unit(call, registry_of(call), unit)
    return _happened(call, lambda events: events.change(code, values), on, document, by)


@command("rename", "writes")
@argument("unit")
@argument("name")
@_of_event
@pass_invocation
def rename(call: Invocation, *, unit: str, name: str, on: datetime, document: str, by: str | None) -> int:
    """See the text `cli.registry.rename.help`."""
    return _changed(call, unit, {"org_name": name}, on=on, document=document, by=by)


@command("transfer", "writes")
@argument("unit")
@argument("parent")
@_of_event
@pass_invocation
def transfer(call: Invocation, *, unit: str, parent: str, on: datetime, document: str, by: str | None) -> int:
    """See the text `cli.registry.transfer.help`."""
    return _changed(call, unit, {"parent_code": parent}, on=on, document=document, by=by)


@command("relevel", "writes")
@argument("unit")
@option("--kind")
@option("--type", "org_type")
@option("--level")
@_of_event
@pass_invocation
def relevel(
    call: Invocation,
    *,
    unit: str,
    kind: str | None,
    org_type: str | None,
    level: str | None,
    on: datetime,
    document: str,
    by: str | None,
) -> int:
    """See the text `cli.registry.relevel.help`."""
    stated = {"org_kind": kind, "org_type": org_type, "level": level}
    values = {column: value for column, value in stated.items() if value is not None}
    if not values:
        raise CommandError(call.text("cli.registry.relevel.nothing"))
    return _changed(call, unit, values, on=on, document=document, by=by)


@command("dissolve", "writes")
@argument("unit")
@_of_event
@pass_invocation
def dissolve(call: Invocation, *, unit: str, on: datetime, document: str, by: str | None) -> int:
    """See the text `cli.registry.dissolve.help`."""
    code = known_unit(call, registry_of(call), unit)
    return _happened(call, lambda events: events.dissolve(code), on, document, by)


@command("merge", "writes")
@argument("units", nargs=-1, required=True)
@option("--into", required=True)
@_of_event
@pass_invocation
def merge(
    call: Invocation, *, units: tuple[str, ...], into: str, on: datetime, document: str, by: str | None
) -> int:
    """See the text `cli.registry.merge.help`."""
    known = registry_of(call)
    codes = [known_unit(call, known, unit) for unit in dict.fromkeys(units)]
    successor = known_unit(call, known, into)
    return _happened(call, lambda events: events.merge(codes, successor), on, document, by)


@command("split", "writes")
@argument("unit")
@option("--into", required=True, multiple=True)
@_of_event
@pass_invocation
def split(
    call: Invocation, *, unit: str, into: tuple[str, ...], on: datetime, document: str, by: str | None
) -> int:
    """See the text `cli.registry.split.help`."""
    known, shares = registry_of(call), {}
    code = known_unit(call, known, unit)
    for text in into:
        successor, _, share = text.rpartition("=")
        if not successor:
            raise CommandError(call.text("cli.registry.split.no_share", text=text))
        shares[known_unit(call, known, successor)] = share
    return _happened(call, lambda events: events.split(code, shares), on, document, by)


@command("establish", "writes")
@argument("code")
@argument("name")
@option("--kind", required=True)
@option("--type", "org_type", default="")
@option("--level", default="")
@option("--sector", default="")
@option("--parent", default="")
@option("--term-system", default="DANG")
@option("--files-reports", is_flag=True)
@_of_event
@pass_invocation
def establish(
    call: Invocation,
    *,
    code: str,
    name: str,
    kind: str,
    org_type: str,
    level: str,
    sector: str,
    parent: str,
    term_system: str,
    files_reports: bool,
    on: datetime,
    document: str,
    by: str | None,
) -> int:
    """See the text `cli.registry.establish.help`."""
    registry_of(call)
    values = {
        "org_code": code,
        "org_name": name,
        "org_kind": kind,
        "org_type": org_type,
        "sector": sector,
        "level": level,
        "parent_code": parent,
        "files_reports": str(int(files_reports)),
        "term_system": term_system,
    }
    return _happened(call, lambda events: events.establish(values), on, document, by)


_OF_ROW = ("from", "to", "name", "org_kind", "org_type", "level", "parent", "files")
_OF_EVENT = ("from", "event", "predecessor", "successor", "share", "document")


@command("history")
@argument("unit")
@json_option
@pass_invocation
def history(call: Invocation, unit: str, as_json: bool) -> int:
    """See the text `cli.registry.history.help`."""
    known = registry_of(call)
    code = known_unit(call, known, unit)
    events = _events_of(known, code)
    if as_json:
        versions = [one.model_dump(mode="json") for one in known.versions[code]]
        print_json({"unit": code, "versions": versions, "events": [e.model_dump(mode="json") for e in events]})
        return DONE
    from orchestration.terminal import console, table  # noqa: PLC0415

    columns = [call.text(f"cli.registry.column.{name}") for name in _OF_ROW]
    console().print(table(columns, [_row_cells(call, one) for one in known.versions[code]], title=code))
    if events:
        columns = [call.text(f"cli.registry.column.{name}") for name in _OF_EVENT]
        console().print(table(columns, [_event_cells(call, one) for one in events]))
    return DONE


def _events_of(known: Registry, code: str) -> list[Succession]:
    """Give what a body came from and what it went into, oldest first."""
    found = [e for e in known.successions if code in (e.predecessor_code, e.successor_code)]
    return sorted(found, key=lambda event: event.effective_on)


def _row_cells(call: Invocation, row: Organisation) -> tuple[str, ...]:
    until = writing.day(row.valid_to, call.language) if row.valid_to else ""
    files = "●" if row.files_reports else ""
    kind = (row.org_kind, row.org_type, row.level)
    return (writing.day(row.valid_from, call.language), until, row.org_name, *kind, row.parent_code, files)


def _event_cells(call: Invocation, event: Succession) -> tuple[str, ...]:
    share = "" if event.share is None else writing.as_filed(event.share, call.language)
    bodies = (event.predecessor_code, event.successor_code)
    day = writing.day(event.effective_on, call.language)
    return (day, event.event_type, *bodies, share, event.document)


ALL = (rename, transfer, relevel, dissolve, merge, split, establish, history)
"""The commands of this module, in the order of the help page."""
