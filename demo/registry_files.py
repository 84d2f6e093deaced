"""The demo world's registry files.

What belongs here: organisations and their versions, successions, calendar, terms, targets, rating schemes,
contacts, statements. What does not: figures.
"""

import csv
import shutil
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from pathlib import Path

from pydantic import BaseModel

from demo.admissions import Admissions
from demo.bodies import Bodies, Body
from demo.plan import HERE, UnitPlan, WorldPlan, name_lists, youth_union
from demo.targets import assigned_targets
from ingestion.chronicle.differences import written
from ingestion.definitions.registry_rows import (
    CalendarPeriod,
    Contact,
    Organisation,
    RatingScheme,
    Succession,
    TermOfOffice,
)
from ingestion.records.periods import Period, PeriodKind

ALWAYS = date(2005, 1, 1)
_LOCKED_ON = date(2021, 12, 31)
_DAYS_TO_FILE = 20
_FOUR_RANKS = (
    "Hoàn thành xuất sắc nhiệm vụ|Hoàn thành tốt nhiệm vụ|Hoàn thành nhiệm vụ|Không hoàn thành nhiệm vụ"
)
_OLD_RANKS = "Trong sạch, vững mạnh|Hoàn thành tốt nhiệm vụ|Hoàn thành nhiệm vụ|Yếu kém"

Tables = dict[str, Sequence[BaseModel]]


def registry_tables(bodies: Bodies, plan: WorldPlan, admissions: Admissions) -> Tables:
    """Give every registry table but the statements, which are a file of their own."""
    return {
        "organisations": organisations(bodies),
        "successions": successions(bodies),
        "calendar": calendar(plan),
        "terms": terms(),
        "targets": assigned_targets(bodies, plan, admissions),
        "rating_schemes": rating_schemes(),
        "contacts": contacts(bodies),
    }


