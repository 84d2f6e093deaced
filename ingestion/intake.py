"""The inbox: what waits there, in which order it is taken, and how a file gets in.

What belongs here: files before they are landed. What does not: what becomes of them (`pipeline/`).

A file lies in the folder of its unit. `put_in_inbox` writes a hidden sidecar beside it with the time of receipt
and the name under which it was sent; a file that somebody copied there has none and counts as received when it
arrived. A folder of CSVs is one submission.
"""

import json
import os
import shutil
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ValidationError

from ingestion.files import sha256_of, sync_folder, write_durably
from ingestion.home import Home
from ingestion.landing import gather

UNKNOWN = "_unknown"
"""The folder of the inbox for files whose unit cannot be told."""

SETTLE_SECONDS = 2.0
"""A copied file that changed so recently may still be written; it is left for the next run."""

_CLOCK_SKEW = timedelta(days=1)
_IGNORED_PREFIXES = (".", "~$")
_IGNORED_SUFFIXES = (".part", ".tmp", ".crdownload")
_IGNORED_NAMES = {"thumbs.db", "desktop.ini"}


@dataclass(frozen=True)
class InboxFile:
    """One file, or folder of CSVs, that waits.

    Attributes:
        path: where it is.
        folder: the unit's folder; blank where it lies in the inbox itself.
        original_name: the name under which it was sent.
        received_at: when it arrived.
        is_settled: whether it is complete as far as can be told.
        sidecar: the file beside it that says when and how it came, if there is one.
    """

    path: Path
    folder: str
    original_name: str
    received_at: datetime
    is_settled: bool
    sidecar: Path | None

    @property
    def arrival(self) -> str:
        """The name of this arrival: the same after a crash, another one when the file is sent again."""
        return f"{self.folder}/{self.path.name}@{self.received_at.astimezone(UTC).isoformat()}"


def put_in_inbox(home: Home, path: Path, unit: str | None, received_at: datetime | None) -> InboxFile:
    """Put a file, or a folder of CSVs as one zip, where the next run takes it.

    The file appears in the inbox at once and whole. A waiting file of the same name is not replaced: the new
    one gets a number.

    Args:
        home: the state folder.
        path: the file or folder.
        unit: the unit that sends it; None leaves it to the cover.
        received_at: when it was received, for imports; None: when it is put there.
    """
    folder = home.inbox / unit if unit else home.inbox
    folder.mkdir(parents=True, exist_ok=True)
    original_name = path.resolve().name
    if path.is_dir():
        original_name += ".zip"
    aside = folder / f".{original_name}.{os.getpid()}.part"
    sha256 = gather(path, aside)
    arrived = received_at or datetime.fromtimestamp(aside.stat().st_ctime, UTC)
    target, sidecar = _reserve(folder, original_name)
    entry = {
        "original_name": original_name,
        "received_at": arrived.astimezone(UTC).isoformat(),
        "sha256": sha256,
    }
    write_durably(sidecar, json.dumps(entry, ensure_ascii=False).encode())
    aside.replace(target)
    sync_folder(folder)
    return InboxFile(target, unit or "", original_name, arrived, True, sidecar)


def waiting(home: Home, now: datetime | None = None) -> list[InboxFile]:
    """List what waits, in the order in which it is taken: by time of receipt, unit and name.

    Args:
        home: the state folder.
        now: the time against which a copied file is judged complete; None takes every file for complete.
    """
    if not home.inbox.is_dir():
        return []
    found: list[tuple[Path, str]] = []
    for entry in home.inbox.iterdir():
        if _is_ignored(entry.name) or entry.name == UNKNOWN:
            continue
        if entry.is_dir():
            found += [(path, entry.name) for path in entry.iterdir() if not _is_ignored(path.name)]
        else:
            found.append((entry, ""))
    files = [file for path, folder in found if (file := _inbox_file(path, folder, now)) is not None]
    return sorted(files, key=lambda file: (file.received_at, file.folder, file.path.name))


