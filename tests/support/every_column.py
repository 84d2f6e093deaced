"""Every column that anybody reads, changed by hand in one row, and whether the publication gate names that row.

What belongs here: which tables are read by pages, commands and releases, what the gate calls a row of each, and
changing cells. What does not: expectations, which stand in the tests.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

import duckdb
import pandas as pd
import yaml

from ingestion.definitions.catalogue import Catalogue
from orchestration.warehouse import PROJECT_DIR
from reports.publication_gate.rows import ROW

_NOT_READERS = ("publication_gate", "analysis_terms")
"""The gate itself, and what the data team looks at in the warehouse alone."""

_ORGANISATION = {"unit": "org_code", "system": "term_system", "since": "cast(valid_from as varchar)"}
_FIGURE = {"indicator": "indicator_code", "unit": "org_code", "period": "period_code"}
_DERIVED = _FIGURE | {"derivation": "derivation"}
_TARGET = {"indicator": "indicator_code", "unit": "org_code", "basis": "basis"}
_SUBMISSION = {"submission": "submission_id"}
_AT = {"rule": "rule_code", "sheet": "sheet", "cell": "cell"}
_COLUMN = {"submission": "submission_id", "form": "form_code", "column": "column_code"}
_OF_ROW = "(select {name} from intermediate.int_form__row as r where r.row_id = t.row_id)"
_OF_MEASURE = "(select {name} from intermediate.int_indicator__measure as m where m.measure_id = t.measure_id)"

_ADDING = "select measure_id from intermediate.int_indicator__contribution where contribution <> 0"


@dataclass(frozen=True)
class Read:
    """A table that is read.

    Attributes:
        named: by check what its pairs say of a row of the table, as SQL.
        columns: the columns that are read; nothing for all.
        spread: what differs between two rows of which one cell each is changed; nothing for the names of rows.
        where: which rows are read.
        by_column: whether the gate names the column that differs, so that several of one row may be changed.
        as_column: what the gate calls a column of the table, where that is another name.
    """

    named: Mapping[str, Mapping[str, str]]
    columns: tuple[str, ...] = ()
    spread: str = ""
    where: str = "true"
    by_column: bool = False
    as_column: Mapping[str, str] = field(default_factory=dict)


TABLES: Mapping[str, Read] = {
    "dim_indicator": Read({"indicators_again": {"indicator": "indicator_code"}}, by_column=True),
    "dim_organisation": Read({"organisations_again": _ORGANISATION}, by_column=True),
    "dim_period": Read({"periods_again": {"period": "period_code"}}, by_column=True),
    "dim_term": Read({"terms_again": {"system": "term_system", "period": "term_code"}}, by_column=True),
    "fct_indicator_derived": Read(
        {"derived_again": _DERIVED, "derived_statuses_again": _DERIVED, "derived_years_again": _DERIVED},
        spread="indicator_code",
        where="value is not null",
    ),
    "fct_indicator_value": Read(
        {"figures_again": _FIGURE, "statuses_again": _FIGURE},
        spread="indicator_code",
        where="value is not null and org_code in (select org_code from rpt_report_unit)",
    ),
    "fct_submission": Read({"submissions_again": _SUBMISSION}, by_column=True),
    "fct_target": Read(
        {
            "assigned_again": {**_TARGET, "year": "coalesce(cast(\"year\" as varchar), '')"},
            "targets_again": {**_TARGET, "period": "coalesce(cast(\"year\" as varchar) || '-N', term_code)"},
        },
        as_column={"direction": "bound"},
    ),
    "rpt_completeness": Read(
        {"completeness_again": {"unit": "reporting_org_code", "period": "period_code"}}, by_column=True
    ),
    "rpt_explanation": Read(
        {"explanations_again": {**_SUBMISSION, "unit": "reporting_org_code", "period": "period_code", **_AT}}
    ),
    "rpt_explanation_review": Read(
        {
            "reviews_again": {
                **_SUBMISSION,
                "unit": "reporting_org_code",
                "explained_period": "explained_period_code",
                "period": "period_code",
                **_AT,
            }
        }
    ),
    "rpt_figure_day": Read({"days_again": _FIGURE}, spread="indicator_code"),
    "rpt_open_case": Read({"submissions_again": _SUBMISSION}, as_column={"submission_id": "case_state"}),
    "rpt_predecessor": Read(
        {
            "predecessors_again": {
                "unit": "org_code",
                "period": "term_code",
                "predecessor": "predecessor_code",
            }
        },
        by_column=True,
    ),
    "rpt_report_unit": Read({"units_again": {"unit": "org_code", "period": "term_code"}}, by_column=True),
    "rpt_stated_figure": Read(
        {"stated_again": {"statement": "statement_id"}, "verdicts_again": {"statement": "statement_id"}}
    ),
}
"""The marts that are read, but for facts of forms and for what stands behind traces."""

BEHIND: Mapping[str, Read] = {
    "intermediate.int_figure__predecessor": Read(
        {"mergers_again": {**_FIGURE, "predecessor": "predecessor_code"}}
    ),
    "intermediate.int_form__row": Read(
        {"letters_again": _SUBMISSION, "rows_again": _SUBMISSION, "values_again": _SUBMISSION},
        columns=("row_id", "submission_id", "form_code", "row_number"),
    ),
    "intermediate.int_indicator__contribution": Read(
        {
            "cells_again": {
                "submission": _OF_ROW.format(name="submission_id"),
                "indicator": _OF_MEASURE.format(name="indicator_code"),
            },
            "values_again": {"submission": _OF_ROW.format(name="submission_id")},
        },
        spread=_OF_ROW.format(name="submission_id"),
        where="contribution <> 0",
    ),
    "intermediate.int_indicator__measure": Read(
        {"cells_again": {"indicator": "indicator_code", "column": "part"}},
        columns=("measure_id", "indicator_code", "part"),
        where=f"measure_id in ({_ADDING}) and measure_id + 1 not in ({_ADDING})",
        spread="indicator_code",
    ),
    "intermediate.int_submission__column": Read({"letters_again": _COLUMN}),
    "intermediate.int_submission__effective": Read(
        {"submissions_again": _SUBMISSION},
        columns=("submission_id", "file"),
        as_column={"submission_id": "file_traced", "file": "file_traced"},
    ),
}
"""The tables from which traces take what they show: their views choose among these rows."""

VIEWS = frozenset({"rpt_figure_cell", "rpt_year_cell"})
"""What traces read, which has no rows of its own."""


def read_tables() -> set[str]:
    """Give the marts that pages, commands and releases read, as the project says."""
    text = (PROJECT_DIR / "models" / "_exposures.yml").read_text(encoding="utf-8")
    readers = (one for one in yaml.safe_load(text)["exposures"] if one["name"] not in _NOT_READERS)
    return {name for one in readers for ref in one["depends_on"] for name in re.findall(r"'(\w+)'", ref)}


def facts_of(catalogue: Catalogue) -> dict[str, Read]:
    """Give the facts of forms, which a release keeps with all their columns."""
    tables = {}
    for form in catalogue.forms.values():
        line = " || ' / ' || ".join(f'cast("{code}" as varchar)' for code in form.key)
        about = {"unit": "reporting_org_code", "period": "period_code", "line": line}
        named = {"facts_again": {"table": f"'{form.fact_table}'", **about}}
        tables[form.fact_table] = Read(named, by_column=True)
    return tables


@dataclass(frozen=True)
class Change:
    """One cell that is changed: its row, and by check how the gate has to name it."""

    table: str
    column: str
    row: int
    type: str
    named: Mapping[str, Mapping[str, str]]
    as_column: str

    def do(self, connection: duckdb.DuckDBPyConnection) -> None:
        """Change the cell."""
        column = f'"{self.column}"'
        by_type = {
            "VARCHAR": f"coalesce({column}, '') || 'x'",
            "BOOLEAN": f"not coalesce({column}, false)",
            "DATE": f"coalesce({column}, date '2000-01-01') + 1",
            "TIMESTAMP": f"coalesce({column}, timestamp '2000-01-01') + interval 1 day",
        }
        # The next year might be that of another row, of which then nothing would be missing.
        step = 1000 if self.column == "year" else 1
        value = by_type.get(self.type, f"coalesce({column}, 0) + {step}")
        connection.execute(f"update {self.table} set {column} = {value} where rowid = {self.row}")

    def is_named(self, wrong: Mapping[str, pd.DataFrame]) -> bool:
        """Say whether a pair that does not hold is about the row, and about the column where it says so."""
        for check, subject in self.named.items():
            pairs = wrong[check]
            for name, value in subject.items():
                pairs = pairs[pairs[name].astype(str) == value]
            if "said" in pairs and "column" not in subject:
                pairs = pairs[pairs["column"].isin([self.as_column, ROW])]
            if len(pairs):
                return True
        return False


def changes(connection: duckdb.DuckDBPyConnection, tables: Mapping[str, Read]) -> Iterator[tuple[int, Change]]:
    """Give a change of every column, each with the round in which it is made; in one, each has its own row."""
    for table, read in tables.items():
        types = {name: kind for name, kind, *_ in connection.execute(f"describe {table}").fetchall()}
        names = next(iter(read.named.values()))
        spread = read.spread or ", ".join(names.values())
        rows = [
            row
            for (row,) in connection.execute(
                f"select min(rowid) from {table} as t where {read.where} group by {spread} order by 1"
            ).fetchall()
        ]
        own = " ".join(expression for named in read.named.values() for expression in named.values())
        number = 0
        for column in read.columns or types:
            if read.by_column and not re.search(rf"\b{column}\b", own):
                turn, place = 0, 0
            else:
                # of a row whose name is another no column is told
                number += 1
                turn, place = divmod(number, len(rows))
            subjects = {
                check: _subject(connection, table, rows[place], names) for check, names in read.named.items()
            }
            as_column = read.as_column.get(column, column)
            yield turn, Change(table, column, rows[place], types[column], subjects, as_column)


def _subject(
    connection: duckdb.DuckDBPyConnection, table: str, row: int, names: Mapping[str, str]
) -> dict[str, str]:
    query = f"select {', '.join(names.values())} from {table} as t where rowid = {row}"
    values = connection.execute(query).fetchone()
    return dict(zip(names, map(str, values or ()), strict=True))


def unnamed(
    connection: duckdb.DuckDBPyConnection,
    tables: Mapping[str, Read],
    pairs: Callable[[], Mapping[str, pd.DataFrame]],
) -> set[tuple[str, str]]:
    """Give the columns of which a changed cell is not named.

    Args:
        connection: a warehouse that may be written; what is changed is taken back.
        tables: what is read.
        pairs: what the gate expects and finds in that warehouse, by check.
    """
    rounds: dict[int, list[Change]] = {}
    for turn, change in changes(connection, tables):
        rounds.setdefault(turn, []).append(change)
    missed = set()
    for made in rounds.values():
        connection.begin()
        for change in made:
            change.do(connection)
        wrong = {check: _wrong(frame) for check, frame in pairs().items()}
        connection.rollback()
        missed |= {(change.table, change.column) for change in made if not change.is_named(wrong)}
    return missed


def _wrong(frame: pd.DataFrame) -> pd.DataFrame:
    expected, found = (frame[side].astype(float) for side in ("expected", "found"))
    is_right: Any = (expected.isna() & found.isna()) | ((expected - found).abs() < 1e-9)
    return frame[~is_right]
