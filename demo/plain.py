"""Rows of a form of which the demo world knows nothing, so that a form that was added is filed as well.

What belongs here: figures that are sound by the nature of their columns alone. What does not: the forms that
have a story of their own (`tables.py` and the module of each subject).
"""

from collections.abc import Iterable, Mapping
from itertools import product

from demo.draw import stream
from ingestion.definitions.forms import Column, Form, Line
from ingestion.workbook import CellInput

_MOST = 4
"""Counts of a quarter, and stocks, are drawn below this."""


def plain_rows(
    form: Form, keys: Iterable[Mapping[str, CellInput]], lines: Iterable[Line], year: int, quarter: int
) -> list[dict[str, CellInput]]:
    """Give rows with figures for the months up to the end of a quarter.

    Flows grow from quarter to quarter; everything else stays as it is from year to year, so that an opening
    is the closing before it.

    Args:
        form: the form, with the columns that the period has.
        keys: what is known of each row: its key, and a name.
        lines: the fixed lines that may stand in a key.
        year: the year.
        quarter: the quarter at whose end it is filed, 1 to 4.
    """
    natures = {line.code: line.nature for line in lines}
    rows = []
    for known in keys:
        row = dict(known)
        named = "/".join(str(known.get(code)) for code in form.key)
        of_line = next((natures[str(v)] for v in known.values() if str(v) in natures), None)
        for column in form.columns:
            if column.code not in row:
                row[column.code] = _value(form, column, named, of_line, (year, quarter))
        rows.append(row)
    return rows


def keys_of_lines(form: Form, kind: str) -> list[dict[str, CellInput]]:
    """Give the key of every combination of fixed lines that a kind of unit files; another key is left `-`."""
    owed = form.owed_lines(kind)
    per_key = [[line.code for line in owed[code]] if code in owed else ["-"] for code in form.key]
    return [dict(zip(form.key, codes, strict=True)) for codes in product(*per_key)]


def _value(form: Form, column: Column, named: str, of_line: str | None, until: tuple[int, int]) -> CellInput:
    year, quarter = until
    if column.type == "code":
        return column.choices[0] if column.choices else None
    if column.type != "int":
        return 0.0 if column.required and column.is_number else None
    nature = of_line if column.nature == "line" else column.nature
    if nature != "flow":
        return int(stream(0, form.code, named, column.closing or column.code).integers(_MOST))
    return sum(
        int(stream(0, form.code, named, column.code, year, number).integers(_MOST))
        for number in range(1, quarter + 1)
    )
