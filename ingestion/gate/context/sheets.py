"""Prefixes that join what stands elsewhere in the same workbook: sums, fixed lines, totals, other forms, text.

What belongs here: `sheet.`, `line.`, `total.`, `raw.`, `applies.` and one prefix for each form. What does not:
anything that was filed earlier (`frames/history.py`) or that nobody filed (`organisations.py`).
"""

from collections.abc import Mapping
from dataclasses import replace
from typing import ClassVar

import numpy as np

from ingestion.definitions.catalogue import Catalogue
from ingestion.definitions.forms import Form
from ingestion.gate.frames.batch import Batch
from ingestion.gate.frames.frame import Frame, FrameKind, Path, Place, RowFrame, Rows, SheetFrame, TotalFrame
from ingestion.gate.frames.provider import Provider, any_column, number_column, one_of
from ingestion.gate.frames.sources import (
    InLine,
    InRowOfSameKey,
    InSheet,
    InTotal,
    IsNotMarked,
    KeyOfRow,
    RepeatedRow,
    SheetCount,
    SheetFilled,
    SheetSum,
)
from ingestion.gate.language.vectors import Kind, Vector, nulls, numbers, texts, truths
from ingestion.records.stored import added
from ingestion.records.submissions import Mark
from ingestion.words.labels import Label

_AGGREGATES: dict[str, int] = {"sum": 2, "count": 3, "filled": 2}
_OF_ROWS = frozenset({"key", "duplicate_of"})


def _code_of(frame: Frame) -> str:
    if frame.form is None:
        raise KeyError("this prefix needs a frame of one form")
    return frame.form.code


class SheetProvider(Provider):
    """`sheet.`: sums and counts over the rows of a sheet.

    `sheet.sum.COLUMN`, `sheet.count.COLUMN.CODE`, `sheet.filled.COLUMN` (cells that are not blank); over rows
    also `sheet.key` and `sheet.duplicate_of` (number of an earlier row with the same key). Blank cells add
    nothing, as in a workbook; a sum over something that is no number is null.
    """

    prefix = "sheet"
    words: ClassVar[Mapping[str, Label]] = {
        "sheet.sum": Label(
            vi="tổng của cột trong cả biểu",
            en="the sum of the column over the sheet",
        ),
        "sheet.count": Label(
            vi="số dòng ghi mã ấy trong cột",
            en="how many rows have the code in the column",
        ),
        "sheet.filled": Label(
            vi="số dòng có ghi cột ấy",
            en="in how many rows the column is filled",
        ),
        "sheet.duplicate_of": Label(
            vi="dòng khác có cùng khóa",
            en="another row with the same key",
        ),
    }
    frames: ClassVar[frozenset[FrameKind]] = frozenset({"row", "total", "sheet"})

    def expected(self, catalogue: Catalogue, form: Form | None, path: Path) -> str | None:
        """Say which sums and counts there are."""
        if path[0] in _OF_ROWS and len(path) == 1:
            return None
        if path[0] not in _AGGREGATES or len(path) != _AGGREGATES[path[0]]:
            return "sum.COLUMN, count.COLUMN.CODE, filled.COLUMN, key or duplicate_of"
        if path[0] == "sum":
            return number_column(form, path[1])
        if problem := any_column(form, path[1]):
            return problem
        choices = form.by_code[path[1]].choices if form and path[0] == "count" else ()
        return f"one of {', '.join(choices)}" if choices and path[2] not in choices else None

    def column(self, batch: Batch, frame: Frame, path: Path) -> Vector:
        """Give a sum or a count for every row of the frame."""
        if path[0] in _OF_ROWS:
            return self._of_rows(frame, path[0])
        sheet = batch.sheet(_code_of(frame))
        if frame is not sheet:
            return batch.column(sheet, ("sheet", *path)).take(sheet.of_subject[frame.submission])
        rows = batch.row(_code_of(frame))
        of_row = sheet.of_subject[rows.submission]
        values = rows.column(path[1])
        if path[0] == "sum":
            filled = ~values.is_null
            if rows.schema.by_code[path[1]].type == "int":
                total = np.bincount(of_row, np.where(filled, values.data, 0.0), len(sheet)).astype(np.float64)
            else:
                sums = (added(values.data[filled & (of_row == n)]) for n in range(len(sheet)))
                total = np.fromiter(sums, np.float64, len(sheet))
            total[np.bincount(of_row, filled, len(sheet)) == 0] = np.nan
            total[of_row[rows.unusable.get(path[1], [])]] = np.nan
            return Vector(Kind.NUMBER, total)
        counted = values.data == path[2] if path[0] == "count" else ~values.is_null
        return numbers(np.bincount(of_row, counted.astype(np.float64), len(sheet)))

    def in_workbook(self, path: Path) -> InSheet:
        """Give the cells of the sheet."""
        if path[0] in _OF_ROWS:
            return KeyOfRow() if path[0] == "key" else RepeatedRow()
        if path[0] == "count":
            return SheetCount(path[1], path[2])
        return SheetSum(path[1]) if path[0] == "sum" else SheetFilled(path[1])

    @staticmethod
    def _of_rows(frame: Frame, name: str) -> Vector:
        if not isinstance(frame, RowFrame):
            raise KeyError(f"sheet.{name} is there for rows alone")
        if name == "key":
            return texts([" + ".join(str(part) for part in key) for key in frame.keys])
        pairs = zip(frame.submission.tolist(), frame.keys, strict=True)
        first = [frame.index[pair] for pair in pairs]
        return numbers([frame.rows[i].number if i != row else None for row, i in enumerate(first)])

    def locate(self, batch: Batch, frame: Frame, path: Path, row: int) -> Place | None:
        """Give the cell of the total row, or the sheet alone where it has none."""
        table = frame.table(row)
        if table is None or path[0] in _OF_ROWS or frame.form is None:
            return None
        column = frame.form.by_code[path[1]]
        if path[0] != "sum" or table.total is None or column.code not in table.columns:
            return Place(table.sheet, column=column)
        return Place(table.sheet, table.cell(table.total, column.code), table.total, column)


