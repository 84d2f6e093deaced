"""What is derived from the figures of terms, worked out again: changes, averages and the range of single years.

What belongs here: the arithmetic of derivations, how whole they are, and which are told at all. What does not:
the figures themselves, which are held by then, and how whole openings are (`openings`).
"""

from collections.abc import Mapping

import duckdb
import numpy as np
import pandas as pd

from ingestion.definitions.catalogue import Catalogue
from reports.publication_gate.bodies import Bodies, Term
from reports.publication_gate.figures import Figures
from reports.publication_gate.openings import opening_ranks
from reports.publication_gate.report import STATUS_NAMES
from reports.publication_gate.single_years import single_years

_KEYS = ["indicator", "unit", "period", "derivation"]
_ALWAYS = ("before_after", "average_per_year")
"""What is told of an incomplete figure too; all else compares it, and it is compared with nothing."""
_FINAL, _INCOMPLETE = STATUS_NAMES.index("final"), STATUS_NAMES.index("incomplete")


class Derived:
    """Collects what figures of terms and their years say, and derives."""

    def __init__(self, catalogue: Catalogue) -> None:
        """Start with nothing."""
        self._kinds = {code: indicator.kind for code, indicator in catalogue.indicators.items()}
        self._rows: list[tuple[str, str, str, str, float, int]] = []
        self._years: dict[tuple[str, ...], tuple[int | None, tuple[int, ...]]] = {}
        self._totals: set[str] = set()

    def add(self, beside: pd.DataFrame, figures: Figures) -> None:
        """Derive from the figures of some indicators, as they were worked out anew."""
        wanted = beside["is_unit"] & beside["is_expected"].notna() & beside["value"].notna()
        of_terms = beside[wanted & beside["period"].isin(list(figures.terms))]
        self._totals |= figures.totals
        values: dict[tuple[str, str, str], tuple[float, int]] = {}
        openings = {term: opening_ranks(figures, term) for term in figures.bodies.terms}
        for indicator, unit, period, value, opening, status in zip(
            of_terms["indicator"].astype(str),
            of_terms["unit"].astype(str),
            of_terms["period"].astype(str),
            of_terms["value"],
            of_terms["opening"],
            of_terms["status"].astype(int),
            strict=True,
        ):
            terms = figures.bodies.terms_of(period, unit)
            if not terms:
                continue
            key = (indicator, unit, period)
            values[key] = value, status
            if not np.isnan(opening):
                (place,) = figures.bodies.numbers([unit])
                rank = max(status, *(int(openings[term][indicator][place]) for term in terms))
                self._tell(key, "before_after", value, rank)
                self._tell(key, "change_over_term", value - opening, rank)
                if opening:
                    change = 100.0 * (value - opening) / abs(opening)
                    self._tell(key, "percent_change", change, rank)
        previous = previous_terms(figures.bodies)
        for (indicator, unit, period), (value, rank) in values.items():
            for term in figures.bodies.terms_of(period, unit):
                past = values.get((indicator, unit, previous.get((term.system, period), "")))
                if past is not None and self._kinds[indicator] != "registry":
                    change, worst = value - past[0], max(rank, past[1])
                    self._tell((indicator, unit, period), "change_vs_previous_term", change, worst)
        for found in single_years(figures):
            key = (found.indicator, found.unit, found.term)
            if not np.isnan(found.lowest):
                self._tell(key, "per_year_low", found.lowest, found.rank, found.lowest_years)
                self._tell(key, "per_year_high", found.highest, found.rank, found.highest_years)
            if key in values and found.n_years and self._kinds[found.indicator] == "flow":
                whole, rank = values[key]
                average = np.nan if found.has_part else whole / found.n_years
                self._tell(key, "average_per_year", average, rank, n_years=found.n_years)

    def _tell(
        self,
        key: tuple[str, str, str],
        derivation: str,
        value: float,
        rank: int,
        years: tuple[int, ...] = (),
        *,
        n_years: int | None = None,
    ) -> None:
        told = value if _is_told(derivation, rank, is_total=key[0] in self._totals) else np.nan
        self._rows.append((*key, derivation, told, rank))
        self._years[*key, derivation] = n_years, years

    def pairs(self, connection: duckdb.DuckDBPyConnection) -> dict[str, pd.DataFrame]:
        """Give by check what is derived, how whole it is and of which years, beside what the warehouse has.

        Of an average the warehouse tells over how many years it is, of a lowest or highest year which one.
        """
        expected = pd.DataFrame(self._rows, columns=[*_KEYS, "value", "status"])
        found = connection.execute(
            "select indicator_code as indicator, org_code as unit, period_code as period, derivation, "
            "value, status, n_years::double as n_years, of_year::double as of_year from fct_indicator_derived"
        ).df()
        years = self._beside_years(found)
        found["status"] = found["status"].map({name: rank for rank, name in enumerate(STATUS_NAMES)})
        both = expected.merge(found, on=_KEYS, how="outer", suffixes=("", " found"))
        both = both.sort_values(_KEYS, ignore_index=True)
        frames = {}
        for check, part in (("derived_again", "value"), ("derived_statuses_again", "status")):
            sides = {"expected": both[part].astype(float), "found": both[f"{part} found"].astype(float)}
            frames[check] = both[_KEYS].assign(**sides)
        return frames | {"derived_years_again": years}

    def _beside_years(self, found: pd.DataFrame) -> pd.DataFrame:
        """Give of which years the warehouse derives; a row that one side lacks is another check's."""
        pairs = []
        for *key, n_years, of_year in found[[*_KEYS, "n_years", "of_year"]].itertuples(index=False):
            if (due := self._years.get(tuple(key))) is None:
                continue
            number, years = due
            is_due = (not years and np.isnan(of_year)) or of_year in years
            year = of_year if is_due else min(years, default=np.nan)
            pairs.append((*key, "n_years", np.nan if number is None else number, n_years))
            pairs.append((*key, "of_year", year, of_year))
        return pd.DataFrame(pairs, columns=[*_KEYS, "column", "expected", "found"])


def by_key(frames: Mapping[str, pd.DataFrame]) -> dict[tuple[str, ...], tuple[float, float]]:
    """Give what is expected of `Derived.pairs`, value and status, by indicator, unit, term and derivation."""
    values, statuses = frames["derived_again"], frames["derived_statuses_again"]
    sides = zip(values["expected"], statuses["expected"], strict=True)
    keys = zip(*(values[key] for key in _KEYS), strict=True)
    return {key: side for key, side in zip(keys, sides, strict=True) if not np.isnan(side[1])}


def _is_told(derivation: str, rank: int, *, is_total: bool) -> bool:
    """Say whether a derivation of figures that are as whole as their rank says (see `standing`) is told.

    A total of which a part of a year is still to come is compared with nothing; what lasts is.
    """
    return derivation in _ALWAYS or rank == _FINAL or (rank < _INCOMPLETE and not is_total)


def previous_terms(bodies: Bodies) -> dict[tuple[str, str], str]:
    """Give by term system and term the term before it: the one of the same system that ended as it began."""
    previous: dict[tuple[str, str], str] = {}
    latest: dict[str, Term] = {}
    for term in sorted(bodies.terms, key=lambda term: term.first):
        before = latest.get(term.system)
        if before is not None and before.last >= term.first - 1:
            previous[term.system, term.code] = before.code
        latest[term.system] = term
    return previous
