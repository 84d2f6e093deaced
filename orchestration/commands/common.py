"""What commands share: opening the state, naming what is unknown, reading moments, writing JSON."""

import getpass
import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime, time
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ingestion.chronicle.in_force import InForce, in_force
from ingestion.definitions.catalogue import Catalogue
from ingestion.definitions.overlay import catalogue_of
from ingestion.definitions.registry import Registry
from ingestion.records.days import VIETNAM_TIME
from ingestion.records.periods import Period, PeriodError
from ingestion.storage.home import Home
from ingestion.upkeep.landing_state import is_registry_lost
from ingestion.words import writing
from orchestration import environment
from orchestration.encoding import as_json
from orchestration.errors import CommandError, RefusedError, suggestions
from orchestration.explaining import explained
from orchestration.lock import WriterBusyError, writer_lock
from orchestration.registry_version import said_of_version
from orchestration.texts import Invocation

if TYPE_CHECKING:
    from ingestion.gate.frames.history import History
    from ingestion.landing.state import LedgerState
    from ingestion.pipeline import Office
    from ingestion.validations.store import KeptResults
    from orchestration.standing import Standing


def in_force_of(call: Invocation) -> InForce:
    """Give the registry of the state folder that is in force.

    Raises:
        CommandError: there is none, or there was one and it is lost.
    """
    demand_registry_kept(call, call.home)
    if not call.home.registry.is_dir():
        raise CommandError(call.text("cli.error.no_home", home=call.home.root))
    return in_force(call.home)


def registry_of(call: Invocation) -> Registry:
    """Give the registry that is in force; where that is not the files as they are, whoever asks is told.

    Raises:
        CommandError: there is none, or there was one and it is lost.
    """
    return registry_in(call, in_force_of(call))


def registry_in(call: Invocation, found: InForce) -> Registry:
    """Give the registry that is in force; where that is not the files as they are, whoever asks is told."""
    if found.is_fallback:
        click.echo(said_of_version(call, found), err=True)
    return found.registry


def office_of(call: Invocation) -> "Office":
    """Give what a change of the state folder is made with.

    Raises:
        CommandError: there is no registry, or there was one and it is lost.
        CatalogueError: a form or an indicator of the office's own does not fit.
    """
    from ingestion.pipeline import Office  # noqa: PLC0415 - takes long to import

    registry, catalogue = registry_of(call), catalogue_of(call.home)
    key = partial(environment.template_key, call.home)
    return Office(call.home, registry, catalogue, environment.now, key)


def demand_registry_kept(call: Invocation, home: Home) -> None:
    """Refuse a state folder that holds reports and has lost its registry.

    Raises:
        RefusedError: that is so.
    """
    if is_registry_lost(home):
        raise RefusedError(call.text("cli.error.registry_lost", home=home.root, registry=home.registry))


def ledger_of(call: Invocation) -> "LedgerState":
    """Give what follows from the ledger of the state folder; of one that has none yet, nothing."""
    from ingestion.landing.ledger import Ledger  # noqa: PLC0415

    return Ledger(call.home.ledger).replay()


def history_of(call: Invocation, catalogue: Catalogue, state: "LedgerState") -> "History | None":
    """Give the accepted rows of earlier periods where a state folder has them."""
    if not (call.home.bronze / "submissions.parquet").is_file():
        return None
    from ingestion.bronze.accepted import BronzeHistory  # noqa: PLC0415 - columnar files take long to import

    return BronzeHistory(call.home.bronze, catalogue, state)


def demand_whole(call: Invocation) -> "Standing":
    """Give how the state folder stands, if it may be written to.

    Raises:
        RefusedError: its ledger cannot be read, or does not hold what landing and releases rest on.
    """
    from ingestion.landing.events import LedgerError  # noqa: PLC0415 - takes long to import
    from orchestration import standing  # noqa: PLC0415

    try:
        return standing.demand_whole(call.home, call.language)
    except (LedgerError, standing.LostLedgerError) as error:
        raise RefusedError(explained(error, call.text) or str(error)) from error


@contextmanager
def held_for_writing(call: Invocation) -> Iterator[None]:
    """Hold the lock of intake over a state folder that may be written to.

    Raises:
        RefusedError: another process holds it, or the folder has lost what landing and releases rest on.
    """
    try:
        with writer_lock(call.home):
            demand_whole(call)
            yield
    except WriterBusyError as error:
        busy = call.text("cli.error.busy", process=error.process or "?", home=call.home.root)
        raise RefusedError(busy) from error


