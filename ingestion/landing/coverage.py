"""From which day the figures of units run, where what counts of them says so.

What belongs here: this of a whole ledger. What does not: what follows for others who then need not file
(`definitions/registry.py`), and what one submission says (`state.py`).
"""

from datetime import date

from ingestion.definitions.registry import Coverage
from ingestion.landing.state import LedgerState
from ingestion.records.periods import Period, period_of

_CUMULATIVE = ("", "CUMULATIVE")


def coverage_of(state: LedgerState) -> Coverage:
    """Give by unit and year what the latest cumulative filing that counts says, where it says so."""
    latest: dict[tuple[str, int], tuple[Period, date | None]] = {}
    for unit, code in {(record.key.unit, record.key.period) for record in state.submissions.values()}:
        period, counting = period_of(code), state.effective(unit, code)
        if period is None or not period.is_cumulative or counting is None:
            continue
        if counting.receipt.period_basis.upper() not in _CUMULATIVE:
            continue
        key = (unit, period.year)
        if key not in latest or latest[key][0].order < period.order:
            latest[key] = (period, counting.coverage_from)
    return {key: day for key, (_, day) in latest.items() if day is not None}
