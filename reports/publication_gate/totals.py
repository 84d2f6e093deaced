"""Sums in the marts: against bronze, those of facts against those of forms, and years against terms.

What belongs here: pairs of what is expected and what the warehouse has. What does not: figures made anew
(`comparison`), wholes and their parts (`wholes`), and judging the pairs (`suites`).
"""

from collections.abc import Iterable
from datetime import datetime
from pathlib import Path

import duckdb
import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from ingestion.definitions.forms import Form
from reports.publication_gate.filed import counting_submissions

_KEYS = ["form", "unit", "period", "column"]


def pairs_of(expected: pd.DataFrame, found: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    """Put what is expected beside what was found; what only one side has stays, with the other empty."""
    left = expected.rename(columns={"total": "expected"})
    right = found.rename(columns={"total": "found"})
    pairs = left.merge(right, on=keys, how="outer").sort_values(keys, ignore_index=True)
    return pairs[[*keys, "expected", "found"]]


def bronze_totals(bronze: Path, as_of: datetime | None) -> pd.DataFrame:
    """Add up bronze itself, without the warehouse: each unit's newest accepted revision."""
    counting = pa.array(counting_submissions(bronze, as_of)["submission_id"].astype(str), pa.string())
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


def arrived(connection: duckdb.DuckDBPyConnection, bronze: Path, as_of: datetime | None) -> pd.DataFrame:
    """Hold the totals of the warehouse against those of bronze."""
    return pairs_of(bronze_totals(bronze, as_of), form_totals(connection), _KEYS)


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


def form_totals(connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
    """Give the warehouse's totals by form, unit, period and column."""
    return connection.execute(
        'select form_code as form, reporting_org_code as unit, period_code as period, column_code as "column", '
        "total from fct_form_total"
    ).df()


def fact_totals(
    connection: duckdb.DuckDBPyConnection, totals: pd.DataFrame, forms: Iterable[Form]
) -> pd.DataFrame:
    """Hold the facts of forms against the totals, where filings are cumulative and facts are not sums of them.

    A fact without a column of its form, or a form without its facts, has nothing where a total was filed.
    """
    cumulative = connection.execute(
        "select distinct reporting_org_code as unit, period_code as period from fct_submission "
        "where is_effective and period_basis = 'CUMULATIVE' and not ends_with(period_code, 'NK')"
    ).df()
    keys = ["unit", "period", "column"]
    parts = []
    for form in forms:
        measures = [column.code for column in form.number_columns if column.code not in form.key]
        expected = totals[(totals["form"] == form.code) & totals["column"].isin(measures)]
        pairs = pairs_of(
            expected.merge(cumulative, on=["unit", "period"])[[*keys, "total"]],
            sums_of_fact(connection, form.fact_table, measures).merge(cumulative, on=["unit", "period"]),
            keys,
        )
        parts.append(pairs.assign(table=form.fact_table))
    return pd.concat(parts, ignore_index=True)


def sums_of_fact(connection: duckdb.DuckDBPyConnection, table: str, measures: Iterable[str]) -> pd.DataFrame:
    """Give the sums of some columns of a fact table by unit and period; of those alone that it has."""
    there = connection.execute(
        "select column_name from information_schema.columns where table_name = ?", [table]
    ).fetchall()
    sums = [f'sum("{name}")::double as "{name}"' for name in measures if (name,) in there]
    if not sums:
        return pd.DataFrame({name: pd.Series(dtype="object") for name in ("unit", "period", "column", "total")})
    wide = connection.execute(
        f"select reporting_org_code as unit, period_code as period, {', '.join(sums)} from {table} group by all"
    ).df()
    long = wide.melt(["unit", "period"], var_name="column", value_name="sum of column")
    return long.rename(columns={"sum of column": "total"}).dropna(subset=["total"])


def terms(connection: duckdb.DuckDBPyConnection, steady: Iterable[tuple[str, str]]) -> pd.DataFrame:
    """Hold the flows of terms against their years, of units in which the same count all the while.

    Where a form counts that somebody filed for the whole term, its years do not have what that form says.

    Args:
        connection: the warehouse.
        steady: these units, each with a term.
    """
    columns = ["org_code", "period_code"]
    connection.register("steady", pd.DataFrame(sorted(steady), columns=columns, dtype=object))
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
                and (figures.org_code, terms.term_system) in (
                    select org_code, term_system from dim_organisation
                )
                and (figures.org_code, figures.period_code) in (select org_code, period_code from steady)
                and (figures.org_code, figures.period_code) not in (
                    select sources.org_code, sources.period_code
                    from rpt_figure_source as sources
                    inner join fct_submission as submissions
                        on sources.submission_id = submissions.submission_id
                        and sources.period_code = submissions.period_code
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
