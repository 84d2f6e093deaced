"""Of whatever part was filed, pages and figures say how far it reaches, and compare it with nothing whole."""

import re
from datetime import UTC, date, datetime
from pathlib import Path

import numpy as np
import pandas as pd
import pyarrow.parquet as pq
import pytest

from ingestion.bronze.reference import write_reference
from ingestion.definitions.catalogue import load_catalogue
from ingestion.definitions.registry import load_registry
from ingestion.words.messages import message
from reports import escape
from reports.blocks import write as write_blocks
from reports.context import Site
from reports.database import connect
from reports.figures import figure, statements, trace
from reports.loading import load_site
from reports.overview import index_page
from reports.page import Page
from reports.project import pages
from reports.publication_gate.comparison import figures_again
from reports.publication_gate.suites import judge
from reports.rows import Unit
from reports.sentences import COMPARISONS
from reports.stated import SLUG as STATED
from tests.integration.part_filed_world import (
    ALONE,
    BEGUN,
    BESIDE,
    BLANK,
    CELLS,
    COMPLETE,
    DISTRICTS,
    EACH_WAY,
    FEW,
    HALF,
    LATE,
    LINES,
    MOVED,
    NEVER,
    NEW,
    ONE_FORM,
    ONE_YEAR,
    PLANS,
    QUARTERS,
    TERM_ONLY,
    TWICE,
    UNION,
    district,
    part_filed_world,
)
from tests.integration.test_warehouse import _dbt as dbt
from tests.integration.warehouse_world import DANG, DOAN, PREVIOUS, example_statements
from tests.support.printed import Answers, answers, wrongly_printed
from tests.support.remade import PARTS, sum_cells, wrong_changes, wrong_figures, wrong_years

INCOMPLETE = (HALF, FEW, ONE_YEAR, BLANK, NEVER)
"""Provinces whose totals of the term lack a unit, a year, or what a unit left blank, be it ever since."""


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("part")
    part_filed_world().write(folder)
    return dbt(folder, folder / "dbt", "run")


@pytest.fixture(scope="module")
def site(warehouse: Path) -> Site:
    return load_site(warehouse, as_of=datetime(2021, 3, 1, tzinfo=UTC), code_version="0")


@pytest.fixture(scope="module")
def made(site: Site) -> dict[str, Page]:
    return {page.slug: page for page in pages(site)}


@pytest.fixture(scope="module")
def found(warehouse: Path) -> Answers:
    return answers(warehouse)


@pytest.fixture(scope="module")
def again(warehouse: Path) -> dict[str, pd.DataFrame]:
    """What the publication gate works out beside what there is."""
    with connect(warehouse) as opened:
        return figures_again(opened, warehouse.parent / "bronze", load_catalogue(), None)


def text_of(made: dict[str, Page], province: str, term: str = DANG) -> str:
    return write_blocks(made[f"{province}-{term}".lower()].blocks)


def unit(site: Site, code: str) -> Unit:
    return next(found for found in site.units if found.code == code)


def test_without_published_figures_there_is_no_page_of_them(warehouse: Path, site: Site, made) -> None:
    assert site.statements == () and statements(warehouse) == []
    assert STATED not in made
    assert STATED not in "".join(write_blocks(page.blocks) for page in made.values())
    assert message("report.nav.stated") not in write_blocks(index_page(site).blocks)


def test_every_page_is_written_whole(site: Site, made) -> None:
    assert {found.code for found in site.units} >= {*DISTRICTS, UNION, *(district(p, 1) for p in DISTRICTS)}
    for page in made.values():
        text = write_blocks(page.blocks)
        assert not re.search(r"\b(None|nan|inf|value)\b|\{[a-z_]+\}", text), page.slug
        for sentence in re.findall(r"[^.|\n]*(?:quá|trên|dưới|từ) không có số liệu", text):
            raise AssertionError((page.slug, sentence))


def test_every_number_of_a_page_is_the_figure_with_its_mark(site: Site, found: Answers) -> None:
    wrong, seen = wrongly_printed(site, found)
    assert not wrong, (len(wrong), wrong[:5])
    assert (
        seen["value"] > 1_000 and min(seen[part] for part in ("opening", "headline", "sentence", "chart")) > 20
    )


