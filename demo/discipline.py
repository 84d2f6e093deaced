"""Discipline by organisation and quarter (B06).

What belongs here: forms of discipline, who decided them, and the memo items beside them. What does not: the
inspections from which a part of it comes (`inspection.py`).
"""

from collections import defaultdict
from dataclasses import dataclass

from demo.admissions import Slot
from demo.bodies import CHI_BO, DANG_BO, Body
from demo.draw import Rng, part_of, spread
from demo.inspection import Inspections
from demo.setting import Setting

FORMS = ("reprimand", "warning", "removed_from_post", "expelled")
_LEVELS = {"by_province": 0.02, "by_reporting_org": 0.35, "by_grassroots": 0.33, "by_cell": 0.30}

UnitSlot = tuple[str, int, int]


def stated_by_quarter(setting: Setting) -> dict[UnitSlot, dict[str, int]]:
    """Split stated totals by form over the quarters of the term."""
    plan = setting.plan
    found: dict[UnitSlot, dict[str, int]] = {}
    for unit, forms in plan.discipline.stated.items():
        rng = setting.stream(unit, "discipline by quarter")
        slots = [(unit, year, quarter) for year in plan.years for quarter in range(1, 5)]
        shares = {form: spread(rng, forms[form], [1.0] * len(slots)) for form in FORMS}
        found |= {slot: {form: shares[form][i] for form in FORMS} for i, slot in enumerate(slots)}
    return found


def build_discipline(
    setting: Setting, inspections: Inspections, stated: dict[UnitSlot, dict[str, int]]
) -> dict[Slot, dict[str, int]]:
    """Draw discipline: at least what inspections led to, exactly what is stated."""
    bodies, plan = setting.bodies, setting.plan
    figures: dict[Slot, dict[str, int]] = {}
    for unit in bodies.units.values():
        for year in plan.years:
            if not unit.files_in(year):
                continue
            rng = setting.stream(unit.code, year, "discipline")
            settled = [b for b in bodies.filed_by(unit.code, year) if b.is_settled_in(year)]
            family = bodies.family_of[unit.code].code
            share = plan.discipline.beyond_inspection if family in plan.inspection.disciplined else 1.0
            mean = plan.discipline.rate * share * sum(b.size for b in settled) / 4
            places = _Places(
                settled,
                {b.code: 1 if b.org_type == CHI_BO else max(2, b.size // 10) for b in settled},
            )
            for quarter in range(1, 5):
                slot = (unit.code, year, quarter)
                forms = stated.get(slot)
                if forms is None:
                    total = inspections.disciplined(*slot) + int(rng.poisson(mean))
                    drawn = rng.multinomial(total, [plan.discipline.forms[form] for form in FORMS])
                    forms = {form: int(count) for form, count in zip(FORMS, drawn, strict=True)}
                orgs = inspections.disciplined(*slot, "disciplined_orgs")
                for body, row in places.filled(rng, forms, orgs).items():
                    figures[body, year, quarter] = row
    for suspension in plan.discipline.suspensions:
        place = (suspension.organisation, suspension.year, suspension.quarter)
        figures.setdefault(place, _row({}))["members_suspended"] = 1
    return figures


@dataclass
class _Places:
    """The organisations of a unit in a year, and how many more cases each has room for."""

    settled: list[Body]
    room: dict[str, int]

    def filled(self, rng: Rng, forms: dict[str, int], orgs: int) -> dict[str, dict[str, int]]:
        """Give a quarter's cases to organisations, larger ones more often, none more than it has room for."""
        weights = [float(b.size) for b in self.settled]
        cases: dict[str, dict[str, int]] = defaultdict(lambda: dict.fromkeys(FORMS, 0))
        for form in FORMS:
            limits = [self.room[b.code] for b in self.settled]
            for body, count in zip(self.settled, spread(rng, forms[form], weights, limits), strict=True):
                if count:
                    cases[body.code][form] += count
                    self.room[body.code] -= count
        rows = {code: _row(_details(rng, cases[code])) for code in sorted(cases)}
        large = [b for b in self.settled if b.org_type == DANG_BO]
        for body, count in zip(large, spread(rng, orgs, [float(b.size) for b in large]), strict=True):
            if count:
                warned = part_of(rng, count, 0.25)
                rows.setdefault(body.code, _row({})).update(
                    {"orgs_disciplined": count, "orgs_reprimand": count - warned, "orgs_warning": warned}
                )
        return rows


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
