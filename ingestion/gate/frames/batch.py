"""One period's submissions as frames: the tables over which rules are evaluated.

What belongs here: who is judged, with which forms, and the frames of rows, totals, sheets, submissions, cells
and expected things. What does not: columns with a prefix, which `context/` joins only where a rule names them.
"""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from functools import cached_property
from itertools import product
from typing import TYPE_CHECKING, Any, Literal, Protocol, TypeVar

import numpy as np
import numpy.typing as npt
import pandas as pd

from ingestion.definitions.catalogue import Catalogue, Column, Form
from ingestion.definitions.locks import Locks
from ingestion.definitions.registry import Organisation, Registry, RegistryTable
from ingestion.gate.frames.history import History
from ingestion.gate.language.vectors import Kind, Vector, concatenate, dates, nulls, numbers, texts, truths
from ingestion.records.days import day_of
from ingestion.records.periods import Period
from ingestion.records.submissions import FormRow, FormTable, Mark, Submission
from ingestion.words.places import address

if TYPE_CHECKING:
    from ingestion.gate.context import Provider

FrameKind = Literal["row", "cell", "total", "sheet", "submission", "owed"]
Rows = npt.NDArray[np.intp]
Path = tuple[str, ...]
_T = TypeVar("_T")

FILED = "filed"
"""The mark of a cell with an ordinary value, beside the marks of `Mark`."""


@dataclass(frozen=True)
class GateContext:
    """Everything besides the submissions themselves that judging needs.

    Attributes:
        history: effective accepted rows of earlier periods.
        as_of: the clock; None where rules that need it are not to be run.
        locks: the periods that were closed or reopened by hand.
    """

    registry: Registry
    catalogue: Catalogue
    history: History
    as_of: datetime | None
    locks: Locks = field(default_factory=Locks)

    def is_locked(self, submission: Submission) -> bool:
        """Say whether the period was over for the unit, by the calendar or by hand, when a file came."""
        if self.as_of is None:
            return False
        key = submission.key
        locked_on = self.registry.locked_on(key.period)
        return self.locks.is_locked(key.unit, key.period, submission.received_at, locked_on)


class FormStatus(StrEnum):
    """How a form stands in a submission.

    An empty one is there, but nothing was filled into it; an absent one is not there, and nobody can say
    whether it is owed.
    """

    FILED = "filed"
    EMPTY = "empty"
    MISSING = "missing"
    NOT_OWED = "not_owed"
    ABSENT = "absent"


@dataclass(frozen=True)
class Subject:
    """One submission that is judged.

    Attributes:
        unit: the reporting unit's version at the period's end, or the last one within the period; None where
            the registry does not know it, and then nothing but the file as such can be judged.
        forms: how each form stands.
        is_of_another: whether the cover names another reporting unit, so that this is somebody else's workbook.
    """

    submission: Submission
    period: Period | None
    unit: Organisation | None
    forms: Mapping[str, FormStatus]
    is_of_another: bool = False

    @property
    def is_known(self) -> bool:
        """Whether unit and period are known, so that it can be said what is owed."""
        return self.unit is not None and self.period is not None

    @property
    def tables(self) -> Mapping[str, FormTable]:
        """The sheets by form."""
        return self.submission.reading.tables

    @property
    def received_on(self) -> date:
        """The day of receipt, in Vietnam."""
        return day_of(self.submission.received_at)


def subject_of(submission: Submission, period: Period | None, context: GateContext) -> Subject:
    """Find out who files and what is owed."""
    registry, catalogue = context.registry, context.catalogue
    unit = None
    if period is not None:
        code = submission.key.unit
        unit = registry.organisation_at(code, period.end) or registry.organisation_in(code, period)
    if "organisations" in registry.known:
        forms = _forms_of(submission, unit, period, catalogue)
    else:
        forms = {form.code: _status(submission, form) or FormStatus.ABSENT for form in catalogue.forms.values()}
    cover = submission.reading.cover
    named = (cover.reporting_org_code if cover else None) or submission.key.unit
    # A code that nobody has is a slip of the pen; that of another unit makes it the other's workbook.
    is_of_another = named != submission.key.unit and named in registry.reporting_units
    return Subject(submission, period, unit, forms, is_of_another)


