"""What Dagster shows of a model beside its events: its rows, its columns, and from which columns those come.

What belongs here: two queries of the finished database. What does not: building it (`dbt.py`), and finding out
the sources of a column (`lineage.py`). dagster-dbt would have dbt count each model in a query of its own.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import dagster as dg

from orchestration.lineage import Sources, column_types
from reports.database import connect, in_words

ROWS, COLUMNS, LINEAGE = "dagster/row_count", "dagster/column_schema", "dagster/column_lineage"


def row_counts(database: Path) -> dict[str, int]:
    """Count the rows of every table of a database in one query, by name; views have none of their own."""
    with connect(database) as connection:
        tables = connection.execute("select schema_name, table_name from duckdb_tables() order by 2").fetchall()
        if not tables:
            return {}
        parts = [f'select \'{name}\', count(*) from "{schema}"."{name}"' for schema, name in tables]
        return {name: int(rows) for name, rows in connection.execute(" union all ".join(parts)).fetchall()}


def with_facts(
    events: Iterable[Any], database: Path, lineage: Callable[[], Mapping[str, Sources]]
) -> Iterator[Any]:
    """Give events with what is known of each model that was built.

    It can be looked up only when dbt has closed its database, so the events come when it is finished. Where it
    fails, they come without.
    """
    kept: list[Any] = []
    try:
        for event in events:
            kept.append(event)
    except Exception:
        yield from kept
        raise
    with in_words(database):
        counted, types, sources = row_counts(database), column_types(database), lineage()
    for event in kept:
        if isinstance(event, dg.Output) and event.output_name in types:
            name = event.output_name
            facts: dict[str, Any] = {COLUMNS: _schema(types[name]), LINEAGE: _lineage(sources.get(name, {}))}
            if name in counted:
                facts[ROWS] = counted[name]
            yield event.with_metadata({**event.metadata, **facts})
        else:
            yield event


def _schema(types: Mapping[str, str]) -> dg.TableSchema:
    return dg.TableSchema([dg.TableColumn(column, kind) for column, kind in types.items()])


def _lineage(sources: Sources) -> dg.TableColumnLineage:
    return dg.TableColumnLineage(
        {
            column: [dg.TableColumnDep(dg.AssetKey(model), of) for model, of in ends]
            for column, ends in sources.items()
            if ends
        }
    )
