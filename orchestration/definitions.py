"""What Dagster loads: `dagster dev -m orchestration.definitions`, or `tongket ui`."""

import dagster as dg

from orchestration import assets, checks
from orchestration.dbt import PROJECT_DIR, dbt_resource, prepare_manifest, warehouse_models
from orchestration.jobs import inbox_to_release, publish_release
from orchestration.resources import resources
from orchestration.schedules import nightly
from orchestration.sensors import inbox_sensor

defs = dg.Definitions(
    assets=[*assets.ALL, warehouse_models(prepare_manifest())],
    asset_checks=checks.ALL,
    jobs=[inbox_to_release, publish_release],
    sensors=[inbox_sensor],
    schedules=[nightly],
    resources={**resources(), "dbt": dbt_resource(PROJECT_DIR)},
    executor=dg.in_process_executor,
)
