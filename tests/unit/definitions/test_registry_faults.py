"""Everything that can be wrong with a registry is named with file, row, column, reason and remedy.

The cases are data: `registry_faults.csv` has one change of the sound registry beside it a row, and the fault.
"""

import csv
import shutil
from pathlib import Path

import pytest

from ingestion.definitions.catalogue import load_catalogue
from ingestion.definitions.registry_faults import faults
from ingestion.definitions.registry_files import TABLES, RegistryError
from ingestion.words.messages import load_messages

HERE = Path(__file__).parent
SOUND = HERE / "sound_registry"
with (HERE / "registry_faults.csv").open(encoding="utf-8", newline="") as file:
    CASES = list(csv.DictReader(file))


def found_in(folder: Path) -> tuple[RegistryError, ...]:
    return faults(folder, load_catalogue())


def changed(folder: Path, case: dict[str, str]) -> None:
    shutil.copytree(SOUND, folder, dirs_exist_ok=True)
    path = folder / f"{case['table']}.csv"
    text = path.read_text(encoding="utf-8")
    if not case["find"]:
        text += f"{case['write']}\n"
    elif case["fault"] == "separator":
        text = text.replace(case["find"], case["write"])
    else:
        assert text.count(case["find"]) == 1, case["find"]
        text = text.replace(case["find"], case["write"])
    if case["fault"] == "circle":
        text += "Z,Trung gian,BLOC,,,,B,1,DANG,2019-07-01,\n"
    path.write_text(text, encoding="utf-8")


def test_a_sound_registry_has_no_fault() -> None:
    assert found_in(SOUND) == ()


@pytest.mark.parametrize("case", CASES, ids=[f"{case['fault']}: {case['what']}" for case in CASES])
def test_a_fault_is_named_where_it_stands(tmp_path: Path, case: dict[str, str]) -> None:
    changed(tmp_path, case)
    found = {(error.key, error.path.stem, error.row, error.column) for error in found_in(tmp_path)}

    assert (f"registry.{case['fault']}", case["file"], int(case["row"]), case["column"]) in found


@pytest.mark.parametrize("case", CASES, ids=[f"{case['fault']}: {case['what']}" for case in CASES])
def test_a_fault_is_told_with_place_and_remedy_in_both_languages(tmp_path: Path, case: dict[str, str]) -> None:
    changed(tmp_path, case)
    for error in found_in(tmp_path):
        for language, row in (("vi", f"dòng {error.row}"), ("en", f"row {error.row}")):
            said = error.told(language)
            assert said.startswith(f"{error.path}, {row}")
            assert error.column in said


def test_every_fault_that_has_words_has_a_case() -> None:
    told = {key.partition(".")[2] for key in load_messages() if key.startswith("registry.")}
    # Files as a whole: `test_registry.py`; all faults together: `orchestration/test_registry_command.py`.
    elsewhere = {"missing", "no_file", "no_header", "no_text", "no_csv", "unsound"}

    assert told - elsewhere == {case["fault"] for case in CASES}


def test_all_faults_are_told_at_once_in_the_order_of_the_files(tmp_path: Path) -> None:
    for fault in ("gap", "lives_on", "period_twice", "bounds_order"):
        case = next(case for case in CASES if case["fault"] == fault and case["table"] not in ("statements",))
        source = tmp_path / "one"
        changed(source, case)
        shutil.copyfile(source / f"{case['table']}.csv", tmp_path / f"{case['table']}.csv")
    for path in SOUND.iterdir():
        if not (tmp_path / path.name).exists():
            shutil.copyfile(path, tmp_path / path.name)

    order = [list(TABLES).index(error.path.stem) for error in found_in(tmp_path)]  # type: ignore[arg-type]
    assert len(order) >= 3
    assert order == sorted(order)


def test_a_row_that_cannot_be_read_does_not_make_others_wrong(tmp_path: Path) -> None:
    changed(tmp_path, next(case for case in CASES if case["what"] == "a day as it is written in Vietnam"))

    assert [(error.key, error.row) for error in found_in(tmp_path)] == [("registry.value_date", 4)]
