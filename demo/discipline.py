"""Discipline by organisation and quarter (B06).

What belongs here: forms of discipline, who decided them, and the memo items beside them. What does not: the
inspections from which a part of it comes (`inspection.py`).
"""

from collections import defaultdict

from demo.admissions import Slot
from demo.bodies import CHI_BO, DANG_BO, Bodies, Body
from demo.draw import Rng, part_of, spread, stream
from demo.inspection import Inspections
from demo.plan import WorldPlan

FORMS = ("reprimand", "warning", "removed_from_post", "expelled")
_LEVELS = {"by_province": 0.02, "by_reporting_org": 0.35, "by_grassroots": 0.33, "by_cell": 0.30}

UnitSlot = tuple[str, int, int]


def stated_by_quarter(seed: int, plan: WorldPlan) -> dict[UnitSlot, dict[str, int]]:
    """Split stated totals by form over the quarters of the term."""
    found: dict[UnitSlot, dict[str, int]] = {}
    for unit, forms in plan.discipline.stated.items():
        rng = stream(seed, unit, "discipline by quarter")
        slots = [(unit, year, quarter) for year in plan.years for quarter in range(1, 5)]
        shares = {form: spread(rng, forms[form], [1.0] * len(slots)) for form in FORMS}
        found |= {slot: {form: shares[form][i] for form in FORMS} for i, slot in enumerate(slots)}
    return found


def build_discipline(
    seed: int,
    bodies: Bodies,
    plan: WorldPlan,
    inspections: Inspections,
    stated: dict[UnitSlot, dict[str, int]],
) -> dict[Slot, dict[str, int]]:
    """Draw discipline: at least what inspections led to, exactly what is stated."""
    figures: dict[Slot, dict[str, int]] = {}
    for unit in bodies.units.values():
        for year in plan.years:
            if not unit.files_in(year):
                continue
            rng = stream(seed, unit.code, year, "discipline")
            settled = [b for b in bodies.filed_by(unit.code, year) if b.is_settled_in(year)]
            family = bodies.family_of[unit.code].code
            share = plan.discipline.beyond_inspection if family in plan.inspection.disciplined else 1.0
            mean = plan.discipline.rate * share * sum(b.size for b in settled) / 4
            room = {b.code: 1 if b.org_type == CHI_BO else max(2, b.size // 10) for b in settled}
            for quarter in range(1, 5):
                slot = (unit.code, year, quarter)
                forms = stated.get(slot)
                if forms is None:
                    total = inspections.disciplined(*slot) + int(rng.poisson(mean))
                    drawn = rng.multinomial(total, [plan.discipline.forms[form] for form in FORMS])
                    forms = {form: int(count) for form, count in zip(FORMS, drawn, strict=True)}
                orgs = inspections.disciplined(*slot, "disciplined_orgs")
                _place(rng, figures, settled, room, forms, orgs, year, quarter)
    for suspension in plan.discipline.suspensions:
        place = (suspension.organisation, suspension.year, suspension.quarter)
        figures.setdefault(place, _row({}))["members_suspended"] = 1
    return figures


def _place(
    rng: Rng,
    figures: dict[Slot, dict[str, int]],
    settled: list[Body],
    room: dict[str, int],
    forms: dict[str, int],
    orgs: int,
    year: int,
    quarter: int,
) -> None:
    """Give a quarter's cases to organisations, larger ones more often, none more than it has room for."""
    cases: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(FORMS, 0))
    for form in FORMS:
        limits = [room[b.code] for b in settled]
        shares = spread(rng, forms[form], [float(b.size) for b in settled], limits)
        for body, count in zip(settled, shares, strict=True):
            if count:
                cases[body.code][form] += count
                room[body.code] -= count
    for code in sorted(cases):
        figures[code, year, quarter] = _row(_details(rng, cases[code]))
    large = [b for b in settled if b.org_type == DANG_BO]
    for body, count in zip(large, spread(rng, orgs, [float(b.size) for b in large]), strict=True):
        if count:
            row = figures.setdefault((body.code, year, quarter), _row({}))
            warned = part_of(rng, count, 0.25)
            row |= {"orgs_disciplined": count, "orgs_reprimand": count - warned, "orgs_warning": warned}


def _details(rng: Rng, cases: dict[str, int]) -> dict[str, int]:
    total = sum(cases.values())
    levels = rng.multinomial(total, list(_LEVELS.values()))
    light = cases["reprimand"] + cases["warning"]
    legal = part_of(rng, cases["expelled"], 0.45)
    due = part_of(rng, total, 0.05)
    return {
        "members_disciplined": total,
        **{f"members_{form}": cases[form] for form in FORMS},
        "members_disciplined_committee": part_of(rng, total, 0.22),
        "members_disciplined_probationary": part_of(rng, light, 0.03),
        "members_disciplined_female": part_of(rng, total, 0.2),
        **{level: int(count) for level, count in zip(_LEVELS, levels, strict=True)},
        "legal_action": legal,
        "imprisoned": part_of(rng, legal, 0.6),
        "admin_action": part_of(rng, total, 0.35),
        "complaints_due": due,
        "complaints_resolved": part_of(rng, due, 0.9),
    }


COLUMNS = (
    "orgs_disciplined",
    "orgs_reprimand",
    "orgs_warning",
    "orgs_disbanded",
    "members_disciplined",
    *(f"members_{form}" for form in FORMS),
    "members_disciplined_committee",
    "members_disciplined_probationary",
    "members_disciplined_female",
    *_LEVELS,
    "members_suspended",
    "legal_action",
    "imprisoned",
    "admin_action",
    "complaints_due",
    "complaints_resolved",
)
"""The count columns of B06 in the form's order."""


def _row(values: dict[str, int]) -> dict[str, int]:
    return dict.fromkeys(COLUMNS, 0) | values
