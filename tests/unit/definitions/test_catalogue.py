"""Forms and indicators as data: the product's own files, and what a wrong file is told."""

from pathlib import Path

import pytest
import yaml

from ingestion.definitions.catalogue import HERE, load_catalogue, load_forms, load_kinds
from ingestion.definitions.forms import Form
from ingestion.records.periods import Period
from ingestion.words.data_files import read_yaml
from ingestion.words.labels import CatalogueError

LABEL = {"vi": "Loại", "en": "Kind"}
FORM_FILES = sorted((HERE / "forms").glob("*.yml"))


@pytest.mark.parametrize("path", FORM_FILES, ids=lambda p: p.stem)
def test_every_form_file_fits_the_schema(path: Path) -> None:
    form = Form.model_validate(read_yaml(path))
    assert form.code == path.stem
    assert all(column.label.vi and column.label.en for column in form.columns)


def test_the_nine_forms_have_their_161_columns() -> None:
    forms = load_catalogue().forms
    assert {code: len(form.columns) for code, form in forms.items() if code <= "B09"} == {
        "B01": 27, "B02": 24, "B03": 12, "B04": 22, "B05": 18, "B06": 25, "B07": 11, "B08": 8, "B09": 14,
    }  # fmt: skip


def test_the_fixed_lines_are_all_there() -> None:
    lines = {
        code: [len(s.members) for s in form.lines]
        for code, form in load_catalogue().forms.items()
        if form.lines and code <= "B09"
    }
    assert lines == {"B03": [21], "B05": [4, 8], "B07": [17], "B08": [20]}


def test_every_counted_column_says_unit_and_nature() -> None:
    for form in load_catalogue().forms.values():
        for column in form.columns:
            if column.type == "int" and form.code != "B09":
                assert column.unit and column.nature, f"{form.code}.{column.code}"


def test_every_fixed_line_of_a_counting_form_says_unit_and_stock_or_flow() -> None:
    for code in ("B03", "B07", "B08"):
        for line in load_catalogue().forms[code].lines[0].members:
            assert line.unit and line.nature, f"{code}.{line.code}"


def test_evaluations_are_owed_at_year_end_only() -> None:
    catalogue = load_catalogue()
    assert "B04" not in [form.code for form in catalogue.owed_forms("DISTRICT", Period.parse("2019-9T"))]
    assert "B04" in [form.code for form in catalogue.owed_forms("DISTRICT", Period.parse("2019-N"))]
    assert [form.code for form in catalogue.owed_forms("PROVINCE", Period.parse("2019-N"))] == [
        "B03",
        "B07",
        "B09",
    ]


@pytest.mark.parametrize("kind", ["COMMUNE", "WARD", "SPECIAL_ZONE", "PARTY_AGENCIES", "GOVERNMENT"])
def test_kinds_that_the_reform_brought_owe_what_districts_owed(kind: str) -> None:
    catalogue = load_catalogue()
    for part in ("Q1", "6T", "9T", "N", "NK"):
        period = Period.parse("2025-2030-NK" if part == "NK" else f"2026-{part}")
        assert catalogue.owed_forms(kind, period) == catalogue.owed_forms("DISTRICT", period)
    owed, before = (catalogue.forms["B03"].owed_lines(one) for one in (kind, "DISTRICT"))
    assert owed == before != catalogue.forms["B03"].owed_lines("PROVINCE")


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"kinds": [{"code": "A", "label": LABEL, "level": "PLANET"}]}, "level"),
        ({"kinds": [{"code": "A", "label": LABEL, "level": "BLOC", "groups": ["G"]}]}, "groups .* not: G"),
        (
            {
                "groups": [{"code": "A", "label": LABEL}],
                "kinds": [{"code": "A", "label": LABEL, "level": "BLOC"}],
            },
            "A",
        ),
    ],
)
def test_a_file_of_kinds_that_does_not_fit_is_named_with_the_reason(
    tmp_path: Path, change: dict[str, object], complaint: str
) -> None:
    (tmp_path / "other.yml").write_text(yaml.safe_dump(change), encoding="utf-8")
    with pytest.raises(CatalogueError, match=complaint) as error:
        load_kinds(tmp_path)
    assert "other.yml" in str(error.value)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        ({"colour": "red"}, "colour"),
        ({"key": ["nowhere"]}, "key columns without a column"),
        (
            {"columns": [{"code": "a", "label": {"vi": "A", "en": "A"}, "type": "int", "required": True}] * 2},
            "twice",
        ),
        (
            {
                "columns": [
                    {"code": c, "label": {"vi": "Số", "en": c}, "type": "int", "required": True}
                    for c in ("org_code", "b")
                ]
            },
            "share the header",
        ),
    ],
)
def test_a_form_file_that_does_not_fit_is_named_with_the_reason(
    tmp_path: Path, change: dict[str, object], complaint: str
) -> None:
    form = read_yaml(HERE / "forms" / "B06.yml") | change
    (tmp_path / "B06.yml").write_text(yaml.safe_dump(form), encoding="utf-8")
    with pytest.raises(CatalogueError, match=complaint) as error:
        load_forms(tmp_path)
    assert "B06.yml" in str(error.value)


def test_a_column_named_as_its_group_is_named_once() -> None:
    form = load_catalogue().forms["B07"]
    assert form.by_code["total"].full_label() == "Tổng số"
    assert form.by_code["total"].full_label("en") == "Total"
    assert form.by_code["female"].full_label() == "Tổng số: nữ"
