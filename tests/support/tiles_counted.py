"""Who and what counts in a figure that is asked for, and how whole it is.

What belongs here: what is asked, what counts at a base of a year, and who is waited for there. What does not:
lives and filings (`tiles_world.py`), rows (`tiles_rows.py`), states of contributors (`tiles_states.py`), and
how all this becomes figures (`tiles_oracle.py`).
"""

from dataclasses import dataclass
from datetime import date

from ingestion.definitions.catalogue import Catalogue
from tests.integration.warehouse_world import World
from tests.support.tiles_rows import Amount, Amounts, Measure, Rows, Standing
from tests.support.tiles_states import BodyState, States
from tests.support.tiles_world import NEVER, Facts, end_of

SINGLE = ("rate", "distinct")
"""Kinds of indicator that are never added over units."""


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


class Counted:
    """What counts in figures of a world."""

    def __init__(self, world: World, catalogue: Catalogue) -> None:
        """Take a world."""
        self.facts = Facts(world, catalogue)
        self.rows = Rows(self.facts)
        self.states = States(self.facts, self.rows)
        self.indicators = {one.code: one for one in catalogue.indicators.values() if one.parts}
        self.kinds = {code: one.kind for code, one in self.indicators.items()}

    def ask(self, org: str, window: date, begins: date, ends: date) -> Asked | None:
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

    def base(self, asked: Asked, year: int, part: int) -> Base:
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
                    self.add(found, one, asked, (year, part, bases[unit]))
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

    def add(self, found: Amounts, one: Standing, asked: Asked, base: tuple[int, int, int]) -> None:
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
            until = base if asked.is_of_units else part
            return row.org is None or facts.is_with(
                row.org, row.unit, min(end_of(year, until), facts.last(body))
            )
        begins = max(date(year, 1, 1), asked.start)
        is_said = row.coverage_from is not None
        if asked.is_of_units:
            is_there = facts.on(body, begins) is not None or (is_said and row.coverage_from <= begins)  # type: ignore[operator]
        else:
            is_there = facts.on(body, begins) is not None
        opens = max(date(year, 1, 1), facts.first(body))
        return is_there and (row.org is None or is_said or facts.is_with(row.org, row.unit, opens))

    def amounts(self, base: Base) -> Amounts:
        """Add up what contributors give; what is never added is that of one row."""
        found: Amounts = {}
        for unit, amounts in base.by_unit.items():
            for measure, amount in amounts.items():
                if self.kinds[measure.indicator] in SINGLE and not self._is_only(base, unit, measure, amount):
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

    def states_of(self, base: Base, indicator: str) -> dict[str, BodyState]:
        """Give the states of all who count; what is never added waits for nobody else."""
        asked = base.asked
        if not asked.is_of_units:
            form, at = self.states.form_of[indicator], (base.year, base.part, asked.day)
            return {one: self.states.organisation_state(one, form, at, base.standing) for one in asked.bodies}
        only = self.kinds[indicator] in SINGLE
        return {
            one: self.states.unit_state(one, indicator, base.year, part)
            for one, part in base.bases.items()
            if not only or one == asked.org
        }

    def bodies(self, base: Base, indicator: str) -> dict[str, BodyState]:
        """Give the states of those who are waited for."""
        return {
            one: state
            for one, state in self.states_of(base, indicator).items()
            if not base.asked.is_of_units or self._is_waited_for(one, indicator, base)
        }

    def rank(self, base: Base, indicator: str) -> int | None:
        ranks = [one.rank for one in self.bodies(base, indicator).values() if one.rank is not None]
        return max(ranks, default=None)
