"""The figures that lack a cell that was asked for, or a part that somebody has not.

What belongs here: in whose figures it would have counted. What does not: which cells (`gaps`) and which parts
(`parts`) these are.
"""

import numpy as np

from reports.publication_gate.amounts import Adding
from reports.publication_gate.arrays import Flags, Ints
from reports.publication_gate.asked import Shares
from reports.publication_gate.measures import Measure
from reports.publication_gate.parts import MissingParts


class Lacking:
    """Says whose figures lack a cell, or a part that somebody who counts in them has not."""

    def __init__(self, adding: Adding, missing: MissingParts) -> None:
        """Take the rows that lack a cell, by measure and form, and the units that lack a part."""
        self._adding, self._office, self._missing = adding, adding.office, missing
        self._n = len(adding.office.bodies.codes)
        self._known: dict[int, list[tuple[Measure, Flags]]] = {}
        self._between: dict[tuple[int, int], list[tuple[Measure, Flags]]] = {}
        self.indicators = {measure.indicator.code for measure, _, _ in adding.left_out} | missing.indicators
        """Codes of the indicators of which anybody lacks anything."""

    def of(self, shares: Shares) -> list[tuple[Measure, Flags]]:
        """Give measures with those who lack something of them in figures of which these are the shares."""
        if id(shares) not in self._known:
            found = []
            for measure, form, flags in self._adding.left_out:
                who = np.zeros(self._n, dtype=bool)
                owners, _ = self._lacking(measure, form, flags, shares)
                who[owners] = True
                found.append((measure, who))
            self._known[id(shares)] = found + self._parts(shares)
        return self._known[id(shares)]

    def between(self, before: Shares, now: Shares) -> list[tuple[Measure, Flags]]:
        """Give what is added up over a year with those who lack something of it between two of its periods.

        A row that stands at both, as that of a quarter alone does at all later ones, lacks it at both: what it
        would add is taken away again.
        """
        key = (id(before), id(now))
        if key not in self._between:
            found = []
            for measure, form, flags in self._adding.left_out:
                if measure.within != "sum":
                    continue
                ends = [
                    set(zip(*(side.tolist() for side in self._lacking(measure, form, flags, end)), strict=True))
                    for end in (before, now)
                ]
                who = np.zeros(self._n, dtype=bool)
                who[[owner for owner, _ in ends[0] ^ ends[1]]] = True
                found.append((measure, who))
            # what a whole unit lacks is no row's, and is lacked between the two where it is at either
            for end in (before, now):
                found += [(measure, who) for measure, who in self._parts(end) if measure.within == "sum"]
            self._between[key] = found
        return self._between[key]

    def _parts(self, shares: Shares) -> list[tuple[Measure, Flags]]:
        """Give the parts that units have not with those in whose figures they would have counted."""
        found = []
        for part in np.unique(shares.parts).tolist():
            for measure, lacks in self._missing.at(self._adding.base_of(shares, part)):
                counts = (shares.parts == part) & _counts(measure, shares) & lacks[shares.contributors]
                if measure.is_single:  # never added over units
                    counts &= shares.is_own
                who = np.zeros(self._n, dtype=bool)
                who[shares.owners[counts]] = True
                found.append((measure, who))
        return found

    def _lacking(self, measure: Measure, form: str, flags: Flags, shares: Shares) -> tuple[Ints, Ints]:
        """Give owners, each with a row that would have counted in its figures and lacks the cell."""
        about = self._office.asked.organisations(shares)
        rows = self._adding.forms[form]
        owners, lacking = [], []
        for side, whose, is_of_units in ((shares, rows.units, True), (about, rows.organisations, False)):
            for part in np.unique(side.parts).tolist():
                lay = self._office.tiling.at if is_of_units else self._office.tiling.about
                tiles = lay(form, rows, self._adding.base_of(side, part))
                lacks = flags[tiles.positions]
                if not lacks.any():
                    continue
                if measure.within == "last":
                    lacks = lacks & (tiles.closes if is_of_units else tiles.closes_about)
                elif measure.within == "first":
                    lacks = lacks & (tiles.opens if is_of_units else tiles.opens_about)
                mine = (side.parts == part) & _counts(measure, side)
                if measure.is_single and is_of_units:  # never added over units
                    mine = mine & side.is_own
                for place in np.flatnonzero(lacks).tolist():
                    contributor = whose[tiles.positions[place]]
                    who = side.owners[mine & (side.contributors == contributor)]
                    others = tiles.rivals.get(place, set())
                    if others and not is_of_units:
                        continue
                    if others:
                        beside = side.owners[(side.parts == part) & np.isin(side.contributors, list(others))]
                        who = who[~np.isin(who, beside)]
                    owners.append(who)
                    lacking.append(np.full(len(who), tiles.positions[place]))
        nothing = np.zeros(0, dtype=np.int64)
        return np.concatenate([nothing, *owners]), np.concatenate([nothing, *lacking])


def _counts(measure: Measure, shares: Shares) -> Flags:
    """Say which shares a measure takes: what lasts of those who stand in the end, openings of the first."""
    if measure.within == "last":
        return shares.closes
    return shares.opens if measure.within == "first" else np.ones(len(shares.owners), dtype=bool)
