"""What was received, as pages and traces tell it: submissions, which are missing or late, where cells stood.

What belongs here: these as bronze's own files have them, and the day of the last of them. What does not:
figures, and what was never filed by anybody (`repeated`).
"""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow.parquet as pq

from reports.publication_gate.explained import explanations, reviews
from reports.publication_gate.filed import counting_submissions
from reports.publication_gate.rows import Key, Rows, beside, read, records

_VIETNAM = timedelta(hours=7)
"""What the clocks of Vietnam are ahead of the warehouse's; deadlines are days there."""

_TOLD = """(
    select submissions.*, cases.case_state, counting.file as file_traced
    from fct_submission as submissions
    left join rpt_open_case as cases on submissions.submission_id = cases.submission_id
    left join intermediate.int_submission__effective as counting
        on submissions.submission_id = counting.submission_id
)"""
"""Submissions, each with its open case and with the file that traces name."""

_AS_FILED = ("reporting_org_code", "period_code", "revision", "sha256", "file", "original_name", "received_at")
_AS_JUDGED = ("verdict", "n_errors", "n_warnings", "n_passed", "n_failed", "n_not_run")
_LETTERS = """
    with filed as (
        select submission_id, form_code, column_code, min(sheet || '!' || letter) as said, 1.0 as expected
        from read_parquet($columns)
        inner join counting_submission using (submission_id)
        group by all
    ),
    traced as (
        select submission_id, form_code, column_code, string_agg(sheet || '!' || column_letter, ' ') as place
        from intermediate.int_submission__column
        group by all
    )
    select submission_id as submission, form_code as form, column_code as "column", coalesce(said, '') as said,
        coalesce(place, '') as "is", expected,
        case when said = place then 1.0 when place is not null then 0.0 end as found
    from filed
    full join traced using (submission_id, form_code, column_code)
    order by all
"""
"""Sheet and letter of every column that was read; one that the warehouse has twice is another text."""


def received_again(
    connection: duckdb.DuckDBPyConnection, bronze: Path, as_of: datetime | None
) -> dict[str, pd.DataFrame]:
    """Give by check what bronze has of what was received, and what the warehouse tells of it."""
    counting = counting_submissions(bronze, as_of)
    counts = set(counting["submission_id"])
    submissions = _submissions(bronze, as_of, counts)
    more = ("file_kind", "period_basis", "decided_at", "status", "standing", "is_effective", "case_state")
    told = (*_AS_FILED, *_AS_JUDGED, *more, "file_traced")
    _settle(submissions, {row["period_code"] for row in records(bronze, "periods")})
    completeness = _completeness(bronze, submissions)
    columns = next(iter(completeness.values()), {})
    unit_and_period = ("reporting_org_code", "period_code")
    return {
        "submissions_again": beside(
            {(code,): {name: row[name] for name in told} for code, row in submissions.items()},
            read(connection, _TOLD, ("submission_id",), told),
            ("submission",),
        ),
        "completeness_again": beside(
            completeness,
            read(connection, "rpt_completeness", unit_and_period, columns),
            ("unit", "period"),
        ),
        "explanations_again": explanations(connection, bronze, submissions),
        "reviews_again": reviews(connection, bronze, submissions),
        "letters_again": _letters(connection, bronze, counting),
    }


def last_day(bronze: Path, as_of: datetime | None) -> date | None:
    """Give the day in Vietnam of the last that was recorded by then; None where nothing was."""
    moments = [
        moment
        for name, columns in (("submissions", ("received_at", "verdict_at")), ("decisions", ("decided_at",)))
        for row in pq.read_table(bronze / f"{name}.parquet", columns=list(columns)).to_pylist()
        for moment in row.values()
        if moment is not None and (as_of is None or moment <= _aware(as_of))
    ]
    return (max(moments).astimezone(UTC) + _VIETNAM).date() if moments else None