@pytest.mark.parametrize("province", INCOMPLETE)
def test_what_lacks_a_unit_or_a_year_is_marked_and_compared_with_nothing(
    found: Answers, made, province: str
) -> None:
    for indicator in ("admissions", "members", "inspected_orgs", "villages", "orgs_good_or_better_share"):
        assert found[indicator, province, DANG, None].status == "incomplete", indicator
        for derivation in sorted(COMPARISONS):
            derived = found.get((indicator, province, DANG, derivation))
            assert derived is None or (derived.value, derived.status) == (None, "incomplete"), derivation
    text = text_of(made, province)
    said = [line for line in text.splitlines() if line and not line.startswith(("|", ":", "#", "!"))]
    changes = re.findall(r"[^.\n]*(?:tăng|giảm) (?:từ )?[0-9.,]+(?! lượt)\b[^.\n]*", "\n".join(said))
    assert changes == []
    assert any("(số chưa đầy đủ)" in line for line in said)
    assert escape.markdown(message("report.incomplete_legend")) in text
    assert not re.search(r"thực hiện .*, (?:vượt|đạt|chưa đạt) chỉ tiêu", "\n".join(said))


@pytest.mark.parametrize("province", INCOMPLETE)
def test_charts_leave_out_what_is_incomplete(made, site: Site, province: str) -> None:
    for data in made[f"{province}-{DANG}".lower()].charts.values():
        for point in data.points:
            assert "**" not in point.label
    headline = next(iter(re.findall(r"- \*\*([^ ]+)\*\* Đảng viên$", text_of(made, province), re.MULTILINE)))
    assert headline.endswith("\\*\\*")


TOTALS = ("admissions", "inspected_orgs")
DAYS = ("31/03/2020", "30/06/2020")


@pytest.mark.parametrize("code", [BEGUN, district(BEGUN, 1), district(BEGUN, 2)])
def test_what_is_filed_of_a_part_of_a_year_is_no_whole_to_compare(found: Answers, made, code: str) -> None:
    for indicator in TOTALS:
        total = found[indicator, code, DANG, None]
        assert total.value and total.status == "provisional"
        for derivation in (*COMPARISONS, "average_per_year"):
            derived = found.get((indicator, code, DANG, derivation))
            assert derived is None or (derived.value, derived.status) == (None, "provisional"), derivation
    change = found["members", code, DANG, "change_vs_previous_term"]
    assert change.value is not None and change.status == "provisional"
    text = text_of(made, code)
    assert "có năm mới có báo cáo một phần" in text
    assert not re.search(r"Đảng viên kết nạp (?:tăng|giảm|bằng)|Bình quân mỗi năm|Đến cuối năm", text)


def test_a_target_is_not_due_before_its_year_is_whole(warehouse: Path, made) -> None:
    with connect(warehouse) as opened:
        judged = opened.execute(
            "select org_code, basis, \"year\", assessment from fct_target where indicator_code = 'admissions' "
            'and term_code = ? and ("year" is null or "year" >= 2019)',
            [DANG],
        ).fetchall()
    of_begun = {(basis, year): told for code, basis, year, told in judged if code == BEGUN}
    assert of_begun.pop(("YEAR", 2019)) == "VUOT"
    assert of_begun and set(of_begun.values()) == {"CHUA_DEN_HAN"}
    assert {told for code, _, _, told in judged if code == COMPLETE} == {"VUOT"}
    # who filed once for the whole term has nothing to wait for; beside it a year is not known
    of_once = {
        code: {basis: told for c, basis, _, told in judged if c == code} for code in (f"{BESIDE}-1", BESIDE)
    }
    assert of_once == {
        f"{BESIDE}-1": {"AVG_PER_YEAR": "DAT", "YEAR": None},
        BESIDE: {"AVG_PER_YEAR": "VUOT", "YEAR": None},
    }
    assert "chưa đến hạn" in text_of(made, BEGUN)


