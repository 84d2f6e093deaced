"""Columns of a form that the period of the file does not have: before they began, or after they ended.

What belongs here: finding them, and refusing what was filled into them. What does not: the header of the period
itself (`header.py`) and sheets that nobody asked for, which the gate refuses.
"""

from ingestion.definitions.forms import Column, Form
from ingestion.reading.cast import column_details
from ingestion.reading.header import Header, SheetGrid, find_header
from ingestion.records.submissions import FormTable, Mark, Problem, Reading
from ingestion.words.labels import LANGUAGES, Language
from ingestion.words.messages import message
from ingestion.words.writing import day

_FILLED = (Mark.INVALID, Mark.ERROR)


def add_others(header: Header, grid: SheetGrid, form: Form, whole: Form) -> list[Column]:
    """Add to a header the columns of other periods that stand on the sheet, and give them.

    They are read like the others, so that what was filed is kept whatever is decided about it.

    Args:
        header: where the columns of the period stand.
        grid: the sheet.
        form: the form as the period has it.
        whole: the form with every column that it ever had.
    """
    if form is whole or not header.unknown:
        return []
    everything = find_header(grid, whole.columns)
    if everything is None:
        return []
    unknown = {number for number, _ in header.unknown}
    others = [
        column
        for column in whole.columns
        if column.code not in form.by_code and everything.columns.get(column.code) in unknown
    ]
    found = {column.code: everything.columns[column.code] for column in others}
    header.columns |= found
    header.unknown = [(number, label) for number, label in header.unknown if number not in found.values()]
    return others


def report_not_collected(column: Column, table: FormTable, reading: Reading) -> None:
    """Refuse what was filled into a column that the period does not have; one left blank does no harm."""
    for row in table.rows:
        value = row.values.get(column.code)
        if value is None and row.marks.get(column.code) not in _FILLED:
            continue
        details = column_details(column) | {"form": table.form} | _time(column)
        text = row.texts.get(column.code) or str(value)
        reading.problems.append(Problem("R037", table.sheet, table.cell(row, column.code), text, details))
        return


def _time(column: Column) -> dict[str, str]:
    """Give the fields with which a message tells the time of a column, either end of which may be open."""
    days = {"from": column.effective.first, "to": column.effective.last}
    ends = "_".join(end for end, on in days.items() if on is not None)
    said: dict[Language, str] = {
        language: message(
            f"R037.time.{ends}", language, **{end: day(on, language) for end, on in days.items() if on}
        )
        for language in LANGUAGES
    }
    return {"time": said["vi"], "time_en": said["en"]}
