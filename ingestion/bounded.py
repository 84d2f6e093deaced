"""Work on files of strangers, in processes of their own that are bounded in time and memory.

What belongs here: the processes, what is asked of them and how they end. What does not: the work
(`reading/many.py`, `pipeline/work.py`) and what its failure means to whoever asked for it.

A process stays warm for the next piece of work, so that a start is paid once. It ends with the process that
asked for it, however that one ends. Bounds hold where the system has them (`resource`); elsewhere time alone is
bounded, by the clock.
"""

import atexit
import contextlib
import faulthandler
import importlib
import math
import os
import pickle
import queue
import signal
import subprocess
import sys
import tempfile
import threading
import traceback
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import IO, Any, Literal, cast

from ingestion.faults import Cause

try:
    import resource
except ImportError:  # a system without limits for processes
    resource = None  # type: ignore[assignment]

_MOST_PROCESSES = 8
_AHEAD = 4
"""How many pieces of work wait or are done for each process; what was not taken yet is held in memory."""

_START_SECONDS = 120.0
_CLOCK_PER_PROCESSOR = 3.0
"""How much longer work may take by the clock than by the processor, which it shares with others."""

_SHOWN_OUTPUT = 4_000
_LENGTH = 8


@dataclass(frozen=True)
class Bounds:
    """What a piece of work may use.

    Attributes:
        seconds: of processor time; by the clock three times as many.
        megabytes: of memory, besides what the process has when the work begins.
    """

    seconds: float
    megabytes: int

    @property
    def clock_seconds(self) -> float:
        """How long the work may take by the clock."""
        return self.seconds * _CLOCK_PER_PROCESSOR


class WorkError(Exception):
    """A piece of work came to nothing; the message says why, for those who mend the product.

    Attributes:
        cause: how it came to nothing.
        error: what was raised in the process, where that could be brought here.
    """

    def __init__(self, cause: Cause, technical: str, error: BaseException | None = None) -> None:
        self.cause, self.technical, self.error = cause, technical, error
        super().__init__(technical)


class WorkerStartError(RuntimeError):
    """No process can be started here, which says nothing of any file."""


class Given:
    """An argument that many pieces of work have in common; each process is sent it once."""

    def __init__(self, value: Any) -> None:
        self.value = value
        self.data = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)


class _Sent(Enum):
    """How an answer begins."""

    BEGUN = "begun"
    DONE = "done"
    FAILED = "failed"
    MEMORY = "memory"


@dataclass(frozen=True)
class _Reference:
    number: int


class Workers:
    """The processes of this one; each piece of work is given to one that is idle."""

    def __init__(self) -> None:
        self._idle: queue.LifoQueue[_Worker] = queue.LifoQueue()

    def call(self, function: Callable[..., Any], *arguments: Any, bounds: Bounds) -> Any:
        """Have a function called in another process, and give what it returns.

        Args:
            function: a function of a module.
            arguments: what it is called with; what many calls have in common comes as `Given`.
            bounds: what it may use.

        Raises:
            WorkError: it failed, passed a bound or ended its process.
            WorkerStartError: no process can be started.
        """
        try:
            return self._ask(function, arguments, bounds)
        except WorkError as error:
            if error.cause is not Cause.DIED:
                raise
        # Something else may have ended it, such as a machine without memory; whatever ends two is to blame.
        return self._ask(function, arguments, bounds)

    def map(
        self, function: Callable[..., Any], arguments: Sequence[Sequence[Any]], *, bounds: Bounds, many: int
    ) -> Iterator[Any]:
        """Have a function called once for each of several argument lists; give what comes of each, in order.

        Args:
            function: a function of a module.
            arguments: what it is called with.
            bounds: what each call may use.
            many: from how many calls on another process pays.

        Returns:
            What each call returned, or its `WorkError`.

        Raises:
            WorkerStartError: no process can be started.
        """
        processes = min(os.cpu_count() or 1, _MOST_PROCESSES) if len(arguments) >= many else 1
        with ThreadPoolExecutor(processes, "bounded") as threads:

            def ask(one: Sequence[Any]) -> Any:
                try:
                    return self.call(function, *one, bounds=bounds)
                except WorkError as error:
                    return error

            try:
                yield from _ahead(threads, ask, arguments, processes * _AHEAD)
            finally:
                threads.shutdown(cancel_futures=True)

    def warm(self, module: str) -> None:
        """Start a process, if none is idle, that gets ready while the caller does something else.

        Args:
            module: what it imports meanwhile.
        """
        if self._idle.empty():
            self._idle.put(_Worker(module))

    def end(self) -> None:
        """End the idle processes."""
        with contextlib.suppress(queue.Empty):
            while True:
                self._idle.get_nowait().end()

    def _ask(self, function: Callable[..., Any], arguments: Sequence[Any], bounds: Bounds) -> Any:
        worker = self._take()
        try:
            return worker.call(function, arguments, bounds)
        finally:
            if worker.is_alive:
                self._idle.put(worker)

    def _take(self) -> "_Worker":
        with contextlib.suppress(queue.Empty):
            while True:
                if (worker := self._idle.get_nowait()).is_alive:
                    return worker
        return _Worker()


def _ahead(
    threads: ThreadPoolExecutor,
    ask: Callable[[Sequence[Any]], Any],
    arguments: Iterable[Sequence[Any]],
    most: int,
) -> Iterator[Any]:
    waiting: deque[Future[Any]] = deque()
    for one in arguments:
        waiting.append(threads.submit(ask, one))
        if len(waiting) > most:
            yield waiting.popleft().result()
    while waiting:
        yield waiting.popleft().result()


