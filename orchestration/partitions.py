"""Periods as partitions: one begins with the first report that is filed for it, so that green means something.

What belongs here: which partitions there are and how a run is told which of them it covers. What does not: what
is done for a period (`assets.py`).

A run that covers everything takes in files whose periods nobody knows before they were read. It says so in a
tag (`COVERS_TAG`), since the range that Dagster wants is fixed when a run is asked for. Dagster wants a range
even before the first report; it is then the partition of submissions without a period of the calendar.
"""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import dagster as dg

from ingestion.definitions.registry import Registry
from ingestion.landing.events import UNKNOWN_PERIOD
from ingestion.landing.state import LedgerState
from ingestion.records.periods import Period
from ingestion.words.messages import ToldError


class NoPeriodError(ToldError):
    """A run of what belongs to periods names none; the message says how one is chosen."""


periods = dg.DynamicPartitionsDefinition(name="period")

RANGE_START_TAG = "dagster/asset_partition_range_start"
RANGE_END_TAG = "dagster/asset_partition_range_end"
_ONE_TAG = "dagster/partition"
COVERS_TAG = "tongket/covers"
EVERYTHING = "everything"

_UNFINISHED = [
    dg.DagsterRunStatus.QUEUED,
    dg.DagsterRunStatus.NOT_STARTED,
    dg.DagsterRunStatus.STARTING,
    dg.DagsterRunStatus.STARTED,
    dg.DagsterRunStatus.CANCELING,
]


def filed_periods(registry: Registry, ledger: LedgerState) -> list[str]:
    """Give the periods of which something was filed, in calendar order; the unknown one comes last."""
    filed = {_partition(record.key.period, registry) for record in ledger.submissions.values()}
    known = sorted((Period.parse(code) for code in filed - {UNKNOWN_PERIOD}), key=lambda p: (p.order, p.code))
    return [period.code for period in known] + sorted(filed & {UNKNOWN_PERIOD})


def known_periods(instance: dg.DagsterInstance) -> list[str]:
    """Give the partitions that Dagster knows, in the order in which it takes ranges."""
    return list(instance.get_dynamic_partitions(str(periods.name)))


def add_periods(instance: dg.DagsterInstance, wanted: Sequence[str]) -> None:
    """Add the partitions that Dagster does not know yet."""
    known = known_periods(instance)
    if missing := [key for key in wanted if key not in known]:
        instance.add_dynamic_partitions(str(periods.name), missing)


def is_quiet(instance: dg.DagsterInstance) -> bool:
    """Say whether no run waits or is at work; the range of any may begin or end with any partition."""
    return not instance.get_runs_count(dg.RunsFilter(statuses=_UNFINISHED))


def tidy_periods(instance: dg.DagsterInstance, wanted: Sequence[str]) -> None:
    """Leave the partitions that are wanted, in their order, if no run waits or is at work.

    Earlier versions had one for each period of the calendar, filed or not.
    """
    known = known_periods(instance)
    if not wanted or known == list(wanted) or not is_quiet(instance):
        return
    for key in known:
        instance.delete_dynamic_partition(str(periods.name), key)
    instance.add_dynamic_partitions(str(periods.name), list(wanted))


def tags_of_everything(known: Sequence[str]) -> Mapping[str, str]:
    """Give the tags of a run over all periods, those included that come with what it takes in."""
    keys = known or (UNKNOWN_PERIOD,)
    return {COVERS_TAG: EVERYTHING, RANGE_START_TAG: keys[0], RANGE_END_TAG: keys[-1]}


def tags_of_period(period: str) -> Mapping[str, str]:
    """Give the tags of a run over one period."""
    return {RANGE_START_TAG: period, RANGE_END_TAG: period}


def covers(period: str, keys: Collection[str], tags: Mapping[str, str], registry: Registry) -> bool:
    """Say whether a run over some partitions covers a period; one partition takes all that have none."""
    return tags.get(COVERS_TAG) == EVERYTHING or _partition(period, registry) in keys


def of_one_period(tags: Mapping[str, str]) -> str | None:
    """Give the partition of a run that has a single one, as runs that Dagster asks for one by one have."""
    return tags.get(_ONE_TAG)


def keys_of_run(context: dg.OpExecutionContext) -> list[str]:
    """Give the partitions of a run; of one that covers everything, those that came with it as well.

    Raises:
        NoPeriodError: it has none, as where a check is executed alone and nobody chose any.
    """
    if context.run.tags.get(COVERS_TAG) == EVERYTHING:
        return known_periods(context.instance)
    if not context.has_partition_key_range:
        raise NoPeriodError("state.no_period", check=context.op.name)
    return list(context.partition_keys)


def report_new(context: dg.AssetExecutionContext, metadata: Mapping[str, Any]) -> None:
    """Tell Dagster that an asset was made for the periods which came with this run as well."""
    if context.run.tags.get(COVERS_TAG) != EVERYTHING:
        return
    covered = set(context.partition_keys)
    for key in known_periods(context.instance):
        if key not in covered:
            context.log_event(dg.AssetMaterialization(context.asset_key, partition=key, metadata=metadata))


def _partition(period: str, registry: Registry) -> str:
    return period if period in registry.periods else UNKNOWN_PERIOD
