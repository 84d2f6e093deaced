"""What each command does with the state folder of a newer, an older or a damaged product."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ingestion.storage.home import Home
from ingestion.upkeep.version import VERSION, version_of
from orchestration.cli import COMMANDS, main
from orchestration.lock import writer_lock
from orchestration.resources import TongketHome, WritableHome
from orchestration.state import write_example

ARGUMENTS: dict[str, tuple[str, ...]] = {
    "init": ("{home}",),
    "template": ("--unit", "VD-NX", "--period", "2019-N", "-o", "{home}/a.xlsx"),
    "check": ("{file}",),
    "submit": ("{file}", "--unit", "VD-NX"),
    "accept": ("VD-NX.2019-N.r1", "--reason", "r"),
    "reject": ("VD-NX.2019-N.r1", "--reason", "r"),
    "cover": ("VD-NX.2019-N.r1", "--from", "2019-01-01", "--reason", "r"),
    "close": ("2019-N",),
    "reopen": ("2019-N", "--unit", "VD-NX", "--until", "2020-01-31", "--reason", "r"),
    "registry": ("check",),
    "retry": ("--all",),
    "figures": ("--indicator", "admissions", "--unit", "VD-NX", "--period", "2019-N"),
    "trace": ("--indicator", "admissions", "--unit", "VD-NX", "--period", "2019-N"),
    "diff": ("1", "2"),
}


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    write_example(home)
    return home


def content(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in root.rglob("*") if path.is_file()}


def call(home: Home, command: str, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["--home", str(home.root), "--lang", "en", command, *arguments])


def called(home: Home, command: str) -> Result:
    file = home.root.parent / "file.xlsx"
    file.write_bytes(b"no workbook")
    given = (argument.format(home=home.root, file=file) for argument in ARGUMENTS.get(command, ()))
    return call(home, command, *given)


@pytest.mark.parametrize("command", COMMANDS)
def test_no_command_opens_or_touches_the_folder_of_a_newer_product(home: Home, command: str) -> None:
    home.version.write_text(json.dumps({"version": VERSION + 1, "written_by": "9.9"}), encoding="utf-8")
    before = content(home.root)
    result = called(home, command)
    assert result.exit_code == 2, result.output
    # In a table the sentence is broken into lines.
    assert "newer" in result.output and "9.9" in result.output
    assert "Traceback" not in result.output and "nexpected" not in result.output
    assert content(home.root) == before


@pytest.mark.parametrize("command", ["status", "submit", "run", "doctor", "init"])
def test_a_damaged_version_ends_in_a_sentence_with_a_remedy(home: Home, command: str) -> None:
    home.version.write_bytes(b"\x00garbage")
    before = content(home.root)
    result = called(home, command)
    assert result.exit_code == 2, result.output
    assert "backup" in result.output and "nexpected" not in result.output
    assert content(home.root) == before


def test_help_is_given_whatever_the_folder_is(home: Home) -> None:
    home.version.write_bytes(b"garbage")
    assert call(home, "run", "--help").exit_code == 0


def test_init_marks_a_folder_with_today_s_version(home: Home) -> None:
    assert home.version.is_file()
    assert version_of(home) == VERSION
    assert call(home, "status").stderr == ""


def make_older(home: Home) -> None:
    home.version.unlink()
    home.ledger.write_bytes(b"")


def test_doctor_says_that_an_older_folder_will_be_migrated_and_leaves_it(home: Home) -> None:
    make_older(home)
    before = content(home.root)
    said = {one["name"]: one for one in json.loads(call(home, "doctor", "--json").stdout)["things"]}
    assert said["state_version"]["state"] == "ok" and "tongket run" in said["state_version"]["detail"]
    assert content(home.root) == before


def test_an_older_folder_is_not_migrated_under_the_hands_of_another_writer(home: Home) -> None:
    import subprocess
    import sys

    make_older(home)
    holding = (
        "import sys; from pathlib import Path; from ingestion.storage.home import Home\n"
        "from orchestration.lock import writer_lock\n"
        "with writer_lock(Home(Path(sys.argv[1]))): print('held', flush=True); sys.stdin.read()"
    )
    arguments = [sys.executable, "-c", holding, str(home.root)]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None and process.stdout.readline() == "held\n"
        result = called(home, "submit")
        process.communicate("")
    assert result.exit_code == 1
    assert str(process.pid) in result.output
    assert version_of(home) == 1
    with writer_lock(home):
        assert "version 2" in called(home, "submit").stderr


def test_dagster_migrates_before_it_writes_and_refuses_a_newer_folder(home: Home) -> None:
    import dagster as dg

    from ingestion.upkeep.version import StateVersionError

    make_older(home)
    with dg.build_resources({"state": WritableHome(root=str(home.root))}):
        assert version_of(home) == VERSION
    home.version.write_text(json.dumps({"version": VERSION + 1}), encoding="utf-8")
    for resource in (WritableHome(root=str(home.root)), TongketHome(root=str(home.root))):
        with pytest.raises(Exception) as caught, dg.build_resources({"state": resource}):
            pass
        assert isinstance(caught.value.__cause__ or caught.value, StateVersionError)
