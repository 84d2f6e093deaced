"""How whole the openings of terms are, from which changes over a term are told.

What belongs here: whether the first year of a term has what its opening is made of. What does not: the openings
themselves (`figures`), and what is told of them (`derived`).
"""

import numpy as np

from ingestion.definitions.indicators import Indicator, is_collected
from reports.publication_gate.arrays import PARTS, Flags, Ints
from reports.publication_gate.bodies import Term
from reports.publication_gate.figures import Figures

_WHOLE, _INCOMPLETE = 0, 2


def opening_ranks(figures: Figures, term: Term) -> dict[str, Ints]:
    """Give by indicator how whole the opening of a term is, see `standing`; a place for each organisation.

    An opening is there or it is not: a first year that ends early has its opening all the same. A form filed
    for the whole term has its own, of the term's beginning. One without a cell that was asked for is not whole,
    whoever filed it.
    """
    measures, ranks = figures.adding.measures, {}
    for indicator in figures.adding.indicators:
        columns = [c for c, m in enumerate(measures) if m.indicator is indicator and m.part == "opening"]
        if columns:
            of_term = figures.states.of_term(indicator, term)
            lacks = of_term.first == _INCOMPLETE
            lacks |= _is_uncollected(figures, indicator, term) & ~of_term.is_all_at_once
            day = figures.bodies.ends[term.code]
            if not is_collected(indicator.opening, figures.adding.catalogue.forms, day):
                lacks |= of_term.has_at_once
            lacks |= figures.lack(indicator, term.code, term, "opening")
            ranks[indicator.code] = np.where(lacks, _INCOMPLETE, _WHOLE)
    return ranks


def _is_uncollected(figures: Figures, indicator: Indicator, term: Term) -> Flags:
    """Say whose first year of a term did not collect the opening: what stands in its place is a later one's."""
    bodies, catalogue = figures.bodies, figures.adding.catalogue
    lacks = np.zeros(len(bodies.codes), dtype=bool)
    if catalogue.is_timeless:
        return lacks
    of_years: dict[int, list[str]] = {}
    firsts = figures.asked.first_years(term)
    for code in bodies.spans.get(term.system, {}):
        first = int(firsts[bodies.numbers([code])[0]])
        of_years.setdefault(max(term.first, first), []).append(code)
    for year, codes in of_years.items():
        if (day := bodies.ends.get(f"{year}-N")) is not None:
            members = np.zeros(len(lacks), dtype=bool)
            members[bodies.numbers(codes)] = True
            is_missing = not is_collected(indicator.opening, catalogue.forms, day)
            lacks |= members & (is_missing | _begins_late(figures, indicator, term, year))
    return lacks


def _begins_late(figures: Figures, indicator: Indicator, term: Term, year: int) -> Flags:
    """Say whose year is made of quarters filed alone, of which the first did not collect the opening."""
    bodies, standing = figures.bodies, figures.adding.standing
    begins_late = np.zeros(len(bodies.codes), dtype=bool)
    days = {number: bodies.ends.get(f"{year}-{kind}") for kind, number in PARTS.items()}
    forms = figures.adding.catalogue.forms
    idle = {n for n, day in days.items() if day and not is_collected(indicator.opening, forms, day)}
    is_added = any(
        m.indicator is indicator and m.part == "opening" and m.within != "last" for m in figures.adding.measures
    )
    if not idle or not is_added:
        return begins_late
    asked = {summand.form for summand in indicator.opening}
    late = [
        unit
        for unit, form in {*standing.owed, *standing.filed}
        if form in asked and standing.lacks(unit, form, f"{year}-N", idle)
    ]
    share = figures.asked.of_year(term, year)
    begins_late[share.owners[np.isin(share.contributors, bodies.numbers(late))]] = True
    return begins_late
