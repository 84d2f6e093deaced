"""From figures to the rows of the forms.

What belongs here: adding quarters up to a period and laying figures out in a form's columns and lines. What
does not: drawing figures, and the workbook's layout (`ingestion.workbook`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from demo.admissions import Admissions
from demo.bodies import Bodies, Body
from demo.cadres import COUNTS as LINE_COUNTS
from demo.cadres import Rows as CadreRows
from demo.cadres import percent
from demo.discipline import COLUMNS as DISCIPLINE_COLUMNS
from demo.inspection import PREVIOUS_TERM, Inspections
from demo.members import INFLOWS, OUTFLOWS, Members
from demo.plain import keys_of_lines, plain_rows
from demo.plan import WorldPlan
from demo.ratings import RatingRow
from demo.registry_files import union_bases
from demo.structure import GAINS, Structure
from demo.study import StudyRow
from demo.targets import Outcomes, Result, results, unit_context, unit_minimums
from ingestion.definitions.catalogue import Catalogue
from ingestion.definitions.forms import Form, Line
from ingestion.records.periods import CUMULATIVE, Period, PeriodKind
from ingestion.workbook import NOT_APPLICABLE, CellInput

Row = dict[str, CellInput]
Tables = dict[str, list[Row]]


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
    cadres: CadreRows
    study: dict[tuple[str, int, int], list[StudyRow]]
    union_study: dict[int, list[StudyRow]]
    union_pipeline: dict[tuple[str, int], dict[str, int]]


@dataclass(frozen=True)
class _Filing:
    """What one unit files for the months up to the end of a quarter."""

    figures: Figures
    unit: str
    kind: str
    year: int
    quarter: int

    @property
    def bodies(self) -> tuple[Body, ...]:
        """The organisations that the unit files for."""
        return self.figures.bodies.filed_by(self.unit, self.year)


def tables_of(figures: Figures, unit: str, kind: str, period: Period) -> Tables:
    """Give the rows of every form that a unit of a kind owes for a period, or files of its own accord."""
    forms = figures.catalogue.forms
    if period.kind is PeriodKind.TERM:
        return {"B05": _inspection_rows(_Filing(figures, unit, kind, PREVIOUS_TERM, 1), forms["B05"])}
    makers: dict[str, Callable[[_Filing, Form], list[Row]]] = {
        "B01": _member_rows,
        "B02": _admission_rows,
        "B03": _structure_rows,
        "B04": _rating_rows,
        "B05": _inspection_rows,
        "B06": _discipline_rows,
        "B07": _cadre_rows,
        "B08": _study_rows,
        "B09": _target_rows,
    }
    filing = _Filing(figures, unit, kind, period.year, CUMULATIVE.index(period.kind) + 1)
    owed = figures.catalogue.on(period.end).owed_forms(kind, period)
    return {form.code: makers.get(form.code, _plain_rows)(filing, form) for form in owed}


def _plain_rows(filing: _Filing, form: Form) -> list[Row]:
    """Give rows of a form of which nothing is known but its file."""
    lines = [line for members in form.line_members.values() for line in members.values()]
    keys: list[Row] = keys_of_lines(form, filing.kind)
    if form.rows == "organisations":
        bodies = [(body.code, body.name) for body in filing.bodies]
        if filing.kind == "UNION_BRANCH":
            bodies = [(code, name) for code, name, _ in union_bases()]
        names = {"org_name"} & form.by_code.keys()
        keys = [{"org_code": code, **dict.fromkeys(names, name)} for code, name in bodies]
    elif form.rows == "targets":
        # What it asks as B09 does, rules of its kind compare with the target or with other forms.
        told = _target_rows(filing, form) if filing.kind != "UNION_BRANCH" else []
        keys = [{code: value for code, value in row.items() if code in form.by_code} for row in told]
    return plain_rows(form, keys, lines, filing.year, filing.quarter)


def _named(body: Body, values: Mapping[str, CellInput]) -> Row:
    return {"org_code": body.code, "org_name": body.name, **values}


def _member_rows(filing: _Filing, _: Form) -> list[Row]:
    rows, year = [], filing.year
    members = filing.figures.members
    for body in filing.bodies:
        quarters = [members.quarters[body.code, year, q] for q in range(1, filing.quarter + 1)]
        flows = {
            column: sum(q.flows[column] for q in quarters)
            for column in (*INFLOWS, *OUTFLOWS, "out_struck_off_probationary")
        }
        values: dict[str, CellInput] = {
            "opening_members": members.openings[body.code, year],
            **flows,
            "in_total": sum(flows[column] for column in INFLOWS),
            "out_total": sum(flows[column] for column in OUTFLOWS),
            **quarters[-1].closing,
        }
        rows.append(_named(body, values))
    return rows


def _admission_rows(filing: _Filing, _: Form) -> list[Row]:
    figures, year = filing.figures, filing.year
    if filing.kind == "UNION_BRANCH":
        return [
            {"org_code": code, "org_name": name, **figures.union_pipeline[code, year]}
            for code, name, _ in union_bases()
        ]
    rows = []
    for body in filing.bodies:
        quarters = [
            figures.members.quarters[body.code, year, q].admission_flows for q in range(1, filing.quarter + 1)
        ]
        values: dict[str, CellInput] = {column: sum(q[column] for q in quarters) for column in quarters[0]}
        values["target_admissions_year"] = figures.admissions.targets.get(body.code)
        rows.append(_named(body, values))
    return rows


def _lines(form: Form, column: str, kind: str) -> list[Line]:
    return [line for line in form.line_members[column].values() if not line.owed_by or kind in line.owed_by]


def _structure_rows(filing: _Filing, form: Form) -> list[Row]:
    rows: list[Row] = []
    structure, unit, year, quarter = filing.figures.structure, filing.unit, filing.year, filing.quarter
    for line in _lines(form, "line_code", filing.kind):
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


def _rating_rows(filing: _Filing, _: Form) -> list[Row]:
    return [_named(body, filing.figures.ratings[body.code, filing.year]) for body in filing.bodies]


def _inspection_rows(filing: _Filing, form: Form) -> list[Row]:
    figures, unit, year, quarter = filing.figures, filing.unit, filing.year, filing.quarter
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


def _discipline_rows(filing: _Filing, _: Form) -> list[Row]:
    slots = filing.figures.discipline
    rows = []
    for body in filing.bodies:
        keys = [(body.code, filing.year, q) for q in range(1, filing.quarter + 1)]
        found = [slots[key] for key in keys if key in slots]
        rows.append(_named(body, {column: sum(row[column] for row in found) for column in DISCIPLINE_COLUMNS}))
    return rows


def _cadre_rows(filing: _Filing, form: Form) -> list[Row]:
    rows: list[Row] = []
    filed = filing.figures.cadres.get((filing.unit, filing.year, filing.quarter), {})
    for line in form.line_members["line_code"].values():
        values = filed.get(line.code)
        row: Row = {"line_code": line.code, "line_name": line.label.vi}
        if values is None:
            row |= dict.fromkeys(LINE_COUNTS, NOT_APPLICABLE)
        else:
            row |= values
            row |= {column: NOT_APPLICABLE for column in LINE_COUNTS if values[column] is None}
        rows.append(row)
    return rows


def _study_rows(filing: _Filing, form: Form) -> list[Row]:
    figures = filing.figures
    if filing.kind == "UNION_BRANCH":
        found = figures.union_study[filing.year]
    else:
        found = figures.study[filing.unit, filing.year, filing.quarter]
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
                "document_code": row.document,
                "line_name": line.label.vi,
                "population": NOT_APPLICABLE if row.population is None else row.population,
                "participated": NOT_APPLICABLE if row.participated is None else row.participated,
                "pct": share,
                "completed_on": row.completed_on,
            }
        )
    return rows


def _target_rows(filing: _Filing, _: Form) -> list[Row]:
    figures, unit = filing.figures, filing.unit
    plan, bodies, admissions = figures.plan, figures.bodies, figures.admissions
    if filing.kind == "PROVINCE":
        units = [u.code for f in bodies.families if f.code == unit for u in f.units]
        total = sum(admissions.unit_targets.get(u, 0) for u in units)
        minimums = {"admissions": total, **plan.targets.shares[unit]}
        found = results(minimums, (), _outcomes(figures, units, filing.year))
    else:
        minimums = unit_minimums(unit, bodies, plan, admissions)
        found = results(minimums, unit_context(unit, plan), _outcomes(figures, [unit], filing.year))
    return [_target_row(figures.catalogue, result) for result in found]


def _outcomes(figures: Figures, units: list[str], year: int) -> Outcomes:
    bodies = figures.bodies
    by_year = [
        sum(figures.admissions.of_year(b.code, y) for unit in units for b in bodies.filed_by(unit, y))
        for y in figures.plan.years
        if y <= year
    ]
    rows = [figures.ratings[b.code, year] for unit in units for b in bodies.filed_by(unit, year)]
    return Outcomes(year, rows, by_year[-1], sum(by_year))


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
