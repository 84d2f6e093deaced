"""The publication gate: whether the marts may be published.

What belongs here: checks of the finished marts against bronze, against themselves and against the last release,
as Great Expectations suites over pandas frames. What does not: rules about submissions (`ingestion.gate`), and
tests of single models, which dbt has.

Each check has a frame of pairs: what is expected and what was found, for one thing that is checked. A total
that is missing on either side is a failure, and so is a warehouse in which there is nothing to check.
"""

import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from ingestion.catalogue import Language
from ingestion.messages import message
from reports.database import connect
from reports.release import MANIFEST

TOLERANCE = 1e-6
"""What two sums of the same numbers may differ by; sums of decimals depend on their order."""

_FACTS: Mapping[str, str] = {
    "fct_membership": "B01",
    "fct_admission": "B02",
    "fct_organisation_stock": "B03",
    "fct_evaluation": "B04",
    "fct_inspection": "B05",
    "fct_discipline": "B06",
    "fct_cadre": "B07",
    "fct_study": "B08",
}
_WHOLES: Sequence[tuple[str, str, str]] = (
    ("fct_membership", "closing_members", "opening_members + in_total - out_total"),
    (
        "fct_organisation_stock",
        "closing_count",
        "opening_count + established + received - merged_away - dissolved - handed_over",
    ),
    ("fct_evaluation", "cells_rated", "cells_excellent + cells_good + cells_completed + cells_not_completed"),
    (
        "fct_evaluation",
        "members_rated",
        "members_excellent + members_good + members_completed + members_not_completed",
    ),
    (
        "fct_discipline",
        "members_disciplined",
        "members_reprimand + members_warning + members_removed_from_post + members_expelled",
    ),
    ("fct_discipline", "orgs_disciplined", "orgs_reprimand + orgs_warning + orgs_disbanded"),
)
_KEYS = ["form", "unit", "period", "column"]


@dataclass(frozen=True)
class PublicationFailure:
    """One thing that is not as it should be.

    Attributes:
        check: the check's name, stable.
        subject: what is meant, as the check's frame names it (form, unit, period, column, indicator …).
        expected: what should be there; None if nothing was expected.
        found: what is there; None if it is missing.
    """

    check: str
    subject: Mapping[str, str]
    expected: float | None
    found: float | None

    def text(self, language: Language = "vi") -> str:
        """Give the failure in words."""
        if not self.subject:
            return message("publication.nothing_accepted", language)
        return message(
            f"publication.{self.check}",
            language,
            **self.subject,
            expected=_written(self.expected, language),
            found=_written(self.found, language),
        )

    @property
    def message(self) -> str:
        """The failure in Vietnamese."""
        return self.text("vi")


@dataclass(frozen=True)
class PublicationReport:
    """What the gate says.

    Attributes:
        checked: for each check, how many things it looked at.
        failures: everything that failed, in order.
    """

    checked: Mapping[str, int]
    failures: tuple[PublicationFailure, ...] = field(default=())

    @property
    def passed(self) -> bool:
        """Whether the marts may be published."""
        return not self.failures

    @property
    def is_empty(self) -> bool:
        """Whether nothing has been accepted yet, so that there is nothing to publish."""
        return any(not failure.subject for failure in self.failures)


def _written(value: float | None, language: Language) -> str:
    if value is None:
        return message("publication.missing", language)
    return f"{value:g}" if abs(value) < 1e15 and not float(value).is_integer() else str(int(value))


def check_marts(
    warehouse: Path, bronze: Path, previous: Path | None = None, *, as_of: datetime | None = None
) -> PublicationReport:
    """Check the marts before anything is published from them.

    Args:
        warehouse: the finished DuckDB file.
        bronze: the folder that it was built from.
        previous: the figures of the last release (Parquet, beside its manifest); None for a first release.
        as_of: up to when submissions and decisions counted when the warehouse was built; None for all.
    """
    connection = connect(warehouse)
    try:
        totals = _form_totals(connection)
        frames = {
            "bronze_totals": _pairs(_bronze_totals(bronze, as_of), totals, _KEYS),
            "fact_totals": _fact_totals(connection, totals),
            "parts_make_wholes": _wholes(connection),
            "years_make_terms": _terms(connection),
        }
        if previous is not None:
            frames["nothing_shrank"] = _shrunk(connection, previous)
    finally:
        connection.close()
    return _judged(frames)


