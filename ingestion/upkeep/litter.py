"""What killed processes left half made, and its removal.

What belongs here: which names in the state folder are known to be the product's own unfinished work, and when
nobody is at work on them any more. What does not: making them (`files.aside_of` and those who call it), and
what is kept for ever: originals, the ledger and its torn lines, returns, releases.

It is called by whoever holds the writer's lock, so that no other run is at work. Other commands may be: a
name aside says which process writes there, and it goes when that process is gone. A file that anybody else
put somewhere is never touched.
"""

import os
import re
import shutil
import stat
from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path

from ingestion.landing.inbox import SIDECAR
from ingestion.storage.filenames import shown
from ingestion.storage.files import database_writer_of, writer_of
from ingestion.storage.home import Home
from ingestion.storage.machine import spill_folder, spilling_process

_OLD_SECONDS = 24 * 3600.0
"""After so long a name aside is nobody's, also where its process's number was given to another one."""

_RESTING_SECONDS = 3600.0
"""How long something of an earlier version of the product, which named no process, must lie unchanged."""

_EARLIER_PART = re.compile(r"^\..+\.part$", re.DOTALL)
_EARLIER_SUBMIT = re.compile(r"^\..+\.(\d+)\.part$", re.DOTALL)
_EARLIER_LANDED = re.compile(r"^\..+\.landed$", re.DOTALL)
_EARLIER_CHART = re.compile(r"^[0-9a-f]{64}\.part$")


def sweep(home: Home, now: datetime) -> list[str]:
    """Remove what killed processes left, and give its places below the state folder, as they can be shown.

    Only whoever holds the writer's lock may call it.
    """
    kinds = (_asides, _of_runs, _of_earlier_versions, _lone_sidecars)
    swept = []
    for path in sorted({path for kind in kinds for path in kind(home, now)}):
        if _removed(path):
            swept.append(shown(path.relative_to(home.root).as_posix()))
    return swept


def _asides(home: Home, now: datetime) -> Iterator[Path]:
    """Give what was written aside by processes that are gone."""
    for path in _everything(home):
        writer = writer_of(path.name)
        if writer is not None and _is_abandoned(path, writer, now):
            yield path
    for path in (*_listed(home.root), *_listed(home.build), *_listed(home.build / "as_of")):
        writer = spilling_process(path.name)
        if writer is not None and _is_folder(path) and _is_abandoned(path, writer, now):
            yield path
    for path in _listed(home.build / "as_of"):
        writer = database_writer_of(path.name)
        if writer is not None and _is_abandoned(path, writer, now):
            yield path


def _of_runs(home: Home, now: datetime) -> Iterator[Path]:
    """Give what only runs make, under the lock that the caller holds now."""
    earlier = (home.landing / ".incoming", home.releases / ".next", home.root / f".{home.site.name}.next")
    spilled = spill_folder(home.build / "warehouse.duckdb")
    yield from (path for path in (home.build / "verify", spilled, *earlier) if os.path.lexists(path))
    # A warehouse that failed its gate may still be looked at, or put in place by a run of that step alone.
    for name in ("warehouse.duckdb", "warehouse.duckdb.wal"):
        path = home.build / name
        if _seconds_since(path, now) > _OLD_SECONDS:
            yield path


def _of_earlier_versions(home: Home, now: datetime) -> Iterator[Path]:
    for path in _inbox_entries(home):
        submit = _EARLIER_SUBMIT.match(path.name)
        if submit is not None and _rests(path, now) and _is_abandoned(path, int(submit[1]), now):
            yield path
        if _EARLIER_LANDED.match(path.name) and _is_folder(path) and _rests(path, now):
            yield path
        if _EARLIER_PART.match(path.name) and SIDECAR in path.name and _rests(path, now):
            yield path
    for folder in (home.bronze, home.returns, home.outbox, home.mailboxes, home.validations, home.landing):
        for place, _, names in os.walk(folder):
            parts = (Path(place, name) for name in names if _EARLIER_PART.match(name))
            yield from (path for path in parts if _rests(path, now))
    yield from (p for p in _listed(home.build / "charts") if _EARLIER_CHART.match(p.name) and _rests(p, now))


def _lone_sidecars(home: Home, now: datetime) -> Iterator[Path]:
    """Give sidecars whose file is gone; one whose file is still being copied aside is not alone."""
    for folder in (home.inbox, *(path for path in _listed(home.inbox) if _is_folder(path))):
        names = {path.name for path in _listed(folder)}
        if any(_is_at_work(folder / name, now) for name in names):
            continue
        for name in names:
            if name.startswith(".") and name.endswith(SIDECAR):
                of_file = folder / name[1 : -len(SIDECAR)]
                if not os.path.lexists(of_file):
                    yield folder / name


def _is_at_work(path: Path, now: datetime) -> bool:
    submit = _EARLIER_SUBMIT.match(path.name)
    writer = int(submit[1]) if submit else writer_of(path.name)
    return writer is not None and not _is_abandoned(path, writer, now)


def _everything(home: Home) -> Iterator[Path]:
    """Give what lies where the product writes aside; folders that are links are not entered."""
    yield from _listed(home.root)
    yield from _inbox_entries(home)
    yield from _listed(home.releases)
    yield from _listed(home.build)
    yield from _listed(home.build / "charts")
    for folder in (home.landing, home.bronze, home.returns, home.outbox, home.mailboxes, home.validations):
        for place, folders, names in os.walk(folder):
            yield from (Path(place, name) for name in (*folders, *names))


def _inbox_entries(home: Home) -> Iterator[Path]:
    for path in _listed(home.inbox):
        yield path
        if _is_folder(path):
            yield from _listed(path)


def _listed(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except OSError:
        return []


def _is_folder(path: Path) -> bool:
    with suppress(OSError):
        return stat.S_ISDIR(path.lstat().st_mode)
    return False


def _is_abandoned(path: Path, writer: int, now: datetime) -> bool:
    """Say whether the process that wrote there is gone, or was another one that had the same number."""
    return not _is_alive(writer) or (writer != os.getpid() and _seconds_since(path, now) > _OLD_SECONDS)


def _is_alive(process: int) -> bool:
    if os.name != "posix":
        return True  # Windows has no way to ask that does no harm; there age alone tells
    try:
        os.kill(process, 0)
    except (ProcessLookupError, OverflowError):
        return False
    except PermissionError:
        return True
    return True


def _rests(path: Path, now: datetime) -> bool:
    return _seconds_since(path, now) > _RESTING_SECONDS


def _seconds_since(path: Path, now: datetime) -> float:
    """Give how long ago a file was last written, renamed or given other rights; nobody can set that time."""
    try:
        return now.timestamp() - path.lstat().st_ctime
    except OSError:
        return 0.0


def _removed(path: Path) -> bool:
    try:
        if _is_folder(path):
            shutil.rmtree(path)
        else:
            path.unlink()
    except OSError:
        return False  # it stays, and does no harm there
    return True
