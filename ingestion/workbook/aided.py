"""The template that prevents mistakes: locked cells, checked input, and rules that speak while one types.

What belongs here: what a template has beyond a plain workbook. What does not: the layout that both share
(`writer.py`) and the formulas themselves (`rule_formulas.py`).
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from xlsxwriter.worksheet import CellFormulaTuple, Worksheet

from ingestion.definitions.forms import Column, Form
from ingestion.definitions.registry_rows import Organisation
from ingestion.records.cells import column_index, column_letter
from ingestion.records.periods import Days, Period
from ingestion.records.sheet_names import CARRIED_SHEET, CONTEXT_SHEET, EXPLANATIONS_SHEET
from ingestion.records.submissions import COVERAGE, CellInput, Explanation
from ingestion.words.messages import message
from ingestion.workbook.foreknown import FIRST_BLOCK_ROW, Computed
from ingestion.workbook.formulas import ROW, SheetPlace
from ingestion.workbook.legends import meaning
from ingestion.workbook.looks import type_properties
from ingestion.workbook.rule_formulas import Plan
from ingestion.workbook.said import Column as MessageColumn
from ingestion.workbook.writer import (
    FIRST_COVER_ROW,
    FIRST_LIST_ROW,
    HOW_LINES,
    Row,
    WorkbookWriter,
)

_LOCKED_ENTRIES = frozenset(
    {
        "reporting_org_code",
        "reporting_org_name",
        "period_code",
        "period_start",
        "period_end",
        "template_version",
        "signature",
    }
)
_CHECK_WIDTH = 60.0
_TITLE_ROW, _SHEET_MESSAGE_ROW = 3, 2
_EMPTY = " "
"""What a formula gives before it is first calculated; without a value, readers would take it for broken."""

_COLOURS: dict[str, dict[str, object]] = {
    "error": {"bg_color": "#F4A6A6", "font_color": "#8B0000"},
    "warning": {"bg_color": "#F9CFA0", "font_color": "#7A3E00"},
    "blank": {"bg_color": "#FFF6C8"},
    "text": {"bg_color": "#D9E6F5"},
}
_PROTECTION = {"format_cells": True, "format_columns": True, "format_rows": True}
_SPARE = {"border": 4, "border_color": "#B9C3CC"}
"""Rows that are left for further keys are drawn so that they do not look forgotten in print."""

_UNIT_OF_TARGET = "unit_code"
_OPEN_EXPLANATIONS = 30
_LONGEST_HELP = 255
_LAST_DATE, _FIRST_DATE = "DATE(2100,12,31)", "DATE(1930,1,1)"


class _Sheet(Worksheet):  # type: ignore[misc]  # XlsxWriter is not typed here
    """A sheet with many formulas, all of them in the vocabulary that every spreadsheet has had since 2007.

    XlsxWriter would look through each for the names of thirty newer functions, which takes longer than anything
    else.
    """

    def _prepare_formula(self, formula: str, expand_future_functions: bool = False) -> str:
        return formula.removeprefix("=")

    def put_formula(self, row: int, column: int, formula: str, style: Any = None) -> None:
        """Write a formula as it is."""
        self._check_dimensions(row, column)
        self.table[row][column] = CellFormulaTuple(formula, style, _EMPTY)


class AidedWriter(WorkbookWriter):
    """One template under construction."""

    def __init__(self, book: Any, unit: Organisation, period: Period, days: Days, *, plan: Plan) -> None:
        super().__init__(book, unit, period, days)
        self._plan = plan
        types, is_open = type_properties(), {"locked": False}
        self._input = {t: book.add_format(properties | is_open) for t, properties in types.items()}
        self._spare = {t: book.add_format(properties | is_open | _SPARE) for t, properties in types.items()}
        self._count = book.add_format(types["int"] | {"align": "left"})
        self._cover_date = book.add_format(types["date"] | is_open | {"align": "left"})
        self._colours = {name: book.add_format(properties) for name, properties in _COLOURS.items()}
        self._message = book.add_format(
            {"font_name": "Times New Roman", "font_size": 10, "font_color": "#8B0000", "valign": "vcenter"}
        )

    def _add_sheet(self, name: str) -> Any:
        return self._book.add_worksheet(name, _Sheet)

    def _style(self, form: Form, column: Column, value: CellInput) -> Any:
        if value is not None and self._is_given(form, column):
            return self._formats.by_type[column.type]
        return self._input[column.type]

    def _is_given(self, form: Form, column: Column) -> bool:
        """Say whether what a column is prefilled with is not the clerk's to change."""
        if column.code in form.key:
            # Which document a line is about is the clerk's to say.
            return form.rows != "lines" or column.code in form.line_members
        return form.rows == "targets" or column.assigned is not None or self._is_name(form, column)

    @staticmethod
    def _is_name(form: Form, column: Column) -> bool:
        return column.type == "text" and form.columns.index(column) <= len(form.key)

    def _cover_style(self, column: Column, value: CellInput) -> Any:
        if column.code in _LOCKED_ENTRIES:
            return super()._cover_style(column, value)
        return self._cover_date if column.type == "date" else self._input["text"]

    def _help(self, column: Column) -> dict[str, str]:
        return _help(message("template.input.choice.title"), _choices(column.choices))

    def write_cover(self, form: Form, cover: Mapping[str, CellInput]) -> None:
        """Write the cover, with what is still wrong counted below the entries."""
        super().write_cover(form, cover)
        sheet = self._book.get_worksheet_by_name(form.sheet)
        self._write_summary(sheet, FIRST_COVER_ROW + len(form.columns) + HOW_LINES + 2)
        for row, column in enumerate(form.columns, start=FIRST_COVER_ROW - 1):
            if column.code == "signature":
                sheet.set_row(row, None, None, {"hidden": True})
            elif column.code == COVERAGE:
                told = _help(column.label.vi, message("template.input.coverage_from.text"))
                sheet.data_validation(row, 2, row, 2, _dates() | told)
        sheet.protect("", _PROTECTION)

    def _write_summary(self, sheet: Any, row: int) -> None:
        counts = {form: self._counted(form) for form in self._plan.columns}
        sheet.write_string(row, 1, message("template.check.summary"), self._formats.heading)
        # A sheet that was removed must not take the counts of all others with it.
        open_, blank = (
            "+".join(f"IFERROR({c},0)" for c in column) for column in zip(*counts.values(), strict=True)
        )
        gone = message("template.check.sheet_gone")
        lines = [(message("template.check.open"), open_)]
        for form, (own, _) in counts.items():
            label = message("template.check.open_in", sheet=self._plan.book.sheets[form].name)
            lines.append((label, f'IFERROR({own},"{gone}")'))
        lines.append((message("template.check.blank"), blank))
        style = self._count
        for number, (label, formula) in enumerate(lines, start=row + 1):
            sheet.write_string(number, 1, label, self._formats.label)
            sheet.put_formula(number, 2, formula, style)
        last = row + len(lines)
        rule = {"type": "cell", "criteria": ">", "value": 0, "format": self._colours["error"]}
        sheet.conditional_format(row + 1, 2, last - 1, 2, rule)
        rules = ", ".join(self._plan.rules_at_the_gate)
        notes = [message("template.check.legend")]
        notes += [message("template.check.at_the_gate", rules=rules)] if rules else []
        for number, note in enumerate(notes, start=last + 1):
            sheet.merge_range(number, 1, number, 2, note, self._formats.note)
            sheet.set_row(number, 30)

    def _counted(self, form: str) -> tuple[str, str]:
        """Give the formulas that count the messages of a sheet: open ones, and rows with blanks."""
        place = self._plan.book.sheets[form]
        parts: dict[bool, list[str]] = {True: [], False: []}
        for is_blank in (False, True):
            letters = [c.letters for c in self._plan.columns[form] if c.messages[0].is_of_blanks is is_blank]
            if letters:
                cells = f"'{place.name}'!${letters[0]}${place.first}:${letters[-1]}${place.last + 1}"
                parts[is_blank].append(f'COUNTIF({cells},"?*")')
        return "+".join(parts[False]) or "0", "+".join(parts[True]) or "0"

    def write_form(self, form: Form, rows: Sequence[Row], typed_totals: Row) -> None:
        """Write the sheet of one form with all that helps while it is filled in."""
        super().write_form(form, rows, typed_totals)
        sheet = self._book.get_worksheet_by_name(form.sheet)
        place = self._plan.book.sheets[form.code]
        self._open_spare_rows(sheet, place, rows)
        self._restrict_input(sheet, place)
        self._write_formulas(sheet, place, self._plan.columns[form.code])
        self._colour(sheet, form)
        # What is said beside the table is for the screen alone.
        sheet.print_area(0, 0, place.last + 2, len(form.columns) - 1)
        if place.spare:
            sheet.fit_to_pages(1, 1)  # rows that nobody needed must not make a page of their own
        sheet.protect("", _PROTECTION)

    def _open_spare_rows(self, sheet: Any, place: SheetPlace, rows: Sequence[Row]) -> None:
        """Draw the rows for further keys, with the keys to choose from and the names of what is chosen."""
        listed = self._plan.listed.get(place.form.code)
        if listed is None:
            return
        form, first, last = place.form, place.last - place.spare, place.last - 1
        empty = [row for row in range(first, last + 1) if not any(rows[row - place.first + 1 :][:1])]
        for position, column in enumerate(form.columns):
            style = self._spare[column.type]
            for row in empty:
                if self._is_name(form, column):
                    name = f"INDEX({listed.values},MATCH($A{row + 1},{listed.codes},0))"
                    sheet.put_formula(row, position, f'IFERROR({name},"")', style)
                else:
                    sheet.write_blank(row, position, None, style)
        choice = {
            "validate": "list",
            "source": f"={listed.codes}",
            # Lines are a closed list; a target may be one of which no indicator is kept.
            "error_type": "stop" if form.line_members else "warning",
            "error_title": message("template.choice.invalid.title"),
            "error_message": message("template.input.key.error"),
            **_help(form.by_code[form.key[0]].full_label(), message("template.input.key.text")),
        }
        sheet.data_validation(first, 0, last, 0, choice)
        if form.rows == "targets" and _UNIT_OF_TARGET in form.by_code:
            units = sorted({indicator.unit for indicator in self._plan.book.catalogue.indicators.values()})
            unit = form.by_code[_UNIT_OF_TARGET]
            told = _help(unit.full_label(), message("template.input.unit.text"))
            allowed = {"validate": "list", "source": units, "error_type": "warning"} | told
            position = form.columns.index(unit)
            sheet.data_validation(first, position, last, position, allowed)

    def _restrict_input(self, sheet: Any, place: SheetPlace) -> None:
        form, first, last = place.form, place.first - 1, place.last - 1
        for position, column in enumerate(form.columns):
            cells = (first, position, last, position)
            if column.is_number or column.type == "date":
                if column.assigned is None:
                    cell = f"{column_letter(position + 1)}{place.first}"
                    sheet.data_validation(*cells, _validation(column, cell))
            elif column.code in form.key and not self._is_given(form, column):
                text = message("template.input.free_key.text")
                sheet.data_validation(*cells, {"validate": "any"} | _help(column.full_label(), text))
        self._explain_lines(sheet, place)

    def _explain_lines(self, sheet: Any, place: SheetPlace) -> None:
        """Say what the code of a line means, where no column beside it does."""
        form = place.form
        if any(self._is_name(form, column) for column in form.columns):
            return
        for position, code in enumerate(form.key):
            for line, member in form.line_members.get(code, {}).items():
                for row in (place.first + i - 1 for i, key in enumerate(place.keys) if key[position] == line):
                    told = {"validate": "any"} | _help(line, member.label.vi)
                    sheet.data_validation(row, position, row, position, told)

    def _write_formulas(self, sheet: Any, place: SheetPlace, columns: Sequence[MessageColumn]) -> None:
        form, after = place.form, place.total or place.last + 1
        for letters, formula in self._plan.helpers[form.code].columns.items():
            position = column_index(letters) - 1
            for row in range(place.first, place.last + 1):
                sheet.put_formula(row - 1, position, formula.replace(ROW, str(row)))
        for column in columns:
            position = column_index(column.letters) - 1
            row_of = column.messages[0].row
            numbers: Iterable[int] = range(place.first, place.last + 1) if row_of is None else (row_of,)
            formula = column.formula
            for row in numbers:
                sheet.put_formula(row - 1, position, formula.replace(ROW, str(row)))
        hidden = [column_index(letters) - 1 for letters in self._plan.helpers[form.code].columns]
        hidden += [column_index(column.letters) - 1 for column in columns]
        for position in hidden:
            sheet.set_column(position, position, None, None, {"hidden": True})
        shown = len(form.columns)
        sheet.set_column(shown, shown, _CHECK_WIDTH)
        sheet.write_string(_TITLE_ROW, shown, message("template.check.title"), self._formats.heading)
        if not columns:
            return
        for row in range(place.first, after + 1):
            at = shown if row < after or place.total else None
            cells = f"${columns[0].letters}{row}:${columns[-1].letters}{row}"
            formula = f'IFERROR(INDEX({cells},MATCH("?*",{cells},0)),"")'
            if at is None:
                sheet.put_formula(_SHEET_MESSAGE_ROW, shown, formula, self._message)
            else:
                sheet.put_formula(row - 1, at, formula, self._message)

    def _colour(self, sheet: Any, form: Form) -> None:
        """Colour the cells that messages accuse; of several conditions the first that holds wins."""
        for mark in self._plan.marks[form.code]:
            position = column_index(mark.letters) - 1
            rule = {
                "type": "formula",
                "criteria": f"={mark.condition.replace(ROW, str(mark.first))}",
                "format": self._colours[mark.message.colour],
            }
            sheet.conditional_format(mark.first - 1, position, mark.last - 1, position, rule)

    def write_explanations(self, explanations: Iterable[Explanation]) -> None:
        """Write the sheet of explanations with its lines open."""
        super().write_explanations(explanations)
        sheet = self._book.get_worksheet_by_name(EXPLANATIONS_SHEET)
        first, last = FIRST_LIST_ROW - 1, FIRST_LIST_ROW + _OPEN_EXPLANATIONS - 2
        for row in range(first, last + 1):
            for position in range(4):
                sheet.write_blank(row, position, None, self._input["text" if position == 3 else "code"])
        for position, code in enumerate(("rule", "sheet", "cell", "text")):
            label, text = message(f"template.column.{code}"), message(f"template.input.explanation.{code}")
            allowed: dict[str, Any] = {"validate": "any"}
            if code == "sheet":
                names = [place.name for place in self._plan.book.sheets.values()]
                allowed = {"validate": "list", "source": names, "error_type": "warning"}
            sheet.data_validation(first, position, last, position, allowed | _help(label, text))
        sheet.protect("", _PROTECTION)

    def write_context(self) -> None:
        """Write the hidden sheets of what was known when the template was made."""
        sheet = self._add_sheet(CONTEXT_SHEET)
        for number, block in enumerate(self._plan.blocks):
            sheet.write_string(0, 2 * number, block.name)
            for row, (code, value) in enumerate(block.rows, start=FIRST_BLOCK_ROW - 1):
                sheet.write_string(row, 2 * number, code)
                if isinstance(value, Computed):
                    sheet.put_formula(row, 2 * number + 1, value.formula)
                elif value is not None:
                    sheet.write(row, 2 * number + 1, value)
        sheet.protect("", {})
        sheet.hide()
        sheet = self._add_sheet(CARRIED_SHEET)
        for row, (table, line) in enumerate(self._plan.carried):
            sheet.write_string(row, 0, table)
            sheet.write_string(row, 1, line)
        sheet.protect("", {})
        sheet.hide()


