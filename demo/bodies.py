"""The grassroots organisations of every unit: names, codes, types, sizes, and what became of them.

What belongs here: who exists from when to when and how large it was at first. What does not: figures of a year.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import cached_property

from demo.draw import Rng, apportion, stream
from demo.plan import Event, Family, UnitPlan, WorldPlan, families, name_lists, world_plan
from ingestion.records.text import fold

DANG_BO = "DANG_BO_CO_SO"
CHI_BO = "CHI_BO_CO_SO"
_TYPES = {"D": DANG_BO, "C": CHI_BO}
_TYPE_NAMES = {DANG_BO: "Đảng bộ", CHI_BO: "Chi bộ"}
_COMMITTEES = {
    "huyện": "Huyện ủy",
    "thành phố": "Thành ủy",
    "thị xã": "Thị ủy",
    "quận": "Quận ủy",
    "tỉnh": "Tỉnh ủy",
}
_COMMUNE = "COMMUNE"


@dataclass(frozen=True)
class Body:
    """One grassroots organisation.

    Attributes:
        unit: the reporting unit to which it first belonged.
        territory: xã, phường or thị trấn of a commune-level body, else empty.
        size: members at the end of the year before the first, 0 if founded later.
        cells: subordinate cells at the same time.
        founded: None if it existed from the beginning.
        ended: the last day, None if it still exists.
        successor: code of the organisation that took it in.
    """

    code: str
    name: str
    org_type: str
    sector: str
    unit: str
    territory: str = ""
    size: int = 0
    cells: int = 0
    founded: date | None = None
    ended: date | None = None
    successor: str = ""
    event: Event | None = None

    @property
    def is_commune(self) -> bool:
        """Whether it is the body of a commune, ward or town."""
        return bool(self.territory)

    def lives_in(self, year: int) -> bool:
        """Say whether it lived at any time in a year."""
        return (self.founded is None or self.founded.year <= year) and (
            self.ended is None or self.ended.year >= year
        )

    def lives_on(self, day: date) -> bool:
        """Say whether it exists on a day."""
        return (self.founded is None or self.founded <= day) and (self.ended is None or day <= self.ended)

    def is_settled_in(self, year: int) -> bool:
        """Say whether it existed from the first to the last day of a year."""
        return self.lives_on(date(year, 1, 1)) and self.lives_on(date(year, 12, 31))


@dataclass(frozen=True)
class Bodies:
    """All units and grassroots organisations."""

    families: tuple[Family, ...]
    bodies: tuple[Body, ...]

    @cached_property
    def by_code(self) -> dict[str, Body]:
        """Organisations by code."""
        return {body.code: body for body in self.bodies}

    @cached_property
    def units(self) -> dict[str, UnitPlan]:
        """Reporting units below the provinces by code."""
        return {unit.code: unit for family in self.families for unit in family.units}

    @cached_property
    def family_of(self) -> dict[str, Family]:
        """The family of each unit."""
        return {unit.code: family for family in self.families for unit in family.units}

    @cached_property
    def successor_of(self) -> dict[str, str]:
        """The unit into which a unit merged."""
        return {old: unit.code for unit in self.units.values() for old in unit.merges}

    def filer(self, body: Body, year: int) -> str:
        """Give the unit that files for an organisation in a year."""
        unit = self.units[body.unit]
        return unit.code if unit.files_in(year) else self.successor_of[unit.code]

    def filed_by(self, unit: str, year: int) -> tuple[Body, ...]:
        """Give the organisations of a unit that lived in a year, by code."""
        if year not in self._filings:
            filings: dict[str, list[Body]] = {}
            for body in self.bodies:
                if body.lives_in(year):
                    filings.setdefault(self.filer(body, year), []).append(body)
            self._filings[year] = {code: tuple(bodies) for code, bodies in filings.items()}
        return self._filings[year].get(unit, ())

    @cached_property
    def _filings(self) -> dict[int, dict[str, tuple[Body, ...]]]:
        return {}

    def profile(self, unit: str) -> dict[str, float]:
        """Give the shares of women, minorities and others among a unit's members."""
        return {**self.family_of[unit].profile, **self.units[unit].profile}


def build_bodies(seed: int) -> Bodies:
    """Name, number and size every grassroots organisation."""
    plan = world_plan()
    bodies: list[Body] = []
    for family in families():
        for unit in family.units:
            if unit.organisations:
                bodies += _unit_bodies(seed, unit, plan)
    return Bodies(families(), tuple(sorted(bodies, key=lambda b: b.code)))


