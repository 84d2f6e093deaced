"""The warehouse's figures beside those that were worked out anew.

What belongs here: pairs of what is expected and what the warehouse has, of figures, how whole they are, what is
derived from them, what stands behind their traces and beside targets, and what the warehouse repeats. What does
not: working them out (`recomputed`).
"""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from ingestion.definitions.catalogue import Catalogue
from reports.publication_gate.behind import Behind, sources_again
from reports.publication_gate.days import Days
from reports.publication_gate.derived import Derived, by_key
from reports.publication_gate.facts import facts_again
from reports.publication_gate.families import children_make_parents
from reports.publication_gate.figures import PARTS_OF_FIGURES, Figures
from reports.publication_gate.received import last_day, received_again
from reports.publication_gate.recomputed import recomputed
from reports.publication_gate.repeated import repeated_again, report_units
from reports.publication_gate.report import STATUS_NAMES
from reports.publication_gate.stated import Statements
from reports.publication_gate.targets import Targets
from reports.publication_gate.totals import terms
from reports.publication_gate.values import values_again

_QUERY = """
    select indicators.number as indicator, units.number as unit, periods.number as period, figures.value,
        figures.numerator, figures.denominator, figures.opening_value as opening, figures.status
    from fct_indicator_value as figures
    inner join known_indicator as indicators on figures.indicator_code = indicators.code
    inner join known_unit as units on figures.org_code = units.code
    inner join known_period as periods on figures.period_code = periods.code
    where indicators.number between ? and ?
"""
KEYS = ["indicator", "unit", "period"]


def figures_again(
    connection: duckdb.DuckDBPyConnection, bronze: Path, catalogue: Catalogue, as_of: datetime | None
) -> dict[str, pd.DataFrame]:
    """Work every figure out anew and put it beside the warehouse's.

    Returns:
        by check the pairs: what they are about, expected and found; those of reporting units first.
    """
    pairs: dict[str, list[pd.DataFrame]] = {}
    derived, behind = Derived(catalogue), Behind()
    days: Days | None = None
    targets: Targets | None = None
    stated: Statements | None = None
    last: Figures | None = None
    codes: list[pd.Index] = []
    for numbers, figures, expected in recomputed(bronze, catalogue, as_of):
        codes = codes or _known(connection, catalogue, figures)
        found = _found(connection, numbers)
        beside = _beside(expected, found, codes, figures)
        for check, frame in _checks(beside).items():
            pairs.setdefault(check, []).append(frame)
        pairs.setdefault("children_make_parents", []).append(children_make_parents(beside, figures))
        behind.add(figures)
        if days is None:
            units = report_units(bronze, figures.bodies, as_of)
            days = Days({unit for unit, _ in units})
        days.add(figures)
        targets = targets or Targets(bronze, figures.bodies, last_day(bronze, as_of))
        targets.add(beside, figures)
        stated = stated or Statements(bronze, figures.asked, figures.bodies, catalogue, targets.chosen)
        stated.add(beside)
        derived.add(beside, figures)
        last = figures
    if last is not None:
        foreign = _found(connection, list(range(len(catalogue.indicators), len(codes[0]))))
        for check, frame in _checks(_beside(pd.DataFrame(), foreign, codes, last)).items():
            pairs[check].append(frame)
    frames = {check: pd.concat(parts, ignore_index=True) for check, parts in pairs.items()}
    frames |= behind.pairs(connection)
    if days is not None:
        frames["days_again"] = days.pairs(connection)
    frames |= derived.pairs(connection)
    derivations = by_key(frames)
    if targets is not None and stated is not None:
        frames["targets_again"] = targets.pairs(connection, derivations)
        frames["assigned_again"] = targets.as_set(connection)
        frames |= stated.pairs(connection, derivations)
    if last is not None:
        steady = [(unit, term.code) for term in last.bodies.terms for unit in last.asked.steady(term)]
        frames["years_make_terms"] = terms(connection, steady)
        frames["sources_again"] = sources_again(connection, last)
        frames["facts_again"] = facts_again(connection, last.adding.forms, catalogue, last)
        frames["values_again"] = values_again(connection, bronze, catalogue.forms.values())
        frames |= repeated_again(connection, bronze, catalogue, last.bodies, as_of)
        frames |= received_again(connection, bronze, as_of)
    return frames


def _known(connection: duckdb.DuckDBPyConnection, catalogue: Catalogue, figures: Figures) -> list[pd.Index]:
    """Give all codes of indicators, organisations and periods: what is expected, then what else is found."""
    expected = (list(catalogue.indicators), list(figures.bodies.codes), list(figures.bodies.periods.index))
    columns = ("indicator_code", "org_code", "period_code")
    indexes = []
    for key, known, column in zip(KEYS, expected, columns, strict=True):
        found = {
            row[0]
            for row in connection.execute(f"select distinct {column} from fct_indicator_value").fetchall()
        }
        index = pd.Index([*known, *sorted(found - set(known))], dtype=object)
        connection.register(f"known_{key}", pd.DataFrame({"code": index, "number": range(len(index))}))
        indexes.append(index)
    return indexes


