"""init, template, submit, status, decisions, doctor: what they write, what they refuse, what they answer."""

import hashlib
import json
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from click.testing import Result

from ingestion.alerts.alert import Alert, Kind, Role
from ingestion.alerts.delivery import LONGEST_PAUSE, STUCK_FROM, deliver
from ingestion.alerts.outbox import Outbox
from ingestion.definitions.catalogue import load_catalogue
from ingestion.definitions.registry import load_registry
from ingestion.landing.events import Duplicate, Explained, Judged, Received, Reexamined, Unknown
from ingestion.landing.ledger import Ledger
from ingestion.records.findings import Finding, Verdict
from ingestion.records.submissions import Explanation
from ingestion.storage.home import Home
from orchestration.commands.doctor import needed_packages
from orchestration.state import prepare_instance
from reports.release import FigureChange
from reports.render import RenderError

SENT = datetime(2021, 1, 18, 2, 0, tzinfo=UTC)


def receive(home: Home, unit: str, period: str, revision: int, verdict: Verdict | None) -> str:
    name = f"{unit}.{period}.r{revision}"
    received = Received(
        submission=name,
        unit=unit,
        period=period,
        revision=revision,
        sha256=f"{abs(hash(name)):064x}",
        file=f"landing/{name}.xlsx",
        original_name=f"{name}.xlsx",
        received_at=SENT,
        kind="xlsx",
        period_basis="CUMULATIVE",
        arrival=name,
        at=SENT,
    )
    events: list[Received | Judged] = [received]
    if verdict is not None:
        events.append(Judged(name, verdict, "rules", (), (), {}, (), SENT))
    with Ledger(home.ledger).writing() as ledger:
        ledger.append(events)
    return name


def test_init_writes_a_registry_that_loads_and_owes_something(call, tmp_path: Path) -> None:
    folder = tmp_path / "new"
    result: Result = call("init", folder)
    assert result.exit_code == 0, result.output
    registry = load_registry(folder / "registry")
    assert registry.owed(load_catalogue())
    assert (folder / "dagster" / "dagster.yaml").is_file()
    known = load_catalogue().indicators
    assert {target.indicator_code for target in registry.targets} <= set(known)


def test_init_never_overwrites_a_registry(call, home: Home) -> None:
    edited = home.registry / "terms.csv"
    edited.write_text("edited", encoding="utf-8")
    result = call("init", home.root)
    assert result.exit_code == 1
    assert str(home.registry) in result.output
    assert edited.read_text(encoding="utf-8") == "edited"


def test_template_writes_a_workbook_and_does_not_overwrite_it(call, tmp_path: Path) -> None:
    path = tmp_path / "blank.xlsx"
    args = ("template", "--unit", "VD-SM", "--period", "N-2020", "-o", path)
    assert call(*args).exit_code == 0
    first = path.read_bytes()
    assert first[:2] == b"PK"
    assert call(*args).exit_code == 2
    assert call(*args, "--force").exit_code == 0
    assert path.read_bytes() == first


@pytest.mark.parametrize(
    ("args", "code", "said"),
    [
        ("--unit VD-SN --period 2020-N", 2, "VD-SM"),
        ("--unit VD-SM --period 2020-X", 2, "2020-N"),
        ("--unit VD-SM --period 2031-N", 2, "2031-N"),
        ("--unit VD-SM-01 --period 2020-N", 1, "VD-SM-01"),
    ],
)
def test_template_names_what_it_does_not_know(call, tmp_path: Path, args: str, code: int, said: str) -> None:
    result = call("template", *args.split(), "-o", tmp_path / "x.xlsx")
    assert result.exit_code == code
    assert said in result.output
    assert not (tmp_path / "x.xlsx").exists()


def test_submit_puts_a_file_in_the_units_folder_with_its_time_of_receipt(
    call, home: Home, tmp_path: Path
) -> None:
    from ingestion.landing import inbox

    path = tmp_path / "a.xlsx"
    path.write_bytes(b"bytes")
    result = call("submit", path, "--unit", "VD-SM", "--received-at", "2021-01-18T09:00:00+07:00")
    assert result.exit_code == 0, result.output
    (waiting,) = inbox.waiting(home)
    assert (waiting.folder, waiting.original_name, waiting.received_at) == ("VD-SM", "a.xlsx", SENT)


