"""The fields that messages of rules may name, and whether a text names others.

What belongs here: which fields there are. What does not: what fills them in (`wording.py`).
"""

from collections.abc import Collection
from string import Formatter

OF_THE_ROW = frozenset({"org_name", "line_name", "activity", "indicator_name", "row_name"})
"""Names by which a reader knows the row of which a finding speaks."""

OF_THE_CELL = frozenset({"cell", "sheet", "row", "column", "value", "expected", "hint"})
"""What a finding says of the cell that it accuses."""

OF_THE_MISSING = frozenset({"n", "missing"})
"""What a finding says of all that was expected and is not there."""


def fault_of_text(text: str, known: Collection[str]) -> str | None:
    """Say why a text cannot be filled in with some fields; None where it can."""
    try:
        parts = [(name, form, conversion) for _, name, form, conversion in Formatter().parse(text)]
    except ValueError as error:
        return f"cannot be filled in ({error}); a brace that is meant as such is written twice"
    for name, form, conversion in parts:
        if name is not None and name not in known:
            return f"names the field {{{name}}}, which there is not; expected one of {', '.join(sorted(known))}"
        if form or conversion:
            return f"says how {{{name}}} is written, which it cannot; write the name alone"
    return None
