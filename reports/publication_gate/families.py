"""Children against parents: a total is what its own body filed and what those directly below it have.

What belongs here: whose figures must make up whose, and by which rule. What does not: how a figure comes about.
"""

import numpy as np
import pandas as pd

from reports.publication_gate.arrays import PARTS, Numbers
from reports.publication_gate.bodies import Term
from reports.publication_gate.figures import QUARTERS, Figures

_PARTS = {"stock": ("value",), "flow": ("value",), "ratio": ("numerator", "denominator")}
"""What adds over units, by the indicator's kind; ratios do by their parts."""


def children_make_parents(beside: pd.DataFrame, figures: Figures) -> pd.DataFrame:
    """Hold every figure of a body with units below it against its own rows and their figures.

    In a term it is held where the same units stand below it all the while, none took another in, and all
    figures are final: others take years of different bodies.

    Args:
        beside: the warehouse's figures, as `comparison` puts them beside the expected.
        figures: how the figures came about, for what the body filed itself.
    """
    kinds = {i.code: _PARTS.get(i.kind, ()) for i in figures.adding.indicators}
    is_known = beside["period"].isin(
        list(figures.bodies.when)
    )  # a figure of no period is named where it stands
    mine = beside[beside["is_unit"] & beside["is_found"].notna() & is_known]
    places: dict[tuple[str, str], dict[str, int]] = {}
    keys = zip(*(mine[key].astype(object) for key in ("indicator", "period", "unit")), strict=True)
    for row, (indicator, period, unit) in enumerate(keys):
        places.setdefault((indicator, period), {}).setdefault(unit, row)
    found = {part: mine[f"{part} found"].to_numpy() for part in ("value", "numerator", "denominator")}
    is_open = mine["status found"].to_numpy() > 0
    rows = []
    for (indicator, period), units in places.items():
        parts = kinds.get(indicator, ())
        for parent, children in _families(figures, period).items() if parts else ():
            if parent not in units:
                continue
            there = [units[child] for child in children if child in units]
            if period in figures.terms and is_open[[units[parent], *there]].any():
                continue
            for part in parts:
                made_of = np.append(found[part][there], _own(figures, indicator, part, period, parent))
                total = np.nan if np.isnan(made_of).all() else float(np.nansum(made_of))
                rows.append((indicator, parent, period, part, total, found[part][units[parent]]))
    return pd.DataFrame(rows, columns=["indicator", "unit", "period", "column", "expected", "found"])


def _families(figures: Figures, period: str) -> dict[str, list[str]]:
    """Give the bodies with figures of units directly below each body in an asked period."""
    if period in figures.family_cache:
        return figures.family_cache[period]
    kind, year = figures.bodies.when[period]
    if period in figures.terms:
        families: dict[str, list[str]] = {}
        for term in figures.terms[period]:
            families |= _all_the_while(figures, term)
    elif kind in QUARTERS:
        now, before = (f"{year}-{part}" if part else "" for part in QUARTERS[kind])
        families = _below(figures, now)
        if before:
            earlier = _below(figures, before)
            families = {p: c for p, c in families.items() if earlier.get(p) == c}
    else:
        families = _below(figures, period) if kind in PARTS else {}
    figures.family_cache[period] = families
    return families


def _all_the_while(figures: Figures, term: Term) -> dict[str, list[str]]:
    """Give the families of a term system that are the same in every filed year of a term, nobody merged."""
    years = [base for _, base in figures.years(term) if base != term.code]
    each = [_below(figures, year) for year in years]
    merged, members = figures.bodies.predecessors, figures.bodies.systems.get(term.system, ())
    return {
        parent: children
        for parent, children in (each[0] if each else {}).items()
        if parent in members
        and all(other.get(parent) == children for other in each)
        and not any(body in merged for body in (parent, *children))
    }


def _below(figures: Figures, period: str) -> dict[str, list[str]]:
    # A body that does not file stands between where units stand below it.
    between = {str(figures.bodies.codes[owner]) for owner in figures.bodies.of_units[period].owners}
    families: dict[str, list[str]] = {}
    for child, parent in sorted(figures.bodies.parents(period).items()):
        if child in between:
            families.setdefault(parent, []).append(child)
    return families


def _own(figures: Figures, indicator: str, part: str, period: str, parent: str) -> float:
    """Give what a body itself filed for a part of an indicator; NaN for nothing."""
    position = int(figures.bodies.numbers([parent])[0])
    kind, year = figures.bodies.when[period]
    total, is_there = 0.0, False
    for number, measure in enumerate(figures.adding.measures):
        if measure.indicator.code != indicator or measure.part != part:
            continue

        def at(base: str, number: int = number) -> float:
            amounts = figures.bases.get(base)
            return float(amounts.units[position, number]) if amounts is not None else np.nan

        if period in figures.terms:
            (term, *_) = figures.bodies.terms_of(period, parent)
            own = _own_in_term(figures, term, measure.over_time, number, position)
        elif kind in QUARTERS:
            now, before = (f"{year}-{p}" if p else "" for p in QUARTERS[kind])
            own = (
                np.array([at(now), -at(before)]) if measure.within == "sum" and before else np.array([at(now)])
            )
        else:
            own = np.array([at(period)])
        if not np.isnan(own).all():
            total, is_there = total + float(np.nansum(own)), True
    return total if is_there else np.nan


def _own_in_term(figures: Figures, term: Term, over_time: str, number: int, position: int) -> Numbers:
    years = [base for _, base in figures.years(term)]
    has = [base for base in years if figures.bases[base].is_there[position, number]]
    if over_time == "last":
        has = has[-1:]
    elif over_time == "first":
        has = has[:1]
    return np.array([figures.bases[base].units[position, number] for base in has] or [np.nan])
