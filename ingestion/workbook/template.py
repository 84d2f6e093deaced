"""The blank workbook of one unit and period: which sheets it has and what stands in them already.

What belongs here: rows prefilled from forms and registry. What does not: how they look (`writer.py`).
"""

from collections.abc import Sequence
from itertools import product
from pathlib import Path

from ingestion.definitions.catalogue import Catalogue
from ingestion.definitions.forms import Form
from ingestion.definitions.registry import Registry
from ingestion.definitions.registry_rows import Organisation, Target
from ingestion.definitions.signing import form_version, sign
from ingestion.gate import History, version_for
from ingestion.records.periods import Period, PeriodKind
from ingestion.records.submissions import CellInput
from ingestion.words import writing
from ingestion.words.messages import ToldError
from ingestion.workbook.aided import AidedWriter
from ingestion.workbook.legends import indicator_name
from ingestion.workbook.rule_formulas import Plan, plan_formulas
from ingestion.workbook.writer import open_workbook, write_sheets

NO_MEMBER = "–"
"""What a key column without fixed lines holds where the line has no such member (a document, say)."""


class TemplateError(ToldError, ValueError):
    """There is no workbook for this unit and period; the message says why."""


def write_template(
    path: Path,
    catalogue: Catalogue,
    registry: Registry,
    unit_code: str,
    period: Period,
    *,
    history: History | None = None,
    key: bytes | None = None,
) -> Plan:
    """Write the blank workbook of a unit and period: counts blank, all that is known filled in.

    Args:
        path: the file to write; overwritten.
        catalogue: forms and indicators.
        registry: who the unit's organisations are, and what was assigned to them.
        unit_code: the reporting unit.
        period: the period.
        history: accepted rows of earlier periods, for opening figures and the rules that look back.
        key: the key with which the workbook is signed; None leaves it unsigned.

    Returns:
        The formulas that were written, and which rules the workbook cannot check itself.

    Raises:
        TemplateError: the unit does not file for the period.
    """
    unit = reporting_unit(registry, unit_code, period)
    version = form_version(catalogue, version_for(catalogue))
    catalogue = catalogue.on(period.end)
    tables = blank_tables(catalogue, registry, unit_code, period)
    plan = plan_formulas(catalogue, registry, unit, period, tables, history=history)
    for form, rows in tables.items():
        for row in rows:
            row_key = tuple(row.get(code) for code in catalogue.forms[form].key)
            row.update(plan.openings.get((form, row_key), {}))
        rows.extend({} for _ in range(plan.book.sheets[form].spare))
    cover: dict[str, CellInput] = {"template_version": version}
    if key is not None:
        cover["signature"] = sign(key, unit.org_code, period.code, version)
    book = open_workbook(path)
    writer = AidedWriter(book, unit, period, registry.reported_days(unit_code, period), plan=plan)
    write_sheets(
        writer,
        catalogue,
        tables,
        cover=cover,
        organisations=registry.members_in(unit_code, period),
        targets=assigned_targets(registry, unit, period),
    )
    writer.write_context()
    writer.close()
    return plan


def reporting_unit(registry: Registry, unit_code: str, period: Period) -> Organisation:
    """Give the version of a reporting unit that files for a period.

    Raises:
        TemplateError: the unit is unknown, did not live in the period, does not file, or closed its last year
            with an earlier one.
    """
    unit = registry.organisation_in(unit_code, period)
    if unit is None:
        raise _not_there(registry, unit_code, period)
    if not unit.files_reports:
        raise TemplateError("template.error.not_reporting", unit=unit_code)
    if registry.reporting_day(unit_code, period) is None:
        raise _not_there(registry, unit_code, period)
    return registry.reporting_version(unit_code, period) or unit


def _not_there(registry: Registry, code: str, period: Period) -> TemplateError:
    """Say why there is no unit that reports for a period: it had ended, had not begun, or is not known."""
    fields = {"unit": code, "period": period.code}
    versions, last = registry.versions.get(code, ()), registry.last_day(code)
    if last is not None and last < registry.days_of(period, registry.system_of(code)).last:
        closing = registry.closing_period(code) or Period(PeriodKind.YEAR, last.year, last.year)
        events = (s for s in registry.successions if s.predecessor_code == code and s.has_heir)
        takers = ", ".join(event.successor_code for event in events)
        key = "followed" if takers else "ended"
        more = {"day": writing.day(last), "closing": closing.code, "takers": takers}
        return TemplateError(f"template.error.{key}", **fields, **more)
    if versions:
        return TemplateError("template.error.not_yet", **fields, day=writing.day(versions[0].valid_from))
    return TemplateError("template.error.unknown_unit", **fields)