def test_what_stands_in_the_middle_of_a_year_is_told_with_its_day(made) -> None:
    for number, day in enumerate(DAYS, start=1):
        text = text_of(made, district(BEGUN, number))
        assert re.search(rf"Đến ngày {day}, toàn đảng bộ có [\d.]+ đảng viên \(số tạm tính\)", text)
    first, last = DAYS
    assert f"từ ngày {first} đến ngày {last}, toàn đảng bộ có" in text_of(made, BEGUN)
    assert "Đến cuối năm 2020, toàn đảng bộ có" in text_of(made, COMPLETE)
    # of a single year, the day of that year
    assert "Đến cuối năm 2018, toàn đảng bộ có" in text_of(made, ONE_YEAR)


def test_a_figure_is_of_the_day_of_the_rows_that_it_counts(site: Site, made) -> None:
    june, december = date(2020, 6, 30), date(2020, 12, 31)
    first = district(LINES, 1)
    for period in (DANG, "2020-N"):
        for (indicator, code), days in {
            # the women of one district alone, whose last filing is of June
            ("members", LINES): (june, december),
            ("members_female", LINES): (june, june),
            # a line of June that December lacks, and one of December; of no form is it all
            ("villages", LINES): (june, june),
            ("villages", first): (june, june),
            ("communes", LINES): (december, december),
            ("members", first): (december, december),
        }.items():
            assert site.days[indicator, code, period] == days, (indicator, code)
    assert ("members_female", first, DANG) not in site.days
    assert "Đến cuối năm 2020, toàn đảng bộ có 25.000 đảng viên" in text_of(made, first)


@pytest.mark.parametrize(
    ("indicator", "number", "figures"),
    [
        # what is blank in the second quarter alone is missing in it, and in all that adds it up
        (
            "admissions",
            1,
            {"D1": (1, "final"), "D3": (3, "final"), "D4": (4, "final"), "9T": (4, "incomplete")}
            | {"N": (8, "incomplete")},
        ),
        # the last is cumulative, of which what stood before lacks the first
        (
            "admissions",
            2,
            {"D1": None, "D2": (2, "final"), "D3": (3, "final"), "D4": (4, "incomplete")}
            | {"9T": (5, "incomplete"), "N": (9, "final")},
        ),
        # of a stock nothing is taken away
        (
            "members",
            3,
            {"D2": (25_000, "final"), "D3": (None, "none"), "9T": (None, "none")}
            | {"D4": (25_000, "final"), "N": (25_000, "final")},
        ),
    ],
)
def test_a_quarter_lacks_what_was_left_out_of_it_alone(
    found: Answers, indicator: str, number: int, figures: dict[str, tuple[float | None, str] | None]
) -> None:
    for period, told in figures.items():
        answer = found.get((indicator, district(QUARTERS, number), f"2020-{period}", None))
        assert (answer and (answer.value, answer.status)) == told, period


def test_the_calendar_that_ends_with_a_half_makes_no_year_of_it(found: Answers) -> None:
    of_union = {period: found["admissions", UNION, period, None] for period in ("2017-N", "2020-6T", "2020-N")}
    assert {period: (figure.value, figure.status) for period, figure in of_union.items()} == {
        **dict.fromkeys(("2017-N", "2020-6T"), (70, "final")),
        "2020-N": (70, "provisional"),
    }


def test_the_gate_works_out_the_same_comparisons_and_verdicts(again: dict[str, pd.DataFrame]) -> None:
    for check in ("derived_again", "targets_again", "figures_again"):
        frame = again[check]
        same = frame["expected"].isna() & frame["found"].isna()
        assert len(frame) and frame[~(same | np.isclose(frame["expected"], frame["found"]))].empty, check


def test_forty_of_a_hundred_and_sixty_six_do_not_fall_by_what_is_missing(found: Answers, made) -> None:
    # Two districts of six: 50,000 of the 150,000 members of the term before.
    assert [found["members", FEW, term, None].value for term in (PREVIOUS, DANG)] == [150_000, 50_000]
    assert "100.000" not in text_of(made, FEW)