def _judged(frames: Mapping[str, pd.DataFrame]) -> PublicationReport:
    outcomes = _validate(frames)
    failures: list[PublicationFailure] = []
    for check, frame in frames.items():
        if frame.empty and check == "bronze_totals":
            failures.append(PublicationFailure(check, {}, None, None))
        elif not outcomes[check]:
            failures += [_failure(check, row) for row in frame[~_holds(frame)].to_dict("records")]
    return PublicationReport({check: len(frame) for check, frame in frames.items()}, tuple(failures))


def _failure(check: str, row: Mapping[Any, Any]) -> PublicationFailure:
    subject = {str(key): str(value) for key, value in row.items() if key not in ("expected", "found", "holds")}
    values = (row["expected"], row["found"])
    expected, found = (None if pd.isna(value) else float(value) for value in values)
    return PublicationFailure(check, subject, expected, found)


def _holds(frame: pd.DataFrame) -> "pd.Series[bool]":
    """Say for each pair whether it is as it should be; a check of its own kind says so itself."""
    if "holds" in frame:
        return frame["holds"].astype(bool)
    difference = (frame["expected"] - frame["found"]).abs()
    size = np.maximum(frame["expected"].abs(), 1.0)
    return (difference <= TOLERANCE * size).fillna(value=False).astype(bool)


def _validate(frames: Mapping[str, pd.DataFrame]) -> dict[str, bool]:
    """Run one suite a frame: both sides are there, and they hold."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import great_expectations as gx  # noqa: PLC0415 - importing it takes seconds
    from great_expectations.data_context.types.base import ProgressBarsConfig  # noqa: PLC0415
    from great_expectations.expectations.core.expect_column_values_to_be_in_set import (  # noqa: PLC0415
        ExpectColumnValuesToBeInSet,
    )
    from great_expectations.expectations.core.expect_column_values_to_not_be_null import (  # noqa: PLC0415
        ExpectColumnValuesToNotBeNull,
    )

    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    source = context.data_sources.add_pandas("marts")
    outcomes: dict[str, bool] = {}
    for check, frame in frames.items():
        pairs = frame.assign(holds=_holds(frame))
        expectations: list[Any] = [ExpectColumnValuesToBeInSet(column="holds", value_set=[True])]
        if check != "nothing_shrank":  # a figure that is gone is judged there by what was filed
            expectations += [
                ExpectColumnValuesToNotBeNull(column="expected"),
                ExpectColumnValuesToNotBeNull(column="found"),
            ]
        suite = gx.ExpectationSuite(check, expectations=expectations)
        definition = source.add_dataframe_asset(check).add_batch_definition_whole_dataframe("all")
        batch = definition.get_batch(batch_parameters={"dataframe": pairs})
        outcomes[check] = bool(batch.validate(suite, result_format="BOOLEAN_ONLY").success)
    return outcomes


def _pairs(expected: pd.DataFrame, found: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Put what is expected beside what was found; what only one side has stays, with the other empty."""
    left = expected.rename(columns={"total": "expected"})
    right = found.rename(columns={"total": "found"})
    pairs = left.merge(right, on=keys, how="outer").sort_values(keys, ignore_index=True)
    return pairs[[*keys, "expected", "found"]]


def _bronze_totals(bronze: Path, as_of: datetime | None) -> pd.DataFrame:
    """Add up bronze itself, without the warehouse: each unit's newest accepted revision."""
    counting = _counting(bronze, as_of)
    parts = [
        _totals_of(folder, counting)
        for folder in sorted((bronze / "forms").glob("*"))
        if any(folder.glob("*.parquet"))
    ]
    if not parts:
        return pd.DataFrame(
            {key: pd.Series(dtype="object") for key in _KEYS} | {"total": pd.Series(dtype="float64")}
        )
    return pd.concat(parts, ignore_index=True)


