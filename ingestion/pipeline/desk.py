"""Where a run works: the state folder with its ledger in hand, and what the product fails on put aside.

What belongs here: what every step needs, and recording that a step broke on a submission. What does not: the
steps themselves (the other modules here).

A submission on which a step breaks is set aside once, and so stops neither the others nor the next run.
"""

import contextlib
import errno
import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from ingestion.bronze.accepted import BronzeHistory
from ingestion.definitions.catalogue import Catalogue
from ingestion.definitions.registry import Registry
from ingestion.gate import GateContext, version_for
from ingestion.gate.results import SuiteResult, with_files
from ingestion.landing.events import (
    Event,
    SetAside,
)
from ingestion.landing.ledger import LedgerWriter
from ingestion.landing.originals import Landing
from ingestion.landing.state import LedgerState
from ingestion.pipeline.notices import write_alerts
from ingestion.pipeline.office import Office
from ingestion.records.faults import Cause, Fault, Step
from ingestion.returns import Answer
from ingestion.returns.answers import write_apology, write_return
from ingestion.storage.home import Home
from ingestion.validations.store import KeptResults, Purpose, Validation

_EVERYBODYS = frozenset({errno.ENOSPC, errno.EROFS, errno.EDQUOT, errno.EMFILE, errno.ENFILE})


@dataclass
class Desk:
    """The state folder while its ledger is held.

    Attributes:
        office: the folder and what its reports are held against.
        ledger: what was recorded, in hand.
        now: the moment of everything that is recorded.
        faults: what was set aside here, by submission.
        damaged: by submission what is wrong with an original that was needed and is not what it was.
        unreturned: by submission why its clerk heard of a decision without the filed workbook.
        results: what became of the results of checks that are kept to be shown.
        unfollowed: what was recorded here and whose consequences are still to come.
    """

    office: Office
    ledger: LedgerWriter
    now: datetime
    faults: dict[str, Fault] = field(default_factory=dict)
    damaged: dict[str, str] = field(default_factory=dict)
    unreturned: dict[str, str] = field(default_factory=dict)
    results: KeptResults = field(default_factory=KeptResults)
    unfollowed: list[Event] = field(default_factory=list)

    @property
    def home(self) -> Home:
        """The state folder."""
        return self.office.home

    @property
    def registry(self) -> Registry:
        """The registry."""
        return self.office.registry

    @property
    def catalogue(self) -> Catalogue:
        """Forms and indicators."""
        return self.office.catalogue

    @property
    def state(self) -> LedgerState:
        """What follows from the ledger."""
        return self.ledger.state

    @property
    def landing(self) -> Landing:
        """The originals."""
        return Landing(self.home)

    def gate_context(self) -> GateContext:
        """Give what the gate knows besides the submissions that it judges: all as it stands now."""
        history = BronzeHistory(self.home.bronze, self.catalogue, self.state)
        return GateContext(self.registry, self.catalogue, history, self.now, self.state.locks)

    def record(self, events: Sequence[Event]) -> None:
        """Append events to the ledger; they are on the disk when this returns.

        Raises:
            ContradictionError: an event does not fit what happened before; none of them is written.
            ValueError: an event holds text that no file can hold; none of them is written.
            DecisionRefusedError: a decision cannot be taken; none of them is written.
        """
        self.ledger.append(events)
        self.unfollowed += events

    def set_aside(self, faults: Mapping[str, Fault]) -> None:
        """Record that the product failed on submissions, and tell their clerks that it did."""
        for name, fault in faults.items():
            record = self.state.submissions[name]
            if not fault.step.leaves_verdict:
                with contextlib.suppress(Exception):  # the alert tells as much, and the event must be written
                    write_apology(self.home, record, fault, self.registry)
            event = SetAside(name, fault.step, fault.cause, printable(fault.technical), self.now)
            self.record([event])
        self.faults |= faults

    def write_alerts(self) -> None:
        """Write the alerts that follow from the ledger and are not in the outbox yet.

        One that cannot be made is set aside, and another one tells of that.
        """
        if broken := write_alerts(self.home, self.registry, self.state, self.now):
            self.set_aside({name: Fault(Step.TELL, Cause.ERROR, text) for name, text in broken.items()})
            write_alerts(self.home, self.registry, self.state, self.now)


def keep_results(
    desk: Desk, results: Mapping[str, Sequence[SuiteResult]], judged: int, purpose: Purpose = "judged"
) -> None:
    """Keep what Great Expectations found of batches, a period each.

    It is only shown, so nobody waits where it cannot be written.
    """
    files = {name: record.file for name, record in desk.state.submissions.items()}
    for period, suites in results.items():
        version = version_for(desk.catalogue)
        batch = Validation(period, desk.now, with_files(suites, files), purpose, version, judged)
        desk.results.keep(desk.home, batch)


def written(home: Home, answer: Answer, data: bytes) -> Fault | None:
    """Put a workbook where its clerk finds it; give the fault where something stands in its way.

    Raises:
        OSError: the disk is full, or something else that has nothing to do with this submission.
    """
    try:
        write_return(home, answer, data)
    except Exception as error:
        if is_everybodys(error):
            raise
        return Fault(Step.MARK, Cause.ERROR, traceback.format_exc())
    return None


def is_everybodys(error: Exception) -> bool:
    """Say whether an error of the system has nothing to do with the file at hand."""
    return isinstance(error, OSError) and error.errno in _EVERYBODYS


def printable(text: str) -> str:
    """Give text that every file can hold: what is no character becomes the sign for that."""
    return text.encode("utf-8", "replace").decode("utf-8")
