"""What the pages of a site say: figures come from the marts, and what is missing is said to be missing."""

import re
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from ingestion.words.writing import moment
from reports.blocks import Grid, Paragraph, Picture
from reports.context import Site
from reports.marts import MartsError
from reports.overview import catalogue_page, index_page, open_page
from reports.page import Page
from reports.project import write_project
from reports.rows import Figure, Note, Submission, Unit
from reports.sections import FieldOf, Sentence, load_plan
from reports.sentences import number_of, say
from reports.stated import stated_page
from reports.tables import labelled
from reports.unit_page import chart_data, unit_page
from tests.reports_site import TERM, site_of, write_warehouse

PLAN = load_plan()


@pytest.fixture(scope="module")
def drawn(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a folder in which charts are kept from test to test."""
    return tmp_path_factory.mktemp("charts")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    return site_of(write_warehouse(tmp_path_factory.mktemp("warehouse") / "w.duckdb"))


def unit_of(site: Site, code: str) -> Unit:
    return next(unit for unit in site.units if unit.code == code)


def markdown(page: Page) -> str:
    return "\n\n".join(block.markdown() for block in page.blocks)


def with_figures(site: Site, **figures: float | None) -> tuple[Site, Unit]:
    """Give the site with other figures for one unit's term."""
    unit = unit_of(site, "VP")
    changed = {**site.figures}
    for code, value in figures.items():
        changed[code, unit.code, unit.term] = Figure(code, unit.code, unit.term, value)
    return replace(site, figures=changed), unit


def with_change(site: Site, value: float) -> tuple[Site, Unit]:
    unit = unit_of(site, "VP")
    key = ("members", unit.code, unit.term, "change_over_term")
    changed = {**site.derived, key: Figure("members", unit.code, unit.term, value)}
    return replace(site, derived=changed), unit


ADMITTED = Sentence(text="admissions", sign_of="value", fields={"value": FieldOf(indicator="admissions")})
CHANGE = Sentence(
    text="members_change",
    sign_of="change",
    fields={
        "change": FieldOf(indicator="members", derivation="change_over_term"),
        "before": FieldOf(indicator="members", part="opening"),
    },
)


def test_a_sentence_states_the_figure(site: Site) -> None:
    assert say(site, unit_of(site, "VP"), ADMITTED) == "Trong nhiệm kỳ, toàn đảng bộ kết nạp 11.945 đảng viên."


def test_zero_is_said_in_words_and_missing_is_not_said_at_all(site: Site) -> None:
    assert say(*with_figures(site, admissions=0.0), ADMITTED) == "Trong nhiệm kỳ không kết nạp đảng viên nào."
    assert say(*with_figures(site, admissions=None), ADMITTED) is None


def test_what_is_zero_so_far_is_not_denied_as_long_as_somebody_is_missing(site: Site) -> None:
    unit = unit_of(site, "VP")
    none = Figure("admissions", unit.code, unit.term, 0.0, status="incomplete")
    partly = replace(site, figures={**site.figures, ("admissions", unit.code, unit.term): none})

    said = say(partly, unit, ADMITTED)
    assert said is not None and "không kết nạp" not in said
    name = site.indicators["admissions"].name
    assert said.startswith(f"{name}: các báo cáo đã nhận không ghi trường hợp nào") and "chưa đầy đủ" in said


@pytest.mark.parametrize(
    ("change", "words"), [(12.0, "tăng 12."), (-12.0, "giảm 12."), (0.0, "không thay đổi")]
)
def test_the_words_carry_the_sign_of_a_change(site: Site, change: float, words: str) -> None:
    written = say(*with_change(site, change), CHANGE)
    assert written is not None
    assert words in written
    assert "−" not in written


def with_incomplete_change(site: Site, indicator: str, derivation: str) -> tuple[Site, Unit]:
    unit = unit_of(site, "VP")
    key = (indicator, unit.code, unit.term, derivation)
    change = Figure(indicator, unit.code, unit.term, None, status="incomplete")
    return replace(site, derived={**site.derived, key: change}), unit


def test_an_incomplete_figure_is_compared_with_nothing_and_the_page_says_so(site: Site) -> None:
    partly, unit = with_incomplete_change(site, "members", "change_over_term")
    name = site.indicators["members"].name
    assert say(partly, unit, CHANGE) == f"Chưa so sánh được chỉ tiêu “{name}”, vì số liệu chưa đầy đủ."
    text = markdown(unit_page(partly, unit, PLAN))
    assert text.count(f"Chưa so sánh được chỉ tiêu “{name}”") == 1


def test_an_incomplete_term_is_not_compared_with_the_one_before(site: Site) -> None:
    name = site.indicators["inspected_orgs"].name
    before = markdown(unit_page(site, unit_of(site, "VP"), PLAN))
    after = markdown(
        unit_page(*with_incomplete_change(site, "inspected_orgs", "change_vs_previous_term"), PLAN)
    )
    assert f"{name} tăng 132 so với nhiệm kỳ trước (718)" in before
    assert "so với nhiệm kỳ trước (718)" not in after and "không được nộp, nên" not in after
    assert f"chưa đầy đủ đối với “{name}”" in after


NOW = Sentence(text="members_now", dated=True, fields={"value": FieldOf(indicator="members")})
MARCH, JUNE, DECEMBER = date(2020, 3, 31), date(2020, 6, 30), date(2018, 12, 31)


def with_days(site: Site, status: str, *days: date) -> tuple[Site, Unit]:
    """Give the site with 2,000 members of one unit as of some days."""
    unit = unit_of(site, "VP")
    key = ("members", unit.code, unit.term)
    figures = {**site.figures, key: Figure(*key, 2000.0, status=status)}
    return replace(site, figures=figures, days={key: (days[0], days[-1])} if days else {}), unit


@pytest.mark.parametrize(
    ("status", "days", "text"),
    [
        ("final", [date(2020, 12, 31)], "Đến cuối năm 2020, toàn đảng bộ có 2.000 đảng viên."),
        # a body that ended in mid-term
        ("final", [DECEMBER], "Đến cuối năm 2018, toàn đảng bộ có 2.000 đảng viên."),
        ("provisional", [MARCH], "Đến ngày 31/03/2020, toàn đảng bộ có 2.000 đảng viên (số tạm tính)."),
        ("incomplete", [MARCH], "Đến ngày 31/03/2020, toàn đảng bộ có 2.000 đảng viên (số chưa đầy đủ)."),
        (
            "provisional",
            [MARCH, JUNE],
            "Theo báo cáo mới nhất của từng đơn vị, từ ngày 31/03/2020 đến ngày 30/06/2020, "
            "toàn đảng bộ có 2.000 đảng viên (số tạm tính).",
        ),
        ("provisional", [], None),
    ],
)
def test_what_stands_at_a_day_is_told_with_that_day(
    site: Site, status: str, days: list[date], text: str | None
) -> None:
    assert say(*with_days(site, status, *days), NOW) == text


@pytest.mark.parametrize(
    ("days", "end"),
    [
        ([MARCH], "(số tạm tính đến ngày 31/03/2020)."),
        ([MARCH, JUNE], "(số tạm tính, từ ngày 31/03/2020 đến ngày 30/06/2020 tùy đơn vị)."),
        # it is an earlier year that lacks something
        ([date(2020, 12, 31)], "đảng viên (số tạm tính)."),
    ],
)
def test_what_may_change_is_told_with_the_day_up_to_which_it_reaches(
    site: Site, days: list[date], end: str
) -> None:
    undated = Sentence(text="admissions_average", fields={"average": FieldOf(indicator="members")})
    written = say(*with_days(site, "provisional", *days), undated)
    assert written is not None and written.endswith(end)


def test_a_total_of_which_a_part_is_still_to_come_is_not_compared_and_the_page_says_why(site: Site) -> None:
    unit = unit_of(site, "VP")
    of = [("members", "change_over_term"), ("inspected_orgs", "change_vs_previous_term")]
    begun = {
        (code, unit.code, unit.term, name): Figure(code, unit.code, unit.term, None, status="provisional")
        for code, name in of
    }
    partly = replace(site, derived={**site.derived, **begun})
    members, inspected = (site.indicators[code].name for code, _ in of)
    said = f"Chưa so sánh chỉ tiêu “{members}”, vì có năm mới có báo cáo một phần."
    assert say(partly, unit, CHANGE) == said
    text = markdown(unit_page(partly, unit, PLAN))
    assert text.count(said) == 1
    assert f"có năm mới có báo cáo một phần đối với “{inspected}”" in text
    assert "so với nhiệm kỳ trước (718)" not in text


def test_the_term_before_is_of_the_units_own_system(site: Site) -> None:
    assert site.previous_term(unit_of(site, "VP")) == "2010-2015-NK"
    # a term of the Party ended in the year in which this one of the union began, which makes it no earlier one
    ended = replace(site.periods["2010-2015-NK"], code="2007-2012-NK", year=2012, first_year=2007)
    overlapping = replace(site, periods={**site.periods, "2007-2012-NK": ended})
    assert overlapping.previous_term(unit_of(site, "DCD")) is None


@pytest.mark.parametrize("status", ["incomplete", "provisional"])
def test_what_is_not_whole_is_not_drawn_beside_what_is(site: Site, status: str) -> None:
    unit = unit_of(site, "VP")
    key = ("admissions", unit.code, "2018-N")
    figures = {**site.figures, key: replace(site.figures[key], value=40.0, status=status)}
    partly = replace(site, figures=figures)
    plan = next(
        c for s in PLAN.sections for c in s.charts if c.kind == "years" and c.indicators == ("admissions",)
    )
    data = chart_data(partly, unit, plan)
    assert data is not None
    assert [point.category for point in data.points] == ["2016", "2017", "2019", "2020"]
    assert "(không vẽ số chưa đủ: 2018)" in markdown(unit_page(partly, unit, PLAN))


def test_a_sentence_says_that_its_figure_may_change(site: Site) -> None:
    written = say(site, unit_of(site, "VP-LT"), ADMITTED)
    assert written is not None
    assert written.endswith("đảng viên (số tạm tính đến ngày 30/09/2020).")


def test_every_number_of_every_sentence_is_a_figure_of_the_warehouse(site: Site) -> None:
    count = 0
    for unit in site.units:
        for section in PLAN.for_system(unit.system):
            for sentence in section.sentences:
                text = say(site, unit, sentence)
                if text is None:
                    continue
                numbers = [number_of(site, unit, field) for field in sentence.fields.values()]
                allowed = {
                    n.written(magnitude=m).replace("\u00a0%", "") for n in numbers if n for m in (True, False)
                }
                allowed |= {str(site.years(unit.term)[-1]), "18", "30"}
                figures = [n.figure for n in numbers if n]
                days = {f"{d:%d/%m/%Y}" for f in figures for d in site.days[f.indicator, f.org, f.period]}
                assert set(re.findall(r"[\d.,/]*\d", text)) <= allowed | days, text
                count += 1
    assert count > 60


def test_every_cell_of_a_table_of_years_is_the_figure_of_its_year(site: Site) -> None:
    unit = unit_of(site, "VP-YL")
    page = unit_page(site, unit, PLAN)
    table = next(
        b
        for b in page.blocks
        if isinstance(b, Grid) and "Thi hành" not in b.caption and "Kỷ luật đảng viên" in b.caption
    )
    row = next(row for row in table.rows if row[0] == site.indicators["members_disciplined"].name)
    figures = [
        site.figures["members_disciplined", "VP-YL", period]
        for period in (*(f"{y}-N" for y in range(2016, 2021)), TERM)
    ]
    assert [str(cell).replace(".", "") for cell in row[1:]] == [str(int(f.value or 0)) for f in figures]


def test_every_indicator_with_a_figure_stands_in_a_table(site: Site) -> None:
    unit = unit_of(site, "VP-YL")
    grids = [block for block in unit_page(site, unit, PLAN).blocks if isinstance(block, Grid)]
    named = " ".join(str(row[0]) for grid in grids for row in grid.rows)
    in_matrix = {code for s in PLAN.sections for t in s.tables if t.kind == "matrix" for code in t.shown}
    with_figure = {code for code, org, period in site.figures if org == unit.code and period == unit.term}
    assert with_figure
    assert {code for code in with_figure - in_matrix if site.indicators[code].name not in named} == set()


def test_the_catalogue_has_every_indicator_with_its_code(site: Site) -> None:
    text = markdown(catalogue_page(site))
    assert [code for code in site.indicators if f"`{code}`" not in text] == []


def test_a_unit_without_figures_has_a_report_that_says_so(site: Site) -> None:
    text = markdown(unit_page(site, unit_of(site, "TG-GCT"), PLAN))
    assert "Chưa có báo cáo nào của đơn vị được chấp nhận" in text
    assert "Số liệu của nhiệm kỳ trước không được nộp" in text
    assert "TG-GCT.2020-Q1.r1" in text
    assert "cần giải trình" in text


def test_a_section_without_figures_says_so(site: Site) -> None:
    kept = {key: f for key, f in site.figures.items() if site.indicators[key[0]].section != "study"}
    partly = replace(site, figures=kept)
    text = markdown(unit_page(partly, unit_of(site, "VP-YL"), PLAN))
    section = text.partition("{#study}")[2].partition("\n## ")[0]
    assert "Chưa có số liệu nào được chấp nhận cho phần này" in section
    assert "|" not in section


@pytest.mark.parametrize(
    "empty",
    [
        ("fct_indicator_value",),
        ("fct_indicator_derived", "fct_target"),
        ("rpt_completeness", "fct_submission", "rpt_explanation"),
        ("rpt_stated_figure",),
        ("rpt_report_unit",),
    ],
)
def test_empty_marts_never_break_the_site(tmp_path: Path, drawn: Path, empty: tuple[str, ...]) -> None:
    site = site_of(write_warehouse(tmp_path / "w.duckdb", empty=empty))
    written = write_project(site, tmp_path / "project", chart_cache=drawn)
    names = {path.name for path in written}
    assert {"index.qmd", "ho-so-dang-mo.qmd"} <= names
    is_stated = "rpt_stated_figure" not in empty
    assert ("so-lieu-da-cong-bo.qmd" in names) == is_stated
    leading = [path.read_text(encoding="utf-8") for path in (*written, tmp_path / "project" / "_quarto.yml")]
    assert any("so-lieu-da-cong-bo" in text for text in leading) == is_stated


def test_a_missing_warehouse_and_a_missing_mart_are_told(tmp_path: Path) -> None:
    with pytest.raises(MartsError, match="tongket run"):
        site_of(tmp_path / "none.duckdb")
    path = write_warehouse(tmp_path / "w.duckdb")
    import duckdb

    with duckdb.connect(str(path)) as connection:
        connection.execute("drop table fct_target")
    with pytest.raises(MartsError, match="fct_target"):
        site_of(path)


def test_no_stated_figure_is_left_out(site: Site) -> None:
    text = markdown(stated_page(site))
    assert len(re.findall(r"^\| `I\d{3}` \|", text, re.MULTILINE)) == len(site.statements) == 117


def test_the_known_oddities_come_out_as_themselves(site: Site) -> None:
    said = [block.markdown() for block in stated_page(site).blocks if ".notice" in block.markdown()]
    assert len(said) == 4
    text = "\n".join(said).replace("\\", "").replace("\u00a0", " ")
    assert "81 + 17 + 3 + 2 = 103" in text
    assert "104 đảng viên" in text
    assert "139 là số lượt" in text
    assert "81 tổ chức cơ sở đảng" in text
    assert "“vượt chỉ tiêu” không kiểm chứng được" in text
    assert "20/80, tỷ lệ xuất sắc so với hoàn thành tốt là 25,0 %, vượt mức trần 20 %" in text
    assert "15/85, tỷ lệ đó là 17,6 %" in text


def test_nothing_is_said_to_agree_where_nothing_was_filed_for_it(site: Site) -> None:
    unfiled = [
        replace(statement, actual=None) if statement.remark == "no_target_on_record" else statement
        for statement in site.statements
    ]
    text = markdown(stated_page(replace(site, statements=unfiled)))
    assert "không kiểm chứng được" in markdown(stated_page(site))
    assert "“vượt chỉ tiêu” không kiểm chứng được" not in text.replace("\\", "")


def stated_rows(site: Site) -> dict[str, list[str]]:
    """Give what was stated, what there is and the verdict, of each statement on the page."""
    rows = {}
    for block in stated_page(site).blocks:
        if isinstance(block, Grid):
            rows.update({row[0].text.strip("`"): row for row in block.rows})  # type: ignore[union-attr]
    return {code: [str(cell).replace("\u00a0", " ") for cell in row[2:]] for code, row in rows.items()}


def changed(site: Site, actual: float | None, verdict: str, **more: Any) -> list[str]:
    """Give the row of the fall of 20.5 % that was stated, had the warehouse something else."""
    (said,) = (statement for statement in site.statements if statement.id == "I017")
    return stated_rows(replace(site, statements=(replace(said, actual=actual, verdict=verdict, **more),)))[
        "I017"
    ]


def test_stated_figures_are_written_as_stated(site: Site) -> None:
    plain = stated_rows(site)
    assert plain["I001"] == ["850", "850", "khớp"]
    assert plain["I017"] == ["giảm 20,5 %", "giảm 20,5 %", "khớp"]
    assert changed(site, -20.5, "contradicts") == ["giảm 20,5 %", "tăng 20,5 %", "không khớp"]
    unsaid = changed(site, 20.5, "equal", direction="", is_by_size=True, remark=None)
    assert unsaid == ["20,5 %", "20,5 %", "khớp (chỉ so độ lớn, vì không nêu là tăng hay giảm)"]
    unknown = changed(site, None, "cannot_verify", direction="", is_by_size=True, remark=None)
    assert unknown[2] == "không kiểm chứng được"
    assert plain["I024"][:2] == ["10,24 %", "10,24 %"]
    assert plain["I027"] == ["104", "103", "không khớp"]
    assert plain["I060"][:2] == ["từ 80 % đến 85 %", "từ 80,4 % đến 84,6 %"]
    assert plain["I110"][0] == "gần 70.000"
    assert plain["I012"] == ["từ 4 trở lên", "–", "là định mức"]
    assert plain["I102"][0] == "không nêu số"
    assert plain["I016"][2] == "khớp; đầu nhiệm kỳ 1.813"


def test_the_index_leads_to_every_report(site: Site) -> None:
    text = markdown(index_page(site))
    assert set(re.findall(r"\]\(([^)]+-nk)\.html\)", text)) == {unit.slug for unit in site.units}


def test_the_notes_of_releases_stand_on_the_index(site: Site) -> None:
    assert "Ghi chú" not in markdown(index_page(site))
    told = [Note(datetime(2021, 3, day, 2, 30, tzinfo=UTC), f"Sửa lần {day} <b>") for day in range(9, 0, -1)]
    text = markdown(index_page(replace(site, notes=tuple(told))))
    assert "Ghi chú của tổ dữ liệu" in text
    assert re.findall(r"Sửa lần (\d)", text) == ["9", "8", "7", "6", "5"]
    assert "09:30 ngày 09/03/2021: Sửa lần 9" in text and "<b>" not in text.replace("\\<b", "")


def test_only_the_newest_submission_makes_an_open_case(site: Site) -> None:
    assert [case.id for case in site.open_cases] == ["TG-GCT.2020-Q1.r1"]
    text = markdown(open_page(site))
    assert "Có 1 hồ sơ đang mở" in text
    assert text.count("Huyện ủy Gò Công Tây") == 1 + len(site.missing)


def test_a_target_line_is_drawn_where_the_target_is_the_same_each_year(site: Site) -> None:
    chart = next(
        c for s in PLAN.sections for c in s.charts if c.indicators == ("admissions",) and c.kind == "years"
    )
    data = chart_data(site, unit_of(site, "VP"), chart)
    assert data is not None
    assert data.target == 2300.0
    page = unit_page(site, unit_of(site, "VP"), PLAN)
    captions = [block.caption for block in page.blocks if isinstance(block, Picture)]
    assert any(caption.endswith("(đường đứt: chỉ tiêu 2.300)") for caption in captions)


def test_units_of_one_name_have_a_bar_each(site: Site) -> None:
    chart = next(c for s in PLAN.sections for c in s.charts if c.kind == "units")
    province = unit_of(site, "VP")
    apart = chart_data(site, province, chart)
    alike = tuple(replace(u, name="Huyện ủy A") if u.code != "VP" else u for u in site.units)
    data = chart_data(replace(site, units=alike), province, chart)
    assert apart is not None and data is not None
    assert len({point.category for point in data.points}) == len(apart.points)
    assert {point.category for point in data.points} <= {f"Huyện ủy A ({u.code})" for u in site.units}


def test_tables_and_charts_are_numbered_in_order(site: Site) -> None:
    page = unit_page(site, unit_of(site, "VP"), PLAN)
    tables = [int(re.match(r"Bảng (\d+)\.", b.caption)[1]) for b in page.blocks if isinstance(b, Grid)]  # type: ignore[index]
    charts = [int(re.match(r"Biểu đồ (\d+)\.", b.caption)[1]) for b in page.blocks if isinstance(b, Picture)]  # type: ignore[index]
    assert tables == list(range(1, len(tables) + 1))
    assert charts == list(range(1, len(charts) + 1))
    assert len(charts) >= 8


def test_a_yearly_target_stands_in_its_year(site: Site) -> None:
    text = markdown(unit_page(site, unit_of(site, "VP"), PLAN)).replace("\u00a0", " ").replace("\\", "")
    assert "| trên 95 % mỗi năm | – | – | – | 94,0 %: chưa đạt | – |" in text


@pytest.mark.parametrize(
    ("assessment", "status", "of_last_year", "text"),
    [
        ("CHUA_DEN_HAN", "incomplete", None, "chưa đến hạn"),
        (None, "incomplete", None, "chưa đánh giá được, vì thiếu số liệu năm 2020"),
        (None, "provisional", "provisional", "chưa đánh giá được, vì năm 2020 chỉ có báo cáo một phần"),
        (None, "provisional", "final", "chưa đánh giá được, vì có năm chỉ có báo cáo một phần"),
        (None, "incomplete", "final", "chưa đánh giá được, vì số liệu chưa đầy đủ"),
        # whole, but without a bound; and without any figure, as its dash says
        (None, "final", "final", "chưa đánh giá được"),
        (None, "none", None, "chưa đánh giá được"),
    ],
)
def test_a_target_without_a_verdict_says_what_is_missing(
    site: Site, assessment: str | None, status: str, of_last_year: str | None, text: str
) -> None:
    unit = unit_of(site, "VP")
    (target, *others) = site.targets[unit.code, unit.term]
    target = replace(target, assessment=assessment, status=status)
    key = (target.indicator, unit.code, "2020-N")
    figures = {place: figure for place, figure in site.figures.items() if place != key}
    if of_last_year is not None:
        figures[key] = Figure(*key, 9, status=of_last_year)
    changed = replace(site, figures=figures, targets={(unit.code, unit.term): (target, *others)})
    assert f" | {text} | NQ 01 |" in markdown(unit_page(changed, unit, PLAN)).replace("\\", "")

    # nobody waits for a year in which the unit owes nothing
    merged = tuple(replace(f, is_owed=f.is_owed and f.period < "2020") for f in site.filings[unit.code])
    changed = replace(changed, filings={**site.filings, unit.code: merged})
    assert "thiếu số liệu năm" not in markdown(unit_page(changed, unit, PLAN))


def test_a_fall_in_percent_has_the_sign_of_the_fall(site: Site) -> None:
    page = unit_page(site, unit_of(site, "VP"), PLAN)
    grid = next(b for b in page.blocks if isinstance(b, Grid) and "đầu và cuối nhiệm kỳ" in b.caption)
    assert {tuple(row[3:]) for row in grid.rows} == {("−14", "−20,5\u00a0%")}


def test_an_opening_has_the_decimals_of_its_indicator(site: Site) -> None:
    unit = unit_of(site, "VP")
    villages = replace(site.indicators["villages"], decimals=2)
    figure = Figure("villages", unit.code, unit.term, 15.95, opening=12.45)
    of_amounts = replace(
        site,
        indicators={**site.indicators, "villages": villages},
        figures={**site.figures, ("villages", unit.code, unit.term): figure},
    )
    page = unit_page(of_amounts, unit, PLAN)
    grid = next(b for b in page.blocks if isinstance(b, Grid) and "đầu và cuối nhiệm kỳ" in b.caption)
    assert ["12,45", "15,95"] in [row[1:3] for row in grid.rows]
    assert "từ 12,45 xuống 15,95, tức giảm 14 (20,50\u00a0%)" in markdown(page).replace("\\", "")


def test_a_unit_of_measure_is_not_said_twice(site: Site) -> None:
    names = {
        code: labelled(site.indicators[code]) for code in ("villages", "townships", "members_female_share")
    }
    assert names["villages"] == "Thôn, bản, ấp, khu phố, tổ dân phố"
    assert names["townships"] == "Thị trấn, đặc khu"
    assert names["members_female_share"].endswith(" (%)")


def test_what_merged_into_a_unit_stands_beside_it_as_it_filed(site: Site) -> None:
    unit, earlier = unit_of(site, "VP-YL"), unit_of(site, "TG-GCT")
    merged = replace(site, merged_into={(unit.code, TERM): {earlier.code: date(2019, 7, 1)}})
    text = markdown(unit_page(merged, unit, PLAN))
    assert "Huyện ủy Gò Công Tây đã nhập vào đơn vị này từ ngày 01/07/2019" in text
    grid = next(
        b for b in unit_page(merged, unit, PLAN).blocks if isinstance(b, Grid) and "theo kỳ" in b.caption
    )
    assert grid.header[1] == "Đơn vị nộp"
    filers = [(row[0], row[1] if isinstance(row[1], str) else row[1].text) for row in grid.rows]
    assert filers[:2] == [
        ("2016", f"[{earlier.name}]({earlier.slug}.html)"),
        ("2016", unit.name),
    ]
    assert "đã nhập vào" not in markdown(unit_page(site, unit, PLAN))


def test_explanations_of_what_merged_into_a_unit_stand_in_its_annex(site: Site) -> None:
    unit, earlier = unit_of(site, "TG-GCT"), unit_of(site, "VP-YL")
    merged = replace(site, merged_into={(unit.code, TERM): {earlier.code: date(2019, 7, 1)}})
    assert "VP-YL.2020-N.r2" in markdown(unit_page(merged, unit, PLAN)).replace("\\", "")
    assert "VP-YL.2020-N.r2" not in markdown(unit_page(site, unit, PLAN)).replace("\\", "")


def test_no_sentence_is_empty(site: Site) -> None:
    for unit in site.units:
        blocks = unit_page(site, unit, PLAN).blocks
        assert all(str(block.text).strip() for block in blocks if isinstance(block, Paragraph))


def test_the_same_site_gives_the_same_bytes(tmp_path: Path, drawn: Path, site: Site) -> None:
    contents = []
    for name, cache in (("a", None), ("b", drawn), ("c", drawn)):
        write_project(site, tmp_path / name, chart_cache=cache)
        files = sorted(path for path in (tmp_path / name).rglob("*") if path.is_file())
        contents.append([(path.relative_to(tmp_path / name), path.read_bytes()) for path in files])
    assert contents[0] == contents[1] == contents[2]


def test_when_it_was_made_stands_in_one_file_beside_the_pages(tmp_path: Path, drawn: Path, site: Site) -> None:
    later = replace(site, as_of=site.as_of + timedelta(days=40), code_version="9.9.9")
    made = {}
    for name, shown in (("now", site), ("later", later)):
        write_project(shown, tmp_path / name, chart_cache=drawn)
        files = [path for path in (tmp_path / name).rglob("*") if path.is_file()]
        made[name] = {path.relative_to(tmp_path / name).as_posix(): path.read_bytes() for path in files}
    assert {name for name, held in made["later"].items() if made["now"][name] != held} == {"phien-ban.txt"}
    told = made["later"]["phien-ban.txt"].decode("utf-8-sig")
    assert moment(later.as_of) in told and "9.9.9" in told


def test_a_report_is_dated_by_the_last_day_of_its_figures(tmp_path: Path, drawn: Path, site: Site) -> None:
    unit, other = unit_of(site, "VP-YL"), unit_of(site, "TG-GCT")
    code = next(indicator for indicator, org, period in site.figures if (org, period) == (unit.code, TERM))
    days = {(code, unit.code, TERM): (date(2020, 6, 30), date(2020, 9, 30))}
    write_project(replace(site, days=days), tmp_path / "dated", chart_cache=drawn)
    heads = [
        (tmp_path / "dated" / f"{one.slug}.qmd").read_text(encoding="utf-8").split("---")[1]
        for one in (unit, other)
    ]
    assert heads[0].count("Số liệu tính đến ngày 30/09/2020") == len(("dateline", "running-note"))
    assert "tính đến" not in heads[1]


def test_a_body_is_named_as_in_the_period_that_is_spoken_of(site: Site) -> None:
    named = replace(site, names={"KA": ((date(2017, 1, 1), "Huyện ủy A"), (date(2020, 1, 1), "Thị ủy A"))})
    assert [named.name_of("KA", f"{year}-N") for year in (2016, 2019, 2020)] == [
        "Huyện ủy A",
        "Huyện ủy A",
        "Thị ủy A",
    ]
    assert (named.name_of("KA", "unknown"), named.name_of("KB", "2019-N")) == ("Thị ủy A", "KB")


def test_a_file_without_a_period_stays_open_until_its_unit_sends_another(site: Site) -> None:
    received = datetime(2021, 1, 5, 8, tzinfo=UTC)
    unreadable = Submission("TG-GCT.unknown.r1", "TG-GCT", "unknown", 1, received, "unreadable", 1, 0)
    answer = Submission(
        "TG-GCT.2020-N.r1", "TG-GCT", "2020-N", 1, received + timedelta(days=2), "accepted", 0, 0
    )
    alone = replace(site, submissions=(unreadable,), cases={unreadable.id: "open"})
    unit = unit_of(site, "TG-GCT")
    assert unreadable in alone.open_cases and unreadable in alone.open_of(unit)
    assert unreadable.id in markdown(unit_page(alone, unit, PLAN)) and "Tệp chưa rõ kỳ" not in markdown(
        open_page(alone)
    )
    answered = replace(site, submissions=(unreadable, answer), cases={unreadable.id: "answered"})
    assert answered.open_cases == () and answered.open_of(unit) == ()
    text = markdown(open_page(answered))
    assert "Không có hồ sơ nào đang mở" in text and "Tệp chưa rõ kỳ" in text and unreadable.id in text


def test_what_was_withdrawn_is_no_faulty_report_and_leaves_nothing_open_where_another_counts(
    site: Site,
) -> None:
    first, second, alone = (
        Submission(f"VP-YL.{period}.r{number}", "VP-YL", period, number, None, status, 0, 0, standing)
        for period, number, status, standing in (
            ("2020-N", 1, "accepted", "accepted"),
            ("2020-N", 2, "rejected", "withdrawn"),
            ("2020-Q1", 1, "rejected", "refused"),
        )
    )
    changed = replace(site, submissions=(first, second, alone), cases={alone.id: "open"})
    text = markdown(open_page(changed))
    assert "không nhận vì gửi sau khi khóa sổ" in text and "bị trả lại vì có lỗi" not in text
    assert "đã rút" in markdown(open_page(replace(site, submissions=(second,), cases={second.id: "open"})))
    unit = unit_of(site, "VP-YL")
    (matrix,) = (
        block
        for block in unit_page(replace(site, submissions=(first, second)), unit, PLAN).blocks
        if isinstance(block, Grid) and "Tình trạng báo cáo theo kỳ" in block.caption
    )
    assert not any("đang mở" in str(cell) for row in matrix.rows for cell in row)


def test_what_merged_wholly_stands_under_its_successor_and_is_not_added(site: Site) -> None:
    merged = replace(site, merged_into={("VP-YL", TERM): {"VP-LT": date(2019, 7, 1)}})
    taker, earlier = unit_of(site, "VP-YL"), unit_of(site, "VP-LT")
    tables = [
        block
        for block in unit_page(merged, unit_of(site, "VP"), PLAN).blocks
        if isinstance(block, Grid) and block.rows and block.rows[-1][0] == "Toàn tỉnh"
    ]
    assert tables
    for table in tables:
        names = [str(row[0]) for row in table.rows[:-1]]
        assert len(names) == 2
        assert taker.name in names[0] and "trong đó" not in names[0]
        assert "trong đó" in names[1] and f"{earlier.slug}.html" in names[1]
    admissions = next(table for table in tables if labelled(site.indicators["admissions"]) == table.header[1])
    members = next(table for table in tables if labelled(site.indicators["members"]) == table.header[1])
    flow = site.figures["admissions", "VP-LT", TERM]
    assert flow.value is not None and admissions.rows[1][1] not in ("", "–")
    assert members.rows[1][1] == ""  # what lasts stood when the unit ended
    assert [unit.code for unit in merged.summands(unit_of(site, "VP"))] == ["VP-YL"]
