"""Cells that were asked for and left out, and the figures that lack them.

What belongs here: which cells these are, and in whose figures they, or a part that somebody has not (`parts`),
would have counted. What does not: what the cells that are there add up to (`amounts`), and filings that are
missing altogether (`standing`).
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import TYPE_CHECKING

import numpy as np

from ingestion.definitions.catalogue import Catalogue
from reports.publication_gate.bodies import Bodies, Share
from reports.publication_gate.filed import Flags, FormRows
from reports.publication_gate.standing import Standing

if TYPE_CHECKING:
    from reports.publication_gate.amounts import Measure
    from reports.publication_gate.parts import MissingParts


class Gaps:
    """Finds the cells that rows were asked for and do not have.

    A blank cell is one. A cell that does not apply (`x`) is one where the same row fills it in another period
    of the term, be it filed by another unit, or where a row of what has merged wholly into its organisation or
    unit does; what a row never fills does not apply to it. What was not there yet has no opening, and what was
    no longer there has no closing.
    """

    def __init__(self, catalogue: Catalogue, bodies: Bodies) -> None:
        """Take the forms, for what they ask, and the registry, for whom they ask."""
        self._forms, self._bodies = catalogue.forms, bodies
        self._kinds: dict[int, set[str]] = {}
        for life in bodies.lives:
            if life.is_reporting:
                self._kinds.setdefault(int(bodies.numbers([life.code])[0]), set()).add(life.kind)
        self._asked: dict[str, Flags] = {}
        self._born: dict[int, date] = {}
        self._ended: dict[int, date] = {}
        for life in bodies.lives:
            number = int(bodies.numbers([life.code])[0])
            self._born[number] = min(life.first, self._born.get(number, life.first))
            self._ended[number] = max(life.last, self._ended.get(number, life.last))

    def of(self, form: str, rows: FormRows, column: str) -> Flags:
        """Say which rows of a form lack the cell of a column."""
        if column not in rows.frame:
            return np.zeros(len(rows.frame), dtype=bool)
        is_empty = rows.frame[column].isna().to_numpy(dtype=bool)
        named = rows.frame["left_blank"].astype(object)
        known = {text: column in text.split() for text in named.dropna().unique()}
        blank = named.map(known).eq(True).to_numpy(dtype=bool)
        found: Flags = is_empty & blank
        described = self._forms[form].by_code[column]
        if described.required:
            told_of = is_empty & ~self._is_of_another_time(rows, described.nature)
            found |= told_of & self._fills_it_otherwise(rows, ~is_empty)
        return found & self._is_asked(form, rows)

    def _is_of_another_time(self, rows: FormRows, nature: str | None) -> Flags:
        """Say of openings and closings which rows are of what began, or ended, in the year until then."""
        none = np.zeros(len(rows.frame), dtype=bool)
        if nature not in ("opening", "stock"):
            return none
        turned = self._born if nature == "opening" else self._ended
        days = [turned.get(one) for one in rows.bodies.tolist()]
        ends = [self._bodies.ends[period] for period in rows.frame["period"].astype(str)]
        return np.array(
            [
                day is not None and day.year == end.year and day <= end
                for day, end in zip(days, ends, strict=True)
            ],
            dtype=bool,
        )

    def _is_asked(self, form: str, rows: FormRows) -> Flags:
        """Say which rows their unit owes: a fixed line may be for other kinds of units alone."""
        if form not in self._asked:
            asked = np.ones(len(rows.frame), dtype=bool)
            for column, members in self._forms[form].line_members.items():
                codes = rows.frame[column].astype(object).tolist()
                for place, (code, unit) in enumerate(zip(codes, rows.units.tolist(), strict=True)):
                    owed_by = members[code].owed_by if code in members else ()
                    if owed_by and not self._kinds.get(unit, set()) & set(owed_by):
                        asked[place] = False
            self._asked[form] = asked
        return self._asked[form]

    def _fills_it_otherwise(self, rows: FormRows, filled: Flags) -> Flags:
        """Say which rows have a cell in another period of a term in which they stand."""
        found = np.zeros(len(filled), dtype=bool)
        n_bodies = max(len(self._bodies.codes), int(rows.bodies.max(initial=-1)) + 1)
        shape = (n_bodies, int(rows.keys_in_body.max(initial=-1)) + 1)
        for term in self._bodies.terms:
            members = self._bodies.numbers(self._bodies.systems.get(term.system, ()))
            inside = (rows.parts > 0) & (rows.years >= term.first) & (rows.years <= term.last)
            inside &= np.isin(rows.units, members)
            fills = np.zeros(shape, dtype=bool)
            fills[rows.bodies[inside & filled], rows.keys_in_body[inside & filled]] = True
            held = fills.copy()
            for body, holder in self._bodies.holders:
                held[body] |= fills[holder]
            found |= inside & held[rows.bodies, rows.keys_in_body]
        return found


class Lacking:
    """Says whose figures lack a cell, or a part that somebody who counts in them has not."""

    def __init__(
        self,
        left_out: Sequence[tuple["Measure", str, Flags]],
        missing: "MissingParts",
        forms: Mapping[str, FormRows],
        bodies: Bodies,
        standing: Standing,
    ) -> None:
        """Take the rows that lack a cell, by measure and form, and the units that lack a part."""
        self._forms, self._bodies, self._standing = forms, bodies, standing
        self._left_out, self._missing = left_out, missing
        self._known: dict[str, list[tuple[Measure, Flags, Flags]]] = {}
        self._between: dict[tuple[str, str], list[tuple[Measure, Flags]]] = {}
        self._owners: dict[str, tuple[dict[int, set[int]], dict[int, set[int]]]] = {}
        self.indicators = {measure.indicator.code for measure, _, _ in left_out} | missing.indicators
        """Codes of the indicators of which anybody lacks anything."""

    def at(self, period: str) -> list[tuple["Measure", Flags, Flags]]:
        """Give measures with those who lack something of them at the end of a filed period, and in its term."""
        if period not in self._known:
            self._known[period] = [
                (measure, *self._who(measure, form, flags, period)) for measure, form, flags in self._left_out
            ]
            self._known[period] += [
                (measure, *self._shared(measure, [(self._bodies.of_units[period], flags)]))
                for measure, flags in self._missing.at(period)
            ]
        return self._known[period]

    def between(self, before: str, now: str) -> list[tuple["Measure", Flags]]:
        """Give what is added up over a year with those who lack something of it between two of its periods.

        A row that stands at both, as that of a quarter alone does at all later ones, lacks it at both: what it
        would add is taken away again.
        """
        if (before, now) not in self._between:
            self._between[before, now] = [
                (measure, self._who_between(measure, form, flags, (before, now)))
                for measure, form, flags in self._left_out
                if measure.within == "sum"
            ]
            # what a whole unit lacks is no row's, and is lacked between the two where it is at either
            self._between[before, now] += [
                (measure, self._shared(measure, [(self._bodies.of_units[period], flags)])[0])
                for period in (before, now)
                for measure, flags in self._missing.at(period)
                if measure.within == "sum"
            ]
        return self._between[before, now]

    def _who_between(self, measure: "Measure", form: str, flags: Flags, ends: tuple[str, str]) -> Flags:
        rows = self._forms[form]
        lacks: list[set[tuple[int, int]]] = []
        for period in ends:
            positions = self._standing.rows_at(form, rows, period)[0]
            lacking = positions[flags[positions]]
            pairs: set[tuple[int, int]] = set()
            of_units, of_organisations = self._owners_at(period)
            for position in lacking.tolist():
                unit, about = int(rows.units[position]), int(rows.organisations[position])
                # what is never added over units is lacked by the unit itself alone
                owners = {unit} & of_units.get(unit, set()) if measure.is_single else of_units.get(unit, set())
                pairs |= {(owner, position) for owner in owners | of_organisations.get(about, set())}
            lacks.append(pairs)
        found = np.zeros(len(self._bodies.codes), dtype=bool)
        found[[owner for owner, _ in lacks[0] ^ lacks[1]]] = True
        return found

    def _owners_at(self, period: str) -> tuple[dict[int, set[int]], dict[int, set[int]]]:
        """Give by unit, and by organisation that rows are about, in whose figures of a period it counts."""
        if period not in self._owners:
            found: list[dict[int, set[int]]] = []
            for share in (self._bodies.of_units[period], self._bodies.of_organisations[period]):
                owners: dict[int, set[int]] = {}
                inside = share.in_period
                for owner, contributor in zip(
                    share.owners[inside].tolist(), share.contributors[inside].tolist(), strict=True
                ):
                    owners.setdefault(contributor, set()).add(owner)
                found.append(owners)
            self._owners[period] = (found[0], found[1])
        return self._owners[period]

    def _who(self, measure: "Measure", form: str, flags: Flags, period: str) -> tuple[Flags, Flags]:
        rows, n = self._forms[form], len(self._bodies.codes)
        positions, is_latest, is_first, _ = self._standing.rows_at(form, rows, period)
        counts = flags[positions]
        if measure.within == "last":
            counts = counts & is_latest
        elif measure.within == "first":
            counts = counts & is_first
        shares: list[tuple[Share, Flags]] = []
        for share, numbers in (
            (self._bodies.of_units[period], rows.units),
            (self._bodies.of_organisations[period], rows.organisations),
        ):
            lacks = np.zeros(n, dtype=bool)
            about = numbers[positions][counts]
            lacks[about[about >= 0]] = True
            shares.append((share, lacks))
        return self._shared(measure, shares)

    def _shared(self, measure: "Measure", shares: Sequence[tuple[Share, Flags]]) -> tuple[Flags, Flags]:
        """Say in whose figures somebody counts who lacks something: among units first, then organisations."""
        n = len(self._bodies.codes)
        now, in_term = np.zeros(n, dtype=bool), np.zeros(n, dtype=bool)
        for number, (share, lacks) in enumerate(shares):
            touched = lacks[share.contributors]
            if measure.is_single and number == 0:  # never added over units
                touched &= share.owners == share.contributors
            in_term[share.owners[touched]] = True
            now[share.owners[touched & share.in_period]] = True
        return now, in_term
