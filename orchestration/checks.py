"""The two gates as asset checks.

What belongs here: how their findings are shown and what they block. What does not: the rules (`ingestion.gate`,
`reports.publication_gate`); tests of single models, which dbt has.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import dagster as dg

from ingestion.home import Home
from ingestion.ledger import Ledger, SubmissionRecord
from orchestration.progress import Progress
from orchestration.resources import TongketHome
from reports import release as releases
from reports.publication_gate import check_marts

_SHOWN = 200
_EXPLAINED_BY_NOTE = {"nothing_shrank"}
_HELD = ("unreadable", "rejected", "needs_explanation", "on_hold", "withdrawn", "refused")


def findings_table(records: Iterable[SubmissionRecord]) -> dg.TableMetadataValue:
    """Give what is wrong with submissions as a table that Dagster shows, up to a length that one can read."""
    rows = [
        {
            "submission": str(record.key),
            "rule": finding.rule,
            "severity": finding.severity,
            "place": f"{finding.sheet}!{finding.cell}",
            "found": finding.value,
            "expected": finding.expected,
            "message": finding.message,
        }
        for record in records
        for finding in record.findings
        if finding.severity != "notice" and not finding.explained
    ]
    return _table(rows, ("submission", "rule", "severity", "place", "found", "expected", "message"))


def _table(rows: Sequence[Mapping[str, str]], columns: Sequence[str]) -> dg.TableMetadataValue:
    schema = dg.TableSchema([dg.TableColumn(column) for column in columns])
    return dg.MetadataValue.table([dg.TableRecord(dict(row)) for row in rows[:_SHOWN]], schema)


@dg.asset_check(
    asset="verdicts",
    description=(
        "Whether the newest revision of every unit and period is accepted. It never blocks: a bad submission "
        "holds back itself alone, and the unit's last accepted revision keeps counting."
    ),
)
def intake_gate(home: TongketHome) -> dg.AssetCheckResult:
    """Say what is held back, with what is wrong with it."""
    held = Ledger(home.home.ledger).replay().open_cases()
    counted = Counter(record.told_as for record in held)
    return dg.AssetCheckResult(
        passed=not held,
        severity=dg.AssetCheckSeverity.WARN,
        description=f"{len(held)} open cases" if held else "Every submission is accepted.",
        metadata={
            "open_cases": len(held),
            **{name: counted[name] for name in _HELD},
            "findings": findings_table(held),
        },
    )


class GateConfig(dg.Config):
    """What readers will be told of the release.

    A note says why figures of the last release shrank or went; nothing else that fails is excused by it.
    """

    note: str = ""


@dg.asset_check(
    asset="warehouse",
    blocking=True,
    description=(
        "Whether every accepted figure arrived, parts make wholes, and nothing shrank unexplained since the "
        "last release. A failure blocks the release, and the one that is up stays."
    ),
)
def publication_gate(
    home: TongketHome, progress: dg.ResourceParam[Progress], config: GateConfig
) -> dg.AssetCheckResult:
    """Check the marts before anything is published from them."""
    progress.start("publication_gate")
    report = check_marts(home.home.warehouse, home.home.bronze, _previous(home.home))
    explained = [f for f in report.failures if config.note and f.check in _EXPLAINED_BY_NOTE]
    failures = [f for f in report.failures if f not in explained]
    progress.finish("publication_gate", "–" if report.is_empty else str(len(failures)))
    rows = [{"check": f.check, "message": f.message} for f in failures]
    return dg.AssetCheckResult(
        passed=not failures,
        severity=dg.AssetCheckSeverity.ERROR,
        metadata={
            "failures": len(failures),
            "explained_by_note": len(explained),
            "nothing_accepted": report.is_empty,
            "failed": _table(rows, ("check", "message")),
        },
    )


def _previous(home: Home) -> Path | None:
    """Give the figures of the release that is up."""
    up = releases.current(home)
    return up.folder / releases.FIGURES if up else None


ALL = (intake_gate, publication_gate)
"""Both gates."""