def test_submit_takes_nothing_if_one_path_is_missing(call, home: Home, tmp_path: Path) -> None:
    from ingestion.landing import inbox

    path = tmp_path / "a.xlsx"
    path.write_bytes(b"bytes")
    result = call("submit", path, tmp_path / "missing.xlsx")
    assert result.exit_code == 2
    assert "missing.xlsx" in result.output
    assert inbox.waiting(home) == []


def test_commands_on_a_folder_without_a_registry_say_how_to_get_one(tmp_path: Path) -> None:
    from click.testing import CliRunner

    from orchestration.cli import main

    for args in (["status"], ["run"], ["submit", str(tmp_path)], ["releases"], ["trace"]):
        result = CliRunner().invoke(main, ["--home", str(tmp_path / "none"), *args])
        assert result.exit_code == 2, args
        assert "Traceback" not in result.output


def test_status_lists_what_is_owed_and_what_became_of_it(call, home: Home) -> None:
    receive(home, "VD-SM", "2020-N", 1, Verdict.REJECTED)
    rows = {(row["unit"], row["period"]): row for row in json.loads(call("status", "--json").stdout)}
    assert rows["VD-SM", "2020-N"]["status"] == "rejected"
    assert rows["VD-SM", "2020-N"]["on_time"] is True
    assert rows["VD-NX", "2020-N"]["status"] == "missing"
    assert rows["VD-NX", "2020-N"]["due_on"] == "2021-01-20"


def test_status_shows_the_newest_revision_and_the_one_that_counts(call, home: Home) -> None:
    receive(home, "VD-SM", "2020-N", 1, Verdict.ACCEPTED)
    receive(home, "VD-SM", "2020-N", 2, Verdict.REJECTED)
    receive(home, "VD-NX", "2020-N", 1, None)
    rows = {row["unit"]: row for row in json.loads(call("status", "--period", "2020-N", "--json").stdout)}
    assert rows["VD-SM"]["status"] == "rejected"
    assert rows["VD-SM"]["submission"] == "VD-SM.2020-N.r2"
    assert rows["VD-SM"]["accepted"] == "VD-SM.2020-N.r1"
    assert rows["VD-NX"]["status"] == "pending"


def test_status_tells_withdrawn_and_refused_from_returned_and_counts_open_cases_as_a_run_does(
    call, home: Home
) -> None:
    receive(home, "VD-SM", "2020-N", 1, Verdict.ACCEPTED)
    refused = receive(home, "VD-SM", "2020-N", 2, Verdict.ON_HOLD)
    withdrawn = receive(home, "VD-NX", "2020-N", 1, Verdict.ACCEPTED)
    receive(home, "VD-SM", "unknown", 1, Verdict.UNREADABLE)
    assert "REFUSED" in call("reject", refused, "--reason", "đã công bố").output
    assert "ĐÃ RÚT" in call("reject", withdrawn, "--reason", "nhầm kỳ", language="vi").output
    rows = json.loads(call("status", "--json").stdout)
    found = {row["submission"]: (row["status"], row["decision"], row["told_as"]) for row in rows}
    assert found[refused] == ("rejected", "reject", "refused")
    assert found[withdrawn] == ("rejected", "reject", "withdrawn")
    assert found["VD-SM.unknown.r1"] == ("unreadable", None, "unreadable")
    shown = call("status").output
    assert "REFUSED" in shown and "WITHDRAWN" in shown
    opened = Ledger(home.ledger).replay().open_cases(load_registry(home.registry).known_periods)
    assert withdrawn in {str(record.key) for record in opened}
    assert f"1 accepted, {len(opened)} open" in " ".join(shown.split())


