"""A process that is killed in the middle of its work: the next run makes up for it, once."""

import multiprocessing
import os
import shutil
import signal
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from ingestion import pipeline
from ingestion.bronze import accepted
from ingestion.definitions.catalogue import Catalogue
from ingestion.definitions.registry import Registry
from ingestion.landing import inbox, ledger
from ingestion.landing import originals as landing
from ingestion.landing.ledger import Ledger
from ingestion.pipeline import writing
from ingestion.records.findings import Verdict
from ingestion.storage.home import Home
from tests.support.office import office_of

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)
Write = Callable[..., Path]
Moment = tuple[Any, str, bool]
"""Module or class, the name of a function in it, and whether the kill comes after its first call."""


def parquet(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*.parquet"))}


def die(*_: Any, **__: Any) -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def killed_at(moment: Moment, work: Callable[[], Any]) -> None:
    """Do the work in a process of its own that is killed before or after its first call of a function."""
    module, function, after = moment

    def child() -> None:
        real = getattr(module, function)

        def dying(*args: Any, **kwargs: Any) -> None:
            if after:
                real(*args, **kwargs)
            die()

        setattr(module, function, dying)
        work()

    process = multiprocessing.get_context("fork").Process(target=child)
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL


@pytest.mark.parametrize(
    "moment",
    [
        (landing, "copy_durably", False),
        (landing, "copy_durably", True),
        (landing.Landing, "admit", False),
        (landing, "sync_folder", False),
        (landing.Landing, "admit", True),
        (ledger.LedgerWriter, "append", True),
        (inbox, "remove", False),
        (Path, "unlink", True),
        (inbox, "remove", True),
    ],
)
def test_a_file_is_landed_once_wherever_the_process_was_killed(
    home: Home, registry: Registry, catalogue: Catalogue, workbook: Write, moment: Moment
) -> None:
    inbox.put_in_inbox(home, workbook("KA"), "KA", NOW)
    inbox.put_in_inbox(home, workbook("KB"), "KB", NOW)
    killed_at(moment, lambda: pipeline.land_inbox(office_of(home, registry, catalogue, NOW)))
    pipeline.land_inbox(office_of(home, registry, catalogue, NOW))
    state = Ledger(home.ledger).replay()
    assert sorted(state.submissions) == ["KA.2019-Q1.r1", "KB.2019-Q1.r1"]
    assert state.duplicates == []
    assert inbox.waiting(home, NOW) == []
    originals = [landing.Original(r.sha256, r.file) for r in state.submissions.values()]
    assert landing.Landing(home).verify(originals) == []
    assert len(landing.Landing(home).originals()) == 2


def test_a_ledger_line_cut_short_by_the_kill_is_written_anew(
    home: Home, registry: Registry, catalogue: Catalogue, workbook: Write
) -> None:
    inbox.put_in_inbox(home, workbook("KA"), "KA", NOW)

    def half_a_line(self: ledger.LedgerWriter, events: Any) -> None:
        with home.ledger.open("ab") as file:
            file.write(b'{"submission":"KA.2019-Q1.r1","unit":"K')
            file.flush()
            os.fsync(file.fileno())

    def work() -> None:
        ledger.LedgerWriter.append = half_a_line  # type: ignore[method-assign]
        pipeline.land_inbox(office_of(home, registry, catalogue, NOW))

    killed_at((inbox, "remove", False), work)
    assert Ledger(home.ledger).replay().submissions == {}
    pipeline.land_inbox(office_of(home, registry, catalogue, NOW))
    assert list(Ledger(home.ledger).replay().submissions) == ["KA.2019-Q1.r1"]
    assert inbox.waiting(home, NOW) == []


def test_a_file_of_nobody_is_put_aside_once(
    home: Home, registry: Registry, catalogue: Catalogue, workbook: Write
) -> None:
    inbox.put_in_inbox(home, workbook("KA"), "KX", NOW)
    killed_at(
        (inbox, "set_aside", False), lambda: pipeline.land_inbox(office_of(home, registry, catalogue, NOW))
    )
    pipeline.land_inbox(office_of(home, registry, catalogue, NOW))
    (unknown,) = Ledger(home.ledger).replay().unknown
    assert (home.root / unknown.file).is_file()
    assert inbox.waiting(home, NOW) == []


@pytest.mark.usefixtures("stand_in_gate")
@pytest.mark.parametrize(
    "moment",
    [
        (ledger.LedgerWriter, "append", False),
        (ledger.LedgerWriter, "append", True),
        (writing, "write_period", False),
        (accepted, "write_durably", False),
        (accepted, "write_durably", True),
        (writing, "write_marks", False),
    ],
)
def test_verdicts_are_given_once_and_bronze_is_made_up_for(
    home: Home, registry: Registry, catalogue: Catalogue, workbook: Write, moment: Moment
) -> None:
    inbox.put_in_inbox(home, workbook("KA", "2019-Q1"), "KA", NOW)
    inbox.put_in_inbox(home, workbook("KA", "2019-6T"), "KA", NOW)
    pipeline.land_inbox(office_of(home, registry, catalogue, NOW))

    def judge() -> None:
        for period in pipeline.pending_periods(home):
            pipeline.judge_period(office_of(home, registry, catalogue, NOW), period, engine="masks")

    killed_at(moment, judge)
    judge()
    pipeline.rebuild_bronze(office_of(home, registry, catalogue, NOW))
    state = Ledger(home.ledger).replay()
    assert {name: record.verdict for name, record in state.submissions.items()} == {
        "KA.2019-Q1.r1": Verdict.ACCEPTED,
        "KA.2019-6T.r1": Verdict.ACCEPTED,
    }
    for period in ("2019-Q1", "2019-6T"):
        assert accepted.form_path(home.bronze, "B01", period).is_file()
    assert pipeline.rebuild_bronze(office_of(home, registry, catalogue, NOW)) == []
    made_up_for = parquet(home.bronze)
    shutil.rmtree(home.bronze)
    pipeline.rebuild_bronze(office_of(home, registry, catalogue, NOW))
    assert parquet(home.bronze) == made_up_for
