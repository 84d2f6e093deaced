"""How well it goes with what is filed, as an asset check.

What belongs here: showing what stands over its thresholds beside the verdicts that it follows from. What
does not: counting and thresholds (`ingestion.alerts`), and telling people (`alerting.py`).
"""

import dagster as dg

from ingestion.alerts.measures import Filings
from ingestion.alerts.outbox import Outbox
from ingestion.alerts.quality import filing_alerts
from ingestion.alerts.thresholds import thresholds_of
from ingestion.alerts.wording import subject_of
from ingestion.ledger import Ledger
from orchestration.resources import Clock, TongketHome

_COLUMNS = ("period", "unit", "kind", "measure", "rule", "count", "of", "names", "subject")
_NAMED = 10


@dg.asset_check(
    asset="verdicts",
    name="quality",
    description=(
        "Whether the shares of what is returned, explained, late or missing stay under their thresholds, by "
        "period, unit and rule, and against the year before. It never blocks; the data team is alerted of each."
    ),
)
def quality(home: TongketHome, clock: Clock) -> dg.AssetCheckResult:
    """Say which shares are over their thresholds, with figures and samples, each with its period."""
    state, registry, now = home.home, home.registry, clock.now()
    filings = Filings(
        Ledger(state.ledger).replay(), registry, home.catalogue, now, Outbox(state.outbox).open(now)
    )
    found = filing_alerts(filings, thresholds_of(registry.folder))
    records = [
        dg.TableRecord(
            {
                "period": alert.period,
                "unit": alert.unit,
                "kind": str(alert.kind),
                "measure": alert.facts["measure"],
                "rule": alert.facts.get("rule", ""),
                "count": alert.facts["count"],
                "of": alert.facts["filed"],
                "names": ", ".join(alert.facts["names"][:_NAMED]),
                "subject": subject_of(alert, registry, "en"),
            }
        )
        for alert in found
    ]
    periods = sorted({alert.period for alert in found if alert.period})
    schema = dg.TableSchema([dg.TableColumn(column) for column in _COLUMNS])
    return dg.AssetCheckResult(
        passed=not found,
        severity=dg.AssetCheckSeverity.WARN,
        description=f"{len(found)} over their thresholds" if found else "All are under their thresholds.",
        metadata={
            "over": len(found),
            "periods": periods,
            "found": dg.MetadataValue.table(records, schema),
        },
    )
