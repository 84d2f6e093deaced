"""Intake as assets, from the inbox to bronze.

What belongs here: which function of `ingestion` makes which asset, what it needs, and what is told about it.
What does not: how anything is computed; what leads from bronze to the release (`dbt.py`, `publication.py`);
checks (`checks.py`).
"""

from collections import Counter
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import dagster as dg

from ingestion import pipeline
from ingestion.bronze.reference import write_reference
from ingestion.chronicle.in_force import settle
from ingestion.landing.coverage import coverage_of
from ingestion.landing.ledger import Ledger
from ingestion.records.faults import Fault
from ingestion.storage.home import Home
from ingestion.validations.store import KeptResults
from ingestion.words.messages import message
from orchestration import alerting, failing, groups, telling
from orchestration.partitions import add_periods, covers, filed_periods, periods, report_new
from orchestration.progress import Progress, counter
from orchestration.resources import Clock, WritableHome
from orchestration.standing import standing

SINGLE_RUN = dg.BackfillPolicy.single_run()
Listener = dg.ResourceParam[Progress]
Result = dg.MaterializeResult[None]

inbox = dg.AssetSpec(
    key="inbox",
    group_name=groups.INTAKE,
    description="Files that wait under `inbox/<unit>/`. The sensor observes them; nothing here is ever edited.",
)

registry = dg.AssetSpec(
    key="registry",
    group_name=groups.INTAKE,
    description="Organisations, successions, calendar, terms, targets, rating schemes and stated figures.",
)


@dg.asset(
    deps=[inbox, registry],
    group_name=groups.INTAKE,
)
def landed_submissions(
    context: dg.AssetExecutionContext, state: WritableHome, clock: Clock, progress: Listener
) -> Result:
    """Originals by their SHA-256 with a receipt each, and the ledger: the truth, append-only.

    A byte-identical resend is recognised and only noted; a file of an unknown unit is put aside. Before
    anything is taken in, a registry that changed is recorded, and told of where it is refused.
    """
    with state.writing() as home:
        note_registry(context, home, clock.now())
        office = state.office(clock)
    progress.start("landing")
    with state.writing() as home:
        report = pipeline.land_inbox(office, counter(progress, "landing"))
        add_periods(context.instance, filed_periods(office.registry, Ledger(home.ledger).replay()))
    for place in report.left:
        context.log.warning(
            f"left in the inbox: {place}: {message(f'landing.left.{report.why_left[place]}', 'en')}"
        )
    progress.finish("landing", str(len(report.landed)))
    for name, fault in report.faults.items():
        log_fault(context, name, fault)
    log_unreturned(context, report.unreturned)
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
    group_name=groups.GATE,
)
def verdicts(
    context: dg.AssetExecutionContext, state: WritableHome, clock: Clock, progress: Listener
) -> Result:
    """What the gate says of every submission of a period; a verdict is given once and never changes.

    Pending periods are judged in calendar order, one batch each, so that what a rule calls previous is decided
    before it is read. A submission on which the product fails is set aside and stops no other.
    """
    with state.writing():
        return _judged(context, state, clock, progress)


def _judged(context: dg.AssetExecutionContext, state: WritableHome, clock: Clock, progress: Progress) -> Result:
    office = state.office(clock)
    covered = set(context.partition_keys)
    pending = [
        p for p in pipeline.pending_periods(state.home) if covers(p, covered, context.run.tags, office.registry)
    ]
    progress.start("judging", len(pending))
    given: Counter[str] = Counter()
    faults: dict[str, Fault] = {}
    waiting: list[str] = []
    results = KeptResults()
    for period in pending:
        report = pipeline.judge_period(office, period)
        given.update({str(verdict): count for verdict, count in report.counts.items()})
        faults |= report.faults
        waiting += report.waiting
        results.add(report.results)
        log_unreturned(context, report.unreturned)
        for submission, technical in report.damaged.items():
            context.log.error(f"what rests on {submission} waits: {technical}")
        progress.advance("judging")
    again = pipeline.reexamine(office)
    faults |= again.faults
    results.add(again.results)
    for said in alerting.results_kept(state.home, results, "verdicts", clock.now()):
        context.log.error(f"Results of checks were not kept. {said['en']}")
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
    report_new(context, metadata)
    return dg.MaterializeResult(metadata=metadata)


@dg.asset(
    deps=[verdicts],
    partitions_def=periods,
    backfill_policy=SINGLE_RUN,
    group_name=groups.BRONZE,
)
def bronze(context: dg.AssetExecutionContext, state: WritableHome, clock: Clock, progress: Listener) -> Result:
    """Accepted rows as Parquet, one file a form and period, each row with submission, sheet and row number.

    Written from landing and the recorded verdicts alone, so it can be deleted and comes back the same.
    """
    progress.start("bronze")
    with state.writing():
        written = pipeline.rebuild_bronze(state.office(clock))
    progress.finish("bronze")
    metadata = {"rewritten_periods": written}
    report_new(context, metadata)
    return dg.MaterializeResult(metadata=metadata)


@dg.asset(
    deps=[registry],
    group_name=groups.BRONZE,
)
def registry_reference(state: WritableHome) -> Result:
    """The registry, the forms and the indicators as tables, with what is owed and every period there can be."""
    with state.writing() as home:
        coverage = coverage_of(Ledger(home.ledger).replay())
        write_reference(home.bronze, state.registry, state.catalogue, coverage)
    return dg.MaterializeResult()


class NoticesConfig(dg.Config):
    """Whether people are written to."""

    delivers: bool = True


@dg.asset(
    deps=[bronze],
    group_name=groups.INTAKE,
)
def notices(
    context: dg.AssetExecutionContext, state: WritableHome, clock: Clock, config: NoticesConfig
) -> Result:
    """What was found, told to those who filed: alerts that are due are sent at once, not only by their sensor.

    What cannot be sent stays in the outbox and is the concern of the deliveries that follow.
    """
    if not config.delivers:
        return dg.MaterializeResult(metadata={"sent": 0})
    return dg.MaterializeResult(metadata=telling.tell(state, clock.now(), context.log))


ALL = (inbox, registry, landed_submissions, verdicts, bronze, registry_reference, notices)
"""What leads from the inbox to bronze, and tells of it."""


def note_registry(context: dg.AssetExecutionContext, home: Home, now: datetime) -> None:
    """Record a registry that changed, and tell of one that is refused: intake goes on with the one before."""
    found = settle(home, now)
    alerting.watch(home, now)
    if found.refused is not None:
        what = failing.of_error(found.refused, home).said["en"]
        context.log.warning(f"The registry is refused: {what}")


def log_unreturned(context: dg.AssetExecutionContext, unreturned: Mapping[str, str]) -> None:
    """Say in a run's log which filed workbooks could not be marked with a decision, and why."""
    for submission, technical in unreturned.items():
        context.log.error(
            f"the workbook of {submission} could not be marked; its findings went out:\n{technical}"
        )


def log_fault(context: dg.AssetExecutionContext, submission: str, fault: Fault) -> None:
    """Log how the product failed on a submission."""
    context.log.error(f"{submission} is set aside, {fault.step} failed ({fault.cause}):\n{fault.technical}")