def _line_column(form: Form, line: str) -> str | None:
    return next((column for column, members in form.line_members.items() if line in members), None)


class LineProvider(Provider):
    """`line.LINE.COLUMN`: another fixed line of the same form, with the same further key where there is one."""

    prefix = "line"
    words: ClassVar[Mapping[str, Label]] = {
        "line": Label(
            vi="dòng cố định khác của cùng biểu",
            en="another fixed line of the same form",
        ),
    }
    frames: ClassVar[frozenset[FrameKind]] = frozenset({"row", "sheet"})

    def expected(self, catalogue: Catalogue, form: Form | None, path: Path) -> str | None:
        """Say which lines and columns there are."""
        if form is None or len(path) != 2:
            return "line.LINE.COLUMN on a form with fixed lines"
        if _line_column(form, path[0]) is None:
            lines = frozenset(code for members in form.line_members.values() for code in members)
            return one_of(lines) if lines else "a form with fixed lines"
        return any_column(form, path[1])

    def column(self, batch: Batch, frame: Frame, path: Path) -> Vector:
        """Give the line's value for every row of the frame."""
        rows = batch.row(_code_of(frame))
        return rows.column(path[1]).take(self._rows(frame, rows, path[0]))

    def in_workbook(self, path: Path) -> InSheet:
        """Give the cell in the line."""
        return InLine(path[0], path[1])

    def _rows(self, frame: Frame, rows: RowFrame, line: str) -> Rows:
        column = _line_column(rows.schema, line)
        if isinstance(frame, RowFrame):
            position = rows.schema.key.index(str(column))
            keys = [(*key[:position], line, *key[position + 1 :]) for key in rows.keys]
            return rows.rows_of(list(zip(frame.submission.tolist(), keys, strict=True)))
        if len(rows.schema.key) > 1:
            raise KeyError(f"{rows.schema.code} has more than one row of line {line}; use a frame of rows")
        return rows.rows_of([(subject, (line,)) for subject in frame.submission.tolist()])

    def locate(self, batch: Batch, frame: Frame, path: Path, row: int) -> Place | None:
        """Give the cell in the other line."""
        rows = batch.row(_code_of(frame))
        found = int(self._rows(frame, rows, path[0])[row])
        return rows.own_place(path[1], found) if found >= 0 else None


class TotalProvider(Provider):
    """`total.COLUMN`: what the sheet's total row says."""

    prefix = "total"
    words: ClassVar[Mapping[str, Label]] = {
        "total": Label(vi="dòng tổng cộng in trong biểu", en="the printed total row of the sheet"),
    }
    frames: ClassVar[frozenset[FrameKind]] = frozenset({"row", "sheet"})

    def expected(self, catalogue: Catalogue, form: Form | None, path: Path) -> str | None:
        """Say which columns there are."""
        return number_column(form, path[0]) if len(path) == 1 else "total.COLUMN"

    def column(self, batch: Batch, frame: Frame, path: Path) -> Vector:
        """Give the printed total for every row of the frame."""
        totals = batch.total(_code_of(frame))
        return totals.column(path[0]).take(_of_subject(totals)[frame.submission])

    def in_workbook(self, path: Path) -> InSheet:
        """Give the cell of the total row."""
        return InTotal(path[0])

    def locate(self, batch: Batch, frame: Frame, path: Path, row: int) -> Place | None:
        """Give the cell in the total row."""
        totals = batch.total(_code_of(frame))
        found = int(_of_subject(totals)[frame.submission[row]])
        return totals.own_place(path[0], found) if found >= 0 else None


def _of_subject(totals: TotalFrame) -> Rows:
    rows = np.full(len(totals.subjects), -1, dtype=np.intp)
    rows[totals.submission] = np.arange(len(totals))
    return rows


