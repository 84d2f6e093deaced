"""Fixtures worth sharing: the demo world in memory, and one state folder through which all of it went."""

import gc
import os
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from xdist.scheduler import LoadFileScheduling

from demo.world import World, build
from demo.writing import write_world
from ingestion import pipeline
from ingestion.definitions.catalogue import load_catalogue
from ingestion.definitions.registry import load_registry
from ingestion.storage.home import Home
from tests.support.installed import Installed, build_and_unpack
from tests.support.office import office_of

# A change is judged by the same examples everywhere; `make search` looks for new ones, and for longer.
settings.register_profile("same", derandomize=True, deadline=None)
settings.register_profile("search", max_examples=1000, deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "same"))

# What is looked for rarely costs little: a tenth of the time of all tests went into looking for garbage, among
# hundreds of thousands of objects of libraries that never go.
gc.set_threshold(100_000, 50, 100)

_STORIES_FIRST = ("integration", "golden", "trials", "unit")
"""The folders of tests in the order in which they are begun: what takes minutes never starts last."""

_GOLDEN = "tests/golden/"

LOADED_AT = datetime(2026, 11, 1, tzinfo=UTC)
"""When the demo's files are loaded; long after they were received."""


def pytest_collection_finish() -> None:
    """Look for garbage among what tests make, and no more among all that was imported for them."""
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def _nobody_waits_for_the_disk() -> Iterator[None]:
    """Leave what this process writes to the system: no power fails in it; what is killed is another one."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(os, "fsync", lambda _: None)
        yield


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put whole stories first."""
    tests = Path(__file__).parent
    items.sort(key=lambda item: _STORIES_FIRST.index(item.path.relative_to(tests).parts[0]))


class _ByFixture(LoadFileScheduling):
    """Deals out files, and as one all those that read the demo's warehouse, which takes long to build."""

    def _split_scope(self, nodeid: str) -> str:
        file: str = super()._split_scope(nodeid)
        return _GOLDEN if file.startswith(_GOLDEN) else file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> _ByFixture:
    """Keep what shares a costly fixture on one worker, whatever else was asked for."""
    return _ByFixture(config, log)


@pytest.fixture(scope="session")
def demo_world() -> World:
    """The demo world in memory; tests must not change it."""
    return build()


@pytest.fixture(scope="session")
def demo_home(demo_world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A state folder with the whole demo world: written, landed, judged, in bronze and in the warehouse."""
    from orchestration.warehouse import build_aside

    home = Home(Path(tmp_path_factory.mktemp("demo")) / "data")
    write_world(demo_world, home)
    registry, catalogue = load_registry(home.registry), load_catalogue()
    pipeline.land_inbox(office_of(home, registry, catalogue, LOADED_AT))
    for period in pipeline.pending_periods(home):
        report = pipeline.judge_period(office_of(home, registry, catalogue, LOADED_AT), period, engine="masks")
        assert not report.faults, report.faults
    build_aside(home, home.warehouse, None)
    yield home


@pytest.fixture(scope="session")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    """The product as it comes out of its wheel."""
    return build_and_unpack(Path(tmp_path_factory.mktemp("installed")))
