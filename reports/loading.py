"""What the pages of a site say, loaded once from a published warehouse.

What belongs here: rows of marts turned into the shapes of `rows.py`. What does not: reading the tables
(`marts.py`) and look-ups among what was loaded (`context.py`).
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from ingestion.definitions.catalogue import NO_UNITS, load_catalogue
from ingestion.definitions.kinds import Kinds
from ingestion.definitions.overlay import measure
from ingestion.words.labels import Label
from reports import marts
from reports.context import Site
from reports.rows import (
    Explanation,
    Figure,
    Filing,
    Indicator,
    Note,
    Period,
    StatedFigure,
    Submission,
    TargetResult,
    Unit,
)
from reports.sections import Plan, load_plan


def load_site(
    warehouse: Path,
    *,
    as_of: datetime,
    code_version: str,
    term: str | None = None,
    notes: tuple[Note, ...] = (),
    plan: Plan | None = None,
    units: Mapping[str, Label] = NO_UNITS,
    kinds: Kinds | None = None,
) -> Site:
    """Load everything that the pages say.

    Args:
        warehouse: the published DuckDB file, opened read-only.
        as_of: up to when submissions and decisions count; shown on every page.
        code_version: the version of the program, shown in the annex.
        term: reports of this term only; by default of every term that has some.
        notes: what readers are told of this release and of those before it, newest first.
        plan: the sections of a report; by default the product's own.
        units: the office's own units of measure.
        kinds: the kinds of units; by default the product's own.

    Raises:
        reports.marts.MartsError: the warehouse or one of its marts is missing.
    """
    with marts.open_warehouse(warehouse) as connection:
        tables = {name: marts.read(connection, warehouse, name) for name in marts.COLUMNS}
    systems = {row["org_code"]: str(row["term_system"] or "DANG") for row in _oldest_first(tables)}
    return Site(
        notes=notes,
        plan=plan or load_plan(),
        kinds=kinds or load_catalogue().kinds,
        as_of=as_of,
        code_version=code_version,
        indicators=_indicators(tables["dim_indicator"], units),
        units=_units(tables["rpt_report_unit"], systems, term),
        names=_names(_oldest_first(tables)),
        periods=_periods(tables["dim_period"]),
        figures={(f.indicator, f.org, f.period): f for f in map(_figure, tables["fct_indicator_value"])},
        derived={
            (row["indicator_code"], row["org_code"], row["period_code"], row["derivation"]): _derived(row)
            for row in tables["fct_indicator_derived"]
        },
        targets=_targets(tables["fct_target"]),
        filings=_filings(tables["rpt_completeness"]),
        submissions=tuple(sorted(map(_submission, tables["fct_submission"]), key=lambda s: s.id)),
        statements=tuple(sorted(map(_stated, tables["rpt_stated_figure"]), key=lambda s: s.id)),
        cases={row["submission_id"]: row["case_state"] for row in tables["rpt_open_case"]},
        explanations=_explanations(tables["rpt_explanation"]),
        explanations_to_review=_to_review(tables["rpt_explanation_review"]),
        previous_terms={
            (row["term_system"], row["term_code"]): row["previous_term_code"]
            for row in tables["dim_term"]
            if row["previous_term_code"]
        },
        merged_into=_merged_into(tables["rpt_predecessor"]),
        days={
            (row["indicator_code"], row["org_code"], row["period_code"]): (row["first_day"], row["last_day"])
            for row in tables["rpt_figure_day"]
        },
    )


def _oldest_first(tables: dict[str, list[dict[str, Any]]]) -> list[dict[str, Any]]:
    """Give the versions of organisations, oldest first."""
    return sorted(tables["dim_organisation"], key=lambda row: (row["org_code"], row["valid_from"] or date.min))


def _names(rows: Iterable[dict[str, Any]]) -> dict[str, tuple[tuple[date, str], ...]]:
    names: dict[str, list[tuple[date, str]]] = defaultdict(list)
    for row in rows:
        names[row["org_code"]].append((row["valid_from"] or date.min, str(row["org_name"])))
    return {org: tuple(found) for org, found in names.items()}


def _indicators(rows: Iterable[dict[str, Any]], units: Mapping[str, Label]) -> dict[str, Indicator]:
    return {
        row["indicator_code"]: Indicator(
            code=row["indicator_code"],
            name=row["name_vi"],
            name_en=row["name_en"],
            unit=row["unit_code"],
            measure=measure(units, row["unit_code"]),
            kind=row["kind"],
            section=row["section"],
            decimals=int(row["decimals"]),
            order=int(row["sort_order"]),
        )
        for row in sorted(rows, key=lambda row: (row["sort_order"], row["indicator_code"]))
    }


def _units(rows: Iterable[dict[str, Any]], systems: dict[str, str], term: str | None) -> tuple[Unit, ...]:
    units = (
        Unit(
            code=row["org_code"],
            name=row["org_name"],
            kind=row["org_kind"],
            term=row["term_code"],
            is_province=bool(row["is_province"]),
            parent=row["parent_code"] or None,
            system=systems.get(row["org_code"], "DANG"),
        )
        for row in rows
        if term is None or row["term_code"] == term
    )
    return tuple(sorted(units, key=lambda unit: (unit.term, unit.code)))


def _periods(rows: Iterable[dict[str, Any]]) -> dict[str, Period]:
    return {
        row["period_code"]: Period(
            row["period_code"],
            row["kind"],
            int(row["year"]),
            int(row["first_year"]),
            row["starts_on"],
            row["ends_on"],
        )
        for row in sorted(rows, key=lambda row: (row["sort_order"], row["period_code"]))
    }


def _figure(row: dict[str, Any]) -> Figure:
    return Figure(
        row["indicator_code"],
        row["org_code"],
        row["period_code"],
        row["value"],
        row["numerator"],
        row["denominator"],
        row["opening_value"],
        row["status"],
    )


def _derived(row: dict[str, Any]) -> Figure:
    return Figure(
        row["indicator_code"], row["org_code"], row["period_code"], row["value"], status=row["status"]
    )


def _targets(rows: Iterable[dict[str, Any]]) -> dict[tuple[str, str], tuple[TargetResult, ...]]:
    grouped: dict[tuple[str, str], list[TargetResult]] = defaultdict(list)
    for row in rows:
        grouped[row["org_code"], row["term_code"]].append(
            TargetResult(
                indicator=row["indicator_code"],
                year=None if row["year"] is None else int(row["year"]),
                basis=row["basis"],
                direction=row["direction"],
                minimum=row["target_min"],
                maximum=row["target_max"],
                document=row["document"] or "",
                actual=row["actual_value"],
                assessment=row["assessment"],
                status=row["status"],
            )
        )
    return {
        key: tuple(sorted(targets, key=lambda t: (t.indicator, t.basis, t.year or 0)))
        for key, targets in grouped.items()
    }


def _filings(rows: Iterable[dict[str, Any]]) -> dict[str, tuple[Filing, ...]]:
    grouped: dict[str, list[Filing]] = defaultdict(list)
    for row in sorted(rows, key=lambda row: (row["reporting_org_code"], row["period_code"])):
        grouped[row["reporting_org_code"]].append(
            Filing(
                org=row["reporting_org_code"],
                period=row["period_code"],
                is_owed=bool(row["is_owed"]),
                due_on=row["due_on"],
                is_received=bool(row["is_received"]),
                is_on_time=bool(row["is_on_time"]),
                is_accepted=bool(row["is_accepted"]),
                status=row["status"] or "missing",
            )
        )
    return {org: tuple(filings) for org, filings in grouped.items()}


def _submission(row: dict[str, Any]) -> Submission:
    return Submission(
        id=row["submission_id"],
        org=row["reporting_org_code"] or "",
        period=row["period_code"] or "",
        revision=int(row["revision"]),
        received_at=_moment(row["received_at"]),
        status=row["status"],
        errors=int(row["n_errors"] or 0),
        warnings=int(row["n_warnings"] or 0),
        standing=row["standing"],
    )


def _moment(value: datetime | None) -> datetime | None:
    """Give a moment with its zone; the warehouse keeps UTC without saying so."""
    return value.replace(tzinfo=UTC) if value is not None and value.tzinfo is None else value


def _stated(row: dict[str, Any]) -> StatedFigure:
    detail = json.loads(row["detail"]) if row["detail"] else {}
    return StatedFigure(
        id=row["statement_id"],
        body=row["body_code"],
        body_name=row["body_name"],
        measure=row["measure"],
        unit=row["unit"] or "",
        qualifier=row["qualifier"],
        low=row["value_low"],
        high=row["value_high"],
        indicator=row["indicator_code"] or "",
        org=row["org_code"],
        period=row["period_code"],
        derivation=row["derivation"] or "",
        direction=row["direction"] or "",
        is_by_size=row["is_by_size"],
        actual=row["actual_value"],
        actual_low=row["actual_low"],
        actual_high=row["actual_high"],
        status=row["status"],
        verdict=row["verdict"] or "",
        remark=detail.pop("code", None),
        remark_numbers=detail,
    )


def _explanations(rows: Iterable[dict[str, Any]]) -> dict[str, tuple[Explanation, ...]]:
    grouped: dict[str, list[Explanation]] = defaultdict(list)
    for row in rows:
        grouped[row["reporting_org_code"]].append(_explanation(row, row["period_code"]))
    return {org: tuple(sorted(found, key=_explanation_order)) for org, found in grouped.items()}


def _explanation(row: dict[str, Any], period: str) -> Explanation:
    return Explanation(
        submission=row["submission_id"],
        org=row["reporting_org_code"],
        period=period,
        rule=row["rule_code"],
        sheet=row["sheet"] or "",
        cell=row["cell"] or "",
        text=row["explanation"] or "",
    )


def _to_review(rows: Iterable[dict[str, Any]]) -> tuple[tuple[str, Explanation], ...]:
    found = ((row["period_code"], _explanation(row, row["explained_period_code"])) for row in rows)
    return tuple(sorted(found, key=lambda one: (one[1].org, *_explanation_order(one[1]))))


def _merged_into(rows: Iterable[dict[str, Any]]) -> dict[tuple[str, str], dict[str, date]]:
    grouped: dict[tuple[str, str], dict[str, date]] = defaultdict(dict)
    for row in rows:
        grouped[row["org_code"], row["term_code"]][row["predecessor_code"]] = row["ended_on"]
    return dict(grouped)


def _explanation_order(explanation: Explanation) -> tuple[str, str, str, str, str]:
    return (explanation.submission, explanation.sheet, explanation.cell, explanation.rule, explanation.text)
