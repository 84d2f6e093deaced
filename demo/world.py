"""The demo world as submissions: which unit files what, when it arrives, what is wrong with it.

What belongs here: putting figures, faults and receipts together, in memory. What does not: drawing figures (the
modules of each subject) and writing files (`writing.py`).
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from functools import lru_cache
from statistics import median

from demo.admissions import build_admissions
from demo.bodies import build_bodies
from demo.cadres import build_cadres
from demo.discipline import build_discipline, stated_by_quarter
from demo.draw import stream
from demo.inspection import build_inspections
from demo.members import build_members
from demo.mess import Explained, Fault, apply_edits, load_explained, load_faults
from demo.plan import WorldPlan, world_plan, youth_union
from demo.ratings import Sources, build_ratings
from demo.registry_files import Tables as RegistryTables
from demo.registry_files import registry_tables, union_bases
from demo.setting import Setting
from demo.structure import build_structure
from demo.study import build_study, build_union_pipeline, build_union_study
from demo.tables import Figures, Row, Tables, tables_of
from ingestion.definitions.catalogue import Catalogue, load_catalogue
from ingestion.records.cells import address
from ingestion.records.days import VIETNAM_TIME
from ingestion.records.periods import CUMULATIVE, Period, PeriodKind
from ingestion.records.submissions import COVERAGE, Explanation
from ingestion.workbook import CellInput
from ingestion.workbook.writer import FIRST_DATA_ROW

_ODD_GROWTH = 3.5
_LEAST_PEERS = 8
_PREPARERS = ("Trưởng ban Tổ chức", "Phó Trưởng ban Tổ chức", "Chuyên viên Ban Tổ chức")
_GROWTH_TEXT = "Tiếp nhận toàn bộ đảng viên của tổ chức sáp nhập theo {document}."


@dataclass(frozen=True)
class DemoSubmission:
    """One workbook as it will be filed.

    Attributes:
        tables: rows by form.
        cover: entries of the cover beyond unit and period.
        typed_totals: totals typed by hand instead of a formula, by form and column.
        fault: what is wrong with it, None for a sound one.
        received_at: when the province receives it.
    """

    unit: str
    kind: str
    period: Period
    revision: int
    tables: Tables
    cover: dict[str, CellInput]
    explanations: tuple[Explanation, ...]
    received_at: datetime
    fault: Fault | None = None
    typed_totals: dict[str, Row] | None = None

    @property
    def id(self) -> str:
        """The name that the product will give it; a file that is no workbook does not tell its period."""
        period = "unknown" if self.fault and self.fault.expected.verdict == "unreadable" else self.period.code
        return f"{self.unit}.{period}.r{self.revision}"

    @property
    def file_name(self) -> str:
        """The name under which the unit sends it."""
        correction = "_sua-lan-1" if self.cover["revision_no"] else ""
        return f"{self.unit}_{self.period.code}{correction}.xlsx"


@dataclass(frozen=True)
class World:
    """The whole demo world."""

    seed: int
    figures: Figures
    registry: RegistryTables
    submissions: tuple[DemoSubmission, ...]

    def sound(self) -> Iterator[DemoSubmission]:
        """Give the submissions without a fault."""
        return (s for s in self.submissions if s.fault is None)


def default_seed() -> int:
    """Give the seed of the published demo."""
    return world_plan().seed


@lru_cache(maxsize=2)
def build(seed: int | None = None) -> World:
    """Build the demo world in memory.

    Args:
        seed: another one gives other figures with the same stated totals; faults, explanations and the
            approximate figures (“nearly 5,000”) are made for the default seed.
    """
    return build_with(load_catalogue(), seed)


def build_with(catalogue: Catalogue, seed: int | None = None) -> World:
    """Build the demo world in memory, with forms that an office has added to those of the product."""
    seed = default_seed() if seed is None else seed
    figures = build_figures(seed, world_plan(), catalogue)
    tables = registry_tables(figures.bodies, figures.plan, figures.admissions)
    submissions = [*_party(seed, figures), *_previous_term(seed, figures), *_youth_union(seed, figures)]
    submissions = _with_faults(submissions, figures.catalogue)
    order = sorted(submissions, key=lambda s: (s.period.order, s.unit, s.revision))
    return World(seed, figures, tables, tuple(order))


def build_figures(seed: int, plan: WorldPlan, catalogue: Catalogue) -> Figures:
    """Draw every figure, each subject after those that it depends on."""
    setting = Setting(seed, build_bodies(seed), plan)
    admissions = build_admissions(setting)
    stated = stated_by_quarter(setting)
    ceilings = {slot: sum(forms.values()) for slot, forms in stated.items()}
    inspections = build_inspections(setting, ceilings)
    discipline = build_discipline(setting, inspections, stated)
    members = build_members(setting, admissions, discipline)
    structure = build_structure(setting)
    return Figures(
        catalogue=catalogue,
        plan=plan,
        bodies=setting.bodies,
        admissions=admissions,
        inspections=inspections,
        discipline=discipline,
        members=members,
        structure=structure,
        ratings=build_ratings(setting, Sources(members, structure, discipline, admissions.counts)),
        cadres=build_cadres(setting),
        study=build_study(setting, members, structure),
        union_study=build_union_study(setting),
        union_pipeline=build_union_pipeline(setting, [code for code, _, _ in union_bases()]),
    )


def _party(seed: int, figures: Figures) -> Iterator[DemoSubmission]:
    """Give the Party units' submissions: every year, and every quarter of the last one."""
    plan, bodies = figures.plan, figures.bodies
    for year in plan.years:
        kinds = list(CUMULATIVE) if year in plan.quarterly_years else [PeriodKind.YEAR]
        for kind in kinds:
            period = Period(kind, year, year)
            for family in bodies.families:
                if family.is_province:
                    yield from _submission(seed, figures, family.code, "PROVINCE", period)
                for unit in family.units:
                    if unit.files_in(year):
                        yield from _submission(seed, figures, unit.code, unit.kind, period)


