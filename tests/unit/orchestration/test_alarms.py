"""What fails is told, whatever it was that failed: by the last contacts that could be read, in words, once."""

import errno
import io
import json
import os
import socket
import stat
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from logging import getLogger
from pathlib import Path
from string import Formatter
from typing import Any

import duckdb
import pytest
from aiosmtpd.controller import Controller
from click.testing import Result
from dagster import DagsterRunStatus
from dagster._core.remote_origin import RegisteredCodeLocationOrigin, RemoteRepositoryOrigin
from dagster._core.scheduler.instigation import (
    InstigatorState,
    InstigatorStatus,
    InstigatorType,
    SensorInstigatorData,
)

from ingestion.alerts.alert import Alert, Kind, Role
from ingestion.alerts.channels import MAIL_SERVER_VARIABLE
from ingestion.alerts.outbox import Entry, Outbox
from ingestion.alerts.thresholds import in_force
from ingestion.alerts.wording import compose
from ingestion.definitions.overlay import OwnFileError, catalogue_of
from ingestion.definitions.registry import NO_REGISTRY
from ingestion.gate import rule_book
from ingestion.storage.home import Home
from ingestion.validations.store import KeptResults, Validation
from ingestion.words.labels import Language
from ingestion.words.messages import ToldError, load_messages, message
from orchestration import alerting, environment, failing, telling
from orchestration.alarm import command_failed
from orchestration.errors import BrokenError
from orchestration.health import examine
from orchestration.instance import open_instance
from orchestration.resources import TongketHome
from orchestration.texts import Invocation
from orchestration.warehouse import candidate_database
from reports.render import RenderError, RenderReport
from tests.support.mailbox import HOST, Mailbox

Call = Callable[..., Result]
NOW = datetime(2021, 1, 15, 2, tzinfo=UTC)
CONTACTS = "org_code,role,channel,language\n,data_team,folder://to-du-lieu,vi\n"


@pytest.fixture
def told(home: Home, call: Call) -> Home:
    """Give a state folder whose contacts were read once."""
    (home.registry / "contacts.csv").write_text(CONTACTS, encoding="utf-8")
    assert call("alerts").exit_code == 0
    return home


def mails(home: Home) -> list[str]:
    return [path.read_text(encoding="utf-8") for path in sorted(home.mailboxes.rglob("*.eml"))]


def failures(home: Home) -> list[Entry]:
    return [e for e in Outbox(home.outbox).read()[0] if e.alert.kind is Kind.RUN_FAILED]


def breaking(home: Home, table: str) -> None:
    path = home.registry / f"{table}.csv"
    path.write_text(path.read_text(encoding="utf-8") + "VD-NX,,,,,,,,\n", encoding="utf-8")


@pytest.mark.parametrize("table", ["contacts", "organisations", "calendar"])
def test_a_broken_registry_reaches_the_data_team_with_file_and_row_and_closes_itself(
    told: Home, call: Call, table: str
) -> None:
    sound = (told.registry / f"{table}.csv").read_bytes()
    row = len(sound.decode().splitlines()) + 1
    breaking(told, table)
    assert call("run").exit_code == 2
    assert call("run").exit_code == 2
    result = call("alerts", "--deliver")
    assert result.exit_code == 2 and f"{table}.csv, row {row}" in result.output
    (mail,) = mails(told)
    assert f"{table}.csv, dòng {row}" in mail
    (told.registry / f"{table}.csv").write_bytes(sound)
    assert call("alerts", "--deliver").exit_code == 0
    (entry,) = failures(told)
    assert entry.over_at is not None
    assert len(mails(told)) == 1


