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
from collections.abc import Callable, Iterator, Mapping, Sequence
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
        while (line := _next(lines, silence, process)) is not None:
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
    )


def _read(printed: IO[str] | None, lines: "queue.SimpleQueue[str | None]") -> None:
    with suppress(ValueError):  # closed while it was read
        for line in printed or ():
            lines.put(line)
    lines.put(None)


def _next(
    lines: "queue.SimpleQueue[str | None]", silence: float, process: "subprocess.Popen[str]"
) -> str | None:
    """Give the next line, None after the last.

    A program that has ended is done, though one that it started may keep its output open.

    Raises:
        queue.Empty: none came in time.
    """
    deadline = time.monotonic() + silence
    while True:
        left = deadline - time.monotonic()
        has_ended = process.poll() is not None
        try:
            return lines.get(timeout=max(0.0, min(left, _LOOK_SECONDS)))
        except queue.Empty:
            if has_ended:
                return None
            if left <= 0:
                raise


def _end(process: "subprocess.Popen[str]") -> None:
    """End a program that still runs, and what it started: Quarto is a script that calls another program.

    It has no group of its own, so that whatever ends the group of this program ends it too.
    """
    if process.poll() is None:
        if sys.platform == "win32":
            tree = ["taskkill", "/T", "/F", "/PID", str(process.pid)]
            subprocess.run(tree, capture_output=True, check=False)
        else:
            for number in _family(process.pid):
                with suppress(ProcessLookupError, PermissionError):  # ended meanwhile
                    os.kill(number, signal.SIGKILL)
    process.wait()


def _family(number: int) -> list[int]:
    """Give a process and all that it and those started, it first so that it starts no more."""
    started: dict[int, list[int]] = {}
    for one, by in _processes():
        started.setdefault(by, []).append(one)
    family = [number]
    for one in family:
        family += started.get(one, [])
    return family


def _processes() -> Iterator[tuple[int, int]]:
    """Give the number of each process with that of the one that started it."""
    if Path("/proc/self/stat").exists():
        for path in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError):  # ended meanwhile
                stat = path.read_text(encoding="utf-8", errors="replace")
                yield int(path.parent.name), int(stat.rpartition(")")[2].split()[1])
    else:
        listed = subprocess.run(
            ["ps", "-A", "-o", "pid=,ppid="], capture_output=True, text=True, check=False
        ).stdout
        yield from ((int(one), int(by)) for one, by in map(str.split, listed.splitlines()))
