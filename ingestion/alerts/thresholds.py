"""From where on the quality of what is filed is somebody's concern; the numbers are data (`thresholds.yml`).

What belongs here: all of them together, what an office states instead in `registry/thresholds.yml`, and which
hold where that file cannot be used. What does not: the part of one watch, and what is held against it
(`watches/`).
"""

from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError, create_model

from ingestion.alerts.limits import MAX_COUNT, MAX_DAYS, Count, Days, Part
from ingestion.alerts.watches import WATCHES
from ingestion.alerts.watches.watch import L, Watch
from ingestion.records.mendable import MendableError
from ingestion.storage.files import private_folder, write_durably
from ingestion.storage.home import Home
from ingestion.words.data_files import UnfitYamlError, found_at, nodes_of, read_yaml, row_of, yaml_of
from ingestion.words.labels import Language
from ingestion.words.messages import ToldError, message

SHIPPED = Path(__file__).parent / "thresholds.yml"
NAME = "thresholds.yml"
_KEPT = ".thresholds"

_LONGEST_VALUE = 60


class ThresholdsError(ToldError, MendableError):
    """An office's thresholds cannot be used; the message names file, place and remedy."""


class Thresholds(Part):
    """All of them: what is stated here, and under the name of each watch its own."""

    window_days: Days
    idle_days: Days
    delivery_failures: Count

    def of(self, watch: Watch[L]) -> L:
        """Give the part of a watch."""
        part: L = getattr(self, watch.part)
        return part


_PARTS: dict[str, Any] = {watch.part: (watch.limit, ...) for watch in WATCHES}
_SHAPE: type[Thresholds] = create_model("Thresholds", __base__=Thresholds, **_PARTS)


@cache
def shipped() -> Thresholds:
    """Give the thresholds that hold where an office states no other."""
    return _SHAPE.model_validate(read_yaml(SHIPPED))


def thresholds_of(registry: Path) -> Thresholds:
    """Give the thresholds of an office: its own before those that are shipped.

    Raises:
        ThresholdsError: its file cannot be used.
    """
    path = registry / NAME
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return shipped()
    except OSError as error:
        raise ThresholdsError("thresholds.unopened", path=path) from error
    except UnicodeDecodeError as error:
        raise ThresholdsError("thresholds.unreadable", path=path, row="?") from error
    try:
        own, nodes = yaml_of(text), nodes_of(text)
    except UnfitYamlError as error:
        key = "twice" if error.kind == "twice" else "unreadable"
        raise ThresholdsError(f"thresholds.{key}", path=path, row=error.row, place=error.name) from error
    except (yaml.YAMLError, RecursionError) as error:
        raise ThresholdsError("thresholds.unreadable", path=path, row=row_of(error, text) or "?") from error
    if own is None or nodes is None:
        return shipped()
    try:
        return _SHAPE.model_validate(_over(shipped().model_dump(), own))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(map(str, first["loc"])) or NAME
        key = "unknown" if first["type"] == "extra_forbidden" else "value"
        row, stated = found_at(nodes, first["loc"])
        raise ThresholdsError(
            f"thresholds.{key}",
            path=path,
            row=row,
            place=place,
            value=str(first["input"] if stated is None else stated)[:_LONGEST_VALUE],
            shipped=SHIPPED.name,
            days=str(MAX_DAYS),  # as they would be typed
            count=str(MAX_COUNT),
        ) from error


@dataclass(frozen=True)
class InForce:
    """The thresholds that are held against what is filed.

    Attributes:
        error: why the office's own cannot be used; None where they can, or it has none.
        are_last_read: whether those that could be read last take their place, and not the shipped ones.
    """

    thresholds: Thresholds
    error: ThresholdsError | None = None
    are_last_read: bool = False

    def trouble(self, language: Language) -> str:
        """Say what is wrong with the office's own, and which hold meanwhile; blank where nothing is."""
        if self.error is None:
            return ""
        meanwhile = "last_read" if self.are_last_read else "shipped"
        return f"{self.error.told(language)} {message(f'thresholds.in_force.{meanwhile}', language)}"


def in_force(home: Home) -> InForce:
    """Give the thresholds of an office; where they cannot be used, the last that could be, else the shipped.

    What is wrong with a file of numbers must stop neither a run nor an alarm. What could be read is kept
    beside the alerts, and written only when it is another.
    """
    kept = home.outbox / _KEPT
    try:
        own = thresholds_of(home.registry)
    except ThresholdsError as error:
        try:
            return InForce(_SHAPE.model_validate_json(kept.read_bytes()), error, are_last_read=True)
        except (OSError, ValidationError):
            return InForce(shipped(), error)
    content = own.model_dump_json().encode()
    with suppress(OSError):  # a full disk is told of by what it stops
        if not kept.is_file() or kept.read_bytes() != content:
            private_folder(home.outbox)
            write_durably(kept, content)
    return InForce(own)


def _over(shipped: Any, own: Any) -> Any:
    """Lay what is stated over what is shipped, part by part."""
    if not isinstance(shipped, dict) or not isinstance(own, dict):
        return own
    return shipped | {key: _over(shipped.get(key), value) for key, value in own.items()}
