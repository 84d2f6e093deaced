"""Two locks on a state folder, so that a clerk never waits for a publication.

What belongs here: the lock of intake and decisions (ledger, bronze, returns, outbox, the inbox), and that of
publication (the warehouse, what is built, releases, the site). What does not: the locks that keep single files
whole (`ingestion.storage.files`). Readers need none, since what they open is replaced in one step.

Whoever needs both takes publication's first and intake's only for a step.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ingestion.storage.files import LockedError, exclusive
from ingestion.storage.home import Home

INTAKE_JOBS = frozenset({"intake"})
"""The jobs that hold intake's lock from beginning to end."""

PUBLISHING = frozenset({"publication", "publish_release", "inbox_to_release"})
"""The jobs that hold publication's lock."""

PATIENCE_SECONDS = 1800.0
"""How long a step waits for intake: the first load of a nation takes minutes, and what hangs must end."""


class WriterBusyError(Exception):
    """Another process runs on the state folder.

    Attributes:
        process: its process id, if it is known.
    """

    def __init__(self, home: Home, process: str) -> None:
        self.home, self.process = home, process
        super().__init__(f"another run (process {process or '?'}) is writing to {home.root}")

    def __reduce__(self) -> tuple[type["WriterBusyError"], tuple[Home, str]]:
        return WriterBusyError, (self.home, self.process)


class PublicationBusyError(WriterBusyError):
    """Another process publishes."""


def is_writing(home: Home) -> bool:
    """Say whether another process takes in reports just now."""
    return _is_held(home.root / _INTAKE)


def is_publishing(home: Home) -> bool:
    """Say whether another process publishes just now."""
    return _is_held(home.root / _PUBLICATION)


# The name that versions with one lock gave it, so that such a version keeps its hands off as well.
_INTAKE = "writer.lock"
_PUBLICATION = "publication.lock"


@contextmanager
def writer_lock(home: Home, wait_seconds: float = 0) -> Iterator[None]:
    """Hold the lock of intake and decisions; a process that holds it already may take it again.

    Raises:
        WriterBusyError: another process holds it for longer than the wait.
    """
    try:
        with exclusive(home.root / _INTAKE, wait_seconds):
            yield
    except LockedError as error:
        raise WriterBusyError(home, str(error)) from error


@contextmanager
def publication_lock(home: Home) -> Iterator[None]:
    """Hold the lock of publication without waiting; a process that holds it already may take it again.

    Raises:
        PublicationBusyError: another process holds it.
    """
    try:
        with exclusive(home.root / _PUBLICATION, wait_seconds=0):
            yield
    except LockedError as error:
        raise PublicationBusyError(home, str(error)) from error


def _is_held(path: Path) -> bool:
    try:
        with exclusive(path, wait_seconds=0):
            return False
    except LockedError:
        return True