def test_status_history_prints_the_whole_trail_in_order(call, home: Home) -> None:
    name = receive(home, "VD-SM", "2020-N", 1, Verdict.NEEDS_EXPLANATION)
    told = Explained(name, (Explanation("V019", "B01", "C9", "chi bộ mới", 7),), SENT)
    duplicate = Duplicate(name, "VD-SM", "x", "lại.xlsx", SENT, "VD-SM/x", SENT)
    nobody = Unknown("lạ", "y", "inbox/_unknown/y", "y.xlsx", SENT, "lạ/y", SENT)
    with Ledger(home.ledger).writing() as ledger:
        ledger.append([told, duplicate, nobody])
    call("accept", name, "--reason", "xác nhận", "--by", "lan")
    call("reject", name, "--reason", "nhầm kỳ", "--by", "hoa")
    call("close", "2020-N", "--reason", "chốt số", "--by", "lan")
    call("reopen", "2020-N", "--unit", "VD-SM", "--until", "2021-03-31", "--reason", "bão", "--by", "hoa")
    rows = json.loads(call("status", "--history", "--json").stdout)
    events = ["received", "judged", "explained", "duplicate", "unknown", "decided", "decided"]
    assert [row["event"] for row in rows] == [*events, "period_closed", "period_reopened"]
    assert (rows[0]["unit"], rows[0]["period"], rows[0]["on_time"]) == ("VD-SM", "2020-N", True)
    assert (rows[1]["verdict"], rows[1]["unit"]) == ("needs_explanation", "VD-SM")
    assert rows[2]["explanations"][0]["text"] == "chi bộ mới"
    decisions = [(row["decision"], row["reason"], row["by"]) for row in rows[5:7]]
    assert decisions == [("accept", "xác nhận", "lan"), ("reject", "nhầm kỳ", "hoa")]
    assert (rows[7]["reason"], rows[7]["by"]) == ("chốt số", "lan")
    assert (rows[8]["unit"], rows[8]["until"]) == ("VD-SM", "2021-03-31")
    shown = call("status", "--history", "--unit", "VD-SM").output
    assert "chi bộ mới" in " ".join(shown.split()) and "y.xlsx" not in shown
    assert call("status", "--history", language="vi").exit_code == 0


def test_a_template_goes_into_a_workbook_that_can_be_written(call, home: Home, tmp_path: Path) -> None:
    asked = ("template", "--unit", "VD-SM", "--period", "2020-N", "-o")
    wrong = call(*asked, str(tmp_path / "a.csv"))
    assert (wrong.exit_code, (tmp_path / "a.csv").exists()) == (2, False)
    assert ".xlsx" in wrong.output
    (tmp_path / "file").write_text("")
    for path in (tmp_path / "file" / "a.xlsx", Path("/proc/a.xlsx")):
        refused = call(*asked, str(path))
        assert refused.exit_code == 2, refused.output
        assert str(path) in refused.output.replace("\n", "")


def test_what_closing_and_reopening_do_not_do_is_said(call, home: Home) -> None:
    close = ("close", "2020-N", "--by", "lan")
    reopen = ("reopen", "2020-N", "--unit", "VD-SM", "--reason", "bão", "--by", "hoa", "--until")
    assert "is closed" in call(*close).output
    assert "nothing was recorded" in call(*close).output
    assert "has passed" in call(*reopen, "2001-01-31").output
    assert "has passed" not in call(*reopen, "2999-01-31").output
    assert "is closed" in call(*close).output
    events = [row["event"] for row in json.loads(call("status", "--history", "--json").stdout)]
    assert events == ["period_closed", "period_reopened", "period_reopened", "period_closed"]


def test_status_counts_what_it_lists_and_names_the_revision_that_counts(call, home: Home) -> None:
    receive(home, "VD-SM", "2020-N", 1, Verdict.ACCEPTED)
    receive(home, "VD-SM", "2020-N", 2, Verdict.REJECTED)
    receive(home, "VD-NX", "2020-N", 1, Verdict.NEEDS_EXPLANATION)
    shown = " ".join(call("status", "--unit", "VD-SM", "--period", "2020-N").output.split())
    assert "VD-SM.2020-N.r2" in shown and "VD-SM.2020-N.r1" in shown
    assert "0 accepted, 1 open, 0 missing" in shown


def test_status_shows_moments_as_the_clocks_of_vietnam_did(call, home: Home) -> None:
    receive(home, "VD-SM", "2020-N", 1, Verdict.ACCEPTED)
    assert "2021-01-18 09:00" in call("status").output
    assert "2021-01-18 09:00" in call("status", "--history").output
    assert "18/01/2021 09:00" in call("status", language="vi").output


