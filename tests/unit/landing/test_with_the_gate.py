"""The steps with the gate itself: what a clerk files is judged by the rules, and the right cell is named."""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from ingestion import intake, pipeline
from ingestion.catalogue import Catalogue
from ingestion.findings import Verdict
from ingestion.gate import rules_version
from ingestion.home import Home
from ingestion.ledger import Ledger
from ingestion.registry import Registry

RECEIVED = datetime(2019, 4, 10, 9, 0, tzinfo=UTC)
Write = Callable[..., Path]


def test_a_sound_workbook_is_accepted_and_one_wrong_figure_rejected_with_its_cell(
    home: Home, registry: Registry, catalogue: Catalogue, workbook: Write
) -> None:
    sound, wrong = workbook("KA"), workbook("KB", changes={("B01", 1, "closing_members"): 41})
    intake.put_in_inbox(home, sound, "KA", RECEIVED)
    intake.put_in_inbox(home, wrong, "KB", RECEIVED)
    pipeline.land_inbox(home, registry, catalogue, RECEIVED)
    report = pipeline.judge_period(home, registry, catalogue, "2019-Q1", RECEIVED, engine="masks")
    assert report.faults == {}
    assert report.verdicts == {"KA.2019-Q1.r1": Verdict.ACCEPTED, "KB.2019-Q1.r1": Verdict.REJECTED}
    record = Ledger(home.ledger).replay().submissions["KB.2019-Q1.r1"]
    assert ("V014", "B01", "S10") in {(f.rule, f.sheet, f.cell) for f in record.findings}
    assert record.rules_version == rules_version()
    assert "V014" in {outcome.rule for outcome in record.outcomes}


def test_checking_a_file_says_what_filing_it_would(
    registry: Registry, catalogue: Catalogue, workbook: Write
) -> None:
    wrong = workbook("KB", changes={("B01", 1, "closing_members"): 41})
    (result,) = pipeline.check_files([wrong], catalogue, registry, None)
    assert result.judgement.verdict is Verdict.REJECTED
    assert ("V014", "B01", "S10") in {(f.rule, f.sheet, f.cell) for f in result.judgement.findings}


def test_a_check_without_a_registry_knows_nobody_and_does_not_fail(
    catalogue: Catalogue, workbook: Write
) -> None:
    (result,) = pipeline.check_files([workbook("KB")], catalogue, None, None)
    assert result.judgement.verdict is Verdict.REJECTED
    assert {finding.rule for finding in result.judgement.findings} >= {"V001"}
