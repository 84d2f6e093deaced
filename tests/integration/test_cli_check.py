"""`tongket check` as a clerk runs it, on whatever a clerk may send."""

import json
import os
import subprocess
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import openpyxl
import pytest
from click.testing import CliRunner, Result

from ingestion.reading.opening import open_book
from ingestion.storage.home import Home
from orchestration.cli import main
from tests.integration.small_state import MEMBERS, make_home, write_sound
from tests.trials.formats import WRITERS


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return make_home(tmp_path_factory.mktemp("check") / "home")


@pytest.fixture(scope="module")
def sound(home: Home, tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_sound(home, "2020-N", tmp_path_factory.mktemp("sound") / "bieu.xlsx")


def check(home: Home | None, *args: object) -> Result:
    root = str(home.root) if home else "/nonexistent/state"
    result = CliRunner().invoke(main, ["--home", root, "--lang", "vi", "check", *map(str, args)])
    assert "Traceback" not in result.output
    return result


def check_in_a_process(home: Home, *args: object) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "orchestration.cli", "--home", str(home.root), "check", *map(str, args)],
        capture_output=True,
        text=True,
        check=False,
        env={name: value for name, value in os.environ.items() if not name.startswith("TONGKET")},
    )
    assert "Traceback" not in done.stdout + done.stderr
    return done


def raised(path: Path, to: Path) -> Path:
    book = openpyxl.load_workbook(path)
    sheet = book["B01"]
    codes = [cell.value for cell in sheet[5]]
    sheet.cell(9, codes.index("closing_members") + 1).value = MEMBERS + 1
    book.save(to)
    return to


def test_a_sound_workbook_is_accepted(home: Home, sound: Path) -> None:
    done = check_in_a_process(home, sound)
    assert done.returncode == 0, done.stdout
    assert "CHẤP NHẬN" in done.stdout


def test_the_answer_for_programs_has_the_agreed_shape(home: Home, sound: Path, tmp_path: Path) -> None:
    done = check(home, "--json", sound, raised(sound, tmp_path / "sai.xlsx"))
    assert done.exit_code == 1
    first, second = (json.loads(line) for line in done.stdout.splitlines())
    assert set(first) == {"file", "submission", "verdict", "checks", "findings"}
    assert first["file"] == str(sound)
    assert first["submission"] == {"unit": "VD-NX", "period": "2020-N", "revision": 1}
    assert (first["verdict"], first["findings"]) == ("accepted", [])
    assert set(first["checks"]) == {"passed", "failed", "not_run"}
    assert second["verdict"] == "rejected" and second["checks"]["failed"] > 0
    keys = {"rule", "severity", "sheet", "cell", "value", "expected", "message", "explained"}
    assert all(set(finding) == keys for finding in second["findings"])
    assert ("B01", "S9", "11", "10") in {
        (finding["sheet"], finding["cell"], finding["value"], finding["expected"])
        for finding in second["findings"]
        if finding["severity"] == "error"
    }


def test_a_wrong_figure_is_shown_with_its_cell_and_what_was_expected(
    home: Home, sound: Path, tmp_path: Path
) -> None:
    done = check(home, raised(sound, tmp_path / "sai.xlsx"))
    assert done.exit_code == 1
    assert "TRẢ LẠI" in done.stdout
    assert "B01!S9" in done.stdout


def without_a_sheet(sound: Path, folder: Path) -> Path:
    book = openpyxl.load_workbook(sound)
    del book["B02"]
    book.save(folder / "thieu.xlsx")
    return folder / "thieu.xlsx"


def text_as_workbook(sound: Path, folder: Path) -> Path:
    (folder / "vanban.xlsx").write_text("Kính gửi Ban Tổ chức", encoding="utf-8")
    return folder / "vanban.xlsx"


def empty_file(sound: Path, folder: Path) -> Path:
    (folder / "rong.xlsx").touch()
    return folder / "rong.xlsx"


def empty_folder(sound: Path, folder: Path) -> Path:
    (folder / "rong").mkdir()
    return folder / "rong"


def unrelated_folder(sound: Path, folder: Path) -> Path:
    (folder / "khac").mkdir()
    (folder / "khac" / "anh.jpg").write_bytes(b"\xff\xd8\xff")
    return folder / "khac"


