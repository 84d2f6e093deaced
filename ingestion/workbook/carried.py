"""What a template carries of the registry and of earlier figures, so that it can be checked without either.

What belongs here: choosing what one unit needs, writing it as lines of text, and reading it back from a filed
workbook. What does not: the registry itself; what a workbook carries is never taken for it by the gate.

Before the lines of each table stands a seal: for whom they were written, how many there are and their digest. A
table that is not whole any more (cut by a program, half deleted, edited) is not known, and nothing follows
from what is not in it.
"""

import hashlib
import json
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pandas as pd
from pydantic import BaseModel, ConfigDict, ValidationError

from ingestion.definitions.catalogue import Catalogue
from ingestion.definitions.registry import NO_REGISTRY, TABLES, Registry, RegistryTable
from ingestion.definitions.registry_rows import Organisation
from ingestion.gate.frames.batch import Batch
from ingestion.gate.frames.earlier import figures_asked
from ingestion.gate.frames.history import KEY_COLUMNS, EmptyHistory, History
from ingestion.records.periods import Period
from ingestion.records.submissions import Problem, Reading

HISTORY = "history"
SEAL = "seal"
VERSION = 2
"""Of the lines; 1 had no seals."""

NOT_WHOLE, OTHER_VERSION, FOR_ANOTHER = "R170", "R171", "R172"
"""Notes: lines were cut or changed; written by another version; written for another unit or period."""

_SELECTED: tuple[RegistryTable, ...] = (
    "organisations",
    "successions",
    "calendar",
    "terms",
    "targets",
    "rating_schemes",
)
CARRIED_TABLES = frozenset(_SELECTED)
"""The tables that a template carries whole, as far as its unit needs them."""

_DIGITS = 16
Line = tuple[str, str]


class _Seal(BaseModel):
    """What is known of the lines of one table beforehand."""

    model_config = ConfigDict(frozen=True)

    table: str
    version: int
    unit: str
    period: str
    lines: int
    digest: str


class _Earlier(BaseModel):
    """One line of earlier figures."""

    form: str
    period: str
    row: dict[str, str | float | None]


@dataclass(frozen=True)
class Carried:
    """What can be used of what a workbook carries.

    Attributes:
        registry: what it knows of the registry.
        history: the earlier figures.
        notes: why some or all of it could not be used; at most one.
    """

    registry: Registry = NO_REGISTRY
    history: History = field(default_factory=EmptyHistory)
    notes: tuple[Problem, ...] = ()


def carried_lines(registry: Registry, unit: Organisation, period: Period, batch: Batch) -> list[Line]:
    """Give what a workbook needs to be checked on its own: a table's name and one row as JSON each."""
    members = {member.org_code for member in registry.members_in(unit.org_code, period)}
    codes = members | {unit.org_code}
    scheme = registry.scheme_of(period.year)
    rows: dict[RegistryTable, Iterable[Any]] = {
        "organisations": [o for o in registry.organisations if o.org_code in codes],
        "successions": [s for s in registry.successions if {s.predecessor_code, s.successor_code} & codes],
        "calendar": [row] if (row := registry.calendar_row(unit.org_code, period)) else [],
        "terms": [term for term in registry.terms if term.term_system == unit.term_system],
        "targets": [target for target in registry.targets if target.org_code == unit.org_code],
        "rating_schemes": [scheme] if scheme else [],
    }
    lines: dict[str, list[str]] = {
        table: [row.model_dump_json() for row in rows[table]] for table in _SELECTED if table in registry.known
    }
    lines[HISTORY] = list(_earlier_lines(batch, codes))
    carried: list[Line] = []
    for table, texts in lines.items():
        seal = _Seal(
            table=table,
            version=VERSION,
            unit=unit.org_code,
            period=period.code,
            lines=len(texts),
            digest=_digest(texts),
        )
        carried += [(SEAL, seal.model_dump_json()), *((table, text) for text in texts)]
    return carried


