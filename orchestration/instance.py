"""The Dagster instance of a state folder: the product's `dagster.yaml`, all storage under `TONGKET_HOME`.

What belongs here: opening it, and tidying up after a run that was killed. What does not: what is
run (`definitions.py`, `runs.py`).
"""

import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager, suppress

import dagster as dg
from dagster._core.instance.ref import InstanceRef
from sqlalchemy.exc import SQLAlchemyError

from ingestion.records.mendable import MendableError
from ingestion.storage.home import Home
from ingestion.words.messages import ToldError
from orchestration.environment import INSTANCE_FILE
from orchestration.event_store import with_kept_events
from orchestration.lock import INTAKE_JOBS, PUBLISHING, WriterBusyError, publication_lock, writer_lock
from orchestration.state import instance_environment, is_own, prepare_instance

LAUNCHED_BY_TAG = "tongket/launched_by"
COMMAND_LINE = "command_line"


_LONGEST = 200


class InstanceError(ToldError, MendableError):
    """Dagster refuses the `dagster.yaml` that somebody put in the place of the product's."""


@contextmanager
def open_instance(home: Home) -> Iterator[dg.DagsterInstance]:
    """Open the instance of a state folder, making it if need be.

    Raises:
        InstanceError: Dagster refuses a `dagster.yaml` of somebody's own.
    """
    prepare_instance(home)
    os.environ.update(instance_environment(home))
    with _opened(home) as instance:
        yield instance


def _opened(home: Home) -> dg.DagsterInstance:
    try:
        instance = dg.DagsterInstance.from_ref(with_kept_events(InstanceRef.from_dir(str(home.dagster))))
        _ = instance.run_launcher, instance.run_coordinator  # which are only looked at when they are asked for
    except (OSError, SQLAlchemyError):  # of what is stored
        raise
    except Exception as error:
        # Dagster raises whatever it came upon; of the product's own file that is no fault of anybody else.
        if not is_own(home):
            raise
        path, reason = home.dagster / INSTANCE_FILE.name, _reason(error)
        raise InstanceError("state.dagster_refused", path=path, reason=reason, shipped=INSTANCE_FILE) from error
    return instance


def _reason(error: Exception) -> str:
    """Give what Dagster says, in one line and without the list of all that it would have taken."""
    found = error.errors[0].message if isinstance(error, dg.DagsterInvalidConfigError) else str(error)
    said = " ".join(found.split(" Expected: ")[0].split())
    return said if len(said) <= _LONGEST else f"{said[: _LONGEST - 1]}…"


def close_interrupted_runs(instance: dg.DagsterInstance, jobs: Collection[str]) -> list[dg.DagsterRun]:
    """Mark runs of the command line that never ended as failed, and give them.

    To be called while holding their lock.
    Whoever holds the lock knows that no other run of these jobs is alive, so what still counts as started was
    killed.
    """
    interrupted = _started(instance, jobs)
    for run in interrupted:
        instance.report_run_failed(run, "The process ended before the run did.")
    return interrupted


def close_killed_runs(home: Home, instance: dg.DagsterInstance) -> list[dg.DagsterRun]:
    """Mark runs of the command line that were killed as failed, while Dagster's page is open, and give them.

    Dagster looks after none but its own, and its queue would wait for them for good.
    """
    closed: list[dg.DagsterRun] = []
    for lock, jobs in ((writer_lock, INTAKE_JOBS), (publication_lock, PUBLISHING)):
        if _started(instance, jobs):
            with suppress(WriterBusyError), lock(home):
                closed += close_interrupted_runs(instance, jobs)
    return closed


def _started(instance: dg.DagsterInstance, jobs: Collection[str]) -> list[dg.DagsterRun]:
    """Give the runs of the command line that count as started."""
    started = instance.get_runs(
        dg.RunsFilter(
            statuses=[dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED],
            tags={LAUNCHED_BY_TAG: COMMAND_LINE},
        )
    )
    return [run for run in started if run.job_name in jobs]


def close_runs_of_page(home: Home) -> int:
    """Mark runs of Dagster's page that never ended as failed; call it only while no page is open."""
    alive = [dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.CANCELING]
    with open_instance(home) as instance:
        left = [
            run
            for run in instance.get_runs(dg.RunsFilter(statuses=alive))
            if run.tags.get(LAUNCHED_BY_TAG) != COMMAND_LINE
        ]
        for run in left:
            instance.report_run_failed(run, "Dagster's page was closed before the run ended.")
    return len(left)
