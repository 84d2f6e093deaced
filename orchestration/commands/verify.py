"""`tongket verify`: that originals and releases are unchanged, and that a rebuild gives the same figures."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import click

from ingestion.catalogue import load_catalogue
from ingestion.home import Home
from ingestion.landing import Landing, Original
from ingestion.ledger import Ledger
from ingestion.registry import Registry
from orchestration import environment
from orchestration.commands.common import print_json, registry_of
from orchestration.errors import REFUSED, RefusedError
from orchestration.lock import WriterBusyError, writer_lock
from orchestration.texts import Invocation, command, json_option, option, pass_invocation

_KEY = ("indicator_code", "org_code", "period_code")


@dataclass(frozen=True)
class Comparison:
    """How many things were compared, and which of them are not what they should be."""

    count: int
    damaged: tuple[str, ...]


def check_landing(home: Home) -> Comparison:
    """Compare every original with the hash under which it was received."""
    expected = {
        Original(record.sha256, record.file) for record in Ledger(home.ledger).replay().submissions.values()
    }
    landing = Landing(home)
    damages = landing.verify(expected)
    return Comparison(len(landing.originals()), tuple(f"{d.file} ({d.kind})" for d in damages))


def check_releases(home: Home) -> Comparison:
    """Compare every release with its manifest."""
    from reports.release import list_releases, verify  # noqa: PLC0415

    releases = list_releases(home)
    problems = (f"{release.name}: {problem}" for release in releases for problem in verify(release))
    return Comparison(len(releases), tuple(problems))


def check_rebuild(home: Home, registry: Registry) -> Comparison:
    """Build bronze and the warehouse anew from landing at a place of their own, and compare every figure."""
    from ingestion.pipeline import rebuild_bronze  # noqa: PLC0415
    from orchestration.warehouse import build_aside  # noqa: PLC0415

    again = Home(home.build / "verify")
    if again.root.exists():
        shutil.rmtree(again.root)
    again.root.mkdir(parents=True)
    again.landing.symlink_to(home.landing, target_is_directory=True)
    try:
        rebuild_bronze(again, registry, load_catalogue(), environment.now())
        build_aside(again, again.warehouse, None)
        there, rebuilt = _figures(home.warehouse), _figures(again.warehouse)
    finally:
        shutil.rmtree(again.root)
    different = sorted(key for key in there.keys() | rebuilt.keys() if there.get(key) != rebuilt.get(key))
    return Comparison(len(there), tuple(" ".join(key) for key in different))


def _figures(warehouse: Path) -> dict[tuple[str, ...], tuple[object, ...]]:
    import duckdb  # noqa: PLC0415

    with duckdb.connect(str(warehouse), read_only=True) as connection:
        figures = connection.table("fct_indicator_value").select(*_KEY, "value", "status")
        return {row[: len(_KEY)]: row[len(_KEY) :] for row in figures.fetchall()}


@command("verify")
@option("--rebuild/--no-rebuild", default=True)
@json_option
@pass_invocation
def verify(call: Invocation, rebuild: bool, as_json: bool) -> int:
    """See the text `cli.verify.help`."""
    from orchestration.standing import standing  # noqa: PLC0415 - columnar files take long to import

    registry = registry_of(call)
    try:
        with writer_lock(call.home):
            compared = {"landing": check_landing(call.home), "releases": check_releases(call.home)}
            if rebuild and call.home.warehouse.is_file():
                compared["figures"] = check_rebuild(call.home, registry)
            state = standing(call.home)
    except WriterBusyError as error:
        busy = call.text("cli.error.busy", process=error.process or "?", home=call.home.root)
        raise RefusedError(busy) from error
    is_sound = state.landing.is_sound and not any(one.damaged for one in compared.values())
    if as_json:
        found = {name: {"count": one.count, "damaged": list(one.damaged)} for name, one in compared.items()}
        ledger = {"missing": state.landing.missing, "without_receipt": state.landing.without_receipt}
        print_json({"sound": is_sound, **found, "ledger": ledger})
    else:
        for name, one in compared.items():
            click.echo(call.text(f"cli.verify.{name}", count=one.count, damaged=len(one.damaged)))
            for what in one.damaged:
                click.echo(call.text("cli.verify.damage", what=what))
        for said in filter(None, (state.refusal(call.language), *state.notes(call.language))):
            click.echo(said)
    return 0 if is_sound else REFUSED
