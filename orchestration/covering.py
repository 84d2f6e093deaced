"""What a run covers, a job as a whole or what somebody chose on Dagster's page, and which runs ended after it.

What belongs here: finding that out from what Dagster recorded. What does not: of which failures a success is
the end (`alerting.py`).
"""

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from functools import cache

import dagster as dg

from orchestration.alerting import CHOSEN, Covered
from orchestration.environment import home_from
from orchestration.graph import graph_of

_PLANNED = {
    dg.DagsterEventType.ASSET_MATERIALIZATION_PLANNED,
    dg.DagsterEventType.ASSET_CHECK_EVALUATION_PLANNED,
}
_DONE = {dg.DagsterEventType.ASSET_MATERIALIZATION, dg.DagsterEventType.ASSET_CHECK_EVALUATION}


_ROUNDED = timedelta(minutes=1)
"""More than a database may round a moment by."""


def covered(instance: dg.DagsterInstance, run: dg.DagsterRun) -> Covered:
    """Give what a run covers; one that takes up another where it failed, with what that had done."""
    known, name = _parts_of_jobs(), run.job_name
    is_chosen = run.asset_selection is not None or run.asset_check_selection is not None
    if name in known and not is_chosen:
        return Covered.whole(name, known[name])
    parts = _parts(instance, run.run_id, _PLANNED)
    if not parts:
        return Covered.whole(name)
    earlier = run.parent_run_id
    while earlier is not None and (before := instance.get_run_by_id(earlier)) is not None:
        parts |= _parts(instance, before.run_id, _DONE)
        earlier = before.parent_run_id
    jobs = frozenset(job for job, whole in known.items() if whole <= parts)
    return Covered(name if name in jobs else CHOSEN, parts, jobs)


def ended_at(instance: dg.DagsterInstance, run: str, now: datetime) -> datetime:
    """Give when a run ended; now where that is not known, or a clock that was ahead recorded it."""
    record = instance.get_run_record_by_id(run)
    if record is None or record.end_time is None:
        return now
    return min(datetime.fromtimestamp(record.end_time, UTC), now)


def ended_after(instance: dg.DagsterInstance, run: str, status: dg.DagsterRunStatus) -> Iterator[dg.DagsterRun]:
    """Give the runs that ended with a status after another run did, newest first.

    Dagster tells of runs one by one, of those that failed apart from those that succeeded, and after a pause of
    all at which nobody looked: what it tells of may be over by then.
    """
    record = instance.get_run_record_by_id(run)
    if record is None or record.end_time is None:
        return
    since = datetime.fromtimestamp(record.end_time, UTC) - _ROUNDED
    for other in instance.get_run_records(dg.RunsFilter(statuses=[status], updated_after=since)):
        if other.end_time is not None and other.end_time > record.end_time:
            yield other.dagster_run


def _parts(instance: dg.DagsterInstance, run: str, of_type: set[dg.DagsterEventType]) -> frozenset[str]:
    events = (entry.dagster_event for entry in instance.all_logs(run, of_type=of_type))
    return frozenset(name for event in events if event is not None and (name := _name(event)))


def _name(event: dg.DagsterEvent) -> str:
    """Give what an event is about; nothing where a check did not pass."""
    if event.event_type is dg.DagsterEventType.ASSET_CHECK_EVALUATION:
        done = event.asset_check_evaluation_data
        return _of_check(done.asset_check_key) if done.passed else ""
    if event.event_type is dg.DagsterEventType.ASSET_CHECK_EVALUATION_PLANNED:
        planned = event.asset_check_planned_data
        return _of_check(planned.asset_check_key)
    return event.asset_key.to_user_string() if event.asset_key else ""


def _of_check(key: dg.AssetCheckKey) -> str:
    return f"{key.asset_key.to_user_string()}:{key.name}"


@cache
def _parts_of_jobs() -> Mapping[str, frozenset[str]]:
    """Give the assets and checks of each job that has some."""
    graph, found = graph_of(home_from()), {}
    for job in graph.jobs or ():
        layer = graph.resolve_job_def(job.name).asset_layer
        assets = {key.to_user_string() for key in layer.selected_asset_keys}
        if assets:
            found[job.name] = frozenset(assets | {_of_check(key) for key in layer.asset_graph.asset_check_keys})
    return found