@pytest.mark.parametrize(
    ("province", "key"),
    [
        (NEW, "none"),
        (ALONE, "nothing_in_common"),
        (HALF, "incomplete"),
        (COMPLETE, "partly"),
        (TERM_ONLY, "partly"),
        (BESIDE, "partly"),
    ],
)
def test_why_there_is_no_comparison_with_the_term_before_is_true(made, province: str, key: str) -> None:
    begin = message(f"report.previous.{key}", indicators="\0").partition("\0")[0]
    text = text_of(made, province)
    assert begin in text
    others = {"none", "unknown", "nothing_in_common", "incomplete", "partly"} - {key}
    assert not any(
        message(f"report.previous.{other}", indicators="\0").partition("\0")[0] in text for other in others
    )


def test_the_term_before_is_never_one_of_another_term_system(site: Site, found: Answers, made) -> None:
    assert site.previous_term(unit(site, UNION)) is None
    assert ("admissions", UNION, DOAN, None) in found
    assert ("admissions", UNION, DOAN, "change_vs_previous_term") not in found
    assert message("report.previous.unknown") in text_of(made, UNION, DOAN)


def test_all_cells_make_all_figures_again(warehouse: Path) -> None:
    with connect(warehouse) as opened:
        sum_cells(opened)
        wrong, of_cells = wrong_figures(opened)
        assert not wrong, wrong
        for part in PARTS:
            assert np.nan_to_num(of_cells[part]).any(), part
        for derivation in ("before_after", "change_over_term", "change_vs_previous_term", "percent_change"):
            wrong, count = wrong_changes(opened, derivation)
            assert count and not wrong, (derivation, wrong)
        wrong, count = wrong_years(opened)
        assert count > 100 and not wrong, wrong


def test_the_gate_finds_the_same_states_from_what_was_filed(again: dict[str, pd.DataFrame]) -> None:
    states = again["statuses_again"]
    assert len(states) > 5_000
    assert set(again["derived_statuses_again"]["expected"]) >= {0, 2}
    assert {check for check, found in judge(again).items() if found.failed} == set()


def test_an_opening_without_all_units_is_marked_though_the_end_is_whole(found: Answers, made) -> None:
    # One of two districts filed nothing for the first year.
    assert found["villages", LATE, DANG, None].status == "final"
    assert found["villages", LATE, DANG, "change_over_term"].value is None
    lines = text_of(made, LATE).splitlines()
    row = next(line for line in lines if re.match(r"\| Thôn, bản.*\| – \| – \|$", line))
    assert "\\*\\* | 78 |" in row


def test_a_cell_that_was_left_out_is_missing_in_what_counts_it(found: Answers, made) -> None:
    def status(indicator: str, unit: str, derivation: str | None = None) -> tuple[float | None, str]:
        answer = found[indicator, unit, DANG, derivation]
        return answer.value, answer.status

    for unit, share in ((CELLS, 2), (district(CELLS, 2), 1)):
        # blank in one year, and not applicable in one year of five
        assert status("admissions", unit) == (50 * share - 10, "incomplete")
        assert status("inspected_orgs", unit) == (45 * share - 9, "incomplete")
        for indicator in ("admissions", "inspected_orgs"):
            assert status(indicator, unit, "change_vs_previous_term") == (None, "incomplete")
            assert status(indicator, unit, "per_year_low") == (None, "incomplete")
        assert status("members", unit) == (25_000 * share, "final")
    for indicator, opening in (("members", 25_000), ("villages", 40)):
        # of the province the opening of one district alone is there
        assert status(indicator, CELLS, "change_over_term") == (None, "incomplete")
        assert status(indicator, CELLS, "percent_change") == (None, "incomplete")
        assert found[indicator, CELLS, DANG, None].opening == opening
    assert status("admissions", district(CELLS, 1), "change_vs_previous_term") == (40, "final")
    assert "So với đầu nhiệm kỳ" not in text_of(made, CELLS)