def test_status_says_which_verdicts_a_correction_has_put_in_question(call, home: Home) -> None:
    name = receive(home, "VD-SM", "2020-N", 1, Verdict.ACCEPTED)
    appeared = Finding("V015", "error", "B01", "C9", "40", "41", "sai", "wrong")
    asked = Reexamined(name, ("VD-SM.2019-N.r2",), "1", (appeared,) * 7, (), SENT)
    with Ledger(home.ledger).writing() as ledger:
        ledger.append([asked])
    rows = {row["unit"]: row for row in json.loads(call("status", "--period", "2020-N", "--json").stdout)}
    assert (rows["VD-SM"]["status"], rows["VD-NX"]["question"]) == ("accepted", None)
    assert rows["VD-SM"]["question"]["because"] == ["VD-SM.2019-N.r2"]
    assert [f["cell"] for f in rows["VD-SM"]["question"]["appeared"]] == ["C9"] * 7
    shown = " ".join(call("status").output.replace("│", " ").split())
    assert f"{name} is in question" in shown and "1 verdicts are in question" in shown
    trail = " ".join(call("status", "--history").output.replace("│", " ").split())
    assert "V015 would speak at B01!C9: 40, expected 41" in trail and "and 2 more" in trail
    call("accept", name, "--reason", "đã hỏi", "--by", "lan")
    assert "in question" not in call("status").output


def test_status_carries_explanations_to_the_next_period(call, home: Home) -> None:
    name = receive(home, "VD-SM", "2019-N", 1, None)
    finding = Finding("V038", "warning", "B04", "M10", "5", "6", "khác", "differs", explained=True)
    with Ledger(home.ledger).writing() as ledger:
        ledger.append(
            [
                Judged(name, Verdict.ACCEPTED, "rules", (), ("V038",), {}, (finding,), SENT),
                Explained(name, (Explanation("V038", "B04", "M10", "chốt số ngày 10/12", 7),), SENT),
            ]
        )
    receive(home, "VD-SM", "2020-N", 1, Verdict.ACCEPTED)
    rows = {(row["unit"], row["period"]): row for row in json.loads(call("status", "--json").stdout)}
    (carried,) = rows["VD-SM", "2020-N"]["to_review"]
    assert carried["explained_in"] == "VD-SM.2019-N.r1"
    assert (carried["rule"], carried["text"], carried["fired_again"]) == ("V038", "chốt số ngày 10/12", False)
    assert rows["VD-SM", "2019-N"]["to_review"] == []


def test_a_submission_without_a_period_stands_in_the_status(call, home: Home) -> None:
    receive(home, "VD-SM", "unknown", 1, Verdict.UNREADABLE)
    assert json.loads(call("status", "--json").stdout)[-1]["period"] == "unknown"
    assert call("status").exit_code == 0


def test_cover_records_from_which_day_the_figures_of_an_accepted_report_run(call, home: Home) -> None:
    name = receive(home, "VD-SM", "2019-N", 1, Verdict.ACCEPTED)
    said = ("--reason", "gồm cả đơn vị cũ", "--by", "lan")
    assert call("cover", name, "--from", "2018-12-31", *said).exit_code == 1
    assert call("cover", "VD-SM.2019-N.r2", "--from", "2019-01-01", *said).exit_code == 2
    for day in ("2019-03-01", "2019-01-01"):
        result = call("cover", name, "--from", day, *said)
        assert result.exit_code == 0, result.output
    rows = {(row["unit"], row["period"]): row for row in json.loads(call("status", "--json").stdout)}
    assert rows["VD-SM", "2019-N"]["coverage_from"] == "2019-01-01"
    assert rows["VD-SM", "2020-N"]["coverage_from"] is None
    trail = [row for row in json.loads(call("status", "--history", "--json").stdout) if "coverage_from" in row]
    assert [(row["event"], row["coverage_from"]) for row in trail] == [
        ("coverage_set", "2019-03-01"),
        ("coverage_set", "2019-01-01"),
    ]
    assert {(row["submission"], row["by"], row["reason"]) for row in trail} == {
        (name, "lan", "gồm cả đơn vị cũ")
    }
    assert "01/01/2019" in call("status", "--history", language="vi").output


