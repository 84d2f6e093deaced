"""What stands behind the traces: cells, amounts of units, and the submissions that a figure names.

What belongs here: pairs of what bronze says and what the warehouse's traces read. What does not: figures.
"""

from collections.abc import Iterable

import duckdb
import numpy as np
import pandas as pd

from reports.publication_gate.amounts import sum_by
from reports.publication_gate.arrays import PARTS, Numbers
from reports.publication_gate.asked import QUARTERS, Shares
from reports.publication_gate.figures import Figures

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
        amounts.contributing_code as unit, amounts.base_period_code as period, sum(amounts.amount) as found
    from intermediate.int_indicator__amount as amounts
    inner join intermediate.int_indicator__measure as measures using (measure_id)
    where amounts.closure_level = 'unit' and amounts.stands
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
        for period, base in figures.adding.bases.items():
            for number, measure in measures:
                amounts = base.of_units.amount[:, number]
                there = np.flatnonzero(~np.isnan(amounts))
                keys_ = (
                    (measure.indicator.code, measure.part, codes[place], period) for place in there.tolist()
                )
                _put(self._amounts, keys_, amounts[there])

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


_Counted = dict[int, set[tuple[int, frozenset[int]]]]
"""By unit the numbers of submissions of which rows stand, each with the units to whose rows these give way."""


class _Sources:
    """Finds the submissions of which rows count in figures."""

    def __init__(self, figures: Figures) -> None:
        self._adding, self._codes = figures.adding, figures.bodies.codes
        self._counted: dict[tuple[str, str], _Counted] = {}

    def of(self, asked: str, shares: Shares) -> set[_Key]:
        """Give units with the submissions of which rows stand that count in their figures of what is asked."""
        named: set[_Key] = set()
        for part in np.unique(shares.parts).tolist():
            mine = shares.of(shares.parts == part)
            counting: dict[int, set[int]] = {}
            for owner, contributor in zip(mine.owners.tolist(), mine.contributors.tolist(), strict=True):
                counting.setdefault(owner, set()).add(contributor)
            for form, rows in self._adding.forms.items():
                filed, (_, names) = self._filed(form, self._adding.base_of(shares, part)), rows.submissions
                for owner, contributors in counting.items():
                    for contributor in contributors & filed.keys():
                        named |= {
                            (str(self._codes[owner]), asked, names[number])
                            for number, rivals in filed[contributor]
                            if not rivals & contributors
                        }
        return named

    def _filed(self, form: str, period: str) -> _Counted:
        if (form, period) not in self._counted:
            rows = self._adding.forms[form]
            tiles, (numbers, _) = self._adding.office.tiling.at(form, rows, period), rows.submissions
            units, of_rows = rows.units[tiles.positions], numbers[tiles.positions]
            found: _Counted = {}
            free = ~tiles.gives_way
            for unit, number in set(zip(units[free].tolist(), of_rows[free].tolist(), strict=True)):
                found.setdefault(unit, set()).add((number, frozenset()))
            for place, rivals in tiles.rivals.items():
                found.setdefault(int(units[place]), set()).add((int(of_rows[place]), frozenset(rivals)))
            self._counted[form, period] = found
        return self._counted[form, period]


def sources_again(connection: duckdb.DuckDBPyConnection, figures: Figures) -> pd.DataFrame:
    """Hold the submissions that a unit's figures of a period name against those that count in it."""
    bodies, asked, sources = figures.bodies, figures.asked, _Sources(figures)
    named: set[_Key] = set()
    for period, (kind, year) in bodies.when.items():
        if kind in PARTS:
            named |= sources.of(period, asked.of_period(period))
        elif kind in QUARTERS:
            there = {str(code) for code in bodies.codes[asked.in_quarter(period)]}
            now, before = QUARTERS[kind]
            of_quarter = sources.of(period, asked.of_period(f"{year}-{now}"))
            of_quarter |= sources.of(period, asked.before_quarter(period)) if before else set()
            named |= {key for key in of_quarter if key[0] in there}
    for term in bodies.terms:
        members = bodies.systems.get(term.system, set())
        for _, shares in figures.years_of(term):
            named |= {key for key in sources.of(term.code, shares) if key[0] in members}
    query = """
        select org_code as unit, period_code as period, submission_id as submission, count(*)::double as found
        from rpt_figure_source
        group by all
    """
    found = {row[:-1]: row[-1] for row in connection.execute(query).fetchall()}
    return _beside(dict.fromkeys(sorted(named), 1.0), found, ["unit", "period", "submission"])
