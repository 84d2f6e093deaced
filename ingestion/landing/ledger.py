"""The ledger: everything that ever happened to a submission, one JSON object a line, append-only.

What belongs here: reading the file, and writing events so that a crash loses no line that was written. What
does not: the events (`events.py`), what follows from them (`state.py`), how verdicts come about (`gate/`) and
where originals are kept (`originals.py`).
"""

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

from pydantic import Field, TypeAdapter, ValidationError

from ingestion.landing.events import (
    Event,
    LedgerError,
)
from ingestion.landing.state import LedgerState, demand_person_and_reason
from ingestion.storage.files import LockedError, exclusive, private_folder, sync_folder, writing_private
from ingestion.words.messages import ToldError

WAIT_SECONDS = 10.0
"""How long a writer waits for another one before it gives up."""


class LedgerDamagedError(ToldError, LedgerError):
    """A line of the ledger is no event."""


class LedgerLockedError(ToldError, LedgerError):
    """Another process is writing."""

    is_refusal = True
    about = ""


_Tagged = Annotated[Event, Field(discriminator="event")]
_EVENTS: TypeAdapter[Event] = TypeAdapter(_Tagged)


class Ledger:
    """The ledger file of one state folder."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def events(self) -> Iterator[Event]:
        """Read every event. A last line that a crash cut short is left out; a damaged one elsewhere is not.

        Raises:
            LedgerError: a line is not an event.
        """
        if not self._path.exists():
            return
        with self._path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                try:
                    yield _EVENTS.validate_json(line)
                except ValidationError as error:
                    if not line.endswith(b"\n"):
                        return
                    raise LedgerDamagedError("landing.ledger.damaged", path=self._path, line=number) from error

    def replay(self) -> LedgerState:
        """Give what follows from all events.

        Raises:
            LedgerError: a line is no event, or contradicts those before it.
        """
        state = LedgerState()
        for event in self.events():
            state.apply(event)
        return state

    def damaged_lines(self) -> list[int]:
        """Give the numbers of the lines that are no events, but for a last one that a crash cut short."""
        if not self._path.exists():
            return []
        found: list[int] = []
        with self._path.open("rb") as file:
            for number, line in enumerate(file, start=1):
                try:
                    _EVENTS.validate_json(line)
                except ValidationError:
                    if line.endswith(b"\n"):
                        found.append(number)
        return found

    @contextmanager
    def writing(self, wait_seconds: float = WAIT_SECONDS) -> Iterator["LedgerWriter"]:
        """Hold the ledger for writing: one process at a time.

        Raises:
            LedgerLockedError: another process is writing.
            LedgerError: the ledger cannot be read.
        """
        lock = self._path.with_name(".lock")
        try:
            with exclusive(lock, wait_seconds):
                self._mend()
                yield LedgerWriter(self._path, self.replay())
        except LockedError as error:
            raise LedgerLockedError("landing.ledger.locked", process=str(error) or "?") from error

    def _mend(self) -> None:
        """Put a last line right that a crash cut short: complete it, or set it aside.

        The bytes of an incomplete line are kept beside the ledger, so that nothing disappears.
        """
        if not self._path.is_file():
            return
        data = self._path.read_bytes()
        if not data or data.endswith(b"\n"):
            return
        whole, torn = data[: data.rfind(b"\n") + 1], data[data.rfind(b"\n") + 1 :]
        with self._path.open("r+b") as file:
            if _is_event(torn):
                file.seek(0, os.SEEK_END)
                file.write(b"\n")
            else:
                with writing_private(self._path.with_name("ledger.torn"), appends=True) as aside:
                    aside.write(torn + b"\n")
                file.truncate(len(whole))
            file.flush()
            os.fsync(file.fileno())


def _is_event(line: bytes) -> bool:
    try:
        _EVENTS.validate_json(line)
    except ValidationError:
        return False
    return True


def as_line(event: Event) -> bytes:
    """Give the line of an event.

    Raises:
        ValueError: it holds text that no file can hold.
    """
    return _EVENTS.dump_json(event) + b"\n"


class LedgerWriter:
    """The ledger while it is held for writing; its state follows every event that is appended."""

    def __init__(self, path: Path, state: LedgerState) -> None:
        self._path = path
        self.state = state

    def append(self, events: Sequence[Event]) -> None:
        """Append events and wait until they are on the disk.

        Raises:
            ContradictionError: an event does not fit what happened before; none of them is written.
            ValueError: an event holds text that no file can hold; none of them is written.
            DecisionRefusedError: a decision cannot be taken, or says not who takes it and why; none of them is
                written.
        """
        if not events:
            return
        for event in events:
            demand_person_and_reason(event)
        lines = b"".join(as_line(event) for event in events)
        for event in events:
            self.state.apply(event)
        private_folder(self._path.parent)
        is_new = not self._path.exists()
        with writing_private(self._path, appends=True) as file:
            file.write(lines)
        if is_new:
            sync_folder(self._path.parent)
