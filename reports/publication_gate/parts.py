"""Who has one part of an indicator and not another: what it did, and not of how much.

What belongs here: which units these are, period by period. What does not: cells that rows were asked for
(`gaps`), and the figures that lack the part (`figures`).
"""

from collections.abc import Mapping, Sequence

import numpy as np

from ingestion.definitions.catalogue import Catalogue
from ingestion.definitions.indicators import Summand
from reports.publication_gate.amounts import Base
from reports.publication_gate.arrays import Flags
from reports.publication_gate.bodies import Bodies
from reports.publication_gate.measures import Measure
from reports.publication_gate.standing import Standing


class MissingParts:
    """Finds the parts that units have not, of indicators of which they have another.

    An opening is no part: a stock is whole without it. Who never had anything but zero of an indicator, and
    never said of how much, is not meant by it; nor is a part missing that a unit is not asked for, because its
    form or the lines that it counts are for others. What a unit has is that of all its rows together.
    """

    def __init__(
        self,
        measures: Sequence[Measure],
        bases: Mapping[str, Base],
        catalogue: Catalogue,
        bodies: Bodies,
        standing: Standing,
    ) -> None:
        """Take what units filed, by filed period, a column for each measure."""
        self._catalogue, self._bodies = catalogue, bodies
        self._asked_forms: dict[str, Flags] = {}
        pairs = {
            *standing.owed,
            *standing.required,
            *((u, f) for u, fs in standing.forms_of.items() for f in fs),
        }
        for form in {form for _, form in pairs}:
            self._asked_forms[form] = self._flags({unit for unit, of in pairs if of == form})
        self._missing: dict[str, list[tuple[Measure, Flags]]] = {period: [] for period in bases}
        of_indicators: dict[str, dict[str, list[int]]] = {}
        for column, measure in enumerate(measures):
            if measure.part != "opening" and any(b.has[:, column].any() for b in bases.values()):
                parts = of_indicators.setdefault(measure.indicator.code, {})
                parts.setdefault(measure.part, []).append(column)
        for parts in of_indicators.values():
            if len(parts) > 1:
                self._compare(parts, measures, bases)

    @property
    def indicators(self) -> set[str]:
        """Codes of the indicators of which anybody lacks a part."""
        return {measure.indicator.code for found in self._missing.values() for measure, _ in found}

    def at(self, period: str) -> list[tuple[Measure, Flags]]:
        """Give the measures of parts that are not there in a filed period, with the units that lack them."""
        return self._missing.get(period, [])

    def _compare(
        self, parts: Mapping[str, list[int]], measures: Sequence[Measure], bases: Mapping[str, Base]
    ) -> None:
        everything = [column for columns in parts.values() for column in columns]
        takes_part = np.zeros(len(self._bodies.codes), dtype=bool)
        for base in bases.values():
            takes_part |= (np.nan_to_num(base.of_units.amount[:, everything]) != 0).any(axis=1)
        for part, columns in parts.items():
            summands = dict(measures[columns[0]].indicator.parts)[part]
            asked = np.logical_or.reduce([self._is_asked(summand) for summand in summands])
            for period, base in bases.items():
                has_some = base.has[:, everything].any(axis=1)
                has_this = base.has[:, columns].any(axis=1)
                lacks = takes_part & asked & has_some & ~has_this
                if lacks.any():
                    self._missing[period] += [(measures[column], lacks) for column in columns]

    def _is_asked(self, summand: Summand) -> Flags:
        """Say which units owe, or have filed, the form of a summand and one of the lines that it counts."""
        asked = self._asked_forms.get(summand.form, self._flags(set()))
        for column, lines in self._catalogue.forms[summand.form].line_members.items():
            wanted = summand.where.get(column, ())
            if wanted and all(code in lines and lines[code].owed_by for code in wanted):
                kinds = {kind for code in wanted for kind in lines[code].owed_by}
                lives = self._bodies.lives
                asked = asked & self._flags(
                    {one.code for one in lives if one.is_reporting and one.kind in kinds}
                )
        return asked

    def _flags(self, units: set[str]) -> Flags:
        return np.asarray(self._bodies.codes.isin(units), dtype=bool)
