"""One run at a time on a state folder.

What belongs here: the lock that a run holds from its start to its end. What does not: the locks that keep
single files whole (`ingestion.files`). Readers need none, since what they open is replaced in one step.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from ingestion.files import LockedError, exclusive
from ingestion.home import Home


class WriterBusyError(Exception):
    """Another process runs on the state folder.

    Attributes:
        process: its process id, if it is known.
    """

    def __init__(self, home: Home, process: str) -> None:
        self.home, self.process = home, process
        super().__init__(f"another run (process {process or '?'}) is writing to {home.root}")


def is_writing(home: Home) -> bool:
    """Say whether another process is running on a state folder just now."""
    try:
        with writer_lock(home):
            return False
    except WriterBusyError:
        return True


@contextmanager
def writer_lock(home: Home) -> Iterator[None]:
    """Hold the lock of a state folder without waiting; a process that holds it already may take it again.

    Raises:
        WriterBusyError: another process holds it.
    """
    try:
        with exclusive(home.root / "writer.lock", wait_seconds=0):
            yield
    except LockedError as error:
        raise WriterBusyError(home, str(error)) from error
