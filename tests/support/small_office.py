"""A made-up office with a handful of forms, and its figures as the publication gate works them out.

What belongs here: forms, indicators, builders of registry and bronze, and marts that hold figures as they are
told. What does not: expectations, and the product's own forms.
"""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import yaml

from ingestion.definitions.catalogue import Catalogue, load_catalogue
from ingestion.definitions.forms import Form
from ingestion.definitions.indicators import Indicator
from ingestion.definitions.registry import TABLES
from reports.publication_gate.bodies import Bodies
from reports.publication_gate.figures import PARTS_OF_FIGURES, Figures
from reports.publication_gate.recomputed import recomputed
from tests.integration.warehouse_world import Filing, World

Told = dict[tuple[str, str, str], dict[str, float]]
"""Parts and status of figures by indicator, organisation and period; what is NaN is left out."""

_FORMS = """
- code: F1
  sheet: F1
  title: {vi: f, en: f}
  grain: a row an organisation
  rows: organisations
  key: [org_code]
  required_for: {DISTRICT: [Q1, 6T, 9T, N], BRANCH: [N]}
  accepted_for: [NK]
  columns:
    - {code: org_code, type: code, required: true, label: {vi: a, en: a}}
    - {code: opening, type: int, nature: opening, required: true, label: {vi: b, en: b}}
    - {code: joined, type: int, nature: flow, required: true, label: {vi: c, en: c}}
    - {code: gone, type: int, nature: flow, required: false, label: {vi: d, en: d}}
    - {code: closing, type: int, nature: stock, required: true, label: {vi: e, en: e}}
    - {code: plan, type: int, nature: plan, required: false, label: {vi: j, en: j}}
    - {code: rating, type: code, required: false, choices: [GOOD, BAD], label: {vi: g, en: g}}
    - {code: filed_share, type: percent, nature: ratio, required: false, label: {vi: h, en: h}}
    - {code: bodies, type: int, nature: distinct, required: false, label: {vi: i, en: i}}
- code: F2
  sheet: F2
  title: {vi: f, en: f}
  grain: a row a line
  rows: lines
  key: [line_code]
  required_for: {DISTRICT: [N]}
  columns:
    - {code: line_code, type: code, required: true, label: {vi: a, en: a}}
    - {code: number, type: int, nature: line, required: true, label: {vi: b, en: b}}
  lines:
    - column: line_code
      members:
        - {code: FLOW, nature: flow, label: {vi: a, en: a}}
        - {code: STOCK, nature: stock, owed_by: [DISTRICT], label: {vi: b, en: b}}
        - {code: OPENING, nature: opening, label: {vi: c, en: c}}
"""
_COUNT = "column: rating, count: [GOOD]"
_INDICATORS = f"""
- {{code: joined, kind: flow, value: [{{form: F1, column: joined, over_time: sum}}]}}
- code: net
  kind: flow
  value: [{{form: F1, column: joined, over_time: sum}}, {{form: F1, column: gone, over_time: sum, sign: -1}}]
- code: members
  kind: stock
  value: [{{form: F1, column: closing, over_time: last}}]
  opening: [{{form: F1, column: opening, over_time: first}}]
- code: growth
  kind: stock
  value:
    - {{form: F1, column: closing, over_time: last}}
    - {{form: F1, column: opening, over_time: first, sign: -1}}
- code: share
  kind: ratio
  numerator: [{{form: F1, column: joined, over_time: sum}}]
  denominator: [{{form: F1, column: closing, over_time: last}}]
- code: of_plan
  kind: ratio
  numerator: [{{form: F1, column: joined, over_time: sum}}]
  denominator: [{{form: F1, column: plan, over_time: sum}}]
- code: of_how_many
  kind: flow
  value: [{{form: F1, column: joined, over_time: sum}}]
  denominator: [{{form: F1, column: plan, over_time: last}}]
- code: line_of_line
  kind: ratio
  numerator: [{{form: F2, column: number, where: {{line_code: [FLOW]}}, over_time: sum}}]
  denominator: [{{form: F2, column: number, where: {{line_code: [STOCK]}}, over_time: last}}]
- {{code: filed_share, kind: rate, value: [{{form: F1, column: filed_share, over_time: last}}]}}
- {{code: bodies, kind: distinct, value: [{{form: F1, column: bodies, over_time: none}}]}}
- {{code: good, kind: flow, value: [{{form: F1, {_COUNT}, over_time: sum}}]}}
- {{code: good_in_a_row, kind: run, value: [{{form: F1, {_COUNT}, over_time: none}}]}}
- code: lines
  kind: flow
  value: [{{form: F2, column: number, over_time: sum}}]
- code: flow_line
  kind: flow
  value: [{{form: F2, column: number, where: {{line_code: [FLOW]}}, over_time: sum}}]
- code: stock_line
  kind: stock
  value: [{{form: F2, column: number, where: {{line_code: [STOCK]}}, over_time: last}}]
- code: both_forms
  kind: flow
  value:
    - {{form: F1, column: joined, over_time: sum}}
    - {{form: F2, column: number, where: {{line_code: [FLOW]}}, over_time: sum}}
- {{code: merged, kind: registry, source: successions}}
"""


