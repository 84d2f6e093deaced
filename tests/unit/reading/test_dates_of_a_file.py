"""Day and month in a file as a whole: month first throughout is one finding, none is swapped in silence."""

from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest

from ingestion.records.stored import DateOrder, date_order
from ingestion.records.submissions import Mark, Problem, Reading

WRITERS = ["openpyxl.xlsx", "xlwt.xls", "odfpy.ods", "csv"]


def read(make: Any, folder: Path, writer: str, days: list[Any], cover: dict[str, Any] | None = None) -> Reading:
    """Write B08 with these dates of completion, and a cover with others, and read it."""
    form = make.catalogue.forms["B08"]
    rows = [
        {"line_code": f"HT{i:02}", "document_code": "CT35-BCT-K12", "done_count": 1, "completed_on": day}
        for i, day in enumerate(days, start=1)
    ]
    entries = {"reporting_org_code": "DB-MN", "period_code": "2019-N"} | (cover or {})
    pages = [make.cover(make.catalogue.cover, entries), make.form(form, rows)]
    if writer == "csv":
        return make.read(make.csvs(folder / "set", pages))
    return make.read(make.writers[writer](folder / f"f.{writer.rpartition('.')[2]}", pages))


def days(reading: Reading) -> list[Any]:
    return [row.values["completed_on"] for row in reading.tables["B08"].rows]


def problems(reading: Reading) -> list[Problem]:
    return [problem for problem in reading.problems if problem.code in ("R043", "R089", "R091")]


@pytest.mark.parametrize("writer", WRITERS)
def test_month_first_throughout_is_one_finding_and_nothing_is_swapped(
    writer: str, make: Any, tmp_path: Path
) -> None:
    reading = read(
        make, tmp_path, writer, ["11/06/2019", "10/17/2019", "04/09/2019"], {"period_end": "12/31/2019"}
    )
    (problem,) = problems(reading)
    assert (problem.code, problem.value, problem.details["count"]) == ("R089", "12/31/2019", "4")
    assert problem.sheet == "B00"
    assert days(reading) == [None, None, None]
    assert {row.marks["completed_on"] for row in reading.tables["B08"].rows} == {Mark.INVALID}
    assert reading.cover is not None
    assert reading.cover.values["period_end"] is None
    assert reading.conversions["date_text"] == 0


def test_the_same_day_in_both_orders_is_read(make: Any, tmp_path: Path) -> None:
    reading = read(
        make, tmp_path, "openpyxl.xlsx", ["05/05/2019", "10/17/2019"], {"period_start": "01/01/2019"}
    )
    assert days(reading) == [date(2019, 5, 5), None]
    assert reading.cover is not None
    assert reading.cover.values["period_start"] == date(2019, 1, 1)
    assert [problem.code for problem in problems(reading)] == ["R089"]


@pytest.mark.parametrize("texts", [["04/09/2019", "03/02/2019"], ["17/10/2019", "04/09/2019"]])
def test_without_evidence_of_the_month_first_days_go_first(texts: list[str], make: Any, tmp_path: Path) -> None:
    reading = read(make, tmp_path, "csv", texts)
    assert problems(reading) == []
    assert days(reading) == [datetime.strptime(text, "%d/%m/%Y").date() for text in texts]  # noqa: DTZ007


def test_where_both_orders_stand_each_date_that_may_be_either_is_a_finding_too(
    make: Any, tmp_path: Path
) -> None:
    reading = read(make, tmp_path, "csv", ["17/10/2019", "10/17/2019", "04/09/2019", "12/30/2019", "6/6/2019"])
    assert {(problem.code, problem.cell) for problem in problems(reading)} == {
        ("R043", "G10"),
        ("R043", "G12"),
        ("R091", "G11"),
    }
    assert days(reading) == [date(2019, 10, 17), None, None, None, date(2019, 6, 6)]
    assert reading.tables["B08"].rows[2].marks["completed_on"] is Mark.INVALID


@pytest.mark.parametrize("writer", WRITERS)
def test_a_sheet_written_month_first_is_one_finding_beside_a_cover_with_days_first(
    writer: str, make: Any, tmp_path: Path
) -> None:
    texts = ["11/06/2019", "10/04/2019", "11/07/2019", "10/17/2019"]
    reading = read(make, tmp_path, writer, texts, {"period_end": "31/12/2019", "prepared_on": "05/01/2020"})
    (problem,) = problems(reading)
    assert (problem.code, problem.sheet, problem.cell) == ("R089", "B08", "G12")
    assert (problem.details["count"], problem.details["sheets"]) == ("4", "B08")
    assert days(reading) == [None] * 4
    assert reading.cover is not None
    assert reading.cover.values["period_end"] == date(2019, 12, 31)
    assert reading.cover.values["prepared_on"] == date(2020, 1, 5)


def test_a_sheet_with_days_first_stands_beside_a_cover_written_month_first(make: Any, tmp_path: Path) -> None:
    reading = read(
        make,
        tmp_path,
        "openpyxl.xlsx",
        ["17/10/2019", "04/09/2019"],
        {"period_end": "12/31/2019", "prepared_on": "1/5/2020"},
    )
    assert [(problem.code, problem.sheet) for problem in problems(reading)] == [("R089", "B00")]
    assert days(reading) == [date(2019, 10, 17), date(2019, 9, 4)]
    assert reading.cover is not None
    assert reading.cover.values["prepared_on"] is None


