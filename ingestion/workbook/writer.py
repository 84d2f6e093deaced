"""Workbooks as units file them: one layout for the blank template, the demo world and the reader.

What belongs here: where each thing stands in a workbook. What does not: how it looks (`looks.py`), which rows a
blank one has (`template.py`) and how a filed one is read (`ingestion.reading`).

The same arguments give the same bytes, so that a file that was written twice is recognised as one.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from math import ceil
from pathlib import Path
from typing import Any

import xlsxwriter

from ingestion.definitions.catalogue import Catalogue
from ingestion.definitions.forms import Column, Form
from ingestion.definitions.registry_rows import Organisation, Target
from ingestion.definitions.signing import SIGNATURE, TEMPLATE_VERSION
from ingestion.records.cells import LONGEST_TEXT
from ingestion.records.periods import Days, Period
from ingestion.records.sheet_names import EXPLANATIONS_SHEET, ORGANISATIONS_SHEET, TARGETS_SHEET
from ingestion.records.stored import added
from ingestion.records.submissions import CellInput, Explanation, NotApplicable
from ingestion.words import period_names, writing
from ingestion.words.messages import message
from ingestion.workbook.legends import code_notes, indicator_name, meaning, units_said
from ingestion.workbook.looks import (
    A3,
    A4,
    LINE_HEIGHT,
    WIDEST_ON_A4,
    column_width,
    height,
    make_formats,
    set_height,
    set_up_page,
    stub_width,
    total_width,
)

CODE_ROW = 5
FIRST_DATA_ROW = 9
FIRST_LIST_ROW = 7
FIRST_COVER_ROW = 5
HOW_LINES = 6
"""How many lines below the entries of the cover say how the forms are filled in."""


Row = Mapping[str, CellInput]

_CREATED = datetime(2020, 1, 1)  # noqa: DTZ001 - a constant without meaning; the format knows no time zones
_OPTIONS = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
_EMPTY_TABLE_ROWS = 5


def write_workbook(
    path: Path,
    catalogue: Catalogue,
    unit: Organisation,
    period: Period,
    tables: Mapping[str, Sequence[Row]],
    *,
    days: Days,
    cover: Mapping[str, CellInput],
    explanations: Iterable[Explanation] = (),
    organisations: Iterable[Organisation] = (),
    targets: Iterable[Target] = (),
    typed_totals: Mapping[str, Row] | None = None,
) -> None:
    """Write the workbook of one unit and period.

    Args:
        path: the file to write; overwritten.
        catalogue: forms and indicators.
        unit: the reporting unit.
        period: the period.
        tables: rows by form code; each form named here becomes a sheet, in the catalogue's order. A value
            that does not fit its column's type is written as it is, as a clerk would have typed it.
        days: the days that the period covers for the unit (`Registry.days_of`).
        cover: entries of the cover by column code; they win over what unit and period say.
        explanations: lines of the sheet of explanations.
        organisations: the extract of the registry.
        targets: the assigned targets.
        typed_totals: totals by form and column that stand as typed numbers instead of formulas.
    """
    writer = WorkbookWriter(open_workbook(path), unit, period, days)
    write_sheets(
        writer,
        catalogue,
        tables,
        cover=cover,
        explanations=explanations,
        organisations=organisations,
        targets=targets,
        typed_totals=typed_totals,
    )
    writer.close()


def open_workbook(path: Path) -> Any:
    """Open a workbook for writing."""
    return xlsxwriter.Workbook(str(path), _OPTIONS)


def write_sheets(
    writer: "WorkbookWriter",
    catalogue: Catalogue,
    tables: Mapping[str, Sequence[Row]],
    *,
    cover: Mapping[str, CellInput],
    explanations: Iterable[Explanation] = (),
    organisations: Iterable[Organisation] = (),
    targets: Iterable[Target] = (),
    typed_totals: Mapping[str, Row] | None = None,
) -> None:
    """Write all sheets in their order; the arguments are those of `write_workbook`."""
    writer.write_cover(catalogue.cover, cover)
    for form in catalogue.forms.values():
        if form.code in tables:
            writer.write_form(form, tables[form.code], (typed_totals or {}).get(form.code, {}))
    writer.write_explanations(explanations)
    writer.write_organisations(organisations)
    writer.write_targets(targets, catalogue)


def period_name(period: Period) -> str:
    """Give the name of a period as it stands at the head of a line."""
    name = period_names.period(period)
    return name[:1].upper() + name[1:]


class WorkbookWriter:
    """One workbook under construction."""

    def __init__(self, book: Any, unit: Organisation, period: Period, days: Days) -> None:
        self._book = book
        self._unit = unit
        self._period = period
        self._days = days
        self._formats = make_formats(book)
        book.set_properties({"title": f"{unit.org_code} {period.code}", "created": _CREATED})

    def _add_sheet(self, name: str) -> Any:
        """Add an empty sheet."""
        return self._book.add_worksheet(name)

    def _style(self, form: Form, column: Column, value: CellInput) -> Any:
        """Give the format of a cell of data."""
        return self._formats.by_type[column.type]

    def _cover_style(self, column: Column, value: CellInput) -> Any:
        """Give the format of an entry of the cover."""
        return self._formats.date_of_cover if column.type == "date" else self._formats.by_type["text"]

    def _help(self, column: Column) -> dict[str, str]:
        """Give what is said beside a cell with a list of codes; nothing in a plain workbook."""
        return {}

    def _restrict_to_choices(self, sheet: Any, column: Column, rows: tuple[int, int], position: int) -> None:
        """Let codes of a closed list be chosen in some rows of a column."""
        if not column.choices:
            return
        first, last = rows
        choices = {
            "validate": "list",
            "source": list(column.choices),
            "error_title": message("template.choice.invalid.title"),
            "error_message": message("template.choice.invalid.text", codes=", ".join(column.choices)),
        }
        sheet.data_validation(first, position, last, position, choices | self._help(column))

    def close(self) -> None:
        """Write the file."""
        self._book.close()

    def _put(self, sheet: Any, at: tuple[int, int], value: CellInput, style: Any) -> None:
        """Write one value by its own type, both positions counted from 0; text is never read as a formula."""
        if value is None:
            sheet.write_blank(*at, None, style)
        elif isinstance(value, NotApplicable):
            sheet.write_string(*at, value.value, self._formats.not_applicable)
        elif isinstance(value, str):
            sheet.write_string(*at, value[:LONGEST_TEXT], style)
        elif isinstance(value, date):
            sheet.write_datetime(*at, value, self._formats.by_type["date"])
        else:
            sheet.write_number(*at, value, style)

    def write_cover(self, form: Form, cover: Mapping[str, CellInput]) -> None:
        """Write the cover: hidden codes, labels, and what is known."""
        sheet = self._add_sheet(form.sheet)
        entries: dict[str, CellInput] = {
            "reporting_org_code": self._unit.org_code,
            "reporting_org_name": self._unit.org_name,
            "period_code": self._period.code,
            "period_start": self._days.first,
            "period_end": self._days.last,
            "period_basis": "CUMULATIVE",
            "template_version": TEMPLATE_VERSION,
            **cover,
        }
        sheet.set_column(0, 0, 20, None, {"hidden": True})
        sheet.set_column(1, 1, 34)
        sheet.set_column(2, 2, 56)
        sheet.write_string(0, 1, self._unit.org_name, self._formats.unit)
        sheet.merge_range(1, 1, 1, 2, form.title.vi, self._formats.title)
        sheet.set_row(1, 28)
        sheet.merge_range(2, 1, 2, 2, message("template.cover.subtitle"), self._formats.meta)
        shown = [column for column in form.columns if column.code != SIGNATURE or SIGNATURE in entries]
        for row, column in enumerate(shown, start=FIRST_COVER_ROW - 1):
            sheet.write_string(row, 0, column.code, self._formats.code)
            sheet.write_string(row, 1, column.label.vi, self._formats.label)
            value = entries.get(column.code)
            style = self._cover_style(column, value)
            if isinstance(value, date):
                sheet.write_datetime(row, 2, value, style)
            else:
                self._put(sheet, (row, 2), value, style)
            sheet.set_row(row, 20)
            self._restrict_to_choices(sheet, column, (row, row), 2)
        row = FIRST_COVER_ROW + len(shown)
        sheet.write_string(row, 1, message("template.cover.how"), self._formats.heading)
        for number in range(1, HOW_LINES + 1):
            text = f"{number}. {message(f'template.cover.how.{number}')}"
            sheet.merge_range(row + number, 1, row + number, 2, text, self._formats.note)
        sheet.set_portrait()
        set_up_page(sheet)

    def write_form(self, form: Form, rows: Sequence[Row], typed_totals: Row) -> None:
        """Write the sheet of one form."""
        sheet = self._add_sheet(form.sheet)
        last = len(form.columns) - 1
        self._write_head(sheet, form)
        self._write_header_rows(sheet, form)
        first = FIRST_DATA_ROW - 1
        shown: Sequence[Row] = rows or [{}] * _EMPTY_TABLE_ROWS
        for number, row in enumerate(shown, start=first):
            for position, column in enumerate(form.columns):
                value = row.get(column.code)
                self._put(sheet, (number, position), value, self._style(form, column, value))
            set_height(sheet, number, [(row.get(c.code), column_width(form, c)) for c in form.columns])
        after = first + len(shown)
        for position, column in enumerate(form.columns):
            self._restrict_to_choices(sheet, column, (first, after - 1), position)
        if form.rows == "organisations":
            self._write_total(sheet, form, shown, typed_totals)
            after += 1
        if notes := code_notes(form):
            sheet.merge_range(after + 1, 0, after + 1, last, notes, self._formats.note)
            sheet.set_row(after + 1, LINE_HEIGHT * ceil(len(notes) / total_width(form)))
        sheet.freeze_panes(first, stub_width(form))
        sheet.repeat_rows(5, 7)
        sheet.set_landscape()
        set_up_page(sheet, A3 if total_width(form) > WIDEST_ON_A4 else A4)

    def _write_head(self, sheet: Any, form: Form) -> None:
        last = len(form.columns) - 1
        sheet.write_string(0, 0, self._unit.org_name, self._formats.unit)
        sheet.write_string(0, last, form.code, self._formats.form_code)
        sheet.merge_range(2, 0, 2, last, form.title.vi, self._formats.title)
        sheet.set_row(2, 24)
        line = message(
            "template.period_line",
            period=period_name(self._period),
            start=writing.day(self._days.first),
            end=writing.day(self._days.last),
            code=self._period.code,
        )
        if units := units_said(form):
            line += ". " + message("template.unit_line", units=units)
        sheet.merge_range(3, 0, 3, last, line, self._formats.meta)
        for position, column in enumerate(form.columns):
            sheet.write_string(CODE_ROW - 1, position, column.code, self._formats.code)
        sheet.set_row(CODE_ROW - 1, None, None, {"hidden": True})

    def _write_header_rows(self, sheet: Any, form: Form) -> None:
        """Write rows 6 to 8: groups merged over their columns, labels, and the numbering under them."""
        position = 0
        heights = [LINE_HEIGHT, LINE_HEIGHT]
        while position < len(form.columns):
            column = form.columns[position]
            width = column_width(form, column)
            if column.group is None:
                sheet.merge_range(5, position, 6, position, column.label.vi, self._formats.header)
                heights[1] = max(heights[1], height(column.label.vi, width) - heights[0])
                position += 1
                continue
            members = 0
            while (
                position + members < len(form.columns)
                and form.columns[position + members].group == column.group
            ):
                member = form.columns[position + members]
                sheet.write_string(6, position + members, member.label.vi, self._formats.header)
                heights[1] = max(heights[1], height(member.label.vi, width))
                members += 1
            if members == 1:
                sheet.write_string(5, position, column.group.vi, self._formats.header)
            else:
                sheet.merge_range(5, position, 5, position + members - 1, column.group.vi, self._formats.header)
            heights[0] = max(heights[0], height(column.group.vi, width * members))
            position += members
        sheet.set_row(5, heights[0] + 6)
        sheet.set_row(6, heights[1] + 6)
        stub = stub_width(form)
        for position, column in enumerate(form.columns):
            sheet.set_column(position, position, column_width(form, column))
            if position < stub:
                sheet.write_string(7, position, chr(ord("A") + position), self._formats.numbering)
            else:
                sheet.write_number(7, position, position - stub + 1, self._formats.numbering)

    def _write_total(self, sheet: Any, form: Form, rows: Sequence[Row], typed: Row) -> None:
        """Write the total row of a form: a SUM with its cached value under each column that adds up."""
        first = FIRST_DATA_ROW - 1
        row = first + len(rows)
        label_width = 2 if form.columns[1].type == "text" else 1
        style = self._formats.total_by_type["text"]
        if label_width > 1:
            sheet.merge_range(row, 0, row, label_width - 1, message("template.total"), style)
        else:
            sheet.write_string(row, 0, message("template.total"), style)
        summed = {column.code for column in form.total_columns}
        for position, column in enumerate(form.columns[label_width:], start=label_width):
            style = self._formats.total_by_type[column.type]
            if column.code in typed:
                self._put(sheet, (row, position), typed[column.code], style)
            elif column.code in summed:
                values = (line.get(column.code) for line in rows)
                total = added(value for value in values if isinstance(value, int | float))
                letters = _letters(position)
                sheet.write_formula(row, position, f"SUM({letters}{first + 1}:{letters}{row})", style, total)
            else:
                sheet.write_blank(row, position, None, style)

    def write_explanations(self, explanations: Iterable[Explanation]) -> None:
        """Write the sheet of explanations, with empty lines to fill in."""
        rows = [(e.rule, e.sheet, e.cell, e.text) for e in explanations]
        columns = (
            ("rule", "code", 12.0),
            ("sheet", "code", 12.0),
            ("cell", "code", 10.0),
            ("text", "text", 90.0),
        )
        spare = [(None,) * 4] * max(0, 12 - len(rows))
        self._write_list(EXPLANATIONS_SHEET, columns, [*rows, *spare])

    def write_organisations(self, organisations: Iterable[Organisation]) -> None:
        """Write the extract of the registry."""
        columns = (
            ("org_code", "code", 14.0),
            ("org_name", "text", 44.0),
            ("org_type", "text", 18.0),
            ("sector", "text", 22.0),
            ("valid_from", "date", 14.0),
            ("valid_to", "date", 14.0),
        )
        rows = [
            (o.org_code, o.org_name, meaning(o.org_type), meaning(o.sector), o.valid_from, o.valid_to)
            for o in organisations
        ]
        self._write_list(ORGANISATIONS_SHEET, columns, rows)

    def write_targets(self, targets: Iterable[Target], catalogue: Catalogue) -> None:
        """Write the assigned targets."""
        columns = (
            ("indicator_code", "code", 24.0),
            ("indicator_name", "text", 44.0),
            ("org_code", "code", 14.0),
            ("term_code", "code", 15.0),
            ("year", "code", 8.0),
            ("basis", "code", 16.0),
            ("direction", "code", 11.0),
            ("min", "decimal", 11.0),
            ("max", "decimal", 11.0),
            ("document", "text", 34.0),
        )
        rows = [
            (
                t.indicator_code,
                indicator_name(catalogue, t.indicator_code),
                t.org_code,
                t.term_code,
                None if t.year is None else str(t.year),
                t.basis,
                t.direction,
                t.min,
                t.max,
                t.document,
            )
            for t in targets
        ]
        self._write_list(TARGETS_SHEET, columns, rows)

    def _write_list(
        self, name: str, columns: Sequence[tuple[str, str, float]], rows: Sequence[Sequence[CellInput]]
    ) -> None:
        """Write a plain list: hidden codes in row 5, labels in row 6, data from row 7."""
        sheet = self._add_sheet(name)
        sheet.write_string(0, 0, self._unit.org_name, self._formats.unit)
        sheet.merge_range(2, 0, 2, len(columns) - 1, message(f"template.sheet.{name}"), self._formats.title)
        sheet.set_row(2, 24)
        sheet.set_row(CODE_ROW - 1, None, None, {"hidden": True})
        for position, (code, _, width) in enumerate(columns):
            sheet.write_string(CODE_ROW - 1, position, code, self._formats.code)
            sheet.write_string(CODE_ROW, position, message(f"template.column.{code}"), self._formats.header)
            sheet.set_column(position, position, width)
        sheet.set_row(CODE_ROW, 22)
        for number, row in enumerate(rows, start=FIRST_LIST_ROW - 1):
            for position, value in enumerate(row):
                self._put(sheet, (number, position), value, self._formats.by_type[columns[position][1]])
            set_height(sheet, number, [(value, column[2]) for value, column in zip(row, columns, strict=True)])
        sheet.freeze_panes(FIRST_LIST_ROW - 1, 0)
        sheet.repeat_rows(CODE_ROW)
        sheet.set_landscape()
        set_up_page(sheet)


def _letters(position: int) -> str:
    return str(xlsxwriter.utility.xl_col_to_name(position))
