"""From figures to the rows of the forms.

What belongs here: adding quarters up to a period and laying figures out in a form's columns and lines. What does
not: drawing figures, and the workbook's layout (`ingestion.workbook`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from demo.admissions import Admissions
from demo.bodies import Bodies, Body
from demo.cadres import Cadres, percent
from demo.discipline import COLUMNS as DISCIPLINE_COLUMNS
from demo.inspection import PREVIOUS_TERM, Inspections
from demo.members import Members
from demo.plan import WorldPlan
from demo.ratings import RatingRow
from demo.registry import union_bases
from demo.structure import GAINS, Structure
from demo.study import NO_DOCUMENT, StudyRow
from demo.targets import Result, results, unit_context, unit_minimums
from ingestion.catalogue import Catalogue, Form, Line
from ingestion.periods import CUMULATIVE, Period, PeriodKind
from ingestion.workbook import NOT_APPLICABLE, CellInput

Row = dict[str, CellInput]
Tables = dict[str, list[Row]]

_IN = (
    "in_admitted",
    "in_transfer_other_province",
    "in_transfer_same_province",
    "in_transfer_internal",
    "in_restored",
)
_OUT = (
    "out_deceased",
    "out_expelled",
    "out_struck_off",
    "out_resigned",
    "out_transfer_other_province",
    "out_transfer_same_province",
    "out_transfer_internal",
)
_LINE_COUNTS = ("total", "female", "age_40_or_less", "ethnic_minority")


@dataclass(frozen=True)
class Figures:
    """All figures of the demo world."""

    catalogue: Catalogue
    plan: WorldPlan
    bodies: Bodies
    admissions: Admissions
    inspections: Inspections
    discipline: dict[tuple[str, int, int], dict[str, int]]
    members: Members
    structure: Structure
    ratings: dict[tuple[str, int], RatingRow]
    cadres: Cadres
    study: dict[tuple[str, int, int], list[StudyRow]]
    union_study: dict[int, list[StudyRow]]
    union_pipeline: dict[tuple[str, int], dict[str, int]]


def tables_of(figures: Figures, unit: str, kind: str, period: Period) -> Tables:
    """Give the rows of every form that a unit of a kind owes for a period, or files of its own accord."""
    if period.kind is PeriodKind.TERM:
        form = figures.catalogue.forms["B05"]
        return {"B05": _inspection_rows(figures, form, unit, PREVIOUS_TERM, 1)}
    quarter = CUMULATIVE.index(period.kind) + 1
    makers: dict[str, Callable[[Figures, Form, str, str, int, int], list[Row]]] = {
        "B01": lambda f, form, u, _, y, q: _member_rows(f, form, u, y, q),
        "B02": _admission_rows,
        "B03": _structure_rows,
        "B04": lambda f, form, u, _, y, __: _rating_rows(f, form, u, y),
        "B05": lambda f, form, u, _, y, q: _inspection_rows(f, form, u, y, q),
        "B06": lambda f, form, u, _, y, q: _discipline_rows(f, form, u, y, q),
        "B07": lambda f, form, u, _, y, q: _cadre_rows(f, form, u, y, q),
        "B08": _study_rows,
        "B09": lambda f, form, u, k, y, _: _target_rows(f, form, u, k, y),
    }
    owed = figures.catalogue.owed_forms(kind, period.kind)
    return {form.code: makers[form.code](figures, form, unit, kind, period.year, quarter) for form in owed}


def _named(body: Body, values: Mapping[str, CellInput]) -> Row:
    return {"org_code": body.code, "org_name": body.name, **values}


def _since_january(
    slots: Mapping[tuple[str, int, int], Mapping[str, int]],
    code: str,
    year: int,
    quarter: int,
    columns: tuple[str, ...],
) -> dict[str, CellInput]:
    found = [slots[code, year, q] for q in range(1, quarter + 1) if (code, year, q) in slots]
    return {column: sum(slot[column] for slot in found) for column in columns}


def _member_rows(figures: Figures, form: Form, unit: str, year: int, quarter: int) -> list[Row]:
    rows = []
    for body in figures.bodies.filed_by(unit, year):
        quarters = [figures.members.quarters[body.code, year, q] for q in range(1, quarter + 1)]
        flows = {
            column: sum(q.flows[column] for q in quarters)
            for column in (*_IN, *_OUT, "out_struck_off_probationary")
        }
        values: dict[str, CellInput] = {
            "opening_members": figures.members.openings[body.code, year],
            **flows,
            "in_total": sum(flows[column] for column in _IN),
            "out_total": sum(flows[column] for column in _OUT),
            **quarters[-1].closing,
        }
        rows.append(_named(body, values))
    return rows


def _admission_rows(figures: Figures, form: Form, unit: str, kind: str, year: int, quarter: int) -> list[Row]:
    if kind == "UNION_BRANCH":
        return [
            {"org_code": code, "org_name": name, **figures.union_pipeline[code, year]}
            for code, name, _ in union_bases()
        ]
    rows = []
    for body in figures.bodies.filed_by(unit, year):
        quarters = [figures.members.quarters[body.code, year, q].admission_flows for q in range(1, quarter + 1)]
        values: dict[str, CellInput] = {column: sum(q[column] for q in quarters) for column in quarters[0]}
        values["target_admissions_year"] = figures.admissions.targets.get(body.code)
        rows.append(_named(body, values))
    return rows


def _lines(form: Form, column: str, kind: str) -> list[Line]:
    return [line for line in form.line_members[column].values() if not line.owed_by or kind in line.owed_by]


def _structure_rows(figures: Figures, form: Form, unit: str, kind: str, year: int, quarter: int) -> list[Row]:
    rows: list[Row] = []
    structure = figures.structure
    for line in _lines(form, "line_code", kind):
        opening = structure.opening(unit, line.code, year)
        flows = structure.flows(unit, line.code, year, quarter)
        change = sum(count if column in GAINS else -count for column, count in flows.items())
        documents = structure.documents(unit, line.code, year, quarter)
        rows.append(
            {
                "line_code": line.code,
                "line_name": line.label.vi,
                "opening_count": opening,
                **flows,
                "closing_count": opening + change,
                "in_scope_count": structure.scopes[unit].get(line.code),
                "legal_document": "; ".join(documents) or None,
            }
        )
    return rows


def _rating_rows(figures: Figures, form: Form, unit: str, year: int) -> list[Row]:
    return [_named(body, figures.ratings[body.code, year]) for body in figures.bodies.filed_by(unit, year)]


def _inspection_rows(figures: Figures, form: Form, unit: str, year: int, quarter: int) -> list[Row]:
    rows: list[Row] = []
    inspections = figures.inspections
    members = form.line_members
    existing = sum(
        figures.structure.opening(unit, line, year or figures.plan.years[0])
        for line in ("TC02", "TC03", "TC04", "TC05")
    )
    for actor in members["actor_code"]:
        for activity in members["activity_code"]:
            cell = (actor, activity)
            quarters = [inspections.done.get((unit, year, q), {}).get(cell, {}) for q in range(1, quarter + 1)]
            counts: Row = {
                column.code: sum(q.get(column.code, 0) for q in quarters)
                for column in form.columns
                if column.nature in ("flow", "distinct")
            }
            distinct = counts["done_orgs_distinct"]
            if isinstance(distinct, int):
                counts["done_orgs_distinct"] = min(distinct, round(existing * 0.9))
            if activity != "GS_CD":
                counts["moved_to_suspicion_check"] = None
            plans = inspections.plans.get((unit, year), {}).get(cell)
            if plans is not None or activity not in figures.plan.inspection.unplanned:
                counts["planned_orgs"], counts["planned_members"] = plans or (0, 0)
            rows.append({"actor_code": actor, "activity_code": activity, **counts})
    return rows


def _discipline_rows(figures: Figures, form: Form, unit: str, year: int, quarter: int) -> list[Row]:
    return [
        _named(body, _since_january(figures.discipline, body.code, year, quarter, DISCIPLINE_COLUMNS))
        for body in figures.bodies.filed_by(unit, year)
    ]


def _cadre_rows(figures: Figures, form: Form, unit: str, year: int, quarter: int) -> list[Row]:
    rows: list[Row] = []
    for line in form.line_members["line_code"].values():
        values = figures.cadres.rows.get((unit, year, quarter), {}).get(line.code)
        row: Row = {"line_code": line.code, "line_name": line.label.vi}
        if values is None:
            row |= dict.fromkeys(_LINE_COUNTS, NOT_APPLICABLE)
        else:
            row |= values
            row |= {column: NOT_APPLICABLE for column in _LINE_COUNTS if values[column] is None}
        rows.append(row)
    return rows


def _study_rows(figures: Figures, form: Form, unit: str, kind: str, year: int, quarter: int) -> list[Row]:
    is_union = kind == "UNION_BRANCH"
    found = figures.union_study[year] if is_union else figures.study[unit, year, quarter]
    order = list(form.line_members["line_code"])
    rows: list[Row] = []
    for row in sorted(found, key=lambda r: (order.index(r.line), r.document)):
        line = form.line_members["line_code"][row.line]
        share = None
        if row.population and row.participated is not None and row.line != "PT01":
            share = percent(row.participated, row.population)
        rows.append(
            {
                "line_code": row.line,
                "document_code": row.document or NO_DOCUMENT,
                "line_name": line.label.vi,
                "population": NOT_APPLICABLE if row.population is None else row.population,
                "participated": NOT_APPLICABLE if row.participated is None else row.participated,
                "pct": share,
                "completed_on": row.completed_on,
            }
        )
    return rows


def _target_rows(figures: Figures, form: Form, unit: str, kind: str, year: int) -> list[Row]:
    plan, bodies = figures.plan, figures.bodies
    if kind == "PROVINCE":
        family = next(f for f in bodies.families if f.code == unit)
        units = [u.code for u in family.units]
        minimums: dict[str, float] = {
            "admissions": sum(figures.admissions.unit_targets.get(u, 0) for u in units),
            **plan.targets.shares[unit],
        }
        found = _results(figures, units, minimums, year)
    else:
        minimums = unit_minimums(unit, bodies, plan, figures.admissions)
        found = _results(figures, [unit], minimums, year, unit)
    return [_target_row(figures.catalogue, result) for result in found]


def _results(
    figures: Figures, units: list[str], minimums: dict[str, float], year: int, own: str | None = None
) -> list[Result]:
    bodies, plan = figures.bodies, figures.plan
    filed = [b for unit in units for b in bodies.filed_by(unit, year)]
    by_year = [
        sum(figures.admissions.of_year(b.code, y) for unit in units for b in bodies.filed_by(unit, y))
        for y in plan.years
        if y <= year
    ]
    rows = [figures.ratings[b.code, year] for b in filed]
    context = unit_context(own, plan) if own else ()
    return results(minimums, context, year, rows, by_year[-1], sum(by_year))


def _target_row(catalogue: Catalogue, result: Result) -> Row:
    indicator = catalogue.indicators.get(result.indicator)
    met = result.assessment != "CHUA_DAT"
    return {
        "indicator_code": result.indicator,
        "indicator_name": indicator.name.vi if indicator else None,
        "unit_code": result.unit_code,
        "direction": "GE",
        "target_min": result.minimum,
        "target_basis": "YEAR",
        "actual_period": result.actual,
        "actual_term": result.in_term,
        "numerator": result.numerator,
        "denominator": result.denominator,
        "pct_achieved": percent(result.actual, result.minimum),
        "self_assessment": result.assessment,
        "explanation": None if met else "Một số tổ chức chưa hoàn thành nhiệm vụ trọng tâm trong năm",
    }
