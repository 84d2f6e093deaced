"""Histories of organisations at random, each under a prefix of its own, so that many share one warehouse.

What belongs here: bodies that are born, move, change their names, merge, split and end. What does not: what their
units file (`history_filings.py`), and what has to come of it (`tiles_oracle.py`).
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from random import Random
from typing import Any

from tests.integration.warehouse_world import World
from tests.support.history_filings import DAY, ENDS, LAST_PART, PARTS, TERMS, YEARS, Filings, History


@dataclass
class Body:
    """A body as it is on the day to which a history has come."""

    code: str
    kind: str
    parent: str
    since: date
    system: str = "DANG"
    files: bool = True

    def version(self, until: date | None) -> dict[str, Any]:
        """Give the registry's row of it as it was."""
        return {
            "org_code": self.code,
            "org_name": self.code,
            "org_kind": self.kind,
            "org_type": "DANG_BO_CO_SO" if self.kind == "GRASSROOTS" else "",
            "parent_code": self.parent,
            "files_reports": self.files,
            "term_system": self.system,
            "valid_from": self.since.isoformat(),
            "valid_to": until.isoformat() if until else "",
        }


def world_of(histories: Iterable[History]) -> World:
    """Put histories into one world, with one calendar and the terms of two systems."""
    histories = list(histories)
    calendar = [
        {
            "period_code": f"{year}-{part}",
            "opens_on": "",
            "due_on": (date(year, *end) + 15 * DAY).isoformat(),
            "locked_on": "",
            "term_system": "",
        }
        for year in YEARS
        for part, end in tuple(zip(PARTS, ENDS, strict=True))[: LAST_PART[year]]
    ]
    columns = ("term_system", "term_code", "first_year", "last_year")
    return World(
        {
            "organisations": [row for one in histories for row in one.organisations],
            "successions": [row for one in histories for row in one.successions],
            "calendar": calendar,
            "terms": [dict(zip(columns, term, strict=True)) for term in TERMS],
            "targets": [],
            "rating_schemes": [],
            "contacts": [],
            "statements": [],
        },
        [filing for one in histories for filing in one.filings],
    )


def history(number: int, *, has_events: bool = True) -> History:
    """Give a history by its number: the same one always."""
    return _Maker(number, has_events).made()


