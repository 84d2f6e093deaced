"""What facts of forms say of a quarter alone, held against what was filed.

What belongs here: the difference of two cumulative filings, row by row, from bronze's own files. What does not:
the facts as filed (`totals`), and quarters of figures (`figures`).
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path

import duckdb
import pandas as pd

from ingestion.definitions.forms import Form
from ingestion.records.periods import CUMULATIVE, Period
from reports.publication_gate.filed import Filed, counted_rows, read_filed
from reports.publication_gate.totals import pairs_of, sums_of_fact

_KEYS = ["unit", "period", "column"]
_FILING = ["unit", "year", "part"]
OF_QUARTER = "_in_quarter"
"""What the name of a flow ends with where the quarter alone is meant."""


def quarter_facts(
    connection: duckdb.DuckDBPyConnection, bronze: Path, as_of: datetime | None, forms: Iterable[Form]
) -> pd.DataFrame:
    """Hold the flows of quarters against filings, of units and years all of whose filings run from 1 January.

    A row that the filing before did not have is all of this quarter; where that filing is missing or left the
    cell blank, nothing is known of the quarter.
    """
    filed = read_filed(bronze, as_of)
    periods = {code: Period.parse(str(code)) for code in filed.submissions["period"].unique()}
    parts = {code: CUMULATIVE.index(one.kind) + 1 for code, one in periods.items() if one.is_cumulative}
    counting = filed.submissions[filed.submissions["period"].isin(parts)]
    counting = counting.assign(
        part=counting["period"].map(parts),
        year=counting["period"].map({code: one.year for code, one in periods.items()}),
    )
    is_whole = counting.groupby(["unit", "year"], observed=True)["is_cumulative"].transform("all")
    counting = counting[is_whole.astype(bool)]
    found = list(_of_forms(connection, filed, counting, forms))
    return pd.concat(found, ignore_index=True) if found else pd.DataFrame(columns=[*_KEYS, "table"])


def _of_forms(
    connection: duckdb.DuckDBPyConnection, filed: Filed, counting: pd.DataFrame, forms: Iterable[Form]
) -> Iterator[pd.DataFrame]:
    for form in forms:
        flows = _flows(form)
        rows = counted_rows(filed.bronze, form.code, counting) if flows else pd.DataFrame()
        if rows.empty:
            continue
        flows = [flow for flow in flows if flow in rows]
        rows = rows.merge(counting[["submission_id", "year", "part"]], on="submission_id")
        rows["unit"], rows["period"] = rows["unit"].astype(str), rows["period"].astype(str)
        for key in form.key:
            rows[key] = rows[key].astype(object).where(rows[key].notna(), "")
        sheets = filed.sheets[filed.sheets["form"] == form.code]
        filings = sheets.merge(counting, on="submission_id")[_FILING].drop_duplicates()
        alone = _alone(rows, filings, list(form.key), flows)
        expected = (
            alone.groupby(["unit", "period"])[flows]
            .sum(min_count=1)
            .rename(columns=lambda flow: f"{flow}{OF_QUARTER}")
            .reset_index()
            .melt(["unit", "period"], var_name="column", value_name="total")
            .dropna(subset=["total"])
        )
        told = sums_of_fact(connection, form.fact_table, [f"{flow}{OF_QUARTER}" for flow in flows])
        counted = counting[["unit", "period"]].astype(str).drop_duplicates()
        pairs = pairs_of(expected, told.merge(counted, on=["unit", "period"]), _KEYS)
        yield pairs.assign(table=form.fact_table)


def _flows(form: Form) -> list[str]:
    codes = form.by_code
    flows = (column.code for column in form.columns if column.nature == "flow" and column.is_number)
    return [code for code in flows if code not in form.key and f"{code}{OF_QUARTER}" not in codes]


def _alone(rows: pd.DataFrame, filings: pd.DataFrame, key: list[str], flows: list[str]) -> pd.DataFrame:
    """Give rows with what their flows were in the quarter alone."""
    before = rows[["unit", "year", "part", *key, *flows]].assign(part=rows["part"] + 1, was_there=1)
    joined = rows.merge(before, on=[*_FILING, *key], how="left", suffixes=("", " before"))
    earlier = filings.assign(part=filings["part"] + 1, was_filed=1)
    joined = joined.merge(earlier, on=_FILING, how="left")
    is_first, was_filed = joined["part"] == 1, joined["was_filed"].notna()
    for flow in flows:
        is_new = is_first | (was_filed & joined["was_there"].isna())
        rest = (joined[flow] - joined[f"{flow} before"]).where(was_filed)
        joined[flow] = joined[flow].where(is_new, rest)
    return joined
