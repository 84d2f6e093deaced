"""What is asked for, and whose filings make it up: periods, quarters, and the years of terms.

What belongs here: who counts in whose figures, up to which filing of a year, and what of it counts. What does
not: what was filed of it (`tiles`), and what it adds up to (`amounts`).

A figure is that of its period's end, or of its body's own last day: what happens later is not seen.
"""

from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

import numpy as np

from reports.publication_gate.arrays import PARTS, Flags, Ints
from reports.publication_gate.bodies import DEPTH, Bodies, Term
from reports.publication_gate.covers import Covers

QUARTERS = {"D1": ("Q1", ""), "D2": ("6T", "Q1"), "D3": ("9T", "6T"), "D4": ("N", "9T")}
"""With which period of its year a quarter ends, and with which it begins."""
AT_ONCE = 0
"""The part of a year that stands for a form filed for the whole term."""
_NOTHING = -1


@dataclass(frozen=True, eq=False)
class Shares:
    """Whose filings of one year make up whose figures, a place for each pair.

    Attributes:
        year: the year; of a form filed for a whole term its last.
        owners: numbers of organisations that have a figure, in order.
        contributors: numbers of those whose amounts it takes in.
        parts: up to which part of the year their filings count; `AT_ONCE` for one of the whole term.
        closes: whether what lasts counts: who does not stand in the end has nothing that lasts.
        opens: whether openings count: who did not stand in the beginning has none.
        waits: whether something is waited for: who files on some day until then.
        until: the day up to which all of this is.
        term: the term's code, of a form filed for all of it; else nothing.
    """

    year: int
    owners: Ints
    contributors: Ints
    parts: Ints
    closes: Flags
    opens: Flags
    waits: Flags
    until: Ints
    term: str = ""

    @cached_property
    def is_own(self) -> Flags:
        """Whether it is what the organisation filed itself."""
        return np.asarray(self.owners == self.contributors)

    def of(self, chosen: Flags) -> "Shares":
        """Give some of the pairs."""
        return Shares(
            self.year,
            self.owners[chosen],
            self.contributors[chosen],
            self.parts[chosen],
            self.closes[chosen],
            self.opens[chosen],
            self.waits[chosen],
            self.until[chosen],
            self.term,
        )


@dataclass(frozen=True)
class _Asked:
    """What is asked: the first day that a figure is of, the last, and from when on bodies count."""

    since: int
    until: int
    window: int


@dataclass(frozen=True)
class _There:
    """Who has a figure of what is asked, of which day each, and who was not born yet with its predecessors."""

    flags: Flags
    until: Ints
    unborn: dict[int, list[int]]


