"""A state folder with the example registry, and calls of the command line on it."""

from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ingestion.storage.home import Home
from orchestration.cli import main
from orchestration.state import write_example

Call = Callable[..., Result]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    write_example(home)
    return home


@pytest.fixture
def call(home: Home, monkeypatch: pytest.MonkeyPatch) -> Call:
    for variable in ("TONGKET_HOME", "TONGKET_LANG"):
        monkeypatch.delenv(variable, raising=False)

    def run(*args: object, language: str = "en") -> Result:
        return CliRunner().invoke(main, ["--home", str(home.root), "--lang", language, *map(str, args)])

    return run
