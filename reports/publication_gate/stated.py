"""What was stated elsewhere, beside figures that were worked out anew, and whether it holds.

What belongs here: which figure a statement speaks of, what it says, and the verdict on it, by the comparisons
that statements know. What does not: those figures (`figures`), what is derived from them (`derived`), and the
remark beside a verdict (`remarks`).
"""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pandas as pd

from ingestion.definitions.catalogue import Catalogue
from ingestion.records.tolerance import TOLERANCE
from ingestion.words import writing
from reports.publication_gate import remarks
from reports.publication_gate.asked import Asked
from reports.publication_gate.bodies import Bodies
from reports.publication_gate.report import STATUS_NAMES
from reports.publication_gate.rows import Key, beside, read, records

_STATED = ["statement", "indicator", "unit", "period", "column"]
_FINAL, _NONE = STATUS_NAMES.index("final"), STATUS_NAMES.index("none")
_OF_ONE_FIGURE = ("", "share")
_BY_TARGET, _BY_YEAR, _RELATIVE = "target", "per_year", "percent_change"
_BEFORE = re.compile(r"before: ([0-9]+)")
_CONTEXT = "F-CTX"
_SAID = (
    *(
        "source",
        "family",
        "body_code",
        "body_name",
        "body_level",
        "measure",
        "unit",
        "dimension",
        "term",
        "basis",
    ),
    *("qualifier", "value_low", "value_high", "numerator", "denominator", "indicator_code", "org_code"),
    *("period_code", "derivation", "direction", "expected_value", "expected_verdict", "home"),
)
_BLANK_IS_NOTHING = ("indicator_code", "derivation", "direction")


@dataclass(frozen=True)
class _Found:
    """What a statement speaks of; NaN for nothing.

    Attributes:
        value: the figure; of a target its lowest bound.
        low: the lowest year, or the lower bound of a target.
        high: the highest year, or the upper bound.
        status: how whole it is, by its number.
        denominator: of how many.
        before: what it was before.
        is_known: whether there is something to compare with.
    """

    value: float = np.nan
    low: float = np.nan
    high: float = np.nan
    status: float = _NONE
    denominator: float = np.nan
    before: float = np.nan
    is_known: bool = False


