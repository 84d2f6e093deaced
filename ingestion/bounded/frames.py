"""What the two sides say to each other: pickles behind their length, over pipes.

What belongs here: the shapes of what is said. What does not: who says it when (`workers.py`, `serving.py`).
"""

import pickle
from dataclasses import dataclass
from enum import Enum
from typing import IO, Any

_LENGTH = 8


class Given:
    """An argument that many pieces of work have in common; each process is sent it once."""

    def __init__(self, value: Any) -> None:
        self.value = value
        self.data = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)


class Sent(Enum):
    """How an answer begins."""

    BEGUN = "begun"
    DONE = "done"
    FAILED = "failed"
    MEMORY = "memory"


@dataclass(frozen=True)
class Reference:
    """Stands for an argument that was sent before."""

    number: int


def write_frame(pipe: IO[bytes], data: bytes) -> None:
    """Write bytes behind their length.

    Raises:
        OSError: nobody listens any more.
    """
    pipe.write(len(data).to_bytes(_LENGTH, "big"))
    pipe.write(data)
    pipe.flush()


def read_frame(pipe: IO[bytes]) -> bytes | None:
    """Read bytes behind their length; None where the other side has ended."""
    head = pipe.read(_LENGTH)
    if len(head) < _LENGTH:
        return None
    size = int.from_bytes(head, "big")
    data = pipe.read(size)
    return data if len(data) == size else None
