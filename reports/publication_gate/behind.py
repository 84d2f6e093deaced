"""What stands behind the traces: cells, amounts of units, and the submissions that a figure names.

What belongs here: pairs of what bronze says and what the warehouse's traces read. What does not: figures.
"""

import duckdb
import numpy as np
import pandas as pd

from reports.publication_gate.amounts import Measure, sum_by
from reports.publication_gate.figures import QUARTERS, Figures
from reports.publication_gate.filed import PARTS, Numbers

_CELLS = """
    select measures.indicator_code as indicator, measures.part as "column", rows.submission_id as submission,
        sum(contributions.contribution) as total
    from intermediate.int_indicator__contribution as contributions
    inner join intermediate.int_indicator__measure as measures using (measure_id)
    inner join intermediate.int_form__row as rows using (row_id)
    where measures.indicator_code in ({marks})
    group by all
"""
_AMOUNTS = """
    select measures.indicator_code as indicator, measures.part as "column",
        amounts.reporting_org_code as unit, amounts.base_period_code as period, sum(amounts.amount) as total
    from intermediate.int_indicator__amount as amounts
    inner join intermediate.int_indicator__measure as measures using (measure_id)
    where measures.indicator_code in ({marks})
    group by all
"""


def _found(connection: duckdb.DuckDBPyConnection, query: str, figures: Figures) -> pd.DataFrame:
    codes = [indicator.code for indicator in figures.adding.indicators]
    return connection.execute(query.format(marks=", ".join("?" * len(codes))), codes).df()


def _long(parts: list[tuple[Measure, dict[str, object], Numbers]], keys: list[str]) -> pd.DataFrame:
    """Put totals of measures under each other: of each what they are about, and the totals."""
    sizes = [len(totals) for _, _, totals in parts]
    columns: dict[str, object] = {
        "indicator": np.repeat(np.array([m.indicator.code for m, _, _ in parts], dtype=object), sizes),
        "column": np.repeat(np.array([m.part for m, _, _ in parts], dtype=object), sizes),
    }
    for key in keys:
        columns[key] = np.concatenate(
            [np.broadcast_to(np.asarray(about[key], dtype=object), len(t)) for _, about, t in parts]
            or [np.zeros(0, dtype=object)]
        )
    columns["total"] = np.concatenate([totals for _, _, totals in parts] or [np.zeros(0)])
    return pd.DataFrame(columns)


def _pairs(expected: pd.DataFrame, found: pd.DataFrame, keys: list[str]) -> pd.DataFrame:
    left = expected.groupby(keys)["total"].sum().rename("expected").reset_index()
    pairs: pd.DataFrame = left.merge(found.rename(columns={"total": "found"}), on=keys, how="outer")
    return pairs[[*keys, "expected", "found"]].sort_values(keys, ignore_index=True)


def cells_again(connection: duckdb.DuckDBPyConnection, figures: Figures) -> pd.DataFrame:
    """Hold the cells that traces show against bronze, by indicator, part and submission."""
    expected: list[tuple[Measure, dict[str, object], Numbers]] = []
    for form, matrix in figures.adding.values.items():
        submissions, names = pd.factorize(figures.adding.forms[form].frame["submission_id"].astype(str))
        sums, counts = sum_by(submissions.astype(np.int64), matrix, len(names))
        for number, measure in enumerate(figures.adding.measures):
            there = counts[:, number] > 0
            expected.append(
                (measure, {"submission": np.asarray(names, dtype=object)[there]}, sums[there, number])
            )
    found = _found(connection, _CELLS, figures)
    return _pairs(_long(expected, ["submission"]), found, ["indicator", "column", "submission"])


def amounts_again(connection: duckdb.DuckDBPyConnection, figures: Figures) -> pd.DataFrame:
    """Hold what each unit filed itself, at the end of each period, against bronze."""
    expected: list[tuple[Measure, dict[str, object], Numbers]] = []
    codes = figures.bodies.codes.to_numpy(dtype=object)
    for period, amounts in figures.bases.items():
        for number, measure in enumerate(figures.adding.measures):
            there = ~np.isnan(amounts.units[:, number])
            if there.any():
                expected.append(
                    (measure, {"unit": codes[there], "period": period}, amounts.units[there, number])
                )
    found = _found(connection, _AMOUNTS, figures)
    return _pairs(_long(expected, ["unit", "period"]), found, ["indicator", "column", "unit", "period"])


def sources_again(connection: duckdb.DuckDBPyConnection, figures: Figures) -> pd.DataFrame:
    """Hold the submissions that a unit's figures of a period name against those that count in it."""
    bodies, standing = figures.bodies, figures.adding.standing
    filed: dict[str, set[tuple[int, str]]] = {}
    for form, rows in figures.adding.forms.items():
        names = rows.frame["submission_id"].astype(str).to_numpy(dtype=object)
        for period in bodies.bases:
            positions = standing.rows_at(form, rows, period)[0]
            pairs = zip(rows.units[positions].tolist(), names[positions].tolist(), strict=True)
            filed.setdefault(period, set()).update(pairs)
    named: set[tuple[str, str, str]] = set()
    for asked, (kind, year) in bodies.when.items():
        made_of = [asked] if kind in PARTS else [f"{year}-{part}" for part in QUARTERS.get(kind, ()) if part]
        for period in made_of:
            named |= {(unit, asked, s) for unit, s in _of(figures, filed, period, is_term=False)}
    for term in bodies.terms:
        for period in [*(f"{year}-N" for year in range(term.first, term.last + 1)), term.code]:
            if period in filed:
                named |= {(unit, term.code, s) for unit, s in _of(figures, filed, period, is_term=True)}
    keys = ["unit", "period", "submission"]
    expected = pd.DataFrame(sorted(named), columns=keys).assign(total=1.0)
    found = connection.execute(
        "select org_code as unit, period_code as period, submission_id as submission, "
        "count(*)::double as total from rpt_figure_source group by all"
    ).df()
    return _pairs(expected, found, keys)


def _of(
    figures: Figures, filed: dict[str, set[tuple[int, str]]], period: str, *, is_term: bool
) -> list[tuple[str, str]]:
    by_unit: dict[int, list[str]] = {}
    for unit, submission in filed.get(period, ()):
        by_unit.setdefault(unit, []).append(submission)
    share = figures.bodies.of_units[period]
    return [
        (str(figures.bodies.codes[owner]), submission)
        for owner, contributor, inside in zip(
            share.owners.tolist(), share.contributors.tolist(), share.in_period, strict=True
        )
        if inside or is_term
        for submission in by_unit.get(contributor, ())
    ]
