"""Faults of the product itself, as they befall one submission.

What belongs here: at which step and by what cause the product failed on a submission. What does not: what is
wrong with a file, which is a problem or a finding (`submissions.py`, `findings.py`).
"""

from dataclasses import dataclass
from enum import StrEnum


class Step(StrEnum):
    """What was being done with a submission when the product failed."""

    LAND = "land"
    READ = "read"
    JUDGE = "judge"
    MARK = "mark"
    TELL = "tell"
    BRONZE = "bronze"
    EXAMINE = "examine"

    @property
    def leaves_verdict(self) -> bool:
        """Whether a verdict stands, and counts, although the product failed at this step."""
        return self in (Step.TELL, Step.EXAMINE)


class Cause(StrEnum):
    """How it failed; `original` is an original that is missing or not what it was."""

    ERROR = "error"
    TIME = "time"
    MEMORY = "memory"
    DIED = "died"
    ORIGINAL = "original"


@dataclass(frozen=True)
class Fault:
    """A failure of the product on one submission; it says nothing of the file.

    Attributes:
        technical: what the data team needs to mend it, such as a traceback.
    """

    step: Step
    cause: Cause
    technical: str


APOLOGY = ".chua-xu-ly"
"""How the name of the workbook ends that tells a clerk of a failure of the product."""
