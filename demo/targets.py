"""Assigned targets and their results (targets.csv, B09).

What belongs here: which target a body has in which year, and how the result stands to it. What does not: the
figures behind the results.
"""

from dataclasses import dataclass

from demo.admissions import Admissions
from demo.bodies import Bodies
from demo.cadres import percent
from demo.plan import ContextTarget, WorldPlan
from demo.ratings import EXCELLENT, GOOD, NOT_RATED, RatingRow
from ingestion.definitions.registry_rows import Target

TERM = "2015-2020-NK"
NEXT_TERM = "2020-2025-NK"
_ASSIGNED = "Quyết định giao chỉ tiêu công tác xây dựng Đảng nhiệm kỳ 2015–2020"
_RESOLVED = "Nghị quyết đại hội nhiệm kỳ 2020–2025"


@dataclass(frozen=True)
class Result:
    """One row of B09 before it is written."""

    indicator: str
    unit_code: str
    minimum: float
    actual: float
    in_term: float | None = None
    numerator: int | None = None
    denominator: int | None = None

    @property
    def assessment(self) -> str:
        """How the result stands to a target of “at least”."""
        if self.actual > self.minimum:
            return "VUOT"
        return "DAT" if self.actual == self.minimum else "CHUA_DAT"


def assigned_targets(bodies: Bodies, plan: WorldPlan, admissions: Admissions) -> list[Target]:
    """Give all targets: of this term by body, then of the next."""
    targets: list[Target] = []

    def assign(org: str, indicator: str, minimum: float) -> None:
        targets.append(
            Target(
                org_code=org,
                indicator_code=indicator,
                term_code=TERM,
                basis="YEAR",
                direction="GE",
                min=minimum,
                document=_ASSIGNED,
            )
        )

    for family in bodies.families:
        total = sum(admissions.unit_targets.get(u.code, 0) for u in family.units)
        if family.is_province:
            assign(family.code, "admissions", total)
            for indicator, minimum in plan.targets.shares[family.code].items():
                assign(family.code, indicator, minimum)
        for unit in family.units:
            for indicator, minimum in unit_minimums(unit.code, bodies, plan, admissions).items():
                assign(unit.code, indicator, minimum)
            for context in unit_context(unit.code, plan):
                assign(unit.code, context.indicator, context.minimum)
    for code, share in admissions.targets.items():
        assign(code, "admissions", share)
    targets += [
        Target(
            org_code=t.org,
            indicator_code=t.indicator,
            term_code=NEXT_TERM,
            basis=t.basis,
            direction=t.direction,
            min=t.min,
            max=t.max,
            document=_RESOLVED,
        )
        for t in plan.targets.next_term
    ]
    return targets


def unit_minimums(unit: str, bodies: Bodies, plan: WorldPlan, admissions: Admissions) -> dict[str, float]:
    """Give the yearly targets of a unit that its own forms can be compared with."""
    family = bodies.family_of[unit]
    own = plan.targets.unit_shares if family.is_province else plan.targets.shares
    minimums: dict[str, float] = {}
    if unit in admissions.unit_targets:
        minimums["admissions"] = admissions.unit_targets[unit]
    return minimums | own[family.code]


def unit_context(unit: str, plan: WorldPlan) -> tuple[ContextTarget, ...]:
    """Give the targets of a unit that no form but B09 knows; enterprises have them, agencies do not."""
    owners = {"QT-KDN": "QT", "QT-KCQDN": "QT", "LA-CD": "LA-CD"}
    return plan.targets.context[owners[unit]] if unit in owners else ()


@dataclass(frozen=True)
class Outcomes:
    """What a body's results of a year follow from."""

    year: int
    ratings: list[RatingRow]
    admitted: int
    admitted_in_term: int


def results(minimums: dict[str, float], context: tuple[ContextTarget, ...], outcomes: Outcomes) -> list[Result]:
    """Give a body's results of a year, in the order in which its targets were assigned."""
    year, rows = outcomes.year, outcomes.ratings
    found: list[Result] = []
    for indicator, minimum in minimums.items():
        if indicator == "admissions":
            found.append(Result(indicator, "PERSON", minimum, outcomes.admitted, outcomes.admitted_in_term))
            continue
        if indicator == "orgs_good_or_better_share":
            part = sum(row["org_rating"] in (EXCELLENT, GOOD) for row in rows)
            whole = sum(row["org_rating"] != NOT_RATED for row in rows)
        else:
            part = sum(_count(row, "members_excellent") + _count(row, "members_good") for row in rows)
            whole = sum(_count(row, "members_rated") for row in rows)
        found.append(_share(indicator, minimum, part, whole))
    for target in context:
        if year in target.fractions:
            part, whole = target.fractions[year]
            found.append(_share(target.indicator, target.minimum, part, whole))
        else:
            found.append(Result(target.indicator, "PERCENT", target.minimum, target.values[year]))
    return found


def _count(row: RatingRow, column: str) -> int:
    value = row[column]
    return value if isinstance(value, int) else 0


def _share(indicator: str, minimum: float, part: int, whole: int) -> Result:
    return Result(
        indicator, "PERCENT", minimum, percent(part, whole, 2) or 0.0, numerator=part, denominator=whole
    )