class _Maker:
    """Makes up one history."""

    def __init__(self, number: int, has_events: bool) -> None:
        self.random = Random(f"history {number}")
        self.has_events = has_events
        self.history = History(number)
        self.alive: dict[str, Body] = {}
        self.covers: dict[tuple[str, int], date] = {}
        self.count = 0

    def made(self) -> History:
        self._begin()
        if self.has_events:
            for day in self._days():
                self._happen(day)
        for body in self.alive.values():
            self.history.organisations.append(body.version(None))
        Filings(self.random, self.history, self.covers).file()
        return self.history

    # The registry

    def _begin(self) -> None:
        start = self.random.choice((date(2010, 1, 1), date(2018, 1, 1), date(2018, 1, 1)))
        provinces = [
            self._new("PROVINCE", "", start, files=self.random.random() < 0.85)
            for _ in range(self.random.choice((1, 2, 2)))
        ]
        for _ in range(self.random.choice((1, 2, 2, 3))):
            kind = self.random.choice(("DISTRICT", "DISTRICT", "BLOC"))
            unit = self._new(kind, self.random.choice((*provinces, *provinces, "")), start)
            for _ in range(self.random.choice((1, 1, 2))):
                self._new("GRASSROOTS", unit, start, files=False)
        if self.random.random() < 0.15:
            union = self._new("UNION_BRANCH", provinces[0], start, system="DOAN")
            self._new("UNION_BASE", union, start, system="DOAN", files=False)

    def _new(self, kind: str, parent: str, day: date, *, system: str = "DANG", files: bool = True) -> str:
        self.count += 1
        letter = {"PROVINCE": "P", "GRASSROOTS": "o", "UNION_BASE": "y", "UNION_BRANCH": "Y"}.get(kind, "U")
        code = f"{self.history.prefix}{letter}{self.count}"
        self.alive[code] = Body(code, kind, parent, day, system, files)
        return code

    def _days(self) -> list[date]:
        found: set[date] = set()
        for _ in range(self.random.choice((1, 1, 2, 2, 3))):
            year = self.random.choice((2018, 2019, 2019, 2019, 2020, 2020, 2021))
            if self.random.random() < 0.4:
                found.add(date(year, self.random.choice((1, 4, 7, 10)), 1))
            else:
                found.add(date(year, self.random.randint(1, 12), self.random.randint(2, 28)))
        return sorted(day for day in found if day > date(2018, 1, 5))

    def _of(self, *kinds: str) -> list[Body]:
        return [body for body in self.alive.values() if body.kind in kinds]

    def _units(self) -> list[Body]:
        return self._of("DISTRICT", "BLOC")

    def _happen(self, day: date) -> None:
        kinds: list[Callable[[date], bool]] = [
            *[self._transfer_organisation] * 3,
            *[self._merge_units] * 3,
            *[self._move_unit] * 2,
            *[self._rename_unit] * 2,
            self._split_unit,
            self._dissolve_unit,
            self._merge_provinces,
            self._birth_of_unit,
            self._birth,
            self._rename,
            self._merge,
            self._split,
            self._dissolve,
        ]
        self.random.shuffle(kinds)
        next(event for event in kinds if event(day))

    def _tell(self, day: date, text: str) -> None:
        self.history.events.append(f"{day} {text}")

    def _change(self, body: Body, day: date, parent: str) -> None:
        """End a version on the day before and begin the next one."""
        self.history.organisations.append(body.version(day - DAY))
        self.alive[body.code] = replace(body, parent=parent, since=day)

    def _end(self, body: Body, day: date) -> None:
        self.history.organisations.append(body.version(day - DAY))
        del self.alive[body.code]

    def _succeed(self, event: str, before: str, after: str, day: date, share: float | str = "") -> None:
        self.history.successions.append(
            {
                "predecessor_code": before,
                "successor_code": after,
                "event_type": event,
                "effective_on": day.isoformat(),
                "document": "",
                "share": share,
            }
        )

    def _children(self, code: str) -> list[Body]:
        return [body for body in self.alive.values() if body.parent == code]

    def _hand_over(self, code: str, heirs: list[str], day: date) -> None:
        """Give everything below a body to others."""
        for child in self._children(code):
            self._change(child, day, self.random.choice(heirs))

    def _birth(self, day: date) -> bool:
        if not self._units():
            return False
        unit = self.random.choice(self._units())
        self._tell(day, f"{self._new('GRASSROOTS', unit.code, day, files=False)} begins in {unit.code}")
        return True

    def _birth_of_unit(self, day: date) -> bool:
        if not self._units():
            return False
        near = self.random.choice(self._units())
        unit = self._new(near.kind, near.parent, day)
        self._tell(day, f"{unit} begins")
        children = self._children(near.code)
        if children and self.random.random() < 0.6:
            self._change(children[0], day, unit)
            self._tell(day, f"{children[0].code} moves to {unit}")
        self._new("GRASSROOTS", unit, day, files=False)
        return True

    def _transfer_organisation(self, day: date) -> bool:
        bodies = [body for body in self._of("GRASSROOTS") if body.since < day]
        if not bodies:
            return False
        body = self.random.choice(bodies)
        others = [unit for unit in self._units() if unit.code != body.parent]
        if not others:
            return False
        unit = self.random.choice(others)
        self._change(body, day, unit.code)
        self._tell(day, f"{body.code} moves from {body.parent} to {unit.code}")
        if self.random.random() < 0.15:
            self.covers[unit.code, day.year] = date(day.year, 1, 1)
        return True

    def _move_unit(self, day: date) -> bool:
        units = self._units()
        provinces = self._of("PROVINCE")
        if not units or len(provinces) < 2:
            return False
        unit = self.random.choice(units)
        to = self.random.choice([one for one in provinces if one.code != unit.parent])
        self._change(unit, day, to.code)
        self._tell(day, f"{unit.code} moves to {to.code}")
        return True

    def _rename(self, day: date) -> bool:
        bodies = self._of("GRASSROOTS")
        if not bodies:
            return False
        body = self.random.choice(bodies)
        new = self._new(body.kind, body.parent, day, files=False)
        self._end(body, day)
        self._succeed("rename", body.code, new, day)
        self._tell(day, f"{body.code} is called {new}")
        return True

    def _merge(self, day: date) -> bool:
        bodies = self._of("GRASSROOTS")
        if len(bodies) < 2:
            return False
        one, other = self.random.sample(bodies, 2)
        if self.random.random() < 0.5:
            into = self._new(one.kind, one.parent, day, files=False)
            self._end(other, day)
            self._succeed("merge", other.code, into, day)
        else:
            into = other.code
        self._end(one, day)
        self._succeed("merge", one.code, into, day)
        self._tell(day, f"{one.code} and {other.code} merge into {into}")
        return True

    def _split(self, day: date) -> bool:
        bodies = self._of("GRASSROOTS")
        if not bodies:
            return False
        body = self.random.choice(bodies)
        for share in (0.6, 0.4):
            new = self._new(body.kind, self.random.choice(self._units()).code, day, files=False)
            self._succeed("split", body.code, new, day, share)
            self._tell(day, f"{share} of {body.code} becomes {new}")
        self._end(body, day)
        return True

    def _dissolve(self, day: date) -> bool:
        bodies = self._of("GRASSROOTS")
        if not bodies:
            return False
        body = self.random.choice(bodies)
        self._end(body, day)
        self._succeed("dissolve", body.code, "", day)
        self._tell(day, f"{body.code} is dissolved")
        return True

    def _rename_unit(self, day: date) -> bool:
        if not self._units():
            return False
        unit = self.random.choice(self._units())
        new = self._new(unit.kind, unit.parent, day)
        self._go_over("rename", [unit], new, day)
        return True

    def _merge_units(self, day: date) -> bool:
        if len(self._units()) < 2:
            return False
        one, other = self.random.sample(self._units(), 2)
        if self.random.random() < 0.5:
            self._go_over("merge", [one], other.code, day)
        else:
            self._go_over("merge", [one, other], self._new(one.kind, one.parent, day), day)
        return True

    def _merge_provinces(self, day: date) -> bool:
        provinces = self._of("PROVINCE")
        if len(provinces) < 2:
            return False
        one, other = self.random.sample(provinces, 2)
        if one.files and self.random.random() < 0.5:
            self._go_over("merge", [one, other], self._new("PROVINCE", "", day), day)
        else:
            self._go_over("merge", [one], other.code, day)
        return True

    def _go_over(self, event: str, units: list[Body], into: str, day: date) -> None:
        """Let bodies that file end in another one, which may say that it takes in their year."""
        for unit in units:
            self._hand_over(unit.code, [into], day)
            self._end(unit, day)
            self._succeed(event, unit.code, into, day)
            self._tell(day, f"{unit.code} goes over into {into} ({event})")
        chance = self.random.random()
        if chance < 0.35:
            self.covers[into, day.year] = date(day.year, 1, 1)
        elif chance < 0.5 and day > date(day.year, 1, 20):
            span = (day - date(day.year, 1, 1)).days
            self.covers[into, day.year] = date(day.year, 1, 1) + self.random.randint(1, span) * DAY

    def _split_unit(self, day: date) -> bool:
        if not self._units():
            return False
        unit = self.random.choice(self._units())
        heirs = [self._new(unit.kind, unit.parent, day) for _ in range(2)]
        self._hand_over(unit.code, heirs, day)
        self._end(unit, day)
        for heir, share in zip(heirs, (0.7, 0.3), strict=True):
            self._succeed("split", unit.code, heir, day, share)
            self._tell(day, f"{share} of {unit.code} becomes {heir}")
        return True

    def _dissolve_unit(self, day: date) -> bool:
        if len(self._units()) < 2:
            return False
        unit, heir = self.random.sample(self._units(), 2)
        if self.random.random() < 0.6:
            self._hand_over(unit.code, [heir.code], day)
        for child in self._children(unit.code):
            self._end(child, day)
        self._end(unit, day)
        self._succeed("dissolve", unit.code, "", day)
        self._tell(day, f"{unit.code} is dissolved")
        return True
