"""The plan of the demo world: bodies, names, stated totals and shapes, as read from the YAML files beside this.

What belongs here: the shapes of those files. What does not: drawing any figure.
"""

from datetime import date
from functools import cache
from pathlib import Path
from typing import Any, Literal, TypeVar

from pydantic import BaseModel, ConfigDict, Field

from ingestion.words.data_files import read_yaml

HERE = Path(__file__).parent

_M = TypeVar("_M", bound=BaseModel)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, populate_by_name=True)


class UnitPlan(_Strict):
    """One reporting unit: its place, its size and what its grassroots organisations are called."""

    code: str
    name: str
    place: str
    rank: str
    kind: Literal["DISTRICT", "BLOC"] = "DISTRICT"
    members: int = 0
    growth: float
    organisations: int = 0
    names: str = ""
    founded: date = date(2005, 1, 1)
    valid_from: date | None = None
    valid_to: date | None = None
    merges: tuple[str, ...] = ()
    merger_document: str = ""
    codes_from_names: bool = False
    payroll: bool = True
    profile: dict[str, float] = {}
    wards: tuple[str, ...] = Field((), alias="phường")
    towns: tuple[str, ...] = Field((), alias="thị trấn")
    communes: tuple[str, ...] = Field((), alias="xã")

    @property
    def start(self) -> date:
        """The first day of the unit."""
        return self.valid_from or self.founded

    def files_in(self, year: int) -> bool:
        """Say whether the unit files the whole year: whether it lives on 31 December."""
        day = date(year, 12, 31)
        return self.start <= day and (self.valid_to is None or day <= self.valid_to)

    def takes_over_in(self, year: int) -> bool:
        """Say whether the unit begins within a year and files it for those that merged into it as well."""
        return bool(self.merges) and self.start.year == year


class AdmissionShape(_Strict):
    """Who is admitted, and how many a year where no total is stated."""

    per_year: tuple[int, int] | None = None
    worker: float = 0.1
    farmer: float = 0.1
    student: float = 0.1


class RatingShape(_Strict):
    """Usual shares of the ranks; of organisations, then of members."""

    good_or_better: float = 0.9
    excellent: float = 0.15
    members_good_or_better: float
    members_excellent: float = 0.12


class Family(_Strict):
    """A province with its units, or a root unit (with its predecessors) that stands alone."""

    code: str
    name: str = ""
    kind: Literal["PROVINCE", ""] = ""
    profile: dict[str, float]
    admissions: AdmissionShape
    ratings: RatingShape
    units: tuple[UnitPlan, ...]

    @property
    def is_province(self) -> bool:
        """Whether the family's head files too."""
        return self.kind == "PROVINCE"


class YouthUnionPlan(_Strict):
    """The youth-union branch."""

    code: str
    name: str
    valid_from: date
    base_unions: int
    base_branches: int


class _Units(_Strict):
    families: tuple[Family, ...]
    youth_union: YouthUnionPlan


class Event(_Strict):
    """One change among grassroots organisations: a merger, a dissolution, a foundation."""

    kind: Literal["merge", "dissolve", "establish"]
    effective_on: date
    unit: str
    document: str
    source: str = Field("", alias="from")
    into: str = ""
    members: int = 0


class StatedUnitAdmissions(_Strict):
    """A unit's admissions in the term and its yearly target."""

    term: int
    target: int


class StatedAdmissions(_Strict):
    """A family's admissions in the term, and its yearly target if it has one."""

    term: int
    target: int | None = None
    units: dict[str, StatedUnitAdmissions] = {}


class Block(_Strict):
    """A total of inspections or supervisions over some actors and activities, for the term."""

    activities: tuple[str, ...]
    actors: tuple[str, ...] = ()
    orgs: int | None = None
    members: int | None = None
    orgs_per_organisation: float = 0
    members_per_organisation: float = 0


class Disciplined(_Strict):
    """Organisations and members disciplined through inspection."""

    orgs: int
    members: int


class Rates(_Strict):
    """Shares of those inspected that are disciplined."""

    orgs: float
    members: float


class PreviousTerm(_Strict):
    """The one filing of a term before the yearly ones."""

    family: str
    period: str
    blocks: tuple[Block, ...]
    disciplined: Disciplined


class InspectionPlan(_Strict):
    """Inspection and supervision."""

    activities: dict[str, float]
    actors: dict[str, float]
    unplanned: tuple[str, ...]
    blocks: dict[str, tuple[Block, ...]]
    previous_term: PreviousTerm
    disciplined: dict[str, Disciplined]
    disciplined_rate: Rates


class Suspension(_Strict):
    """One suspension from Party activity: a measure, not a form of discipline."""

    organisation: str
    year: int
    quarter: int


class DisciplinePlan(_Strict):
    """Discipline: usual rates, stated totals by form, suspensions."""

    rate: float
    forms: dict[str, float]
    beyond_inspection: float
    stated: dict[str, dict[str, int]]
    suspensions: tuple[Suspension, ...]


class RatingPlan(_Strict):
    """Ratings of organisations that are stated, and constraints on those that are drawn."""

    stated: dict[str, dict[int, dict[str, int]]]
    always_excellent: tuple[str, ...]
    never_not_completed: tuple[str, ...]
    not_rated: dict[str, dict[int, int]]


