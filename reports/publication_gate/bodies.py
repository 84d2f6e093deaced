"""The registry in time: periods and terms, who existed when, and who went over to whom.

What belongs here: the tables of registry and calendar as bronze has them, and how organisations follow one
another. What does not: whose filings make up whose figures (`asked`), and what was filed.
"""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pyarrow.parquet as pq

from reports.publication_gate.arrays import PARTS, Ints
from reports.publication_gate.lives import Life, Lives

_NEVER = date(9999, 12, 31)
_END = _NEVER.toordinal() + 1
DEPTH = 20
"""Steps up the registry, or back through mergers, after which it is a circle."""


@dataclass(frozen=True)
class Term:
    """One term: its system, its code, and its years."""

    system: str
    code: str
    first: int
    last: int


def _table(bronze: Path, name: str) -> pd.DataFrame:
    frame: pd.DataFrame = pq.read_table(bronze / "reference" / f"{name}.parquet").to_pandas()
    return frame


def _is_whole(row: dict[Hashable, Any]) -> bool:
    """Say of a row of the registry's successions whether a body went over to another whole."""
    successor, share = row["successor_code"], row["share"]
    is_whole = row["event_type"] in ("merge", "rename") and (pd.isna(share) or share == 1)
    return is_whole and not pd.isna(successor) and successor not in ("", row["predecessor_code"])


