"""What reports meant that were filed before a cover could say from which day its figures run.

What belongs here: the one report of which that is known, by name, and recording it. What does not: how such a
decision is recorded otherwise (`pipeline/deciding.py`), and when a folder is migrated (`version.py`).
"""

from datetime import UTC, date, datetime

from ingestion.definitions.registry_files import read_table
from ingestion.landing.coverage import coverage_of
from ingestion.landing.events import CoverageSet
from ingestion.landing.ledger import Ledger
from ingestion.landing.state import LedgerState, SubmissionRecord
from ingestion.records.periods import Period, period_of
from ingestion.storage.home import Home
from ingestion.words.messages import message

TAKER, TAKEN = "QT-KCQDN", frozenset({"QT-KCQ", "QT-KDN"})
"""The unit whose report of the year in which it began took in what two others, that became it, did before."""

FIRST = date(2019, 1, 1)
BY = "tongket"


def record_older_coverage(home: Home) -> None:
    """Record that these figures run from 1 January, where the folder has both the merger and the report.

    What says so already is left alone, so that a second time records nothing.

    Raises:
        LedgerError: the ledger is damaged or held by another process.
        OSError: the registry is there and cannot be opened.
    """
    rows, _ = read_table(home.registry, "successions", is_optional=True)
    merged = {
        row.predecessor_code
        for row in (placed.row for placed in rows)
        if row.successor_code == TAKER and row.is_whole_merger and row.effective_on.year == FIRST.year
    }
    if not merged >= TAKEN or not home.ledger.is_file():
        return
    with Ledger(home.ledger).writing() as ledger:
        record = _newest(ledger.state)
        if record is not None and (TAKER, FIRST.year) not in coverage_of(ledger.state):
            reason, now = message("state.older_coverage.reason"), datetime.now(UTC)
            ledger.append([CoverageSet(str(record.key), FIRST, reason, BY, now)])


def _newest(state: LedgerState) -> SubmissionRecord | None:
    """Give what counts of the unit for the latest period of that year."""
    periods = {period_of(r.key.period) for r in state.submissions.values() if r.key.unit == TAKER}
    of_year = (p for p in periods if p is not None and p.is_cumulative and p.year == FIRST.year)
    counting = [(p, r) for p in of_year if (r := state.effective(TAKER, p.code)) is not None]
    return max(counting, key=_order)[1] if counting else None


def _order(one: tuple[Period, SubmissionRecord]) -> date:
    return one[0].end
