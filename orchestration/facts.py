"""What Dagster shows of a model beside its events: how many rows it has.

What belongs here: one query of the finished database. What does not: building it (`dbt.py`), and columns, which
Dagster has from the manifest. dagster-dbt would have dbt count each model in a query of its own.
"""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import dagster as dg

from reports.database import connect

ROWS = "dagster/row_count"


def row_counts(database: Path) -> dict[str, int]:
    """Count the rows of every table of a database in one query, by name; views have none of their own."""
    with connect(database) as connection:
        tables = connection.execute("select schema_name, table_name from duckdb_tables() order by 2").fetchall()
        if not tables:
            return {}
        parts = [f'select \'{name}\', count(*) from "{schema}"."{name}"' for schema, name in tables]
        return {name: int(rows) for name, rows in connection.execute(" union all ".join(parts)).fetchall()}


def with_row_counts(events: Iterable[Any], database: Path) -> Iterator[Any]:
    """Give events with the rows of each model that was built.

    They can be counted only when dbt has closed its database, so the events come when it is finished. Where it
    fails, they come without.
    """
    kept: list[Any] = []
    try:
        for event in events:
            kept.append(event)
    except Exception:
        yield from kept
        raise
    counted = row_counts(database)
    for event in kept:
        rows = counted.get(event.output_name) if isinstance(event, dg.Output) else None
        yield event if rows is None else event.with_metadata({**event.metadata, ROWS: rows})
