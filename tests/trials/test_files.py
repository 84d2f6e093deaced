"""Cases as files of every format: what is filed is found where it stands in the file.

The number is small for the sake of time; the benchmark of trials files 200 faulty and 200 sound ones.
"""

import pytest

from demo.faults.trials import Trials
from demo.world import World
from tests.trials.formats import FORMATS, run_files

CASES = 30


@pytest.fixture(scope="module")
def small(demo_world: World) -> Trials:
    return Trials(demo_world, seed=3, most_rows=130)


def test_faults_are_found_in_files_of_every_format(small, tmp_path):
    rules = [f"V{number:03}" for number in (1, 5, 8, 9, 11, 12, 14, 17, 18, 22, 27, 31, 43, 45, 52)]
    cases = small.cases(CASES, rules)
    score, found = run_files(small, cases, tmp_path)

    assert score.missed == []
    assert score.strays == []
    assert score.alarms == []
    assert found == dict.fromkeys(FORMATS, CASES // len(FORMATS))
