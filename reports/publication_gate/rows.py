"""Rows of the warehouse beside the rows that they repeat: what is told in words rather than in numbers.

What belongs here: reading such rows, putting two sides of them together as pairs, and their plain text. What
does not: which rows are expected, and how a difference is written for people (`report`).

A row that is as it should be is one pair. One that is not has a pair for each column that differs, and one that
only one side has is a pair of which the other is missing.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from ingestion.words import writing

Key = tuple[str, ...]
Rows = Mapping[Key, Mapping[str, Any]]
"""The columns of rows, by what they are about."""

YES, NO = "yes", "no"
"""The text of what is true, and of what is not."""
SAID, FOUND, ROW = "said", "is", "row"
"""Names under which a pair has the text that is expected and the one found; the column of a whole row."""


def records(bronze: Path, name: str) -> list[dict[str, Any]]:
    """Give the rows of a table of registry or catalogue, as bronze has them."""
    found: list[dict[str, Any]] = pq.read_table(bronze / "reference" / f"{name}.parquet").to_pylist()
    return found


def read(
    connection: duckdb.DuckDBPyConnection, table: str, keys: Sequence[str], columns: Iterable[str]
) -> list[tuple[Key, dict[str, Any]]]:
    """Give the rows of a table of the warehouse, each with what it is about; a blank key is an empty text."""
    names = [*keys, *columns]
    chosen = ", ".join(f'"{name}"' for name in names)
    rows = connection.execute(f"select {chosen} from {table}").fetchall()
    n_keys = len(keys)
    return [
        (tuple(plain(value) for value in row[:n_keys]), dict(zip(names[n_keys:], row[n_keys:], strict=True)))
        for row in rows
    ]


def beside(expected: Rows, found: Iterable[tuple[Key, Mapping[str, Any]]], keys: Sequence[str]) -> pd.DataFrame:
    """Put rows beside those of the warehouse.

    Args:
        expected: what every row has to say, by what it is about.
        found: the warehouse's rows; a second one of the same key is one that nobody expects.
        keys: the names of what a row is about.
    """
    pairs: list[tuple[Any, ...]] = []
    left = dict(expected)
    for key, row in found:
        due = left.pop(key, None)
        if due is None:
            pairs.append((*key, ROW, NO, YES, np.nan, 1.0))
            continue
        told = {name: (plain(value), plain(row[name])) for name, value in due.items() if value != row[name]}
        wrong = [(*key, name, said, there, 1.0, 0.0) for name, (said, there) in told.items() if said != there]
        pairs += wrong or [(*key, "", "", "", 1.0, 1.0)]
    pairs += [(*key, ROW, YES, NO, 1.0, np.nan) for key in left]
    return pd.DataFrame(pairs, columns=[*keys, "column", SAID, FOUND, "expected", "found"])


def plain(value: Any) -> str:
    """Write a value so that it can be compared and, by `report`, be written for people."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return YES if value else NO
    if isinstance(value, float):
        return "" if np.isnan(value) else writing.plain(value)
    return value.isoformat() if isinstance(value, date | datetime) else str(value)
