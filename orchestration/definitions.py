"""What Dagster loads: `dagster dev -m orchestration.definitions`, or `tongket ui`."""

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
from orchestration.environment import home_from  # noqa: E402
from orchestration.project import project_now  # noqa: E402
from orchestration.resources import resources  # noqa: E402
from orchestration.schedules import morning_alerts, nightly, nightly_publication  # noqa: E402
from orchestration.sensors import (  # noqa: E402
    failed_runs,
    inbox_sensor,
    outbox_sensor,
    publication_sensor,
    successful_runs,
)
from orchestration.warehouse import prepare_manifest  # noqa: E402


@cache
def _definitions(project: Path) -> dg.Definitions:
    models = warehouse_models(prepare_manifest(project), project)
    return dg.Definitions(
        assets=[*assets.ALL, models, publication.candidate(models), *publication.ALL],
        asset_checks=checks.ALL,
        jobs=[
            *(jobs.intake, jobs.publication, jobs.publish_release, jobs.inbox_to_release, jobs.deliver_alerts)
        ],
        sensors=[inbox_sensor, publication_sensor, outbox_sensor, failed_runs, successful_runs],
        schedules=[nightly, nightly_publication, morning_alerts],
        resources={**resources(), "dbt": dbt_resource(project)},
        executor=dg.in_process_executor,
    )


def definitions_of(home: Home) -> dg.Definitions:
    """Give the definitions of a state folder, whose own forms have models too."""
    return _definitions(project_now(home))


defs = definitions_of(home_from())
