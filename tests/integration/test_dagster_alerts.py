"""Alerts as Dagster drives them: what asks for a delivery, what it does, and what a failed run leaves."""

import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import dagster as dg
import pytest

from ingestion.alerts.alert import Alert, Kind, Role
from ingestion.alerts.delivery import FIRST_PAUSE
from ingestion.alerts.outbox import Entry, Outbox
from ingestion.alerts.wording import compose
from ingestion.files import exclusive
from ingestion.home import Home
from ingestion.messages import message
from ingestion.registry import load_registry
from orchestration import alerting, runs
from orchestration.definitions import defs
from orchestration.progress import Silent
from orchestration.resources import Clock, TongketHome
from orchestration.schedules import morning_alerts, nightly
from orchestration.sensors import failed_runs, outbox_sensor
from reports.database import OutOfRoomError
from reports.release import Release
from tests.integration.small_state import UNIT, make_home

NOW = datetime(2021, 1, 15, 2, tzinfo=UTC)
NAME = f"{UNIT}.2020-N.r1"
HELD = Alert(Kind.ON_HOLD, NAME, NOW, Role.CLERK, UNIT, "2020-N", NAME, {"original_name": "b.xlsx"})


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = make_home(tmp_path / "home")
    contacts = f"org_code,role,channel,language\n{UNIT},clerk,nowhere://x,vi\n,data_team,nowhere://y,vi\n"
    (home.registry / "contacts.csv").write_text(contacts, encoding="utf-8")
    return home


def resources(home: Home, now: datetime) -> dict[str, object]:
    return {"home": TongketHome(root=str(home.root)), "clock": Clock(fixed_at=now.isoformat())}


def entries(home: Home) -> list[Entry]:
    return Outbox(home.outbox).read()[0]


def look(home: Home, now: datetime) -> dg.RunRequest | dg.SkipReason:
    with dg.DagsterInstance.ephemeral() as instance:
        context = dg.build_sensor_context(instance, resources=resources(home, now), definitions=defs)
        found = outbox_sensor(context)
    assert isinstance(found, dg.RunRequest | dg.SkipReason)
    return found


def deliver(home: Home, now: datetime) -> dg.ExecuteInProcessResult:
    return defs.resolve_job_def("deliver_alerts").execute_in_process(resources=resources(home, now))


def test_reminders_go_out_in_the_morning_and_runs_start_in_the_night_of_vietnam() -> None:
    for schedule, cron in ((morning_alerts, "0 7 * * *"), (nightly, "0 2 * * *")):
        assert (schedule.cron_schedule, schedule.execution_timezone) == (cron, "Asia/Ho_Chi_Minh")


def test_the_sensor_asks_while_something_is_due_and_again_after_the_pause(home: Home) -> None:
    assert isinstance(look(home, NOW), dg.SkipReason), "there is no outbox yet"
    Outbox(home.outbox).open(NOW)
    assert isinstance(look(home, NOW), dg.SkipReason)
    Outbox(home.outbox).add([HELD])
    first = look(home, NOW)
    assert isinstance(first, dg.RunRequest)
    assert deliver(home, NOW).success
    assert isinstance(look(home, NOW + FIRST_PAUSE / 2), dg.SkipReason)
    again = look(home, NOW + FIRST_PAUSE)
    assert isinstance(again, dg.RunRequest) and again.run_key != first.run_key


def test_a_delivery_looks_at_the_deadlines_and_tells_who_has_not_filed(home: Home) -> None:
    Outbox(home.outbox).open(NOW)
    assert deliver(home, NOW).success
    assert [(e.alert.kind, e.alert.unit) for e in entries(home)] == [(Kind.DEADLINE_NEAR, UNIT)]
    assert deliver(home, NOW + timedelta(days=10)).success
    kinds = {entry.alert.kind for entry in entries(home)}
    assert kinds == {Kind.DEADLINE_NEAR, Kind.DEADLINE_MISSED, Kind.UNITS_MISSING}
    assert {d.state for entry in entries(home) for d in entry.deliveries.values()} == {"failed"}
    for days in (10, 11, 300):
        assert deliver(home, NOW + timedelta(days=days)).success
    assert len(entries(home)) == 3, "each deadline is told once to each"


