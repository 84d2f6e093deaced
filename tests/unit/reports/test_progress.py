"""The page of who has filed shows every unit and period once, in marks that are also words."""

import re
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from reports.blocks import Grid
from reports.context import Site
from reports.overview import index_page
from reports.page import Page
from reports.progress import SLUG, SYMBOLS, progress_page, state
from reports.project import pages
from reports.rows import Filing
from tests.reports_site import site_of, write_warehouse

TODAY = date(2021, 3, 1)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return site_of(write_warehouse(tmp_path_factory.mktemp("warehouse") / "w.duckdb"))


def filing(**changes) -> Filing:
    filed = Filing("A", "2020-N", True, date(2021, 1, 20), True, True, True, "accepted")
    return replace(filed, **changes)


def grids(page: Page) -> list[Grid]:
    return [block for block in page.blocks if isinstance(block, Grid)]


def cells(grid: Grid, unit: str) -> dict[str, str]:
    row = next(row for row in grid.rows if f"({unit}" in getattr(row[0], "text", ""))
    return {str(head): cell.text for head, cell in zip(grid.header[1:], row[1:], strict=True)}  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("filed", "expected"),
    [
        (filing(), "accepted"),
        (filing(is_accepted=False, status="rejected"), "rejected"),
        (filing(is_accepted=False, status="needs_explanation"), "needs_explanation"),
        (filing(is_accepted=False, status="on_hold"), "on_hold"),
        (filing(is_accepted=False, status="withdrawn"), "withdrawn"),
        (filing(is_accepted=False, status="refused"), "refused"),
        (filing(is_accepted=False, status="pending"), "pending"),
        (filing(is_accepted=False, status="a_status_of_later"), "other"),
        (filing(is_received=False, is_accepted=False, status="missing"), "missing"),
        (filing(is_received=False, is_accepted=False, status="missing", due_on=TODAY), "not_due"),
        (filing(is_owed=False, is_received=False, status="missing"), "not_owed"),
        (filing(is_owed=False), "accepted"),
        (None, "not_owed"),
    ],
)
def test_every_filing_has_a_state(filed: Filing | None, expected: str) -> None:
    assert state(filed, TODAY) == expected
    assert expected in SYMBOLS


def test_marks_are_told_in_words_to_those_who_do_not_see_them(site: Site) -> None:
    province = grids(progress_page(site))[0]
    found = cells(province, "vp-yl")
    assert found["2016"].startswith("[✓]") and 'aria-label="được chấp nhận"' in found["2016"]
    assert "muộn" in found["2017"] and 'aria-label="được chấp nhận, nộp muộn"' in found["2017"]
    other = next(cells(g, "tg-gct") for g in grids(progress_page(site)) if "Đơn vị khác" in g.caption)
    assert 'aria-label="cần giải trình"' in other["Quý I 2020"]
    assert 'aria-label="chưa nộp"' in other["2019"]


def test_units_stand_under_their_province_and_each_stands_once(site: Site) -> None:
    tables = grids(progress_page(site))[:-1]
    names = [re.findall(r"\(([^)]+)\.html\)", row[0].text) for grid in tables for row in grid.rows]  # type: ignore[union-attr]
    assert sorted(name for (name,) in names) == sorted(unit.slug for unit in site.units)
    assert len(tables[0].rows) == 3, "the province and its two units"


def test_totals_are_counted_from_the_same_filings(site: Site) -> None:
    totals = {
        (str(row[0]), str(row[1])): list(map(str, row[2:])) for row in grids(progress_page(site))[-1].rows
    }
    assert totals["năm 2017", "Cấp huyện"] == ["3", "2", "0", "2"]
    assert totals["năm 2016", "Mọi cấp"] == ["5", "4", "4", "4"]
    assert totals["năm 2019", "Mọi cấp"] == ["4", "3", "3", "3"], "the youth union's term ended before"
    for (period, level), counts in totals.items():
        if level == "Mọi cấp":
            parts = [v for (p, lv), v in totals.items() if p == period and lv != level]
            assert counts == [str(sum(int(part[n]) for part in parts)) for n in range(4)]


def test_the_legend_names_the_marks_in_use_and_no_others(site: Site) -> None:
    legend = progress_page(site).blocks[1].markdown()
    assert "✓ được chấp nhận" in legend
    assert "○ chưa nộp" in legend
    assert "không đọc được" not in legend


def test_the_page_is_led_to_and_part_of_the_site(site: Site) -> None:
    assert f"]({SLUG}.html)" in "\n".join(block.markdown() for block in index_page(site).blocks)
    assert SLUG in {page.slug for page in pages(site)}


def test_a_site_without_filings_says_so(tmp_path: Path) -> None:
    empty = site_of(write_warehouse(tmp_path / "w.duckdb", empty=("rpt_completeness",)))
    page = progress_page(empty)
    assert grids(page) == []
    assert "Chưa có kỳ báo cáo nào" in page.blocks[-1].markdown()
