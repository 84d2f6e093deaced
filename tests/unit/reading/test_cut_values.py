"""What was left out between two letters or digits leaves no value, and a total row hides nothing."""

from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from ingestion.definitions.catalogue import Catalogue
from ingestion.records.cells import column_letter
from ingestion.records.submissions import Mark, Reading


class Pieces(tuple[str, ...]):
    """A text of which every second piece is struck through."""


def told(reading: Reading) -> list[tuple[str, str, str]]:
    return [(problem.code, problem.sheet, problem.cell) for problem in reading.problems if problem.cell]


def write(path: Path, sheets: dict[str, dict[str, Any]]) -> Path:
    book = xlsxwriter.Workbook(path)
    struck = book.add_format({"font_strikeout": True})
    for name, cells in sheets.items():
        sheet = book.add_worksheet(name)
        for place, value in cells.items():
            if isinstance(value, Pieces):
                pieces: list[Any] = []
                for number, piece in enumerate(value):
                    pieces += [struck, piece] if number % 2 else [piece]
                sheet.write_rich_string(place, *pieces)
            elif isinstance(value, tuple):
                sheet.write(place, value[0], struck)
            else:
                sheet.write(place, value)
    book.close()
    return path


def table(catalogue: Catalogue, form: str, rows: dict[int, dict[str, Any]]) -> dict[str, Any]:
    """Lay out a form by its codes alone, with rows by number and values by code."""
    columns = catalogue.forms[form].columns
    letters = {column.code: column_letter(place) for place, column in enumerate(columns, start=1)}
    found: dict[str, Any] = {f"{letter}5": code for code, letter in letters.items()}
    for number, row in rows.items():
        found |= {f"{letters[code]}{number}": value for code, value in row.items()}
    return found


@pytest.mark.parametrize("key", [Pieces(("DB-MN-0", "9", "1")), "DB²MN-01"])
def test_a_key_with_something_left_out_inside_is_a_finding_and_no_other_code(
    key: object, catalogue: Catalogue, make: Any, tmp_path: Path
) -> None:
    cells = table(catalogue, "B01", {9: {"org_code": key, "opening_members": 5}})
    reading = make.read(write(tmp_path / "f.xlsx", {"B01": cells}))
    assert ("R064", "B01", "A9") in told(reading)
    assert "R041" not in {code for code, _, _ in told(reading)}  # figures beside no code at all
    assert not reading.tables["B01"].rows


def test_a_code_of_a_fixed_line_and_a_date_are_not_put_together(
    catalogue: Catalogue, make: Any, tmp_path: Path
) -> None:
    first = catalogue.forms["B03"].number_columns[0].code
    lines = table(catalogue, "B03", {9: {"line_code": Pieces(("TC", "1", "02")), first: 4}})
    row = {
        "line_code": "HT01",
        "document_code": Pieces(("CT", "5", "35-BCT")),
        "population": 4,
        "completed_on": Pieces(("06/1", "2", "1/2019")),
    }
    dated = table(catalogue, "B08", {9: row})
    reading = make.read(write(tmp_path / "f.xlsx", {"B03": lines, "B08": dated}))
    places = [(sheet, cell) for code, sheet, cell in told(reading) if code == "R064"]
    assert places == [("B03", "A9"), ("B08", "B9"), ("B08", "G9")]
    assert not reading.tables["B08"].rows  # its code is part of its key
    assert not reading.text_dates


def test_a_unit_and_a_period_on_the_cover_are_never_put_together(
    catalogue: Catalogue, make: Any, tmp_path: Path
) -> None:
    entries = {
        "A5": "reporting_org_code",
        "B5": "Mã đơn vị",
        "C5": Pieces(("DB", "5", "MN")),
        "A6": "period_code",
        "B6": "Kỳ",
        "C6": Pieces(("20", "5", "19-6T")),
        "A7": "prepared_on",
        "B7": "Ngày lập",
        "C7": "05/07/2019",
    }
    rows = table(catalogue, "B01", {9: {"org_code": "DB-MN-01", "opening_members": 5}})
    reading = make.read(write(tmp_path / "f.xlsx", {"B00": entries, "B01": rows}))
    assert reading.cover is not None
    assert reading.cover.reporting_org_code is None and reading.cover.period is None
    cover = [(code, cell) for code, sheet, cell in told(reading) if sheet == "B00"]
    assert cover == [("R064", "C5"), ("R064", "C6")]


def test_a_mark_behind_the_period_is_left_out_and_told(catalogue: Catalogue, make: Any, tmp_path: Path) -> None:
    entries = {"A5": "reporting_org_code", "B5": "Mã", "C5": "DB-MN", "A6": "period_code", "B6": "Kỳ"}
    entries["C6"] = "2019-6T²"
    rows = table(catalogue, "B01", {9: {"org_code": "DB-MN-01", "opening_members": 5}})
    reading = make.read(write(tmp_path / "f.xlsx", {"B00": entries, "B01": rows}))
    assert reading.cover is not None and str(reading.cover.period) == "2019-6T"
    assert ("R140", "C6") in [(note.code, note.cell) for note in reading.notes]


def test_what_is_unclear_or_left_out_in_a_total_row_is_told_once(
    catalogue: Catalogue, make: Any, tmp_path: Path
) -> None:
    rows: dict[int, dict[str, Any]] = {
        9: {"org_code": "DB-MN-01", "opening_members": 5, "in_admitted": 2},
        10: {"org_name": "Tổng cộng", "opening_members": ("5",), "in_admitted": "2²"},
    }
    cells = table(catalogue, "B01", rows)
    reading = make.read(write(tmp_path / "f.xlsx", {"B01": cells}))
    total = reading.tables["B01"].total
    assert total is not None
    assert total.marks["opening_members"] is Mark.INVALID
    assert "opening_members" not in total.texts  # so that the gate does not call it wrong once more
    assert total.values["in_admitted"] == 2
    assert [(code, cell[-2:]) for code, _, cell in told(reading)] == [("R064", "10")]
    assert [note.cell[-2:] for note in reading.notes if note.code == "R140"] == ["10"]
