"""What a piece of work may use, and how it may come to nothing.

What belongs here: what both sides know. What does not: setting limits (`serving.py`) and waiting
(`workers.py`).
"""

from dataclasses import dataclass

from ingestion.records.faults import Cause
from ingestion.records.mendable import MendableError

_CLOCK_PER_PROCESSOR = 3.0
"""How much longer work may take by the clock than by the processor; after that only what still goes on may."""


@dataclass(frozen=True)
class Bounds:
    """What a piece of work may use.

    Attributes:
        seconds: of processor time; by the clock three times as many, and as long again as it goes on.
        megabytes: of memory, besides what the process has when the work begins.
    """

    seconds: float
    megabytes: int

    @property
    def clock_seconds(self) -> float:
        """How long the work may take by the clock before it is looked whether it still goes on."""
        return self.seconds * _CLOCK_PER_PROCESSOR


class WorkError(Exception):
    """A piece of work came to nothing; the message says why, for those who mend the product.

    Attributes:
        cause: how it came to nothing.
        error: what was raised in the process, where that could be brought here.
    """

    def __init__(self, cause: Cause, technical: str, error: BaseException | None = None) -> None:
        self.cause, self.technical, self.error = cause, technical, error
        super().__init__(technical)


class WorkerStartError(MendableError, RuntimeError):
    """No process can be started here, which says nothing of any file."""

    is_refusal = True
