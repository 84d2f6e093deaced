"""Cadres and payroll (B07).

What belongs here: cases of appointment and rotation, posts, payroll and its plans, line by line. What does not:
who is appointed; the form holds counts only.
"""

from dataclasses import dataclass

from demo.draw import Rng, apportion, part_of, spread
from demo.plan import Family, NotLocal, Payroll, PlannedReduction, UnitPlan
from demo.setting import Setting

HALF, WHOLE = 2, 4
_CASES = ("CB01", "CB03", "CB04", "CB05", "CB10")
_PARTS = {"CB02": "CB01", "CB06": "CB05"}
_PAYROLL_FLOWS = frozenset({"BC02", "BC03", "BC05", "BC06"})
COUNTS = ("total", "female", "age_40_or_less", "ethnic_minority")
"""The count columns of a line."""

LineRow = dict[str, float | None]
Rows = dict[tuple[str, int, int], dict[str, LineRow]]
"""Rows by unit, year, quarter at the end of which they hold, and line; a line left out does not apply."""


def percent(part: float, whole: float | None, decimals: int = 1) -> float | None:
    """Give a percentage as it is printed; None where there is nothing to divide by."""
    return round(100 * part / whole, decimals) if whole else None


def build_cadres(setting: Setting) -> Rows:
    """Draw the lines of every unit and province."""
    bodies, plan = setting.bodies, setting.plan
    rows: Rows = {}
    closing: dict[str, int] = {}
    for family in bodies.families:
        rotations = _training(setting, family)
        by_province = family.code in plan.cadres.filed_by_province
        for unit in family.units:
            years = [year for year in plan.years if unit.files_in(year)]
            sheet = _Sheet(setting, rows, unit.code, years, bodies.profile(unit.code))
            totals = _case_totals(setting, unit, len(years))
            if unit.code in rotations:
                totals["CB06"] = rotations[unit.code]
                totals["CB05"] = max(totals["CB05"], totals["CB06"])
            sheet.write_cases(totals)
            sheet.write_posts(with_leaders=not family.is_province)
            if unit.payroll and not by_province:
                inherited = sum(closing[old] for old in unit.merges) if unit.merges else None
                closing[unit.code] = sheet.write_payroll(_payroll(setting, unit, years, inherited))
        if family.is_province:
            sheet = _Sheet(setting, rows, family.code, list(plan.years), family.profile)
            sheet.write_cases(plan.cadres.stated[family.code])
            sheet.write_district_posts(plan.cadres.not_local[family.code])
            if by_province:
                sheet.write_payroll(plan.cadres.payroll[family.code])
    return rows


def _training(setting: Setting, family: Family) -> dict[str, int]:
    shape = setting.plan.cadres.rotations_for_training
    if shape.family != family.code:
        return {}
    rng = setting.stream(family.code, "rotations for training")
    shares = spread(rng, shape.total - shape.by_province, [1.0] * len(family.units))
    return {unit.code: share for unit, share in zip(family.units, shares, strict=True)}


def _case_totals(setting: Setting, unit: UnitPlan, years: int) -> dict[str, int]:
    plan = setting.plan
    stated = plan.cadres.stated.get(unit.code)
    if stated:
        return dict(stated)
    year = plan.years[0] if unit.valid_from is None else plan.years[-1]
    scale = len(setting.bodies.filed_by(unit.code, year)) * years / len(plan.years)
    return {line: round(rate * scale) for line, rate in plan.cadres.default.items()}


def _payroll(setting: Setting, unit: UnitPlan, years: list[int], inherited: int | None) -> Payroll:
    """Give a unit's payroll in its years: what is stated, else in proportion to members and communes."""
    plan = setting.plan
    stated = plan.cadres.payroll.get(unit.code)
    if stated:
        return stated
    filed = setting.bodies.filed_by(unit.code, years[0])
    communes = sum(b.is_commune for b in filed)
    share = len(years) / len(plan.years)
    opening = inherited or round(sum(b.size for b in filed) * plan.cadres.payroll_per_member)
    reduction = round(opening * 0.1 * share)
    return Payroll(
        opening=opening,
        reduction=reduction,
        plan=max(1, round(reduction * 0.96)),
        part_time=PlannedReduction(reduction=round(communes * 22 * share), plan=round(communes * 21.4 * share)),
        deputies=round(communes * 8.3 * share),
    )


