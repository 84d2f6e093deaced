"""One period's submissions with the frames over them, each built when a rule first asks for it.

What belongs here: keeping frames, what is joined to them, earlier rows and what providers look up once. What
does not: the frames themselves (`frame.py`, `cells.py`, `owed.py`), and what joins columns to them
(`provider.py`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Protocol, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from ingestion.gate.frames.cells import CellFrame
from ingestion.gate.frames.frame import (
    Frame,
    FrameKind,
    Path,
    Place,
    RowFrame,
    SheetFrame,
    SubmissionFrame,
    TotalFrame,
)
from ingestion.gate.frames.owed import OwedFrame
from ingestion.gate.frames.subject import GateContext, Subject
from ingestion.gate.language.vectors import Vector
from ingestion.records.periods import Period

_T = TypeVar("_T")


class Joins(Protocol):
    """What a batch asks of a provider."""

    def column(self, batch: "Batch", frame: Frame, path: Path) -> Vector:
        """Give a column for every row of a frame (or one value for all)."""

    def locate(self, batch: "Batch", frame: Frame, path: Path, row: int) -> Place | None:
        """Say where the value for a row stands."""


@dataclass
class Batch:
    """One period's submissions with the frames over them, each built when a rule first asks for it.

    Attributes:
        provider: what each prefix means.
        memory: what providers look up once for a batch, by a key of their own.
    """

    subjects: Sequence[Subject]
    period: Period | None
    context: GateContext
    provider: Callable[[str], Joins]
    _rows: dict[str, RowFrame] = field(default_factory=dict)
    _totals: dict[str, TotalFrame] = field(default_factory=dict)
    _sheets: dict[str, SheetFrame] = field(default_factory=dict)
    _owed: dict[str | None, OwedFrame] = field(default_factory=dict)
    _cells: dict[tuple[str, ...], CellFrame] = field(default_factory=dict)
    _joined: dict[tuple[Frame, Path], Vector] = field(default_factory=dict)
    memory: dict[tuple[object, ...], Any] = field(default_factory=dict)

    def row(self, form: str) -> RowFrame:
        """Give the frame of a form's rows."""
        if form not in self._rows:
            self._rows[form] = RowFrame(self.subjects, self.context.catalogue.forms[form])
        return self._rows[form]

    def total(self, form: str) -> TotalFrame:
        """Give the frame of a form's total rows."""
        if form not in self._totals:
            self._totals[form] = TotalFrame(self.subjects, self.context.catalogue.forms[form])
        return self._totals[form]

    def sheet(self, form: str) -> SheetFrame:
        """Give the frame of a form's sheets."""
        if form not in self._sheets:
            self._sheets[form] = SheetFrame(self.subjects, self.context.catalogue.forms[form])
        return self._sheets[form]

    def owed(self, form: str | None) -> OwedFrame:
        """Give the frame of the expected organisations of a form, or of the expected sheets."""
        if form not in self._owed:
            filed = self.context.catalogue.forms[form] if form else None
            self._owed[form] = OwedFrame(self.subjects, self.context, filed)
        return self._owed[form]

    def cells(self, forms: Sequence[str]) -> CellFrame:
        """Give the frame of the cells of some forms."""
        key = tuple(forms)
        if key not in self._cells:
            self._cells[key] = CellFrame(self.subjects, [self.row(form) for form in forms])
        return self._cells[key]

    @cached_property
    def submissions(self) -> SubmissionFrame:
        """The frame of the submissions."""
        return SubmissionFrame(self.subjects)

    def frame(self, kind: FrameKind, form: str | None) -> Frame:
        """Give the frame over which a check of a kind and form is evaluated."""
        if kind == "submission":
            return self.submissions
        if kind == "owed":
            return self.owed(form)
        if kind == "cell":
            return self.cells(tuple(self.context.catalogue.forms))
        if form is None:
            raise KeyError(f"a frame of kind {kind} needs a form")
        return {"row": self.row, "total": self.total, "sheet": self.sheet}[kind](form)

    def column(self, frame: Frame, path: Path) -> Vector:
        """Give a column by its dotted name: one of a frame's own, or one that a provider joins to it."""
        if len(path) == 1:
            return frame.column(path[0])
        if (frame, path) not in self._joined:
            vector = self.provider(path[0]).column(self, frame, path[1:])
            self._joined[frame, path] = vector.spread(len(frame))
        return self._joined[frame, path]

    def locate(self, frame: Frame, path: Path, row: int) -> Place | None:
        """Say where the value of a column stands in the workbook; None where it stands in no cell."""
        if len(path) == 1:
            return frame.own_place(path[0], row)
        return self.provider(path[0]).locate(self, frame, path[1:], row)

    def over(self, frame: Frame) -> "JoinedFrame":
        """Give a frame with all that can be joined to it."""
        return JoinedFrame(self, frame)

    def history(self, form: str, period: Period) -> pd.DataFrame:
        """Give the effective accepted rows of an earlier period."""
        rows: pd.DataFrame = self.remembered(
            ("history", form, period.code), lambda: self.context.history.rows(form, period)
        )
        return rows

    def remembered(self, key: tuple[object, ...], make: Callable[[], _T]) -> _T:
        """Give what was made under a key before, or make it now."""
        if key not in self.memory:
            self.memory[key] = make()
        found: _T = self.memory[key]
        return found


@dataclass(frozen=True)
class JoinedFrame:
    """A frame of a batch with what providers join to it, as an expression asks for its columns."""

    batch: Batch
    frame: Frame

    @property
    def submission(self) -> npt.NDArray[np.intp]:
        """The subject of each row."""
        return self.frame.submission

    def column(self, path: Path) -> Vector:
        """Give a column by its dotted name."""
        return self.batch.column(self.frame, path)
