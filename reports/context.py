"""Everything that the pages of a site say, loaded once from a published warehouse.

What belongs here: look-ups among the rows of the marts. What does not: the rows (`rows.py`), reading the tables
(`marts.py`), wording and layout.
"""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from ingestion.definitions.catalogue import NO_UNITS
from ingestion.definitions.overlay import measure
from ingestion.records.days import day_of
from ingestion.words.labels import Label
from reports import marts
from reports.rows import (
    Completeness,
    Explanation,
    Figure,
    Filing,
    Indicator,
    Note,
    Period,
    StatedFigure,
    Submission,
    Target,
    Unit,
)
from reports.sections import Plan, load_plan


@dataclass(frozen=True)
class Site:
    """All that a site shows.

    Attributes:
        as_of: up to when submissions and decisions count.
        code_version: the version of the program that computed the figures.
        cases: by submission that does not count whether it is open, or answered by what its unit sent since.
        explanations_to_review: what was explained in a unit's last accepted period before the newest it filed,
            with that newest.
        previous_terms: for a term system and term the term before it.
        merged_into: for a unit and term the units that merged wholly into it, with the day from which each was
            no more.
        days: for an indicator, unit and year or term the first and last day of the filings of which the figure
            is; they differ where units have filed up to different periods.
        notes: of this release and those before it, newest first.
        plan: the sections of a report.
    """

    as_of: datetime
    code_version: str
    indicators: dict[str, Indicator]
    units: tuple[Unit, ...]
    names: dict[str, str]
    periods: dict[str, Period]
    figures: dict[tuple[str, str, str], Figure]
    derived: dict[tuple[str, str, str, str], Figure]
    targets: dict[tuple[str, str], tuple[Target, ...]]
    filings: dict[str, tuple[Filing, ...]]
    submissions: tuple[Submission, ...]
    statements: tuple[StatedFigure, ...]
    cases: dict[str, str] = field(default_factory=dict)
    explanations: dict[str, tuple[Explanation, ...]] = field(default_factory=dict)
    explanations_to_review: tuple[tuple[str, Explanation], ...] = ()
    previous_terms: dict[tuple[str, str], str] = field(default_factory=dict)
    merged_into: dict[tuple[str, str], dict[str, date]] = field(default_factory=dict)
    days: dict[tuple[str, str, str], tuple[date, date]] = field(default_factory=dict)
    notes: tuple[Note, ...] = ()
    plan: Plan = field(default_factory=load_plan)

    def figure(self, indicator: str, org: str, period: str) -> Figure | None:
        """Give a figure that has a value; None where there is none."""
        found = self.figures.get((indicator, org, period))
        return found if found is not None and found.value is not None else None

    def derivation(self, indicator: str, org: str, period: str, derivation: str) -> Figure | None:
        """Give a figure derived from others that has a value; None where there is none."""
        found = self.derived.get((indicator, org, period, derivation))
        return found if found is not None and found.value is not None else None

    @cached_property
    def _by_parent(self) -> dict[tuple[str, str], tuple[Unit, ...]]:
        grouped: dict[tuple[str, str], list[Unit]] = defaultdict(list)
        for unit in self.units:
            if unit.parent:
                grouped[unit.parent, unit.term].append(unit)
        return {key: tuple(units) for key, units in grouped.items()}

    def children(self, unit: Unit) -> tuple[Unit, ...]:
        """Give the units under a province that have a report for the same term."""
        return self._by_parent.get((unit.code, unit.term), ()) if unit.is_province else ()

    def predecessors(self, unit: Unit) -> tuple[Unit, ...]:
        """Give the units that merged wholly into one, whose figures of the term it takes in."""
        merged = self.merged_into.get((unit.code, unit.term), {})
        return tuple(other for other in self.units if other.term == unit.term and other.code in merged)

    def years(self, term: str) -> tuple[int, ...]:
        """Give the years that make a term."""
        period = self.periods[term]
        return tuple(range(period.starts_on.year, period.ends_on.year + 1))

    def previous_term(self, unit: Unit) -> str | None:
        """Give the term before a unit's in its own term system; None where none is known."""
        return self.previous_terms.get((unit.system, unit.term))

    def left_uncompared(self, indicator: str, org: str, period: str, derivation: str) -> str | None:
        """Give the status for which figures are not compared; None where they are, or there are none.

        One of them is incomplete, or it is a total of which a part of a year is still to come.
        """
        found = self.derived.get((indicator, org, period, derivation))
        return found.status if found is not None and found.value is None else None

    @cached_property
    def open_cases(self) -> tuple[Submission, ...]:
        """What came last of each unit and period and does not count, in the order of units and periods."""
        found = (s for s in self.submissions if self.cases.get(s.id) == "open")
        return tuple(sorted(found, key=lambda s: (s.org, self.order(s.period))))

    @cached_property
    def answered(self) -> tuple[Submission, ...]:
        """The files whose period could not be told, after which their unit sent others."""
        return tuple(s for s in self.submissions if self.cases.get(s.id) == "answered")

    def order(self, period: str) -> tuple[date, str]:
        """Give the calendar order of a period; unknown ones come last."""
        known = self.periods.get(period)
        return (known.ends_on if known else date.max, period)

    @cached_property
    def missing(self) -> tuple[Filing, ...]:
        """What was owed, due and never received."""
        today = day_of(self.as_of)
        late = (
            filing
            for filings in self.filings.values()
            for filing in filings
            if filing.is_owed and not filing.is_received and (filing.due_on is None or filing.due_on < today)
        )
        return tuple(sorted(late, key=lambda f: (f.org, self.order(f.period))))

    def filings_of(self, unit: Unit) -> tuple[Filing, ...]:
        """Give the filings of a unit within its term, and of the term before where one was filed."""
        term = self.periods[unit.term]
        previous = self.previous_term(unit)

        def belongs(filing: Filing) -> bool:
            period = self.periods.get(filing.period)
            if period is None:
                return False
            if period.kind == "NK":
                return filing.period == unit.term or (filing.period == previous and filing.is_received)
            return term.starts_on <= period.starts_on and period.ends_on <= term.ends_on

        found = (filing for filing in self.filings.get(unit.code, ()) if belongs(filing))
        return tuple(sorted(found, key=lambda f: self.order(f.period)))

    def completeness(self, unit: Unit) -> Completeness:
        """Count what a unit owed within its term and what became of it."""
        owed = [filing for filing in self.filings_of(unit) if filing.is_owed]
        return Completeness(
            owed=len(owed),
            received=sum(filing.is_received for filing in owed),
            on_time=sum(filing.is_on_time for filing in owed),
            accepted=sum(filing.is_accepted for filing in owed),
        )

    def open_of(self, unit: Unit) -> tuple[Submission, ...]:
        """Give the open cases of a unit within its term; what has no period stands with its newest term."""
        periods = {filing.period for filing in self.filings_of(unit)}
        newest = max((u.term for u in self.units if u.code == unit.code), key=self.order, default=None)
        return tuple(
            case
            for case in self.open_cases
            if case.org == unit.code
            and (case.period in periods or (case.period not in self.periods and unit.term == newest))
        )


