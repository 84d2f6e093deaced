"""What the rows that count add up to, at the end of each period, for each measure.

What belongs here: the summands of indicators over rows, and rows over units. What does not: figures, which put
periods and parts together (`figures`).

Amounts are arrays with a row for each organisation and a column for each measure; nothing is NaN, never zero.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ingestion.definitions.catalogue import Catalogue
from ingestion.definitions.indicators import Indicator, Summand, is_collected
from reports.publication_gate.arrays import PARTS, Flags, Ints, Numbers
from reports.publication_gate.bodies import Bodies, Share
from reports.publication_gate.filed import FormRows
from reports.publication_gate.gaps import Gaps
from reports.publication_gate.measures import Measure
from reports.publication_gate.standing import Standing
from reports.publication_gate.waiting import waited_for

_WITHIN = {"flow": "sum", "opening": "first"}
"""How filings of one year add up by the nature of the column; whatever else is that of the latest."""


@dataclass
class Amounts:
    """Amounts of one period.

    Attributes:
        units: what each unit filed itself.
        n_units: how many cells that is made of.
        amount: figures of the period: what counts in it.
        in_term: what counts in a term that takes the period in.
        n_cells: how many cells the amount is made of.
        is_there: whether there is anything at all.
        carried: whether a row is older than what its unit has filed since.
        since_new_year: whether a row of the amount runs from 1 January on, and not over a quarter alone.
        is_exact: of each organisation that does not file, whether the rows about it are of this very period.
    """

    units: Numbers
    n_units: Ints
    amount: Numbers
    in_term: Numbers
    n_cells: Ints
    is_there: Flags
    carried: Flags
    since_new_year: Flags
    is_exact: Flags


def _ways(rows: FormRows, summand: Summand, catalogue: Catalogue) -> list[tuple[str, Flags]]:
    """Say how the cells of a summand add within a year, with the rows of each way: as column or line says."""
    described = catalogue.forms[summand.form]
    nature = described.by_code[summand.column].nature
    everything = np.ones(len(rows.frame), dtype=bool)
    if nature != "line":
        return [(_within(nature, summand), everything)]
    ways = np.full(len(rows.frame), _within(None, summand), dtype=object)
    for key, members in described.line_members.items():
        if key in rows.frame:
            named = {code: _within(line.nature, summand) for code, line in members.items() if line.nature}
            of_line = rows.frame[key].astype(object).map(named)
            ways = np.where(of_line.notna(), of_line, ways)
    return [(way, ways == way) for way in sorted(set(ways))]


def _within(nature: str | None, summand: Summand) -> str:
    if nature is None:
        if summand.over_time == "sum":
            return "last" if summand.count else "sum"
        return "first" if summand.over_time == "first" else "last"
    return _WITHIN.get(nature, "last")


def _cells(rows: FormRows, summand: Summand) -> Numbers:
    """Give what each row adds to a summand, NaN for nothing."""
    frame = rows.frame
    if summand.column not in frame:
        return np.full(len(frame), np.nan)
    cells = frame[summand.column]
    if summand.count:
        values = np.where(cells.notna(), cells.isin(summand.count), np.nan).astype(float)
    else:
        values = cells.to_numpy(dtype=float, na_value=np.nan)
    return np.where(_wanted(rows, summand), summand.sign * values, np.nan)


def _wanted(rows: FormRows, summand: Summand) -> Flags:
    """Say which rows carry the codes that a summand asks for."""
    wanted = np.ones(len(rows.frame), dtype=bool)
    for column, codes in summand.where.items():
        wanted &= rows.frame[column].isin(codes).to_numpy(dtype=bool) if column in rows.frame else False
    return wanted


def sum_by(codes: Ints, values: Numbers, n: int) -> tuple[Numbers, Ints]:
    """Add rows up by a number that each has; -1 is left out.

    Returns:
        sums (n × columns; NaN where there was nothing) and how many values each is made of.
    """
    sums = np.zeros((n, values.shape[1]))
    counts = np.zeros((n, values.shape[1]), dtype=np.int64)
    known = np.flatnonzero(codes >= 0)
    if len(known):
        order = known[np.argsort(codes[known], kind="stable")]
        sorted_codes = codes[order]
        starts = np.flatnonzero(np.r_[True, sorted_codes[1:] != sorted_codes[:-1]])
        taken = values[order]
        sums[sorted_codes[starts]] = np.add.reduceat(np.nan_to_num(taken), starts, axis=0)
        counts[sorted_codes[starts]] = np.add.reduceat((~np.isnan(taken)).astype(np.int64), starts, axis=0)
    return np.where(counts > 0, sums, np.nan), counts


class Adding:
    """The measures of some indicators and what rows add to them."""

    def __init__(
        self,
        indicators: Sequence[Indicator],
        forms: dict[str, FormRows],
        catalogue: Catalogue,
        bodies: Bodies,
        standing: Standing,
    ) -> None:
        """Work out what every row adds to every measure of the indicators."""
        self.forms, self._bodies, self.standing = forms, bodies, standing
        self.catalogue = catalogue
        self.indicators = list(indicators)
        self.measures: list[Measure] = []
        gaps = Gaps(catalogue, bodies)
        self.left_out: list[tuple[Measure, str, Flags]] = []
        """Measures with a form and those of its rows that lack a cell that was asked for."""
        columns: dict[tuple[str, str, str, str], int] = {}
        found: list[tuple[int, str, Flags, Numbers]] = []
        for indicator in indicators:
            for part, summands in indicator.parts:
                for summand in summands:
                    rows = forms.get(summand.form)
                    if rows is None:
                        continue
                    values = _cells(rows, summand)
                    lacks = _wanted(rows, summand) & gaps.of(summand.form, rows, summand.column)
                    if not catalogue.is_timeless:
                        idle = self._is_idle(rows, summand, summands)
                        values[idle], lacks[idle] = np.nan, False
                    for way, rows_of_way in _ways(rows, summand, catalogue):
                        if (rows_of_way & lacks).any():
                            measure = Measure(indicator, part, summand.over_time, way)
                            self.left_out.append((measure, summand.form, rows_of_way & lacks))
                        has_way = rows_of_way & ~np.isnan(values)
                        if not has_way.any():
                            continue
                        key = (indicator.code, part, summand.over_time, way)
                        if key not in columns:
                            columns[key] = len(self.measures)
                            self.measures.append(Measure(indicator, part, summand.over_time, way))
                        found.append((columns[key], summand.form, has_way, values))
        self.values: dict[str, Numbers] = {}
        for column, form, has_way, values in found:
            rows = forms[form]
            matrix = self.values.setdefault(form, np.full((len(rows.frame), len(self.measures)), np.nan))
            matrix[has_way, column] = np.nan_to_num(matrix[has_way, column]) + values[has_way]

    def _is_idle(self, rows: FormRows, summand: Summand, summands: Sequence[Summand]) -> Flags:
        """Say of each row whether it is of a period in which a summand adds nothing to its part."""
        codes = self._bodies.periods.index
        ends = {int(number): self._bodies.ends[str(codes[number])] for number in np.unique(rows.periods)}
        idle = [
            number
            for number, day in ends.items()
            if not (summand.effective.covers(day) and is_collected(summands, self.catalogue.forms, day))
        ]
        return np.isin(rows.periods, idle)

    def at(self, period: str) -> Amounts | None:
        """Give the amounts at the end of a filed period; None where there is nothing."""
        n, m = len(self._bodies.codes), len(self.measures)
        units, about = np.full((n, m), np.nan), np.full((n, m), np.nan)
        n_units, n_about = np.zeros((n, m), dtype=np.int64), np.zeros((n, m), dtype=np.int64)
        old_units, old_about = np.zeros((n, m), dtype=bool), np.zeros((n, m), dtype=bool)
        long_units, long_about = old_units.copy(), old_about.copy()
        newest = np.full(n, -1, dtype=np.int64)
        is_any = False
        for form, matrix in self.values.items():
            rows = self.forms[form]
            positions, is_latest, is_first, carried = self.standing.rows_at(form, rows, period)
            if not len(positions):
                continue
            is_any = True
            is_about = rows.organisations[positions] >= 0
            np.maximum.at(newest, rows.organisations[positions][is_about], rows.parts[positions][is_about])
            values = matrix[positions].copy()
            for column, measure in enumerate(self.measures):
                if measure.within == "last":
                    values[~is_latest, column] = np.nan
                elif measure.within == "first":
                    values[~is_first, column] = np.nan
            is_long = rows.is_cumulative[positions]
            for codes, sums, counts, old, long in (
                (rows.units[positions], units, n_units, old_units, long_units),
                (rows.organisations[positions], about, n_about, old_about, long_about),
            ):
                more, n_more = sum_by(codes, values, n)
                sums[n_more > 0] = np.nan_to_num(sums[n_more > 0]) + more[n_more > 0]
                np.add(counts, n_more, out=counts)
                _, n_old = sum_by(codes[carried], values[carried], n)
                np.logical_or(old, n_old > 0, out=old)
                _, n_long = sum_by(codes[is_long], values[is_long], n)
                np.logical_or(long, n_long > 0, out=long)
        if not is_any:
            return None
        total = Amounts(
            units,
            n_units,
            np.full((n, m), np.nan),
            np.full((n, m), np.nan),
            np.zeros((n, m), dtype=np.int64),
            np.zeros((n, m), dtype=bool),
            np.zeros((n, m), dtype=bool),
            np.zeros((n, m), dtype=bool),
            self._exact(newest, period),
        )
        share = self._bodies.of_units[period]
        adds = np.array([not measure.is_single for measure in self.measures], dtype=bool)
        taken = self.taken(share, units, n_units)
        _share_out(total, share, (units, n_units, old_units, long_units), taken)
        share = self._bodies.of_organisations[period]
        n_rows, _ = sum_by(share.owners, n_about[share.contributors].astype(float), n)
        taken = adds | (n_rows[share.owners] == 1)
        _share_out(total, share, (about, n_about, old_about, long_about), taken)
        return total

    def _exact(self, newest: Ints, period: str) -> Flags:
        """Say of whom all rows are of this very period; of figures from several forms that is not known."""
        exact = np.zeros(len(newest), dtype=bool)
        if len(self.values) > 1:
            return exact
        part = PARTS.get(self._bodies.when[period][0], 0)
        share = self._bodies.of_organisations[period]
        has_row = newest[share.contributors] >= 0
        exact[share.owners[has_row]] = True
        exact[share.owners[has_row & (newest[share.contributors] != part)]] = False
        return exact

    @cached_property
    def _waited_for(self) -> dict[str, Flags]:
        """Which units each indicator that is never added waits for, be it filed or not."""
        singles = [column for column, measure in enumerate(self.measures) if measure.is_single]
        contributed = np.zeros((len(self._bodies.codes), len(self.measures)), dtype=bool)
        for form, matrix in self.values.items() if singles else ():
            rows = self.forms[form]
            for period in self._bodies.bases:
                positions, is_latest, is_first, _ = self.standing.rows_at(form, rows, period)
                counts = {"last": is_latest, "first": is_first}
                for column in singles:
                    is_there = ~np.isnan(matrix[positions, column])
                    is_there &= counts.get(self.measures[column].within, np.ones_like(is_there))
                    contributed[rows.units[positions[is_there]], column] = True
        waited: dict[str, Flags] = {}
        for code, indicator in {m.indicator.code: m.indicator for m in self.measures if m.is_single}.items():
            columns = [column for column in singles if self.measures[column].indicator is indicator]
            ever = np.asarray(contributed[:, columns].any(axis=1))
            pairs = waited_for(indicator, ever, self._bodies, self.standing)
            waited[code] = self._bodies.codes.isin({unit for unit, _ in pairs})
        return waited

    def taken(self, share: Share, units: Numbers, n_units: Ints) -> Flags:
        """Say which contributions count: all, but of what is never added one's own or that of the only one.

        The only one is who alone is waited for: where others are missing, what one filed is not that of all.

        Args:
            share: who contributes to whose figures.
            units: what each unit filed itself, by measure.
            n_units: of how many cells that is made: what is never added is one of one row.
        """
        n = len(units)
        there = ~np.isnan(units[share.contributors])
        taken = np.ones_like(there)
        is_own = share.owners == share.contributors
        singles = [column for column, measure in enumerate(self.measures) if measure.is_single]
        for column in singles:
            same = [c for c in singles if self.measures[c].indicator is self.measures[column].indicator]
            has_own = np.zeros(n, dtype=bool)
            own = is_own & there[:, same].any(axis=1)
            has_own[share.owners[own]] = True
            waited = self._waited_for[self.measures[column].indicator.code]
            n_waited = np.bincount(share.owners[waited[share.contributors]], minlength=n)
            only = ~has_own[share.owners] & (n_waited[share.owners] == 1)
            taken[:, column] = np.where(has_own[share.owners], is_own, only)
            taken[:, column] &= n_units[share.contributors, column] == 1
        return taken


def _share_out(total: Amounts, share: Share, filed: tuple[Numbers, Ints, Flags, Flags], taken: Flags) -> None:
    """Give everybody what those who count in its figures filed.

    Args:
        total: what is given.
        share: who counts in whose figures.
        filed: amounts, number of cells, whether carried, and whether from 1 January on.
        taken: what of the shares counts.
    """
    values, counts, carried, long = filed
    n = len(total.amount)
    given = np.where(taken, values[share.contributors], np.nan)
    in_term, n_term = sum_by(share.owners, given, n)
    inside = share.in_period
    amount, n_amount = sum_by(share.owners[inside], given[inside], n)
    total.in_term[:] = np.where(n_term > 0, in_term, total.in_term)
    total.amount[:] = np.where(n_amount > 0, amount, total.amount)
    total.is_there |= n_term > 0
    cells = np.where(taken, counts[share.contributors], 0).astype(float)
    n_cells, _ = sum_by(share.owners[inside], cells[inside], n)
    total.n_cells += np.nan_to_num(n_cells).astype(np.int64)
    old = np.where(taken & carried[share.contributors], 1.0, np.nan)
    total.carried |= sum_by(share.owners, old, n)[1] > 0
    runs = np.where(taken & long[share.contributors], 1.0, np.nan)
    total.since_new_year |= sum_by(share.owners[inside], runs[inside], n)[1] > 0