@dataclass(frozen=True)
class _Sheet:
    """The lines of one body in its years."""

    setting: Setting
    rows: Rows
    code: str
    years: list[int]
    profile: dict[str, float]

    def _row(
        self,
        rng: Rng,
        total: int,
        *,
        base: int | None = None,
        plan: int | None = None,
        people: bool = True,
        decimals: int = 1,
    ) -> LineRow:
        profile = self.profile
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

    def _put(self, year: int, quarter: int, line: str, row: LineRow) -> None:
        self.rows.setdefault((self.code, year, quarter), {})[line] = row

    def write_cases(self, totals: dict[str, int]) -> None:
        """Split cases over half-years; a part never exceeds its whole in any of them."""
        rng = self.setting.stream(self.code, "cases")
        halves = [(year, half) for year in self.years for half in (HALF, WHOLE)]
        drawn = {line: spread(rng, totals[line], [1.0] * len(halves)) for line in _CASES}
        drawn |= {
            part: spread(rng, totals[part], [1.0] * len(halves), drawn[whole]) for part, whole in _PARTS.items()
        }
        for line, counts in drawn.items():
            first: LineRow | None = None
            for (year, half), count in zip(halves, counts, strict=True):
                row = self._row(rng, count)
                if half == WHOLE and first is not None:
                    row |= {key: (first[key] or 0) + (row[key] or 0) for key in COUNTS}
                first = row if half == HALF else None
                self._put(year, half, line, row)

    def write_posts(self, *, with_leaders: bool) -> None:
        """Fill the posts of communes; where the province counts district leaders, a unit counts none."""
        rng = self.setting.stream(self.code, "posts")
        plan = self.setting.plan
        shares = {"CB07": float(rng.uniform(0.2, 0.45)), "CB08": float(rng.uniform(0.15, 0.4))}
        both = plan.cadres.secretary_chairs.get(self.code, int(rng.integers(0, 3)))
        for year in self.years:
            communes = sum(
                b.is_commune for b in self.setting.bodies.filed_by(self.code, year) if b.lives_in(year + 1)
            )
            if not communes:
                continue
            since = plan.years[-1] - year
            for half in (HALF, WHOLE):
                if with_leaders:
                    for line, share in shares.items():
                        total = round(communes * share * (1 - 0.1 * since))
                        self._put(year, half, line, self._row(rng, total, base=communes))
                merged = max(0, both - since)
                police = {0: communes if half == WHOLE else communes * 2 // 3, 1: communes // 3}.get(since, 0)
                for line, total in (("CB09", merged), ("CB11", police)):
                    self._put(year, half, line, self._row(rng, total, base=communes, people=False))

    def write_district_posts(self, shape: NotLocal) -> None:
        """Fill the posts of district leaders, which the province counts."""
        rng = self.setting.stream(self.code, "district posts")
        for year in self.years:
            fewer = self.years[-1] - year
            for half in (HALF, WHOLE):
                for line, most in (("CB07", shape.secretaries), ("CB08", shape.chairs)):
                    self._put(year, half, line, self._row(rng, max(1, most - fewer), base=shape.of))

    def write_payroll(self, shape: Payroll) -> int:
        """Write payroll as stock and flow; reductions and plans sum to those of the term.

        Returns:
            The payroll at the end of the last year.
        """
        rng = self.setting.stream(self.code, "payroll")
        weights = [float(rng.uniform(0.8, 1.2)) for _ in self.years]
        cut, planned = apportion(shape.reduction, weights), apportion(shape.plan, weights)
        staff, staff_plan = (
            apportion(shape.part_time.reduction, weights),
            apportion(shape.part_time.plan, weights),
        )
        deputies = apportion(shape.deputies, weights)
        opening = shape.opening
        for i, year in enumerate(self.years):
            grown = int(rng.poisson(opening * 0.002))
            early = float(rng.uniform(0.4, 0.55))
            for half, part in ((HALF, early), (WHOLE, 1.0)):
                more, fewer = round(grown * part), round(cut[i] * part)
                values: dict[str, LineRow] = {
                    "BC01": self._row(rng, opening),
                    "BC02": self._row(rng, more),
                    "BC03": self._row(rng, fewer, base=opening, plan=planned[i], decimals=2),
                    "BC04": self._row(rng, opening + more - fewer),
                }
                if shape.part_time.reduction:
                    values["BC05"] = self._row(rng, round(staff[i] * part), plan=staff_plan[i])
                    values["BC06"] = self._row(rng, round(deputies[i] * part))
                for line, row in values.items():
                    self._put(year, half, line, row)
            self._let_flows_grow(year)
            opening += grown - cut[i]
        return opening

    def _let_flows_grow(self, year: int) -> None:
        """Let no part of what was counted by the half-year be more than what was by the end of the year."""
        for line in _PAYROLL_FLOWS & self.rows[self.code, year, WHOLE].keys():
            half, whole = (self.rows[self.code, year, part][line] for part in (HALF, WHOLE))
            half |= {key: min(half[key] or 0, whole[key] or 0) for key in COUNTS if half[key] is not None}
