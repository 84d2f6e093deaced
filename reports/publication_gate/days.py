"""Of what day the figures of whole years and terms are, by which sentences name it.

What belongs here: up to which day the rows reach that a figure is made of, and what the warehouse says. What
does not: what they add up to (`amounts`).

A row reaches as far as the last filing of it that stands. Of an opening, and of what a term takes from its
first year, no day is told.
"""

from collections.abc import Collection
from datetime import date

import duckdb
import numpy as np
import pandas as pd

from reports.publication_gate.arrays import PARTS, Flags, Numbers
from reports.publication_gate.bodies import Share
from reports.publication_gate.figures import Figures
from reports.publication_gate.rows import Key, beside, read

_KEYS = ("indicator_code", "org_code", "period_code")
_NAMES = ("indicator", "unit", "period")
_COLUMNS = ("first_day", "last_day")
_Ends = tuple[Numbers, Numbers]
"""The first and the last day, as numbers, by organisation and measure; NaN for none."""


class Days:
    """Collects of what day figures are as bronze has it, and holds the warehouse against it."""

    def __init__(self, units: Collection[str]) -> None:
        """Take those who have a report, of whose figures alone a day is told."""
        self._units = units
        self._days: dict[Key, dict[str, date]] = {}

    def add(self, figures: Figures) -> None:
        """Take the figures of some indicators."""
        bodies, measures = figures.bodies, figures.adding.measures
        dated = np.array([m.part != "opening" and m.over_time != "first" for m in measures], dtype=bool)
        in_years = dated & np.array([m.indicator.kind != "run" for m in measures], dtype=bool)
        reach: dict[str, _Ends] = {}
        for period, base in figures.bases.items():
            if bodies.when[period][0] not in ("N", "NK"):
                continue
            reach[period] = _reach(figures, period)
            if bodies.when[period][0] == "N":
                share = bodies.of_units[period]
                ends = _shared(figures, reach[period], period, share.in_period)
                self._put(figures, period, _where(ends, ~np.isnan(base.amount) & in_years))
        in_terms = dated & np.array([m.over_time != "none" for m in measures], dtype=bool)
        for term in bodies.terms:
            years = figures.years(term)
            newest = np.full((len(bodies.codes), len(measures)), -1)
            for year, period in years:
                newest = np.where(figures.bases[period].is_there, np.maximum(newest, year), newest)
            members = bodies.codes.isin(bodies.systems.get(term.system, set()))[:, np.newaxis]
            for year, period in years:
                everybody = np.ones(len(bodies.of_units[period].owners), dtype=bool)
                ends = _shared(figures, reach[period], period, everybody)
                self._put(figures, term.code, _where(ends, (newest == year) & members & in_terms))

    def _put(self, figures: Figures, period: str, ends: _Ends) -> None:
        first, last = ends
        codes, measures = figures.bodies.codes, figures.adding.measures
        for place, column in np.argwhere(~np.isnan(first)).tolist():
            if (unit := str(codes[place])) not in self._units:
                continue
            days = self._days.setdefault((measures[column].indicator.code, unit, period), {})
            earliest, latest = (date.fromordinal(int(end[place, column])) for end in (first, last))
            days["first_day"] = min(days.get("first_day", earliest), earliest)
            days["last_day"] = max(days.get("last_day", latest), latest)

    def pairs(self, connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
        """Give the days of figures beside those that the warehouse tells."""
        return beside(self._days, read(connection, "rpt_figure_day", _KEYS, _COLUMNS), _NAMES)


def _reach(figures: Figures, period: str) -> _Ends:
    """Give up to which days the rows reach that units filed of what counts at the end of a period."""
    adding, bodies = figures.adding, figures.bodies
    kind, year = bodies.when[period]
    shape = (len(bodies.codes), len(adding.measures))
    first, last = np.full(shape, np.inf), np.full(shape, -np.inf)
    ends = {part: bodies.ends.get(f"{year}-{name}") for name, part in PARTS.items()}
    for form, matrix in adding.values.items():
        rows = adding.forms[form]
        positions, is_latest, is_first, _ = adding.standing.rows_at(form, rows, period)
        if kind in PARTS:
            newest = np.zeros(rows.n_keys, dtype=np.int64)
            np.maximum.at(newest, rows.keys[positions], rows.parts[positions])
            parts = newest[rows.keys[positions]].tolist()
            days = np.array([(ends[part] or bodies.ends[period]).toordinal() for part in parts], dtype=float)
        else:
            days = np.full(len(positions), float(bodies.ends[period].toordinal()))
        for column, measure in enumerate(adding.measures):
            counts: Flags = ~np.isnan(matrix[positions, column])
            if measure.within != "sum":
                counts &= is_latest if measure.within == "last" else is_first
            units = rows.units[positions][counts]
            np.minimum.at(first[:, column], units, days[counts])
            np.maximum.at(last[:, column], units, days[counts])
    return _known(first), _known(last)


def _shared(figures: Figures, ends: _Ends, period: str, counts: Flags) -> _Ends:
    """Give the days of those who count in whose figures, where a share counts at all."""
    share: Share = figures.bodies.of_units[period]
    base = figures.bases[period]
    taken = figures.adding.taken(share, base.units, base.n_units) & counts[:, np.newaxis]
    first, last = np.full_like(ends[0], np.inf), np.full_like(ends[1], -np.inf)
    np.minimum.at(first, share.owners, np.where(taken, _or(ends[0], np.inf)[share.contributors], np.inf))
    np.maximum.at(last, share.owners, np.where(taken, _or(ends[1], -np.inf)[share.contributors], -np.inf))
    return _known(first), _known(last)


def _where(ends: _Ends, is_told: Flags) -> _Ends:
    return np.where(is_told, ends[0], np.nan), np.where(is_told, ends[1], np.nan)


def _known(days: Numbers) -> Numbers:
    known: Numbers = np.where(np.isfinite(days), days, np.nan)
    return known


def _or(days: Numbers, instead: float) -> Numbers:
    filled: Numbers = np.where(np.isnan(days), instead, days)
    return filled
