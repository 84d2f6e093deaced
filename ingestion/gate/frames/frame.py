"""One table over a period's submissions: rows, totals, sheets, or the submissions themselves.

What belongs here: what every frame is, and the frames of what was filed. What does not: cells under each other
(`cells.py`), what is expected (`owed.py`), and columns with a prefix, which a batch joins to a frame only where
a rule names them (`batch.py`): a frame knows the submissions that it is made of, and nothing of a batch.
"""

from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Literal

import numpy as np
import numpy.typing as npt

from ingestion.definitions.forms import Column, Form
from ingestion.gate.frames.subject import Subject, filed
from ingestion.gate.language.vectors import Kind, Vector, dates, numbers, texts, truths
from ingestion.records.submissions import FormRow, FormTable, Mark
from ingestion.words.places import address

FrameKind = Literal["row", "cell", "total", "sheet", "submission", "owed"]


Rows = npt.NDArray[np.intp]


Path = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value stands in a workbook.

    Attributes:
        row: the row as read, where there is one.
        column: the column of the form, where there is one.
    """

    sheet: str
    cell: str = ""
    row: FormRow | None = None
    column: Column | None = None

    def __str__(self) -> str:
        return address(self.sheet, self.cell)


class Frame(ABC):
    """One table over submissions: rules name its columns, and what they name is computed once.

    Attributes:
        subjects: the submissions.
        submission: the subject of each row.
    """

    kind: FrameKind

    def __init__(self, subjects: Sequence[Subject], form: Form | None, submission: Rows) -> None:
        self.subjects = subjects
        self.form = form
        self.submission = submission
        self._columns: dict[str, Vector] = {}

    def __len__(self) -> int:
        return len(self.submission)

    def column(self, name: str) -> Vector:
        """Give one of the frame's own columns."""
        if name not in self._columns:
            self._columns[name] = self.own(name).spread(len(self))
        return self._columns[name]

    @abstractmethod
    def own(self, name: str) -> Vector:
        """Make one of the frame's own columns."""

    def own_place(self, name: str, row: int) -> Place | None:
        """Say where the value of an own column stands."""
        return None

    def table(self, row: int) -> FormTable | None:
        """Give the sheet to which a row belongs."""
        if self.form is None:
            return None
        return self.subjects[int(self.submission[row])].tables.get(self.form.code)

    def form_row(self, row: int) -> FormRow | None:
        """Give the row as read to which a row of the frame belongs, where there is one."""
        return None

    def joined(self, per_subject: Vector) -> Vector:
        """Spread values of the submissions over the rows of the frame."""
        return per_subject.take(self.submission)


def place_of(table: FormTable, row: FormRow, column: Column) -> Place:
    """Give the place of a column's cell in a row; of the sheet alone where the sheet lacks the column."""
    cell = table.cell(row, column.code) if column.code in table.columns else ""
    return Place(table.sheet, cell, row, column)


class RowFrame(Frame):
    """Every row of one form, of all submissions."""

    kind: FrameKind = "row"

    def __init__(self, subjects: Sequence[Subject], form: Form) -> None:
        self.rows: list[FormRow] = []
        positions: list[int] = []
        for index, subject in filed(subjects, form.code):
            table = subject.tables[form.code]
            self.rows += table.rows
            positions += [index] * len(table.rows)
        super().__init__(subjects, form, np.array(positions, dtype=np.intp))
        self.schema = form

    def own(self, name: str) -> Vector:
        """Give a column of the form."""
        return vector_of(self.schema.by_code[name], self.rows)

    def own_place(self, name: str, row: int) -> Place | None:
        """Give the cell of a column of the form."""
        table = self.table(row)
        return place_of(table, self.rows[row], self.schema.by_code[name]) if table else None

    def form_row(self, row: int) -> FormRow | None:
        """Give the row as read."""
        return self.rows[row]

    @cached_property
    def keys(self) -> list[tuple[object, ...]]:
        """The key of each row."""
        return self.keys_of(self.schema.key)

    def keys_of(self, columns: Sequence[str]) -> list[tuple[object, ...]]:
        """Give some columns of each row as a tuple."""
        return [tuple(row.values.get(column) for column in columns) for row in self.rows]

    @cached_property
    def index(self) -> dict[tuple[int, tuple[object, ...]], int]:
        """Rows by subject and key; the first where a key stands twice."""
        found: dict[tuple[int, tuple[object, ...]], int] = {}
        for row, (subject, key) in enumerate(zip(self.submission.tolist(), self.keys, strict=True)):
            found.setdefault((subject, key), row)
        return found

    def rows_of(self, wanted: Sequence[tuple[int, tuple[object, ...]]]) -> Rows:
        """Give the row of each subject and key, -1 where there is none."""
        return np.array([self.index.get(key, -1) for key in wanted], dtype=np.intp)

    def flows(self, column: Column) -> npt.NDArray[np.bool_]:
        """Say in which rows a column is a flow: everywhere, or on the fixed lines that are flows."""
        if column.nature != "line":
            return np.full(len(self), column.nature == "flow")
        found = np.zeros(len(self), dtype=np.bool_)
        for key, members in self.schema.line_members.items():
            lines = {code for code, line in members.items() if line.nature == "flow"}
            found |= np.array([row.values.get(key) in lines for row in self.rows], dtype=np.bool_)
        return found

    @cached_property
    def unusable(self) -> dict[str, list[int]]:
        """Rows by column in which something stands that is no number, so that no sum can be trusted."""
        found: dict[str, list[int]] = {}
        for number, row in enumerate(self.rows):
            for column, mark in row.marks.items():
                if mark in (Mark.INVALID, Mark.ERROR):
                    found.setdefault(column, []).append(number)
        return found


