"""What somebody chose on Dagster's page and failed is told, and closes when the same succeeds, as with jobs."""

import errno
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest

from ingestion.alerts.alert import Kind
from ingestion.alerts.outbox import Entry, Outbox
from ingestion.alerts.successes import note_success, successes_of
from ingestion.storage.home import Home
from orchestration import alerting, failing
from orchestration.alerting import CHOSEN, Covered
from orchestration.covering import covered
from orchestration.definitions import defs
from orchestration.sensors import failed_runs, successful_runs
from tests.integration.small_state import make_home
from tests.support.dagster_page import Page, page

NOW = datetime(2021, 1, 15, 2, tzinfo=UTC)
PART = ("registry_reference",)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return make_home(tmp_path / "home")


@pytest.fixture
def clicked(home: Home) -> Iterator[Page]:
    with page(home) as opened:
        look(opened)
        yield opened


def look(opened: Page) -> None:
    for sensor in (failed_runs, successful_runs):
        opened.tick(sensor)


def failures(home: Home) -> list[Entry]:
    return [e for e in Outbox(home.outbox).read()[0] if e.alert.kind is Kind.RUN_FAILED]


def full_disk(patch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "x")

    patch.setattr("orchestration.assets.write_reference", broken)


def test_a_click_that_fails_is_told_once_and_closed_by_the_same_click_that_succeeds(
    home: Home, clicked: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        full_disk(patch)
        for _ in range(2):
            assert not clicked.click(*PART).is_success
            look(clicked)
    (entry,) = failures(home)
    assert (entry.alert.facts["job"], entry.alert.facts["step"]) == (CHOSEN, PART[0])
    assert "đĩa" in entry.alert.facts["said"]["vi"]
    assert clicked.click("snapshot").is_success
    look(clicked)
    assert failures(home)[0].over_at is None, "something else succeeded"
    assert clicked.click(*PART).is_success
    look(clicked)
    assert failures(home)[0].over_at is not None
    assert not successes_of(home, NOW).jobs, "a part of a job is no job"


@pytest.mark.parametrize(
    ("assets", "checks"),
    [
        (("warehouse",), ()),
        ((), (("candidate", "publication_gate"),)),
        ((), (("warehouse", "publication_gate"),)),
    ],
)
def test_a_step_or_a_gate_alone_that_fails_is_told(
    home: Home, clicked: Page, assets: tuple[str, ...], checks: tuple[tuple[str, str], ...]
) -> None:
    assert not clicked.click(*assets, checks=checks).is_success
    look(clicked)
    (entry,) = failures(home)
    assert "người phát triển" not in entry.alert.facts["said"]["vi"]


def test_a_retry_from_where_a_click_failed_closes_what_the_click_left(
    home: Home, clicked: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        full_disk(patch)
        failed = clicked.click("registry_reference", "snapshot")
        look(clicked)
    assert len(failures(home)) == 1
    assert clicked.retry(failed).is_success
    look(clicked)
    assert failures(home)[0].over_at is not None


def test_what_is_heard_of_late_neither_ends_what_failed_since_nor_is_told_where_it_is_over(
    home: Home, clicked: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    def succeed_and_fail() -> None:
        assert clicked.click(*PART).is_success
        with monkeypatch.context() as patch:
            full_disk(patch)
            assert not clicked.click(*PART).is_success

    succeed_and_fail()
    clicked.tick(failed_runs)
    clicked.tick(successful_runs)
    (first,) = failures(home)
    assert first.over_at is None, "what succeeded before is no end of it"
    succeed_and_fail()
    clicked.tick(successful_runs)
    assert failures(home)[0].over_at is None, "it failed again since, of which nobody has heard yet"
    assert clicked.click(*PART).is_success
    clicked.tick(successful_runs)
    clicked.tick(failed_runs)
    first, second = failures(home)
    assert first.over_at is not None
    assert second.over_at is not None and second.closed_at is not None, "and nobody is written to"


def test_a_success_counts_from_when_it_was_and_not_from_when_it_is_heard_of(home: Home) -> None:
    long_ago, since = NOW - timedelta(days=9), NOW - timedelta(days=1)
    note_success(home, "publication", since)
    alerting.failed(home, alerting.Place("", "command"), failing.of_record("KeyError", "x", home), since)
    alerting.succeeded(home, Covered.whole("intake"), NOW, long_ago)
    assert successes_of(home, NOW).jobs == {"intake": long_ago, "publication": since}
    assert failures(home)[0].over_at is None, "a command that failed since is not mended by it"
    alerting.succeeded(home, Covered.whole("intake"), since - timedelta(days=1))
    assert failures(home)[0].over_at is not None, "a clock that was ahead keeps nothing open"


def test_a_job_of_the_page_that_fails_is_told_as_that_job(
    home: Home, clicked: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("orchestration.publication.moments.take", lambda *_: 1 / 0)
    assert not clicked.click(job="publication").is_success
    look(clicked)
    (entry,) = failures(home)
    assert (entry.alert.facts["job"], entry.alert.facts["step"]) == ("publication", "snapshot")


def test_whoever_materializes_all_of_a_job_has_run_it(home: Home) -> None:
    place = alerting.Place("publication", "candidate", "earlier")
    alerting.failed(home, place, failing.of_record("KeyError", "x", home), NOW)
    part = frozenset({"snapshot"})
    alerting.failed(
        home, alerting.Place(CHOSEN, "snapshot", "click", part), failing.of_record("KeyError", "x", home), NOW
    )
    everything = defs.resolve_implicit_global_asset_job_def()
    keys = set(defs.resolve_job_def("publication").asset_layer.selected_asset_keys)
    for chosen, is_all in ((keys - {dg.AssetKey("release")}, False), (keys, True)):
        with dg.DagsterInstance.ephemeral() as instance:
            run = instance.create_run_for_job(
                everything.get_subset(asset_selection=chosen), asset_selection=frozenset(chosen)
            )
            ran = covered(instance, run)
        assert ran.job == CHOSEN and ran.jobs == ({"publication", "publish_release"} if is_all else set())
        alerting.succeeded(home, ran, NOW)
        by_job = {e.alert.facts["job"]: e.over_at is not None for e in failures(home)}
        assert by_job == {"publication": is_all, CHOSEN: True}
    assert {"publication"} <= successes_of(home, NOW).jobs.keys()


def test_a_whole_job_closes_what_a_part_of_it_left(home: Home) -> None:
    place = alerting.Place(CHOSEN, "warehouse", "click", frozenset({"warehouse", "warehouse:publication_gate"}))
    alerting.failed(home, place, failing.of_record("TokenError", "x", home), NOW)
    with dg.DagsterInstance.ephemeral() as instance:
        for job, is_over in (("intake", False), ("publication", True)):
            run = instance.create_run_for_job(defs.resolve_job_def(job))
            ran = covered(instance, run)
            assert ran.job == job
            alerting.succeeded(home, ran, NOW)
            assert (failures(home)[0].over_at is not None) is is_over
    alerting.succeeded(home, Covered.whole("deliver_alerts"), NOW)
