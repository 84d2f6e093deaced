"""Office Open XML workbooks as packages of parts: read safely, and changed without losing anything.

What belongs here: the package, its XML, sheets, styles and comments under change. What does not: what cells
mean to this product (`reading/`), and what is marked in a workbook and why (`returns/`).

Who changes a workbook needs nothing but what this module names; the reader takes the parts that it shares with
that (`markup.py`, `references.py`, `sheetdata.py`, `limits.py`, `opc.py`) from where they stand.
"""

from ingestion.ooxml.grid import Entry, NewSheet, link_to
from ingestion.ooxml.safety import harmless
from ingestion.ooxml.sheet import Sheet
from ingestion.ooxml.signs import Signs
from ingestion.ooxml.styles import Styles
from ingestion.ooxml.workbook import Workbook

__all__ = ["Entry", "NewSheet", "Sheet", "Signs", "Styles", "Workbook", "harmless", "link_to"]
