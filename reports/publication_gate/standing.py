"""How whole a figure is: who was expected, who has filed, and up to when.

What belongs here: the state of a form of a unit at the end of a period, and which rows stand then. What does
not: amounts.

Ranks: 0 whole, 1 ends earlier than asked, 2 something is missing, NaN nobody waits for it.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

import numpy as np
import pandas as pd

from reports.publication_gate.arrays import PARTS, Flags, Ints
from reports.publication_gate.bodies import Bodies, Term
from reports.publication_gate.covers import Covers
from reports.publication_gate.filed import Filed, FormRows


@dataclass(frozen=True)
class State:
    """The state of one form of one unit at the end of a period.

    Attributes:
        rank: see the module; None where nobody waits for it.
        expected: the last part of the year that is owed by then, be it in the calendar or not; 0 for none.
        is_exact: whether something was filed for this very period.
        newest: the last part of the year that was filed by then; 0 for none.
        cumulative: the last that was filed from 1 January on; 0 where all are of a quarter alone.
        is_part: whether what was filed is only a part of what is owed by then.
        fills_gap: whether it holds a quarter that is owed and that the filings before it lack.
    """

    rank: int | None
    expected: int
    is_exact: bool
    newest: int
    cumulative: int
    is_part: bool
    fills_gap: bool


class Standing:
    """What is owed and what was filed, by unit, form and year."""

    def __init__(self, filed: Filed, bodies: Bodies, covers: Covers) -> None:
        """Read who owes what from the registry and who filed what from bronze."""
        self._bodies = bodies
        self._when = bodies.when
        self._states: dict[tuple[str, str, str], State] = {}
        self._standing_rows: dict[tuple[str, str], tuple[Ints, Flags, Flags, Ints]] = {}
        self._covers = covers
        self.owed = self._asked(bodies.owed)
        self.required = self._asked(bodies.required_forms)
        self._idle = self._asked(bodies.idle_forms)
        self.filed: dict[tuple[str, str], dict[int, dict[int, bool]]] = {}
        self.forms_of: dict[str, set[str]] = {}
        of_terms: list[tuple[str, str, str]] = []
        for unit, form, period, year, part, is_cumulative in filed.filings(bodies):
            self.forms_of.setdefault(unit, set()).add(form)
            if part:
                self.filed.setdefault((unit, form), {}).setdefault(year, {})[part] = is_cumulative
            else:
                of_terms.append((unit, form, period))
        self.at_once = {
            (unit, form, term)
            for unit, form, period in of_terms
            for term in bodies.terms_of(period, unit)
            if self._answers_for(unit, form, term)
        }
        """Units with the forms that they filed once for a whole term, and that answer for its years."""
        self.counting = set(self.filed) | {(unit, form) for unit, form, _ in self.at_once}
        """Units with the forms that they filed and that count somewhere."""

    def _asked(self, table: pd.DataFrame) -> dict[tuple[str, str], dict[int, set[int]]]:
        asked: dict[tuple[str, str], dict[int, set[int]]] = {}
        for unit, period, form in zip(
            table["reporting_org_code"], table["period_code"], table["form_code"], strict=True
        ):
            kind, year = self._when[period]
            if kind in PARTS:
                asked.setdefault((unit, form), {}).setdefault(year, set()).add(PARTS[kind])
        return asked

    def lacks(self, unit: str, form: str, period: str, uncollected: Iterable[int]) -> bool:
        """Say whether quarters that a unit filed alone lack some that were not collected.

        Args:
            unit: who files.
            form: the form.
            period: the cumulative period at whose end they are added up.
            uncollected: parts of its year in which a cell that is added up was not collected.
        """
        state, year = self.state(unit, form, period), self._when[period][1]
        asked = {
            *self.owed.get((unit, form), {}).get(year, ()),
            *self._idle.get((unit, form), {}).get(year, ()),
            *self.filed.get((unit, form), {}).get(year, ()),
        }
        return any(part in asked and state.cumulative <= part < state.newest for part in uncollected)

    def _answers_for(self, unit: str, form: str, term: Term) -> bool:
        """Say whether a form filed for a whole term counts: its unit stood until the end and filed no year.

        A year of one that merged into the unit is one of the unit's too.
        """
        (number,) = self._bodies.numbers([unit])
        day = date(term.last, 12, 31)
        if not self._stands(unit, day):
            return False
        earlier = self._bodies.went_over.get(int(number), {})
        family = {
            unit,
            *(str(self._bodies.codes[code]) for code, on in earlier.items() if on <= day.toordinal()),
        }
        years = {year for member in family for year in self.filed.get((member, form), ())}
        return not any(term.first <= year <= term.last for year in years)

    def rows_at(self, form: str, rows: FormRows, period: str) -> tuple[Ints, Flags, Flags, Ints]:
        """Give the rows of a form that stand at the end of a filed period.

        Returns:
            positions, whether each is the latest and the first of its key, and the part of the latest.
        """
        if (form, period) not in self._standing_rows:
            self._standing_rows[form, period] = self._rows_at(form, rows, period)
        return self._standing_rows[form, period]

    def _rows_at(self, form: str, rows: FormRows, period: str) -> tuple[Ints, Flags, Flags, Ints]:
        kind, year = self._when[period]
        if kind not in PARTS:
            number = self._bodies.periods.index.get_loc(period)
            counting = self._bodies.numbers({u for (u, f, t) in self.at_once if f == form and t.code == period})
            found = np.flatnonzero((rows.periods == number) & np.isin(rows.units, counting))
            return found, np.ones(len(found), bool), np.ones(len(found), bool), np.zeros(len(found), np.int64)
        return rows.until(year, PARTS[kind])

    def newest_parts(self, form: str, period: str) -> Ints:
        """Give of each organisation the last part of the year that it filed until a period; 0 for none."""
        kind, year = self._when[period]
        newest = np.zeros(len(self._bodies.codes), dtype=np.int64)
        for (unit, filed_form), years in self.filed.items():
            if filed_form == form:
                parts = [part for part in years.get(year, ()) if part <= PARTS[kind]]
                newest[self._bodies.numbers([unit])] = max(parts, default=0)
        return newest

    def state(self, unit: str, form: str, period: str) -> State:
        """Give the state of a form of a unit at the end of a cumulative period."""
        if (unit, form, period) not in self._states:
            self._states[unit, form, period] = self._state(unit, form, period)
        return self._states[unit, form, period]

    def _state(self, unit: str, form: str, period: str) -> State:
        kind, year = self._when[period]
        part = PARTS[kind]
        owed = self.owed.get((unit, form), {})
        filed = self.filed.get((unit, form), {}).get(year, {})
        until = {known for known in filed if known <= part}
        cumulative = max((known for known in until if filed[known]), default=0)
        required = self.required.get((unit, form), {}).get(year, set())
        due_by_now = max((known for known in owed.get(year, ()) if known <= part), default=0)
        expected = max((known for known in {due_by_now, *required} if known <= part), default=0)
        newest = max(until, default=0)
        has_gap = self._has_gap(unit, form, year, part)
        fills_gap = not has_gap and self._has_gap(unit, form, year, part - 1)
        rank: int | None = None
        if has_gap:
            rank = 2
        elif newest:
            rank = 0 if newest >= expected else 1
        elif due_by_now:
            rank = 2
        elif kind == "N" and not owed.get(year):
            # the calendar has nothing of the year for it, or does not have its end yet
            stands = self._stands(unit, self._bodies.ends[period])
            is_required = part in required or (required and not stands)
            rank = 2 if is_required or (owed and stands) else None
        if not newest and self._is_covered(unit, year, part):
            rank = None
        is_part = has_gap or 0 < newest < expected
        return State(rank, expected, newest == part, newest, cumulative, is_part, fills_gap)

    def _has_gap(self, unit: str, form: str, year: int, part: int) -> bool:
        """Say whether an owed quarter is missing among those that were filed alone up to a part of a year."""
        filed = self.filed.get((unit, form), {}).get(year, {})
        until = [known for known in filed if known <= part]
        cumulative = max((known for known in until if filed[known]), default=0)
        owed = self.owed.get((unit, form), {}).get(year, ())
        return any(cumulative < due < max(until, default=0) and due not in filed for due in owed)

    def _is_covered(self, unit: str, year: int, part: int) -> bool:
        """Say whether the filing of what a unit went over to takes in all that it lived of a year."""
        (number,) = self._bodies.numbers([unit]).tolist()
        first, last = (int(days[number]) for days in (self._bodies.versions.first, self._bodies.versions.last))
        for successor, latest in self._covers.of_year(year).items():
            cover = latest[part]
            if cover is None or number not in self._bodies.went_over.get(successor, {}):
                continue
            if cover.takes_in(last) and cover.since <= max(date(year, 1, 1).toordinal(), first):
                return True
        return False

    def _stands(self, unit: str, day: date) -> bool:
        return any(
            life.code == unit and life.is_reporting and life.is_alive(day) for life in self._bodies.lives
        )