@cache
def catalogue() -> Catalogue:
    """Give the office's forms and indicators, with nothing of the product's but the cover."""
    forms = [Form.model_validate(form) for form in yaml.safe_load(_FORMS)]
    common = {"unit": "PERSON", "section": "members"}
    indicators = [
        Indicator.model_validate(common | {"name": {"vi": one["code"], "en": one["code"]}} | one)
        for one in yaml.safe_load(_INDICATORS)
    ]
    return Catalogue(load_catalogue().cover, {f.code: f for f in forms}, {i.code: i for i in indicators})


def body(code: str, kind: str, parent: str = "", **more: Any) -> dict[str, Any]:
    """Give a row of the registry; what files are districts, provinces and branches."""
    row = {
        "org_code": code,
        "org_name": code,
        "org_kind": kind,
        "org_type": "",
        "parent_code": parent,
        "files_reports": kind in ("DISTRICT", "PROVINCE", "BRANCH"),
        "term_system": "DANG",
        "valid_from": "2010-01-01",
        "valid_to": "",
    }
    return row | more


def succession(old: str, new: str, event: str, day: str, share: str = "") -> dict[str, Any]:
    """Give a row of the table of successions."""
    return {
        "predecessor_code": old,
        "successor_code": new,
        "event_type": event,
        "effective_on": day,
        "document": "",
        "share": share,
    }


def term(first: int, last: int, code: str = "", system: str = "DANG") -> dict[str, Any]:
    """Give a row of the table of terms."""
    code = code or f"{first - 1}-{last}-NK"
    return {"term_system": system, "term_code": code, "first_year": first, "last_year": last}


def filing(unit: str, period: str, **more: Any) -> Filing:
    """Give a submission of one row of F1, about the unit's only organisation (its code with 1)."""
    extra = {name: more.pop(name) for name in ("basis", "revision", "verdict", "received_at") if name in more}
    rows = more.pop("rows", None) or [{"org_code": f"{unit}1", **more}]
    return Filing(unit, period, {"F1": rows}, **extra)


