"""Single figures out of the warehouse: a value with its status, the cells behind it, and the stated figures.

What belongs here: keyed reads of marts. What does not: how figures are computed, which is SQL of the dbt
project, and how they are written, which is the pages' and the command line's.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, get_args

import duckdb

from ingestion.definitions.catalogue import NO_UNITS
from ingestion.definitions.overlay import measure
from ingestion.definitions.registry_rows import Derivation
from ingestion.records.periods import Period, PeriodError
from ingestion.words.labels import Label, Language
from ingestion.words.messages import message
from ingestion.words.writing import decimals_of, rounded
from reports.marts import open_warehouse

Status = Literal["final", "provisional", "incomplete", "none"]
CodeKind = Literal["indicator", "unit", "period", "derivation"]

DERIVATIONS: tuple[Derivation, ...] = get_args(Derivation)

_SINCE_OPENING = ("before_after", "change_over_term", "percent_change")
_OF_YEARS = ("average_per_year", "per_year_high", "per_year_low")
_CELL = "submission_id, file, sheet, cell, value_number, value_code, contribution, part"
_IN_ORDER = "order by part, submission_id, sheet, length(cell), cell, contribution"
_TABLES = {
    "indicator": ("dim_indicator", "indicator_code"),
    "unit": ("dim_organisation", "org_code"),
    "period": ("dim_period", "period_code"),
}


class NoWarehouseError(Exception):
    """There is no warehouse to read; the message says how to get one."""


class UnknownCode(Exception):  # noqa: N818 - reads as what it says in `except UnknownCode`
    """A code that the warehouse does not know, with the codes that are nearest to it."""

    def __init__(self, kind: CodeKind, code: str, nearest: Sequence[str]) -> None:
        self.kind = kind
        self.code = code
        self.nearest = tuple(nearest)
        super().__init__(self.text("en"))

    def text(self, language: Language = "vi") -> str:
        """Give the message, with what was perhaps meant."""
        nearest = ", ".join(self.nearest) or message("figures.unknown.nothing_near", language)
        return message(f"figures.unknown.{self.kind}", language, code=self.code, nearest=nearest)


@dataclass(frozen=True)
class PublishedFigure:
    """One figure.

    Attributes:
        derivation: what was derived from the term's figures; None for the figure itself.
        value: as published, rounded to the decimals with which it is written.
        exact: not rounded.
        decimals: how many it is written with.
        measure: the unit of measure as it stands beside the figure; % for shares.
        numerator: of a ratio.
        denominator: of a ratio, or what a count is out of.
        opening: the stock at the first opening, where there is one.
    """

    indicator: str
    unit: str
    period: str
    derivation: str | None
    value: float | None
    exact: float | None
    decimals: int
    measure: str
    unit_code: str
    status: Status
    numerator: float | None = None
    denominator: float | None = None
    opening: float | None = None


@dataclass(frozen=True)
class TracedCell:
    """One cell behind a figure, with what it adds to one of its parts.

    Attributes:
        submission: empty for cells of the registry.
        file: path of the original in landing, or of the registry's file.
        cell: an A1 address; of the registry the whole row, such as `3:3`.
        value: as filed.
        part: `value`, `numerator` or `denominator`; `minus`, `numerator_minus` or `denominator_minus` for what
            is subtracted.
    """

    submission: str
    file: str
    sheet: str
    cell: str
    value: float | str
    contribution: float
    part: str


@dataclass(frozen=True)
class StatementResult:
    """One published figure beside the warehouse's own."""

    statement: str
    measure: str
    indicator: str | None
    unit: str
    period: str
    derivation: str | None
    actual_value: float | None
    actual_low: float | None
    actual_high: float | None
    status: Status
    verdict: str
    expected_value: float | None
    expected_verdict: str
    detail_json: str | None

    @property
    def detail(self) -> dict[str, Any] | None:
        """What a reader should know besides: a code and its numbers."""
        return json.loads(self.detail_json) if self.detail_json else None


