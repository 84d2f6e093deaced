"""Accepted explanations are seen: in the data annex of their unit, and again with the next period."""

from dataclasses import replace
from pathlib import Path

import pytest

from reports.context import Site
from reports.overview import open_page
from reports.page import Page
from reports.rows import Explanation, Submission
from reports.sections import load_plan
from reports.unit_page import unit_page
from tests.reports_site import site_of, write_warehouse


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return site_of(write_warehouse(tmp_path_factory.mktemp("warehouse") / "w.duckdb"))


def markdown(page: Page) -> str:
    return "\n\n".join(block.markdown() for block in page.blocks).replace("\\", "")


def with_periods(site: Site, *filed: tuple[str, str]) -> Site:
    """Give the site with one unit's submissions by period and status, and an explanation in each."""
    submissions = tuple(Submission(f"VP-YL.{p}.r1", "VP-YL", p, 1, None, status, 0, 0) for p, status in filed)
    told = tuple(
        Explanation(s.id, "VP-YL", s.period, "V038", "B04", "M10", f"vì kỳ {s.period}")
        for s in submissions
        if s.is_accepted
    )
    return replace(site, submissions=submissions, explanations={"VP-YL": told})


def test_the_annex_of_a_unit_has_its_accepted_explanations(site: Site) -> None:
    unit = next(unit for unit in site.units if unit.code == "VP-YL")
    annex = markdown(unit_page(site, unit, load_plan())).partition("{#giai-trinh}")[2]
    assert "V031" in annex and "B01 C9" in annex and "VP-YL.2020-N.r2" in annex
    other = next(unit for unit in site.units if unit.code == "TG-GCT")
    assert "V031" not in markdown(unit_page(site, other, load_plan()))


def test_an_explanation_is_carried_to_the_next_period(site: Site) -> None:
    found = with_periods(site, ("2019-N", "accepted"), ("2020-Q1", "accepted"))
    assert [(newest, e.period) for newest, e in found.explanations_to_review] == [("2020-Q1", "2019-N")]
    text = markdown(open_page(found)).partition("{#giai-trinh-can-xem-lai}")[2].partition("\n## ")[0]
    assert "vì kỳ 2019-N" in text
    assert "vì kỳ 2020-Q1" not in text
    assert "Có 1 giải trình" in text


def test_a_refused_period_in_between_is_passed_over(site: Site) -> None:
    found = with_periods(site, ("2018-N", "accepted"), ("2019-N", "rejected"), ("2020-Q1", "needs_explanation"))
    assert [(newest, e.period) for newest, e in found.explanations_to_review] == [("2020-Q1", "2018-N")]


def test_where_nothing_is_to_be_reviewed_the_page_says_so(site: Site) -> None:
    found = with_periods(site, ("2019-N", "accepted"))
    assert found.explanations_to_review == ()
    assert "Không có giải trình nào của kỳ trước cần xem lại" in markdown(open_page(found))


def test_a_warehouse_without_explanations_is_no_matter(tmp_path: Path) -> None:
    empty = site_of(write_warehouse(tmp_path / "w.duckdb", empty=("rpt_explanation",)))
    assert empty.explanations_to_review == ()
