"""What clerks explained, as pages tell it: explanations of what counts, and those that are looked at again.

What belongs here: these as bronze's own files have them, beside the warehouse's. What does not: the submissions
with which they came (`received`).

A row has nothing but what it is about, so that each is counted: one of which a word was changed is missing
once, and there once too often.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow.parquet as pq

from reports.publication_gate.rows import Key, plain, read, records

_EXPLANATIONS = (
    "submission_id",
    "reporting_org_code",
    "period_code",
    "rule_code",
    "sheet",
    "cell",
    "explanation",
)
_REVIEWS = (
    *(
        "submission_id",
        "reporting_org_code",
        "explained_period_code",
        "period_code",
        "rule_code",
        "sheet",
        "cell",
    ),
    *("explanation", "clause", "fired_again"),
)
_SUBJECT = ("submission", "unit", "period", "rule", "sheet", "cell")
_OF_REVIEW = ("submission", "unit", "explained_period", "period", "rule", "sheet", "cell")
_Submissions = Mapping[str, Mapping[str, Any]]


def explanations(
    connection: duckdb.DuckDBPyConnection, bronze: Path, submissions: _Submissions
) -> pd.DataFrame:
    """Give how often each explanation was written in what counts, and how often the warehouse has it.

    Args:
        connection: the warehouse.
        bronze: bronze's folder.
        submissions: all that was received, by id, with how it stands (see `received`).
    """
    written = [
        {**row, **submissions[row["submission_id"]], "explanation": row["text"]}
        for row in pq.read_table(bronze / "explanations.parquet").to_pylist()
        if _counts(submissions, row["submission_id"])
    ]
    return _counted(connection, "rpt_explanation", _EXPLANATIONS, written, _SUBJECT)


def reviews(connection: duckdb.DuckDBPyConnection, bronze: Path, submissions: _Submissions) -> pd.DataFrame:
    """Give the explained findings that are looked at again with what their unit filed last.

    These are of the last period before the newest one filed of which something counts.

    Args:
        connection: the warehouse.
        bronze: bronze's folder.
        submissions: all that was received, by id, with how it stands (see `received`).
    """
    order = {row["period_code"]: row["sort_order"] for row in records(bronze, "periods")}
    filed: dict[str, list[Mapping[str, Any]]] = {}
    for row in submissions.values():
        if row["period_code"] in order:
            filed.setdefault(row["reporting_org_code"], []).append(row)
    again: dict[str, tuple[str, Mapping[str, Any]]] = {}
    for rows in filed.values():
        newest = max(rows, key=lambda row: (order[row["period_code"]], row["revision"]))
        before = [row for row in rows if order[row["period_code"]] < order[newest["period_code"]]]
        before = [row for row in before if row["is_effective"]]
        if before:
            last = max(before, key=lambda row: order[row["period_code"]])
            again[last["submission_id"]] = (last["period_code"], newest)
    findings = pq.read_table(bronze / "findings.parquet").to_pylist()
    fired = {
        (row["submission_id"], row["rule_code"], row["sheet"]) for row in findings if row["sheet"] is not None
    }
    due = []
    for row in findings:
        if row["explained"] and row["submission_id"] in again:
            explained, newest = again[row["submission_id"]]
            with_it = (newest["submission_id"], row["rule_code"], row["sheet"])
            due.append(
                {
                    **row,
                    "reporting_org_code": newest["reporting_org_code"],
                    "period_code": newest["period_code"],
                    "explained_period_code": explained,
                    "fired_again": None if newest["verdict"] is None else with_it in fired,
                }
            )
    return _counted(connection, "rpt_explanation_review", _REVIEWS, due, _OF_REVIEW)


def _counts(submissions: _Submissions, code: str) -> bool:
    return code in submissions and bool(submissions[code]["is_effective"])


def _counted(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    columns: tuple[str, ...],
    rows: Iterable[Mapping[str, Any]],
    subject: tuple[str, ...],
) -> pd.DataFrame:
    due: Counter[Key] = Counter(tuple(plain(row[name]) for name in columns) for row in rows)
    found = Counter(key for key, _ in read(connection, table, columns, ()))
    pairs = [
        (*key[: len(subject)], float(due[key]) or None, float(found[key]) or None)
        for key in sorted(due.keys() | found.keys())
    ]
    return pd.DataFrame(pairs, columns=[*subject, "expected", "found"], dtype=object)
