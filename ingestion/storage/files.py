"""Files that must survive a crash: written aside, made durable, then put in place at once.

What belongs here: writing, hashing and locking, and the names of what is written aside, by which the litter
of a killed process is known (`upkeep/litter.py`). What does not: what the files mean.

Everything that is written here is for the data team alone, whatever the umask says: originals, receipts,
returns and alerts hold what units filed, and mail may hold passwords. What the public reads is made by
`reports`.
"""

import hashlib
import os
import re
import stat
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from filelock import lock_descriptor, unlock_descriptor

from ingestion.storage.filenames import fitted

PRIVATE_FILE = 0o600
PRIVATE_FOLDER = 0o700
PUBLIC_FOLDER = 0o755

_BINARY = getattr(os, "O_BINARY", 0)
_UNFOLLOWED = getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0)
_CHUNK = 1 << 20
_POLL_SECONDS = 0.05
_DATABASE_ASIDE = re.compile(r"^.+\.(\d+)\.duckdb(\.wal|\.tmp)?$", re.DOTALL)
_ASIDE = re.compile(r"^\..+\.(\d+)\.\d+\.aside$", re.DOTALL)

_GUARDED = " "
"""What a lock's file begins with: on Windows the first byte is locked, and others cannot read it."""


class LockedError(Exception):
    """Another process writes to the same state folder; the message names it."""


class NotAFileError(Exception):
    """What should be read is no file of its own: a link, a pipe, a socket or a device."""


def aside_of(path: Path) -> Path:
    """Give the place beside a file or folder where it is made, or put before it is removed.

    The name is hidden, and says which process writes there.
    """
    return path.with_name(f".{fitted(path.name)}.{os.getpid()}.{threading.get_ident()}.aside")


def writer_of(name: str) -> int | None:
    """Give the id of the process that made a name aside; None where it is another name."""
    match = _ASIDE.match(name)
    return int(match[1]) if match else None


def database_aside_of(path: Path) -> Path:
    """Give the place beside a database where it is built; its name ends as dbt and DuckDB go by."""
    return path.with_name(f"{path.stem}.{os.getpid()}{path.suffix}")


def database_writer_of(name: str) -> int | None:
    """Give the id of the process that made such a name, of the log or of the spilled data beside it."""
    match = _DATABASE_ASIDE.match(name)
    return int(match[1]) if match else None


def open_regular(path: Path) -> BinaryIO:
    """Open a file for reading, but never what a link leads to, and never what could keep us waiting.

    Raises:
        NotAFileError: it is a link, a pipe, a socket or a device.
        OSError: it cannot be opened.
    """
    if not stat.S_ISREG(path.lstat().st_mode):
        raise NotAFileError(str(path))
    file = os.fdopen(os.open(path, os.O_RDONLY | _BINARY | _UNFOLLOWED), "rb")
    if stat.S_ISREG(os.fstat(file.fileno()).st_mode):
        return file
    file.close()
    raise NotAFileError(str(path))


@contextmanager
def writing_private(path: Path, *, appends: bool = False) -> Iterator[BinaryIO]:
    """Open a file for writing that only its owner can read, and flush it to the disk at the end."""
    kind = os.O_APPEND if appends else os.O_TRUNC
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | _BINARY | kind, PRIVATE_FILE)
    with os.fdopen(descriptor, "ab" if appends else "wb") as file:
        _restrict(path, PRIVATE_FILE)
        yield file
        file.flush()
        os.fsync(file.fileno())


def private_folder(folder: Path) -> Path:
    """Make a folder that only its owner can enter, or close one that is there to others."""
    folder.mkdir(PRIVATE_FOLDER, parents=True, exist_ok=True)
    _restrict(folder, PRIVATE_FOLDER)
    return folder


def public_folder(folder: Path) -> Path:
    """Make a folder that a web server can read, if it is not there."""
    if not folder.is_dir():
        folder.mkdir(parents=True, exist_ok=True)
        folder.chmod(PUBLIC_FOLDER)
    return folder


def _restrict(path: Path, mode: int) -> None:
    """Take rights of others away; where the owner is somebody else, or the disk has no modes, they stay."""
    if os.name == "posix" and path.stat().st_mode & ~mode & 0o777:
        with suppress(OSError):
            path.chmod(mode)


def sha256_of(path: Path) -> str:
    """Give the SHA-256 of a file's bytes."""
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while chunk := file.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def copy_durably(source: Path, aside: Path) -> str:
    """Copy a file's bytes to a path, flush them to the disk and give their SHA-256.

    Where that fails, nothing is left at the path.

    Raises:
        NotAFileError: the source is a link or no file.
        OSError: it cannot be read, or the copy cannot be written.
    """
    digest = hashlib.sha256()
    with open_regular(source) as reader, _removed_on_error(aside), writing_private(aside) as writer:
        while chunk := reader.read(_CHUNK):
            digest.update(chunk)
            writer.write(chunk)
    return digest.hexdigest()


def write_durably(path: Path, data: bytes) -> None:
    """Write a whole file so that a reader sees the old one or the new one, whatever happens in between.

    Raises:
        OSError: it cannot be written; the old one is as it was and nothing is left beside it.
    """
    aside = aside_of(path)
    with _removed_on_error(aside):
        with writing_private(aside) as file:
            file.write(data)
        aside.replace(path)
    sync_folder(path.parent)


@contextmanager
def _removed_on_error(aside: Path) -> Iterator[None]:
    try:
        yield
    except BaseException:
        with suppress(OSError):
            aside.unlink(missing_ok=True)
        raise


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
