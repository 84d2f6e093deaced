"""The order of day and month in a file as a whole.

What belongs here: what the dates that a file holds as text say together. Programs set to American English write
`12/31/2019`; next to it `4/9/2019` is 9 April, and nobody may read it as 4 September. What does not: one date
by itself (`ingestion.values`, `cast.py`). Dates that a workbook stores as dates have no order.
"""

from collections import Counter

from ingestion.catalogue import Catalogue
from ingestion.submissions import Mark, Problem, Reading
from ingestion.values import DateOrder

_NO_DATE = "R043"


def settle_order(reading: Reading, catalogue: Catalogue) -> None:
    """Take back the dates of a file that are written month first throughout, and say so in one problem.

    The evidence is a text that is a date only month first, where no other is one only day first. With evidence
    for both orders each date that cannot be one stays a problem of its own.
    """
    orders = {date.order for date in reading.text_dates}
    if DateOrder.MONTH_FIRST not in orders or DateOrder.DAY_FIRST in orders:
        return
    swapped = [date for date in reading.text_dates if date.order is not DateOrder.SAME]
    places = {(date.sheet, date.cell) for date in swapped}
    reading.problems[:] = [p for p in reading.problems if p.code != _NO_DATE or (p.sheet, p.cell) not in places]
    first = next(date for date in swapped if date.order is DateOrder.MONTH_FIRST)
    details = {"count": str(len(places))}
    reading.problems.append(Problem("R089", first.sheet, first.cell, first.text, details))
    reading.conversions -= Counter(date_text=sum(date.was_read for date in swapped))
    if cover := reading.cover:
        for code, cell in cover.cells.items():
            if (cover.sheet, cell) in places:
                cover.values[code] = None
    for table in reading.tables.values():
        columns = [
            c.code for c in catalogue.forms[table.form].columns if c.type == "date" and c.code in table.columns
        ]
        for row in table.rows:
            for code in columns:
                if (table.sheet, table.cell(row, code)) in places:
                    row.values[code] = None
                    row.marks[code] = Mark.INVALID
