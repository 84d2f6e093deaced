"""Organisations, villages and departments: opening, changes, closing (B03).

What belongs here: every structural change with its line, quarter, decision and, for cells, the organisation
that it touches. What does not: the registry's own rows (`registry.py`), which agree with the events used here.
"""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date

from demo.bodies import CHI_BO, DANG_BO, Body, in_territory
from demo.draw import Rng, apportion, spread
from demo.plan import BeforeAfter, CommuneCells, Event, Family, UnitPlan
from demo.setting import Setting

GAINS = ("established", "received")
LOSSES = ("merged_away", "dissolved", "handed_over")
_TERRITORY_LINES = {"xã": "DV01", "phường": "DV02", "thị trấn": "DV03"}
_OFFICE, _MILITARY, _CELLS = "TC06", "TC07", "TC05"
_END_OF_TIME = 9999


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


def build_structure(setting: Setting) -> Structure:
    """Draw every structural change of the term."""
    builder = _Builder(setting, Structure())
    builder.run()
    return builder.structure


def _decision(rng: Rng, body: str, year: int, quarter: int) -> str:
    month = 3 * quarter - int(rng.integers(0, 3))
    number, day = int(rng.integers(101, 2400)), int(rng.integers(2, 28))
    return f"Quyết định số {number}-QĐ/{body}, ngày {day}/{month}/{year}"


@dataclass(frozen=True)
class _Occasion:
    """When something changed and by which decision."""

    year: int
    quarter: int
    document: str

    def change(self, line: str, column: str, count: int = 1) -> Change:
        """Give one change of a line on this occasion."""
        return Change(self.year, self.quarter, line, column, count, self.document)


