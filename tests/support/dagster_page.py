"""Dagster's page without its server: the same GraphQL as for a click, and runs go on in this process.

What belongs here: launching selections and launching them again. What does not: what is expected of them.
"""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

import dagster as dg
import pytest
from dagster._core.definitions.assets.job.asset_job import IMPLICIT_ASSET_JOB_NAME
from dagster._core.instance.ref import InstanceRef
from dagster._core.remote_origin import InProcessCodeLocationOrigin
from dagster._core.types.loadable_target_origin import LoadableTargetOrigin
from dagster._core.workspace.context import WorkspaceProcessContext
from dagster._core.workspace.load_target import InProcessWorkspaceLoadTarget
from dagster_graphql.client.query import (
    LAUNCH_PIPELINE_EXECUTION_MUTATION,
    LAUNCH_PIPELINE_REEXECUTION_MUTATION,
)
from dagster_graphql.test.utils import execute_dagster_graphql

from ingestion.storage.home import Home
from orchestration.definitions import defs
from orchestration.event_store import with_kept_events
from orchestration.resources import resources
from orchestration.state import instance_environment, prepare_instance

_HERE = {
    "run_launcher": {
        "module": "dagster._core.launcher.sync_in_memory_run_launcher",
        "class": "SyncInMemoryRunLauncher",
    },
    "run_coordinator": {
        "module": "dagster._core.run_coordinator.default_run_coordinator",
        "class": "DefaultRunCoordinator",
    },
}


class Page:
    """The page of a state folder's instance."""

    def __init__(self, instance: dg.DagsterInstance, workspace: WorkspaceProcessContext) -> None:
        self.instance, self._workspace = instance, workspace
        self._cursors: dict[str, str | None] = {}

    def click(
        self,
        *assets: str,
        checks: Sequence[tuple[str, str]] = (),
        job: str = IMPLICIT_ASSET_JOB_NAME,
    ) -> dg.DagsterRun:
        """Materialize assets and execute checks; without either the whole of a job."""
        request = self._workspace.create_request_context()
        (location,) = request.code_locations
        (repository,) = location.get_repositories()
        selector: dict[str, Any] = {
            "repositoryLocationName": location.name,
            "repositoryName": repository,
            "pipelineName": job,
        }
        if assets or checks:
            selector["assetSelection"] = [{"path": [name]} for name in assets]
            selector["assetCheckSelection"] = [
                {"assetKey": {"path": [asset]}, "name": name} for asset, name in checks
            ]
        parameters = {"selector": selector, "mode": "default", "runConfigData": {}}
        return self._sent(
            LAUNCH_PIPELINE_EXECUTION_MUTATION, "launchPipelineExecution", executionParams=parameters
        )

    def retry(self, run: dg.DagsterRun) -> dg.DagsterRun:
        """Run again from where a run failed."""
        return self._sent(
            LAUNCH_PIPELINE_REEXECUTION_MUTATION,
            "launchPipelineReexecution",
            reexecutionParams={"parentRunId": run.run_id, "strategy": "FROM_FAILURE"},
        )

    def tick(self, sensor: dg.SensorDefinition) -> None:
        """Evaluate a sensor that watches runs as the daemon does: of all that was run since the last time."""
        (location,) = self._workspace.create_request_context().code_locations
        (repository,) = location.get_repositories()
        context = dg.SensorEvaluationContext(
            instance_ref=None,
            instance=self.instance,
            cursor=self._cursors.get(sensor.name),
            repository_name=repository,
            repository_def=defs.get_repository_def(),
            code_location_origin=location.origin,
            sensor_name=sensor.name,
            resources=resources(),
        )
        with context:
            self._cursors[sensor.name] = sensor.evaluate_tick(context).cursor

    def _sent(self, query: str, name: str, **parameters: Any) -> dg.DagsterRun:
        request = self._workspace.create_request_context()
        answer = execute_dagster_graphql(request, query, parameters).data[name]
        assert answer["__typename"] == "LaunchRunSuccess", answer
        run = self.instance.get_run_by_id(answer["run"]["runId"])
        assert run is not None
        return run


@contextmanager
def page(home: Home) -> Iterator[Page]:
    """Open the page of a state folder."""
    prepare_instance(home)
    with pytest.MonkeyPatch.context() as patch:
        for name, value in instance_environment(home).items():
            patch.setenv(name, value)
        with _opened(home) as opened:
            yield opened


@contextmanager
def _opened(home: Home) -> Iterator[Page]:
    target = LoadableTargetOrigin(executable_path=sys.executable, module_name="orchestration.definitions")
    reference = with_kept_events(InstanceRef.from_dir(str(home.dagster), overrides=_HERE))
    with (
        dg.DagsterInstance.from_ref(reference) as instance,
        WorkspaceProcessContext(
            instance, InProcessWorkspaceLoadTarget(InProcessCodeLocationOrigin(target))
        ) as workspace,
    ):
        yield Page(instance, workspace)
