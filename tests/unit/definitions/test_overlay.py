"""The office's own data files: each kind of slip is told with its file, and what to do."""

from pathlib import Path

import pytest

from ingestion.definitions.catalogue import Catalogue, OwnFile, load_catalogue
from ingestion.definitions.form_names import ROW_COLUMNS
from ingestion.definitions.overlay import OwnFileError, catalogue_of, laid_over
from ingestion.gate import rule_book
from ingestion.gate.compiling import compile_rules
from ingestion.gate.context import vocabulary
from ingestion.gate.rules import load_rules
from ingestion.records.sheet_names import (
    CARRIED_SHEET,
    CONTEXT_SHEET,
    EXPLANATIONS_SHEET,
    ORGANISATIONS_SHEET,
    TARGETS_SHEET,
)
from ingestion.returns import receipt
from ingestion.storage.home import Home
from ingestion.words.messages import retold
from reports.sections import plan_of
from tests.support import guide

SHOWN = {place.split("/")[1]: OwnFile(*place.split("/")[1:], text) for place, text in guide.shown().items()}


def used(files: dict[str, OwnFile]) -> Catalogue:
    """Use the files as doctor does: all that reads them."""
    catalogue = laid_over(tuple(files.values()))
    rule_book(catalogue)
    plan_of(catalogue)
    return catalogue


