"""What a template carries of the registry and of earlier figures, so that it can be checked without either.

What belongs here: choosing what one unit needs, writing it as lines of text, and reading it back from a filed
workbook. What does not: the registry itself; what a workbook carries is never taken for it by the gate.
"""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import pandas as pd
from pydantic import ValidationError

from ingestion.gate.batch import Batch
from ingestion.gate.history import KEY_COLUMNS
from ingestion.periods import Period
from ingestion.registry import TABLES, Organisation, Registry
from ingestion.submissions import Reading

HISTORY = "history"
_SELECTED = ("organisations", "successions", "calendar", "terms", "targets", "rating_schemes")
Line = tuple[str, str]


def carried_lines(registry: Registry, unit: Organisation, period: Period, batch: Batch) -> list[Line]:
    """Give what a workbook needs to be checked on its own: a table's name and one row as JSON each."""
    members = {member.org_code for member in registry.members_in(unit.org_code, period)}
    codes = members | {unit.org_code}
    scheme = registry.scheme_of(period.year)
    rows: dict[str, Iterable[Any]] = {
        "organisations": [o for o in registry.organisations if o.org_code in codes],
        "successions": [s for s in registry.successions if {s.predecessor_code, s.successor_code} & codes],
        "calendar": [row for row in registry.calendar if row.period_code == period.code],
        "terms": [term for term in registry.terms if term.term_system == unit.term_system],
        "targets": [target for target in registry.targets if target.org_code == unit.org_code],
        "rating_schemes": [scheme] if scheme else [],
    }
    lines = [(table, row.model_dump_json()) for table in _SELECTED for row in rows[table]]
    return lines + [(HISTORY, line) for line in _earlier_lines(batch, codes)]


def _earlier_lines(batch: Batch, codes: set[str]) -> Iterable[str]:
    """Give the earlier figures that the rules asked for, of the unit and its organisations, one row a line."""
    asked: dict[tuple[str, str], set[str]] = {}
    for key in batch.memory:
        if key[0] == "earlier":
            asked.setdefault((str(key[1]), str(key[2])), set()).add(str(key[3]))
    for (form, period), columns in sorted(asked.items()):
        key_columns = batch.context.catalogue.forms[form].key
        frame = batch.history(form, Period.parse(period))
        for row in frame.to_dict("records"):
            if row["reporting_org_code"] in codes or row[key_columns[0]] in codes:
                kept = {"reporting_org_code": row["reporting_org_code"]}
                kept |= {column: row[column] for column in key_columns}
                kept |= {c: float(row[c]) for c in sorted(columns) if c in row and not pd.isna(row[c])}
                yield json.dumps({"form": form, "period": period, "row": kept}, ensure_ascii=False)


class CarriedHistory:
    """The earlier figures that a workbook carries."""

    def __init__(self, rows: Mapping[tuple[str, str], list[dict[str, Any]]]) -> None:
        self._rows = rows

    def rows(self, form: str, period: Period) -> pd.DataFrame:
        """Give the rows of a form that count for a period, as far as the workbook has them."""
        found = self._rows.get((form, period.code), [])
        return pd.DataFrame(found) if found else pd.DataFrame(columns=list(KEY_COLUMNS))


def from_workbook(reading: Reading) -> tuple[Registry, CarriedHistory] | None:
    """Give registry and history as a workbook carries them; None where it carries none that can be used."""
    tables: dict[str, list[Any]] = {table: [] for table in _SELECTED}
    earlier: dict[tuple[str, str], list[dict[str, Any]]] = {}
    try:
        for table, line in reading.carried:
            if table == HISTORY:
                told = json.loads(line)
                earlier.setdefault((told["form"], told["period"]), []).append(dict(told["row"]))
            elif table in tables:
                tables[table].append(TABLES[table].model_validate_json(line))
    except (ValidationError, ValueError, KeyError, TypeError):
        # Somebody has changed what nobody should change; then the file is checked without it.
        return None
    if not tables["organisations"]:
        return None
    registry = Registry(
        folder=Path(),
        organisations=tuple(tables["organisations"]),
        successions=tuple(tables["successions"]),
        calendar=tuple(tables["calendar"]),
        terms=tuple(tables["terms"]),
        targets=tuple(tables["targets"]),
        rating_schemes=tuple(tables["rating_schemes"]),
    )
    return registry, CarriedHistory(earlier)