def _digest(lines: Sequence[str]) -> str:
    """Give a digest of lines that ways of saving which change blanks or the composition of letters keep."""
    normal = (" ".join(unicodedata.normalize("NFC", line).split()) for line in lines)
    return hashlib.sha256("\n".join(normal).encode(errors="replace")).hexdigest()[:_DIGITS]


def _earlier_lines(batch: Batch, codes: set[str]) -> Iterable[str]:
    """Give the earlier figures that the rules asked for, of the unit and its organisations, one row a line."""
    for (form, period), columns in sorted(figures_asked(batch).items()):
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


def from_workbook(reading: Reading, catalogue: Catalogue) -> Carried:
    """Give registry and history as far as a workbook carries them whole, with a note on what it does not.

    Never raises, whatever stands in the lines.
    """
    if not reading.carried:
        return Carried()
    seals = [_seal(line) for table, line in reading.carried if table == SEAL]
    sound = {seal.table: seal for seal in seals if seal is not None and seal.version == VERSION}
    if not sound:
        is_damaged = bool(seals) and None in seals
        return Carried(notes=(Problem(NOT_WHOLE if is_damaged else OTHER_VERSION, ""),))
    cover = reading.cover
    unit = cover.reporting_org_code if cover else None
    period = cover.period.code if cover and cover.period else None
    if any((seal.unit, seal.period) != (unit, period) for seal in sound.values()):
        written_for = next(iter(sound.values()))
        details = {"unit": written_for.unit, "period": written_for.period}
        return Carried(notes=(Problem(FOR_ANOTHER, "", details=details),))
    lines: dict[str, list[str]] = {}
    for table, line in reading.carried:
        lines.setdefault(table, []).append(line)
    tables = {
        table: rows
        for table in _SELECTED
        if table in sound and (rows := _rows(table, sound[table], lines.get(table, []))) is not None
    }
    earlier = _earlier(sound[HISTORY], lines.get(HISTORY, []), catalogue) if HISTORY in sound else None
    is_whole = len(tables) == len(_SELECTED) and earlier is not None
    registry = Registry(
        folder=Path(),
        organisations=tables.get("organisations", ()),
        successions=tables.get("successions", ()),
        calendar=tables.get("calendar", ()),
        terms=tables.get("terms", ()),
        targets=tables.get("targets", ()),
        rating_schemes=tables.get("rating_schemes", ()),
        known=frozenset(tables),
    )
    notes = () if is_whole else (Problem(NOT_WHOLE, ""),)
    return Carried(registry, EmptyHistory() if earlier is None else CarriedHistory(earlier), notes)


def _seal(line: str) -> _Seal | None:
    try:
        return _Seal.model_validate_json(line)
    except ValidationError:
        return None


def _is_as_written(seal: _Seal, lines: Sequence[str]) -> bool:
    return seal.lines == len(lines) and seal.digest == _digest(lines)


def _rows(table: RegistryTable, seal: _Seal, lines: Sequence[str]) -> tuple[Any, ...] | None:
    """Give the rows of a table; None where they are not those that were written."""
    if not _is_as_written(seal, lines):
        return None
    try:
        return tuple(TABLES[table].model_validate_json(line) for line in lines)
    except ValidationError:
        return None


def _earlier(
    seal: _Seal, lines: Sequence[str], catalogue: Catalogue
) -> dict[tuple[str, str], list[dict[str, Any]]] | None:
    """Give the earlier figures by form and period; None where they are not those that were written."""
    if not _is_as_written(seal, lines):
        return None
    found: dict[tuple[str, str], list[dict[str, Any]]] = {}
    try:
        for line in lines:
            told = _Earlier.model_validate_json(line)
            if not {"reporting_org_code", *catalogue.forms[told.form].key} <= told.row.keys():
                return None
            found.setdefault((told.form, told.period), []).append(dict(told.row))
    except (ValidationError, KeyError):
        return None
    return found
