"""How a run tells what it is doing, whoever listens.

What belongs here: the protocol, its stages and the listener that says nothing. What does not: drawing
(`terminal.py`).
"""

from collections.abc import Callable
from typing import Protocol

STAGES = ("landing", "judging", "bronze", "warehouse", "publication_gate", "pages", "rendering", "release")
"""The stages of a run, in order; each has a text of the catalogue, `cli.stage.<name>`."""


class Progress(Protocol):
    """Something that is told how far a run has come."""

    def start(self, stage: str, total: int | None = None) -> None:
        """Begin a stage, with the number of its steps if it is known."""

    def expect(self, stage: str, total: int) -> None:
        """Say how many steps a stage has, once that is known."""

    def advance(self, stage: str, steps: int = 1) -> None:
        """Say that steps of a stage are done."""

    def finish(self, stage: str, note: str = "") -> None:
        """End a stage, with its result in a few words."""


class Silent:
    """A listener that says nothing."""

    def start(self, stage: str, total: int | None = None) -> None:
        """Say nothing."""

    def expect(self, stage: str, total: int) -> None:
        """Say nothing."""

    def advance(self, stage: str, steps: int = 1) -> None:
        """Say nothing."""

    def finish(self, stage: str, note: str = "") -> None:
        """Say nothing."""


def counter(progress: Progress, stage: str) -> Callable[[int, int, str], None]:
    """Give a callback for functions that tell how many of how many they have done, and which one it is."""
    done_before = 0

    def tell(done: int, total: int, label: str) -> None:
        nonlocal done_before
        progress.expect(stage, total)
        progress.advance(stage, done - done_before)
        done_before = done

    return tell
