"""The product from its wheel: complete, and at home in any folder.

That a whole run works from there, and writes nothing there, is shown by the first run of `test_dagster_run.py`.
"""

import json
import subprocess
from pathlib import Path

import pytest

from tests.integration.small_state import UNIT, make_home, write_sound
from tests.support.installed import BUILT_FROM, ROOT, Installed

ONLY_FOR_DEVELOPERS = {"dbt_project/.sqlfluffignore", "dbt_project/README.md"}


def test_every_file_of_the_packages_is_in_the_wheel(installed: Installed) -> None:
    listed = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *BUILT_FROM]
    done = subprocess.run(listed, cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        pytest.skip(f"the files of the tree are not known without git: {done.stderr}")
    in_tree = {
        name
        for name in done.stdout.splitlines()
        if (ROOT / name).is_file() and not name.startswith("dbt_project/sample_bronze/")
    } - ONLY_FOR_DEVELOPERS
    # Compiled files were made when it was unpacked: the tree of which it was built has none.
    in_wheel = {n for n in installed.content() if ".dist-info/" not in n and "__pycache__" not in n}
    assert len(in_tree) > 300
    assert in_wheel - {"orchestration/dagster.yaml"} == in_tree


def test_nothing_comes_from_the_tree(installed: Installed) -> None:
    names = [name for name in BUILT_FROM if name != "dbt_project"]
    script = f"import sys, {', '.join(names)}; print(*[sys.modules[n].__file__ for n in {names}], sep='\\n')"
    done = installed.run("-c", script)
    assert done.returncode == 0, done.stderr
    assert [Path(line).parent for line in done.stdout.splitlines()] == [
        installed.folder / name for name in names
    ]


def test_it_says_its_version_without_git(installed: Installed, tmp_path: Path) -> None:
    version = next(installed.folder.glob("tongket-*.dist-info")).name.split("-")[1].removesuffix(".dist")
    said = installed.tongket(tmp_path, "--version")
    assert said.stdout.split() == ["tongket", version], said.stderr
    script = "from orchestration.environment import code_version; print(code_version())"
    assert installed.run("-c", script).stdout.strip() == version


def test_a_folder_is_made_and_a_template_of_it_checked(installed: Installed, tmp_path: Path) -> None:
    home, path, sound = tmp_path / "home", tmp_path / "blank.xlsx", tmp_path / "sound.xlsx"
    made = installed.tongket(home, "init", home)
    assert made.returncode == 0, made.stderr
    small = make_home(tmp_path / "small")
    assert (
        installed.tongket(small.root, "template", "--unit", UNIT, "--period", "2020-N", "-o", path).returncode
        == 0
    )
    checked = installed.tongket(small.root, "check", "--json", path, write_sound(small, "2020-N", sound))
    assert [json.loads(line)["verdict"] for line in checked.stdout.splitlines()] == ["rejected", "accepted"]
    doctor = json.loads(installed.tongket(home, "doctor", "--json").stdout)
    assert doctor["ready"] is True, doctor
    assert list(installed.elsewhere.iterdir()) == []
