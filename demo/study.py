"""Study of resolutions, life of the cells, and the youth union (B08, and B02 of the youth-union branch).

What belongs here: participation line by line. What does not: members and cells themselves.
"""

from dataclasses import dataclass
from datetime import date

from demo.bodies import CHI_BO
from demo.draw import part_of, spread
from demo.members import Members
from demo.plan import UnitPlan, youth_union
from demo.setting import Setting
from demo.structure import Structure

NO_DOCUMENT = "–"
UNION_LINES = ("HT05", "HT06", "DV01", "DV02", "DV03", "DV04", "DV05", "DV06", "PT01")
PARTY_LINES = ("HT01", "HT02", "HT03", "HT04", "CK01", "CM01", "SH01", "SH02", "SH03", "SH04", "DT01")


@dataclass(frozen=True)
class StudyRow:
    """One line of B08; population or participation None where it does not apply."""

    line: str
    document: str
    population: int | None
    participated: int | None
    completed_on: date | None = None


def build_study(
    setting: Setting, members: Members, structure: Structure
) -> dict[tuple[str, int, int], list[StudyRow]]:
    """Draw participation for every unit, year and half-year (2) or year (4)."""
    bodies, plan = setting.bodies, setting.plan
    found: dict[tuple[str, int, int], list[StudyRow]] = {}
    for unit in bodies.units.values():
        for year in plan.years:
            if unit.files_in(year):
                half, whole = _year(setting, unit, year, members, structure)
                found[unit.code, year, 2], found[unit.code, year, 4] = half, whole
    return found


