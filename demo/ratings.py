"""Quality ratings of organisations, their cells and their members (B04).

What belongs here: ranks, with the shares that are stated and the caps of the rating schemes. What does not: the
schemes themselves (`registry.py`).
"""

from dataclasses import dataclass
from datetime import date

from demo.bodies import Bodies, Body
from demo.draw import Rng, apportion, part_of, stream
from demo.members import Members
from demo.plan import Family, WorldPlan
from demo.structure import Structure

EXCELLENT, GOOD, COMPLETED, NOT_COMPLETED, NOT_RATED = "HTXSNV", "HTTNV", "HTNV", "KHTNV", "CXL"
CAP_FROM, CAP = 2019, 0.20
"""From this year on, excellent members are at most this share of those rated good, in each organisation."""

RatingRow = dict[str, int | str | None]


@dataclass(frozen=True)
class _Member:
    """Members of one organisation at the time of rating."""

    total: int
    exempt: int
    not_rated: int
    least_not_completed: int

    @property
    def rated(self) -> int:
        return self.total - self.exempt - self.not_rated


def build_ratings(
    seed: int,
    bodies: Bodies,
    plan: WorldPlan,
    members: Members,
    structure: Structure,
    discipline: dict[tuple[str, int, int], dict[str, int]],
    admissions: dict[tuple[str, int, int], int],
) -> dict[tuple[str, int], RatingRow]:
    """Rate every organisation of every family in every year."""
    rows: dict[tuple[str, int], RatingRow] = {}
    for family in bodies.families:
        for year in plan.years:
            rng = stream(seed, family.code, year, "ratings")
            units = {u.code for u in family.units}
            filed = [b for b in bodies.bodies if b.unit in units and b.lives_in(year)]
            ranks = _ranks(rng, bodies, family, plan, filed, year, discipline)
            counts = {b.code: _members(rng, b, year, members, discipline, admissions) for b in filed}
            member_rows = _member_ranks(rng, family, filed, counts, year)
            for body in filed:
                alive = body.lives_on(date(year, 12, 31))
                rank = ranks[body.code]
                rows[body.code, year] = {
                    "org_rating": rank,
                    "org_score": None,
                    "org_not_rated_reason": _reason(body, alive, year) if rank == NOT_RATED else None,
                    **_cells(rng, structure.cells_of(body, year) if alive else 0, family),
                    **member_rows[body.code],
                }
    return rows


def _reason(body: Body, alive: bool, year: int) -> str:
    if not alive:
        return "GIAI_THE"
    return "MOI_THANH_LAP" if body.founded and body.founded.year == year else "KHAC"


