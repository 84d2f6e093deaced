"""How whole figures are: of what is asked of a year, of a term, and of a term's single years.

What belongs here: whose filings a figure waits for, and the worst of what they say. What does not: what a
single form of a unit says (`standing`), cells that were left out (`gaps`), and the figures (`figures`).

A form filed once for a whole term answers for that term in its unit's place, and for none of its years: a
year's own figure lacks that unit as it would without the form.
"""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from ingestion.definitions.indicators import Indicator, is_collected
from reports.publication_gate.amounts import Adding
from reports.publication_gate.arrays import PARTS, Flags, Numbers
from reports.publication_gate.asked import Shares
from reports.publication_gate.bodies import Term
from reports.publication_gate.measures import lasts
from reports.publication_gate.waiting import waited_for

_MISSING = 2


@dataclass(frozen=True)
class Ranks:
    """How whole the figures of a year's shares are; a place for each organisation.

    Attributes:
        rank: see `standing`; NaN where nobody is waited for.
        is_exact: whether all who count filed the very period up to which they do.
        is_part: whether somebody who counts filed only a part of it.
        fills_gap: whether what somebody filed holds an earlier quarter that had not come.
    """

    rank: Numbers
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
    """What the forms of units say of a filed period, a place for each organisation; see `Ranks`.

    The rank is that of the worst form, -1 where nothing is waited for.
    """

    rank: Numbers
    is_exact: Flags
    is_part: Flags
    fills_gap: Flags


