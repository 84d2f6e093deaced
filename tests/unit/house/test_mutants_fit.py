"""The mutants that are tried by hand change what stands in the sources today."""

import pytest

from tests.support import figure_mutants, gate_mutants
from tests.support.figure_mutants import ROOT, Mutant

MUTANTS = [*figure_mutants.MUTANTS, *gate_mutants.MUTANTS.values()]


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: f"{mutant.file}: {mutant.old}")
def test_a_mutant_changes_what_is_there_and_names_tests_that_are(mutant: Mutant) -> None:
    assert mutant.old in (ROOT / mutant.file).read_text(encoding="utf-8")
    assert mutant.old != mutant.new
    named = [name for name in mutant.tests if not name.startswith("-")]
    assert named and all((ROOT / name.partition("::")[0]).exists() for name in named)
