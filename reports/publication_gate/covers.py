"""From when on the figures of filings run, where their covers say so.

What belongs here: that day, by unit and part of a year. What does not: whose filings give way to it (`asked`),
and which rows it cuts (`tiles`).
"""

from datetime import date

import numpy as np

from reports.publication_gate.arrays import PARTS, Ints
from reports.publication_gate.bodies import Bodies
from reports.publication_gate.filed import Filed

_NEVER = date.max.toordinal() + 1


class Covers:
    """What the latest filing of each unit that runs from the beginning of a year says, part by part."""

    def __init__(self, filed: Filed, bodies: Bodies) -> None:
        """Read the covers of what counts."""
        self._years: dict[int, dict[int, list[int | None]]] = {}
        said: dict[tuple[int, int], dict[int, int | None]] = {}
        counting = filed.submissions
        columns = (counting[name] for name in ("unit", "period", "is_cumulative", "coverage_from"))
        for unit, period, is_cumulative, since in zip(*columns, strict=True):
            kind, year = bodies.when[period]
            if is_cumulative and kind in PARTS:
                (number,) = bodies.numbers([unit]).tolist()
                said.setdefault((year, number), {})[PARTS[kind]] = since
        for (year, unit), of_parts in said.items():
            if any(since is not None for since in of_parts.values()):
                latest: list[int | None] = [None]
                for part in PARTS.values():
                    latest.append(of_parts.get(part, latest[-1]))
                self._years.setdefault(year, {})[unit] = latest

    def of_year(self, year: int) -> dict[int, list[int | None]]:
        """Give the units whose covers say something in a year, each with the day by part of the year."""
        return self._years.get(year, {})

    def since(self, year: int, units: Ints, parts: Ints) -> Ints:
        """Give from when on the latest filings of units run; a day that never comes where no cover says so."""
        found = np.full(len(units), _NEVER)
        for unit, latest in self.of_year(year).items():
            days = np.array([_NEVER if day is None else day for day in latest])
            mine = (units == unit) & (parts > 0)
            found[mine] = days[parts[mine]]
        return found