def _counting(bronze: Path, as_of: datetime | None) -> pa.Array:
    columns = ["submission_id", "reporting_org_code", "period_code", "revision", "received_at", "verdict"]
    frame = pq.read_table(bronze / "submissions.parquet", columns=columns).to_pandas()
    decisions = pq.read_table(bronze / "decisions.parquet").to_pandas()
    if as_of is not None:
        moment = pd.Timestamp(as_of if as_of.tzinfo else as_of.replace(tzinfo=UTC))
        frame = frame[frame["received_at"] <= moment]
        decisions = decisions[decisions["decided_at"] <= moment]
    newest = decisions.sort_values("decision_no").drop_duplicates("submission_id", keep="last")
    decided = frame["submission_id"].map(newest.set_index("submission_id")["status"])
    status = decided.fillna(frame["verdict"])
    accepted = frame[status == "accepted"].sort_values("revision")
    return pa.array(
        accepted.drop_duplicates(["reporting_org_code", "period_code"], keep="last")["submission_id"]
    )


def _totals_of(folder: Path, counting: pa.Array) -> pd.DataFrame:
    files = sorted(str(path) for path in folder.glob("*.parquet"))
    schema = pa.unify_schemas([pq.read_schema(file) for file in files])
    names = [
        name
        for name, kind in zip(schema.names, schema.types, strict=True)
        if name != "row_number" and (pa.types.is_integer(kind) or pa.types.is_floating(kind))
    ]
    rows = ds.dataset(files, schema=schema).to_table(
        columns=["reporting_org_code", "period_code", *names],
        filter=ds.field("submission_id").isin(counting),
    )
    grouped = rows.to_pandas().groupby(["reporting_org_code", "period_code"], sort=True)[names]
    long = grouped.sum(min_count=1).stack().rename("total").reset_index()
    long.columns = pd.Index(["unit", "period", "column", "total"])
    long["total"] = long["total"].astype("float64")
    known: pd.DataFrame = long.dropna(subset=["total"]).assign(form=folder.name)
    return known


