"""From when on the figures of filings run, where their covers say so.

What belongs here: that day, by unit and part of a year. What does not: whose filings give way to it (`asked`),
and which rows it cuts (`tiles`).
"""

from dataclasses import dataclass
from datetime import date

import numpy as np

from reports.publication_gate.arrays import PARTS, Ints
from reports.publication_gate.bodies import Bodies
from reports.publication_gate.filed import Filed

_NEVER = date.max.toordinal() + 1


@dataclass(frozen=True)
class Cover:
    """From when on a filing runs, and the last day of its period."""

    since: int
    until: int

    def takes_in(self, last: int) -> bool:
        """Say whether it takes in what ended on a day."""
        return self.since <= last < self.until


class Covers:
    """What the latest filing of each unit that runs from the beginning of a year says, part by part."""

    def __init__(self, filed: Filed, bodies: Bodies) -> None:
        """Read the covers of what counts."""
        self._years: dict[int, dict[int, list[Cover | None]]] = {}
        said: dict[tuple[int, int], dict[int, Cover | None]] = {}
        counting = filed.submissions
        columns = (counting[name] for name in ("unit", "period", "is_cumulative", "coverage_from"))
        for unit, period, is_cumulative, since in zip(*columns, strict=True):
            kind, year = bodies.when[period]
            if is_cumulative and kind in PARTS:
                (number,) = bodies.numbers([unit]).tolist()
                cover = None if since is None else Cover(since, bodies.ends[period].toordinal())
                said.setdefault((year, number), {})[PARTS[kind]] = cover
        for (year, unit), of_parts in said.items():
            if any(cover is not None for cover in of_parts.values()):
                latest: list[Cover | None] = [None]
                for part in PARTS.values():
                    latest.append(of_parts.get(part, latest[-1]))
                self._years.setdefault(year, {})[unit] = latest

    def of_year(self, year: int) -> dict[int, list[Cover | None]]:
        """Give the units whose covers say something in a year, each with the cover by part of the year."""
        return self._years.get(year, {})

    def since(self, year: int, units: Ints, parts: Ints) -> Ints:
        """Give from when on the latest filings of units run; a day that never comes where no cover says so."""
        found = np.full(len(units), _NEVER)
        for unit, latest in self.of_year(year).items():
            days = np.array([_NEVER if cover is None else cover.since for cover in latest])
            mine = (units == unit) & (parts > 0)
            found[mine] = days[parts[mine]]
        return found