def test_a_row_that_went_to_another_unit_is_held_to_what_was_filled_before(
    warehouse: Path, found: Answers
) -> None:
    def status(indicator: str, unit: str, period: str) -> tuple[float | None, str]:
        answer = found[indicator, unit, period, None]
        return answer.value, answer.status

    first, second = district(MOVED, 1), district(MOVED, 2)
    assert status("admissions", first, DANG) == (50 + 2 * 3, "final")
    assert status("admissions", second, "2017-N") == (10, "final")
    assert status("admissions", second, "2018-N") == (10, "incomplete")
    assert status("admissions", MOVED, "2017-N") == (23, "final")
    assert status("admissions", MOVED, "2018-N") == (20, "incomplete")
    assert status("admissions", MOVED, DANG) == (106, "incomplete")
    of_organisation = figure(warehouse, "admissions", f"{MOVED}-0", DANG)
    assert (of_organisation.value, of_organisation.status) == (6, "incomplete")
    assert found["admissions", MOVED, DANG, "change_vs_previous_term"].value is None
    assert status("members", MOVED, DANG) == (50_000, "final")


def test_what_one_did_is_not_told_of_what_another_planned(found: Answers, made) -> None:
    def told(indicator: str, unit: str, period: str = DANG) -> tuple[float | None, float | None, str]:
        answer = found[indicator, unit, period, None]
        return answer.value, answer.denominator, answer.status

    # both districts admitted ten a year, and one of them had twenty to admit
    for period, years in (("2018-N", 1), (DANG, 5)):
        assert told("admissions_vs_plan", district(PLANS, 1), period) == (50, 20 * years, "final")
        assert told("admissions_vs_plan", district(PLANS, 2), period) == (None, None, "none")
        assert told("admissions_vs_plan", PLANS, period) == (100, 20 * years, "incomplete")
        # a count and the share of it, of a line that both have and of one that is the first's alone
        assert told("commune_office_cells_dissolved", district(PLANS, 2), period) == (years, None, "final")
        assert told("commune_office_cells_dissolved", PLANS, period) == (2 * years, 10, "incomplete")
        assert told("commune_office_cells_dissolved_share", PLANS, period) == (20 * years, 10, "incomplete")
        assert told("commune_military_cells_dissolved", PLANS, period) == (years, 10, "final")
        assert told("commune_military_cells_dissolved_share", PLANS, period) == (10 * years, 10, "final")
    for derivation in ("per_year_low", "per_year_high"):
        derived = found["admissions_vs_plan", PLANS, DANG, derivation]
        assert (derived.value, derived.status) == (None, "incomplete")
        assert found["commune_office_cells_dissolved", PLANS, DANG, derivation].value == 2
    marked = "100,0\\*\\* | " * 6
    assert f"| Kết nạp so với chỉ tiêu được giao (%) | {marked.strip()}\n" in text_of(made, PLANS)


def test_one_form_alone_speaks_of_what_it_counts_and_of_nothing_else(found: Answers, made) -> None:
    assert found["admissions", ONE_FORM, DANG, None].status == "final"
    assert ("members", ONE_FORM, DANG, None) not in found
    assert ("members", ONE_FORM, DANG, "change_vs_previous_term") not in found
    assert "Đến cuối năm 2020, toàn đảng bộ có" not in text_of(made, ONE_FORM)


def test_a_term_filed_at_once_is_whole_without_its_years(found: Answers) -> None:
    assert found["members", TERM_ONLY, DANG, None].status == "final"
    assert ("members", TERM_ONLY, "2018-N", None) not in found
    assert found["villages", TERM_ONLY, DANG, "change_over_term"].value == -2


def test_a_term_filed_once_beside_a_yearly_one_is_whole_and_its_years_are_not(found: Answers, made) -> None:
    def of(indicator: str, period: str, derivation: str | None = None) -> tuple[float | None, str]:
        answer = found[indicator, BESIDE, period, derivation]
        return answer.value, answer.status

    for indicator, total, opening, year in (("members", 45_040, 45_000, 25_000), ("villages", 79, 85, 39)):
        assert (of(indicator, DANG), of(indicator, "2018-N")) == ((total, "final"), (year, "incomplete"))
        assert found[indicator, BESIDE, DANG, None].opening == opening
        assert of(indicator, DANG, "change_over_term") == (total - opening, "final")
        assert of(indicator, DANG, "per_year_high") == (None, "incomplete")
    assert (of("admissions", DANG), of("admissions", "2020-N")) == ((100, "final"), (10, "incomplete"))
    assert of("admissions", DANG, "average_per_year") == (20, "final")
    assert of("admissions", DANG, "per_year_low") == (None, "incomplete")
    text = text_of(made, BESIDE)
    assert "So với đầu nhiệm kỳ (45.000), số đảng viên tăng 40." in text
    assert re.search(r"\| Đảng viên \|( 25\.000\\\*\\\* \|){5} 45\.040 \|", text)


