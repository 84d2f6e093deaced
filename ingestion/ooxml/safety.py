"""Text of clerks that no spreadsheet runs as a formula.

What belongs here: what of it is written as it is, and what is neutralised. What does not: the neutralising
itself (`ingestion.records.text`).
"""

import re

from ingestion.records.text import neutralise_formula

_HARMLESS = re.compile(
    r"[-+]\s*(?:[-+. ]*|[\d., ]+%?|(?=[^\W\d_]+(?!\w))(?:(?![A-Za-z.]+\s*[(（]|[|!｜！]).)+)"
)
"""Dashes, numbers, and “- of whom: women” and the like, which forms are full of.

A formula that does harm calls a function, another program or another sheet.
"""

_LONGEST_LABEL = 300


def harmless(text: str) -> str:
    """Give text that no spreadsheet runs; what begins like a formula but can be none stays as it is."""
    return text if len(text) <= _LONGEST_LABEL and _HARMLESS.fullmatch(text) else neutralise_formula(text)
