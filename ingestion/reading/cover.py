"""The cover and the sheet of explanations: small tables with a layout of their own.

What belongs here: labels beside values, and the clerk's answers. What does not: forms (`tables.py`).
"""

from ingestion.definitions.forms import Column, Form
from ingestion.reading.cast import CodedColumn, cast, column_details
from ingestion.reading.footnotes import part
from ingestion.reading.header import SheetGrid, code_of, folded, is_numbering, one_spelling
from ingestion.records.cells import Cell, CellType, SheetCells
from ingestion.records.periods import Period, PeriodError
from ingestion.records.submissions import Cover, Explanation, Mark, Problem, Reading, Value

EXPLANATION_LABELS = {
    "rule": frozenset({"rule", "quy tac", "ma quy tac", "ma loi"}),
    "sheet": frozenset({"sheet", "bieu", "bieu so", "ma bieu"}),
    "cell": frozenset({"cell", "o", "dia chi o"}),
    "text": frozenset({"text", "giai trinh", "noi dung", "noi dung giai trinh", "explanation"}),
}
"""Column codes of the sheet of explanations and the folded labels that stand for them."""


def read_cover(sheet: SheetCells, form: Form, reading: Reading) -> Cover:
    """Read the cover; what it does not say, or says wrongly, is a problem with its place."""
    grid = SheetGrid(sheet)
    values: dict[str, Value] = {}
    cells: dict[str, str] = {}
    found = _value_cells(grid, form)
    is_told = False
    for column in form.columns:
        cell = found.get(column.code)
        values[column.code] = None
        if cell is None:
            continue
        cells[column.code] = cell.address
        rest, left = (cell, None) if column.type == "text" else part(cell, sheet, {})
        apart = (cell.text, left) if left is not None else None
        if column.code == "period_code" and apart is None:
            values[column.code] = rest.text.removeprefix("'")
            continue
        result = cast(rest, CodedColumn(column), sheet.name, reading, apart)
        if column.code == "period_code" and result.mark is Mark.INVALID:
            is_told = True
        values[column.code] = result.value
        if column.type == "int" and result.mark is Mark.INVALID:
            # Counts of forms are judged by the gate; the cover's are only compared.
            reading.notes.append(Problem("R115", sheet.name, cell.address, cell.text, column_details(column)))
    unit = values["reporting_org_code"]
    if unit is None and "reporting_org_code" not in cells:
        details = column_details(form.by_code["reporting_org_code"])
        reading.problems.append(Problem("R021", sheet.name, details=details))
    period = (
        None
        if is_told
        else _period(values["period_code"], cells.get("period_code", ""), form, sheet.name, reading)
    )
    return Cover(unit if isinstance(unit, str) else None, period, values, cells, sheet.name)


def _period(stored: Value, cell: str, form: Form, sheet: str, reading: Reading) -> Period | None:
    text = "" if stored is None else str(stored).replace("–", "-")
    try:
        return Period.parse(text)
    except PeriodError:
        details = column_details(form.by_code["period_code"])
        reading.problems.append(Problem("R022", sheet, cell, text, details))
        return None


def _value_cells(grid: SheetGrid, form: Form) -> dict[str, Cell]:
    """Find the value of each entry: right of its code and label, whichever of them are there."""
    columns = {column.code: column for column in form.columns}
    labels = {one_spelling(key): column for column in form.columns for key in column.match_keys}
    label_column = _label_column(grid, columns)
    found: dict[str, Cell] = {}
    for number in grid.numbers:
        line = [cell for _, cell in sorted(grid.rows[number].items())]
        for position, cell in enumerate(line):
            column = _entry(cell, columns, labels)
            if column is not None:
                rest = line[position + 1 :]
                is_code = code_of(cell) in columns
                # Between a code and its value stands the label, even if someone has reworded it.
                if rest and (
                    _entry(rest[0], columns, labels) is column
                    or (is_code and (len(rest) > 1 or rest[0].column == label_column))
                ):
                    rest = rest[1:]
                if rest:
                    found.setdefault(column.code, rest[0])
                break
    return found


def _label_column(grid: SheetGrid, codes: dict[str, Column]) -> int:
    """Give the column in which labels stand between codes and values; 0 where values follow the codes."""
    for number in grid.numbers:
        line = [cell for _, cell in sorted(grid.rows[number].items())]
        if len(line) > 2 and code_of(line[0]) in codes:
            return line[1].column
    return 0


def _entry(cell: Cell, codes: dict[str, Column], labels: dict[str, Column]) -> Column | None:
    if cell.type is not CellType.TEXT:
        return None
    return codes.get(code_of(cell)) or labels.get(folded(cell.text))


def explanation_columns(line: dict[int, Cell]) -> dict[str, int]:
    """Give the columns of the sheet of explanations that a row names, by code."""
    columns: dict[str, int] = {}
    for number, cell in sorted(line.items()):
        label = folded(cell.text)
        code = next((code for code, labels in EXPLANATION_LABELS.items() if label in labels), None)
        if code is not None:
            columns.setdefault(code, number)
    return columns


def read_explanations(sheet: SheetCells, reading: Reading) -> None:
    """Read the clerk's explanations; one without a rule is named in a note, since it answers nothing."""
    grid = SheetGrid(sheet)
    columns: dict[str, int] = {}
    for number in grid.numbers:
        line = grid.rows[number]
        named = explanation_columns(line)
        if len(named) >= 3:
            columns = columns or named
            continue
        if not columns or is_numbering(line):
            continue
        texts = {code: line[column].text for code, column in columns.items() if column in line}
        if not texts.get("text"):
            continue
        if not texts.get("rule"):
            reading.notes.append(Problem("R114", sheet.name, line[columns["text"]].address, texts["text"]))
            continue
        cell = texts.get("cell", "").replace("$", "").upper()
        reading.explanations.append(
            Explanation(texts["rule"].upper(), texts.get("sheet", ""), cell, texts["text"], number)
        )
    if not columns and grid.numbers:
        reading.problems.append(Problem("R035", sheet.name))
