"""Every published figure, added up from the generated tables by hand, before any reader, gate or warehouse.

What each row of statements.csv means is written here a second time, so that a wrong declaration of an indicator
cannot hide behind a wrong test.
"""

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import demo
from demo.world import World

Row = dict[str, Any]
INSPECTIONS = {"KT_CH", "KT_DHVP", "KT_NVKT", "KT_THKL", "KT_TC"}
TERMS = {"2015-2020-NK": range(2016, 2021), "2012-2017-NK": range(2013, 2018)}
WITHOUT_FIGURE = {"norm", "cannot_verify"}

with (Path(demo.__file__).parent / "statements.csv").open(encoding="utf-8", newline="") as file:
    STATEMENTS = {row["statement_id"]: row for row in csv.DictReader(file)}


class Tables:
    """The tables that count in the end, of a body with its units and predecessors."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._tables = {(s.unit, s.period.code): s.tables for s in world.sound()}

    def units(self, body: str) -> list[str]:
        figures = self._world.figures.bodies
        below = [u.code for f in figures.families if f.code == body and f.is_province for u in f.units]
        unit = figures.units.get(body)
        return [body, *below, *(unit.merges if unit else ())]

    def rows(self, form: str, body: str, period: str, **where: Any) -> list[Row]:
        found = []
        for unit in self.units(body):
            for row in self._tables.get((unit, period), {}).get(form, ()):
                if all(_matches(row[column], wanted) for column, wanted in where.items()):
                    found.append(row)
        return found

    def total(self, form: str, column: str, body: str, period: str, **where: Any) -> int:
        values = [row.get(column) for row in self.rows(form, body, period, **where)]
        return sum(value for value in values if isinstance(value, int))


def _matches(value: Any, wanted: Any) -> bool:
    return value in wanted if isinstance(wanted, set) else value == wanted


def flow(form: str, column: str, **where: Any) -> Callable[[Tables, str, str], int]:
    """Give a count that adds up over the years of a term."""

    def value(tables: Tables, body: str, period: str) -> int:
        years = TERMS.get(period)
        periods = [f"{year}-N" for year in years] if years else [period]
        return sum(tables.total(form, column, body, p, **where) for p in periods)

    return value


def stock(form: str, column: str, **where: Any) -> Callable[[Tables, str, str], int]:
    """Give a count of which the last of a term holds."""

    def value(tables: Tables, body: str, period: str) -> int:
        last = f"{TERMS[period][-1]}-N" if period in TERMS else period
        return tables.total(form, column, body, last, **where)

    return value


def opening(form: str, column: str, **where: Any) -> Callable[[Tables, str, str], int]:
    """Give a count of which the first of a term holds."""
    return lambda tables, body, period: tables.total(form, column, body, f"{TERMS[period][0]}-N", **where)


def line(
    form: str, code: str, column: str, kind: Callable[..., Any] = flow
) -> Callable[[Tables, str, str], int]:
    return kind(form, column, line_code=code)


def plus(*parts: Callable[[Tables, str, str], int]) -> Callable[[Tables, str, str], int]:
    return lambda tables, body, period: sum(part(tables, body, period) for part in parts)


def inspections(column: str, activities: set[str], *actors: str) -> Callable[[Tables, str, str], int]:
    by = {"actor_code": set(actors)} if actors else {}
    return flow("B05", column, activity_code=activities, **by)


def ratings(*ranks: str) -> Callable[[Tables, str, str], int]:
    return lambda tables, body, period: len(tables.rows("B04", body, period, org_rating=set(ranks)))


PLANNED = INSPECTIONS - {"KT_DHVP"}
RANKS = ("HTXSNV", "HTTNV", "HTNV", "KHTNV")

COUNTS: dict[str, Callable[[Tables, str, str], int]] = {
    "inspected_orgs": inspections("done_orgs", INSPECTIONS),
    "inspected_members": inspections("done_members", INSPECTIONS),
    "supervised_orgs": inspections("done_orgs", {"GS_CD"}),
    "supervised_members": inspections("done_members", {"GS_CD"}),
    "disciplined_orgs_after_inspection": flow("B05", "disciplined_orgs"),
    "disciplined_members_after_inspection": flow("B05", "disciplined_members"),
    "inspected_orgs_on_suspicion": inspections("done_orgs", {"KT_DHVP"}, "CAP_UY", "UBKT"),
    "inspected_members_on_suspicion": inspections("done_members", {"KT_DHVP"}, "CAP_UY", "UBKT"),
    "inspected_orgs_by_committees": inspections("done_orgs", PLANNED, "CAP_UY"),
    "inspected_members_by_committees": inspections("done_members", PLANNED, "CAP_UY"),
    "supervised_orgs_by_committees": inspections("done_orgs", {"GS_CD"}, "CAP_UY"),
    "supervised_members_by_committees": inspections("done_members", {"GS_CD"}, "CAP_UY"),
    "inspected_orgs_by_commission": inspections("done_orgs", PLANNED, "UBKT"),
    "inspected_members_by_commission": inspections("done_members", PLANNED, "UBKT"),
    "supervised_orgs_by_commission": inspections("done_orgs", {"GS_CD"}, "UBKT"),
    "supervised_members_by_commission": inspections("done_members", {"GS_CD"}, "UBKT"),
    "rotations_for_training": line("B07", "CB06", "total"),
    "villages_without_members": line("B03", "DV05", "closing_count", stock),
    "communes": line("B03", "DV01", "closing_count", stock),
    "villages": line("B03", "DV04", "closing_count", stock),
    "party_departments": line("B03", "DM01", "closing_count", stock),
    "government_agencies": line("B03", "DM02", "closing_count", stock),
    "government_departments": line("B03", "DM03", "closing_count", stock),
    "public_service_units": line("B03", "DM04", "closing_count", stock),
    "payroll_reduction": line("B07", "BC03", "total"),
    "private_orgs_500_established": line("B03", "TC09", "established"),
    "members_disciplined": flow("B06", "members_disciplined"),
    "members_reprimand": flow("B06", "members_reprimand"),
    "members_warning": flow("B06", "members_warning"),
    "members_removed_from_post": flow("B06", "members_removed_from_post"),
    "members_expelled": flow("B06", "members_expelled"),
    "members_suspended": flow("B06", "members_suspended"),
    "event_participations": line("B08", "PT01", "participated"),
    "union_members": line("B08", "DV01", "population", stock),
    "union_bases": line("B08", "DV02", "population", stock),
    "base_unions": line("B08", "DV03", "population", stock),
    "base_branches": line("B08", "DV04", "population", stock),
    "elite_union_introduced": flow("B02", "elite_union_introduced"),
    "sympathizers_recognised": flow("B02", "sympathizers_recognised"),
    "admissions_from_elite_union": flow("B02", "admitted_from_elite_union"),
    "grassroots_orgs": plus(
        line("B03", "TC02", "closing_count", stock), line("B03", "TC03", "closing_count", stock)
    ),
    "subordinate_cells": line("B03", "TC05", "closing_count", stock),
    "members": stock("B01", "closing_members"),
    "commune_party_bodies": line("B03", "TC11", "closing_count", stock),
    "state_enterprise_party_orgs": line("B03", "TC10", "closing_count", stock),
    "private_enterprise_party_orgs": line("B03", "TC08", "closing_count", stock),
    "admissions": flow("B02", "admitted_total"),
    "orgs_not_completed": ratings("KHTNV"),
    "appointments_and_nominations": plus(line("B07", "CB01", "total"), line("B07", "CB03", "total")),
    "transfers_and_rotations": plus(line("B07", "CB04", "total"), line("B07", "CB05", "total")),
    "commune_cells_dissolved": plus(line("B03", "TC06", "dissolved"), line("B03", "TC07", "dissolved")),
    "intermediate_bodies_dissolved": line("B03", "TC04", "dissolved"),
    "part_time_staff_reduction": line("B07", "BC05", "total"),
    "deputy_heads_reduction": line("B07", "BC06", "total"),
    "communes_with_regular_police": line("B07", "CB11", "total", stock),
    "communes_secretary_chairs": line("B07", "CB09", "total", stock),
    "merged_titles": line("B07", "CB10", "total"),
    "commune_military_cells_dissolved": line("B03", "TC07", "dissolved"),
    "upper_level_bodies": line("B03", "TC01", "closing_count", stock),
    "cultural_communes": stock("B09", "numerator", indicator_code="cultural_communes"),
    "new_rural_communes": stock("B09", "numerator", indicator_code="new_rural_communes"),
}

STOCK_LINES = {
    "communes": "DV01",
    "villages": "DV04",
    "party_departments": "DM01",
    "government_agencies": "DM02",
    "government_departments": "DM03",
    "public_service_units": "DM04",
}
"""Lines whose change over the term is stated."""

SHARES: dict[str, tuple[Callable[[Tables, str, str], int], Callable[[Tables, str, str], int]]] = {
    "secretaries_not_local_share": (
        line("B07", "CB07", "total", stock),
        line("B07", "CB07", "base_total", stock),
    ),
    "chairs_not_local_share": (line("B07", "CB08", "total", stock), line("B07", "CB08", "base_total", stock)),
    "payroll_reduction_share": (line("B07", "BC03", "total"), line("B07", "BC01", "total", opening)),
    "payroll_reduction_vs_plan": (line("B07", "BC03", "total"), line("B07", "BC03", "plan_total")),
    "part_time_staff_reduction_vs_plan": (line("B07", "BC05", "total"), line("B07", "BC05", "plan_total")),
    "union_bases_studied_share": (line("B08", "HT06", "participated"), line("B08", "HT06", "population")),
    "union_members_studied_share": (line("B08", "HT05", "participated"), line("B08", "HT05", "population")),
    "union_bases_fair_or_better_share": (
        line("B08", "DV05", "participated", stock),
        line("B08", "DV02", "population", stock),
    ),
    "union_bases_strong_share": (
        line("B08", "DV06", "participated", stock),
        line("B08", "DV06", "population", stock),
    ),
    "members_studied_share": (line("B08", "HT02", "participated"), line("B08", "HT02", "population")),
    "ethics_standard_share": (
        line("B08", "CM01", "participated", stock),
        line("B08", "CM01", "population", stock),
    ),
    "orgs_good_share": (ratings("HTTNV"), ratings(*RANKS)),
    "orgs_excellent_share": (ratings("HTXSNV"), ratings(*RANKS)),
    "orgs_good_or_better_share": (ratings("HTXSNV", "HTTNV"), ratings(*RANKS)),
    "orgs_completed_or_better_share_of_all": (ratings(*RANKS[:3]), ratings(*RANKS, "CXL")),
    "members_good_or_better_share": (
        plus(flow("B04", "members_excellent"), flow("B04", "members_good")),
        flow("B04", "members_rated"),
    ),
    "commune_office_cells_dissolved_share": (
        line("B03", "TC06", "dissolved"),
        line("B03", "TC06", "in_scope_count", stock),
    ),
}


@pytest.fixture(scope="module")
def tables(demo_world: World) -> Tables:
    return Tables(demo_world)


def evaluate(tables: Tables, world: World, row: dict[str, str]) -> list[float]:
    """Give the figure of a statement, or its figure in each year where it holds per year."""
    code, body, period, derivation = (
        row[c] for c in ("indicator_code", "org_code", "period_code", "derivation")
    )
    periods = [f"{y}-N" for y in TERMS[period]] if derivation == "per_year" else [period]
    if code == "predecessors":
        return [sum(s.successor_code == body for s in world.registry["successions"])]
    if code == "consecutive_excellent_years":
        unit = world.figures.bodies.by_code[body].unit
        marks = [tables.rows("B04", unit, f"{y}-N", org_code=body)[0]["org_rating"] for y in range(2016, 2021)]
        return [len(marks) if set(marks) == {"HTXSNV"} else -1]
    if code in SHARES:
        part, whole = SHARES[code]
        return [100 * part(tables, body, p) / whole(tables, body, p) for p in periods]
    if code in ("business_growth", "domestic_revenue_share"):
        years = [f"{y}-N" for y in TERMS[period]]
        return [r["actual_period"] for y in years for r in tables.rows("B09", body, y, indicator_code=code)]
    return [derived(tables, code, body, period, derivation)]


def derived(tables: Tables, code: str, body: str, period: str, derivation: str) -> float:
    """Give a count, or what is derived from it over the term or against the term before."""
    last = COUNTS[code](tables, body, period)
    if derivation == "change_vs_previous_term":
        column = {"inspected_orgs": "done_orgs", "inspected_members": "done_members"}[code]
        return last - tables.total("B05", column, body, "2010-2015-NK", activity_code=INSPECTIONS)
    if derivation in ("change_over_term", "percent_change"):
        first = line("B03", STOCK_LINES[code], "opening_count", opening)(tables, body, period)
        return last - first if derivation == "change_over_term" else 100 * (first - last) / first
    return last / len(TERMS[period]) if derivation == "average_per_year" else last


def holds(row: dict[str, str], value: float) -> bool:
    """Compare as the statement is worded, at the printed precision."""
    low = float(row["value_low"]) if row["value_low"] else None
    high = float(row["value_high"]) if row["value_high"] else None
    match row["qualifier"]:
        case "GT":
            return value > (low or 0)
        case "APPROX_BELOW":
            return 0.97 * (high or 0) <= value < (high or 0)
        case "APPROX_ABOVE":
            return (low or 0) < value <= 1.03 * (low or 0)
        case "RANGE":
            return (low or 0) <= value <= (high or 0)
    expected = row["expected_value"]
    decimals = len(expected.partition(".")[2])
    return round(value, decimals) == float(expected)


def test_every_statement_is_evaluated_or_has_no_figure():
    for row in STATEMENTS.values():
        has_figure = bool(row["indicator_code"])
        assert has_figure == (row["expected_verdict"] not in WITHOUT_FIGURE), row["statement_id"]
    assert len(STATEMENTS) == 117


FILED = [row for row in STATEMENTS.values() if row["expected_verdict"] not in WITHOUT_FIGURE | {"target"}]


@pytest.mark.parametrize("row", FILED, ids=lambda row: row["statement_id"])
def test_the_tables_hold_what_is_stated(tables, demo_world, row):
    values = evaluate(tables, demo_world, row)
    assert values
    if row["derivation"] == "per_year":
        assert len(values) == 5
    assert all(holds(row, value) for value in values), (row["measure"], values)


@pytest.mark.parametrize(
    "row",
    [r for r in STATEMENTS.values() if r["expected_verdict"] == "target"],
    ids=lambda r: r["statement_id"],
)
def test_the_registry_holds_the_stated_targets(demo_world, row):
    wanted = (row["org_code"], row["indicator_code"], row["period_code"])
    found = [t for t in demo_world.registry["targets"] if (t.org_code, t.indicator_code, t.term_code) == wanted]
    assert len(found) == 1
    assert found[0].min == float(row["value_low"])
    if row["qualifier"] == "RANGE":
        assert (found[0].direction, found[0].max) == ("BETWEEN", float(row["value_high"]))


def test_villages_are_1813_before_and_162_in_yen_lac(tables):
    for body, before in (("DB", 1813), ("VP-YL", 162)):
        assert line("B03", "DV04", "opening_count", opening)(tables, body, "2015-2020-NK") == before


def test_the_stated_104_is_103_and_a_suspension(tables):
    forms = [
        COUNTS[f"members_{f}"](tables, "HCM-Q12", "2015-2020-NK")
        for f in ("reprimand", "warning", "removed_from_post", "expelled", "suspended")
    ]
    assert forms == [81, 17, 3, 2, 1]
    assert sum(forms) == 104


def test_the_term_before_is_filed_once_by_the_ten_units(tables):
    for column, expected in (("done_orgs", 718), ("done_members", 1150)):
        assert tables.total("B05", column, "DB", "2010-2015-NK", activity_code=INSPECTIONS) == expected


def test_ratings_of_the_bloc_break_a_cap_of_20_percent_at_one_end_and_keep_it_at_the_other(tables):
    found = set()
    for year in TERMS["2015-2020-NK"]:
        period = f"{year}-N"
        excellent, good = (ratings(rank)(tables, "QT-KCQDN", period) for rank in ("HTXSNV", "HTTNV"))
        rated = ratings(*RANKS)(tables, "QT-KCQDN", period)
        found.add((100 * excellent / rated, 100 * good / rated, excellent <= 0.2 * good))
    assert (20.0, 80.0, False) in found
    assert (15.0, 85.0, True) in found


def test_admissions_reach_the_target_every_year(tables):
    yearly = [COUNTS["admissions"](tables, "VP", f"{year}-N") for year in TERMS["2015-2020-NK"]]
    assert sum(yearly) == 11945
    assert min(yearly) >= 2300


def test_military_cells_are_dissolved_in_126_of_137_communes(tables):
    scope = line("B03", "TC07", "in_scope_count", stock)(tables, "VP", "2015-2020-NK")
    assert (COUNTS["commune_military_cells_dissolved"](tables, "VP", "2015-2020-NK"), scope) == (126, 137)
    each = [line("B03", code, "dissolved")(tables, "VP-YL", "2015-2020-NK") for code in ("TC06", "TC07")]
    assert each == [17, 17]


def test_visits_of_the_bloc_exceed_the_organisations_that_exist(tables):
    visits = COUNTS["inspected_orgs_by_committees"](tables, "QT-KCQDN", "2015-2020-NK")
    existing = COUNTS["grassroots_orgs"](tables, "QT-KCQDN", "2020-N")
    assert (visits, existing) == (139, 81)