def _help(title: str, text: str) -> dict[str, str]:
    """Give what is said beside a cell while it is chosen; spreadsheets take 32 and 255 characters."""
    return {"input_title": title[:32], "input_message": text[:_LONGEST_HELP]}


def _choices(codes: Sequence[str]) -> str:
    """Say what the codes of a list mean, or name them where that would be too long."""
    told = "\n".join(f"{code}: {meaning(code)}" for code in codes)
    return told if len(told) <= _LONGEST_HELP else ", ".join(codes)


def _validation(column: Column, cell: str) -> dict[str, Any]:
    """Give what may be typed into the cells of a column, with a word of help."""
    kind = column.type
    asked = "amount" if column.is_amount else kind
    is_marked = f'IF(ISTEXT({cell}),LOWER(TRIM({cell}))="x",FALSE)'
    common = {
        **_help(message(f"template.input.{asked}.title"), message(f"template.input.{asked}.text")),
        "error_title": message(f"template.input.{asked}.title"),
        "error_message": message(f"template.input.{asked}.error"),
    }
    if kind == "date":
        return _dates() | common
    is_number = f"IF(ISNUMBER({cell}),AND({cell}>=0,INT({cell})={cell}),FALSE)"
    if kind != "int":
        is_number = f"IF(ISNUMBER({cell}),{cell}>=0,FALSE)" if column.is_amount else f"ISNUMBER({cell})"
    return {"validate": "custom", "value": f"=OR({is_number},{is_marked})", **common}


def _dates() -> dict[str, Any]:
    """Let any day be typed on which figures may be dated."""
    told = {
        "error_title": message("template.input.date.title"),
        "error_message": message("template.input.date.error"),
    }
    days = {"minimum": f"={_FIRST_DATE}", "maximum": f"={_LAST_DATE}"}
    return {"validate": "date", "criteria": "between", **days, **told}
