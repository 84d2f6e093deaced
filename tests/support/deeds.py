"""Ways in which work fails: errors, work without end, all of the memory, deaths.

What belongs here: nothing that takes long to import, for processes that end have to begin again.
"""

import ctypes
import os
import signal
import time


class StubbornError(Exception):
    """An error that no other process can take in."""

    def __init__(self, first: str, second: str) -> None:
        super().__init__(first + second)
        self.held = lambda: second


def recur() -> None:
    """Call itself without end."""
    recur()


def spin() -> None:
    """Never end, and never rest."""
    while True:
        pass


def hang() -> None:
    """Never end, and do nothing."""
    time.sleep(60)


def drag(seconds: float) -> int:
    """Go on for a time as on a machine that is busy with something else: a tenth of a processor."""
    until, times = time.monotonic() + seconds, 0
    while time.monotonic() < until:
        began = time.process_time()
        while time.process_time() - began < 0.02:
            times += 1
        time.sleep(0.18)
    return times


def hoard() -> None:
    """Take all the memory there is."""
    held = []
    while True:
        held.append(bytearray(16 * 2**20))


def leave() -> None:
    """End the process as if all were well."""
    os._exit(0)


def be_killed() -> None:
    """Be ended by the system."""
    os.kill(os.getpid(), signal.SIGKILL)


def crash() -> None:
    """Look where nothing is."""
    ctypes.string_at(0)


ERRORS: dict[str, BaseException] = {
    "error": ZeroDivisionError("một lỗi của chương trình"),
    "missing": FileNotFoundError(2, "không có tệp", "/x"),
    "surrogate": ValueError("a text that no file can hold: \ud800"),
    "stubborn": StubbornError("a", "b"),
    "exit": SystemExit(0),
    "interrupt": KeyboardInterrupt(),
}
DEEDS = {"recursion": recur, "hang": hang, "memory": hoard, "kill": be_killed}


def happen(kind: str) -> None:
    """Fail in one way."""
    if kind in ERRORS:
        raise ERRORS[kind]
    DEEDS[kind]()


def say_or_fail(text: str) -> str:
    """Give a text back, unless it names a way to fail."""
    if text in ERRORS:
        happen(text)
    return text
