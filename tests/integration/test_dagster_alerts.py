"""Alerts as Dagster drives them: what asks for a delivery, what it does, and what a failed run leaves."""

import errno
import shutil
import socket
import threading
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

import dagster as dg
import pytest
from aiosmtpd.controller import Controller
from dagster._core.execution.plan.objects import StepSuccessData
from dagster._core.storage.asset_check_execution_record import AssetCheckExecutionRecordStatus

from ingestion.alerts.alert import Alert, Kind, Role
from ingestion.alerts.channels import MAIL_SERVER_VARIABLE
from ingestion.alerts.delivery import FIRST_PAUSE
from ingestion.alerts.outbox import Entry, Outbox
from ingestion.alerts.successes import successes_of
from ingestion.alerts.wording import compose
from ingestion.definitions.registry import RegistryError, load_registry
from ingestion.landing.inbox import put_in_inbox
from ingestion.landing.ledger import Ledger
from ingestion.storage.files import exclusive
from ingestion.storage.home import Home
from ingestion.words.messages import message
from orchestration import alerting, failing, runs, telling
from orchestration.alerting import Covered
from orchestration.definitions import defs
from orchestration.instance import COMMAND_LINE, LAUNCHED_BY_TAG, open_instance
from orchestration.partitions import NoPeriodError, add_periods, tags_of_everything
from orchestration.progress import Silent
from orchestration.resources import Clock, TongketHome
from orchestration.schedules import morning_alerts, nightly
from orchestration.sensors import failed_runs, inbox_sensor, outbox_sensor
from reports.database import OutOfRoomError
from reports.release import Release
from tests.integration.small_state import MEMBERS, UNIT, Tables, make_home, write_sound
from tests.support.mailbox import HOST, Mailbox

NOW = datetime(2021, 1, 15, 2, tzinfo=UTC)
NAME = f"{UNIT}.2020-N.r1"
HELD = Alert(Kind.ON_HOLD, NAME, NOW, Role.CLERK, UNIT, "2020-N", NAME, {"original_name": "b.xlsx"})


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = make_home(tmp_path / "home")
    contacts = f"org_code,role,channel,language\n{UNIT},clerk,nowhere://x,vi\n,data_team,nowhere://y,vi\n"
    (home.registry / "contacts.csv").write_text(contacts, encoding="utf-8")
    return home


def unsound(tables: Tables) -> None:
    tables["B01"][0]["closing_members"] = MEMBERS + 1


def mails(home: Home) -> list[str]:
    return [path.read_text(encoding="utf-8") for path in sorted(home.mailboxes.rglob("*.eml"))]


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
    return defs.resolve_job_def("deliver_alerts").execute_in_process(
        resources=resources(home, now), raise_on_error=False
    )


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
    assert not deliver(home, NOW).success, "nothing of what was due was sent"
    assert isinstance(look(home, NOW + FIRST_PAUSE / 2), dg.SkipReason)
    again = look(home, NOW + FIRST_PAUSE)
    assert isinstance(again, dg.RunRequest) and again.run_key != first.run_key


def test_a_delivery_that_breaks_before_it_sends_is_not_asked_for_each_minute(home: Home) -> None:
    Outbox(home.outbox).open(NOW)
    Outbox(home.outbox).add([HELD])
    asked = [look(home, NOW + timedelta(minutes=minute)) for minute in range(60)]
    assert len({one.run_key for one in asked if isinstance(one, dg.RunRequest)}) == 6


def test_a_delivery_looks_at_the_deadlines_and_tells_who_has_not_filed(home: Home) -> None:
    Outbox(home.outbox).open(NOW)
    deliver(home, NOW)
    assert [(e.alert.kind, e.alert.unit) for e in entries(home)] == [(Kind.DEADLINE_NEAR, UNIT)]
    deliver(home, NOW + timedelta(days=10))
    kinds = {entry.alert.kind for entry in entries(home)}
    assert kinds == {Kind.DEADLINE_NEAR, Kind.DEADLINE_MISSED, Kind.UNITS_MISSING, Kind.NO_SUCCESS}
    assert {d.state for entry in entries(home) for d in entry.deliveries.values()} == {"failed"}
    for days in (10, 11, 29):
        deliver(home, NOW + timedelta(days=days))
    told = [e for e in entries(home) if e.alert.kind not in (Kind.NO_SUCCESS, Kind.DELIVERY_FAILED)]
    assert len(told) == 3, "each deadline is told once to each"
    assert [e.alert.kind for e in entries(home) if e not in told] == [
        Kind.NO_SUCCESS,
        Kind.DELIVERY_FAILED,
    ]


