"""What stands in a report is data that fits the catalogue and the texts."""

import re
from pathlib import Path
from string import Formatter

import pytest
import yaml

from ingestion.definitions.catalogue import OwnFile, load_catalogue
from ingestion.definitions.overlay import OwnFileError, laid_over
from ingestion.words.data_files import read_yaml
from ingestion.words.messages import FOLDER, load_messages
from reports.sections import Plan, SectionError, load_plan, plan_of

PLAN = load_plan()
INDICATORS = load_catalogue().indicators
TEXTS = load_messages()


def test_every_indicator_that_is_named_exists() -> None:
    named = {code for section in PLAN.sections for code in section.named}
    named |= {code for codes in PLAN.headlines.values() for code in codes}
    assert named - set(INDICATORS) == set()


def test_every_topic_of_the_catalogue_has_a_section_with_a_table_for_the_rest() -> None:
    topics = {topic for section in PLAN.sections for topic in section.topics}
    assert {indicator.section for indicator in INDICATORS.values()} - topics == set()
    assert all(any(table.kind == "rest" for table in section.tables) for section in PLAN.sections)


def test_no_indicator_stands_in_two_tables_of_years() -> None:
    for section in PLAN.sections:
        shown = [code for table in section.tables if table.kind == "years" for code in table.indicators]
        repeated = {code for code in shown if shown.count(code) > 1}
        assert repeated == set(), section.code


def test_every_chart_stands_beside_a_table_of_the_same_figures() -> None:
    for section in PLAN.sections:
        by_year = {code for table in section.tables if table.kind == "years" for code in table.indicators}
        by_unit = {code for table in section.tables if table.kind == "units" for code in table.indicators}
        rest = {code for code, i in INDICATORS.items() if i.section in section.topics} - section.placed
        for chart in section.charts:
            tabled = by_unit if chart.kind == "units" else by_year | rest
            assert set(chart.indicators) <= tabled, chart.title.en


@pytest.mark.parametrize("section", PLAN.sections, ids=lambda section: section.code)
def test_every_sentence_has_texts_that_use_its_fields_and_no_others(section: object) -> None:
    for sentence in section.sentences:  # type: ignore[attr-defined]
        for key in sentence.variants:
            for text in (TEXTS[key].vi, TEXTS[key].en):
                used = {name for _, name, _, _ in Formatter().parse(text) if name}
                assert used <= {*sentence.fields, "last_year", "at"}, key
                assert ("at" in used) == sentence.dated, key
                assert not re.search(r"\d", re.sub(r"\{.*?\}|18 (đến|to) 30", "", text)), key
                assert text.endswith("."), key


def test_notes_have_texts() -> None:
    for section in PLAN.sections:
        assert section.note is None or f"report.note.{section.note}" in TEXTS


def test_every_unit_of_measure_has_a_name() -> None:
    assert {f"unit.{indicator.unit}" for indicator in INDICATORS.values()} - set(TEXTS) == set()


def test_both_languages_of_a_text_have_the_same_fields() -> None:
    texts = read_yaml(FOLDER / "report.yml")
    for key, pair in texts.items():
        fields = [{name for _, name, _, _ in Formatter().parse(pair[lang]) if name} for lang in ("vi", "en")]
        assert fields[1] <= fields[0], key


def test_a_file_that_does_not_fit_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "sections.yml"
    path.write_text("headlines: {}\nsections: [{code: x, wrong: 1}]\n", encoding="utf-8")
    with pytest.raises(SectionError, match="wrong"):
        load_plan(path)


def test_a_matrix_needs_an_indicator_for_each_column() -> None:
    table = {
        "kind": "matrix",
        "title": {"vi": "x", "en": "x"},
        "columns": [{"vi": "a", "en": "a"}],
        "rows": [{"label": {"vi": "b", "en": "b"}, "indicators": ["x", "y"]}],
    }
    section = {
        "code": "x",
        "title": {"vi": "x", "en": "x"},
        "topics": ["x"],
        "systems": ["DANG"],
        "tables": [table],
    }
    with pytest.raises(ValueError, match="each column"):
        Plan.model_validate({"headlines": {}, "sections": [section]})


def own_section(code: str) -> OwnFile:
    title = {"vi": "x", "en": "x"}
    section = {"code": code, "title": title, "topics": ["members"], "systems": ["DANG"]}
    return OwnFile("sections", "a.yml", yaml.safe_dump({"sections": [section]}))


CODES = ("{{< env HOME >}}", "a} x", "phu_luc", "tbl_x", "Members", "a b", "", "huy_hiệu", "[x](y)")


@pytest.mark.parametrize("code", CODES)
def test_a_code_of_a_section_is_an_anchor_that_no_other_part_of_a_page_has(code: str) -> None:
    section = plan_of(laid_over((own_section(code),))).sections[-1]
    assert section.code == code
    assert re.fullmatch(r"phan-[\w.X-]*", section.anchor)
    assert len({own.anchor for own in (*PLAN.sections, section)}) == len(PLAN.sections) + 1


@pytest.mark.parametrize(
    ("first", "second"), [("x", "members"), ("x", "x"), ("huy_hieu", "huy-hieu"), ("X", "x")]
)
def test_a_section_whose_code_or_anchor_another_has_is_refused(first: str, second: str) -> None:
    with pytest.raises(OwnFileError, match=second):
        plan_of(laid_over((own_section(first), own_section(second))))
