"""Opening a warehouse to read it, within the limits that hold wherever one is open.

What belongs here: the connection, and in which words it says that memory or disk did not suffice. What does
not: which tables are read (`marts.py`, `publication_gate`), and building one (`orchestration/warehouse.py`).
"""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import duckdb

from ingestion.records.mendable import MendableError
from ingestion.storage.machine import MEMORY_VARIABLE, spill_folder, warehouse_limits
from ingestion.words.messages import ToldError

_OUT_OF_MEMORY = "out of memory error"
_FULL_DISK = ("max_temp_directory_size", "no space left on device", "not enough space")


class OutOfRoomError(ToldError, MendableError):
    """Memory or disk did not suffice for the warehouse; the message says which, and what to do."""

    is_refusal = True


def connect(path: Path) -> duckdb.DuckDBPyConnection:
    """Open a warehouse read-only.

    Raises:
        duckdb.Error: it cannot be opened.
        MemorySettingError: the setting says nothing that can be used.
    """
    limits = warehouse_limits(os.environ.get(MEMORY_VARIABLE, ""))
    return duckdb.connect(
        str(path),
        read_only=True,
        config={
            "memory_limit": f"{limits.memory_mb}MB",
            "threads": str(limits.threads),
            "temp_directory": str(spill_folder(path, os.getpid())),
        },
    )


@contextmanager
def in_words(database: Path) -> Iterator[None]:
    """Query a database; where memory or disk does not suffice for it, that is said in words.

    Raises:
        OutOfRoomError: they do not.
        duckdb.Error: anything else that the database refuses.
    """
    try:
        yield
    except duckdb.Error as error:
        if lack := no_room(str(error), database):
            raise lack from error
        raise


def no_room(said: str, database: Path) -> OutOfRoomError | None:
    """Give the error in words if what DuckDB said is that memory or disk did not suffice; None otherwise.

    DuckDB calls a full disk an error of memory too, since it was to make room there.
    """
    folded = said.casefold()
    if any(word in folded for word in _FULL_DISK):
        return OutOfRoomError("warehouse.no_disk", folder=database.parent)
    if _OUT_OF_MEMORY not in folded:
        return None
    limits = warehouse_limits(os.environ.get(MEMORY_VARIABLE, ""))
    return OutOfRoomError("warehouse.no_memory", memory=limits.memory_mb, variable=MEMORY_VARIABLE)
