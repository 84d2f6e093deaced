"""Who may read the state folder: what units filed and what holds secrets is for the data team's user alone.

What belongs here: which files and folders are private, which of them others can read, and closing those. What
does not: writing files (`storage/files.py`). The published site and its releases are for everybody and are left
alone, and so is the inbox, where other programs put files.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

from ingestion.storage.home import Home

_OTHERS = 0o077
_MODE = 0o7777

Loose = tuple[Path, int, int]
"""A file or folder, the mode that it has, and the one that it should have."""


def loose(home: Home) -> list[Loose]:
    """Give what is private and can be read by others; nothing where the system has no such modes.

    Locks hold no secret. What lies in the folders of Dagster and of errors is behind a closed door and is not
    looked at one by one.
    """
    if os.name != "posix":
        return []
    found = []
    for path in _private(home):
        with suppress(FileNotFoundError):  # it may go while this looks
            mode = path.stat().st_mode & _MODE
            if mode & _OTHERS:
                found.append((path, mode, mode & ~_OTHERS))
    return found


def tighten(home: Home) -> list[Path]:
    """Close to others what is private, and give what could not be closed: it belongs to somebody else."""
    for path, _, wanted in loose(home):
        with suppress(OSError):
            path.chmod(wanted)
    return [path for path, _, _ in loose(home)]


def _private(home: Home) -> Iterator[Path]:
    yield from (home.template_key, home.registry / "contacts.csv", home.dagster, home.build / "errors")
    for folder in (home.landing, home.returns, home.outbox, home.mailboxes, home.validations):
        for place, _, names in os.walk(folder):
            yield Path(place)
            files = (Path(place, name) for name in names if not name.endswith(".lock"))
            yield from (path for path in files if not path.is_symlink())
