"""Reference tables as Parquet: forms, indicators, the registry, what is owed, periods.

What belongs here: the catalogue and the registry in the shape in which the warehouse reads them. What does not:
anything that was filed (`accepted.py`).
"""

import types
import typing
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
from pydantic import BaseModel

from ingestion.bronze.accepted import write_table
from ingestion.definitions.catalogue import Catalogue
from ingestion.definitions.indicators import Indicator, is_collected
from ingestion.definitions.registry import NO_COVERAGE, TABLES, Coverage, Registry
from ingestion.definitions.registry_rows import CalendarPeriod
from ingestion.definitions.validity import ALWAYS
from ingestion.records.periods import CUMULATIVE, DISCRETE, Period

_PRIVATE_TABLES = {"contacts"}
"""Registry tables that no page and no figure needs; channels of people stay out of the warehouse."""


def _strings(*names: str) -> list[tuple[str, pa.DataType]]:
    return [(name, pa.string()) for name in names]


def write_reference(
    bronze: Path, registry: Registry, catalogue: Catalogue, coverage: Coverage = NO_COVERAGE
) -> None:
    """Write the reference tables; files that would not change are left alone.

    Those of tables that there are no more, which an earlier version of the product wrote, are removed.

    Args:
        bronze: bronze's folder.
        registry: who there is.
        catalogue: what there is to file.
        coverage: from which day the figures of units run that say so; what they take in is owed by nobody else.
    """
    folder = bronze / "reference"
    tables = {
        **_form_tables(catalogue),
        **_indicator_tables(catalogue.indicators.values()),
        "idle_summands": _idle_table(registry, catalogue),
        **_registry_tables(registry),
        "owed": _owed_table(registry, catalogue, coverage),
        "idle_forms": _idle_form_table(registry, catalogue, coverage),
        "required_forms": _required_form_table(registry, catalogue, coverage),
        "periods": _period_table(registry),
    }
    for name, table in tables.items():
        write_table(folder / f"{name}.parquet", table)
    for path in folder.glob("*.parquet"):
        if path.stem not in tables:
            path.unlink(missing_ok=True)


def _form_tables(catalogue: Catalogue) -> dict[str, pa.Table]:
    forms = list(catalogue.forms.values())
    form_rows = [
        {"form_code": f.code, "title_vi": f.title.vi, "title_en": f.title.en, "rows": f.rows} for f in forms
    ]
    column_rows = [
        {
            "form_code": form.code,
            "column_code": column.code,
            "position": position,
            "label_vi": column.full_label("vi"),
            "label_en": column.full_label("en"),
            "type": column.type,
            "unit": column.unit,
            "nature": column.nature,
            "is_required": column.required,
            "is_key": column.code in form.key,
        }
        for form in forms
        for position, column in enumerate(form.columns, start=1)
    ]
    line_rows = [
        {
            "form_code": form.code,
            "column_code": line_set.column,
            "line_code": line.code,
            "label_vi": line.label.vi,
            "label_en": line.label.en,
            "unit": line.unit,
            "nature": line.nature,
            "parent_line": line.parent,
            "owed_by": " ".join(line.owed_by) or None,
            "position": position,
        }
        for form in forms
        for line_set in form.lines
        for position, line in enumerate(line_set.members, start=1)
    ]
    return {
        "forms": _table(form_rows, _strings("form_code", "title_vi", "title_en", "rows")),
        "form_columns": _table(
            column_rows,
            [
                *_strings("form_code", "column_code"),
                ("position", pa.int32()),
                *_strings("label_vi", "label_en", "type", "unit", "nature"),
                ("is_required", pa.bool_()),
                ("is_key", pa.bool_()),
            ],
        ),
        "form_lines": _table(
            line_rows,
            [
                *_strings("form_code", "column_code", "line_code", "label_vi", "label_en"),
                *_strings("unit", "nature", "parent_line", "owed_by"),
                ("position", pa.int32()),
            ],
        ),
    }


