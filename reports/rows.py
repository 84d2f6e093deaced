"""Rows of the marts as pages use them.

What belongs here: one shape for each, with what follows from a row alone. What does not: look-ups among them
(`context.py`) and reading the tables (`marts.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from reports import escape


@dataclass(frozen=True)
class Indicator:
    """One indicator as the warehouse describes it."""

    code: str
    name: str
    name_en: str
    unit: str
    measure: str
    kind: str
    section: str
    decimals: int
    order: int


@dataclass(frozen=True)
class Unit:
    """A unit and term that get a report."""

    code: str
    name: str
    kind: str
    term: str
    is_province: bool
    parent: str | None
    system: str

    @property
    def slug(self) -> str:
        """The name of its page, without extension."""
        return escape.name(f"{self.code}-{self.term}")


@dataclass(frozen=True)
class Period:
    """One period with its first and last day."""

    code: str
    kind: str
    year: int
    first_year: int
    starts_on: date
    ends_on: date


@dataclass(frozen=True)
class Figure:
    """One figure of one unit and period, with its parts."""

    indicator: str
    org: str
    period: str
    value: float | None
    numerator: float | None = None
    denominator: float | None = None
    opening: float | None = None
    status: str = "final"


@dataclass(frozen=True)
class TargetResult:
    """One target of a unit for a term, with what came of it."""

    indicator: str
    year: int | None
    basis: str
    direction: str
    minimum: float | None
    maximum: float | None
    document: str
    actual: float | None
    assessment: str | None
    status: str


@dataclass(frozen=True)
class Filing:
    """Whether a unit filed for one period, in time, and with what result.

    Attributes:
        status: accepted where a revision counts, else where the newest stands, withdrawn and refused ones told
            apart; missing where nothing came.
    """

    org: str
    period: str
    is_owed: bool
    due_on: date | None
    is_received: bool
    is_on_time: bool
    is_accepted: bool
    status: str


@dataclass(frozen=True)
class Submission:
    """One submission and where it stands.

    Attributes:
        standing: the status; withdrawn or refused where the data team rejected it.
    """

    id: str
    org: str
    period: str
    revision: int
    received_at: datetime | None
    status: str
    errors: int
    warnings: int
    standing: str = ""

    @property
    def is_taken_back(self) -> bool:
        """Whether the data team, and not the gate, rejected it."""
        return self.standing in ("withdrawn", "refused")

    @property
    def is_accepted(self) -> bool:
        """Whether its figures count."""
        return self.status == "accepted"


@dataclass(frozen=True)
class StatedFigure:
    """One figure that was stated in public, and what the warehouse has beside it.

    Attributes:
        body: the unit of which it was stated; `org` may be one organisation of it.
        direction: of a change that was stated without a sign: `rise`, `fall`, or nothing; `actual` is then how
            far it went that way.
        is_by_size: whether the size of a change alone is compared, since nothing says which way it went.
        remark: the code of what the warehouse remarks, with its numbers.
    """

    id: str
    body: str
    body_name: str
    measure: str
    unit: str
    qualifier: str
    low: float | None
    high: float | None
    indicator: str
    org: str
    period: str
    derivation: str
    direction: str
    is_by_size: bool
    actual: float | None
    actual_low: float | None
    actual_high: float | None
    status: str | None
    verdict: str
    remark: str | None = None
    remark_numbers: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True)
class Explanation:
    """An explanation that a unit gave for a finding of an accepted submission."""

    submission: str
    org: str
    period: str
    rule: str
    sheet: str
    cell: str
    text: str


@dataclass(frozen=True)
class Completeness:
    """How many periods a unit owed, and what became of them."""

    owed: int
    received: int
    on_time: int
    accepted: int


@dataclass(frozen=True)
class Note:
    """What the data team tells readers of a release, such as what was corrected and why.

    Attributes:
        as_of: of the release: up to when submissions and decisions count in it.
    """

    as_of: datetime
    text: str