def test_rows_of_a_registry_that_do_not_fit_hold_back_the_publication_and_nothing_else(
    told: Home, call: Call
) -> None:
    path = told.registry / "terms.csv"
    sound = path.read_text(encoding="utf-8")
    assert "2015-2020-NK,2016,2020" in sound
    path.write_text(sound.replace("2015-2020-NK,2016,2020", "2015-2020-NK,2015,2020"), encoding="utf-8")
    run = call("run")

    assert run.exit_code != 0
    assert "terms.csv:3" in run.output and "tongket registry check" in run.output
    assert not candidate_database(told).exists()
    assert call("alerts", "--deliver").exit_code == 0
    (mail,) = mails(told)
    assert "terms.csv:3" in mail and "tongket registry check" in mail
    with open_instance(told) as instance:
        ended = {run.job_name: run.status for run in instance.get_runs()}
    assert ended == {"intake": DagsterRunStatus.SUCCESS, "publication": DagsterRunStatus.FAILURE}


def test_a_command_that_breaks_before_any_step_is_told_by_its_name(told: Home, call: Call) -> None:
    command_failed(told, "run", RuntimeError("x"), BrokenError("x", told.build / "x.log"))
    (entry,) = failures(told)
    for language, said in (("vi", "bước: chạy lệnh tongket run"), ("en", "step: running tongket run")):
        assert said in compose([entry.alert], NO_REGISTRY, language, "TK").body
    of_earlier = replace(entry.alert, facts=entry.alert.facts | {"step": "command"})
    assert "bước: chạy lệnh." in compose([of_earlier], NO_REGISTRY, "vi", "TK").body


def garbled_form(home: Home) -> Path:
    path = home.registry / "forms" / "B20.yml"
    path.parent.mkdir()
    path.write_bytes(b"\xff\xfe: [")
    return path


def cut_indicators(home: Home) -> Path:
    path = home.registry / "indicators" / "x.yml"
    path.parent.mkdir()
    path.write_text("a: [", encoding="utf-8")
    return path


def file_for_a_folder(home: Home) -> Path:
    (home.registry / "forms").write_text("", encoding="utf-8")
    return home.registry / "forms"


@pytest.mark.parametrize("broken", [garbled_form, cut_indicators, file_for_a_folder])
def test_a_file_of_the_office_that_breaks_reaches_the_data_team_by_name_and_closes_itself(
    told: Home, call: Call, broken: Callable[[Home], Path]
) -> None:
    path = broken(told)
    place = str(path.relative_to(told.root))
    run = call("run")
    assert run.exit_code != 0 and place in run.output
    for _ in range(2):
        result = call("alerts", "--deliver")
        assert result.exit_code == 2 and place in result.output
    (mail,) = mails(told)
    assert place in mail and "người phát triển" not in mail
    path.unlink()
    assert call("alerts", "--deliver").exit_code == 0
    (entry,) = failures(told)
    assert entry.over_at is not None and len(mails(told)) == 1


def test_the_alarm_of_rules_that_break_is_sent_and_stands_until_they_can_be_read(
    told: Home, call: Call
) -> None:
    path = told.registry / "rules" / "x.yml"
    path.parent.mkdir()
    path.write_text("V900: [", encoding="utf-8")
    with pytest.raises(OwnFileError) as error:
        rule_book(catalogue_of(told))
    stop = failing.of_record("OwnFileError", str(error.value), told)
    alerting.failed(told, alerting.Place("intake", "verdicts", "run"), stop, NOW)
    for _ in range(2):
        assert call("alerts", "--deliver").exit_code == 0, "rules keep nobody from looking at what is due"
    (mail,) = mails(told)
    assert "registry/rules/x.yml" in mail and failures(told)[0].over_at is None
    path.unlink()
    assert call("alerts", "--deliver").exit_code == 0
    assert failures(told)[0].over_at is not None


