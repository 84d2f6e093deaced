"""The warehouse's figures beside those that were worked out anew.

What belongs here: pairs of what is expected and what the warehouse has, of figures, how whole they are, what is
derived from them, and what stands behind their traces. What does not: working them out (`recomputed`).
"""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

from ingestion.catalogue import Catalogue
from reports.publication_gate.behind import amounts_again, cells_again, sources_again
from reports.publication_gate.derived import Derived
from reports.publication_gate.families import children_make_parents
from reports.publication_gate.figures import PARTS_OF_FIGURES, Figures
from reports.publication_gate.recomputed import recomputed
from reports.publication_gate.report import STATUS_NAMES

_QUERY = """
    select indicator_code as indicator, org_code as unit, period_code as period, value, numerator, denominator,
        opening_value as opening, status
    from fct_indicator_value
    where {which}
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
    derived = Derived(catalogue)
    last: Figures | None = None
    for codes, figures, expected in recomputed(bronze, catalogue, as_of):
        marks = ", ".join("?" * len(codes))
        found = connection.execute(_QUERY.format(which=f"indicator_code in ({marks})"), codes).df()
        beside = _beside(expected, found, catalogue, figures)
        for check, frame in _checks(beside).items():
            pairs.setdefault(check, []).append(frame)
        pairs.setdefault("children_make_parents", []).append(children_make_parents(beside, figures))
        pairs.setdefault("cells_again", []).append(cells_again(connection, figures))
        pairs.setdefault("amounts_again", []).append(amounts_again(connection, figures))
        derived.add(beside, figures)
        last = figures
    names = list(catalogue.indicators)
    others = _QUERY.format(which=f"indicator_code not in ({', '.join('?' * len(names))})")
    unknown = connection.execute(others, names).df()
    if last is not None and len(unknown):
        for check, frame in _checks(_beside(pd.DataFrame(), unknown, catalogue, last)).items():
            pairs[check].append(frame)
    frames = {check: pd.concat(parts, ignore_index=True) for check, parts in pairs.items()}
    frames["derived_again"] = derived.pairs(connection)
    if last is not None:
        frames["sources_again"] = sources_again(connection, last)
    return frames


def _beside(
    expected: pd.DataFrame, found: pd.DataFrame, catalogue: Catalogue, figures: Figures
) -> pd.DataFrame:
    """Put the two sides together by indicator, unit and period; a second row of one key stands alone."""
    bodies = figures.bodies
    names = (
        pd.Index(list(catalogue.indicators), dtype=object),
        bodies.codes.astype(object),
        bodies.periods.index.astype(object),
    )
    wide = [
        index.append(pd.Index(sorted(set(found[key]) - set(index))))
        for key, index in zip(KEYS, names, strict=True)
    ]
    sides = []
    for frame, columns in ((expected, ["indicator", "organisation", "period"]), (found, KEYS)):
        if frame.empty:
            positions = np.zeros((3, 0), dtype=np.int64)
        elif columns is KEYS:
            positions = np.array([wide[n].get_indexer(frame[key]) for n, key in enumerate(KEYS)])
        else:
            positions = np.array([frame[name].to_numpy(dtype=np.int64) for name in columns])
        sides.append((positions[0] * len(wide[1]) + positions[1]) * len(wide[2]) + positions[2])
    statuses = {name: number for number, name in enumerate(STATUS_NAMES)}
    left = pd.DataFrame({"key": sides[0]})
    right = pd.DataFrame({"key": sides[1]})
    for part in PARTS_OF_FIGURES:
        left[part] = expected[part].to_numpy(dtype=float) if len(expected) else 0.0
        right[f"{part} found"] = found[part].to_numpy(dtype=float)
    left["status"] = expected["status"].to_numpy(dtype=float) if len(expected) else 0.0
    right["status found"] = found["status"].map(statuses).to_numpy(dtype=float)
    left["turn"], right["turn"] = 0, right.groupby("key").cumcount()
    left["is_expected"], right["is_found"] = 1.0, 1.0
    beside = left.merge(right, on=["key", "turn"], how="outer")
    keys, n_units, n_periods = beside["key"].to_numpy(), len(wide[1]), len(wide[2])
    codes = (keys // (n_units * n_periods), keys // n_periods % n_units, keys % n_periods)
    for key, positions, index in zip(KEYS, codes, wide, strict=True):
        beside[key] = pd.Categorical.from_codes(positions, categories=index)
    is_unit = beside["unit"].isin(bodies.ever_reporting)
    beside["is_unit"] = is_unit
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
    """Give one part of figures; a row without a value that only one side has counts there as nothing, 0 rows of 1."""
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
        language: {code: i.name.get(language) for code, i in catalogue.indicators.items()}
        for language in ("vi", "en")
    }
    rows = connection.execute("select org_code, org_name from dim_organisation where is_latest").fetchall()
    return indicators, dict(rows)
