"""The demo world as the ground of trials."""

import pytest

from demo.faults.trials import Trials
from demo.world import World


@pytest.fixture(scope="session")
def trials(demo_world: World) -> Trials:
    return Trials(demo_world, most_rows=220)
