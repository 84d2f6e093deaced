"""What a threshold may be: a share with a number beside it, a count, days.

What belongs here: their shapes, of which the parts of `thresholds.yml` are put together. What does not: which
parts there are (`watches/`, `thresholds.py`), and the numbers.
"""

from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

from ingestion.records.tolerance import TOLERANCE

MAX_DAYS = 36_500
"""A hundred years: more no office looks back, and no calendar counts back from."""
MAX_COUNT = 1_000_000
"""More units, reports or attempts there never are; who states as many turns an alarm off."""


def _number(value: Any) -> Any:
    """Refuse what YAML takes for true or false, such as `yes`, which would else be taken for 1 or 0."""
    if isinstance(value, bool):
        raise ValueError("no number")  # noqa: TRY004 - what else is raised, pydantic does not take up
    return value


_Number = BeforeValidator(_number)
Count = Annotated[int, Field(ge=1, le=MAX_COUNT), _Number]
Days = Annotated[int, Field(ge=1, le=MAX_DAYS), _Number]


class Part(BaseModel):
    """What stands under one name; nothing else may."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Share(Part):
    """A share from which on something is told, and how many there must be of it."""

    share: Annotated[float, Field(gt=0, le=1), _Number]
    at_least: Count

    def is_reached(self, count: int, of: int) -> bool:
        """Say whether so many of so many are too many."""
        # Held as a product, with room for how decimals are kept: 3 of 10 reaches 0.3.
        return count >= self.at_least and count + TOLERANCE >= self.share * of


class OfRule(Part):
    """What is told of one rule in a period."""

    returned: Share
    explained: Share

    def of(self, measure: str) -> Share:
        """Give the share of a measure."""
        share: Share = getattr(self, measure)
        return share


class OfMeasures(OfRule):
    """What is told of a period, or of a unit."""

    late: Share
    missing: Share