def _forms_of(
    submission: Submission, unit: Organisation | None, period: Period | None, catalogue: Catalogue
) -> dict[str, FormStatus]:
    """Say how each form stands, where it is known what is owed."""
    forms = dict.fromkeys(catalogue.forms, FormStatus.NOT_OWED)
    if unit is None or period is None:
        return forms
    kind = unit.org_kind
    for form in catalogue.forms.values():
        status = _status(submission, form) if form.is_accepted(kind, period) else None
        not_there = FormStatus.MISSING if form.is_owed(kind, period) else FormStatus.NOT_OWED
        forms[form.code] = status or not_there
    if FormStatus.FILED in forms.values():
        # A form that need not be filed may be left empty beside one that was.
        for code, status in forms.items():
            if status is FormStatus.EMPTY and not catalogue.forms[code].is_owed(kind, period):
                forms[code] = FormStatus.NOT_OWED
    return forms


def _status(submission: Submission, form: Form) -> FormStatus | None:
    """Say whether a form that is in the file was filled in; None where it is not in the file."""
    table = submission.reading.tables.get(form.code)
    if table is None:
        return None
    return FormStatus.EMPTY if table.is_left_empty(form.given) else FormStatus.FILED


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
    """One table of a batch: rules name its columns, and what they name is computed once.

    Attributes:
        submission: the subject of each row.
    """

    kind: FrameKind

    def __init__(self, batch: "Batch", form: Form | None, submission: Rows) -> None:
        self.batch = batch
        self.form = form
        self.submission = submission
        self._columns: dict[Path, Vector] = {}

    def __len__(self) -> int:
        return len(self.submission)

    def column(self, path: Path) -> Vector:
        """Give a column by its dotted name: one of the frame's own, or one that a provider joins."""
        if path not in self._columns:
            is_own = len(path) == 1
            vector = self.own(path[0]) if is_own else self.batch.provider(path[0]).column(self, path[1:])
            self._columns[path] = vector.spread(len(self))
        return self._columns[path]

    def locate(self, path: Path, row: int) -> Place | None:
        """Say where the value of a column stands in the workbook; None where it stands in no cell."""
        if len(path) == 1:
            return self.own_place(path[0], row)
        return self.batch.provider(path[0]).locate(self, path[1:], row)

    @abstractmethod
    def own(self, name: str) -> Vector:
        """Give one of the frame's own columns."""

    def own_place(self, name: str, row: int) -> Place | None:
        """Say where the value of an own column stands."""
        return None

    def table(self, row: int) -> FormTable | None:
        """Give the sheet to which a row belongs."""
        if self.form is None:
            return None
        return self.batch.subjects[int(self.submission[row])].tables.get(self.form.code)

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

    def __init__(self, batch: "Batch", form: Form) -> None:
        self.rows: list[FormRow] = []
        subjects: list[int] = []
        for index, subject in batch.filed(form.code):
            table = subject.tables[form.code]
            self.rows += table.rows
            subjects += [index] * len(table.rows)
        super().__init__(batch, form, np.array(subjects, dtype=np.intp))
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

    def __init__(self, batch: "Batch", form: Form) -> None:
        self.totals: list[FormRow] = []
        subjects: list[int] = []
        for index, subject in batch.filed(form.code):
            total = subject.tables[form.code].total
            if total is not None:
                self.totals.append(total)
                subjects.append(index)
        super().__init__(batch, form, np.array(subjects, dtype=np.intp))
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

    def __init__(self, batch: "Batch", form: Form) -> None:
        super().__init__(batch, form, np.array([index for index, _ in batch.filed(form.code)], dtype=np.intp))

    @cached_property
    def of_subject(self) -> Rows:
        """The row of each subject, -1 where it has not filed the form."""
        rows = np.full(len(self.batch.subjects), -1, dtype=np.intp)
        rows[self.submission] = np.arange(len(self))
        return rows

    def own(self, name: str) -> Vector:
        """Refuse: a sheet has no columns of its own."""
        raise KeyError(f"a sheet has no column “{name}”; its sums are named sheet.sum.…")


