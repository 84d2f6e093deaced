"""The cells behind the demo's figures make them again: every figure, part by part."""

import json
from collections.abc import Iterator
from typing import Any

import duckdb
import numpy as np
import pytest
from click.testing import CliRunner

from ingestion.storage.home import Home
from orchestration.cli import main
from reports.database import connect
from reports.figures import traced_parts
from tests.support.remade import PARTS, remade, sum_cells, wrong_changes, wrong_figures, wrong_years

KINDS = ("flow", "stock", "distinct", "rate", "ratio", "registry", "run")
DERIVATIONS = ("before_after", "change_over_term", "change_vs_previous_term", "percent_change")
"""What is derived from two figures, or from one and its opening."""

_KEY = "indicator_code, org_code, period_code"


@pytest.fixture(scope="module")
def of_cells(demo_home: Home) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse with the sums of all cells by figure and part, which take most of this module's time."""
    with connect(demo_home.warehouse) as connection:
        sum_cells(connection)
        yield connection


def test_the_cells_of_every_figure_make_it_again(of_cells: duckdb.DuckDBPyConnection) -> None:
    wrong, found = wrong_figures(of_cells)
    assert not wrong, wrong
    assert len(found["figure"]) > 1_300_000 and set(found["kind"]) == set(KINDS)
    assert [part for part in PARTS if not np.nan_to_num(found[part]).any()] == []


@pytest.mark.parametrize("derivation", DERIVATIONS)
def test_the_cells_of_every_change_make_it_again(of_cells: duckdb.DuckDBPyConnection, derivation: str) -> None:
    wrong, count = wrong_changes(of_cells, derivation)
    assert not wrong, wrong
    assert count > 300


def test_the_cells_of_every_average_low_and_high_make_it_again(of_cells: duckdb.DuckDBPyConnection) -> None:
    wrong, count = wrong_years(of_cells)
    assert not wrong, wrong
    assert count > 15_000


@pytest.mark.parametrize(
    ("kind", "derivation", "period", "part"),
    [
        *((kind, None, "%", "") for kind in KINDS),
        ("flow", None, "%-D2", "minus"),
        ("ratio", None, "%-D2", "numerator_minus"),
        ("ratio", "change_vs_previous_term", "%-NK", ""),
        ("flow", "change_vs_previous_term", "%-NK", ""),
        ("flow", "average_per_year", "%-NK", ""),
        *((kind, end, "%-NK", "") for kind in ("ratio", "stock") for end in ("per_year_low", "per_year_high")),
        *(("stock", name, "%-NK", "") for name in DERIVATIONS if name != "change_vs_previous_term"),
    ],
)
def test_the_command_lists_the_cells_that_make_the_figure_it_answers(
    demo_home: Home, kind: str, derivation: str | None, period: str, part: str
) -> None:
    table = "fct_indicator_derived" if derivation else "fct_indicator_value"
    of_part = f"and exists (select 1 from rpt_figure_cell as cells where cells.part = '{part}' " if part else ""
    of_part += "and cells.indicator_code = f.indicator_code and cells.org_code = f.org_code " if part else ""
    of_part += "and cells.period_code = f.period_code and cells.contribution > 0) " if part else ""
    with connect(demo_home.warehouse) as connection:
        row = connection.execute(
            f"select {_KEY} from {table} as f inner join dim_indicator using (indicator_code) "
            f"where kind = '{kind}' and period_code like '{period}' and f.value <> 0 "
            + ("and org_code = 'VP-YL' " + of_part if part else "")
            + (f"and derivation = '{derivation}' " if derivation else "")
            + "order by 1, 2, 3 limit 1"
        ).fetchone()
    assert row is not None
    asked = ["--indicator", row[0], "--unit", row[1], "--period", row[2], "--json"]
    asked += ["--derivation", derivation] if derivation else []

    def answer(command: str) -> Any:
        return json.loads(CliRunner().invoke(main, ["--home", str(demo_home.root), command, *asked]).stdout)

    parts, before = traced_parts(kind, derivation)
    listed = {name: np.zeros(1) for name in {*parts.values(), *before.values()}}
    for cell in answer("trace"):
        listed[cell["part"]] += cell["contribution"]
    assert not part or listed[part][0] > 0
    again, told_value = remade(kind, derivation, listed)[0], answer("figures")["value"]
    assert told_value == pytest.approx(
        again, abs=0.05 if kind == "ratio" or derivation == "percent_change" else 1e-9
    )
