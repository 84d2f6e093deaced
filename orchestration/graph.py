"""The assets, their checks and the jobs over them, of a state folder.

What belongs here: putting these together. What does not: what starts runs of them (`definitions.py` adds
sensors and schedules, which may ask here what a job covers).
"""

import warnings
from functools import cache
from pathlib import Path

import dagster as dg

from ingestion.storage.home import Home

# Backfill policies and some check settings are what Dagster calls beta; its version is pinned for that reason,
# and whoever runs the product cannot act on the warning.
warnings.filterwarnings("ignore", category=dg.BetaWarning)
warnings.filterwarnings("ignore", category=dg.PreviewWarning)

from orchestration import assets, checks, jobs, publication  # noqa: E402
from orchestration.dbt import dbt_resource, warehouse_models  # noqa: E402
from orchestration.described import described  # noqa: E402
from orchestration.project import project_now  # noqa: E402
from orchestration.resources import resources  # noqa: E402
from orchestration.warehouse import prepare_manifest  # noqa: E402


def graph_of(home: Home) -> dg.Definitions:
    """Give what can run for a state folder, whose own forms have models too; once for each dbt project."""
    return _graph(project_now(home))


@cache
def _graph(project: Path) -> dg.Definitions:
    models = warehouse_models(prepare_manifest(project), project)
    made: list[dg.AssetsDefinition | dg.AssetSpec] = [
        *assets.ALL,
        models,
        publication.candidate(models),
        *publication.ALL,
    ]
    return dg.Definitions(
        assets=[*dg.map_asset_specs(described, made)],
        asset_checks=checks.ALL,
        jobs=[
            *(jobs.intake, jobs.publication, jobs.publish_release, jobs.inbox_to_release, jobs.deliver_alerts)
        ],
        resources={**resources(), "dbt": dbt_resource(project)},
        executor=dg.in_process_executor,
    )
