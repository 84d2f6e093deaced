"""How whole figures are: of each filed period, of a term, and of a term's single years.

What belongs here: whose filings a figure waits for, and the worst of what they say. What does not: what a
single form of a unit says (`standing`), cells that were left out (`gaps`), and the figures (`figures`).

A form filed once for a whole term answers for that term in its unit's place, and for none of its years: a
year's own figure lacks that unit as it would without the form.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from ingestion.definitions.indicators import Indicator, is_collected
from reports.publication_gate.amounts import Adding, Amounts
from reports.publication_gate.arrays import PARTS, Flags, Numbers
from reports.publication_gate.bodies import Bodies, Term
from reports.publication_gate.standing import Standing
from reports.publication_gate.waiting import waited_for

_MISSING = 2


@dataclass(frozen=True)
class Ranks:
    """How whole the figures of a filed period are; a place for each organisation.

    Attributes:
        rank: of the period itself, see `standing`; NaN where nobody is waited for.
        in_term: in a term that takes the period in.
        is_exact: whether all who count filed this very period.
        is_part: whether somebody who counts filed only a part of it.
        fills_gap: whether what somebody filed holds an earlier quarter that had not come.
    """

    rank: Numbers
    in_term: Numbers
    is_exact: Flags
    is_part: Flags
    fills_gap: Flags


@dataclass(frozen=True)
class TermRanks:
    """How whole the figures of a term are; a place for each organisation.

    Attributes:
        total: of what adds all years up, see `standing`.
        last: of what lasts, and is that of the last year.
        first: of what is that of the first year.
        has_at_once: whether somebody who counts filed once for the whole term.
        is_all_at_once: whether all who count did.
    """

    total: Numbers
    last: Numbers
    first: Numbers
    has_at_once: Flags
    is_all_at_once: Flags


@dataclass(frozen=True)
class _Said:
    """What a form of a unit says of a period: how whole it is, and of which part of the year."""

    unit: int
    form: str
    rank: int
    is_exact: bool
    is_part: bool
    fills_gap: bool


class States:
    """How whole the figures of reporting units are, by indicator, unit and filed period."""

    def __init__(self, adding: Adding, bases: dict[str, Amounts], bodies: Bodies, standing: Standing) -> None:
        self._bodies, self._standing, self._catalogue = bodies, standing, adding.catalogue
        self._measures = adding.measures
        self._reporting: Flags = bodies.codes.isin(bodies.ever_reporting)
        self._of_periods: dict[tuple[str, str], Ranks] = {}
        self._of_terms: dict[tuple[str, Term], TermRanks] = {}
        self._gaps_filled: dict[tuple[str, str], Flags] = {}
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
        nobody = np.zeros(len(bodies.codes), bool)
        self._forms = {
            indicator.code: waited_for(indicator, contributed.get(indicator.code, nobody), bodies, standing)
            for indicator in adding.indicators
        }

    def at(self, indicator: Indicator, period: str) -> Ranks:
        """Give how whole each organisation's figures of a cumulative period are."""
        key = (indicator.code, period)
        if key not in self._of_periods:
            self._of_periods[key] = self._at(indicator, period)
        return self._of_periods[key]

    def _at(self, indicator: Indicator, period: str) -> Ranks:
        n = len(self._bodies.codes)
        rank, in_term, exact = np.full(n, -1.0), np.full(n, -1.0), np.ones(n, dtype=bool)
        part, fills_gap = np.zeros(n, dtype=bool), np.zeros(n, dtype=bool)
        by_unit: dict[int, list[_Said]] = {}
        for said in self._said(indicator, period, self._left_blank(indicator, period)):
            by_unit.setdefault(said.unit, []).append(said)
        for owner, contributor, inside in self._shares(indicator, period):
            for said in by_unit.get(contributor, ()):
                in_term[owner] = max(in_term[owner], said.rank)
                exact[owner] &= said.is_exact
                part[owner] |= said.is_part
                fills_gap[owner] |= said.fills_gap
                if inside:
                    rank[owner] = max(rank[owner], said.rank)
        exact &= in_term >= 0
        ranks, in_terms = (np.where(known < 0, np.nan, known) for known in (rank, in_term))
        return Ranks(ranks, in_terms, exact, part, fills_gap)

    def fills_gap_of_rows(self, form: str, period: str) -> Flags:
        """Say about whom a unit has filed rows of a form that hold an earlier quarter that had not come."""
        key = (form, period)
        if key not in self._gaps_filled:
            self._gaps_filled[key] = self._fills_gap_of_rows(form, period)
        return self._gaps_filled[key]

    def _fills_gap_of_rows(self, form: str, period: str) -> Flags:
        share, parents = self._bodies.of_organisations[period], self._bodies.parents(period)
        fills_gap = np.zeros(len(self._bodies.codes), dtype=bool)
        for owner, contributor in zip(share.owners.tolist(), share.contributors.tolist(), strict=True):
            unit = parents.get(str(self._bodies.codes[contributor]))
            fills_gap[owner] |= unit is not None and self._standing.state(unit, form, period).fills_gap
        return fills_gap

    def _shares(self, indicator: Indicator, period: str) -> Iterable[tuple[int, int, bool]]:
        """Give whose figures take in whom, and whether in the period itself; a single one takes in its own."""
        share = self._bodies.of_units[period]
        is_single = indicator.kind in ("rate", "distinct")
        for owner, contributor, inside in zip(
            share.owners.tolist(), share.contributors.tolist(), share.in_period.tolist(), strict=True
        ):
            if not is_single or owner == contributor:
                yield owner, contributor, inside

    def _said(self, indicator: Indicator, period: str, left_blank: Flags) -> Iterable[_Said]:
        """Give what the forms of all units that are waited for say of a cumulative period."""
        is_missing = self._is_uncollected(indicator, period)
        late = self._uncollected_parts(indicator, self._bodies.when[period][1])
        asked = {form for _, form in self._forms[indicator.code] if self._takes(indicator, form, period)}
        for unit, form in self._forms[indicator.code]:
            state = self._standing.state(unit, form, period)
            if state.rank is not None and form in asked:
                position = self._positions[unit]
                begins_late = self._standing.lacks(unit, form, period, late.get(form, ()))
                lacks = is_missing or begins_late or (state.newest > 0 and bool(left_blank[position]))
                worst = _MISSING if lacks else state.rank
                is_part = state.is_part or begins_late
                yield _Said(position, form, worst, state.is_exact, is_part, state.fills_gap)

    def of_term(self, indicator: Indicator, term: Term) -> TermRanks:
        """Give how whole each organisation's figures of a term are."""
        key = (indicator.code, term)
        if key not in self._of_terms:
            self._of_terms[key] = self._of_term(indicator, term)
        return self._of_terms[key]

    def _of_term(self, indicator: Indicator, term: Term) -> TermRanks:
        n = len(self._bodies.codes)
        of_years = {year: np.full(n, np.nan) for year in range(term.first, term.last + 1)}
        has_at_once, has_years = np.zeros(n, dtype=bool), np.zeros(n, dtype=bool)
        at_once: dict[int, set[str]] = {}
        for unit, form in self._forms[indicator.code]:
            if (unit, form, term) in self._standing.at_once:
                at_once.setdefault(self._positions[unit], set()).add(form)
        waited_for = {
            self._positions[unit]
            for unit, form in self._forms[indicator.code]
            if form not in at_once.get(self._positions[unit], ())
        }
        said_at_once = self._at_once(indicator, term) if at_once else np.zeros(n)
        answered: set[tuple[int, int]] = set()
        for owner, contributor, _ in self._shares(indicator, term.code):
            has_years[owner] |= contributor in waited_for
            if contributor in at_once:
                has_at_once[owner] = True
                answered.add((owner, contributor))
                for year in {term.first, term.last}:
                    of_years[year][owner] = np.fmax(of_years[year][owner], said_at_once[contributor])
        for year in self._known(term):
            period = f"{year}-N"
            if not at_once:
                of_years[year] = self.at(indicator, period).in_term
                continue
            by_unit: dict[int, list[_Said]] = {}
            for said in self._said(indicator, period, self._left_blank(indicator, period, term.code)):
                by_unit.setdefault(said.unit, []).append(said)
            for owner, contributor, _ in self._shares(indicator, period):
                answering = at_once.get(contributor, ()) if (owner, contributor) in answered else ()
                for said in by_unit.get(contributor, ()):
                    if said.form not in answering:
                        has_years[owner] = True
                        of_years[year][owner] = np.fmax(of_years[year][owner], said.rank)
        is_all_at_once = has_at_once & ~has_years
        return self._ranked(term, of_years, has_at_once, is_all_at_once)

    def _ranked(
        self, term: Term, of_years: dict[int, Numbers], has_at_once: Flags, is_all_at_once: Flags
    ) -> TermRanks:
        """Give the worst year, the last and the first, and what is missing since the calendar lacks it."""
        n = len(self._bodies.codes)
        total, at_last, at_first = np.full(n, np.nan), np.full(n, np.nan), np.full(n, np.nan)
        for rank in of_years.values():
            has = ~np.isnan(rank)
            total = np.fmax(total, rank)
            at_last = np.where(has, rank, at_last)
            at_first = np.where(np.isnan(at_first), rank, at_first)
        seen = ~np.isnan(total)
        sums, lasts, firsts = (np.nan_to_num(ranks) for ranks in (total, at_last, at_first))
        for position, (start, end, own) in self._lived(term, seen & self._reporting & ~is_all_at_once):
            if len(own) < end - start + 1:
                sums[position] = _MISSING
            if end >= start and (not own or own[-1] < end):
                lasts[position] = _MISSING
            if end >= start and (not own or own[0] > start):
                firsts[position] = _MISSING
        return TermRanks(sums, lasts, firsts, has_at_once, is_all_at_once)

    def _at_once(self, indicator: Indicator, term: Term) -> Numbers:
        """Give how whole what units filed for a whole term is: what they count in other periods is there."""
        blank = np.zeros(len(self._bodies.codes), dtype=bool)
        for (code, part), periods in self._has_part.items():
            if code == indicator.code and part != "opening":
                inside = [term.code, *(f"{year}-N" for year in self._known(term))]
                ever = np.logical_or.reduce(list(periods.values()))
                now = np.logical_or.reduce([periods.get(period, np.zeros_like(ever)) for period in inside])
                blank |= ever & ~now
        blank |= self._is_uncollected(indicator, term.code)
        ranks: Numbers = np.where(blank, float(_MISSING), 0.0)
        return ranks

    def of_single_years(self, indicator: Indicator, term: Term) -> Numbers:
        """Give how whole the worst of a term's single years is; a year that the calendar lacks is missing."""
        worst = np.full(len(self._bodies.codes), np.nan)
        for year in self._known(term):
            worst = np.fmax(worst, self.at(indicator, f"{year}-N").in_term)
        ranks: Numbers = np.nan_to_num(worst)
        for position, (start, end, own) in self._lived(term, ~np.isnan(worst) & self._reporting):
            if len(own) < end - start + 1:
                ranks[position] = _MISSING
        return ranks

    def has_part(self, indicator: Indicator, term: Term) -> Flags:
        """Say of whom somebody filed only a part of one of a term's years."""
        has_part = np.zeros(len(self._bodies.codes), dtype=bool)
        for year in self._known(term):
            has_part |= self.at(indicator, f"{year}-N").is_part
        return has_part

    def _known(self, term: Term) -> list[int]:
        years = range(term.first, term.last + 1)
        return [year for year in years if f"{year}-N" in self._bodies.periods.index]

    def _lived(self, term: Term, wanted: Flags) -> Iterable[tuple[int, tuple[int, int, list[int]]]]:
        """Give the first and last year of a term in which bodies lived, and which of them the calendar has."""
        spans, known = self._bodies.spans.get(term.system, {}), self._known(term)
        for position in np.flatnonzero(wanted).tolist():
            span = spans.get(str(self._bodies.codes[position]))
            if span is not None:
                start, end = max(term.first, span[0]), min(term.last, span[1])
                yield position, (start, end, [year for year in known if start <= year <= end])

    def _left_blank(self, indicator: Indicator, period: str, beside: str = "") -> Flags:
        """Say who has nothing for a part of an indicator that it counts in other periods: blank is not zero.

        Args:
            indicator: the indicator.
            period: in which nothing is there.
            beside: a term for which another form may have been filed that has the part.
        """
        blank = np.zeros(len(self._bodies.codes), dtype=bool)
        for (code, part), periods in self._has_part.items():
            if code == indicator.code and part != "opening":
                ever = np.logical_or.reduce(list(periods.values()))
                for there in (period, beside):
                    ever = ever & ~periods.get(there, np.zeros_like(ever))
                blank |= ever
        return blank

    def _is_uncollected(self, indicator: Indicator, period: str) -> bool:
        """Say whether a part of an indicator is not collected in a period, and so missing whoever has filed.

        A stock without its opening is whole.
        """
        forms, day = self._catalogue.forms, self._bodies.ends[period]
        return not all(
            is_collected(summands, forms, day) for part, summands in indicator.parts if part != "opening"
        )

    def _takes(self, indicator: Indicator, form: str, period: str) -> bool:
        """Say whether an indicator waits for a form in a period: not where another has its place."""
        if self._catalogue.is_timeless:
            return True
        forms, day = self._catalogue.forms, self._bodies.ends[period]
        for part, summands in indicator.parts:
            named = [summand for summand in summands if summand.form == form]
            if is_collected(summands, forms, day):
                named = [summand for summand in named if summand.effective.covers(day)]
            elif part == "opening":
                continue
            if named:
                return True
        return False

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
        for part, summands in indicator.parts:
            for kind, number in PARTS.items():
                day = self._bodies.ends.get(f"{year}-{kind}")
                if part in adding and day and not is_collected(summands, self._catalogue.forms, day):
                    for summand in summands:
                        found.setdefault(summand.form, set()).add(number)
        return found