def test_one_that_filed_once_and_some_years_is_held_to_its_years(warehouse: Path, found: Answers) -> None:
    # 50 of the one that filed once, and two years of 10
    assert (found["admissions", TWICE, DANG, None].value, found["admissions", TWICE, DANG, None].status) == (
        70,
        "incomplete",
    )
    with connect(warehouse) as opened:
        beside = opened.execute(
            "select filed_value, years_value from rpt_term_comparison "
            "where reporting_org_code = ? and indicator_code = 'admissions'",
            [district(TWICE, 2)],
        ).fetchall()
    assert beside == [(50, 20)]


def test_forms_may_each_be_filed_once_or_yearly(found: Answers, made) -> None:
    # of members the first district has the term, of admissions the years; the second has half of the last year
    statuses = {
        (indicator, period): (answer.value, answer.status)
        for (indicator, unit, period, derivation), answer in found.items()
        if unit == EACH_WAY and derivation is None and indicator in ("members", "admissions")
    }
    assert {key: statuses[key] for key in statuses if key[1] in ("2018-N", "2020-N", DANG)} == {
        **{("members", "2018-N"): (25_000, "incomplete"), ("members", "2020-N"): (25_000, "incomplete")},
        **{("admissions", "2018-N"): (20, "final"), ("admissions", "2020-N"): (20, "provisional")},
        **{("members", DANG): (45_040, "provisional"), ("admissions", DANG): (100, "provisional")},
    }
    assert "từ ngày 30/06/2020 đến ngày 31/12/2020, toàn đảng bộ có" in text_of(made, EACH_WAY)


def test_a_province_alone_has_its_own_form_and_no_totals(found: Answers) -> None:
    assert found["party_departments", ALONE, DANG, None].status == "final"
    assert ("members", ALONE, DANG, None) not in found


def test_a_unit_whose_cells_are_blank_has_no_figure_and_no_zero(found: Answers) -> None:
    assert ("admissions", district(BLANK, 2), DANG, None) not in found
    assert ("admissions", district(BLANK, 1), DANG, None) in found


def test_the_command_says_that_a_figure_is_incomplete_and_not_compared(warehouse: Path) -> None:
    total = figure(warehouse, "members", FEW, DANG)
    change = figure(warehouse, "members", FEW, DANG, "change_vs_previous_term")
    assert (total.value, total.status) == (50_000, "incomplete")
    assert (change.value, change.status) == (None, "incomplete")


def test_the_trace_of_an_average_and_of_a_low_year_adds_up_to_it(warehouse: Path) -> None:
    asked = (warehouse, "members", COMPLETE, DANG)
    for derivation, indicator in (("average_per_year", "admissions"), ("per_year_low", "members")):
        answer = figure(warehouse, indicator, *asked[2:], derivation)
        cells = trace(warehouse, indicator, *asked[2:], derivation)
        assert answer.value and {cell.part for cell in cells} == {"value"}
        assert sum(cell.contribution for cell in cells) == pytest.approx(answer.exact)
    # The years are alike, so that the first is the lowest.
    assert {cell.submission.split(".")[1] for cell in cells} == {"2016-N"}


@pytest.mark.parametrize("content", [None, "header"])
def test_a_list_of_published_figures_that_is_empty_is_as_none(tmp_path: Path, content: str | None) -> None:
    world = part_filed_world()
    world.filings = []
    bronze = world.write(tmp_path)
    if content is not None:
        header = ",".join(example_statements()[0])
        (tmp_path / "registry" / "statements.csv").write_text(f"{header}\n", encoding="utf-8")
        write_reference(bronze, load_registry(tmp_path / "registry"), load_catalogue())
    table = pq.read_table(next(bronze.rglob("statements.parquet")))
    assert table.num_rows == 0 and {"statement_id", "value_low", "indicator_code"} <= set(table.column_names)
