"""Watches: what is looked for in all that was filed, each with its alerts and its thresholds.

What belongs here: one module a watch, which enters it as `WATCH`; it says when it raises which alert, and what
it is held against. What does not: counting (`measures.py`), the numbers (`thresholds.yml`), texts
(`messages/alert_quality.yml`), and that an alert is not repeated (`conditions.py`).
"""

from typing import Any

from ingestion.alerts.watches.watch import Watch
from ingestion.records.folders import modules_of

__all__ = ["OF_FILINGS", "WATCHES"]


WATCHES: tuple[Watch[Any], ...] = tuple(
    module.WATCH for module in modules_of(__name__, __path__) if hasattr(module, "WATCH")
)
"""All of them."""

OF_FILINGS = frozenset(kind for watch in WATCHES for kind in watch.kinds)
"""The kinds of alert that follow from what was filed."""
