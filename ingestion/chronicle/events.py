"""What happens to bodies, written into the registry: merged, split, moved, renamed, founded, dissolved.

What belongs here: which rows each event ends, changes and adds, and recording the result as one version whose
reason is the document. What does not: how a file is changed (`editing.py`), and what makes a registry sound
(`definitions/registry_faults.py`): an event after which it would not be is refused as a whole.
"""

from collections.abc import Callable, Collection, Mapping
from datetime import date, datetime, timedelta
from pathlib import Path

from ingestion.chronicle.editing import EventError, TableText
from ingestion.chronicle.in_force import record, settle
from ingestion.chronicle.versions import Change, Version
from ingestion.definitions.overlay import catalogue_of
from ingestion.definitions.registry_faults import unsoundness
from ingestion.definitions.registry_files import Placed, RegistryError, RegistryFiles, path_of, read_files
from ingestion.definitions.registry_rows import Organisation, Succession
from ingestion.storage.files import write_durably
from ingestion.storage.home import Home

_DAY = timedelta(days=1)
_MODE = 0o777
_BODIES, _EVENTS = "organisations.csv", "successions.csv"


class EventRefusedError(EventError):
    """With what is said to have happened the registry would not be sound.

    Attributes:
        faults: what would be wrong.
    """

    def __init__(self, key: str, *, faults: tuple[RegistryError, ...] = (), **fields: object) -> None:
        """Say so by the key of its text, what would be wrong, and what fills the text in."""
        self.faults = faults
        super().__init__(key, **fields)


class Events:
    """The tables of bodies and of what follows what, with what happens on one day."""

    def __init__(self, files: RegistryFiles, day: date, document: str) -> None:
        """Take the files of a sound registry, the day on which it takes effect, and what says so."""
        self._files, self._day, self._document = files, day, document
        head = ",".join(Succession.model_fields).encode() + b"\n"
        self._bodies = TableText(_BODIES, files.contents[_BODIES])
        self._events = TableText(_EVENTS, files.contents.get(_EVENTS, head))
        self._follows = False

    @property
    def contents(self) -> dict[str, bytes]:
        """What the tables of the registry hold after it."""
        written = {**self._files.contents, _BODIES: self._bodies.content()}
        return {**written, _EVENTS: self._events.content()} if self._follows else written

    def change(self, code: str, values: Mapping[str, str]) -> None:
        """Give a body another name, parent, level, kind or type from the day on.

        Later versions that say what held before say what is new as well.

        Raises:
            EventError: the body is not there on that day.
        """
        before = self._on(code, self._day).row
        values = {column: value for column, value in values.items() if getattr(before, column) != value}
        for at in self._rows(code):
            same = {c: v for c, v in values.items() if getattr(at.row, c) == getattr(before, c)}
            self._from_the_day(at, same)

    def dissolve(self, code: str) -> None:
        """End a body on the day before, with nothing that follows it.

        Raises:
            EventError: the body is not there then, or something is said of it later.
        """
        self._end(code)
        self._follow(code, "", "dissolve", "")

    def merge(self, codes: Collection[str], into: str) -> None:
        """End bodies on the day before; what stood under them stands under the body that they go into.

        Raises:
            EventError: one of the bodies is not there then, or something is said of it later.
        """
        for code in codes:
            self._end(code)
            self._follow(code, into, "merge", "1")
        for at in self._files.of("organisations"):
            if at.row.parent_code in codes and at.row.org_code not in codes:
                self._from_the_day(at, {"parent_code": into})

    def split(self, code: str, shares: Mapping[str, str]) -> None:
        """End a body on the day before, which goes into several, each with its share.

        Raises:
            EventError: the body is not there then, or something is said of it later.
        """
        self._end(code)
        for successor, share in shares.items():
            self._follow(code, successor, "split", share)

    def establish(self, values: Mapping[str, str]) -> None:
        """Found a body on the day.

        Args:
            values: what it is, by column; the first day is added.

        Raises:
            EventError: there is, or was, a body of that code.
        """
        if self._rows(values["org_code"]):
            raise EventError("chronicle.event.taken", code=values["org_code"])
        self._bodies.add({**values, "valid_from": self._day.isoformat()})

    def _rows(self, code: str) -> list[Placed[Organisation]]:
        return [at for at in self._files.of("organisations") if at.row.org_code == code]

    def _on(self, code: str, day: date) -> Placed[Organisation]:
        for at in self._rows(code):
            if at.row.is_active(day):
                return at
        raise EventError("chronicle.event.absent", code=code, day=day)

    def _from_the_day(self, at: Placed[Organisation], values: Mapping[str, str]) -> None:
        """Have a row say something else from the day on: by a second row where it began before."""
        if not values or (at.row.valid_to is not None and at.row.valid_to < self._day):
            return
        if at.row.valid_from >= self._day:
            self._bodies.replace(at.number, values)
            return
        # The copy is of what stands there, with its own last day.
        self._bodies.copy(at.number, {**values, "valid_from": self._day.isoformat()})
        self._bodies.replace(at.number, {"valid_to": (self._day - _DAY).isoformat()})

    def _end(self, code: str) -> None:
        eve = self._day - _DAY
        at = self._on(code, eve)
        if any(other.row.valid_from > eve for other in self._rows(code)):
            raise EventError("chronicle.event.later", code=code, day=self._day)
        self._bodies.replace(at.number, {"valid_to": eve.isoformat()})

    def _follow(self, code: str, into: str, kind: str, share: str) -> None:
        self._follows = True
        self._events.add(
            {
                "predecessor_code": code,
                "successor_code": into,
                "event_type": kind,
                "effective_on": self._day.isoformat(),
                "document": self._document,
                "share": share,
            }
        )