def test_accept_refuses_what_was_rejected_and_suggests_what_exists(call, home: Home) -> None:
    receive(home, "VD-SM", "2020-N", 1, Verdict.REJECTED)
    refused = call("accept", "VD-SM.2020-N.r1", "--reason", "r")
    assert refused.exit_code == 1
    assert "Traceback" not in refused.output
    unknown = call("accept", "VD-SM.2020-N.r2", "--reason", "r")
    assert unknown.exit_code == 2
    assert "VD-SM.2020-N.r1" in unknown.output


def test_what_is_refused_is_told_in_the_language_of_the_call(call, home: Home) -> None:
    name = receive(home, "VD-SM", "2020-N", 1, Verdict.REJECTED)
    said = {
        language: call("accept", name, "--reason", "r", language=language).output for language in ("vi", "en")
    }
    assert "trạng thái là “bị trả lại”" in said["vi"] and "it is “rejected”" in said["en"]
    home.ledger.write_bytes(home.ledger.read_bytes() + b'{"broken\n')
    said = {language: call("run", language=language).output for language in ("vi", "en")}
    assert "không đọc được" in said["vi"] and "không đọc được" not in said["en"]


def test_a_template_that_cannot_be_is_refused_in_the_language_of_the_call(call, home: Home) -> None:
    said = call("template", "--unit", "VD-SM-01", "--period", "2020-N", "-o", home.root / "t.xlsx")
    assert said.exit_code == 1 and "VD-SM-01" in said.output
    assert not re.search("[ạ-ỹ]", said.output)


def test_a_decision_needs_a_reason(call, home: Home) -> None:
    receive(home, "VD-SM", "2020-N", 1, Verdict.ON_HOLD)
    assert call("accept", "VD-SM.2020-N.r1").exit_code == 2
    assert call("accept", "VD-SM.2020-N.r1", "--reason", " ").exit_code == 1
    assert Ledger(home.ledger).replay().submissions["VD-SM.2020-N.r1"].decision is None


def test_close_and_reopen_stand_in_the_ledger(call, home: Home) -> None:
    assert call("close", "2020-N", "--reason", "chốt số").exit_code == 0
    args = ("reopen", "2020-N", "--unit", "VD-SM", "--until", "2021-03-31", "--reason", "bão")
    assert call(*args).exit_code == 0
    state = Ledger(home.ledger).replay()
    assert set(state.closed) == {"2020-N"}
    assert set(state.reopened) == {("2020-N", "VD-SM")}
    assert call("close", "2020-M", "--reason", "chốt số").exit_code == 2


def test_closing_a_period_without_a_reason_of_its_own_records_the_ordinary_one(call, home: Home) -> None:
    assert call("close", "2020-N", "--by", "lan").exit_code == 0
    (row,) = json.loads(call("status", "--history", "--json").stdout)
    assert (row["reason"], row["by"]) == ("Books closed after the deadline", "lan")


@pytest.mark.parametrize(
    "command",
    [
        ("accept", "VD-SM.2020-N.r1"),
        ("reject", "VD-NX.2020-N.r1"),
        ("close", "2020-N"),
        ("reopen", "2020-N", "--unit", "VD-SM", "--until", "2021-03-31"),
    ],
)
def test_every_decision_needs_a_person_and_a_reason(call, home: Home, command: tuple[str, ...]) -> None:
    receive(home, "VD-SM", "2020-N", 1, Verdict.ON_HOLD)
    receive(home, "VD-NX", "2020-N", 1, Verdict.ACCEPTED)
    before = home.ledger.read_bytes()
    if command[0] != "close":
        assert call(*command).exit_code == 2
    assert call(*command, "--reason", " ").exit_code == 1
    assert call(*command, "--reason", "bão", "--by", " ").exit_code == 1
    assert home.ledger.read_bytes() == before
    assert call(*command, "--reason", "bão", "--by", "lan").exit_code == 0
    last = json.loads(home.ledger.read_text(encoding="utf-8").splitlines()[-1])
    assert (last["by"], last["reason"]) == ("lan", "bão")