def _indicator_tables(indicators: Iterable[Indicator]) -> dict[str, pa.Table]:
    indicator_rows, summand_rows, filter_rows = [], [], []
    for order, indicator in enumerate(indicators, start=1):
        indicator_rows.append(
            {
                "indicator_code": indicator.code,
                "name_vi": indicator.name.vi,
                "name_en": indicator.name.en,
                "unit_code": indicator.unit,
                "kind": indicator.kind,
                "section": indicator.section,
                "decimals": indicator.decimals,
                "sort_order": order,
                "source": indicator.source,
            }
        )
        for part, summands in indicator.parts:
            for number, summand in enumerate(summands, start=1):
                head = {"indicator_code": indicator.code, "part": part, "summand_no": number}
                summand_rows.append(
                    {
                        **head,
                        "form_code": summand.form,
                        "column_code": summand.column,
                        "sign": summand.sign,
                        "over_time": summand.over_time,
                        "is_count": bool(summand.count),
                    }
                )
                named = [*summand.where.items(), (summand.column, summand.count)]
                filter_rows += [
                    {**head, "column_code": column, "code": code} for column, codes in named for code in codes
                ]
    head_fields = [*_strings("indicator_code", "part"), ("summand_no", pa.int32())]
    return {
        "indicators": _table(
            indicator_rows,
            [
                *_strings("indicator_code", "name_vi", "name_en", "unit_code", "kind", "section"),
                ("decimals", pa.int32()),
                ("sort_order", pa.int32()),
                ("source", pa.string()),
            ],
        ),
        "indicator_summands": _table(
            summand_rows,
            [
                *head_fields,
                *_strings("form_code", "column_code"),
                ("sign", pa.int32()),
                ("over_time", pa.string()),
                ("is_count", pa.bool_()),
            ],
        ),
        "indicator_summand_filters": _table(filter_rows, head_fields + _strings("column_code", "code")),
    }


def _idle_table(registry: Registry, catalogue: Catalogue) -> pa.Table:
    """Give the summands of indicators that add nothing in a period that may be filed, and why.

    `is_collected` says whether the indicator has a figure all the same, made of its other summands: this one
    holds for another time. Where it is false, a cell of which the summand's part is made is not collected.
    """
    rows: list[dict[str, Any]] = []
    periods = [] if catalogue.is_timeless else registry.all_periods
    for period in (period for period in periods if period.kind not in DISCRETE):
        for indicator in catalogue.indicators.values():
            for part, summands in indicator.parts:
                collected = is_collected(summands, catalogue.forms, period.end)
                rows += [
                    {
                        "indicator_code": indicator.code,
                        "part": part,
                        "summand_no": number,
                        "period_code": period.code,
                        "is_collected": collected,
                    }
                    for number, summand in enumerate(summands, start=1)
                    if not collected or not summand.effective.covers(period.end)
                ]
    fields = [*_strings("indicator_code", "part"), ("summand_no", pa.int32()), *_strings("period_code")]
    return _table(rows, [*fields, ("is_collected", pa.bool_())])


def _registry_tables(registry: Registry) -> dict[str, pa.Table]:
    """Give the registry's tables as they are, each row with its line in the file."""
    tables: dict[str, pa.Table] = {}
    for name, model in TABLES.items():
        if name in _PRIVATE_TABLES:
            continue
        rows: Sequence[BaseModel] = getattr(registry, name)
        numbers = registry.file_rows.get(name, tuple(range(2, len(rows) + 2)))
        fields = [(field, _arrow_type(info.annotation)) for field, info in model.model_fields.items()]
        dumped = [row.model_dump() | {"file_row": number} for row, number in zip(rows, numbers, strict=True)]
        tables[name] = _table(dumped, [*fields, ("file_row", pa.int32())])
    return tables


