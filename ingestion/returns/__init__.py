"""What goes back to the clerk: the filed workbook with marks, and what changed since the filing before.

What belongs here: making bytes from a file and what the gate says of it. What does not: judging (`gate/`), and
where and when returns are written (`pipeline/`).
"""

from ingestion.returns.answer import Answer, Decision
from ingestion.returns.differences import CellChange, Differences, RowChange, compare
from ingestion.returns.marking import apology, findings_alone, marked_workbook
from ingestion.returns.receipt import SHEET, Apology

__all__ = [
    "SHEET",
    "Answer",
    "Apology",
    "CellChange",
    "Decision",
    "Differences",
    "RowChange",
    "apology",
    "compare",
    "findings_alone",
    "marked_workbook",
]
