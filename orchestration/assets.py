"""The way of a figure as assets, from the inbox to the release.

What belongs here: which function of `ingestion` and `reports` makes which asset, what it needs, and what is
told about it. What does not: how anything is computed; the models of the warehouse (`dbt.py`); checks
(`checks.py`).
"""

from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import dagster as dg

from ingestion import pipeline
from ingestion.faults import Fault
from ingestion.home import Home
from ingestion.ledger import Ledger, LedgerState
from ingestion.messages import message
from ingestion.reference import write_reference
from orchestration import alerting
from orchestration.environment import code_version, template_key
from orchestration.partitions import is_covered, missing_periods, periods
from orchestration.progress import Progress, counter
from orchestration.resources import Clock, Renderer, WritableHome
from orchestration.standing import standing
from orchestration.warehouse import candidate_database, swap_in
from reports import release as releases
from reports.context import load_site
from reports.database import connect
from reports.project import write_project
from reports.quarto_project import find_project
from reports.render import render_project

OWNERS = ["team:data"]
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
)
def landed_submissions(
    context: dg.AssetExecutionContext, state: WritableHome, clock: Clock, progress: Listener
) -> Result:
    """Originals by their SHA-256 with a receipt each, and the ledger: the truth, append-only.

    A byte-identical resend is recognised and only noted; a file of an unknown unit is put aside.
    """
    registry = state.registry
    known = context.instance.get_dynamic_partitions(str(periods.name))
    context.instance.add_dynamic_partitions(str(periods.name), missing_periods(registry, known))
    progress.start("landing")
    report = pipeline.land_inbox(
        state.home, registry, state.catalogue, clock.now(), progress=counter(progress, "landing")
    )
    for place in report.left:
        context.log.warning(
            f"left in the inbox: {place}: {message(f'landing.left.{report.why_left[place]}', 'en')}"
        )
    progress.finish("landing", str(len(report.landed)))
    for name, fault in report.faults.items():
        log_fault(context, name, fault)
    for place, technical in report.not_landed.items():
        context.log.error(f"{place} could not be landed and stays where it is:\n{technical}")
    return dg.MaterializeResult(
        metadata={
            "landed": len(report.landed),
            "duplicates": len(report.duplicates),
            "unknown": len(report.unknown),
            "left": len(report.left),
            "repaired": len(report.repaired),
            "set_aside": sorted(report.faults),
            "not_landed": sorted(report.not_landed),
            "left_files": [{"file": place, "reason": report.why_left[place]} for place in report.left],
            "without_receipt": list(standing(state.home).landing.without_receipt),
        }
    )


@dg.asset(
    deps=[landed_submissions],
    partitions_def=periods,
    backfill_policy=SINGLE_RUN,
    group_name="gate",
    owners=OWNERS,
    kinds={"python", "greatexpectations"},
)
def verdicts(
    context: dg.AssetExecutionContext, state: WritableHome, clock: Clock, progress: Listener
) -> Result:
    """What the gate says of every submission of a period; a verdict is given once and never changes.

    Pending periods are judged in calendar order, one batch each, so that what a rule calls previous is decided
    before it is read. A submission on which the product fails is set aside and stops no other.
    """
    registry, catalogue, now = state.registry, state.catalogue, clock.now()
    covered = set(context.partition_keys)
    pending = [p for p in pipeline.pending_periods(state.home) if is_covered(p, covered, registry)]
    progress.start("judging", len(pending))
    given: Counter[str] = Counter()
    faults: dict[str, Fault] = {}
    waiting: list[str] = []
    for period in pending:
        report = pipeline.judge_period(
            state.home, registry, catalogue, period, now, template_key=template_key(state.home)
        )
        given.update({str(verdict): count for verdict, count in report.counts.items()})
        faults |= report.faults
        waiting += report.waiting
        for submission, technical in report.unreturned.items():
            context.log.error(
                f"the workbook of {submission} could not be marked; its findings went out:\n{technical}"
            )
        for submission, technical in report.damaged.items():
            context.log.error(f"what rests on {submission} waits: {technical}")
        progress.advance("judging")
    again = pipeline.reexamine(state.home, registry, catalogue, now)
    faults |= again.faults
    for submission, technical in again.damaged.items():
        context.log.error(f"{submission} cannot be held against corrected figures: {technical}")
    for submission, fault in faults.items():
        log_fault(context, submission, fault)
    progress.finish("judging", str(given.total()))
    metadata: dict[str, Any] = {
        "judged_periods": pending,
        "set_aside": sorted(faults),
        "waiting": sorted(waiting),
        "reexamined": len(again.standing) + len(again.questioned),
        "questioned": again.questioned,
        **given,
    }
    return dg.MaterializeResult(metadata=metadata)


@dg.asset(
    deps=[verdicts],
    partitions_def=periods,
    backfill_policy=SINGLE_RUN,
    group_name="bronze",
    owners=OWNERS,
    kinds={"python", "parquet"},
)
def bronze(state: WritableHome, clock: Clock, progress: Listener) -> Result:
    """Accepted rows as Parquet, one file a form and period, each row with submission, sheet and row number.

    Written from landing and the recorded verdicts alone, so it can be deleted and comes back the same.
    """
    progress.start("bronze")
    written = pipeline.rebuild_bronze(state.home, state.registry, state.catalogue, clock.now())
    pipeline.demand_originals(state.home)
    progress.finish("bronze")
    return dg.MaterializeResult(metadata={"rewritten_periods": written})


