"""Rows as stretches of time: from which day to which each one runs, and which stand at the end of a period.

What belongs here: the rows of a form that stand then, what of each counts, and which give way to a row about
the same organisation that another unit filed. What does not: who counts in whose figures (`asked`), and sums
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
from reports.publication_gate.covers import Covers
from reports.publication_gate.filed import FormRows
from reports.publication_gate.standing import Standing


@dataclass(frozen=True)
class Tiles:
    """The rows of a form that stand at the end of a filed period; a place for each.

    Attributes:
        positions: which rows these are.
        is_latest: whether a row is the latest of its key.
        is_first: whether it is the first.
        carried: whether its unit has filed since, and still had the organisation.
        closes: whether what lasts counts in figures of the unit: it is the latest of its key, and of what the
            unit has in the end.
        opens: whether its opening counts there: it is the first of its key, and of what the unit had at first.
        closes_about: the first of these in figures of the organisation itself.
        opens_about: the second.
        runs_before: whether it runs from before the quarter that ends with the period, and its unit was there.
        runs_before_about: the same, and the organisation that it is about was.
        reaches: up to which day the row is told.
        rivals: by place, the units to whose rows the row gives way.
    """

    positions: Ints
    is_latest: Flags
    is_first: Flags
    carried: Flags
    closes: Flags
    opens: Flags
    closes_about: Flags
    opens_about: Flags
    runs_before: Flags
    runs_before_about: Flags
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

    def __init__(self, bodies: Bodies, standing: Standing, covers: Covers) -> None:
        """Take who was where and when, what was filed, and from when on it runs."""
        self._bodies, self._standing, self._covers = bodies, standing, covers
        self._lives = bodies.versions
        self._known: dict[tuple[str, str], Tiles] = {}
        self._about: dict[tuple[str, str], Tiles] = {}
        self._stretches: dict[str, tuple[Ints, Ints]] = {}
        self._several: dict[str, Flags] = {}

    def at(self, form: str, rows: FormRows, period: str) -> Tiles:
        """Give the rows of a form that stand at the end of a filed period."""
        if (form, period) not in self._known:
            self._known[form, period] = self._laid(
                form, rows, period, self._standing.rows_at(form, rows, period)
            )
        return self._known[form, period]

    def about(self, form: str, rows: FormRows, period: str) -> Tiles:
        """Give the rows that stand in figures of the organisations that they are about, all units together.

        Of a unit that went over whole to another whose cover says from when its figures run, those until then.
        """
        if (form, period) not in self._about:
            found = self._standing.rows_at(form, rows, period)
            covered = self._covered(period)
            kept = self._uncovered(rows, found[0], covered)
            if kept.all():
                self._about[form, period] = self.at(form, rows, period)
                return self._about[form, period]
            _, year = self._bodies.when[period]
            parts = [tuple(column[kept] for column in found)]
            for name, part in PARTS.items():
                units = [unit for unit, (last_part, _) in covered.items() if last_part == part]
                if units:
                    earlier = self._standing.rows_at(form, rows, f"{year}-{name}")
                    again = np.isin(rows.units[earlier[0]], units)
                    again &= ~self._uncovered(rows, earlier[0], covered)
                    parts.append(tuple(column[again] for column in earlier))
            positions, is_latest, is_first, latest = (np.concatenate(one) for one in zip(*parts, strict=True))
            self._about[form, period] = self._laid(form, rows, period, (positions, is_latest, is_first, latest))
        return self._about[form, period]

    def _covered(self, period: str) -> dict[int, tuple[int, int]]:
        """Give units of whose year others take in the end: up to which part theirs stands, and since when."""
        kind, year = self._bodies.when[period]
        found: dict[int, tuple[int, int]] = {}
        for successor, latest in self._covers.of_year(year).items() if kind in PARTS else ():
            cover = latest[PARTS[kind]]
            for code, day in self._bodies.went_over.get(successor, {}).items() if cover is not None else ():
                is_seen = day <= self._bodies.ends[period].toordinal()
                if is_seen and cover is not None and cover.takes_in(int(self._lives.last[code])):
                    part = sum(self._bodies.ends[f"{year}-{name}"].toordinal() < cover.since for name in PARTS)
                    found[code] = min(found.get(code, (part, day)), (part, day))
        return found

    def _uncovered(self, rows: FormRows, positions: Ints, covered: dict[int, tuple[int, int]]) -> Flags:
        """Say which rows are of units that nobody covers, or about what ended before its unit went over."""
        kept = ~np.isin(rows.units[positions], list(covered))
        for unit, (_, day) in covered.items():
            about = rows.organisations[positions]
            kept |= (rows.units[positions] == unit) & (about >= 0) & (self._lives.last[about] < day)
        return kept

    def _laid(self, form: str, rows: FormRows, period: str, standing: tuple[Ints, Flags, Flags, Ints]) -> Tiles:
        lives = self._lives
        positions, is_latest, is_first, latest = standing
        kind, year = self._bodies.when[period]
        end = self._bodies.ends[period].toordinal()
        units, about = rows.units[positions], rows.organisations[positions]
        since, _ = self._stretch(form, rows)
        if kind in PARTS:
            begins = np.full(len(positions), date(year, 1, 1).toordinal())
            days = [date(year, 1, 1).toordinal() - 1]
            days += [self._bodies.ends[f"{year}-{name}"].toordinal() for name in PARTS]
            filed, before = np.array(days)[latest], days[PARTS[kind] - 1]
            newest = np.array(days)[self._standing.newest_parts(form, period)[units]]
        else:
            begins, before = self._term_begins(units, period), 0
            filed = newest = np.full(len(positions), end)
        says = rows.covers[positions] > 0

        def is_with(day: Ints) -> Flags:
            return lives.is_with(about, units, day, day)

        stays_on = (filed < end) & (lives.last[units] > filed)
        stays_on &= lives.is_with(about, units, filed + 1, np.minimum(end, lives.last[units]))
        return Tiles(
            positions,
            is_latest,
            is_first,
            (filed < newest) & lives.is_with(about, units, filed + 1, newest),
            is_latest & is_with(np.minimum(end, lives.last[units])),
            is_first & (says | is_with(np.maximum(begins, lives.first[units]))),
            is_latest & is_with(np.minimum(end, lives.last[about])),
            is_first & (says | is_with(np.maximum(begins, lives.first[about]))),
            np.maximum(since[positions], lives.first[units]) <= before,
            np.maximum(since[positions], lives.first[about]) <= before,
            np.where(stays_on, filed, end),
            self._rivals(form, rows, positions),
        )

    def _term_begins(self, units: Ints, period: str) -> Ints:
        """Give the first day of the term of each unit for which something was filed once."""
        first = {}
        for unit in np.unique(units).tolist():
            (term, *_) = self._bodies.terms_of(period, str(self._bodies.codes[unit]))
            first[unit] = date(term.first, 1, 1).toordinal()
        return np.array([first[unit] for unit in units.tolist()], dtype=np.int64)

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
                if kind not in PARTS:
                    counting = np.flatnonzero(mine & np.isin(rows.units, self._once(form, str(codes[number]))))
                    first[counting] = self._term_begins(rows.units[counting], str(codes[number]))
            first = np.maximum(first, self._lives.first[rows.units])
            whole = last.copy()
            last = np.minimum(last, self._lives.last[rows.units])
            first_with, last_with = self._lives.stay(rows.organisations, rows.units, first, whole)
            first = np.where(rows.covers > 0, rows.covers, np.maximum(first, first_with))
            self._stretches[form] = first, np.minimum(last, last_with)
        return self._stretches[form]

    def _once(self, form: str, period: str) -> Ints:
        """Give who filed a form once for a term, so that it counts."""
        at_once = self._standing.at_once
        return self._bodies.numbers({unit for unit, of, term in at_once if of == form and term.code == period})

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
                    # on the same day that of the unit which has the organisation, or else of the first by code
                    rank = [(not self._has(rows, at, day), int(rows.units[at])) for at in (a, b)]
                    if last[b] > day or (last[b] == day and rank[1] < rank[0]):
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
