"""Alerts come with the verdict, also where the process died between the two, and not for imports."""

import multiprocessing
import os
import signal
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ingestion import pipeline
from ingestion.alerts.outbox import Outbox
from ingestion.definitions.catalogue import Catalogue, load_catalogue
from ingestion.definitions.registry import Registry
from ingestion.gate import Judged
from ingestion.landing import inbox
from ingestion.landing.ledger import Ledger
from ingestion.pipeline import judging
from ingestion.records.findings import Finding, Judgement, Verdict
from ingestion.storage.home import Home
from tests.support.office import office_of

NOW = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """Give a state folder whose gate rejects whatever comes."""

    def reject(submissions: Any, *_: object) -> tuple[Judged, dict[Any, Any]]:
        broken = Finding("V014", "error", "B01", "F12", "7", "8", "sai", "wrong")
        return Judged({s.key: Judgement(Verdict.REJECTED, [], [broken]) for s in submissions}, {}), {}

    monkeypatch.setattr(judging, "judged", reject)
    return Home(tmp_path / "home")


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return load_catalogue()


def submit(home: Home, tmp_path: Path, unit: str = "KA", received_at: datetime = NOW) -> None:
    path = tmp_path / f"{unit}.csv"
    path.write_text(f"{unit} {received_at}", encoding="utf-8")
    inbox.put_in_inbox(home, path, unit, received_at)


def run(home: Home, registry: Registry, catalogue: Catalogue, now: datetime = NOW) -> None:
    pipeline.land_inbox(office_of(home, registry, catalogue, now))
    for period in pipeline.pending_periods(home):
        pipeline.judge_period(office_of(home, registry, catalogue, now), period, engine="masks")


def alerted(home: Home) -> list[str]:
    return [f"{e.alert.kind} {e.alert.submission}" for e in Outbox(home.outbox).read()[0]]


def killed(work: Callable[[], None]) -> None:
    process = multiprocessing.get_context("fork").Process(target=work)
    process.start()
    process.join(60)
    assert process.exitcode == -signal.SIGKILL


def test_a_verdict_brings_its_alert_once(home, registry, catalogue, tmp_path) -> None:
    submit(home, tmp_path)
    for _ in range(3):
        run(home, registry, catalogue)
    assert alerted(home) == ["rejected KA.unknown.r1"]


def test_an_alert_that_a_crash_kept_from_being_written_comes_with_the_next_run(
    home, registry, catalogue, tmp_path, monkeypatch
) -> None:
    submit(home, tmp_path)
    pipeline.land_inbox(office_of(home, registry, catalogue, NOW))

    def die(*_: Any) -> None:
        if Ledger(home.ledger).replay().submissions["KA.unknown.r1"].judged is not None:
            os.kill(os.getpid(), signal.SIGKILL)

    def work() -> None:
        Outbox.add = die  # type: ignore[assignment,method-assign]
        run(home, registry, catalogue)

    killed(work)
    assert Ledger(home.ledger).replay().submissions["KA.unknown.r1"].verdict is Verdict.REJECTED
    assert alerted(home) == []
    run(home, registry, catalogue, NOW + timedelta(days=400))
    assert alerted(home) == ["rejected KA.unknown.r1"]


def test_an_import_of_old_years_brings_no_alert(home, registry, catalogue, tmp_path) -> None:
    submit(home, tmp_path, "KA", NOW - timedelta(days=31))
    submit(home, tmp_path, "KX", NOW - timedelta(days=31))
    submit(home, tmp_path, "KB", NOW - timedelta(days=29))
    run(home, registry, catalogue)
    assert alerted(home) == ["rejected KB.unknown.r1"]


def test_a_file_of_nobody_brings_an_alert_with_its_landing(home, registry, catalogue, tmp_path) -> None:
    submit(home, tmp_path, "KX")
    pipeline.land_inbox(office_of(home, registry, catalogue, NOW))
    assert alerted(home) == ["unknown_unit "]


def test_a_ledger_from_before_the_outbox_brings_no_alerts(home, registry, catalogue, tmp_path) -> None:
    submit(home, tmp_path)
    run(home, registry, catalogue)
    for path in home.outbox.iterdir():
        path.unlink()
    run(home, registry, catalogue, NOW + timedelta(days=1))
    assert alerted(home) == []
