"""Inspection and supervision (B05) and what discipline comes of it.

What belongs here: visits by unit, quarter, actor and activity, and the cascade from done to disciplined. What
does not: discipline as such (`discipline.py`).
"""

from collections.abc import Sequence
from dataclasses import dataclass

from demo.draw import Rng, apportion, deal, paced, part_of, spread
from demo.plan import Block, Family, WorldPlan
from demo.setting import Setting

Cell = tuple[str, str]
"""An actor and an activity."""

UnitYear = tuple[str, int]
Figures = dict[str, int]
PREVIOUS_TERM = 0
"""The year under which the one filing of a term stands; it has a single quarter."""


@dataclass(frozen=True)
class Inspections:
    """Increments by unit, year, quarter and cell; yearly plans by unit, year and cell."""

    done: dict[tuple[str, int, int], dict[Cell, Figures]]
    plans: dict[tuple[str, int], dict[Cell, tuple[int, int]]]

    def disciplined(self, unit: str, year: int, quarter: int, column: str = "disciplined_members") -> int:
        """Give how many were disciplined through inspection in a quarter."""
        return sum(f[column] for f in self.done.get((unit, year, quarter), {}).values())


def build_inspections(setting: Setting, ceilings: dict[tuple[str, int, int], int]) -> Inspections:
    """Draw inspections of all families.

    Args:
        setting: seed, bodies and plan.
        ceilings: members disciplined in all by unit, year and quarter, where that is known beforehand.
    """
    bodies, plan = setting.bodies, setting.plan
    result = Inspections({}, {})
    for family in bodies.families:
        _draw_family(setting, family, ceilings, result)
    previous = plan.inspection.previous_term
    units = [u.code for f in bodies.families if f.code == previous.family for u in f.units]
    rng = setting.stream(previous.family, previous.period)
    weights = {(u, PREVIOUS_TERM): float(bodies.units[u].members) for u in units}
    visits = _visits(rng, previous.blocks, weights, plan, organisations=0)
    quarters = {(slot, cell): [(orgs, members)] for (slot, cell), (orgs, members) in visits.items()}
    _fill(rng, result, quarters, plan)
    slots = [key for key in result.done if key[1] == PREVIOUS_TERM]
    _discipline(rng, result, slots, previous.disciplined.members, "members")
    _discipline(rng, result, slots, previous.disciplined.orgs, "orgs")
    _cascade(rng, result, slots)
    for unit in units:
        cells = result.done[unit, PREVIOUS_TERM, 1]
        result.plans[unit, PREVIOUS_TERM] = {
            cell: (part_of(rng, f["done_orgs"], 0.95), part_of(rng, f["done_members"], 0.95))
            for cell, f in cells.items()
            if cell[1] not in plan.inspection.unplanned
        }

    return result


def _draw_family(
    setting: Setting, family: Family, ceilings: dict[tuple[str, int, int], int], result: Inspections
) -> None:
    bodies, plan = setting.bodies, setting.plan
    rng = setting.stream(family.code, "inspection")
    weights: dict[tuple[str, int], float] = {}
    for year in plan.years:
        swing = float(rng.uniform(0.85, 1.15))
        for unit in family.units:
            if unit.files_in(year):
                weights[unit.code, year] = swing * sum(b.size for b in bodies.filed_by(unit.code, year))
    organisations = sum(len(bodies.filed_by(u.code, plan.years[-1])) for u in family.units)
    blocks = plan.inspection.blocks.get(family.code, plan.inspection.blocks["default"])
    visits = _visits(rng, blocks, weights, plan, organisations)
    quarters: dict[tuple[UnitYear, Cell], list[tuple[int, int]]] = {}
    for (slot, cell), (orgs, members) in visits.items():
        planned = cell[1] not in plan.inspection.unplanned
        total = orgs + members
        aim = int(total * rng.uniform(0.86, 1.0)) if planned else 0
        table = deal(rng, [orgs, members], paced(rng, total, aim))
        quarters[slot, cell] = list(zip(table[0], table[1], strict=True))
        if planned:
            shares = apportion(aim, [orgs, members]) if aim else [0, 0]
            result.plans.setdefault(slot, {})[cell] = (shares[0], shares[1])
    _fill(rng, result, quarters, plan)
    codes = {unit.code for unit in family.units}
    slots = [key for key in result.done if key[0] in codes and key[1] != PREVIOUS_TERM]
    if family.code in plan.discipline.stated:
        for place in slots:
            room = sum(_room(result, place, "members").values())
            _discipline(rng, result, [place], min(room, part_of(rng, ceilings[place], 0.5)), "members")
        _discipline(rng, result, slots, 0, "orgs")
    else:
        stated = plan.inspection.disciplined.get(family.code)
        rates = plan.inspection.disciplined_rate
        inspected = _total(result, slots, "done_members"), _total(result, slots, "done_orgs")
        _discipline(
            rng, result, slots, stated.members if stated else round(inspected[0] * rates.members), "members"
        )
        _discipline(rng, result, slots, stated.orgs if stated else round(inspected[1] * rates.orgs), "orgs")
    _cascade(rng, result, slots)