class States:
    """How whole the figures of reporting units are, by indicator and what is asked."""

    def __init__(self, adding: Adding) -> None:
        """Take what units filed, and who counts in whose figures."""
        self._adding, self._standing, self._catalogue = adding, adding.standing, adding.catalogue
        self._bodies, self._asked = adding.office.bodies, adding.office.asked
        self._measures = adding.measures
        self._filing: Flags = np.asarray(self._bodies.codes.isin(self._asked.filing))
        self._known: dict[tuple[str, int, str], Ranks] = {}
        self._of_terms: dict[tuple[str, Term], TermRanks] = {}
        self._said_of: dict[tuple[str, str, str, bool], _Said] = {}
        self._positions = {str(code): position for position, code in enumerate(self._bodies.codes)}
        contributed: dict[str, Flags] = {}
        self._has_part: dict[tuple[str, str], dict[str, Flags]] = {}
        nobody = np.zeros(len(self._bodies.codes), bool)
        for number, measure in enumerate(adding.measures):
            flags = contributed.setdefault(measure.indicator.code, nobody.copy())
            has_part = self._has_part.setdefault((measure.indicator.code, measure.part), {})
            for period, base in adding.bases.items():
                flags |= base.has[:, number]
                has_part[period] = has_part.get(period, nobody) | base.has[:, number]
        self._forms = {
            indicator.code: waited_for(
                indicator, contributed.get(indicator.code, nobody), self._bodies, self._standing
            )
            for indicator in adding.indicators
        }
        self._lasts = {one.code: lasts(one, adding.catalogue) for one in adding.indicators}

    def of(self, indicator: Indicator, shares: Shares, quarter: str = "") -> Ranks:
        """Give how whole each organisation's figures are.

        Args:
            indicator: whose figures.
            shares: who counts in whose, with filings of one year.
            quarter: of which these are the end or the beginning; what had ended before it has no more to file.
        """
        key = (indicator.code, id(shares), quarter)
        if key not in self._known:
            self._known[key] = self._of(indicator, shares, quarter)
        return self._known[key]

    def _of(self, indicator: Indicator, shares: Shares, quarter: str) -> Ranks:
        n = len(self._bodies.codes)
        waits = self.waits(indicator, shares)
        said = self._given(indicator, shares)
        settled = np.zeros(len(waits), dtype=bool)
        if quarter:
            settled = self._asked.ended_before(quarter)[shares.contributors]
        heard = waits & (said.rank >= 0)
        owners = shares.owners[heard]
        rank = np.full(n, -1.0)
        np.maximum.at(rank, owners, said.rank[heard])
        inexact, expected = np.zeros(n, dtype=bool), np.zeros(n, dtype=bool)
        inexact[owners[~(said.is_exact | settled)[heard]]] = True
        expected[shares.owners[waits & ~settled]] = True
        is_part, fills_gap = np.zeros(n, dtype=bool), np.zeros(n, dtype=bool)
        is_part[owners[said.is_part[heard]]] = True
        fills_gap[owners[said.fills_gap[heard]]] = True
        # who does not file any more, or not yet, has nothing that could be missing
        is_heard = np.zeros(n, dtype=bool)
        is_heard[owners[~settled[heard]]] = True
        is_exact = ~inexact & (is_heard | ~expected)
        if quarter and indicator.kind in ("rate", "distinct") and shares is self._asked.end_of(quarter):
            is_exact &= is_heard  # what is single is known by a filing of its own
        return Ranks(np.where(rank < 0, np.nan, rank), is_exact, is_part, fills_gap)

    def waits(self, indicator: Indicator, shares: Shares) -> Flags:
        """Say for whom figures wait: what lasts, for who is there in the end; what is single, for its own."""
        waits = shares.waits & shares.closes if self._lasts[indicator.code] else shares.waits
        return waits & shares.is_own if indicator.kind in ("rate", "distinct") else waits

    def _given(self, indicator: Indicator, shares: Shares) -> _Said:
        """Give what those who contribute say of the period up to which they count; a place for each pair."""
        n = len(shares.owners)
        found = _Said(np.full(n, -1.0), *(np.zeros(n, dtype=bool) for _ in range(3)))
        for part in np.unique(shares.parts).tolist():
            said = self._said(indicator, self._adding.base_of(shares, part))
            mine = np.flatnonzero(shares.parts == part)
            at = shares.contributors[mine]
            for name in ("rank", "is_exact", "is_part", "fills_gap"):
                getattr(found, name)[mine] = getattr(said, name)[at]
        return found

    def _said(
        self, indicator: Indicator, period: str, term: Term | None = None, *, is_beside: bool = False
    ) -> _Said:
        """Give what the forms of all units that are waited for say of a cumulative period.

        Args:
            indicator: the indicator.
            period: the period.
            term: of which it is a year in which somebody filed once for all of it.
            is_beside: whether the forms that were filed for all of it say nothing of the year.
        """
        key = (indicator.code, period, term.code + term.system if term else "", is_beside)
        if key not in self._said_of:
            left_blank = self._left_blank(indicator, period, term.code if term else "")
            self._said_of[key] = self._say(indicator, period, left_blank, term if is_beside else None)
        return self._said_of[key]

    def _say(self, indicator: Indicator, period: str, left_blank: Flags, beside: Term | None) -> _Said:
        n = len(self._bodies.codes)
        found = _Said(np.full(n, -1.0), np.ones(n, dtype=bool), *(np.zeros(n, dtype=bool) for _ in range(2)))
        is_missing = self._is_uncollected(indicator, period)
        late = self._uncollected_parts(indicator, self._bodies.when[period][1])
        asked = {form for _, form in self._forms[indicator.code] if self._takes(indicator, form, period)}
        for unit, form in self._forms[indicator.code]:
            if form not in asked or (unit, form, beside) in self._standing.at_once:
                continue
            state = self._standing.state(unit, form, period)
            if state.rank is None:
                continue
            place = self._positions[unit]
            begins_late = self._standing.lacks(unit, form, period, late.get(form, ()))
            lacks = is_missing or begins_late or (state.newest > 0 and bool(left_blank[place]))
            found.rank[place] = max(found.rank[place], _MISSING if lacks else state.rank)
            found.is_exact[place] &= state.is_exact
            found.is_part[place] |= state.is_part or begins_late
            found.fills_gap[place] |= state.fills_gap
        return found

    def of_term(self, indicator: Indicator, term: Term) -> TermRanks:
        """Give how whole each organisation's figures of a term are."""
        key = (indicator.code, term)
        if key not in self._of_terms:
            self._of_terms[key] = self._of_term(indicator, term)
        return self._of_terms[key]

    def _of_term(self, indicator: Indicator, term: Term) -> TermRanks:
        n = len(self._bodies.codes)
        of_years = {year: np.full(n, np.nan) for year in range(term.first, term.last + 1)}
        at_once = self._answering(indicator, term)
        has_at_once, has_years = np.zeros(n, dtype=bool), np.zeros(n, dtype=bool)
        if not at_once.any():
            for year in self._known_years(term):
                of_years[year] = self.of(indicator, self._asked.of_year(term, year)).rank
            return self._ranked(term, of_years, has_at_once, has_years)
        whole = self._asked.at_once(term)
        is_single = indicator.kind in ("rate", "distinct")
        answers = at_once[whole.contributors] & (whole.is_own | (not is_single))
        has_at_once[whole.owners[answers]] = True
        said_at_once = self._at_once(indicator, term)
        for year in {term.first, term.last}:
            np.fmax.at(of_years[year], whole.owners[answers], said_at_once[whole.contributors[answers]])
        yearly = np.zeros(n, dtype=bool)
        for unit, form in self._forms[indicator.code]:
            yearly[self._positions[unit]] |= (unit, form, term) not in self._standing.at_once
        counts = yearly[whole.contributors] & (whole.is_own | (not is_single))
        has_years[whole.owners[counts]] = True
        answered = set(zip(whole.owners[answers].tolist(), whole.contributors[answers].tolist(), strict=True))
        for year in self._known_years(term):
            shares = self._asked.of_year(term, year)
            period = f"{year}-N"
            ranks = self._said(indicator, period, term).rank[shares.contributors]
            beside = self._said(indicator, period, term, is_beside=True).rank[shares.contributors]
            pairs = zip(shares.owners.tolist(), shares.contributors.tolist(), strict=True)
            is_answered = np.array([pair in answered for pair in pairs], dtype=bool)
            ranks = np.where(is_answered, beside, ranks)
            heard = self.waits(indicator, shares) & (ranks >= 0)
            np.fmax.at(of_years[year], shares.owners[heard], ranks[heard])
            has_years[shares.owners[heard]] = True
        return self._ranked(term, of_years, has_at_once, has_at_once & ~has_years)

    def _answering(self, indicator: Indicator, term: Term) -> Flags:
        """Say who filed a form that the indicator waits for once for a whole term."""
        answering = np.zeros(len(self._bodies.codes), dtype=bool)
        for unit, form in self._forms[indicator.code]:
            answering[self._positions[unit]] |= (unit, form, term) in self._standing.at_once
        return answering

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
        for position, (start, end, own) in self._lived(term, seen & self._filing & ~is_all_at_once):
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
                inside = [term.code, *(f"{year}-N" for year in self._known_years(term))]
                ever = np.logical_or.reduce(list(periods.values()))
                now = np.logical_or.reduce([periods.get(period, np.zeros_like(ever)) for period in inside])
                blank |= ever & ~now
        blank |= self._is_uncollected(indicator, term.code)
        ranks: Numbers = np.where(blank, float(_MISSING), 0.0)
        return ranks

    def of_single_years(self, indicator: Indicator, term: Term) -> Numbers:
        """Give how whole the worst of a term's single years is; a year that the calendar lacks is missing."""
        worst = np.full(len(self._bodies.codes), np.nan)
        for year in self._known_years(term):
            worst = np.fmax(worst, self.of(indicator, self._asked.of_year(term, year)).rank)
        ranks: Numbers = np.nan_to_num(worst)
        for position, (start, end, own) in self._lived(term, ~np.isnan(worst) & self._filing):
            if len(own) < end - start + 1:
                ranks[position] = _MISSING
        return ranks

    def has_part(self, indicator: Indicator, term: Term) -> Flags:
        """Say of whom somebody filed only a part of one of a term's years."""
        has_part = np.zeros(len(self._bodies.codes), dtype=bool)
        for year in self._known_years(term):
            has_part |= self.of(indicator, self._asked.of_year(term, year)).is_part
        return has_part

    def _known_years(self, term: Term) -> list[int]:
        years = range(term.first, term.last + 1)
        return [year for year in years if f"{year}-N" in self._bodies.periods.index]

    def _lived(self, term: Term, wanted: Flags) -> Iterable[tuple[int, tuple[int, int, list[int]]]]:
        """Give the first and last year of a term in which bodies lived, and which of them the calendar has."""
        spans, known = self._bodies.spans.get(term.system, {}), self._known_years(term)
        firsts = self._asked.first_years(term)
        for position in np.flatnonzero(wanted).tolist():
            span = spans.get(str(self._bodies.codes[position]))
            if span is not None:
                start, end = max(term.first, int(firsts[position])), min(term.last, span[1])
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