def _form_totals(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    return connection.execute(
        'select form_code as form, reporting_org_code as unit, period_code as period, column_code as "column", '
        "total from fct_form_total"
    ).df()


def _fact_totals(connection: duckdb.DuckDBPyConnection, totals: pd.DataFrame) -> pd.DataFrame:
    """Hold the wide facts against the totals, where filings are cumulative and facts are not sums of them."""
    cumulative = connection.execute(
        "select distinct reporting_org_code as unit, period_code as period from fct_submission "
        "where is_effective and period_basis = 'CUMULATIVE' and not ends_with(period_code, 'NK')"
    ).df()
    parts = []
    for table, form in _FACTS.items():
        measures = [
            name
            for name, kind in connection.execute(
                "select column_name, data_type from information_schema.columns where table_name = ?", [table]
            ).fetchall()
            if kind in ("BIGINT", "DOUBLE") and not name.endswith("_in_quarter")
        ]
        sums = ", ".join(f'sum("{name}")::double as "{name}"' for name in measures)
        wide = connection.execute(
            f"select reporting_org_code as unit, period_code as period, {sums} from {table} group by all"
        ).df()
        long = wide.melt(["unit", "period"], var_name="column", value_name="sum of column")
        long = long.rename(columns={"sum of column": "total"}).dropna(subset=["total"])
        expected = totals[(totals["form"] == form) & totals["column"].isin(measures)]
        keys = ["unit", "period", "column"]
        pairs = _pairs(
            expected.merge(cumulative, on=["unit", "period"])[[*keys, "total"]],
            long.merge(cumulative, on=["unit", "period"]),
            keys,
        )
        parts.append(pairs.assign(table=table))
    return pd.concat(parts, ignore_index=True)


def _wholes(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Hold wholes against their parts, by unit and period; where there are parts, the whole has to be there."""
    parts = [
        connection.execute(
            f"select '{table}' as \"table\", reporting_org_code as unit, period_code as period, "
            f"'{whole}' as \"column\", sum({made_of})::double as expected, sum({whole})::double as found "
            f"from {table} group by reporting_org_code, period_code "
            f"having sum({made_of}) is not null or sum({whole}) is not null order by all"
        ).df()
        for table, whole, made_of in _WHOLES
    ]
    return pd.concat(parts, ignore_index=True)


def _terms(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Hold the flows of terms against their years, for units that nothing else merged into."""
    return connection.execute(
        """
        with terms as (
            select figures.indicator_code, figures.org_code, figures.period_code, figures.value,
                terms.first_year, terms.last_year
            from fct_indicator_value as figures
            inner join dim_indicator as indicators using (indicator_code)
            inner join dim_term as terms on figures.period_code = terms.term_code
            where indicators.kind = 'flow' and figures.status = 'final'
                and figures.org_code in (select org_code from rpt_report_unit)
                and figures.org_code not in (
                    select org_code from fct_indicator_value where indicator_code = 'predecessors'
                )
        )
        select terms.indicator_code as indicator, terms.org_code as unit, terms.period_code as period,
            sum(years.value) as expected, terms.value as found
        from terms
        inner join dim_period as periods
            on periods.kind = 'N' and periods.year between terms.first_year and terms.last_year
        inner join fct_indicator_value as years
            on years.indicator_code = terms.indicator_code
            and years.org_code = terms.org_code
            and years.period_code = periods.period_code
        group by terms.indicator_code, terms.org_code, terms.period_code, terms.value
        order by all
        """
    ).df()


def _shrunk(connection: duckdb.DuckDBPyConnection, previous: Path) -> pd.DataFrame:
    """Hold final figures of units against those of the last release.

    A figure that fell or went is explained where a submission of a unit that it is made of came since, or was
    withdrawn. Growth needs no explanation: periods fill up.
    """
    keys = ["indicator", "unit", "period"]
    query = """
        select indicator_code as indicator, org_code as unit, period_code as period, value as total
        from {source}
        where value is not null and status = 'final' and {is_figure}
            and org_code in (select org_code from rpt_report_unit)
    """
    is_figure = "coalesce(derivation, '') = ''" if "derivation" in pq.read_schema(previous).names else "true"
    before = connection.execute(
        query.format(source="read_parquet($file)", is_figure=is_figure), {"file": str(previous)}
    ).df()
    now = connection.execute(query.format(source="fct_indicator_value", is_figure="true")).df()
    pairs = _pairs(before, now, keys).dropna(subset=["expected"])
    has_shrunk = pairs["found"].isna() | (pairs["found"].abs() < pairs["expected"].abs() - TOLERANCE)
    return pairs.assign(holds=~has_shrunk | pairs["unit"].isin(_touched(connection, previous)))


def _touched(connection: duckdb.DuckDBPyConnection, previous: Path) -> set[str]:
    """Give the units and provinces of which a submission came or was withdrawn since the last release."""
    manifest = json.loads((previous.parent / MANIFEST).read_text(encoding="utf-8"))
    counting = connection.execute(
        "select submission_id, reporting_org_code from fct_submission where is_effective"
    ).fetchall()
    known = set(manifest["submissions"])
    new = {unit for submission, unit in counting if submission not in known}
    withdrawn = {submission.split(".")[0] for submission in known - {submission for submission, _ in counting}}
    made_of = connection.execute(
        "select distinct sources.org_code, submissions.reporting_org_code from rpt_figure_source as sources "
        "inner join fct_submission as submissions on sources.submission_id = submissions.submission_id"
    ).fetchall()
    changed = new | withdrawn
    return changed | {unit for unit, contributor in made_of if contributor in changed}
