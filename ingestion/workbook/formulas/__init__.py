"""Rules as spreadsheet formulas: what is compiled, and what the formulas may refer to.

What belongs here: compilation. What does not: where things stand in a workbook and how a formula gets into a
cell (`ingestion.workbook`).
"""

from ingestion.workbook.formulas.book import Book, Constant, Helpers, Lookup, Results, SheetPlace
from ingestion.workbook.formulas.cells import is_text_for_number
from ingestion.workbook.formulas.compiler import ExcelCompiler
from ingestion.workbook.formulas.derived import derived_formula
from ingestion.workbook.formulas.values import (
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
    "Results",
    "SheetPlace",
    "all_of",
    "any_of",
    "derived_formula",
    "has_content",
    "is_text_for_number",
    "literal",
]
