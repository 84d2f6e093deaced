"""Facts and traces beside the rows that were filed: a wrong cell is named with its row, a sound one is not."""

from pathlib import Path
from typing import Any

import duckdb
import pytest

from reports.publication_gate.facts import facts_again
from reports.publication_gate.values import values_again
from tests.integration.warehouse_world import Filing
from tests.support.small_office import Office, body, catalogue, filing, marts

BODIES = [body("P", "PROVINCE"), body("A", "DISTRICT", "P"), body("A1", "BASE", "A"), body("A2", "BASE", "A")]
COLUMNS = (
    *("opening", "joined", "gone", "closing", "plan", "rating", "filed_share", "bodies"),
    *("joined_in_quarter", "gone_in_quarter"),
)


def lines(period: str, flow: int, stock: int, opening: int) -> Filing:
    rows = [{"line_code": c, "number": n} for c, n in (("FLOW", flow), ("STOCK", stock), ("OPENING", opening))]
    row = {"org_code": "A1", "opening": opening, "joined": flow, "closing": stock, "rating": "GOOD"}
    if period == "2016-Q1":
        row |= {"gone": 1, "rating": "BAD"}
    return Filing("A", period, {"F1": [row], "F2": rows}, basis="DISCRETE")


@pytest.fixture
def office(tmp_path: Path) -> Office:
    """A unit that files quarters alone, and in the next year once from 1 January on with another body."""
    later = {"org_code": "A2", "joined": 6, "closing": 9}
    cumulative = [
        filing("A", "2017-Q1", joined=2),
        filing("A", "2017-6T", rows=[{"org_code": "A1", "joined": 5}, later]),
    ]
    return Office(tmp_path, BODIES, [lines("2016-Q1", 3, 30, 7), lines("2016-6T", 4, 34, 9), *cumulative])


def found(office: Office, *statements: str) -> dict[tuple[str, ...], tuple[str, str]]:
    """Give what differs by table, unit, period, line and column; both sides as they are told."""
    connection = with_facts()
    for statement in statements:
        connection.execute(statement)
    (*_, (_, figures, _)) = office.groups()
    frame = facts_again(connection, figures.adding.forms, catalogue(), figures)
    names = ("table", "unit", "period", "line", "column")
    return {
        tuple(row[name] for name in names): (row["said"], row["is"])
        for row in frame.to_dict("records")
        if row["expected"] != row["found"]
    }


def with_facts() -> duckdb.DuckDBPyConnection:
    """Give a warehouse with the facts as they ought to be."""
    connection = marts({})
    measures = ", ".join(f"{name} {'varchar' if name == 'rating' else 'double'}" for name in COLUMNS)
    about = "reporting_org_code varchar, period_code varchar"
    connection.execute(f"create table fct_f1 ({about}, org_code varchar, submission_id varchar, {measures})")
    rows: list[tuple[Any, ...]] = [
        ("2016-Q1", "A1", 7, 3, 1, 30, None, "BAD", None, None, 3, 1),
        # the first opening, the sum of a flow, the latest rating; of what was left out once no sum is known
        ("2016-6T", "A1", 7, 7, None, 34, None, "GOOD", None, None, 4, None),
        ("2017-Q1", "A1", None, 2, None, None, None, None, None, None, 2, None),
        ("2017-6T", "A1", None, 5, None, None, None, None, None, None, 3, None),
        ("2017-6T", "A2", None, 6, None, 9, None, None, None, None, 6, None),
    ]
    for period, organisation, *values in rows:
        told = ["A", period, organisation, f"A.{period}.r1", *values]
        connection.execute(f"insert into fct_f1 values ({', '.join('?' * len(told))})", told)
    connection.execute(
        f"create table fct_f2 ({about}, line_code varchar, submission_id varchar, number double)"
    )
    for period, *numbers in (("2016-Q1", 3, 30, 7), ("2016-6T", 7, 34, 7)):
        for line, number in zip(("FLOW", "STOCK", "OPENING"), numbers, strict=True):
            told = ["A", period, line, f"A.{period}.r1", number]
            connection.execute("insert into fct_f2 values (?, ?, ?, ?, ?)", told)
    return connection


