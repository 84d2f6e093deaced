"""The dbt project's own rules: models are described, grain first; marts have keys and typed columns."""

import re
from typing import Any

import pytest

from ingestion.bronze.form_models import form_models
from ingestion.definitions.catalogue import load_catalogue
from ingestion.words.data_files import read_yaml
from orchestration.project import OF_FORMS
from orchestration.warehouse import PROJECT_DIR

MODELS, MACROS = PROJECT_DIR / "models", PROJECT_DIR / "macros"
WITHOUT_KEY = {
    "rpt_figure_cell",  # two summands of an indicator may take the same cell
    "rpt_year_cell",
    "rpt_explanation",  # a clerk may answer twice
    "rpt_explanation_review",  # a rule may find something twice at one place
}


PROPERTIES = [read_yaml(path) for path in sorted(MODELS.rglob("_*.yml"))]
DESCRIBED: dict[str, dict[str, Any]] = {
    model["name"]: model for file in PROPERTIES for model in file.get("models", ())
}
TESTED = {test["model"] for file in PROPERTIES for test in file.get("unit_tests", ())}
FILES = {path.stem: path for path in sorted(MODELS.rglob("*.sql"))}


def test_what_is_described_is_there_and_what_is_there_is_described():
    assert len(FILES) > 70
    assert set(DESCRIBED) == set(FILES)


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_description_begins_with_the_grain(name):
    assert DESCRIBED[name]["description"].startswith("One row per ")


@pytest.mark.parametrize("name", sorted(name for name in FILES if name.startswith(("dim_", "fct_", "rpt_"))))
def test_a_mart_has_a_key_or_a_reason_for_having_none(name):
    tests = [next(iter(test)) for test in DESCRIBED[name].get("data_tests", ())]
    constraints = [one["type"] for one in DESCRIBED[name].get("constraints", ())]

    assert ("primary_key" in constraints or "unique_combination_of_columns" in tests) != (name in WITHOUT_KEY)


def test_every_part_that_may_be_built_alone_waits_with_tests_of_what_stands_beside_it():
    selectors = read_yaml(PROJECT_DIR / "selectors.yml")["selectors"]
    parts = [one for each in selectors for one in each["definition"].get("union", [each["definition"]])]
    alone = [part for part in parts if part.get("parents")]

    assert len(alone) > len(("facts", "pages"))
    assert {part.get("indirect_selection") for part in alone} == {"buildable"}


def test_every_test_of_our_own_is_described():
    written = re.findall(r"{% test (\w+)\(", (MACROS / "tests.sql").read_text(encoding="utf-8"))
    described = read_yaml(MACROS / "_tests.yml")["macros"]

    assert {macro["name"]: bool(macro["description"]) for macro in described} == {
        f"test_{name}": True for name in written
    }


def test_models_of_forms_are_what_is_written_from_the_forms():
    written = form_models(load_catalogue().forms.values())
    there = {path for folder in OF_FORMS for path in (PROJECT_DIR / folder).iterdir()}

    assert {path.relative_to(PROJECT_DIR).as_posix() for path in there} == set(written), "run make forms"
    for place, text in written.items():
        assert (PROJECT_DIR / place).read_text(encoding="utf-8") == text, f"{place}: run make forms"


@pytest.mark.parametrize("name", sorted(name for name in FILES if name.startswith(("dim_", "fct_", "rpt_"))))
def test_every_column_of_a_mart_has_a_type_and_a_description(name):
    columns = DESCRIBED[name]["columns"]

    assert columns
    assert all(column["data_type"] and column["description"] for column in columns)


@pytest.mark.parametrize(
    "name",
    sorted(
        name
        for name, path in FILES.items()
        if not name.startswith("stg_") and " over (" in path.read_text(encoding="utf-8")
    ),
)
def test_a_model_with_a_window_has_a_unit_test(name):
    numbering_only = {"int_form__row"}

    assert name in TESTED | numbering_only


def test_names_follow_their_layer():
    prefixes = {
        "staging": ("stg_",),
        "intermediate": ("int_",),
        "marts": ("dim_", "fct_"),
        "reports": ("rpt_",),
    }

    layers = {name: path.relative_to(MODELS).parts[0] for name, path in FILES.items()}
    assert [name for name, layer in layers.items() if not name.startswith(prefixes[layer])] == []


def test_no_model_reads_the_clock():
    for path in FILES.values():
        sql = path.read_text(encoding="utf-8").lower()
        assert not any(word in sql for word in ("current_date", "current_timestamp", "now()")), path.name
