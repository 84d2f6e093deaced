"""The demo world as cell grids: what reading its workbooks would give, without writing them.

What belongs here: submissions and accepted rows in memory, and the registry beside them. What does not: files
(`writing.py`) and what is wrong with a submission (`faults/base.py`).
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd

from demo.registry_files import Tables as RegistryTables
from demo.tables import Row
from demo.world import DemoSubmission, World
from ingestion.definitions.catalogue import Catalogue
from ingestion.definitions.forms import Form
from ingestion.definitions.registry import Registry
from ingestion.gate.frames.history import KEY_COLUMNS
from ingestion.records.cells import column_letter
from ingestion.records.periods import Period
from ingestion.records.stored import added
from ingestion.records.submissions import (
    Cover,
    FormRow,
    FormTable,
    Mark,
    Reading,
    Submission,
    SubmissionKey,
    Value,
)
from ingestion.workbook import NotApplicable
from ingestion.workbook.writer import FIRST_COVER_ROW, FIRST_DATA_ROW

_COVER_COLUMN = 3


def registry_in_memory(tables: RegistryTables, **changes: Any) -> Registry:
    """Give the demo's registry without its files.

    Args:
        tables: its tables.
        changes: tables that differ.
    """
    rows: dict[str, Any] = {name: tuple(found) for name, found in tables.items()}
    return Registry(folder=Path("registry"), **(rows | changes))


def submission_in_memory(catalogue: Catalogue, filed: DemoSubmission) -> Submission:
    """Give a submission as its reading would be; what `faults.edit_file` does to files is not in it."""
    key = SubmissionKey(filed.unit, filed.period.code, filed.revision)
    forms = catalogue.on(filed.period.end).forms
    tables = {
        code: _table(forms[code], rows, (filed.typed_totals or {}).get(code, {}))
        for code, rows in filed.tables.items()
    }
    reading = Reading(filed.file_name, "xlsx", _cover(catalogue.cover, filed), tables, list(filed.explanations))
    return Submission(key, "", filed.received_at, reading)


def _cover(form: Form, filed: DemoSubmission) -> Cover:
    known: dict[str, Any] = {
        "reporting_org_code": filed.unit,
        "period_code": filed.period.code,
        "period_start": filed.period.days_by_code.first,
        "period_end": filed.period.end,
        "period_basis": "CUMULATIVE",
    }
    values: dict[str, Value] = {column.code: None for column in form.columns} | known | filed.cover
    cells = {
        column.code: f"{column_letter(_COVER_COLUMN)}{row}"
        for row, column in enumerate(form.columns, start=FIRST_COVER_ROW)
        if values[column.code] is not None
    }
    return Cover(filed.unit, filed.period, values, cells, form.sheet)


def _table(form: Form, rows: Iterable[Row], typed_total: Row) -> FormTable:
    table = FormTable(form.code, form.sheet, {c.code: i for i, c in enumerate(form.columns, start=1)})
    table.rows = [_row(form, number, row) for number, row in enumerate(rows, start=FIRST_DATA_ROW)]
    retotal(form, table)
    if table.total is not None:
        table.total.values.update({c: v for c, v in typed_total.items() if not isinstance(v, NotApplicable)})
    return table


def _row(form: Form, number: int, row: Row) -> FormRow:
    read = FormRow(number, {})
    for column in form.columns:
        value = row.get(column.code)
        read.values[column.code] = None
        if isinstance(value, NotApplicable):
            read.marks[column.code] = Mark.NOT_APPLICABLE
            read.texts[column.code] = value.value
        elif value is None:
            read.marks[column.code] = Mark.BLANK
        else:
            is_quantity = column.type in ("decimal", "percent") and isinstance(value, int)
            read.values[column.code] = float(value) if is_quantity else value  # type: ignore[arg-type]
    return read


def retotal(form: Form, table: FormTable) -> None:
    """Compute the total row anew, as the formulas of a workbook do."""
    if form.rows != "organisations":
        return
    table.total = FormRow(FIRST_DATA_ROW + len(table.rows), {})
    for column in form.total_columns:
        filed = [row.values.get(column.code) for row in table.rows]
        table.total.values[column.code] = added(v for v in filed if isinstance(v, int | float))


class WorldHistory:
    """Accepted rows of the demo world: of each unit and period the submission without a fault."""

    def __init__(self, world: World) -> None:
        self._filed: dict[str, list[DemoSubmission]] = defaultdict(list)
        newest = {(s.unit, s.period.code): s for s in world.sound()}
        for submission in newest.values():
            self._filed[submission.period.code].append(submission)
        self._frames: dict[tuple[str, str], pd.DataFrame] = {}

    def rows(self, form: str, period: Period) -> pd.DataFrame:
        """Give the rows of a form that count for a period, of all units."""
        key = (form, period.code)
        if key not in self._frames:
            rows = [
                row_of_history(filed.unit, period.code, row)
                for filed in self._filed[period.code]
                for row in filed.tables.get(form, ())
            ]
            self._frames[key] = pd.DataFrame(rows, columns=None if rows else list(KEY_COLUMNS))
        return self._frames[key]


def row_of_history(unit: str, period: str, row: Mapping[str, Any]) -> dict[str, Any]:
    """Give one filed row as a row of accepted figures."""
    values = {code: None if isinstance(value, NotApplicable) else value for code, value in row.items()}
    keys = {"submission_id": f"{unit}.{period}.r1", "reporting_org_code": unit, "period_code": period}
    return keys | values
