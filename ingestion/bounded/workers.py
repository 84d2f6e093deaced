"""The side that asks: processes, each given one piece of work at a time.

What belongs here: starting, asking, waiting and ending. What does not: what happens in the process
(`serving.py`).
"""

import atexit
import contextlib
import math
import os
import pickle
import queue
import signal
import subprocess
import sys
import tempfile
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import IO, Any, cast

from ingestion.bounded.bounds import Bounds, WorkError, WorkerStartError
from ingestion.bounded.frames import Given, Reference, Sent, read_frame, write_frame
from ingestion.records.faults import Cause

_MOST_PROCESSES = 8
_AHEAD = 4
"""How many pieces of work wait or are done for each process; what was not taken yet is held in memory."""

_START_SECONDS = 120.0
_LOOK_SECONDS = 0.5
"""How long one look for an answer takes; a machine that slept meanwhile has spent one look, not the night."""

_LONGER, _AT_WORK = 6, 0.03
"""What part of the time by the clock is added when it is over, and the share of a processor that work must have
had in the part before: where something else holds the machine, work that goes on is no hang."""

_NOTHING = b"nothing"
"""Stands for an answer that has not come."""

_SHOWN_OUTPUT = 4_000


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
        begin = f"from ingestion.bounded.serving import serve; serve({module!r})"
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-X", "utf8", "-c", f"import sys; sys.path[:] = {paths!r}; {begin}"],
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
        frame = self._hear(bounds.clock_seconds, bounds)
        try:
            kind, value, technical = pickle.loads(frame)
        except Exception as error:  # what cannot be taken in here is a failure of that piece of work
            raise WorkError(Cause.ERROR, f"{type(error).__name__}: {error}") from error
        if kind is Sent.DONE:
            return value
        if kind is Sent.MEMORY:
            self.end()  # who knows what it still holds
            raise WorkError(Cause.MEMORY, technical)
        raise WorkError(Cause.ERROR, technical, value)

    def _hear(self, seconds: float, bounds: Bounds) -> bytes:
        longer, before = seconds / _LONGER, self._processor_seconds()
        frame = self._wait(seconds)
        while frame is _NOTHING:
            # On a machine that is busy with something else, work that goes on is no hang; the processor has its
            # own bound, which ends it.
            used = self._processor_seconds()
            if used - before < longer * _AT_WORK:
                self.end()
                raise WorkError(Cause.TIME, f"more than {seconds:g} s by the clock")
            before = used
            frame = self._wait(longer)
        if frame is None:
            raise self._death(bounds)
        return frame

    def _wait(self, seconds: float) -> bytes | None:
        """Give what comes within a time; `_NOTHING` where nothing does, None where the process is gone."""
        for _ in range(math.ceil(seconds / _LOOK_SECONDS)):
            with contextlib.suppress(queue.Empty):
                return self._frames.get(timeout=_LOOK_SECONDS)
        return _NOTHING

    def _processor_seconds(self) -> float:
        """Give how much processor time the process has had; 0 where the system does not tell."""
        try:
            told = Path(f"/proc/{self._process.pid}/stat").read_text(encoding="ascii", errors="replace")
            user, system = told.rpartition(")")[2].split()[11:13]
            return (int(user) + int(system)) / os.sysconf("SC_CLK_TCK")
        except (OSError, ValueError, AttributeError):  # a system without the one or the other
            return 0.0

    def _reference(self, argument: Any) -> Any:
        if not isinstance(argument, Given):
            return argument
        if id(argument) not in self._sent:
            self._sent[id(argument)] = argument
            self._send((None, id(argument), argument.data))
        return Reference(id(argument))

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
        with contextlib.suppress(OSError):  # it has ended, which is what the answer will say
            write_frame(pipe, data)

    def _listen(self) -> None:
        pipe = cast("IO[bytes]", self._process.stdout)
        with contextlib.suppress(OSError, ValueError):
            while (frame := read_frame(pipe)) is not None:
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


workers = Workers()
"""The processes of this one."""

atexit.register(workers.end)


def _forget() -> None:
    """Leave the parent's processes to it: a fork has no threads that would listen to them."""
    workers._idle = queue.LifoQueue()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget)
