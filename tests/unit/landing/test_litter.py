"""What killed processes left is removed by the next run, and nothing else is."""

import json
import multiprocessing
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ingestion import pipeline
from ingestion.definitions.catalogue import Catalogue
from ingestion.definitions.registry import Registry
from ingestion.landing import inbox, originals
from ingestion.landing.originals import Landing
from ingestion.storage import files
from ingestion.storage.files import aside_of, copy_durably, write_durably, writer_of
from ingestion.storage.home import Home
from ingestion.upkeep.litter import sweep
from tests.support.office import office_of

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
Write = Callable[..., Path]


def dead() -> int:
    """Give the id of a process that has ended."""
    process = subprocess.Popen([sys.executable, "-c", ""])
    process.wait()
    return process.pid


def now() -> datetime:
    return datetime.now(UTC)


def written(path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"a")
    return path


def all_files(home: Home) -> set[str]:
    return {path.relative_to(home.root).as_posix() for path in home.root.rglob("*") if not path.is_dir()}


def killed_in(module: Any, function: str, work: Callable[[], Any]) -> None:
    """Do the work in a process that is killed where it calls a function."""

    def child() -> None:
        setattr(module, function, lambda *_: os.kill(os.getpid(), signal.SIGKILL))
        work()

    process = multiprocessing.get_context("fork").Process(target=child)
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL


def test_what_a_killed_submit_left_is_swept(home: Home, workbook: Write) -> None:
    put = inbox.put_in_inbox(home, workbook("KB"), "KB", NOW)
    for module, function in ((inbox, "_reserve"), (inbox, "sync_folder"), (files, "sync_folder")):
        source = workbook("KA", name=f"{function} {module.__name__}.xlsx")
        killed_in(module, function, lambda source=source: inbox.put_in_inbox(home, source, "KA", NOW))
    swept = sweep(home, now())
    assert len(swept) == 3  # a copy; a copy and the sidecar that waits for it
    left = sorted(file.original_name for file in inbox.waiting(home))
    assert left == sorted([put.original_name, "sync_folder ingestion.landing.inbox.xlsx"])
    assert len(all_files(home)) == 2 * len(left)
    assert sweep(home, now()) == []


def test_what_a_killed_run_left_in_landing_is_swept_and_the_file_is_landed(
    home: Home, registry: Registry, catalogue: Catalogue, workbook: Write
) -> None:
    inbox.put_in_inbox(home, workbook("KA"), "KA", NOW)
    killed_in(
        originals.Landing, "admit", lambda: pipeline.land_inbox(office_of(home, registry, catalogue, NOW))
    )
    (swept,) = sweep(home, now())
    assert swept.startswith("landing/.incoming.")
    assert pipeline.land_inbox(office_of(home, registry, catalogue, NOW)).landed == ["KA.2019-Q1.r1"]


def test_a_folder_that_was_being_removed_is_swept(home: Home, registry: Registry, catalogue: Catalogue) -> None:
    written(home.inbox / "KA" / "bieu" / "B00.csv")
    later = now() + timedelta(minutes=1)
    killed_in(inbox.shutil, "rmtree", lambda: pipeline.land_inbox(office_of(home, registry, catalogue, later)))
    (swept,) = sweep(home, now())
    assert swept.startswith("inbox/KA/.bieu.")
    assert list((home.inbox / "KA").iterdir()) == []


@pytest.mark.parametrize(
    "place",
    [
        *("landing/ledger.jsonl", "bronze/forms/B01/2019-N.parquet", "returns/KA/KA.2019-N.r1.xlsx"),
        *("outbox/a.json", "mailboxes/a/b.eml", "template.key", "site", "releases/next", "build/charts/a.svg"),
        "validations/2019-N/1.json",
    ],
)
def test_whatever_is_written_aside_is_known_by_its_name(home: Home, place: str) -> None:
    kept = written(home.root / place)
    mine = written(aside_of(kept))
    gone = written(mine.with_name(mine.name.replace(f".{os.getpid()}.", f".{dead()}.")))
    assert writer_of(mine.name) == os.getpid()
    assert sweep(home, now()) == [gone.relative_to(home.root).as_posix()]
    assert mine.is_file() and kept.is_file()


