"""The table of a form: its header and its rows, and what is said of them as a whole.

What belongs here: reading a sheet that is known to be a form, and its problems and notes. What does not:
telling rows apart (`rows.py`), the header (`header.py`) and single cells (`cast.py`).

Beside the rows of a table, a second table repeats columns, which are problems; columns under a header of their
own are named in notes, and so are figures under no header at all.
"""

from bisect import bisect_right
from collections.abc import Container

from ingestion.definitions.forms import Column, Form
from ingestion.ooxml.limits import MAX_FORM_ROWS, too_many
from ingestion.reading.cast import column_details
from ingestion.reading.footnotes import Apart, part_columns
from ingestion.reading.header import Header, SheetGrid, find_header
from ingestion.reading.not_collected import add_others, report_not_collected
from ingestion.reading.printed import compare_head
from ingestion.reading.rows import RowReader, Sorted, is_uncalculated
from ingestion.records.cells import Cell, SheetCells, address, column_letter
from ingestion.records.submissions import FormTable, Mark, Problem, Reading

_MOST_MISSING = 5
"""Where more required columns than this are missing, it is the sheet that is wrong, and one problem says so."""


def read_table(
    grid: SheetGrid, whole: Form, reading: Reading, known: Container[str] = frozenset()
) -> FormTable | None:
    """Read a sheet as a form, with problems and notes going to the reading; None if it has no header.

    Args:
        grid: the sheet.
        whole: the form that it was recognised as, with every column that it ever had.
        reading: what has been read of the file so far.
        known: codes of organisations that the workbook itself lists.

    Raises:
        UnreadableError: it has more rows than any unit has to report.
    """
    sheet = grid.sheet
    period = reading.cover.period if reading.cover else None
    form = whole.on(period.end) if period else whole
    header = find_header(grid, form.columns)
    if header is None:
        reading.problems.append(Problem("R034", sheet=sheet.name, details=_form_details(form)))
        return None
    others = add_others(header, grid, form, whole)
    _report_header(header, form, sheet.name, reading, is_dated=period is not None)
    form = whole.with_columns(column for column in whole.columns if column in (*form.columns, *others))
    compare_head(grid, form, header.last_row, reading)
    table = FormTable(form.code, sheet.name, dict(sorted(header.columns.items(), key=lambda item: item[1])))
    keys = [header.columns[code] for code in form.key if code in header.columns]
    if not keys:
        return table
    values = [table.columns[c.code] for c in form.columns if c.type != "text" and c.code in table.columns]
    apart = part_columns(grid, frozenset(values), header.last_row)
    _fill_merged_keys(grid, keys, apart)
    reader = RowReader(grid, form, table, reading, apart, known=known)
    found = reader.sort_rows(header.last_row, keys)
    if (count := len(found.rows) + len(found.keyless)) > MAX_FORM_ROWS:
        raise too_many("form_rows", count, MAX_FORM_ROWS, sheet=sheet.name)
    _report_rows(found, reader, sheet, reading)
    _report_shifted(found.rows, header.last_row, sheet, reading)
    if beside := reader.beside(found.rows, header.last_row):
        letters = ", ".join(map(column_letter, sorted({cell.column for cell in beside})))
        reading.notes.append(
            Problem("R162", sheet.name, beside[0].address, beside[0].text, {"letters": letters})
        )
    for number in found.rows:
        row = reader.row(number)
        if any(row.marks.get(code) is Mark.INVALID for code in form.key):
            continue  # cast has reported the unknown code; without it the figures belong to no line
        table.rows.append(row)
    for column in others:
        report_not_collected(column, table, reading)
    if formula := _uncalculated(sheet, {*found.rows, *found.totals}, set(table.columns.values())):
        reading.notes.append(Problem("R112", sheet.name, formula.address, formula.text))
    if found.totals:
        table.total = reader.total(found.totals[-1])
    return table


def _uncalculated(sheet: SheetCells, rows: set[int], columns: set[int]) -> Cell | None:
    """Give the first formula among the figures that was never calculated; what stands beside is not read."""
    return next(
        (
            cell
            for cell in sheet.cells.values()
            if is_uncalculated(cell) and cell.row in rows and cell.column in columns
        ),
        None,
    )


def _form_details(form: Form) -> dict[str, str]:
    return {"form": form.code, "title": form.title.vi, "title_en": form.title.en}