def _found(connection: duckdb.DuckDBPyConnection, numbers: list[int]) -> pd.DataFrame:
    """Give the warehouse's figures of some indicators."""
    if not numbers:
        numbers = [-1]
    frame = connection.execute(_QUERY, [min(numbers), max(numbers)]).df()
    return frame[frame["indicator"].isin(numbers)]


def _beside(
    expected: pd.DataFrame, found: pd.DataFrame, codes: list[pd.Index], figures: Figures
) -> pd.DataFrame:
    """Put the two sides together by indicator, unit and period; a second row of one key stands alone."""
    sides = []
    for frame, names in ((expected, ["indicator", "organisation", "period"]), (found, KEYS)):
        indicators, units, periods = (
            frame[name].to_numpy(dtype=np.int64) if len(frame) else np.zeros(0, dtype=np.int64)
            for name in names
        )
        sides.append((indicators * len(codes[1]) + units) * len(codes[2]) + periods)
    statuses = {name: number for number, name in enumerate(STATUS_NAMES)}
    left = pd.DataFrame({"key": sides[0]})
    right = pd.DataFrame({"key": sides[1]})
    for part in PARTS_OF_FIGURES:
        left[part] = expected[part].to_numpy(dtype=float) if len(expected) else 0.0
        right[f"{part} found"] = found[part].to_numpy(dtype=float)
    left["status"] = expected["status"].to_numpy(dtype=float) if len(expected) else 0.0
    right["status found"] = found["status"].map(statuses).to_numpy(dtype=float)
    n_keys = len(codes[0]) * len(codes[1]) * len(codes[2])
    right["key"] += right.groupby("key").cumcount() * n_keys  # a second row of a key stands alone
    left["is_expected"], right["is_found"] = 1.0, 1.0
    beside = left.merge(right, on="key", how="outer")
    keys, n_units, n_periods = beside["key"].to_numpy() % n_keys, len(codes[1]), len(codes[2])
    places = (keys // (n_units * n_periods), keys // n_periods % n_units, keys % n_periods)
    for key, positions, index in zip(KEYS, places, codes, strict=True):
        beside[key] = pd.Categorical.from_codes(positions, categories=index)
    beside["is_unit"] = beside["unit"].isin(figures.asked.filing)
    return beside.sort_values("is_unit", ascending=False, kind="stable", ignore_index=True)


def _checks(beside: pd.DataFrame) -> dict[str, pd.DataFrame]:
    """Give the pairs of figures with their parts, and of how whole they are."""
    frames = [_pair(beside, "value", beside["is_expected"].isna() | beside["is_found"].isna())]
    for part in PARTS_OF_FIGURES[1:]:
        has_part = beside[part].notna() | beside[f"{part} found"].notna()
        if has_part.any():
            frames.append(_pair(beside[has_part], part, None))
    judged = beside[(beside["status"] >= 0) & beside["is_found"].notna()]
    statuses = judged[KEYS].assign(expected=judged["status"], found=judged["status found"])
    return {"figures_again": pd.concat(frames, ignore_index=True), "statuses_again": statuses}


def _pair(beside: pd.DataFrame, part: str, is_one_sided: "pd.Series[bool] | None") -> pd.DataFrame:
    """Give one part of figures; a row that only one side has is a pair of which the other is missing."""
    expected, found = beside[part], beside[f"{part} found"]
    if is_one_sided is not None:
        blank = is_one_sided & expected.isna() & found.isna()
        expected = expected.mask(blank & beside["is_expected"].notna(), 0.0)
        found = found.mask(blank & beside["is_found"].notna(), 0.0)
    return beside[KEYS].assign(
        column=pd.Categorical([part] * len(beside), categories=PARTS_OF_FIGURES),
        expected=expected.to_numpy(),
        found=found.to_numpy(),
    )


def names_of(
    connection: duckdb.DuckDBPyConnection, catalogue: Catalogue
) -> tuple[Mapping[str, Mapping[str, str]], Mapping[str, str]]:
    """Give what indicators are called, by language, and what organisations are called now."""
    indicators = {
        "vi": {code: indicator.name.vi for code, indicator in catalogue.indicators.items()},
        "en": {code: indicator.name.en for code, indicator in catalogue.indicators.items()},
    }
    rows = connection.execute("select org_code, org_name from dim_organisation where is_latest").fetchall()
    return indicators, dict(rows)
