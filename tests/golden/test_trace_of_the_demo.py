"""The cells behind the demo's figures make them again, part by part."""

import duckdb
import pytest

from ingestion.home import Home
from reports.figures import figure, trace

BODIES = ("DCD", "VP-YL")
"""A unit of each term system; the view of cells is read by body, since all of it takes a minute."""

_REMADE = """
with parts as (
    select
        indicator_code, org_code, period_code,
        sum(case part when 'value' then contribution when 'minus' then -contribution end) as amount,
        sum(case part when 'numerator' then contribution when 'numerator_minus' then -contribution end)
            as numerator,
        sum(case part when 'denominator' then contribution when 'denominator_minus' then -contribution end)
            as denominator,
        sum(case part when 'opening' then contribution end) as opening
    from rpt_figure_cell
    where org_code = ?
    group by indicator_code, org_code, period_code
)
select
    figures.indicator_code, figures.period_code, figures.value, figures.opening_value, parts.opening,
    case
        when indicators.kind <> 'ratio' then coalesce(parts.amount, 0)
        else 100 * coalesce(parts.numerator, 0) / nullif(parts.denominator, 0)
    end as remade
from fct_indicator_value as figures
inner join dim_indicator as indicators on figures.indicator_code = indicators.indicator_code
left join parts
    on figures.indicator_code = parts.indicator_code and figures.period_code = parts.period_code
where figures.org_code = ?
"""


@pytest.mark.parametrize("body", BODIES)
def test_the_cells_of_every_figure_of_a_body_make_it_again(demo_home: Home, body: str) -> None:
    with duckdb.connect(str(demo_home.warehouse), read_only=True) as connection:
        rows = connection.execute(_REMADE, [body, body]).fetchall()
    wrong = [row for row in rows if row[2] is not None and row[2] != pytest.approx(row[5])]
    wrong += [row for row in rows if row[3] is not None and row[3] != pytest.approx(row[4] or 0)]
    assert not wrong, (len(wrong), wrong[:5])
    assert len(rows) > 200


def sums(demo_home: Home, *asked: str | None) -> dict[str, float]:
    found: dict[str, float] = {}
    for cell in trace(demo_home.warehouse, *asked):  # type: ignore[arg-type]
        found[cell.part] = found.get(cell.part, 0.0) + cell.contribution
    return found


def of_kind(demo_home: Home, sql: str) -> tuple[str, str, str]:
    with duckdb.connect(str(demo_home.warehouse), read_only=True) as connection:
        row = connection.execute(f"{sql} order by 1, 2, 3 limit 1").fetchone()
    assert row is not None
    return row[0], row[1], row[2]


def test_a_ratio_of_a_quarter_is_less_what_was_there_before(demo_home: Home) -> None:
    key = of_kind(
        demo_home,
        "select now.indicator_code, now.org_code, now.period_code from fct_indicator_value as now "
        "inner join fct_indicator_value as before on now.indicator_code = before.indicator_code "
        "and now.org_code = before.org_code and before.period_code = '2020-Q1' "
        "where now.period_code = '2020-D2' and now.org_code = 'VP-YL' and now.numerator > 0 "
        "and now.denominator > 0 and before.numerator > 0 and before.denominator > 0 "
        "and exists (select 1 from rpt_figure_cell as cells where cells.indicator_code = now.indicator_code "
        "and cells.org_code = 'VP-YL' and cells.period_code = '2020-D2' and cells.part = 'numerator_minus')",
    )
    parts, found = sums(demo_home, *key), figure(demo_home.warehouse, *key)
    assert parts["numerator_minus"] > 0
    assert parts["numerator"] - parts["numerator_minus"] == found.numerator
    assert parts["denominator"] - parts.get("denominator_minus", 0) == found.denominator


@pytest.mark.parametrize("derivation", ["change_over_term", "percent_change", "before_after"])
def test_what_is_told_since_the_opening_has_the_opening_among_its_parts(
    demo_home: Home, derivation: str
) -> None:
    key = of_kind(
        demo_home,
        "select indicator_code, org_code, period_code from fct_indicator_derived "
        f"where derivation = '{derivation}' and value > 0",
    )
    parts, found = sums(demo_home, *key, derivation), figure(demo_home.warehouse, *key, derivation)
    remade = {
        "change_over_term": parts["value"] - parts["minus"],
        "percent_change": 100 * abs(parts["value"] - parts["minus"]) / parts["minus"],
        "before_after": parts["value"],
    }
    assert parts["minus"] == found.opening
    assert remade[derivation] == pytest.approx(found.exact)


@pytest.mark.parametrize("is_ratio", [False, True])
def test_a_change_against_the_term_before_has_that_term_among_its_parts(
    demo_home: Home, is_ratio: bool
) -> None:
    sign = "=" if is_ratio else "<>"
    key = of_kind(
        demo_home,
        "select indicator_code, org_code, period_code from fct_indicator_derived "
        "inner join dim_indicator using (indicator_code) "
        f"where derivation = 'change_vs_previous_term' and kind {sign} 'ratio' and value <> 0",
    )
    asked = (*key, "change_vs_previous_term")
    parts, found = sums(demo_home, *asked), figure(demo_home.warehouse, *asked)
    if is_ratio:
        now, before = (
            parts["numerator"] / parts["denominator"],
            parts["numerator_minus"] / parts["denominator_minus"],
        )
        assert 100 * (now - before) == pytest.approx(found.exact)
    else:
        assert parts["value"] - parts["minus"] == pytest.approx(found.exact)
