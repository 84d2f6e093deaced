"""Bronze, as it follows from ledger and landing.

What belongs here: when bronze is written, and of which periods. What does not: its files (`bronze.py`).
"""

import hashlib
import json
from collections.abc import Iterable, Sequence

from ingestion.bronze import (
    LAYOUT,
    Filed,
    read_marks,
    remove_other_periods,
    write_ledger_tables,
    write_marks,
    write_period,
)
from ingestion.catalogue import Catalogue
from ingestion.home import Home
from ingestion.landing import Landing
from ingestion.ledger import Ledger, LedgerState
from ingestion.pipeline.readings import kept_readings
from ingestion.reference import write_reference
from ingestion.registry import Registry


def rebuild_bronze(
    home: Home,
    registry: Registry,
    catalogue: Catalogue,
    periods: Iterable[str] | None = None,
) -> list[str]:
    """Write bronze from landing and the recorded verdicts; nothing is judged again.

    Args:
        home: the state folder.
        registry: the registry.
        catalogue: forms and indicators.
        periods: the periods to write; None: those that are missing or not up to date.

    Returns:
        The periods that were written.

    Raises:
        LedgerError: the ledger is held by another process or damaged.
    """
    with Ledger(home.ledger).writing() as ledger:
        stale = stale_periods(home, catalogue, ledger.state)
        chosen = stale if periods is None else sorted(set(periods) | set(stale))
        write_bronze(home, registry, catalogue, ledger.state, chosen)
        return chosen


def write_bronze(
    home: Home, registry: Registry, catalogue: Catalogue, state: LedgerState, periods: Sequence[str]
) -> None:
    """Write the files of some periods, and the tables that follow from the whole ledger and the registry."""
    marks = _marks(catalogue, state)
    written = read_marks(home.bronze)
    for period in periods:
        records = [record for record in state.of_period(period) if record.was_accepted]
        submissions = kept_readings.submissions(Landing(home), records, catalogue)
        filed = [Filed(r, s.reading) for r, s in zip(records, submissions, strict=True)]
        write_period(home.bronze, catalogue, period, filed)
        if period in marks:
            written[period] = marks[period]
    remove_other_periods(home.bronze, marks)
    write_ledger_tables(home.bronze, state)
    write_reference(home.bronze, registry, catalogue)
    write_marks(home.bronze, {period: mark for period, mark in written.items() if period in marks})


def stale_periods(home: Home, catalogue: Catalogue, state: LedgerState) -> list[str]:
    """Give the periods whose files do not follow from the ledger and the forms as they are now."""
    written = read_marks(home.bronze)
    return sorted(period for period, mark in _marks(catalogue, state).items() if written.get(period) != mark)


def _marks(catalogue: Catalogue, state: LedgerState) -> dict[str, str]:
    """Give for each period a mark of all from which its files follow: accepted originals and the forms."""
    forms = [[form.code, [[c.code, c.type] for c in form.columns]] for form in catalogue.forms.values()]
    accepted: dict[str, list[tuple[str, str]]] = {}
    for name, record in state.submissions.items():
        if record.was_accepted:
            accepted.setdefault(record.key.period, []).append((name, record.sha256))
    return {
        period: hashlib.sha256(json.dumps([LAYOUT, forms, sorted(names)]).encode()).hexdigest()
        for period, names in accepted.items()
    }
