"""Many files are read by several processes, with the same outcome, and none of them can stop the others."""

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ingestion.catalogue import Catalogue, load_catalogue
from ingestion.files import sha256_of
from ingestion.pipeline import readings
from ingestion.pipeline.readings import Readings
from ingestion.reading import many
from ingestion.reading.many import UNREADABLE, Source, read_many, read_safely

PROJECT = Path(many.__file__).parents[2]


@pytest.fixture
def catalogue() -> Catalogue:
    return load_catalogue()


@pytest.fixture
def sources(tmp_path: Path, write_cover: Any) -> list[Source]:
    return [write_cover(tmp_path / f"{number}", f"U{number}") for number in range(12)]


@pytest.fixture
def write_cover() -> Any:
    def write(folder: Path, unit: str) -> Source:
        folder.mkdir()
        path = folder / "B00.csv"
        path.write_text(f"reporting_org_code;Đơn vị;{unit}\nperiod_code;Kỳ;2019-N\n", encoding="utf-8")
        return Source(folder, f"{unit}.csv")

    return write


@dataclass(frozen=True)
class Deadly(Source):
    """A file on which the process of the reader ends, however often it is tried."""

    def __reduce__(self) -> tuple[Any, ...]:
        return os._exit, (1,)


def test_several_processes_read_what_one_does_in_the_same_order(
    sources: list[Source], catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    alone = [read_safely(source.path, catalogue, source.name).reading for source in sources]
    monkeypatch.setattr(many, "MANY", 2)
    together = [read.reading for read in read_many(sources, catalogue)]
    assert together == alone
    units = [reading.cover.reporting_org_code for reading in together if reading.cover]
    assert units == [f"U{number}" for number in range(12)]


def test_a_file_that_ends_the_process_is_unreadable_and_its_neighbours_are_read(
    sources: list[Source], catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(many, "MANY", 2)
    sources[5] = Deadly(sources[5].path, "deadly.xlsx")
    outcomes = list(read_many(sources, catalogue))
    dead = outcomes.pop(5)
    assert [problem.code for problem in dead.reading.problems] == [UNREADABLE]
    assert dead.reading.file_name == "deadly.xlsx"
    assert "BrokenProcessPool" in dead.technical
    assert all(outcome.reading.cover and not outcome.technical for outcome in outcomes)


def test_where_no_process_can_be_started_the_files_are_read_all_the_same(
    sources: list[Source], catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(many, "MANY", 2)
    monkeypatch.setattr(many, "_begin", os.abort)
    outcomes = list(read_many(sources, catalogue))
    assert len(outcomes) == len(sources)
    assert all(outcome.reading.cover and not outcome.technical for outcome in outcomes)


def test_what_was_read_ahead_is_not_read_again_and_counts_only_for_the_bytes_that_were_read(
    tmp_path: Path, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readings, "MANY", 1)
    path = tmp_path / "a.xlsx"
    path.write_bytes(b"no workbook")
    kept, digest = Readings(10), sha256_of(path)
    assert list(kept.ahead([Source(path, "a.xlsx")], catalogue)) == [None]
    monkeypatch.setattr(many, "read_file", None)
    assert kept.get(path, digest, "a.xlsx", catalogue).reading.problems
    assert "TypeError" in kept.get(path, "0" * 64, "a.xlsx", catalogue).technical


def test_a_file_that_ended_a_process_is_not_read_by_the_one_that_asks(
    tmp_path: Path, catalogue: Catalogue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(readings, "MANY", 1)
    monkeypatch.setattr(many, "MANY", 1)
    path = tmp_path / "deadly.xlsx"
    path.write_bytes(b"deadly")
    kept = Readings(10)
    assert list(kept.ahead([Deadly(path, "deadly.xlsx")], catalogue)) == [None]
    monkeypatch.setattr(many, "read_file", None)
    outcome = kept.get(path, sha256_of(path), "deadly.xlsx", catalogue)
    assert "BrokenProcessPool" in outcome.technical


def test_no_process_outlives_a_run_that_was_killed(sources: list[Source]) -> None:
    program = f"""
import multiprocessing, time
from pathlib import Path
from ingestion.catalogue import load_catalogue
from ingestion.reading import many

if __name__ == "__main__":
    many.MANY = 2
    paths = {[str(source.path) for source in sources]!r}
    reads = many.read_many([many.Source(Path(p), p) for p in paths], load_catalogue())
    next(reads)
    print(*[child.pid for child in multiprocessing.active_children()], flush=True)
    time.sleep(60)
"""
    script = sources[0].path.parent / "run.py"
    script.write_text(program, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    run = subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True, env=environment)
    assert run.stdout is not None
    children = [int(pid) for pid in run.stdout.readline().split()]
    try:
        assert children
        run.send_signal(signal.SIGKILL)
        run.wait()
        deadline = time.monotonic() + 20
        while any(map(_is_running, children)) and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not any(map(_is_running, children))
    finally:
        run.kill()
        run.stdout.close()


def _is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
