"""The figures that lack a cell that was asked for, or a part that somebody has not.

What belongs here: in whose figures it would have counted. What does not: which cells (`gaps`) and which parts
(`parts`) these are.
"""

from collections.abc import Mapping, Sequence

import numpy as np

from reports.publication_gate.arrays import Flags
from reports.publication_gate.bodies import Bodies, Share
from reports.publication_gate.filed import FormRows
from reports.publication_gate.measures import Measure
from reports.publication_gate.parts import MissingParts
from reports.publication_gate.standing import Standing


class Lacking:
    """Says whose figures lack a cell, or a part that somebody who counts in them has not."""

    def __init__(
        self,
        left_out: Sequence[tuple[Measure, str, Flags]],
        missing: MissingParts,
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

    def at(self, period: str) -> list[tuple[Measure, Flags, Flags]]:
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

    def between(self, before: str, now: str) -> list[tuple[Measure, Flags]]:
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

    def _who_between(self, measure: Measure, form: str, flags: Flags, ends: tuple[str, str]) -> Flags:
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

    def _who(self, measure: Measure, form: str, flags: Flags, period: str) -> tuple[Flags, Flags]:
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

    def _shared(self, measure: Measure, shares: Sequence[tuple[Share, Flags]]) -> tuple[Flags, Flags]:
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
