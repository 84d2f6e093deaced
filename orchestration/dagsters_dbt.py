"""dagster-dbt, imported as where dbt itself is not installed.

What belongs here: the names of dagster-dbt that the product uses. What does not: their use (`dbt.py`).

dagster-dbt looks whether it can import dbt, which takes a third of the start of every process of Dagster, for
an adapter that the product does not use: dbt runs in a process of its own. A clerk waits for that start.
"""

import sys
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def _unseen(package: str) -> Iterator[None]:
    """Make a package look as if it was not installed, as Python has it said, unless it was imported already."""
    if package in sys.modules:
        yield
        return
    sys.modules[package] = None  # type: ignore[assignment]
    try:
        yield
    finally:
        del sys.modules[package]


with _unseen("dbt"):
    from dagster_dbt import (
        DagsterDbtTranslator,
        DagsterDbtTranslatorSettings,
        DbtCliResource,
        DbtProject,
        dbt_assets,
    )
    from dagster_dbt.errors import DagsterDbtCliRuntimeError

__all__ = [
    "DagsterDbtCliRuntimeError",
    "DagsterDbtTranslator",
    "DagsterDbtTranslatorSettings",
    "DbtCliResource",
    "DbtProject",
    "dbt_assets",
]