def _unit_bodies(seed: int, unit: UnitPlan, plan: WorldPlan) -> list[Body]:
    events = [event for event in plan.events if event.unit == unit.code]
    ended = {event.source: event for event in events if event.source}
    founded = {event.into: event for event in events if event.kind == "establish"}
    needed = {name for event in events for name in (event.source, event.into) if name}
    named = _named(unit, unit.organisations + len(ended), needed)
    numbered = [
        replace(body, code=_code(unit, body, number), unit=unit.code)
        for number, body in enumerate(named, start=1)
    ]
    codes = {body.name: body.code for body in numbered}
    dated = {body.name: body for body in numbered}
    for name, event in ended.items():
        day_before = event.effective_on - timedelta(days=1)
        dated[name] = replace(dated[name], ended=day_before, successor=codes.get(event.into, ""), event=event)
    for name, event in founded.items():
        dated[name] = replace(dated[name], founded=event.effective_on, event=event)
    return _sized(seed, unit, plan, list(dated.values()))


def _named(unit: UnitPlan, count: int, needed: set[str]) -> list[Body]:
    """Name organisations: communes, then the unit's list, filled up from series over the communes' names."""
    territories = [("thị trấn", n) for n in unit.towns] + [("phường", n) for n in unit.wards]
    territories += [("xã", n) for n in unit.communes]
    communes = [
        Body("", f"Đảng bộ {kind} {name}", DANG_BO, _COMMUNE, "", territory=kind) for kind, name in territories
    ]
    area = unit.place if not unit.place.isdigit() else f"{unit.rank.capitalize()} {unit.place}"
    words = {"rank": unit.rank, "place": unit.place, "area": area, "committee": _COMMITTEES[unit.rank]}
    lists = name_lists()
    patterns = [(t, s, name.format(**words)) for t, s, name in lists[unit.names or "district"]]
    if territories:
        patterns += [
            (t, s, name.format(commune=commune))
            for t, s, name in lists["commune_series"]
            for _, commune in territories
        ]
    others = [
        Body("", f"{_TYPE_NAMES[_TYPES[t]]} {name}", _TYPES[t], sector, "") for t, sector, name in patterns
    ]
    room = count - len(communes) - len(needed - {b.name for b in communes})
    chosen = communes
    for body in others:
        if body.name in needed:
            chosen.append(body)
        elif room > 0:
            chosen.append(body)
            room -= 1
    if len(chosen) != count or not needed <= {b.name for b in chosen}:
        raise ValueError(f"{unit.code}: {len(chosen)} names for {count} organisations, or an event without one")
    return chosen


def _code(unit: UnitPlan, body: Body, number: int) -> str:
    if unit.codes_from_names and body.is_commune:
        place = body.name.removeprefix(f"Đảng bộ {body.territory} ")
        suffix = fold(place).replace(" ", "").upper()
        return f"{unit.code}-{suffix}" if body.territory != "thị trấn" else f"{unit.code}-TT{suffix}"
    return f"{unit.code}-{number:03d}"


def _sized(seed: int, unit: UnitPlan, plan: WorldPlan, bodies: list[Body]) -> list[Body]:
    """Give each organisation members and cells; the smaller ones first, the communes share the rest."""
    rng = stream(seed, unit.code, "sizes")
    merging = {b.name for b in bodies if b.ended} | {b.event.into for b in bodies if b.event}
    sizes: dict[str, int] = {}
    for body in bodies:
        if body.founded:
            sizes[body.code] = 0
        elif body.org_type == CHI_BO:
            sizes[body.code] = int(rng.integers(9, 13 if body.name in merging else 22))
    large = [b for b in bodies if b.code not in sizes]
    communes = [b for b in large if b.is_commune]
    agencies = [b for b in large if not b.is_commune]
    least = 38
    if communes:
        for body in agencies:
            sizes[body.code] = least + int(rng.gamma(2.0, 11.0))
        sharing, spread_by = communes, 0.28
    else:
        sharing, spread_by = agencies, 0.55
    weights = [float(w) for w in rng.lognormal(0.0, spread_by, len(sharing))]
    # Communes are merged because they are small.
    weights = [w * (0.2 if b.name in merging else 1.0) for b, w in zip(sharing, weights, strict=True)]
    rest = unit.members - sum(sizes.values()) - least * len(sharing)
    for body, extra in zip(sharing, apportion(rest, weights), strict=True):
        sizes[body.code] = least + extra
    return _with_cells(rng, unit, plan, [replace(b, size=sizes[b.code]) for b in bodies])


def _with_cells(rng: Rng, unit: UnitPlan, plan: WorldPlan, bodies: list[Body]) -> list[Body]:
    stated = plan.structure.subordinate_cells.get(unit.code)
    large = [b for b in bodies if b.org_type == DANG_BO]
    if stated is not None:
        extra = apportion(stated - 3 * len(large), [b.size for b in large])
        cells = {b.code: 3 + n for b, n in zip(large, extra, strict=True)}
    else:
        cells = {b.code: max(8 if b.is_commune else 3, round(b.size / rng.uniform(16, 26))) for b in large}
    return [replace(b, cells=cells.get(b.code, 0)) for b in bodies]


def in_territory(bodies: Iterable[Body], territory: str) -> list[Body]:
    """Give the bodies of communes, wards or towns among some organisations."""
    return [body for body in bodies if body.territory == territory]
