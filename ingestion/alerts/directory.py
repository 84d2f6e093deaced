"""Whom alerts reach where the registry cannot be read: the last contacts that could.

What belongs here: a private copy of contacts and names, kept beside the alerts, and choosing between it and the
registry. What does not: whom an alert concerns (`contacts.py`).

An alarm must not need what it is the alarm of. Contacts that can be read count also where another file of the
registry cannot; where they are broken or gone, the last ones that were read do. Who wants nobody to be told
leaves `contacts.csv` with its header alone.
"""

from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from ingestion.files import private_folder, write_durably
from ingestion.home import Home
from ingestion.registry import (
    NO_REGISTRY,
    Contact,
    Organisation,
    Registry,
    RegistryError,
    load_contacts,
    load_registry,
)

_NAME = ".contacts"


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
        registry: contacts and names; all of the registry where it can be read.
        error: why it cannot; None where it can.
    """

    registry: Registry
    error: RegistryError | OSError | None = None


def keep(home: Home, registry: Registry) -> None:
    """Keep the contacts of a registry that was read, for a time when it cannot be; nothing where they are kept.

    One without contacts leaves what is kept alone if the file itself is gone.
    """
    if not registry.contacts and not (home.registry / "contacts.csv").is_file():
        return
    content = _KEPT.dump_json(_Kept(registry.contacts, registry.organisations))
    path = home.outbox / _NAME
    with suppress(OSError):
        if path.read_bytes() == content:
            return
    private_folder(home.outbox)
    write_durably(path, content)


def directory_of(home: Home) -> Directory:
    """Give whom alerts reach now, whatever state the registry is in."""
    try:
        registry = load_registry(home.registry)
    except (RegistryError, OSError) as error:
        kept = _kept(home.outbox / _NAME)
        try:
            contacts = load_contacts(home.registry)
        except (RegistryError, OSError):
            contacts = kept.contacts
        return Directory(replace(NO_REGISTRY, contacts=contacts, organisations=kept.organisations), error)
    if (home.registry / "contacts.csv").is_file():
        return Directory(registry)
    return Directory(replace(registry, contacts=_kept(home.outbox / _NAME).contacts))


def _kept(path: Path) -> _Kept:
    try:
        return _KEPT.validate_json(path.read_bytes())
    except (OSError, ValidationError):
        return _Kept((), ())
