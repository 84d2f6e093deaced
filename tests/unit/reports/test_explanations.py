"""Accepted explanations are seen: in the data annex of their unit, and again with the next period."""

from dataclasses import replace
from pathlib import Path

import pytest

from reports.context import Site
from reports.overview import open_page
from reports.page import Page
from reports.rows import Explanation
from reports.sections import load_plan
from reports.unit_page import unit_page
from tests.reports_site import site_of, write_warehouse


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return site_of(write_warehouse(tmp_path_factory.mktemp("warehouse") / "w.duckdb"))


def markdown(page: Page) -> str:
    return "\n\n".join(block.markdown() for block in page.blocks).replace("\\", "")


def test_the_annex_of_a_unit_has_its_accepted_explanations(site: Site) -> None:
    unit = next(unit for unit in site.units if unit.code == "VP-YL")
    annex = markdown(unit_page(site, unit, load_plan())).partition("{#giai-trinh}")[2]
    assert "V031" in annex and "B01 C9" in annex and "VP-YL.2020-N.r2" in annex
    other = next(unit for unit in site.units if unit.code == "TG-GCT")
    assert "V031" not in markdown(unit_page(site, other, load_plan()))


def test_explanations_to_be_looked_at_again_stand_with_the_period_they_were_given_for(site: Site) -> None:
    told = Explanation("VP-YL.2019-N.r1", "VP-YL", "2019-N", "V038", "B04", "M10", "vì kỳ 2019-N")
    text = markdown(open_page(replace(site, explanations_to_review=(("2020-Q1", told),))))
    text = text.partition("{#giai-trinh-can-xem-lai}")[2].partition("\n## ")[0]
    assert "vì kỳ 2019-N" in text and "quý I năm 2020" in text and "năm 2019" in text
    assert "Có 1 giải trình" in text


def test_where_nothing_is_to_be_reviewed_the_page_says_so(site: Site) -> None:
    assert site.explanations_to_review == ()
    assert "Không có giải trình nào của kỳ trước cần xem lại" in markdown(open_page(site))


def test_a_warehouse_without_explanations_is_no_matter(tmp_path: Path) -> None:
    empty = site_of(write_warehouse(tmp_path / "w.duckdb", empty=("rpt_explanation", "rpt_explanation_review")))
    assert empty.explanations == {} and empty.explanations_to_review == ()
