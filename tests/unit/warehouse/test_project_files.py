"""The dbt project's own rules: models are described, grain first; marts have keys and typed columns."""

from pathlib import Path
from typing import Any

import pytest
import yaml

MODELS = Path(__file__).parents[3] / "dbt_project" / "models"
WITHOUT_KEY = {
    "rpt_figure_cell",  # two terms of an indicator may take the same cell
    "rpt_year_cell",
    "rpt_explanation",  # a clerk may answer twice
    "rpt_explanation_review",  # a rule may find something twice at one place
}


def _described() -> dict[str, dict[str, Any]]:
    files = [yaml.safe_load(path.read_text(encoding="utf-8")) for path in sorted(MODELS.rglob("_*.yml"))]
    return {model["name"]: model for file in files for model in file.get("models", ())}


DESCRIBED = _described()
FILES = {path.stem: path for path in sorted(MODELS.rglob("*.sql"))}


def test_what_is_described_is_there_and_what_is_there_is_described():
    assert len(FILES) > 70
    assert set(DESCRIBED) == set(FILES)


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_description_begins_with_the_grain(name):
    assert DESCRIBED[name]["description"].startswith("One row per ")


@pytest.mark.parametrize("name", sorted(name for name in FILES if name.startswith(("dim_", "fct_", "rpt_"))))
def test_a_mart_has_a_key_or_a_reason_for_having_none(name):
    tests = [next(iter(t)) for t in DESCRIBED[name].get("data_tests", ()) if isinstance(t, dict)]

    assert ("key" in tests) != (name in WITHOUT_KEY)


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
    tested = {
        test["model"]
        for path in MODELS.rglob("_*.yml")
        for test in yaml.safe_load(path.read_text(encoding="utf-8")).get("unit_tests", ())
    }
    numbering_only = {"int_form__row"}

    assert name in tested | numbering_only


def test_names_follow_their_layer():
    prefixes = {
        "staging": ("stg_",),
        "intermediate": ("int_",),
        "marts": ("dim_", "fct_"),
        "reports": ("rpt_",),
    }

    assert [name for name, path in FILES.items() if not name.startswith(prefixes[path.parent.name])] == []


def test_no_model_reads_the_clock():
    for path in FILES.values():
        sql = path.read_text(encoding="utf-8").lower()
        assert not any(word in sql for word in ("current_date", "current_timestamp", "now()")), path.name