@pytest.mark.parametrize(
    ("language", "said"),
    [
        (
            "vi",
            (
                "Tỉnh ủy Ví Dụ (VD)",
                "Đảng viên kết nạp │ nhiệm kỳ 2015–2020 │ 11.945 → 11.946 │ người",
                "Đảng viên kết nạp: bình quân mỗi năm │ nhiệm kỳ 2015–2020 │ – → 2.389,2",
                "Tỷ lệ nữ trong số kết nạp │ năm 2019 │ 88,0 → 20,5 │ %",
                "6,142 → 6,143",
                "Thị ủy Núi Xanh (VD-NX)",
                "gone │ năm 2019 │ 5 → – │",
                "5 số liệu khác nhau, ở 2 đơn vị.",
            ),
        ),
        (
            "en",
            (
                "Members admitted │ the term 2015–2020 │ 11,945 → 11,946 │ persons",
                "Members admitted: yearly average │ the term 2015–2020 │ – → 2,389.2",
                "88.0 → 20.5",
            ),
        ),
    ],
)
def test_diff_is_written_for_people(
    call, monkeypatch: pytest.MonkeyPatch, language: str, said: tuple[str, ...]
) -> None:
    term = "2015-2020-NK"
    changes = (
        FigureChange("admissions", "VD", term, "", 11945.0, 11946.0),
        FigureChange("admissions", "VD", term, "average_per_year", None, 2389.2049),
        FigureChange("admissions_female_share", "VD", "2019-N", "", 88.0, 20.5),
        FigureChange("admissions_youth_union_share", "VD", "2019-N", "", 6.1424, 6.1426),
        FigureChange("gone", "VD-NX", "2019-N", "", 5.0, None),
    )
    monkeypatch.setattr("reports.release.find", lambda *_: None)
    monkeypatch.setattr("reports.release.diff", lambda *_: changes)
    answer: Result = call("diff", "1", "2", language=language)
    assert answer.exit_code == 0, answer.output
    shown = " ".join(answer.output.split())
    for text in said:
        assert text in shown, answer.output
    listed = json.loads(call("diff", "1", "2", "--json").stdout)
    # as `figures` rounds them, and with as many more decimals as it takes
    assert [(change["before"], change["after"]) for change in listed] == [
        (11945, 11946),
        (None, 2389.2),
        (88, 20.5),
        (6.142, 6.143),
        (5, None),
    ]


