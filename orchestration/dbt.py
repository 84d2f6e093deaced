"""The dbt project's models as assets: how its nodes are named in Dagster, and the one command that builds them.

What belongs here: translating nodes and turning dbt's events into Dagster's. What does not: SQL, and how dbt is
started otherwise (`warehouse.py`).
"""

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Any

import dagster as dg
from dagster_dbt import (
    DagsterDbtTranslator,
    DagsterDbtTranslatorSettings,
    DbtCliResource,
    DbtProject,
    dbt_assets,
)
from dagster_dbt.errors import DagsterDbtCliRuntimeError
from packaging.version import Version

from orchestration.progress import Progress
from orchestration.resources import WritableHome
from orchestration.warehouse import (
    PROJECT_DIR,
    candidate_database,
    dbt_environment,
    dbt_program,
    remove_database,
)
from reports.database import no_room


class WarehouseTranslator(DagsterDbtTranslator):
    """Names dbt nodes as the rest of the product does: a source is the asset that writes its files."""

    def __init__(self) -> None:
        super().__init__(DagsterDbtTranslatorSettings(enable_duplicate_source_asset_keys=True))

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        """Map sources to bronze or to the reference tables, and models to their own names."""
        if dbt_resource_props["resource_type"] == "source":
            is_reference = "reference" in dbt_resource_props["source_name"]
            return dg.AssetKey("registry_reference" if is_reference else "bronze")
        return dg.AssetKey(dbt_resource_props["name"])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """Group models by layer, which is the first folder that they are in."""
        folders = dbt_resource_props["fqn"][1:-1]
        return folders[0] if folders else "warehouse"

    def get_description(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """Give the model's description without its SQL, which the project shows better."""
        return str(dbt_resource_props["description"]).strip()

    def get_owners(self, dbt_resource_props: Mapping[str, Any]) -> Sequence[str]:
        """Give the owner of all models."""
        return ["team:data"]


class WarehouseDbt(DbtCliResource):
    """dbt's command line without two seconds-long start-ups that this product has no use for.

    dagster-dbt starts `dbt --version` and loads an adapter into this process before each command. The version
    is known from the installed package, and the adapter only serves row counts and column metadata, which are
    not fetched. Should a later dagster-dbt call these differently, it merely becomes slower again.
    """

    @cached_property
    def _cli_version(self) -> Version:
        return Version(version("dbt-core"))

    def _initialize_dbt_core_adapter(self, args: Sequence[str]) -> Any:
        return None


@contextmanager
def _environment(variables: Mapping[str, str]) -> Iterator[None]:
    # dagster-dbt hands this process's environment to dbt and has no parameter for more.
    before = {name: os.environ.get(name) for name in variables}
    os.environ.update(variables)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def dbt_resource(project_dir: Path = PROJECT_DIR) -> WarehouseDbt:
    """Give dbt as a resource."""
    return WarehouseDbt(
        project_dir=str(project_dir),
        profiles_dir=str(project_dir),
        dbt_executable=dbt_program(),
        # A log of everything that dbt thinks is ten megabytes a run, and takes seconds to write.
        global_config_flags=["--log-level-file", "info"],
    )


def warehouse_models(manifest: Path, project_dir: Path = PROJECT_DIR) -> dg.AssetsDefinition:
    """Give the project's models as assets and its tests as asset checks, built by one dbt command a run."""

    @dbt_assets(
        manifest=manifest,
        project=DbtProject(project_dir),
        dagster_dbt_translator=WarehouseTranslator(),
        name="warehouse_models",
    )
    def models(
        context: dg.AssetExecutionContext,
        state: WritableHome,
        dbt: WarehouseDbt,
        progress: dg.ResourceParam[Progress],
    ) -> Iterator[Any]:
        database = candidate_database(state.home)
        remove_database(database)
        database.parent.mkdir(parents=True, exist_ok=True)
        nodes = len(context.selected_asset_keys) + len(context.selected_asset_check_keys)
        progress.start("warehouse", nodes)
        with _environment(dbt_environment(database, state.home.bronze)):
            invocation = dbt.cli(
                ["build", "--exclude-resource-type", "unit_test"],
                context=context,
                target_path=state.home.build / "dbt",
            )
        try:
            for event in invocation.stream():
                progress.advance("warehouse")
                yield event
        except DagsterDbtCliRuntimeError as error:
            if lack := no_room(str(error), database):
                raise lack from None  # what dbt said of it is a dump
            raise
        progress.finish("warehouse")

    return models