class Office:
    """The registry and bronze of a made-up office, and what the gate works out from them."""

    def __init__(
        self,
        folder: Path,
        bodies: Sequence[Mapping[str, Any]],
        filings: Iterable[Filing],
        *,
        terms: Sequence[Mapping[str, Any]] = (),
        successions: Sequence[Mapping[str, Any]] = (),
        calendar: Sequence[str | Mapping[str, Any]] = (),
        targets: Sequence[Mapping[str, Any]] = (),
        statements: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        """Write registry and bronze; the calendar is that of the filings unless it is named."""
        filings = list(filings)
        periods = calendar or sorted({one.period for one in filings if not one.period.endswith("NK")})
        tables: dict[str, list[dict[str, Any]]] = {name: [] for name in TABLES}
        tables["organisations"] = [dict(row) for row in bodies]
        tables["successions"] = [dict(row) for row in successions]
        tables["terms"] = [dict(row) for row in terms]
        tables["targets"] = [dict(row) for row in targets]
        tables["statements"] = [dict(row) for row in statements]
        tables["calendar"] = [{"period_code": row} if isinstance(row, str) else dict(row) for row in periods]
        self.bronze = World(tables, filings).write(folder, catalogue())

    def groups(self) -> list[tuple[list[int], Figures, pd.DataFrame]]:
        """Give what the gate works through, group by group."""
        return list(recomputed(self.bronze, catalogue(), None))

    def told(self) -> Told:
        """Give the figures that the gate works out."""
        codes = list(catalogue().indicators)
        told: Told = {}
        for _, figures, frame in self.groups():
            for row in frame.to_dict("records"):
                period = str(figures.bodies.periods.index[row["period"]])
                key = (codes[row["indicator"]], str(figures.bodies.codes[row["organisation"]]), period)
                assert key not in told, key
                told[key] = {
                    name: row[name] for name in (*PARTS_OF_FIGURES, "status") if not pd.isna(row[name])
                }
        return told

    def bodies(self) -> Bodies:
        """Give the registry in time."""
        return Bodies(self.bronze)


STATUSES = ("final", "provisional", "incomplete", "none")
_REPEATED = {
    "intermediate.int_figure__predecessor": "indicator_code org_code period_code predecessor_code file_row",
    "intermediate.int_submission__column": "submission_id form_code sheet column_code column_letter",
    "dim_indicator": "indicator_code name_vi name_en unit_code kind section decimals sort_order",
    "dim_organisation": "org_code org_name org_kind org_type sector org_level parent_code is_reporting "
    "term_system valid_from valid_to is_latest",
    "dim_period": "period_code kind year first_year starts_on ends_on sort_order is_cumulative is_filed due_on",
    "dim_term": "term_system term_code first_year last_year previous_term_code",
    "fct_submission": "submission_id reporting_org_code period_code revision file_kind sha256 file "
    "original_name received_at verdict status standing decided_at period_basis n_errors n_warnings n_passed "
    "n_failed n_not_run is_effective",
    "rpt_completeness": "reporting_org_code period_code is_owed owed_forms received_at due_on is_received "
    "is_on_time is_accepted status accepted_submission_id",
    "intermediate.int_submission__effective": "submission_id file",
    "rpt_explanation": "submission_id reporting_org_code period_code rule_code sheet cell explanation",
    "rpt_explanation_review": "reporting_org_code period_code submission_id explained_period_code rule_code "
    "clause sheet cell explanation fired_again",
    "rpt_open_case": "submission_id case_state",
    "rpt_report_unit": "org_code term_code org_name org_kind is_province parent_code",
    "rpt_predecessor": "org_code term_code predecessor_code ended_on",
    "rpt_stated_figure": "statement_id source family body_code body_name body_level measure unit dimension "
    "term basis qualifier value_low value_high numerator denominator indicator_code org_code period_code "
    "derivation direction expected_value expected_verdict home is_by_size "
    "actual_value actual_low actual_high status verdict detail",
}
"""Columns of what the warehouse repeats, which here nobody fills."""


def marts(
    told: Told, derived: Iterable[tuple[str, str, str, str, float | None, str]] = ()
) -> duckdb.DuckDBPyConnection:
    """Give a warehouse in memory that holds some figures, and nothing behind them.

    Args:
        told: the figures, as `Office.told` gives them.
        derived: indicator, unit, period, derivation, value and status of what is derived.
    """
    connection = duckdb.connect()
    text = "varchar, ".join(("indicator_code ", "org_code ", "period_code ")) + "varchar"
    parts = "value double, numerator double, denominator double, opening_value double"
    connection.execute(f"create table fct_indicator_value ({text}, {parts}, status varchar)")
    connection.execute(
        f"create table fct_indicator_derived ({text}, derivation varchar, value double, status varchar, "
        "n_years int, of_year int)"
    )
    connection.execute("create schema intermediate")
    for table, columns in {
        "intermediate.int_indicator__contribution": "measure_id int, row_id int, contribution double, "
        "column_code varchar, value_number double, value_code varchar, is_counted boolean",
        "intermediate.int_indicator__measure": "measure_id int, indicator_code varchar, part varchar",
        "intermediate.int_form__row": "row_id int, submission_id varchar, form_code varchar, row_number int",
        "intermediate.int_indicator__amount": "measure_id int, closure_level varchar, "
        "contributing_code varchar, base_period_code varchar, stands boolean, amount double",
        "fct_target": "indicator_code varchar, org_code varchar, term_code varchar, year int, basis varchar, "
        "target_min double, target_max double, actual_value double, assessment varchar, status varchar, "
        "direction varchar, document varchar",
        "rpt_figure_source": "org_code varchar, period_code varchar, submission_id varchar",
        "rpt_figure_day": "indicator_code varchar, org_code varchar, period_code varchar, first_day date, "
        "last_day date",
        **{
            table: ", ".join(f'"{name}" varchar' for name in names.split())
            for table, names in _REPEATED.items()
        },
    }.items():
        connection.execute(f"create table {table} ({columns})")
    rows = [
        (*key, *(parts.get(part) for part in PARTS_OF_FIGURES), STATUSES[max(int(parts.get("status", 0)), 0)])
        for key, parts in told.items()
    ]
    columns = ["i", "o", "p", *PARTS_OF_FIGURES, "s"]
    connection.register("told", pd.DataFrame(rows, columns=columns))
    connection.execute("insert into fct_indicator_value select * from told")
    names = ["i", "o", "p", "d", "v", "s"]
    connection.register("derived", pd.DataFrame(list(derived), columns=names))
    connection.execute("insert into fct_indicator_derived select *, null, null from derived")
    return connection
