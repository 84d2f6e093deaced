"""Figures of a form of which the demo knows nothing: sound by the nature of its columns, and for the guide."""

import itertools
import re

import yaml

from demo.plain import plain_rows
from ingestion.definitions.forms import Form
from ingestion.records.periods import Period
from tests.support import guide

KEYS = [{"org_code": f"K-{number:03}"} for number in range(200)]
YEARS, QUARTERS = range(2016, 2021), range(1, 5)
STOCK = {
    "code": "B91",
    "sheet": "B91",
    "title": {"vi": "Biểu 91", "en": "Form 91"},
    "grain": "one row per grassroots organisation",
    "rows": "organisations",
    "key": ["org_code"],
    "required_for": {"DISTRICT": ["N"]},
    "columns": [
        {"code": "org_code", "label": {"vi": "Mã", "en": "Code"}, "type": "code", "required": True},
        *(
            {
                "code": code,
                "label": {"vi": code, "en": code},
                "type": "int",
                "unit": "ORGANISATION",
                "required": True,
                **more,
            }
            for code, more in (
                ("opening", {"nature": "opening", "closing": "closing"}),
                ("late", {"nature": "stock", "effective": {"from": "2018-01-01"}}),
                ("closing", {"nature": "stock"}),
                ("part", {"nature": "stock"}),
            )
        ),
    ],
}


def in_year(form: Form, year: int, quarter: int = 4) -> list[dict[str, object]]:
    return [*plain_rows(form.on(Period.parse(f"{year}-N").end), KEYS, (), year, quarter)]


def test_the_form_of_the_guide_is_filed_without_breaking_the_rule_of_the_guide() -> None:
    files = {place.split("/")[1]: yaml.safe_load(text) for place, text in guide.shown().items()}
    (rule,) = files["rules"]["rules"]
    form = Form.model_validate(files["forms"])
    smaller, larger = re.fullmatch(r"(\w+) <= (\w+)", rule["clauses"][0]["holds"]).groups()
    rows = [row for year in YEARS for quarter in QUARTERS for row in in_year(form, year, quarter)]

    assert len({row[larger] for row in rows}) > 5, "they are drawn, not all the same"
    assert any(row[smaller] for row in rows)
    assert [row for row in rows if row[smaller] > row[larger]] == []


def test_flows_grow_from_quarter_to_quarter() -> None:
    form = Form.model_validate(yaml.safe_load(guide.shown()["registry/forms/B90.yml"]))
    quarters = [in_year(form, 2020, quarter) for quarter in QUARTERS]

    for earlier, later in itertools.pairwise(quarters):
        for before, after in zip(earlier, later, strict=True):
            assert all(before[code] <= after[code] for code in ("badges_30", "badges_40", "badges_55"))


def test_an_opening_is_the_closing_of_the_year_before_also_where_a_column_comes_between() -> None:
    form = Form.model_validate(STOCK)
    closings = {year: [row["closing"] for row in in_year(form, year)] for year in YEARS}

    for year in [*YEARS][1:]:
        assert [row["opening"] for row in in_year(form, year)] == closings[year - 1]
        assert all(row["part"] <= row["closing"] for row in in_year(form, year))
