"""What is answered to a filing: the verdict, a decision, what changed, and which cells are marked.

What belongs here: these shapes. What does not: how they are said (`receipt.py`), and where answers are kept
(`answers.py`).
"""

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from ingestion.records.findings import Finding, Judgement, Verdict
from ingestion.records.submissions import Reading, SubmissionKey
from ingestion.returns.differences import Differences


@dataclass(frozen=True)
class Decision:
    """What the data team decided of a submission, whatever the gate had said.

    Attributes:
        number: which of the decisions on this submission it is, from 1.
        is_refusal: whether what was not accepted had only been held, and never counted.
        counting: the revision that counts for the period; None where none does.
    """

    number: int
    is_accepted: bool
    reason: str
    by: str
    at: datetime
    is_refusal: bool = False
    counting: SubmissionKey | None = None

    @property
    def verdict(self) -> Verdict:
        """What the submission is after it."""
        return Verdict.ACCEPTED if self.is_accepted else Verdict.REJECTED

    @property
    def kind(self) -> str:
        """By what name the texts know it."""
        return "accepted" if self.is_accepted else "refused" if self.is_refusal else "rejected"


@dataclass(frozen=True)
class Answer:
    """All that a returned workbook tells its clerk.

    Attributes:
        unit_name: as the registry writes it; blank where it is not at hand.
        received_at: None for a trial, of which nothing is kept.
        due_on: the last day on which the period's report is in time, where it is known.
        is_locked: whether the period was over, so that a mended file will be held.
        decision: what the data team decided, in a return that tells of it.
        previous: the filing that the differences are counted from.
    """

    key: SubmissionKey
    reading: Reading
    judgement: Judgement
    unit_name: str = ""
    received_at: datetime | None = None
    due_on: date | None = None
    is_locked: bool = False
    decision: Decision | None = None
    previous: SubmissionKey | None = None
    differences: Differences | None = None

    @property
    def unexplained(self) -> list[Finding]:
        """The warnings without an explanation."""
        return [f for f in self.judgement.findings if f.severity == "warning" and not f.explained]

    @property
    def asked(self) -> list[Finding]:
        """The warnings that wait for an explanation; none where the data team accepted or refused the file."""
        is_settled = self.decision is not None and self.decision.kind != "rejected"
        return [] if is_settled else self.unexplained


@dataclass
class Marks:
    """What marking came to, as far as the first sheet speaks of it.

    Attributes:
        sheets: names of the workbook's sheets by the names under which they were read.
        notes: what became of the file, as keys of messages with their fields.
        explanations: the first cell that waits for an explanation.
        lines: how many lines stand ready for explanations.
    """

    sheets: dict[str, str] = field(default_factory=dict)
    notes: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    explanations: str = ""
    lines: int = 0