@pytest.mark.parametrize("broken", ["forms/B20.yml", "organisations.csv", "contacts.csv", "thresholds.yml"])
def test_a_delivery_sends_what_waits_whatever_of_the_registry_cannot_be_read(home: Home, broken: str) -> None:
    contacts = "org_code,role,channel,language\n,data_team,folder://team,vi\n"
    (home.registry / "contacts.csv").write_text(contacts, encoding="utf-8")
    assert deliver(home, NOW).success
    fail(home, "[Errno 28] No space left on device: 'x'", NOW)
    path = home.registry / broken
    path.unlink(missing_ok=True)
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(b"\xff\xfe: [")
    assert isinstance(look(home, NOW), dg.RunRequest)
    assert deliver(home, NOW).success is (broken == "thresholds.yml"), "runs go on with other thresholds"
    told = "".join(mails(home))
    assert "x" in told and broken.rpartition("/")[2] in told


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
    def job() -> None:
        breaks()

    with dg.DagsterInstance.ephemeral() as instance:
        result = job.execute_in_process(instance=instance, raise_on_error=False)
        for _ in range(2):
            context = dg.build_run_status_sensor_context(
                sensor_name="failed_runs",
                dagster_event=result.get_run_failure_event(),
                dagster_instance=instance,
                dagster_run=result.dagster_run,
                resources=resources(home, NOW),
            ).for_run_failure()
            failed_runs(context)
    stop = failing.of_record("ValueError", "told again from the command line", home)
    alerting.failed(home, alerting.Place("job", "breaks", result.run_id), stop, NOW)
    (entry,) = entries(home)
    assert (entry.alert.kind, entry.alert.role) == (Kind.RUN_FAILED, Role.DATA_TEAM)
    assert (entry.alert.facts["step"], entry.alert.facts["job"]) == ("breaks", "job")
    assert "người phát triển" in entry.alert.facts["said"]["vi"]


def fail(home: Home, said: str, now: datetime, job: str = "publication") -> None:
    step = {"intake": "verdicts", "deliver_alerts": "outbox"}.get(job, "warehouse_models")
    place = alerting.Place(job, step, f"{job} {said} {now.isoformat()}")
    alerting.failed(home, place, failing.of_record("OSError", said, home), now)


def test_a_failure_is_told_once_while_it_stands_and_again_after_a_run_succeeded(home: Home) -> None:
    for hour in range(30):
        fail(home, f"[Errno 28] No space left on device: '/tmp/{hour}'", NOW + timedelta(hours=hour))
    fail(home, "[Errno 13] Permission denied: '/a'", NOW, "intake")
    assert len(entries(home)) == 2
    alerting.succeeded(home, Covered.whole("publish_release"), NOW + timedelta(days=2))
    assert not [e for e in entries(home) if e.over_at], "what was refused is as refused as before"
    alerting.succeeded(home, Covered.whole("publication"), NOW + timedelta(days=2))
    assert [e.alert.facts["job"] for e in entries(home) if e.over_at] == ["publication"]
    fail(home, "[Errno 28] No space left on device: '/b'", NOW + timedelta(days=3))
    assert len(entries(home)) == 3


def test_failures_of_other_jobs_and_of_other_causes_do_not_hide_each_other(home: Home) -> None:
    jobs, causes = (
        ("intake", "publication", "deliver_alerts"),
        ("[Errno 28] No space left", "[Errno 13] denied"),
    )
    for job in (*jobs, *jobs):
        for cause in causes:
            fail(home, cause, NOW, job)
    assert sorted((e.alert.facts["job"], e.alert.facts["cause"]) for e in entries(home)) == sorted(
        (job, f"system {number}") for job in jobs for number in (13, 28)
    )
    registry = load_registry(home.registry)
    assert len({compose([e.alert], registry, "vi", "TK").body for e in entries(home)}) == 3 * 2
    crashed = failing.of_crash("figures", KeyError("x"), home.build)
    alerting.failed(home, alerting.Place("", "command"), crashed, NOW)
    standing = {"", *jobs}
    for job, ended in (("deliver_alerts", set()), ("intake", {""}), ("publication", set())):
        alerting.succeeded(home, Covered.whole(job), NOW + timedelta(hours=1))
        standing -= {job, *ended}
        assert {e.alert.facts["job"] for e in entries(home) if not e.over_at} == standing
    assert set(successes_of(home, NOW).jobs) == {"intake", "publication"}, "a delivery is no work done"
    for job in jobs:
        fail(home, f"{causes[0]}: told by {job}", NOW + timedelta(hours=2), job)
    assert len(entries(home)) == 10, "it came back"