@contextmanager
def _opened(warehouse: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    if not warehouse.exists():
        raise NoWarehouseError(message("figures.no_warehouse", "en", path=warehouse))
    with open_warehouse(warehouse) as connection:
        yield connection


def _row(connection: duckdb.DuckDBPyConnection, sql: str, values: Sequence[Any]) -> dict[str, Any] | None:
    cursor = connection.execute(sql, list(values))
    names = [column[0] for column in cursor.description]
    row = cursor.fetchone()
    return None if row is None else dict(zip(names, row, strict=True))


def _check_code(connection: duckdb.DuckDBPyConnection, kind: CodeKind, code: str) -> None:
    table, column = _TABLES[kind]
    if _row(connection, f"select 1 from {table} where {column} = ? limit 1", [code]) is None:
        known = [row[0] for row in connection.execute(f"select distinct {column} from {table}").fetchall()]
        raise UnknownCode(kind, code, get_close_matches(code, sorted(known), n=3, cutoff=0.5))


def _period_code(connection: duckdb.DuckDBPyConnection, period: str) -> str:
    try:
        code = Period.parse(period).code
    except PeriodError:
        code = period
    _check_code(connection, "period", code)
    return code


def _checked(
    connection: duckdb.DuckDBPyConnection, indicator: str, unit: str, period: str, derivation: str | None
) -> tuple[str, str, str]:
    _check_code(connection, "indicator", indicator)
    _check_code(connection, "unit", unit)
    if derivation is not None and derivation not in DERIVATIONS:
        raise UnknownCode("derivation", derivation, get_close_matches(derivation, DERIVATIONS, n=3, cutoff=0.5))
    return indicator, unit, _period_code(connection, period)


def figure(
    warehouse: Path,
    indicator: str,
    unit: str,
    period: str,
    derivation: str | None = None,
    *,
    language: Language = "vi",
    units: Mapping[str, Label] = NO_UNITS,
) -> PublishedFigure:
    """Give one figure; its status is `none` where nothing was filed for it.

    Raises:
        NoWarehouseError: there is no such file.
        UnknownCode: the indicator, unit, period or derivation does not exist.
    """
    with _opened(warehouse) as connection:
        key = _checked(connection, indicator, unit, period, derivation)
        declared = _row(
            connection, "select unit_code, decimals from dim_indicator where indicator_code = ?", [indicator]
        )
        plain = _row(
            connection,
            "select value, numerator, denominator, opening_value, status from fct_indicator_value "
            "where indicator_code = ? and org_code = ? and period_code = ?",
            key,
        )
        derived = None
        if derivation not in (None, "share"):
            derived = _row(
                connection,
                "select value, status from fct_indicator_derived "
                "where indicator_code = ? and org_code = ? and period_code = ? and derivation = ?",
                [*key, derivation],
            )
    return assembled(key, derivation, declared or {}, plain, derived, language=language, units=units)


def assembled(
    key: tuple[str, str, str],
    derivation: str | None,
    declared: Mapping[str, Any],
    plain: Mapping[str, Any] | None,
    derived: Mapping[str, Any] | None,
    *,
    language: Language = "vi",
    units: Mapping[str, Label] = NO_UNITS,
) -> PublishedFigure:
    """Put a figure together from the rows of the marts.

    Args:
        key: indicator, unit and period.
        derivation: what is asked for; None or `share` for the figure itself.
        declared: `unit_code` and `decimals` of the indicator.
        plain: the figure itself; None where there is no row.
        derived: what is derived from it; None where there is no row.
        language: of the unit of measure.
        units: the office's own units of measure.
    """
    is_derived = derivation not in (None, "share")
    found = (derived if is_derived else plain) or {"value": None, "status": "none"}
    plain = plain or {}
    unit_code, decimals = decimals_of(str(declared["unit_code"]), int(declared["decimals"]), derivation)
    exact = found["value"]
    return PublishedFigure(
        *key,
        derivation=derivation,
        value=None if exact is None else float(rounded(exact, decimals)),
        exact=exact,
        decimals=decimals,
        measure=measure(units, unit_code, language),
        unit_code=unit_code,
        status=found["status"],
        numerator=plain.get("numerator"),
        denominator=plain.get("denominator"),
        opening=plain.get("opening_value"),
    )


def trace(
    warehouse: Path, indicator: str, unit: str, period: str, derivation: str | None = None
) -> list[TracedCell]:
    """Give every source cell of a figure; contributions sum to the figure, or to each part of it.

    Ratios have the parts `numerator` and `denominator`. Differences have `value` and `minus`: of a quarter the
    cumulative period before it, of a change over a term the first opening, of a change against the previous
    term that term's cells. A ratio's have `numerator_minus` and `denominator_minus` in their place. Each cell
    of an average per year adds its share of the years; behind a yearly low or high are the cells of the first
    year that has it. What is not derived, since a figure lacks something, has no cells.

    Raises:
        NoWarehouseError: there is no such file.
        UnknownCode: the indicator, unit, period or derivation does not exist.
    """
    with _opened(warehouse) as connection:
        key = _checked(connection, indicator, unit, period, derivation)
        if derivation not in (None, "share") and not _is_derived(connection, key, str(derivation)):
            return []
        kind = _row(connection, "select kind from dim_indicator where indicator_code = ?", [indicator])
        parts, before = traced_parts(str((kind or {}).get("kind")), derivation)
        if derivation in _OF_YEARS:
            return _cells_of_years(connection, key, derivation, parts)
        cells = _cells(connection, key, parts)
        if before:
            earlier = _previous_term(connection, unit, key[2])
            cells += _cells(connection, (*key[:2], earlier), before) if earlier else []
    return cells


def _is_derived(connection: duckdb.DuckDBPyConnection, key: tuple[str, str, str], derivation: str) -> bool:
    query = (
        "select 1 from fct_indicator_derived where indicator_code = ? and org_code = ? and period_code = ? "
        "and derivation = ? and value is not null"
    )
    return _row(connection, query, [*key, derivation]) is not None


def traced_parts(kind: str, derivation: str | None) -> tuple[dict[str, str], dict[str, str]]:
    """Give which cells are behind a figure: their part in the warehouse, with the part that they have in it.

    Args:
        kind: of the indicator.
        derivation: what is derived; None or `share` for the figure itself.

    Returns:
        Those of the period itself, and those of the term before.
    """
    names = ("numerator", "numerator_minus", "denominator", "denominator_minus")
    parts = {name: name for name in names} if kind == "ratio" else {"value": "value", "minus": "minus"}
    before = {}
    if derivation == "change_vs_previous_term":
        before = {"numerator": "numerator_minus", "denominator": "denominator_minus"}
        before = before if kind == "ratio" else {"value": "minus"}
    if derivation in _SINCE_OPENING:
        parts["opening"] = "minus"
    return parts, before


def _cells(
    connection: duckdb.DuckDBPyConnection, key: tuple[str, str, str], parts: dict[str, str], n_years: int = 1
) -> list[TracedCell]:
    rows = connection.execute(
        f"select {_CELL} from rpt_figure_cell "
        f"where indicator_code = ? and org_code = ? and period_code = ? {_IN_ORDER}",
        list(key),
    ).fetchall()
    return _traced(rows, parts, n_years)


def _cells_of_years(
    connection: duckdb.DuckDBPyConnection, key: tuple[str, str, str], derivation: str, parts: dict[str, str]
) -> list[TracedCell]:
    derived = _row(
        connection,
        "select n_years, of_year from fct_indicator_derived "
        "where indicator_code = ? and org_code = ? and period_code = ? and derivation = ?",
        [*key, derivation],
    )
    if derived is None:
        return []
    if derivation == "average_per_year":
        return _cells(connection, key, parts, derived["n_years"])
    rows = connection.execute(
        f"select {_CELL} from rpt_year_cell "
        f"where indicator_code = ? and org_code = ? and period_code = ? and base_period_code = ? {_IN_ORDER}",
        [*key, f"{derived['of_year']}-N"],
    ).fetchall()
    return _traced(rows, parts)


def _traced(rows: Sequence[tuple[Any, ...]], parts: Mapping[str, str], n_years: int = 1) -> list[TracedCell]:
    return [
        TracedCell(
            submission=submission or "",
            file=file,
            sheet=sheet or "",
            cell=cell,
            value=value_code if value_number is None else value_number,
            contribution=contribution / n_years,
            part=parts[part],
        )
        for submission, file, sheet, cell, value_number, value_code, contribution, part in rows
        if part in parts
    ]


def _previous_term(connection: duckdb.DuckDBPyConnection, unit: str, term: str) -> str | None:
    row = _row(
        connection,
        "select earlier.term_code from dim_term as present "
        "inner join dim_term as earlier on present.previous_term_code = earlier.term_code "
        "and present.term_system = earlier.term_system "
        "where present.term_code = ? and present.term_system in "
        "(select term_system from dim_organisation where org_code = ?)",
        [term, unit],
    )
    return None if row is None else str(row["term_code"])


def statements(warehouse: Path) -> list[StatementResult]:
    """Give every published figure with the verdict of the warehouse, in order.

    Raises:
        NoWarehouseError: there is no such file.
    """
    with _opened(warehouse) as connection:
        rows = connection.execute(
            "select statement_id, measure, indicator_code, org_code, period_code, derivation, actual_value, "
            "actual_low, actual_high, status, verdict, expected_value, expected_verdict, detail "
            "from rpt_stated_figure order by statement_id"
        ).fetchall()
    return [StatementResult(*row) for row in rows]
