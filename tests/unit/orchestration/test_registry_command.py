"""`tongket registry check`: all faults in one call, for people and for programs; nothing is written."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from ingestion.storage.home import Home
from orchestration.cli import main
from orchestration.state import write_example


@pytest.fixture
def home(tmp_path: Path) -> Home:
    home = Home(tmp_path / "home")
    write_example(home)
    return home


def call(home: Home, *arguments: str) -> Result:
    return CliRunner().invoke(main, ["--home", str(home.root), "--lang", "en", *arguments])


def spoil(home: Home, table: str, old: str, new: str) -> None:
    path = home.registry / f"{table}.csv"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_a_sound_registry_is_said_to_be_so(home: Home) -> None:
    result = call(home, "registry", "check")

    assert (result.exit_code, result.output.strip()) == (0, "3 reporting units, 8 periods")


def test_every_fault_of_every_file_is_told_in_one_call(home: Home) -> None:
    spoil(
        home,
        "organisations",
        "private enterprise,district,VD-NX,0,DANG,2012-06-01,",
        ",,VD-XX,0,DANG,2012-06-01,",
    )
    spoil(home, "terms", "NK,2016,2020", "NK,2016,2021")
    spoil(home, "targets", "VD-SM,admissions", "VD-SM,admision")
    result = call(home, "registry", "check")

    assert result.exit_code == 1
    lines = result.output.splitlines()
    assert [line.rpartition("/")[2].partition(":")[0] for line in lines[:-1]] == [
        "organisations.csv, row 13, column parent_code",
        "terms.csv, row 3, column last_year",
        "targets.csv, row 3, column indicator_code",
    ]
    assert lines[-1] == "Faults of the registry: 3."


def test_programs_get_the_place_of_each_fault(home: Home) -> None:
    spoil(home, "calendar", "2016-N,2016-12-01,2017-01-20", "2016-N,2016-12-01,2016-11-20")
    result = call(home, "registry", "check", "--json")

    assert result.exit_code == 1
    (fault,) = json.loads(result.output)
    assert {key: fault[key] for key in ("file", "row", "column", "fault")} == {
        "file": "calendar.csv",
        "row": 2,
        "column": "due_on",
        "fault": "days_order",
    }
    assert "2016-12-01" in fault["message"]


def test_what_does_not_fit_is_named_by_doctor_too_and_stops_no_command(home: Home) -> None:
    spoil(home, "terms", "NK,2016,2020", "NK,2016,2021")
    looked = {look["name"]: look for look in json.loads(call(home, "doctor", "--json").output)["things"]}

    assert looked["registry"]["state"] == "ok"
    assert looked["registry_faults"]["state"] == "broken"
    assert "registry check" in looked["registry_faults"]["detail"]
    assert call(home, "status").exit_code == 0


def test_without_a_registry_the_command_says_how_to_get_one(tmp_path: Path) -> None:
    result = call(Home(tmp_path / "nowhere"), "registry", "check")

    assert result.exit_code == 2
    assert "tongket init" in result.output


def test_a_form_of_the_office_that_does_not_fit_is_named_once_by_doctor(home: Home) -> None:
    path = home.registry / "forms" / "B90.yml"
    path.parent.mkdir()
    path.write_text("code: B90\n", encoding="utf-8")
    looked = json.loads(call(home, "doctor", "--json").output)["things"]

    assert [look["name"] for look in looked if "B90.yml" in look["detail"]] == ["own_files"]
