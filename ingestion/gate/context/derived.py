"""The prefix `derived.`: a target's result as the other forms of the same submission give it.

What belongs here: evaluating an indicator's summands over one submission. What does not: figures over several
units or years, which the warehouse makes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from ingestion.definitions.adding import ADDED
from ingestion.definitions.catalogue import Catalogue
from ingestion.definitions.forms import Form
from ingestion.definitions.indicators import Indicator, Summand
from ingestion.definitions.registry import RegistryTable
from ingestion.gate.frames.batch import Batch
from ingestion.gate.frames.frame import Frame, FrameKind, Path
from ingestion.gate.frames.provider import Provider, one_of
from ingestion.gate.frames.sources import HalfADigit, OfOtherForms, Source
from ingestion.gate.language.functions import decimals_of
from ingestion.gate.language.vectors import Kind, Vector, numbers
from ingestion.words.labels import Label

WHOLE_FIGURE_ELSEWHERE = frozenset({"PROVINCE"})
"""Kinds of unit whose figures are made of other units' filings, so that their own file cannot give them."""

DECLARING = "targets"
"""The kind of form that states results; what it gives is what is compared, not what it is compared with."""

_PRINTED = "actual_period"
"""The column in which a result is stated."""


@dataclass(frozen=True)
class Recipe:
    """What a result is made of.

    Attributes:
        summands: what is added.
        whole: of a rate, what makes the whole of which it is the percentage; None for what is no rate.
    """

    summands: Sequence[Summand]
    whole: Sequence[Summand] | None = None


def recipe_of(indicator: Indicator, org_kind: str, catalogue: Catalogue) -> Recipe | None:
    """Say how a submission gives an indicator of its own unit; None where it cannot."""
    if org_kind in WHOLE_FIGURE_ELSEWHERE or is_declared(indicator, catalogue):
        return None
    if indicator.kind in ADDED:
        return Recipe(indicator.value)
    return Recipe(indicator.numerator, indicator.denominator) if indicator.kind == "ratio" else None


class DerivedContext(Provider):
    """`derived.`: `value` is what the forms give, `tolerance` half of the last digit that is written.

    Only a result that is told with decimals may be written rounded; of a count, the tolerance is zero.

    Null where the indicator cannot be computed from this submission: it is unknown, is no plain count or ratio,
    needs a form that is not there, or belongs to a unit whose figure is made of other units' filings.
    """

    prefix = "derived"
    words: ClassVar[Mapping[str, Label]] = {
        "derived": Label(
            vi="kết quả tính từ các biểu khác của tệp",
            en="the result as the other forms of the file give it",
        ),
    }
    frames: ClassVar[frozenset[FrameKind]] = frozenset({"row"})
    attributes: ClassVar[Mapping[str, Kind]] = {"value": Kind.NUMBER, "tolerance": Kind.NUMBER}

    def expected(self, catalogue: Catalogue, form: Form | None, path: Path) -> str | None:
        """Say which names there are."""
        if len(path) != 1 or path[0] not in self.attributes:
            return one_of(self.attributes)
        return None if form and "indicator_code" in form.key else "a form with a row for each target"

    def registry_tables(self, path: Path) -> frozenset[RegistryTable]:
        """Say that the unit's kind decides whether its own file can give its figures."""
        return frozenset({"organisations"})

    def in_workbook(self, path: Path) -> Source:
        """Give the other forms; the tolerance is that of the printed result."""
        return OfOtherForms() if path[0] == "value" else HalfADigit(_PRINTED)

    def column(self, batch: Batch, frame: Frame, path: Path) -> Vector:
        """Give the derived result, or its tolerance, for every row."""
        codes = frame.column("indicator_code").data.tolist()
        indicators = [batch.context.catalogue.indicators.get(code) for code in codes]
        if path[0] == "tolerance":
            return self._tolerance(batch, frame, indicators)
        values = [
            _derived(batch, int(subject), indicator) if indicator else None
            for subject, indicator in zip(frame.submission, indicators, strict=True)
        ]
        return numbers(values)

    @staticmethod
    def _tolerance(batch: Batch, frame: Frame, indicators: Sequence[Indicator | None]) -> Vector:
        printed = frame.column(_PRINTED).data
        texts = batch.column(frame, ("raw", _PRINTED)).data
        return numbers(
            [
                0.5 * 10.0 ** -decimals_of(text, float(value))
                if indicator is not None and indicator.is_rounded and not np.isnan(value)
                else 0.0
                for indicator, value, text in zip(indicators, printed, texts, strict=True)
            ]
        )


def is_declared(indicator: Indicator, catalogue: Catalogue) -> bool:
    """Say whether a form that states results is among those that give the indicator."""
    forms = {summand.form for _, summands in indicator.parts for summand in summands}
    return any(catalogue.forms[form].rows == DECLARING for form in forms)


def _derived(batch: Batch, subject: int, indicator: Indicator) -> float | None:
    unit = batch.subjects[subject].unit
    recipe = recipe_of(indicator, unit.org_kind, batch.context.catalogue) if unit else None
    if recipe is None:
        return None
    part = _part(batch, subject, recipe.summands)
    if recipe.whole is None:
        return part
    whole = _part(batch, subject, recipe.whole)
    return 100 * part / whole if part is not None and whole else None


def _part(batch: Batch, subject: int, summands: Sequence[Summand]) -> float | None:
    values = [_summand(batch, subject, summand) for summand in summands]
    known = [value for value in values if value is not None]
    return sum(known) if values and len(known) == len(values) else None


def _summand(batch: Batch, subject: int, summand: Summand) -> float | None:
    frame = batch.row(summand.form)
    rows = frame.submission == subject
    for column, codes in summand.where.items():
        rows = rows & np.isin(frame.column(column).data.astype(str), codes)
    if not rows.any():
        return None
    cells = frame.column(summand.column)
    if summand.count:
        return summand.sign * float(np.isin(cells.data[rows].astype(str), summand.count).sum())
    values = cells.data[rows]
    # What cannot be read must not make a sum that looks whole.
    unusable = np.isin(np.flatnonzero(rows), frame.unusable.get(summand.column, [])).any()
    if unusable or np.isnan(values).all():
        return None
    return summand.sign * float(np.nansum(values))


PROVIDERS = (DerivedContext(),)
