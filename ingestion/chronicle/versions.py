"""Versions of the registry, kept as long as originals are: their files by hash, and a log with a line for each.

What belongs here: writing a version so that a crash leaves all of it or none, and reading it back. What does
not: whether a version may be recorded (`in_force.py`), and what differs between two (`differences.py`).

A version holds the tables (CSV) and the office's own kinds, forms, indicators, rules, units and sections: all
on which figures rest. Thresholds of alerts and other files that lie there are no part of it. The bytes are
written first, then the line. The log is written aside with its new line and put in place at once, so that
none is cut.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Literal

from pydantic import AwareDatetime, TypeAdapter, ValidationError

from ingestion.chronicle.differences import Difference
from ingestion.definitions.overlay import own_paths
from ingestion.records.mendable import MendableError
from ingestion.storage.files import private_folder, sha256_of, sync_folder, write_durably
from ingestion.storage.home import Home
from ingestion.words.messages import ToldError

BY_ITSELF = "tongket"
"""Who recorded a version that a run found."""

_SHORT = 8
_DIGITS = 4
_KEPT_MODE = 0o400

Contents = Mapping[str, bytes]
"""What files held, by their place below the registry, with forward slashes."""


class ChronicleError(ToldError, MendableError):
    """The log of versions, or what is kept of one, is not what was written; the message says what to do."""

    is_refusal = True
    about = "registry"


class Change(StrEnum):
    """What kind of change a version brought.

    Attributes:
        FIRST: it is the first that is known.
        WORLD: something happened; what was said of days before stands, or is said more fully.
        CORRECTION: the registry was wrong about days that had passed.
    """

    FIRST = "first"
    WORLD = "world"
    CORRECTION = "correction"


@dataclass(frozen=True)
class Version:
    """What the files of the registry held from a moment on.

    Attributes:
        number: its place in the order of versions, from 1.
        sha256: hash over names and contents of its files; the same contents have the same.
        at: from when it was known.
        by: who recorded it; `tongket` where a run found the files changed.
        kind: what kind of change it brought.
        reason: why, in the words of whoever recorded it; blank where a run did.
        files: the hash of each file, by its place below the registry.
        differences: what changed since the version before; nothing in the first.
    """

    number: int
    sha256: str
    at: AwareDatetime
    by: str
    kind: Change
    reason: str
    files: Mapping[str, str]
    differences: tuple[Difference, ...] = ()

    @property
    def name(self) -> str:
        """Its number and the start of its hash, `0003-1f2e3d4c`."""
        return f"{self.number:0{_DIGITS}}-{self.sha256[:_SHORT]}"


_VERSION = TypeAdapter(Version)


def own_contents(registry: Path) -> dict[str, bytes]:
    """Give what the office's own data files hold.

    Raises:
        OwnFileError: something else stands where a folder belongs.
        OSError: the system refuses a folder or a file.
    """
    return {f"{folder}/{path.name}": path.read_bytes() for folder, path in own_paths(registry)}


def hashes_of(contents: Contents) -> dict[str, str]:
    """Give the hash of each file."""
    return {name: hashlib.sha256(contents[name]).hexdigest() for name in sorted(contents)}


def hash_of(files: Mapping[str, str]) -> str:
    """Give the hash over names and contents of files, from the hash of each."""
    listed = "".join(f"{name}\0{files[name]}\n" for name in sorted(files))
    return hashlib.sha256(listed.encode()).hexdigest()


class Chronicle:
    """The versions of the registry of one state folder."""

    def __init__(self, home: Home) -> None:
        self._home = home

    def versions(self) -> tuple[Version, ...]:
        """Give all versions, oldest first; none of a folder in which none was recorded.

        Raises:
            ChronicleError: a line of the log is no version, or not the one that follows.
            OSError: the log cannot be read.
        """
        path = self._home.registry_log
        try:
            lines = path.read_bytes().splitlines()
        except FileNotFoundError:
            return ()
        found: list[Version] = []
        for number, line in enumerate(lines, start=1):
            try:
                version = _VERSION.validate_json(line)
            except ValidationError as error:
                raise ChronicleError("chronicle.damaged", path=path, line=number) from error
            if version.number != number or version.sha256 != hash_of(version.files):
                raise ChronicleError("chronicle.damaged", path=path, line=number)
            found.append(version)
        return tuple(found)

    def last(self) -> Version | None:
        """Give the version that was recorded last; None before the first.

        Raises:
            ChronicleError: the log is damaged.
            OSError: it cannot be read.
        """
        found = self.versions()
        return found[-1] if found else None

    def contents(self, version: Version) -> dict[str, bytes]:
        """Give what the files of a version held.

        Raises:
            ChronicleError: one of them is kept no more, or was changed.
            OSError: one of them cannot be read.
        """
        return {name: self._kept(name, sha256) for name, sha256 in version.files.items()}

    def _kept(self, name: str, sha256: str) -> bytes:
        path = self._path(sha256)
        try:
            data = path.read_bytes()
        except FileNotFoundError as error:
            raise ChronicleError("chronicle.file_missing", path=path, name=name) from error
        if hashlib.sha256(data).hexdigest() != sha256:
            raise ChronicleError("chronicle.file_changed", path=path, name=name)
        return data

    def append(self, version: Version, contents: Contents) -> None:
        """Keep a version for ever; it is on the disk when this returns.

        Only whoever holds the lock of intake may call it.

        Args:
            version: the one that follows the last.
            contents: what its files hold.

        Raises:
            ChronicleError: the log is damaged; nothing is written.
            OSError: it cannot be written; the log is as it was.
        """
        log = self._home.registry_log
        written = self.versions()
        private_folder(self._home.landing)
        folder = private_folder(self._home.registry_files)
        for name, sha256 in version.files.items():
            path = self._path(sha256)
            if not (path.is_file() and sha256_of(path) == sha256):
                write_durably(path, contents[name])
                path.chmod(_KEPT_MODE)
        sync_folder(folder)
        lines = [_VERSION.dump_json(one) + b"\n" for one in (*written, version)]
        write_durably(log, b"".join(lines))

    def damages(self) -> list[tuple[str, Literal["missing", "changed"]]]:
        """Compare what is kept with its hashes, and find what versions need and is not there.

        Returns:
            Places below the state folder, and what is wrong with each.

        Raises:
            ChronicleError: the log is damaged.
            OSError: something cannot be read.
        """
        folder = self._home.registry_files
        needed = {sha256 for version in self.versions() for sha256 in version.files.values()}
        kept = {path.name for path in folder.iterdir()} if folder.is_dir() else set()
        found: dict[str, Literal["missing", "changed"]] = dict.fromkeys(needed - kept, "missing")
        for name in needed & kept:
            if not self._path(name).is_file() or sha256_of(self._path(name)) != name:
                found[name] = "changed"
        place = folder.relative_to(self._home.root).as_posix()
        return [(f"{place}/{name}", found[name]) for name in sorted(found)]

    def _path(self, sha256: str) -> Path:
        return self._home.registry_files / sha256
