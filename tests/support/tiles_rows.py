"""Which filed rows stand for a unit at a base, over which days each runs, and what they give to indicators.

What belongs here: filings of one unit and overlaps of several. What does not: who counts where
(`tiles_world.py`), and figures (`tiles_oracle.py`).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from ingestion.definitions.forms import Form
from ingestion.definitions.indicators import Indicator, Summand
from tests.support.tiles_world import DAY, PARTS, Facts, Row, Term, end_of, start_of_quarter

Base = int | str
"""A base of a year, parts 1 to 4, or the code of a term for which a form was filed at once."""


class Measure(NamedTuple):
    """A part of an indicator that adds in one way."""

    indicator: str
    part: str
    over_time: str
    within: str


@dataclass
class Standing:
    """A row that stands at a base."""

    row: Row
    is_latest: bool
    is_first: bool
    is_carried: bool

    def adds(self, within: str) -> bool:
        """Whether it counts, of all the filings of its year."""
        return {"sum": True, "last": self.is_latest, "first": self.is_first}[within]


@dataclass
class Amount:
    """What adds up to a part of a figure."""

    amount: float = 0.0
    n_cells: int = 0
    carried: int = 0
    is_alone: bool = True
    units: set[str] = field(default_factory=set)
    has_any: bool = False

    def add(self, amount: float, standing: Standing) -> None:
        """Add a cell."""
        self.amount += amount
        self.n_cells += 1
        self.carried = max(self.carried, int(standing.is_carried))
        self.is_alone = self.is_alone and standing.row.is_alone
        self.units.add(standing.row.unit)


Amounts = dict[Measure, Amount]


class Rows:
    """Rows as they stand."""

    def __init__(self, facts: Facts) -> None:
        """Take what a world says."""
        self.facts = facts
        self.terms = {(term.system, term.code): term for term in facts.terms}
        self._summands: dict[str, list[tuple[Indicator, str, Summand]]] = defaultdict(list)
        for indicator in facts.catalogue.indicators.values():
            for part, summands in indicator.parts:
                for summand in summands:
                    self._summands[summand.form].append((indicator, part, summand))
        self._given: dict[int, list[tuple[Measure, float]]] = {}
        self._standing: dict[tuple[str, int, int], list[Standing]] = {}
        self._own: dict[tuple[str, int, Base], Amounts] = {}
        self._spans: dict[int, tuple[date, date] | None] = {}

    # Rows of one unit

    def standing(self, unit: str, year: int, part: int) -> list[Standing]:
        """Give the rows of a unit that stand at a base of a year."""
        key = (unit, year, part)
        if key not in self._standing:
            self._standing[key] = self._stand(unit, year, part)
        return self._standing[key]

    def _stand(self, unit: str, year: int, part: int) -> list[Standing]:
        candidates: dict[tuple[str, tuple[str, ...]], list[Row]] = defaultdict(list)
        for one in range(1, part + 1):
            for row in self.facts.rows.get((unit, f"{year}-{PARTS[one - 1]}"), ()):
                candidates[row.form, row.key].append(row)
        found = []
        for (form, _), rows in candidates.items():
            latest_cumulative = max((row.part or 0 for row in rows if not row.is_alone), default=0)
            chain = [row for row in rows if (row.part or 0) >= latest_cumulative]
            parts = [row.part or 0 for row in chain]
            carried = self._is_carried(chain[-1], form, part)
            found += [Standing(row, row.part == max(parts), row.part == min(parts), carried) for row in chain]
        return found

    def _is_carried(self, row: Row, form: str, part: int) -> bool:
        """Whether its unit has filed the form since, and had the organisation then."""
        newest = max(
            one for year, one, _ in self.facts.filed[row.unit, form] if year == row.year and one <= part
        )
        assert row.part is not None
        if newest <= row.part:
            return False
        days = None if row.org is None else self.facts.with_days(row.org, row.unit)
        if days is None:
            return True
        after, until = end_of(row.year, row.part) + DAY, end_of(row.year, newest)
        return any(first <= until and after <= last for first, last in days)

    def at_once(self, unit: str, term: Term) -> list[Standing]:
        """Give the rows of what a unit filed once for a term and that counts."""
        rows = self.facts.rows.get((unit, term.code), ())
        return [
            Standing(row, is_latest=True, is_first=True, is_carried=False)
            for row in rows
            if self.counts_at_once(unit, row.form, term)
        ]

    def counts_at_once(self, unit: str, form: str, term: Term) -> bool:
        """Whether a form that was filed for a term counts: nothing of its years, its unit there at the end."""
        if term.code not in self.facts.filed_at_once.get((unit, form), ()):
            return False
        last = date(term.last_year, 12, 31)
        version = self.facts.on(unit, last)
        if version is None or not version.files or term.system not in self.facts.systems(unit):
            return False
        family = [unit, *self.facts.came_into(unit, last)]
        return not any(
            term.first_year <= year <= term.last_year
            for one in family
            for year, _, _ in self.facts.filed.get((one, form), ())
        )

    # Days of a row

    def span(self, row: Row) -> tuple[date, date] | None:
        """Give the days over which a row about an organisation runs; None where it has none."""
        key = id(row)
        if key not in self._spans:
            self._spans[key] = self._days(row)
        return self._spans[key]

    def _days(self, row: Row) -> tuple[date, date] | None:
        assert row.org is not None
        if row.part is None:
            years = next(term for term in self.facts.terms if term.code == row.period)
            first, last = date(years.first_year, 1, 1), date(years.last_year, 12, 31)
        else:
            first, last = date(row.year, 1, 1), end_of(row.year, row.part)
            if row.is_alone:
                first = start_of_quarter(row.year, row.part)
        begins, ends = [first, self.facts.first(row.unit)], [last, self.facts.last(row.unit)]
        days = self.facts.with_days(row.org, row.unit)
        if days is not None:
            within = [(max(a, first), min(b, last)) for a, b in days if a <= last and first <= b]
            if not within:
                return None
            begins.append(min(a for a, _ in within))
            ends.append(max(b for _, b in within))
        return (row.coverage_from or max(begins)), min(ends)

    def giving_way(self, standing: Iterable[Standing]) -> set[int]:
        """Give the rows, by identity, that others about the same take the place of."""
        about: dict[tuple[str, tuple[str, ...]], list[Row]] = defaultdict(list)
        for one in standing:
            if one.row.org is not None:
                about[one.row.form, one.row.key].append(one.row)
        found = set()
        for rows in about.values():
            if len({row.unit for row in rows}) > 1:
                found |= {id(a) for a in rows for b in rows if a.unit != b.unit and self._gives_way(a, b)}
        return found

    def _gives_way(self, a: Row, b: Row) -> bool:
        days_a, days_b = self.span(a), self.span(b)
        if days_a is None or days_b is None or days_b[0] > days_a[1] or days_a[0] > days_b[1]:
            return False
        assert a.org is not None
        with_a = self.facts.is_with(a.org, a.unit, days_b[1])
        with_b = self.facts.is_with(a.org, b.unit, days_b[1])
        return days_b[1] > days_a[1] or (days_b[1] == days_a[1] and with_b and not with_a)

    # What rows give

    def given(self, row: Row) -> list[tuple[Measure, float]]:
        """Give what a row adds to which measures."""
        if id(row) not in self._given:
            self._given[id(row)] = [
                given
                for indicator, part, summand in self._summands[row.form]
                if (given := self._give(row, indicator, part, summand)) is not None
            ]
        return self._given[id(row)]

    def _give(
        self, row: Row, indicator: Indicator, part: str, summand: Summand
    ) -> tuple[Measure, float] | None:
        if any(row.values.get(column) not in codes for column, codes in summand.where.items()):
            return None
        value = row.values.get(summand.column)
        if not isinstance(value, str if summand.count else int | float):
            return None
        form = self.facts.catalogue.forms[row.form]
        measure = Measure(indicator.code, part, summand.over_time, within(form, summand, row.values))
        amount = float(value in summand.count) if summand.count else float(value)  # type: ignore[arg-type]
        return measure, summand.sign * amount

    def own(self, unit: str, year: int, base: Base) -> Amounts:
        """Give what all standing rows of a unit at a base come to, whatever of it adds in a figure."""
        key = (unit, year, base)
        if key not in self._own:
            if isinstance(base, str):
                systems = self.facts.systems(unit)
                term = next((t for (s, c), t in self.terms.items() if c == base and s in systems), None)
                standing = self.at_once(unit, term) if term else []
            else:
                standing = self.standing(unit, year, base)
            self._own[key] = amounts(self, standing)
        return self._own[key]


def within(form: Form, summand: Summand, values: Mapping[str, Any]) -> str:
    """How the filings of a year make a figure: amounts of single quarters add up, openings are the first's."""
    nature = form.by_code[summand.column].nature
    if nature == "line":
        natures = [
            line.nature
            for line_set in form.lines
            for line in line_set.members
            if line.nature is not None and values.get(line_set.column) == line.code
        ]
        nature = natures[0] if natures else None
    how = nature or summand.over_time
    if how == "flow" or (how == "sum" and not summand.count):
        return "sum"
    return "first" if how in ("opening", "first") else "last"


def amounts(rows: Rows, standing: Iterable[Standing]) -> Amounts:
    """Add up rows."""
    found: Amounts = {}
    for one in standing:
        for measure, amount in rows.given(one.row):
            if one.adds(measure.within):
                found.setdefault(measure, Amount()).add(amount, one)
    return found
