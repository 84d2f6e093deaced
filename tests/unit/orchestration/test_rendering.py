"""Every publication asks one place which runner renders, and that place asks QUARTO_PATH."""

import shutil
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from click.testing import CliRunner

from ingestion.definitions.catalogue import load_catalogue
from ingestion.definitions.registry import load_registry
from ingestion.landing.inbox import put_in_inbox
from ingestion.pipeline import Office, land_inbox
from ingestion.storage.home import Home
from orchestration import publication
from orchestration.cli import main
from orchestration.commands import pages
from orchestration.environment import UI_VARIABLE
from orchestration.errors import DONE
from orchestration.progress import Silent
from orchestration.resources import PublicationHome, Renderer
from reports.render import RenderError
from tests.integration.small_state import make_home, write_sound

NOW = datetime(2021, 1, 5, tzinfo=UTC)


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Give a program that QUARTO_PATH names."""
    path = tmp_path / "quarto-of-the-office"
    path.write_text("#!/bin/sh\necho 1.10.19\n")
    path.chmod(0o755)
    monkeypatch.setenv("QUARTO_PATH", str(path))
    return path


def test_the_asset_renders_with_the_quarto_that_is_named(
    program: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    taken: list[Path | None] = []

    def rendered(folder: Path, *, quarto: Path | None, **_: Any) -> SimpleNamespace:
        taken.append(quarto)
        return SimpleNamespace(
            succeeded=True, outputs=(), runner="quarto 1.10.19", folder=folder, warnings=(), require_success=int
        )

    monkeypatch.setattr(publication, "render_project", rendered)
    monkeypatch.setattr(publication, "stamp", SimpleNamespace(unrendered=print, rendered=print))
    monkeypatch.setattr(publication, "_published", lambda home: SimpleNamespace(sha256=""))
    home = PublicationHome(root=str(tmp_path))
    for configured in ("", str(program)):
        publication.rendered_reports(home, Renderer(quarto=configured), Silent())
    monkeypatch.setenv("QUARTO_PATH", "embedded")
    publication.rendered_reports(home, Renderer(), Silent())
    assert taken == [program, program, None]
    monkeypatch.setenv("QUARTO_PATH", str(tmp_path / "none"))
    with pytest.raises(RenderError, match="QUARTO_PATH"):
        publication.rendered_reports(home, Renderer(), Silent())


def test_the_page_of_dagster_is_told_the_same_quarto_though_it_runs_elsewhere(
    program: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    told: list[str | None] = []

    def run_together(command: object, environment: Mapping[str, str], folder: Path) -> int:
        told.append(environment.get("QUARTO_PATH"))
        return DONE

    monkeypatch.setattr(pages, "run_together", run_together)
    monkeypatch.setattr(pages, "_demand_free", lambda *_: None)
    home = make_home(tmp_path / "home")
    monkeypatch.chdir(tmp_path)
    for written in (f"./{program.name}", "embedded", None):
        if written is None:
            monkeypatch.delenv("QUARTO_PATH")
        else:
            monkeypatch.setenv("QUARTO_PATH", written)
        result = CliRunner().invoke(main, ["--home", str(home.root), "ui", "--port", "1"])
        assert result.exit_code == DONE, result.output
    assert told == [str(program), "embedded", None]


@pytest.mark.parametrize(
    ("stated", "led_to"),
    [(None, "http://127.0.0.1:4567"), (" ", "http://127.0.0.1:4567"), ("https://a.vn/dg/", "https://a.vn/dg")],
)
def test_alerts_lead_to_the_port_of_the_page_unless_the_office_says_where_it_opens_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, stated: str | None, led_to: str
) -> None:
    told: list[str | None] = []

    def run_together(command: object, environment: Mapping[str, str], folder: Path) -> int:
        told.append(environment.get(UI_VARIABLE))
        return DONE

    monkeypatch.setattr(pages, "run_together", run_together)
    monkeypatch.setattr(pages, "_demand_free", lambda *_: None)
    monkeypatch.delenv(UI_VARIABLE, raising=False)
    if stated is not None:
        monkeypatch.setenv(UI_VARIABLE, stated)
    home = make_home(tmp_path / "home")
    result = CliRunner().invoke(main, ["--home", str(home.root), "ui", "--port", "4567"])
    assert result.exit_code == DONE and told == [led_to], result.output


def _broken(home: Home) -> str:
    (home.registry / "calendar.csv").write_text("garbage\n", encoding="utf-8")
    return "calendar.csv"


def _lost(home: Home) -> str:
    write_sound(home, "2020-N", home.root / "VD-NX.xlsx")
    registry, catalogue = load_registry(home.registry), load_catalogue()
    put_in_inbox(home, home.root / "VD-NX.xlsx", None, NOW)
    land_inbox(Office(home, registry, catalogue, lambda: NOW, lambda: b"k" * 32))
    shutil.rmtree(home.registry)
    return str(home.registry)


@pytest.mark.parametrize("damage", [_broken, _lost])
def test_the_page_that_tells_of_a_registry_opens_without_one_that_can_be_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, damage: Callable[[Home], str]
) -> None:
    opened: list[Path] = []
    monkeypatch.setattr(pages, "run_together", lambda *asked: opened.append(asked[2]) or DONE)
    monkeypatch.setattr(pages, "_demand_free", lambda *_: None)
    home = make_home(tmp_path / "home")
    said = damage(home)
    result = CliRunner().invoke(main, ["--home", str(home.root), "ui", "--port", "1"])
    assert result.exit_code == DONE and opened == [home.root]
    assert said in result.output
