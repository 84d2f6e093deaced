"""What starts runs when something happens.

What belongs here: looking at the inbox, the outbox and failed runs, and asking for a run. What does not: moving
or reading files, and sending anything.
"""

import hashlib
from collections.abc import Iterable
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

import dagster as dg

from ingestion.alerts.directory import directory_of
from ingestion.landing.events import UNKNOWN_PERIOD
from ingestion.landing.inbox import InboxFile, waiting
from ingestion.landing.ledger import Ledger
from orchestration import alerting, telling
from orchestration import moment as moments
from orchestration.covering import covered, ended_after, ended_at
from orchestration.instance import close_killed_runs
from orchestration.jobs import deliver_alerts, intake, publication
from orchestration.lock import is_publishing, is_writing
from orchestration.partitions import (
    filed_periods,
    is_quiet,
    known_periods,
    periods,
    tags_of_everything,
)
from orchestration.resources import Clock, TongketHome

_AGAIN_MINUTES = 10
"""After how long a run is asked for again where the one before left something."""


def waiting_key(files: Iterable[InboxFile], registry: Path, now: datetime) -> str:
    """Give a key of what waits: other files, or another content of one of them, make another key.

    So does a registry that was put right, with which a run may succeed that failed; and the time: what still
    waits some minutes later was not taken by the run that was asked for.
    """
    digest = hashlib.sha256()
    for file in sorted(files, key=lambda file: str(file.path)):
        digest.update(f"{file.path}\0{file.mark}\0".encode("utf-8", "surrogatepass"))
    for path in sorted(registry.rglob("*")):
        with suppress(OSError):
            known = path.stat()
            digest.update(f"{path}\0{known.st_size}\0{known.st_mtime_ns}\0".encode("utf-8", "surrogatepass"))
    return f"{digest.hexdigest()[:32]}-{_slot(now)}"


def _slot(now: datetime) -> str:
    return f"{now:%Y%m%dT%H}{now.minute // _AGAIN_MINUTES}"


@dg.sensor(
    job=intake,
    minimum_interval_seconds=5,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Asks for a run as soon as files wait in the inbox; the same files are asked for once.",
)
def inbox_sensor(context: dg.SensorEvaluationContext, home: TongketHome, clock: Clock) -> dg.SensorResult:
    """Look at the inbox; ask for one run that covers all periods if anything waits.

    A file that may still be written does not count yet. What a killed command left is closed and told of first:
    a run that is asked for would wait for it, and `failed_runs` sees none of the command line.
    """
    now = clock.now()
    for killed in close_killed_runs(home.home, context.instance):
        events = telling.recorded(context.instance, killed.run_id)
        telling.run_failed(home.home, killed.run_id, covered(context.instance, killed), events, now)
    files = [file for file in waiting(home.home, now) if file.is_settled]
    if not files:
        return _quiet(context, home)
    if is_writing(home.home):
        return dg.SensorResult(skip_reason="Another run takes in reports; it may take what waits.")
    if _waits_its_turn(context.instance):
        return dg.SensorResult(skip_reason="A run that takes in reports is queued; it takes what waits.")
    known = known_periods(context.instance)
    tags = dict(tags_of_everything(known))
    return dg.SensorResult(
        run_requests=[dg.RunRequest(run_key=waiting_key(files, home.home.registry, now), tags=tags)],
        dynamic_partitions_requests=[] if known else [periods.build_add_request([UNKNOWN_PERIOD])],
        asset_events=[dg.AssetObservation("inbox", metadata={"waiting": len(files)})],
    )


def _waits_its_turn(instance: dg.DagsterInstance) -> bool:
    queued = dg.RunsFilter(job_name=intake.name, statuses=[dg.DagsterRunStatus.QUEUED])
    return bool(instance.get_runs_count(queued))


def _quiet(context: dg.SensorEvaluationContext, home: TongketHome) -> dg.SensorResult:
    """While nothing happens, let go of periods that nobody filed, once for each state of the ledger."""
    ledger = home.home.ledger
    mark = str(ledger.stat().st_size) if ledger.is_file() else ""
    gone: list[str] = []
    if mark != (context.cursor or "") and not is_writing(home.home) and is_quiet(context.instance):
        filed = filed_periods(home.registry, Ledger(ledger).replay())
        gone = [key for key in known_periods(context.instance) if filed and key not in filed]
    else:
        mark = context.cursor or ""
    return dg.SensorResult(
        skip_reason="Nothing waits in the inbox.",
        cursor=mark,
        dynamic_partitions_requests=[periods.build_delete_request(gone)] if gone else [],
    )