def said_of_landing(call: Invocation) -> list[str]:
    """Give what is amiss between ledger, landing and releases, in sentences."""
    from orchestration.standing import standing  # noqa: PLC0415 - columnar files take long to import

    found = standing(call.home)
    refusal = found.refusal(call.language)
    return [*([refusal] if refusal else []), *found.notes(call.language)]


def warehouse_of(call: Invocation) -> Path:
    """Give the warehouse that readers open.

    Raises:
        CommandError: nothing was built yet.
    """
    if not call.home.warehouse.exists():
        raise CommandError(call.text("cli.error.no_warehouse", home=call.home.root))
    return call.home.warehouse


def unknown(call: Invocation, kind: str, code: str, known: Iterable[str]) -> CommandError:
    """Say that a code is not known, with those that look like it."""
    found = suggestions(code, known)
    hint = call.text("cli.error.hint", known=", ".join(found)) if found else ""
    return CommandError(call.text(f"cli.error.unknown_{kind}", code=code, hint=hint))


def known_unit(call: Invocation, registry: Registry, code: str) -> str:
    """Give a unit's code as the registry writes it.

    Raises:
        CommandError: the registry has no such unit.
    """
    if code in registry.versions:
        return code
    raise unknown(call, "unit", code, registry.versions)


def calendar_period(call: Invocation, registry: Registry, text: str) -> Period:
    """Read the code of a period of the calendar.

    Raises:
        CommandError: the calendar has no such period.
    """
    try:
        period = Period.parse(text)
    except PeriodError:
        raise unknown(call, "period", text, registry.periods) from None
    if period.code in registry.periods:
        return period
    raise unknown(call, "period", period.code, registry.periods)


def person(call: Invocation, by: str | None) -> str:
    """Give who decides: whoever is named, also where that is nobody, else whoever is logged in.

    Raises:
        CommandError: nobody is named, and the machine does not say who is logged in.
    """
    if by is not None:
        return by
    try:
        return getpass.getuser()
    except (ImportError, KeyError, OSError) as error:
        raise CommandError(call.text("cli.error.nobody")) from error


def existing(call: Invocation, paths: Iterable[Path]) -> list[Path]:
    """Give paths that are there.

    Raises:
        CommandError: one of them is not.
    """
    paths = list(paths)
    for path in paths:
        if not path.exists():
            raise CommandError(call.text("cli.error.no_path", path=path))
    return paths


def minute(call: Invocation, moment: str | None) -> str:
    """Write a recorded moment as the clocks of Vietnam showed it; nothing where there is none."""
    return writing.minute(datetime.fromisoformat(moment), call.language) if moment else ""


def moment(call: Invocation, text: str | None, *, end_of_day: bool = False) -> datetime | None:
    """Read a moment; a day alone means its beginning (or end), and without an offset that of Vietnam is meant.

    Raises:
        CommandError: the text is no moment.
    """
    if text is None:
        return None
    try:
        if len(text) == len("2021-02-01"):
            clock = time(23, 59, 59) if end_of_day else time(0)
            return datetime.combine(date.fromisoformat(text), clock, VIETNAM_TIME)
        read = datetime.fromisoformat(text)
    except ValueError:
        raise CommandError(call.text("cli.error.moment", value=text)) from None
    return read if read.tzinfo else read.replace(tzinfo=VIETNAM_TIME)


def number(value: float | None) -> float | int | None:
    """Give a whole number as one, so that JSON says 11945 and not 11945.0."""
    return int(value) if isinstance(value, float) and value.is_integer() else value


def derived_name(call: Invocation, name: str, derivation: str | None) -> str:
    """Give the name of an indicator with what is derived from it, if anything is."""
    if derivation in (None, "", "share"):
        return name
    return f"{name}: {call.text(f'report.derivation.{derivation}')}"


def tell_of_results(call: Invocation, results: "KeptResults") -> None:
    """Say which results of checks could not be kept to be shown, to whoever typed and to the data team."""
    from orchestration import alerting  # noqa: PLC0415

    for said in alerting.results_kept(call.home, results, "verdicts", environment.now()):
        click.echo(call.text("cli.results_not_kept", why=said[call.language]), err=True)


def print_json(answer: Any) -> None:
    """Write an answer as one line of JSON."""
    click.echo(as_json(answer, getattr(sys.stdout, "encoding", None)))
