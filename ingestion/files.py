"""Files that must survive a crash: written aside, made durable, then put in place at once.

What belongs here: writing, hashing and locking. What does not: what the files mean.
"""

import hashlib
import os
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from filelock import lock_descriptor, unlock_descriptor

_CHUNK = 1 << 20
_POLL_SECONDS = 0.05

_GUARDED = " "
"""What a lock's file begins with: on Windows the first byte is locked, and others cannot read it."""


class LockedError(Exception):
    """Another process writes to the same state folder; the message names it."""


def sha256_of(path: Path) -> str:
    """Give the SHA-256 of a file's bytes."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def copy_durably(source: Path, aside: Path) -> str:
    """Copy a file's bytes to a path, flush them to the disk and give their SHA-256."""
    digest = hashlib.sha256()
    with source.open("rb") as reader, aside.open("wb") as writer:
        while chunk := reader.read(_CHUNK):
            digest.update(chunk)
            writer.write(chunk)
        writer.flush()
        os.fsync(writer.fileno())
    return digest.hexdigest()


def write_durably(path: Path, data: bytes) -> None:
    """Write a whole file so that a reader sees the old one or the new one, whatever happens in between."""
    aside = path.with_name(f".{path.name}.part")
    with aside.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    """Make renames and removals in a folder durable, where the system opens folders (Windows does not)."""
    if not hasattr(os, "O_DIRECTORY"):
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


_guards: dict[Path, threading.RLock] = {}
_held: set[Path] = set()


@contextmanager
def exclusive(path: Path, wait_seconds: float) -> Iterator[None]:
    """Hold a lock file; the operating system frees it when the process ends, however it ends.

    The thread that holds it may take it again; other threads and processes wait.

    Raises:
        LockedError: another thread or process holds it for longer than the wait.
    """
    path = path.resolve()
    deadline = time.monotonic() + wait_seconds
    guard = _guards.setdefault(path, threading.RLock())
    if not guard.acquire(timeout=wait_seconds):
        raise LockedError(str(os.getpid()))
    try:
        if path in _held:
            yield
        else:
            with _locked(path, deadline):
                yield
    finally:
        guard.release()


@contextmanager
def _locked(path: Path, deadline: float) -> Iterator[None]:
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("a+", encoding="utf-8") as file:
        _acquire(file.fileno(), path, deadline)
        file.truncate(0)
        file.write(f"{_GUARDED}{os.getpid()}\n")
        file.flush()
        _held.add(path)
        try:
            yield
        finally:
            _held.discard(path)
            unlock_descriptor(file.fileno())


def _acquire(descriptor: int, path: Path, deadline: float) -> None:
    while not lock_descriptor(descriptor, blocking=False):
        if time.monotonic() >= deadline:
            raise LockedError(_holder(path))
        time.sleep(_POLL_SECONDS)


def _holder(path: Path) -> str:
    """Give the process that holds a lock, from the part of its file that others may read everywhere."""
    with path.open("rb", buffering=0) as file:
        file.seek(len(_GUARDED))
        return file.read().decode("utf-8").strip()
