"""A result stands to its target as `definitions/assessment.py` says, in the warehouse and before it as well.

Two say the same in words of their own: the dbt macro, since only SQL reaches the warehouse, and the gate of a
publication, which takes nothing from what it looks at. Formulas of workbooks are held against the rules, which
ask the definition (`gate/test_gate_excel.py`).
"""

from itertools import product
from pathlib import Path

import duckdb
import jinja2
import pytest

from ingestion.definitions.assessment import assessment
from ingestion.records.tolerance import TOLERANCE
from reports.publication_gate.targets import assessed

MACROS = Path(__file__).parents[3] / "dbt_project" / "macros" / "figures.sql"
DIRECTIONS = ("GE", "GT", "LE", "LT", "EQ", "BETWEEN")
LEAST, MOST = 80.0, 90.0
BOUNDS = (None, LEAST, MOST)
ACTUALS = tuple(
    bound + offset
    for bound in (0.0, LEAST, MOST)
    for offset in (-1.0, -2 * TOLERANCE, -TOLERANCE / 2, 0.0, TOLERANCE / 2, 2 * TOLERANCE, 1.0)
)
CASES = list(product(DIRECTIONS, ACTUALS, BOUNDS, BOUNDS))


@pytest.fixture(scope="module")
def in_sql() -> list[str | None]:
    """Give what the macro says of every case, in their order."""
    macros = jinja2.Template(MACROS.read_text(encoding="utf-8")).module
    verdict = macros.assessment("direction", "actual", "least", "most", "false")  # type: ignore[attr-defined]
    rows = ", ".join(
        f"({place}, '{way}', {actual!r}, {least or 'null'}, {most or 'null'})"
        for place, (way, actual, least, most) in enumerate(CASES)
    )
    select = (
        f"with cases(place, direction, actual, least, most) as (select place, direction, actual::double, "
        f"least::double, most::double from (values {rows}) as v(place, direction, actual, least, most)) "
        f"select {verdict} from cases order by place"
    )
    return [said for (said,) in duckdb.sql(select).fetchall()]


def test_the_macro_says_what_the_definition_says(in_sql: list[str | None]) -> None:
    said = [assessment(*case) for case in CASES]
    assert {*said} == {"VUOT", "DAT", "CHUA_DAT", None}
    assert [(case, a, b) for case, a, b in zip(CASES, said, in_sql, strict=True) if a != b] == []


def test_the_publication_gate_says_what_the_definition_says() -> None:
    differing = [
        case
        for case in CASES
        if assessed({"direction": case[0], "min": case[2], "max": case[3]}, case[1]) != assessment(*case)
    ]
    assert differing == []