def _submissions(bronze: Path, as_of: datetime | None, counting: set[str]) -> dict[str, dict[str, Any]]:
    """Give all that was received by then, with how it stands; moments are in UTC, as in the warehouse."""
    decisions: dict[str, list[dict[str, Any]]] = {}
    for decision in pq.read_table(bronze / "decisions.parquet").to_pylist():
        if as_of is None or decision["decided_at"] <= _aware(as_of):
            decisions.setdefault(decision["submission_id"], []).append(decision)
    submissions = {}
    for row in pq.read_table(bronze / "submissions.parquet").to_pylist():
        if as_of is not None and row["received_at"] > _aware(as_of):
            continue
        code = row["submission_id"]
        taken = sorted(decisions.get(code, ()), key=lambda decision: decision["decision_no"])
        status = taken[-1]["status"] if taken else row["verdict"] or "pending"
        was_accepted = any(decision["status"] == "accepted" for decision in taken)
        standing = status
        if taken and status == "rejected":
            # what was taken back had counted before, or was only held
            is_refused = row["verdict"] not in (None, "accepted") and not was_accepted
            standing = "refused" if is_refused else "withdrawn"
        submissions[code] = row | {
            "received_at": _in_warehouse(row["received_at"]),
            "decided_at": _in_warehouse(taken[-1]["decided_at"]) if taken else None,
            "file_kind": row["kind"],
            "period_basis": (row["period_basis"] or "CUMULATIVE").upper(),
            "file_traced": row["file"] if code in counting else None,
            "status": status,
            "standing": standing,
            "is_effective": code in counting,
        }
    return submissions


def _settle(submissions: dict[str, dict[str, Any]], periods: set[str]) -> None:
    """Say of each submission that does not count whether somebody may still ask about it."""
    filed: dict[tuple[str, str], list[dict[str, Any]]] = {}
    last: dict[str, datetime] = {}
    for row in submissions.values():
        unit = row["reporting_org_code"]
        filed.setdefault((unit, row["period_code"]), []).append(row)
        last[unit] = max(row["received_at"], last.get(unit, row["received_at"]))
    for (unit, period), rows in filed.items():
        newest = max(rows, key=lambda row: row["revision"])
        has_one_that_counts = any(row["is_effective"] for row in rows)
        for row in rows:
            row["case_state"] = None
            if row["status"] == "accepted":
                continue
            if period not in periods and row["received_at"] < last[unit]:
                row["case_state"] = "answered"
            elif row is newest:
                is_taken_back = row["standing"] in ("withdrawn", "refused")
                row["case_state"] = None if is_taken_back and has_one_that_counts else "open"


def _in_warehouse(moment: datetime) -> datetime:
    return moment.astimezone(UTC).replace(tzinfo=None)


def _aware(moment: datetime) -> datetime:
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _completeness(bronze: Path, submissions: dict[str, dict[str, Any]]) -> Rows:
    """Say of each unit and period what is owed, what came first and when, and what counts."""
    forms: dict[tuple[str, str], set[str]] = {}
    due: dict[tuple[str, str], date] = {}
    for row in records(bronze, "owed"):
        key = (row["reporting_org_code"], row["period_code"])
        forms.setdefault(key, set()).add(row["form_code"])
        if row["due_on"] is not None:
            due[key] = min(due.get(key, date.max), row["due_on"])
    calendar = records(bronze, "calendar")
    due_of_period = {row["period_code"]: row["due_on"] for row in calendar}
    received: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in submissions.values():
        received.setdefault((row["reporting_org_code"], row["period_code"]), []).append(row)
    rows: dict[Key, dict[str, Any]] = {}
    for key in forms.keys() | received.keys():
        mine = sorted(received.get(key, ()), key=lambda row: row["revision"])
        first = min((row["received_at"] for row in mine), default=None)
        due_on = due.get(key, due_of_period.get(key[1]))
        accepted = next((row["submission_id"] for row in mine if row["is_effective"]), None)
        latest = mine[-1]["standing"] if mine else "missing"
        rows[key] = {
            "is_owed": key in forms,
            "owed_forms": " ".join(sorted(forms[key])) if key in forms else None,
            "received_at": first,
            "due_on": due_on,
            "is_received": bool(mine),
            "is_on_time": None if first is None or due_on is None else (first + _VIETNAM).date() <= due_on,
            "is_accepted": accepted is not None,
            # a later revision that was refused takes nothing away from the one that counts
            "status": latest if accepted is None else "accepted",
            "accepted_submission_id": accepted,
        }
    return rows


def _letters(connection: duckdb.DuckDBPyConnection, bronze: Path, counting: pd.DataFrame) -> pd.DataFrame:
    """Give the sheet and letter of each column as it was read, and as traces name it."""
    connection.register("counting_submission", counting[["submission_id"]])
    return connection.execute(_LETTERS, {"columns": str(bronze / "columns.parquet")}).df()
