"""Every cell that is a count or required, under each other, whatever form it stands in.

What belongs here: the frame of cells and the marks of a cell. What does not: rows (`frame.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ingestion.definitions.forms import Column, Form
from ingestion.gate.frames.frame import Frame, FrameKind, Place, RowFrame
from ingestion.gate.frames.subject import Subject
from ingestion.gate.language.vectors import Kind, Vector, concatenate, nulls, texts, truths
from ingestion.records.submissions import FormRow, FormTable

FILED = "filed"
"""The mark of a cell with an ordinary value, beside the marks of `Mark`."""


@dataclass
class _Cells:
    """One column of one form, as cells under each other."""

    form: RowFrame
    column: Column
    marks: npt.NDArray[np.object_]
    is_owed: npt.NDArray[np.bool_]


class CellFrame(Frame):
    """Every cell of every form that is a count, an amount or required, under each other.

    Own columns: type, mark (`filed`, `blank`, `not_applicable`, `invalid`, `error`), value (of numbers), text
    (as stored, where it is known), is_required, is_amount (decimals that are never below zero), is_owed (false
    on fixed lines that the unit's kind does not file), is_told (whether the reader has a problem of its own
    with the cell).
    """

    kind: FrameKind = "cell"
    COLUMNS = frozenset({"type", "mark", "value", "text", "is_required", "is_amount", "is_owed", "is_told"})

    def __init__(self, subjects: Sequence[Subject], forms: Sequence[RowFrame]) -> None:
        self.blocks: list[_Cells] = []
        for frame in forms:
            if len(frame):
                self.blocks += self._blocks(frame)
        self._starts = np.cumsum([0, *(len(block.marks) for block in self.blocks)])
        submission = [block.form.submission for block in self.blocks]
        super().__init__(
            subjects, None, np.concatenate(submission) if submission else np.empty(0, dtype=np.intp)
        )

    @staticmethod
    def _blocks(frame: RowFrame) -> list[_Cells]:
        is_owed = _owed_lines(frame)
        count = len(frame.rows)
        marks: dict[str, npt.NDArray[np.object_]] = {}
        for number, row in enumerate(frame.rows):
            for code, mark in row.marks.items():
                if code not in marks:
                    marks[code] = np.full(count, FILED, dtype=object)
                marks[code][number] = str(mark)
        # A column that the sheet does not have is a matter of the sheet, not of each of its cells.
        has_column = {
            index: set(frame.subjects[index].tables[frame.schema.code].columns)
            for index in np.unique(frame.submission).tolist()
        }
        blocks = []
        for column in frame.schema.columns:
            if not column.is_looked_at:
                continue
            lacking = [index for index, columns in has_column.items() if column.code not in columns]
            owed = is_owed & ~np.isin(frame.submission, lacking) if lacking else is_owed
            blank = marks.get(column.code, np.full(count, FILED, dtype=object))
            blocks.append(_Cells(frame, column, blank, owed))
        return blocks

    def _block(self, row: int) -> tuple[_Cells, int]:
        number = int(np.searchsorted(self._starts, row, side="right")) - 1
        return self.blocks[number], row - int(self._starts[number])

    def own(self, name: str) -> Vector:
        """Give one of the frame's columns."""
        kind = Kind.NUMBER if name == "value" else Kind.TRUTH if name.startswith("is_") else Kind.TEXT
        return concatenate(kind, [self._of_block(name, block) for block in self.blocks])

    @staticmethod
    def _of_block(name: str, block: _Cells) -> Vector:
        length = len(block.marks)
        if name == "type":
            return texts([block.column.type]).spread(length)
        if name == "mark":
            return Vector(Kind.TEXT, block.marks)
        if name == "value":
            return (
                block.form.column(block.column.code) if block.column.is_number else nulls(Kind.NUMBER, length)
            )
        if name in ("is_required", "is_amount"):
            is_so = block.column.required if name == "is_required" else block.column.is_amount
            return truths([is_so]).spread(length)
        if name in ("is_owed", "is_told"):
            return truths(block.is_owed if name == "is_owed" else _told_cells(block))
        return texts([row.texts.get(block.column.code) for row in block.form.rows])

    def own_place(self, name: str, row: int) -> Place | None:
        """Give the cell, whatever is asked of it."""
        block, number = self._block(row)
        return block.form.own_place(block.column.code, number)

    def table(self, row: int) -> FormTable | None:
        """Give the sheet of a cell."""
        block, number = self._block(row)
        return block.form.table(number)

    def form_row(self, row: int) -> FormRow | None:
        """Give the row of a cell."""
        block, number = self._block(row)
        return block.form.rows[number]

    def form_of(self, row: int) -> Form:
        """Give the form of a cell."""
        return self._block(row)[0].form.schema


def _told_cells(block: _Cells) -> list[bool]:
    """Say of each cell whether a problem of reading names it."""
    code = block.column.code
    told: list[bool] = []
    for index, row in zip(block.form.submission.tolist(), block.form.rows, strict=True):
        subject = block.form.subjects[index]
        places, table = subject.told, subject.tables[block.form.schema.code]
        told.append(bool(places) and code in table.columns and (table.sheet, table.cell(row, code)) in places)
    return told


def _owed_lines(frame: RowFrame) -> npt.NDArray[np.bool_]:
    """Say of each row whether its fixed line is owed by the kind of unit that files it."""
    limited = {
        (column, code): line.owed_by
        for column, members in frame.schema.line_members.items()
        for code, line in members.items()
        if line.owed_by
    }
    result = np.ones(len(frame.rows), dtype=np.bool_)
    if not limited:
        return result
    kinds = [subject.unit.org_kind if subject.unit else "" for subject in frame.subjects]
    for column in frame.schema.line_members:
        for number, row in enumerate(frame.rows):
            owed_by = limited.get((column, str(row.values.get(column))))
            if owed_by and kinds[frame.submission[number]] not in owed_by:
                result[number] = False
    return result
