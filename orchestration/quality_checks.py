"""How well it goes with what is filed, as an asset check of each period.

What belongs here: showing what stands over its thresholds beside the verdicts that it follows from. What
does not: counting and thresholds (`ingestion.alerts`), and telling people (`alerting.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import dagster as dg
from dagster._core.definitions.asset_checks.asset_check_evaluation import (
    AssetCheckEvaluation,
    AssetCheckEvaluationTargetMaterializationData,
)

from ingestion.alerts.alert import Alert
from ingestion.alerts.measures import Filings
from ingestion.alerts.outbox import Outbox
from ingestion.alerts.quality import filing_alerts
from ingestion.alerts.thresholds import InForce, in_force
from ingestion.alerts.wording import subject_of
from ingestion.definitions.registry import Registry
from ingestion.landing.ledger import Ledger
from orchestration.partitions import keys_of_run, of_one_period, periods
from orchestration.resources import Clock, TongketHome

_KEY = dg.AssetCheckKey(dg.AssetKey("verdicts"), "quality")
_COLUMNS = ("period", "unit", "kind", "measure", "rule", "count", "of", "names", "subject")
_NAMED = 10


@dg.asset_check(
    asset="verdicts",
    name=_KEY.name,
    partitions_def=periods,
    description=(
        "Whether the shares of what is returned, explained, late or missing stay under their thresholds: in a "
        "period, by rule, and against the year before. What one unit's reports of a year come to is of no "
        "period and shows in the result of the whole run. It never blocks; the data team is alerted of each."
    ),
)
def quality(context: dg.AssetCheckExecutionContext, home: TongketHome, clock: Clock) -> dg.AssetCheckResult:
    """Say of each period of the run which shares are over their thresholds, with figures and samples."""
    state, registry, now = home.home, home.registry, clock.now()
    filings = Filings(
        Ledger(state.ledger).replay(), registry, home.catalogue, now, Outbox(state.outbox).open(now)
    )
    thresholds = in_force(state)
    shown = _Shown(filing_alerts(filings, thresholds.thresholds), registry, thresholds)
    if (period := of_one_period(context.run.tags)) is not None:
        return shown.of(period)
    for period in keys_of_run(context.op_execution_context):
        # Dagster has no way to give one result for each partition of a run; what it makes of results it takes.
        result = shown.of(period)
        evaluation = AssetCheckEvaluation(
            asset_key=_KEY.asset_key,
            check_name=_KEY.name,
            passed=result.passed,
            metadata=result.metadata,
            severity=result.severity,
            description=result.description,
            blocking=False,
            partition=period,
            target_materialization_data=_target(context.instance, period),
        )
        # Its signature names fewer events than it takes.
        context.op_execution_context.log_event(evaluation)  # type: ignore[arg-type]
    return shown.of(None)


@dataclass(frozen=True)
class _Shown:
    """What is over its thresholds, as results."""

    found: Sequence[Alert]
    registry: Registry
    thresholds: InForce

    def of(self, period: str | None) -> dg.AssetCheckResult:
        """Give the result of a period; without one that of all, with what belongs to none."""
        found = [alert for alert in self.found if period in (None, alert.period)]
        said = f"{len(found)} over their thresholds" if found else "All are under their thresholds."
        trouble = self.thresholds.trouble("en")
        schema = dg.TableSchema([dg.TableColumn(column) for column in _COLUMNS])
        return dg.AssetCheckResult(
            passed=not found and not trouble,
            severity=dg.AssetCheckSeverity.WARN,
            description=f"{said} {trouble}".strip(),
            metadata={
                "over": len(found),
                "periods": sorted({alert.period for alert in found if alert.period}),
                "found": dg.MetadataValue.table([self._record(alert) for alert in found], schema),
            },
        )

    def _record(self, alert: Alert) -> dg.TableRecord:
        return dg.TableRecord(
            {
                "period": alert.period,
                "unit": alert.unit,
                "kind": str(alert.kind),
                "measure": alert.facts.get("measure", ""),
                "rule": alert.facts.get("rule", ""),
                "count": alert.facts["count"],
                "of": alert.facts["filed"],
                "names": ", ".join(alert.facts["names"][:_NAMED]),
                "subject": subject_of(alert, self.registry, "en"),
            }
        )


def _target(instance: dg.DagsterInstance, period: str) -> AssetCheckEvaluationTargetMaterializationData | None:
    """Give the verdicts that a result is of; Dagster shows it as current as long as there are no newer ones."""
    wanted = dg.AssetRecordsFilter(asset_key=_KEY.asset_key, asset_partitions=[period])
    for made in instance.fetch_materializations(wanted, limit=1).records:
        return AssetCheckEvaluationTargetMaterializationData(
            storage_id=made.storage_id, run_id=made.run_id, timestamp=made.timestamp
        )
    return None
