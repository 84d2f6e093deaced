"""Columns of periods before they began and after they ended; and what cannot be read in a new form's cells."""

from pathlib import Path
from typing import Any

import pytest

from ingestion.definitions.catalogue import Catalogue
from ingestion.definitions.overlay import laid_over
from ingestion.reading import describe, read_file
from ingestion.records.submissions import Reading
from tests.support.own_forms import column, form
from tests.unit.reading.conftest import cover_page, form_page, write_xlsxwriter

OPEN_ENDS = {
    "ended": (
        {"to": "2018-12-31"},
        "chỉ cho các kỳ kết thúc đến hết 31/12/2018",
        "only in periods that end on 2018-12-31 or earlier",
    ),
    "begun": (
        {"from": "2020-01-01"},
        "chỉ cho các kỳ kết thúc từ 01/01/2020 trở đi",
        "only in periods that end on 2020-01-01 or later",
    ),
}
"""Columns of which one end is open, and how that reads."""

FORM = form(
    "B90",
    "lines",
    column("line_code", "code"),
    column("given"),
    column("later", effective={"from": "2019-06-30", "to": "2019-09-30"}),
    *(column(code, effective=time) for code, (time, *_) in OPEN_ENDS.items()),
    column("share", "percent", required=False),
    column("on_day", "date", required=False),
    column("rating", "code", required=False, choices=["YES", "NO"]),
    required_for={"DISTRICT": ["Q1", "6T", "9T", "N"]},
    lines=[{"column": "line_code", "members": [{"code": "L1", "label": {"vi": "Dòng", "en": "Line"}}]}],
)
INSIDE = {"2019-Q1": False, "2019-6T": True, "2019-9T": True, "2019-N": False}


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    return laid_over((FORM,))


def read(folder: Path, catalogue: Catalogue, period: str | None, row: dict[str, Any], **layout: Any) -> Reading:
    entries = {"reporting_org_code": "U1"} | ({"period_code": period} if period else {})
    described = catalogue.forms["B90"]
    columns = [c for c in described.columns if c.code in row or c.code not in ("later", *OPEN_ENDS)]
    page = form_page(described.with_columns(columns), [{"line_code": "L1", "given": 1} | row], **layout)
    path = write_xlsxwriter(folder / "b.xlsx", [cover_page(catalogue.cover, entries), page])
    return read_file(path, catalogue)


def told(reading: Reading) -> list[tuple[str, str]]:
    return [(problem.code, problem.cell) for problem in reading.problems]


@pytest.mark.parametrize(("period", "inside"), INSIDE.items())
@pytest.mark.parametrize("codes", [True, False])
def test_figures_in_a_column_are_read_in_its_time_and_refused_outside_it(
    tmp_path: Path, catalogue: Catalogue, period: str, inside: bool, codes: bool
) -> None:
    reading = read(tmp_path, catalogue, period, {"later": 5}, codes=codes)
    assert told(reading) == ([] if inside else [("R037", "C9")])
    assert reading.tables["B90"].rows[0].values["later"] == 5, "what was filed is kept whatever becomes of it"
    if not inside:
        text = describe(reading.problems[0])
        assert "không được thu thập trong kỳ báo cáo này" in text
        assert "30/06/2019" in text and "30/09/2019" in text


@pytest.mark.parametrize("code", OPEN_ENDS)
def test_a_time_with_an_open_end_is_told_in_words(tmp_path: Path, catalogue: Catalogue, code: str) -> None:
    reading = read(tmp_path, catalogue, "2019-N", {code: 5})
    assert [code for code, _ in told(reading)] == ["R037"]
    _, vi, en = OPEN_ENDS[code]
    assert vi in describe(reading.problems[0]) and en in describe(reading.problems[0], "en")


@pytest.mark.parametrize(("period", "inside"), INSIDE.items())
def test_a_column_is_missed_in_its_time_alone(
    tmp_path: Path, catalogue: Catalogue, period: str, inside: bool
) -> None:
    assert told(read(tmp_path, catalogue, period, {})) == ([("R030", "")] if inside else [])


def test_a_column_of_another_time_that_was_left_blank_does_no_harm(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    reading = read(tmp_path, catalogue, "2019-N", {"later": None})
    assert told(reading) == []
    assert "R103" not in [note.code for note in reading.notes], "nor is it called unknown"


def test_without_a_period_nobody_can_say_whether_a_column_is_missing(
    tmp_path: Path, catalogue: Catalogue
) -> None:
    assert ("R030", "") not in told(read(tmp_path, catalogue, None, {}))


def test_wrong_types_in_a_new_form_are_told_with_their_cells(tmp_path: Path, catalogue: Catalogue) -> None:
    row = {"line_code": "L9", "share": "nhiều", "on_day": "mai", "rating": "MAYBE"}
    reading = read(tmp_path, catalogue, "2019-N", row)
    assert {cell for _, cell in told(reading)} == {"A9", "C9", "D9", "E9"}
