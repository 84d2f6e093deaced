"""Figures anew, from what was filed: the years, quarters and terms of every indicator and organisation.

What belongs here: how periods and parts make figures. What does not: amounts of what is asked (`amounts`), how
whole the figures are (`states`), the single years of terms (`single_years`), and what the warehouse says
(`comparison`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import pandas as pd

from ingestion.definitions.indicators import Indicator
from reports.publication_gate.amounts import Adding, Amounts
from reports.publication_gate.arrays import PARTS, Flags, Ints, Numbers
from reports.publication_gate.asked import QUARTERS, Shares
from reports.publication_gate.bodies import Term
from reports.publication_gate.lacking import Lacking
from reports.publication_gate.measures import Measure
from reports.publication_gate.parts import MissingParts
from reports.publication_gate.quarter_rows import QuarterRows
from reports.publication_gate.states import States

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


class Figures:
    """The figures of some indicators, period by period."""

    def __init__(self, adding: Adding, numbers: Mapping[str, int]) -> None:
        """Take what rows add to the indicators; `numbers` has the number by which each indicator is told."""
        self._numbers = numbers
        self.adding, self.bodies, self.asked = adding, adding.office.bodies, adding.office.asked
        self.terms: dict[str, list[Term]] = {}
        """Terms by code; systems may call theirs the same."""
        for term in self.bodies.terms:
            self.terms.setdefault(term.code, []).append(term)
        self.states = States(adding)
        """How whole the figures are."""
        missing = MissingParts(adding.measures, adding.bases, adding.catalogue, self.bodies, adding.standing)
        self.lacking = Lacking(adding, missing)
        """Which figures lack a cell or a part."""
        self._rows = QuarterRows(adding)
        self.family_cache: dict[str, Any] = {}
        """Who stands below whom, by asked period; filled by `families`."""
        self._taken: dict[Term, dict[str, Ints]] = {}
        self._lack_cache: dict[tuple[str, str, str, str], Flags] = {}
        self._of_years: dict[int, Amounts] = {}
        self.reporting = self.bodies.codes.isin(self.asked.filing)

    @cached_property
    def totals(self) -> set[str]:
        """Indicators that add something up over time: a part of a period is no whole of theirs."""
        return {
            measure.indicator.code
            for number, measure in enumerate(self.adding.measures)
            if measure.part != "opening"
            and "sum" in (measure.over_time, measure.within)
            and any(not np.isnan(base.of_units.amount[:, number]).all() for base in self.adding.bases.values())
        }

    def all(self) -> pd.DataFrame:
        """Give all figures: organisation, indicator and period by their numbers, parts, status.

        `status` is -1 for organisations that do not file: whether their row is whole is said by their unit.
        """
        told: list[_Told] = []
        for year in sorted({year for kind, year in self.bodies.when.values() if kind in PARTS}):
            told += self._of_one_year(year)
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

    def _of_one_year(self, year: int) -> list[_Told]:
        """Tell the cumulative periods and the quarters of a year."""
        told: list[_Told] = []
        ends: dict[str, Amounts] = {}
        for kind in PARTS:
            period = f"{year}-{kind}"
            if period not in self.bodies.when or not self._has_rows(year, PARTS[kind]):
                continue
            shares = self.asked.of_period(period)
            ends[kind] = self.adding.asked(shares) if kind != "N" else self.of_year(shares)
            amount = ends[kind].amount.copy()
            runs = self._runs(year) if kind == "N" else {}
            for number, measure in enumerate(self.adding.measures):
                if measure.indicator.kind == "run":
                    amount[:, number] = runs.get(number, np.nan)
            there = ~np.isnan(amount)
            told += self._told(period, _Whole(amount, there, ends[kind].carried & there), shares)
        for kind, (now, _) in QUARTERS.items():
            period = f"{year}-{kind}"
            if period in self.bodies.when and now in ends:
                told += self._told(period, self._quarter(period, ends[now]), ends[now].units)
        return told

    def _has_rows(self, year: int, part: int) -> bool:
        """Say whether anything stands at the end of a part of a year."""
        kinds = [kind for kind, number in PARTS.items() if number <= part]
        return any(f"{year}-{kind}" in self.adding.bases for kind in kinds)

    def of_year(self, shares: Shares) -> Amounts:
        """Give the amounts of a whole year or of a term's; they are asked for more than once."""
        if id(shares) not in self._of_years:
            self._of_years[id(shares)] = self.adding.asked(shares)
        return self._of_years[id(shares)]

    def _quarter(self, quarter: str, now: Amounts) -> _Whole:
        """Give what a quarter adds: its end, less its beginning where both are sums.

        The same who count at its end count at its beginning. Of what lasts nothing is taken away. A sum
        that has nothing at the beginning is one of the quarter where no row of it runs from before that; what
        does, does not say what of it is of the quarter, nor what of it is of an earlier one that had not come.
        """
        amount, carried = now.amount.copy(), now.carried.copy()
        there = now.is_there & self.asked.in_quarter(quarter)[:, np.newaxis]
        kind, _ = self.bodies.when[quarter]
        before = self.asked.before_quarter(quarter) if QUARTERS[kind][1] else None
        earlier = None
        if before is not None:
            earlier = self.adding.asked(before)
        for number, measure in enumerate(self.adding.measures):
            ranks = self.states.of(measure.indicator, now.units, quarter)
            exact = np.where(
                self._owners(now.units), ranks.is_exact, self._rows.is_exact(now.organisations, quarter)
            )
            if before is not None and earlier is not None:
                of_units = self.states.of(measure.indicator, before, quarter).is_exact
                exact &= np.where(
                    self._owners(before), of_units, self._rows.is_exact(earlier.organisations, quarter)
                )
                if measure.within == "sum":
                    had = earlier.is_there[:, number]
                    there[:, number] &= had | ~now.runs_before[:, number]
                    forms = {summand.form for _, summands in measure.indicator.parts for summand in summands}
                    of_rows = self._rows.fills_gap(sorted(forms), now.organisations)
                    there[:, number] &= ~np.where(self._owners(now.units), ranks.fills_gap, of_rows)
                    amount[:, number] -= np.nan_to_num(earlier.amount[:, number])
                    carried[:, number] |= had & earlier.carried[:, number]
            there[:, number] &= exact & (measure.over_time != "none")
        return _Whole(np.where(there, amount, np.nan), there, carried & there)

    def years(self, term: Term) -> list[tuple[int, Shares]]:
        """Give the years of which a term is made and of which something was filed, each with who counts in it.

        A form filed for the whole term stands for the last of them.
        """
        found = []
        for year, shares in self.years_of(term):
            is_there = self._has_rows(year, PARTS["N"]) if shares.term == "" else term.code in self.adding.bases
            if is_there:
                found.append((year, shares))
        return found

    def _term(self, term: Term) -> list[_Told]:
        years = self.years(term)
        if not years:
            return []
        members = self.bodies.codes.isin(self.bodies.systems.get(term.system, set()))
        shape = (len(self.bodies.codes), len(self.adding.measures))
        taken_year = self._taken_years(term)
        ways = np.array([measure.over_time for measure in self.adding.measures])
        amount, there = np.full(shape, np.nan), np.zeros(shape, bool)
        carried = np.zeros(shape, bool)
        for year, shares in years:
            amounts = self.of_year(shares)
            taken = amounts.is_there & members[:, None] & (ways != "none")
            for way, chosen in taken_year.items():
                taken &= (ways != way) | (chosen == _year_of(shares, year, term, way))
            amount = np.where(taken, np.nan_to_num(amount) + np.nan_to_num(amounts.amount), amount)
            there |= taken
            carried |= taken & amounts.carried
        return self._told(term.code, _Whole(amount, there, carried), self.asked.at_once(term), term)

    def _taken_years(self, term: Term) -> dict[str, Ints]:
        """Give the last and the first year of a term with anything in it, by organisation and measure."""
        if term in self._taken:
            return self._taken[term]
        shape = (len(self.bodies.codes), len(self.adding.measures))
        taken = {"last": np.full(shape, -1), "first": np.full(shape, 9999)}
        for year, shares in self.years(term):
            there = self.of_year(shares).is_there
            taken["last"] = np.where(there, np.maximum(taken["last"], year), taken["last"])
            begins = _year_of(shares, year, term, "first")
            taken["first"] = np.where(there, np.minimum(taken["first"], begins), taken["first"])
        self._taken[term] = taken
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
        if indicator.code not in self.lacking.indicators:
            return lack

        def gaps_of(shares: Shares) -> Iterator[tuple[Measure, Flags]]:
            for measure, who in self.lacking.of(shares):
                if measure.indicator is indicator and measure.lacked_by == of:
                    yield measure, who

        if term is not None:
            taken = self._taken_years(term)
            for base_year, shares in self.years_of(term):
                for measure, who in gaps_of(shares):
                    counts_in = _year_of(shares, base_year, term, measure.over_time)
                    lack |= who & self._is_taken(measure, counts_in, taken)
            return lack
        until, before = QUARTERS.get(kind, (kind, ""))
        now = self.asked.of_period(f"{year}-{until}")
        for measure, who in gaps_of(now):
            if not (before and measure.within == "sum"):  # of anything else nothing is taken away
                lack |= who
        if before:
            for measure, who in self.lacking.between(self.asked.before_quarter(period), now):
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

    def years_of(self, term: Term) -> list[tuple[int, Shares]]:
        """Give the years that may make a term, filed or not, each with who counts in it."""
        known = [year for year in range(term.first, term.last + 1) if f"{year}-N" in self.bodies.when]
        years = [(year, self.asked.of_year(term, year)) for year in known]
        return [*years, (term.last, self.asked.at_once(term))] if term.code in self.bodies.when else years

    def _runs(self, until: int) -> dict[int, Numbers]:
        """Give years in a row with exactly one rating, the one asked for; 0 for a year that has another."""
        runs: dict[int, Numbers] = {}
        for number, measure in enumerate(self.adding.measures):
            if measure.indicator.kind != "run":
                continue
            length = np.zeros(len(self.bodies.codes))
            is_own = np.zeros(len(self.bodies.codes), bool)
            for year in range(int(self.bodies.periods["year"].min()), until + 1):
                is_own = np.zeros(len(self.bodies.codes), bool)
                is_hit = is_own.copy()
                if f"{year}-N" in self.bodies.when and self._has_rows(year, PARTS["N"]):
                    amounts = self.of_year(self.asked.of_period(f"{year}-N"))
                    is_own = (amounts.n_cells[:, number] > 0) & ~self._owners(amounts.units)
                    is_hit = is_own & (amounts.n_cells[:, number] == 1) & (amounts.amount[:, number] == 1)
                length = np.where(is_hit, length + 1, 0)
            runs[number] = np.where(is_own, length, np.nan)
        return runs

    def _owners(self, shares: Shares) -> Flags:
        flags = np.zeros(len(self.bodies.codes), dtype=bool)
        flags[shares.owners] = True
        return flags

    def _told(self, period: str, whole: _Whole, shares: Shares, term: Term | None = None) -> list[_Told]:
        told = []
        number = list(self.bodies.when).index(period)
        for indicator in self.adding.indicators:
            columns = [c for c, m in enumerate(self.adding.measures) if m.indicator is indicator]
            if not columns or not whole.is_there[:, columns].any():
                continue
            rows = np.flatnonzero(whole.is_there[:, columns].any(axis=1))
            parts = {part: self.part(whole.amount, columns, part)[rows] for part in PARTS_OF_FIGURES}
            if indicator.kind == "ratio":
                with np.errstate(divide="ignore", invalid="ignore"):
                    share = 100.0 * parts["numerator"] / parts["denominator"]
                parts["value"] = np.where(np.isfinite(share), share, np.nan)
            rank = self._rank(whole, columns, shares, term)[rows]
            lacks = self.lack(indicator, period, term)[rows]
            # a count that says of how many takes all in both
            lacks |= self.lack(indicator, period, term, "beside")[rows] & ~np.isnan(parts["denominator"])
            rank = np.where(lacks, 2, rank)
            status = np.where(np.isnan(parts["value"]), 3, rank).astype(np.int64)
            status = np.where(self.reporting[rows], status, -1)
            told.append(_Told(self._numbers[indicator.code], number, rows, parts, status))
        return told

    def part(self, amount: Numbers, columns: Sequence[int], part: str) -> Numbers:
        """Add up the measures of a part of an indicator."""
        chosen = [c for c in columns if self.adding.measures[c].part == part]
        amounts = amount[:, chosen]
        total: Numbers = np.where(np.isnan(amounts).all(axis=1), np.nan, np.nansum(amounts, axis=1))
        return total if chosen else np.full(len(amount), np.nan)

    def _rank(self, whole: _Whole, columns: Sequence[int], shares: Shares, term: Term | None) -> Ints:
        measure = self.adding.measures[columns[0]]
        judged = [c for c in columns if self.adding.measures[c].part != "opening"]
        rank = whole.carried[:, judged].any(axis=1).astype(float) if judged else np.zeros(len(whole.amount))
        if measure.indicator.kind == "run":
            return rank.astype(np.int64)
        if term is None:
            state = np.nan_to_num(self.states.of(measure.indicator, shares).rank)
            return np.where(whole.is_there[:, judged].any(axis=1), np.maximum(rank, state), rank).astype(
                np.int64
            )
        ranks = self.states.of_term(measure.indicator, term)
        for ways, worst in ((("sum",), ranks.total), (("first",), ranks.first), (("last", "none"), ranks.last)):
            mine = [c for c in judged if self.adding.measures[c].over_time in ways]
            rank = np.where(whole.is_there[:, mine].any(axis=1), np.maximum(rank, worst), rank)
        whole_ranks: Ints = rank.astype(np.int64)
        return whole_ranks


def _year_of(shares: Shares, year: int, term: Term, over_time: str) -> int:
    """Say for which year amounts stand: a form filed for the whole term has the opening of the first."""
    return term.first if shares.term and over_time == "first" else year
