"""Every figure of a world, worked out once more: slowly, in plain Python, from the guide and nothing else.

What belongs here: how what counts becomes a figure with its status. What does not: what counts
(`tiles_counted.py`).
"""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from tests.support.tiles_counted import SINGLE, Asked, Base, Counted
from tests.support.tiles_rows import Amount, Amounts, Measure, Standing
from tests.support.tiles_states import LACKING
from tests.support.tiles_world import DAY, PARTS, QUARTERS, Term, end_of, start_of_quarter

STATUSES = {0: "final", 1: "provisional", 2: "incomplete"}


class Figure(NamedTuple):
    """A figure as the warehouse has it."""

    value: float | None
    numerator: float | None
    denominator: float | None
    opening_value: float | None
    status: str


NOTHING = Figure(None, None, None, None, "none")

Key = tuple[str, str, str]
"""Organisation, indicator, period."""


class Oracle(Counted):
    """All figures of a world."""

    def figures(self) -> dict[Key, Figure]:
        """Give every figure there is; what is not here has nothing."""
        found: dict[Key, Figure] = {}
        for org in self.facts.versions:
            for period, figures in self._of(org):
                for indicator, figure in figures.items():
                    if figure != NOTHING:
                        found[org, indicator, period] = figure
        return found

    def _of(self, org: str) -> Iterator[tuple[str, dict[str, Figure]]]:
        for year in self.facts.years:
            for part in (1, 2, 3, 4):
                january, ends = date(year, 1, 1), end_of(year, part)
                if asked := self.ask(org, january, january, ends):
                    code = f"{year}-{PARTS[part - 1]}"
                    yield code, self._cumulative(asked, year, part) | self._registry(asked)
                if asked := self.ask(org, january, start_of_quarter(year, part), ends):
                    code = f"{year}-{QUARTERS[part - 1]}"
                    yield code, self._quarter(asked, year, part) | self._registry(asked)
        for term in self.facts.terms:
            first, last = date(term.first_year, 1, 1), date(term.last_year, 12, 31)
            if term.system in self.facts.systems(org) and (asked := self.ask(org, first, first, last)):
                yield term.code, self._term(asked, term) | self._registry(asked)

    # Figures

    def _cumulative(self, asked: Asked, year: int, part: int) -> dict[str, Figure]:
        base = self.base(asked, year, part)
        figures = {}
        for code, amounts in _by_indicator(self.amounts(base)).items():
            if self.kinds[code] == "run":
                if part == 4 and not asked.is_of_units:
                    figures[code] = self._run(asked, year, base, code)
            else:
                figures[code] = self._figure(code, amounts, self.rank(base, code) or 0)
        return figures

    def _figure(self, code: str, amounts: Amounts, rank: int) -> Figure:
        parts: dict[str, float] = {}
        for measure, amount in amounts.items():
            parts[measure.part] = parts.get(measure.part, 0.0) + amount.amount
            if measure.part != "opening":
                rank = max(rank, amount.carried)
        value = parts.get("value")
        if self.kinds[code] == "ratio":
            numerator, denominator = parts.get("numerator"), parts.get("denominator")
            value = 100.0 * numerator / denominator if numerator is not None and denominator else None
        status = "none" if value is None else STATUSES[rank]
        return Figure(value, parts.get("numerator"), parts.get("denominator"), parts.get("opening"), status)

    def _run(self, asked: Asked, year: int, base: Base, code: str) -> Figure:
        """In how many years in a row up to this one an organisation had its one rating."""
        length = 0
        current = base
        while True:
            amounts = [one for m, one in self.amounts(current).items() if m.indicator == code]
            if not amounts or amounts[0].n_cells != 1 or amounts[0].amount != 1:
                break
            length += 1
            year -= 1
            if year not in self.facts.years:
                break
            first = date(year, 1, 1)
            earlier = self.ask(asked.org, first, first, date(year, 12, 31))
            if earlier is None:
                break
            current = self.base(earlier, year, 4)
        return Figure(float(length), None, None, None, STATUSES[self.rank(base, code) or 0])

    def _registry(self, asked: Asked) -> dict[str, Figure]:
        """How many had merged into a body by the day."""
        count = sum(
            row["event_type"] == "merge"
            and row["successor_code"] == asked.org
            and date.fromisoformat(row["effective_on"]) <= asked.day
            for row in self.facts.successions
        )
        return {"predecessors": Figure(float(count), None, None, None, "final")} if count else {}

    def _quarter(self, asked: Asked, year: int, part: int) -> dict[str, Figure]:
        base = self.base(asked, year, part)
        before = self.base(asked, year, part - 1) if part > 1 else None
        since = start_of_quarter(year, part)
        minus = self.amounts(before) if before else {}
        figures = {}
        for code, amounts in _by_indicator(self.amounts(base)).items():
            if self.kinds[code] in ("run", "distinct") or not self._is_exact(base, code, since):
                continue
            if before is not None and not self._is_exact(before, code, since - DAY):
                continue
            told: Amounts = {}
            for measure, amount in amounts.items():
                if before is None or measure.within != "sum":
                    less = minus.get(measure, Amount()) if before is not None else Amount()
                    carried = amount.carried
                    told[measure] = Amount(amount.amount, amount.n_cells, carried)
                elif self._is_told_apart(base, before, measure, amount, minus.get(measure)):
                    less = minus.get(measure, Amount())
                    carried = max(amount.carried, less.carried)
                    told[measure] = Amount(amount.amount - less.amount, amount.n_cells, carried)
            if told:
                figures[code] = self._figure(code, told, self.rank(base, code) or 0)
        return figures

    def _is_exact(self, base: Base, code: str, since: date) -> bool:
        """Whether all who were there have filed up to the base: in the quarter, or on the day before it.

        Rows about an organisation that has ended may come late, so that it is asked for all the same.
        """
        facts, asked, ends = self.facts, base.asked, end_of(base.year, base.part)
        counting, begins = list(asked.bodies), date(base.year, 1, 1)
        if asked.is_of_units:
            only, begins = self.kinds[code] in SINGLE, since
            counting = [
                one
                for one in asked.units
                if self.states.is_reporter(one, code) and (not only or one == asked.org)
            ]
        there = [one for one in counting if facts.lived(one, begins, ends)]
        if not there and ends != asked.ends:  # nobody had anything to file at the earlier end
            return bool(counting)
        states = self.states_of(base, code)
        judged = [one for one in there if one in states and states[one].rank is not None]
        is_stock = asked.is_of_units and self.states.is_stock(code)
        return bool(judged) and all(
            states[one].is_exact or (is_stock and facts.on(one, min(ends, asked.day)) is None) for one in judged
        )

    def _is_told_apart(
        self, base: Base, before: Base, measure: Measure, amount: Amount, minus: Amount | None
    ) -> bool:
        """Whether what was filed says what of it is of the quarter."""
        if any(
            one.is_gap_filled for one in self.bodies(base, measure.indicator).values() if one.rank is not None
        ):
            return False
        if minus is not None or amount.is_alone:
            return True
        ends = end_of(before.year, before.part)
        if base.asked.is_of_units:
            return all(
                self.facts.first(unit) > ends
                and not self.facts.takes_in(unit, base.year, base.bases[unit], ends)
                for unit in amount.units
            )
        return all(self.facts.first(body) > ends for body in base.asked.bodies)

    # Terms

    def _term(self, asked: Asked, term: Term) -> dict[str, Figure]:
        years = [year for year in range(term.first_year, term.last_year + 1) if year in self.facts.years]
        bases = {year: self.base(asked, year, 4) for year in years}
        by_year: list[tuple[int, int, Amounts]] = [
            (year, year, self.amounts(base)) for year, base in bases.items()
        ]
        at_once = self._at_once(asked, term)
        by_year.append((term.first_year, term.last_year, at_once))
        measures = {m for _, _, amounts in by_year for m in amounts if m.over_time != "none"}
        taken: Amounts = {}
        for measure in measures:
            having = [(first, last, amounts[measure]) for first, last, amounts in by_year if measure in amounts]
            if measure.over_time == "last":
                newest = max(last for _, last, _ in having)
                having = [one for one in having if one[1] == newest]
            elif measure.over_time == "first":
                oldest = min(first for first, _, _ in having)
                having = [one for one in having if one[0] == oldest]
            carried = max(amount.carried for _, _, amount in having)
            taken[measure] = Amount(sum(amount.amount for _, _, amount in having), 1, carried)
        figures = {}
        for code, amounts in _by_indicator(taken).items():
            hows = {m.over_time for m in amounts if m.part != "opening"}
            figures[code] = self._figure(code, amounts, self._term_rank(asked, term, bases, code, hows))
        return figures

    def _at_once_rows(self, asked: Asked, term: Term) -> list[Standing]:
        units = asked.units or tuple(one for one in self.facts.family[asked.org] if self.facts.is_unit(one))
        if asked.day < asked.ends and asked.is_of_units:  # who lives on then has filed nothing up to the day
            return []
        return [
            one
            for unit in units
            for one in self.rows.at_once(unit, term)
            if asked.is_of_units or one.row.org in asked.bodies
        ]

    def _at_once(self, asked: Asked, term: Term) -> Amounts:
        standing = self._at_once_rows(asked, term)
        giving_way = self.rows.giving_way(standing)
        by_unit: dict[str, Amounts] = {}
        for one in standing:
            if id(one.row) not in giving_way:
                self.add(by_unit.setdefault(one.row.unit, {}), one, asked, (term.last_year, 4, 4))
        bases = dict.fromkeys(asked.units, 4)
        return self.amounts(Base(asked, term.last_year, 4, bases, standing, by_unit))

    def _filers_at_once(self, asked: Asked, term: Term, code: str) -> dict[str, int]:
        """Give those for whom a form was filed once for all years, with how whole it is."""
        form = self.states.form_of[code]
        if asked.is_of_units:
            return {
                unit: self.states.unit_at_once(unit, code, term)
                for unit in asked.units
                if (self.kinds[code] not in SINGLE or unit == asked.org)
                and asked.day == asked.ends
                and self.rows.counts_at_once(unit, form, term)
                and self.states.is_reporter(unit, code)
            }
        if self.facts.catalogue.forms[form].rows != "organisations":
            return {}
        found = {}
        for body in asked.bodies:
            version = self.facts.on(body, asked.ends)
            if version is not None and self.rows.counts_at_once(version.parent, form, term):
                rows = [
                    one
                    for one in self._at_once_rows(asked, term)
                    if (one.row.org, one.row.form) == (body, form)
                ]
                found[body] = 0 if rows else LACKING
        return found

    def _term_rank(self, asked: Asked, term: Term, bases: dict[int, Base], code: str, hows: set[str]) -> int:
        at_once = self._filers_at_once(asked, term, code)
        ranks: dict[int, int] = {}
        for year in (term.first_year, term.last_year) if at_once else ():
            ranks[year] = max(at_once.values())
        others = False
        for year, base in bases.items():
            for body, state in self.bodies(base, code).items():
                if body not in at_once and state.rank is not None:
                    ranks[year] = max(ranks.get(year, 0), state.rank)
                    others = True
        if at_once and asked.is_of_units:
            waited = [one for one in asked.units if one not in at_once and self.states.is_reporter(one, code)]
            others = others or (self.kinds[code] not in SINGLE and bool(waited))
        if not ranks:
            return 0
        lacks = (False, False, False) if at_once and not others else self._lacks(asked, term)
        found = 0
        for how, lacking, rank in zip(
            ("sum", "last", "first"),
            lacks,
            (max(ranks.values()), ranks[max(ranks)], ranks[min(ranks)]),
            strict=True,
        ):
            if how in hows:
                found = max(found, LACKING if lacking else rank)
        return found

    def _lacks(self, asked: Asked, term: Term) -> tuple[bool, bool, bool]:
        """Whether the calendar lacks any year of a term, its last or its first, in which somebody was there."""
        first = max(term.first_year, asked.start.year)
        last = min(term.last_year, self.facts.last(asked.org).year)
        known = [year for year in self.facts.years if first <= year <= last]
        if not known:
            return (first <= last,) * 3
        return len(known) < last - first + 1, max(known) < last, min(known) > first


def _by_indicator(amounts: Amounts) -> dict[str, Amounts]:
    found: dict[str, Amounts] = {}
    for measure, amount in amounts.items():
        found.setdefault(measure.indicator, {})[measure] = amount
    return found
