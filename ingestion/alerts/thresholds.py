"""From where on the quality of what is filed is somebody's concern; the numbers are data (`thresholds.yml`).

What belongs here: their shape, and what an office states instead in `registry/thresholds.yml`. What does
not: what is held against them (`quality.py`).
"""

from functools import cache
from pathlib import Path
from typing import Annotated, Any

import yaml
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from ingestion.catalogue import read_yaml
from ingestion.messages import ToldError

SHIPPED = Path(__file__).parent / "thresholds.yml"
NAME = "thresholds.yml"

Count = Annotated[int, Field(ge=1)]


class ThresholdsError(ToldError):
    """An office's thresholds cannot be used; the message names file, place and remedy."""


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Share(_Part):
    """A share from which on something is told, and how many there must be of it."""

    share: float = Field(gt=0, le=1)
    at_least: Count

    def is_reached(self, count: int, of: int) -> bool:
        """Say whether so many of so many are too many."""
        # Held as a product, with room for how decimals are kept: 3 of 10 reaches 0.3.
        return count >= self.at_least and count + 1e-9 >= self.share * of


class OfRule(_Part):
    """What is told of one rule in a period."""

    returned: Share
    explained: Share


class OfMeasures(OfRule):
    """What is told of a period, or of a unit."""

    late: Share
    missing: Share


class Thresholds(_Part):
    """All of them."""

    period: OfMeasures
    unit: OfMeasures
    rule: OfRule
    jump: Share
    window_days: Count
    idle_days: Count
    delivery_failures: Count


@cache
def shipped() -> Thresholds:
    """Give the thresholds that hold where an office states no other."""
    return Thresholds.model_validate(read_yaml(SHIPPED))


def thresholds_of(registry: Path) -> Thresholds:
    """Give the thresholds of an office: its own before those that are shipped.

    Raises:
        ThresholdsError: its file cannot be used.
    """
    path = registry / NAME
    try:
        own = read_yaml(path)
    except FileNotFoundError:
        return shipped()
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        mark = getattr(error, "problem_mark", None)
        raise ThresholdsError("thresholds.unreadable", path=path, row=mark.line + 1 if mark else "?") from error
    if own is None:
        return shipped()
    try:
        return Thresholds.model_validate(_over(shipped().model_dump(), own))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or NAME
        key = "unknown" if first["type"] == "extra_forbidden" else "value"
        raise ThresholdsError(
            f"thresholds.{key}", path=path, place=place, value=first["input"], shipped=SHIPPED.name
        ) from error


def _over(shipped: Any, own: Any) -> Any:
    """Lay what is stated over what is shipped, part by part."""
    if not isinstance(shipped, dict) or not isinstance(own, dict):
        return own
    return shipped | {key: _over(shipped.get(key), value) for key, value in own.items()}
