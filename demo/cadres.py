"""Cadres and payroll (B07).

What belongs here: cases of appointment and rotation, posts, payroll and its plans, line by line. What does not:
who is appointed; the form holds counts only.
"""

from dataclasses import dataclass, field

from demo.bodies import Bodies
from demo.draw import Rng, apportion, part_of, spread, stream
from demo.plan import Payroll, PlannedReduction, UnitPlan, WorldPlan

HALF, WHOLE = 2, 4
_CASES = ("CB01", "CB03", "CB04", "CB05", "CB10")
_PARTS = {"CB02": "CB01", "CB06": "CB05"}
_POSTS = ("CB07", "CB08", "CB09", "CB11")
_PAYROLL = ("BC01", "BC02", "BC03", "BC04", "BC05", "BC06")
LINES = ("CB01", "CB02", "CB03", "CB04", "CB05", "CB06", *_POSTS[:3], "CB10", "CB11", *_PAYROLL)
"""All lines in the form's order."""

LineRow = dict[str, float | None]


@dataclass
class Cadres:
    """Rows by unit, year, quarter at the end of which they hold, and line; a line left out does not apply."""

    rows: dict[tuple[str, int, int], dict[str, LineRow]] = field(default_factory=dict)


def percent(part: float, whole: float | None, decimals: int = 1) -> float | None:
    """Give a percentage as it is printed; None where there is nothing to divide by."""
    return round(100 * part / whole, decimals) if whole else None


def build_cadres(seed: int, bodies: Bodies, plan: WorldPlan) -> Cadres:
    """Draw the lines of every unit and province."""
    cadres = Cadres()
    closing: dict[str, int] = {}
    for family in bodies.families:
        rotations = _training(seed, family.code, [u.code for u in family.units], plan)
        for unit in family.units:
            years = [year for year in plan.years if unit.files_in(year)]
            totals = _case_totals(unit, bodies, plan, len(years))
            if unit.code in rotations:
                totals["CB06"] = rotations[unit.code]
                totals["CB05"] = max(totals["CB05"], totals["CB06"])
            _cases(seed, cadres, unit.code, years, totals, bodies.profile(unit.code))
            _posts(seed, cadres, unit, bodies, years, plan, family.is_province)
            if unit.payroll and family.code not in plan.cadres.filed_by_province:
                inherited = sum(closing[old] for old in unit.merges) if unit.merges else None
                closing[unit.code] = _payroll(seed, cadres, unit, bodies, years, plan, inherited)
        if family.is_province:
            years = list(plan.years)
            _cases(seed, cadres, family.code, years, plan.cadres.stated[family.code], family.profile)
            _district_posts(seed, cadres, family.code, years, plan, family.profile)
            if family.code in plan.cadres.filed_by_province:
                _payroll_lines(
                    seed, cadres, family.code, years, plan.cadres.payroll[family.code], family.profile
                )
    return cadres


def _training(seed: int, family: str, units: list[str], plan: WorldPlan) -> dict[str, int]:
    shape = plan.cadres.rotations_for_training
    if shape.family != family:
        return {}
    rng = stream(seed, family, "rotations for training")
    shares = spread(rng, shape.total - shape.by_province, [1.0] * len(units))
    return dict(zip(units, shares, strict=True))


def _case_totals(unit: UnitPlan, bodies: Bodies, plan: WorldPlan, years: int) -> dict[str, int]:
    stated = plan.cadres.stated.get(unit.code)
    if stated:
        return dict(stated)
    organisations = len(
        bodies.filed_by(unit.code, plan.years[0] if unit.valid_from is None else plan.years[-1])
    )
    scale = organisations * years / len(plan.years)
    return {line: round(rate * scale) for line, rate in plan.cadres.default.items()}


def _row(
    rng: Rng,
    total: int,
    profile: dict[str, float],
    *,
    base: int | None = None,
    plan: int | None = None,
    people: bool = True,
    decimals: int = 1,
) -> LineRow:
    return {
        "total": total,
        "female": part_of(rng, total, profile["female"] * 0.8) if people else None,
        "age_40_or_less": part_of(rng, total, 0.33) if people else None,
        "ethnic_minority": part_of(rng, total, profile["ethnic_minority"] * 0.9) if people else None,
        "base_total": base,
        "pct_of_base": percent(total, base, decimals),
        "plan_total": plan,
        "pct_of_plan": percent(total, plan),
    }


def _put(cadres: Cadres, unit: str, year: int, quarter: int, line: str, row: LineRow) -> None:
    cadres.rows.setdefault((unit, year, quarter), {})[line] = row


def _cases(
    seed: int, cadres: Cadres, unit: str, years: list[int], totals: dict[str, int], profile: dict[str, float]
) -> None:
    """Split cases over half-years; a part never exceeds its whole in any of them."""
    rng = stream(seed, unit, "cases")
    halves = [(year, half) for year in years for half in (HALF, WHOLE)]
    drawn = {line: spread(rng, totals[line], [1.0] * len(halves)) for line in _CASES}
    drawn |= {
        part: spread(rng, totals[part], [1.0] * len(halves), drawn[whole]) for part, whole in _PARTS.items()
    }
    for line, counts in drawn.items():
        first: LineRow | None = None
        for (year, half), count in zip(halves, counts, strict=True):
            row = _row(rng, count, profile)
            if half == WHOLE and first is not None:
                row |= {
                    key: (first[key] or 0) + (row[key] or 0)
                    for key in ("total", "female", "age_40_or_less", "ethnic_minority")
                }
            first = row if half == HALF else None
            _put(cadres, unit, year, half, line, row)


