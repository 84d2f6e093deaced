"""The formats of workbooks that can be read: how each is told by its bytes, and what reads it.

What belongs here: one module a format, which enters it as `FORMAT`. What does not: the names of kinds and of
their files (`records/file_kinds.py`), text, which is what no format is (`opening.py`), and how cells are
decoded; readers that need more than a page stand beside this folder.
"""

from ingestion.reading.formats.format import Format
from ingestion.records.folders import modules_of

__all__ = ["FORMATS", "Format"]


FORMATS: tuple[Format, ...] = tuple(
    module.FORMAT for module in modules_of(__name__, __path__) if hasattr(module, "FORMAT")
)
"""All of them; no file is of two, so that their order says nothing."""
