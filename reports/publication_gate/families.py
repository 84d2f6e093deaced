"""Children against parents: a total is what its own body filed and what those directly below it have.

What belongs here: whose figures must make up whose, and by which rule. What does not: how a figure comes about.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from reports.publication_gate.arrays import PARTS, Numbers
from reports.publication_gate.asked import QUARTERS, Shares
from reports.publication_gate.bodies import Term
from reports.publication_gate.figures import Figures

_PARTS = {"stock": ("value",), "flow": ("value",), "ratio": ("numerator", "denominator")}
"""What adds over units, by the indicator's kind; ratios do by their parts."""


def children_make_parents(beside: pd.DataFrame, figures: Figures) -> pd.DataFrame:
    """Hold every figure of a body with units below it against its own rows and their figures.

    It is held where what each unit filed counts in one of them as it does in the whole: what moved, ended or
    began counts otherwise. In a term all of them have to stand all the while, with final figures.

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
        families = _families(figures, period) if parts else _Families({}, {}, {})
        for parent, children in families.children.items():
            if parent not in units:
                continue
            there = [units[child] for child in children if child in units]
            if period in figures.terms and is_open[[units[parent], *there]].any():
                continue
            for part in parts:
                measures = list(enumerate(figures.adding.measures))
                mine_of = [(c, m) for c, m in measures if m.indicator.code == indicator and m.part == part]
                if not {measure.within for _, measure in mine_of} <= families.ways[parent]:
                    continue
                own = families.own.get(parent)
                filed = [own[column] for column, _ in mine_of] if own is not None else []
                made_of = np.array([*found[part][there], *filed])
                total = np.nan if np.isnan(made_of).all() else float(np.nansum(made_of))
                rows.append((indicator, parent, period, part, total, found[part][units[parent]]))
    return pd.DataFrame(rows, columns=["indicator", "unit", "period", "column", "expected", "found"])


@dataclass(frozen=True)
class _Families:
    """Whose figures of an asked period make up whose, by the way in which they add within a year.

    Attributes:
        children: the bodies directly below each body.
        ways: the ways in which these make it up: sum, last, first.
        own: what each body filed itself, by measure and with its sign; NaN for nothing.
    """

    children: Mapping[str, list[str]]
    ways: Mapping[str, set[str]]
    own: Mapping[str, Numbers]


def _families(figures: Figures, period: str) -> _Families:
    """Give the bodies with figures of units directly below each body in an asked period."""
    if period not in figures.family_cache:
        figures.family_cache[period] = _found(figures, period)
    found: _Families = figures.family_cache[period]
    return found


def _found(figures: Figures, period: str) -> _Families:
    kind, year = figures.bodies.when[period]
    end = figures.bodies.ends[period].toordinal()
    if period in figures.terms:
        families = _Families({}, {}, {})
        for term in figures.terms[period]:
            found = _all_the_while(figures, term)
            families = _Families(
                {**families.children, **found.children},
                {**families.ways, **found.ways},
                {**families.own, **found.own},
            )
        return families
    if kind not in (*QUARTERS, *PARTS):
        return _Families({}, {}, {})
    now, before = QUARTERS.get(kind, (kind, ""))
    shares = [figures.asked.of_period(f"{year}-{now}")]
    if before:
        shares.append(figures.asked.before_quarter(period))
    children = _below(figures, shares[0], end)
    ways = {parent: _ways(figures, shares, parent, mine) for parent, mine in children.items()}
    own = _own(figures, shares[0])
    if before:
        sums = np.array([measure.within == "sum" for measure in figures.adding.measures], dtype=bool)
        for code, amounts in _own(figures, shares[1]).items():
            whole = own.get(code, np.full_like(amounts, np.nan))
            less = np.where(np.isnan(whole) & ~np.isnan(amounts), 0.0, whole) - np.nan_to_num(amounts)
            own[code] = np.where(sums, less, whole)
    return _Families(children, ways, own)


def _all_the_while(figures: Figures, term: Term) -> _Families:
    """Give the families of a term of which all stand from its beginning to its end, and nobody merged."""
    bodies, versions = figures.bodies, figures.bodies.versions
    years = [shares for _, shares in figures.years(term)]
    if not years:
        return _Families({}, {}, {})
    first, last = date(term.first, 1, 1).toordinal(), date(term.last, 12, 31).toordinal()
    members = bodies.systems.get(term.system, set())
    lasting = {str(code) for code in bodies.codes[(versions.first <= first) & (versions.last >= last)]}
    lasting &= members - bodies.predecessors.keys()
    children = {
        parent: mine
        for parent, mine in _below(figures, years[0], last).items()
        if lasting.issuperset((parent, *mine))
    }
    ways = {parent: _ways(figures, years, parent, mine) for parent, mine in children.items()}
    return _Families(children, ways, _own_in_term(figures, term, set(children)))


def _below(figures: Figures, shares: Shares, end: int) -> dict[str, list[str]]:
    """Give who stands below whom on the last day that is asked for, or on its own; what does not file too."""
    bodies = figures.bodies
    children: dict[str, list[str]] = {}
    for owner in np.unique(shares.owners).tolist():
        day = min(end, int(bodies.versions.last[owner]))
        if (parent := bodies.parents_on(day).get(owner)) is not None:
            children.setdefault(str(bodies.codes[parent]), []).append(str(bodies.codes[owner]))
    return children


def _ways(figures: Figures, years: Sequence[Shares], parent: str, children: list[str]) -> set[str]:
    """Say in which ways children make up a parent: as what each filed counts in one of them as in it, and once.

    A body that went elsewhere, that ended or that began in the meantime may count in one of them otherwise.
    """
    ways = {"sum", "last", "first"}
    (above, *below) = figures.bodies.numbers([parent, *children]).tolist()
    for shares in years:
        if _overlaps(figures, shares, above):
            return set()
        whole, of_parts = _counting(shares, above), [_counting(shares, child) for child in below]
        whole.pop(above, None)
        merged = {code: pair for part in of_parts for code, pair in part.items()}
        if sum(map(len, of_parts)) != len(merged) or merged.keys() != whole.keys():
            return set()
        for place, way in enumerate(("sum", "last", "first")):
            if any(merged[code][place] != pair[place] for code, pair in whole.items()):
                ways.discard(way)
    return ways if "sum" in ways else set()


def _overlaps(figures: Figures, shares: Shares, owner: int) -> bool:
    """Say whether a row gives way in a body's figures: in those of a single child it may not."""
    counting = _counting(shares, owner)
    for part in {pair[0] for pair in counting.values()}:
        base = figures.adding.at(figures.adding.base_of(shares, part))
        for unit, rows in base.rivals.items() if base is not None else ():
            if unit in counting and any(others & counting.keys() for _, _, others in rows):
                return True
    return False


