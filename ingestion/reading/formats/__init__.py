"""The formats of workbooks that can be read: how each is told by its bytes, and what reads it.

What belongs here: one module a format, which enters it as `FORMAT`. What does not: the names of kinds and of
their files (`records/file_kinds.py`), text, which is what no format is (`opening.py`), and how cells are
decoded; readers that need more than a page stand beside this folder.
"""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules

from ingestion.reading.formats.format import Format

__all__ = ["FORMATS", "Format"]


def _entered() -> Iterator[Format]:
    """Give what the modules of this folder have entered."""
    for module in iter_modules(__path__):
        entered = getattr(import_module(f"{__name__}.{module.name}"), "FORMAT", None)
        if entered is not None:
            yield entered


FORMATS = tuple(_entered())
"""All of them; no file is of two, so that their order says nothing."""
