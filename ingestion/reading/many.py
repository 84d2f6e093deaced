"""Files read in processes of their own, one or many at a time, and none of them able to stop the others.

What belongs here: what a file on which the reader fails comes to. What does not: the processes
(`ingestion.bounded`), how a file is read (the other modules here) and what is kept of it
(`pipeline/readings.py`).
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from ingestion.bounded import Bounds, Given, WorkError, workers
from ingestion.definitions.catalogue import Catalogue
from ingestion.landing.originals import OriginalDamagedError, check_original
from ingestion.reading import read_file
from ingestion.records.faults import Cause, Fault, Step
from ingestion.records.submissions import Problem, Reading
from ingestion.storage.files import sha256_of
from ingestion.words import writing

READING = Bounds(seconds=30, megabytes=1024)
"""What reading one file may use; a workbook of a million cells takes a third of it."""

NOT_READ = "L001"
"""The problem of a file on which the reader itself failed."""

_LIMITS = {Cause.TIME: "R015", Cause.MEMORY: "R016"}

MANY = 40
"""From how many files on another process pays: to start it takes as long as to read some twenty files."""


@dataclass(frozen=True)
class Source:
    """A file to read.

    Attributes:
        name: the name under which it was sent.
        sha256: what its bytes must be; blank where any will do.
    """

    path: Path
    name: str
    sha256: str = ""


@dataclass(frozen=True)
class Read:
    """What a file holds.

    Attributes:
        reading: its content, or the problem that there is none.
        sha256: of the bytes that were read; blank where they changed meanwhile, or are a folder's.
        fault: how the product failed on it; None where it did not.
    """

    reading: Reading
    sha256: str = ""
    fault: Fault | None = None


def read(source: Source, catalogue: Catalogue) -> Read:
    """Read a file; whatever it does to the reader is an outcome of this file.

    Raises:
        WorkerStartError: no process can be started to read it.
    """
    return next(read_many([source], catalogue))


def read_many(sources: Sequence[Source], catalogue: Catalogue) -> Iterator[Read]:
    """Read files in their order, on all processors where there are many files.

    A file beyond the bounds of reading is unreadable; one on which the reader fails is a fault of the product.

    Raises:
        WorkerStartError: no process can be started to read them.
    """
    outcomes = workers.map(_read, [(source, given(catalogue)) for source in sources], bounds=READING, many=MANY)
    for source, outcome in zip(sources, outcomes, strict=True):
        yield _came_to_nothing(source, outcome) if isinstance(outcome, WorkError) else outcome


def given(catalogue: Catalogue) -> Given:
    """Give the catalogue as an argument that each process is sent once."""
    if id(catalogue) not in _given:
        _given.clear()
        _given[id(catalogue)] = Given(catalogue)
    return _given[id(catalogue)]


_given: dict[int, Given] = {}
"""The catalogue that was asked for last, which it keeps alive, so that its number stays its own."""


def _read(source: Source, catalogue: Catalogue) -> Read:
    if source.sha256:
        check_original(source.path, source.sha256)
    before = _hash(source.path)
    reading = read_file(source.path, catalogue, name=source.name)
    return Read(reading, before if before == _hash(source.path) else "")


def _hash(path: Path) -> str:
    return "" if path.is_dir() else sha256_of(path)


def _came_to_nothing(source: Source, error: WorkError) -> Read:
    """Give what a file is on which reading ended: too much for the reader, or more than it can bear."""
    if (code := _LIMITS.get(error.cause)) is not None:
        details = {"seconds": writing.plain(READING.seconds), "megabytes": str(READING.megabytes)}
        problem = Problem(code, value=source.name, details=details, is_fatal=True)
        return Read(Reading(source.name, "unknown", problems=[problem]), source.sha256)
    problem = Problem(NOT_READ, value=source.name, is_fatal=True)
    return Read(Reading(source.name, "unknown", problems=[problem]), "", fault_of(Step.READ, error))


def fault_of(step: Step, error: WorkError) -> Fault:
    """Give the fault that befell a submission, from how the work on it came to nothing."""
    if isinstance(error.error, OriginalDamagedError):
        return Fault(step, Cause.ORIGINAL, str(error.error))
    return Fault(step, error.cause, error.technical)
