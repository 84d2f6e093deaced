"""What every subject of the demo world draws from: the seed, the bodies, the plan.

What belongs here: the one argument that all of them share. What does not: anything drawn.
"""

from dataclasses import dataclass

from demo.bodies import Bodies
from demo.draw import Rng, stream
from demo.plan import WorldPlan


@dataclass(frozen=True)
class Setting:
    """Seed, bodies and plan of one demo world."""

    seed: int
    bodies: Bodies
    plan: WorldPlan

    def stream(self, *names: str | int) -> Rng:
        """Give a topic's own source of chance."""
        return stream(self.seed, *names)