def test_the_cover_of_a_file_with_both_orders_has_dates_that_nobody_can_tell(make: Any, tmp_path: Path) -> None:
    reading = read(make, tmp_path, "openpyxl.xlsx", ["17/10/2019", "10/17/2019"], {"prepared_on": "1/5/2020"})
    (doubtful,) = [problem for problem in problems(reading) if problem.code == "R091"]
    assert (doubtful.sheet, doubtful.value) == ("B00", "1/5/2020")
    assert (doubtful.details["other"], doubtful.details["other_text"]) == ("B08!G10", "10/17/2019")
    assert reading.cover is not None
    assert reading.cover.values["prepared_on"] is None


def test_a_short_year_that_is_the_same_in_both_orders_has_no_finding_of_its_own(
    make: Any, tmp_path: Path
) -> None:
    reading = read(make, tmp_path, "csv", ["01/01/19", "10/17/19", "4/9/19"])
    (problem,) = problems(reading)
    assert (problem.code, problem.details["count"]) == ("R089", "3")
    assert days(reading) == [None, None, None]


def test_short_years_and_hours_are_evidence_too_and_still_no_dates(make: Any, tmp_path: Path) -> None:
    reading = read(make, tmp_path, "csv", ["10/17/19", "4/9/19", "12/31/2019 12:00:00 AM"])
    (problem,) = problems(reading)
    assert (problem.code, problem.value, problem.details["count"]) == ("R089", "10/17/19", "3")
    assert days(reading) == [None, None, None]


def test_dates_that_are_stored_as_dates_have_no_order(make: Any, tmp_path: Path) -> None:
    form = make.catalogue.forms["B08"]
    row = {
        "line_code": "HT01",
        "document_code": "CT35-BCT-K12",
        "done_count": 1,
        "completed_on": date(2019, 9, 4),
    }
    page = make.form(form, [row])
    page.formats[9, list(form.by_code).index("completed_on") + 1] = "mm/dd/yyyy"
    reading = make.read(make.openpyxl(tmp_path / "f.xlsx", [page]))
    assert problems(reading) == []
    assert days(reading) == [date(2019, 9, 4)]


def test_other_broken_dates_of_such_a_file_stay_findings_of_their_own(make: Any, tmp_path: Path) -> None:
    reading = read(make, tmp_path, "csv", ["10/17/2019", "quý IV", "45/45/2019"])
    assert [(problem.code, problem.value) for problem in problems(reading)] == [
        ("R043", "quý IV"),
        ("R043", "45/45/2019"),
        ("R089", "10/17/2019"),
    ]


@pytest.mark.parametrize(
    ("text", "order"),
    [
        ("31/12/2019", DateOrder.DAY_FIRST),
        ("12/31/2019", DateOrder.MONTH_FIRST),
        ("12-31-2019", DateOrder.MONTH_FIRST),
        ("12.31.19", DateOrder.MONTH_FIRST),
        ("'12/31/2019", DateOrder.MONTH_FIRST),
        ("12/31/2019 8:30 PM", DateOrder.MONTH_FIRST),
        ("4/9/2019", DateOrder.EITHER),
        ("9/9/2019", DateOrder.SAME),
        ("13/13/2019", None),
        ("12/32/2019", None),
        ("0/5/2019", None),
        ("2019-12-31", None),
        ("10/17", None),
        ("ngày 31 tháng 12 năm 2019", None),
        ("Số 5, 12/31/2019", None),
    ],
)
def test_what_a_text_says_of_the_order(text: str, order: DateOrder | None) -> None:
    assert date_order(text) is order


@pytest.mark.parametrize("writer", ["openpyxl.xlsx", "xlwt.xls", "odfpy.ods"])
@pytest.mark.parametrize("day", [date(2101, 1, 1), date(2150, 6, 30)])
def test_a_stored_date_beyond_any_report_is_a_finding(
    writer: str, day: date, make: Any, tmp_path: Path
) -> None:
    reading = read(make, tmp_path, writer, [day, date(2019, 12, 31)], {"prepared_on": day})
    assert [(problem.code, problem.sheet) for problem in problems(reading)] == [
        ("R043", "B00"),
        ("R043", "B08"),
    ]
    assert days(reading) == [None, date(2019, 12, 31)]


@pytest.mark.parametrize("day", [date(1899, 12, 30), date(207, 1, 5), date(1899, 12, 31)])
def test_a_date_from_before_all_reports_is_a_finding(day: date, make: Any, tmp_path: Path) -> None:
    reading = read(make, tmp_path, "odfpy.ods", [day])
    (problem,) = problems(reading)
    assert (problem.code, problem.cell) == ("R043", "G9")
    assert days(reading) == [None]


@pytest.mark.parametrize("day", [date(1900, 1, 1), date(2100, 12, 31)])
def test_the_first_and_the_last_day_that_a_report_may_hold(day: date, make: Any, tmp_path: Path) -> None:
    assert days(read(make, tmp_path, "odfpy.ods", [day])) == [day]


@pytest.mark.parametrize(
    "text",
    ["31/12/1899", "1/1/2101", "1/2/20019", "1/2/0207", "1/2/207", "30/3/16", "2101-01-01", "0", "60", "99999"],
)
@pytest.mark.parametrize("writer", ["openpyxl.xlsx", "csv"])
def test_a_typed_date_beyond_any_report_is_a_finding(text: str, writer: str, make: Any, tmp_path: Path) -> None:
    reading = read(make, tmp_path, writer, [text])
    assert [problem.code for problem in problems(reading)] == ["R043"]
    assert days(reading) == [None]
