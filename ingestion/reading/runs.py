"""What of a cell's text is raised, lowered or struck through: footnote marks, and figures that were replaced.

What belongs here: putting the pieces of a text together, whatever format they come from. What does not: how a
format stores its pieces, and what becomes of a number that has such pieces (`cast.py`).
"""

from collections.abc import Iterable
from typing import NamedTuple

from ingestion.cells import LeftOut
from ingestion.text import clean


class Look(NamedTuple):
    """What sets letters apart from the text around them.

    Attributes:
        raised: whether they are raised or lowered.
        struck: whether they are struck through.
    """

    raised: bool = False
    struck: bool = False


PLAIN = Look()


def left_out(pieces: Iterable[tuple[str, Look]]) -> LeftOut | None:
    """Part a text; None where nothing that can be seen is raised, lowered or struck through.

    What is both struck through and raised counts as struck through.
    """
    raised: list[str] = []
    struck: list[str] = []
    rest: list[str] = []
    for text, look in pieces:
        (struck if look.struck else raised if look.raised else rest).append(text)
    found = LeftOut("".join(raised).strip(), "".join(struck).strip(), clean("".join(rest)))
    return found if found.raised or found.struck else None
