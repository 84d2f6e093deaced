"""A small published warehouse for the tests of pages, with the columns that the marts promise."""

import csv
import random
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from ingestion.definitions.catalogue import load_catalogue
from reports.context import Site
from reports.loading import load_site
from reports.marts import COLUMNS

AS_OF = datetime(2021, 3, 1, 9, 30, tzinfo=UTC)
STATEMENTS = Path(__file__).parent.parent / "demo" / "statements.csv"
TERM = "2015-2020-NK"
UNION_TERM = "2012-2017-NK"

REMARKS = {
    "I027": '{"code": "suspension_counted", "stated": 104, "actual": 103, "suspended": 1}',
    "I065": '{"code": "visits_beside_existing", "visits": 139, "existing": 81}',
    "I059": '{"code": "no_target_on_record"}',
    "I061": '{"code": "cap_broken_at_one_end", "cap": 20.0, "breaking_excellent": 20.0, "breaking_good": 80.0, '
    '"breaking_rate": 25.0, "keeping_excellent": 15.0, "keeping_good": 85.0, "keeping_rate": 17.6}',
    "I016": '{"code": "since_opening", "opening": 1813}',
}

UNITS = (
    ("VP", "Tỉnh ủy Vĩnh Phúc", "PROVINCE", TERM, True, None),
    ("VP-YL", "Huyện ủy Yên Lạc", "DISTRICT", TERM, False, "VP"),
    ("VP-LT", "Huyện ủy Lập Thạch <b>&_*{{< x >}}|", "DISTRICT", TERM, False, "VP"),
    ("TG-GCT", "Huyện ủy Gò Công Tây", "DISTRICT", TERM, False, None),
    ("DCD", "Đoàn khối Dân Chính Đảng", "UNION_BRANCH", UNION_TERM, False, None),
)


def write_warehouse(path: Path, *, empty: tuple[str, ...] = ()) -> Path:
    """Write a warehouse; the marts that `empty` names have their columns and no rows."""
    rows = _rows()
    with duckdb.connect(str(path)) as connection:
        for table, columns in COLUMNS.items():
            found = [] if table in empty else rows[table]
            frame = pd.DataFrame([[row.get(name) for name in columns] for row in found], columns=list(columns))
            connection.register("incoming", frame)
            connection.execute(f"create table {table} as select {_cast(columns)} from incoming")
    return path


def site_of(path: Path, **options: Any) -> Site:
    """Load a site from a warehouse of these tests."""
    return load_site(path, as_of=AS_OF, code_version="0.1.0", **options)


_TYPES = {
    "double": (
        "value numerator denominator opening_value target_min target_max actual_value actual_low actual_high "
        "value_low value_high"
    ),
    "integer": "decimals sort_order year first_year revision n_errors n_warnings",
    "boolean": "is_province is_owed is_received is_on_time is_accepted is_by_size",
    "date": "starts_on ends_on valid_from due_on ended_on first_day last_day",
    "timestamp": "received_at",
}
_TYPE_OF = {name: kind for kind, names in _TYPES.items() for name in names.split()}


def _cast(columns: tuple[str, ...]) -> str:
    return ", ".join(f'"{name}"::{_TYPE_OF.get(name, "varchar")} as "{name}"' for name in columns)


def _of_day(figure: dict[str, Any]) -> dict[str, Any]:
    """Give the day of a figure: the end of its year or term, but where it is provisional."""
    year = int(figure["period_code"].removesuffix("-NK").removesuffix("-N")[-4:])
    day = date(year, 9, 30) if figure["status"] == "provisional" else date(year, 12, 31)
    return {**figure, "first_day": day, "last_day": day}


