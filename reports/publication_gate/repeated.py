"""What pages call things: the warehouse's indicators, organisations, periods, terms and reports.

What belongs here: these as catalogue and registry have them. What does not: what was filed (`received`).
"""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd

from ingestion.definitions.catalogue import Catalogue
from reports.publication_gate.arrays import PARTS
from reports.publication_gate.bodies import Bodies
from reports.publication_gate.derived import previous_terms
from reports.publication_gate.filed import counting_submissions
from reports.publication_gate.mergers import merged_by
from reports.publication_gate.received import last_day
from reports.publication_gate.rows import Key, Rows, beside, read, records

_ORGANISATIONS = ("org_name", "org_kind", "org_type", "sector", "org_level", "parent_code", "is_reporting")
_LAST = date(9999, 12, 31)


def repeated_again(
    connection: duckdb.DuckDBPyConnection,
    bronze: Path,
    catalogue: Catalogue,
    bodies: Bodies,
    as_of: datetime | None,
) -> dict[str, pd.DataFrame]:
    """Give by check what catalogue and registry say, and what the warehouse repeats of it."""
    registry = records(bronze, "organisations")
    units = report_units(bronze, bodies, as_of)
    tables: dict[str, tuple[str, tuple[str, ...], tuple[str, ...], Rows]] = {
        "indicators_again": ("dim_indicator", ("indicator_code",), ("indicator",), _indicators(catalogue)),
        "organisations_again": (
            "dim_organisation",
            ("org_code", "term_system", "valid_from"),
            ("unit", "system", "since"),
            _organisations(registry),
        ),
        "periods_again": ("dim_period", ("period_code",), ("period",), _periods(bronze)),
        "terms_again": ("dim_term", ("term_system", "term_code"), ("system", "period"), _terms(bodies)),
        "units_again": ("rpt_report_unit", ("org_code", "term_code"), ("unit", "period"), units),
        "predecessors_again": (
            "rpt_predecessor",
            ("org_code", "term_code", "predecessor_code"),
            ("unit", "period", "predecessor"),
            _predecessors(bodies, units),
        ),
        "mergers_again": (
            "intermediate.int_figure__predecessor",
            ("indicator_code", "org_code", "period_code", "predecessor_code"),
            ("indicator", "unit", "period", "predecessor"),
            _mergers(catalogue, bodies),
        ),
    }
    frames = {}
    for check, (table, codes, names, expected) in tables.items():
        columns = next(iter(expected.values()), {})
        frames[check] = beside(expected, read(connection, table, codes, columns), names)
    return frames


def _indicators(catalogue: Catalogue) -> Rows:
    return {
        (code,): {
            "name_vi": indicator.name.vi,
            "name_en": indicator.name.en,
            "unit_code": indicator.unit,
            "kind": indicator.kind,
            "section": indicator.section,
            "decimals": indicator.decimals,
            "sort_order": order,
        }
        for order, (code, indicator) in enumerate(catalogue.indicators.items(), start=1)
    }


def _organisations(registry: list[dict[str, Any]]) -> Rows:
    newest = _newest(registry)
    return {
        (row["org_code"], row["term_system"], row["valid_from"].isoformat()): {
            **{name: row["level" if name == "org_level" else name] or None for name in _ORGANISATIONS[:-1]},
            "is_reporting": row["files_reports"],
            "valid_to": row["valid_to"] or _LAST,
            "is_latest": row["valid_from"] == newest[row["org_code"]],
        }
        for row in registry
    }


def _lives(registry: list[dict[str, Any]]) -> dict[tuple[str, str], list[dict[str, Any]]]:
    """Give the rows of each organisation of each term system, oldest first."""
    lives: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in sorted(registry, key=lambda row: row["valid_from"]):
        lives.setdefault((row["org_code"], row["term_system"]), []).append(row)
    return lives


def _newest(registry: list[dict[str, Any]]) -> dict[str, date]:
    newest: dict[str, date] = {}
    for row in registry:
        newest[row["org_code"]] = max(newest.get(row["org_code"], date.min), row["valid_from"])
    return newest


def _periods(bronze: Path) -> Rows:
    due = {row["period_code"]: row["due_on"] for row in records(bronze, "calendar")}
    return {
        (row["period_code"],): {
            **{
                name: row[name] for name in ("kind", "year", "first_year", "starts_on", "ends_on", "sort_order")
            },
            "is_cumulative": row["kind"] in PARTS,
            "is_filed": row["period_code"] in due,
            "due_on": due.get(row["period_code"]),
        }
        for row in records(bronze, "periods")
    }


def _terms(bodies: Bodies) -> Rows:
    previous = previous_terms(bodies)
    return {
        (term.system, term.code): {
            "first_year": term.first,
            "last_year": term.last,
            "previous_term_code": previous.get((term.system, term.code)),
        }
        for term in bodies.terms
    }


def report_units(bronze: Path, bodies: Bodies, as_of: datetime | None) -> dict[Key, Any]:
    """Give who has a report on which term: who owes or has filed something of one of its years.

    It is called what the registry has last by the end of the term, or by the day of what is shown if that is
    earlier; where it begins later than that, as it begins.
    """
    counting = counting_submissions(bronze, as_of)
    owed = zip(bodies.owed["reporting_org_code"], bodies.owed["period_code"], strict=True)
    filed = zip(counting["unit"], counting["period"], strict=True)
    years = {(unit, bodies.when[period][1]) for unit, period in owed if bodies.when[period][0] in PARTS}
    years |= {(unit, bodies.when[period][1]) for unit, period in filed if bodies.when[period][0] != "NK"}
    shown_on = last_day(bronze, as_of) or _LAST
    units: dict[Key, dict[str, Any]] = {}
    for (code, system), lives in _lives(records(bronze, "organisations")).items():
        for term in bodies.terms:
            if term.system != system or not any((code, y) in years for y in range(term.first, term.last + 1)):
                continue
            until = min(date(term.last, 12, 31), shown_on)
            begun = [row for row in lives if row["valid_from"] <= until]
            row = begun[-1] if begun else lives[0]
            units[code, term.code] = {
                "org_name": row["org_name"],
                "org_kind": row["org_kind"],
                "is_province": row["org_kind"] == "PROVINCE",
                "parent_code": row["parent_code"],
            }
    for (_, term_code), unit in units.items():
        above = units.get((unit["parent_code"], term_code))
        unit["parent_code"] = unit["parent_code"] if above is not None and above["is_province"] else None
    return units


def _predecessors(bodies: Bodies, units: Rows) -> Rows:
    return {
        (unit, term, code): {"ended_on": day}
        for unit, term in units
        for code, day in bodies.predecessors.get(unit, {}).items()
        if (code, term) in units
    }


def _mergers(catalogue: Catalogue, bodies: Bodies) -> Rows:
    """Give the registry's row of each merger that figures count, which is what their traces name."""
    counting = [code for code, indicator in catalogue.indicators.items() if indicator.kind == "registry"]
    return {
        (indicator, successor, period, predecessor): {"file_row": row}
        for indicator in counting
        for period, found in merged_by(bodies).items()
        for successor, predecessor, row in found
    }