@pytest.mark.parametrize(
    "make", [without_a_sheet, text_as_workbook, empty_file, empty_folder, unrelated_folder]
)
def test_what_cannot_be_judged_gets_a_verdict_with_a_finding(
    home: Home, sound: Path, tmp_path: Path, make: Callable[[Path, Path], Path]
) -> None:
    done = check(home, "--json", make(sound, tmp_path))
    assert done.exit_code == 1
    answer = json.loads(done.stdout)
    assert answer["verdict"] in ("unreadable", "rejected")
    assert answer["findings"] and all(finding["message"] for finding in answer["findings"])


def test_a_folder_of_csvs_is_one_submission(home: Home, sound: Path, tmp_path: Path) -> None:
    folder = tmp_path / "csv"
    folder.mkdir()
    book = openpyxl.load_workbook(sound, data_only=True)
    for sheet in book:
        lines = [";".join("" if value is None else str(value) for value in row) for row in sheet.values]
        (folder / f"{sheet.title}.csv").write_text("\n".join(lines), encoding="utf-8-sig")
    answer = json.loads(check(home, "--json", folder).stdout)
    assert answer["submission"] == {"unit": "VD-NX", "period": "2020-N", "revision": 1}
    assert answer["verdict"] == "accepted"


def test_a_path_that_is_not_there_is_wrong_use_and_nothing_is_judged(home: Home, sound: Path) -> None:
    done = check_in_a_process(home, sound, "/nonexistent/bieu.xlsx")
    assert done.returncode == 2
    assert "/nonexistent/bieu.xlsx" in done.stderr
    assert done.stdout == ""


@pytest.mark.parametrize("kind", ["xlsx", *sorted(WRITERS)])
def test_without_a_registry_the_rules_that_need_one_are_not_run_and_that_is_said(
    sound: Path, tmp_path: Path, kind: str
) -> None:
    path = sound
    if kind != "xlsx":
        path = tmp_path / (f"b.{kind}" if kind != "csv" else "b")
        WRITERS[kind](open_book(sound, sound.name).sheets, path)
    done = check(None, path)
    assert "/nonexistent/state" in done.stderr
    assert "cần danh mục" in done.stdout
    answer = json.loads(check(None, "--json", path).stdout)
    assert (answer["verdict"], answer["findings"]) == ("accepted", [])
    assert answer["checks"]["passed"] > 20 < answer["checks"]["not_run"]


def test_an_empty_registry_folder_is_no_registry(sound: Path, tmp_path: Path) -> None:
    (tmp_path / "registry").mkdir()
    assert check(Home(tmp_path), sound).exit_code == 0


@pytest.mark.parametrize("file", ["F14", "F16"])
def test_files_from_the_field_are_not_turned_away_for_want_of_a_registry(file: str, tmp_path: Path) -> None:
    folder = Path(__file__).parents[3] / "shared" / "field"
    if not folder.is_dir():
        pytest.skip(f"{folder} is not there: the files from the field were not tried")
    [path] = folder.glob(f"{file}-*")
    answer = json.loads(check(Home(tmp_path), "--json", path).stdout)
    assert not {"V001", "V002"} & {finding["rule"] for finding in answer["findings"]}
    assert answer["verdict"] == "accepted"


def test_what_was_closed_and_reopened_by_hand_is_known_to_a_check(
    sound: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = make_home(tmp_path / "home")
    monkeypatch.setattr("orchestration.environment.now", lambda: datetime(2021, 1, 10, 9, tzinfo=UTC))
    data_team = ["--reason", "bão", "--by", "lan"]

    def verdict(*options: str) -> str:
        return str(json.loads(check(home, "--json", *options, sound).stdout)["verdict"])

    def say(*args: str) -> None:
        done = CliRunner().invoke(main, ["--home", str(home.root), *args, *data_team])
        assert done.exit_code == 0, done.output

    assert verdict("--as-of", "2021-01-15") == "accepted"
    say("close", "2020-N")
    assert [verdict("--as-of", day) for day in ("2021-01-09", "2021-01-15")] == ["accepted", "on_hold"]
    assert verdict() == "accepted"  # without a clock, nothing is locked
    say("reopen", "2020-N", "--unit", "VD-NX", "--until", "2021-01-20")
    assert [verdict("--as-of", day) for day in ("2021-01-20", "2021-01-21")] == ["accepted", "on_hold"]


def test_checking_stores_nothing(home: Home, sound: Path) -> None:
    before = sorted(path.relative_to(home.root) for path in home.root.rglob("*"))
    check(home, sound)
    assert sorted(path.relative_to(home.root) for path in home.root.rglob("*")) == before