def _total(result: Inspections, slots: Sequence[tuple[str, int, int]], column: str) -> int:
    return sum(
        f[column]
        for slot in slots
        for (_, activity), f in result.done[slot].items()
        if activity.startswith("KT_")
    )


def _visits(
    rng: Rng,
    blocks: Sequence[Block],
    weights: dict[tuple[str, int], float],
    plan: WorldPlan,
    organisations: int,
) -> dict[tuple[tuple[str, int], Cell], tuple[int, int]]:
    """Split the totals of blocks over units, years, actors and activities."""
    found: dict[tuple[tuple[str, int], Cell], tuple[int, int]] = {}
    shapes = plan.inspection
    for block in blocks:
        actors = block.actors or tuple(shapes.actors)
        cells = [
            (slot, (actor, activity)) for slot in weights for actor in actors for activity in block.activities
        ]
        chances = [
            weights[slot] * shapes.actors[actor] * shapes.activities.get(activity, 0.1)
            for slot, (actor, activity) in cells
        ]
        orgs = block.orgs if block.orgs is not None else round(block.orgs_per_organisation * organisations)
        members = (
            block.members
            if block.members is not None
            else round(block.members_per_organisation * organisations)
        )
        for cell, o, m in zip(cells, spread(rng, orgs, chances), spread(rng, members, chances), strict=True):
            before = found.get(cell, (0, 0))
            found[cell] = (before[0] + o, before[1] + m)
    return found


def _fill(
    rng: Rng,
    result: Inspections,
    quarters: dict[tuple[tuple[str, int], Cell], list[tuple[int, int]]],
    plan: WorldPlan,
) -> None:
    cells = [(actor, activity) for actor in plan.inspection.actors for activity in _activities(plan)]
    for (unit, year), _ in quarters:
        parts = len(quarters[next(k for k in quarters if k[0] == (unit, year))])
        for quarter in range(1, parts + 1):
            if (unit, year, quarter) in result.done:
                continue
            rows = result.done[unit, year, quarter] = {}
            for cell in cells:
                amounts = quarters.get(((unit, year), cell))
                orgs, members = amounts[quarter - 1] if amounts else (0, 0)
                rows[cell] = {
                    "done_orgs": orgs,
                    "done_orgs_distinct": orgs - part_of(rng, max(0, orgs - 1), 0.12),
                    "done_members": members,
                    "done_committee_members": part_of(rng, members, 0.34),
                    "concluded_orgs": orgs - part_of(rng, orgs, 0.03),
                    "concluded_members": members - part_of(rng, members, 0.03),
                    "disciplined_orgs": 0,
                    "disciplined_members": 0,
                }


def _activities(plan: WorldPlan) -> tuple[str, ...]:
    return (*plan.inspection.activities, "GS_CD", "GQ_TC", "GQ_KN")


def _room(result: Inspections, slot: tuple[str, int, int], what: str) -> dict[Cell, int]:
    return {
        cell: f[f"done_{what}"]
        for cell, f in result.done[slot].items()
        if cell[1].startswith("KT_") and f[f"done_{what}"]
    }


def _discipline(
    rng: Rng, result: Inspections, slots: Sequence[tuple[str, int, int]], total: int, what: str
) -> None:
    """Choose who of those inspected was disciplined; signs of violation lead to it more often."""
    places = [(slot, cell, room) for slot in slots for cell, room in _room(result, slot, what).items()]
    chances = [room * (8.0 if cell[1] == "KT_DHVP" else 1.0) for _, cell, room in places]
    for (slot, cell, _), count in zip(
        places, spread(rng, total, chances, [room for *_, room in places]), strict=True
    ):
        result.done[slot][cell][f"disciplined_{what}"] = count


def _cascade(rng: Rng, result: Inspections, slots: Sequence[tuple[str, int, int]]) -> None:
    """Fill violations and what must be disciplined between done and disciplined."""
    for slot in slots:
        for (_, activity), f in result.done[slot].items():
            is_inspection = activity.startswith("KT_")
            for what in ("orgs", "members"):
                done, punished = f[f"done_{what}"], f[f"disciplined_{what}"]
                f[f"violated_{what}"] = punished + part_of(rng, done - punished, 0.1 if is_inspection else 0.02)
                spare = part_of(rng, f[f"violated_{what}"] - punished, 0.3) if is_inspection else 0
                f[f"must_discipline_{what}"] = punished + spare
            if activity == "GS_CD":
                f["moved_to_suspicion_check"] = part_of(rng, f["done_orgs"] + f["done_members"], 0.01)
