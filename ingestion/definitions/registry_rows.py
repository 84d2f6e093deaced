"""Rows of the registry's files: organisations, calendar, terms, targets, ratings, contacts, statements.

What belongs here: one shape for each file, and what follows from a row alone. What does not: loading them, and
questions about several (`registry.py`).
"""

import re
import unicodedata
from datetime import date
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

from ingestion.records.periods import Days
from ingestion.words.labels import Language

StatementVerdict = Literal["equal", "within", "contradicts", "cannot_verify", "target", "norm", "context"]
"""What was found when a stated figure was compared, or why it is none to compare."""

CAP_GROUPS = ("MEMBERS_IN_ORG", "MEMBERS_OF_UNIT", "CELLS", "ORGANISATIONS")
"""To whom the cap of a rating scheme may apply."""

Derivation = Literal[
    "average_per_year",
    "before_after",
    "change_over_term",
    "change_vs_previous_term",
    "per_year_high",
    "per_year_low",
    "percent_change",
    "share",
]
"""What may be derived from a term's figures; `share` is the figure itself."""

_DAY = re.compile(r"(19|20|21)\d\d-\d\d-\d\d")
"""A day of a year in which somebody may have filed; a number of seconds or a year of three digits is none."""
_YEARS = range(1900, 2200)


def _blank_is_none(value: Any) -> Any:
    return None if value == "" else value


def _seen(value: Any) -> Any:
    """Give a text, nothing where nobody could see any of it: links and captions are made of names."""
    is_seen = any(unicodedata.category(sign)[0] not in "ZC" for sign in str(value))
    return value if value is None or is_seen else ""


def _is_true(value: Any) -> Any:
    return {"1": True, "true": True, "yes": True, "0": False, "false": False, "no": False, "": False}.get(
        str(value).strip().lower(), value
    )


def _written_day(value: Any) -> Any:
    if isinstance(value, str) and not _DAY.fullmatch(value):
        raise PydanticCustomError("date_written", "no day")
    return value


def _plausible(year: int | None) -> int | None:
    if year is not None and year not in _YEARS:
        raise PydanticCustomError("year", "no year")
    return year


Day = Annotated[date, BeforeValidator(_written_day)]


OptionalDate = Annotated[Day | None, BeforeValidator(_blank_is_none)]


Finite = Annotated[float, Field(allow_inf_nan=False)]


OptionalFloat = Annotated[Finite | None, BeforeValidator(_blank_is_none)]


Year = Annotated[int, AfterValidator(_plausible)]


OptionalYear = Annotated[Year | None, BeforeValidator(_blank_is_none)]


Flag = Annotated[bool, BeforeValidator(_is_true)]


