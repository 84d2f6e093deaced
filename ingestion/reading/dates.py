"""The order of day and month in a file as a whole.

What belongs here: what the dates that a file holds as text say together. Programs set to American English write
`12/31/2019`; next to it `4/9/2019` is 9 April, and nobody may read it as 4 September. What does not: one date
by itself (`ingestion.records.stored`, `cast.py`). Dates that a workbook stores as dates have no order.
"""

from collections import Counter
from collections.abc import Collection, Sequence

from ingestion.definitions.catalogue import Catalogue
from ingestion.records.stored import DateOrder
from ingestion.records.submissions import Mark, Problem, Reading, TextDate
from ingestion.words.places import address

_NO_DATE = "R043"
_READ_WITHOUT_A_MARK = "R140"


def settle_order(reading: Reading, catalogue: Catalogue) -> None:
    """Take back the dates whose day and month nobody can tell apart, or that are written month first.

    The evidence is a text that is a date in one order alone. Where a file has evidence for the month first
    only, all its dates are so; where it has both, each sheet goes by its own, since people put files together
    from several programs. The sheets written month first throughout are told of in one problem. In a sheet
    with evidence for both orders, or none of its own in such a file, each date that may be either is a problem.
    """
    orders = _orders(reading.text_dates)
    if DateOrder.MONTH_FIRST not in orders:
        return
    by_sheet: dict[str, list[TextDate]] = {}
    for date in reading.text_dates:
        by_sheet.setdefault(date.sheet, []).append(date)
    swapped: list[TextDate] = []
    doubtful: list[TextDate] = []
    for dates in by_sheet.values():
        own = _orders(dates) if DateOrder.DAY_FIRST in orders else orders
        if DateOrder.DAY_FIRST not in own and DateOrder.MONTH_FIRST in own:
            swapped += [date for date in dates if not (date.was_read and date.order is DateOrder.SAME)]
        elif own != {DateOrder.DAY_FIRST}:
            doubtful += [date for date in dates if date.was_read and date.order is DateOrder.EITHER]
    if swapped:
        _tell_swapped(swapped, reading)
    month_first = next(date for date in reading.text_dates if date.order is DateOrder.MONTH_FIRST)
    details = {"other": address(month_first.sheet, month_first.cell), "other_text": month_first.text}
    reading.problems += [Problem("R091", date.sheet, date.cell, date.text, details) for date in doubtful]
    _take_back([*swapped, *doubtful], reading, catalogue)


def _orders(dates: Sequence[TextDate]) -> set[DateOrder]:
    """Give the orders for which there is evidence."""
    return {date.order for date in dates} & {DateOrder.DAY_FIRST, DateOrder.MONTH_FIRST}


def _tell_swapped(swapped: Sequence[TextDate], reading: Reading) -> None:
    places = _places(swapped)
    reading.problems[:] = [p for p in reading.problems if p.code != _NO_DATE or (p.sheet, p.cell) not in places]
    first = next(date for date in swapped if date.order is DateOrder.MONTH_FIRST)
    sheets = ", ".join(dict.fromkeys(date.sheet for date in swapped))
    details = {"count": str(len(places)), "sheets": sheets}
    reading.problems.append(Problem("R089", first.sheet, first.cell, first.text, details))


def _places(dates: Sequence[TextDate]) -> Collection[tuple[str, str]]:
    return {(date.sheet, date.cell) for date in dates}


def _take_back(dates: Sequence[TextDate], reading: Reading, catalogue: Catalogue) -> None:
    """Leave the cells of some dates without a value, and unsay that they were read."""
    places = _places(dates)
    reading.conversions -= Counter(date_text=sum(date.was_read for date in dates))
    reading.notes[:] = [
        note
        for note in reading.notes
        if note.code != _READ_WITHOUT_A_MARK or (note.sheet, note.cell) not in places
    ]
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
