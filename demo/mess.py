"""Faults of filed workbooks, and warnings that a clerk explains, as data.

What belongs here: the shape of `faults.yml` and how its edits change tables and files. What does not: whether
the gate finds them, which the tests ask.
"""

import io
import re
import zipfile
from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import Literal, Self
from xml.sax.saxutils import escape

from pydantic import BaseModel, ConfigDict, model_validator

from demo.plan import load_yaml
from demo.tables import Row, Tables
from ingestion.definitions.catalogue import Catalogue
from ingestion.records.cells import column_letter
from ingestion.words.labels import Label
from ingestion.workbook.writer import CODE_ROW, FIRST_DATA_ROW


class FaultError(ValueError):
    """An edit names a form, row or column that the workbook does not have."""


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Edit(_Strict):
    """One change to a sound workbook.

    Attributes:
        action: `add` to or `set` a cell; `set_total` types a total; `drop_row`, `repeat_row`, `drop_form`;
            `rename_header` and `error_cell` change the written file; `not_a_workbook` replaces it by text.
        row: the row's key; parts of a compound key are joined by `/`.
    """

    action: Literal[
        "add",
        "set",
        "set_total",
        "drop_row",
        "repeat_row",
        "drop_form",
        "rename_header",
        "error_cell",
        "not_a_workbook",
    ]
    form: str = ""
    row: str = ""
    column: str = ""
    value: int | float | date | str | None = None


class Expected(_Strict):
    """What the gate says of the fault."""

    verdict: Literal["rejected", "needs_explanation", "unreadable"]
    rule: str
    sheet: str = ""
    cell: str = ""


class Fault(_Strict):
    """One realistic fault, and what becomes of it.

    Attributes:
        corrected_after_days: when the corrected revision arrives; None where the case stays open.
        correction: the reason on the cover of the corrected revision.
    """

    id: str
    unit: str
    period: str
    title: Label
    edits: tuple[Edit, ...]
    expected: Expected
    corrected_after_days: int | None = None
    correction: str = ""

    @model_validator(mode="after")
    def _says_why_it_was_corrected(self) -> Self:
        if (self.corrected_after_days is None) != (self.correction == ""):
            raise ValueError(f"{self.id}: a correction has a day and a reason, an open case has neither")
        return self


class Answer(_Strict):
    """One line of the sheet of explanations."""

    rule: str
    sheet: str
    cell: str
    text: str


class Explained(_Strict):
    """One workbook that draws a warning and answers it."""

    unit: str
    period: str
    edits: tuple[Edit, ...]
    explanation: Answer


class _File(_Strict):
    faults: tuple[Fault, ...]
    explained: tuple[Explained, ...]


@cache
def _file() -> _File:
    return _File.model_validate(load_yaml("faults.yml"))


def load_faults() -> tuple[Fault, ...]:
    """Give every fault."""
    return _file().faults


def load_explained() -> tuple[Explained, ...]:
    """Give every workbook that carries an explanation of a drawn warning."""
    return _file().explained


def apply_edits(catalogue: Catalogue, tables: Tables, edits: Sequence[Edit]) -> tuple[Tables, dict[str, Row]]:
    """Give changed copies of tables, and totals that are typed instead of computed.

    Raises:
        FaultError: an edit names what is not there.
    """
    changed = {form: [dict(row) for row in rows] for form, rows in tables.items()}
    totals: dict[str, Row] = {}
    for edit in edits:
        if edit.action in ("rename_header", "error_cell", "not_a_workbook"):
            continue
        rows = changed.get(edit.form)
        if rows is None:
            raise FaultError(f"there is no sheet {edit.form}")
        if edit.action == "drop_form":
            del changed[edit.form]
            continue
        if edit.action == "set_total":
            totals.setdefault(edit.form, {})[edit.column] = edit.value
            continue
        index = row_index(catalogue, rows, edit)
        if edit.action == "drop_row":
            del rows[index]
        elif edit.action == "repeat_row":
            rows.insert(index + 1, dict(rows[index]))
        elif edit.action == "set":
            rows[index][edit.column] = edit.value
        else:
            before = rows[index].get(edit.column)
            if not isinstance(before, int) or not isinstance(edit.value, int):
                raise FaultError(f"{edit.form}.{edit.column} of {edit.row} is no count to add to")
            rows[index][edit.column] = before + edit.value
    return changed, totals


def row_index(catalogue: Catalogue, rows: Sequence[Row], edit: Edit) -> int:
    """Give the position of the row that an edit names.

    Raises:
        FaultError: there is none.
    """
    key = catalogue.forms[edit.form].key
    for index, row in enumerate(rows):
        if "/".join(str(row[column]) for column in key) == edit.row:
            return index
    raise FaultError(f"{edit.form} has no row {edit.row}")


def edit_file(catalogue: Catalogue, content: bytes, tables: Tables, edits: Sequence[Edit]) -> bytes:
    """Make the changes that a workbook writer cannot: error cells, renamed headers, no workbook at all.

    Raises:
        FaultError: an edit names what is not there.
    """
    for edit in edits:
        if edit.action == "not_a_workbook":
            content = str(edit.value).encode()
        elif edit.action in ("rename_header", "error_cell"):
            form = catalogue.forms[edit.form]
            letters = column_letter(list(form.by_code).index(edit.column) + 1)
            if edit.action == "error_cell":
                row = FIRST_DATA_ROW + row_index(catalogue, tables[edit.form], edit)
                cells = {f"{letters}{row}": f't="e"><v>{edit.value}</v>'}
            else:
                text = f't="inlineStr"><is><t>{escape(str(edit.value))}</t></is>'
                cells = {f"{letters}{CODE_ROW}": "/>", f"{letters}{CODE_ROW + 2}": text}
            content = _edit_cells(content, form.sheet, cells)
    return content


def _edit_cells(content: bytes, sheet: str, cells: dict[str, str]) -> bytes:
    """Replace the content of cells in a workbook's XML; the rest of the file stays as it is."""
    source = zipfile.ZipFile(io.BytesIO(content))
    part = _part_of(source, sheet)
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as changed:
        for info in source.infolist():
            data = source.read(info)
            if info.filename == part:
                text = data.decode("utf-8")
                for cell, inner in cells.items():
                    text = _edit_cell(text, cell, inner)
                data = text.encode("utf-8")
            changed.writestr(info, data)
    return target.getvalue()


def _part_of(book: zipfile.ZipFile, sheet: str) -> str:
    names = re.findall(r'<sheet name="([^"]*)"', book.read("xl/workbook.xml").decode("utf-8"))
    if sheet not in names:
        raise FaultError(f"the file has no sheet {sheet}")
    return f"xl/worksheets/sheet{names.index(sheet) + 1}.xml"


def _edit_cell(text: str, cell: str, inner: str) -> str:
    pattern = re.compile(rf'<c r="{cell}"( s="\d+")?(?: t="\w+")?(?:/>|>.*?</c>)', re.DOTALL)
    match = pattern.search(text)
    if match is None:
        raise FaultError(f"the sheet has no cell {cell}")
    style = match[1] or ""
    new = f'<c r="{cell}"{style}/>' if inner == "/>" else f'<c r="{cell}"{style} {inner}</c>'
    return text[: match.start()] + new + text[match.end() :]