class Row(BaseModel):
    """A row of a file of the registry: nothing unknown, nothing that changes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Organisation(Row):
    """One version of an organisation, valid from one day to another (both included).

    Attributes:
        org_kind: what it is and, if it files, as what; which kinds there are and what they owe stands in
            `kinds/*.yml`.
        org_type: DANG_BO_CO_SO, CHI_BO_CO_SO, … for grassroots organisations.
        parent_code: the organisation above it during this interval; blank at a root.
        files_reports: whether it is a reporting unit.
    """

    org_code: str = Field(min_length=1)
    org_name: Annotated[str, BeforeValidator(_seen), Field(min_length=1)]
    org_kind: str = Field(min_length=1)
    org_type: str = ""
    sector: str = ""
    level: str = ""
    parent_code: str = ""
    files_reports: Flag
    term_system: str = "DANG"
    valid_from: Day
    valid_to: OptionalDate = None

    def is_active(self, day: date) -> bool:
        """Say whether this version holds on a day."""
        return self.valid_from <= day and (self.valid_to is None or day <= self.valid_to)

    def lived_in(self, days: Days) -> bool:
        """Say whether this version holds on any of some days."""
        return self.valid_from <= days.last and (self.valid_to is None or days.first <= self.valid_to)


class Succession(Row):
    """One predecessor and one successor of a merger, split, dissolution, renaming or transfer."""

    predecessor_code: str
    successor_code: str = ""
    event_type: Literal["merge", "split", "dissolve", "rename", "re-level", "transfer"]
    effective_on: Day
    document: str = ""
    share: OptionalFloat = None

    @property
    def is_whole_merger(self) -> bool:
        """Whether the predecessor went into the successor with all that it had."""
        return self.event_type in ("merge", "rename") and self.share in (None, 1.0)

    @property
    def has_heir(self) -> bool:
        """Whether the successor goes on with what the predecessor was, or with a part of it."""
        return self.event_type in ("merge", "split", "rename")


class CalendarPeriod(Row):
    """One period that may be filed; `term_system` limits it to the units of one system (blank: all)."""

    period_code: str
    opens_on: OptionalDate = None
    due_on: OptionalDate = None
    locked_on: OptionalDate = None
    term_system: str = ""


class TermOfOffice(Row):
    """One term and the years that make it."""

    term_system: str
    term_code: str
    first_year: Year
    last_year: Year


class Target(Row):
    """One assigned target."""

    org_code: str
    indicator_code: str
    term_code: str
    year: OptionalYear = None
    basis: Literal["YEAR", "TERM", "AVG_PER_YEAR"]
    direction: Literal["GE", "GT", "LE", "LT", "EQ", "BETWEEN"]
    min: OptionalFloat = None
    max: OptionalFloat = None
    document: str = ""


class RatingScheme(Row):
    """One rating scheme and the years in which it holds.

    Attributes:
        labels: names of the four ranks from best to worst, separated by `|`.
        cap_rate: the cap on excellent as a share (0.2), blank for none; cap_exception_rate with an exception.
        cap_base: GOOD or GOOD_OR_BETTER.
        cap_applies_to: `|`-separated: MEMBERS_IN_ORG, MEMBERS_OF_UNIT, CELLS, ORGANISATIONS.
        severity: of a breach of the cap.
        score_bands: lowest scores of the first three ranks, separated by `|`; blank where there are no scores.
    """

    scheme: str
    first_year: Year
    last_year: OptionalYear = None
    labels: str
    cap_rate: OptionalFloat = None
    cap_exception_rate: OptionalFloat = None
    cap_base: Literal["GOOD", "GOOD_OR_BETTER", ""] = ""
    cap_applies_to: str = ""
    severity: Literal["error", "warning", ""] = ""
    score_bands: str = ""

    @property
    def cap_groups(self) -> frozenset[str]:
        """The groups to which the cap applies."""
        return frozenset(self.cap_applies_to.split("|")) - {""}

    @property
    def bands(self) -> tuple[float, ...]:
        """The lowest scores of the ranks, best first."""
        return tuple(float(band) for band in self.score_bands.split("|") if band)


class Contact(Row):
    """Whom to tell about a unit's submissions, and through which channel."""

    org_code: str
    role: str
    channel: str
    language: Language = "vi"


class Statement(Row):
    """One published figure with the value that the warehouse is expected to give for it.

    Attributes:
        direction: of a percentage of change that is stated without a sign, which way it went, as the source
            says (“giảm 20,5 %”); blank where nothing says it, which leaves the size alone to be compared.
    """

    statement_id: str
    source: str
    family: str
    body_code: str
    body_name: str
    body_level: str
    measure: str
    unit: str
    dimension: str
    term: str
    basis: str
    qualifier: Literal["EQ", "APPROX_BELOW", "APPROX_ABOVE", "AT_LEAST", "AT_MOST", "GT", "LT", "RANGE", "NONE"]
    value_low: OptionalFloat = None
    value_high: OptionalFloat = None
    numerator: OptionalFloat = None
    denominator: OptionalFloat = None
    indicator_code: str
    org_code: str
    period_code: str
    derivation: Literal["", "target", "per_year", Derivation]
    direction: Literal["", "rise", "fall"] = ""
    expected_value: OptionalFloat = None
    expected_verdict: StatementVerdict
    home: str

    @property
    def has_direction(self) -> bool:
        """Whether it is a percentage of change without a sign; all other changes are stated with theirs."""
        bounds = (self.value_low, self.value_high)
        return self.derivation == "percent_change" and all(bound is None or bound >= 0 for bound in bounds)
