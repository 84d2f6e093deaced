"""Models of forms: what dbt reads of a form is written from it, for the product's forms and for an office's."""

from datetime import UTC, datetime
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
import yaml

from ingestion.bronze.form_models import form_models
from ingestion.definitions.catalogue import Catalogue, OwnFile, load_catalogue
from ingestion.definitions.overlay import laid_over
from ingestion.storage.home import Home
from orchestration import dbt, moment, tokens
from orchestration.project import project_now, project_of
from orchestration.warehouse import PROJECT_DIR, project_fingerprint

VISITS = """
code: B91
sheet: B91
title: {vi: Biểu 91, en: "Form 91 {{ visits }}"}
grain: one row per kind of case and day
rows: organisations
key: [org_code, day]
required_for: {DISTRICT: [N]}
columns:
- {code: org_code, label: {vi: Mã, en: Code}, type: code, required: true}
- {code: day, label: {vi: Ngày, en: Day}, type: date, required: true}
- {code: name, label: {vi: Tên, en: Name}, type: text, required: false}
- {code: order, label: {vi: Việc, en: "{Cases}"}, type: int, unit: VISIT, nature: flow, required: true}
- {code: kept, label: {vi: Giữ, en: Kept}, type: decimal, unit: VISIT, nature: flow, required: true}
- {code: kept_in_quarter, label: {vi: Quý, en: Quarter}, type: int, unit: VISIT, nature: stock, required: true}
- {code: rate, label: {vi: Tỷ lệ, en: Rate}, type: percent, unit: PERCENT, required: false}
"""


def own(text: str = VISITS) -> Catalogue:
    return laid_over((OwnFile("forms", "B91.yml", text),))


def facts() -> dict[str, Any]:
    text = form_models([own().forms["B91"]])["models/marts/forms/_fct_own_b91.yml"]
    (model,) = yaml.safe_load(text)["models"]
    return dict(model)


def test_an_offices_form_has_a_model_of_its_rows_and_one_of_its_facts() -> None:
    files = form_models([own().forms["B91"]])
    staging, marts = "models/staging/forms", "models/marts/forms"

    assert set(files) == {
        *(f"{staging}/stg_own_b91.sql", f"{staging}/_stg_own_b91.yml"),
        *(f"{marts}/fct_own_b91.sql", f"{marts}/_fct_own_b91.yml"),
    }
    assert files[f"{marts}/fct_own_b91.sql"] == "{{ wide_fact('B91', ref('stg_own_b91')) }}\n"
    columns = {column["name"]: column["data_type"] for column in facts()["columns"]}
    assert columns == {
        **dict.fromkeys(("reporting_org_code", "period_code", "org_code"), "varchar"),
        **{"day": "date", "submission_id": "varchar", "order": "bigint", "kept": "double"},
        # words for a reader are left out, and so is a quarter whose name a column has
        **{"kept_in_quarter": "bigint", "rate": "double", "order_in_quarter": "bigint"},
    }
    quoted = {column["name"] for column in facts()["columns"] if column.get("quote")}
    assert quoted == {"day", "order", "kept", "kept_in_quarter", "rate", "order_in_quarter"}
    (filed,) = yaml.safe_load(files[f"{staging}/_stg_own_b91.yml"])["models"]
    assert [column["name"] for column in filed["columns"]][-7:] == list(own().forms["B91"].by_code)


def test_what_is_never_missing_of_a_key_is_demanded_and_known_codes_are_held() -> None:
    columns = facts()["columns"]
    known = {
        column["name"]: test["relationships"]["arguments"]["to"]
        for column in columns
        for test in column.get("data_tests", ())
    }

    demanded = {column["name"] for column in columns if column.get("constraints")}
    assert demanded == {"reporting_org_code", "period_code", "org_code", "submission_id"}
    organisations = "ref('dim_organisation')"
    assert known == {
        **{"reporting_org_code": organisations, "org_code": organisations},
        "period_code": "ref('dim_period')",
    }
    (unique,) = facts()["data_tests"]
    assert unique["unique_combination_of_columns"]["arguments"] == {
        "combination_of_columns": ["reporting_org_code", "period_code", "org_code", "day"],
        "quote_columns": True,
    }


def test_braces_of_a_label_are_nothing_that_dbt_fills_in() -> None:
    files = {place: text for place, text in form_models([own().forms["B91"]]).items() if place.endswith(".yml")}

    assert all("{{" not in text and "{Cases" not in text for text in files.values())


def test_an_offices_copy_of_a_form_of_the_product_takes_no_table_of_the_product() -> None:
    copied = own(VISITS.replace("sheet: B91", "sheet: B91\ntable: membership")).forms["B91"]

    assert (copied.filed_table, copied.fact_table) == ("stg_own_b91", "fct_own_b91")


def test_the_project_is_the_installed_one_where_an_office_has_no_forms(tmp_path: Path) -> None:
    home = Home(tmp_path)

    assert project_of(load_catalogue(), home) == PROJECT_DIR
    assert not home.build.exists()


def test_a_copy_of_the_project_has_the_offices_models_and_is_made_once_for_its_forms(tmp_path: Path) -> None:
    home = Home(tmp_path)
    project = project_of(own(), home)
    made = (project / "dbt_project.yml").stat().st_ino

    assert project_of(own(), home) == project and (project / "dbt_project.yml").stat().st_ino == made
    there = {path.relative_to(project).as_posix() for path in project.rglob("*") if path.is_file()}
    assert set(form_models([own().forms["B91"]])) <= there
    assert {path.relative_to(PROJECT_DIR).as_posix() for path in (PROJECT_DIR / "models").rglob("*.*")} <= there
    assert not any(place.startswith(("target", "logs")) for place in there)
    assert project_fingerprint(project) != project_fingerprint(PROJECT_DIR)
    other = project_of(own(VISITS.replace("code: kept,", "code: held,")), home)
    assert other != project and not project.exists(), "projects of forms that are gone pile up"


def test_forms_that_cannot_be_read_leave_the_installed_project(tmp_path: Path) -> None:
    home = Home(tmp_path)
    (home.registry / "forms").mkdir(parents=True)
    (home.registry / "forms" / "B91.yml").write_text("code: [", encoding="utf-8")

    assert project_now(home) == PROJECT_DIR


def test_a_warehouse_is_built_by_models_of_the_forms_of_its_moment_or_not_at_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home(tmp_path)
    taken = moment.taken(home)
    (taken.registry / "forms").mkdir(parents=True)
    (taken.registry / "forms" / "B91.yml").write_text(VISITS, encoding="utf-8")
    at = datetime(2021, 1, 1, tzinfo=UTC)
    monkeypatch.setattr(moment, "read", lambda place: moment.Moment("run", at, at, ()))
    build: Any = SimpleNamespace(context=SimpleNamespace(run_id="run"))

    with pytest.raises(tokens.TokenError, match="Reload"):
        next(dbt._whole(build, home, PROJECT_DIR))
