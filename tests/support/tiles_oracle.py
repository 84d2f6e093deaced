"""Every figure of a world, worked out once more: slowly, in plain Python, from the guide and nothing else.

What belongs here: how what counts becomes a figure with its status. What does not: lives and filings
(`tiles_world.py`), rows (`tiles_rows.py`) and states of contributors (`tiles_states.py`).
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from ingestion.definitions.catalogue import Catalogue
from tests.integration.warehouse_world import World
from tests.support.tiles_rows import Amount, Amounts, Measure, Rows, Standing
from tests.support.tiles_states import LACKING, BodyState, States
from tests.support.tiles_world import DAY, NEVER, PARTS, QUARTERS, Facts, Term, end_of, start_of_quarter

SINGLE = ("rate", "distinct")
"""Kinds of indicator that are never added over units."""

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


@dataclass(frozen=True)
class Asked:
    """What is asked of whom: the window and the day at which it is looked at."""

    org: str
    window: date
    day: date
    ends: date
    units: tuple[str, ...]
    bodies: tuple[str, ...]
    start: date

    @property
    def is_of_units(self) -> bool:
        """Whether its figures are those of units, and not of rows about it."""
        return bool(self.units)


@dataclass
class Base:
    """What counts at a base of a year in what is asked: by contributor, and together."""

    asked: Asked
    year: int
    part: int
    bases: dict[str, int]
    standing: list[Standing]
    by_unit: dict[str, Amounts]


class Oracle:
    """All figures of a world."""

    def __init__(self, world: World, catalogue: Catalogue) -> None:
        """Take a world."""
        self.facts = Facts(world, catalogue)
        self.rows = Rows(self.facts)
        self.states = States(self.facts, self.rows)
        self.indicators = {one.code: one for one in catalogue.indicators.values() if one.parts}
        self._kinds = {code: one.kind for code, one in self.indicators.items()}

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
                if asked := self._ask(org, january, january, ends):
                    code = f"{year}-{PARTS[part - 1]}"
                    yield code, self._cumulative(asked, year, part) | self._registry(asked)
                if asked := self._ask(org, january, start_of_quarter(year, part), ends):
                    code = f"{year}-{QUARTERS[part - 1]}"
                    yield code, self._quarter(asked, year, part) | self._registry(asked)
        for term in self.facts.terms:
            first, last = date(term.first_year, 1, 1), date(term.last_year, 12, 31)
            if term.system in self.facts.systems(org) and (asked := self._ask(org, first, first, last)):
                yield term.code, self._term(asked, term) | self._registry(asked)

    def _ask(self, org: str, window: date, begins: date, ends: date) -> Asked | None:
        """Ask on the last day of an interval, or of a body; nothing of one that has no day in it.

        Of one that begins later the figures are those of what went over into it.
        """
        facts = self.facts
        if ends < facts.first(org):
            known = [one for one in facts.came_into(org, NEVER) if facts.lived(one, begins, ends)]
            if not known:
                return None
            day, before = ends, [*known, *(two for one in known for two in facts.came_into(one, ends))]
            units = tuple(dict.fromkeys(unit for one in known for unit in facts.units_in(one, window, day)))
        else:
            if not facts.lived(org, begins, ends):
                return None
            day = min(ends, facts.last(org))
            before = [org, *facts.came_into(org, day)]
            units = facts.units_in(org, window, day)
        bodies = tuple(one for one in dict.fromkeys(before) if facts.lived(one, window, day))
        return Asked(org, window, day, ends, units, bodies, min(facts.first(one) for one in before))

    # What counts at a base

    def _base(self, asked: Asked, year: int, part: int) -> Base:
        units = asked.units or tuple(one for one in self.facts.family[asked.org] if self.facts.is_unit(one))
        bases = {}
        for unit in units:
            base = self._base_of(unit, asked, units, year, part)
            if base:
                bases[unit] = base
        standing = {unit: self.rows.standing(unit, year, base) for unit, base in bases.items()}
        if not asked.is_of_units:
            standing = {
                unit: [one for one in rows if one.row.org in asked.bodies] for unit, rows in standing.items()
            }
        together = [one for rows in standing.values() for one in rows]
        giving_way = self.rows.giving_way(together)
        by_unit: dict[str, Amounts] = {}
        for unit, rows in standing.items():
            found: Amounts = {}
            for one in rows:
                if id(one.row) not in giving_way:
                    self._add(found, one, asked, (year, part, bases[unit]))
            by_unit[unit] = found
        return Base(asked, year, part, bases, together, by_unit)

    def _plain_base(self, unit: str, asked: Asked, year: int, part: int) -> int:
        """Up to which period the filings of a unit count, whatever a cover says; 0 for none."""
        if not asked.is_of_units or asked.day >= asked.ends or self.facts.last(unit) <= asked.day:
            return part
        return max((one for one in range(1, part + 1) if end_of(year, one) <= asked.day), default=0)

    def _base_of(self, unit: str, asked: Asked, units: tuple[str, ...], year: int, part: int) -> int:
        base = self._plain_base(unit, asked, year, part)
        for into in self.facts.went_into(unit, asked.day):
            if into not in units:
                continue
            until = self._plain_base(into, asked, year, part)
            covered = self.facts.covered_from(unit, into, year, until)
            if covered is not None:
                base = min(base, max((one for one in (1, 2, 3, 4) if end_of(year, one) < covered), default=0))
        return base

    def _add(self, found: Amounts, one: Standing, asked: Asked, base: tuple[int, int, int]) -> None:
        for measure, amount in self.rows.given(one.row):
            if one.adds(measure.within) and self._counts(one, measure, asked, base):
                found.setdefault(measure, Amount()).add(amount, one)

    def _counts(self, one: Standing, measure: Measure, asked: Asked, base_of: tuple[int, int, int]) -> bool:
        """Whether a stock is of the day that is asked for, and an opening of the day on which it begins."""
        row, facts = one.row, self.facts
        year, part, base = base_of
        if measure.within == "sum":
            return True
        body = row.unit if asked.is_of_units else row.org
        assert body is not None
        if measure.within == "last":
            if facts.on(body, min(end_of(year, part), asked.day)) is None:
                return False
            return row.org is None or facts.is_with(
                row.org, row.unit, min(end_of(year, base), facts.last(body))
            )
        begins = max(date(year, 1, 1), asked.start)
        is_said = row.coverage_from is not None
        if asked.is_of_units:
            is_there = facts.on(body, begins) is not None or (is_said and row.coverage_from <= begins)  # type: ignore[operator]
        else:
            is_there = facts.on(body, begins) is not None
        opens = max(date(year, 1, 1), facts.first(body))
        return is_there and (row.org is None or is_said or facts.is_with(row.org, row.unit, opens))

    def _amounts(self, base: Base) -> Amounts:
        """Add up what contributors give; what is never added is that of one row."""
        found: Amounts = {}
        for unit, amounts in base.by_unit.items():
            for measure, amount in amounts.items():
                if self._kinds[measure.indicator] in SINGLE and not self._is_only(base, unit, measure, amount):
                    continue
                total = found.setdefault(measure, Amount())
                total.amount += amount.amount
                total.n_cells += amount.n_cells
                total.carried = max(total.carried, amount.carried)
                total.is_alone = total.is_alone and amount.is_alone
                total.units |= {unit}
        return found

    def _is_only(self, base: Base, unit: str, measure: Measure, amount: Amount) -> bool:
        org = base.asked.org
        if amount.n_cells != 1:
            return False
        if any(one.indicator == measure.indicator for one in base.by_unit.get(org, {})):
            return unit == org
        waited = [
            one
            for one in base.asked.units
            if self.states.is_reporter(one, measure.indicator)
            and self._is_waited_for(one, measure.indicator, base)
        ]
        return len(waited) == 1

    # How whole it is

    def _is_waited_for(self, unit: str, indicator: str, base: Base) -> bool:
        if unit not in base.bases:
            return False
        day = min(end_of(base.year, base.part), base.asked.day)
        if not self.facts.filed_in(unit, date(base.year, 1, 1), day):
            return False
        return not self.states.is_stock(indicator) or self.facts.on(unit, day) is not None

    def _states(self, base: Base, indicator: str) -> dict[str, BodyState]:
        """Give the states of all who count; what is never added waits for nobody else."""
        asked = base.asked
        if not asked.is_of_units:
            form, at = self.states.form_of[indicator], (base.year, base.part, asked.day)
            return {one: self.states.organisation_state(one, form, at, base.standing) for one in asked.bodies}
        only = self._kinds[indicator] in SINGLE
        return {
            one: self.states.unit_state(one, indicator, base.year, part)
            for one, part in base.bases.items()
            if not only or one == asked.org
        }

    def _bodies(self, base: Base, indicator: str) -> dict[str, BodyState]:
        """Give the states of those who are waited for."""
        return {
            one: state
            for one, state in self._states(base, indicator).items()
            if not base.asked.is_of_units or self._is_waited_for(one, indicator, base)
        }

    def _rank(self, base: Base, indicator: str) -> int | None:
        ranks = [one.rank for one in self._bodies(base, indicator).values() if one.rank is not None]
        return max(ranks, default=None)

    # Figures

    def _cumulative(self, asked: Asked, year: int, part: int) -> dict[str, Figure]:
        base = self._base(asked, year, part)
        figures = {}
        for code, amounts in _by_indicator(self._amounts(base)).items():
            if self._kinds[code] == "run":
                if part == 4 and not asked.is_of_units:
                    figures[code] = self._run(asked, year, base, code)
            else:
                figures[code] = self._figure(code, amounts, self._rank(base, code) or 0)
        return figures

    def _figure(self, code: str, amounts: Amounts, rank: int) -> Figure:
        parts: dict[str, float] = {}
        for measure, amount in amounts.items():
            parts[measure.part] = parts.get(measure.part, 0.0) + amount.amount
            if measure.part != "opening":
                rank = max(rank, amount.carried)
        value = parts.get("value")
        if self._kinds[code] == "ratio":
            numerator, denominator = parts.get("numerator"), parts.get("denominator")
            value = 100.0 * numerator / denominator if numerator is not None and denominator else None
        status = "none" if value is None else STATUSES[rank]
        return Figure(value, parts.get("numerator"), parts.get("denominator"), parts.get("opening"), status)

    def _run(self, asked: Asked, year: int, base: Base, code: str) -> Figure:
        """In how many years in a row up to this one an organisation had its one rating."""
        length = 0
        current = base
        while True:
            amounts = [one for m, one in self._amounts(current).items() if m.indicator == code]
            if not amounts or amounts[0].n_cells != 1 or amounts[0].amount != 1:
                break
            length += 1
            year -= 1
            if year not in self.facts.years:
                break
            first = date(year, 1, 1)
            earlier = self._ask(asked.org, first, first, date(year, 12, 31))
            if earlier is None:
                break
            current = self._base(earlier, year, 4)
        return Figure(float(length), None, None, None, STATUSES[self._rank(base, code) or 0])

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
        base = self._base(asked, year, part)
        before = self._base(asked, year, part - 1) if part > 1 else None
        since = start_of_quarter(year, part)
        minus = self._amounts(before) if before else {}
        figures = {}
        for code, amounts in _by_indicator(self._amounts(base)).items():
            if self._kinds[code] in ("run", "distinct") or not self._is_exact(base, code, since):
                continue
            if before is not None and not self._is_exact(before, code, since - DAY):
                continue
            told: Amounts = {}
            for measure, amount in amounts.items():
                if before is None or measure.within != "sum":
                    less = minus.get(measure, Amount()) if before is not None else Amount()
                    carried = amount.carried
                    told[measure] = Amount(amount.amount, amount.n_cells, carried)
                elif self._is_told_apart(base, before, measure, amount, minus.get(measure), code):
                    less = minus.get(measure, Amount())
                    carried = max(amount.carried, less.carried)
                    told[measure] = Amount(amount.amount - less.amount, amount.n_cells, carried)
            if told:
                figures[code] = self._figure(code, told, self._rank(base, code) or 0)
        return figures

    def _is_exact(self, base: Base, code: str, since: date) -> bool:
        """Whether all who were there have filed up to the base: in the quarter, or on the day before it.

        Rows about an organisation that has ended may come late, so that it is asked for all the same.
        """
        facts, asked, ends = self.facts, base.asked, end_of(base.year, base.part)
        counting, begins = list(asked.bodies), date(base.year, 1, 1)
        if asked.is_of_units:
            only, begins = self._kinds[code] in SINGLE, since
            counting = [
                one
                for one in asked.units
                if self.states.is_reporter(one, code) and (not only or one == asked.org)
            ]
        there = [one for one in counting if facts.lived(one, begins, ends)]
        if not there and ends != asked.ends:  # nobody had anything to file at the earlier end
            return bool(counting)
        states = self._states(base, code)
        judged = [one for one in there if one in states and states[one].rank is not None]
        is_stock = asked.is_of_units and self.states.is_stock(code)
        return bool(judged) and all(
            states[one].is_exact or (is_stock and facts.on(one, min(ends, asked.day)) is None) for one in judged
        )

    def _is_told_apart(
        self, base: Base, before: Base, measure: Measure, amount: Amount, minus: Amount | None, code: str
    ) -> bool:
        """Whether what was filed says what of it is of the quarter."""
        if any(one.is_gap_filled for one in self._bodies(base, code).values() if one.rank is not None):
            return False
        if minus is not None or amount.is_alone:
            return True
        ends = end_of(before.year, before.part)
        if base.asked.is_of_units:
            return all(self.facts.first(unit) > ends for unit in amount.units)
        return all(self.facts.first(body) > ends for body in base.asked.bodies)

    # Terms

    def _term(self, asked: Asked, term: Term) -> dict[str, Figure]:
        years = [year for year in range(term.first_year, term.last_year + 1) if year in self.facts.years]
        bases = {year: self._base(asked, year, 4) for year in years}
        by_year: list[tuple[int, int, Amounts]] = [
            (year, year, self._amounts(base)) for year, base in bases.items()
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
                self._add(by_unit.setdefault(one.row.unit, {}), one, asked, (term.last_year, 4, 4))
        bases = dict.fromkeys(asked.units, 4)
        return self._amounts(Base(asked, term.last_year, 4, bases, standing, by_unit))

    def _filers_at_once(self, asked: Asked, term: Term, code: str) -> dict[str, int]:
        """Give those for whom a form was filed once for all years, with how whole it is."""
        form = self.states.form_of[code]
        if asked.is_of_units:
            return {
                unit: self.states.unit_at_once(unit, code, term)
                for unit in asked.units
                if (self._kinds[code] not in SINGLE or unit == asked.org)
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
            for body, state in self._bodies(base, code).items():
                if body not in at_once and state.rank is not None:
                    ranks[year] = max(ranks.get(year, 0), state.rank)
                    others = True
        if at_once and asked.is_of_units:
            waited = [one for one in asked.units if one not in at_once and self.states.is_reporter(one, code)]
            others = others or (self._kinds[code] not in SINGLE and bool(waited))
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
