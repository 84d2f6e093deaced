"""Organisations, villages and departments: opening, changes, closing (B03).

What belongs here: every structural change with its line, quarter, decision and, for cells, the organisation that
it touches. What does not: the registry's own rows (`registry.py`), which agree with the events used here.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from demo.bodies import CHI_BO, DANG_BO, Bodies, Body, in_territory
from demo.draw import Rng, apportion, spread, stream
from demo.plan import BeforeAfter, CommuneCells, Event, UnitPlan, WorldPlan

GAINS = ("established", "received")
LOSSES = ("merged_away", "dissolved", "handed_over")
_TERRITORY_LINES = {"xã": "DV01", "phường": "DV02", "thị trấn": "DV03"}
_OFFICE, _MILITARY, _CELLS = "TC06", "TC07", "TC05"


@dataclass(frozen=True)
class Change:
    """One change of a line: so many units more or fewer, in one column, by one decision."""

    year: int
    quarter: int
    line: str
    column: str
    count: int
    document: str


@dataclass
class Structure:
    """Openings of the first year, changes, scopes of rearrangement and cells by organisation."""

    openings: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    changes: dict[str, list[Change]] = field(default_factory=lambda: defaultdict(list))
    scopes: dict[str, dict[str, int]] = field(default_factory=lambda: defaultdict(dict))
    cells: dict[tuple[str, int], int] = field(default_factory=dict)
    cell_changes: dict[str, list[tuple[int, int]]] = field(default_factory=lambda: defaultdict(list))

    def opening(self, unit: str, line: str, year: int) -> int:
        """Give the stock of a line on 1 January."""
        stock = self.openings[unit][line]
        for change in self.changes[unit]:
            if change.line == line and change.year < year:
                stock += change.count if change.column in GAINS else -change.count
        return stock

    def flows(self, unit: str, line: str, year: int, quarter: int) -> dict[str, int]:
        """Give the changes of a line since 1 January."""
        flows = dict.fromkeys((*GAINS, *LOSSES), 0)
        for change in self.changes[unit]:
            if change.line == line and change.year == year and change.quarter <= quarter:
                flows[change.column] += change.count
        return flows

    def documents(self, unit: str, line: str, year: int, quarter: int) -> list[str]:
        """Give the decisions behind the changes of a line since 1 January."""
        found = [
            c.document for c in self.changes[unit] if c.line == line and c.year == year and c.quarter <= quarter
        ]
        return list(dict.fromkeys(found))

    def cells_of(self, body: Body, year: int) -> int:
        """Give the subordinate cells of an organisation at the end of a year."""
        return body.cells + sum(n for when, n in self.cell_changes[body.code] if when <= year)


def build_structure(seed: int, bodies: Bodies, plan: WorldPlan) -> Structure:
    """Draw every structural change of the term."""
    structure = Structure()
    for family in bodies.families:
        for unit in family.units:
            if unit.organisations:
                _open(seed, structure, bodies, unit, plan)
        _commune_cells(seed, structure, bodies, plan.structure.office_cells, _OFFICE, family.code)
        _commune_cells(seed, structure, bodies, plan.structure.military_cells, _MILITARY, family.code)
        _villages(seed, structure, bodies, family.code, plan)
        for unit in family.units:
            if unit.organisations:
                _further(seed, structure, bodies, unit, plan)
        if family.is_province:
            _province(seed, structure, family.code, plan)
    for body in bodies.bodies:
        if body.event:
            _event(structure, bodies, body, body.event)
    for unit in bodies.units.values():
        _move_to_successor(structure, bodies, unit)
    for changes in structure.changes.values():
        changes.sort(key=lambda c: (c.year, c.quarter, c.line, c.column, c.document))
    return structure


def _decision(rng: Rng, body: str, year: int, quarter: int) -> str:
    month = 3 * quarter - int(rng.integers(0, 3))
    return f"Quyết định số {int(rng.integers(101, 2400))}-QĐ/{body}, ngày {int(rng.integers(2, 28))}/{month}/{year}"


def _open(seed: int, structure: Structure, bodies: Bodies, unit: UnitPlan, plan: WorldPlan) -> None:
    rng = stream(seed, unit.code, "structure")
    own = [b for b in bodies.bodies if b.unit == unit.code and b.founded is None]
    communes = [b for b in own if b.is_commune]
    lines = structure.openings[unit.code]
    lines["TC02"] = sum(b.org_type == DANG_BO for b in own)
    lines["TC03"] = sum(b.org_type == CHI_BO for b in own)
    intermediate = plan.structure.intermediate_bodies.get(unit.code)
    lines["TC04"] = intermediate.before if intermediate else int(rng.integers(0, 4))
    lines[_CELLS] = sum(b.cells for b in own)
    lines[_OFFICE] = lines[_MILITARY] = lines["TC11"] = len(communes)
    private = plan.structure.private_cells.get(unit.code)
    enterprises = [b for b in own if b.sector == "PRIVATE_ENTERPRISE"]
    lines["TC08"] = len(enterprises) + (private.before if private else 0)
    lines["TC09"] = private.large_before if private else sum(b.org_type == DANG_BO for b in enterprises)
    lines["TC10"] = sum(b.sector == "STATE_ENTERPRISE" for b in own)
    for territory, line in _TERRITORY_LINES.items():
        lines[line] = len(in_territory(own, territory))


def _commune_cells(
    seed: int, structure: Structure, bodies: Bodies, shape: CommuneCells, line: str, family: str
) -> None:
    """Dissolve the cells of commune offices or commune military, all or all but a few."""
    if shape.family != family:
        return
    rng = stream(seed, family, "commune cells", line)
    communes = [b for b in bodies.bodies if b.is_commune and bodies.family_of[b.unit].code == family]
    chosen = list(communes)
    if shape.dissolved is not None:
        others = [b for b in communes if b.unit != shape.all_of]
        kept = {others[i].code for i in rng.permutation(len(others))[: len(communes) - shape.dissolved]}
        chosen = [b for b in communes if b.code not in kept]
    years = list(shape.years)
    amounts = apportion(len(chosen), list(shape.years.values()))
    order = [chosen[i] for i in rng.permutation(len(chosen))]
    for year, amount in zip(years, amounts, strict=True):
        part, order = order[:amount], order[amount:]
        for unit in sorted({b.unit for b in part}):
            quarter = int(rng.integers(2, 5))
            document = _decision(rng, "HU", year, quarter)
            mine = [b for b in part if b.unit == unit]
            for changed in (line, _CELLS):
                structure.changes[unit].append(Change(year, quarter, changed, "dissolved", len(mine), document))
            for body in mine:
                structure.cell_changes[body.code].append((year, -1))
    for unit in {b.unit for b in communes}:
        structure.scopes[unit][line] = sum(b.unit == unit for b in communes)


def _villages(seed: int, structure: Structure, bodies: Bodies, family: str, plan: WorldPlan) -> None:
    """Merge villages and, with some of them, their cells; villages without members or cells become fewer."""
    shapes = plan.structure
    units = [u for f in bodies.families if f.code == family for u in f.units]
    for target in (family, *(u.code for u in units if u.code != family)):
        shape = shapes.villages.get(target)
        if shape is None:
            continue
        own = {u.code for u in units if u.code in shapes.villages and u.code != target}
        parts = [u for u in units if target in (u.code, family) and u.code not in own]
        _reduce(seed, structure, bodies, parts, "DV04", target, shape)
    for line, table in (("DV05", shapes.without_members), ("DV06", shapes.without_cell)):
        if family in table:
            parts = [u for u in units if u.kind == "DISTRICT"]
            _reduce(seed, structure, bodies, parts, line, family, table[family])


def _reduce(
    seed: int,
    structure: Structure,
    bodies: Bodies,
    units: Sequence[UnitPlan],
    line: str,
    family: str,
    shape: BeforeAfter,
) -> None:
    rng = stream(seed, family, line)
    communes = {u.code: [b for b in bodies.bodies if b.unit == u.code and b.is_commune] for u in units}
    parts = [u for u in units if communes[u.code]]
    weights = [len(communes[u.code]) * float(rng.uniform(0.8, 1.2)) for u in parts]
    before = apportion(shape.before, weights)
    gone = spread(
        rng, shape.before - shape.after, weights, [max(0, n - 1) if line == "DV04" else n for n in before]
    )
    years = shape.years or {2017: 0.2, 2018: 0.3, 2019: 0.3, 2020: 0.2}
    for unit, opening, removed in zip(parts, before, gone, strict=True):
        structure.openings[unit.code][line] = opening
        if removed and line == "DV04":
            structure.scopes[unit.code][line] = min(opening, removed * 2 + int(rng.integers(0, 3)))
        for year, amount in zip(years, apportion(removed, list(years.values())), strict=True):
            if not amount:
                continue
            quarter = int(rng.integers(1, 5))
            document = _decision(rng, "UBND", year, quarter)
            column = "merged_away" if line == "DV04" else "handed_over"
            structure.changes[unit.code].append(Change(year, quarter, line, column, amount, document))
            if line == "DV04":
                _merge_cells(rng, structure, communes[unit.code], unit.code, year, quarter, amount, document)


def _merge_cells(
    rng: Rng,
    structure: Structure,
    communes: Sequence[Body],
    unit: str,
    year: int,
    quarter: int,
    villages: int,
    document: str,
) -> None:
    room = [max(0, structure.cells_of(b, 9999) - 5) for b in communes]
    count = min(round(villages * 0.45), sum(room))
    if not count:
        return
    structure.changes[unit].append(Change(year, quarter, _CELLS, "merged_away", count, document))
    for body, amount in zip(communes, spread(rng, count, [float(n) for n in room], room), strict=True):
        if amount:
            structure.cell_changes[body.code].append((year, -amount))


def _further(seed: int, structure: Structure, bodies: Bodies, unit: UnitPlan, plan: WorldPlan) -> None:
    """Dissolve intermediate bodies and found cells in private enterprises."""
    rng = stream(seed, unit.code, "further changes")
    if intermediate := plan.structure.intermediate_bodies.get(unit.code):
        for year, count in intermediate.dissolved.items():
            quarter = int(rng.integers(1, 5))
            change = Change(year, quarter, "TC04", "dissolved", count, _decision(rng, "HU", year, quarter))
            structure.changes[unit.code].append(change)
    if private := plan.structure.private_cells.get(unit.code):
        hosts = [b for b in bodies.bodies if b.unit == unit.code and b.is_commune]
        for year, count in zip(plan.years, spread(rng, private.large_established, [1.0] * 5), strict=True):
            for quarter, amount in zip(range(1, 5), spread(rng, count, [1.0] * 4), strict=True):
                if not amount:
                    continue
                document = _decision(rng, "QU", year, quarter)
                for line in (_CELLS, "TC08", "TC09"):
                    structure.changes[unit.code].append(
                        Change(year, quarter, line, "established", amount, document)
                    )
                for _ in range(amount):
                    host = hosts[int(rng.integers(len(hosts)))]
                    structure.cell_changes[host.code].append((year, 1))


def _province(seed: int, structure: Structure, code: str, plan: WorldPlan) -> None:
    rng = stream(seed, code, "province lines")
    for line, shape in plan.structure.province_lines[code].items():
        structure.openings[code][line] = shape.before
        for column, total in (("merged_away", shape.merged_away), ("dissolved", shape.dissolved)):
            if not total:
                continue
            for year, amount in zip(shape.years, apportion(total, list(shape.years.values())), strict=True):
                quarter = int(rng.integers(1, 5))
                if amount:
                    structure.changes[code].append(
                        Change(year, quarter, line, column, amount, _decision(rng, "TU", year, quarter))
                    )


def _event(structure: Structure, bodies: Bodies, body: Body, event: Event) -> None:
    """Enter an event of the registry into every line that counts the organisation."""
    year, quarter = event.effective_on.year, (event.effective_on.month - 1) // 3 + 1
    unit = bodies.filer(body, year)
    column = {"merge": "merged_away", "dissolve": "dissolved", "establish": "established"}[event.kind]

    def change(line: str, how: str, count: int = 1) -> None:
        structure.changes[unit].append(Change(year, quarter, line, how, count, event.document))

    change("TC02" if body.org_type == DANG_BO else "TC03", column)
    if body.sector == "PRIVATE_ENTERPRISE":
        change("TC08", column)
    if body.sector == "STATE_ENTERPRISE":
        change("TC10", column)
    lost = 0
    if body.is_commune:
        change("TC11", column)
        change(_TERRITORY_LINES[body.territory], column)
        for line in (_OFFICE, _MILITARY):
            change(line, column)
        change(_CELLS, column, 2)
        lost = 2
    if event.kind == "merge":
        heir = bodies.by_code[body.successor]
        if body.org_type == DANG_BO:
            taken = structure.cells_of(body, year)
            structure.cell_changes[body.code].append((year, -taken))
            structure.cell_changes[heir.code].append((year, taken - lost))
        elif heir.org_type == DANG_BO:
            change(_CELLS, "received")
            structure.cell_changes[heir.code].append((year, 1))


def _move_to_successor(structure: Structure, bodies: Bodies, unit: UnitPlan) -> None:
    """Let a unit that was merged from others open with what they closed with."""
    for old in unit.merges:
        lines = {*structure.openings[old], *(change.line for change in structure.changes[old])}
        for line in lines:
            structure.openings[unit.code][line] += structure.opening(old, line, unit.start.year)
