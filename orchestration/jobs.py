"""What can be run: everything, or the report alone."""

import dagster as dg

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
