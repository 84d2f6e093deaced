"""Rules as spreadsheet formulas: what is compiled, and what the formulas may refer to.

What belongs here: compilation. What does not: where things stand in a workbook and how a formula gets into a
cell (`ingestion.workbook`).
"""

from ingestion.gate.excel.book import Book, Constant, Helpers, Lookup, SheetPlace
from ingestion.gate.excel.cells import is_text_for_number
from ingestion.gate.excel.compiler import ExcelCompiler
from ingestion.gate.excel.derived import derived_formula
from ingestion.gate.excel.values import (
    LONGEST,
    ROW,
    NotCompiledError,
    all_of,
    any_of,
    has_content,
    literal,
)

__all__ = [
    "LONGEST",
    "ROW",
    "Book",
    "Constant",
    "ExcelCompiler",
    "Helpers",
    "Lookup",
    "NotCompiledError",
    "SheetPlace",
    "all_of",
    "any_of",
    "derived_formula",
    "has_content",
    "is_text_for_number",
    "literal",
]
