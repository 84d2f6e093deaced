"""The inbox: what waits there, in which order it is taken, and how a file gets in.

What belongs here: files before they are landed. What does not: whether a file is whole (`wholeness.py`), what
becomes of it (`pipeline/`).

A file lies in the folder of its unit. `put_in_inbox` writes a hidden sidecar beside it with the time of
receipt and the name under which it was sent; a file that somebody copied there has none and counts as
received when it arrived. A folder of CSVs is one submission.

What is not taken stays where it is and is named with the reason: a link could lead to any file of this
machine, and a file that is not whole yet is whole in the next run.
"""

import json
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pydantic import AwareDatetime, BaseModel, ValidationError

from ingestion.landing import wholeness
from ingestion.landing.originals import Landing, Staged, gather
from ingestion.landing.wholeness import Mark, Reason, is_passing
from ingestion.records.mendable import MendableError
from ingestion.storage.filenames import clean_name, fitted, key_of, shown
from ingestion.storage.files import (
    NotAFileError,
    aside_of,
    open_regular,
    sha256_of,
    sync_folder,
    write_durably,
)
from ingestion.storage.home import Home
from ingestion.words.messages import ToldError

UNKNOWN = "_unknown"
"""The folder of the inbox for files whose unit cannot be told."""

SETTLE_SECONDS = 2.0
"""A copied file that changed so recently may still be written; it is left for the next run."""

_LONGEST_SIDECAR = 1 << 16


class IntakeError(ToldError, MendableError):
    """A file cannot be put into the inbox; the message says why."""


class LeftError(Exception):
    """A waiting file is not taken in this run.

    Attributes:
        reason: why.
    """

    def __init__(self, reason: Reason) -> None:
        self.reason = reason
        super().__init__(reason)


@dataclass(frozen=True)
class InboxFile:
    """One file, or folder of CSVs, that waits.

    Attributes:
        path: where it is.
        folder: the unit's folder; blank where it lies in the inbox itself.
        original_name: the name under which it was sent, as it can be shown.
        received_at: when it arrived.
        is_settled: whether it is complete as far as can be told.
        sidecar: the file beside it that says when and how it came, if there is one.
        mark: what tells that it is still the same file.
        reason: why it is left for the next run; blank where it is settled.
    """

    path: Path
    folder: str
    original_name: str
    received_at: datetime
    is_settled: bool
    sidecar: Path | None
    mark: Mark
    reason: Reason = ""

    @property
    def arrival(self) -> str:
        """The name of this arrival: the same after a crash, another one when the file is sent again."""
        return f"{self.folder}/{key_of(self.path.name)}@{self.received_at.astimezone(UTC).isoformat()}"

    @property
    def place(self) -> str:
        """Where it is below the inbox, as it can be shown."""
        return "/".join(filter(None, (self.folder, shown(self.path.name))))


@dataclass(frozen=True)
class Left:
    """Something in the inbox that is never taken as it is.

    Attributes:
        place: where it is below the inbox, as it can be shown.
        reason: why.
    """

    place: str
    reason: Reason


@dataclass(frozen=True)
class Inbox:
    """What is in the inbox: what waits, in the order in which it is taken, and what is left alone."""

    files: tuple[InboxFile, ...]
    left: tuple[Left, ...]