class RawProvider(Provider):
    """`raw.COLUMN`: a cell's text as stored, where it was text, a percentage, or could not be read."""

    prefix = "raw"
    words: ClassVar[Mapping[str, Label]] = {
        "raw": Label(
            vi="chữ đúng như ghi trong ô",
            en="the text as it stands in the cell",
        ),
    }
    frames: ClassVar[frozenset[FrameKind]] = frozenset({"row", "total"})

    def expected(self, catalogue: Catalogue, form: Form | None, path: Path) -> str | None:
        """Say which columns there are."""
        return any_column(form, path[0]) if len(path) == 1 else "raw.COLUMN"

    def column(self, batch: Batch, frame: Frame, path: Path) -> Vector:
        """Give the texts."""
        rows = frame.rows if isinstance(frame, RowFrame) else []
        rows = frame.totals if isinstance(frame, TotalFrame) else rows
        return texts([row.texts.get(path[0]) for row in rows])

    def locate(self, batch: Batch, frame: Frame, path: Path, row: int) -> Place | None:
        """Give the cell."""
        return frame.own_place(path[0], row)


class AppliesProvider(Provider):
    """`applies.COLUMN`: whether a cell of the row was not said to be outside its scope (`x`)."""

    prefix = "applies"
    words: ClassVar[Mapping[str, Label]] = {
        "applies": Label(
            vi="ô không ghi x (không thuộc phạm vi)", en="the cell is not marked x (does not apply)"
        ),
    }
    frames: ClassVar[frozenset[FrameKind]] = frozenset({"row"})

    def expected(self, catalogue: Catalogue, form: Form | None, path: Path) -> str | None:
        """Say which columns there are."""
        return any_column(form, path[0]) if len(path) == 1 else "applies.COLUMN"

    def column(self, batch: Batch, frame: Frame, path: Path) -> Vector:
        """Say so of every row."""
        rows = frame.rows if isinstance(frame, RowFrame) else []
        return truths([row.marks.get(path[0]) is not Mark.NOT_APPLICABLE for row in rows])

    def in_workbook(self, path: Path) -> InSheet:
        """Give the cell."""
        return IsNotMarked(path[0])

    def locate(self, batch: Batch, frame: Frame, path: Path, row: int) -> Place | None:
        """Give the cell."""
        return frame.own_place(path[0], row)


_OF_SHEET: Mapping[str, SheetProvider | LineProvider] = {"sheet": SheetProvider(), "line": LineProvider()}
"""What may be asked of another form's sheet as of one's own."""


class FormProvider(Provider):
    """`B01.COLUMN`: another form of the same submission, in the row with the same key.

    `B06.sheet.sum.COLUMN` and `B03.line.LINE.COLUMN` are joined by submission.
    """

    words: ClassVar[Mapping[str, Label]] = {}
    frames: ClassVar[frozenset[FrameKind]] = frozenset({"row", "sheet", "submission"})

    def __init__(self, code: str) -> None:
        self.prefix = code

    def expected(self, catalogue: Catalogue, form: Form | None, path: Path) -> str | None:
        """Say which columns there are."""
        other = catalogue.forms[self.prefix]
        if path[0] in _OF_SHEET:
            return _OF_SHEET[path[0]].expected(catalogue, other, path[1:])
        if len(path) != 1:
            return f"{self.prefix}.COLUMN, {self.prefix}.sheet.… or {self.prefix}.line.…"
        if form is None or form.key != other.key:
            return f"a frame of rows with the key of {self.prefix}"
        return any_column(other, path[0])

    def column(self, batch: Batch, frame: Frame, path: Path) -> Vector:
        """Give the other form's value for every row of the frame."""
        if path[0] in _OF_SHEET:
            sheet = batch.sheet(self.prefix)
            return batch.column(sheet, path).take(sheet.of_subject[frame.submission])
        if not isinstance(frame, RowFrame):
            return nulls(Kind.NUMBER, len(frame))
        other = batch.row(self.prefix)
        return other.column(path[0]).take(self._rows(frame, other))

    def in_workbook(self, path: Path) -> InSheet:
        """Give the cells of the other form."""
        if path[0] in _OF_SHEET:
            return replace(_OF_SHEET[path[0]].in_workbook(path[1:]), form=self.prefix)
        return InRowOfSameKey(path[0], form=self.prefix)

    @staticmethod
    def _rows(frame: RowFrame, other: RowFrame) -> Rows:
        return other.rows_of(list(zip(frame.submission.tolist(), frame.keys, strict=True)))

    def locate(self, batch: Batch, frame: Frame, path: Path, row: int) -> Place | None:
        """Give the other form's cell."""
        if path[0] in _OF_SHEET:
            sheet: SheetFrame = batch.sheet(self.prefix)
            found = int(sheet.of_subject[frame.submission[row]])
            return batch.locate(sheet, path, found) if found >= 0 else None
        if not isinstance(frame, RowFrame):
            return None
        other = batch.row(self.prefix)
        found = other.index.get((int(frame.submission[row]), frame.keys[row]), -1)
        return other.own_place(path[0], found) if found >= 0 else None

    def forms(self, path: Path) -> tuple[str, ...]:
        """Give the form."""
        return (self.prefix,)


PROVIDERS = (SheetProvider(), LineProvider(), TotalProvider(), RawProvider(), AppliesProvider())
