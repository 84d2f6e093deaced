"""The way of a figure as assets, from the inbox to the release.

What belongs here: which function of `ingestion` and `reports` makes which asset, what it needs, and what is told
about it. What does not: how anything is computed; the models of the warehouse (`dbt.py`); checks (`checks.py`).
"""

from collections import Counter
from collections.abc import Iterable

import dagster as dg
import duckdb

from ingestion import pipeline
from ingestion.ledger import Ledger
from orchestration.dbt import candidate_database, swap_in
from orchestration.environment import code_version
from orchestration.partitions import is_covered, missing_periods, periods
from orchestration.progress import Progress
from orchestration.resources import Clock, Renderer, TongketHome
from reports import release as releases
from reports.context import load_site
from reports.project import write_project
from reports.render import render_project

OWNERS = ["team:data"]
WRITER = {"writer"}
SINGLE_RUN = dg.BackfillPolicy.single_run()
Listener = dg.ResourceParam[Progress]
Result = dg.MaterializeResult[None]

inbox = dg.AssetSpec(
    key="inbox",
    group_name="intake",
    owners=OWNERS,
    kinds={"excel"},
    description="Files that wait under `inbox/<unit>/`. The sensor observes them; nothing here is ever edited.",
)


@dg.asset(
    deps=[inbox],
    group_name="intake",
    owners=OWNERS,
    kinds={"python", "excel"},
    required_resource_keys=WRITER,
)
def landed_submissions(
    context: dg.AssetExecutionContext, home: TongketHome, clock: Clock, progress: Listener
) -> Result:
    """Originals by their SHA-256 with a receipt each, and the ledger: the truth, append-only.

    A byte-identical resend is recognised and only noted.
    """
    registry = home.registry
    known = context.instance.get_dynamic_partitions(str(periods.name))
    context.instance.add_dynamic_partitions(str(periods.name), missing_periods(registry, known))
    waiting = len(intake.waiting(home.home))
    progress.start("landing", waiting)
    report = pipeline.land_inbox(home.home, registry, home.catalogue, clock.now())
    progress.finish("landing")
    return dg.MaterializeResult(metadata={"landed": len(report.landed)})


@dg.asset(
    deps=[landed_submissions],
    partitions_def=periods,
    backfill_policy=SINGLE_RUN,
    group_name="gate",
    owners=OWNERS,
    kinds={"python", "greatexpectations"},
    required_resource_keys=WRITER,
)
def verdicts(context: dg.AssetExecutionContext, home: TongketHome, clock: Clock, progress: Listener) -> Result:
    """What the gate says of every submission of a period; a verdict is given once and never changes.

    Pending periods are judged in calendar order, one batch each, so that what a rule calls previous is decided
    before it is read.
    """
    registry, catalogue, now = home.registry, home.catalogue, clock.now()
    pending = [
        period
        for period in pipeline.pending_periods(home.home)
        if is_covered(period, context.partition_keys, registry)
    ]
    progress.start("judging", len(pending))
    given: Counter[str] = Counter()
    for period in pending:
        report = pipeline.judge_period(home.home, registry, catalogue, period, now)
        given.update(report.verdicts)
        progress.advance("judging")
    progress.finish("judging")
    return dg.MaterializeResult(metadata={"judged_periods": pending, **given})


@dg.asset(
    deps=[verdicts],
    partitions_def=periods,
    backfill_policy=SINGLE_RUN,
    group_name="bronze",
    owners=OWNERS,
    kinds={"python", "parquet"},
    required_resource_keys=WRITER,
)
def bronze(context: dg.AssetExecutionContext, home: TongketHome, progress: Listener) -> Result:
    """Accepted rows as Parquet, one file a form and period, each row with submission, sheet and row number.

    Written from landing and the recorded verdicts alone, so it can be deleted and comes back the same.
    """
    progress.start("bronze")
    pipeline.rebuild_bronze(home.home, home.registry, home.catalogue)
    progress.finish("bronze")
    return dg.MaterializeResult(metadata={})
