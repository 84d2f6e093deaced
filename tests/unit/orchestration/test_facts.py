"""Rows and columns come from the finished database, sources of columns from what ran, once for each project."""

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pytest

from orchestration.facts import COLUMNS, LINEAGE, ROWS, with_facts
from orchestration.lineage import column_lineage
from reports.database import OutOfRoomError


def test_each_model_is_shown_with_its_rows_and_a_view_with_none(tmp_path: Path) -> None:
    database = tmp_path / "x.duckdb"
    with duckdb.connect(str(database)) as connection:
        connection.execute("create schema layer; create table layer.one as select * from range(3)")
        connection.execute("create table two (n int); create view seen as select 1")
    events = [dg.Output(None, name, metadata={"kept": 1}) for name in ("one", "two", "seen")]
    told = list(with_facts(events, database, lambda: {"two": {"n": [("one", "range")]}}))
    assert [event.metadata.get(ROWS, dg.MetadataValue.null()).value for event in told] == [3, 0, None]
    assert all("kept" in event.metadata for event in told)
    columns = [event.metadata[COLUMNS].schema.columns for event in told]
    assert [(column.name, column.type) for (column,) in columns] == [
        ("range", "BIGINT"),
        ("n", "INTEGER"),
        ("1", "INTEGER"),
    ]
    assert told[1].metadata[LINEAGE].value.deps_by_column == {"n": [dg.TableColumnDep("one", "range")]}
    assert told[0].metadata[LINEAGE].value.deps_by_column == {}


SUMMED = """
with kept as (select unit, amount from a.base)
select unit, sum(amount) as total, 1 as one from kept group by 1
"""

QUOTED = """
select max(case when b."amount" > 0 then b."other" end) as "order" from a.base as b
"""


def test_sources_of_columns_are_followed_through_what_ran_once_for_each_project(tmp_path: Path) -> None:
    database, target, cache = tmp_path / "x.duckdb", tmp_path / "target", tmp_path / "cache"
    with duckdb.connect(str(database)) as connection:
        connection.execute("create schema a; create table a.base (unit text, amount int, other int)")
        connection.execute(f"create table total as {SUMMED}")
        connection.execute(f"create table quoted as {QUOTED}")
        connection.execute("create table torn as select 1 as n")
    models = {"total": SUMMED, "quoted": QUOTED, "torn": "this is no sql", "not_built": "select 1"}
    nodes = {
        name: {"resource_type": "model", "name": name, "package_name": "p", "original_file_path": f"{name}.sql"}
        for name in models
    }
    (target / "compiled" / "p").mkdir(parents=True)
    (target / "manifest.json").write_text(json.dumps({"nodes": nodes}), encoding="utf-8")
    for name, sql in models.items():
        (target / "compiled" / "p" / f"{name}.sql").write_text(sql, encoding="utf-8")
    found = column_lineage(cache, "first", database, target)
    assert found == {
        "total": {"unit": [("base", "unit")], "total": [("base", "amount")]},
        "quoted": {"order": [("base", "amount"), ("base", "other")]},
    }
    no_folder = tmp_path / "a file"
    no_folder.touch()
    assert column_lineage(no_folder, "first", database, target) == found, (
        "where it cannot be kept it is found anew"
    )
    shutil.rmtree(target)
    assert column_lineage(cache, "first", database, target) == found, "it is kept for the same project"
    with pytest.raises(OSError, match="manifest"):
        column_lineage(cache, "second", database, target)


def test_what_was_built_before_a_failure_is_told_and_so_is_the_failure(tmp_path: Path) -> None:
    def failing() -> Iterator[Any]:
        yield dg.Output(None, "one")
        raise RuntimeError("dbt failed")

    told = []
    with pytest.raises(RuntimeError, match="dbt failed"):
        told.extend(with_facts(failing(), tmp_path / "none.duckdb", dict))
    events = with_facts(failing(), tmp_path / "none.duckdb", dict)
    assert next(iter(events)).output_name == "one"


def test_facts_for_which_there_is_no_room_are_told_in_words(tmp_path: Path) -> None:
    database = tmp_path / "x.duckdb"
    duckdb.connect(str(database)).close()

    def too_much() -> dict[str, Any]:
        raise duckdb.OutOfMemoryException("Out of Memory Error: could not allocate block")

    with pytest.raises(OutOfRoomError, match="TONGKET_WAREHOUSE_MEMORY"):
        list(with_facts([], database, too_much))