def test_files_of_a_folder_lie_over_the_products(tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.registry.mkdir()
    assert catalogue_of(home) is load_catalogue()
    guide.put_below(tmp_path)
    found = catalogue_of(home)
    assert found is catalogue_of(home), "the same files are the same object"
    assert list(found.forms) == [*load_catalogue().forms, "B90"]
    assert [section.code for section in plan_of(found).sections][-1] == guide.free("badges")
    assert "V901" in rule_book(found).rules


OTHER_SHEETS = {
    EXPLANATIONS_SHEET,
    ORGANISATIONS_SHEET,
    TARGETS_SHEET,
    CONTEXT_SHEET,
    CARRIED_SHEET,
    receipt.SHEET,
    "Bìa",
}
"""Sheets that the product writes or passes over beside those of forms."""


_ADDED = "kind: flow\n  section: badges\n  value:\n  - {form: B90, column: badges_55, over_time: sum}\n"
_DIVIDED = """kind: ratio
  section: badges
  numerator: [{form: B90, column: badges_40, over_time: sum}]
  denominator: [{form: B90, column: badges_30, over_time: sum}]
"""


@pytest.mark.parametrize(
    ("kind", "before", "after", "told"),
    [
        ("forms", "code: B90", "code: B01", "B01"),
        ("forms", "sheet: B90", "sheet: B01", "sheet: B01"),
        ("forms", "code: B90\n", "code: b01\n", "b01"),
        ("forms", "sheet: B90", "sheet: b01", "sheet: b01"),
        *(
            ("forms", "sheet: B90", f'sheet: "{name}"', told)
            for name, told in (
                ("B90/1", "/"),
                ("B" * 32, "31"),
                ("B90 ", "31"),
                *((name, name) for name in sorted(OTHER_SHEETS)),
            )
        ),
        *(("forms", "code: badges_30", f"code: {name}", name) for name in (*ROW_COLUMNS, "Badges_40")),
        ("forms", "unit: BADGE", "unit: MEDAL", "MEDAL"),
        ("forms", "rows: organisations", "rows: cover", "organisations, lines"),
        ("forms", "title:", "titel:", "title"),
        ("forms", "required_for: {", "required_for: [", "YAML"),
        ("forms", "{from: 2020-01-01}", "{from: 2020-01-01, to: 2019-01-01}", "2019-01-01"),
        ("forms", "{from: 2020-01-01}", "{from: 2020-13-01}", "19: “2020-13-01”"),
        ("forms", "{from: 2020-01-01}", "{from: '2020-13-01'}", "columns.4.effective.from: “2020-13-01”"),
        ("forms", "grain: one", "grain: !!int one", "4: “one row per"),
        ("forms", "rows: organisations", "rows: organisation", "organisations', 'lines"),
        ("forms", "required: true}", "required: perhaps}", "columns.0.required"),
        ("forms", "required_for: {DISTRICT: [N]}", "required_for: {DISTRICT: N}", "required_for.DISTRICT"),
        ("forms", "rows: organisations", "rows: organisations\ntitle: {vi: a, en: b}", "6: “title”"),
        ("indicators", "over_time: sum}", "over_time: sum, effective: {to: 2019-02-30}}", "8: “2019-02-30”"),
        ("indicators", "over_time: sum}", "over_time: sum, effective: {from: 0000-01-01}}", "8: “0000-01-01”"),
        ("indicators", "kind: flow", "kind: flow\n  kind: stock", "15: “kind”"),
        ("units", "BADGE:", "BADGE: {vi: a, en: b}\nBADGE:", f"2: “{guide.free('BADGE')}”"),
        ("rules", "severity: warning", "severity: warning\n  severity: error", "6: “severity”"),
        ("sections", "code: badges", "code: badges\n  code: medals", "3: “code”"),
        ("units", "BADGE", "PERSON", "PERSON"),
        ("indicators", "code: party_badges_55", "code: admissions", "admissions"),
        ("indicators", "column: badges_55", "column: badges_60", "badges_60"),
        ("indicators", "unit: BADGE", "unit: MEDAL", "MEDAL"),
        ("indicators", _ADDED, _DIVIDED, "PERCENT"),
        ("rules", "V901", "V061", "V900"),
        ("rules", "badges_40 <= badges_30", "badges_40 <= badges_3", "badges_3"),
        ("rules", "badges_40 <= badges_30", "badges_40 == org_code", "like with like"),
        ("rules", "badges_40 <= badges_30", "round(org_code) <= badges_30", "a number"),
        ("sections", "code: badges", "code: members", "members"),
        ("sections", "indicators: [party_badges]", "indicators: [party_badge]", "party_badge"),
    ],
)
def test_a_slip_is_told_with_its_file(kind: str, before: str, after: str, told: str) -> None:
    file, before, after = SHOWN[kind], guide.renamed(before), guide.renamed(after)
    assert before in file.text
    wrong = OwnFile(kind, file.name, file.text.replace(before, after))
    with pytest.raises(OwnFileError) as error:
        used(SHOWN | {kind: wrong})
    for text in (error.value.told("vi"), error.value.told("en")):
        assert f"registry/{kind}/{file.name}" in text
        assert told in text


OWN_KINDS = """
groups:
- {code: ALL_UNDER, label: {vi: a, en: a}, owes: {B04: [6T]}}
kinds:
- {code: SCHOOLS, label: {vi: b, en: b}, level: BLOC, groups: [UNDER_PROVINCE, ALL_UNDER]}
- {code: GUESTS, label: {vi: c, en: c}, level: BLOC, groups: [ALL_UNDER], owes: {B90: [N], B04: [Q1, N]}}
"""


def test_kinds_of_an_office_owe_what_their_groups_and_they_themselves_say() -> None:
    asked = SHOWN["forms"].text.replace("{DISTRICT: [N]}", "{ALL_UNDER: [6T]}")
    found = laid_over((OwnFile("kinds", "own.yml", OWN_KINDS), *used_files(asked)))
    shipped = load_catalogue()

    assert found.forms["B04"].required_for["SCHOOLS"] == ("6T", "N")
    assert found.forms["B04"].required_for["GUESTS"] == ("Q1", "6T", "N")
    assert found.forms["B90"].required_for == {"SCHOOLS": ("6T",), "GUESTS": ("6T", "N")}
    of_all = {**shipped.forms["B01"].required_for, "SCHOOLS": ("Q1", "6T", "9T", "N")}
    assert found.forms["B01"].required_for == of_all
    lines = [
        [line.code for line in form.owed_lines(kind)["line_code"]]
        for form, kind in ((found.forms["B03"], "SCHOOLS"), (shipped.forms["B03"], "DISTRICT"))
    ]
    assert lines[0] == lines[1]
    assert found.kinds.level_of("GUESTS") == "BLOC"
    assert "SCHOOLS" not in shipped.kinds


def used_files(form: str) -> list[OwnFile]:
    return [OwnFile("forms", "B90.yml", form), SHOWN["units"]]


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("code: SCHOOLS", "code: DISTRICT", "DISTRICT"),
        ("code: ALL_UNDER", "code: BLOC", "BLOC"),
        ("owes: {B04: [6T]}", "owes: {B77: [6T]}", "B77"),
        ("groups: [ALL_UNDER]", "groups: [ALL_UNDR]", "ALL_UNDR"),
        ("level: BLOC, groups: [A", "level: BLOK, groups: [A", "kinds.1.level"),
    ],
)
def test_a_slip_in_kinds_is_told_with_its_file(before: str, after: str, told: str) -> None:
    assert before in OWN_KINDS
    wrong = OwnFile("kinds", "own.yml", OWN_KINDS.replace(before, after))
    with pytest.raises(OwnFileError) as error:
        laid_over((wrong, *used_files(SHOWN["forms"].text)))
    for text in (error.value.told("vi"), error.value.told("en")):
        assert "registry/kinds/own.yml" in text
        assert told in text


