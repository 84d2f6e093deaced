"""Cells that were asked for and left out.

What belongs here: which cells these are. What does not: whose figures lack them (`lacking`), what the cells
that are there add up to (`amounts`), and filings that are missing altogether (`standing`).
"""

from datetime import date

import numpy as np

from ingestion.definitions.catalogue import Catalogue
from reports.publication_gate.arrays import Flags
from reports.publication_gate.bodies import Bodies
from reports.publication_gate.filed import FormRows


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
