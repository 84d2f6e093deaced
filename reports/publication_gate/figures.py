"""Figures anew, from what was filed: the years, quarters and terms of every indicator and organisation.

What belongs here: how periods and parts make figures, and how whole these are. What does not: amounts of one
period (`amounts`), and what the warehouse says (`comparison`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pandas as pd

from ingestion.definitions.indicators import Indicator, is_collected
from reports.publication_gate.amounts import Adding, Amounts, Measure
from reports.publication_gate.bodies import Bodies, Term
from reports.publication_gate.filed import PARTS, Flags, Ints, Numbers
from reports.publication_gate.gaps import Lacking
from reports.publication_gate.parts import MissingParts
from reports.publication_gate.standing import Standing

QUARTERS = {"D1": ("Q1", ""), "D2": ("6T", "Q1"), "D3": ("9T", "6T"), "D4": ("N", "9T")}
PARTS_OF_FIGURES = ("value", "numerator", "denominator", "opening")


@dataclass
class _Whole:
    """Amounts of an asked period, with how they came about; arrays as in `amounts`."""

    amount: Numbers
    is_there: Flags
    carried: Flags
    is_filed_as_term: Flags


@dataclass(frozen=True)
class _Told:
    """Figures of one indicator and period: of whom, their parts and status."""

    indicator: int
    period: int
    organisations: Ints
    parts: dict[str, Numbers]
    status: Ints


@dataclass(frozen=True)
class _Ranks:
    """How whole the figures of a filed period are; a place for each organisation.

    Attributes:
        rank: of the period itself, see `standing`.
        in_term: in a term that takes the period in.
        is_exact: whether all who count filed this very period.
        is_part: whether somebody who counts filed only a part of it.
    """

    rank: Numbers
    in_term: Numbers
    is_exact: Flags
    is_part: Flags


@dataclass(frozen=True)
class OfYears:
    """What the single years of a term say of one indicator and unit.

    Attributes:
        indicator: the indicator's code.
        unit: the unit's.
        term: the term's.
        lowest: the lowest of the years; NaN where none has a figure.
        highest: the highest.
        rank: how whole the worst of the years is, see `standing`.
        n_years: over how many years an average is taken.
        has_part: whether one of these was filed only in part.
    """

    indicator: str
    unit: str
    term: str
    lowest: float
    highest: float
    rank: int
    n_years: int
    has_part: bool


class _States:
    """How whole the figures of reporting units are, by indicator, unit and filed period."""

    def __init__(self, adding: Adding, bases: dict[str, Amounts], bodies: Bodies, standing: Standing) -> None:
        self._bodies, self._standing, self._catalogue = bodies, standing, adding.catalogue
        self._measures = adding.measures
        self._positions = {str(code): position for position, code in enumerate(bodies.codes)}
        contributed: dict[str, Flags] = {}
        self._has_part: dict[tuple[str, str], dict[str, Flags]] = {}
        for number, measure in enumerate(adding.measures):
            flags = contributed.setdefault(measure.indicator.code, np.zeros(len(bodies.codes), bool))
            has_part = self._has_part.setdefault((measure.indicator.code, measure.part), {})
            for period, amounts in bases.items():
                is_there = ~np.isnan(amounts.units[:, number])
                flags |= is_there
                has_part[period] = has_part.get(period, np.zeros(len(is_there), bool)) | is_there
        kinds: dict[str, set[str]] = {}
        for life in bodies.lives:
            if life.is_reporting:
                kinds.setdefault(life.code, set()).add(life.kind)
        filed = {(u, f) for u, forms in standing.forms_of.items() for f in forms}
        pairs = filed | set(standing.owed) | set(standing.required)
        filed_kinds = {(kind, form) for unit, form in filed for kind in kinds.get(unit, ())}
        self._forms: dict[str, list[tuple[str, str]]] = {}
        for indicator in adding.indicators:
            flags = contributed.get(indicator.code, np.zeros(len(bodies.codes), bool))
            having = {str(code) for code in bodies.codes[flags]}
            kinds_having = {kind for unit in having for kind in kinds.get(unit, ())}
            forms = {term.form for _, terms in indicator.parts for term in terms}
            self._forms[indicator.code] = [
                (unit, form)
                for unit, form in sorted(pairs)
                if form in forms
                and (
                    unit in having
                    or (
                        (unit, form) not in filed
                        and any(
                            (kind, form) not in filed_kinds or kind in kinds_having
                            for kind in kinds.get(unit, {""})
                        )
                    )
                )
            ]

    def at(self, measure: Measure, period: str) -> _Ranks:
        """Give how whole each organisation's figures of a period are."""
        n = len(self._bodies.codes)
        rank, in_term, exact = np.full(n, -1.0), np.full(n, -1.0), np.ones(n, dtype=bool)
        part = np.zeros(n, dtype=bool)
        is_missing = self._is_uncollected(measure.indicator, period)
        late = self._uncollected_parts(measure.indicator, self._bodies.when[period][1])
        left_blank = self._left_blank(measure.indicator, period)
        share = self._bodies.of_units[period]
        by_unit: dict[int, list[tuple[int, bool, bool]]] = {}
        for unit, form in self._forms[measure.indicator.code]:
            state = self._standing.state(unit, form, period)
            if state.rank is not None:
                position = self._positions[unit]
                begins_late = self._standing.lacks(unit, form, period, late.get(form, ()))
                lacks = is_missing or begins_late or (state.newest > 0 and bool(left_blank[position]))
                worst = 2 if lacks else state.rank
                by_unit.setdefault(position, []).append((worst, state.is_exact, state.is_part or begins_late))
        for owner, contributor, inside in zip(share.owners, share.contributors, share.in_period, strict=True):
            if measure.is_single and owner != contributor:
                continue
            for worst, is_exact, is_part in by_unit.get(int(contributor), ()):
                in_term[owner] = max(in_term[owner], worst)
                exact[owner] &= is_exact
                part[owner] |= is_part
                if inside:
                    rank[owner] = max(rank[owner], worst)
        exact &= in_term >= 0
        return _Ranks(np.where(rank < 0, np.nan, rank), np.where(in_term < 0, np.nan, in_term), exact, part)

    def _left_blank(self, indicator: Indicator, period: str) -> Flags:
        """Say who has nothing for a part of an indicator that it counts in other periods: blank is not zero."""
        blank = np.zeros(len(self._bodies.codes), dtype=bool)
        for (code, part), periods in self._has_part.items():
            if code == indicator.code and part != "opening":
                ever = np.logical_or.reduce(list(periods.values()))
                blank |= ever & ~periods.get(period, np.zeros_like(ever))
        return blank

    def _is_uncollected(self, indicator: Indicator, period: str) -> bool:
        """Say whether a part of an indicator is not collected in a period, and so missing whoever has filed.

        A stock without its opening is whole.
        """
        forms, day = self._catalogue.forms, self._bodies.ends[period]
        return not all(is_collected(terms, forms, day) for part, terms in indicator.parts if part != "opening")

    def _uncollected_parts(self, indicator: Indicator, year: int) -> dict[str, set[int]]:
        """Give, by form, the parts of a year in which something that is added up over it was not collected."""
        found: dict[str, set[int]] = {}
        if self._catalogue.is_timeless:
            return found
        adding = {
            measure.part
            for measure in self._measures
            if measure.indicator is indicator and measure.within in ("sum", "first")
        } - {"opening"}
        for part, terms in indicator.parts:
            for kind, number in PARTS.items():
                day = self._bodies.ends.get(f"{year}-{kind}")
                if part in adding and day and not is_collected(terms, self._catalogue.forms, day):
                    for term in terms:
                        found.setdefault(term.form, set()).add(number)
        return found


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
        self._states = _States(adding, self.bases, bodies, standing)
        missing = MissingParts(adding.measures, self.bases, adding.catalogue, bodies, standing)
        self._lacking = Lacking(adding.left_out, missing, adding.forms, bodies, standing)
        self._lack_cache: dict[tuple[str, str, str, str], Flags] = {}
        self._state_cache: dict[tuple[str, str], _Ranks] = {}
        self.reporting = bodies.codes.isin(bodies.ever_reporting)
        self.filed_as_term: dict[Term, Flags] = {}
        """Of whom each measure of a term comes from a form filed for the whole term; filled by `all`."""

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

    def _state(self, measure: Measure, period: str) -> _Ranks:
        key = (measure.indicator.code, period)
        if key not in self._state_cache:
            self._state_cache[key] = self._states.at(measure, period)
        return self._state_cache[key]

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
                whole = _Whole(amount, there, base.carried & there, np.zeros_like(there))
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
        all of it was filed for quarters alone; what runs from 1 January does not say what of it is.
        """
        base, earlier = self.bases[now], self.bases.get(before)
        amount, there, carried = base.amount.copy(), ~np.isnan(base.amount), base.carried.copy()
        nobody = np.zeros(len(self.bodies.codes), dtype=bool)
        for number, measure in enumerate(self.adding.measures):
            exact = np.where(self._owners(now), self._state(measure, now).is_exact, base.is_exact)
            if before:
                row_exact = nobody if earlier is None else earlier.is_exact
                exact &= np.where(self._owners(before), self._state(measure, before).is_exact, row_exact)
            if before and measure.within == "sum":
                had = nobody if earlier is None else ~np.isnan(earlier.amount[:, number])
                there[:, number] &= had | ~base.since_new_year[:, number]
                if earlier is not None:
                    amount[:, number] -= np.nan_to_num(earlier.amount[:, number])
                    carried[:, number] |= had & earlier.carried[:, number]
            there[:, number] &= exact & (measure.over_time != "none")
        return _Whole(np.where(there, amount, np.nan), there, carried & there, np.zeros_like(there))

    def years(self, term: Term) -> list[tuple[int, str]]:
        """Give the filed periods of which a term is made, each with the year for which it stands."""
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
        carried, as_term = np.zeros(shape, bool), np.zeros(shape, bool)
        for year, period in years:
            base = self.bases[period]
            taken = base.is_there & members[:, None] & (ways != "none")
            for way, chosen in taken_year.items():
                taken &= (ways != way) | (chosen == year)
            amount = np.where(taken, np.nan_to_num(amount) + np.nan_to_num(base.in_term), amount)
            there |= taken
            carried |= taken & base.carried
            if period == code:
                as_term |= taken
        self.filed_as_term[term] = as_term
        return self._told(code, _Whole(amount, there, carried, as_term), code, term)

    def _taken_years(self, term: Term) -> dict[str, Ints]:
        """Give the last and the first year of a term with anything in it, by organisation and measure."""
        shape = (len(self.bodies.codes), len(self.adding.measures))
        taken = {"last": np.full(shape, -1), "first": np.full(shape, 9999)}
        for year, period in self.years(term):
            there = self.bases[period].is_there
            taken["last"] = np.where(there, np.maximum(taken["last"], year), taken["last"])
            taken["first"] = np.where(there, np.minimum(taken["first"], year), taken["first"])
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
                    lack |= in_term & self._is_taken(measure, base_year, taken)
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
        """Give the periods that may make a term, filed or not, each with the year for which it stands."""
        years = [(year, f"{year}-N") for year in range(term.first, term.last + 1)]
        return [(y, p) for y, p in [*years, (term.last, term.code)] if p in self.bodies.of_units]

    def single_years(self) -> Iterator[OfYears]:
        """Give the range of a term's single years, by indicator, unit and term.

        The years are those that the figure itself is made of; a form filed for the whole term stands for all.
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
                adds = [c for c in columns if self.adding.measures[c].part == "value"]
                adds = [c for c in adds if self.adding.measures[c].over_time == "sum"]
                as_term = np.zeros(len(self.bodies.codes), dtype=bool)
                is_older, has_older = as_term.copy(), as_term.copy()
                for _, period in years:
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
                n_years = np.where(as_term, whole, n_years)
                yields = np.array(values) if values else np.full((1, len(members)), np.nan)
                has_any = ~np.isnan(yields).all(axis=0)
                lowest = np.where(
                    has_any, np.nanmin(np.where(np.isnan(yields), np.inf, yields), axis=0), np.nan
                )
                highest = np.where(
                    has_any, np.nanmax(np.where(np.isnan(yields), -np.inf, yields), axis=0), np.nan
                )
                rank = np.maximum(self.term_ranks(self.adding.measures[columns[0]], term)[0], is_older)
                rank = np.where(self._lack_in_years(indicator, term), 2, rank)
                has_part = has_older | self._has_part(self.adding.measures[columns[0]], term)
                for position in np.flatnonzero(members & self.reporting & (has_any | (n_years > 0))).tolist():
                    unit = str(self.bodies.codes[position])
                    yield OfYears(
                        indicator.code,
                        unit,
                        code,
                        lowest[position],
                        highest[position],
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
        whole = _Whole(base.in_term, there, base.carried, np.zeros_like(there))
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

    def term_ranks(self, measure: Measure, term: Term) -> tuple[Numbers, Numbers, Numbers, Numbers]:
        """Give the ranks of a term: of a sum, of its last year, of its first, and over the known years."""
        first, last = term.first, term.last
        known = [year for year in range(first, last + 1) if f"{year}-N" in self.bodies.periods.index]
        n = len(self.bodies.codes)
        total, at_last, at_first = np.full(n, -1.0), np.full(n, np.nan), np.full(n, np.nan)
        for year in known:
            rank = self._state(measure, f"{year}-N").in_term
            has = ~np.isnan(rank)
            total = np.where(has, np.maximum(total, np.nan_to_num(rank)), total)
            at_last = np.where(has, rank, at_last)
            at_first = np.where(has & np.isnan(at_first), rank, at_first)
        seen = total >= 0
        total = np.where(seen, total, 0.0)
        spans = self.bodies.spans.get(term.system, {})
        sums, lasts, firsts = total.copy(), np.nan_to_num(at_last), np.nan_to_num(at_first)
        for position in np.flatnonzero(seen & self.reporting).tolist():
            span = spans.get(str(self.bodies.codes[position]))
            if span is None:
                continue
            start, end = max(first, span[0]), min(last, span[1])
            own = [year for year in known if start <= year <= end]
            if len(own) < end - start + 1:
                sums[position] = 2
            if own and own[-1] < end:
                lasts[position] = 2
            if own and own[0] > start:
                firsts[position] = 2
        return sums, lasts, firsts, total

    def _has_part(self, measure: Measure, term: Term) -> Flags:
        """Say of whom somebody filed only a part of one of a term's years."""
        has_part = np.zeros(len(self.bodies.codes), dtype=bool)
        for year in range(term.first, term.last + 1):
            if f"{year}-N" in self.bodies.periods.index:
                has_part |= self._state(measure, f"{year}-N").is_part
        return has_part

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
            state = np.nan_to_num(self._state(measure, period).rank)
            return np.where(whole.is_there[:, judged].any(axis=1), np.maximum(rank, state), rank).astype(
                np.int64
            )
        sums, lasts, firsts, known = self.term_ranks(measure, term)
        as_term = whole.is_filed_as_term[:, columns].any(axis=1)
        rank = np.where(as_term, np.maximum(rank, known), rank)
        for ways, worst in ((("sum",), sums), (("first",), firsts), (("last", "none"), lasts)):
            mine = [c for c in judged if self.adding.measures[c].over_time in ways]
            has = whole.is_there[:, mine].any(axis=1) & ~as_term
            rank = np.where(has, np.maximum(rank, worst), rank)
        whole_ranks: Ints = rank.astype(np.int64)
        return whole_ranks