class Bodies:
    """All organisations, periods and terms of a registry, as bronze's reference files hold them."""

    def __init__(self, bronze: Path) -> None:
        self.periods = _table(bronze, "periods").set_index("period_code")
        """kind, year, starts_on and ends_on by code; of a term, the year is its last."""
        self.when = {
            str(code): (str(kind), int(year))
            for code, kind, year in zip(
                self.periods.index, self.periods["kind"], self.periods["year"], strict=True
            )
        }
        """kind and year by code."""
        self.ends: dict[str, date] = dict(zip(self.periods.index, self.periods["ends_on"], strict=True))
        """The last day of each period, by code."""
        self.terms = [
            Term(row["term_system"], row["term_code"], int(row["first_year"]), int(row["last_year"]))
            for row in _table(bronze, "terms").to_dict("records")
        ]
        self.owed = _table(bronze, "owed")
        """reporting_org_code, period_code and form_code of what is owed."""
        self.idle_forms = _table(bronze, "idle_forms")
        """The same of what would be owed, were the form collected then."""
        self.required_forms = _table(bronze, "required_forms")
        """The same of all parts of the calendar's years for which forms are owed, be they in it or not."""
        self.successions = _table(bronze, "successions")
        """What the registry knows of mergers and the like."""
        rows = _table(bronze, "organisations").astype(object)
        rows = rows.where(rows.notna(), None)
        self.lives = [
            Life(
                row["org_code"],
                row["org_kind"],
                row["parent_code"] or "",
                bool(row["files_reports"]),
                row["term_system"],
                row["valid_from"],
                row["valid_to"] or _NEVER,
            )
            for row in rows.to_dict("records")
        ]
        self.codes = pd.Index(sorted({life.code for life in self.lives}))
        """Codes of all organisations, sorted; positions in it number them."""
        self._numbers = {str(code): number for number, code in enumerate(self.codes)}
        self.versions = Lives(self.lives, self._numbers)
        """The same as arrays, by those numbers."""
        self._parents: dict[int, dict[int, int]] = {}

    def numbers(self, codes: Iterable[str]) -> Ints:
        """Give the numbers of organisations; -1 for one that the registry does not know."""
        return np.array([self._numbers.get(code, -1) for code in codes], dtype=np.int64)

    @cached_property
    def bases(self) -> list[str]:
        """The periods that are filed, in order: cumulative ones and terms."""
        ordered = self.periods.sort_values("sort_order")
        return [str(code) for code in ordered.index[ordered["kind"].isin([*PARTS, "NK"])]]

    @cached_property
    def systems(self) -> dict[str, set[str]]:
        """Organisations of each term system."""
        systems: dict[str, set[str]] = {}
        for life in self.lives:
            systems.setdefault(life.system, set()).add(life.code)
        return systems

    def terms_of(self, code: str, body: str) -> list[Term]:
        """Give the terms of a code that are of a body's own term systems; systems may call theirs the same."""
        return [term for term in self.terms if term.code == code and body in self.systems.get(term.system, ())]

    @cached_property
    def spans(self) -> dict[str, dict[str, tuple[int, int]]]:
        """The first and last year of each organisation of each term system."""
        spans: dict[str, dict[str, tuple[int, int]]] = {}
        for life in self.lives:
            first, last = spans.setdefault(life.system, {}).get(life.code, (life.first.year, life.last.year))
            spans[life.system][life.code] = (min(first, life.first.year), max(last, life.last.year))
        return spans

    @cached_property
    def predecessors(self) -> dict[str, dict[str, date]]:
        """Of each body, those that went over to it whole, at whatever remove, with the day."""
        steps: dict[str, dict[str, date]] = {}
        for row in self.successions.to_dict("records"):
            successor = row["successor_code"]
            if not _is_whole(row):
                continue
            known = steps.setdefault(str(successor), {})
            code = str(row["predecessor_code"])
            known[code] = max(known.get(code, date.min), row["effective_on"])
        chains: dict[str, dict[str, date]] = {}
        for body, direct in steps.items():
            reached: dict[str, date] = {}
            layer = dict(direct)
            for _ in range(DEPTH):
                for code, day in layer.items():
                    reached[code] = max(reached.get(code, date.min), day)
                further: dict[str, date] = {}
                for code in layer:
                    for earlier, day in steps.get(code, {}).items():
                        if earlier != body:
                            further[earlier] = max(further.get(earlier, date.min), day)
                layer = further
            chains[body] = reached
        return chains

    @cached_property
    def steps(self) -> list[tuple[int, int, int]]:
        """Who went over whole to whom on which day, by their numbers, one step at a time."""
        steps = {
            (self._numbers[old], self._numbers[new], row["effective_on"].toordinal())
            for row in self.successions.to_dict("records")
            if _is_whole(row)
            for old, new in [(str(row["predecessor_code"]), str(row["successor_code"]))]
            if {old, new} <= self._numbers.keys()
        }
        return sorted(steps)

    @cached_property
    def went_over(self) -> dict[int, dict[int, int]]:
        """Of each body, those that went over to it whole, at whatever remove, and by which day."""
        days = {(old, new): date.max.toordinal() for old, new, _ in self.steps}
        for old, new, day in self.steps:
            days[old, new] = min(days[old, new], day)
        reached = dict(days)
        for _ in range(DEPTH - 1):
            longer: dict[tuple[int, int], int] = {}
            for (old, between), day in reached.items():
                for (earlier, new), next_day in days.items():
                    pair, by = (old, new), max(day, next_day)
                    if (
                        earlier == between
                        and old != new
                        and by < min(reached.get(pair, _END), longer.get(pair, _END))
                    ):
                        longer[pair] = by
            if not longer:
                break
            reached |= longer
        found: dict[int, dict[int, int]] = {}
        for (old, new), day in sorted(reached.items()):
            found.setdefault(new, {})[old] = day
        return found

    @cached_property
    def holders(self) -> list[tuple[int, int]]:
        """Numbers of bodies, each with that of another in which it lives on or which lives on in it.

        What is counted of the second is there in the first as well: of what went over to it whole, and of the
        same body under a later name. What others have merged into counts more than each of these.
        """
        later: dict[str, set[str]] = {}
        for row in self.successions.to_dict("records"):
            if row["event_type"] == "rename" and _is_whole(row):
                later.setdefault(str(row["predecessor_code"]), set()).add(str(row["successor_code"]))
        pairs = {(body, code) for body, earlier in self.predecessors.items() for code in earlier}
        for body in later:
            layer = {body}
            for _ in range(DEPTH):
                layer = {name for code in layer for name in later.get(code, ())}
                pairs |= {(body, name) for name in layer}
        numbers = self._numbers
        return sorted((numbers[a], numbers[b]) for a, b in pairs if a != b and {a, b} <= numbers.keys())

    def parents_on(self, day: int) -> dict[int, int]:
        """Give the parent of each organisation on a day, where both are of one system, by their numbers."""
        if day not in self._parents:
            on = date.fromordinal(day)
            alive = {life.code: life for life in self.lives if life.is_alive(on)}
            self._parents[day] = {
                self._numbers[code]: self._numbers[life.parent]
                for code, life in alive.items()
                if life.parent in alive and alive[life.parent].system == life.system
            }
        return self._parents[day]