def _previous_term(seed: int, figures: Figures) -> Iterator[DemoSubmission]:
    previous = figures.plan.inspection.previous_term
    period = Period.parse(previous.period)
    for family in figures.bodies.families:
        if family.code == previous.family:
            for unit in family.units:
                yield from _submission(seed, figures, unit.code, unit.kind, period)


def _youth_union(seed: int, figures: Figures) -> Iterator[DemoSubmission]:
    for year in figures.plan.youth_union.years:
        period = Period(PeriodKind.YEAR, year, year)
        yield from _submission(seed, figures, youth_union().code, "UNION_BRANCH", period)


def _submission(seed: int, figures: Figures, unit: str, kind: str, period: Period) -> Iterator[DemoSubmission]:
    """Give a unit's first submission of a period; none where it owes nothing."""
    tables = tables_of(figures, unit, kind, period)
    if not tables:
        return
    rng = stream(seed, unit, period.code, "receipt")
    is_late = rng.random() < 0.05
    days = int(rng.integers(21, 33)) if is_late else int(rng.integers(6, 20))
    opened = datetime.combine(period.end + timedelta(days=days), time(8), tzinfo=VIETNAM_TIME)
    received_at = opened.astimezone(UTC) + timedelta(minutes=int(rng.integers(0, 9 * 60)))
    prepared_on = period.end + timedelta(days=max(3, days - int(rng.integers(1, 4))))
    issuer = unit.rpartition("-")[2]
    cover: dict[str, CellInput] = {
        "revision_no": 0,
        "cover_document": f"Số {int(rng.integers(12, 480))}-BC/{issuer}, ngày {prepared_on:%d/%m/%Y}",
        "prepared_on": prepared_on,
        "preparer_role": _PREPARERS[int(rng.integers(len(_PREPARERS)))],
    }
    if (plan := figures.bodies.units.get(unit)) and plan.takes_over_in(period.year):
        cover[COVERAGE] = period.days_by_code.first
    explanations = tuple(_growth_explanations(figures, unit, period, tables)) if "B01" in tables else ()
    yield DemoSubmission(unit, kind, period, 1, tables, cover, explanations, received_at)


def _growth_explanations(figures: Figures, unit: str, period: Period, tables: Tables) -> Iterator[Explanation]:
    """Explain growth that is far from that of the peers: organisations that took others in."""
    rows = tables["B01"]
    alive = [
        (number, figures.bodies.by_code[str(row["org_code"])], row)
        for number, row in enumerate(rows)
        if figures.bodies.by_code[str(row["org_code"])].lives_on(period.end)
    ]
    if period.year == figures.plan.years[0]:
        return
    column = list(figures.catalogue.forms["B01"].by_code).index("closing_members") + 1
    for org_type in sorted({body.org_type for _, body, _ in alive}):
        ratios = {
            number: int(str(row["closing_members"])) / int(str(row["opening_members"]))
            for number, body, row in alive
            if body.org_type == org_type and row["opening_members"]
        }
        if len(ratios) < _LEAST_PEERS:
            continue
        middle = median(ratios.values())
        deviation = median(abs(ratio - middle) for ratio in ratios.values())
        for number, body, _ in alive:
            if number in ratios and deviation and abs(ratios[number] - middle) > _ODD_GROWTH * deviation:
                merged = [b for b in figures.bodies.bodies if b.event and b.successor == body.code]
                document = merged[0].event.document if merged and merged[0].event else "quyết định của cấp trên"
                text = _GROWTH_TEXT.format(document=document)
                yield Explanation("V057", "B01", address(FIRST_DATA_ROW + number, column), text, 0)


def _with_explanation(submission: DemoSubmission, case: Explained, catalogue: Catalogue) -> DemoSubmission:
    tables, _ = apply_edits(catalogue, submission.tables, case.edits)
    answer = case.explanation
    line = Explanation(answer.rule, answer.sheet, answer.cell, answer.text, 0)
    return replace(submission, tables=tables, explanations=(*submission.explanations, line))


def _with_faults(submissions: list[DemoSubmission], catalogue: Catalogue) -> list[DemoSubmission]:
    """Let some submissions first arrive with a fault, and a few carry an explanation."""
    faults = {(fault.unit, fault.period): fault for fault in load_faults()}
    explained = {(case.unit, case.period): case for case in load_explained()}
    found: list[DemoSubmission] = []
    for submission in submissions:
        key = (submission.unit, submission.period.code)
        if case := explained.get(key):
            found.append(_with_explanation(submission, case, catalogue))
            continue
        fault = faults.get(key)
        if fault is None:
            found.append(submission)
            continue
        tables, totals = apply_edits(catalogue, submission.tables, fault.edits)
        found.append(replace(submission, tables=tables, typed_totals=totals, fault=fault))
        if fault.corrected_after_days is not None:
            later = submission.received_at + timedelta(days=fault.corrected_after_days, minutes=37)
            cover = submission.cover | {"revision_no": 1, "revision_reason": fault.correction}
            # Revisions are numbered by period, and a file that is no workbook has none.
            revision = 1 if fault.expected.verdict == "unreadable" else 2
            found.append(replace(submission, revision=revision, cover=cover, received_at=later))
    return found
