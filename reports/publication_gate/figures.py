"""Figures anew, from what was filed: the years, quarters and terms of every indicator and organisation.

What belongs here: how periods and parts make figures. What does not: amounts of one period (`amounts`), how
whole the figures are (`states`), and what the warehouse says (`comparison`).
"""

import itertools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from ingestion.definitions.indicators import Indicator
from ingestion.records.tolerance import TOLERANCE
from reports.publication_gate.amounts import Adding, Amounts
from reports.publication_gate.arrays import PARTS, Flags, Ints, Numbers
from reports.publication_gate.bodies import Bodies, Term
from reports.publication_gate.lacking import Lacking
from reports.publication_gate.measures import Measure
from reports.publication_gate.parts import MissingParts
from reports.publication_gate.standing import Standing
from reports.publication_gate.states import States

QUARTERS = {"D1": ("Q1", ""), "D2": ("6T", "Q1"), "D3": ("9T", "6T"), "D4": ("N", "9T")}
PARTS_OF_FIGURES = ("value", "numerator", "denominator", "opening")


@dataclass
class _Whole:
    """Amounts of an asked period, with how they came about; arrays as in `amounts`."""

    amount: Numbers
    is_there: Flags
    carried: Flags


@dataclass(frozen=True)
class _Told:
    """Figures of one indicator and period: of whom, their parts and status."""

    indicator: int
    period: int
    organisations: Ints
    parts: dict[str, Numbers]
    status: Ints


@dataclass(frozen=True)
class OfYears:
    """What the single years of a term say of one indicator and unit.

    Attributes:
        indicator: the indicator's code.
        unit: the unit's.
        term: the term's.
        lowest: the lowest of the years; NaN where none has a figure.
        highest: the highest.
        lowest_years: the years that have the lowest, but for the noise of sums; none without a figure.
        highest_years: those that have the highest.
        rank: how whole the worst of the years is, see `standing`.
        n_years: over how many years an average is taken.
        has_part: whether one of these was filed only in part.
    """

    indicator: str
    unit: str
    term: str
    lowest: float
    highest: float
    lowest_years: tuple[int, ...]
    highest_years: tuple[int, ...]
    rank: int
    n_years: int
    has_part: bool


