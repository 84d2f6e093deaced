"""What a run needs from outside, as Dagster resources.

What belongs here: the state folder, the clock, the renderer, the writer's lock and the listener. What does not:
dbt (`dbt.py`), and anything that is computed from them.
"""

import logging
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path

import dagster as dg

from ingestion import litter, modes
from ingestion.catalogue import Catalogue, load_catalogue
from ingestion.home import Home
from ingestion.registry import Registry, load_registry
from ingestion.state_version import migrate, version_of
from orchestration import environment
from orchestration.lock import writer_lock
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
        """The registry as it stands now."""
        return load_registry(self.home.registry)

    @property
    def catalogue(self) -> Catalogue:
        """The product's forms and indicators."""
        return load_catalogue()


class WritableHome(TongketHome):
    """The state folder for a run that writes to it: every other writer is kept out until the run ends."""

    @contextmanager
    def yield_for_execution(self, context: dg.InitResourceContext) -> Iterator["WritableHome"]:
        """Hold the lock from the start of a run to its end, and begin it on a folder that is whole and tidy.

        An older product's folder is migrated first.

        Raises:
            LostLedgerError: the ledger does not hold what landing and releases rest on.
        """
        with writer_lock(self.home):
            reached = migrate(self.home, environment.code_version())
            if reached:
                _log(context).info(f"The state folder was brought to version {reached[-1]}.")
            for note in demand_whole(self.home).notes():
                _log(context).warning(note)
            for place in litter.sweep(self.home, environment.now()):
                _log(context).info(f"removed what a killed process had left: {place}")
            for path in modes.tighten(self.home):
                _log(context).warning(
                    f"{path} can be read by other users of this machine, and is another user's"
                )
            yield self


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
        "clock": Clock(),
        "renderer": Renderer(),
        "progress": Silent(),
    }
