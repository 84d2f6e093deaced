"""Figures against those of the last release.

What belongs here: which figures were published before, and for whom something came since. What does not:
whether one may shrink (`suites`).
"""

import json
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pyarrow.parquet as pq

from reports.publication_gate.totals import pairs_of
from reports.release import MANIFEST, METHOD


def shrunk(connection: duckdb.DuckDBPyConnection, previous: Path) -> pd.DataFrame:
    """Give final figures of units beside those of the last release, and whether a change is explained.

    A figure that fell or went is explained where a submission of a unit that it is made of came since, or was
    withdrawn; and, where the last release was worked out in an earlier way, of a unit of which a body ended,
    moved or went over to another: that is what the ways differ in. Growth needs none: periods fill up. Whoever
    was a unit in the last release is one here: that it has no report any more explains nothing.
    """
    keys = ["indicator", "unit", "period"]
    query = """
        select indicator_code as indicator, org_code as unit, period_code as period, value as total
        from {source}
        where value is not null and status = 'final' and {is_figure}
            and org_code in (select org_code from report_unit)
    """
    has_derived = "derivation" in pq.read_schema(previous).names
    is_figure = "coalesce(derivation, '') = ''" if has_derived else "true"
    units = pd.DataFrame({"org_code": sorted(_units(connection, previous, has_derived=has_derived))})
    connection.register("report_unit", units)
    before = connection.execute(
        query.format(source="read_parquet($file)", is_figure=is_figure), {"file": str(previous)}
    ).df()
    now = connection.execute(query.format(source="fct_indicator_value", is_figure="true")).df()
    pairs = pairs_of(before, now, keys).dropna(subset=["expected"])
    explained = _touched(connection, previous)
    if int(_manifest(previous).get("method") or 1) < METHOD:
        explained |= _with_events(connection)
    return pairs.assign(is_explained=pairs["unit"].isin(explained).astype(float))


def _with_events(connection: duckdb.DuckDBPyConnection) -> set[str]:
    """Give the bodies of which something ended, moved or went over, and all who ever stood above these."""
    rows = connection.execute(
        """
        with recursive concerned as (
            select org_code, parent_code from dim_organisation where valid_to < date '9999-12-31'
            union
            select above.org_code, above.parent_code
            from concerned
            inner join dim_organisation as above on concerned.parent_code = above.org_code
        )
        select org_code from concerned
        union
        select takers.org_code
        from rpt_predecessor as takers
        inner join concerned on takers.predecessor_code = concerned.org_code
        """
    ).fetchall()
    return {str(row[0]) for row in rows}


def _units(connection: duckdb.DuckDBPyConnection, previous: Path, *, has_derived: bool) -> set[str]:
    """Give the units of now and of the last release: who filed for it, and of whom it derives something."""
    query = "select org_code from rpt_report_unit"
    known = {row[0] for row in connection.execute(query).fetchall()}
    if has_derived:
        query = "select distinct org_code from read_parquet($file) where derivation <> ''"
        known |= {row[0] for row in connection.execute(query, {"file": str(previous)}).fetchall()}
    return known | {_unit_of(submission) for submission in _submissions(previous)}


def _submissions(previous: Path) -> set[str]:
    return set(_manifest(previous)["submissions"])


def _manifest(previous: Path) -> dict[str, Any]:
    told: dict[str, Any] = json.loads((previous.parent / MANIFEST).read_text(encoding="utf-8"))
    return told


def _unit_of(submission: str) -> str:
    # The code of a unit may have dots itself.
    return submission.rsplit(".", 2)[0]


def _touched(connection: duckdb.DuckDBPyConnection, previous: Path) -> set[str]:
    """Give the units and provinces of which a submission came or was withdrawn since the last release."""
    counting = connection.execute(
        "select submission_id, reporting_org_code from fct_submission where is_effective"
    ).fetchall()
    known = _submissions(previous)
    new = {unit for submission, unit in counting if submission not in known}
    withdrawn = {_unit_of(submission) for submission in known - {submission for submission, _ in counting}}
    made_of = connection.execute(
        "select distinct sources.org_code, submissions.reporting_org_code from rpt_figure_source as sources "
        "inner join fct_submission as submissions on sources.submission_id = submissions.submission_id"
    ).fetchall()
    changed = new | withdrawn
    return changed | {unit for unit, contributor in made_of if contributor in changed}
