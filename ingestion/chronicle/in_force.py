"""Which registry is in force: the files as they are, or what they held when they were last sound.

What belongs here: that choice, in one place for all who ask anything of the registry, and recording the files
as a new version. What does not: comparing versions (`differences.py`, `past.py`), keeping them (`versions.py`).

Files that cannot be read, rows that do not fit one another, and a change of what was said of past days without
a reason make a registry that is refused. Then the version before it stays in force, so that nobody waits for
the mending but the publication. A folder in which no version was recorded yet has nothing to fall back on. The
office's own forms, indicators and rules are told of by themselves where they break, and never fallen back on.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ingestion.chronicle.differences import Difference, differences
from ingestion.chronicle.past import PastChange, past_changes
from ingestion.chronicle.versions import (
    BY_ITSELF,
    Change,
    Chronicle,
    Contents,
    Version,
    hash_of,
    hashes_of,
    own_contents,
)
from ingestion.definitions.catalogue import Catalogue
from ingestion.definitions.overlay import catalogue_of
from ingestion.definitions.registry import Registry, RegistryError, registry_of
from ingestion.definitions.registry_faults import UnsoundRegistryError, unsoundness
from ingestion.definitions.registry_files import RegistryFiles, path_of, read_files
from ingestion.records.days import day_of
from ingestion.records.mendable import MendableError
from ingestion.storage.home import Home
from ingestion.words.labels import CatalogueError
from ingestion.words.messages import ToldError

_SHOWN = 5
"""How many changes a message names by their place."""


class PastChangedError(ToldError, MendableError):
    """The files say otherwise than before of days that have passed, and nobody said why.

    Attributes:
        faults: what changed, each with its place.
    """

    is_refusal = True
    about = "registry"

    def __init__(self, key: str, *, faults: tuple[RegistryError, ...] = (), **fields: object) -> None:
        """Say so by the key of its text, what changed, and what fills the text in."""
        self.faults = faults
        super().__init__(key, **fields)


Refusal = RegistryError | UnsoundRegistryError | PastChangedError | OSError
"""Why the files as they are do not count."""


@dataclass(frozen=True)
class InForce:
    """The registry that holds now.

    Attributes:
        registry: its rows.
        tables: what its tables hold, by name of the file.
        version: the version that was recorded last; None before the first.
        refused: why the files as they are do not count, or may not be published; None where they do.
        is_fallback: whether what the version holds is in force instead of the files.
        own: what the office's own data files hold, where a version was made of them just now.
    """

    registry: Registry
    tables: Contents
    version: Version | None
    refused: Refusal | None = None
    is_fallback: bool = False
    own: Contents | None = None

    @property
    def is_recorded(self) -> bool:
        """Whether the tables that are in force are those of the last version."""
        return self.version is not None and hashes_of(self.tables) == of_tables(self.version.files)

    @property
    def name(self) -> str:
        """The name of the version that is in force; blank where it was not recorded."""
        return self.version.name if self.version is not None and self.is_recorded else ""


def of_tables(files: Mapping[str, str]) -> dict[str, str]:
    """Give the part of a version that is its tables."""
    return {name: sha256 for name, sha256 in files.items() if "/" not in name}


def in_force(home: Home) -> InForce:
    """Give the registry that holds now; nothing is written.

    Files that are sound hold at once. The next run records them as a version.

    Raises:
        RegistryError: it cannot be read and there is no version before it, or all of it was lost.
        ChronicleError: the log of versions is damaged, or what it needs is kept no more.
        OSError: a file cannot be opened and there is no version before it.
    """
    return _chosen(home, _catalogue_if_read(home))


def _catalogue_if_read(home: Home) -> Catalogue | None:
    try:
        return catalogue_of(home)
    except (CatalogueError, OSError):  # told of elsewhere
        return None


def _chosen(home: Home, catalogue: Catalogue | None) -> InForce:
    version = Chronicle(home).last()
    try:
        files = read_files(home.registry)
        if not files.contents:  # lost as a whole, which is no mistake of editing
            raise files.errors[0]
        registry = registry_of(files)
    except (RegistryError, OSError) as error:
        if version is None or (isinstance(error, RegistryError) and not _has_tables(home.registry)):
            raise
        return _fallen_back(home, version, error)
    refused: Refusal | None = unsoundness(files, catalogue)
    if version is None:
        return InForce(registry, files.contents, None, refused)
    if hashes_of(files.contents) == of_tables(version.files):
        return InForce(registry, files.contents, version, refused)
    if refused is None:
        refused = _past_changed(home, version, registry)
    if refused is not None:
        return _fallen_back(home, version, refused)
    return InForce(registry, files.contents, version)


def _has_tables(folder: Path) -> bool:
    return folder.is_dir() and any(folder.glob("*.csv"))


def _fallen_back(home: Home, version: Version, refused: Refusal) -> InForce:
    files = _files_of(home, version)
    return InForce(registry_of(files), files.contents, version, refused, is_fallback=True)


def _files_of(home: Home, version: Version) -> RegistryFiles:
    stored = Chronicle(home).contents(version)
    return read_files(home.registry, {name: stored[name] for name in of_tables(version.files)})


def past_changes_of(home: Home) -> tuple[RegistryError, ...]:
    """Give what the files say otherwise than the last version of days that had passed, each with its place.

    Nothing where there is no version yet, or the files cannot be read.

    Raises:
        ChronicleError: the log of versions is damaged, or what it needs is kept no more.
        OSError: a file cannot be opened.
    """
    version = Chronicle(home).last()
    if version is None:
        return ()
    try:
        registry = registry_of(read_files(home.registry))
    except RegistryError:
        return ()
    return _placed(home, version, registry)


def _placed(home: Home, version: Version, registry: Registry) -> tuple[RegistryError, ...]:
    before = registry_of(_files_of(home, version))
    changes = past_changes(before, registry, day_of(version.at))
    return tuple(_told(home, version, change) for change in changes)


def _told(home: Home, version: Version, change: PastChange) -> RegistryError:
    return RegistryError(
        f"chronicle.{change.what}",
        path=path_of(home.registry, change.table),
        row=change.row,
        column=change.column,
        code=change.key,
        before=change.before,
        after=change.after,
        known=version.name,
        day=day_of(version.at),
    )


def _past_changed(home: Home, version: Version, registry: Registry) -> PastChangedError | None:
    changes = _placed(home, version, registry)
    if not changes:
        return None
    places = ", ".join(_place(change) for change in changes[:_SHOWN])
    places += ", …" if len(changes) > _SHOWN else ""
    return PastChangedError(
        "chronicle.past",
        faults=changes,
        count=len(changes),
        folder=home.registry,
        known=version.name,
        day=day_of(version.at),
        places=places,
    )


def _place(change: RegistryError) -> str:
    """Name one change by its place and both values, as they are read in each language."""
    fields = change.fields
    place = " ".join(filter(None, (f"{change.path.name}:{change.row}", fields["code"], change.column)))
    return f"{place} “{fields['before']}” → “{fields['after']}”"


def settle(home: Home, now: datetime) -> InForce:
    """Give the registry that holds now, after the files were recorded where they changed and are not refused.

    Only whoever holds the lock of intake may call it.

    Args:
        home: the state folder.
        now: the moment from which what changed is known.

    Raises:
        RegistryError: it cannot be read and there is no version before it, or all of it was lost.
        CatalogueError: a form or an indicator cannot be read; nothing is recorded.
        ChronicleError: the log of versions is damaged, or what it needs is kept no more.
        OSError: a file cannot be opened and there is no version before it, or nothing can be written.
    """
    found = _chosen(home, catalogue_of(home))
    if found.refused is not None:
        return found
    own = own_contents(home.registry)
    version = _recorded(home, found, own, kind=None, by=BY_ITSELF, reason="", now=now)
    return InForce(found.registry, found.tables, version or found.version, own=own)


def record(home: Home, *, reason: str, kind: Change | None, by: str, now: datetime) -> Version | None:
    """Record the files as they are now, with the reason of what they say otherwise of past days.

    Only whoever holds the lock of intake may call it.

    Args:
        home: the state folder.
        reason: why they changed.
        kind: what kind of change it is; None: a correction where something past changed.
        by: who says so.
        now: the moment from which it is known.

    Returns:
        The version; None where the last one holds the same.

    Raises:
        RegistryError: the files cannot be read.
        UnsoundRegistryError: rows do not fit one another.
        CatalogueError: a form or an indicator cannot be read.
        ChronicleError: the log of versions is damaged, or what it needs is kept no more.
        OSError: a file cannot be opened, or nothing can be written.
    """
    files = read_files(home.registry)
    registry = registry_of(files)
    if error := unsoundness(files, catalogue_of(home)):
        raise error
    version = Chronicle(home).last()
    found = InForce(registry, files.contents, version)
    if kind is None and version is not None and _placed(home, version, registry):
        kind = Change.CORRECTION
    return _recorded(home, found, own_contents(home.registry), kind=kind, by=by, reason=reason, now=now)


def _recorded(
    home: Home,
    found: InForce,
    own: Contents,
    *,
    kind: Change | None,
    by: str,
    reason: str,
    now: datetime,
) -> Version | None:
    """Record what was found as the next version; None where it is what the last one holds."""
    contents = {**found.tables, **own}
    files, last = hashes_of(contents), found.version
    if last is not None and dict(last.files) == files:
        return None
    changed: tuple[Difference, ...] = ()
    if last is not None:
        own_before, own_after = ({n: h for n, h in one.items() if "/" in n} for one in (last.files, files))
        stored = read_files(home.registry, found.tables)
        changed = differences(_files_of(home, last), stored, own_before, own_after)
    version = Version(
        number=last.number + 1 if last else 1,
        sha256=hash_of(files),
        at=now,
        by=by,
        kind=(kind or Change.WORLD) if last else Change.FIRST,
        reason=reason,
        files=files,
        differences=changed,
    )
    Chronicle(home).append(version, contents)
    return version
