"""What stands behind the traces: cells, amounts of units, and the submissions that a figure names.

What belongs here: pairs of what bronze says and what the warehouse's traces read. What does not: figures.
"""

from collections.abc import Iterable

import duckdb
import numpy as np
import pandas as pd

from reports.publication_gate.amounts import sum_by
from reports.publication_gate.arrays import PARTS, Numbers
from reports.publication_gate.figures import QUARTERS, Figures

_CELLS = """
    select measures.indicator_code as indicator, measures.part as "column", rows.submission_id as submission,
        sum(contributions.contribution) as found,
        sum(contributions.contribution * rows.row_number) as placed
    from intermediate.int_indicator__contribution as contributions
    inner join intermediate.int_indicator__measure as measures using (measure_id)
    inner join intermediate.int_form__row as rows using (row_id)
    group by all
"""
_AMOUNTS = """
    select measures.indicator_code as indicator, measures.part as "column",
        amounts.reporting_org_code as unit, amounts.base_period_code as period, sum(amounts.amount) as found
    from intermediate.int_indicator__amount as amounts
    inner join intermediate.int_indicator__measure as measures using (measure_id)
    group by all
"""
_Key = tuple[str, ...]


class Behind:
    """Collects what stands behind figures as bronze has it, and holds the warehouse against it."""

    def __init__(self) -> None:
        """Start with nothing."""
        self._cells: dict[_Key, float] = {}
        self._placed: dict[_Key, float] = {}
        self._amounts: dict[_Key, float] = {}

    def add(self, figures: Figures) -> None:
        """Take the cells and amounts of some indicators."""
        measures = list(enumerate(figures.adding.measures))
        for form, matrix in figures.adding.values.items():
            submissions, names = figures.adding.forms[form].submissions
            rows = figures.adding.forms[form].frame["row_number"].to_numpy(dtype=float)
            sums, counts = sum_by(submissions, matrix, len(names))
            placed, _ = sum_by(submissions, matrix * rows[:, np.newaxis], len(names))
            for number, measure in measures:
                there = np.flatnonzero(counts[:, number])
                keys = [(measure.indicator.code, measure.part, names[place]) for place in there.tolist()]
                _put(self._cells, keys, sums[there, number])
                _put(self._placed, keys, placed[there, number])
        codes = figures.bodies.codes.tolist()
        for period, amounts in figures.bases.items():
            for number, measure in measures:
                there = np.flatnonzero(~np.isnan(amounts.units[:, number]))
                keys_ = (
                    (measure.indicator.code, measure.part, codes[place], period) for place in there.tolist()
                )
                _put(self._amounts, keys_, amounts.units[there, number])

    def pairs(self, connection: duckdb.DuckDBPyConnection) -> dict[str, pd.DataFrame]:
        """Give by check what bronze has and what the warehouse's traces read.

        Two rows of one submission whose amounts were exchanged add up alike; with each amount multiplied by the
        number of its row they do not.
        """
        of_cells = {row[:-2]: row[-2:] for row in connection.execute(_CELLS).fetchall()}
        sums = {key: total for key, (total, _) in of_cells.items()}
        placed = {key: moment for key, (_, moment) in of_cells.items()}
        amounts = {row[:-1]: row[-1] for row in connection.execute(_AMOUNTS).fetchall()}
        return {
            "cells_again": _beside(self._cells, sums, ["indicator", "column", "submission"]),
            "rows_again": _beside(self._placed, placed, ["indicator", "column", "submission"]),
            "amounts_again": _beside(self._amounts, amounts, ["indicator", "column", "unit", "period"]),
        }


def _put(totals: dict[_Key, float], keys: Iterable[_Key], more: Numbers) -> None:
    for key, value in zip(keys, more.tolist(), strict=True):
        totals[key] = totals.get(key, 0.0) + value


def _beside(expected: dict[_Key, float], found: dict[_Key, float], keys: list[str]) -> pd.DataFrame:
    """Put totals beside those of the warehouse; what one side lacks is missing there."""
    everything = [*expected, *(key for key in found if key not in expected)]
    columns = zip(*everything, strict=True) if everything else ([] for _ in keys)
    frame = pd.DataFrame({name: pd.Series(c, dtype=object) for name, c in zip(keys, columns, strict=True)})
    return frame.assign(
        expected=np.array([expected.get(key, np.nan) for key in everything], dtype=float),
        found=np.array([found.get(key, np.nan) for key in everything], dtype=float),
    )


def sources_again(connection: duckdb.DuckDBPyConnection, figures: Figures) -> pd.DataFrame:
    """Hold the submissions that a unit's figures of a period name against those that count in it."""
    bodies, standing = figures.bodies, figures.adding.standing
    filed: dict[str, set[tuple[int, str]]] = {}
    for form, rows in figures.adding.forms.items():
        numbers, codes = rows.submissions
        for period in bodies.bases:
            positions = standing.rows_at(form, rows, period)[0]
            known = set(zip(rows.units[positions].tolist(), numbers[positions].tolist(), strict=True))
            filed.setdefault(period, set()).update((unit, codes[number]) for unit, number in known)
    named: set[_Key] = set()
    for asked, (kind, year) in bodies.when.items():
        made_of = [asked] if kind in PARTS else [f"{year}-{part}" for part in QUARTERS.get(kind, ()) if part]
        for period in made_of:
            named |= {(unit, asked, s) for unit, s in _of(figures, filed, period, is_term=False)}
    for term in bodies.terms:
        for period in [*(f"{year}-N" for year in range(term.first, term.last + 1)), term.code]:
            if period in filed:
                of_period = _of(figures, filed, period, is_term=True)
                members = bodies.systems.get(term.system, set())
                named |= {(unit, term.code, s) for unit, s in of_period if unit in members}
    query = """
        select org_code as unit, period_code as period, submission_id as submission, count(*)::double as found
        from rpt_figure_source
        group by all
    """
    found = {row[:-1]: row[-1] for row in connection.execute(query).fetchall()}
    return _beside(dict.fromkeys(sorted(named), 1.0), found, ["unit", "period", "submission"])


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
