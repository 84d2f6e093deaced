"""The marks of a returned workbook: their colours, and the line with which a comment begins.

What belongs here: by what a clerk, and the next return, know them. What does not: which cells get them
(`marking.py`).
"""

from ingestion.ooxml import Signs

WRONG_FILL = "FFFFB3AD"
ASKED_FILL = "FFFFE08A"
NOTED_FILL = "FFD6E9F8"
RELATED_FILL = "FFFFF3D9"
"""Fills of marked cells, in odd shades, so that marks of an earlier return are known and taken away."""

MARK = "▼ tongket"
"""The first line of what the product writes into a comment."""

OURS = Signs(frozenset({WRONG_FILL, ASKED_FILL, NOTED_FILL, RELATED_FILL}), MARK)