def test_an_office_in_which_nothing_was_accepted_yet_is_told_of_no_failure_and_no_standstill(
    home: Home,
) -> None:
    successes_of(home, NOW)
    empty = {"nothing_accepted": dg.MetadataValue.bool(True)}
    gate = SimpleNamespace(check_name="publication_gate", passed=False, metadata=empty)
    raised = SimpleNamespace(cls_name=failing.GATE, message=f"{failing.GATE}: blocked", cause=None)
    events = [
        SimpleNamespace(
            event_type=kind, asset_check_evaluation_data=gate, event_specific_data=data, step_key="gate"
        )
        for kind, data in (
            (dg.DagsterEventType.ASSET_CHECK_EVALUATION, None),
            (dg.DagsterEventType.STEP_FAILURE, SimpleNamespace(error=raised)),
        )
    ]
    for night in range(1, 9):
        now = NOW + timedelta(days=night)
        alerting.succeeded(home, Covered.whole("intake"), now)
        telling.run_failed(home, str(night), Covered.whole("publication"), events, now)  # type: ignore[arg-type]
        alerting.look(home, now + timedelta(hours=20))
    assert not {Kind.RUN_FAILED, Kind.NO_SUCCESS} & {e.alert.kind for e in entries(home)}
    alerting.look(home, NOW + timedelta(days=10))
    assert Kind.NO_SUCCESS in {e.alert.kind for e in entries(home)}, "now nothing runs any more"


def test_what_must_be_whole_for_every_job_is_told_once_for_all_of_them(home: Home) -> None:
    for job in ("intake", "publication"):
        place = alerting.Place(job, "verdicts", job)
        said = message("registry.parent", **dict.fromkeys(("row", "column", "code", "parent", "path"), "x"))
        alerting.failed(home, place, failing.of_record("RegistryError", said, home), NOW)
    assert len(entries(home)) == 1


def test_a_registry_that_was_lost_is_told_once_with_one_remedy_whoever_comes_to_it(
    home: Home, tmp_path: Path
) -> None:
    put_in_inbox(home, write_sound(home, "2020-N", tmp_path / "a.xlsx"), UNIT, NOW)
    runs.run_job(home, "intake", Silent(), config={"notices": {"delivers": False}})
    shutil.rmtree(home.registry)
    with pytest.raises(RegistryError) as raised:
        load_registry(home.registry)
    stop = failing.of_record("RegistryError", str(raised.value), home)
    alerting.failed(home, alerting.Place("intake", "landed_submissions", "run"), stop, NOW)
    assert isinstance(look(home, NOW), dg.RunRequest)
    deliver(home, NOW)
    (entry,) = [e for e in entries(home) if e.alert.kind is Kind.RUN_FAILED]
    said = entry.alert.facts["said"]["en"]
    assert "back from a backup" in said and "tongket init" not in said


def test_a_run_from_the_command_line_that_fails_is_told(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "landing")

    monkeypatch.setattr("ingestion.pipeline.land_inbox", broken)
    outcome = runs.run_job(home, "intake", Silent())
    assert outcome.failure is not None
    (entry,) = [e for e in entries(home) if e.alert.kind is Kind.RUN_FAILED]
    words = compose([entry.alert], load_registry(home.registry), "en", "TK").body
    assert "taking in files" in words and "The disk was full" in words and "There is no release yet" in words


