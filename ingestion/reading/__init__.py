"""From a file's bytes to cells, and from cells to the rows of forms.

What belongs here: reading, and saying with place and remedy what could not be read. What does not: judging
what was read (`gate/`) and keeping the file (`landing/originals.py`).
"""

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ingestion.definitions.catalogue import Catalogue
from ingestion.reading.opening import open_book
from ingestion.reading.repair import repair
from ingestion.reading.sheets import read_sheets
from ingestion.records.submissions import Reading, UnreadableError
from ingestion.storage.filenames import clean_name
from ingestion.words.problems import describe, remedy

__all__ = ["describe", "read_file", "remedy"]


def read_file(path: Path, catalogue: Catalogue, *, name: str | None = None) -> Reading:
    """Read a workbook, a CSV, an archive of CSVs or a folder of them; its kind is told by its content.

    A file that cannot be read gives a reading with a fatal problem, never an exception.

    Args:
        path: the file or folder.
        catalogue: the forms that may be in it.
        name: the name under which it was filed, if the path is another one.

    Raises:
        OSError: the path is not there or may not be opened.
    """
    reading = Reading(clean_name(name or path.name), "unknown")
    try:
        with _without_collection():
            book = open_book(path, reading.file_name)
            reading.kind, reading.day_zero = str(book.kind), book.day_zero
            repair(book)
            reading.notes += book.notes
            reading.conversions.update(book.conversions)
            read_sheets(book, catalogue, reading)
    except UnreadableError as error:
        reading.problems.append(error.problem)
        reading.technical = error.technical
        reading.conversions.clear()
        reading.notes.clear()  # what was noted on the way to nowhere would only mislead
        reading.kind = error.problem.details.get("kind", reading.kind)
    return reading


@contextmanager
def _without_collection() -> Iterator[None]:
    """Keep the collector of cycles away: cells are many small tuples without any, and it would walk all."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()
