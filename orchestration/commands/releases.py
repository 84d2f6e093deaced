"""`tongket releases` and `tongket diff`: what was published, and what changed."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from ingestion.definitions.indicators import Indicator
from ingestion.definitions.overlay import catalogue_of, measure
from ingestion.definitions.registry import Registry
from ingestion.words import writing
from orchestration.commands.common import derived_name, minute, number, print_json, registry_of
from orchestration.errors import CommandError
from orchestration.texts import Invocation, argument, command, json_option, pass_invocation

if TYPE_CHECKING:
    from reports.release import FigureChange


@command("releases")
@json_option
@pass_invocation
def releases(call: Invocation, as_json: bool) -> int:
    """See the text `cli.releases.help`."""
    from reports.release import current, list_releases  # noqa: PLC0415

    registry_of(call)
    up = current(call.home)
    found = sorted(list_releases(call.home), key=lambda release: release.number, reverse=True)
    is_up = {release.name: up is not None and release.name == up.name for release in found}
    if as_json:
        print_json(
            [
                {
                    "release": release.name,
                    "as_of": release.as_of,
                    "code_version": release.code_version,
                    "runner": release.runner,
                    "submissions": list(release.submissions),
                    "note": release.note,
                    "registry": release.registry or None,
                    "up": is_up[release.name],
                    "folder": str(release.folder),
                }
                for release in found
            ]
        )
        return 0
    if not found:
        click.echo(call.text("cli.releases.none"))
        return 0
    from orchestration.terminal import console, table  # noqa: PLC0415

    columns = ("release", "current", "as_of", "code", "submissions", "note")
    rows = [
        (
            r.name,
            "●" if is_up[r.name] else "",
            minute(call, r.as_of),
            r.code_version,
            len(r.submissions),
            r.note,
        )
        for r in found
    ]
    console().print(table([call.text(f"cli.releases.column.{name}") for name in columns], rows))
    return 0


@command("diff")
@argument("older")
@argument("newer")
@json_option
@pass_invocation
def diff(call: Invocation, older: str, newer: str, as_json: bool) -> int:
    """See the text `cli.diff.help`."""
    from reports.release import NO_RELEASE, ReleaseError, find  # noqa: PLC0415
    from reports.release import diff as compare  # noqa: PLC0415

    registry = registry_of(call)
    try:
        before, after = find(call.home, older), find(call.home, newer)
    except ReleaseError as error:
        if error.key != NO_RELEASE:
            raise
        raise CommandError(error.told(call.language)) from error
    changes = compare(before, after)
    if as_json:
        indicators = catalogue_of(call.home).indicators
        print_json(
            [
                {
                    "indicator": change.indicator,
                    "unit": change.unit,
                    "period": change.period,
                    "derivation": change.derivation or None,
                    "before": number(before),
                    "after": number(after),
                }
                for change in changes
                for before, after in [_rounded(indicators.get(change.indicator), change)]
            ]
        )
        return 0
    if not changes:
        click.echo(call.text("cli.diff.none"))
        return 0
    _show_changes(call, registry, changes)
    return 0


def _show_changes(call: Invocation, registry: Registry, changes: Sequence["FigureChange"]) -> None:
    """Print what changed, a table for each unit."""
    from orchestration.terminal import console, table  # noqa: PLC0415

    indicators = catalogue_of(call.home).indicators
    place = {code: position for position, code in enumerate(indicators)}
    by_unit: dict[str, list[FigureChange]] = {}
    for change in changes:
        by_unit.setdefault(change.unit, []).append(change)
    columns = [call.text(f"cli.diff.column.{name}") for name in ("indicator", "period", "change", "measure")]
    screen = console()
    for unit, own in sorted(by_unit.items()):
        own.sort(key=lambda c: (place.get(c.indicator, len(place)), c.indicator, c.period, c.derivation))
        versions = registry.versions.get(unit)
        name = call.text("cli.diff.unit", name=versions[-1].org_name, code=unit) if versions else unit
        rows = [_change_cells(call, indicators.get(change.indicator), change) for change in own]
        screen.print(table(columns, rows, title=name))
    click.echo(call.text("cli.diff.summary", count=len(changes), units=len(by_unit)))


def _change_cells(
    call: Invocation, declared: Indicator | None, change: "FigureChange"
) -> tuple[str, str, str, str]:
    from ingestion.words.period_names import period  # noqa: PLC0415
    from reports.format import figure  # noqa: PLC0415

    # An older release may have an indicator that is no longer counted.
    name = declared.name.get(call.language) if declared else change.indicator
    unit, decimals = _unit_and_decimals(declared, change)
    before, after = (
        "–" if value is None else figure(value, decimals, unit, call.language)
        for value in (change.before, change.after)
    )
    named = measure(catalogue_of(call.home).units, unit, call.language) if unit else ""
    shown = call.text("cli.diff.change", before=before, after=after)
    return derived_name(call, name, change.derivation), period(change.period, call.language), shown, named


def _unit_and_decimals(declared: Indicator | None, change: "FigureChange") -> tuple[str, int]:
    """Give the unit of measure, and as many more decimals as it takes to see that the figures differ."""
    unit, decimals = writing.decimals_of(
        declared.unit if declared else "", declared.decimals if declared else 0, change.derivation
    )
    if change.before is None or change.after is None:
        return unit, decimals
    return unit, writing.apart(change.before, change.after, decimals)


def _rounded(declared: Indicator | None, change: "FigureChange") -> tuple[float | None, float | None]:
    """Give both figures as `figures` does, with the decimals with which they are written."""
    _, decimals = _unit_and_decimals(declared, change)
    before, after = (
        None if value is None else float(writing.rounded(value, decimals))
        for value in (change.before, change.after)
    )
    return before, after
