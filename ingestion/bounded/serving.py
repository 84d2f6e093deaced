"""The side that works: the whole life of a process that does what its parent asks for.

What belongs here: limits of the system, and what becomes of errors. What does not: anything that the parent
does (`workers.py`).
"""

import contextlib
import faulthandler
import importlib
import math
import os
import pickle
import queue
import signal
import sys
import threading
import traceback
from collections.abc import Callable, Iterator, Sequence
from typing import IO, Any, Literal, cast

from ingestion.bounded.bounds import Bounds
from ingestion.bounded.frames import Reference, Sent, read_frame, write_frame

try:
    import resource
except ImportError:  # a system without limits for processes
    resource = None  # type: ignore[assignment]


def serve(module: str) -> None:
    """Do what the parent asks for, until it ends: the whole life of such a process.

    Args:
        module: what is imported before anything is asked for; blank for nothing.
    """
    source = sys.stdin.buffer
    sink = os.fdopen(os.dup(sys.stdout.fileno()), "wb")
    os.dup2(sys.stderr.fileno(), sys.stdout.fileno())  # what anybody prints is no answer
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the parent says when to stop
    faulthandler.enable()
    if resource is not None:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    frames: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    threading.Thread(target=_take_in, args=(source, frames), daemon=True).start()
    given: dict[int, Any] = {}
    _give(sink, (Sent.DONE, None, ""))
    if module:
        importlib.import_module(module)
    while True:
        function, arguments, rest = _unpickled(frames.get())
        if function is None:
            given[arguments] = pickle.loads(rest)
        else:
            called = [given[one.number] if isinstance(one, Reference) else one for one in arguments]
            _give(sink, (Sent.BEGUN, None, ""))
            _give(sink, _done(function, called, rest))


def _unpickled(frame: bytes) -> tuple[Any, Any, Any]:
    try:
        return cast("tuple[Any, Any, Any]", pickle.loads(frame))
    except Exception as error:  # what cannot be brought here is a failure of that piece of work
        return _raise, [error], Bounds(math.inf, 0)


def _raise(error: Exception) -> None:
    raise error


def _take_in(source: IO[bytes], frames: "queue.SimpleQueue[bytes]") -> None:
    """Take in what is asked, also while something is done; without the parent, nobody wants it any more."""
    while (frame := read_frame(source)) is not None:
        frames.put(frame)
    os._exit(0)


def _give(sink: IO[bytes], answer: tuple[Sent, Any, str]) -> None:
    try:
        data = pickle.dumps(answer, pickle.HIGHEST_PROTOCOL)
    except Exception:  # a value that cannot be pickled
        data = pickle.dumps((Sent.FAILED, None, answer[2] or traceback.format_exc()))
    write_frame(sink, data)


def _done(function: Callable[..., Any], arguments: Sequence[Any], bounds: Bounds) -> tuple[Sent, Any, str]:
    try:
        with _limited(bounds):
            return Sent.DONE, function(*arguments), ""
    except MemoryError:
        return Sent.MEMORY, None, traceback.format_exc(limit=_FRAMES)
    except BaseException as error:
        return Sent.FAILED, _portable(error), traceback.format_exc(limit=_FRAMES)


def _portable(error: BaseException) -> BaseException | None:
    """Give an error that another process can take in; None where it is not made for that."""
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return None
    return error


_FRAMES = -40
"""The innermost calls of a traceback; a recursion without end has thousands."""


@contextlib.contextmanager
def _limited(bounds: Bounds) -> Iterator[None]:
    if resource is None or math.isinf(bounds.seconds):
        yield
        return
    used = resource.getrusage(resource.RUSAGE_SELF)
    seconds = math.ceil(used.ru_utime + used.ru_stime + bounds.seconds)
    with _limit("RLIMIT_CPU", seconds), _limit("RLIMIT_AS", _address_space() + bounds.megabytes * 2**20):
        yield


@contextlib.contextmanager
def _limit(name: Literal["RLIMIT_CPU", "RLIMIT_AS"], wanted: int) -> Iterator[None]:
    kind = getattr(resource, name)
    soft, hard = resource.getrlimit(kind)
    reachable = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    try:
        resource.setrlimit(kind, (reachable, hard))
    except (OSError, ValueError):  # a system that knows the limit and does not set it
        yield
        return
    try:
        yield
    finally:
        resource.setrlimit(kind, (soft, hard))


def _address_space() -> int:
    """Give how many bytes of addresses this process has."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:  # noqa: PTH123 - no path of a user's
            return int(file.read().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, AttributeError):
        return 2**32  # far more than a process has that has done nothing yet
