"""Who may read what: what units filed and what holds secrets is for one user alone, whatever the umask says."""

import os
import stat
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingestion import pipeline
from ingestion.alerts.alert import Alert, Kind, Role
from ingestion.alerts.outbox import Outbox
from ingestion.definitions.catalogue import Catalogue
from ingestion.definitions.registry import Registry
from ingestion.definitions.signing import make_key
from ingestion.landing import inbox
from ingestion.storage.home import Home
from ingestion.upkeep.modes import loose, tighten
from tests.support.office import office_of

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
Write = Callable[..., Path]

pytestmark = pytest.mark.skipif(os.name != "posix", reason="this system has no such modes")


@pytest.fixture(params=[0o000, 0o022, 0o077], ids=lambda mask: f"umask {mask:03o}")
def umask(request: pytest.FixtureRequest) -> Iterator[None]:
    before = os.umask(request.param)
    yield
    os.umask(before)


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def below(*folders: Path) -> dict[str, int]:
    """Give the modes of folders and of all that is in them, without the locks, which hold nothing."""
    paths = [path for folder in folders for path in (folder, *folder.rglob("*")) if path.suffix != ".lock"]
    return {str(path): mode(path) for path in paths if path.name != ".lock"}


def test_what_is_filed_and_returned_and_told_is_for_its_owner_alone(
    home: Home,
    registry: Registry,
    catalogue: Catalogue,
    *,
    umask: None,
    workbook: Write,
    stand_in_gate: None,
) -> None:
    put = inbox.put_in_inbox(home, workbook("KA"), "KA", NOW)
    assert mode(put.path) == 0o600
    pipeline.land_inbox(office_of(home, registry, catalogue, NOW))
    pipeline.judge_period(office_of(home, registry, catalogue, NOW), "2019-Q1")
    Outbox(home.outbox).add([Alert(Kind.RUN_FAILED, "1", NOW, Role.DATA_TEAM, facts={})])
    modes = below(home.landing, home.returns, home.outbox)
    assert len(modes) >= 10
    assert set(modes.values()) == {0o700, 0o600, 0o400}
    assert loose(home) == []


def test_the_key_is_for_its_owner_alone(umask: None, home: Home) -> None:
    make_key(home.template_key)
    assert mode(home.template_key) == 0o600


def test_what_an_earlier_version_left_open_is_named_and_closed(home: Home) -> None:
    original = home.landing / "ab" / f"{'ab' * 32}.xlsx"
    files = [
        *(home.ledger, original, home.registry / "contacts.csv", home.template_key),
        *(home.returns / "KA" / "KA.2019-N.r1.xlsx", home.outbox / "a.json", home.mailboxes / "a" / "b.eml"),
        home.validations / "2019-N" / "1.json",
        *(home.dagster / "logs" / "a.log", home.build / "errors" / "tongket-error-1.txt"),
    ]
    public = [
        *(home.registry / "calendar.csv", home.releases / "0001-12345678" / "index.html"),
        *(home.inbox / "KA" / "a.xlsx", home.landing / ".lock"),
    ]
    for path in (*files, *public):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")
        path.chmod(0o644)
        path.parent.chmod(0o755)
    original.chmod(0o444)
    named = {path: (has, wanted) for path, has, wanted in loose(home)}
    assert named[original] == (0o444, 0o400)
    assert named[home.ledger] == (0o644, 0o600)
    assert named[home.landing] == (0o755, 0o700)
    assert set(files) - set(named) == {files[-2], files[-1]}
    assert not set(public) & set(named)
    assert tighten(home) == []
    assert loose(home) == []
    for path in files:
        assert not mode(path) & 0o077 or not mode(path.parent) & 0o077 or not mode(home.dagster) & 0o077
    assert {mode(path) for path in public} == {0o644}
