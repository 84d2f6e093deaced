"""The same content gives the same reading, whatever it was filed as."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from ingestion.records.submissions import Reading
from ingestion.storage.archives import pack_folder


def content(make: Any) -> list[Any]:
    """Every form with numbers, texts, dates, percents, zeros in words, blanks and a total."""
    forms = make.catalogue.forms
    pages = [
        make.cover(
            make.catalogue.cover,
            {
                "reporting_org_code": "DB-MN",
                "period_code": "2019-6T",
                "period_basis": "CUMULATIVE",
                "revision_no": 2,
                "prepared_on": date(2020, 1, 5),
            },
        )
    ]
    for form in forms.values():
        rows: list[dict[str, Any]] = []
        for number in range(3):
            row: dict[str, Any] = {c.code: 1000 * number + i for i, c in enumerate(form.number_columns)}
            row |= {c.code: c.choices[number] for c in form.columns if c.choices}
            row |= {s.column: s.members[number].code for s in form.lines}
            row |= {"org_code": f"DB-MN-{number:02}", "org_name": "Đảng bộ xã Huổi Lếch", "document_code": "–"}
            row |= {
                "indicator_code": "admissions",
                "unit_code": "PERSON",
                "completed_on": date(2019, 5, number + 1),
            }
            row |= {"pct_of_base": 20.5, "target_min": 12.25, "note": "ghi chú: 5%" if number else None}
            rows.append(row)
        rows[0][form.number_columns[0].code] = None
        rows[1][form.number_columns[1].code] = "-"
        rows[2][form.number_columns[1].code] = "x"
        rows[1][form.number_columns[0].code] = "1.252"
        if form.rows == "organisations":
            rows.append({"org_code": "Tổng cộng"} | {c.code: 3000 for c in form.number_columns})
        pages.append(make.form(form, rows))
    explanations = make.Page("Giai_trinh")
    explanations.add_row(5, ["rule", "sheet", "cell", "text"])
    explanations.add_row(7, ["V010", "B01", "C9", "Đơn vị mới thành lập"])
    return [*pages, explanations]


def essence(reading: Reading) -> dict[str, Any]:
    """Give what must not depend on how the content was filed; texts differ, since a CSV has text alone."""
    assert reading.cover is not None
    return {
        "cover": reading.cover,
        "explanations": reading.explanations,
        "problems": reading.problems,
        "tables": {
            code: (table.columns, [(r.number, r.values, r.marks) for r in (*table.rows, table.total) if r])
            for code, table in reading.tables.items()
        },
    }


@pytest.fixture(scope="module")
def expected(make: Any, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    path = make.xlsxwriter(tmp_path_factory.mktemp("expected") / "f.xlsx", content(make))
    reading = make.read(path)
    assert len(reading.tables) == len(make.catalogue.forms)
    assert all(len(table.rows) == 3 for table in reading.tables.values())
    assert reading.tables["B01"].total is not None
    assert reading.problems == []
    assert reading.notes == []
    return essence(reading)


@pytest.mark.parametrize("writer", ["openpyxl.xlsx", "xlwt.xls", "odfpy.ods"])
def test_workbooks(writer: str, make: Any, expected: dict[str, Any], tmp_path: Path) -> None:
    path = make.writers[writer](tmp_path / f"f.{writer.rpartition('.')[2]}", content(make))
    assert essence(make.read(path)) == expected


@pytest.mark.parametrize("extension", ["xlsx", "xls", "ods"])
def test_workbooks_of_libreoffice(
    extension: str, make: Any, expected: dict[str, Any], tmp_path: Path, convert: Callable[[Path, str], Path]
) -> None:
    path = convert(make.xlsxwriter(tmp_path / "f.xlsx", content(make)), extension)
    assert essence(make.read(path)) == expected


@pytest.mark.parametrize(
    ("delimiter", "encoding"), [(",", "utf-8"), (";", "utf-8-sig"), ("\t", "utf-16"), (",", "utf-16")]
)
def test_csv_folders_and_archives(
    delimiter: str, encoding: str, make: Any, expected: dict[str, Any], tmp_path: Path
) -> None:
    folder = make.csvs(tmp_path / "set", content(make), delimiter=delimiter, encoding=encoding)
    assert essence(make.read(folder)) == expected
    (tmp_path / "set.zip").write_bytes(pack_folder(folder))
    assert essence(make.read(tmp_path / "set.zip")) == expected
