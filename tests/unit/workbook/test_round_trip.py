"""What the writer writes is what the reader reads, cell by cell."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ingestion.definitions.catalogue import load_catalogue
from ingestion.definitions.forms import Column
from ingestion.definitions.registry_rows import Organisation
from ingestion.reading import read_file
from ingestion.records.periods import Period
from ingestion.records.submissions import Explanation, FormTable, Mark
from ingestion.workbook import NOT_APPLICABLE, write_workbook

CATALOGUE = load_catalogue()
FORMS = CATALOGUE.on(Period.parse("2019-N").end).forms
UNIT = Organisation(
    org_code="KA", org_name="Đảng ủy Khối A", org_kind="BLOC", files_reports=True, valid_from=date(2005, 1, 1)
)
WORDS = st.text(alphabet="aăâbcdđeêghiklmnoôơpqrstuưvxy", min_size=2, max_size=12)


def values(column: Column) -> st.SearchStrategy[Any]:
    """Draw what a clerk may file in a column."""
    if column.type == "int":
        return st.one_of(st.none(), st.integers(0, 10**9), st.just(NOT_APPLICABLE))
    if column.type in ("decimal", "percent"):
        return st.one_of(st.none(), st.integers(0, 10**6).map(lambda n: n / 100))
    if column.type == "date":
        return st.one_of(st.none(), st.dates(date(2000, 1, 1), date(2030, 12, 31)))
    if column.choices:
        return st.one_of(st.none(), st.sampled_from(column.choices))
    return st.one_of(st.none(), WORDS)


@st.composite
def rows(draw: st.DrawFn, form: str) -> list[dict[str, Any]]:
    """Draw rows of a form whose keys are the fixed lines, or codes that begin with zeros."""
    declared = FORMS[form]
    drawn = []
    for number in range(draw(st.integers(1, 4))):
        row = {c.code: draw(values(c)) for c in declared.columns}
        for key in declared.key:
            members = list(declared.line_members.get(key, ()))
            row[key] = members[number % len(members)] if members else f"{number:03d}"
        drawn.append(row)
    return drawn


def written(tmp_path: Path, form: str, filed: list[dict[str, Any]], **changes: Any) -> Path:
    path = tmp_path / "f.xlsx"
    period = Period.parse("2019-N")
    days = period.days_by_code
    write_workbook(path, CATALOGUE, UNIT, period, {form: filed}, days=days, cover={}, **changes)
    return path


def read(path: Path, form: str) -> FormTable:
    reading = read_file(path, CATALOGUE)
    assert reading.problems == []
    return reading.tables[form]


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@pytest.mark.parametrize("form", list(FORMS))
@given(data=st.data())
def test_every_cell_comes_back_where_it_was_written(tmp_path: Path, form: str, data: st.DataObject) -> None:
    filed = data.draw(rows(form))
    table = read(written(tmp_path, form, filed), form)
    assert [row.number for row in table.rows] == list(range(9, 9 + len(filed)))
    for expected, row in zip(filed, table.rows, strict=True):
        for column in FORMS[form].columns:
            value = expected[column.code]
            if value is NOT_APPLICABLE:
                assert (row.values[column.code], row.marks[column.code]) == (None, Mark.NOT_APPLICABLE)
            else:
                assert row.values[column.code] == value
                assert type(row.values[column.code]) is type(value) or column.type in ("decimal", "percent")


def test_the_total_row_is_read_as_the_total_and_not_as_an_organisation(tmp_path: Path) -> None:
    filed = [{"org_code": "01", "opening_members": 7}, {"org_code": "02", "opening_members": 5}]
    table = read(written(tmp_path, "B01", filed), "B01")
    assert len(table.rows) == 2
    assert table.total is not None
    assert table.total.values["opening_members"] == 12


def test_cover_and_explanations_come_back(tmp_path: Path) -> None:
    explanation = Explanation("V019", "B01", "C9", "Chi bộ mới thành lập", 7)
    path = written(
        tmp_path,
        "B01",
        [{"org_code": "01"}],
        explanations=[explanation],
    )
    reading = read_file(path, CATALOGUE)
    assert reading.cover is not None
    assert (reading.cover.reporting_org_code, reading.cover.period) == ("KA", Period.parse("2019-N"))
    assert reading.cover.values["period_end"] == date(2019, 12, 31)
    assert reading.explanations == [explanation]


def test_a_form_without_rows_is_read_as_an_empty_table(tmp_path: Path) -> None:
    assert read(written(tmp_path, "B09", []), "B09").rows == []
