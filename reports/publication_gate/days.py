"""Of what day the figures of whole years and terms are, by which sentences name it.

What belongs here: up to which day the rows reach that a figure is made of, and what the warehouse says. What
does not: what they add up to (`amounts`).

A row reaches as far as the last filing of it that stands; one of what has ended, or has left its unit, is told
to the end, and no figure is of a later day than its body's last. Of an opening, and of what a term takes from
its first year, no day is told.
"""

from collections.abc import Collection
from datetime import date

import duckdb
import numpy as np
import pandas as pd

from reports.publication_gate.arrays import Flags, Numbers
from reports.publication_gate.asked import Shares
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
        for period, (kind, _) in bodies.when.items():
            if kind == "N":
                amounts = figures.of_year(figures.asked.of_period(period))
                ends = _shared(figures, reach, amounts.units)
                self._put(figures, period, _where(ends, amounts.is_there & in_years))
        in_terms = dated & np.array([m.over_time != "none" for m in measures], dtype=bool)
        for term in bodies.terms:
            years = [(year, figures.of_year(shares)) for year, shares in figures.years(term)]
            newest = np.full((len(bodies.codes), len(measures)), -1)
            for year, amounts in years:
                newest = np.where(amounts.is_there, np.maximum(newest, year), newest)
            members = bodies.codes.isin(bodies.systems.get(term.system, set()))[:, np.newaxis]
            for year, amounts in years:
                ends = _shared(figures, reach, amounts.units)
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
    adding = figures.adding
    shape = (len(figures.bodies.codes), len(adding.measures))
    first, last = np.full(shape, np.inf), np.full(shape, -np.inf)
    for form, matrix in adding.values.items():
        rows = adding.forms[form]
        tiles = adding.office.tiling.at(form, rows, period)
        for column, measure in enumerate(adding.measures):
            counts: Flags = ~np.isnan(matrix[tiles.positions, column])
            if measure.within != "sum":
                counts &= tiles.closes if measure.within == "last" else tiles.opens
            units, days = rows.units[tiles.positions][counts], tiles.reaches[counts].astype(float)
            np.minimum.at(first[:, column], units, days)
            np.maximum.at(last[:, column], units, days)
    return first, last


def _shared(figures: Figures, reach: dict[str, _Ends], shares: Shares) -> _Ends:
    """Give the days of those who count in whose figures, where a share counts at all."""
    adding = figures.adding
    shape = (len(figures.bodies.codes), len(adding.measures))
    first, last = np.full(shape, np.inf), np.full(shape, -np.inf)
    counts = ~np.isnan(adding.taken_of(shares, is_of_units=True).amount)
    for part in np.unique(shares.parts).tolist():
        period = adding.base_of(shares, part)
        if period not in reach:
            reach[period] = _reach(figures, period)
        mine = shares.parts == part
        owners, until = shares.owners[mine], shares.until[mine, np.newaxis].astype(float)
        for ends, days, far, take in zip(
            reach[period], (first, last), (np.inf, -np.inf), (np.minimum, np.maximum), strict=True
        ):
            of_pairs = np.minimum(ends[shares.contributors[mine]], until)
            take.at(days, owners, np.where(counts[mine], of_pairs, far))
    return _known(first), _known(last)


def _where(ends: _Ends, is_told: Flags) -> _Ends:
    return np.where(is_told, ends[0], np.nan), np.where(is_told, ends[1], np.nan)


def _known(days: Numbers) -> Numbers:
    known: Numbers = np.where(np.isfinite(days), days, np.nan)
    return known
