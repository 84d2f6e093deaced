"""The cells behind the demo's figures make them again: every figure, part by part."""

import json
from collections.abc import Mapping
from typing import Any

import duckdb
import numpy as np
import numpy.typing as npt
import pytest
from click.testing import CliRunner

from ingestion.home import Home
from orchestration.cli import main
from reports.database import connect
from reports.figures import traced_parts
from tests.support.remade import PARTS, Sums, remade, told

Columns = Mapping[str, npt.NDArray[Any]]
KINDS = ("flow", "stock", "distinct", "rate", "ratio", "registry", "run")
DERIVATIONS = ("before_after", "change_over_term", "change_vs_previous_term", "percent_change")
"""What is derived from two figures, or from one and its opening."""

_KEY = "indicator_code, org_code, period_code"
_SUMS = ", ".join(f"sum(contribution) filter (where part = '{part}') as {part}" for part in PARTS)
_PAST = ", ".join(f"past.{part} as past_{part}" for part in PARTS)


@pytest.fixture(scope="module")
def of_cells(demo_home: Home) -> Any:
    """The warehouse with the sums of all cells by figure and part, which take most of this module's time."""
    with connect(demo_home.warehouse) as connection:
        connection.execute(
            f"create temp table parts as select {_KEY}, {_SUMS} from rpt_figure_cell group by all"
        )
        yield connection


def columns(connection: duckdb.DuckDBPyConnection, sql: str) -> Columns:
    """Give columns with what is missing as not a number."""
    found = connection.execute(sql).fetchnumpy()
    return {
        name: np.ma.filled(column, np.nan) if column.dtype.kind == "f" else column
        for name, column in found.items()
    }


def of(rows: npt.NDArray[np.bool_], found: Columns, begin: str = "") -> Sums:
    return {part: found[f"{begin}{part}"][rows] for part in PARTS}


def wrong(found: Columns, rows: npt.NDArray[np.bool_], again: npt.NDArray[np.float64]) -> list[Any]:
    """Give the first figures that their cells do not make."""
    figure = found["figure"][rows]
    is_same = np.isclose(again, figure, rtol=1e-12, atol=1e-9) | (np.isnan(again) & np.isnan(figure))
    # What nobody's cell counts is none; where no cell but a zero was filed it is nothing.
    names = [found[name][rows][~is_same][:3] for name in ("indicator_code", "org_code", "period_code")]
    return [*zip(*names, figure[~is_same], again[~is_same], strict=False)]


def test_the_cells_of_every_figure_make_it_again(of_cells: duckdb.DuckDBPyConnection) -> None:
    found = columns(
        of_cells,
        f"select {_KEY}, kind, figures.value as figure, opening_value, figures.numerator as filed_numerator, "
        "figures.denominator as filed_denominator, parts.* exclude (indicator_code, org_code, period_code) "
        "from fct_indicator_value as figures inner join dim_indicator using (indicator_code) "
        f"left join parts using ({_KEY})",
    )
    assert len(found["figure"]) > 1_300_000 and set(found["kind"]) == set(KINDS)
    for kind in KINDS:
        rows = found["kind"] == kind
        parts, before = traced_parts(kind, None)
        assert not before
        listed = told(parts, of(rows, found), {}, {})
        assert wrong(found, rows, remade(kind, None, listed)) == [], kind
        if kind == "ratio":
            for name in ("numerator", "denominator"):
                again = listed[name] - listed[f"{name}_minus"]
                assert np.array_equal(again, np.nan_to_num(found[f"filed_{name}"][rows])), name
    # A figure's own opening stands among its cells too.
    assert np.array_equal(np.nan_to_num(found["opening"]), np.nan_to_num(found["opening_value"]))
    for part in PARTS:
        assert np.nan_to_num(found[part]).any(), part


@pytest.mark.parametrize("derivation", DERIVATIONS)
def test_the_cells_of_every_change_make_it_again(of_cells: duckdb.DuckDBPyConnection, derivation: str) -> None:
    found = columns(
        of_cells,
        f"select figures.{_KEY.replace(', ', ', figures.')}, kind, figures.value as figure, "
        f"parts.* exclude (indicator_code, org_code, period_code), {_PAST} "
        "from fct_indicator_derived as figures inner join dim_indicator using (indicator_code) "
        f"left join parts using ({_KEY}) "
        "inner join (select distinct org_code, term_system from dim_organisation) as bodies using (org_code) "
        "inner join dim_term as terms on figures.period_code = terms.term_code "
        "and bodies.term_system = terms.term_system "
        "left join parts as past on figures.indicator_code = past.indicator_code "
        "and figures.org_code = past.org_code and terms.previous_term_code = past.period_code "
        f"where derivation = '{derivation}' and figures.value is not null",
    )
    assert len(found["figure"]) > 300
    for kind in sorted(set(found["kind"])):
        rows = found["kind"] == kind
        parts, before = traced_parts(kind, derivation)
        listed = told(parts, of(rows, found), before, of(rows, found, "past_"))
        assert wrong(found, rows, remade(kind, derivation, listed)) == [], kind


@pytest.mark.parametrize(
    ("kind", "derivation", "period", "part"),
    [
        *((kind, None, "%", "") for kind in KINDS),
        ("flow", None, "%-D2", "minus"),
        ("ratio", None, "%-D2", "numerator_minus"),
        ("ratio", "change_vs_previous_term", "%-NK", ""),
        ("flow", "change_vs_previous_term", "%-NK", ""),
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
