"""What the single years of a term say: the lowest and the highest, and over how many years an average is.

What belongs here: this, by indicator and unit. What does not: the figures of terms (`figures`), and what is
derived from them (`derived`).
"""

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from ingestion.definitions.indicators import Indicator
from ingestion.records.tolerance import TOLERANCE
from reports.publication_gate.arrays import Flags, Numbers
from reports.publication_gate.bodies import Term
from reports.publication_gate.figures import Figures


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


def single_years(figures: Figures) -> Iterator[OfYears]:
    """Give the range of a term's single years, by indicator, unit and term.

    A year is that of who counts in the term. A form filed for the whole term counts as all of them in an
    average, and says nothing of one alone.
    """
    adding, codes = figures.adding, figures.bodies.codes
    for term in figures.bodies.terms:
        years = figures.years(term)
        members = codes.isin(figures.bodies.systems.get(term.system, set()))
        whole = term.last - term.first + 1
        for indicator in adding.indicators:
            mine = [c for c, m in enumerate(adding.measures) if m.indicator is indicator]
            columns = [c for c in mine if adding.measures[c].over_time != "none"]
            if not columns or not years:
                continue
            values, n_years = [], np.zeros(len(codes), dtype=np.int64)
            when = []
            adds = [c for c in columns if adding.measures[c].part == "value"]
            adds = [c for c in adds if adding.measures[c].over_time == "sum"]
            as_term = np.zeros(len(codes), dtype=bool)
            is_older, has_older = as_term.copy(), as_term.copy()
            for year, shares in years:
                amounts = figures.of_year(shares)
                has: Flags = np.asarray(amounts.is_there[:, adds].any(axis=1))
                has_older |= amounts.carried[:, adds].any(axis=1)
                if shares.term:
                    as_term = has
                    continue
                n_years += has
                owners = np.zeros(len(codes), dtype=bool)
                owners[shares.owners] = True
                of_year = np.where(owners, _of_year(figures, amounts.amount, columns, indicator), np.nan)
                is_older |= amounts.carried[:, columns].any(axis=1) & ~np.isnan(of_year)
                values.append(of_year)
                when.append(year)
            n_years = np.where(as_term, whole, n_years)
            yields = np.array(values) if values else np.full((1, len(members)), np.nan)
            has_any = ~np.isnan(yields).all(axis=0)
            low, high = (np.where(np.isnan(yields), end, yields) for end in (np.inf, -np.inf))
            lowest, highest = (np.where(has_any, end, np.nan) for end in (low.min(axis=0), high.max(axis=0)))
            are_lowest, are_highest = (np.isclose(yields, end, rtol=TOLERANCE) for end in (lowest, highest))
            rank = np.maximum(figures.states.of_single_years(indicator, term), is_older)
            rank = np.where(_lack_in_years(figures, indicator, term), 2, rank)
            has_part = has_older | figures.states.has_part(indicator, term)
            is_told = members & figures.reporting & (has_any | (n_years > 0))
            for position in np.flatnonzero(is_told).tolist():
                yield OfYears(
                    indicator.code,
                    str(codes[position]),
                    term.code,
                    lowest[position],
                    highest[position],
                    tuple(itertools.compress(when, are_lowest[:, position])),
                    tuple(itertools.compress(when, are_highest[:, position])),
                    int(rank[position]),
                    int(n_years[position]),
                    bool(has_part[position]),
                )


def _lack_in_years(figures: Figures, indicator: Indicator, term: Term) -> Flags:
    """Say for whom something of a single year of a term was left out."""
    lack = np.zeros(len(figures.bodies.codes), dtype=bool)
    if indicator.code not in figures.lacking.indicators:
        return lack
    for _, shares in figures.years_of(term):
        for measure, who in figures.lacking.of(shares):
            is_of_figure = measure.indicator is indicator and measure.lacked_by == "figure"
            if is_of_figure and measure.over_time != "none":
                lack |= who
    return lack


def _of_year(figures: Figures, amount: Numbers, columns: Sequence[int], indicator: Indicator) -> Numbers:
    if indicator.kind != "ratio":
        return figures.part(amount, columns, "value")
    with np.errstate(divide="ignore", invalid="ignore"):
        parts = (figures.part(amount, columns, part) for part in ("numerator", "denominator"))
        share = 100.0 * np.divide(*parts)
    rated: Numbers = np.where(np.isfinite(share), share, np.nan)
    return rated