class Figures:
    """The figures of some indicators, period by period."""

    def __init__(self, adding: Adding, bodies: Bodies, standing: Standing, numbers: Mapping[str, int]) -> None:
        """Add up every filed period; `numbers` has the number by which each indicator is told."""
        self._numbers = numbers
        self.adding, self.bodies = adding, bodies
        self.terms: dict[str, list[Term]] = {}
        """Terms by code; systems may call theirs the same."""
        for term in bodies.terms:
            self.terms.setdefault(term.code, []).append(term)
        self.family_cache: dict[str, dict[str, list[str]]] = {}
        """Who stands below whom, by asked period; filled by `families`."""
        found = {period: adding.at(period) for period in bodies.bases}
        self.bases: dict[str, Amounts] = {p: amounts for p, amounts in found.items() if amounts is not None}
        self.states = States(adding, self.bases, bodies, standing)
        """How whole the figures are."""
        missing = MissingParts(adding.measures, self.bases, adding.catalogue, bodies, standing)
        self._lacking = Lacking(adding.left_out, missing, adding.forms, bodies, standing)
        self._lack_cache: dict[tuple[str, str, str, str], Flags] = {}
        self.reporting = bodies.codes.isin(bodies.ever_reporting)

    @cached_property
    def totals(self) -> set[str]:
        """Indicators that add something up over time: a part of a period is no whole of theirs."""
        return {
            measure.indicator.code
            for number, measure in enumerate(self.adding.measures)
            if measure.part != "opening"
            and "sum" in (measure.over_time, measure.within)
            and any(not np.isnan(amounts.units[:, number]).all() for amounts in self.bases.values())
        }

    def all(self) -> pd.DataFrame:
        """Give all figures: organisation, indicator and period by their numbers, parts, status.

        `status` is -1 for organisations that do not file: whether their row is whole is said by their unit.
        """
        told: list[_Told] = []
        for period, (kind, year) in self.bodies.when.items():
            if kind in PARTS and period in self.bases:
                base = self.bases[period]
                runs = self._runs(period) if kind == "N" else {}
                amount = base.amount.copy()
                for number, measure in enumerate(self.adding.measures):
                    if measure.indicator.kind == "run":
                        amount[:, number] = runs.get(number, np.nan)
                there = ~np.isnan(amount)
                whole = _Whole(amount, there, base.carried & there)
                told += self._told(period, whole, period)
            elif kind in QUARTERS:
                now, before = (f"{year}-{k}" if k else "" for k in QUARTERS[kind])
                if now in self.bases and (not before or before in self.bodies.of_units):
                    told += self._told(period, self._quarter(now, before), now)
        for term in self.bodies.terms:
            told += self._term(term)
        if not told:
            return pd.DataFrame()
        sizes = [len(one.organisations) for one in told]
        return pd.DataFrame(
            {
                "organisation": np.concatenate([one.organisations for one in told]),
                "indicator": np.repeat([one.indicator for one in told], sizes),
                "period": np.repeat([one.period for one in told], sizes),
                **{p: np.concatenate([one.parts[p] for one in told]) for p in PARTS_OF_FIGURES},
                "status": np.concatenate([one.status for one in told]),
            }
        )

    def _quarter(self, now: str, before: str) -> _Whole:
        """Give what a quarter adds: its end, less its beginning where both are sums.

        Of what lasts nothing is taken away. A sum that has nothing at the beginning is one of the quarter where
        all of it was filed for quarters alone; what runs from 1 January does not say what of it is, nor what of
        it is of an earlier quarter that had not come.
        """
        base, earlier = self.bases[now], self.bases.get(before)
        amount, there, carried = base.amount.copy(), ~np.isnan(base.amount), base.carried.copy()
        nobody = np.zeros(len(self.bodies.codes), dtype=bool)
        for number, measure in enumerate(self.adding.measures):
            exact = np.where(self._owners(now), self.states.at(measure.indicator, now).is_exact, base.is_exact)
            if before:
                row_exact = nobody if earlier is None else earlier.is_exact
                exact &= np.where(
                    self._owners(before), self.states.at(measure.indicator, before).is_exact, row_exact
                )
            if before and measure.within == "sum":
                had = nobody if earlier is None else ~np.isnan(earlier.amount[:, number])
                there[:, number] &= had | ~base.since_new_year[:, number]
                forms = {summand.form for _, summands in measure.indicator.parts for summand in summands}
                of_rows = [self.states.fills_gap_of_rows(form, now) for form in sorted(forms)]
                of_units = self.states.at(measure.indicator, now).fills_gap
                there[:, number] &= ~np.where(self._owners(now), of_units, np.logical_or.reduce(of_rows))
                if earlier is not None:
                    amount[:, number] -= np.nan_to_num(earlier.amount[:, number])
                    carried[:, number] |= had & earlier.carried[:, number]
            there[:, number] &= exact & (measure.over_time != "none")
        return _Whole(np.where(there, amount, np.nan), there, carried & there)

    def years(self, term: Term) -> list[tuple[int, str]]:
        """Give the filed periods of which a term is made, each with the last year for which it stands."""
        return [(year, period) for year, period in self._years_of(term) if period in self.bases]

    def _term(self, term: Term) -> list[_Told]:
        code, years = term.code, self.years(term)
        if not years:
            return []
        members = self.bodies.codes.isin(self.bodies.systems.get(term.system, set()))
        shape = self.bases[years[0][1]].in_term.shape
        taken_year = self._taken_years(term)
        ways = np.array([measure.over_time for measure in self.adding.measures])
        amount, there = np.full(shape, np.nan), np.zeros(shape, bool)
        carried = np.zeros(shape, bool)
        for year, period in years:
            base = self.bases[period]
            taken = base.is_there & members[:, None] & (ways != "none")
            for way, chosen in taken_year.items():
                taken &= (ways != way) | (chosen == _year_of(period, year, term, way))
            amount = np.where(taken, np.nan_to_num(amount) + np.nan_to_num(base.in_term), amount)
            there |= taken
            carried |= taken & base.carried
        return self._told(code, _Whole(amount, there, carried), code, term)

    def _taken_years(self, term: Term) -> dict[str, Ints]:
        """Give the last and the first year of a term with anything in it, by organisation and measure."""
        shape = (len(self.bodies.codes), len(self.adding.measures))
        taken = {"last": np.full(shape, -1), "first": np.full(shape, 9999)}
        for year, period in self.years(term):
            there = self.bases[period].is_there
            taken["last"] = np.where(there, np.maximum(taken["last"], year), taken["last"])
            begins = _year_of(period, year, term, "first")
            taken["first"] = np.where(there, np.minimum(taken["first"], begins), taken["first"])
        return taken

    def lack(self, indicator: Indicator, period: str, term: Term | None, of: str = "figure") -> Flags:
        """Say whose figure of a period lacks a cell that was asked for, or a part that somebody has not.

        Args:
            indicator: whose figures.
            period: the asked period.
            term: the same, where it is one.
            of: what lacks it, see `Measure.lacked_by`.
        """
        key = (indicator.code, period, term.system if term else "", of)
        if key not in self._lack_cache:
            self._lack_cache[key] = self._lack(indicator, period, term, of)
        return self._lack_cache[key]

    def _lack(self, indicator: Indicator, period: str, term: Term | None, of: str) -> Flags:
        kind, year = self.bodies.when[period]
        lack = np.zeros(len(self.bodies.codes), dtype=bool)
        if indicator.code not in self._lacking.indicators:
            return lack

        def gaps_at(base: str) -> Iterator[tuple[Measure, Flags, Flags]]:
            for measure, now, in_term in self._lacking.at(base):
                if measure.indicator is indicator and measure.lacked_by == of:
                    yield measure, now, in_term

        if term is not None:
            taken = self._taken_years(term)
            for base_year, base in self._years_of(term):
                for measure, _, in_term in gaps_at(base):
                    counts_in = _year_of(base, base_year, term, measure.over_time)
                    lack |= in_term & self._is_taken(measure, counts_in, taken)
            return lack
        until, before = QUARTERS.get(kind, (kind, ""))
        for measure, now, _ in gaps_at(f"{year}-{until}"):
            if not (before and measure.within == "sum"):  # of anything else nothing is taken away
                lack |= now
        if before:
            for measure, who in self._lacking.between(f"{year}-{before}", f"{year}-{until}"):
                if measure.indicator is indicator and measure.lacked_by == of:
                    lack |= who
        return lack

    def _is_taken(self, measure: Measure, year: int, taken: Mapping[str, Ints]) -> Flags:
        """Say in whose figure of a term a year counts: what lasts is that of its last year, or of its first."""
        same = [
            column
            for column, known in enumerate(self.adding.measures)
            if known.indicator is measure.indicator
            and (known.part, known.over_time, known.within) == (measure.part, measure.over_time, measure.within)
        ]
        everybody = np.ones(len(self.bodies.codes), dtype=bool)
        if measure.over_time == "last" and same:
            return np.asarray(taken["last"][:, same[0]] <= year)
        if measure.over_time == "first" and same:
            return np.asarray(taken["first"][:, same[0]] >= year)
        return everybody if measure.over_time != "none" else ~everybody

    def _years_of(self, term: Term) -> list[tuple[int, str]]:
        """Give the periods that may make a term, filed or not, each with the last year for which it stands."""
        years = [(year, f"{year}-N") for year in range(term.first, term.last + 1)]
        return [(y, p) for y, p in [*years, (term.last, term.code)] if p in self.bodies.of_units]

    def single_years(self) -> Iterator[OfYears]:
        """Give the range of a term's single years, by indicator, unit and term.

        A form filed for the whole term counts as all of them in an average, and says nothing of one alone.
        """
        for term in self.bodies.terms:
            code, years = term.code, self.years(term)
            members = self.bodies.codes.isin(self.bodies.systems.get(term.system, set()))
            whole = term.last - term.first + 1
            for indicator in self.adding.indicators:
                columns = [
                    c
                    for c, m in enumerate(self.adding.measures)
                    if m.indicator is indicator and m.over_time != "none"
                ]
                if not columns or not years:
                    continue
                values, n_years = [], np.zeros(len(self.bodies.codes), dtype=np.int64)
                when = []
                adds = [c for c in columns if self.adding.measures[c].part == "value"]
                adds = [c for c in adds if self.adding.measures[c].over_time == "sum"]
                as_term = np.zeros(len(self.bodies.codes), dtype=bool)
                is_older, has_older = as_term.copy(), as_term.copy()
                for year, period in years:
                    base = self.bases[period]
                    has: Flags = np.asarray(base.is_there[:, adds].any(axis=1))
                    has_older |= (base.carried & base.is_there)[:, adds].any(axis=1)
                    if period == code:
                        as_term = has
                        continue
                    n_years += has
                    of_year = np.where(self._owners(period), self._of_year(base, columns, indicator), np.nan)
                    is_older |= (base.carried & base.is_there)[:, columns].any(axis=1) & ~np.isnan(of_year)
                    values.append(of_year)
                    when.append(year)
                n_years = np.where(as_term, whole, n_years)
                yields = np.array(values) if values else np.full((1, len(members)), np.nan)
                has_any = ~np.isnan(yields).all(axis=0)
                low, high = (np.where(np.isnan(yields), end, yields) for end in (np.inf, -np.inf))
                lowest, highest = (
                    np.where(has_any, end, np.nan) for end in (low.min(axis=0), high.max(axis=0))
                )
                are_lowest, are_highest = (np.isclose(yields, end, rtol=TOLERANCE) for end in (lowest, highest))
                rank = np.maximum(self.states.of_single_years(indicator, term), is_older)
                rank = np.where(self._lack_in_years(indicator, term), 2, rank)
                has_part = has_older | self.states.has_part(indicator, term)
                for position in np.flatnonzero(members & self.reporting & (has_any | (n_years > 0))).tolist():
                    unit = str(self.bodies.codes[position])
                    yield OfYears(
                        indicator.code,
                        unit,
                        code,
                        lowest[position],
                        highest[position],
                        tuple(itertools.compress(when, are_lowest[:, position])),
                        tuple(itertools.compress(when, are_highest[:, position])),
                        int(rank[position]),
                        int(n_years[position]),
                        bool(has_part[position]),
                    )

    def _lack_in_years(self, indicator: Indicator, term: Term) -> Flags:
        """Say for whom something of a single year of a term was left out."""
        lack = np.zeros(len(self.bodies.codes), dtype=bool)
        for _, base in self._years_of(term):
            for measure, _, in_term in self._lacking.at(base):
                is_of_figure = measure.indicator is indicator and measure.lacked_by == "figure"
                if is_of_figure and measure.over_time != "none":
                    lack |= in_term
        return lack

    def _of_year(self, base: Amounts, columns: Sequence[int], indicator: Indicator) -> Numbers:
        there = ~np.isnan(base.in_term)
        whole = _Whole(base.in_term, there, base.carried)
        if indicator.kind != "ratio":
            return self._part(whole, columns, "value")
        with np.errstate(divide="ignore", invalid="ignore"):
            share = 100.0 * self._part(whole, columns, "numerator") / self._part(whole, columns, "denominator")
        rated: Numbers = np.where(np.isfinite(share), share, np.nan)
        return rated

    def _runs(self, period: str) -> dict[int, Numbers]:
        """Give years in a row with exactly one rating, the one asked for; 0 for a year that has another."""
        runs: dict[int, Numbers] = {}
        for number, measure in enumerate(self.adding.measures):
            if measure.indicator.kind != "run":
                continue
            length = np.zeros(len(self.bodies.codes))
            for year in range(int(self.bodies.periods["year"].min()), int(period[:4]) + 1):
                base = self.bases.get(f"{year}-N")
                is_own = np.zeros(len(self.bodies.codes), bool)
                is_hit = is_own.copy()
                if base is not None:
                    is_own = (base.n_cells[:, number] > 0) & ~self._owners(f"{year}-N")
                    is_hit = is_own & (base.n_cells[:, number] == 1) & (base.amount[:, number] == 1)
                length = np.where(is_hit, length + 1, 0)
            runs[number] = np.where(is_own, length, np.nan)
        return runs

    def _owners(self, period: str) -> Flags:
        flags = np.zeros(len(self.bodies.codes), dtype=bool)
        flags[self.bodies.of_units[period].owners] = True
        return flags

    def _told(self, period: str, whole: _Whole, state_period: str, term: Term | None = None) -> list[_Told]:
        told = []
        number = list(self.bodies.when).index(period)
        for indicator in self.adding.indicators:
            columns = [c for c, m in enumerate(self.adding.measures) if m.indicator is indicator]
            if not columns or not whole.is_there[:, columns].any():
                continue
            rows = np.flatnonzero(whole.is_there[:, columns].any(axis=1))
            parts = {part: self._part(whole, columns, part)[rows] for part in PARTS_OF_FIGURES}
            if indicator.kind == "ratio":
                with np.errstate(divide="ignore", invalid="ignore"):
                    share = 100.0 * parts["numerator"] / parts["denominator"]
                parts["value"] = np.where(np.isfinite(share), share, np.nan)
            rank = self._rank(whole, columns, state_period, term)[rows]
            lacks = self.lack(indicator, period, term)[rows]
            # a count that says of how many takes all in both
            lacks |= self.lack(indicator, period, term, "beside")[rows] & ~np.isnan(parts["denominator"])
            rank = np.where(lacks, 2, rank)
            status = np.where(np.isnan(parts["value"]), 3, rank).astype(np.int64)
            status = np.where(self.reporting[rows], status, -1)
            told.append(_Told(self._numbers[indicator.code], number, rows, parts, status))
        return told

    def _part(self, whole: _Whole, columns: Sequence[int], part: str) -> Numbers:
        chosen = [c for c in columns if self.adding.measures[c].part == part]
        amounts = whole.amount[:, chosen]
        total: Numbers = np.where(np.isnan(amounts).all(axis=1), np.nan, np.nansum(amounts, axis=1))
        return total if chosen else np.full(len(whole.amount), np.nan)

    def _rank(self, whole: _Whole, columns: Sequence[int], period: str, term: Term | None) -> Ints:
        measure = self.adding.measures[columns[0]]
        judged = [c for c in columns if self.adding.measures[c].part != "opening"]
        rank = whole.carried[:, judged].any(axis=1).astype(float) if judged else np.zeros(len(whole.amount))
        if measure.indicator.kind == "run":
            return rank.astype(np.int64)
        if term is None:
            state = np.nan_to_num(self.states.at(measure.indicator, period).rank)
            return np.where(whole.is_there[:, judged].any(axis=1), np.maximum(rank, state), rank).astype(
                np.int64
            )
        ranks = self.states.of_term(measure.indicator, term)
        for ways, worst in ((("sum",), ranks.total), (("first",), ranks.first), (("last", "none"), ranks.last)):
            mine = [c for c in judged if self.adding.measures[c].over_time in ways]
            rank = np.where(whole.is_there[:, mine].any(axis=1), np.maximum(rank, worst), rank)
        whole_ranks: Ints = rank.astype(np.int64)
        return whole_ranks


def _year_of(period: str, year: int, term: Term, over_time: str) -> int:
    """Say for which year amounts stand: a form filed for the whole term has the opening of the first."""
    return term.first if period == term.code and over_time == "first" else year
