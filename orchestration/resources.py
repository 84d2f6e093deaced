"""What a run needs from outside, as Dagster resources.

What belongs here: the state folder and its two locks, the clock, the renderer and the listener. What does not:
dbt (`dbt.py`), and anything that is computed from them.
"""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from functools import partial
from pathlib import Path

import dagster as dg

from ingestion.chronicle.in_force import in_force
from ingestion.definitions.catalogue import Catalogue
from ingestion.definitions.overlay import catalogue_of
from ingestion.definitions.registry import Registry
from ingestion.pipeline import Office
from ingestion.storage.home import Home
from ingestion.upkeep import litter, modes
from ingestion.upkeep.version import migrate, version_of
from orchestration import environment
from orchestration.lock import PATIENCE_SECONDS, publication_lock, writer_lock
from orchestration.progress import Silent
from orchestration.standing import demand_whole
from reports.render import find_quarto


class TongketHome(dg.ConfigurableResource):  # type: ignore[type-arg]
    """The state folder; by default the one that `TONGKET_HOME` names when a run starts."""

    root: str = ""

    def setup_for_execution(self, context: dg.InitResourceContext) -> None:
        """Refuse a state folder of a newer product before anything of it is read."""
        version_of(self.home)

    @property
    def home(self) -> Home:
        """The folders of the state."""
        return environment.home_from(self.root)

    @property
    def registry(self) -> Registry:
        """The registry that is in force now."""
        return in_force(self.home).registry

    @property
    def catalogue(self) -> Catalogue:
        """The forms and indicators of the state folder as they stand now."""
        return catalogue_of(self.home)


class WritableHome(TongketHome):
    """The state folder for a run that takes in reports; a step holds the lock, not the whole run.

    So one run of many steps never keeps a clerk waiting for those that have nothing to do with intake.
    """

    def setup_for_execution(self, context: dg.InitResourceContext) -> None:
        """Begin a run on a folder that is whole, tidy and of this version.

        Raises:
            LostLedgerError: the ledger does not hold what landing and releases rest on.
            WriterBusyError: another run of intake does not come to its end.
        """
        _make_ready(self.home, _log(context))

    def office(self, clock: "Clock") -> Office:
        """What a change of this folder is made with."""
        key = partial(environment.template_key, self.home)
        return Office(self.home, self.registry, self.catalogue, clock.now, key)

    @contextmanager
    def writing(self) -> Iterator[Home]:
        """Hold the lock of intake and decisions for a step, waiting for another run's step to end.

        Raises:
            WriterBusyError: it does not end.
        """
        with writer_lock(self.home, PATIENCE_SECONDS):
            yield self.home


class PublicationHome(TongketHome):
    """The state folder for a run that publishes: every other one that does is kept out until it ends."""

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["PublicationHome"]:
        """Hold the lock of publication from the start of a run to its end.

        Raises:
            PublicationBusyError: another process publishes.
            LostLedgerError: the ledger does not hold what landing and releases rest on.
        """
        with publication_lock(self.home):
            _make_ready(self.home, _log(context))
            yield self


def _make_ready(home: Home, log: logging.Logger) -> None:
    """Migrate the folder of an older product, look whether it is whole, and tidy it."""
    with writer_lock(home, PATIENCE_SECONDS):
        reached = migrate(home, environment.code_version())
        if reached:
            log.info(f"The state folder was brought to version {reached[-1]}.")
        for note in demand_whole(home).notes():
            log.warning(note)
        for place in litter.sweep(home, environment.now()):
            log.info(f"removed what a killed process had left: {place}")
        for path in modes.tighten(home):
            log.warning(f"{path} can be read by other users of this machine, and is another user's")


def _log(context: dg.InitResourceContext) -> logging.Logger:
    return context.log or logging.getLogger(__name__)


class Clock(dg.ConfigurableResource):  # type: ignore[type-arg]
    """The present moment, or a fixed one (ISO 8601 with an offset) for imports and tests."""

    fixed_at: str = ""

    def now(self) -> datetime:
        """Give the moment that counts as now."""
        return datetime.fromisoformat(self.fixed_at) if self.fixed_at else environment.now()


class Renderer(dg.ConfigurableResource):  # type: ignore[type-arg]
    """What turns the report project into pages: an installed Quarto, else the embedded runner."""

    quarto: str = ""

    @property
    def program(self) -> Path | None:
        """Quarto's path; None for the embedded runner."""
        return find_quarto(self.quarto or os.environ.get("QUARTO_PATH"), os.environ.get("PATH"))


def resources() -> dict[str, object]:
    """Give the resources of the product, dbt apart."""
    return {
        "home": TongketHome(),
        "state": WritableHome(),
        "publication": PublicationHome(),
        "clock": Clock(),
        "renderer": Renderer(),
        "progress": Silent(),
    }