def put_in_inbox(home: Home, path: Path, unit: str | None, received_at: datetime | None) -> InboxFile:
    """Put a file, or a folder of CSVs as one zip, where the next run takes it.

    The file appears in the inbox at once and whole. A waiting file of the same name is not replaced: the new
    one gets a number.

    Args:
        home: the state folder.
        path: the file or folder.
        unit: the unit that sends it; None leaves it to the cover.
        received_at: when it was received, for imports; None: when it is put there.

    Raises:
        IntakeError: it is neither a file nor a folder, or the unit's folder is a link.
    """
    source = path.resolve()
    if not (source.is_file() or source.is_dir()):
        raise IntakeError("landing.intake.special", path=shown(str(path)))
    folder = home.inbox / unit if unit else home.inbox
    if folder.is_symlink():
        raise IntakeError("landing.intake.link", path=shown(str(folder)))
    folder.mkdir(parents=True, exist_ok=True)
    original_name = clean_name(source.name)
    if source.is_dir():
        original_name += ".zip"
    aside = aside_of(folder / original_name)
    sha256 = gather(source, aside)
    sidecar: Path | None = None
    try:
        arrived = received_at or datetime.fromtimestamp(aside.stat().st_ctime, UTC)
        target, sidecar = _reserve(folder, _seen(original_name))
        entry = {
            "original_name": original_name,
            "received_at": arrived.astimezone(UTC).isoformat(),
            "sha256": sha256,
        }
        write_durably(sidecar, json.dumps(entry, ensure_ascii=False).encode())
        aside.replace(target)
    except OSError:
        for litter in filter(None, (aside, sidecar)):
            with suppress(OSError):
                litter.unlink(missing_ok=True)
        raise
    sync_folder(folder)
    mark = wholeness.mark_of(wholeness.parts_of(target))
    return InboxFile(target, unit or "", original_name, arrived, True, sidecar, mark)


def _seen(name: str) -> str:
    """Give a name under which a file is not passed over, and that leaves room for the sidecar's."""
    if is_passing(name) or name == UNKNOWN:
        name = f"_{name}"
    if is_passing(name):
        name += "_"
    return fitted(name)


def look(home: Home, now: datetime | None = None) -> Inbox:
    """Give what is in the inbox.

    Args:
        home: the state folder.
        now: the time against which a copied file is judged complete; None takes every file for complete.
    """
    files, left = [], []
    for path, folder in _entries(home.inbox):
        match _inbox_file(path, folder, now):
            case InboxFile() as file:
                files.append(file)
            case Left() as one:
                left.append(one)
    files.sort(key=lambda file: (file.received_at, file.folder, file.path.name))
    left.sort(key=lambda one: one.place)
    return Inbox(tuple(files), tuple(left))


def waiting(home: Home, now: datetime | None = None) -> list[InboxFile]:
    """List what waits, in the order in which it is taken: by time of receipt, unit and name; see `look`."""
    return list(look(home, now).files)


def _entries(inbox: Path) -> Iterator[tuple[Path, str]]:
    """Give what could be a submission, or a folder of a unit that cannot be entered, each with its unit."""
    for entry in _listed(inbox):
        if entry.name == UNKNOWN:
            continue
        if not _is_folder(entry):
            yield entry, ""
            continue
        try:
            yield from ((path, shown(entry.name)) for path in _listed(entry))
        except PermissionError:
            yield entry, ""


def _listed(folder: Path) -> list[Path]:
    try:
        return [path for path in folder.iterdir() if not is_passing(path.name)]
    except FileNotFoundError:
        return []


def _is_folder(path: Path) -> bool:
    try:
        return stat.S_ISDIR(path.lstat().st_mode)
    except OSError:
        return False


def stage(file: InboxFile, landing: Landing) -> Staged:
    """Copy a waiting file aside, if it is whole and stays as it is meanwhile.

    Raises:
        LeftError: it is left for the next run; nothing of it is kept.
        OSError: it cannot be copied for a reason that is not the file's.
    """
    if not file.is_settled:
        raise LeftError(file.reason)
    try:
        staged = landing.stage(file.path)
    except NotAFileError:
        raise LeftError("special") from None
    except OSError:
        if fault := _fault_of(file):
            raise LeftError(fault) from None
        raise
    try:
        if wholeness.mark_of(wholeness.parts_of(file.path)) == file.mark:
            return staged
        reason: Reason = "growing"
    except FileNotFoundError:
        reason = "gone"
    staged.path.unlink()
    raise LeftError(reason)


def remove(file: InboxFile) -> None:
    """Take a file out of the inbox once the ledger knows of it.

    What was put in its place meanwhile has been read by nobody, and stays.
    """
    with suppress(FileNotFoundError):
        if wholeness.mark_of(wholeness.parts_of(file.path)) != file.mark:
            return
        if file.path.is_dir():
            # Renamed first, so that a crash in between leaves no half a folder that looks like a submission.
            gone = aside_of(file.path)
            file.path.replace(gone)
            shutil.rmtree(gone)
        else:
            file.path.unlink()
    if file.sidecar is not None:
        file.sidecar.unlink(missing_ok=True)
    sync_folder(file.path.parent)


