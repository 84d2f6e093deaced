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

from ingestion.definitions.catalogue import Catalogue
from ingestion.definitions.registry import Registry
from ingestion.gate import version_for
from ingestion.gate.results import SuiteResult, with_files
from ingestion.landing.events import SetAside
from ingestion.landing.ledger import LedgerWriter
from ingestion.landing.originals import Landing
from ingestion.landing.state import LedgerState
from ingestion.pipeline.notices import write_alerts
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
        now: the moment of everything that is recorded.
        faults: what was set aside here, by submission.
        damaged: by submission what is wrong with an original that was needed and is not what it was.
        results: what became of the results of checks that are kept to be shown.
    """

    home: Home
    registry: Registry
    catalogue: Catalogue
    ledger: LedgerWriter
    now: datetime
    faults: dict[str, Fault] = field(default_factory=dict)
    damaged: dict[str, str] = field(default_factory=dict)
    results: KeptResults = field(default_factory=KeptResults)

    @property
    def state(self) -> LedgerState:
        """What follows from the ledger."""
        return self.ledger.state

    @property
    def landing(self) -> Landing:
        """The originals."""
        return Landing(self.home)

    def set_aside(self, faults: Mapping[str, Fault]) -> None:
        """Record that the product failed on submissions, and tell their clerks that it did."""
        for name, fault in faults.items():
            record = self.state.submissions[name]
            if not fault.step.leaves_verdict:
                with contextlib.suppress(Exception):  # the alert tells as much, and the event must be written
                    write_apology(self.home, record, fault, self.registry)
            event = SetAside(name, fault.step, fault.cause, printable(fault.technical), self.now)
            self.ledger.append([event])
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
