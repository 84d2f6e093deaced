"""What Dagster loads: `dagster dev -m orchestration.definitions`, or `tongket ui`.

What belongs here: the graph of a state folder with what starts runs of it.
"""

import dagster as dg

from orchestration.environment import home_from
from orchestration.graph import graph_of
from orchestration.schedules import morning_alerts, nightly, nightly_publication
from orchestration.sensors import (
    failed_runs,
    inbox_sensor,
    outbox_sensor,
    publication_sensor,
    successful_runs,
)

defs = dg.Definitions.merge(
    graph_of(home_from()),
    dg.Definitions(
        sensors=[inbox_sensor, publication_sensor, outbox_sensor, failed_runs, successful_runs],
        schedules=[nightly, nightly_publication, morning_alerts],
    ),
)
