"""What the rows that count add up to, at the end of each period, for each measure.

What belongs here: the summands of indicators over rows, and rows over units. What does not: figures, which put
periods and parts together (`figures`).

Amounts are arrays with a row for each organisation and a column for each measure; nothing is NaN, never zero.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from ingestion.definitions.catalogue import Catalogue
from ingestion.definitions.indicators import Indicator, Summand, is_collected
from reports.publication_gate.arrays import PARTS, Counts, Flags, Ints, Numbers
from reports.publication_gate.asked import Shares
from reports.publication_gate.cells import cells, wanted, ways
from reports.publication_gate.filed import FormRows
from reports.publication_gate.gaps import Gaps
from reports.publication_gate.measures import Measure, lasts
from reports.publication_gate.office import Office
from reports.publication_gate.tiles import Tiles
from reports.publication_gate.waiting import waited_for


@dataclass
class Filed:
    """What rows that stand at the end of a filed period add up to, by who filed them or whom they are about.

    Attributes:
        amount: what it comes to.
        n_cells: how many cells that is made of.
        carried: whether a row is older than what its unit has filed since.
        runs_before: whether a row runs from before the quarter that ends with the period.
    """

    amount: Numbers
    n_cells: Counts
    carried: Flags
    runs_before: Flags

    def of(self, places: Ints) -> "Filed":
        """Give some of it, in another order."""
        return Filed(self.amount[places], self.n_cells[places], self.carried[places], self.runs_before[places])


@dataclass(frozen=True)
class Base:
    """Amounts at the end of a filed period.

    Attributes:
        period: the period.
        of_units: what each unit filed itself.
        about: what the rows about each organisation say, whoever filed them, but those that give way.
        has: whether a unit filed anything, whether it counts then or not.
        newest: the part of the year of the newest row about each organisation; -1 for none.
        rivals: by unit the rows of it that give way to others: form, place among those that stand, and to whom.
    """

    period: str
    of_units: Filed
    about: Filed
    has: Flags
    newest: Ints
    rivals: Mapping[int, Sequence[tuple[str, int, set[int]]]]


@dataclass(frozen=True)
class Amounts:
    """Amounts of what is asked, by whose figures they are; nothing is NaN, never zero.

    Attributes:
        units: whose filings make up whose figures.
        organisations: about whom rows make up the figures of those that do not file.
        amount: what it comes to.
        n_cells: how many cells that is made of.
        carried: whether a row is older than what its unit has filed since.
        runs_before: whether a row runs from before the quarter that ends with the period.
    """

    units: Shares
    organisations: Shares
    amount: Numbers
    n_cells: Counts
    carried: Flags
    runs_before: Flags

    @cached_property
    def is_there(self) -> Flags:
        """Whether there is anything."""
        return ~np.isnan(self.amount)


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
        office: Office,
    ) -> None:
        """Work out what every row adds to every measure of the indicators.

        Args:
            indicators: the indicators.
            forms: the rows that count, by form.
            catalogue: all forms and indicators.
            office: who is where, and what stands when.
        """
        self.forms, self.office, self.catalogue = forms, office, catalogue
        self._bodies, self.standing = office.bodies, office.standing
        self._known: dict[str, Base | None] = {}
        gaps = Gaps(catalogue, office.bodies)
        self.indicators = list(indicators)
        self.measures: list[Measure] = []
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
                    values = cells(rows, summand)
                    lacks = wanted(rows, summand) & gaps.of(summand.form, rows, summand.column)
                    if not catalogue.is_timeless:
                        idle = self._is_idle(rows, summand, summands)
                        values[idle], lacks[idle] = np.nan, False
                    for way, rows_of_way in ways(rows, summand, catalogue):
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

    def at(self, period: str) -> Base | None:
        """Give the amounts at the end of a filed period; None where there is nothing."""
        if period not in self._known:
            self._known[period] = self._at(period)
        return self._known[period]

    @cached_property
    def bases(self) -> dict[str, Base]:
        """The amounts of all filed periods at whose end there is something."""
        found = {period: self.at(period) for period in self._bodies.bases}
        return {period: base for period, base in found.items() if base is not None}

    def _at(self, period: str) -> Base | None:
        n = len(self._bodies.codes)
        of_units, about = (_nothing(n, len(self.measures)) for _ in range(2))
        newest = np.full(n, -1, dtype=np.int64)
        rivals: dict[int, list[tuple[str, int, set[int]]]] = {}
        has = np.zeros((n, len(self.measures)), dtype=bool)
        is_any = False
        for form in self.values:
            rows = self.forms[form]
            tiles = self.office.tiling.at(form, rows, period)
            if not len(tiles.positions):
                continue
            is_any = True
            units = rows.units[tiles.positions]
            values = self.counted(form, tiles, tiles.closes, tiles.opens)
            counts = _add(of_units, units, values, tiles, tiles.runs_before)
            if not tiles.is_all:
                counts = sum_by(units, self.counted(form, tiles, tiles.is_latest, tiles.is_first), n)[1]
            has |= counts > 0
            for place, others in tiles.rivals.items():
                rivals.setdefault(int(units[place]), []).append((form, place, others))
            at, tiles = tiles, self.office.tiling.about(form, rows, period)
            organisations = rows.organisations[tiles.positions]
            is_about = organisations >= 0
            np.maximum.at(newest, organisations[is_about], rows.parts[tiles.positions][is_about])
            if is_about.any():
                if tiles is not at or not tiles.is_alike:
                    values = self.counted(form, tiles, tiles.closes_about, tiles.opens_about)
                _add(
                    about, np.where(tiles.gives_way, -1, organisations), values, tiles, tiles.runs_before_about
                )
        return Base(period, of_units, about, has, newest, rivals) if is_any else None

    def counted(self, form: str, tiles: Tiles, closes: Flags, opens: Flags) -> Numbers:
        """Give what the rows that stand add to each measure, where it counts at all."""
        values = self.values[form][tiles.positions]
        for column, measure in enumerate(self.measures):
            if measure.within == "last":
                values[~closes, column] = np.nan
            elif measure.within == "first":
                values[~opens, column] = np.nan
        return values

    def base_of(self, shares: Shares, part: int) -> str:
        """Give the filed period that a part of the year of shares is."""
        names = {number: kind for kind, number in PARTS.items()}
        return f"{shares.year}-{names[part]}" if part in names else shares.term

    def asked(self, units: Shares) -> Amounts:
        """Give the amounts of what is asked: figures made of units, and of those that do not file."""
        n, m = len(self._bodies.codes), len(self.measures)
        organisations = self.office.asked.organisations(units)
        total = _nothing(n, m)
        for shares, is_of_units in ((units, True), (organisations, False)):
            _gather(total, shares.owners, self.taken_of(shares, is_of_units=is_of_units))
        columns = (total.amount, total.n_cells, total.carried, total.runs_before)
        return Amounts(units, organisations, *columns)

    def taken_of(self, shares: Shares, *, is_of_units: bool) -> Filed:
        """Give what those who contribute filed and what is taken of it, a row for each pair of the shares."""
        given = self.given(shares, is_of_units=is_of_units)
        taken = self.taken(shares, given, is_of_units=is_of_units)
        if not taken.all():
            given.amount[~taken] = np.nan
        return given

    def given(self, shares: Shares, *, is_of_units: bool) -> Filed:
        """Give what those who contribute filed of what counts, a row for each pair of the shares."""
        given = _nothing(len(shares.owners), len(self.measures))
        for part in np.unique(shares.parts).tolist():
            base = self.at(self.base_of(shares, part))
            if base is None:
                continue
            mine = np.flatnonzero(shares.parts == part)
            side = base.of_units if is_of_units else base.about
            found = side.of(shares.contributors[mine])
            if is_of_units and base.rivals:
                self._let_give_way(found, base, shares.of(shares.parts == part))
            if len(mine) == len(shares.owners):
                given = found
            else:
                for whole, some in zip(_columns(given), _columns(found), strict=True):
                    whole[mine] = some
        for way, counts in (("last", shares.closes), ("first", shares.opens)):
            columns = [column for column, measure in enumerate(self.measures) if measure.within == way]
            if columns and not counts.all():
                given.amount[np.ix_(np.flatnonzero(~counts), np.array(columns))] = np.nan
        return given

    def _let_give_way(self, found: Filed, base: Base, shares: Shares) -> None:
        """Leave out the rows that give way to those of another unit that counts in the same figures."""
        rival_units = np.array(list(base.rivals))
        counting: dict[int, set[int]] = {}
        for owner, contributor in zip(shares.owners.tolist(), shares.contributors.tolist(), strict=True):
            counting.setdefault(owner, set()).add(contributor)
        for place in np.flatnonzero(np.isin(shares.contributors, rival_units)).tolist():
            owner, unit = int(shares.owners[place]), int(shares.contributors[place])
            out = {(form, at) for form, at, others in base.rivals[unit] if others & counting[owner]}
            if not out:
                continue
            rest = _nothing(1, len(self.measures))
            for form in self.values:
                rows = self.forms[form]
                tiles = self.office.tiling.at(form, rows, base.period)
                mine = np.flatnonzero(rows.units[tiles.positions] == unit)
                kept = np.array([(form, at) not in out for at in mine.tolist()], dtype=bool)
                codes = np.full(len(tiles.positions), -1)
                codes[mine[kept]] = 0
                _add(
                    rest, codes, self.counted(form, tiles, tiles.closes, tiles.opens), tiles, tiles.runs_before
                )
            for whole, one in zip(_columns(found), _columns(rest), strict=True):
                whole[place] = one[0]

    @cached_property
    def _waited_for(self) -> dict[str, Flags]:
        """Which units each indicator that is never added waits for, be it filed or not."""
        waited: dict[str, Flags] = {}
        for indicator in {m.indicator.code: m.indicator for m in self.measures if m.is_single}.values():
            columns = [c for c, measure in enumerate(self.measures) if measure.indicator is indicator]
            ever = np.zeros(len(self._bodies.codes), dtype=bool)
            for base in self.bases.values():
                ever |= base.has[:, columns].any(axis=1)
            pairs = waited_for(indicator, ever, self._bodies, self.standing)
            waited[indicator.code] = self._bodies.codes.isin({unit for unit, _ in pairs})
        return waited

    def taken(self, shares: Shares, given: Filed, *, is_of_units: bool) -> Flags:
        """Say which contributions count: all, but of what is never added one's own or that of the only one.

        The only one is who alone is waited for: where others are missing, what one filed is not that of all. Of
        an organisation that does not file it is what a single row says.

        Args:
            shares: who contributes to whose figures.
            given: what each of them adds.
            is_of_units: whether these are filings of units, and not rows about organisations.
        """
        n = len(self._bodies.codes)
        there = ~np.isnan(given.amount)
        taken = np.ones_like(there)
        singles = [column for column, measure in enumerate(self.measures) if measure.is_single]
        for column in singles:
            indicator = self.measures[column].indicator
            if not is_of_units:
                cells = np.where(there[:, column], given.n_cells[:, column], 0)
                taken[:, column] = np.bincount(shares.owners, cells, minlength=n)[shares.owners] == 1
                continue
            same = [c for c in singles if self.measures[c].indicator is indicator]
            has_own = np.zeros(n, dtype=bool)
            has_own[shares.owners[shares.is_own & there[:, same].any(axis=1)]] = True
            is_waited = self._waited_for[indicator.code][shares.contributors]
            is_waited &= shares.closes & shares.waits if lasts(indicator, self.catalogue) else shares.waits
            n_waited = np.bincount(shares.owners[is_waited], minlength=n)
            only = ~has_own[shares.owners] & (n_waited[shares.owners] == 1)
            taken[:, column] = np.where(has_own[shares.owners], shares.is_own, only)
            taken[:, column] &= given.n_cells[:, column] == 1
        return taken


def _nothing(n: int, m: int) -> Filed:
    carried, runs = (np.zeros((n, m), dtype=bool) for _ in range(2))
    return Filed(np.full((n, m), np.nan), np.zeros((n, m), dtype=np.int32), carried, runs)


def _columns(filed: Filed) -> tuple[npt.NDArray[Any], ...]:
    return filed.amount, filed.n_cells, filed.carried, filed.runs_before


def _add(total: Filed, codes: Ints, values: Numbers, tiles: Tiles, runs_before: Flags) -> Ints:
    """Add rows by a number that each has, and give how many there are."""
    n = len(total.amount)
    sums, counts = sum_by(codes, values, n)
    is_there = counts > 0
    total.amount[is_there] = np.nan_to_num(total.amount[is_there]) + sums[is_there]
    total.n_cells += counts
    for flags, said in ((total.carried, tiles.carried), (total.runs_before, runs_before)):
        if said.all():
            np.logical_or(flags, is_there, out=flags)
        elif said.any():
            np.logical_or(flags, sum_by(codes[said], values[said], n)[1] > 0, out=flags)
    return counts


def _gather(total: Filed, owners: Ints, given: Filed) -> None:
    """Add what contributors give by owner; owners of whom there is nothing yet."""
    there = ~np.isnan(given.amount)
    is_alone = np.bincount(owners, minlength=len(total.amount))[owners] == 1
    for whole, some in zip(_columns(total), _columns(given), strict=True):
        whole[owners[is_alone]] = some[is_alone]
    several = owners[~is_alone]
    if len(several):
        sums, counts = sum_by(several, given.amount[~is_alone], len(total.amount))
        whose = np.unique(several)
        total.amount[whose] = np.where(counts[whose] > 0, sums[whose], np.nan)
        firsts = np.flatnonzero(np.r_[True, several[1:] != several[:-1]])
        for whole, some, add in (
            (total.n_cells, given.n_cells, np.add),
            (total.carried, given.carried, np.logical_or),
            (total.runs_before, given.runs_before, np.logical_or),
        ):
            counted = np.where(there[~is_alone], some[~is_alone], 0).astype(some.dtype)
            whole[whose] = add.reduceat(counted, firsts, axis=0)
    for flags in (total.n_cells, total.carried, total.runs_before):
        flags[np.isnan(total.amount)] = 0
