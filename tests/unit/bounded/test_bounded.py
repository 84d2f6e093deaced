"""Work in other processes: what it gives, how it fails, and that nothing of it outlives whoever asked."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from ingestion import bounded
from ingestion.bounded import Bounds, Given, WorkError, Workers, WorkerStartError
from ingestion.records.faults import Cause
from tests.support import deeds

PROJECT = Path(bounded.__file__).parents[2]
TIGHT = Bounds(seconds=0.5, megabytes=200)


@pytest.fixture(scope="module")
def workers() -> Any:
    own = Workers()
    yield own
    own.end()


def test_work_gives_what_its_function_returns_and_finds_the_process_warm(workers: Workers) -> None:
    first = workers.call(os.getpid, bounds=TIGHT)
    assert first != os.getpid()
    assert workers.call(os.getpid, bounds=TIGHT) == first


def test_what_is_printed_is_no_answer(workers: Workers) -> None:
    assert workers.call(print, "một dòng", bounds=TIGHT) is None
    assert workers.call(abs, -1, bounds=TIGHT) == 1


@pytest.mark.parametrize(
    ("deed", "cause"),
    [
        (deeds.spin, Cause.TIME),
        (deeds.hang, Cause.TIME),
        (deeds.hoard, Cause.MEMORY),
        (deeds.leave, Cause.DIED),
        (deeds.be_killed, Cause.DIED),
        (deeds.crash, Cause.DIED),
        (deeds.recur, Cause.ERROR),
    ],
)
def test_work_that_fails_says_how_and_the_next_one_is_done(workers: Workers, deed: Any, cause: Cause) -> None:
    with pytest.raises(WorkError) as raised:
        workers.call(deed, bounds=TIGHT)
    assert raised.value.cause is cause
    assert raised.value.technical
    assert workers.call(abs, -1, bounds=TIGHT) == 1


def test_work_that_goes_on_slowly_is_no_hang(workers: Workers) -> None:
    assert TIGHT.clock_seconds < 3
    assert workers.call(deeds.drag, 3.0, bounds=TIGHT) > 0


@pytest.mark.parametrize("kind", deeds.ERRORS)
def test_an_error_comes_here_where_it_can_and_its_traceback_always(workers: Workers, kind: str) -> None:
    with pytest.raises(WorkError) as raised:
        workers.call(deeds.happen, kind, bounds=TIGHT)
    assert raised.value.cause is Cause.ERROR
    expected = None if kind == "stubborn" else type(deeds.ERRORS[kind])
    assert (None if raised.value.error is None else type(raised.value.error)) is expected
    assert "happen" in raised.value.technical


def test_what_cannot_be_brought_here_is_a_failure(workers: Workers) -> None:
    with pytest.raises(WorkError, match="pickle"):
        workers.call(eval, "lambda: 1", bounds=TIGHT)


def test_what_many_have_in_common_is_sent_once(workers: Workers) -> None:

    common = Given({"a": 1})
    assert [workers.call(len, common, bounds=TIGHT) for _ in range(3)] == [1, 1, 1]
    common.data = b"no longer what it was"
    assert workers.call(len, common, bounds=TIGHT) == 1, "this process has it already"


def test_many_calls_are_answered_in_their_order_with_failures_among_them(workers: Workers) -> None:
    calls = [("error",) if n == 5 else (str(n),) for n in range(12)]
    outcomes = list(workers.map(deeds.say_or_fail, calls, bounds=TIGHT, many=2))
    assert isinstance(outcomes.pop(5), WorkError)
    assert outcomes == [str(n) for n in range(12) if n != 5]


def test_where_no_process_can_be_started_nothing_is_said_of_the_work(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(WorkerStartError):
        Workers().call(abs, -1, bounds=TIGHT)


def test_a_process_that_ends_before_it_listens_is_no_failure_of_the_work(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(sys, "path", ["/nowhere"])
    with pytest.raises(WorkerStartError, match="ingestion"):
        Workers().call(abs, -1, bounds=TIGHT)


def test_no_process_outlives_one_that_was_killed(tmp_path: Path) -> None:
    script = tmp_path / "run.py"
    script.write_text(
        "import os, time\n"
        "from ingestion.bounded import Bounds, workers\n"
        "print(workers.call(os.getpid, bounds=Bounds(60, 200)), flush=True)\n"
        "workers.call(time.sleep, 60, bounds=Bounds(60, 200))\n",
        encoding="utf-8",
    )
    environment = {**os.environ, "PYTHONPATH": str(PROJECT)}
    run = subprocess.Popen([sys.executable, script], stdout=subprocess.PIPE, text=True, env=environment)
    try:
        assert run.stdout is not None
        child = int(run.stdout.readline())
        time.sleep(0.1)
        run.send_signal(signal.SIGKILL)
        run.wait()
        deadline = time.monotonic() + 20
        while _is_running(child) and time.monotonic() < deadline:
            time.sleep(0.02)
        assert not _is_running(child)
    finally:
        run.kill()
        run.stdout.close()


def _is_running(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8").rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