def happen(
    home: Home, event: Callable[[Events], None], *, on: date, document: str, by: str, now: datetime
) -> Version | None:
    """Write an event into the files of the registry and record it; what was edited before it is recorded first.

    Only whoever holds the lock of intake may call it. The files are written one after the other: where that is
    cut short, the version before stays in force if they do not fit, and `tongket registry check` says so.

    Args:
        home: the state folder.
        event: what happens.
        on: the day from which it holds.
        document: what says so; it is the reason of the version.
        by: who records it.
        now: the moment from which it is known.

    Returns:
        The version; None where the registry says all of that already.

    Raises:
        EventError: it cannot be written.
        EventRefusedError: the registry would not be sound with it; nothing is written.
        RegistryError: the registry cannot be read as it is.
        UnsoundRegistryError: its rows do not fit one another as they are.
        PastChangedError: it says otherwise than before of past days, and nobody said why.
        CatalogueError: a form or an indicator cannot be read.
        ChronicleError: the log of versions is damaged.
        OSError: a file cannot be read or written.
    """
    found = settle(home, now)
    if found.refused is not None:
        raise found.refused
    events = Events(read_files(home.registry, found.tables), on, document)
    event(events)
    contents = events.contents
    files = read_files(home.registry, contents)
    if error := unsoundness(files, catalogue_of(home)):
        raise EventRefusedError("chronicle.event.unsound", faults=error.faults, count=len(error.faults))
    for path in (path_of(home.registry, "organisations"), path_of(home.registry, "successions")):
        if path.name in contents and contents[path.name] != found.tables.get(path.name):
            _put(path, contents[path.name])
    return record(home, reason=document, kind=Change.WORLD, by=by, now=now)


def _put(path: Path, content: bytes) -> None:
    """Replace a file, also where a link leads to it; who may read it stays."""
    target = path.resolve()
    mode = target.stat().st_mode & _MODE if target.exists() else None
    write_durably(target, content)
    if mode is not None:
        target.chmod(mode)
