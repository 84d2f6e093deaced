"""Whom alerts reach where the registry cannot be read: the last contacts that could.

What belongs here: a private copy of contacts and names, kept beside the alerts, and choosing between it and the
registry. What does not: whom an alert concerns (`contacts.py`).

An alarm must not need what it is the alarm of. Contacts that can be read count also where another file of the
registry cannot, or is refused; where they are broken or gone, the last ones that were read do. Who wants nobody
to be told leaves `contacts.csv` with its header alone.
"""

from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from ingestion.chronicle.in_force import Refusal, in_force
from ingestion.chronicle.versions import ChronicleError, Version
from ingestion.definitions.registry import NO_REGISTRY, Registry, RegistryError, load_contacts
from ingestion.definitions.registry_rows import Contact, Organisation
from ingestion.storage.files import private_folder, write_durably
from ingestion.storage.home import Home

_NAME = ".contacts"

_Mark = tuple[int, ...]


@dataclass(frozen=True)
class _Kept:
    """What is kept: whom there is to tell, and the names by which units are told of."""

    contacts: tuple[Contact, ...]
    organisations: tuple[Organisation, ...]


_KEPT = TypeAdapter(_Kept)


@dataclass(frozen=True)
class Directory:
    """Whom alerts reach.

    Attributes:
        registry: contacts and names; all of the registry that is in force where there is one.
        error: why there is none; None where there is one.
        mark: what is another where the files of contacts and names are, from before they were read.
        refused: why the files as they are do not count, or may not be published; None where they do.
        fallback: the version that is in force instead of the files; None where they are.
    """

    registry: Registry
    error: RegistryError | ChronicleError | OSError | None = None
    mark: _Mark = ()
    refused: Refusal | None = None
    fallback: Version | None = None


_kept_last: dict[Path, tuple[_Mark, _Mark]] = {}
"""The marks of what this process kept last, and of what it kept it in, by the latter's place."""


def keep(home: Home, found: Directory) -> None:
    """Keep the contacts of a registry that was read, for a time when it cannot be; nothing where they are kept.

    One without contacts leaves what is kept alone if the file itself is gone. A disk on which nothing can be
    kept is no reason to tell nobody.
    """
    path = home.outbox / _NAME
    if found.error is not None or (found.mark and _kept_last.get(path) == (found.mark, _mark(path))):
        return
    registry = found.registry
    if not registry.contacts and not (home.registry / "contacts.csv").is_file():
        return
    content = _KEPT.dump_json(_Kept(registry.contacts, registry.organisations))
    with suppress(OSError):
        if not path.is_file() or path.read_bytes() != content:
            private_folder(home.outbox)
            write_durably(path, content)
        _kept_last[path] = (found.mark, _mark(path))


def _mark(*paths: Path) -> _Mark:
    """Give what is another where one of some files is; nothing of one that is not there."""
    found: list[int] = []
    for path in paths:
        with suppress(OSError):
            of = path.stat()
            found += [of.st_ino, of.st_size, of.st_mtime_ns]
    return tuple(found)


def directory_of(home: Home) -> Directory:
    """Give whom alerts reach now, whatever state the registry is in."""
    mark = _mark(home.registry / "contacts.csv", home.registry / "organisations.csv")
    try:
        found = in_force(home)
    except (RegistryError, ChronicleError, OSError) as error:
        kept = _kept(home.outbox / _NAME)
        contacts = _contacts(home, kept.contacts)
        return Directory(replace(NO_REGISTRY, contacts=contacts, organisations=kept.organisations), error)
    registry = found.registry
    if found.is_fallback:
        registry = replace(registry, contacts=_contacts(home, registry.contacts))
    elif not (home.registry / "contacts.csv").is_file():
        registry = replace(registry, contacts=_kept(home.outbox / _NAME).contacts)
    fallback = found.version if found.is_fallback else None
    return Directory(registry, mark=mark, refused=found.refused, fallback=fallback)


def _contacts(home: Home, kept: tuple[Contact, ...]) -> tuple[Contact, ...]:
    """Give the contacts that can be read, and others where they cannot."""
    try:
        return load_contacts(home.registry)
    except (RegistryError, OSError):
        return kept


def _kept(path: Path) -> _Kept:
    try:
        return _KEPT.validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return _Kept((), ())