@dg.asset(
    deps=[registry],
    group_name="bronze",
    owners=OWNERS,
    kinds={"python", "parquet"},
)
def registry_reference(state: WritableHome) -> Result:
    """The registry, the forms and the indicators as tables, with what is owed and every period there can be."""
    write_reference(state.home.bronze, state.registry, state.catalogue)
    return dg.MaterializeResult()


def warehouse(models: dg.AssetsDefinition) -> dg.AssetsDefinition:
    """Give the asset that publishes the warehouse once all of its models are there."""

    @dg.asset(
        name="warehouse",
        deps=sorted(models.keys),
        group_name="warehouse",
        owners=OWNERS,
        kinds={"python", "duckdb"},
    )
    def publish(state: WritableHome) -> Result:
        """The DuckDB file that readers open; replaced in one step when every model and test has succeeded."""
        swap_in(candidate_database(state.home), state.home.warehouse)
        return dg.MaterializeResult(
            metadata={
                "path": dg.MetadataValue.path(state.home.warehouse),
                "bytes": state.home.warehouse.stat().st_size,
                "figures": count_rows(state.home.warehouse, "fct_indicator_value"),
            }
        )

    return publish


class ReportConfig(dg.Config):
    """What the reports are about."""

    term: str | None = None
    note: str = ""


class ReleaseConfig(dg.Config):
    """What is said of a release."""

    note: str = ""


@dg.asset(
    deps=["warehouse"],
    group_name="report",
    owners=OWNERS,
    kinds={"python", "markdown"},
)
def report_project(state: WritableHome, clock: Clock, progress: Listener, config: ReportConfig) -> Result:
    """Pages as `.qmd` with the figures in them, and charts: a record that can be read and compared."""
    pipeline.demand_originals(state.home)
    progress.start("pages")
    as_of = last_change(Ledger(state.home.ledger).replay()) or clock.now()
    site = load_site(
        state.home.warehouse,
        as_of=as_of,
        code_version=code_version(),
        term=config.term or None,
        notes=releases.notes(state.home, config.note, as_of),
    )
    folder = project_folder(state.home)
    write_project(site, folder, chart_cache=state.home.build / "charts", progress=counter(progress, "pages"))
    progress.finish("pages", str(len(site.units)))
    return dg.MaterializeResult(metadata={"path": dg.MetadataValue.path(folder), "units": len(site.units)})


@dg.asset(
    deps=[report_project],
    group_name="report",
    owners=OWNERS,
    kinds={"quarto", "html"},
)
def rendered_reports(state: WritableHome, renderer: Renderer, progress: Listener) -> Result:
    """Finished HTML and PDF, by Quarto or by the embedded runner with the same arguments."""
    progress.start("rendering")
    report = render_project(
        project_folder(state.home),
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
)
def release(
    context: dg.AssetExecutionContext,
    state: WritableHome,
    clock: Clock,
    progress: Listener,
    config: ReleaseConfig,
) -> Result:
    """An immutable folder with a manifest; `site` is switched to it in one step.

    Where nothing has changed since the newest release, that one stays.
    """
    progress.start("release")
    ledger = Ledger(state.home.ledger).replay()
    rendered = context.instance.get_latest_materialization_event(rendered_reports.key)
    made = releases.create(
        state.home,
        find_project(project_folder(state.home)).output_folder,
        as_of=last_change(ledger) or clock.now(),
        code_version=code_version(),
        submissions=counting_submissions(ledger),
        note=config.note,
        warehouse=state.home.warehouse,
        runner=_runner(rendered),
    )
    releases.switch(state.home, made)
    alerting.release_published(state.home, made, releases.before(state.home, made), clock.now())
    progress.finish("release", made.name)
    return dg.MaterializeResult(metadata={"release": made.name, "path": dg.MetadataValue.path(made.folder)})


def _runner(rendered: dg.EventLogEntry | None) -> str:
    materialization = rendered.asset_materialization if rendered else None
    return str(materialization.metadata["runner"].value) if materialization else ""


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


def log_fault(context: dg.AssetExecutionContext, submission: str, fault: Fault) -> None:
    """Log how the product failed on a submission."""
    context.log.error(f"{submission} is set aside, {fault.step} failed ({fault.cause}):\n{fault.technical}")


def counting_submissions(ledger: LedgerState) -> list[str]:
    """Give the submissions that count now: the newest accepted revision of each unit and period."""
    pairs = {(record.key.unit, record.key.period) for record in ledger.submissions.values()}
    counting = (ledger.effective(unit, period) for unit, period in pairs)
    return sorted(str(record.key) for record in counting if record is not None)


def last_change(ledger: LedgerState) -> datetime | None:
    """Give when the last submission, verdict or decision was recorded; a report is as of that moment.

    The moment of the run itself would make another release of the same figures with each run.
    """
    moments = (
        moment
        for record in ledger.submissions.values()
        for moment in (record.receipt.at, record.verdict_at, *(decision.at for decision in record.decisions))
    )
    return max((moment for moment in moments if moment is not None), default=None)


def count_rows(warehouse: Path, table: str) -> int:
    """Count the rows of a mart."""
    with connect(warehouse) as connection:
        counted = connection.table(table).count("*").fetchone()
    return int(counted[0]) if counted else 0
