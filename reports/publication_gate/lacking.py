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
