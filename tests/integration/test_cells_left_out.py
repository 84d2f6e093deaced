"""Whatever cell is left out of a row that was accepted, the warehouse can be published."""

from pathlib import Path

import pytest

from ingestion.definitions.catalogue import load_catalogue
from reports.database import connect
from reports.publication_gate import check_marts
from tests.integration.test_warehouse import _dbt as dbt
from tests.integration.warehouse_world import (
    BLANK,
    Filing,
    Rows,
    World,
    admitted,
    cadre,
    disciplined,
    example_tables,
    line,
    members,
    rating,
    study,
    target_result,
    visits,
)

QUARTERLY = ("B01", "B02", "B05", "B06")
YEAR, FIRST, ALONE = "2019-N", "2020-Q1", "2020-6T"


def sound(unit: str) -> dict[str, Rows]:
    """Give a row of every form in which everything is filled in and adds up."""
    org = f"{unit}-1"
    rows = {
        "B01": members(org, 100, 10, 2),
        "B02": admitted(org, 10),
        "B03": line("DV04", 40, merged=1),
        "B04": rating(org, "HTTNV") | _RATED,
        "B05": visits("CAP_UY", "KT_CH", 9, 3),
        "B06": disciplined(org, 3, 1),
        "B07": cadre("CB01", 5),
        "B08": study("HT02", 20, 10),
        "B09": target_result("business_growth", 5.0, 3, 4),
    }
    forms = load_catalogue().forms
    return {
        form: [
            {column.code: 0 for column in forms[form].number_columns}
            | {name: value for name, value in row.items() if value is not None}
        ]
        for form, row in rows.items()
    }


_RATED = {
    **{"cells_total": 6, "cells_rated": 5, "cells_not_rated": 1, "cells_excellent": 1, "cells_good": 2},
    **{"cells_completed": 1, "cells_not_completed": 1},
    **{"members_total": 20, "members_exempt": 2, "members_not_rated": 3, "members_rated": 15},
    **{"members_excellent": 5, "members_good": 4, "members_completed": 3, "members_not_completed": 3},
}


def cases() -> list[tuple[str, tuple[str, ...]]]:
    """Give every cell of every form but keys, and every whole row."""
    found: list[tuple[str, tuple[str, ...]]] = []
    for form, (row,) in sound("X").items():
        cells = [name for name in row if name not in load_catalogue().forms[form].key]
        found += [(form, (name,)) for name in cells]
        found.append((form, tuple(cells)))
    return found


@pytest.fixture(scope="module")
def world() -> World:
    """A district for each cell, which leaves it out of a year, and of a quarter filed alone."""
    tables = example_tables()
    bodies = [("P", "PROVINCE", "")]
    filings = []
    for number, (form, cells) in enumerate(cases()):
        unit = f"D{number}"
        bodies += [(unit, "DISTRICT", "P"), (f"{unit}-1", "GRASSROOTS", unit)]
        for period in (YEAR, FIRST, ALONE):
            rows = {f: r for f, r in sound(unit).items() if period == YEAR or f in QUARTERLY}
            if period == ALONE:
                rows["B01"][0] |= {"opening_members": 108, "closing_members": 116}
            if period != FIRST and form in rows:
                rows[form][0] |= dict.fromkeys(cells, None if number % 2 else BLANK)
            filings.append(Filing(unit, period, rows, basis="DISCRETE" if period == ALONE else "CUMULATIVE"))
    tables["organisations"] = [
        {**tables["organisations"][0], "org_code": code, "org_name": code, "org_kind": kind}
        | {"parent_code": parent, "files_reports": kind != "GRASSROOTS"}
        for code, kind, parent in bodies
    ]
    tables["calendar"] = [{**tables["calendar"][0], "period_code": period} for period in (YEAR, FIRST, ALONE)]
    tables["targets"] = [{**row, "org_code": "D0"} for row in tables["targets"][:1]]
    tables["successions"], tables["contacts"] = [], []
    del tables["statements"]
    return World({name: rows for name, rows in tables.items() if rows}, filings)


def test_no_cell_that_is_left_out_stops_the_publication(world: World, tmp_path: Path) -> None:
    bronze = world.write(tmp_path)
    # with all tests of the data, of which each that fails ends the run for everybody
    warehouse = dbt(tmp_path, tmp_path / "dbt", "build", "--exclude-resource-type", "unit_test")

    report = check_marts(warehouse, bronze, catalogue=load_catalogue())

    assert report.failed == {}
    assert report.held["parts_make_wholes"] > 1000
    with connect(warehouse) as opened:
        # an opening, a total and a part; what is not there is not taken for zero
        for form, cell, table in (
            ("B01", "opening_members", "fct_membership"),
            ("B01", "in_total", "fct_membership"),
            ("B06", "by_cell", "fct_discipline"),
        ):
            unit = f"D{cases().index((form, (cell,)))}"
            found = dict(
                opened.execute(
                    f"select period_code, {cell} is null from {table} where reporting_org_code = ?", [unit]
                ).fetchall()
            )
            assert found[YEAR] and not found[FIRST], (form, cell)
            # a flow of which one quarter is not known is not the sum of the others
            assert found[ALONE] == (cell != "opening_members"), (form, cell)
        statuses = opened.execute(
            "select period_code, status from fct_indicator_value "
            "where indicator_code = 'admissions' and org_code = 'P' and period_code in (?, ?)",
            [YEAR, FIRST],
        )
        assert dict(statuses.fetchall()) == {YEAR: "incomplete", FIRST: "final"}
