"""`tongket releases` and `tongket diff`: what was published, and what changed."""

import click

from orchestration.commands.common import minute, number, print_json, registry_of
from orchestration.errors import CommandError
from orchestration.texts import Invocation, argument, command, json_option, pass_invocation


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
        (r.name, "●" if is_up[r.name] else "", minute(r.as_of), r.code_version, len(r.submissions), r.note)
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
    from reports.release import ReleaseError, find  # noqa: PLC0415
    from reports.release import diff as compare  # noqa: PLC0415

    registry_of(call)
    try:
        before, after = find(call.home, older), find(call.home, newer)
    except ReleaseError as error:
        raise CommandError(str(error)) from error
    changes = compare(before, after)
    if as_json:
        print_json(
            [
                {
                    "indicator": change.indicator,
                    "unit": change.unit,
                    "period": change.period,
                    "derivation": change.derivation or None,
                    "before": number(change.before),
                    "after": number(change.after),
                }
                for change in changes
            ]
        )
        return 0
    if not changes:
        click.echo(call.text("cli.diff.none"))
        return 0
    from orchestration.terminal import console, table  # noqa: PLC0415

    columns = ("indicator", "unit", "period", "derivation", "before", "after")
    rows = [(c.indicator, c.unit, c.period, c.derivation, _shown(c.before), _shown(c.after)) for c in changes]
    console().print(table([call.text(f"cli.diff.column.{name}") for name in columns], rows))
    return 0


def _shown(value: float | None) -> object:
    return "–" if value is None else number(value)