def test_a_run_whose_mail_finds_no_server_has_done_its_work_and_the_mail_goes_out_when_there_is_one(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as free:
        free.bind((HOST, 0))
        port = int(free.getsockname()[1])
    server = f"mailto://{HOST}:{port}?from=tongket@vidu.example&mode=insecure"
    monkeypatch.setenv(MAIL_SERVER_VARIABLE, server)
    rows = ("org_code,role,channel,language", f"{UNIT},clerk,mailto://nx@vidu.example,vi")
    rows += (",data_team,folder://team,vi",)
    (home.registry / "contacts.csv").write_text("\n".join(rows), encoding="utf-8")
    now = datetime.now(UTC)
    Outbox(home.outbox).open(now - timedelta(days=1))
    put_in_inbox(home, write_sound(home, "2020-N", tmp_path / "a.xlsx", unsound), UNIT, now)
    failure = runs.run_job(home, "intake", Silent()).failure
    assert failure is not None and failure.step == "notices", "nothing of what was due was sent"
    assert Kind.RUN_FAILED not in {e.alert.kind for e in entries(home)}
    assert "intake" in successes_of(home, now).jobs, "the run has done its work"
    ledger = home.ledger.read_bytes()
    assert Ledger(home.ledger).replay().submissions[NAME].verdict is not None
    assert (home.returns / UNIT / f"{NAME}.xlsx").is_file()
    for hour in (1, 2, 3):
        assert not mails(home)
        deliver(home, now + timedelta(hours=hour))
    (told,) = mails(home)
    assert "nx@vidu.example" in told, "the channel that fails is told of through the one that is left"
    box = Mailbox()
    controller = Controller(box, hostname=HOST, port=port)
    controller.start()
    try:
        for hour in (4, 5):
            assert deliver(home, now + timedelta(hours=hour)).success
    finally:
        controller.stop()
    assert [to for to, _ in box.mails] == [["nx@vidu.example"]] and box.attachments() == [f"{NAME}.xlsx"]
    assert all(e.over_at for e in entries(home) if e.alert.kind is Kind.DELIVERY_FAILED)
    assert home.ledger.read_bytes() == ledger, "nothing was taken in or judged again"


def test_what_a_run_stops_at_is_said_in_both_languages(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object, **__: object) -> None:
        raise OutOfRoomError("warehouse.no_disk", folder=home.build)

    monkeypatch.setattr("ingestion.pipeline.land_inbox", broken)
    failure = runs.run_job(home, "intake", Silent()).failure
    assert failure is not None
    said = {language: message("warehouse.no_disk", language, folder=home.build) for language in ("vi", "en")}
    assert {language: failure.told(language) for language in ("vi", "en")} == said


def killed_run(instance: dg.DagsterInstance, began: tuple[str, ...], ended: tuple[str, ...]) -> None:
    """Record a run of the command line that began some steps, ended some of them, and then was no more."""
    kinds, done = dg.DagsterEventType, StepSuccessData(duration_ms=1.0)
    events: list[tuple[dg.DagsterEventType, str | None]] = [(kinds.PIPELINE_START, None)]
    for step in began:
        events += [(kinds.STEP_START, step), *[(kinds.STEP_SUCCESS, step)] * (step in ended)]
    tags = {LAUNCHED_BY_TAG: COMMAND_LINE}
    run = instance.create_run_for_job(defs.resolve_job_def("intake"), tags=tags)
    for kind, step in events:
        data = done if kind is kinds.STEP_SUCCESS else None
        event = dg.DagsterEvent(kind.value, "intake", step_key=step, event_specific_data=data)
        entry = dg.EventLogEntry(
            error_info=None,
            level="debug",
            user_message="",
            run_id=run.run_id,
            timestamp=NOW.timestamp(),
            step_key=step,
            dagster_event=event,
        )
        instance.handle_new_event(entry)


UNKNOWN_STEP = "at which step is not known"


@pytest.mark.parametrize(
    ("began", "ended", "place"),
    [
        (("landed_submissions", "verdicts"), ("landed_submissions",), "at this step: judging reports"),
        (("landed_submissions",), ("landed_submissions",), UNKNOWN_STEP),
        ((), (), UNKNOWN_STEP),
    ],
)
def test_a_killed_run_is_told_at_the_next_start_with_its_step_though_that_succeeds(
    home: Home, began: tuple[str, ...], ended: tuple[str, ...], place: str
) -> None:
    with open_instance(home) as instance:
        killed_run(instance, began, ended)
    runs.run_job(home, "intake", Silent(), config={"notices": {"delivers": False}})
    (entry,) = [e for e in entries(home) if e.alert.kind is Kind.RUN_FAILED]
    assert entry.over_at is not None and entry.closed_at is None
    words = compose([entry.alert], load_registry(home.registry), "en", "TK")
    assert "process ended" in words.body and place in words.body and "beginning to" not in words.body
    assert words.subject.endswith("A run was broken off") is (place == UNKNOWN_STEP)


def test_a_killed_run_is_told_with_its_step_by_the_page_that_is_open(home: Home) -> None:
    with open_instance(home) as instance:
        killed_run(instance, ("landed_submissions", "verdicts"), ("landed_submissions",))
        inbox_sensor(dg.build_sensor_context(instance, resources=resources(home, NOW), definitions=defs))
    (entry,) = [e for e in entries(home) if e.alert.kind is Kind.RUN_FAILED]
    assert (entry.alert.facts["cause"], entry.alert.facts["step"]) == (failing.KILLED, "verdicts")


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


QUALITY = dg.AssetCheckKey(dg.AssetKey("verdicts"), "quality")


def check_quality(
    home: Home, instance: dg.DagsterInstance, tags: Mapping[str, str]
) -> dg.ExecuteInProcessResult:
    job = defs.resolve_implicit_global_asset_job_def().get_subset(asset_check_selection={QUALITY})
    return job.execute_in_process(instance=instance, resources=resources(home, NOW), tags=dict(tags))


def state_of_periods(instance: dg.DagsterInstance) -> dict[str | None, bool]:
    infos = instance.event_log_storage.get_asset_check_partition_info([QUALITY])
    return {
        info.partition_key: info.latest_execution_status is AssetCheckExecutionRecordStatus.SUCCEEDED
        for info in infos
        if info.is_current
    }


def test_the_check_of_a_period_shows_what_is_over_its_thresholds_in_it(
    home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    facts = {"measure": "late", "count": 5, "filed": 9, "names": [UNIT], "threshold": 0.5}
    late = Alert(Kind.SHARE_OF_PERIOD, "", NOW, Role.DATA_TEAM, period="2020-N", facts=facts)
    of_unit = Alert(Kind.SHARE_OF_UNIT, "", NOW, Role.DATA_TEAM, UNIT, facts=facts)
    found = [late, of_unit]
    monkeypatch.setattr("orchestration.quality_checks.filing_alerts", lambda *_: found)
    with dg.DagsterInstance.ephemeral() as instance:
        add_periods(instance, ["2019-N", "2020-N"])
        for period in ("2019-N", "2020-N", "2019-N"):
            instance.report_runless_asset_event(dg.AssetMaterialization("verdicts", partition=period))
        done = check_quality(home, instance, tags_of_everything(["2019-N", "2020-N"]))
        assert done.success
        assert state_of_periods(instance) == {"2019-N": True, "2020-N": False, None: False}
        *_, whole = done.get_asset_check_evaluations()
        assert whole.partition is None and whole.metadata["over"].value == 2
        with pytest.raises(NoPeriodError) as alone:
            check_quality(home, instance, {})
        assert "chọn" in alone.value.told("vi") and "Materialize" in alone.value.told("en")
        assert failing.has_words("NoPeriodError", str(alone.value)), "the alert tells it in our words"
        found.remove(late)
        assert check_quality(home, instance, {"dagster/partition": "2020-N"}).success
        assert state_of_periods(instance) == {"2019-N": True, "2020-N": True, None: False}


def test_thresholds_that_cannot_be_used_are_a_warning_and_stop_no_run(home: Home) -> None:
    (home.registry / "thresholds.yml").write_text("idle_days: 2\njump:\n  share: much\n", encoding="utf-8")
    with dg.DagsterInstance.ephemeral() as instance:
        add_periods(instance, ["2020-N"])
        done = check_quality(home, instance, tags_of_everything(["2020-N"]))
    assert done.success
    for evaluation in done.get_asset_check_evaluations():
        assert not evaluation.passed and evaluation.severity is dg.AssetCheckSeverity.WARN
        assert "thresholds.yml, line 3, jump.share: “much”" in str(evaluation.description)
        assert "those that are shipped are used" in str(evaluation.description)
