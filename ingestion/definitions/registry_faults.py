"""Everything that is wrong with a registry, in the order of its files.

What belongs here: which checks there are, and which of them a registry cannot be loaded without. What does
not: the checks of bodies (`registry_lives.py`) and of what is planned for them (`registry_plans.py`), and how
rows are written (`registry_files.py`).
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from ingestion.definitions import registry_lives as lives
from ingestion.definitions import registry_plans as plans
from ingestion.definitions.catalogue import Catalogue
from ingestion.definitions.registry_files import (
    TABLES,
    RegistryError,
    RegistryFiles,
    RegistryTable,
    path_of,
    read_files,
)
from ingestion.definitions.registry_kinds import kinds
from ingestion.records.mendable import MendableError
from ingestion.records.text import clean
from ingestion.words.messages import ToldError

_SHOWN = 5
"""How many faults a message names by their place."""

_Check = Callable[[RegistryFiles], Iterator[RegistryError]]

_STOPPING: tuple[_Check, ...] = (
    lives.codes,
    lives.parents_known,
    lives.versions_overlap,
    plans.periods_named,
    plans.terms_named,
    plans.bands_read,
)
"""Without these nothing can be asked of a registry."""

_FURTHER: tuple[tuple[_Check, frozenset[RegistryTable]], ...] = (
    (lives.versions_meet, frozenset({"organisations"})),
    (lives.parents_live, frozenset({"organisations"})),
    (lives.successions_known, frozenset({"organisations", "successions"})),
    (lives.successions_meet, frozenset({"organisations", "successions"})),
    (lives.shares, frozenset({"organisations", "successions"})),
    (plans.calendar, frozenset({"calendar", "terms"})),
    (plans.terms, frozenset({"terms"})),
    (plans.systems, frozenset({"organisations", "terms"})),
    (plans.schemes, frozenset({"rating_schemes"})),
    (plans.contacts, frozenset({"organisations", "contacts"})),
)
"""The other checks, each with the tables that it needs whole, since a row that was refused is not missing."""


class UnsoundRegistryError(ToldError, MendableError):
    """Rows of the registry do not fit one another, so that figures that rest on them would be wrong.

    Attributes:
        faults: what is wrong, each with its place.
    """

    is_refusal = True
    about = "registry"

    def __init__(self, key: str, *, faults: tuple[RegistryError, ...] = (), **fields: Any) -> None:
        """Say so by the key of its text, what is wrong, and what fills the text in."""
        self.faults = faults
        super().__init__(key, **fields)


def demand_sound(folder: Path, catalogue: Catalogue) -> None:
    """Make sure that nothing is wrong with what figures rest on; whom to tell is no part of that.

    Raises:
        UnsoundRegistryError: something is.
        OSError: a file is there and cannot be opened.
    """
    if error := unsoundness(read_files(folder), catalogue):
        raise error


def unsoundness(files: RegistryFiles, catalogue: Catalogue | None) -> UnsoundRegistryError | None:
    """Give the error of a registry with which something is wrong that figures rest on; None where it is sound.

    Args:
        files: its tables.
        catalogue: the kinds and indicators in force, which rows name; None where they cannot be read, which is
            told of elsewhere.
    """
    contacts = path_of(files.folder, "contacts")
    found = tuple(fault for fault in faults_of(files, catalogue) if fault.path != contacts)
    if not found:
        return None
    places = ", ".join(f"{fault.path.name}:{fault.row}" for fault in found[:_SHOWN])
    places += ", …" if len(found) > _SHOWN else ""
    return UnsoundRegistryError(
        "registry.unsound", faults=found, count=len(found), folder=files.folder, places=places
    )


def stopping(files: RegistryFiles) -> Iterator[RegistryError]:
    """Give what a registry cannot be loaded with."""
    for check in _STOPPING:
        yield from check(files)


def faults(folder: Path, catalogue: Catalogue) -> tuple[RegistryError, ...]:
    """Give everything that is wrong with a registry, file by file and row by row; nothing where it is sound.

    Args:
        folder: the folder of its files.
        catalogue: the kinds and indicators in force, which rows name.

    Raises:
        OSError: a file is there and cannot be opened.
    """
    return faults_of(read_files(folder), catalogue)


def faults_of(files: RegistryFiles, catalogue: Catalogue | None) -> tuple[RegistryError, ...]:
    """Give everything that is wrong with tables that were read; see `faults`."""
    found = [*files.errors, *_spellings(files)]
    if not {"organisations"} & files.damaged:
        found += stopping(files)
    for check, needed in _FURTHER:
        if not needed & files.damaged:
            found += check(files)
    if catalogue is not None and not {"organisations", "calendar"} & files.damaged:
        found += kinds(files, catalogue)
    indicators = catalogue.indicators if catalogue is not None else None
    needed = frozenset({"organisations", "terms", "targets"})
    if not needed & files.damaged:
        found += plans.targets(files, indicators)
    if not {"organisations", "statements"} & files.damaged:
        found += plans.statements(files, indicators)
    order = {path_of(files.folder, table): number for number, table in enumerate(TABLES)}
    return tuple(sorted(found, key=lambda error: (order[error.path], error.row)))


def _spellings(files: RegistryFiles) -> Iterator[RegistryError]:
    """Codes are written as they are read from workbooks; another spelling is a code that nobody ever files."""
    for table, columns in plans.CODES.items():
        for at in files.of(table):
            for column in columns:
                code = getattr(at.row, column)
                if code != clean(code):
                    yield files.wrong(table, at, "code_spelling", column, code=repr(code), wanted=clean(code))
