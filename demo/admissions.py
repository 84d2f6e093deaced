"""Admissions: from term totals to years, units, organisations and quarters.

What belongs here: how many are admitted where and when, and the yearly targets. What does not: who they are
(`members.py`).
"""

from dataclasses import dataclass
from datetime import date

from demo.bodies import CHI_BO, Body
from demo.draw import apportion, deal, paced, spread
from demo.plan import Family
from demo.setting import Setting

Slot = tuple[str, int, int]
"""An organisation (or unit), a year and a quarter from 1 to 4."""


@dataclass(frozen=True)
class Admissions:
    """Admissions by organisation and quarter, and yearly targets by unit and organisation.

    The quarters of the year before the first are there too: their members are confirmed in the first year.
    """

    counts: dict[Slot, int]
    unit_targets: dict[str, int]
    targets: dict[str, int]

    def of_year(self, code: str, year: int) -> int:
        """Give the admissions of an organisation in a year."""
        return sum(self.counts.get((code, year, quarter), 0) for quarter in range(1, 5))


def build_admissions(setting: Setting) -> Admissions:
    """Draw the admissions of all families."""
    bodies = setting.bodies
    counts: dict[Slot, int] = {}
    unit_targets: dict[str, int] = {}
    targets: dict[str, int] = {}
    for family in bodies.families:
        by_unit, aims = _by_unit_and_year(setting, family)
        unit_targets |= aims
        for (unit, year), total in by_unit.items():
            counts |= _by_organisation(setting, unit, year, total, aims.get(unit))
        for unit, aim in aims.items():
            lasting = [b for b in bodies.bodies if b.unit == unit and not b.event]
            shares = apportion(aim, [float(b.size) for b in lasting])
            targets |= {b.code: share for b, share in zip(lasting, shares, strict=True)}
    return Admissions(counts, unit_targets, targets)


def _by_unit_and_year(setting: Setting, family: Family) -> tuple[dict[tuple[str, int], int], dict[str, int]]:
    """Split a family's admissions; where there is a target, every unit reaches its own every year."""
    plan, rng = setting.plan, setting.stream(family.code, "admissions")
    units = [unit for unit in family.units if unit.organisations]
    weights = [float(unit.members) for unit in units]
    stated = plan.admissions.get(family.code)
    if stated and stated.target is None:
        years = apportion(stated.term, [float(rng.uniform(0.93, 1.07)) for _ in plan.years])
        terms = apportion(stated.term, weights)
        table = deal(rng, terms, years)
        found = {(u.code, y): table[i][j] for i, u in enumerate(units) for j, y in enumerate(plan.years)}
        return found | {(u.code, plan.years[0] - 1): found[u.code, plan.years[0]] for u in units}, {}
    if stated and stated.target is not None:
        aim = stated.target
        surplus = spread(rng, stated.term - aim * len(plan.years), [1.0] * len(plan.years))
        fixed = {code: (u.target, u.term - u.target * len(plan.years)) for code, u in stated.units.items()}
    else:
        low, high = family.admissions.per_year or (0, 0)
        totals = [int(rng.integers(low, high + 1)) for _ in plan.years]
        aim = round(min(totals) * 0.97)
        surplus = [total - aim for total in totals]
        fixed = {}
    free = [i for i, unit in enumerate(units) if unit.code not in fixed]
    aims = {code: target for code, (target, _) in fixed.items()}
    rest = apportion(aim - sum(aims.values()), [weights[i] for i in free])
    aims |= {units[i].code: share for i, share in zip(free, rest, strict=True)}
    beyond = {code: extra for code, (_, extra) in fixed.items()}
    rest = apportion(sum(surplus) - sum(beyond.values()), [weights[i] for i in free])
    beyond |= {units[i].code: share for i, share in zip(free, rest, strict=True)}
    table = deal(rng, [beyond[unit.code] for unit in units], surplus)
    found = {
        (u.code, y): aims[u.code] + table[i][j] for i, u in enumerate(units) for j, y in enumerate(plan.years)
    }
    return found | {(u.code, plan.years[0] - 1): aims[u.code] for u in units}, aims


def _by_organisation(setting: Setting, unit: str, year: int, total: int, aim: int | None) -> dict[Slot, int]:
    rng = setting.stream(unit, year, "admissions")
    settled = [b for b in setting.bodies.bodies if b.unit == unit and _can_admit(b, year)]
    weights = [float(b.size) ** 0.9 for b in settled]
    limits = [_most(b) for b in settled]
    shares = spread(rng, total, weights, limits)
    quarters = paced(rng, total, aim if aim is not None else round(total * 0.9))
    table = deal(rng, shares, quarters)
    return {
        (body.code, year, quarter): table[i][quarter - 1]
        for i, body in enumerate(settled)
        for quarter in range(1, 5)
        if table[i][quarter - 1]
    }


def _can_admit(body: Body, year: int) -> bool:
    return body.size > 0 and body.is_settled_in(year) and body.lives_on(date(year + 1, 12, 31))


def _most(body: Body) -> int:
    return max(1, body.size // 8) if body.org_type == CHI_BO else max(3, body.size // 6)
