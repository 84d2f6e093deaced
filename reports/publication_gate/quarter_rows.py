"""Whether rows about organisations that do not file say what a quarter alone was.

What belongs here: whether both ends of a quarter are there of them. What does not: the same of units
(`states`), and the quarters themselves (`figures`).
"""

from collections.abc import Sequence

import numpy as np

from reports.publication_gate.amounts import Adding
from reports.publication_gate.arrays import Flags
from reports.publication_gate.asked import Shares


class QuarterRows:
    """Says of which organisations rows are of the very ends of quarters."""

    def __init__(self, adding: Adding) -> None:
        """Take what rows add, and who counts in whose figures."""
        self._adding, self._office = adding, adding.office
        self._filled: dict[tuple[int, str], Flags] = {}

    def is_exact(self, shares: Shares, quarter: str) -> Flags:
        """Say of whom all rows are of the very period up to which they count.

        What had ended before the quarter, or was not there yet, has none. Of figures from several forms that is
        not known.

        Args:
            shares: about whom rows make up whose figures, at the end of the quarter or before it.
            quarter: the quarter.
        """
        n = len(self._office.bodies.codes)
        exact = np.zeros(n, dtype=bool)
        if len(self._adding.values) > 1 or not len(shares.owners):
            return exact
        part = int(shares.parts[0])
        period = self._adding.base_of(shares, part)
        base = self._adding.at(period)
        newest = np.full(len(shares.owners), -1) if base is None else base.newest[shares.contributors]
        end = self._office.bodies.ends[period].toordinal()
        has_row, there, inexact, expected = newest >= 0, exact.copy(), exact.copy(), exact.copy()
        settled = self._office.asked.ended_before(quarter)[shares.contributors]
        there[shares.owners[has_row]] = True
        inexact[shares.owners[has_row & ~settled & (newest != part)]] = True
        expected[shares.owners[~settled & (self._office.bodies.versions.first[shares.contributors] <= end)]] = (
            True
        )
        exact[shares.owners] = True
        return exact & ~inexact & (there | ~expected)

    def fills_gap(self, forms: Sequence[str], shares: Shares) -> Flags:
        """Say about whom a unit has filed rows of a form that hold an earlier quarter that had not come."""
        fills_gap = np.zeros(len(self._office.bodies.codes), dtype=bool)
        for form in forms:
            key = (id(shares), form)
            if key not in self._filled:
                self._filled[key] = self._fills_gap(form, shares)
            fills_gap |= self._filled[key]
        return fills_gap

    def _fills_gap(self, form: str, shares: Shares) -> Flags:
        bodies, standing = self._office.bodies, self._office.standing
        fills_gap = np.zeros(len(bodies.codes), dtype=bool)
        if not any(of == form for _, of in standing.filed):
            return fills_gap
        states: dict[int, bool] = {}
        period = self._adding.base_of(shares, int(shares.parts[0])) if len(shares.parts) else ""
        pairs = zip(shares.owners.tolist(), shares.contributors.tolist(), shares.until.tolist(), strict=True)
        for owner, contributor, until in pairs:
            day = min(until, int(bodies.versions.last[contributor]))
            unit = bodies.parents_on(day).get(contributor)
            if unit is None:
                continue
            if unit not in states:
                states[unit] = standing.state(str(bodies.codes[unit]), form, period).fills_gap
            fills_gap[owner] |= states[unit]
        return fills_gap