class Asked:
    """Who counts in what, of the registry and the covers of what was filed."""

    def __init__(self, bodies: Bodies, covers: Covers) -> None:
        """Take who existed when, and from when on the figures of filings run."""
        self._bodies, self._covers, self._lives = bodies, covers, bodies.versions
        self._everybody = np.arange(len(bodies.codes))
        self._pairs: dict[tuple[int, int], tuple[Ints, Ints]] = {}
        self._known_there: dict[_Asked, _There] = {}
        self._units: dict[tuple[str, str, int], Shares] = {}
        self._keys: dict[int, tuple[str, str, int]] = {}
        self._organisations: dict[tuple[str, str, int], Shares] = {}

    def of_period(self, period: str) -> Shares:
        """Give who counts in whose figures of a cumulative period."""
        _, year = self._bodies.when[period]
        return self._of(period, "", year, self._part(period), self._asked(period))

    def end_of(self, quarter: str) -> Shares:
        """Give who counts in whose figures at the end of a quarter."""
        kind, year = self._bodies.when[quarter]
        return self.of_period(f"{year}-{QUARTERS[kind][0]}")

    def before_quarter(self, quarter: str) -> Shares:
        """Give the same who count in a quarter with what they had filed before it began."""
        kind, year = self._bodies.when[quarter]
        return self._of(quarter, "", year, PARTS[QUARTERS[kind][1]], self._asked(quarter))

    def of_year(self, term: Term, year: int) -> Shares:
        """Give who counts in whose figures of a term with a single year of it."""
        return self._of(term.code, term.system, year, PARTS["N"], _of_term(term))

    def at_once(self, term: Term) -> Shares:
        """Give who counts in whose figures of a term with a form filed for all of it."""
        return self._of(term.code, term.system, term.last, AT_ONCE, _of_term(term))

    def organisations(self, shares: Shares) -> Shares:
        """Give which organisations' rows make up the figures of those that do not file, asked for alike."""
        key = self._keys[id(shares)]
        if key not in self._organisations:
            code, system, number = key
            terms = [term for term in self._bodies.terms if (term.code, term.system) == (code, system)]
            asked = _of_term(terms[0]) if terms else self._asked(code)
            found = self._of_organisations(shares, number % 10, asked)
            self._organisations[key] = replace(found, term=shares.term)
        return self._organisations[key]

    def in_quarter(self, quarter: str) -> Flags:
        """Say who stood on some day of a quarter, or, before its birth, what went over whole into it."""
        there = self._there(self._asked(quarter))
        flags = there.flags.copy()
        flags[list(there.unborn)] = True
        return flags

    def _there(self, asked: _Asked) -> _There:
        """Say who has a figure: who stood then, and who was not born yet, as what went over to it later."""
        if asked not in self._known_there:
            lives = self._lives
            until = np.minimum(asked.until, lives.last)
            flags = lives.lived(self._everybody, asked.since, asked.until)
            unborn = {}
            for body, earlier in self._bodies.went_over.items():
                if lives.first[body] > asked.until:
                    codes = np.array(sorted(earlier))
                    stood = codes[lives.lived(codes, asked.since, asked.until)].tolist()
                    if stood:
                        unborn[body] = stood
            self._known_there[asked] = _There(flags, until, unborn)
        return self._known_there[asked]

    def ended_before(self, quarter: str) -> Flags:
        """Say who had ended before a quarter began: there is nothing more of it to come."""
        return self._lives.last < self._days(quarter)[0]

    @cached_property
    def filing(self) -> set[str]:
        """Everybody whose figures come from filings of reporting units, at whatever time."""
        known = [self.of_period(p) for p, (kind, _) in self._bodies.when.items() if kind in PARTS]
        for term in self._bodies.terms:
            known += [self.of_year(term, year) for year in range(term.first, term.last + 1)]
            known.append(self.at_once(term))
        return {str(code) for shares in known for code in self._bodies.codes[shares.owners]}

    def steady(self, term: Term) -> set[str]:
        """Give the bodies in whose single years the same count alike as in a term: years make it up."""
        owners, others = set(), set()
        for year in range(term.first, term.last + 1):
            if f"{year}-N" not in self._bodies.when:
                continue
            sides = []
            for shares in (self.of_year(term, year), self.of_period(f"{year}-N")):
                columns = (shares.owners, shares.contributors, shares.parts, shares.closes, shares.opens)
                sides.append(set(zip(*(column.tolist() for column in columns), strict=True)))
            owners |= {pair[0] for pair in sides[0]}
            others |= {pair[0] for pair in sides[0] ^ sides[1]}
        return {str(code) for code in self._bodies.codes[sorted(owners - others)]}

    def first_years(self, term: Term) -> Ints:
        """Give the first year of each organisation of a term's system, or of what went over whole into it."""
        span = self._bodies.spans.get(term.system, {})
        first = np.full(len(self._everybody), date.max.year)
        for code, (year, _) in span.items():
            first[self._bodies.numbers([code])[0]] = year
        own = first.copy()
        there = self._there(_of_term(term))
        for body, earlier in self._bodies.went_over.items():
            for before, day in earlier.items():
                is_seen = day <= there.until[body] or before in there.unborn.get(body, ())
                if is_seen and own[body] < date.max.year:
                    first[body] = min(first[body], own[before])
        return first

    def _part(self, period: str) -> int:
        return PARTS[self._bodies.when[period][0]]

    def _days(self, period: str) -> tuple[int, int]:
        row = self._bodies.periods.loc[period]
        return row["starts_on"].toordinal(), row["ends_on"].toordinal()

    def _asked(self, period: str) -> _Asked:
        kind, year = self._bodies.when[period]
        new_year = date(year, 1, 1).toordinal()
        first, last = self._days(period)
        return _Asked(first if kind in QUARTERS else new_year, last, new_year)

    def _of(self, code: str, system: str, year: int, part: int, asked: _Asked) -> Shares:
        key = (code, system, year * 10 + part)
        if key not in self._units:
            shares = self._of_units(year, part, asked)
            self._units[key] = shares if part else replace(shares, term=code)
            self._keys[id(self._units[key])] = key
        return self._units[key]

    def _of_units(self, year: int, part: int, asked: _Asked) -> Shares:
        there = self._there(asked)
        until = there.until
        found = []
        for day in np.unique(until[there.flags & self._above]).tolist():
            owners, contributors = self._counting(asked.window, day)
            chosen = there.flags[owners] & (until[owners] == day)
            found.append((owners[chosen], contributors[chosen]))
        owners, contributors = self._counting(asked.window, asked.until)
        for body, earlier in there.unborn.items():
            counting = np.unique(contributors[np.isin(owners, earlier)])
            found.append((np.full(len(counting), body), counting))
        owners, contributors = (np.concatenate([one[side] for one in found]) for side in (0, 1))
        order = np.lexsort((contributors, owners))
        owners, contributors = owners[order], contributors[order]
        parts = self._parts(year, part, asked, owners, contributors)
        shares = self._flagged(year, owners, contributors, parts, asked, is_of_units=True)
        return shares.of(parts != _NOTHING)

    def _parts(self, year: int, part: int, asked: _Asked, owners: Ints, contributors: Ints) -> Ints:
        """Say up to which part of the year who counts does: what lives on after its owner not beyond that."""
        until = self._there(asked).until[owners]
        end = asked.until if part == AT_ONCE else self._end(year, part)
        lives_on = (until < end) & (self._lives.last[contributors] > until)
        parts = np.full(len(owners), part)
        if lives_on.any():
            parts[lives_on] = _NOTHING if part == AT_ONCE else self._last_part(year, until[lives_on] + 1)
        if part != AT_ONCE:
            self._give_way(year, parts, owners, contributors, until)
        return parts

    def _give_way(self, year: int, parts: Ints, owners: Ints, contributors: Ints, until: Ints) -> None:
        """End the filings of what went over whole where those of its successor begin, as its cover says."""
        covering = self._covers.of_year(year)
        successors = [s for s in self._bodies.went_over if s in covering]
        if not successors:
            return
        places = {
            pair: place for place, pair in enumerate(zip(owners.tolist(), contributors.tolist(), strict=True))
        }
        of_successors: dict[int, list[int]] = {}
        for owner, contributor in places:
            of_successors.setdefault(contributor, []).append(owner)
        # later bodies first: a filing that gives way covers nothing itself
        for successor in sorted(successors, key=lambda s: -int(self._lives.first[s])):
            for owner in of_successors.get(successor, ()):
                place = places[owner, successor]
                cover = covering[successor][parts[place]] if parts[place] > 0 else None
                if cover is None:
                    continue
                begun = int(self._last_part(year, np.array([cover.since]))[0])
                for code, day in self._bodies.went_over[successor].items():
                    covered = places.get((owner, code))
                    if covered is None or code == owner or day > until[covered]:
                        continue
                    if cover.takes_in(int(self._lives.last[code])):
                        parts[covered] = min(parts[covered], begun)

    def _of_organisations(self, units: Shares, part: int, asked: _Asked) -> Shares:
        there = self._there(asked)
        is_there = there.flags.copy()
        is_there[units.owners] = False
        pairs = [(owner, owner) for owner in np.flatnonzero(is_there).tolist()]
        for owner, earlier in self._bodies.went_over.items():
            if is_there[owner]:
                pairs += [(owner, code) for code, day in earlier.items() if day <= there.until[owner]]
        of_units = set(units.owners.tolist())
        pairs += [(o, code) for o, earlier in there.unborn.items() if o not in of_units for code in earlier]
        ordered = np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2)
        owners, contributors = ordered[:, 0], ordered[:, 1]
        lived = self._lives.merely_stood(contributors, asked.window, there.until[owners])
        owners, contributors = owners[lived], contributors[lived]
        parts = np.full(len(owners), part)
        return self._flagged(units.year, owners, contributors, parts, asked, is_of_units=False)

    def _flagged(
        self, year: int, owners: Ints, contributors: Ints, parts: Ints, asked: _Asked, *, is_of_units: bool
    ) -> Shares:
        """Say of pairs what of them counts, and whether it is waited for."""
        lives, is_at_once = self._lives, bool((parts == AT_ONCE).any())
        new_year = asked.window if is_at_once else date(year, 1, 1).toordinal()
        part = int(parts.max(initial=_NOTHING))
        end = asked.until if is_at_once or part <= 0 else self._end(year, part)
        until = np.minimum(end, self._there(asked).until[owners])
        begins = np.maximum(new_year, self._begins(owners, asked))
        stands = lives.filed if is_of_units else lives.merely_stood
        covered = (
            self._covers.since(year, contributors, parts) if is_of_units else np.full(len(owners), _END + 1)
        )
        return Shares(
            year,
            owners,
            contributors,
            parts,
            stands(contributors, until, until),
            stands(contributors, begins, begins) | (covered <= begins),
            lives.filed(contributors, new_year, until),
            until,
        )

    def _begins(self, owners: Ints, asked: _Asked) -> Ints:
        """Give the first day of bodies, or of the first that had gone over whole into them by then."""
        there, lives = self._there(asked), self._lives
        begins = lives.first[owners].copy()
        for body, earlier in self._bodies.went_over.items():
            first, last = np.searchsorted(owners, [body, body + 1])
            if first == last:
                continue
            if body in there.unborn:
                begins[first:last] = lives.first[there.unborn[body]].min()
                continue
            codes = [code for code, day in earlier.items() if day <= there.until[body]]
            begins[first:last] = min([int(lives.first[body]), *lives.first[codes].tolist()])
        return begins

    def _end(self, year: int, part: int) -> int:
        return _days_of_year(year)[part - 1]

    def _last_part(self, year: int, days: Ints) -> Ints:
        """Give the last part of a year that ends before a day; `_NOTHING` for none."""
        parts: Ints = np.searchsorted(_days_of_year(year), days)
        return np.where(parts == 0, _NOTHING, parts)

    @cached_property
    def _above(self) -> Flags:
        """Who may have figures of units at some time: these, what they went over to, who stood above them."""
        above = {life.code for life in self._bodies.lives if life.is_reporting}
        steps: dict[str, set[str]] = {}
        for life in self._bodies.lives:
            steps.setdefault(life.code, set()).add(life.parent)
        for old, new, _ in self._bodies.steps:
            steps.setdefault(str(self._bodies.codes[old]), set()).add(str(self._bodies.codes[new]))
        layer = above
        while layer := {up for code in layer for up in steps.get(code, ())} - above:
            above |= layer
        return np.asarray(self._bodies.codes.isin(above))

    def _counting(self, window: int, day: int) -> tuple[Ints, Ints]:
        """Give who counts in whom on a day, of all who filed on some day from the beginning of a window on."""
        if (window, day) not in self._pairs:
            steps: dict[int, set[int]] = {}
            for old, new, on in self._bodies.steps:
                if on <= day:
                    steps.setdefault(old, set()).add(new)
            alive = self._lives.lived(self._everybody, day, day)
            pairs = set()
            for unit in np.flatnonzero(self._lives.filed(self._everybody, window, day)).tolist():
                pairs |= {(owner, unit) for owner in self._owners(unit, day, steps, alive)}
            ordered = np.array(sorted(pairs), dtype=np.int64).reshape(-1, 2)
            self._pairs[window, day] = ordered[:, 0], ordered[:, 1]
        return self._pairs[window, day]

    def _owners(self, unit: int, day: int, steps: dict[int, set[int]], alive: Flags) -> set[int]:
        """Give in whose figures a unit counts: its own, what it went over to, all above where it is."""
        owners, layer, ends, moving = {unit}, {unit}, set(), {unit}
        for _ in range(DEPTH + 1):
            ends |= {body for body in moving if alive[body] or not steps.get(body)}
            moving = {new for body in moving - ends for new in steps.get(body, ())}
            layer = {new for body in layer for new in steps.get(body, ())}
            owners |= layer
        for body in ends:
            on = min(day, int(self._lives.last[body]))
            parents = self._bodies.parents_on(on)
            above = parents.get(body)
            for _ in range(DEPTH):
                if above is None:
                    break
                owners.add(above)
                above = parents.get(above)
        return owners


_END = date.max.toordinal()


def _days_of_year(year: int) -> list[int]:
    """Give the last days of the parts of a year."""
    return [date(year, month, day).toordinal() for month, day in ((3, 31), (6, 30), (9, 30), (12, 31))]


def _of_term(term: Term) -> _Asked:
    first, last = date(term.first, 1, 1).toordinal(), date(term.last, 12, 31).toordinal()
    return _Asked(first, last, first)