class SubmissionFrame(Frame):
    """The submissions: one row each, also of those whose unit or period is not known."""

    kind: FrameKind = "submission"

    def __init__(self, batch: "Batch") -> None:
        super().__init__(batch, None, np.arange(len(batch.subjects), dtype=np.intp))

    def own(self, name: str) -> Vector:
        """Refuse: what there is to say of a submission has the prefix `sub.`."""
        raise KeyError(f"a submission has no column “{name}”; its columns are named sub.…")


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

    def __init__(self, batch: "Batch", forms: Sequence[str]) -> None:
        self.blocks: list[_Cells] = []
        for code in forms:
            frame = batch.row(code)
            if len(frame):
                self.blocks += self._blocks(frame)
        self._starts = np.cumsum([0, *(len(block.marks) for block in self.blocks)])
        submission = [block.form.submission for block in self.blocks]
        super().__init__(batch, None, np.concatenate(submission) if submission else np.empty(0, dtype=np.intp))

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
            index: set(frame.batch.subjects[index].tables[frame.schema.code].columns)
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
                block.form.column((block.column.code,))
                if block.column.is_number
                else nulls(Kind.NUMBER, length)
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
    batch, code = block.form.batch, block.column.code
    told: list[bool] = []
    for index, row in zip(block.form.submission.tolist(), block.form.rows, strict=True):
        places, table = batch.told[index], batch.subjects[index].tables[block.form.schema.code]
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
    kinds = [subject.unit.org_kind if subject.unit else "" for subject in frame.batch.subjects]
    for column in frame.schema.line_members:
        for number, row in enumerate(frame.rows):
            owed_by = limited.get((column, str(row.values.get(column))))
            if owed_by and kinds[frame.submission[number]] not in owed_by:
                result[number] = False
    return result


@dataclass(frozen=True, slots=True)
class _Owed:
    subject: int
    code: str
    name: str
    is_filed: bool
    form: str
    is_empty: bool = False
    is_asked: bool = True
    is_collected: bool = True