class Statements:
    """Collects the figures that stand beside statements, and holds the warehouse against them."""

    def __init__(
        self,
        bronze: Path,
        asked: Asked,
        bodies: Bodies,
        catalogue: Catalogue,
        targets: Iterable[Mapping[str, Any]],
    ) -> None:
        """Read what the registry says; `targets` are those that were set for each body and time."""
        self._asked, self._bodies, self._catalogue = asked, bodies, catalogue
        self._statements = records(bronze, "statements")
        self._bounds: dict[tuple[str, str, str], set[tuple[float | None, float | None]]] = {}
        for target in targets:
            key = (target["indicator_code"], target["org_code"], target["term_code"])
            self._bounds.setdefault(key, set()).add((target["min"], target["max"]))
        caps = remarks.caps_of(records(bronze, "terms"), records(bronze, "rating_schemes"))
        with_targets = {(indicator, term) for indicator, _, term in self._bounds}
        self._remarks = remarks.Remarks(self._statements, catalogue, caps, with_targets)
        self._figures: dict[tuple[str, ...], _Found] = {}
        self._derived: dict[tuple[str, ...], tuple[float, float]] = {}

    def add(self, figures: pd.DataFrame) -> None:
        """Take figures as they were worked out anew, with how whole they are; as found where that is open."""
        wanted = {said["indicator_code"] for said in self._statements}
        wanted |= {remarks.SUSPENDED, remarks.EXISTING}
        units = {said["org_code"] for said in self._statements}
        mine = figures[
            figures["indicator"].isin(wanted) & figures["unit"].isin(units) & figures["is_expected"].notna()
        ]
        status = mine["status"].where(mine["status"] >= 0, mine["status found"])
        keys = zip(*(mine[key].astype(str) for key in ("indicator", "unit", "period")), strict=True)
        parts = zip(mine["value"], status, mine["denominator"], mine["opening"], strict=True)
        for key, (value, whole, denominator, before) in zip(keys, parts, strict=True):
            self._figures[key] = _Found(
                value,
                status=whole,
                denominator=denominator,
                before=before,
                is_known=not np.isnan(value) and whole == _FINAL,
            )

    def pairs(
        self, connection: duckdb.DuckDBPyConnection, derived: Mapping[tuple[str, ...], tuple[float, float]]
    ) -> dict[str, pd.DataFrame]:
        """Give by check what is expected and what the warehouse has.

        Args:
            connection: the warehouse.
            derived: what is derived from figures, and how whole it is.
        """
        self._derived = dict(derived)
        found = read(
            connection,
            "rpt_stated_figure",
            ["statement_id"],
            [*_SAID, "is_by_size", "actual_value", "actual_low", "actual_high", "status", "verdict", "detail"],
        )
        found = [(key, {**row, "detail": remarks.told(row["detail"])}) for key, row in found]
        numbers = dict(found)
        rows: list[tuple[Any, ...]] = []
        told: dict[Key, dict[str, Any]] = {}
        for said in self._statements:
            key, about = (said["statement_id"],), self._about(said)
            spoken_of = self._found(said, about)
            row = numbers.get(key, {})
            sides = (("actual", "value"), ("least", "low"), ("most", "high"))
            for column, name in sides:
                there = row.get(f"actual_{name}")
                rows.append(
                    (*key, *about, column, getattr(spoken_of, name), np.nan if there is None else there)
                )
            told[key] = {
                **{name: said[name] or None if name in _BLANK_IS_NOTHING else said[name] for name in _SAID},
                "is_by_size": _is_by_size(said),
                "status": STATUS_NAMES[int(spoken_of.status)],
                "verdict": _verdict(said, spoken_of),
                "detail": self._remarks.due(said, self._beside(about, spoken_of)),
            }
        return {
            "stated_again": pd.DataFrame(rows, columns=[*_STATED, "expected", "found"]),
            "verdicts_again": beside(told, found, ["statement"]),
        }

    def _about(self, said: Mapping[str, Any]) -> tuple[str, str, str]:
        return (said["indicator_code"] or "", said["org_code"] or "", said["period_code"] or "")

    def _beside(self, about: tuple[str, str, str], found: _Found) -> remarks.Beside:
        """Give what a remark on a statement is held against."""
        _, *of_body = about
        others = (
            self._figures.get((code, *of_body), _Found()) for code in (remarks.SUSPENDED, remarks.EXISTING)
        )
        suspended, existing = (other.value for other in others)
        has_target = not np.isnan(self._target(*about)).all()
        return remarks.Beside(found.value, found.denominator, found.before, has_target, suspended, existing)

    def _found(self, said: Mapping[str, Any], about: tuple[str, str, str]) -> _Found:
        """Give what a statement speaks of, as it was worked out."""
        derivation = said["derivation"] or ""
        figure = self._figures.get(about, _Found())
        if derivation in _OF_ONE_FIGURE:
            return figure
        if derivation == _BY_TARGET:
            low, high = self._target(*about)
            is_known = not np.isnan([low, high]).all()
            value, status = high if np.isnan(low) else low, 0.0 if is_known else _NONE
            return replace(figure, value=value, low=low, high=high, status=status, is_known=is_known)
        if derivation == _BY_YEAR:
            (low, status), (high, _) = (
                self._derived.get((*about, f"per_year_{end}"), (np.nan, _NONE)) for end in ("low", "high")
            )
            is_known = not np.isnan(low) and status == _FINAL
            return replace(figure, value=np.nan, low=low, high=high, status=status, is_known=is_known)
        value, status = self._derived.get((*about, derivation), (np.nan, _NONE))
        if _is_by_size(said):
            value = abs(value)
        elif said["direction"] == "fall":
            value = -value
        is_known = not np.isnan(value) and status == _FINAL
        return replace(figure, value=value, status=status, is_known=is_known)

    def _target(self, indicator: str, unit: str, term: str) -> tuple[float, float]:
        """Give the bounds of a unit's own targets, else the sum of those of the units below it."""
        if (indicator, unit, term) in self._bounds:
            return _outermost(self._bounds[indicator, unit, term])
        kind = self._catalogue.indicators[indicator].kind if indicator in self._catalogue.indicators else ""
        if kind not in ("flow", "stock"):
            return np.nan, np.nan
        below: set[str] = set()
        for known in self._bodies.terms:
            period = f"{known.last}-N"
            if known.code == term and period in self._bodies.when:
                shares = self._asked.of_period(period)
                # of those who stand then: what had ended by then has passed its target on, or has none any more
                inside = shares.closes & (shares.owners == self._bodies.numbers([unit])[0])
                members = self._bodies.systems.get(known.system, set())
                below |= members.intersection(self._bodies.codes[shares.contributors[inside]])
        bounds = [
            _outermost(self._bounds[indicator, code, term])
            for code in sorted(below - {unit})
            if len(self._bounds.get((indicator, code, term), ())) == 1
        ]
        low, high = (np.array([bound[side] for bound in bounds]) for side in (0, 1))
        return _sum(low), _sum(high)