def _arrow_type(annotation: Any) -> pa.DataType:
    """Give the Parquet type of a registry column from its Python type."""
    options = typing.get_args(annotation) if _is_union(annotation) else (annotation,)
    plain = next(option for option in options if option is not types.NoneType)
    if typing.get_origin(plain) is typing.Annotated:  # how it is checked tells nothing of its kind
        plain = typing.get_args(plain)[0]
    if typing.get_origin(plain) is typing.Literal:
        plain = str
    return {
        str: pa.string(),
        int: pa.int64(),
        float: pa.float64(),
        bool: pa.bool_(),
        date: pa.date32(),
    }[plain]


def _is_union(annotation: Any) -> bool:
    return typing.get_origin(annotation) in (typing.Union, types.UnionType)


def _owed_table(registry: Registry, catalogue: Catalogue, coverage: Coverage) -> pa.Table:
    rows = [
        {
            "reporting_org_code": owed.reporting_org_code,
            "period_code": owed.period_code,
            "form_code": owed.form_code,
            "due_on": owed.due_on,
        }
        for owed in registry.owed(catalogue, coverage)
    ]
    rows.sort(key=lambda row: (row["period_code"], row["reporting_org_code"], row["form_code"]))
    fields = [*_strings("reporting_org_code", "period_code", "form_code"), ("due_on", pa.date32())]
    return _table(rows, fields)


def _idle_form_table(registry: Registry, catalogue: Catalogue, coverage: Coverage) -> pa.Table:
    """Give the forms that a unit would owe for a period, were they collected then.

    A form that begins within a year has these before it; what is filed of single quarters since lacks them.
    """
    limited = {code: form for code, form in catalogue.forms.items() if not form.effective.is_always}
    rows = []
    if limited:
        lasting = {code: form.model_copy(update={"effective": ALWAYS}) for code, form in limited.items()}
        rows = [
            {
                "reporting_org_code": owed.reporting_org_code,
                "period_code": owed.period_code,
                "form_code": owed.form_code,
            }
            for owed in registry.owed(replace(catalogue, forms=lasting), coverage)
            if not limited[owed.form_code].effective.covers(Period.parse(owed.period_code).end)
        ]
    return _table(rows, _strings("reporting_org_code", "period_code", "form_code"))


def _required_form_table(registry: Registry, catalogue: Catalogue, coverage: Coverage) -> pa.Table:
    """Give the forms that a unit owes for each part of a year of the calendar, by the forms themselves.

    The calendar may not have all parts of a year, such as those of the present one that are still to come: what
    was filed of its first half is no whole year for that.
    """
    parts = {
        (f"{Period.parse(row.period_code).year}-{kind}", row.term_system)
        for row in registry.calendar
        if Period.parse(row.period_code).is_cumulative
        for kind in CUMULATIVE
    }
    whole = tuple(CalendarPeriod(period_code=code, term_system=system) for code, system in sorted(parts))
    keys = {
        (owed.period_code, owed.reporting_org_code, owed.form_code)
        for owed in replace(registry, calendar=whole).owed(catalogue, coverage)
    }
    rows = [
        {"reporting_org_code": unit, "period_code": period, "form_code": form}
        for period, unit, form in sorted(keys)
    ]
    return _table(rows, _strings("reporting_org_code", "period_code", "form_code"))


def _period_table(registry: Registry) -> pa.Table:
    rows = [
        {
            "period_code": period.code,
            "kind": str(period.kind),
            "year": period.year,
            "first_year": period.first_year,
            "starts_on": registry.days_of(period).first,
            "ends_on": registry.days_of(period).last,
            "sort_order": order,
        }
        for order, period in enumerate(registry.all_periods, start=1)
    ]
    return _table(
        rows,
        [
            *_strings("period_code", "kind"),
            ("year", pa.int32()),
            ("first_year", pa.int32()),
            ("starts_on", pa.date32()),
            ("ends_on", pa.date32()),
            ("sort_order", pa.int32()),
        ],
    )


def _table(rows: Sequence[Mapping[str, Any]], fields: Sequence[tuple[str, pa.DataType]]) -> pa.Table:
    return pa.Table.from_pylist(list(rows), pa.schema(list(fields)))