def remove(file: InboxFile) -> None:
    """Take a file out of the inbox once the ledger knows of it."""
    if file.path.is_dir():
        # Renamed first, so that a crash in between leaves no half a folder that looks like a submission.
        gone = file.path.with_name(f".{file.path.name}.landed")
        if gone.exists():
            shutil.rmtree(gone)
        file.path.replace(gone)
        shutil.rmtree(gone)
    else:
        file.path.unlink(missing_ok=True)
    if file.sidecar is not None:
        file.sidecar.unlink(missing_ok=True)
    sync_folder(file.path.parent)


def set_aside(file: InboxFile, place: Path) -> None:
    """Move a file whose unit cannot be told to where the data team finds it."""
    place.parent.mkdir(parents=True, exist_ok=True)
    file.path.replace(place)
    if file.sidecar is not None:
        file.sidecar.unlink(missing_ok=True)
    sync_folder(place.parent)
    sync_folder(file.path.parent)


def place_for_unknown(home: Home, file: InboxFile, sha256: str) -> Path:
    """Give the place where a file of an unknown unit is put; the same for the same bytes."""
    return home.inbox / UNKNOWN / f"{sha256[:12]}-{file.path.name}"


def _is_ignored(name: str) -> bool:
    lowered = name.lower()
    return (
        lowered.startswith(_IGNORED_PREFIXES)
        or lowered.endswith(_IGNORED_SUFFIXES)
        or lowered in _IGNORED_NAMES
    )


def _sidecar(path: Path) -> Path:
    return path.with_name(f".{path.name}.receipt.json")


def _reserve(folder: Path, name: str) -> tuple[Path, Path]:
    """Find a free name in a folder and reserve it by creating its sidecar, which only one process can."""
    stem, suffix = Path(name).stem, Path(name).suffix
    number = 1
    while True:
        target = folder / (name if number == 1 else f"{stem} ({number}){suffix}")
        sidecar = _sidecar(target)
        if not target.exists():
            try:
                sidecar.touch(exist_ok=False)
            except FileExistsError:
                pass
            else:
                return target, sidecar
        number += 1


def _inbox_file(path: Path, folder: str, now: datetime | None) -> InboxFile | None:
    """Describe one waiting file; None where it has gone since it was listed (a run landed it)."""
    try:
        sidecar = _sidecar(path)
        entry = _read_sidecar(sidecar) if path.is_file() else None
        # A sidecar that speaks of other bytes was left behind by an earlier file of this name.
        if entry is not None and entry.sha256 == sha256_of(path):
            return InboxFile(path, folder, entry.original_name, entry.received_at, True, sidecar)
        arrived, changed = _last_changes(path)
    except FileNotFoundError:
        return None
    is_settled = now is None or not _may_be_growing(max(arrived, changed), now)
    name = f"{path.name}.zip" if path.is_dir() else path.name
    return InboxFile(path, folder, name, arrived, is_settled, None)


class _Receipt(BaseModel):
    """What a sidecar says."""

    original_name: str
    received_at: AwareDatetime
    sha256: str


def _read_sidecar(path: Path) -> _Receipt | None:
    """Give what a sidecar says; None where there is none that can be read, as for a file that was copied."""
    try:
        return _Receipt.model_validate_json(path.read_bytes())
    except (ValidationError, OSError):
        return None


def _last_changes(path: Path) -> tuple[datetime, datetime]:
    """Give when a file, or the last of a folder's files, came, and when its bytes were last written.

    A copy keeps the time of its bytes, so that alone would say when the clerk saved it, not when it came.
    """
    paths = [path, *path.rglob("*")] if path.is_dir() else [path]
    stats = [p.stat() for p in paths]
    arrived, written = max(s.st_ctime for s in stats), max(s.st_mtime for s in stats)
    return datetime.fromtimestamp(arrived, UTC), datetime.fromtimestamp(written, UTC)


def _may_be_growing(changed: datetime, now: datetime) -> bool:
    """Say whether a file changed just before now, or after the run began; a far future is a wrong clock."""
    age = now - changed
    return -_CLOCK_SKEW < age < timedelta(seconds=SETTLE_SECONDS)