def vector_of(column: Column, rows: Sequence[FormRow]) -> Vector:
    """Give one column of a form over some rows."""
    values = [row.values.get(column.code) for row in rows]
    if column.is_number:
        return Vector(Kind.NUMBER, np.array(values, dtype=np.float64))
    if column.type == "date":
        return dates([value if isinstance(value, date) else None for value in values])
    return texts([None if value is None else str(value) for value in values])


class TotalFrame(Frame):
    """The printed total rows of one form: one row a sheet that has one."""

    kind: FrameKind = "total"

    def __init__(self, subjects: Sequence[Subject], form: Form) -> None:
        self.totals: list[FormRow] = []
        positions: list[int] = []
        for index, subject in filed(subjects, form.code):
            total = subject.tables[form.code].total
            if total is not None:
                self.totals.append(total)
                positions.append(index)
        super().__init__(subjects, form, np.array(positions, dtype=np.intp))
        self.schema = form

    def own(self, name: str) -> Vector:
        """Give a column as printed in the total rows."""
        return vector_of(self.schema.by_code[name], self.totals)

    def own_place(self, name: str, row: int) -> Place | None:
        """Give the cell in the total row."""
        table = self.table(row)
        return place_of(table, self.totals[row], self.schema.by_code[name]) if table else None

    def form_row(self, row: int) -> FormRow | None:
        """Give the total row as read."""
        return self.totals[row]


class SheetFrame(Frame):
    """The sheets of one form: one row a submission that has filed it."""

    kind: FrameKind = "sheet"

    def __init__(self, subjects: Sequence[Subject], form: Form) -> None:
        positions = [index for index, _ in filed(subjects, form.code)]
        super().__init__(subjects, form, np.array(positions, dtype=np.intp))

    @cached_property
    def of_subject(self) -> Rows:
        """The row of each subject, -1 where it has not filed the form."""
        rows = np.full(len(self.subjects), -1, dtype=np.intp)
        rows[self.submission] = np.arange(len(self))
        return rows

    def own(self, name: str) -> Vector:
        """Refuse: a sheet has no columns of its own."""
        raise KeyError(f"a sheet has no column “{name}”; its sums are named sheet.sum.…")


class SubmissionFrame(Frame):
    """The submissions: one row each, also of those whose unit or period is not known."""

    kind: FrameKind = "submission"

    def __init__(self, subjects: Sequence[Subject]) -> None:
        super().__init__(subjects, None, np.arange(len(subjects), dtype=np.intp))

    def own(self, name: str) -> Vector:
        """Refuse: what there is to say of a submission has the prefix `sub.`."""
        raise KeyError(f"a submission has no column “{name}”; its columns are named sub.…")


def attribute(kind: Kind, values: Sequence[object]) -> Vector:
    """Give one attribute of the submissions as a column."""
    if kind is Kind.NUMBER:
        return numbers([float(v) if isinstance(v, int | float) else None for v in values])
    if kind is Kind.TRUTH:
        return truths([bool(v) if v is not None else None for v in values])
    if kind is Kind.DATE:
        return dates([v if isinstance(v, date) else None for v in values])
    return texts([None if v is None else str(v) for v in values])
