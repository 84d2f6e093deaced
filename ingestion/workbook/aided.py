"""The template that prevents mistakes: locked cells, checked input, and rules that speak while one types.

What belongs here: what a template has beyond a plain workbook. What does not: the layout that both share
(`writer.py`) and the formulas themselves (`formulas.py`).
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from xlsxwriter.worksheet import CellFormulaTuple, Worksheet

from ingestion.catalogue import Column, Form
from ingestion.cells import column_index, column_letter
from ingestion.gate.excel import ROW
from ingestion.messages import message
from ingestion.periods import Period
from ingestion.reading.extract import CARRIED_SHEET
from ingestion.registry import Organisation
from ingestion.submissions import Explanation
from ingestion.workbook.formulas import CONTEXT_SHEET, Plan
from ingestion.workbook.formulas import Column as MessageColumn
from ingestion.workbook.writer import (
    EXPLANATIONS_SHEET,
    FIRST_COVER_ROW,
    FIRST_LIST_ROW,
    CellInput,
    Row,
    WorkbookWriter,
    type_properties,
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

_BLANK_RULE = "V010"
_COLOURS: dict[str, dict[str, object]] = {
    "error": {"bg_color": "#F4A6A6", "font_color": "#8B0000"},
    "warning": {"bg_color": "#F9CFA0", "font_color": "#7A3E00"},
    "blank": {"bg_color": "#FFF6C8"},
}
_PROTECTION = {"format_cells": True, "format_columns": True, "format_rows": True}
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

    def __init__(self, book: Any, unit: Organisation, period: Period, *, plan: Plan) -> None:
        super().__init__(book, unit, period)
        self._plan = plan
        self._input = {
            column_type: book.add_format(properties | {"locked": False})
            for column_type, properties in type_properties().items()
        }
        self._colours = {name: book.add_format(properties) for name, properties in _COLOURS.items()}
        self._message = book.add_format(
            {"font_name": "Times New Roman", "font_size": 10, "font_color": "#8B0000", "valign": "vcenter"}
        )

    def _add_sheet(self, name: str) -> Any:
        return self._book.add_worksheet(name, _Sheet)

    def _style(self, form: Form, column: Column, value: CellInput) -> Any:
        is_stub = column.code in form.key or column.assigned is not None or self._is_name(form, column)
        if is_stub and value is not None:
            return self._formats.by_type[column.type]
        return self._input[column.type]

    @staticmethod
    def _is_name(form: Form, column: Column) -> bool:
        return column.type == "text" and form.columns.index(column) <= len(form.key)

    def _cover_style(self, column: Column, value: CellInput) -> Any:
        if column.code in _LOCKED_ENTRIES:
            return super()._cover_style(column, value)
        return self._input["text" if column.type == "int" else column.type]

    def write_cover(self, form: Form, cover: Mapping[str, CellInput]) -> None:
        """Write the cover, with what is still wrong counted below the entries."""
        super().write_cover(form, cover)
        sheet = self._book.get_worksheet_by_name(form.sheet)
        self._write_summary(sheet, FIRST_COVER_ROW + len(form.columns) + 7)
        for row, column in enumerate(form.columns, start=FIRST_COVER_ROW - 1):
            if column.code == "signature":
                sheet.set_row(row, None, None, {"hidden": True})
        sheet.protect("", _PROTECTION)

    def _write_summary(self, sheet: Any, row: int) -> None:
        counts = {form: self._counted(form) for form in self._plan.columns}
        sheet.write_string(row, 1, message("template.check.summary"), self._formats.heading)
        lines = [(message("template.check.open"), "+".join(open_ for open_, _ in counts.values()))]
        for form, (open_, _) in counts.items():
            lines.append((message("template.check.open_in", sheet=self._plan.book.sheets[form].name), open_))
        lines.append((message("template.check.blank"), "+".join(blank for _, blank in counts.values())))
        style = self._formats.by_type["int"]
        for number, (label, formula) in enumerate(lines, start=row + 1):
            sheet.write_string(number, 1, label, self._formats.label)
            sheet.write_formula(number, 2, f"={formula}", style, 0)
        last = row + len(lines)
        rule = {"type": "cell", "criteria": ">", "value": 0, "format": self._colours["error"]}
        sheet.conditional_format(row + 1, 2, last - 1, 2, rule)
        sheet.merge_range(last + 1, 1, last + 1, 2, message("template.check.legend"), self._formats.note)
        sheet.set_row(last + 1, 30)

    def _counted(self, form: str) -> tuple[str, str]:
        """Give the formulas that count the messages of a sheet: open ones, and rows with blanks."""
        place = self._plan.book.sheets[form]
        parts: dict[bool, list[str]] = {True: [], False: []}
        for is_blank in (False, True):
            letters = [c.letters for c in self._plan.columns[form] if _is_of_blanks(c) is is_blank]
            if letters:
                cells = f"'{place.name}'!${letters[0]}${place.first}:${letters[-1]}${place.last + 1}"
                parts[is_blank].append(f'COUNTIF({cells},"?*")')
        return "+".join(parts[False]) or "0", "+".join(parts[True]) or "0"

    def write_form(self, form: Form, rows: Sequence[Row], typed_totals: Row) -> None:
        """Write the sheet of one form with all that helps while it is filled in."""
        super().write_form(form, rows, typed_totals)
        sheet = self._book.get_worksheet_by_name(form.sheet)
        columns = self._plan.columns[form.code]
        self._restrict_input(sheet, form)
        self._write_formulas(sheet, form, columns)
        self._colour(sheet, form, columns)
        place = self._plan.book.sheets[form.code]
        width = len(form.columns)
        sheet.print_area(0, 0, place.last + 2, width)
        sheet.protect("", _PROTECTION)

    def _restrict_input(self, sheet: Any, form: Form) -> None:
        place = self._plan.book.sheets[form.code]
        first, last = place.first - 1, place.last - 1
        for position, column in enumerate(form.columns):
            if column.code in form.key or column.assigned is not None or column.type in ("code", "text"):
                continue
            cell = f"{column_letter(position + 1)}{place.first}"
            sheet.data_validation(first, position, last, position, _validation(column, cell))

    def _write_formulas(self, sheet: Any, form: Form, columns: Sequence[MessageColumn]) -> None:
        place = self._plan.book.sheets[form.code]
        after = place.total or place.last + 1
        for letters, formula in self._plan.helpers[form.code].columns.items():
            position = column_index(letters) - 1
            for row in range(place.first, place.last + 1):
                text = formula if isinstance(formula, str) else formula.get(row)
                if text is not None:
                    sheet.put_formula(row - 1, position, text.replace(ROW, str(row)))
        for column in columns:
            position = column_index(column.letters) - 1
            row_of = column.violations[0].row
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

    def _colour(self, sheet: Any, form: Form, columns: Sequence[MessageColumn]) -> None:
        """Colour the accused cells, those of errors before those of warnings."""
        place = self._plan.book.sheets[form.code]
        for column in columns:
            for violation in column.violations:
                if violation.cell is None:
                    continue
                letters, fixed = violation.cell
                first, last = (place.first, place.last) if fixed is None else (fixed, fixed)
                if violation.is_exact:
                    criteria = violation.formula.replace(ROW, str(first))
                elif violation.row is not None:
                    criteria = f"LEN(${column.letters}${violation.row})>0"
                elif fixed is None:
                    criteria = f"LEN(${column.letters}{first})>0"
                else:
                    cells = f"${column.letters}${place.first}:${column.letters}${place.last}"
                    criteria = f'COUNTIF({cells},"?*")>0'
                name = "blank" if violation.check.rule.id == _BLANK_RULE else violation.severity
                if name == "blank" and violation.check.frame != "cell":
                    name = "warning"
                position = column_index(letters) - 1
                rule = {"type": "formula", "criteria": f"={criteria}", "format": self._colours[name]}
                sheet.conditional_format(first - 1, position, last - 1, position, rule)

    def write_explanations(self, explanations: Iterable[Explanation]) -> None:
        """Write the sheet of explanations with its lines open."""
        super().write_explanations(explanations)
        sheet = self._book.get_worksheet_by_name(EXPLANATIONS_SHEET)
        for row in range(FIRST_LIST_ROW - 1, FIRST_LIST_ROW + 60):
            for position in range(4):
                sheet.write_blank(row, position, None, self._input["text" if position == 3 else "code"])
        sheet.protect("", _PROTECTION)

    def write_context(self) -> None:
        """Write the hidden sheets of what was known when the template was made."""
        sheet = self._add_sheet(CONTEXT_SHEET)
        for number, block in enumerate(self._plan.blocks):
            sheet.write_string(0, 2 * number, block.name)
            for row, (code, value) in enumerate(block.rows, start=2):
                sheet.write_string(row, 2 * number, code)
                if value is not None:
                    sheet.write(row, 2 * number + 1, value)
        sheet.protect("", {})
        sheet.hide()
        sheet = self._add_sheet(CARRIED_SHEET)
        for row, (table, line) in enumerate(self._plan.carried):
            sheet.write_string(row, 0, table)
            sheet.write_string(row, 1, line)
        sheet.protect("", {})
        sheet.hide()


def _is_of_blanks(column: MessageColumn) -> bool:
    return column.violations[0].check.rule.id == _BLANK_RULE


def _validation(column: Column, cell: str) -> dict[str, Any]:
    """Give what may be typed into the cells of a column, with a word of help."""
    kind = column.type
    is_marked = f'IF(ISTEXT({cell}),LOWER(TRIM({cell}))="x",FALSE)'
    common = {
        "input_title": message(f"template.input.{kind}.title"),
        "input_message": message(f"template.input.{kind}.text"),
        "error_title": message(f"template.input.{kind}.title"),
        "error_message": message(f"template.input.{kind}.error"),
    }
    if kind == "date":
        between = {"validate": "date", "criteria": "between", "minimum": f"={_FIRST_DATE}"}
        return {**between, "maximum": f"={_LAST_DATE}", **common}
    is_number = f"IF(ISNUMBER({cell}),AND({cell}>=0,INT({cell})={cell}),FALSE)"
    if kind != "int":
        is_number = f"ISNUMBER({cell})"
    return {"validate": "custom", "value": f"=OR({is_number},{is_marked})", **common}
