"""One period's submissions with the frames over them, each built when a rule first asks for it.

What belongs here: keeping frames, earlier rows and what providers look up once. What does not: the frames
themselves (`frame.py`, `cells.py`, `owed.py`).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import pandas as pd

from ingestion.gate.frames.cells import CellFrame
from ingestion.gate.frames.frame import Frame, FrameKind, RowFrame, SheetFrame, SubmissionFrame, TotalFrame
from ingestion.gate.frames.owed import OwedFrame
from ingestion.gate.frames.subject import FormStatus, GateContext, Subject
from ingestion.records.periods import Period

if TYPE_CHECKING:
    from ingestion.gate.frames.provider import Provider

_T = TypeVar("_T")


class Providers(Protocol):
    """Where a batch finds what a prefix means."""

    def __call__(self, prefix: str) -> "Provider":
        """Give the provider of a prefix."""


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
    provider: Providers
    _rows: dict[str, RowFrame] = field(default_factory=dict)
    _totals: dict[str, TotalFrame] = field(default_factory=dict)
    _sheets: dict[str, SheetFrame] = field(default_factory=dict)
    _owed: dict[str | None, OwedFrame] = field(default_factory=dict)
    _cells: dict[tuple[str, ...], CellFrame] = field(default_factory=dict)
    memory: dict[tuple[object, ...], Any] = field(default_factory=dict)

    def filed(self, form: str) -> list[tuple[int, Subject]]:
        """Give the subjects that filed a form, with their numbers."""
        return [(i, s) for i, s in enumerate(self.subjects) if s.forms[form] is FormStatus.FILED]

    def row(self, form: str) -> RowFrame:
        """Give the frame of a form's rows."""
        if form not in self._rows:
            self._rows[form] = RowFrame(self, self.context.catalogue.forms[form])
        return self._rows[form]

    def total(self, form: str) -> TotalFrame:
        """Give the frame of a form's total rows."""
        if form not in self._totals:
            self._totals[form] = TotalFrame(self, self.context.catalogue.forms[form])
        return self._totals[form]

    def sheet(self, form: str) -> SheetFrame:
        """Give the frame of a form's sheets."""
        if form not in self._sheets:
            self._sheets[form] = SheetFrame(self, self.context.catalogue.forms[form])
        return self._sheets[form]

    def owed(self, form: str | None) -> OwedFrame:
        """Give the frame of the expected organisations of a form, or of the expected sheets."""
        if form not in self._owed:
            self._owed[form] = OwedFrame(self, self.context.catalogue.forms[form] if form else None)
        return self._owed[form]

    def cells(self, forms: Sequence[str]) -> CellFrame:
        """Give the frame of the cells of some forms."""
        key = tuple(forms)
        if key not in self._cells:
            self._cells[key] = CellFrame(self, key)
        return self._cells[key]

    @cached_property
    def told(self) -> list[frozenset[tuple[str, str]]]:
        """Sheet and cell of what could not be read, for each subject."""
        return [
            frozenset((p.sheet, p.cell) for p in subject.submission.reading.problems if p.cell)
            for subject in self.subjects
        ]

    @cached_property
    def submissions(self) -> SubmissionFrame:
        """The frame of the submissions."""
        return SubmissionFrame(self)

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
