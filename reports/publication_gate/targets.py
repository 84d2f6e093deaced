"""What pages print of figures beside their targets.

What belongs here: these again, from the registry's targets and from figures that were worked out anew. What
does not: those figures (`figures`), and what was stated of them elsewhere (`stated`).
"""

from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from ingestion.records.tolerance import TOLERANCE
from reports.publication_gate.bodies import Bodies, Term
from reports.publication_gate.figures import Figures
from reports.publication_gate.report import ASSESSMENTS, STATUS_NAMES
from reports.publication_gate.rows import Key, beside, plain, read, records

_AS_SET = "(select * rename (direction as bound) from fct_target)"
"""Targets; the direction of a statement is whether something rose or fell."""
_SET_FOR = ("indicator_code", "org_code", "term_code", "year", "basis")
_KEYS = ["indicator", "unit", "period", "basis", "column"]
_FINAL, _PROVISIONAL, _NONE = (float(STATUS_NAMES.index(name)) for name in ("final", "provisional", "none"))

_FOUND = """
    select indicator_code as indicator, org_code as unit, term_code as term, "year", basis, target_min as least,
        target_max as most, actual_value as actual, assessment, status
    from fct_target
"""


class Targets:
    """Collects the figures that stand beside targets, and holds the warehouse against them."""

    def __init__(self, bronze: Path, bodies: Bodies, day: date | None) -> None:
        """Read what the registry says.

        Args:
            bronze: bronze's folder.
            bodies: the registry's terms, and who belongs to which.
            day: on which it is told what came of targets; None where nothing was recorded yet.
        """
        self._day = day
        self._calendar = records(bronze, "calendar")
        self.chosen = list(_chosen(records(bronze, "targets"), bodies))
        """The target of each body and time, with its term and year."""
        self._indicators = {target["indicator_code"] for target in self.chosen}
        self._units = {target["org_code"] for target in self.chosen}
        self._figures: dict[tuple[str, str, str], tuple[float, float]] = {}
        self._derived: dict[tuple[str, ...], tuple[float, float]] = {}
        self._last_at_once: dict[tuple[str, str, Term], float] = {}

    def add(self, beside: pd.DataFrame, figures: Figures) -> None:
        """Take figures as they were worked out anew, with how whole they are; as found where that is open."""
        for target in self.chosen:
            indicator = next((i for i in figures.adding.indicators if i.code == target["indicator_code"]), None)
            (place,) = figures.bodies.numbers([target["org_code"]])
            if indicator is not None and place >= 0:
                of_term = figures.states.of_term(indicator, target["term"])
                if of_term.has_at_once[place]:
                    key = (indicator.code, target["org_code"], target["term"])
                    self._last_at_once[key] = float(of_term.last[place])
        wanted = beside["indicator"].isin(self._indicators) & beside["unit"].isin(self._units)
        mine = beside[wanted & beside["is_expected"].notna()]
        status = mine["status"].where(mine["status"] >= 0, mine["status found"])
        keys = zip(*(mine[key].astype(str) for key in ("indicator", "unit", "period")), strict=True)
        self._figures.update(zip(keys, zip(mine["value"], status, strict=True), strict=True))

    def pairs(
        self, connection: duckdb.DuckDBPyConnection, derived: Mapping[tuple[str, ...], tuple[float, float]]
    ) -> pd.DataFrame:
        """Give what is expected and what the warehouse has.

        Args:
            connection: the warehouse.
            derived: what is derived from figures, and how whole it is.
        """
        self._derived = dict(derived)
        expected = {
            (t["indicator_code"], t["org_code"], t["term"].code, t["year"], t["basis"]): self._result(t)
            for t in self.chosen
        }
        found = {}
        for row in connection.execute(_FOUND).df().to_dict("records"):
            year = None if pd.isna(row["year"]) else int(row["year"])
            found[row["indicator"], row["unit"], row["term"], year, row["basis"]] = {
                **{name: row[name] for name in ("least", "most", "actual")},
                "assessment": _number(ASSESSMENTS, row["assessment"]),
                "status": _number(STATUS_NAMES, row["status"]),
            }
        rows = []
        for key in sorted(expected.keys() | found.keys(), key=str):
            indicator, unit, term, year, basis = key
            period = f"{year}-N" if year is not None else term
            due, is_there = expected.get(key), found.get(key)
            if due is None or is_there is None:
                rows.append((indicator, unit, period, basis, "status", *_one_sided(due, is_there)))
                continue
            rows += [(indicator, unit, period, basis, name, due[name], is_there[name]) for name in due]
        return pd.DataFrame(rows, columns=[*_KEYS, "expected", "found"])

    def as_set(self, connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
        """Give the targets as the registry sets them, and as the warehouse repeats them."""
        expected: dict[Key, dict[str, Any]] = {
            (t["indicator_code"], t["org_code"], t["term"].code, plain(t["year"]), t["basis"]): {
                "bound": t["direction"],
                "target_min": t["min"],
                "target_max": t["max"],
                "document": t["document"] or None,
            }
            for t in self.chosen
        }
        found = read(connection, _AS_SET, _SET_FOR, ("bound", "target_min", "target_max", "document"))
        return beside(expected, found, ["indicator", "unit", "period", "year", "basis"])

    def _result(self, target: dict[str, Any]) -> dict[str, float]:
        """Give what a target's row says: its bounds, the result, how whole that is, and how it stands."""
        indicator, unit, term = target["indicator_code"], target["org_code"], target["term"]
        period = term.code if target["year"] is None else f"{target['year']}-N"
        actual, status = self._figures.get((indicator, unit, period), (np.nan, _NONE))
        if target["basis"] == "AVG_PER_YEAR":
            key = (indicator, unit, period, "average_per_year")
            actual, status = self._derived.get(key, (np.nan, _NONE))
        if self._is_past(target["year"] or term.last, term.system):
            is_early = False
        elif target["basis"] == "YEAR":
            is_early = status == _PROVISIONAL
        else:
            last = self._figures.get((indicator, unit, f"{term.last}-N"))
            is_early = last is None or last[1] == _PROVISIONAL
            # a form filed for the whole term says that its last year is over, without a figure of that year
            at_once = self._last_at_once.get((indicator, unit, term), _NONE)
            if at_once <= _PROVISIONAL:
                is_early = at_once == _PROVISIONAL or (last is not None and last[1] == _PROVISIONAL)
        judged = actual if status == _FINAL else np.nan
        return {
            "least": _float(target["min"]),
            "most": _float(target["max"]),
            "actual": actual,
            "status": status,
            "assessment": _number(ASSESSMENTS, "CHUA_DEN_HAN" if is_early else assessed(target, judged)),
        }

    def _is_past(self, year: int, system: str) -> bool:
        """Whether a year is over, and the day gone by on which a term system's units owed all of it."""
        due = [
            row["due_on"]
            for row in self._calendar
            if row["period_code"] == f"{year}-N" and row["term_system"] in (None, "", system)
        ]
        last = max(day for day in (*due, date(year, 12, 31)) if day is not None)
        return self._day is not None and self._day > last


def _chosen(targets: list[dict[str, Any]], bodies: Bodies) -> Iterator[dict[str, Any]]:
    """Give the target of each body and time: one of every year holds in each that has none of its own."""
    years = {year for kind, year in bodies.when.values() if kind == "N"}
    taken: set[tuple[Any, ...]] = set()

    def rank(target: dict[str, Any]) -> tuple[bool, float]:
        least = target["min"]
        return target["year"] is None, np.inf if least is None else least

    for target in sorted(targets, key=rank):
        terms = bodies.terms_of(target["term_code"], target["org_code"])
        if not terms:
            continue
        (term, *_) = terms
        for year in _years(target, term, years):
            key = tuple(target[name] for name in ("org_code", "indicator_code", "term_code", "basis"))
            if (*key, year) not in taken:
                taken.add((*key, year))
                yield target | {"term": term, "year": year}


def _years(target: dict[str, Any], term: Term, known: set[int]) -> list[int | None]:
    if target["basis"] != "YEAR":
        return [None]
    if target["year"] is not None:
        return [int(target["year"])]
    # Without a single year of the term it is told without one.
    return [year for year in range(term.first, term.last + 1) if year in known] or [None]


def assessed(target: dict[str, Any], actual: float) -> str | None:
    """Say how a result stands to its target: beyond it, met or not; None where that cannot be said."""
    direction, least, most = target["direction"], target["min"], target["max"]
    is_cap = direction in ("LE", "LT")
    bound = least if not is_cap or most is None else most
    if np.isnan(actual) or bound is None or (direction == "BETWEEN" and most is None):
        return None
    is_beyond = {
        "GE": actual > bound + TOLERANCE,
        "GT": actual > bound + TOLERANCE,
        "LE": actual < bound - TOLERANCE,
        "LT": actual < bound - TOLERANCE,
        "BETWEEN": most is not None and actual > most + TOLERANCE,
    }
    if is_beyond.get(direction):
        return "VUOT"
    if direction == "BETWEEN":
        return "DAT" if actual >= bound - TOLERANCE else "CHUA_DAT"
    is_met = direction in ("GE", "LE", "EQ") and abs(actual - bound) <= TOLERANCE
    return "DAT" if is_met else "CHUA_DAT"


def _one_sided(due: dict[str, float] | None, found: dict[str, float] | None) -> tuple[float, float]:
    """Give a row that only one side has as one whose status the other lacks."""
    return (np.nan if due is None else due["status"], np.nan if found is None else found["status"])


def _number(names: tuple[str, ...], name: str | float | None) -> float:
    """Give the number of a name, NaN for none; one that is not known has a number beyond all names."""
    # a column of a frame tells none as NaN
    if pd.isna(name):
        return np.nan
    return float(names.index(str(name)) if name in names else len(names))


def _float(value: float | None) -> float:
    return np.nan if value is None else float(value)
