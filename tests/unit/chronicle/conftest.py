"""A state folder with a small sound registry, and a way of editing its files."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingestion.storage.home import Home

SOUND = Path(__file__).parents[1] / "definitions" / "sound_registry"
KNOWN = datetime(2019, 9, 1, 3, tzinfo=UTC)
"""When the first version is recorded: the registry's first six months of 2019 are over, its year is not."""

Edit = Callable[[str, str, str], None]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    shutil.copytree(SOUND, home.registry)
    return home


@pytest.fixture
def edit(home: Home) -> Edit:
    """Give what replaces a text of a table that stands there once; an empty one is written at its end."""

    def edited(table: str, old: str, new: str) -> None:
        path = home.registry / f"{table}.csv"
        text = path.read_text(encoding="utf-8")
        assert not old or text.count(old) == 1, old
        path.write_text(text.replace(old, new) if old else f"{text}{new}\n", encoding="utf-8")

    return edited