def _counting(shares: Shares, owner: int) -> dict[int, tuple[int, bool, bool]]:
    first, last = np.searchsorted(shares.owners, [owner, owner + 1])
    columns = (shares.contributors, shares.parts, shares.closes, shares.opens)
    pairs = zip(*(column[first:last].tolist() for column in columns), strict=True)
    return {code: (part, closes, opens) for code, part, closes, opens in pairs}


def _own(figures: Figures, shares: Shares) -> dict[str, Numbers]:
    """Give what bodies filed themselves of a year."""
    mine = shares.of(shares.is_own)
    given = figures.adding.given(mine, is_of_units=True).amount
    return {str(figures.bodies.codes[code]): row for code, row in zip(mine.owners.tolist(), given, strict=True)}


def _own_in_term(figures: Figures, term: Term, parents: set[str]) -> dict[str, Numbers]:
    """Give what bodies filed themselves of the years that a term takes: all, the last or the first."""
    ways = np.array([measure.over_time for measure in figures.adding.measures])
    years = [(figures.of_year(shares).is_there, _own(figures, shares)) for _, shares in figures.years(term)]
    nothing = np.full(len(ways), np.nan)
    own = {}
    for code in parents:
        (place,) = figures.bodies.numbers([code])
        there = np.array([is_there[place] for is_there, _ in years])
        filed = np.array([of_year.get(code, nothing) for _, of_year in years])
        is_last = there & (np.cumsum(there[::-1], axis=0)[::-1] == 1)
        is_first = there & (np.cumsum(there, axis=0) == 1)
        taken = np.where(ways == "last", is_last, np.where(ways == "first", is_first, there))
        counted = np.where(taken, filed, np.nan)
        own[code] = np.where(np.isnan(counted).all(axis=0), np.nan, np.nansum(counted, axis=0))
    return own
