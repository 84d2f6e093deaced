"""Many files at a time: read on all processors, and none of them able to stop the others.

What belongs here: the processes that read, and what a fault of the reader becomes. What does not: how a file is
read (the other modules here) and what is kept of it (`pipeline/readings.py`).
"""

import os
import pickle
import signal
import threading
import traceback
import zlib
from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, replace
from multiprocessing import get_context, parent_process
from pathlib import Path
from typing import Self

from ingestion.catalogue import Catalogue
from ingestion.files import sha256_of
from ingestion.reading import read_file
from ingestion.submissions import Problem, Reading

UNREADABLE = "L001"
"""The problem of a file on which the reader itself failed."""

MANY = 40
"""From how many files on other processes pay: to start them takes as long as to read some twenty files."""

_MOST_PROCESSES = 8
_AHEAD = 4
"""How many files wait or are read for each process; what was read and not yet taken is held in memory."""


@dataclass(frozen=True)
class Source:
    """A file to read, and the name under which it was sent."""

    path: Path
    name: str


@dataclass(frozen=True)
class Read:
    """What a file holds.

    Attributes:
        reading: its content, or the problem that there is none.
        technical: the text of a fault of the reader, or what a library said of a damaged file; else blank.
        sha256: of the bytes that were read; blank where they changed meanwhile, or are a folder's.
    """

    reading: Reading
    technical: str
    sha256: str = ""


def read_safely(path: Path, catalogue: Catalogue, name: str) -> Read:
    """Read a file so that a fault of the reader is an outcome of this file and of no other."""
    try:
        reading = read_file(path, catalogue, name=name)
    except Exception:
        return _unreadable(name, traceback.format_exc())
    return Read(reading, reading.technical)


def read_many(sources: Sequence[Source], catalogue: Catalogue) -> Iterator[Read]:
    """Read files in their order, on all processors where there are many files.

    A file on which even the process of the reader ends is unreadable; its neighbours are read all the same.
    """
    done, processes = 0, min(os.cpu_count() or 1, _MOST_PROCESSES)
    if len(sources) >= MANY and processes > 1:
        with _Processes(catalogue, processes) as pool:
            try:
                for read in pool.read(sources):
                    done += 1
                    yield read
            except _NoProcessError:
                pass  # this process can read the rest as well, only not as fast
    for source in sources[done:]:
        yield read_safely(source.path, catalogue, source.name)


class _NoProcessError(Exception):
    """No other process can be started here, which says nothing of any file."""


class _Processes:
    """Processes that read files, with some files ahead of the one that is asked for."""

    def __init__(self, catalogue: Catalogue, processes: int) -> None:
        # A new process is sent this before it listens: more than a pipe holds would keep us waiting for it.
        self._catalogue = zlib.compress(pickle.dumps(catalogue))
        self._processes = processes
        self._pool = self._start(processes)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)

    def read(self, sources: Iterable[Source]) -> Iterator[Read]:
        waiting: deque[tuple[Source, Future[Read]]] = deque()
        for source in sources:
            waiting.append((source, self._submit(source)))
            if len(waiting) > self._processes * _AHEAD:
                yield self._take(waiting)
        while waiting:
            yield self._take(waiting)

    def _take(self, waiting: deque[tuple[Source, Future[Read]]]) -> Read:
        source, future = waiting.popleft()
        try:
            return future.result()
        except BrokenProcessPool:
            return self._read_alone(source)

    def _submit(self, source: Source) -> Future[Read]:
        try:
            return self._pool.submit(_read, source)
        except BrokenProcessPool:
            self._pool.shutdown()
            self._pool = self._start(self._processes)
            return self._pool.submit(_read, source)

    def _read_alone(self, source: Source) -> Read:
        """Read a file that was waiting when a process ended, to learn whether it is the one that ended it."""
        with self._start(1) as alone:
            try:
                alone.submit(_nothing).result()
            except BrokenProcessPool as error:
                raise _NoProcessError from error
            try:
                return alone.submit(_read, source).result()
            except BrokenProcessPool as error:
                # With its hash, so that nobody reads it again in a process that must not end.
                technical = f"{type(error).__name__}: {error}"
                return replace(_unreadable(source.name, technical), sha256=_hash(source.path))

    def _start(self, processes: int) -> ProcessPoolExecutor:
        # A fork would copy the locks of other threads, such as Dagster's, in whatever state they are.
        return ProcessPoolExecutor(processes, get_context("spawn"), _begin, (self._catalogue,))


_catalogue: Catalogue


def _begin(catalogue: bytes) -> None:
    """Make a process of the pool ready: it stops when told to or when its parent is gone, and not before."""
    global _catalogue  # noqa: PLW0603 - a process of the pool serves one catalogue
    _catalogue = pickle.loads(zlib.decompress(catalogue))
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    """End this process when its parent was killed: the pool's own queue would keep it waiting for ever."""
    if parent := parent_process():
        parent.join()
        os._exit(1)


def _nothing() -> None:
    """Show that the process has started."""


def _read(source: Source) -> Read:
    before = _hash(source.path)
    read = read_safely(source.path, _catalogue, source.name)
    return Read(read.reading, read.technical, before if before == _hash(source.path) else "")


def _hash(path: Path) -> str:
    try:
        return sha256_of(path)
    except OSError:
        return ""


def _unreadable(name: str, technical: str) -> Read:
    problem = Problem(UNREADABLE, value=name, is_fatal=True)
    return Read(Reading(file_name=name, kind="unknown", problems=[problem]), technical)