def write_registry(folder: Path, tables: Tables) -> None:
    """Write the registry's CSV files."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in tables.items():
        _write_csv(folder / f"{name}.csv", rows)
    shutil.copyfile(HERE / "statements.csv", folder / "statements.csv")


def _write_csv(path: Path, rows: Iterable[BaseModel]) -> None:
    rows = list(rows)
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, list(type(rows[0]).model_fields), lineterminator="\n")
        writer.writeheader()
        for row in rows:
            writer.writerow({key: written(value) for key, value in row.model_dump().items()})


def organisations(bodies: Bodies) -> list[Organisation]:
    """Give all organisations with their versions, provinces first."""
    rows: list[Organisation] = []
    for family in bodies.families:
        if family.is_province:
            rows.append(_unit(family.code, family.name, "PROVINCE", "PROVINCE", ""))
        parent = family.code if family.is_province else ""
        for unit in family.units:
            rows.append(
                _unit(unit.code, unit.name, unit.kind, "UPPER", parent, start=unit.start, end=unit.valid_to)
            )
        for unit in family.units:
            for body in bodies.bodies:
                if body.unit == unit.code:
                    rows += _versions(bodies, unit, body)
    branch = youth_union()
    rows.append(_unit(branch.code, branch.name, "UNION_BRANCH", "UPPER", "", system="DOAN"))
    rows += [
        Organisation(
            org_code=code,
            org_name=name,
            org_kind="UNION_BASE",
            org_type=org_type,
            sector="AGENCY",
            level="GRASSROOTS",
            parent_code=branch.code,
            files_reports=False,
            term_system="DOAN",
            valid_from=branch.valid_from,
        )
        for code, name, org_type in union_bases()
    ]
    return rows


def union_bases() -> list[tuple[str, str, str]]:
    """Give code, name and type of each base of the youth-union branch: base unions first, then branches."""
    branch = youth_union()
    names = [name.format(place="tỉnh") for _, _, name in name_lists()["provincial_agencies"]]
    large = [n for n in names if n.startswith(("Sở ", "Bệnh viện", "Trường"))][: branch.base_unions]
    small = [n for n in names if n not in large][: branch.base_branches]
    named = [(n, "Đoàn cơ sở", "DOAN_CO_SO") for n in large]
    named += [(n, "Chi đoàn cơ sở", "CHI_DOAN_CO_SO") for n in small]
    return [
        (f"{branch.code}-{number:03d}", f"{prefix} {name}", org_type)
        for number, (name, prefix, org_type) in enumerate(named, start=1)
    ]


def _unit(
    code: str,
    name: str,
    kind: str,
    level: str,
    parent: str,
    *,
    start: date = ALWAYS,
    end: date | None = None,
    system: str = "DANG",
) -> Organisation:
    return Organisation(
        org_code=code,
        org_name=name,
        org_kind=kind,
        level=level,
        parent_code=parent,
        files_reports=True,
        term_system=system,
        valid_from=start,
        valid_to=end,
    )


def _versions(bodies: Bodies, unit: UnitPlan, body: Body) -> list[Organisation]:
    """Give one row for each interval in which an organisation had the same parent."""
    start, end = body.founded or unit.start, body.ended
    spans: list[tuple[str, date, date | None]] = []
    if unit.valid_to and start <= unit.valid_to:
        spans.append((unit.code, start, min(end, unit.valid_to) if end else unit.valid_to))
        start = unit.valid_to + timedelta(days=1)
    if unit.valid_to is None or end is None or end >= start:
        parent = unit.code if unit.valid_to is None else bodies.successor_of[unit.code]
        spans.append((parent, start, end))
    return [
        Organisation(
            org_code=body.code,
            org_name=body.name,
            org_kind="GRASSROOTS",
            org_type=body.org_type,
            sector=body.sector,
            level="GRASSROOTS",
            parent_code=parent,
            files_reports=False,
            valid_from=first,
            valid_to=last,
        )
        for parent, first, last in spans
    ]


def successions(bodies: Bodies) -> list[Succession]:
    """Give mergers and dissolutions of units and organisations, in order of time."""
    rows = [
        Succession(
            predecessor_code=old,
            successor_code=unit.code,
            event_type="merge",
            effective_on=unit.start,
            document=unit.merger_document,
            share=1.0,
        )
        for unit in bodies.units.values()
        for old in unit.merges
    ]
    rows += [
        Succession(
            predecessor_code=body.code,
            successor_code=body.successor,
            event_type=body.event.kind,
            effective_on=body.event.effective_on,
            document=body.event.document,
            share=1.0 if body.successor else None,
        )
        for body in bodies.bodies
        if body.event and body.event.kind != "establish"
    ]
    return sorted(rows, key=lambda row: (row.effective_on, row.predecessor_code))


def calendar(plan: WorldPlan) -> list[CalendarPeriod]:
    """Give the periods that may be filed; the youth union's term covers other years than the Party's."""
    union_years = plan.youth_union.years
    systems: dict[Period, str] = {Period.parse(plan.inspection.previous_term.period): "DANG"}
    for year in sorted({*plan.years, *union_years}):
        parties = year in plan.years, year in union_years
        kinds = [PeriodKind.Q1, PeriodKind.HALF, PeriodKind.NINE] if year in plan.quarterly_years else []
        for kind in (*kinds, PeriodKind.YEAR):
            system = "" if all(parties) else "DANG" if parties[0] else "DOAN"
            systems[Period(kind, year, year)] = system
    return [
        CalendarPeriod(
            period_code=period.code,
            opens_on=period.end - timedelta(days=14),
            due_on=period.end + timedelta(days=_DAYS_TO_FILE),
            locked_on=_LOCKED_ON,
            term_system=system,
        )
        for period, system in sorted(systems.items(), key=lambda item: item[0].order)
    ]


def terms() -> list[TermOfOffice]:
    """Give the terms of both systems with the years that make them."""
    rows = [("DANG", "2010-2015-NK", 2011, 2015), ("DANG", "2015-2020-NK", 2016, 2020)]
    rows += [("DANG", "2020-2025-NK", 2021, 2025), ("DOAN", "2012-2017-NK", 2013, 2017)]
    return [
        TermOfOffice(term_system=system, term_code=code, first_year=first, last_year=last)
        for system, code, first, last in rows
    ]


def rating_schemes() -> list[RatingScheme]:
    """Give the rating schemes whose caps are known."""
    return [
        RatingScheme(scheme="HD27", first_year=2014, last_year=2017, labels=_OLD_RANKS),
        RatingScheme(scheme="HD16", first_year=2018, last_year=2018, labels=_FOUR_RANKS),
        RatingScheme(
            scheme="HD21",
            first_year=2019,
            last_year=2022,
            labels=_FOUR_RANKS,
            cap_rate=0.2,
            cap_base="GOOD",
            cap_applies_to="MEMBERS_IN_ORG",
            severity="error",
        ),
        RatingScheme(
            scheme="QD366",
            first_year=2025,
            labels=_FOUR_RANKS,
            cap_rate=0.2,
            cap_exception_rate=0.25,
            cap_base="GOOD",
            cap_applies_to="MEMBERS_IN_ORG|MEMBERS_OF_UNIT|CELLS|ORGANISATIONS",
            severity="warning",
            score_bands="90|70|50",
        ),
    ]


def contacts(bodies: Bodies) -> list[Contact]:
    """Give a contact of every unit and of the data team: folders, so that the demo writes to nobody."""
    codes = [family.code for family in bodies.families if family.is_province]
    codes += [*bodies.units, youth_union().code]
    clerks = [Contact(org_code=code, role="clerk", channel=f"folder://{code.lower()}") for code in codes]
    return [Contact(org_code="", role="data_team", channel="folder://to-du-lieu"), *clerks]