class BeforeAfter(_Strict):
    """A stock at the beginning and the end of the term, and the years in which it changed."""

    before: int
    after: int
    years: dict[int, float] = {}


class CommuneCells(_Strict):
    """Cells of commune offices or commune military that a province dissolves."""

    family: str
    years: dict[int, float]
    dissolved: int | None = None
    all_of: str = ""


class IntermediateBodies(_Strict):
    """Intermediate bodies of a unit and how many are dissolved in which year."""

    before: int
    dissolved: dict[int, int]


class PrivateCells(_Strict):
    """Party organisations in private enterprises below the grassroots level."""

    before: int
    large_before: int
    large_established: int


class ProvinceLine(_Strict):
    """A line of B03 that the province files."""

    before: int
    merged_away: int = 0
    dissolved: int = 0
    years: dict[int, float] = {}


class StructurePlan(_Strict):
    """Organisations, villages and departments beyond what the registry gives."""

    villages: dict[str, BeforeAfter]
    without_members: dict[str, BeforeAfter]
    without_cell: dict[str, BeforeAfter]
    office_cells: CommuneCells
    military_cells: CommuneCells
    intermediate_bodies: dict[str, IntermediateBodies]
    subordinate_cells: dict[str, int]
    private_cells: dict[str, PrivateCells]
    province_lines: dict[str, dict[str, ProvinceLine]]


class PlannedReduction(_Strict):
    """A reduction and the plans that it is measured against, for the term."""

    reduction: int
    plan: int


class Payroll(_Strict):
    """Payroll of a body: opening of the first year, reduction and plan of the term."""

    opening: int
    reduction: int
    plan: int
    part_time: PlannedReduction
    deputies: int


class TrainingRotations(_Strict):
    """Rotations for training of a province and how many of them it files itself."""

    family: str
    total: int
    by_province: int


class NotLocal(_Strict):
    """District secretaries and chairmen that are not local, of how many posts."""

    secretaries: int
    chairs: int
    of: int


class CadrePlan(_Strict):
    """Cadres and payroll."""

    default: dict[str, float]
    stated: dict[str, dict[str, int]]
    rotations_for_training: TrainingRotations
    not_local: dict[str, NotLocal]
    secretary_chairs: dict[str, int]
    payroll: dict[str, Payroll]
    filed_by_province: tuple[str, ...]
    payroll_per_member: float


class StudyPlan(_Strict):
    """Which resolution is studied in which year."""

    documents: dict[int, str]


class ContextTarget(_Strict):
    """An indicator that no form gives: its target and its yearly results."""

    indicator: str
    minimum: float
    values: dict[int, float] = {}
    fractions: dict[int, tuple[int, int]] = {}


class NextTarget(_Strict):
    """A target of the next term."""

    org: str
    indicator: str
    basis: Literal["YEAR", "TERM"]
    direction: Literal["GE", "GT", "LE", "LT", "EQ", "BETWEEN"]
    min: float
    max: float | None = None


class TargetPlan(_Strict):
    """Assigned targets: of shares, of context indicators, of the next term."""

    shares: dict[str, dict[str, float]]
    unit_shares: dict[str, dict[str, float]]
    context: dict[str, tuple[ContextTarget, ...]]
    next_term: tuple[NextTarget, ...]


class UnionEvent(_Strict):
    """One event of the youth union with the number of participations."""

    year: int
    document: str
    participations: int


class UnionFigures(_Strict):
    """What the youth-union branch states of its term."""

    years: tuple[int, ...]
    introduced: int
    recognised: int
    admitted: int
    members: dict[int, int]
    strong: dict[int, int]
    documents: dict[int, str]
    event: UnionEvent


class WorldPlan(_Strict):
    """All totals and shapes."""

    seed: int
    years: tuple[int, ...]
    quarterly_years: tuple[int, ...]
    events: tuple[Event, ...]
    admissions: dict[str, StatedAdmissions]
    inspection: InspectionPlan
    discipline: DisciplinePlan
    ratings: RatingPlan
    structure: StructurePlan
    cadres: CadrePlan
    study: StudyPlan
    targets: TargetPlan
    youth_union: UnionFigures


def load_yaml(name: str) -> Any:
    """Read one data file of the generator."""
    return read_yaml(HERE / name)


def _load(name: str, model: type[_M]) -> _M:
    return model.model_validate(load_yaml(name))


@cache
def world_plan() -> WorldPlan:
    """Give the stated totals and shapes."""
    return _load("world.yml", WorldPlan)


@cache
def families() -> tuple[Family, ...]:
    """Give the bodies."""
    return _load("units.yml", _Units).families


@cache
def youth_union() -> YouthUnionPlan:
    """Give the youth-union branch."""
    return _load("units.yml", _Units).youth_union


@cache
def name_lists() -> dict[str, tuple[tuple[str, str, str], ...]]:
    """Give the lists of names of grassroots organisations: type, sector, pattern."""
    return {key: tuple((t, s, n) for t, s, n in rows) for key, rows in load_yaml("names.yml").items()}