class _Worker:
    """One process, seen from the one that started it."""

    def __init__(self, module: str = "") -> None:
        self._output: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the process
        paths = [path for path in sys.path if path] or [str(Path.cwd())]
        program = f"import sys; sys.path[:] = {paths!r}; from ingestion.bounded import serve; serve({module!r})"
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-X", "utf8", "-c", program],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._output,
            )
        except OSError as error:
            raise WorkerStartError(str(error)) from error
        self._frames: queue.SimpleQueue[bytes | None] = queue.SimpleQueue()
        self._sent: dict[int, Given] = {}
        self._is_ready = False
        threading.Thread(target=self._listen, daemon=True).start()

    @property
    def is_alive(self) -> bool:
        return self._process.poll() is None

    def call(self, function: Callable[..., Any], arguments: Sequence[Any], bounds: Bounds) -> Any:
        self._await_start()
        self._send((function, [self._reference(one) for one in arguments], bounds))
        # What the work needs is imported before it begins, which no bound of the work is meant for.
        self._hear(_START_SECONDS, bounds)
        kind, value, technical = pickle.loads(self._hear(bounds.clock_seconds, bounds))
        if kind is _Sent.DONE:
            return value
        if kind is _Sent.MEMORY:
            self.end()  # who knows what it still holds
            raise WorkError(Cause.MEMORY, technical)
        raise WorkError(Cause.ERROR, technical, value)

    def _hear(self, seconds: float, bounds: Bounds) -> bytes:
        try:
            frame = self._frames.get(timeout=seconds)
        except queue.Empty:
            self.end()
            raise WorkError(Cause.TIME, f"more than {seconds:g} s by the clock") from None
        if frame is None:
            raise self._death(bounds)
        return frame

    def _reference(self, argument: Any) -> Any:
        if not isinstance(argument, Given):
            return argument
        if id(argument) not in self._sent:
            self._sent[id(argument)] = argument
            self._send((None, id(argument), argument.data))
        return _Reference(id(argument))

    def _await_start(self) -> None:
        if self._is_ready:
            return
        try:
            frame = self._frames.get(timeout=_START_SECONDS)
        except queue.Empty:
            frame = None
        if frame is None:
            self.end()
            raise WorkerStartError(self._said() or f"exit code {self._process.returncode}")
        self._is_ready = True

    def _send(self, content: Any) -> None:
        data = pickle.dumps(content, pickle.HIGHEST_PROTOCOL)
        pipe = cast("IO[bytes]", self._process.stdin)
        try:
            pipe.write(len(data).to_bytes(_LENGTH, "big"))
            pipe.write(data)
            pipe.flush()
        except OSError:
            pass  # it has ended, which is what the answer will say

    def _listen(self) -> None:
        pipe = cast("IO[bytes]", self._process.stdout)
        with contextlib.suppress(OSError, ValueError):
            while (frame := _read_frame(pipe)) is not None:
                self._frames.put(frame)
        self._frames.put(None)

    def _death(self, bounds: Bounds) -> WorkError:
        code = self._process.wait()
        self.end()
        if code == -getattr(signal, "SIGXCPU", 0) != 0:
            return WorkError(Cause.TIME, f"more than {bounds.seconds:g} s of processor time")
        return WorkError(Cause.DIED, f"the process ended with exit code {code}\n{self._said()}".strip())

    def _said(self) -> str:
        """Give the last of what the process said on its way."""
        try:
            size = self._output.seek(0, os.SEEK_END)
            self._output.seek(max(0, size - _SHOWN_OUTPUT))
            return self._output.read().decode("utf-8", "replace").strip()
        except (OSError, ValueError):
            return ""

    def end(self) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            with contextlib.suppress(OSError):
                cast("IO[bytes]", pipe).close()


def _read_frame(pipe: IO[bytes]) -> bytes | None:
    head = pipe.read(_LENGTH)
    if len(head) < _LENGTH:
        return None
    size = int.from_bytes(head, "big")
    data = pipe.read(size)
    return data if len(data) == size else None


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
    _give(sink, (_Sent.DONE, None, ""))
    if module:
        importlib.import_module(module)
    while True:
        function, arguments, rest = _unpickled(frames.get())
        if function is None:
            given[arguments] = pickle.loads(rest)
        else:
            called = [given[one.number] if isinstance(one, _Reference) else one for one in arguments]
            _give(sink, (_Sent.BEGUN, None, ""))
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
    while (frame := _read_frame(source)) is not None:
        frames.put(frame)
    os._exit(0)


def _give(sink: IO[bytes], answer: tuple[_Sent, Any, str]) -> None:
    try:
        data = pickle.dumps(answer, pickle.HIGHEST_PROTOCOL)
    except Exception:  # a value that cannot be pickled
        data = pickle.dumps((_Sent.FAILED, None, answer[2] or traceback.format_exc()))
    sink.write(len(data).to_bytes(_LENGTH, "big"))
    sink.write(data)
    sink.flush()


def _done(function: Callable[..., Any], arguments: Sequence[Any], bounds: Bounds) -> tuple[_Sent, Any, str]:
    try:
        with _limited(bounds):
            return _Sent.DONE, function(*arguments), ""
    except MemoryError:
        return _Sent.MEMORY, None, traceback.format_exc(limit=_FRAMES)
    except BaseException as error:
        return _Sent.FAILED, _portable(error), traceback.format_exc(limit=_FRAMES)


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


workers = Workers()
"""The processes of this one."""

atexit.register(workers.end)


def _forget() -> None:
    """Leave the parent's processes to it: a fork has no threads that would listen to them."""
    workers._idle = queue.LifoQueue()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
