"""Rows as stretches of time: from which day to which each one runs, and which stand at the end of a period.

What belongs here: the rows of a form that stand then, what of each counts, and which give way to a row about the
same organisation that another unit filed. What does not: who counts in whose figures (`asked`), and sums
(`amounts`).

A row about an organisation is cut at the days on which it came to the unit that filed it, or left it. What
still overlaps counts once: the row that ends later, or else that of the unit which has the organisation then.
"""

from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
import pandas as pd

from reports.publication_gate.arrays import PARTS, Flags, Ints
from reports.publication_gate.bodies import Bodies
from reports.publication_gate.filed import FormRows
from reports.publication_gate.standing import Standing


@dataclass(frozen=True)
class Tiles:
    """The rows of a form that stand at the end of a filed period; a place for each.

    Attributes:
        positions: which rows these are.
        carried: whether its unit has filed since, and still had the organisation.
        closes: whether what lasts counts in figures of the unit: it is the latest of its key, and of what the
            unit has in the end.
        opens: whether its opening counts there: it is the first of its key, and of what the unit had at first.
        closes_about: the first of these in figures of the organisation itself.
        opens_about: the second.
        runs_before: whether it runs from before the quarter that ends with the period.
        reaches: up to which day the row is told.
        rivals: by place, the units to whose rows the row gives way.
    """

    positions: Ints
    carried: Flags
    closes: Flags
    opens: Flags
    closes_about: Flags
    opens_about: Flags
    runs_before: Flags
    reaches: Ints
    rivals: dict[int, set[int]]

    @cached_property
    def gives_way(self) -> Flags:
        """Whether a row gives way to that of any unit."""
        flags = np.zeros(len(self.positions), dtype=bool)
        flags[list(self.rivals)] = True
        return flags


class Tiling:
    """Lays out the rows of all forms in time."""

    def __init__(self, bodies: Bodies, standing: Standing) -> None:
        """Take who was where and when, and what was filed."""
        self._bodies, self._standing, self._lives = bodies, standing, bodies.versions
        self._known: dict[tuple[str, str], Tiles] = {}
        self._stretches: dict[str, tuple[Ints, Ints]] = {}
        self._several: dict[str, Flags] = {}

    def at(self, form: str, rows: FormRows, period: str) -> Tiles:
        """Give the rows of a form that stand at the end of a filed period."""
        if (form, period) not in self._known:
            is_of_year = self._bodies.when[period][0] in PARTS
            self._known[form, period] = (self._at if is_of_year else self._at_once)(form, rows, period)
        return self._known[form, period]

    def _at_once(self, form: str, rows: FormRows, period: str) -> Tiles:
        """A form filed for a whole term is that of its end and of its beginning."""
        positions = self._standing.rows_at(form, rows, period)[0]
        yes, no = np.ones(len(positions), dtype=bool), np.zeros(len(positions), dtype=bool)
        end = np.full(len(positions), self._bodies.ends[period].toordinal())
        return Tiles(positions, no, yes, yes, yes, yes, no, end, {})

    def _at(self, form: str, rows: FormRows, period: str) -> Tiles:
        lives = self._lives
        positions, is_latest, is_first, latest = self._standing.rows_at(form, rows, period)
        kind, year = self._bodies.when[period]
        new_year, end = date(year, 1, 1).toordinal(), self._bodies.ends[period].toordinal()
        units, about = rows.units[positions], rows.organisations[positions]
        says = rows.covers[positions] > 0
        days = [new_year - 1, *(self._bodies.ends[f"{year}-{name}"].toordinal() for name in PARTS)]
        filed = np.array(days)[latest]

        def is_with(day: Ints) -> Flags:
            return lives.is_with(about, units, day, day)

        newest = np.array(days)[self._standing.newest_parts(form, period)[units]]
        since, _ = self._stretch(form, rows)
        stays_on = (filed < end) & (lives.last[units] > filed)
        stays_on &= lives.is_with(about, units, filed + 1, np.minimum(end, lives.last[units]))
        return Tiles(
            positions,
            (filed < newest) & lives.is_with(about, units, filed + 1, newest),
            is_latest & is_with(np.minimum(end, lives.last[units])),
            is_first & (says | is_with(np.maximum(new_year, lives.first[units]))),
            is_latest & is_with(np.minimum(end, lives.last[about])),
            is_first & (says | is_with(np.maximum(new_year, lives.first[about]))),
            since[positions] <= days[PARTS[kind] - 1],
            np.where(stays_on, filed, end),
            self._rivals(form, rows, positions),
        )

    def _stretch(self, form: str, rows: FormRows) -> tuple[Ints, Ints]:
        """Give the first and the last day of which each row tells."""
        if form not in self._stretches:
            codes = self._bodies.periods.index
            kinds = {int(n): self._bodies.when[str(codes[n])][0] for n in np.unique(rows.periods)}
            end = {n: self._bodies.ends[str(codes[n])] for n in kinds}
            first, last = np.zeros(len(rows.units), dtype=np.int64), np.zeros(len(rows.units), dtype=np.int64)
            for number, kind in kinds.items():
                mine = rows.periods == number
                last[mine] = end[number].toordinal()
                quarter = date(end[number].year, max(1, end[number].month - 2), 1).toordinal()
                new_year = date(end[number].year, 1, 1).toordinal()
                alone = ~rows.is_cumulative[mine] & (kind in PARTS)
                first[mine] = np.where(alone, quarter, new_year)
            first = np.maximum(first, self._lives.first[rows.units])
            whole = last.copy()
            last = np.minimum(last, self._lives.last[rows.units])
            first_with, last_with = self._lives.stay(rows.organisations, rows.units, first, whole)
            first = np.where(rows.covers > 0, rows.covers, np.maximum(first, first_with))
            self._stretches[form] = first, np.minimum(last, last_with)
        return self._stretches[form]

    def _rivals(self, form: str, rows: FormRows, positions: Ints) -> dict[int, set[int]]:
        """Find rows that overlap with one about the same that another unit filed, and give way to it."""
        first, last = self._stretch(form, rows)
        several = np.flatnonzero(self._of_several(form, rows)[positions])
        same: dict[tuple[int, int], list[int]] = {}
        for place in several.tolist():
            position = positions[place]
            same.setdefault((int(rows.bodies[position]), int(rows.keys_in_body[position])), []).append(place)
        rivals: dict[int, set[int]] = {}
        for places in same.values():
            for one in places:
                for other in places:
                    a, b = positions[one], positions[other]
                    if rows.units[a] == rows.units[b] or first[b] > last[a] or first[a] > last[b]:
                        continue
                    day = int(last[a])
                    has_it = last[b] == day and self._has(rows, b, day) and not self._has(rows, a, day)
                    if last[b] > day or has_it:
                        rivals.setdefault(one, set()).add(int(rows.units[b]))
        return rivals

    def _has(self, rows: FormRows, position: int, day: int) -> bool:
        """Say whether a row's unit has the organisation on a day that the row is about."""
        at, on = [position], np.array([day])
        return bool(self._lives.is_with(rows.organisations[at], rows.units[at], on, on)[0])

    def _of_several(self, form: str, rows: FormRows) -> Flags:
        """Say which rows are about what another unit filed a row about in the same year."""
        if form not in self._several:
            frame = pd.DataFrame(
                {"year": rows.years, "body": rows.bodies, "key": rows.keys_in_body, "unit": rows.units}
            )
            by_key = frame.groupby(["year", "body", "key"])["unit"]
            self._several[form] = (by_key.transform("min") != by_key.transform("max")).to_numpy(dtype=bool)
        return self._several[form]