def blank_tables(
    catalogue: Catalogue, registry: Registry, unit_code: str, period: Period
) -> dict[str, list[dict[str, CellInput]]]:
    """Give the prefilled rows of every form that a unit owes or may file for a period.

    Organisations, lines and targets are filled in with their names and assigned values; counts are left out.

    Raises:
        TemplateError: the unit does not file for the period.
    """
    unit = reporting_unit(registry, unit_code, period)
    catalogue = catalogue.on(period.end)
    is_closing = registry.is_closing(unit_code, period)
    forms = [
        form
        for form in catalogue.forms.values()
        if form.is_accepted(unit.org_kind, period, is_closing=is_closing)
    ]
    if not forms:
        raise TemplateError("template.error.nothing_owed", unit=unit_code, period=period.code)
    return {form.code: _blank_rows(form, catalogue, registry, unit, period) for form in forms}


def assigned_targets(registry: Registry, unit: Organisation, period: Period) -> tuple[Target, ...]:
    """Give the targets with which the workbook of a unit and period is prefilled."""
    return registry.assigned_targets(unit, period)


def _blank_rows(
    form: Form, catalogue: Catalogue, registry: Registry, unit: Organisation, period: Period
) -> list[dict[str, CellInput]]:
    if form.rows == "organisations":
        return _organisation_rows(form, registry, unit, period)
    if form.rows == "targets":
        return _target_rows(form, catalogue, assigned_targets(registry, unit, period))
    return _line_rows(form, unit)


def _organisation_rows(
    form: Form, registry: Registry, unit: Organisation, period: Period
) -> list[dict[str, CellInput]]:
    rows = []
    name = form.name_column
    for organisation in registry.members_in(unit.org_code, period):
        row: dict[str, CellInput] = {form.naming_column: organisation.org_code}
        if name is not None:
            row[name] = organisation.org_name
        for column in form.columns:
            if column.assigned is not None:
                row[column.code] = _assigned_value(registry, organisation, column.assigned, period)
        rows.append(row)
    return rows


def _assigned_value(
    registry: Registry, organisation: Organisation, indicator: str, period: Period
) -> CellInput:
    """Give the yearly target of an organisation for an indicator; None where none is assigned."""
    found = {t.indicator_code: t for t in assigned_targets(registry, organisation, period)}
    target = found.get(indicator)
    if target is None or target.basis != "YEAR" or target.min is None:
        return None
    return int(target.min) if target.min.is_integer() else target.min


def _line_rows(form: Form, unit: Organisation) -> list[dict[str, CellInput]]:
    """Give every combination of fixed lines that the unit's kind files, with names where there is a column."""
    members = form.line_members
    owed = form.owed_lines(unit.org_kind)
    per_key: list[Sequence[str]] = [
        [line.code for line in owed[key]] if key in owed else [NO_MEMBER] for key in form.key
    ]
    name = form.name_column
    rows = []
    for combination in product(*per_key):
        row: dict[str, CellInput] = dict(zip(form.key, combination, strict=True))
        if name is not None:
            keyed = zip(form.key, combination, strict=True)
            labels = (members[key][code].label.vi for key, code in keyed if code in members.get(key, ()))
            row[name] = " – ".join(labels) or None
        rows.append(row)
    return rows


def _target_rows(form: Form, catalogue: Catalogue, targets: Sequence[Target]) -> list[dict[str, CellInput]]:
    """Give a row per assigned target with everything that the assignment says."""
    rows = []
    for target in targets:
        indicator = catalogue.indicators.get(target.indicator_code)
        known: dict[str, CellInput] = {
            "indicator_code": target.indicator_code,
            "indicator_name": indicator_name(catalogue, target.indicator_code),
            "unit_code": indicator.unit if indicator else None,
            "direction": target.direction,
            "target_min": target.min,
            "target_max": target.max,
            "target_basis": target.basis,
        }
        rows.append({code: value for code, value in known.items() if code in form.by_code})
    return rows
