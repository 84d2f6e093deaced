"""A change of a state folder: what an earlier one left undone before it, what follows from it after it.

What belongs here: that ritual, once for runs and decisions. What does not: what is recorded in between (the
steps), and what each consequence is (`answering.py`, `desk.py`, `writing.py`).

The ledger alone is the truth: whatever follows from it can be made up for. So a process that dies between the
ledger and its consequences leaves work to the next change, and nothing to be repaired.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from ingestion.landing.events import Duplicate, NotLanded, PeriodClosed, PeriodReopened, Received, Unknown
from ingestion.landing.ledger import Ledger
from ingestion.pipeline.answering import tell_decisions
from ingestion.pipeline.desk import Desk
from ingestion.pipeline.office import Office
from ingestion.pipeline.writing import stale_periods, write_bronze

_WITHOUT_FIGURES = (Received, Duplicate, Unknown, NotLanded, PeriodClosed, PeriodReopened)
"""Of these nothing follows for bronze: what arrived has no verdict yet, and what counts counts on."""


@contextmanager
def change(office: Office) -> Iterator[Desk]:
    """Hold the ledger for a change.

    First the clerks hear of earlier decisions and alerts are written that an earlier process owed. At the end
    they are for what was recorded here, and bronze follows where that may change what counts. Where the change
    raises, what it recorded before stands, and the next one makes up for its consequences.

    Returns:
        The desk, at the moment at which the ledger came into this process's hands.

    Raises:
        LedgerError: the ledger is held by another process or damaged.
    """
    with Ledger(office.home.ledger).writing() as ledger:
        desk = Desk(office, ledger, office.clock())
        _tell(desk)
        yield desk
        follow(desk)


def follow(desk: Desk) -> None:
    """Bring about what follows from what was recorded: decisions told, alerts, bronze, in this order.

    Where the product cannot make bronze of a submission, an alert tells of that, too.
    """
    if not desk.unfollowed:
        return
    _tell(desk)
    if any(not isinstance(event, _WITHOUT_FIGURES) for event in desk.unfollowed):
        write_bronze(desk, stale_periods(desk.home, desk.catalogue, desk.state))
        desk.write_alerts()
    desk.unfollowed.clear()


def _tell(desk: Desk) -> None:
    desk.unreturned |= tell_decisions(desk)
    desk.write_alerts()