def test_doctor_says_what_is_there_and_what_is_missing(call, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("QUARTO_PATH", raising=False)
    result = call("doctor", "--json")
    answer = json.loads(result.stdout)
    states = {thing["name"]: thing["state"] for thing in answer["things"]}
    assert answer["ready"] is True and result.exit_code == 0
    assert states["quarto"] == "missing" and states["registry"] == "ok" and states["dagster"] == "ok"
    assert states["rendering"] == "ok"
    assert {states[name] for name in needed_packages()} == {"ok"}
    assert "QUARTO_PATH" not in result.stdout


def test_doctor_tells_of_a_quarto_path_that_is_empty_or_leads_nowhere(
    call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", "")
    monkeypatch.setattr("reports.trial.render_one", hangs)
    for written, state, said in ((" ", "missing", "QUARTO_PATH"), (str(tmp_path / "none"), "broken", "none")):
        monkeypatch.setenv("QUARTO_PATH", written)
        things = {thing["name"]: thing for thing in json.loads(call("doctor", "--json").stdout)["things"]}
        assert things["quarto"]["state"] == state and said in things["quarto"]["detail"]
        if state == "missing":
            assert things["rendering"]["state"] == "broken" and "120" in things["rendering"]["detail"]


def hangs(quarto: Path | None) -> None:
    raise RenderError("render.error.silent_trial", runner="embedded", seconds=120, last="x")


def test_doctor_refuses_a_quarto_that_is_too_old_or_renders_nothing(
    call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = tmp_path / "quarto"
    for version, state, said in (("1.9.38", "broken", "1.10"), ("1.10.19", "ok", "1.10.19")):
        program.write_text(
            f"#!/bin/sh\n[ $1 = --version ] && echo {version} && exit\necho '[1/1] thu.qmd'\nexit 1\n"
        )
        program.chmod(0o755)
        monkeypatch.setenv("QUARTO_PATH", str(program))
        result = call("doctor", "--json")
        things = {thing["name"]: thing for thing in json.loads(result.stdout)["things"]}
        assert things["quarto"]["state"] == state and said in things["quarto"]["detail"]
        assert result.exit_code == 1
    assert things["rendering"]["state"] == "broken" and "thu.qmd" in things["rendering"]["detail"]


def test_doctor_names_the_contacts_that_reach_nobody_without_their_secrets(call, home: Home) -> None:
    rows = "VD-SM,clerk,mailto://a@vidu.example,vi\nVD-NX,clark,folder://x,vi\nVD-XX,clerk,folder://x,vi\n"
    contacts = f"org_code,role,channel,language\n{rows}VD-NX,clerk,tgrm://top-secret/1,vi\n"
    (home.registry / "contacts.csv").write_text(contacts, encoding="utf-8")
    things = {thing["name"]: thing for thing in json.loads(call("doctor", "--json").stdout)["things"]}
    said = things["contacts"]["detail"]
    assert things["contacts"]["state"] == "broken"
    for part in ("clark (3)", "VD-XX (4)", "tgrm://… (5)", "VD, VD-NX", "data_team"):
        assert part in said
    assert "top-secret" not in said


def test_doctor_and_status_say_which_alerts_do_not_arrive(call, home: Home) -> None:
    now = datetime(2021, 1, 10, 9, tzinfo=UTC)
    outbox = Outbox(home.outbox)
    outbox.open(now)
    assert "tongket alerts" not in call("status").output
    outbox.add([Alert(Kind.RUN_FAILED, "x", now, Role.DATA_TEAM, facts={"step": "dbt", "error": "no space"})])
    registry = load_registry(home.registry)
    for attempt in range(STUCK_FROM):
        moment = now + attempt * LONGEST_PAUSE
        deliver(outbox, registry, home.returns, moment, lambda message: "550 unknown mailbox")
    outbox.add([Alert(Kind.ON_HOLD, "y", now, Role.CLERK, "VD-XX", "2020-N", "VD-XX.2020-N.r1")])
    assert "failing for long: 1" in call("status").output.replace("\n", " ")
    things = {thing["name"]: thing for thing in json.loads(call("doctor", "--json").stdout)["things"]}
    assert things["outbox"]["state"] == "broken"
    said = "waiting: 0, to be tried again: 0, failing for long: 1, for nobody: 1"
    assert things["outbox"]["detail"].startswith(said)
    (shown,) = [a for a in json.loads(call("alerts", "--json").stdout) if a["kind"] == "run_failed"]
    assert (shown["state"], shown["deliveries"][0]["error"]) == ("stuck", "550 unknown mailbox")


def test_a_reopened_period_is_in_the_outbox_at_once(call, home: Home) -> None:
    call("reopen", "2020-N", "--unit", "VD-SM", "--until", "2999-03-31", "--reason", "bão", "--by", "hoa")
    (entry,) = Outbox(home.outbox).read()[0]
    assert (entry.alert.kind, entry.alert.unit) == (Kind.REOPENED, "VD-SM")


def test_doctor_ends_with_1_if_something_essential_is_broken(call, home: Home) -> None:
    (home.registry / "calendar.csv").write_text("period_code\nnonsense\n", encoding="utf-8")
    result = call("doctor")
    assert result.exit_code == 1
    assert "calendar.csv" in result.output.replace("\n", "")


def test_a_dagster_yaml_of_ones_own_stays_and_one_of_an_earlier_version_becomes_todays(
    call, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = home.dagster / "dagster.yaml"
    shipped = path.read_bytes()
    path.write_bytes(b"telemetry: {enabled: false}\n")
    prepare_instance(home)
    assert path.read_bytes() == b"telemetry: {enabled: false}\n"
    things = {thing["name"]: thing for thing in json.loads(call("doctor", "--json").stdout)["things"]}
    assert things["dagster_instance"]["state"] == "broken"
    assert "concurrency.runs" in things["dagster_instance"]["detail"]
    earlier = b"# as an earlier version wrote it\r\n"
    known = {hashlib.sha256(earlier.replace(b"\r\n", b"\n")).hexdigest()}
    monkeypatch.setattr("orchestration.state._SHIPPED_BEFORE", known)
    path.write_bytes(earlier)
    prepare_instance(home)
    assert path.read_bytes() == shipped


@pytest.mark.parametrize(
    ("content", "named"),
    [
        (b"\xff\xfe: [", "dagster.yaml"),
        (b"nonsense: 1\n", "nonsense"),
        (b"concurrency: [\n", "dagster.yaml"),
        (b"concurrency: [1]\n", "concurrency"),
        (b"text\n", "dictionary"),
        (b"run_launcher: {module: of_nobody, class: X}\n", "of_nobody"),
    ],
)
def test_a_dagster_yaml_of_ones_own_that_dagster_refuses_is_told_in_words(
    call, home: Home, content: bytes, named: str
) -> None:
    path = home.dagster / "dagster.yaml"
    path.write_bytes(content)
    ended = call("run")
    assert ended.exit_code == 2 and str(path) in ended.output and named in ended.output
    assert "Traceback" not in ended.output and not list(home.build.glob("errors/*"))
    assert path.read_bytes() == content
    (entry,) = Outbox(home.outbox).read()[0]
    assert str(path) in entry.alert.facts["said"]["vi"]
    things = {thing["name"]: thing for thing in json.loads(call("doctor", "--json").stdout)["things"]}
    found = things["dagster_instance"]
    assert found["state"] == "broken" and str(path) in found["detail"]
    assert named in found["detail"] and "Copy these" not in found["detail"]


def test_doctor_shows_the_memory_of_the_warehouse_and_refuses_what_is_none(
    call, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TONGKET_WAREHOUSE_MEMORY", "3GB")
    things = {thing["name"]: thing for thing in json.loads(call("doctor", "--json").stdout)["things"]}
    assert things["memory"]["state"] == "ok" and things["memory"]["detail"].startswith("3,000 MB")
    monkeypatch.setenv("TONGKET_WAREHOUSE_MEMORY", "much")
    things = {thing["name"]: thing for thing in json.loads(call("doctor", "--json").stdout)["things"]}
    assert things["memory"]["state"] == "broken" and "much" in things["memory"]["detail"]
    monkeypatch.setenv("TONGKET_WAREHOUSE_MEMORY", "64GB")
    monkeypatch.setattr("orchestration.commands.doctor.machine_memory_mb", lambda: 63_999)
    found = json.loads(call("doctor", "--json").stdout)
    (memory,) = (thing for thing in found["things"] if thing["name"] == "memory")
    assert memory["state"] == "broken" and not memory["essential"] and "63,999" in memory["detail"]
    monkeypatch.setattr("orchestration.commands.doctor.machine_memory_mb", lambda: 64_000)
    things = {thing["name"]: thing for thing in json.loads(call("doctor", "--json").stdout)["things"]}
    assert things["memory"]["state"] == "ok"


def test_doctor_names_data_files_in_the_registry_that_nothing_reads(call, home: Home) -> None:
    assert "registry_unread" not in [t["name"] for t in json.loads(call("doctor", "--json").stdout)["things"]]
    misnamed = ("threshold.yml", "Terms.CSV.txt", "form/B10.yml", "forms/old/B11.yml", "rules/V900.yml.txt")
    read = ("thresholds.yml", "forms/.B10.yml", "README.md", "rules/notes.md")
    for name in (*misnamed, *read):
        path = home.registry / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text("{}", encoding="utf-8")
    things = {thing["name"]: thing for thing in json.loads(call("doctor", "--json").stdout)["things"]}
    detail = things["registry_unread"]["detail"]
    assert things["registry_unread"]["state"] == "broken"
    assert [name for name in misnamed if f"registry/{name}" not in detail] == []
    assert [name for name in read if f"registry/{name}" in detail] == []


def test_doctor_names_a_kind_of_unit_that_an_own_form_is_asked_of_and_nobody_is(call, home: Home) -> None:
    shipped = (Path(__file__).parents[3] / "ingestion" / "forms" / "B01.yml").read_text(encoding="utf-8")
    asked = "rows: organisations\nrequired_for: {DISTRICT: [N]}"
    own = shipped.replace("code: B01", "code: B91", 1).replace("sheet: B01", "sheet: B91", 1)
    own = own.replace("rows: organisations", asked, 1)
    assert own.count("DISTRICT") > 0
    (home.registry / "forms").mkdir()
    for kind, is_told in (("DISTRICT", False), ("DISTICT", True)):
        text = own.replace("DISTRICT", kind)
        (home.registry / "forms" / "B91.yml").write_text(text, encoding="utf-8")
        things = {thing["name"]: thing for thing in json.loads(call("doctor", "--json").stdout)["things"]}
        assert ("nobody_owes" in things) == is_told
        assert not is_told or "B91: " in things["nobody_owes"]["detail"]