def _year(
    setting: Setting, unit: UnitPlan, year: int, members: Members, structure: Structure
) -> tuple[list[StudyRow], list[StudyRow]]:
    bodies, plan = setting.bodies, setting.plan
    rng = setting.stream(unit.code, year, "study")
    filed = bodies.filed_by(unit.code, year)
    alive = [b for b in filed if b.lives_on(date(year, 12, 31))]
    opening = sum(members.openings[b.code, year] for b in filed)
    exempt = sum(members.closing(b.code, year)["closing_exempt"] for b in filed)
    cells = sum(structure.cells_of(b, year) for b in alive) + sum(b.org_type == CHI_BO for b in alive)
    committee = sum(5 if b.org_type == CHI_BO else 9 for b in alive)
    document = plan.study.documents[year]
    last = year == plan.years[-1]
    is_bloc = unit.kind == "BLOC"
    # line: population, share reached in the year (or visits per head), whether it is a count of people
    shapes: dict[str, tuple[int, float]] = {
        "HT01": (len(alive) * 7 + int(rng.integers(10, 60)), float(rng.uniform(0.985, 1.0))),
        "HT02": (opening - exempt, float(rng.uniform(0.958, 0.988))),
        "HT03": (round(opening * rng.uniform(0.42, 0.5)), float(rng.uniform(0.95, 0.985))),
        "HT04": (round(opening * rng.uniform(0.6, 0.9)), float(rng.uniform(0.78, 0.9))),
        "CK01": (opening - exempt, float(rng.uniform(0.96, 0.995))),
        "CM01": (
            len(alive) if is_bloc else sum(not b.is_commune for b in alive),
            1.0 if last and is_bloc else float(rng.uniform(0.8, 0.95)),
        ),
        "SH01": (cells, float(rng.uniform(0.955, 0.99))),
        "SH02": (cells, float(rng.uniform(0.86, 0.95))),
        "SH03": (37 + int(rng.integers(0, 9)), float(rng.uniform(4.1, 5.6))),
        "SH04": (committee, float(rng.uniform(6.1, 7.9))),
        "DT01": (max(1, len(alive) // 3), float(rng.uniform(1.0, 2.2))),
    }
    half, whole = [], []
    for line in PARTY_LINES:
        population, reach = shapes[line]
        done = round(population * reach)
        early = min(done, round(done * rng.uniform(0.42, 0.58)))
        is_study = line.startswith("HT")
        code = document if is_study else NO_DOCUMENT
        finished = date(year, int(rng.integers(9, 12)), int(rng.integers(2, 28))) if is_study else None
        half.append(StudyRow(line, code, population, early))
        whole.append(StudyRow(line, code, population, done, finished))
    for line in UNION_LINES:
        for rows in (half, whole):
            rows.append(StudyRow(line, NO_DOCUMENT, None, None))
    return half, whole


def build_union_study(setting: Setting) -> dict[int, list[StudyRow]]:
    """Draw the youth-union branch's own lines for every year of its term."""
    figures, branch = setting.plan.youth_union, youth_union()
    bases = branch.base_unions + branch.base_branches
    found: dict[int, list[StudyRow]] = {}
    for year in figures.years:
        rng = setting.stream(branch.code, year, "study")
        members = figures.members[year]
        youth = round(members * rng.uniform(1.05, 1.12))
        code, finished = figures.documents[year], date(year, 10, int(rng.integers(5, 26)))
        event = figures.event
        rows = [
            StudyRow("HT05", code, youth, round(youth * rng.uniform(0.912, 0.951)), finished),
            StudyRow("HT06", code, bases, bases, finished),
            StudyRow("DV01", NO_DOCUMENT, members, None),
            StudyRow("DV02", NO_DOCUMENT, bases, None),
            StudyRow("DV03", NO_DOCUMENT, branch.base_unions, None),
            StudyRow("DV04", NO_DOCUMENT, branch.base_branches, None),
            StudyRow("DV05", NO_DOCUMENT, bases, bases),
            StudyRow("DV06", NO_DOCUMENT, bases, figures.strong[year]),
        ]
        if year == event.year:
            rows.append(StudyRow("PT01", event.document, members, event.participations))
        else:
            rows.append(StudyRow("PT01", NO_DOCUMENT, members, 0))
        rows += [StudyRow(line, NO_DOCUMENT, None, None) for line in PARTY_LINES]
        found[year] = rows
    return found


def build_union_pipeline(setting: Setting, bases: list[str]) -> dict[tuple[str, int], dict[str, int]]:
    """Split the pipeline of the union's term over its bases and years: introduced, recognised, admitted."""
    figures = setting.plan.youth_union
    rng = setting.stream(youth_union().code, "pipeline")
    places = [(base, year) for base in bases for year in figures.years]
    size = {base: float(rng.uniform(0.5, 2.0)) for base in bases}
    weights = [size[base] for base, _ in places]
    admitted = spread(rng, figures.admitted, weights)
    waiting = spread(rng, figures.recognised - figures.admitted, weights)
    unrecognised = spread(rng, figures.introduced - figures.recognised, weights)
    found: dict[tuple[str, int], dict[str, int]] = {}
    for place, joined, more, others in zip(places, admitted, waiting, unrecognised, strict=True):
        older = part_of(rng, joined, 0.06)
        found[place] = {
            "admitted_total": joined,
            "admitted_readmitted": 0,
            "admitted_female": part_of(rng, joined, 0.46),
            "admitted_ethnic_minority": part_of(rng, joined, 0.12),
            "admitted_religious": part_of(rng, joined, 0.01),
            "admitted_youth_union": joined,
            "admitted_student": 0,
            "admitted_worker": part_of(rng, joined, 0.1),
            "admitted_private_owner": 0,
            "admitted_farmer": 0,
            "admitted_age_18_30": joined - older,
            "admitted_age_31_40": older,
            "admitted_age_41_50": 0,
            "admitted_age_over_50": 0,
            "confirmed_official": part_of(rng, joined, 0.9),
            "not_confirmed": 0,
            "elite_union_introduced": joined + more + others,
            "sympathizers_recognised": joined + more,
            "sent_to_awareness_class": joined + more,
            "admitted_from_elite_union": joined,
        }
    return found