def set_aside(file: InboxFile, place: Path) -> None:
    """Move a file whose unit cannot be told to where the data team finds it."""
    place.parent.mkdir(parents=True, exist_ok=True)
    if place.is_dir():  # the same files came as a folder before
        remove(file)
        return
    with suppress(FileNotFoundError):  # whoever put it there may have taken it back
        file.path.replace(place)
    if file.sidecar is not None:
        file.sidecar.unlink(missing_ok=True)
    sync_folder(place.parent)
    sync_folder(file.path.parent)


def place_for_unknown(home: Home, file: InboxFile, sha256: str) -> Path:
    """Give the place where a file of an unknown unit is put; the same for the same bytes."""
    return home.inbox / UNKNOWN / f"{sha256[:12]}-{fitted(clean_name(file.path.name))}"


def sidecar_of(path: Path) -> Path:
    """Give the place of what is said of a file in the inbox."""
    return path.with_name(f".{path.name}{SIDECAR}")


SIDECAR = ".receipt.json"
"""How the name of a sidecar ends, behind a dot and the name of its file."""


def _reserve(folder: Path, name: str) -> tuple[Path, Path]:
    """Find a free name in a folder and reserve it by creating its sidecar, which only one process can."""
    stem, suffix = Path(name).stem, Path(name).suffix
    number = 1
    while True:
        target = folder / (name if number == 1 else f"{stem} ({number}){suffix}")
        sidecar = sidecar_of(target)
        if not os.path.lexists(target):
            try:
                sidecar.touch(exist_ok=False)
            except FileExistsError:
                pass
            else:
                return target, sidecar
        number += 1


def _inbox_file(path: Path, folder: str, now: datetime | None) -> InboxFile | Left | None:
    """Describe what lies in the inbox; None where it has gone since it was listed (a run landed it)."""
    place = "/".join(filter(None, (folder, shown(path.name))))
    try:
        parts = wholeness.parts_of(path)
        if never := wholeness.never_taken(parts):
            return Left(place, never)
        is_file, mark = stat.S_ISREG(parts[0].status.st_mode), wholeness.mark_of(parts)
        entry = _read_sidecar(sidecar_of(path)) if is_file else None
        # A sidecar that speaks of other bytes was left behind by an earlier file of this name.
        if entry is not None and entry.sha256 == sha256_of(path):
            name = clean_name(entry.original_name)
            return InboxFile(path, folder, name, entry.received_at, True, sidecar_of(path), mark)
        settle = timedelta(seconds=SETTLE_SECONDS)
        reason = wholeness.why_not_whole(parts, now, settle) if now is not None else ""
    except FileNotFoundError:
        return None
    except OSError:
        return Left(place, "no_access")
    name = clean_name(path.name) if is_file else f"{clean_name(path.name)}.zip"
    return InboxFile(path, folder, name, wholeness.arrived_at(parts), not reason, None, mark, reason)


class _Sidecar(BaseModel):
    """What a sidecar says."""

    original_name: str
    received_at: AwareDatetime
    sha256: str


def _read_sidecar(path: Path) -> _Sidecar | None:
    """Give what a sidecar says; None where there is none, or one that the product did not write."""
    try:
        with open_regular(path) as file:
            return _Sidecar.model_validate_json(file.read(_LONGEST_SIDECAR))
    except (ValidationError, OSError, NotAFileError):
        return None


def _fault_of(file: InboxFile) -> Reason:
    """Say whether a file that could not be copied is gone or closed to us; blank where it is not its fault."""
    try:
        for part in wholeness.parts_of(file.path):
            if stat.S_ISREG(part.status.st_mode):
                open_regular(part.path).close()
    except FileNotFoundError:
        return "gone"
    except PermissionError:
        return "no_access"
    return ""
