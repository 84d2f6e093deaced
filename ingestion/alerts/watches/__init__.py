"""Watches: what is looked for in all that was filed, each with its alerts and its thresholds.

What belongs here: one module a watch, which enters it as `WATCH`; it says when it raises which alert, and what
it is held against. What does not: counting (`measures.py`), the numbers (`thresholds.yml`), texts
(`messages/alert_quality.yml`), and that an alert is not repeated (`conditions.py`).
"""

from collections.abc import Iterator
from importlib import import_module
from pkgutil import iter_modules
from typing import Any

from ingestion.alerts.watches.watch import Watch

__all__ = ["OF_FILINGS", "WATCHES"]


def _entered() -> Iterator[Watch[Any]]:
    """Give what the modules of this folder have entered."""
    for module in iter_modules(__path__):
        entered = getattr(import_module(f"{__name__}.{module.name}"), "WATCH", None)
        if entered is not None:
            yield entered


WATCHES = tuple(_entered())
"""All of them."""

OF_FILINGS = frozenset(kind for watch in WATCHES for kind in watch.kinds)
"""The kinds of alert that follow from what was filed."""