def _is_by_size(said: Mapping[str, Any]) -> bool:
    """Say whether a relative change is stated of which neither a word nor a sign says which way it went."""
    is_signed = any(said[bound] is not None and said[bound] < 0 for bound in ("value_low", "value_high"))
    return said["derivation"] == _RELATIVE and not said["direction"] and not is_signed


def _outermost(bounds: set[tuple[float | None, float | None]]) -> tuple[float, float]:
    lows = [low for low, _ in bounds if low is not None]
    highs = [bound for low, high in bounds if (bound := low if high is None else high) is not None]
    return min(lows, default=np.nan), max(highs, default=np.nan)


def _sum(bounds: "np.ndarray[Any, np.dtype[np.float64]]") -> float:
    return np.nan if np.isnan(bounds).all() else float(np.nansum(bounds))


def _verdict(said: Mapping[str, Any], found: _Found) -> str:
    """Say whether a statement holds, and as what."""
    if (said["basis"] or "").startswith("norm"):
        return "norm"
    holds = _holds(said, found) if said["indicator_code"] and found.is_known else None
    if holds is None:
        return "cannot_verify"
    if not holds:
        return "contradicts"
    if said["derivation"] == _BY_TARGET:
        return "target"
    if said["family"] == _CONTEXT:
        return "context"
    return "equal" if said["qualifier"] == "EQ" else "within"


def _holds(said: Mapping[str, Any], found: _Found) -> bool | None:
    """Say whether a statement holds, with all that it says besides; None where one of it cannot be said."""
    parts = [_is_met(said, found)]
    if said["denominator"] is not None and not np.isnan(found.denominator):
        parts.append(said["denominator"] == found.denominator)
    before = _BEFORE.search(said["basis"] or "")
    if before is not None and not np.isnan(found.before):
        parts.append(float(before[1]) == found.before)
    return False if False in parts else None if None in parts else True


def _is_met(said: Mapping[str, Any], found: _Found) -> bool | None:
    """Compare with the bounds that are stated: what is said of years has to hold in every one."""
    low, high = said["value_low"], said["value_high"]
    if said["derivation"] == _BY_TARGET:
        sides = ((low, found.low), (high, found.high))
        return all(stated is None or abs(stated - bound) <= TOLERANCE for stated, bound in sides)
    is_yearly = said["derivation"] == _BY_YEAR
    least, most = (found.low, found.high) if is_yearly else (found.value, found.value)
    qualifier = said["qualifier"]
    below, within = ("APPROX_BELOW", "LT", "AT_MOST"), ("RANGE",)
    asked = (high,) if qualifier in below else (low, high) if qualifier in within else (low,)
    if qualifier not in _COMPARISONS or None in asked:
        return None
    return _COMPARISONS[qualifier](least, most, low, high)


def _is_printed_as(value: float, stated: float) -> bool:
    """Whether a figure, with as many decimals as were printed, is what was stated."""
    _, _, decimals = writing.plain(stated).partition(".")
    return float(writing.rounded(value, len(decimals))) == stated


_COMPARISONS: Mapping[str, Callable[[float, float, float, float], bool]] = {
    "EQ": lambda least, most, low, _: _is_printed_as(least, low) and _is_printed_as(most, low),
    "APPROX_BELOW": lambda least, most, _, high: least >= 0.97 * high and most < high,
    "APPROX_ABOVE": lambda least, most, low, _: least > low and most <= 1.03 * low,
    "GT": lambda least, _, low, __: least > low,
    "LT": lambda _, most, __, high: most < high,
    "AT_LEAST": lambda least, _, low, __: least >= low,
    "AT_MOST": lambda _, most, __, high: most <= high,
    "RANGE": lambda least, most, low, high: least >= low - TOLERANCE and most <= high + TOLERANCE,
}
"""How the lowest and the highest of what was worked out stand to the bounds that were stated, by qualifier."""