def _ranks(
    rng: Rng,
    bodies: Bodies,
    family: Family,
    plan: WorldPlan,
    filed: list[Body],
    year: int,
    discipline: dict[tuple[str, int, int], dict[str, int]],
) -> dict[str, str]:
    """Rank organisations: the ended and the new are not rated, the disciplined are not excellent."""
    shape, last = plan.ratings, date(year, 12, 31)
    ranks = {b.code: NOT_RATED for b in filed if not b.lives_on(last) or (b.founded and b.founded.year == year)}
    for unit, years in shape.not_rated.items():
        pool = [b for b in filed if b.unit == unit and b.code not in ranks and not b.is_commune]
        for index in rng.permutation(len(pool))[: years.get(year, 0)]:
            ranks[pool[index].code] = NOT_RATED
    rated = [b for b in filed if b.code not in ranks]
    stated = shape.stated.get(family.code, {}).get(year)
    if stated:
        surplus = len(rated) - sum(stated.values())
        for index in rng.permutation(len(rated))[:surplus]:
            ranks[rated[index].code] = NOT_RATED
        rated = [b for b in rated if b.code not in ranks]
        excellent, completed, failed = stated["excellent"], stated["completed"], 0
    else:
        weak = int(len(rated) * (1 - family.ratings.good_or_better) * rng.uniform(0.85, 1.0))
        failed = min(weak, int(rng.integers(0, 2 + len(rated) // 300)))
        completed = weak - failed
        excellent = round(len(rated) * family.ratings.excellent * rng.uniform(0.94, 1.06))
    disciplined = {
        b.code
        for b in rated
        if any(discipline.get((b.code, year, q), {}).get("orgs_disciplined", 0) for q in range(1, 5))
    }
    order = [rated[i] for i in rng.permutation(len(rated))]
    first = [b for b in order if b.code in shape.always_excellent]
    clean = first + [b for b in order if b.code not in disciplined and b not in first]
    for body in clean[:excellent]:
        ranks[body.code] = EXCELLENT
    rest = [b for b in order if b.code not in ranks]
    rest.sort(key=lambda b: b.code not in disciplined)
    spared = set(shape.never_not_completed)
    for body in [b for b in rest if b.unit not in spared][:failed]:
        ranks[body.code] = NOT_COMPLETED
    for body in [b for b in rest if b.code not in ranks][:completed]:
        ranks[body.code] = COMPLETED
    return {b.code: ranks.get(b.code, GOOD) for b in filed}


def _members(
    rng: Rng,
    body: Body,
    year: int,
    members: Members,
    discipline: dict[tuple[str, int, int], dict[str, int]],
    admissions: dict[tuple[str, int, int], int],
) -> _Member:
    closing = members.closing(body.code, year)
    total, exempt = closing["closing_members"], closing["closing_exempt"]
    cases = [discipline.get((body.code, year, q), {}) for q in range(1, 5)]
    new = sum(admissions.get((body.code, year, q), 0) for q in (3, 4))
    suspended = sum(case.get("members_suspended", 0) for case in cases)
    punished = sum(case.get("members_disciplined", 0) - case.get("members_expelled", 0) for case in cases)
    not_rated = min(total - exempt, new + suspended + part_of(rng, total, 0.006))
    return _Member(total, exempt, not_rated, min(punished, total - exempt - not_rated))


def _member_ranks(
    rng: Rng, family: Family, filed: list[Body], counts: dict[str, _Member], year: int
) -> dict[str, RatingRow]:
    """Rank members so that the family's share of good or better is the wanted one."""
    share = family.ratings.members_good_or_better * float(rng.uniform(0.994, 1.006))
    rated = [counts[b.code].rated for b in filed]
    limits = [counts[b.code].rated - counts[b.code].least_not_completed for b in filed]
    weights = [n * float(rng.uniform(0.93, 1.07)) for n in rated]
    good_or_better = apportion(round(sum(rated) * share), weights, limits)
    rows: dict[str, RatingRow] = {}
    for body, better in zip(filed, good_or_better, strict=True):
        count = counts[body.code]
        rest = count.rated - better
        failed = min(rest, count.least_not_completed + part_of(rng, rest - count.least_not_completed, 0.04))
        usual = round(better * family.ratings.members_excellent * float(rng.uniform(0.8, 1.2)))
        # excellent <= cap x good with good = better - excellent
        most = int(better * CAP / (1 + CAP) + 1e-9) if year >= CAP_FROM else better
        excellent = min(usual, most)
        rows[body.code] = {
            "members_total": count.total,
            "members_exempt": count.exempt,
            "members_not_rated": count.not_rated,
            "members_rated": count.rated,
            "members_excellent": excellent,
            "members_good": better - excellent,
            "members_completed": rest - failed,
            "members_not_completed": failed,
            "cap_exception_document": None,
        }
    return rows


def _cells(rng: Rng, total: int, family: Family) -> RatingRow:
    not_rated = part_of(rng, total, 0.008)
    rated = total - not_rated
    failed = part_of(rng, rated, 0.002)
    completed = part_of(rng, rated - failed, 1 - family.ratings.good_or_better)
    excellent = part_of(rng, rated - failed - completed, 0.15)
    return {
        "cells_total": total,
        "cells_not_rated": not_rated,
        "cells_rated": rated,
        "cells_excellent": excellent,
        "cells_good": rated - failed - completed - excellent,
        "cells_completed": completed,
        "cells_not_completed": failed,
    }
