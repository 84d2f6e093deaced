"""Reading the marts: one plain select a table, and nothing that counts or judges.

What belongs here: the list of tables and columns that pages need, and opening the warehouse read-only. What
does not: business SQL, which lives in the dbt project, and the shapes that pages use (`rows.py`).
"""

from collections.abc import Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb

from ingestion.records.mendable import MendableError
from ingestion.words.messages import ToldError
from reports.database import connect, no_room

if TYPE_CHECKING:
    from collections.abc import Iterator

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "dim_indicator": (
        "indicator_code",
        "name_vi",
        "name_en",
        "unit_code",
        "kind",
        "section",
        "decimals",
        "sort_order",
    ),
    "dim_organisation": ("org_code", "org_name", "org_kind", "term_system", "valid_from"),
    "dim_period": ("period_code", "kind", "year", "first_year", "starts_on", "ends_on", "sort_order"),
    "dim_term": ("term_system", "term_code", "previous_term_code"),
    "rpt_report_unit": ("org_code", "org_name", "org_kind", "term_code", "is_province", "parent_code"),
    "rpt_predecessor": ("org_code", "term_code", "predecessor_code", "ended_on"),
    "fct_indicator_value": (
        "indicator_code",
        "org_code",
        "period_code",
        "value",
        "numerator",
        "denominator",
        "opening_value",
        "status",
    ),
    "fct_indicator_derived": ("indicator_code", "org_code", "period_code", "derivation", "value", "status"),
    "rpt_figure_day": ("indicator_code", "org_code", "period_code", "first_day", "last_day"),
    "fct_target": (
        "org_code",
        "indicator_code",
        "term_code",
        "year",
        "basis",
        "direction",
        "target_min",
        "target_max",
        "document",
        "actual_value",
        "assessment",
        "status",
    ),
    "fct_submission": (
        "submission_id",
        "reporting_org_code",
        "period_code",
        "revision",
        "received_at",
        "status",
        "standing",
        "n_errors",
        "n_warnings",
    ),
    "rpt_completeness": (
        "reporting_org_code",
        "period_code",
        "is_owed",
        "due_on",
        "is_received",
        "is_on_time",
        "is_accepted",
        "status",
        "accepted_submission_id",
    ),
    "rpt_explanation": (
        "submission_id",
        "reporting_org_code",
        "period_code",
        "rule_code",
        "sheet",
        "cell",
        "explanation",
    ),
    "rpt_open_case": ("submission_id", "case_state"),
    "rpt_explanation_review": (
        "reporting_org_code",
        "period_code",
        "submission_id",
        "explained_period_code",
        "rule_code",
        "sheet",
        "cell",
        "explanation",
    ),
    "rpt_stated_figure": (
        "statement_id",
        "body_code",
        "body_name",
        "measure",
        "unit",
        "qualifier",
        "value_low",
        "value_high",
        "indicator_code",
        "org_code",
        "period_code",
        "derivation",
        "direction",
        "is_by_size",
        "actual_value",
        "actual_low",
        "actual_high",
        "status",
        "verdict",
        "detail",
    ),
}
"""The marts that pages read, and the columns of them."""

_OF_REPORT_UNITS = ("fct_indicator_value", "fct_indicator_derived")


class MartsError(ToldError, MendableError):
    """The warehouse is not there or lacks a mart; the message says what to do."""

    is_refusal = True


@contextmanager
def open_warehouse(path: Path) -> "Iterator[duckdb.DuckDBPyConnection]":
    """Open a warehouse read-only.

    Raises:
        MartsError: there is no such file, another process holds it, it is damaged (also where that is noticed
            only while it is read), or it lacks what is asked of it.
        OutOfRoomError: memory or disk did not suffice for what is asked of it.
    """
    if not path.exists():
        raise MartsError("report.error.no_warehouse", path=path)
    try:
        connection = connect(path)
    except duckdb.Error as error:
        raise _unusable(path, error) from error
    try:
        yield connection
    except (duckdb.CatalogException, duckdb.BinderException) as error:
        raise MartsError("report.error.other_marts", path=path) from error
    except duckdb.Error as error:
        raise no_room(str(error), path) or _unusable(path, error) from error
    finally:
        connection.close()


def demand_readable(path: Path) -> None:
    """Read every figure of a warehouse.

    Raises:
        MartsError: it is damaged, is held by another process, or is none of today's.
    """
    with open_warehouse(path) as connection:
        connection.execute("select sum(value), max(status) from fct_indicator_value").fetchall()


def _unusable(path: Path, error: duckdb.Error) -> MartsError:
    """Say why a warehouse cannot be used; DuckDB tells a lock from damage by words alone."""
    is_held = isinstance(error, duckdb.IOException) and "lock" in str(error).lower()
    return MartsError("report.error.warehouse_held" if is_held else "report.error.bad_warehouse", path=path)


def lacking(path: Path) -> list[str]:
    """Give the marts that a warehouse lacks, or that lack a column which pages read.

    Raises:
        MartsError: the warehouse cannot be opened.
    """
    found: list[str] = []
    with open_warehouse(path) as connection:
        for table, columns in COLUMNS.items():
            try:
                connection.execute(f"select {', '.join(columns)} from {table} limit 0")
            except (duckdb.CatalogException, duckdb.BinderException):
                found.append(table)
    return found


def read(connection: duckdb.DuckDBPyConnection, warehouse: Path, table: str) -> list[dict[str, Any]]:
    """Read the columns of one mart that pages need; figures only of units that have a report.

    Raises:
        MartsError: the mart or a column of it is missing.
    """
    columns = COLUMNS[table]
    where = " where org_code in (select org_code from rpt_report_unit)" if table in _OF_REPORT_UNITS else ""
    try:
        cursor = connection.execute(f"select {', '.join(columns)} from {table}{where}")
    except (duckdb.CatalogException, duckdb.BinderException) as error:
        raise MartsError("report.error.no_marts", path=warehouse, table=table) from error
    return [dict(zip(columns, row, strict=True)) for row in cursor.fetchall()]
