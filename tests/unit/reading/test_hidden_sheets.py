"""A hidden sheet is read only in want of a visible one, by whatever sign either is known."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ingestion.definitions.catalogue import Catalogue

ORGANISATIONS = [{"org_code": f"DB-MN-{i:02}", "closing_members": i} for i in range(1, 4)]
OLD = [{"org_code": "DB-MN-09", "closing_members": 9}]
ENTRIES = {"reporting_org_code": "DB-MN", "period_code": "2019-6T"}

Shown = Callable[[Any, Any], Any]


def by_labels(make: Any, form: Any) -> Any:
    return make.form(form, ORGANISATIONS, codes=False, name="Trang mới")


def by_number(make: Any, form: Any) -> Any:
    return make.form(form, ORGANISATIONS, codes=False, name="Biểu 1")


def by_codes(make: Any, form: Any) -> Any:
    return make.form(form, ORGANISATIONS, labels=False, name="Trang mới")


@pytest.mark.parametrize("shown", [by_labels, by_number, by_codes])
@pytest.mark.parametrize("writer", ["openpyxl.xlsx", "xlwt.xls", "odfpy.ods"])
def test_a_visible_sheet_is_read_whatever_the_hidden_one_is_called(
    writer: str, shown: Shown, make: Any, catalogue: Catalogue, tmp_path: Path
) -> None:
    form = catalogue.forms["B01"]
    hidden = make.form(form, OLD, name="B01")
    hidden.hidden = True
    pages = [hidden, make.cover(catalogue.cover, ENTRIES), shown(make, form)]
    path = make.writers[writer](tmp_path / f"f.{writer.rpartition('.')[2]}", pages)
    reading = make.read(path)
    assert [row.values["org_code"] for row in reading.tables["B01"].rows] == [
        row["org_code"] for row in ORGANISATIONS
    ]
    assert [(note.code, note.sheet) for note in reading.notes if note.code in ("R101", "R102")] == [
        ("R101", "B01")
    ]


def test_a_visible_sheet_without_its_columns_is_not_replaced_by_a_hidden_one(
    make: Any, catalogue: Catalogue, tmp_path: Path
) -> None:
    hidden = make.form(catalogue.forms["B01"], OLD, name="B01 (2)")
    hidden.hidden = True
    empty = make.Page("B01", {(1, 1): "Xem trang bên"})
    reading = make.read(make.openpyxl(tmp_path / "f.xlsx", [empty, hidden]))
    assert "B01" not in reading.tables
    assert ("R034", "B01") in [(problem.code, problem.sheet) for problem in reading.problems]


def test_of_several_hidden_sheets_the_surest_is_read_and_named(
    make: Any, catalogue: Catalogue, tmp_path: Path
) -> None:
    pages = [make.cover(catalogue.cover, ENTRIES)]
    for name, rows in (("kỳ trước", OLD), ("B01", ORGANISATIONS), ("B01 cũ", OLD)):
        pages.append(make.form(catalogue.forms["B01"], rows, name=name))
        pages[-1].hidden = True
    reading = make.read(make.openpyxl(tmp_path / "f.xlsx", pages))
    assert len(reading.tables["B01"].rows) == 3
    assert sorted((note.code, note.sheet) for note in reading.notes if note.code in ("R101", "R102")) == [
        ("R101", "B01 cũ"),
        ("R101", "kỳ trước"),
        ("R102", "B01"),
    ]


@pytest.mark.parametrize("name", ["Bìa", "Cover"])
def test_a_visible_cover_is_read_before_a_hidden_one(
    name: str, make: Any, catalogue: Catalogue, tmp_path: Path
) -> None:
    old = make.cover(catalogue.cover, ENTRIES | {"period_code": "2018-6T"}, name="B00")
    old.hidden = True
    shown = make.cover(catalogue.cover, ENTRIES, name=name)
    reading = make.read(make.openpyxl(tmp_path / "f.xlsx", [old, shown]))
    assert reading.cover.values["period_code"] == "2019-6T"
    assert reading.cover.sheet == name


def test_visible_explanations_are_read_before_hidden_ones(
    make: Any, catalogue: Catalogue, tmp_path: Path
) -> None:
    pages = [make.form(catalogue.forms["B01"], ORGANISATIONS)]
    for name, text, hidden in (("Giai_trinh", "cũ", True), ("Giải trình", "mới", False)):
        page = make.Page(name, hidden=hidden)
        page.add_row(1, ["Mã quy tắc", "Biểu", "Ô", "Nội dung giải trình"])
        page.add_row(2, ["V011", "B01", "C9", text])
        pages.append(page)
    reading = make.read(make.openpyxl(tmp_path / "f.xlsx", pages))
    assert [explanation.text for explanation in reading.explanations] == ["mới"]
