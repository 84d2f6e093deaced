"""From which columns each column of the warehouse comes, for Dagster's page.

What belongs here: reading it out of the SQL that dbt ran, and keeping it for as long as the project stays as it
is. What does not: the lineage of whole models, which Dagster has from the manifest, and what else is shown of
them (`facts.py`).

dagster-dbt would look it up anew in each run, in a query and a parse for each model.
"""

import json
from collections.abc import Mapping
from contextlib import suppress
from pathlib import Path
from typing import Any

from pydantic import TypeAdapter, ValidationError

from ingestion.storage.files import private_folder, write_durably
from reports.database import connect

Sources = dict[str, list[tuple[str, str]]]
"""For each column the model and column of each of its sources; not of one that has none among the models."""

_KEPT = TypeAdapter(dict[str, Sources])
_DIALECT = "duckdb"


def column_lineage(cache: Path, fingerprint: str, database: Path, target: Path) -> dict[str, Sources]:
    """Give from which columns those of each model come; a model that cannot be followed is left out.

    Where it cannot be kept, the next build finds it out again.

    Args:
        cache: where it is kept for each state of the project.
        fingerprint: of the project.
        database: a warehouse that the project built.
        target: what dbt left of that build: the manifest and the SQL that ran.
    """
    kept = cache / f"{fingerprint}.json"
    try:
        return _KEPT.validate_json(kept.read_bytes())
    except (OSError, ValidationError):
        found = _followed(database, target)
    with suppress(OSError):
        for stale in private_folder(cache).glob("*.json"):
            stale.unlink(missing_ok=True)
        write_durably(kept, _KEPT.dump_json(found))
    return found


def column_types(database: Path) -> dict[str, dict[str, str]]:
    """Give the columns of every table and view of a warehouse with their types, in one query."""
    query = "select table_name, column_name, data_type from duckdb_columns() where not internal"
    types: dict[str, dict[str, str]] = {}
    with connect(database) as connection:
        for table, column, data_type in connection.execute(f"{query} order by column_index").fetchall():
            types.setdefault(table, {})[column] = data_type
    return types


def _followed(database: Path, target: Path) -> dict[str, Sources]:
    manifest = json.loads((target / "manifest.json").read_text(encoding="utf-8"))
    types = column_types(database)
    found: dict[str, Sources] = {}
    for node in manifest["nodes"].values():
        if node["resource_type"] == "model" and node["name"] in types:
            sql = target / "compiled" / node["package_name"] / node["original_file_path"]
            if sources := _sources(sql.read_text(encoding="utf-8"), types, types[node["name"]]):
                found[node["name"]] = sources
    return found


def _sources(sql: str, types: Mapping[str, Mapping[str, str]], columns: Mapping[str, str]) -> Sources:
    from sqlglot import exp, parse_one  # noqa: PLC0415 - a quarter of a second, once for a state of the project
    from sqlglot.errors import SqlglotError  # noqa: PLC0415
    from sqlglot.lineage import lineage  # noqa: PLC0415
    from sqlglot.optimizer import build_scope, qualify  # noqa: PLC0415

    try:
        tree: Any = parse_one(sql, dialect=_DIALECT)
        for table in tree.find_all(exp.Table):  # each name is there once; schemas only get in the way
            table.set("db", None)
            table.set("catalog", None)
        whole = qualify.qualify(
            tree, dialect=_DIALECT, schema=dict(types), validate_qualify_columns=False, identify=False
        )
        scope = build_scope(whole)
        sources: Sources = {}
        for column in columns:
            walked = lineage(
                column, whole, schema=None, dialect=_DIALECT, scope=scope, trim_selects=False
            ).walk()
            ends = (node for node in walked if not node.downstream and isinstance(node.expression, exp.Table))
            # A name that was quoted in the SQL is so here, and none has a point in it.
            named = {(node.expression.name, node.name.rpartition(".")[-1].strip('"')) for node in ends}
            if known := sorted(end for end in named if end[1] in types.get(end[0], {})):
                sources[column] = known
    except SqlglotError:
        return {}
    return sources
