"""What the second computation knows before it counts: who was where and when, and what stands.

What belongs here: putting this together once. What does not: what any of it is.
"""

from dataclasses import dataclass

from reports.publication_gate.asked import Asked
from reports.publication_gate.bodies import Bodies
from reports.publication_gate.covers import Covers
from reports.publication_gate.filed import Filed
from reports.publication_gate.standing import Standing
from reports.publication_gate.tiles import Tiling


@dataclass(frozen=True)
class Office:
    """What is known of registry and filings.

    Attributes:
        bodies: the registry in time.
        asked: who counts in whose figures.
        standing: what is owed and what was filed.
        tiling: which rows stand at the end of a period.
    """

    bodies: Bodies
    asked: Asked
    standing: Standing
    tiling: Tiling


def office_of(bodies: Bodies, filed: Filed) -> Office:
    """Give what is known of a registry and what was filed."""
    covers = Covers(filed, bodies)
    standing = Standing(filed, bodies, covers)
    return Office(bodies, Asked(bodies, covers), standing, Tiling(bodies, standing, covers))
