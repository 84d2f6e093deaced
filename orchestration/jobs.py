"""What can be run: everything, the report alone, or the delivery of alerts."""

import dagster as dg

from ingestion.files import LockedError
from orchestration import alerting
from orchestration.resources import Clock, TongketHome

everything = dg.AssetSelection.all() - dg.AssetSelection.assets("inbox", "registry")

inbox_to_release = dg.define_asset_job(
    "inbox_to_release",
    selection=everything,
    description="Everything that is pending: land, judge, build the warehouse, check it, publish the reports.",
)

publish_release = dg.define_asset_job(
    "publish_release",
    selection=dg.AssetSelection.assets("report_project", "rendered_reports", "release")
    | dg.AssetSelection.checks(dg.AssetCheckKey(dg.AssetKey("warehouse"), "publication_gate")),
    description="The reports again from the present warehouse, if it passes the publication gate.",
)


@dg.op
def outbox(context: dg.OpExecutionContext, home: TongketHome, clock: Clock) -> None:
    """Write the alerts of today's deadlines and send what is due; what cannot be sent is kept."""
    registry, now = home.registry, clock.now()
    alerting.collect(home.home, registry, home.catalogue, now)
    try:
        report = alerting.empty_outbox(home.home, registry, now)
    except LockedError:
        context.log.info("Another process is delivering.")
        return
    for reference, error in report.failed.items():
        context.log.warning(f"{reference} was not sent and is tried again later: {error}")
    facts = {"sent": len(report.sent), "failed": len(report.failed), "unreachable": len(report.unreachable)}
    context.add_output_metadata(facts)


@dg.job(description="Alerts that wait in the outbox, and those of today's deadlines, to whom they concern.")
def deliver_alerts() -> None:
    """Empty the outbox."""
    outbox()