class OwedFrame(Frame):
    """What is expected: the sheets of a submission, or the rows of one of its sheets.

    With the sheets stand those that were filled in though nobody asked for them.

    Expected rows are those that the template brings: the unit's living organisations, the fixed lines that
    its kind files, its assigned targets.

    Own columns: code, name, is_filed, is_empty (of sheets that are there, but into which nothing was filled;
    they are not filed), is_asked (of sheets: whether units of the kind may file it for the period),
    is_collected (of sheets: whether anybody may, as far as the form's time is concerned).
    """

    kind: FrameKind = "owed"
    COLUMNS = frozenset({"code", "name", "is_filed", "is_empty", "is_asked", "is_collected"})

    def __init__(self, batch: "Batch", form: Form | None) -> None:
        if form is None:
            self.expected = self._sheets(batch)
        elif form.rows == "organisations":
            self.expected = self._organisations(batch, form)
        else:
            self.expected = self._lines(batch, form) if form.rows == "lines" else self._targets(batch, form)
        super().__init__(batch, form, np.array([owed.subject for owed in self.expected], dtype=np.intp))

    @staticmethod
    def registry_tables(form: Form | None) -> frozenset[RegistryTable]:
        """Give the tables of the registry that say what is expected."""
        if form is not None and form.rows == "targets":
            return frozenset({"organisations", "terms", "targets"})
        return frozenset({"organisations"})

    @staticmethod
    def _sheets(batch: "Batch") -> list[_Owed]:
        expected: list[_Owed] = []
        for index, subject in enumerate(batch.subjects):
            if subject.unit is None or subject.period is None:
                continue
            kind, period = subject.unit.org_kind, subject.period
            for form in batch.context.catalogue.forms.values():
                status, is_asked = subject.forms[form.code], form.is_accepted(kind, period)
                if not is_asked and _status(subject.submission, form) is FormStatus.FILED:
                    is_collected = form.effective.covers(period.end)
                    expected.append(
                        _Owed(index, form.sheet, form.title.vi, True, form.code, False, False, is_collected)
                    )
                elif form.is_owed(kind, period) or status is FormStatus.EMPTY:
                    is_filed, is_empty = status is FormStatus.FILED, status is FormStatus.EMPTY
                    expected.append(_Owed(index, form.sheet, form.title.vi, is_filed, form.code, is_empty))
        return expected

    @staticmethod
    def _organisations(batch: "Batch", form: Form) -> list[_Owed]:
        expected: list[_Owed] = []
        for index, subject in batch.filed(form.code):
            if subject.period is None:
                continue
            filed = {row.values.get("org_code") for row in subject.tables[form.code].rows}
            children = batch.context.registry.children_at(subject.submission.key.unit, subject.period.end)
            expected += [
                _Owed(index, child.org_code, child.org_name, child.org_code in filed, form.code)
                for child in children
                if not child.files_reports
            ]
        return expected

    @staticmethod
    def _lines(batch: "Batch", form: Form) -> list[_Owed]:
        expected: list[_Owed] = []
        for index, subject in batch.filed(form.code):
            table = subject.tables[form.code]
            owed = form.owed_lines(subject.unit.org_kind if subject.unit else "")
            if not owed.keys() <= table.columns.keys():
                continue  # without its key column no line can be told from another, which is said already
            filed = {tuple(row.values.get(column) for column in owed) for row in table.rows}
            expected += [
                _Owed(
                    index,
                    " + ".join(line.code for line in lines),
                    " – ".join(line.label.vi for line in lines),
                    tuple(line.code for line in lines) in filed,
                    form.code,
                )
                for lines in product(*owed.values())
            ]
        return expected

    @staticmethod
    def _targets(batch: "Batch", form: Form) -> list[_Owed]:
        expected: list[_Owed] = []
        for index, subject in batch.filed(form.code):
            table = subject.tables[form.code]
            if subject.unit is None or subject.period is None or "indicator_code" not in table.columns:
                continue
            filed = {row.values.get("indicator_code") for row in table.rows}
            for target in batch.context.registry.assigned_targets(subject.unit, subject.period):
                indicator = batch.context.catalogue.indicators.get(target.indicator_code)
                name = indicator.name.vi if indicator else target.indicator_code
                is_filed = target.indicator_code in filed
                expected.append(_Owed(index, target.indicator_code, name, is_filed, form.code))
        return expected

    def table(self, row: int) -> FormTable | None:
        """Give the sheet that is expected, or on which something is; None where it is not there."""
        return self.batch.subjects[int(self.submission[row])].tables.get(self.expected[row].form)

    def own(self, name: str) -> Vector:
        """Give one of the frame's columns."""
        if name.startswith("is_"):
            return truths([getattr(owed, name) for owed in self.expected])
        return texts([owed.code if name == "code" else owed.name for owed in self.expected])


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


def attribute(kind: Kind, values: Sequence[object]) -> Vector:
    """Give one attribute of the submissions as a column."""
    if kind is Kind.NUMBER:
        return numbers([float(v) if isinstance(v, int | float) else None for v in values])
    if kind is Kind.TRUTH:
        return truths([bool(v) if v is not None else None for v in values])
    if kind is Kind.DATE:
        return dates([v if isinstance(v, date) else None for v in values])
    return texts([None if v is None else str(v) for v in values])
