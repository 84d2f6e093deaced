"""Row counts come from one query of the finished database, and what a failed build had made is still told."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
import pytest

from orchestration.facts import ROWS, with_row_counts


def test_each_model_is_shown_with_its_rows_and_a_view_with_none(tmp_path: Path) -> None:
    database = tmp_path / "x.duckdb"
    with duckdb.connect(str(database)) as connection:
        connection.execute("create schema layer; create table layer.one as select * from range(3)")
        connection.execute("create table two (n int); create view seen as select 1")
    events = [dg.Output(None, name, metadata={"kept": 1}) for name in ("one", "two", "seen")]
    told = list(with_row_counts(events, database))
    assert [event.metadata.get(ROWS, dg.MetadataValue.null()).value for event in told] == [3, 0, None]
    assert all("kept" in event.metadata for event in told)


def test_what_was_built_before_a_failure_is_told_and_so_is_the_failure(tmp_path: Path) -> None:
    def failing() -> Iterator[Any]:
        yield dg.Output(None, "one")
        raise RuntimeError("dbt failed")

    told = []
    with pytest.raises(RuntimeError, match="dbt failed"):
        told.extend(with_row_counts(failing(), tmp_path / "none.duckdb"))
    events = with_row_counts(failing(), tmp_path / "none.duckdb")
    assert next(iter(events)).output_name == "one"
