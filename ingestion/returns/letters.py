"""Where in a text its raised and struck parts stand, for a copy in which they look as they did.

What belongs here: putting the parts of `LeftOut` back in their places. What does not: finding them (`reading/`)
and writing cells (`plain.py`).
"""

from collections.abc import Iterator
from enum import StrEnum
from itertools import islice

from ingestion.records.cells import LeftOut


class Dress(StrEnum):
    """How letters look."""

    PLAIN = "plain"
    RAISED = "raised"
    STRUCK = "struck"


_MOST_WAYS = 100
"""After which no more are tried; a cell with a figure has a few."""

Pieces = list[tuple[str, Dress]]


def pieces(text: str, left: LeftOut) -> Pieces:
    """Give a text in pieces of one look each, none of them empty.

    Where the parts do not stand in one piece each, nobody knows where they stood: they are put around the rest.

    Args:
        text: all of the text of a cell.
        left: its raised and struck parts and the rest, none of them all of the text.
    """
    wanted = "".join(left.rest.split())
    parts = [(left.struck.strip(), Dress.STRUCK), (left.raised.strip(), Dress.RAISED)]
    for found in islice(_placed([(text, Dress.PLAIN)], parts), _MOST_WAYS):
        if "".join("".join(piece.split()) for piece, dress in found if dress is Dress.PLAIN) == wanted:
            return found
    around = [(left.struck, Dress.STRUCK), (left.rest, Dress.PLAIN), (left.raised, Dress.RAISED)]
    return [(piece, dress) for piece, dress in around if piece.strip()]


def _placed(done: Pieces, parts: Pieces) -> Iterator[Pieces]:
    """Give every way in which parts can be cut out of the plain pieces of a text."""
    if not parts:
        yield done
        return
    (part, dress), *others = parts
    if not part:
        yield from _placed(done, others)
        return
    for number, (piece, worn) in enumerate(done):
        place = piece.find(part) if worn is Dress.PLAIN else -1
        while place >= 0:
            cut = [(piece[:place], worn), (part, dress), (piece[place + len(part) :], worn)]
            yield from _placed([*done[:number], *(one for one in cut if one[0]), *done[number + 1 :]], others)
            place = piece.find(part, place + 1)
