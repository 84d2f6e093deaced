"""By what a workbook's own marks are known again when it comes back.

What belongs here: the signs. What does not: which they are, which is for whoever marks (`returns/signs.py`).
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Signs:
    """The signs of one author.

    Attributes:
        fills: the colours (ARGB) of filled cells, in shades that nobody else is likely to choose.
        comment: what its comments begin with; what stands above it in a comment is somebody else's.
    """

    fills: frozenset[str]
    comment: str
