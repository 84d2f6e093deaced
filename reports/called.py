"""Calling another program that may hang: asked for a line or two, or read while it works.

What belongs here: limits of time, and that nothing of a program stays behind when it is left. What does not:
which program, and what its words mean (`render.py`, `engine_output.py`).
"""

import os
import queue
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from threading import Thread
from typing import IO

_LOOK_SECONDS = 1.0
"""So long at most a signal waits that ends this program; Windows wakes no thread for one."""


def ask(command: Sequence[str], seconds: float) -> "subprocess.CompletedProcess[str]":
    """Call a program for a short answer.

    Raises:
        OSError: it cannot be started.
        TimeoutError: it gave no answer in time; it was ended, and what it had started with it.
    """
    process = _start(command, stderr=subprocess.PIPE)
    try:
        said, complained = process.communicate(timeout=seconds)
    except subprocess.TimeoutExpired as error:
        raise TimeoutError(seconds) from error
    finally:
        _end(process)
    return subprocess.CompletedProcess(list(command), process.returncode, said, complained)


def follow(
    command: Sequence[str],
    heard: Callable[[str], None],
    *,
    silence: float,
    folder: Path,
    environment: Mapping[str, str],
) -> int:
    """Call a program, hand on each line that it prints, and give its exit code.

    Args:
        command: the program with its arguments.
        heard: called with each line, of errors too.
        silence: so many seconds it may print nothing.
        folder: where it runs.
        environment: its environment.

    Raises:
        OSError: it cannot be started.
        TimeoutError: it was silent for longer; it was ended, and what it had started with it.
    """
    process = _start(command, stderr=subprocess.STDOUT, cwd=folder, env=dict(environment))
    lines: queue.SimpleQueue[str | None] = queue.SimpleQueue()
    Thread(target=_read, args=(process.stdout, lines), daemon=True).start()
    try:
        while (line := _next(lines, silence)) is not None:
            heard(line)
        return process.wait(silence)
    except (queue.Empty, subprocess.TimeoutExpired) as error:
        raise TimeoutError(silence) from error
    finally:
        _end(process)


def _start(
    command: Sequence[str], *, stderr: int, cwd: Path | None = None, env: Mapping[str, str] | None = None
) -> "subprocess.Popen[str]":
    return subprocess.Popen(
        command,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=stderr,
        encoding="utf-8",
        errors="replace",
        cwd=cwd,
        env=env,
        # A group of its own: Quarto is a script that starts another program, and either may hang.
        start_new_session=os.name == "posix",
    )


def _read(printed: IO[str] | None, lines: "queue.SimpleQueue[str | None]") -> None:
    with suppress(ValueError):  # closed while it was read
        for line in printed or ():
            lines.put(line)
    lines.put(None)


def _next(lines: "queue.SimpleQueue[str | None]", silence: float) -> str | None:
    """Give the next line, None after the last.

    Raises:
        queue.Empty: none came in time.
    """
    deadline = time.monotonic() + silence
    while True:
        left = deadline - time.monotonic()
        try:
            return lines.get(timeout=max(0.0, min(left, _LOOK_SECONDS)))
        except queue.Empty:
            if left <= 0:
                raise


def _end(process: "subprocess.Popen[str]") -> None:
    """End what is left of a program and of what it started."""
    if sys.platform == "win32":
        if process.poll() is None:
            tree = ["taskkill", "/T", "/F", "/PID", str(process.pid)]
            subprocess.run(tree, capture_output=True, check=False)
    else:
        with suppress(ProcessLookupError, PermissionError):  # nobody is left; a Mac says it is not allowed
            os.killpg(process.pid, signal.SIGKILL)
    process.wait()
