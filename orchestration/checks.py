"""The two gates as asset checks.

What belongs here: how their findings are shown and what they block. What does not: the rules (`ingestion.gate`,
`reports.publication_gate`); tests of single models, which dbt has.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import dagster as dg

from ingestion.landing.ledger import Ledger
from ingestion.landing.state import REFUSALS, SubmissionRecord
from ingestion.records.findings import Verdict
from ingestion.storage.home import Home
from ingestion.words.found import printed
from ingestion.words.places import place_said
from orchestration import alerting, check_results, gating, tokens
from orchestration.progress import Progress
from orchestration.quality_checks import quality
from orchestration.resources import Clock, PublicationHome, TongketHome
from orchestration.warehouse import candidate_database
from reports import release as releases
from reports.publication_gate import check_marts

_SHOWN = 200
_HELD = (*(verdict.value for verdict in Verdict if verdict is not Verdict.ACCEPTED), *REFUSALS)


def findings_table(records: Iterable[SubmissionRecord]) -> dg.TableMetadataValue:
    """Give what is wrong with submissions as a table that Dagster shows, up to a length that one can read."""
    rows = [
        {
            "submission": str(record.key),
            "rule": finding.rule,
            "severity": finding.severity,
            "place": place_said(finding.sheet, finding.cell, "en"),
            **dict(zip(("found", "expected"), printed(finding, "en"), strict=True)),
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
    held = Ledger(home.home.ledger).replay().open_cases(home.registry.known_periods)
    counted = Counter(record.told_as for record in held)
    return dg.AssetCheckResult(
        passed=not held,
        severity=dg.AssetCheckSeverity.WARN,
        description=f"{len(held)} open cases" if held else "Every submission is accepted.",
        metadata={
            "open_cases": len(held),
            **{name: counted[name] for name in _HELD},
            "findings": findings_table(held),
            **check_results.of_periods(home.home),
        },
    )


class GateConfig(dg.Config):
    """What readers will be told of the release.

    A note says why figures of the last release shrank or went; nothing else that fails is excused by it.
    """

    note: str = ""


@dg.asset_check(
    asset="candidate",
    name="publication_gate",
    blocking=True,
    description=(
        "Whether every accepted figure arrived, parts make wholes, and nothing shrank unexplained since the "
        "last release. A failure keeps the new warehouse out, and what is up stays."
    ),
)
def candidate_gate(
    context: dg.AssetCheckExecutionContext,
    publication: PublicationHome,
    clock: Clock,
    progress: dg.ResourceParam[Progress],
    config: GateConfig,
) -> dg.AssetCheckResult:
    """Check the candidate before it takes the place of the warehouse that readers open."""
    home = publication.home
    database = candidate_database(home)
    token = tokens.demand_whole(home, database)
    progress.start("publication_gate")
    word = gating.gate(
        home, database, token, check_marts, run=context.run.run_id, note=config.note, now=clock.now()
    )
    progress.finish("publication_gate", "–" if word.is_empty else str(word.failed))
    _tell_of_results(context, home, word, clock)
    return _shown(word, check_results.of_database(home, token.sha256))


@dg.asset_check(
    asset="warehouse",
    name="publication_gate",
    blocking=True,
    description=(
        "Whether the gate's word holds for the warehouse that is up. Where it was changed since, or another "
        "release went up, the gate is asked again. A failure blocks the release, and the one that is up stays."
    ),
)
def published_gate(
    context: dg.AssetCheckExecutionContext,
    publication: PublicationHome,
    clock: Clock,
    progress: dg.ResourceParam[Progress],
    config: GateConfig,
) -> dg.AssetCheckResult:
    """Take the word that the gate gave for the warehouse that is up, or ask again."""
    home = publication.home
    token = gating.token_of_published(home, context.run.run_id, clock.now)
    if token.fits(releases.current(home), config.note):
        return _shown(gating.Word(), check_results.of_database(home, token.sha256))
    progress.start("publication_gate")
    word = gating.gate(
        home, home.warehouse, token, check_marts, run=context.run.run_id, note=config.note, now=clock.now()
    )
    progress.finish("publication_gate", "–" if word.is_empty else str(word.failed))
    _tell_of_results(context, home, word, clock)
    return _shown(word, check_results.of_database(home, token.sha256))


def _tell_of_results(
    context: dg.AssetCheckExecutionContext, home: Home, word: gating.Word, clock: Clock
) -> None:
    step = context.op_execution_context.op.name
    for said in alerting.results_kept(home, word.results, step, clock.now()):
        context.log.error(f"What the gate found was not kept. {said['en']}")


def _shown(word: gating.Word, results: check_results.Metadata) -> dg.AssetCheckResult:
    rows = [{"check": f.check, "message": f.message, "message_en": f.text("en")} for f in word.failures]
    return dg.AssetCheckResult(
        passed=not word.failures,
        severity=dg.AssetCheckSeverity.ERROR,
        metadata={
            "failures": word.failed,
            "explained_by_note": len(word.explained),
            "nothing_accepted": word.is_empty,
            "failed": _table(rows, ("check", "message", "message_en")),
            **results,
            **{f"told_{language}": "\n".join(lines) for language, lines in word.lines.items()},
        },
    )


ALL = (intake_gate, quality, candidate_gate, published_gate)
"""The gates, and how well it goes with what is filed."""
