"""The publication gate: whether the marts may be published.

What belongs here: checks of the finished marts against bronze, against themselves and against the last release,
as Great Expectations suites over pandas frames. What does not: rules about submissions (`ingestion.gate`), and
tests of single models, which dbt has.

Each check has a frame of pairs: what is expected and what was found, for one thing that is checked. A total
that is missing on either side is a failure, and so is a warehouse in which there is nothing to check.

The figures are worked out a second time from bronze, the registry beside it and the indicator files. No model
is read for that: what a table or a join has wrong cannot agree with it.
"""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd

from ingestion.definitions.catalogue import Catalogue, load_catalogue
from ingestion.words.labels import Language
from reports.database import connect
from reports.publication_gate import previous as earlier
from reports.publication_gate import totals
from reports.publication_gate.comparison import figures_again, names_of
from reports.publication_gate.quarters import quarter_facts
from reports.publication_gate.report import PublicationFailure, PublicationReport
from reports.publication_gate.suites import CHECKS, judge
from reports.publication_gate.wholes import wholes, wholes_of

__all__ = ["PublicationFailure", "PublicationReport", "check_marts"]

_NOT_SUBJECT = ("expected", "found", "is_explained")


def check_marts(
    warehouse: Path,
    bronze: Path,
    previous: Path | None = None,
    catalogue: Catalogue | None = None,
    *,
    as_of: datetime | None = None,
) -> PublicationReport:
    """Check the marts before anything is published from them.

    Args:
        warehouse: the finished DuckDB file.
        bronze: the folder that it was built from.
        previous: the figures of the last release (Parquet, beside its manifest); None for a first release.
        catalogue: forms and indicators, from their files; None for the product's own.
        as_of: up to when submissions and decisions counted when the warehouse was built; None for all.
    """
    catalogue = catalogue or load_catalogue()
    connection = connect(warehouse)
    try:
        arrived = totals.arrived(connection, bronze, as_of)
        if arrived.empty:
            nothing = PublicationFailure("bronze_totals", {}, None, None)
            return PublicationReport({"bronze_totals": 0}, (nothing,))
        frames = {
            "bronze_totals": arrived,
            "fact_totals": pd.concat(
                [
                    totals.fact_totals(connection, totals.form_totals(connection), catalogue.forms.values()),
                    quarter_facts(connection, bronze, as_of, catalogue.forms.values()),
                ],
                ignore_index=True,
            ),
            "parts_make_wholes": wholes(connection, wholes_of(catalogue)),
            **figures_again(connection, bronze, catalogue, as_of),
        }
        if previous is not None:
            frames["nothing_shrank"] = earlier.shrunk(connection, previous)
        names = names_of(connection, catalogue)
    finally:
        connection.close()
    frames = {check: frames[check] for check in CHECKS if check in frames}
    found = judge(frames)
    failures = [
        _failure(check, row, names)
        for check, frame in frames.items()
        for row in frame.iloc[list(found[check].samples)].to_dict("records")
    ]
    return PublicationReport(
        {check: one.rows for check, one in found.items()},
        tuple(failures),
        {check: one.failed for check, one in found.items() if one.failed},
        {check: one.held for check, one in found.items()},
    )


def _failure(
    check: str, row: Mapping[Any, Any], names: tuple[Mapping[str, Mapping[str, str]], Mapping[str, str]]
) -> PublicationFailure:
    subject = {str(key): str(value) for key, value in row.items() if key not in _NOT_SUBJECT}
    expected, found = (None if pd.isna(row[side]) else float(row[side]) for side in ("expected", "found"))
    indicators, units = names
    called: dict[Language, dict[str, str]] = {"vi": {}, "en": {}}
    for language, known in called.items():
        if (name := indicators[language].get(subject.get("indicator", ""))) is not None:
            known["indicator"] = name
        if (name := units.get(subject.get("unit", ""))) is not None:
            known["unit"] = name
    return PublicationFailure(check, subject, expected, found, called)