def test_what_waits_is_sent_where_looking_for_more_fails_in_a_way_that_nobody_foresaw(
    told: Home, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    alerting.failed(told, alerting.Place("intake", "verdicts"), failing.of_record("", "x", told), NOW)

    def broken(*_: object) -> None:
        raise KeyError("nobody foresaw this")

    monkeypatch.setattr("orchestration.alerting.deadline_alerts", broken)
    assert call("alerts", "--deliver").exit_code == 70
    assert len(mails(told)) == 1


@pytest.fixture
def forbidden(told: Home, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Have the system refuse whatever lies in the registry, as for a user who may not enter it."""

    def guarded(function: Callable[..., Any], *, lists: bool = False) -> Callable[..., Any]:
        def guard(path: Any, *args: Any, **kwargs: Any) -> Any:
            place = Path(path) if isinstance(path, str | os.PathLike) else Path()
            if place.is_relative_to(told.registry) and (lists or place != told.registry):
                raise PermissionError(errno.EACCES, "Permission denied", str(path))
            return function(path, *args, **kwargs)

        return guard

    for module, name in ((os, "stat"), (os, "lstat"), (io, "open")):
        monkeypatch.setattr(module, name, guarded(getattr(module, name)))
    for name in ("listdir", "scandir"):
        monkeypatch.setattr(os, name, guarded(getattr(os, name), lists=True))
    return told.registry


@pytest.mark.usefixtures("forbidden")
def test_a_registry_that_nobody_may_open_reaches_the_last_contacts_and_doctor_says_so(
    told: Home, call: Call
) -> None:
    assert call("run").exit_code == 2
    for _ in range(2):
        result = call("alerts", "--deliver")
        assert result.exit_code == 2 and "permission" in result.output
    assert sorted(mail.count("organisations.csv") for mail in mails(told)) == [0, 1], (
        "the other is of thresholds"
    )
    things = {found.name: found for found in examine(Invocation(told, "en"))}
    assert things["registry"].state == "broken" and "permission" in things["registry"].detail


@pytest.mark.parametrize("how", ["emptied", "a folder", "a link to nothing"])
def test_contacts_that_break_leave_the_last_readable_ones_in_force(told: Home, call: Call, how: str) -> None:
    path, kept = told.registry / "contacts.csv", (told.outbox / ".contacts").read_bytes()
    path.unlink()
    if how == "emptied":
        path.write_bytes(b"")
    elif how == "a folder":
        path.mkdir()
    else:
        path.symlink_to(path.with_name("gone.csv"))
    for _ in range(2):
        result = call("alerts", "--deliver")
        assert result.exit_code == 2 and "contacts.csv, row 1" in result.output
    assert (told.outbox / ".contacts").read_bytes() == kept
    (mail,) = mails(told)
    assert "contacts.csv, dòng 1" in mail


def test_a_table_that_was_emptied_is_what_people_are_told_of(told: Home, call: Call) -> None:
    for name in ("organisations", "targets"):
        (told.registry / f"{name}.csv").write_bytes(b"")
    assert call("run").exit_code == 2
    call("alerts", "--deliver")
    (mail,) = mails(told)
    assert "organisations.csv, dòng 1" in mail


def test_thresholds_that_cannot_be_used_are_told_with_file_and_line_while_the_last_that_could_hold(
    told: Home, call: Call
) -> None:
    path = told.registry / "thresholds.yml"
    path.write_text("idle_days: 3\n", encoding="utf-8")
    assert call("alerts").exit_code == 0
    path.write_text("idle_days: 3\njump:\n  share: 30\n", encoding="utf-8")
    for _ in range(2):
        result = call("alerts", "--deliver")
        assert result.exit_code == 0 and "thresholds.yml, line 3, jump.share: “30”" in result.output
    (mail,) = mails(told)
    assert "thresholds.yml, dòng 3, jump.share" in mail and "ngưỡng đọc được lần cuối" in mail
    assert "dừng" not in mail, "nothing has stopped"
    assert in_force(told).thresholds.idle_days == 3
    path.unlink()
    assert call("alerts", "--deliver").exit_code == 0
    (entry,) = failures(told)
    assert entry.over_at is not None and in_force(told).error is None


def test_results_that_cannot_be_kept_are_told_once_and_that_ends_when_they_are(told: Home, call: Call) -> None:
    batch = Validation("2020-N", environment.now(), [])

    def keep(*periods: str) -> list[failing.Told]:
        results = KeptResults()
        for period in periods:
            results.keep(told, replace(batch, period=period))
        return alerting.results_kept(told, results, "verdicts", environment.now())

    told.validations.write_text("a file in the way", encoding="utf-8")
    for _ in range(2):
        (said,) = keep("2020-N", "2019-N")
        assert str(told.validations) in said["vi"] and "Chuyển tệp đó đi" in said["vi"]
    assert call("alerts", "--deliver").exit_code == 0
    (mail,) = mails(told)
    assert "Không lưu được kết quả kiểm tra" in mail and str(told.validations) in mail
    state = {found.name: found.state for found in examine(Invocation(told, "en"))}
    assert state["validations"] == "broken"
    alerting.succeeded(told, alerting.Covered.whole("intake"), environment.now())
    assert [e.over_at for e in failures(told)] == [None], "a run that succeeds keeps nothing by that"
    told.validations.unlink()
    (told.validations / "2019-N").parent.mkdir()
    (told.validations / "2019-N").write_text("in the way of one period", encoding="utf-8")
    (said,) = keep("2020-N", "2019-N")
    assert str(told.validations / "2019-N") in said["en"]
    ended, standing = failures(told)
    assert (ended.over_at is None, standing.over_at is None) == (False, True)
    keep("2020-N")
    assert failures(told)[1].over_at is None, "that one can be kept says nothing of the other"
    (told.validations / "2019-N").unlink()
    assert keep("2019-N") == [] and all(e.over_at for e in failures(told))


def test_contacts_that_are_gone_are_those_that_were_read_last_and_nobody_else_reads_them(
    told: Home, call: Call
) -> None:
    contacts = f"{CONTACTS}VD-NX,clerk,folder://nui-xanh,vi\n"
    (told.registry / "contacts.csv").write_text(contacts, encoding="utf-8")
    assert call("alerts").exit_code == 0
    name = "VD-NX.2020-N.r1"
    held = Alert(
        Kind.ON_HOLD, name, environment.now(), Role.CLERK, "VD-NX", "2020-N", name, {"original_name": "b"}
    )
    Outbox(told.outbox).add([held])
    (told.registry / "contacts.csv").unlink()
    (told.registry / "terms.csv").unlink()
    call("alerts", "--deliver")
    for_clerk, for_team = mails(told)
    assert "terms.csv" in for_team and "terms.csv" not in for_clerk and "b" in for_clerk
    assert stat.S_IMODE((told.outbox / ".contacts").stat().st_mode) == 0o600


def test_contacts_are_written_only_when_they_are_others_and_a_full_disk_keeps_nobody_from_being_told(
    told: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[Path] = []

    def write(path: Path, content: bytes) -> None:
        written.append(path)
        if len(written) > 1:
            raise OSError(errno.ENOSPC, "No space left on device", str(path))
        path.write_bytes(content)

    monkeypatch.setattr("ingestion.alerts.directory.write_durably", write)
    path = told.registry / "contacts.csv"
    path.write_text(f"{CONTACTS}VD-NX,clerk,folder://a,vi\n", encoding="utf-8")
    for _ in range(3):
        alerting.watch(told, environment.now())
    assert len(written) == 1
    with monkeypatch.context() as patch:  # nothing is even compared
        patch.setattr("ingestion.alerts.directory._KEPT", None)
        alerting.watch(told, environment.now())
    path.write_text(f"{CONTACTS}VD-NX,clerk,folder://bb,vi\n", encoding="utf-8")
    found = alerting.look(told, environment.now())
    assert len(written) > 1 and found.trouble is None
    assert found.directory.registry.contacts[-1].channel == "folder://bb"


def test_a_command_that_crashes_is_told_with_the_place_of_its_traceback(
    told: Home, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> None:
        raise ValueError("nobody foresaw this")

    monkeypatch.setattr("orchestration.standing.demand_whole", broken)
    assert call("publish").exit_code == 70
    (entry,) = failures(told)
    said = entry.alert.facts["said"]["en"]
    assert "tongket publish" in said and "ValueError" not in said
    assert Path(said.partition("details: ")[2].partition(". Send")[0]).is_file()


def test_what_was_typed_wrongly_or_has_to_wait_alarms_nobody(told: Home, call: Call) -> None:
    assert call("run", "--period", "2019-12").exit_code == 2
    assert call("publish").exit_code == 2
    assert failures(told) == []


def fields_of(key: str) -> dict[str, str]:
    return {name: f"<{name}>" for _, name, *_ in Formatter().parse(load_messages()[key].vi) if name}


def filled(key: str) -> str:
    return message(key, "vi", **fields_of(key))


REFUSED = {
    "failures": 9,
    "failed": [{"check": "c", "message": f"lệch {n}", "message_en": f"off by {n}"} for n in range(9)],
}


@pytest.mark.parametrize(
    ("kind", "said", "gate", "found"),
    [
        ("RegistryError", filled("registry.parent"), None, "<code> is under <parent>"),
        ("CatalogueError", "forms/B01.yml: code is declared twice", None, "forms/B01.yml"),
        (
            "DagsterDbtCliRuntimeError",
            "dbt.log: 1 of 2 FAIL\nTraceback",
            None,
            "models or tests that failed: 1",
        ),
        ("OutOfRoomError", filled("warehouse.no_memory"), None, "memory"),
        (failing.GATE, "blocked", REFUSED, "refuses figures (9)"),
        ("RenderError", filled("render.error.no_quarto"), None, "QUARTO_PATH names <path>, and there is no"),
        ("OSError", "[Errno 28] No space left on device: '/a/b'", None, "The disk was full while /a/b"),
        ("LostLedgerError", filled("landing.ledger.lost"), None, "Restore landing/ledger.jsonl"),
        ("DamagedOriginalsError", filled("landing.originals_damaged"), None, "<"),
        (failing.KILLED, "", None, "The process ended before the run did"),
        ("DagsterExecutionInterruptedError", "", None, "The process ended before the run did"),
        ("KeyError", "'value'", None, "nobody foresaw"),
    ],
)
def test_each_cause_is_told_in_the_readers_words_with_what_stays_up(
    home: Home, kind: str, said: str, gate: dict[str, object] | None, found: str
) -> None:
    results = home.build / "dbt" / "run_results.json"
    results.parent.mkdir(parents=True)
    nodes = [{"unique_id": f"model.tongket.{name}", "status": name} for name in ("error", "success")]
    results.write_text(json.dumps({"results": nodes}), encoding="utf-8")
    stop = failing.of_record(kind, said, home, gate)
    alerting.failed(home, alerting.Place("publication", "candidate_publication_gate"), stop, environment.now())
    (entry,) = failures(home)
    words = compose([entry.alert], NO_REGISTRY, "en", "TK").body
    assert found in words and "the publication gate" in words and "There is no release yet" in words
    assert kind == failing.KILLED or kind not in words
    assert "Traceback" not in words
    if gate:
        assert "– off by 4\n– … and 4 more." in words and "off by 5" not in words
    vietnamese = compose([entry.alert], NO_REGISTRY, "vi", "TK").body
    assert "Lượt chạy đã dừng ở bước: kiểm tra trước phát hành" in vietnamese


def test_a_test_of_the_warehouse_that_failed_is_told_with_its_first_row(home: Home) -> None:
    query = "select 'total' as whole, 7 as found, 8 as expected, * from filed order by 4"
    nodes: list[dict[str, object]] = [
        {"unique_id": "test.tongket.parts_make_wholes.1", "status": "fail", "compiled_code": query},
        {"unique_id": "test.tongket.unknown.1", "status": "fail", "compiled_code": "select * from nothing"},
        {"unique_id": "model.tongket.broken", "status": "error", "compiled_code": query},
        {"unique_id": "test.tongket.sound.1", "status": "pass", "compiled_code": query},
    ]
    (home.build / "dbt").mkdir(parents=True)
    (home.build / "dbt" / "run_results.json").write_text(json.dumps({"results": nodes}), encoding="utf-8")
    with duckdb.connect(str(candidate_database(home))) as built:
        built.execute(
            "create table filed as select * from (values ('VD-NX.2019-N.r1', null), ('Z', 1)) as f(s, n)"
        )

    stop = failing.of_record("WarehouseBuildError", "FAIL 2", home)

    assert [sample["vi"] for sample in stop.samples] == [
        "broken",
        "parts_make_wholes: whole total, found 7, expected 8, s VD-NX.2019-N.r1",
        "unknown",
    ]
    assert stop.condition == "dbt broken,parts_make_wholes,unknown"


def test_pages_that_did_not_come_out_are_the_samples_and_the_log_is_named(home: Home) -> None:
    errors = tuple(f"pages/{n}.qmd: line {n}: no such label" for n in range(1, 8))
    report = RenderReport("embedded", home.build, (), errors, (), home.build / "pages.log")
    with pytest.raises(RenderError) as raised:
        report.require_success()
    stop = failing.of_record("RenderError", str(raised.value), home)
    assert [sample["en"] for sample in stop.samples] == list(errors[:5]) and stop.count == 7
    alerting.failed(home, alerting.Place("publication", "rendered_reports"), stop, environment.now())
    (entry,) = failures(home)
    body = compose([entry.alert], NO_REGISTRY, "en", "TK").body
    assert str(report.log) in body and "– pages/5.qmd: line 5: no such label\n– … and 2 more." in body
    assert "trang" not in body and "đầu ra" not in body


def test_every_text_that_an_error_says_can_be_told_again_in_english() -> None:
    """So that no cause reaches a reader as a failure of the program that has words of its own."""
    families = ("registry.", "catalogue.", "token.", "report.error.", "render.error.", "warehouse.", "signing.")
    # Of pages that did not come out the alert has words of its own.
    keys = [key for key in load_messages() if key.startswith(families) and key != "render.error.pages"]
    lost = []
    for key in keys:
        error = ToldError(key, **fields_of(key))
        if failing.of_record("ToldError", str(error), Home(Path("/x"))).said["en"] != error.told("en"):
            lost.append(key)
    assert len(keys) > 30 and lost == []


@pytest.mark.parametrize(("language", "other"), [("en", "vi"), ("vi", "en")])
def test_a_missing_mail_server_is_told_in_the_readers_language(
    home: Home, call: Call, monkeypatch: pytest.MonkeyPatch, language: Language, other: Language
) -> None:
    rows = f"org_code,role,channel,language\n,data_team,mailto://a@vidu.vn,{language}\n"
    (home.registry / "contacts.csv").write_text(rows, encoding="utf-8")
    monkeypatch.delenv(MAIL_SERVER_VARIABLE, raising=False)
    alerting.failed(home, alerting.Place("intake", "verdicts"), failing.of_record("KeyError", "x", home), NOW)
    key, fields = "alert.error.no_mail_server", {"variable": MAIL_SERVER_VARIABLE}
    reason, strange = message(key, language, **fields), message(key, other, **fields)
    shown = call("alerts", "--deliver", "--json", language=language)
    assert shown.exit_code == 1 and reason in shown.stderr and strange not in shown.output
    (alert,) = [one for one in json.loads(shown.stdout) if one["kind"] == "run_failed"]
    assert [delivery["error"] for delivery in alert["deliveries"]] == [reason]
    call("alerts")
    told = [e for e in Outbox(home.outbox).read()[0] if e.alert.kind is Kind.DELIVERY_FAILED]
    body = compose([told[0].alert], NO_REGISTRY, language, "TK").body
    assert reason in body and strange not in body
    with pytest.raises(telling.DeliveryFailedError) as raised:
        telling.tell(TongketHome(root=str(home.root)), environment.now() + timedelta(days=1), getLogger())
    assert reason in raised.value.told(language) and strange not in raised.value.told(language)


def test_doctor_names_the_missing_mail_server(home: Home, call: Call, monkeypatch: pytest.MonkeyPatch) -> None:
    (home.registry / "contacts.csv").write_text(
        "org_code,role,channel,language\n,data_team,mailto://a@vidu.vn,vi\n", encoding="utf-8"
    )
    monkeypatch.delenv("TONGKET_MAIL_SERVER", raising=False)
    said = {found["name"]: found for found in json.loads(call("doctor", "--json").stdout)["things"]}
    assert said["contacts"]["state"] == "broken" and "TONGKET_MAIL_SERVER" in said["contacts"]["detail"]
    monkeypatch.setenv("TONGKET_MAIL_SERVER", "mailtos://u:p@mail.vidu.vn")
    said = {found["name"]: found for found in json.loads(call("doctor", "--json").stdout)["things"]}
    assert "TONGKET_MAIL_SERVER" not in said["contacts"]["detail"]


def test_doctor_greets_the_mail_server_and_says_which_thresholds_are_wrong(
    home: Home, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    def said() -> dict[str, tuple[str, str]]:
        invocation = Invocation(home, "en")
        return {found.name: (found.state, found.detail) for found in examine(invocation)}

    rows = "org_code,role,channel,language\n,data_team,mailto://a@vidu.vn,vi\n"
    (home.registry / "contacts.csv").write_text(rows, encoding="utf-8")
    monkeypatch.delenv("TONGKET_MAIL_SERVER", raising=False)
    assert not {"mail_server", "thresholds", "automation"} & said().keys(), "there is nothing to say"
    controller = Controller(Mailbox(), hostname=HOST, port=0)
    with socket.create_server((HOST, 0)) as silent:
        controller.port = silent.getsockname()[1]
    url = f"mailto://u:secret@{HOST}:{controller.port}?from=a@vidu.vn&mode=insecure"
    monkeypatch.setenv("TONGKET_MAIL_SERVER", url)
    state, detail = said()["mail_server"]
    assert (
        state == "broken" and f"{HOST}:{controller.port} does not answer" in detail and "secret" not in detail
    )
    controller.start()
    try:
        assert said()["mail_server"] == ("ok", f"{HOST}:{controller.port} answers")
    finally:
        controller.stop()
    monkeypatch.setenv("TONGKET_MAIL_SERVER", "mail.vidu.vn")
    assert "is no address of a mail server" in said()["mail_server"][1]
    (home.registry / "thresholds.yml").write_text("idle_days: 0\n", encoding="utf-8")
    state, detail = said()["thresholds"]
    assert state == "broken" and "thresholds.yml, line 1, idle_days" in detail


def test_doctor_says_what_was_turned_off(home: Home) -> None:
    repository = RemoteRepositoryOrigin(RegisteredCodeLocationOrigin("here"), "repository")
    states = {"outbox_sensor": InstigatorStatus.RUNNING, "inbox_sensor": InstigatorStatus.STOPPED}
    with open_instance(home) as instance:
        for name, status in states.items():
            origin, every = repository.get_instigator_origin(name), SensorInstigatorData()
            instance.add_instigator_state(InstigatorState(origin, InstigatorType.SENSOR, status, every))
    (found,) = [one for one in examine(Invocation(home, "en")) if one.name == "automation"]
    assert found.state == "broken" and "inbox_sensor" in found.detail and "outbox" not in found.detail
