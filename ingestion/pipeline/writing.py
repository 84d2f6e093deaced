"""Bronze, as it follows from ledger and landing.

What belongs here: when bronze is written, and of which periods. What does not: its files
(`bronze/accepted.py`).
"""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path

from ingestion.bronze.accepted import (
    LAYOUT,
    Filed,
    remove_other_periods,
    write_ledger_tables,
    write_period,
)
from ingestion.bronze.marks import read_marks, write_marks
from ingestion.bronze.reference import write_reference
from ingestion.definitions.catalogue import Catalogue
from ingestion.definitions.forms import Column
from ingestion.landing.coverage import coverage_of
from ingestion.landing.ledger import Ledger
from ingestion.landing.originals import Landing, OriginalDamagedError, check_original
from ingestion.landing.state import LedgerState
from ingestion.pipeline.desk import Desk
from ingestion.pipeline.readings import kept_readings
from ingestion.pipeline.work import rows
from ingestion.records.faults import Cause, Fault
from ingestion.records.mendable import MendableError
from ingestion.storage.home import Home
from ingestion.words.messages import ToldError


class DamagedOriginalsError(ToldError, MendableError):
    """Accepted figures cannot be taken from originals that are missing or changed; the message names them.

    Attributes:
        damaged: by submission the file of its original, relative to the state folder.
    """

    is_refusal = True

    def __init__(self, damaged: dict[str, str]) -> None:
        self.damaged = dict(damaged)
        listed = "; ".join(f"{name} ({file})" for name, file in sorted(damaged.items()))
        super().__init__("landing.originals_damaged", count=len(damaged), damaged=listed)

    def __reduce__(self) -> tuple[type["DamagedOriginalsError"], tuple[dict[str, str]]]:
        return DamagedOriginalsError, (self.damaged,)


def demand_originals(home: Home, ledger: Path | None = None) -> None:
    """Compare the originals of all reports that count or counted with the hashes that they had when received.

    A published figure rests on them even where its rows are in bronze already: what can no longer be traced to
    the cell it came from is not published anew.

    Args:
        home: the state folder.
        ledger: the ledger as it stood at the moment that is published; None for as it stands now.

    Raises:
        DamagedOriginalsError: some are missing or changed.
        LedgerError: the ledger is damaged.
    """
    landing = Landing(home)
    damaged: dict[str, str] = {}
    for name, record in Ledger(ledger or home.ledger).replay().submissions.items():
        if record.counts_or_counted:
            try:
                check_original(landing.path(record.file), record.sha256)
            except OriginalDamagedError:
                damaged[name] = record.file
    if damaged:
        raise DamagedOriginalsError(damaged)


def write_bronze(desk: Desk, periods: Sequence[str]) -> None:
    """Write the files of some periods, and the tables that follow from the whole ledger and the registry.

    A submission of which the product cannot make rows is set aside. One whose original is damaged is noted, and
    its period stays to be written: what rests on it must not be taken for whole.
    """
    bronze = desk.home.bronze
    written = read_marks(bronze)
    for period in periods:
        is_whole = _write_period(desk, period)
        marks = marks_of(desk.catalogue, desk.state)
        written.pop(period, None)
        if is_whole and period in marks:
            written[period] = marks[period]
    marks = marks_of(desk.catalogue, desk.state)
    remove_other_periods(bronze, marks)
    write_ledger_tables(bronze, desk.state)
    write_reference(bronze, desk.registry, desk.catalogue, coverage_of(desk.state))
    write_marks(bronze, {period: mark for period, mark in written.items() if period in marks})


def _write_period(desk: Desk, period: str) -> bool:
    """Write the rows of a period; say whether all that counts or counted is among them."""
    filed: list[Filed] = []
    faults: dict[str, Fault] = {}
    is_whole = True
    records = [record for record in desk.state.of_period(period) if record.counts_or_counted]
    read = kept_readings.submissions(desk.landing, records, desk.catalogue)
    for record, (submission, fault) in zip(records, read, strict=True):
        if fault is None:
            filed.append(Filed(record, submission.reading))
        elif fault.cause is Cause.ORIGINAL:
            desk.damaged[str(record.key)] = fault.technical
            is_whole = False
        else:
            faults[str(record.key)] = fault
    made, broken = rows(period, filed, desk.catalogue)
    write_period(desk.home.bronze, desk.catalogue, made)
    if faults | broken:
        desk.set_aside(faults | broken)
    return is_whole


def stale_periods(home: Home, catalogue: Catalogue, state: LedgerState) -> list[str]:
    """Give the periods whose files do not follow from ledger and forms as they are now, or were changed."""
    written = read_marks(home.bronze)
    return sorted(period for period, mark in marks_of(catalogue, state).items() if written.get(period) != mark)


def _mark(column: Column) -> list[str]:
    """Give all of a column from which rows follow: where it is collected for a time alone, also the time."""
    effective = column.effective
    asked = ["required"] if column.required else []
    times = [] if effective.is_always else [f"{effective.first}/{effective.last}"]
    return [column.code, column.type, *asked, *times]


def marks_of(catalogue: Catalogue, state: LedgerState) -> dict[str, str]:
    """Give for each period a mark of all from which its files follow: accepted originals and the forms."""
    forms = [[form.code, [_mark(column) for column in form.columns]] for form in catalogue.forms.values()]
    accepted: dict[str, list[tuple[str, str]]] = {}
    for name, record in state.submissions.items():
        if record.counts_or_counted:
            accepted.setdefault(record.key.period, []).append((name, record.sha256))
    return {
        period: hashlib.sha256(json.dumps([LAYOUT, forms, sorted(names)]).encode()).hexdigest()
        for period, names in accepted.items()
    }
