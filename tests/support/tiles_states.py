"""How whole it is what units and organisations have filed up to a base.

What belongs here: the state of one contributor. What does not: who counts where, and how states make the status
of a figure (`tiles_oracle.py`).
"""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from ingestion.definitions.indicators import Indicator
from tests.support.tiles_rows import Base, Rows, Standing, within
from tests.support.tiles_world import DAY, Facts, Row, Term, end_of, has_flow, part_in

WHOLE, PART, LACKING = 0, 1, 2
"""Ranks of states: final, provisional and incomplete."""


@dataclass(frozen=True)
class FormState:
    """What has come of a form at a base, of what is owed."""

    rank: int | None
    expected: int | None
    is_exact: bool
    has_gap: bool
    is_gap_filled: bool


@dataclass(frozen=True)
class BodyState:
    """How whole what a contributor gives is; nothing is said of one that is not waited for."""

    rank: int | None
    is_exact: bool
    is_gap_filled: bool


class States:
    """States of contributors."""

    def __init__(self, facts: Facts, rows: Rows) -> None:
        """Take what a world says, and its rows as they stand."""
        self.facts = facts
        self.rows = rows
        self._forms: dict[tuple[str, str, int, int], FormState] = {}
        self._units: dict[tuple[str, str, int, int], BodyState] = {}
        self._stocks = {one.code: _is_stock(one, facts) for one in facts.catalogue.indicators.values()}
        self.form_of = {
            one.code: one.parts[0][1][0].form for one in facts.catalogue.indicators.values() if one.parts
        }
        self._parts_ever: dict[tuple[str, str], set[str]] = defaultdict(set)
        self._contributed: set[tuple[str, str]] = set()
        self._look_at_parts()

    def _look_at_parts(self) -> None:
        for unit in (code for code in self.facts.versions if self.facts.is_unit(code)):
            bases: list[tuple[int, Base]] = [(year, part) for year in self.facts.years for part in (1, 2, 3, 4)]
            bases += [(0, term.code) for term in self.facts.terms if (unit, term.code) in self.facts.rows]
            for year, base in bases:
                for measure in self.rows.own(unit, year, base):
                    self._contributed.add((measure.indicator, unit))
                    if measure.part != "opening":
                        self._parts_ever[measure.indicator, unit].add(measure.part)

    # Who is waited for at all

    @cached_property
    def _filers(self) -> set[tuple[str, str]]:
        """Units with a form that they filed and that counts."""
        found = {(unit, form) for (unit, form), parts in self.facts.filed.items() if parts}
        for (unit, form), _ in self.facts.filed_at_once.items():
            if any(self.rows.counts_at_once(unit, form, term) for term in self.facts.terms):
                found.add((unit, form))
        return found

    @cached_property
    def _pairs(self) -> set[tuple[str, str]]:
        """Units with a form that they owe or filed."""
        owed = {(unit, form) for unit, form, _ in (*self.facts.owed, *self.facts.required)}
        return owed | set(self.facts.filed) | set(self.facts.filed_at_once)

    def _kinds(self, unit: str) -> set[str]:
        return {one.kind for one in self.facts.versions[unit] if one.files}

    @cached_property
    def _filed_by_kind(self) -> set[tuple[str, str]]:
        return {(kind, form) for unit, form in self._filers for kind in self._kinds(unit)}

    @cached_property
    def _contributed_by_kind(self) -> set[tuple[str, str]]:
        return {(kind, code) for code, unit in self._contributed for kind in self._kinds(unit)}

    def is_reporter(self, unit: str, indicator: str) -> bool:
        """Whether a unit is waited for: it had something of it, or never filed the form that its kind fills."""
        form = self.form_of[indicator]
        if (unit, form) not in self._pairs:
            return False
        if (indicator, unit) in self._contributed:
            return True
        return (unit, form) not in self._filers and any(
            (kind, form) not in self._filed_by_kind or (kind, indicator) in self._contributed_by_kind
            for kind in self._kinds(unit)
        )

    def is_stock(self, indicator: str) -> bool:
        """Whether all parts of an indicator, but for openings, are of a day."""
        return self._stocks[indicator]

    # A unit's form at a base

    def form_state(self, unit: str, form: str, year: int, part: int) -> FormState:
        """Give what has come of a unit's form."""
        key = (unit, form, year, part)
        if key not in self._forms:
            self._forms[key] = self._form_state(unit, form, year, part)
        return self._forms[key]

    def _form_state(self, unit: str, form: str, year: int, part: int) -> FormState:
        owed = self.facts.owed.get((unit, form, year), set())
        required = self.facts.required.get((unit, form, year), set())
        has_filed = any(y == year and one <= part for y, one, _ in self.facts.filed.get((unit, form), ()))
        # what it did file is held to its last day in its own figure, whoever takes the year in
        if not has_filed and self._is_covered(unit, year, part):
            closing = {part_in(self.facts.last(unit))}
            owed, required = owed - closing, required - closing
        owed_part = max((one for one in owed if one <= part), default=None)
        required_part = max((one for one in required if one <= part), default=None)
        expected = max((one for one in (owed_part, required_part) if one is not None), default=None)
        filed = {one: is_sum for y, one, is_sum in self.facts.filed.get((unit, form), ()) if y == year}
        filed_part = max((one for one in filed if one <= part), default=None)
        has_gap = self._has_gap(owed, filed, part)
        return FormState(
            rank=self._rank(unit, form, year, part, (owed_part, required_part, filed_part, has_gap)),
            expected=expected,
            is_exact=filed_part == part,
            has_gap=has_gap,
            is_gap_filled=part > 1 and not has_gap and self._has_gap(owed, filed, part - 1),
        )

    def _has_gap(self, owed: set[int], filed: dict[int, bool], part: int) -> bool:
        """Whether a quarter before what was filed of quarters alone has not come."""
        until = [one for one in filed if one <= part]
        cumulative = max((one for one in until if filed[one]), default=0)
        return bool(until) and any(cumulative < one < max(until) and one not in filed for one in owed)

    def _rank(
        self,
        unit: str,
        form: str,
        year: int,
        part: int,
        known: tuple[int | None, int | None, int | None, bool],
    ) -> int | None:
        owed_part, required_part, filed_part, has_gap = known
        if has_gap:
            return LACKING
        if filed_part is not None:
            expected = max(owed_part or 0, required_part or 0)
            return WHOLE if filed_part >= expected else PART
        if owed_part is not None:
            return LACKING
        if part != 4 or self.facts.owed.get((unit, form, year)):
            return None
        version = self.facts.on(unit, end_of(year, part))
        is_alive = version is not None and version.files
        is_ever_owed = any((unit, form, other) in self.facts.owed for other in self.facts.years)
        return LACKING if required_part == part or (is_alive and is_ever_owed) else None

    def _is_covered(self, unit: str, year: int, part: int) -> bool:
        """Whether the cover of one into which a unit went takes its whole year, so that no closing is owed."""
        last = self.facts.last(unit)
        if last.year != year or last >= end_of(year, 4):
            return False
        begins = max(date(year, 1, 1), self.facts.first(unit))
        for into in self.facts.went_into(unit, end_of(year, part)):
            covered = self.facts.covered_from(unit, into, year, part)
            if covered is not None and covered <= begins:
                return True
        return False

    # A unit's share of an indicator

    def unit_state(self, unit: str, indicator: str, year: int, part: int) -> BodyState:
        """Give how whole what a unit gives to an indicator is."""
        key = (unit, indicator, year, part)
        if key not in self._units:
            self._units[key] = self._unit_state(unit, indicator, year, part)
        return self._units[key]

    def _unit_state(self, unit: str, indicator: str, year: int, part: int) -> BodyState:
        if not self.is_reporter(unit, indicator):
            return BodyState(None, is_exact=False, is_gap_filled=False)
        form = self.form_of[indicator]
        state = self.form_state(unit, form, year, part)
        rank = state.rank
        has_filed = any(y == year and one <= part for y, one, _ in self.facts.filed.get((unit, form), ()))
        if rank is not None and has_filed:
            measures = self.rows.own(unit, year, part)
            parts = {one.part for one in measures if one.indicator == indicator and one.part != "opening"}
            if len(parts) < len(self._parts_ever[indicator, unit]):
                rank = LACKING
        return BodyState(rank, state.is_exact, state.is_gap_filled)

    def unit_at_once(self, unit: str, indicator: str, term: Term) -> int:
        """Give how whole what a unit filed once for a term is: what it ever has something for, it has here."""
        measures = set(self.rows.own(unit, 0, term.code))
        for year in range(term.first_year, term.last_year + 1):
            if year in self.facts.years:
                measures |= set(self.rows.own(unit, year, 4))
        parts = {one.part for one in measures if one.indicator == indicator and one.part != "opening"}
        return LACKING if len(parts) < len(self._parts_ever[indicator, unit]) else WHOLE

    # An organisation's form at a base

    def organisation_state(
        self, org: str, form: str, base: tuple[int, int, date], standing: list[Standing]
    ) -> BodyState:
        """Give how whole what units have filed about an organisation is; `standing` are the rows about it."""
        year, part, day = base
        rows = [one.row for one in standing if one.row.org == org and one.row.form == form]
        until = min(end_of(year, part), self.facts.last(org), day)
        spells = self._spells(org, date(year, 1, 1), until)
        if not spells:
            return BodyState(WHOLE if rows else None, is_exact=bool(rows), is_gap_filled=False)
        _, last, unit = spells[-1]
        state = self.form_state(unit, form, year, part)
        latest = max((row.part or 0 for row in rows if row.unit == unit), default=None)
        reach = max(
            (days[1] for row in rows if row.unit == unit and (days := self.rows.span(row))), default=None
        )
        is_closed = reach is not None and reach >= min(last, self.facts.last(org)) and last < end_of(year, part)
        rank: int | None
        if latest is None:
            rank = None if state.rank is None else LACKING
        elif state.rank == LACKING:
            rank = LACKING
        else:
            rank = WHOLE if latest >= (state.expected or 0) or is_closed else PART
        is_exact = latest == part or is_closed
        for spell in spells[:-1]:
            if not self._is_told(spell, rows, form, year, part):
                rank, is_exact = LACKING, False
        is_filled = any(self.form_state(one, form, year, part).is_gap_filled for _, _, one in spells)
        return BodyState(rank, is_exact, is_filled)

    def _is_told(self, spell: tuple[date, date, str], rows: list[Row], form: str, year: int, part: int) -> bool:
        """Whether rows tile an earlier spell without a hole, or its unit owes none."""
        first, last, unit = spell
        owed = self.facts.owed.get((unit, form, year), set()) | self.facts.required.get(
            (unit, form, year), set()
        )
        if not has_flow(self.facts.catalogue.forms[form]) or not any(one <= part for one in owed):
            return True
        reached = first - DAY
        for begins, ends in sorted(days for row in rows if (days := self.rows.span(row)) is not None):
            if begins <= reached + DAY:
                reached = max(reached, ends)
        return reached >= last

    def _spells(self, org: str, first: date, last: date) -> list[tuple[date, date, str]]:
        """Give the times of an organisation with one unit each, within an interval."""
        found: list[tuple[date, date, str]] = []
        for version in self.facts.versions.get(org, ()):
            begins, ends = max(version.first, first), min(version.last, last)
            if begins > ends or not version.parent or not self.facts.is_unit(version.parent):
                continue
            if found and found[-1][2] == version.parent:
                found[-1] = (found[-1][0], ends, version.parent)
            else:
                found.append((begins, ends, version.parent))
        return found


def _is_stock(indicator: Indicator, facts: Facts) -> bool:
    """Whether all that a figure is made of is of a day."""
    found = set()
    for part, summands in indicator.parts:
        for summand in summands if part != "opening" else ():
            form = facts.catalogue.forms[summand.form]
            lines = [(column, code) for column, codes in summand.where.items() for code in codes]
            for column, code in lines or [("", "")]:
                found.add(within(form, summand, {column: code}))
    return found == {"last"}
