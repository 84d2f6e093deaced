"""Periods as partitions.

What belongs here: the partitions and how a run is told which of them it covers. Periods come from the calendar
of a state folder, so they are added while the product runs; the order in which they were added is theirs here.
"""

from collections.abc import Collection, Mapping, Sequence

import dagster as dg

from ingestion.ledger import UNKNOWN_PERIOD
from ingestion.periods import Period
from ingestion.registry import Registry

periods = dg.DynamicPartitionsDefinition(name="period")

RANGE_START_TAG = "dagster/asset_partition_range_start"
RANGE_END_TAG = "dagster/asset_partition_range_end"


def period_keys(registry: Registry) -> list[str]:
    """Give the partitions of a calendar in its order, then the one for submissions without a period of it."""
    found = sorted((Period.parse(code) for code in registry.periods), key=lambda p: (p.order, p.code))
    return [*(period.code for period in found), UNKNOWN_PERIOD]


def missing_periods(registry: Registry, known: Sequence[str]) -> list[str]:
    """Give the partitions that the calendar has and the instance does not know yet."""
    return [key for key in period_keys(registry) if key not in known]


def range_tags(known: Sequence[str], period: str | None = None) -> Mapping[str, str]:
    """Give the tags of a run that covers one period, or all of them in a single run."""
    first, last = (period, period) if period else (known[0], known[-1])
    return {RANGE_START_TAG: first, RANGE_END_TAG: last}


def is_covered(period: str, keys: Collection[str], registry: Registry) -> bool:
    """Say whether a run over some partitions covers a period; one partition takes all that have none."""
    return (period if period in registry.periods else UNKNOWN_PERIOD) in keys
