"""What traces show of a cell: its value as it was filed, beside what it adds.

What belongs here: the values of the cells behind figures, from bronze's own files. What does not: what they add
up to (`behind`), and in which columns they stand (`received`).
"""

from collections.abc import Iterable
from pathlib import Path

import duckdb
import pandas as pd

from ingestion.definitions.forms import Form

_VALUES = """
    select cells.submission_id as submission, cells.form_code as form, cells.column_code as "column",
        count(*)::double as expected,
        count(*) filter (
            where cells.value_number is not distinct from {number}
            and cells.value_code is not distinct from {code}
            and cells.is_counted = (cells.value_number is not null or cells.contribution <> 0)
        )::double as found
    from (
        select rows.submission_id, rows.form_code, rows.row_number, contributions.column_code,
            contributions.value_number, contributions.value_code, contributions.contribution,
            contributions.is_counted
        from intermediate.int_indicator__contribution as contributions
        inner join intermediate.int_form__row as rows using (row_id)
        where rows.form_code = $form
    ) as cells
    left join read_parquet($files, union_by_name = true) as filed
        on cells.submission_id = filed.submission_id and cells.row_number = filed.row_number
    group by all
    order by all
"""
"""A cell that was not filed has nothing; one that is shown without adding anything would stand in no sum."""


def values_again(connection: duckdb.DuckDBPyConnection, bronze: Path, forms: Iterable[Form]) -> pd.DataFrame:
    """Give how many cells of a column traces read, and how many of them as they were filed."""
    frames = []
    for form in forms:
        files = sorted(str(path) for path in (bronze / "forms" / form.code).glob("*.parquet"))
        if files:
            names = connection.execute(
                "select * from read_parquet($files, union_by_name = true) limit 0", {"files": files}
            ).description
            there = {name for name, *_ in names or ()}
            columns = [column for column in form.columns if column.code in there]
            number = _value((c.code for c in columns if c.is_number), "double")
            code = _value((c.code for c in columns if c.type == "code"), "varchar")
            query = _VALUES.format(number=number, code=code)
            frames.append(connection.execute(query, {"form": form.code, "files": files}).df())
    names_ = ["submission", "form", "column", "expected", "found"]
    return pd.concat(frames, ignore_index=True) if frames else pd.DataFrame(columns=names_)


def _value(columns: Iterable[str], kind: str) -> str:
    cases = " ".join(f"when '{code}' then cast(filed.\"{code}\" as {kind})" for code in columns)
    return f"case cells.column_code {cases} end" if cases else f"cast(null as {kind})"
