"""`tongket verify`: that originals and releases are unchanged, and that a rebuild gives the same figures.

What belongs here: going through every part of the state, also after damage was found, and telling all of it.
What does not: how an original, a ledger or a release is compared, which stands with each of them.
"""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from ingestion.chronicle.versions import Chronicle, ChronicleError
from ingestion.definitions.overlay import catalogue_of
from ingestion.definitions.registry import Registry, RegistryError, load_registry
from ingestion.landing.events import LedgerError
from ingestion.landing.ledger import Ledger
from ingestion.landing.originals import Landing, Original
from ingestion.landing.state import LedgerState
from ingestion.storage.home import Home
from orchestration import environment
from orchestration.commands.common import in_force_of, print_json, registry_of
from orchestration.errors import REFUSED, CommandError, RefusedError, write_traceback
from orchestration.explaining import explained
from orchestration.lock import WriterBusyError, publication_lock, writer_lock
from orchestration.registry_version import said_of_version
from orchestration.texts import Invocation, command, json_option, option, pass_invocation

_KEY = ("indicator_code", "org_code", "period_code")


@dataclass(frozen=True)
class Comparison:
    """How many things were compared, and which of them are not what they should be."""

    count: int
    damaged: tuple[str, ...]


def check_ledger(call: Invocation) -> Comparison:
    """Read every line of the ledger, and see whether they follow from one another."""
    ledger = Ledger(call.home.ledger)
    lines = ledger.damaged_lines()
    damaged = [call.text("landing.ledger.damaged", path=call.home.ledger, line=line) for line in lines]
    if not lines:
        try:
            return Comparison(len(ledger.replay().submissions), ())
        except LedgerError as error:
            damaged.append(str(error))
    return Comparison(0, tuple(damaged))


def check_landing(call: Invocation, state: LedgerState | None) -> Comparison:
    """Compare every original with the hash under which it was received, and with the receipts.

    Args:
        call: the call.
        state: what the ledger says; None where it cannot be read, and then no receipt is asked for.
    """
    landing = Landing(call.home)
    records = state.submissions.values() if state else ()
    expected = {Original(record.sha256, record.file) for record in records}
    found = {
        damage.file: f"{damage.file} ({call.text(f'landing.damage.{damage.kind}')})"
        for damage in landing.verify(expected)
    }
    originals = landing.originals()
    if state is not None:
        files = {path.relative_to(call.home.root).as_posix() for path in originals}
        for file in files - {original.file for original in expected}:
            found.setdefault(file, call.text("cli.verify.no_receipt", file=file))
    return Comparison(len(originals), tuple(found[file] for file in sorted(found)))


def check_releases(call: Invocation, state: LedgerState | None) -> Comparison:
    """Compare every release with its manifest and its name, and see which of them is up."""
    from reports import release  # noqa: PLC0415

    home, language = call.home, call.language
    damaged: list[str] = []
    found = release.folders(home)
    for folder in found:
        try:
            problems = release.verify(release.read(folder), language)
        except release.ReleaseError:
            damaged.append(call.text("report.error.bad_manifest", folder=folder))
        else:
            damaged += [f"{folder.name}: {problem}" for problem in problems]
    damaged += [call.text("report.verify.stranger", path=path) for path in release.strangers(home)]
    is_due = state is None or any(record.judged for record in state.submissions.values())
    if found or home.site.is_symlink() or home.site.exists():
        damaged += [problem] if (problem := release.check_site(home, language)) else []
    if not found and (is_due or home.warehouse.exists()):
        damaged.append(call.text("report.verify.none"))
    return Comparison(len(found), tuple(damaged))


def check_validations(call: Invocation) -> Comparison:
    """Read every result of checks that is kept."""
    from ingestion.validations.store import damaged  # noqa: PLC0415

    count, wrong = damaged(call.home)
    told = (call.text("validations.damaged", what=error.told(call.language)) for error in wrong)
    return Comparison(count, tuple(told))


def check_registry_versions(call: Invocation) -> Comparison:
    """Compare what the registry held in each version with its hash, and look for that of the newest release."""
    from reports.release import newest_readable  # noqa: PLC0415

    chronicle = Chronicle(call.home)
    known = chronicle.versions()
    damaged = [f"{place} ({call.text(f'landing.damage.{kind}')})" for place, kind in chronicle.damages()]
    newest, _ = newest_readable(call.home)
    if newest is not None and newest.registry and newest.registry not in {one.name for one in known}:
        fields = {"release": newest.name, "known": newest.registry, "path": call.home.registry_log}
        damaged.append(call.text("cli.verify.registry_version_missing", **fields))
    return Comparison(len(known), tuple(damaged))


def check_warehouse(home: Home) -> Comparison:
    """Read every figure of the warehouse that is up.

    Raises:
        MartsError: it cannot be read.
    """
    return Comparison(len(_figures(home.warehouse)), ())


