"""A lost or shortened ledger is noticed by what landing and releases hold."""

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from ingestion import pipeline
from ingestion.definitions.catalogue import Catalogue
from ingestion.definitions.registry import Registry
from ingestion.landing import inbox, originals
from ingestion.landing.ledger import Ledger
from ingestion.landing.originals import Landing
from ingestion.landing.state import LedgerState
from ingestion.storage.home import Home
from ingestion.upkeep.landing_state import LandingState, examine, examine_home
from tests.support.office import office_of

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
Write = Callable[..., Path]
PINNED = ("KA.2019-Q1.r1", "KB.2019-Q1.r1")


@pytest.fixture
def filed(home: Home, registry: Registry, catalogue: Catalogue, workbook: Write, stand_in_gate: None) -> Home:
    """Give a state folder with two accepted submissions."""
    for unit in ("KA", "KB"):
        inbox.put_in_inbox(home, workbook(unit), unit, NOW)
    pipeline.land_inbox(office_of(home, registry, catalogue, NOW))
    pipeline.judge_period(office_of(home, registry, catalogue, NOW), "2019-Q1")
    return home


def found(home: Home, pinned: tuple[str, ...] = PINNED) -> LandingState:
    return examine_home(home, Ledger(home.ledger).replay(), pinned)


def keep_lines(home: Home, kind: str) -> None:
    """Cut the ledger before the first event of a kind."""
    lines = home.ledger.read_bytes().splitlines(keepends=True)
    first = next(number for number, line in enumerate(lines) if f'"event":"{kind}"'.encode() in line)
    home.ledger.write_bytes(b"".join(lines[:first]))


def test_a_whole_state_folder_is_sound_and_so_is_a_new_one(filed: Home, tmp_path: Path) -> None:
    state = found(filed)
    assert (state.is_sound, state.originals, state.without_receipt) == (True, 2, ())
    assert found(Home(tmp_path / "new"), ()).is_sound


def test_originals_without_any_receipt_mean_that_the_ledger_is_lost_and_looking_writes_nothing(
    filed: Home,
) -> None:
    for content in (b'{"submission":"KA.2', b"", None):
        if content is None:
            filed.ledger.unlink()
        else:
            filed.ledger.write_bytes(content)
        before = {path: path.stat().st_mtime_ns for path in filed.root.rglob("*")}
        for pinned in (PINNED, ()):
            state = found(filed, pinned)
            assert state.is_ledger_lost
            assert not state.is_sound
            assert len(state.without_receipt) == 2
        assert {path: path.stat().st_mtime_ns for path in filed.root.rglob("*")} == before


def test_a_ledger_without_what_the_release_shows_is_shorter(filed: Home) -> None:
    lines = filed.ledger.read_bytes().splitlines(keepends=True)
    filed.ledger.write_bytes(lines[0])
    state = found(filed)
    assert not state.is_ledger_lost
    assert state.missing == PINNED  # of the first one the receipt is there and the verdict is not
    assert len(state.without_receipt) == 1
    assert not state.is_sound


def test_a_ledger_that_lost_its_verdicts_alone_is_shorter_too(filed: Home) -> None:
    keep_lines(filed, "judged")
    state = found(filed)
    assert (state.missing, state.without_receipt) == (PINNED, ())


def test_what_was_withdrawn_since_the_release_is_not_missing(
    filed: Home, registry: Registry, catalogue: Catalogue
) -> None:
    name = PINNED[0]
    pipeline.decide(office_of(filed, registry, catalogue, NOW), name, "reject", reason="sai", by="An")
    assert found(filed).is_sound


def test_an_original_that_waits_for_its_receipt_is_named_and_holds_nothing_up(
    filed: Home, registry: Registry, catalogue: Catalogue, workbook: Write
) -> None:
    inbox.put_in_inbox(filed, workbook("KA", members=41), "KA", NOW)
    (file,) = inbox.waiting(filed)
    kept = Landing(filed).admit(Landing(filed).stage(file.path), file.original_name)  # and the process dies
    state = found(filed)
    assert (state.is_sound, state.without_receipt) == (True, (kept.file,))
    pipeline.land_inbox(office_of(filed, registry, catalogue, NOW))
    assert found(filed).without_receipt == ()


@pytest.mark.parametrize("is_folder", [False, True])
def test_the_very_first_run_may_be_killed_before_its_first_receipt(
    home: Home, workbook: Write, *, is_folder: bool
) -> None:
    place = home.inbox / "KA" / ("bieu" if is_folder else "a.xlsx")
    place.parent.mkdir(parents=True)
    if is_folder:
        place.mkdir()
        (place / "B00.csv").write_text("a", encoding="utf-8")
    else:
        shutil.copy(workbook("KA"), place)
    Landing(home).admit(Landing(home).stage(place), place.name)
    state = found(home, ())
    assert (state.is_sound, len(state.without_receipt)) == (True, 1)
    assert originals.hash_of(place) == Path(state.without_receipt[0]).stem
    (file,) = inbox.waiting(home)
    inbox.remove(file)
    assert found(home, ()).is_ledger_lost


def test_the_comparison_needs_no_disk() -> None:
    state = examine(["landing/ab/abc.xlsx"], LedgerState(), (), {"abc"})
    assert (state.is_sound, state.without_receipt) == (True, ("landing/ab/abc.xlsx",))
