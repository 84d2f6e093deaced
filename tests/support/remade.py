"""Figures made again out of the cells that are behind them.

What belongs here: how the parts of a figure make it, and holding all figures of a warehouse against that. What
does not: which cells are a figure's parts, which the trace says (`reports.figures.traced_parts`).
"""

from collections.abc import Mapping
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt

from reports.figures import traced_parts

Sums = Mapping[str, npt.NDArray[np.float64]]
"""The sum of each part of many figures; what has no cell is not a number."""

PARTS = ("value", "minus", "numerator", "numerator_minus", "denominator", "denominator_minus", "opening")
"""The parts of figures as the warehouse has them."""


def told(parts: Mapping[str, str], sums: Sums, before: Mapping[str, str], sums_before: Sums) -> Sums:
    """Give the sums of what a trace lists, by the parts under which it lists them."""
    found: dict[str, npt.NDArray[np.float64]] = {}
    for mapping, of in ((parts, sums), (before, sums_before)):
        for part, listed in mapping.items():
            found[listed] = found.get(listed, np.zeros(len(of[part]))) + np.nan_to_num(of[part])
    return found


def remade(kind: str, derivation: str | None, listed: Sums) -> npt.NDArray[np.float64]:
    """Make figures of one kind again; what divides by nothing is not a number."""
    with np.errstate(divide="ignore", invalid="ignore"):
        if derivation == "change_vs_previous_term" and kind == "ratio":
            now = listed["numerator"] / listed["denominator"]
            return 100 * (now - listed["numerator_minus"] / listed["denominator_minus"])
        if kind == "ratio":
            numerator = listed["numerator"] - listed["numerator_minus"]
            found = 100 * numerator / (listed["denominator"] - listed["denominator_minus"])
            return np.where(np.isfinite(found), found, np.nan)
        difference = listed["value"] - listed["minus"]
        if derivation == "percent_change":
            return 100 * difference / np.abs(listed["minus"])
        return listed["value"] if derivation == "before_after" else difference


Columns = Mapping[str, npt.NDArray[Any]]

_KEY = "indicator_code, org_code, period_code"
_SUMS = ", ".join(f"sum(contribution) filter (where part = '{part}') as {part}" for part in PARTS)
_PAST = ", ".join(f"past.{part} as past_{part}" for part in PARTS)


def sum_cells(connection: duckdb.DuckDBPyConnection) -> None:
    """Add up all cells by figure and part, for what is asked of this connection afterwards."""
    connection.execute(f"create temp table parts as select {_KEY}, {_SUMS} from rpt_figure_cell group by all")


def wrong_figures(connection: duckdb.DuckDBPyConnection) -> tuple[list[Any], Columns]:
    """Give the figures, numerators, denominators and openings that their cells do not make, and all figures."""
    found = _columns(
        connection,
        f"select {_KEY}, kind, figures.value as figure, opening_value, figures.numerator as filed_numerator, "
        f"figures.denominator as filed_denominator, parts.* exclude ({_KEY}) "
        "from fct_indicator_value as figures inner join dim_indicator using (indicator_code) "
        f"left join parts using ({_KEY})",
    )
    every = np.ones(len(found["figure"]), dtype=bool)
    opening = np.nan_to_num(found["opening"])
    wrong = _wrong(found, every, found["opening_value"], opening, found["opening"])
    for kind in sorted(set(found["kind"])):
        rows = found["kind"] == kind
        parts, _ = traced_parts(kind, None)
        listed = told(parts, _of(rows, found), {}, {})
        cells = found["numerator" if kind == "ratio" else "value"][rows]
        wrong += _wrong(found, rows, found["figure"], remade(kind, None, listed), cells)
        for name in ("numerator", "denominator") if kind == "ratio" else ():
            again = listed[name] - listed[f"{name}_minus"]
            wrong += _wrong(found, rows, found[f"filed_{name}"], again, found[name][rows])
    return wrong, found


