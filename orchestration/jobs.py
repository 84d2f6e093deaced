"""What can be run: intake, publication, the report alone, everything, or the delivery of alerts.

Intake and publication are jobs of their own, so that a clerk who files is answered while reports are made. Each
is marked with what it holds (`HOLDS_TAG`): runs that hold the same wait for one another in Dagster's queue.
"""

import dagster as dg

from orchestration import telling
from orchestration.resources import Clock, TongketHome

HOLDS_TAG = "tongket/holds"
"""What a run keeps others from; `dagster.yaml` admits one run of each value at a time."""

INTAKE, PUBLICATION, DELIVERY = "intake", "publication", "delivery"

_TAKING_IN = dg.AssetSelection.assets(
    "landed_submissions", "verdicts", "bronze", "registry_reference", "notices"
)
_REPORT = dg.AssetSelection.assets("report_project", "rendered_reports", "release")
everything = dg.AssetSelection.all() - dg.AssetSelection.assets("inbox", "registry")

intake = dg.define_asset_job(
    "intake",
    selection=_TAKING_IN,
    tags={HOLDS_TAG: INTAKE},
    description="What waits in the inbox: landed, judged, returned, put into bronze, and told to who filed it.",
)

publication = dg.define_asset_job(
    "publication",
    selection=everything - _TAKING_IN,
    tags={HOLDS_TAG: PUBLICATION},
    description="The warehouse as of one moment, checked before it is put up, and the reports from it.",
)

publish_release = dg.define_asset_job(
    "publish_release",
    selection=_REPORT
    | dg.AssetSelection.checks(dg.AssetCheckKey(dg.AssetKey("warehouse"), "publication_gate")),
    tags={HOLDS_TAG: PUBLICATION},
    description="The reports again from the present warehouse, if it passes the publication gate.",
)

inbox_to_release = dg.define_asset_job(
    "inbox_to_release",
    selection=everything,
    tags={HOLDS_TAG: PUBLICATION},
    description="Intake and publication in one run. Files that come while it publishes are taken in meanwhile.",
)


@dg.op
def outbox(context: dg.OpExecutionContext, home: TongketHome, clock: Clock) -> None:
    """Write the alerts of today's deadlines and send what is due; what cannot be sent is kept."""
    context.add_output_metadata(telling.tell(home, clock.now(), context.log))


@dg.job(
    tags={HOLDS_TAG: DELIVERY},
    description="Alerts that wait in the outbox, and those of today's deadlines, to whom they concern.",
)
def deliver_alerts() -> None:
    """Empty the outbox."""
    outbox()