@dataclass(frozen=True)
class _Builder:
    """The structure of one world under construction."""

    setting: Setting
    structure: Structure

    def run(self) -> None:
        """Open every line, then enter every change."""
        bodies, shapes = self.setting.bodies, self.setting.plan.structure
        for family in bodies.families:
            units = [unit for unit in family.units if unit.organisations]
            for unit in units:
                self._open(unit)
            self._commune_cells(shapes.office_cells, _OFFICE, family.code)
            self._commune_cells(shapes.military_cells, _MILITARY, family.code)
            self._villages(family)
            for unit in units:
                self._further(unit)
            if family.is_province:
                self._province(family.code)
        for body in bodies.bodies:
            if body.event:
                self._event(body, body.event)
        for unit in bodies.units.values():
            self._move_to_successor(unit)
        for changes in self.structure.changes.values():
            changes.sort(key=lambda c: (c.year, c.quarter, c.line, c.column, c.document))

    def _occasion(self, rng: Rng, body: str, year: int, first_quarter: int = 1) -> _Occasion:
        quarter = int(rng.integers(first_quarter, 5))
        return _Occasion(year, quarter, _decision(rng, body, year, quarter))

    def _open(self, unit: UnitPlan) -> None:
        rng, shapes = self.setting.stream(unit.code, "structure"), self.setting.plan.structure
        own = [b for b in self.setting.bodies.bodies if b.unit == unit.code and b.founded is None]
        communes = [b for b in own if b.is_commune]
        lines = self.structure.openings[unit.code]
        lines["TC02"] = sum(b.org_type == DANG_BO for b in own)
        lines["TC03"] = sum(b.org_type == CHI_BO for b in own)
        intermediate = shapes.intermediate_bodies.get(unit.code)
        lines["TC04"] = intermediate.before if intermediate else int(rng.integers(0, 4))
        lines[_CELLS] = sum(b.cells for b in own)
        lines[_OFFICE] = lines[_MILITARY] = lines["TC11"] = len(communes)
        private = shapes.private_cells.get(unit.code)
        enterprises = [b for b in own if b.sector == "PRIVATE_ENTERPRISE"]
        lines["TC08"] = len(enterprises) + (private.before if private else 0)
        lines["TC09"] = private.large_before if private else sum(b.org_type == DANG_BO for b in enterprises)
        lines["TC10"] = sum(b.sector == "STATE_ENTERPRISE" for b in own)
        for territory, line in _TERRITORY_LINES.items():
            lines[line] = len(in_territory(own, territory))

    def _commune_cells(self, shape: CommuneCells, line: str, family: str) -> None:
        """Dissolve the cells of commune offices or commune military, all or all but a few."""
        if shape.family != family:
            return
        bodies = self.setting.bodies
        rng = self.setting.stream(family, "commune cells", line)
        communes = [b for b in bodies.bodies if b.is_commune and bodies.family_of[b.unit].code == family]
        chosen = list(communes)
        if shape.dissolved is not None:
            others = [b for b in communes if b.unit != shape.all_of]
            kept = {others[i].code for i in rng.permutation(len(others))[: len(communes) - shape.dissolved]}
            chosen = [b for b in communes if b.code not in kept]
        amounts = apportion(len(chosen), list(shape.years.values()))
        order = [chosen[i] for i in rng.permutation(len(chosen))]
        for year, amount in zip(shape.years, amounts, strict=True):
            part, order = order[:amount], order[amount:]
            for unit in sorted({b.unit for b in part}):
                occasion = self._occasion(rng, "HU", year, first_quarter=2)
                mine = [b for b in part if b.unit == unit]
                self.structure.changes[unit] += [
                    occasion.change(changed, "dissolved", len(mine)) for changed in (line, _CELLS)
                ]
                for body in mine:
                    self.structure.cell_changes[body.code].append((year, -1))
        for unit in {b.unit for b in communes}:
            self.structure.scopes[unit][line] = sum(b.unit == unit for b in communes)

    def _villages(self, family: Family) -> None:
        """Merge villages and, with some of them, their cells; fewer are without members or without a cell."""
        shapes = self.setting.plan.structure
        for target in (family.code, *(u.code for u in family.units if u.code != family.code)):
            shape = shapes.villages.get(target)
            if shape is None:
                continue
            own = {u.code for u in family.units if u.code in shapes.villages and u.code != target}
            parts = [u for u in family.units if target in (u.code, family.code) and u.code not in own]
            self._reduce(parts, "DV04", target, shape)
        for line, table in (("DV05", shapes.without_members), ("DV06", shapes.without_cell)):
            if family.code in table:
                parts = [u for u in family.units if u.kind == "DISTRICT"]
                self._reduce(parts, line, family.code, table[family.code])

    def _reduce(self, units: Sequence[UnitPlan], line: str, body: str, shape: BeforeAfter) -> None:
        """Split a stock and its decrease over units and years."""
        rng, structure = self.setting.stream(body, line), self.structure
        communes = {
            u.code: [b for b in self.setting.bodies.bodies if b.unit == u.code and b.is_commune] for u in units
        }
        parts = [u for u in units if communes[u.code]]
        weights = [len(communes[u.code]) * float(rng.uniform(0.8, 1.2)) for u in parts]
        before = apportion(shape.before, weights)
        limits = [max(0, n - 1) if line == "DV04" else n for n in before]
        gone = spread(rng, shape.before - shape.after, weights, limits)
        years = shape.years or {2017: 0.2, 2018: 0.3, 2019: 0.3, 2020: 0.2}
        for unit, opening, removed in zip(parts, before, gone, strict=True):
            structure.openings[unit.code][line] = opening
            if removed and line == "DV04":
                structure.scopes[unit.code][line] = min(opening, removed * 2 + int(rng.integers(0, 3)))
            for year, amount in zip(years, apportion(removed, list(years.values())), strict=True):
                if not amount:
                    continue
                occasion = self._occasion(rng, "UBND", year)
                column = "merged_away" if line == "DV04" else "handed_over"
                structure.changes[unit.code].append(occasion.change(line, column, amount))
                if line == "DV04":
                    lasting = [b for b in communes[unit.code] if b.lives_on(date(year, 12, 31))]
                    self._merge_cells(rng, lasting, occasion, amount)

    def _merge_cells(self, rng: Rng, communes: Sequence[Body], occasion: _Occasion, villages: int) -> None:
        room = [max(0, self.structure.cells_of(b, _END_OF_TIME) - 5) for b in communes]
        count = min(round(villages * 0.45), sum(room))
        if not count:
            return
        self.structure.changes[communes[0].unit].append(occasion.change(_CELLS, "merged_away", count))
        for body, amount in zip(communes, spread(rng, count, [float(n) for n in room], room), strict=True):
            if amount:
                self.structure.cell_changes[body.code].append((occasion.year, -amount))

    def _further(self, unit: UnitPlan) -> None:
        """Dissolve intermediate bodies and found cells in private enterprises."""
        rng, plan = self.setting.stream(unit.code, "further changes"), self.setting.plan
        changes = self.structure.changes[unit.code]
        if intermediate := plan.structure.intermediate_bodies.get(unit.code):
            for year, count in intermediate.dissolved.items():
                changes.append(self._occasion(rng, "HU", year).change("TC04", "dissolved", count))
        if private := plan.structure.private_cells.get(unit.code):
            hosts = [b for b in self.setting.bodies.bodies if b.unit == unit.code and b.is_commune]
            years = spread(rng, private.large_established, [1.0] * len(plan.years))
            for year, count in zip(plan.years, years, strict=True):
                for quarter, amount in zip(range(1, 5), spread(rng, count, [1.0] * 4), strict=True):
                    if not amount:
                        continue
                    occasion = _Occasion(year, quarter, _decision(rng, "QU", year, quarter))
                    changes += [
                        occasion.change(line, "established", amount) for line in (_CELLS, "TC08", "TC09")
                    ]
                    for _ in range(amount):
                        host = hosts[int(rng.integers(len(hosts)))]
                        self.structure.cell_changes[host.code].append((year, 1))

    def _province(self, code: str) -> None:
        rng = self.setting.stream(code, "province lines")
        for line, shape in self.setting.plan.structure.province_lines[code].items():
            self.structure.openings[code][line] = shape.before
            for column, total in (("merged_away", shape.merged_away), ("dissolved", shape.dissolved)):
                if not total:
                    continue
                for year, amount in zip(shape.years, apportion(total, list(shape.years.values())), strict=True):
                    if amount:
                        occasion = self._occasion(rng, "TU", year)
                        self.structure.changes[code].append(occasion.change(line, column, amount))

    def _event(self, body: Body, event: Event) -> None:
        """Enter an event of the registry into every line that counts the organisation."""
        bodies, structure = self.setting.bodies, self.structure
        year, quarter = event.effective_on.year, (event.effective_on.month - 1) // 3 + 1
        changes = structure.changes[bodies.filer(body, year)]
        occasion = _Occasion(year, quarter, event.document)
        column = {"merge": "merged_away", "dissolve": "dissolved", "establish": "established"}[event.kind]
        lines = ["TC02" if body.org_type == DANG_BO else "TC03"]
        lines += {"PRIVATE_ENTERPRISE": ["TC08"], "STATE_ENTERPRISE": ["TC10"]}.get(body.sector, [])
        lost = 0
        if body.is_commune:
            # With a commune go the cells of its office and of its military.
            lines += ["TC11", _TERRITORY_LINES[body.territory], _OFFICE, _MILITARY]
            lost = 2
            changes.append(occasion.change(_CELLS, column, lost))
        changes += [occasion.change(line, column) for line in lines]
        if event.kind == "merge":
            heir = bodies.by_code[body.successor]
            if body.org_type == DANG_BO:
                taken = structure.cells_of(body, year)
                structure.cell_changes[body.code].append((year, -taken))
                structure.cell_changes[heir.code].append((year, taken - lost))
            elif heir.org_type == DANG_BO:
                changes.append(occasion.change(_CELLS, "received"))
                structure.cell_changes[heir.code].append((year, 1))

    def _move_to_successor(self, unit: UnitPlan) -> None:
        """Let a unit that was merged from others open with what they closed with."""
        structure = self.structure
        for old in unit.merges:
            lines = {*structure.openings[old], *(change.line for change in structure.changes[old])}
            for line in lines:
                structure.openings[unit.code][line] += structure.opening(old, line, unit.start.year)
