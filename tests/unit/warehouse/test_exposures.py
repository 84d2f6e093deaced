"""Exposures say who reads the marts: each kind of page, each command and each alert, as the code has them."""

import re
from collections.abc import Callable
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from ingestion.alerts.alert import all_kinds
from ingestion.words.data_files import yaml_of
from orchestration.environment import ROOT
from orchestration.warehouse import PROJECT_DIR
from reports.context import Site
from reports.marts import COLUMNS
from reports.overview import catalogue_page, index_page, open_page
from reports.progress import progress_page
from reports.stated import stated_page
from reports.unit_page import unit_page
from tests.reports_site import site_of, write_warehouse

MADE_OF = {
    "indicators": "dim_indicator",
    "units": "rpt_report_unit",
    "names": "dim_organisation",
    "periods": "dim_period",
    "figures": "fct_indicator_value",
    "derived": "fct_indicator_derived",
    "targets": "fct_target",
    "filings": "rpt_completeness",
    "submissions": "fct_submission",
    "statements": "rpt_stated_figure",
    "cases": "rpt_open_case",
    "explanations": "rpt_explanation",
    "explanations_to_review": "rpt_explanation_review",
    "previous_terms": "dim_term",
    "merged_into": "rpt_predecessor",
    "days": "rpt_figure_day",
}
"""Of which mart each part of a site is made."""

OTHERS = {"command_figures", "release_data", "publication_gate", "analysis_terms"}
PAGES: dict[str, Callable[[Site], Any]] = {
    "page_index": index_page,
    "page_stated": stated_page,
    "page_progress": progress_page,
    "page_open": open_page,
    "page_catalogue": catalogue_page,
    "page_unit": lambda site: [unit_page(site, unit, site.plan) for unit in site.units],
}


class Watched(Site):
    """A site that remembers which of its parts were asked for."""

    def __getattribute__(self, name: str) -> Any:
        if name in MADE_OF:
            object.__getattribute__(self, "__dict__").setdefault("asked", set()).add(name)
        return object.__getattribute__(self, name)


@cache
def exposures() -> dict[str, dict[str, Any]]:
    files = (PROJECT_DIR / "models" / name for name in ("_exposures.yml", "_alerts.yml"))
    texts = [path.read_text(encoding="utf-8") for path in files]
    return {one["name"]: one for text in texts for one in yaml_of(text)["exposures"]}


def models_of(name: str) -> set[str]:
    return set(re.findall(r"ref\('(\w+)'\)", " ".join(exposures()[name].get("depends_on", ()))))


def test_every_part_of_a_site_is_made_of_a_mart() -> None:
    others = {"as_of", "code_version", "kinds", "notes", "plan"}

    assert {one.name for one in fields(Site)} == set(MADE_OF) | others
    assert set(MADE_OF.values()) == set(COLUMNS)


@pytest.mark.parametrize("name", PAGES)
def test_a_page_reads_the_marts_that_its_exposure_names(name: str, tmp_path: Path) -> None:
    made = site_of(write_warehouse(tmp_path / "warehouse.duckdb"))
    site = Watched(**{one.name: getattr(made, one.name) for one in fields(Site)})
    vars(site).pop("asked", None)
    PAGES[name](site)

    assert {MADE_OF[part] for part in vars(site)["asked"]} == models_of(name)


@pytest.mark.parametrize(
    ("name", "files"),
    [
        ("command_figures", "figures.py"),
        ("release_data", "release.py"),
        ("publication_gate", "publication_gate/*.py"),
    ],
)
def test_what_reads_by_itself_names_what_it_reads(name: str, files: str) -> None:
    text = " ".join(path.read_text(encoding="utf-8") for path in (ROOT / "reports").glob(files))
    read = set(re.findall(r"\b(?:int|dim|fct|rpt)_[a-z_]+[a-z]", text))

    assert read == {model for model in models_of(name) if not is_of_a_form(model)}


def is_of_a_form(model: str) -> bool:
    return (PROJECT_DIR / "models" / "marts" / "forms" / f"{model}.sql").is_file()


def test_facts_of_all_forms_are_data_of_a_release() -> None:
    there = {path.stem for path in (PROJECT_DIR / "models" / "marts" / "forms").glob("*.sql")}

    assert {model for model in models_of("release_data") if is_of_a_form(model)} == there


def test_every_kind_of_alert_and_of_page_has_its_exposure_and_an_owner() -> None:
    kinds = {f"alert_{kind}" for kind in all_kinds()}

    assert set(exposures()) == {*PAGES, *kinds, *OTHERS}
    for name, one in exposures().items():
        assert one["owner"]["name"] and one["description"] and one["type"], name


def test_every_model_is_read_by_somebody_or_is_what_others_are_made_of() -> None:
    files = [*(PROJECT_DIR / "models").rglob("*.sql"), *PROJECT_DIR.glob("macros/*.sql")]
    text = " ".join(path.read_text(encoding="utf-8") for path in files)
    models = {path.stem for path in files if "models" in path.parts}
    exposed = {model for name in exposures() for model in models_of(name)}

    assert models - set(re.findall(r"ref\('(\w+)'\)", text)) - exposed == set()
