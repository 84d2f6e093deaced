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
        counts = _counts(form, named, of_line, (year, quarter))
        for column in form.columns:
            if column.code not in row:
                row[column.code] = counts.get(column.code, _no_count(column))
        rows.append(row)
    return rows


def keys_of_lines(form: Form, kind: str) -> list[dict[str, CellInput]]:
    """Give the key of every combination of fixed lines that a kind of unit files; another key is left `-`."""
    owed = form.owed_lines(kind)
    per_key = [[line.code for line in owed[code]] if code in owed else ["-"] for code in form.key]
    return [dict(zip(form.key, codes, strict=True)) for codes in product(*per_key)]


def _no_count(column: Column) -> CellInput:
    if column.type == "code":
        return column.choices[0] if column.choices else None
    return 0.0 if column.required and column.is_number else None


def _counts(form: Form, named: str, of_line: str | None, until: tuple[int, int]) -> dict[str, int]:
    """Give the counts of a row, of which those that are measured alike fall from column to column.

    So what is written as part of what stands before it is not more than that. A stock keeps its figure when a
    column comes or goes; it is bounded by those alone that are always there.
    """
    year, quarter = until
    found: dict[str, int] = {}
    bounds: dict[tuple[str | None, str | None], list[int]] = {}
    counted = [column for column in form.columns if column.type == "int"]
    for column in (column for column in counted if column.closing is None):
        nature = of_line if column.nature == "line" else column.nature
        months = [(year, number) for number in range(1, quarter + 1)]
        moments: list[tuple[int, ...]] = [*months] if nature == "flow" else [()]
        most = bounds.get((column.unit, nature), [_MOST - 1] * len(moments))
        drawn = [
            min(bound, int(stream(0, form.code, named, column.code, *moment).integers(_MOST)))
            for moment, bound in zip(moments, most, strict=True)
        ]
        if nature == "flow" or column.effective.is_always:
            bounds[column.unit, nature] = drawn
        found[column.code] = sum(drawn)
    for column in (column for column in counted if column.closing is not None):
        found[column.code] = found.get(str(column.closing), 0)
    return found
