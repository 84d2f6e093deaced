"""What of a cell's text is raised, lowered or struck through: footnote marks, and figures that were replaced.

What belongs here: putting the pieces of a text together, whatever format they come from. What does not: how a
format stores its pieces, and what becomes of a number that has such pieces (`cast.py`).
"""

from collections.abc import Iterable
from typing import NamedTuple

from ingestion.records.cells import LeftOut
from ingestion.records.text import clean


class Look(NamedTuple):
    """What sets letters apart from the text around them.

    Attributes:
        raised: whether they are raised or lowered.
        struck: whether they are struck through.
    """

    raised: bool = False
    struck: bool = False


PLAIN = Look()

CUT = " ¦ "
"""Stands where something was left out between two letters or digits; no number or code has it."""


def left_out(pieces: Iterable[tuple[str, Look]]) -> LeftOut | None:
    """Part a text; None where nothing that can be seen is raised, lowered or struck through.

    What is both struck through and raised counts as struck through. What stands on both sides of such a piece
    is not joined to one number or word: `5¹700` is neither 5700 nor 5 700, which would be read as the same.
    """
    raised, struck, rest = "", "", ""
    is_cut = False
    for text, look in pieces:
        if look.struck:
            struck += text
        elif look.raised:
            raised += text
        else:
            rest += (CUT if is_cut and rest[-1:].isalnum() and text[:1].isalnum() else "") + text
        is_cut = look != PLAIN if text else is_cut
    return LeftOut(raised, struck, clean(rest)) if raised.strip() or struck.strip() else None
