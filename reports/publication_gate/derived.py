"""What is derived from the figures of terms, worked out again: changes, averages and the range of single years.

What belongs here: the arithmetic of derivations. What does not: the figures themselves, which are held by then.
"""

import duckdb
import numpy as np
import pandas as pd

from ingestion.catalogue import Catalogue
from reports.publication_gate.bodies import Bodies, Term
from reports.publication_gate.figures import Figures

_KEYS = ["indicator", "unit", "period", "derivation"]
_ALWAYS = ("before_after", "average_per_year")
"""What is told of an incomplete figure too; all else compares it, and it is compared with nothing."""


class Derived:
    """Collects what figures of terms and their years say, and derives."""

    def __init__(self, catalogue: Catalogue) -> None:
        """Start with nothing."""
        self._kinds = {code: indicator.kind for code, indicator in catalogue.indicators.items()}
        self._rows: list[tuple[str, str, str, str, float]] = []

    def add(self, beside: pd.DataFrame, figures: Figures) -> None:
        """Derive from the figures of some indicators, as they were worked out anew."""
        wanted = beside["is_unit"] & beside["is_expected"].notna() & beside["value"].notna()
        of_terms = beside[wanted & beside["period"].isin(list(figures.terms))]
        values: dict[tuple[str, str, str], float] = {}
        for indicator, unit, period, value, opening in zip(
            of_terms["indicator"].astype(str),
            of_terms["unit"].astype(str),
            of_terms["period"].astype(str),
            of_terms["value"],
            of_terms["opening"],
            strict=True,
        ):
            if not figures.bodies.terms_of(period, unit):
                continue
            values[indicator, unit, period] = value
            if not np.isnan(opening):
                self._tell(indicator, unit, period, "before_after", value)
                if figures.opening_lacks(indicator, unit, period):
                    continue  # it is compared with nothing
                self._tell(indicator, unit, period, "change_over_term", value - opening)
                if opening:
                    change = 100.0 * (value - opening) / abs(opening)
                    self._tell(indicator, unit, period, "percent_change", change)
        previous = _previous(figures.bodies)
        for (indicator, unit, period), value in values.items():
            for term in figures.bodies.terms_of(period, unit):
                past = values.get((indicator, unit, previous.get((term.system, period), "")))
                if past is not None and self._kinds[indicator] != "registry":
                    self._tell(indicator, unit, period, "change_vs_previous_term", value - past)
        for indicator, unit, period, lowest, highest, n_years in figures.single_years():
            if not np.isnan(lowest):
                self._tell(indicator, unit, period, "per_year_low", lowest)
                self._tell(indicator, unit, period, "per_year_high", highest)
            whole = values.get((indicator, unit, period))
            if whole is not None and n_years and self._kinds[indicator] == "flow":
                self._tell(indicator, unit, period, "average_per_year", whole / n_years)

    def _tell(self, indicator: str, unit: str, period: str, derivation: str, value: float) -> None:
        self._rows.append((indicator, unit, period, derivation, value))

    def pairs(self, connection: duckdb.DuckDBPyConnection) -> pd.DataFrame:
        """Put everything beside what the warehouse has; what it holds back as incomplete is not expected."""
        expected = pd.DataFrame(self._rows, columns=[*_KEYS, "expected"])
        found = connection.execute(
            "select indicator_code as indicator, org_code as unit, period_code as period, derivation, "
            "value as found, status from fct_indicator_derived"
        ).df()
        both = expected.merge(found, on=_KEYS, how="outer")
        is_held_back = (
            (both["status"] == "incomplete") & ~both["derivation"].isin(_ALWAYS) & both["found"].isna()
        )
        both["expected"] = both["expected"].mask(is_held_back)
        return both.sort_values(_KEYS, ignore_index=True)[[*_KEYS, "expected", "found"]]


def _previous(bodies: Bodies) -> dict[tuple[str, str], str]:
    """Give by term system and term the term before it: the one of the same system that ended as it began."""
    previous: dict[tuple[str, str], str] = {}
    latest: dict[str, Term] = {}
    for term in sorted(bodies.terms, key=lambda term: term.first):
        before = latest.get(term.system)
        if before is not None and before.last >= term.first - 1:
            previous[term.system, term.code] = before.code
        latest[term.system] = term
    return previous