def load_site(
    warehouse: Path,
    *,
    as_of: datetime,
    code_version: str,
    term: str | None = None,
    notes: tuple[Note, ...] = (),
    plan: Plan | None = None,
    units: Mapping[str, Label] = NO_UNITS,
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

    Raises:
        reports.marts.MartsError: the warehouse or one of its marts is missing.
    """
    with marts.open_warehouse(warehouse) as connection:
        tables = {name: marts.read(connection, warehouse, name) for name in marts.COLUMNS}
    systems = {row["org_code"]: str(row["term_system"] or "DANG") for row in _oldest_first(tables)}
    return Site(
        notes=notes,
        plan=plan or load_plan(),
        as_of=as_of,
        code_version=code_version,
        indicators=_indicators(tables["dim_indicator"], units),
        units=_units(tables["rpt_report_unit"], systems, term),
        names={row["org_code"]: str(row["org_name"]) for row in _oldest_first(tables)},
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
    """Give the versions of organisations, oldest first, so that the newest name wins."""
    return sorted(tables["dim_organisation"], key=lambda row: (row["org_code"], row["valid_from"] or date.min))


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


def _targets(rows: Iterable[dict[str, Any]]) -> dict[tuple[str, str], tuple[Target, ...]]:
    grouped: dict[tuple[str, str], list[Target]] = defaultdict(list)
    for row in rows:
        grouped[row["org_code"], row["term_code"]].append(
            Target(
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
