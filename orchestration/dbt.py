"""The dbt project's models as assets: how its nodes are named in Dagster, and the one command that builds them.

What belongs here: translating nodes and turning dbt's events into Dagster's. What does not: SQL, and how dbt is
started otherwise (`warehouse.py`).
"""

import os
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property, partial
from importlib.metadata import version
from pathlib import Path
from typing import Any

import dagster as dg
from packaging.version import Version

from ingestion.definitions.overlay import catalogue_of
from ingestion.storage.files import private_folder, sha256_of
from ingestion.storage.home import Home
from orchestration import moment as moments
from orchestration import tokens
from orchestration.dagsters_dbt import (
    DagsterDbtCliRuntimeError,
    DagsterDbtTranslator,
    DagsterDbtTranslatorSettings,
    DbtCliResource,
    DbtProject,
    dbt_assets,
)
from orchestration.environment import code_version
from orchestration.facts import with_facts
from orchestration.lineage import column_lineage
from orchestration.progress import Progress
from orchestration.project import project_of
from orchestration.resources import PublicationHome
from orchestration.warehouse import (
    PROJECT_DIR,
    candidate_database,
    dbt_environment,
    dbt_program,
    project_cache,
    project_fingerprint,
    remove_database,
    run_dbt,
)
from reports.database import no_room

_OF_FILES = "staging"
"""The models that are views of bronze's files."""


class WarehouseTranslator(DagsterDbtTranslator):
    """Names dbt nodes as the rest of the product does: a source is the asset that fixes its files."""

    def __init__(self) -> None:
        super().__init__(DagsterDbtTranslatorSettings(enable_duplicate_source_asset_keys=True))

    def get_asset_key(self, dbt_resource_props: Mapping[str, Any]) -> dg.AssetKey:
        """Map sources to the fixed moment or to the reference tables, and models to their own names."""
        if dbt_resource_props["resource_type"] == "source":
            is_reference = "reference" in dbt_resource_props["source_name"]
            return dg.AssetKey("registry_reference" if is_reference else "snapshot")
        return dg.AssetKey(dbt_resource_props["name"])

    def get_group_name(self, dbt_resource_props: Mapping[str, Any]) -> str | None:
        """Group models by layer, which is the first folder that they are in."""
        return str(dbt_resource_props["fqn"][1])

    def get_description(self, dbt_resource_props: Mapping[str, Any]) -> str:
        """Give the model's description without its SQL, which the project shows better."""
        return str(dbt_resource_props["description"]).strip()


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
    """Give the project's models as assets and its tests as asset checks, built by one dbt command a run.

    Where a run asks for all of them, that is the candidate, and it gets a token if all of it succeeded. Where
    it asks for some, they are tried on a copy of the warehouse that is up, which goes afterwards: neither the
    candidate nor what readers open can be touched by a part of a run.
    """

    @dbt_assets(
        manifest=manifest,
        project=DbtProject(project_dir),
        dagster_dbt_translator=WarehouseTranslator(),
        name="warehouse_models",
    )
    def models(
        context: dg.AssetExecutionContext,
        publication: PublicationHome,
        dbt: WarehouseDbt,
        progress: dg.ResourceParam[Progress],
    ) -> Iterator[Any]:
        home = publication.home
        is_whole = (
            context.selected_asset_keys == models.keys
            and context.selected_asset_check_keys == models.check_keys
        )
        nodes = len(context.selected_asset_keys) + len(context.selected_asset_check_keys)
        progress.start("warehouse", nodes)
        build = _Build(context, dbt, progress)
        yield from _whole(build, home, project_dir) if is_whole else _tried(build, home, project_dir)
        progress.finish("warehouse")

    return models


@dataclass(frozen=True)
class _Build:
    """What one command of dbt is told by, and whom it tells how far it is."""

    context: dg.AssetExecutionContext
    dbt: WarehouseDbt
    progress: Progress


def _whole(build: _Build, home: Home, project_dir: Path) -> Iterator[Any]:
    """Build the candidate from the moment that was fixed, and write down that it is whole."""
    moment = moments.read(moments.taken(home))
    if moment is None:
        raise tokens.TokenError("token.no_snapshot")
    if project_of(catalogue_of(moments.taken(home)), home) != project_dir:
        raise tokens.TokenError("token.other_forms")
    database = candidate_database(home)
    remove_database(database)
    database.parent.mkdir(parents=True, exist_ok=True)
    target, project = home.build / "dbt", project_fingerprint(project_dir)
    events = _built(build, database, moments.taken(home).bronze, target)
    lineage = partial(column_lineage, project_cache(project_dir) / "lineage", project, database, target)
    yield from with_facts(events, database, lineage)
    built = tokens.Token(sha256_of(database), build.context.run_id, moment, project, code_version())
    tokens.write(home, built)


def _tried(build: _Build, home: Home, project_dir: Path) -> Iterator[Any]:
    """Try some models or tests on a copy of the warehouse that is up; nothing of it stays."""
    if not home.warehouse.is_file():
        raise tokens.TokenError("token.nothing_to_try_on")
    build.context.log.info("Only a part was asked for: it is tried on a copy, and is not published.")
    place = moments.published(home)
    bronze = place.bronze if moments.read(place) is not None else home.bronze
    folder = home.build / "tried"
    shutil.rmtree(folder, ignore_errors=True)
    try:
        database = private_folder(folder) / candidate_database(home).name
        shutil.copyfile(home.warehouse, database)
        target = home.build / "dbt_tried"
        if build.context.selected_asset_keys:  # tests read tables alone
            # Its views of files name the place of the moment while it was built, where nothing is any more.
            run_dbt(["run", "--select", _OF_FILES], project_dir, target, dbt_environment(database, bronze))
        for event in _built(build, database, bronze, target):
            yield _marked(event)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _marked(event: Any) -> Any:
    """Say of an event that it tells of a trial."""
    said = {"tried_aside": dg.MetadataValue.bool(True), "is_published": dg.MetadataValue.bool(False)}
    if isinstance(event, dg.Output):
        return event.with_metadata({**event.metadata, **said})
    if isinstance(event, dg.AssetCheckResult):
        return event._replace(metadata={**(event.metadata or {}), **said})
    return event


def _built(build: _Build, database: Path, bronze: Path, target: Path) -> Iterator[Any]:
    with _environment(dbt_environment(database, bronze)):
        invocation = build.dbt.cli(
            # neither of them does anything to the rows
            ["build", "--exclude-resource-type", "unit_test", "--exclude-resource-type", "exposure"],
            context=build.context,
            target_path=target,
        )
    try:
        for event in invocation.stream():
            build.progress.advance("warehouse")
            yield event
    except DagsterDbtCliRuntimeError as error:
        if lack := no_room(str(error), database):
            raise lack from None  # what dbt said of it is a dump
        raise