def _rows() -> dict[str, list[dict[str, Any]]]:
    indicators = load_catalogue().indicators
    chance = random.Random(20210301)
    values, derived = [], []
    for code, _, _, term, _, _ in UNITS:
        if code == "TG-GCT":
            continue
        first, last = (2013, 2017) if term == UNION_TERM else (2016, 2020)
        for indicator in indicators.values():
            if (indicator.section in ("youth_union",)) != (
                term == UNION_TERM
            ) and indicator.section != "admissions":
                continue
            for period in (*(f"{year}-N" for year in range(first, last + 1)), term):
                value = (
                    round(chance.uniform(0, 100), indicator.decimals)
                    if indicator.unit == "PERCENT"
                    else float(chance.randint(0, 4000))
                )
                status = "provisional" if code == "VP-LT" and period == term else "final"
                values.append(
                    {
                        "indicator_code": indicator.code,
                        "org_code": code,
                        "period_code": period,
                        "value": value,
                        "numerator": 9.0,
                        "denominator": 10.0,
                        "opening_value": value + 14,
                        "status": status,
                    }
                )
            derived += [
                {
                    "indicator_code": indicator.code,
                    "org_code": code,
                    "period_code": term,
                    "derivation": d,
                    "value": v,
                    "status": "final",
                }
                for d, v in (
                    ("change_over_term", -14.0),
                    ("percent_change", -20.5),
                    ("average_per_year", 2389.0),
                    ("per_year_low", 91.2),
                    ("per_year_high", 97.5),
                )
            ]
    for figure in values:
        if figure["indicator_code"] == "admissions" and figure["org_code"] == "VP":
            figure["value"] = 11945.0 if figure["period_code"] == TERM else 2389.0
        if figure["indicator_code"] == "members_suspended" and figure["org_code"] == "VP":
            figure["value"] = 0.0
    values.append(
        {
            "indicator_code": "inspected_orgs",
            "org_code": "VP",
            "period_code": "2010-2015-NK",
            "value": 718.0,
            "status": "final",
        }
    )
    derived.append(
        {
            "indicator_code": "inspected_orgs",
            "org_code": "VP",
            "period_code": TERM,
            "derivation": "change_vs_previous_term",
            "value": 132.0,
            "status": "final",
        }
    )
    periods = [
        _period(f"{year}-{kind}", kind, year, year, starts=date(year, 1, 1), ends=date(year, month, day))
        for year in range(2010, 2021)
        for kind, month, day in (("Q1", 3, 31), ("6T", 6, 30), ("9T", 9, 30), ("N", 12, 31))
    ]
    periods += [
        _period("2010-2015-NK", "NK", 2015, 2010, starts=date(2011, 1, 1), ends=date(2015, 12, 31)),
        _period(TERM, "NK", 2020, 2015, starts=date(2016, 1, 1), ends=date(2020, 12, 31)),
        _period(UNION_TERM, "NK", 2017, 2012, starts=date(2013, 1, 1), ends=date(2017, 12, 31)),
    ]
    filings = []
    for code, *_ in UNITS:
        for period in ("2016-N", "2017-N", "2018-N", "2019-N", "2020-Q1", "2020-6T", "2020-9T", "2020-N"):
            missing = code == "TG-GCT" and period != "2020-Q1"
            rejected = (code, period) == ("TG-GCT", "2020-Q1")
            filings.append(
                {
                    "reporting_org_code": code,
                    "period_code": period,
                    "is_owed": True,
                    "due_on": date(2020, 12, 31),
                    "is_received": not missing,
                    "is_on_time": not missing and period != "2017-N",
                    "is_accepted": not missing and not rejected,
                    "status": "missing" if missing else "needs_explanation" if rejected else "accepted",
                }
            )
    return {
        "dim_indicator": [
            {
                "indicator_code": i.code,
                "name_vi": i.name.vi,
                "name_en": i.name.en,
                "unit_code": i.unit,
                "kind": i.kind,
                "section": i.section,
                "decimals": i.decimals,
                "sort_order": n,
            }
            for n, i in enumerate(indicators.values())
        ],
        "dim_organisation": [
            {
                "org_code": code,
                "org_name": name,
                "org_kind": kind,
                "term_system": "DOAN" if kind == "UNION_BRANCH" else "DANG",
                "valid_from": date(2010, 1, 1),
            }
            for code, name, kind, *_ in UNITS
        ],
        "dim_period": [{**period, "sort_order": n} for n, period in enumerate(periods)],
        "dim_term": [
            {"term_system": "DANG", "term_code": "2010-2015-NK"},
            {"term_system": "DANG", "term_code": TERM, "previous_term_code": "2010-2015-NK"},
            {"term_system": "DOAN", "term_code": UNION_TERM},
        ],
        "rpt_predecessor": [],
        "rpt_figure_day": [_of_day(figure) for figure in values],
        "rpt_report_unit": [
            dict(
                zip(
                    ("org_code", "org_name", "org_kind", "term_code", "is_province", "parent_code"),
                    unit,
                    strict=True,
                )
            )
            for unit in UNITS
        ],
        "fct_indicator_value": values,
        "fct_indicator_derived": derived,
        "fct_target": [
            {
                "org_code": "VP",
                "indicator_code": "admissions",
                "term_code": TERM,
                "basis": "AVG_PER_YEAR",
                "direction": "GE",
                "target_min": 2300.0,
                "document": "NQ 01",
                "actual_value": 2389.0,
                "assessment": "VUOT",
                "status": "final",
            },
            {
                "org_code": "VP",
                "indicator_code": "orgs_good_or_better_share",
                "term_code": TERM,
                "year": 2019,
                "basis": "YEAR",
                "direction": "GT",
                "target_min": 95.0,
                "document": "",
                "actual_value": 94.0,
                "assessment": "CHUA_DAT",
                "status": "final",
            },
        ],
        "fct_submission": [
            {
                "submission_id": "VP-YL.2020-N.r1",
                "reporting_org_code": "VP-YL",
                "period_code": "2020-N",
                "revision": 1,
                "received_at": datetime(2021, 1, 5, 3, 0, tzinfo=UTC),
                "status": "rejected",
                "standing": "rejected",
                "n_errors": 2,
                "n_warnings": 0,
            },
            {
                "submission_id": "VP-YL.2020-N.r2",
                "reporting_org_code": "VP-YL",
                "period_code": "2020-N",
                "revision": 2,
                "received_at": datetime(2021, 1, 9, 3, 0, tzinfo=UTC),
                "status": "accepted",
                "standing": "accepted",
                "n_errors": 0,
                "n_warnings": 1,
            },
            {
                "submission_id": "TG-GCT.2020-Q1.r1",
                "reporting_org_code": "TG-GCT",
                "period_code": "2020-Q1",
                "revision": 1,
                "received_at": datetime(2020, 4, 9, 3, 0, tzinfo=UTC),
                "status": "needs_explanation",
                "standing": "needs_explanation",
                "n_errors": 0,
                "n_warnings": 3,
            },
        ],
        "rpt_completeness": filings,
        "rpt_explanation": [
            {
                "submission_id": "VP-YL.2020-N.r2",
                "reporting_org_code": "VP-YL",
                "period_code": "2020-N",
                "rule_code": "V031",
                "sheet": "B01",
                "cell": "C9",
                "explanation": "Sáp nhập <script>alert(1)</script> | *hai* {{< env X >}} chi bộ",
            }
        ],
        "rpt_open_case": [{"submission_id": "TG-GCT.2020-Q1.r1", "case_state": "open"}],
        "rpt_explanation_review": [],
        "rpt_stated_figure": [_stated(row) for row in csv.DictReader(STATEMENTS.open(encoding="utf-8"))],
    }


def _period(code: str, kind: str, *years: int, starts: date, ends: date) -> dict[str, Any]:
    return {
        "period_code": code,
        "kind": kind,
        "year": years[0],
        "first_year": years[1],
        "starts_on": starts,
        "ends_on": ends,
    }


def _stated(row: dict[str, str]) -> dict[str, Any]:
    expected = float(row["expected_value"]) if row["expected_value"] else None
    is_range = row["derivation"] == "per_year"
    return {
        **{key: value or None for key, value in row.items()},
        "value_low": float(row["value_low"]) if row["value_low"] else None,
        "value_high": float(row["value_high"]) if row["value_high"] else None,
        "actual_value": None if is_range else expected,
        "actual_low": 80.4 if is_range else None,
        "actual_high": 84.6 if is_range else None,
        "is_by_size": row["derivation"] == "percent_change" and not row["direction"],
        "status": "final",
        "verdict": row["expected_verdict"],
        "detail": REMARKS.get(row["statement_id"]),
    }
