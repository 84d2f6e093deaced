"""Prefixes that look at a submission's figures as a crowd: `copied.` and `digits.`.

What belongs here: shares over many cells of one submission. What does not: the limits, which stand in the
rules.
"""

from abc import abstractmethod
from collections.abc import Mapping
from typing import ClassVar

import numpy as np
import numpy.typing as npt

from ingestion.gate.frames.batch import Batch
from ingestion.gate.frames.earlier import earlier_rows
from ingestion.gate.frames.frame import Frame, Path
from ingestion.gate.frames.provider import SubmissionProvider
from ingestion.gate.language.vectors import Kind, Vector, numbers
from ingestion.words.labels import Label

Counts = npt.NDArray[np.float64]
_LEAST_FOR_DIGITS = 20
"""Below this, last digits say nothing: small counts are what they are."""


class _Shares(SubmissionProvider):
    """A share over cells and how many cells there were; null where there were none."""

    attributes: ClassVar[Mapping[str, Kind]] = {"cells": Kind.NUMBER, "share": Kind.NUMBER}

    def column(self, batch: Batch, frame: Frame, path: Path) -> Vector:
        """Give the share or the number of cells for every row of the frame."""
        counted, matching = batch.remembered((type(self),), lambda: self.count(batch))
        known = np.where(counted == 0, np.nan, counted)
        return frame.joined(numbers(known if path[0] == "cells" else matching / known))

    @abstractmethod
    def count(self, batch: Batch) -> tuple[Counts, Counts]:
        """Give for each submission how many cells count, and how many of them match."""

    def value(self, batch: Batch, subject: int, name: str) -> object:
        """Give one submission's share or number of cells."""
        counted, matching = batch.remembered((type(self),), lambda: self.count(batch))
        return counted[subject] if name == "cells" else matching[subject] / counted[subject]


class CopiedContext(_Shares):
    """`copied.`: positive flows that are the same as in the previous cumulative period."""

    prefix = "copied"
    words: ClassVar[Mapping[str, Label]] = {
        "copied": Label(
            vi="phần số liệu trùng với kỳ trước",
            en="how much is the same as in the period before",
        ),
    }
    needs_history = True

    def count(self, batch: Batch) -> tuple[Counts, Counts]:
        """Compare with the previous cumulative period."""
        counted, matching = np.zeros(len(batch.subjects)), np.zeros(len(batch.subjects))
        previous = batch.period.previous_cumulative if batch.period else None
        if previous is None:
            return counted, matching
        for form in batch.context.catalogue.forms.values():
            frame = batch.row(form.code)
            if not len(frame) or not len(batch.history(form.code, previous)):
                continue
            past = earlier_rows(batch, form, previous)
            units = [batch.subjects[i].submission.key.unit for i in frame.submission.tolist()]
            pairs = zip(units, frame.keys, strict=True)
            rows = np.array([past.index.get(pair, -1) for pair in pairs], dtype=np.intp)
            for column in form.columns:
                if column.type != "int" or column.nature not in ("flow", "line"):
                    continue
                before = numbers(past.values(column.code)).take(rows).data
                now = frame.column(column.code).data
                counts = frame.flows(column) & (now > 0) & ~np.isnan(before)
                counted += np.bincount(frame.submission[counts], minlength=len(counted))
                matching += np.bincount(frame.submission[counts & (now == before)], minlength=len(counted))
        return counted, matching


class DigitsContext(_Shares):
    """`digits.`: counts of 20 and more that end in 0 or 5; plans and bases, round by nature, are left out."""

    prefix = "digits"
    words: ClassVar[Mapping[str, Label]] = {
        "digits": Label(
            vi="chữ số cuối của các số trong tệp",
            en="the last digits of the figures in the file",
        ),
    }

    def count(self, batch: Batch) -> tuple[Counts, Counts]:
        """Look at the last digits."""
        counted, matching = np.zeros(len(batch.subjects)), np.zeros(len(batch.subjects))
        for form in batch.context.catalogue.forms.values():
            frame = batch.row(form.code)
            if not len(frame):
                continue
            for column in form.columns:
                if column.type != "int" or column.nature in ("plan", "base", None):
                    continue
                values = frame.column(column.code).data
                counts = values >= _LEAST_FOR_DIGITS
                ends = counts & (values % 5 == 0)
                counted += np.bincount(frame.submission[counts], minlength=len(counted))
                matching += np.bincount(frame.submission[ends], minlength=len(counted))
        return counted, matching


PROVIDERS = (CopiedContext(), DigitsContext())