def _together(columns: list[Column], form: Form) -> dict[str, str]:
    """Give the fields with which a message names several columns."""
    return {
        "form": form.code,
        "count": str(len(columns)),
        "columns": ", ".join(column.code for column in columns),
        "labels": ", ".join(f"“{column.full_label('vi')}”" for column in columns),
        "labels_en": ", ".join(f"“{column.full_label('en')}”" for column in columns),
    }


def _report_header(header: Header, form: Form, sheet: str, reading: Reading, *, is_dated: bool) -> None:
    """Report the columns that are missing, too many or unknown; without a period some may not be collected."""
    missing = [
        column
        for column in form.columns
        if column.code not in header.columns and (is_dated or column.effective.is_always)
    ]
    keys = [column for column in missing if column.code in form.key]
    required = [column for column in missing if column.required and column not in keys]
    optional = [column for column in missing if column.is_number and column not in (*keys, *required)]
    for code, column in [("R031", column) for column in keys] + [("R030", column) for column in required]:
        if code == "R030" and len(required) > _MOST_MISSING:
            continue
        reading.problems.append(Problem(code, sheet, details=column_details(column) | {"form": form.code}))
    if len(required) > _MOST_MISSING:
        reading.problems.append(Problem("R036", sheet, details=_together(required, form)))
    if optional:
        reading.notes.append(Problem("R132", sheet, details=_together(optional, form)))
    for code, number in header.repeated:
        first = address(header.last_row, header.columns[code])
        details = column_details(form.by_code[code]) | {"first": first}
        reading.problems.append(Problem("R032", sheet, address(header.last_row, number), code, details))
    for number, label in header.unknown:
        details = {"letter": column_letter(number)}
        reading.notes.append(Problem("R103", sheet, address(header.last_row, number), label, details))


def _report_rows(found: Sorted, reader: "RowReader", sheet: SheetCells, reading: Reading) -> None:
    for number in found.keyless:
        cell = reader.first_cell(number)
        reading.problems.append(Problem("R041", sheet.name, cell.address, cell.text, {"row": str(number)}))
    for number in found.subtotals:
        cell = reader.first_cell(number)
        reading.notes.append(Problem("R108", sheet.name, cell.address, cell.text, {"row": str(number)}))
    ignored = [number for number in found.ignored if reader.has_figures(number)]
    if ignored:
        details = {"first": str(ignored[0]), "last": str(ignored[-1])}
        reading.notes.append(Problem("R109", sheet.name, f"A{ignored[0]}", details=details))
    for number in found.headers:
        cell = reader.first_cell(number)
        reading.notes.append(Problem("R125", sheet.name, cell.address, cell.text, {"row": str(number)}))
    if letters := reader.hidden_letters(found.rows, sheet.hidden_columns):
        details = {"letters": ", ".join(letters)}
        reading.notes.append(Problem("R126", sheet.name, f"{letters[0]}{found.rows[0]}", details=details))
    for merged, cell in reader.spread(found.rows):
        reading.problems.append(Problem("R051", sheet.name, cell.address, cell.text, {"range": merged}))
    hidden = [number for number in found.rows if number in sheet.hidden_rows]
    if hidden:
        details = {"rows": ", ".join(map(str, hidden))}
        reading.notes.append(Problem("R107", sheet.name, f"A{hidden[0]}", details=details))


def _report_shifted(rows: list[int], last_header_row: int, sheet: SheetCells, reading: Reading) -> None:
    """Report rows of a delimited file with more fields than its header: a delimiter in one moved the rest."""
    most = max((width for number, width in sheet.widths.items() if number <= last_header_row), default=0)
    for number in rows:
        width = sheet.widths.get(number, 0)
        if width > most:
            details = {"row": str(number), "found": str(width), "expected": str(most)}
            reading.problems.append(Problem("R090", sheet.name, f"A{number}", details=details))


def _fill_merged_keys(grid: SheetGrid, keys: list[int], apart: Apart) -> None:
    """Give every row its key where one code is merged over several rows."""
    numbers = grid.numbers
    for top, left, bottom, right in grid.sheet.merged:
        owner = grid.rows.get(top, {}).get(left)
        if left != right or left not in keys or owner is None:
            continue
        for number in numbers[bisect_right(numbers, top) : bisect_right(numbers, bottom)]:
            if left not in grid.rows[number]:
                grid.rows[number][left] = owner._replace(row=number)
                if (top, left) in apart:
                    apart[number, left] = apart[top, left]