def _posts(
    seed: int,
    cadres: Cadres,
    unit: UnitPlan,
    bodies: Bodies,
    years: list[int],
    plan: WorldPlan,
    in_province: bool,
) -> None:
    """Fill the posts of communes; where the province counts district posts, a unit counts none."""
    rng = stream(seed, unit.code, "posts")
    profile = bodies.profile(unit.code)
    secretaries, chairs = float(rng.uniform(0.2, 0.45)), float(rng.uniform(0.15, 0.4))
    both = plan.cadres.secretary_chairs.get(unit.code, int(rng.integers(0, 3)))
    for year in years:
        for half in (HALF, WHOLE):
            communes = sum(b.is_commune for b in bodies.filed_by(unit.code, year) if b.lives_in(year + 1))
            if not communes:
                continue
            since = plan.years[-1] - year
            if not in_province:
                growing = 1 - 0.1 * since
                _put(
                    cadres,
                    unit.code,
                    year,
                    half,
                    "CB07",
                    _row(rng, round(communes * secretaries * growing), profile, base=communes),
                )
                _put(
                    cadres,
                    unit.code,
                    year,
                    half,
                    "CB08",
                    _row(rng, round(communes * chairs * growing), profile, base=communes),
                )
            merged = max(0, both - since)
            police = {0: communes if half == WHOLE else communes * 2 // 3, 1: communes // 3}.get(since, 0)
            _put(cadres, unit.code, year, half, "CB09", _row(rng, merged, profile, base=communes, people=False))
            _put(cadres, unit.code, year, half, "CB11", _row(rng, police, profile, base=communes, people=False))


def _district_posts(
    seed: int, cadres: Cadres, code: str, years: list[int], plan: WorldPlan, profile: dict[str, float]
) -> None:
    rng = stream(seed, code, "district posts")
    shape = plan.cadres.not_local[code]
    for year in years:
        fewer = years[-1] - year
        for half in (HALF, WHOLE):
            for line, most in (("CB07", shape.secretaries), ("CB08", shape.chairs)):
                _put(cadres, code, year, half, line, _row(rng, max(1, most - fewer), profile, base=shape.of))


def _payroll(
    seed: int,
    cadres: Cadres,
    unit: UnitPlan,
    bodies: Bodies,
    years: list[int],
    plan: WorldPlan,
    inherited: int | None,
) -> int:
    shape = plan.cadres.payroll.get(unit.code)
    if shape is None:
        communes = sum(b.is_commune for b in bodies.filed_by(unit.code, years[0]))
        share = len(years) / len(plan.years)
        members = sum(b.size for b in bodies.filed_by(unit.code, years[0]))
        opening = inherited or round(members * plan.cadres.payroll_per_member)
        reduction = round(opening * 0.1 * share)
        part_time = PlannedReduction(
            reduction=round(communes * 22 * share), plan=round(communes * 21.4 * share)
        )
        shape = Payroll(
            opening=opening,
            reduction=reduction,
            plan=max(1, round(reduction * 0.96)),
            part_time=part_time,
            deputies=round(communes * 8.3 * share),
        )
    return _payroll_lines(seed, cadres, unit.code, years, shape, bodies.profile(unit.code))


def _payroll_lines(
    seed: int, cadres: Cadres, unit: str, years: list[int], shape: Payroll, profile: dict[str, float]
) -> int:
    """Write payroll as stock and flow; reductions and plans sum to those of the term."""
    rng = stream(seed, unit, "payroll")
    weights = [float(rng.uniform(0.8, 1.2)) for _ in years]
    has_communes = shape.part_time.reduction > 0
    cut, planned = apportion(shape.reduction, weights), apportion(shape.plan, weights)
    staff, staff_plan = apportion(shape.part_time.reduction, weights), apportion(shape.part_time.plan, weights)
    deputies = apportion(shape.deputies, weights)
    opening = shape.opening
    for i, year in enumerate(years):
        grown = int(rng.poisson(opening * 0.002))
        early = float(rng.uniform(0.4, 0.55))
        for half, part in ((HALF, early), (WHOLE, 1.0)):
            more, fewer = round(grown * part), round(cut[i] * part)
            values: dict[str, LineRow] = {
                "BC01": _row(rng, opening, profile),
                "BC02": _row(rng, more, profile),
                "BC03": _row(rng, fewer, profile, base=opening, plan=planned[i], decimals=2),
                "BC04": _row(rng, opening + more - fewer, profile),
            }
            if has_communes:
                values["BC05"] = _row(rng, round(staff[i] * part), profile, plan=staff_plan[i])
                values["BC06"] = _row(rng, round(deputies[i] * part), profile)
            for line, row in values.items():
                _put(cadres, unit, year, half, line, row)
        opening += grown - cut[i]
    return opening