def check_rebuild(home: Home, registry: Registry) -> Comparison:
    """Build bronze and the warehouse anew from landing at a place of their own, and compare every figure.

    What was filed or decided since the moment that the warehouse shows is no difference: the next one has it.
    """
    from ingestion.pipeline import Office, rebuild_bronze  # noqa: PLC0415
    from orchestration import moment, tokens  # noqa: PLC0415
    from orchestration.project import project_of  # noqa: PLC0415
    from orchestration.warehouse import build_aside  # noqa: PLC0415

    there = _figures(home.warehouse)
    token = tokens.of(home, home.warehouse)
    shown = moment.find(home, token.moment) if token else None
    if shown is not None:
        registry = load_registry(shown.registry)
    again = Home(home.build / "verify")
    if again.root.exists():
        shutil.rmtree(again.root)
    again.landing.mkdir(parents=True)
    # A ledger of its own, so that what the rebuild fails on is written down nowhere.
    shutil.copyfile(shown.ledger if shown else home.ledger, again.ledger)
    for folder in {original.parent for original in Landing(home).originals()}:
        (again.landing / folder.name).symlink_to(folder, target_is_directory=True)
    try:
        catalogue = catalogue_of(shown or home)
        rebuild_bronze(Office(again, registry, catalogue, environment.now))
        build_aside(again, again.warehouse, None, project_of(catalogue, again))
        rebuilt = _figures(again.warehouse)
    finally:
        shutil.rmtree(again.root)
    different = sorted(key for key in there.keys() | rebuilt.keys() if there.get(key) != rebuilt.get(key))
    return Comparison(len(there), tuple(" ".join(key) for key in different))


def _figures(warehouse: Path) -> dict[tuple[str, ...], tuple[object, ...]]:
    from reports.marts import open_warehouse  # noqa: PLC0415

    with open_warehouse(warehouse) as connection:
        figures = connection.table("fct_indicator_value").select(*_KEY, "value", "status")
        return {row[: len(_KEY)]: row[len(_KEY) :] for row in figures.fetchall()}


def _guarded(call: Invocation, check: Callable[[], Comparison]) -> Comparison:
    """Make one comparison; where it cannot be made, that is its damage, and the others go on."""
    try:
        return check()
    except WriterBusyError:
        raise
    except Exception as error:
        said = explained(error, call.text)
        if said is None:
            path = write_traceback(error, call.home.build / "errors", environment.now())
            said = call.text("cli.verify.failed", path=path or "–")
        return Comparison(0, (said,))


def _compared(call: Invocation, rebuild: bool) -> Iterator[tuple[str, Comparison]]:
    """Make every comparison, each whatever the others found."""
    yield "ledger", (ledger := _guarded(call, lambda: check_ledger(call)))
    state = None if ledger.damaged else Ledger(call.home.ledger).replay()
    yield "landing", (landing := _guarded(call, lambda: check_landing(call, state)))
    yield "releases", _guarded(call, lambda: check_releases(call, state))
    yield "validations", _guarded(call, lambda: check_validations(call))
    warehouse = Comparison(0, ())
    if call.home.warehouse.exists():
        yield "warehouse", (warehouse := _guarded(call, lambda: check_warehouse(call.home)))
    yield "registry_versions", _guarded(call, lambda: check_registry_versions(call))
    try:
        found = in_force_of(call)
    except RegistryError as error:
        yield "registry", Comparison(0, (error.told(call.language),))
        return
    except CommandError as error:
        yield "registry", Comparison(0, (str(error),))
        return
    except ChronicleError:  # told as a damage of the versions
        return
    if found.is_fallback:
        yield "registry", Comparison(0, (said_of_version(call, found),))
    if not rebuild or not call.home.warehouse.exists() or warehouse.damaged:
        return
    if ledger.damaged or landing.damaged:
        click.echo(call.text("cli.verify.no_rebuild"), err=True)
        return
    yield "figures", _guarded(call, lambda: check_rebuild(call.home, found.registry))


@command("verify")
@option("--rebuild/--no-rebuild", default=True)
@json_option
@pass_invocation
def verify(call: Invocation, rebuild: bool, as_json: bool) -> int:
    """See the text `cli.verify.help`."""
    from orchestration.standing import standing  # noqa: PLC0415 - columnar files take long to import

    if not call.home.root.is_dir():
        registry_of(call)
    try:
        with publication_lock(call.home), writer_lock(call.home):
            compared = dict(_compared(call, rebuild))
            state = None if compared["ledger"].damaged else standing(call.home)
    except WriterBusyError as error:
        busy = call.text("cli.error.busy", process=error.process or "?", home=call.home.root)
        raise RefusedError(busy) from error
    is_sound = not any(one.damaged for one in compared.values()) and (state is None or state.landing.is_sound)
    if as_json:
        found: dict[str, dict[str, Any]] = {
            name: {"count": one.count, "damaged": list(one.damaged)} for name, one in compared.items()
        }
        if state is not None:
            standing_of = {"missing": state.landing.missing, "without_receipt": state.landing.without_receipt}
            found["ledger"] |= standing_of
        print_json({"sound": is_sound, **found})
    else:
        for name, one in compared.items():
            click.echo(call.text(f"cli.verify.{name}", count=one.count, damaged=len(one.damaged)))
            for what in one.damaged:
                click.echo(call.text("cli.verify.damage", what=what))
        for said in filter(None, (state.refusal(call.language), *state.notes(call.language)) if state else ()):
            click.echo(said)
        if not compared["releases"].count and not compared["releases"].damaged:
            click.echo(call.text("cli.releases.none"))
    return 0 if is_sound else REFUSED
