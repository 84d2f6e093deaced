"""What people see when the product fails on a file: no verdict, its cause, whose fault it is, and a way on."""

import json
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from click.testing import CliRunner, Result

from ingestion import pipeline
from ingestion.definitions.catalogue import load_catalogue
from ingestion.definitions.registry import load_registry
from ingestion.landing import inbox
from ingestion.pipeline import work
from ingestion.reading import many
from ingestion.returns import SHEET
from ingestion.storage.home import Home
from orchestration import environment
from orchestration.cli import main
from tests.integration.small_state import UNIT, make_home, write_sound
from tests.support import faults
from tests.support.office import office_of


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    monkeypatch.setattr(many, "_read", faults.read)
    monkeypatch.setattr(work, "_mark", faults.mark)
    return make_home(tmp_path / "home")


def call(home: Home, *arguments: Any) -> Result:
    result = CliRunner().invoke(main, ["--home", str(home.root), *map(str, arguments)])
    assert "Traceback" not in result.stderr
    return result


def checked(home: Home, *arguments: Any) -> tuple[int, list[dict[str, Any]]]:
    result = call(home, "check", "--json", *arguments)
    return result.exit_code, [json.loads(line) for line in result.stdout.splitlines()]


def test_check_gives_no_verdict_on_a_file_on_which_the_product_fails_and_one_on_the_others(
    home: Home, tmp_path: Path
) -> None:
    broken, sound = tmp_path / "read-kill.xlsx", tmp_path / "b.xlsx"
    write_sound(home, "2020-N", broken)
    write_sound(home, "2020-N", sound)
    code, (first, second) = checked(home, broken, sound)
    assert code == 1
    assert first["verdict"] is None and first["findings"] == []
    assert (first["cause"]["step"], first["cause"]["kind"]) == ("read", "died")
    assert second["verdict"] == "accepted" and "cause" not in second
    shown = call(home, "check", broken).stdout
    assert "CHƯA XỬ LÝ ĐƯỢC" in shown and "không có nghĩa là tệp sai" in shown.replace("\n", " ")


def test_check_gives_no_verdict_on_a_file_that_cannot_be_marked_and_its_return_says_why(
    home: Home, tmp_path: Path
) -> None:
    path, folder = tmp_path / "mark-error.xlsx", tmp_path / "out"
    write_sound(home, "2020-N", path)
    code, (answer,) = checked(home, "--return", folder, path)
    assert (code, answer["verdict"], answer["cause"]["step"]) == (1, None, "mark")
    sheet = openpyxl.load_workbook(answer["return"])[SHEET]
    said = str([row[0].value for row in sheet.iter_rows()])
    assert "LỖI CỦA CHƯƠNG TRÌNH" in said and "Việc kiểm tra thử không nộp gì" in said
    assert "Đã nhận được tệp" not in said, "nothing was filed"


def test_status_names_what_was_set_aside_and_retry_judges_it_under_its_own_name(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "mark-error.xlsx"
    write_sound(home, "2020-N", path)
    name, registry, catalogue = f"{UNIT}.2020-N.r1", load_registry(home.registry), load_catalogue()
    now = environment.now()
    inbox.put_in_inbox(home, path, UNIT, now)
    pipeline.land_inbox(office_of(home, registry, catalogue, now))
    pipeline.judge_period(office_of(home, registry, catalogue, now), "2020-N", engine="masks")

    rows = json.loads(call(home, "status", "--json").stdout)
    (row,) = (row for row in rows if row["period"] == "2020-N")
    assert (row["status"], row["told_as"], row["accepted"]) == ("set_aside", "set_aside", None)
    assert row["set_aside"]["step"] == "mark" and "ZeroDivisionError" in row["set_aside"]["technical"]
    said = call(home, "status").stdout
    assert name in said and "tongket retry" in said
    assert "lập bản đánh dấu" in call(home, "status", "--history").stdout.replace("\n", " ")

    assert call(home, "accept", name, "--reason", "x").exit_code == 1, "there is no verdict to overrule"
    still = call(home, "retry", name, "--by", "lan")
    assert still.exit_code == 1 and name in still.stderr
    monkeypatch.setattr(work, "_mark", faults.MARK)
    done = call(home, "retry", "--all", "--json", "--by", "lan", "--reason", "đã khắc phục")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["again"] == [{"submission": name, "as": name, "status": "on_hold"}]
    history = json.loads(call(home, "status", "--history", "--json").stdout)
    assert [row["event"] for row in history] == ["received", *("set_aside", "retried") * 2, "judged"]
    assert (history[-2]["by"], history[-2]["reason"]) == ("lan", "đã khắc phục")
    assert call(home, "retry", "--all").exit_code == 0
    assert call(home, "retry", name, "--by", "lan").exit_code == 1, "it has its verdict"
    assert call(home, "retry").exit_code == 2
