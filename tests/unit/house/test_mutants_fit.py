"""The mutants that are tried by hand change what stands in the sources today."""

import pytest

from tests.support.mutation.__main__ import AREAS
from tests.support.mutation.mutant import MODELS, ROOT, Mutant

MUTANTS = [mutant for mutants in AREAS.values() for mutant in mutants]


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: f"{mutant.file}: {mutant.name}")
def test_a_mutant_changes_what_is_there_and_names_tests_that_are(mutant: Mutant) -> None:
    assert mutant.old in (ROOT / mutant.file).read_text(encoding="utf-8")
    assert mutant.old != mutant.new
    named = [name for name in mutant.tests if not name.startswith("-")]
    assert named and all(_is_there(name) for name in named)


def test_an_area_names_each_of_its_mutants_once_and_at_most_five_survive() -> None:
    for mutants in AREAS.values():
        assert len({mutant.name for mutant in mutants}) == len(mutants)
    assert len(MUTANTS) >= 100
    assert sum(bool(mutant.equivalent) for mutant in MUTANTS) <= 5


def _is_there(test: str) -> bool:
    if test.startswith(MODELS):
        return any((ROOT / "dbt_project" / "models").rglob(f"{test.removeprefix(MODELS)}.sql"))
    file, _, function = test.partition("::")
    path = ROOT / file
    if not function:
        return path.exists()
    return path.exists() and f"def {function}(" in path.read_text(encoding="utf-8")
