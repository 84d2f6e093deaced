"""Bronze written anew, from landing and the recorded verdicts.

What belongs here: the order of steps. What does not: which periods are not up to date and how they are written
(`writing.py`).
"""

from collections.abc import Iterable

from ingestion.pipeline.change import change
from ingestion.pipeline.office import Office
from ingestion.pipeline.writing import DamagedOriginalsError, stale_periods, write_bronze


def rebuild_bronze(office: Office, periods: Iterable[str] | None = None) -> list[str]:
    """Write bronze from landing and the recorded verdicts; nothing is judged again.

    Args:
        office: whose bronze it is.
        periods: the periods to write; None: those that are missing or not up to date.

    Returns:
        The periods that were written.

    Raises:
        DamagedOriginalsError: figures that count are in originals that are not what they were.
        LedgerError: the ledger is held by another process or damaged.
    """
    with change(office) as desk:
        stale = stale_periods(office.home, office.catalogue, desk.state)
        chosen = stale if periods is None else sorted(set(periods) | set(stale))
        write_bronze(desk, chosen)
    if desk.damaged:
        raise DamagedOriginalsError({name: desk.state.submissions[name].file for name in desk.damaged})
    return chosen
