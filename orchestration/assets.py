"""The way of a figure as assets, from the inbox to the release.

What belongs here: which function of `ingestion` and `reports` makes which asset, what it needs, and what is
told about it. What does not: how anything is computed; the models of the warehouse (`dbt.py`); checks
(`checks.py`).
"""

from collections import Counter
from pathlib import Path
from typing import Any

import dagster as dg
import duckdb
from reports.project import write_project

from ingestion import intake, pipeline
from ingestion.home import Home
from ingestion.ledger import Ledger, LedgerState
from ingestion.reference import write_reference
from orchestration.dbt import candidate_database, swap_in
from orchestration.environment import code_version
from orchestration.partitions import is_covered, missing_periods, periods
from orchestration.progress import Progress, counter
from orchestration.resources import Clock, Renderer, TongketHome
from reports import release as releases
from reports.context import load_site
from reports.quarto_project import find_project
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

registry = dg.AssetSpec(
    key="registry",
    group_name="intake",
    owners=OWNERS,
    kinds={"csv"},
    description="Organisations, successions, calendar, terms, targets, rating schemes and stated figures.",
)


@dg.asset(
    deps=[inbox, registry],
    group_name="intake",
    owners=OWNERS,
    kinds={"python", "excel"},
    required_resource_keys=WRITER,
)
def landed_submissions(
    context: dg.AssetExecutionContext, home: TongketHome, clock: Clock, progress: Listener
) -> Result:
    """Originals by their SHA-256 with a receipt each, and the ledger: the truth, append-only.

    A byte-identical resend is recognised and only noted; a file of an unknown unit is put aside.
    """
    registry = home.registry
    known = context.instance.get_dynamic_partitions(str(periods.name))
    context.instance.add_dynamic_partitions(str(periods.name), missing_periods(registry, known))
    progress.start("landing", len(intake.waiting(home.home)))
    report = pipeline.land_inbox(
        home.home, registry, home.catalogue, clock.now(), progress=counter(progress, "landing")
    )
    progress.finish("landing", str(len(report.landed)))
    return dg.MaterializeResult(
        metadata={
            "landed": len(report.landed),
            "duplicates": len(report.duplicates),
            "unknown": len(report.unknown),
            "left": len(report.left),
        }
    )


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
    before it is read. A submission on which a rule breaks down stays pending and stops no other.
    """
    registry, catalogue, now = home.registry, home.catalogue, clock.now()
    covered = set(context.partition_keys)
    pending = [p for p in pipeline.pending_periods(home.home) if is_covered(p, covered, registry)]
    progress.start("judging", len(pending))
    given: Counter[str] = Counter()
    failures: dict[str, str] = {}
    for period in pending:
        report = pipeline.judge_period(home.home, registry, catalogue, period, now)
        given.update({str(verdict): count for verdict, count in report.counts.items()})
        failures |= report.failures
        progress.advance("judging")
    for submission, technical in failures.items():
        context.log.error(f"{submission} could not be judged and stays pending:\n{technical}")
    progress.finish("judging", str(given.total()))
    metadata: dict[str, Any] = {"judged_periods": pending, "not_judged": sorted(failures), **given}
    return dg.MaterializeResult(metadata=metadata)


@dg.asset(
    deps=[verdicts],
    partitions_def=periods,
    backfill_policy=SINGLE_RUN,
    group_name="bronze",
    owners=OWNERS,
    kinds={"python", "parquet"},
    required_resource_keys=WRITER,
)
def bronze(home: TongketHome, progress: Listener) -> Result:
    """Accepted rows as Parquet, one file a form and period, each row with submission, sheet and row number.

    Written from landing and the recorded verdicts alone, so it can be deleted and comes back the same.
    """
    progress.start("bronze")
    written = pipeline.rebuild_bronze(home.home, home.registry, home.catalogue)
    progress.finish("bronze")
    return dg.MaterializeResult(metadata={"rewritten_periods": written})


@dg.asset(
    deps=[registry],
    group_name="bronze",
    owners=OWNERS,
    kinds={"python", "parquet"},
    required_resource_keys=WRITER,
)
def registry_reference(home: TongketHome) -> Result:
    """The registry, the forms and the indicators as tables, with what is owed and every period there can be."""
    write_reference(home.home.bronze, home.registry, home.catalogue)
    return dg.MaterializeResult()


def warehouse(models: dg.AssetsDefinition) -> dg.AssetsDefinition:
    """Give the asset that publishes the warehouse once all of its models are there."""

    @dg.asset(
        name="warehouse",
        deps=sorted(models.keys),
        group_name="warehouse",
        owners=OWNERS,
        kinds={"python", "duckdb"},
        required_resource_keys=WRITER,
    )
    def publish(home: TongketHome) -> Result:
        """The DuckDB file that readers open; replaced in one step when every model and test has succeeded."""
        swap_in(candidate_database(home.home), home.home.warehouse)
        return dg.MaterializeResult(
            metadata={
                "path": dg.MetadataValue.path(home.home.warehouse),
                "bytes": home.home.warehouse.stat().st_size,
                "figures": count_rows(home.home.warehouse, "fct_indicator_value"),
            }
        )

    return publish


class ReportConfig(dg.Config):
    """What the reports are about."""

    term: str | None = None


class ReleaseConfig(dg.Config):
    """What is said of a release."""

    note: str = ""


@dg.asset(
    deps=["warehouse"],
    group_name="report",
    owners=OWNERS,
    kinds={"python", "markdown"},
    required_resource_keys=WRITER,
)
def report_project(home: TongketHome, clock: Clock, progress: Listener, config: ReportConfig) -> Result:
    """Pages as `.qmd` with the figures in them, and charts: a record that can be read and compared."""
    progress.start("pages")
    site = load_site(
        home.home.warehouse, as_of=clock.now(), code_version=code_version(), term=config.term or None
    )
    folder = project_folder(home.home)
    write_project(site, folder)
    progress.finish("pages", str(len(site.units)))
    return dg.MaterializeResult(metadata={"path": dg.MetadataValue.path(folder), "units": len(site.units)})


@dg.asset(
    deps=[report_project],
    group_name="report",
    owners=OWNERS,
    kinds={"quarto", "html"},
    required_resource_keys=WRITER,
)
def rendered_reports(home: TongketHome, renderer: Renderer, progress: Listener) -> Result:
    """Finished HTML and PDF, by Quarto or by the embedded runner with the same arguments."""
    progress.start("rendering")
    report = render_project(
        project_folder(home.home),
        quarto=renderer.program,
        progress=counter(progress, "rendering"),
    ).require_success()
    suffixes = Counter(Path(output).suffix for output in report.outputs)
    progress.finish("rendering", f"{suffixes['.html']} HTML, {suffixes['.pdf']} PDF")
    return dg.MaterializeResult(
        metadata={
            "path": dg.MetadataValue.path(report.folder),
            "runner": report.runner,
            "html": suffixes[".html"],
            "pdf": suffixes[".pdf"],
            "warnings": list(report.warnings),
        }
    )


@dg.asset(
    deps=[rendered_reports],
    group_name="report",
    owners=OWNERS,
    kinds={"python", "html"},
    required_resource_keys=WRITER,
)
def release(home: TongketHome, clock: Clock, progress: Listener, config: ReleaseConfig) -> Result:
    """An immutable folder with a manifest; `site` is switched to it in one step."""
    progress.start("release")
    state = Ledger(home.home.ledger).replay()
    made = releases.create(
        home.home,
        find_project(project_folder(home.home)).output_folder,
        as_of=clock.now(),
        code_version=code_version(),
        submissions=counting_submissions(state),
        note=config.note,
        warehouse=home.home.warehouse,
    )
    releases.switch(home.home, made)
    progress.finish("release", made.name)
    return dg.MaterializeResult(metadata={"release": made.name, "path": dg.MetadataValue.path(made.path)})


ALL = (
    inbox,
    registry,
    landed_submissions,
    verdicts,
    bronze,
    registry_reference,
    report_project,
    rendered_reports,
    release,
)
"""Every asset that does not depend on what models the dbt project has."""


def project_folder(home: Home) -> Path:
    """Give the folder of the report project."""
    return home.build / "report"


def counting_submissions(state: LedgerState) -> list[str]:
    """Give the submissions that count now: the newest accepted revision of each unit and period."""
    pairs = {(record.key.unit, record.key.period) for record in state.submissions.values()}
    counting = (state.effective(unit, period) for unit, period in pairs)
    return sorted(str(record.key) for record in counting if record is not None)


def count_rows(warehouse: Path, table: str) -> int:
    """Count the rows of a mart."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        counted = connection.table(table).count("*").fetchone()
    return int(counted[0]) if counted else 0
