"""Dagster's page with all of its processes: started together and ended together, whatever ends them.

What belongs here: `dagster dev` as a child, and the signals that end it. What does not: the command
(`commands/pages.py`), what becomes of its runs (`instance.py`), and what Dagster loads (`definitions.py`).
"""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

from orchestration.errors import BROKEN, DONE

_PATIENCE_SECONDS = 30.0
"""How long Dagster's processes may take to end by themselves, a run that is ended tidily included."""

_LOOK_SECONDS = 0.5

_GUARD = """\
read _
kill -TERM "$1"; n=0
while kill -0 "$1" && [ $n -lt 10 ]; do sleep 1; n=$((n+1)); done
kill -TERM "-$1"; n=0
while kill -0 "-$1" && [ $n -lt 20 ]; do sleep 1; n=$((n+1)); done
kill -KILL "-$1"
"""
"""What a shell does once nobody holds the other end of its input any more: a group of processes is ended, its
first one tidily and before the others."""


def dagster_dev(host: str, port: int) -> list[str]:
    """Give the command that serves Dagster's page, with the daemon that starts runs."""
    module = ("--module-name", "orchestration.definitions")
    return [sys.executable, "-m", "dagster", "dev", *module, "--host", host, "--port", str(port)]


def run_together(command: Sequence[str], environment: Mapping[str, str], folder: Path) -> int:
    """Run a program until it is asked to end, and leave none of its processes behind.

    Returns:
        The exit code: 0 after Ctrl+C, as the page says; 128 and the signal after another; 70 where the
        program ended by itself.
    """
    with _signals() as asked:
        process = subprocess.Popen(
            command,
            env=dict(environment),
            # Dagster warns of a `dagster.yaml` in the folder from which it is started.
            cwd=folder,
            # A group of its own, so that all of it can be ended; Ctrl+C is passed on like any other signal.
            start_new_session=os.name == "posix",
        )
        guard = _guarded(process)
        while process.poll() is None and not asked:
            with suppress(subprocess.TimeoutExpired):
                process.wait(_LOOK_SECONDS)
        if asked:
            # `dagster dev` takes it as Ctrl+C, and ends what it started one after the other.
            process.terminate()
            with suppress(subprocess.TimeoutExpired):
                process.wait(_PATIENCE_SECONDS)
        _end_rest(process)
        if guard is not None:
            guard.kill()
            guard.wait()
    if not asked:
        return BROKEN
    return DONE if asked[0] == signal.SIGINT else 128 + asked[0]


def _end_rest(process: "subprocess.Popen[bytes]") -> None:
    """End what is left of the group: servers of code and runs that Dagster's own end did not reach."""
    if sys.platform == "win32":
        subprocess.run(["taskkill", "/T", "/F", "/PID", str(process.pid)], capture_output=True, check=False)
        return
    deadline = time.monotonic() + _PATIENCE_SECONDS
    with suppress(ProcessLookupError, PermissionError):  # nobody is left; a Mac says of that it is not allowed
        os.killpg(process.pid, signal.SIGTERM)
        while time.monotonic() < deadline:
            process.poll()
            os.killpg(process.pid, 0)
            time.sleep(0.1)
        os.killpg(process.pid, signal.SIGKILL)


def _guarded(process: "subprocess.Popen[bytes]") -> "subprocess.Popen[bytes] | None":
    """Start what ends the group of a process when this one is killed, which no program can do for itself.

    It holds the reading end of a pipe whose other end is ours alone. Windows has no such shell.
    """
    if os.name != "posix":
        return None
    return subprocess.Popen(
        ["/bin/sh", "-c", _GUARD, "sh", str(process.pid)],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


@contextmanager
def _signals() -> Iterator[list[int]]:
    """Collect the signals that would end this program, and put back what was done about them."""
    names = ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK")  # no system has all of them
    numbers = [getattr(signal, name) for name in names if hasattr(signal, name)]
    got: list[int] = []
    before = {number: signal.signal(number, lambda it, _: got.append(it)) for number in numbers}
    try:
        yield got
    finally:
        for number, was in before.items():
            signal.signal(number, was)
