"""All figures anew, in groups of indicators that a machine of an office can hold.

What belongs here: reading once, and working through the indicators. What does not: how a figure comes about.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path

import pandas as pd

from ingestion.definitions.catalogue import Catalogue
from ingestion.definitions.indicators import Indicator
from reports.publication_gate.amounts import Adding
from reports.publication_gate.bodies import Bodies
from reports.publication_gate.figures import Figures
from reports.publication_gate.filed import read_filed
from reports.publication_gate.mergers import merged_by
from reports.publication_gate.office import office_of

_AT_ONCE = 24
"""Indicators whose amounts are held at one time."""


def recomputed(
    bronze: Path, catalogue: Catalogue, as_of: datetime | None
) -> Iterator[tuple[list[int], Figures, pd.DataFrame]]:
    """Work out all figures from bronze, the registry beside it and the indicator files; no model is read.

    Args:
        bronze: bronze's folder.
        catalogue: forms and indicators.
        as_of: up to when submissions and decisions count; None for all.

    Yields:
        numbers of some indicators in the catalogue, how their figures came about, and the figures: by the
        numbers of organisation, indicator and period their value, numerator, denominator, opening and status
        (0 to 2, see `standing`; 3 for none; -1 where it is not worked out).
    """
    bodies, filed = Bodies(bronze), read_filed(bronze, as_of)
    office = office_of(bodies, filed)
    forms = {}
    for form in sorted(set(filed.sheets["form"]) & set(catalogue.forms)):
        rows = filed.rows(form, catalogue, bodies)
        if rows is not None:
            forms[form] = rows
    numbers = {code: number for number, code in enumerate(catalogue.indicators)}
    for group in _groups(catalogue):
        figures = Figures(Adding(group, forms, catalogue, office), numbers)
        is_of_registry = group[0].kind == "registry"
        told = _merged_by(group, bodies, numbers) if is_of_registry else figures.all()
        yield [numbers[indicator.code] for indicator in group], figures, told


def _merged_by(group: list[Indicator], bodies: Bodies, numbers: Mapping[str, int]) -> pd.DataFrame:
    """Count the bodies that had merged into each by the end of each period of its own term systems."""
    counted: dict[tuple[str, str], int] = {}
    for period, mergers in merged_by(bodies).items():
        for successor, _, _ in mergers:
            counted[successor, period] = counted.get((successor, period), 0) + 1
    nothing = float("nan")
    return pd.DataFrame(
        [
            {
                "organisation": bodies.codes.get_loc(unit),
                "indicator": numbers[indicator.code],
                "period": bodies.periods.index.get_loc(period),
                "value": float(number),
                **dict.fromkeys(("numerator", "denominator", "opening"), nothing),
                "status": 0,
            }
            for indicator in group
            for (unit, period), number in sorted(counted.items())
        ]
    )


def _groups(catalogue: Catalogue) -> Iterator[list[Indicator]]:
    """Give indicators of the same forms together, not too many at once."""
    by_forms: dict[tuple[str, ...], list[Indicator]] = {}
    for indicator in catalogue.indicators.values():
        forms = tuple(sorted({summand.form for _, summands in indicator.parts for summand in summands}))
        by_forms.setdefault(forms, []).append(indicator)
    for indicators in by_forms.values():
        for start in range(0, len(indicators), _AT_ONCE):
            yield indicators[start : start + _AT_ONCE]
