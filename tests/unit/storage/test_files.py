"""Locks and durable writes."""

import os
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from ingestion.storage.files import LockedError, exclusive, write_durably


def test_the_holder_of_a_lock_may_take_it_again_and_keeps_it_until_the_outermost_ends(tmp_path: Path) -> None:
    lock = tmp_path / "locks" / ".lock"
    with exclusive(lock, 0):
        with exclusive(lock, 0):
            pass
        assert refused_in_a_thread(lock)
    assert not refused_in_a_thread(lock)


def test_two_locks_do_not_hinder_each_other(tmp_path: Path) -> None:
    with exclusive(tmp_path / "a", 0):
        assert not refused_in_a_thread(tmp_path / "b")


def refused_in_a_thread(lock: Path) -> bool:
    refused: list[bool] = []

    def take() -> None:
        try:
            with exclusive(lock, 0.05):
                refused.append(False)
        except LockedError:
            refused.append(True)

    thread = threading.Thread(target=take)
    thread.start()
    thread.join(10)
    return refused == [True]


def test_an_error_inside_frees_the_lock(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="inside"), exclusive(tmp_path / "a", 0):
        raise ValueError("inside")
    assert not refused_in_a_thread(tmp_path / "a")


def test_a_lock_names_its_process_and_is_free_once_that_was_killed(tmp_path: Path) -> None:
    lock = tmp_path / ".lock"
    holding = (
        "import sys; from pathlib import Path; from ingestion.storage.files import exclusive\n"
        "with exclusive(Path(sys.argv[1]), 0): print('held', flush=True); sys.stdin.read()"
    )
    arguments = [sys.executable, "-c", holding, str(lock)]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stdout.readline() == "held\n"
        with pytest.raises(LockedError, match=f"^{process.pid}$"), exclusive(lock, 0):
            pass
        process.kill()
    with exclusive(lock, 0):
        pass


def test_where_folders_cannot_be_opened_a_durable_write_goes_without(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[Path] = []
    real = os.open

    def spy(path: Any, *more: Any) -> int:
        opened.append(Path(path))
        return real(path, *more)

    monkeypatch.delattr(os, "O_DIRECTORY")
    monkeypatch.setattr(os, "open", spy)
    write_durably(tmp_path / "f", b"data")
    assert (tmp_path / "f").read_bytes() == b"data"
    assert tmp_path not in opened


def test_a_durable_write_replaces_the_whole_file_and_leaves_nothing_beside_it(tmp_path: Path) -> None:
    path = tmp_path / "f"
    write_durably(path, b"a long first version")
    write_durably(path, b"short")
    assert path.read_bytes() == b"short"
    assert [p.name for p in tmp_path.iterdir()] == ["f"]