def test_a_process_that_got_the_number_of_a_dead_one_keeps_its_litter_for_a_day_only(home: Home) -> None:
    one = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    try:
        path = written(home.outbox / f".a.json.{one.pid}.1.aside")
        assert sweep(home, now()) == []
        assert sweep(home, now() + timedelta(hours=25)) == [path.relative_to(home.root).as_posix()]
    finally:
        one.communicate(b"\n")


def test_what_an_earlier_version_left_is_swept_when_it_rests(home: Home) -> None:
    for name in (
        *("landing/.incoming", "releases/.next/index.html", ".site.next", "build/verify/warehouse.duckdb"),
        *(f"inbox/KA/.a.xlsx.{dead()}.part", "inbox/KA/.bieu.landed/B00.csv", "returns/KA/.r1.xlsx.part"),
        *("inbox/KA/..a.xlsx.receipt.json.part", "landing/.ledger.jsonl.part", f"build/charts/{'0' * 64}.part"),
        *(f"build/as_of/x.{dead()}.duckdb", f"build/as_of/x.{dead()}.duckdb.wal"),
    ):
        written(home.root / name)
    sweep(home, now() + timedelta(hours=2))
    assert all_files(home) == set()


def test_nothing_that_anybody_put_there_or_that_is_kept_is_swept(home: Home) -> None:
    kept = [
        *("inbox/KA/a.xlsx", "inbox/KA/.a.xlsx.Xy12Zq", "inbox/KA/a.xlsx.part", "inbox/KA/.hidden.part"),
        *(
            "inbox/KA/a.xlsx.landed",
            "inbox/_unknown/x.part",
            "inbox/KA/b.1234.aside",
            "inbox/KA/bieu/.B.csv.part",
        ),
        *(
            "landing/ledger.jsonl",
            "landing/ledger.torn",
            "landing/.lock",
            "writer.lock",
            "publication.lock",
            "warehouse.duckdb",
        ),
        *("build/as_of/20200101T000000-abc.duckdb", "build/charts/a.svg", "outbox/.since", "registry/.x.part"),
    ]
    for name in kept:
        written(home.root / name)
    assert sweep(home, now() + timedelta(days=400)) == []
    assert all_files(home) == set(kept)


def test_a_candidate_of_the_warehouse_may_be_looked_at_for_a_day(home: Home) -> None:
    written(home.build / "warehouse.duckdb")
    assert sweep(home, now()) == []
    assert sweep(home, now() + timedelta(hours=25)) == ["build/warehouse.duckdb"]


def test_a_sidecar_whose_file_is_gone_is_swept_and_one_whose_file_waits_is_not(
    home: Home, workbook: Write
) -> None:
    gone = inbox.put_in_inbox(home, workbook("KA"), "KA", NOW)
    stays = inbox.put_in_inbox(home, workbook("KB"), "KB", NOW)
    gone.path.unlink()
    assert len(sweep(home, now())) == 1
    assert stays.sidecar is not None
    assert json.loads(stays.sidecar.read_text(encoding="utf-8"))["original_name"] == stays.original_name


def test_a_sidecar_is_not_alone_while_its_file_is_still_on_the_way(home: Home) -> None:
    sidecar = written(home.inbox / "KA" / ".a.xlsx.receipt.json")
    aside = written(aside_of(home.inbox / "KA" / "a.xlsx"))
    assert sweep(home, now()) == []
    aside.unlink()
    assert sweep(home, now()) == [sidecar.relative_to(home.root).as_posix()]


def test_a_full_disk_leaves_nothing_half_and_the_old_file_as_it_was(
    tmp_path: Path, home: Home, workbook: Write, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = written(tmp_path / "kept")
    source = workbook("KA")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    for work in (
        lambda: write_durably(path, b"new"),
        lambda: copy_durably(source, tmp_path / "copy"),
        lambda: Landing(home).stage(source),
        lambda: Landing(home).stage(source.parent),
        lambda: inbox.put_in_inbox(home, source, "KA", NOW),
    ):
        with pytest.raises(OSError, match="No space"):
            work()
    assert path.read_bytes() == b"a"
    assert {p.name for p in tmp_path.iterdir() if not p.is_dir()} == {"kept"}
    assert all_files(home) == set()
