"""What an alert is.

What belongs here: its shape, its kinds and its id. What does not: from what it follows and how it is worded.
"""

import hashlib
import re
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, Field

from ingestion.words.messages import load_messages


class Kind(StrEnum):
    """What has happened, where code names it; a watch may have kinds of its own.

    What makes a kind is that the catalogue says what it is of (`alert.<kind>.about`, beside its other texts).
    """

    UNREADABLE = "unreadable"
    REJECTED = "rejected"
    NEEDS_EXPLANATION = "needs_explanation"
    ON_HOLD = "on_hold"
    AWAITING_DECISION = "awaiting_decision"
    IN_QUESTION = "in_question"
    ACCEPTED = "accepted"
    ACCEPTED_BY_DECISION = "accepted_by_decision"
    WITHDRAWN = "withdrawn"
    REOPENED = "reopened"
    DEADLINE_NEAR = "deadline_near"
    EXPLANATION_NEAR = "explanation_near"
    DEADLINE_MISSED = "deadline_missed"
    UNITS_MISSING = "units_missing"
    SAME_RULE = "same_rule"
    SAME_EXPLANATION = "same_explanation"
    SHARE_OF_PERIOD = "share_of_period"
    SHARE_OF_UNIT = "share_of_unit"
    JUMP = "jump"
    NO_SUCCESS = "no_success"
    DELIVERY_FAILED = "delivery_failed"
    UNKNOWN_UNIT = "unknown_unit"
    SET_ASIDE = "set_aside"
    FAULT = "fault"
    RUN_FAILED = "run_failed"
    RELEASE_PUBLISHED = "release_published"


class Role(StrEnum):
    """To whom an alert speaks: whoever files for one unit, or those who look after all of them."""

    CLERK = "clerk"
    DATA_TEAM = "data_team"


_UNITS = ("names", "units", "missing", "returned", "unexplained", "concerned")
"""The facts in which the units of an alert stand that is not of one alone."""


_ABOUT = re.compile(r"alert\.(\w+)\.about")


def all_kinds() -> tuple[str, ...]:
    """Give every kind, in the order of the catalogue."""
    named = (_ABOUT.fullmatch(key) for key in load_messages())
    return tuple(match[1] for match in named if match)


def _known(kind: str) -> str:
    if f"alert.{kind}.about" not in load_messages():
        raise ValueError("no kind of alert")
    return kind


@dataclass(frozen=True)
class Alert:
    """One thing that somebody is told.

    Attributes:
        subject: what it is about; with the kind it names the event, so it must be the same whenever the alert
            is derived again.
        at: when it happened.
        role: to whom it speaks.
        facts: what its texts need, as JSON can carry it.
        condition: what stands as long as it is not over, and is not told again meanwhile; blank for what has
            happened and is done.
    """

    kind: Annotated[Kind | str, Field(union_mode="left_to_right"), AfterValidator(_known)]
    subject: str
    at: AwareDatetime
    role: Role
    unit: str = ""
    period: str = ""
    submission: str = ""
    facts: dict[str, Any] = field(default_factory=dict)
    condition: str = ""

    @property
    def units(self) -> tuple[str, ...]:
        """The units that it concerns; none where that is nobody in particular."""
        if self.unit:
            return (self.unit,)
        return tuple(dict.fromkeys(unit for name in _UNITS for unit in self.facts.get(name, ())))

    @property
    def workbook(self) -> str:
        """Name, without its ending, of the returned workbook that goes with it; blank where none can."""
        return str(self.facts.get("workbook", self.submission))

    @property
    def id(self) -> str:
        """Name of the event, and of the alert's file."""
        digest = hashlib.sha256(f"{self.kind}\0{self.subject}".encode()).hexdigest()
        return f"{self.kind}-{digest[:20]}"