def wrong_changes(connection: duckdb.DuckDBPyConnection, derivation: str) -> tuple[list[Any], int]:
    """Give the figures of one derivation that the cells of its trace do not make, and how many there are."""
    found = _columns(
        connection,
        f"select figures.{_KEY.replace(', ', ', figures.')}, kind, figures.value as figure, "
        f"parts.* exclude ({_KEY}), {_PAST} "
        "from fct_indicator_derived as figures inner join dim_indicator using (indicator_code) "
        f"left join parts using ({_KEY}) "
        "inner join (select distinct org_code, term_system from dim_organisation) as bodies using (org_code) "
        "inner join dim_term as terms on figures.period_code = terms.term_code "
        "and bodies.term_system = terms.term_system "
        "left join parts as past on figures.indicator_code = past.indicator_code "
        "and figures.org_code = past.org_code and terms.previous_term_code = past.period_code "
        f"where derivation = '{derivation}' and figures.value is not null",
    )
    wrong = []
    for kind in sorted(set(found["kind"])):
        rows = found["kind"] == kind
        parts, before = traced_parts(kind, derivation)
        listed = told(parts, _of(rows, found), before, _of(rows, found, "past_"))
        wrong += _wrong(found, rows, found["figure"], remade(kind, derivation, listed))
    return wrong, len(found["figure"])


def wrong_years(connection: duckdb.DuckDBPyConnection) -> tuple[list[Any], int]:
    """Give the averages, lows and highs of years that their cells do not make, and how many there are.

    That a year is the lowest or highest is held by all years: none of them goes beyond it.
    """
    connection.execute(
        f"create temp table year_parts as select {_KEY}, base_period_code, {_SUMS} "
        "from rpt_year_cell group by all"
    )
    own = ", ".join(
        f"case when of_year is null then parts.{part} / n_years else years.{part} end as {part}"
        for part in PARTS
    )
    found = _columns(
        connection,
        f"select figures.{_KEY.replace(', ', ', figures.')}, kind, figures.value as figure, {own} "
        "from fct_indicator_derived as figures inner join dim_indicator using (indicator_code) "
        f"left join parts using ({_KEY}) left join year_parts as years on {_same('years')} "
        "and years.base_period_code = concat(of_year, '-N') "
        "where derivation in ('average_per_year', 'per_year_low', 'per_year_high') "
        "and figures.value is not null",
    )
    wrong = []
    for kind in sorted(set(found["kind"])):
        rows = found["kind"] == kind
        parts, _ = traced_parts(kind, None)
        again = remade(kind, None, told(parts, _of(rows, found), {}, {}))
        wrong += _wrong(found, rows, found["figure"], again)
    ends = _columns(
        connection,
        f"select {_KEY}, kind, derivation = 'per_year_low' as is_low, figures.value as figure, "
        f"years.* exclude ({_KEY}, base_period_code) "
        "from fct_indicator_derived as figures inner join dim_indicator using (indicator_code) "
        f"inner join year_parts as years using ({_KEY}) "
        "where of_year is not null and figures.value is not null",
    )
    for kind in sorted(set(ends["kind"])):
        rows = ends["kind"] == kind
        parts, _ = traced_parts(kind, None)
        beyond = remade(kind, None, told(parts, _of(rows, ends), {}, {})) - ends["figure"][rows]
        is_wrong = np.where(ends["is_low"][rows], -beyond, beyond) > 1e-9
        wrong += [*zip(*(ends[name][rows][is_wrong][:3] for name in _KEY.split(", ")), strict=True)]
    return wrong, len(found["figure"])


def _same(table: str) -> str:
    return " and ".join(f"figures.{key} = {table}.{key}" for key in _KEY.split(", "))


def _columns(connection: duckdb.DuckDBPyConnection, sql: str) -> Columns:
    found = connection.execute(sql).fetchnumpy()
    return {
        n: np.ma.filled(column, np.nan) if column.dtype.kind == "f" else column for n, column in found.items()
    }


def _of(rows: npt.NDArray[np.bool_], found: Columns, begin: str = "") -> Sums:
    return {part: found[f"{begin}{part}"][rows] for part in PARTS}


def _wrong(
    found: Columns,
    rows: npt.NDArray[np.bool_],
    figure: npt.NDArray[Any],
    again: npt.NDArray[Any],
    cells: npt.NDArray[Any] | None = None,
) -> list[Any]:
    """Give the first three that differ; a figure may be none where its `cells`, if they are given, are none."""
    figure = figure[rows]
    is_wrong = ~np.isclose(again, figure, rtol=1e-12, atol=1e-9, equal_nan=True)
    if cells is not None:
        is_wrong &= ~(np.isnan(figure) & np.isnan(cells))
    names = [found[name][rows][is_wrong][:3] for name in _KEY.split(", ")]
    return [*zip(*names, figure[is_wrong][:3], again[is_wrong][:3], strict=True)]