QUIET = timedelta(minutes=2)
"""How long nothing must have been filed or decided before what counts is published."""

LONGEST = timedelta(minutes=30)
"""After how long it is published all the same, where filings never pause."""


@dg.sensor(
    job=publication,
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Asks for a publication when other submissions count than in the warehouse that is up.",
)
def publication_sensor(home: TongketHome, clock: Clock) -> dg.RunRequest | dg.SkipReason:
    """Look at what counts; from what is up, the same state is asked for once, and the nightly run tries again.

    While files keep coming it waits for a pause, so that one publication shows them all.
    """
    state, now = home.home, clock.now()
    if is_publishing(state) or is_writing(state):
        return dg.SkipReason("Another run is at work.")
    ledger = Ledger(state.ledger).replay()
    counting, changed_at = moments.counting_submissions(ledger), moments.last_change(ledger)
    shown = moments.read(moments.published(state))
    if not state.warehouse.is_file():
        shown = None
    if not counting and shown is None:
        return dg.SkipReason("Nothing has been accepted yet.")
    if shown is not None and tuple(counting) == shown.submissions:
        return dg.SkipReason("The warehouse shows all that counts.")
    is_pause = changed_at is None or now - changed_at >= QUIET
    if not is_pause and (shown is None or now - shown.at < LONGEST):
        return dg.SkipReason("Reports are being filed; it waits for a pause.")
    if directory_of(state).refused is not None:
        return dg.SkipReason("The registry is refused as it is; publications wait until it is mended.")
    # What counted once may count again when something else has been shown meanwhile.
    asked = "\0".join([*counting, shown.id if shown is not None else ""])
    return dg.RunRequest(run_key=hashlib.sha256(asked.encode()).hexdigest()[:32])


@dg.sensor(
    job=deliver_alerts,
    minimum_interval_seconds=30,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Asks for a delivery when alerts are due, those of publications and of failed runs as well.",
)
def outbox_sensor(home: TongketHome, clock: Clock) -> dg.RunRequest | dg.SkipReason:
    """Look at the outbox; what failed becomes due again after its pause.

    The same is asked for once in ten minutes, so that what breaks before it sends does not go on and on.
    """
    now = clock.now()
    directory = alerting.watch(home.home, now)
    if not home.home.outbox.is_dir():
        return dg.SkipReason("There is no outbox yet; the first submission brings it.")
    due = alerting.due_alerts(home.home, directory.registry, now)
    if not due:
        return dg.SkipReason("Nothing in the outbox is due.")
    key = hashlib.sha256("\0".join(due).encode()).hexdigest()[:32]
    return dg.RunRequest(run_key=f"{key}-{_slot(now)}")


# Without a list of jobs Dagster watches all of this code location: also what somebody chose on its page, which
# runs as a job without a definition.
@dg.run_failure_sensor(
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Writes the alert of a run that failed into the outbox.",
)
def failed_runs(context: dg.RunFailureSensorContext, home: TongketHome, clock: Clock) -> None:
    """Tell the data team at which step a run failed, and why."""
    run = context.dagster_run
    events = telling.recorded(context.instance, run.run_id)
    now, ran = clock.now(), covered(context.instance, run)
    at = ended_at(context.instance, run.run_id, now)
    telling.run_failed(home.home, run.run_id, ran, events, now, at=at)
    for other in ended_after(context.instance, run.run_id, dg.DagsterRunStatus.SUCCESS):
        _succeeded(context.instance, other, home, now)


@dg.run_status_sensor(
    run_status=dg.DagsterRunStatus.SUCCESS,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Notes that a run succeeded, and closes the alerts of failures that are over with it.",
)
def successful_runs(context: dg.RunStatusSensorContext, home: TongketHome, clock: Clock) -> None:
    """Note when a job last succeeded, and what is over with that."""
    _succeeded(context.instance, context.dagster_run, home, clock.now())


def _succeeded(instance: dg.DagsterInstance, run: dg.DagsterRun, home: TongketHome, now: datetime) -> None:
    at = ended_at(instance, run.run_id, now)
    since = ended_after(instance, run.run_id, dg.DagsterRunStatus.FAILURE)
    failed_since = [covered(instance, other) for other in since]
    alerting.succeeded(home.home, covered(instance, run), now, at, failed_since)