def test_facts_as_they_were_filed_are_sound(office: Office) -> None:
    assert found(office) == {}


def test_a_wrong_cell_of_facts_is_named_with_its_row_and_column(office: Office) -> None:
    half, quarter = ("fct_f1", "A", "2016-6T", "A1"), ("fct_f1", "A", "2017-6T", "A2")

    assert found(
        office,
        "update fct_f1 set opening = 9, gone = 0, rating = 'BAD' where period_code = '2016-6T'",
        "update fct_f1 set joined_in_quarter = null where org_code = 'A2'",
        "update fct_f2 set number = 8, submission_id = 'x' "
        "where period_code = '2016-6T' and line_code = 'FLOW'",
    ) == {
        (*half, "opening"): ("7", "9"),
        (*half, "gone"): ("", "0"),
        (*half, "rating"): ("GOOD", "BAD"),
        (*quarter, "joined_in_quarter"): ("6", ""),
        ("fct_f2", "A", "2016-6T", "FLOW", "number"): ("7", "8"),
        ("fct_f2", "A", "2016-6T", "FLOW", "submission_id"): ("A.2016-6T.r1", "x"),
    }


def test_rows_of_facts_that_one_side_lacks_or_has_twice_are_named(office: Office) -> None:
    assert found(
        office,
        "insert into fct_f1 select * from fct_f1 where org_code = 'A2'",
        "delete from fct_f1 where period_code = '2017-Q1'",
        "update fct_f2 set line_code = 'X' where period_code = '2016-Q1' and line_code = 'FLOW'",
    ) == {
        ("fct_f1", "A", "2017-6T", "A2", "row"): ("no", "yes"),
        ("fct_f1", "A", "2017-Q1", "A1", "row"): ("yes", "no"),
        ("fct_f2", "A", "2016-Q1", "FLOW", "row"): ("yes", "no"),
        ("fct_f2", "A", "2016-Q1", "X", "row"): ("no", "yes"),
    }
    connection = with_facts()
    connection.execute("drop table fct_f2")
    (*_, (_, figures, _)) = office.groups()
    frame = facts_again(connection, figures.adding.forms, catalogue(), figures)
    assert frame.loc[frame["table"] == "fct_f2", "found"].isna().all()


def test_values_behind_figures_are_those_of_their_cells(office: Office) -> None:
    connection = marts({})
    rows = "(1, 'A.2016-Q1.r1', 'F1', 9), (2, 'A.2016-6T.r1', 'F1', 9)"
    connection.execute(f"insert into intermediate.int_form__row values {rows}")
    cells = [
        *(
            (1, "joined", 3, None, 3, True),
            (1, "gone", 2, None, -1, True),
            (1, "rating", None, "BAD", 0, False),
        ),
        *(
            (2, "joined", 4, None, 4, False),
            (2, "rating", None, "GOOD", 0, True),
            (2, "closing", 34, None, 34, True),
        ),
    ]
    for row, column, number, code, adds, is_counted in cells:
        connection.execute(
            "insert into intermediate.int_indicator__contribution (measure_id, row_id, column_code, "
            "value_number, value_code, contribution, is_counted) values (1, ?, ?, ?, ?, ?, ?)",
            [row, column, number, code, adds, is_counted],
        )
    frame = values_again(connection, office.bronze, catalogue().forms.values())

    assert {(row[0], row[2]): row[4] for row in frame.to_numpy().tolist()} == {
        ("A.2016-Q1.r1", "joined"): 1,
        ("A.2016-Q1.r1", "gone"): 0,  # another number than was filed
        ("A.2016-Q1.r1", "rating"): 1,
        ("A.2016-6T.r1", "joined"): 0,  # not shown, though it adds something
        ("A.2016-6T.r1", "rating"): 0,  # shown, though it adds nothing
        ("A.2016-6T.r1", "closing"): 1,
    }
