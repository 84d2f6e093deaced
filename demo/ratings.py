"""Quality ratings of organisations, their cells and their members (B04).

What belongs here: ranks, with the shares that are stated and the caps of the rating schemes. What does not: the
schemes themselves (`registry.py`).
"""

from dataclasses import dataclass
from datetime import date

from demo.admissions import Slot
from demo.bodies import Body
from demo.draw import Rng, apportion, part_of
from demo.members import Members
from demo.plan import Family, RatingPlan
from demo.setting import Setting
from demo.structure import Structure
from ingestion.records.tolerance import TOLERANCE

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


@dataclass(frozen=True)
class Sources:
    """What ratings depend on."""

    members: Members
    structure: Structure
    discipline: dict[Slot, dict[str, int]]
    admissions: dict[Slot, int]

    def cases(self, body: Body, year: int, column: str) -> int:
        """Count an organisation's disciplinary cases of a year."""
        return sum(self.discipline.get((body.code, year, q), {}).get(column, 0) for q in range(1, 5))


def build_ratings(setting: Setting, sources: Sources) -> dict[tuple[str, int], RatingRow]:
    """Rate every organisation of every family in every year."""
    bodies = setting.bodies
    rows: dict[tuple[str, int], RatingRow] = {}
    for family in bodies.families:
        for year in setting.plan.years:
            rng = setting.stream(family.code, year, "ratings")
            units = {u.code for u in family.units}
            filed = [b for b in bodies.bodies if b.unit in units and b.lives_in(year)]
            disciplined = {b.code for b in filed if sources.cases(b, year, "orgs_disciplined")}
            ranks = _Ranking(rng, family, setting.plan.ratings, year, disciplined).of(filed)
            counts = {b.code: _members(rng, b, year, sources) for b in filed}
            member_rows = _member_ranks(rng, family, filed, counts, year)
            for body in filed:
                alive = body.lives_on(date(year, 12, 31))
                rank = ranks[body.code]
                rows[body.code, year] = {
                    "org_rating": rank,
                    "org_score": None,
                    "org_not_rated_reason": _reason(body, alive, year) if rank == NOT_RATED else None,
                    **_cells(rng, sources.structure.cells_of(body, year) if alive else 0, family),
                    **member_rows[body.code],
                }
    return rows


def _reason(body: Body, alive: bool, year: int) -> str:
    if not alive:
        return "GIAI_THE"
    return "MOI_THANH_LAP" if body.founded and body.founded.year == year else "KHAC"


@dataclass(frozen=True)
class _Ranking:
    """Ranks of a family's organisations in a year."""

    rng: Rng
    family: Family
    shape: RatingPlan
    year: int
    disciplined: set[str]

    def of(self, filed: list[Body]) -> dict[str, str]:
        """Rank organisations: the ended and the new are not rated, the disciplined are not excellent."""
        ranks = self._not_rated(filed)
        rated = [b for b in filed if b.code not in ranks]
        excellent, completed, failed = self._numbers(len(rated))
        order = [rated[i] for i in self.rng.permutation(len(rated))]
        first = [b for b in order if b.code in self.shape.always_excellent]
        clean = first + [b for b in order if b.code not in self.disciplined and b not in first]
        for body in clean[:excellent]:
            ranks[body.code] = EXCELLENT
        rest = [b for b in order if b.code not in ranks]
        rest.sort(key=lambda b: b.code not in self.disciplined)
        spared = set(self.shape.never_not_completed)
        for body in [b for b in rest if b.unit not in spared][:failed]:
            ranks[body.code] = NOT_COMPLETED
        for body in [b for b in rest if b.code not in ranks][:completed]:
            ranks[body.code] = COMPLETED
        return {b.code: ranks.get(b.code, GOOD) for b in filed}

    def _not_rated(self, filed: list[Body]) -> dict[str, str]:
        last = date(self.year, 12, 31)
        ranks = {
            b.code: NOT_RATED
            for b in filed
            if not b.lives_on(last) or (b.founded and b.founded.year == self.year)
        }
        for unit, years in self.shape.not_rated.items():
            pool = [b for b in filed if b.unit == unit and b.code not in ranks and not b.is_commune]
            for index in self.rng.permutation(len(pool))[: years.get(self.year, 0)]:
                ranks[pool[index].code] = NOT_RATED
        if stated := self._stated():
            rated = [b for b in filed if b.code not in ranks]
            surplus = len(rated) - sum(stated.values())
            for index in self.rng.permutation(len(rated))[:surplus]:
                ranks[rated[index].code] = NOT_RATED
        return ranks

    def _stated(self) -> dict[str, int] | None:
        return self.shape.stated.get(self.family.code, {}).get(self.year)

    def _numbers(self, rated: int) -> tuple[int, int, int]:
        if stated := self._stated():
            return stated["excellent"], stated["completed"], 0
        usual = self.family.ratings
        weak = int(rated * (1 - usual.good_or_better) * self.rng.uniform(0.85, 1.0))
        failed = min(weak, int(self.rng.integers(0, 2 + rated // 300)))
        excellent = round(rated * usual.excellent * self.rng.uniform(0.94, 1.06))
        return excellent, weak - failed, failed


def _members(rng: Rng, body: Body, year: int, sources: Sources) -> _Member:
    closing = sources.members.closing(body.code, year)
    total, exempt = closing["closing_members"], closing["closing_exempt"]
    new = sum(sources.admissions.get((body.code, year, q), 0) for q in (3, 4))
    suspended = sources.cases(body, year, "members_suspended")
    punished = sources.cases(body, year, "members_disciplined") - sources.cases(body, year, "members_expelled")
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
        most = int(better * CAP / (1 + CAP) + TOLERANCE) if year >= CAP_FROM else better
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
