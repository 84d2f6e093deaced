"""Which sensors and schedules somebody has turned off on Dagster's page.

What belongs here: looking that up where Dagster keeps it by default. What does not: turning anything on or off,
which the page does, and what is said of it (`health.py`).

Dagster itself takes seconds to import, which a quick command must not. Where an office keeps Dagster's state
elsewhere by a `dagster.yaml` of its own, nothing is known.
"""

import json
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

from ingestion.storage.home import Home


def turned_off(home: Home) -> tuple[str, ...]:
    """Give the names of sensors and schedules that were turned off, in order."""
    database = home.dagster / "schedules" / "schedules.db"
    if not database.is_file():
        return ()
    found: list[str] = []
    with suppress(sqlite3.Error), closing(_opened(database)) as connection:
        rows = connection.execute("select instigator_body from instigators where status = 'STOPPED'")
        found = [name for (body,) in rows if (name := _name(body))]
    return tuple(sorted(found))


def _opened(database: Path) -> sqlite3.Connection:
    return sqlite3.connect(f"{database.absolute().as_uri()}?mode=ro", uri=True, timeout=1)


def _name(body: str) -> str:
    """Give the name in what Dagster wrote of one; blank where it is written otherwise."""
    try:
        return str(json.loads(body)["origin"]["job_name"])
    except (ValueError, KeyError, TypeError):
        return ""