@pytest.mark.parametrize("part", ["[", "{a: ", "- ", "? ", "[{a: "])
def test_parts_within_parts_without_end_are_refused_and_end_no_program(part: str) -> None:
    with pytest.raises(OwnFileError) as error:
        laid_over((OwnFile("forms", "B90.yml", f"# Biểu\n{part * 200_000}"),))
    assert "registry/forms/B90.yml, dòng 2: có quá nhiều phần lồng trong nhau" in error.value.told("vi")
    assert "registry/forms/B90.yml, line 2: more parts stand within one another" in error.value.told("en")


def test_what_an_own_form_lacks_is_told_in_the_readers_language_alone() -> None:
    file = SHOWN["forms"]
    text = file.text.replace("code: org_code,", "code: org_code, effective: {from: 2020-01-01},")
    with pytest.raises(OwnFileError) as error:
        laid_over((OwnFile("forms", file.name, text),))
    vi, en = error.value.told("vi"), error.value.told("en")
    assert "B90: org_code thuộc key" in vi and "part of the key" not in vi
    assert "B90: org_code is part of the key" in en and "thuộc" not in en
    assert retold(vi, ["catalogue."], "en") == en, "also where only the words were kept"


def test_several_mistakes_are_told_each_in_the_readers_language() -> None:
    file = SHOWN["forms"]
    text = (
        file.text.replace("sheet:", "shet:").replace("type: text", "type: txt").replace("type: int", "type: i")
    )
    with pytest.raises(OwnFileError) as error:
        laid_over((OwnFile("forms", file.name, text),))
    vi, en = error.value.told("vi"), error.value.told("en")
    assert "sheet: thiếu phần này" in vi and "dòng 10, phần columns.1.type: không dùng được “txt”" in vi
    assert "sheet: is missing" in en and "line 10, columns.1.type: “txt” cannot be used" in en
    assert "(+ 1)" in vi and retold(vi, ["catalogue."], "en") == en


def test_a_file_whose_ending_is_in_capitals_is_read(tmp_path: Path) -> None:
    guide.put_below(tmp_path)
    form = tmp_path / "registry" / "forms" / "B90.yml"
    form.rename(form.with_suffix(".YML"))
    assert "B90" in catalogue_of(Home(tmp_path)).forms


def test_a_file_in_another_encoding_is_told(tmp_path: Path) -> None:
    home = Home(tmp_path)
    (home.registry / "forms").mkdir(parents=True)
    (home.registry / "forms" / "B90.yml").write_bytes("title: Biểu".encode("utf-16"))
    with pytest.raises(OwnFileError) as error:
        catalogue_of(home)
    assert "registry/forms/B90.yml" in error.value.told("en")


def test_the_products_own_data_files_take_those_of_the_guide(tmp_path: Path) -> None:
    folder = guide.product_with_them(tmp_path)
    catalogue = load_catalogue(folder)
    assert catalogue.forms["B90"].by_code.keys() >= {"badges_30", "badges_40", "badges_55"}
    assert {*map(guide.free, ("party_badges", "party_badges_55"))} <= catalogue.indicators.keys()
    rules = compile_rules(load_rules(folder / "rules"), catalogue, vocabulary(catalogue))
    assert [check.form for check in rules[guide.NEXT_RULE]] == ["B90"]
    assert guide.units() == {f"unit.{guide.free('BADGE')}": {"vi": "huy hiệu", "en": "badges"}}