def test_a_delivery_beside_another_one_leaves_it_at_work(home: Home) -> None:
    Outbox(home.outbox).open(NOW)
    Outbox(home.outbox).add([HELD])
    taken, done = threading.Event(), threading.Event()

    def hold() -> None:
        with exclusive(Outbox(home.outbox).lock, 0):
            taken.set()
            done.wait(60)

    other = threading.Thread(target=hold)
    other.start()
    taken.wait(60)
    try:
        assert deliver(home, NOW).success
        assert not entries(home)[0].deliveries
    finally:
        done.set()
        other.join()


def test_a_failed_run_is_told_once_with_its_step_and_reason(home: Home) -> None:
    @dg.op
    def breaks() -> None:
        raise ValueError("the disk is full")

    @dg.job
    def failing() -> None:
        breaks()

    with dg.DagsterInstance.ephemeral() as instance:
        result = failing.execute_in_process(instance=instance, raise_on_error=False)
        for _ in range(2):
            context = dg.build_run_status_sensor_context(
                sensor_name="failed_runs",
                dagster_event=result.get_run_failure_event(),
                dagster_instance=instance,
                dagster_run=result.dagster_run,
                resources=resources(home, NOW),
            ).for_run_failure()
            failed_runs(context)
    alerting.run_failed(home, result.run_id, "breaks", "told again from the command line", NOW)
    (entry,) = entries(home)
    assert (entry.alert.kind, entry.alert.role) == (Kind.RUN_FAILED, Role.DATA_TEAM)
    assert entry.alert.facts["step"] == "breaks"
    assert "the disk is full" in entry.alert.facts["error"]


def test_a_run_that_stops_again_and_again_for_one_reason_is_told_once_a_day(home: Home) -> None:
    for hour in range(30):
        alerting.run_failed(home, f"run{hour}", "dbt", "no space left", NOW + timedelta(hours=hour))
    alerting.run_failed(home, "another", "dbt", "cannot connect", NOW)
    told = [(entry.alert.at - NOW, entry.alert.facts["error"]) for entry in entries(home)]
    assert sorted(told) == [
        (timedelta(), "cannot connect"),
        (timedelta(), "no space left"),
        (timedelta(hours=15), "no space left"),
    ]


def test_a_run_from_the_command_line_that_fails_is_told(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise OutOfRoomError("warehouse.no_disk", folder=home.build)

    monkeypatch.setattr("ingestion.pipeline.land_inbox", broken)
    outcome = runs.run_job(home, "intake", Silent())
    assert outcome.failure is not None
    (entry,) = [e for e in entries(home) if e.alert.kind is Kind.RUN_FAILED]
    said = {language: message("warehouse.no_disk", language, folder=home.build) for language in ("vi", "en")}
    assert {language: outcome.failure.told(language) for language in ("vi", "en")} == said
    assert entry.alert.facts == {"step": "landed_submissions", "error": said["vi"]}


def test_a_release_is_told_once(home: Home) -> None:
    first, second = (
        Release(name, home.releases / name, "", "", "", note, (), {})
        for name, note in (("0001-abcd", ""), ("0002-beef", "sửa số đảng viên của VD-NX"))
    )
    for _ in range(2):
        alerting.release_published(home, first, None, NOW)
        alerting.release_published(home, second, first, NOW + timedelta(minutes=1))
    registry = load_registry(home.registry)
    one, two = (compose([entry.alert], registry, "vi", "TK").body for entry in entries(home))
    assert "tongket diff" not in one and "Ghi chú" not in one
    assert "tongket diff 0001-abcd 0002-beef" in two and "Ghi chú: sửa số đảng viên của VD-NX" in two
