"""What a watch is to whoever looks for alerts.

What belongs here: its shape. What does not: any watch.
"""

from abc import ABC, abstractmethod
from collections.abc import Iterator
from typing import ClassVar, Generic, TypeVar

from ingestion.alerts.alert import Alert
from ingestion.alerts.limits import Part
from ingestion.alerts.watches.seen import Seen

L = TypeVar("L", bound=Part)


class Watch(ABC, Generic[L]):
    """Something that is looked for in what was filed.

    Attributes:
        kinds: the alerts that it raises; each has its texts in the catalogue, as `alert.<kind>.…`.
        part: the name under which its thresholds stand.
        limit: their shape.
    """

    kinds: ClassVar[tuple[str, ...]]
    part: ClassVar[str]
    limit: type[L]

    @abstractmethod
    def found(self, seen: Seen, limit: L) -> Iterator[Alert]:
        """Give the alerts of what stands now."""
