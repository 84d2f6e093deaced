"""What the gate says of a submission: outcomes, findings and a verdict.

What belongs here: their shapes, how a verdict follows from findings, and how what was found and expected is
written. What does not: how rules are evaluated (`gate/`) or how a finding is worded (`gate/wording.py`).
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Literal

Severity = Literal["error", "warning", "notice"]


class OutcomeStatus(StrEnum):
    """What became of a rule on a submission; a rule that ran on nothing has not run."""

    PASS = "pass"
    FAIL = "fail"
    NOT_RUN = "not_run"


class Verdict(StrEnum):
    """What became of a submission; never changed, only overridden by a decision that is a record of its own."""

    UNREADABLE = "unreadable"
    REJECTED = "rejected"
    NEEDS_EXPLANATION = "needs_explanation"
    ON_HOLD = "on_hold"
    ACCEPTED = "accepted"


@dataclass(frozen=True)
class Outcome:
    """One rule on one submission; `reason` says why it did not run."""

    rule: str
    status: OutcomeStatus
    reason: str = ""


@dataclass(frozen=True)
class Finding:
    """One violation, with the cell that it accuses.

    Attributes:
        clause: number of the rule's clause, from 1.
        cell: A1 address; empty where a whole sheet or file is meant.
        related: the other operands' cells, as `Sheet!A1`.
        value: what was found, as filed; a number as programs read it.
        expected: what was expected; a number to the last of its digits.
        message: in Vietnamese, with place, found, expected and remedy.
        message_en: the same in English.
        explained: whether the clerk has answered it in the sheet Giai_trinh.
        decimals: with how many value and expected are written for people; None for one that is no number, and
            altogether where an earlier version did not say what is one.
    """

    rule: str
    severity: Severity
    sheet: str
    cell: str
    value: str
    expected: str
    message: str
    message_en: str
    clause: int = 1
    related: tuple[str, ...] = ()
    explained: bool = False
    decimals: tuple[int | None, int | None] | None = None

    def to_json(self) -> dict[str, Any]:
        """Give the finding as JSON can carry it."""
        return asdict(self) | {"related": list(self.related)}


@dataclass
class Judgement:
    """Everything that the gate says of one submission."""

    verdict: Verdict
    outcomes: list[Outcome] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    def count(self, status: OutcomeStatus) -> int:
        """Count the rules with an outcome; passed + failed + not run are the rules that apply to the file."""
        return sum(outcome.status is status for outcome in self.outcomes)


def verdict_of(findings: Iterable[Finding], is_locked: bool) -> Verdict:
    """Derive the verdict of a readable submission.

    An error rejects; a warning without an explanation asks for one; a notice never holds anything back; a
    locked period is no error but leaves the file with the data team.
    """
    findings = list(findings)
    if any(finding.severity == "error" for finding in findings):
        return Verdict.REJECTED
    if any(finding.severity == "warning" and not finding.explained for finding in findings):
        return Verdict.NEEDS_EXPLANATION
    return Verdict.ON_HOLD if is_locked else Verdict.ACCEPTED
