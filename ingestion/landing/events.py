"""The events of the ledger: everything that may happen to a submission.

What belongs here: their shapes, of which old lines are read for ever, and one. What does not: what follows from
them (`state.py`) and how they are written (`ledger.py`).
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from pydantic import AwareDatetime

from ingestion.records.faults import Cause, Fault, Step
from ingestion.records.findings import Finding, Verdict
from ingestion.records.mendable import MendableError
from ingestion.records.submissions import Explanation
from ingestion.words.messages import ToldError

UNKNOWN_PERIOD = "unknown"
"""Stands for the period of a submission whose cover does not tell it."""


class LedgerError(MendableError):
    """The ledger cannot be read or written; the message says where and what to do."""

    about = "ledger"


class ContradictionError(LedgerError):
    """An event does not fit what happened before it."""

    about = ""


class DecisionRefusedError(ToldError, LedgerError):
    """A decision cannot be taken on this submission; the message says why."""

    is_refusal = True
    about = ""


@dataclass(frozen=True)
class Received:
    """A file was landed as a submission.

    Attributes:
        submission: its name, `<unit>.<period>.r<n>`.
        sha256: hash of the original's bytes.
        file: path of the original below the state folder.
        kind: what kind of file it turned out to be.
        period_basis: CUMULATIVE or DISCRETE as the cover says; blank where it does not.
        arrival: which waiting file this was, to recognise it after a crash.
        at: when it was landed; `received_at` is when it arrived.
        coverage_from: from which day the figures run, where the cover says so; None in early lines.
        technical: what went wrong while it was read, for the data team.
        again_of: the submission of the same bytes that could not be read when it came; blank for what was sent.
        reason: why it was read again; blank for what was sent.
        by: who had it read again; blank for what was sent.
    """

    submission: str
    unit: str
    period: str
    revision: int
    sha256: str
    file: str
    original_name: str
    received_at: AwareDatetime
    kind: str
    period_basis: str
    arrival: str
    at: AwareDatetime
    coverage_from: date | None = None
    technical: str = ""
    again_of: str = ""
    reason: str = ""
    by: str = ""
    event: Literal["received"] = "received"


@dataclass(frozen=True)
class Duplicate:
    """The same bytes came again from the same unit; `submission` is the one that they are.

    Attributes:
        repaired: whether the original was lost or damaged, and these bytes were put in its place.
    """

    submission: str
    unit: str
    sha256: str
    original_name: str
    received_at: AwareDatetime
    arrival: str
    at: AwareDatetime
    repaired: bool = False
    event: Literal["duplicate"] = "duplicate"


@dataclass(frozen=True)
class Unknown:
    """A file came whose unit cannot be told; it was put aside for the data team.

    Attributes:
        folder: the folder of the inbox in which it lay; blank for the inbox itself.
        file: where it was put, below the state folder.
        technical: what went wrong in the product while its cover was looked for.
    """

    folder: str
    sha256: str
    file: str
    original_name: str
    received_at: AwareDatetime
    arrival: str
    at: AwareDatetime
    technical: str = ""
    event: Literal["unknown"] = "unknown"


@dataclass(frozen=True)
class NotLanded:
    """The product failed on a waiting file before it was a submission; it stays where it lies, untouched.

    Attributes:
        folder: the folder of the inbox in which it lies; blank for the inbox itself.
        technical: what the data team needs to mend it.
    """

    folder: str
    original_name: str
    received_at: AwareDatetime
    arrival: str
    technical: str
    at: AwareDatetime
    event: Literal["not_landed"] = "not_landed"


@dataclass(frozen=True)
class SetAside:
    """The product failed on a submission, which is left alone from then on: a state and no verdict.

    Attributes:
        step: what was being done.
        technical: what the data team needs to mend it.
    """

    submission: str
    step: Step
    cause: Cause
    technical: str
    at: AwareDatetime
    event: Literal["set_aside"] = "set_aside"

    @property
    def fault(self) -> Fault:
        """What failed."""
        return Fault(self.step, self.cause, self.technical)


@dataclass(frozen=True)
class Retried:
    """What was set aside is taken up again where it was left.

    Attributes:
        submission: its name; blank for a file that was not landed.
        arrival: which waiting file it is; blank for a submission.
    """

    submission: str
    reason: str
    by: str
    at: AwareDatetime
    arrival: str = ""
    event: Literal["retried"] = "retried"


@dataclass(frozen=True)
class Judged:
    """The gate gave its verdict.

    Attributes:
        rules_version: the version of the rules that were asked.
        not_run: rules that did not run, with the reason.
        technical: what went wrong, for the data team.
    """

    submission: str
    verdict: Verdict
    rules_version: str
    passed: tuple[str, ...]
    failed: tuple[str, ...]
    not_run: dict[str, str]
    findings: tuple[Finding, ...]
    at: AwareDatetime
    event: Literal["judged"] = "judged"


@dataclass(frozen=True)
class Explained:
    """The clerk's explanations, as they were filed with the submission."""

    submission: str
    explanations: tuple[Explanation, ...]
    at: AwareDatetime
    event: Literal["explained"] = "explained"


@dataclass(frozen=True)
class Decided:
    """The data team accepted a doubtful submission, withdrew an accepted one or refused a held one."""

    submission: str
    decision: Literal["accept", "reject"]
    reason: str
    by: str
    at: AwareDatetime
    event: Literal["decided"] = "decided"

    @property
    def status(self) -> Verdict:
        """What the submission is from then on."""
        return Verdict.ACCEPTED if self.decision == "accept" else Verdict.REJECTED


@dataclass(frozen=True)
class CoverageSet:
    """The data team recorded from which day the figures of a submission run, whatever its cover says."""

    submission: str
    coverage_from: date
    reason: str
    by: str
    at: AwareDatetime
    event: Literal["coverage_set"] = "coverage_set"


@dataclass(frozen=True)
class Reexamined:
    """A verdict was held against earlier figures that had been corrected after it was given; it stands.

    Attributes:
        because: what counts for the earlier periods since then; `<unit>.<period>` where nothing does.
        appeared: what the gate would find today and did not find then.
        gone: what the gate found then and would not find today.
    """

    submission: str
    because: tuple[str, ...]
    rules_version: str
    appeared: tuple[Finding, ...]
    gone: tuple[Finding, ...]
    at: AwareDatetime
    event: Literal["reexamined"] = "reexamined"


@dataclass(frozen=True)
class PeriodClosed:
    """From now on, what is filed for a period is held; lines of early ledgers have no reason."""

    period: str
    by: str
    at: AwareDatetime
    reason: str = ""
    event: Literal["period_closed"] = "period_closed"


@dataclass(frozen=True)
class PeriodReopened:
    """One unit may file again for a locked period, up to and including a day."""

    period: str
    unit: str
    until: date
    reason: str
    by: str
    at: AwareDatetime
    event: Literal["period_reopened"] = "period_reopened"


Event = (
    Received
    | Duplicate
    | Unknown
    | NotLanded
    | SetAside
    | Retried
    | Judged
    | Explained
    | Decided
    | CoverageSet
    | Reexamined
    | PeriodClosed
    | PeriodReopened
)
