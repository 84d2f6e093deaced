"""The Dagster instance of a state folder: the product's `dagster.yaml`, all storage under `TONGKET_HOME`.

What belongs here: opening it, and tidying up after a run that was killed. What does not: what is
run (`definitions.py`, `runs.py`).
"""

import os
from collections.abc import Collection, Iterator
from contextlib import contextmanager

import dagster as dg

from ingestion.home import Home
from orchestration.state import instance_environment, prepare_instance

LAUNCHED_BY_TAG = "tongket/launched_by"
COMMAND_LINE = "command_line"


@contextmanager
def open_instance(home: Home) -> Iterator[dg.DagsterInstance]:
    """Open the instance of a state folder, making it if need be."""
    prepare_instance(home)
    os.environ.update(instance_environment(home))
    with dg.DagsterInstance.from_config(str(home.dagster)) as instance:
        yield instance


def close_interrupted_runs(instance: dg.DagsterInstance, jobs: Collection[str]) -> int:
    """Mark runs of the command line that never ended as failed; to be called while holding their lock.

    Whoever holds the lock knows that no other run of these jobs is alive, so what still counts as started was
    killed.
    """
    started = instance.get_runs(
        dg.RunsFilter(
            statuses=[dg.DagsterRunStatus.STARTING, dg.DagsterRunStatus.STARTED],
            tags={LAUNCHED_BY_TAG: COMMAND_LINE},
        )
    )
    interrupted = [run for run in started if run.job_name in jobs]
    for run in interrupted:
        instance.report_run_failed(run, "The process ended before the run did.")
    return len(interrupted)


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
