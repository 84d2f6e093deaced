"""A module that is put off is read when something of it is used, and is an ordinary one for everybody else."""

import subprocess
import sys
from pathlib import Path

import pytest

from ingestion.gate.put_off import put_off

NAME = "a_module_that_is_put_off"


@pytest.fixture(autouse=True)
def _module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / f"{NAME}.py").write_text("value = [1]\n", encoding="utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, NAME, raising=False)


def imported() -> object:
    import a_module_that_is_put_off  # type: ignore[import-not-found]

    return a_module_that_is_put_off


def test_it_is_not_read_before_something_of_it_is_used() -> None:
    with put_off(NAME):
        kept = imported()
    assert NAME not in sys.modules
    assert kept.value == [1]  # type: ignore[attr-defined]
    assert kept.value is sys.modules[NAME].value  # type: ignore[attr-defined]


def test_it_is_read_where_it_is_used_at_once() -> None:
    with put_off(NAME):
        assert imported().value == [1]  # type: ignore[attr-defined]
    assert sys.modules[NAME].value == [1]


def test_whoever_imports_it_later_gets_the_module_itself() -> None:
    with put_off(NAME):
        kept = imported()
    assert imported() is not kept
    assert imported() is sys.modules[NAME]


def test_what_was_imported_before_is_left_alone() -> None:
    before = imported()
    with put_off(NAME):
        assert imported() is before
    assert sys.modules[NAME] is before


def test_what_it_does_not_have_is_said_as_of_a_module() -> None:
    with put_off(NAME):
        kept = imported()
    with pytest.raises(AttributeError, match=NAME):
        _ = kept.other  # type: ignore[attr-defined]


def test_rules_as_expectations_read_no_charts_and_no_distributions() -> None:
    code = "import sys, ingestion.gate.checkpoints; print({'altair', 'scipy.stats'} & set(sys.modules))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "set()"
