"""A state folder with one reporting unit, and sound workbooks of it that take milliseconds to make."""

import csv
from collections.abc import Callable
from pathlib import Path

import openpyxl
from openpyxl.workbook import Workbook

from ingestion.definitions.catalogue import Catalogue, load_catalogue
from ingestion.definitions.registry import Registry, load_registry
from ingestion.records.periods import Period
from ingestion.records.submissions import CellInput
from ingestion.storage.home import Home
from ingestion.workbook.template import assigned_targets, blank_tables, reporting_unit
from ingestion.workbook.writer import write_workbook
from orchestration.state import write_example

UNIT = "VD-NX"
MEMBERS = 10
CODE_ROW, FIRST_ROW = 5, 9
"""Rows of a form's sheet: the hidden codes, and the first figures."""

Tables = dict[str, list[dict[str, CellInput]]]


def make_home(root: Path) -> Home:
    """Make a state folder whose only reporting unit has two party cells, and owes the years 2019 and 2020."""
    home = Home(root)
    write_example(home)
    kept = {UNIT: ("DISTRICT", ""), "VD-NX-04": ("GRASSROOTS", UNIT), "VD-SM-04": ("GRASSROOTS", UNIT)}
    path = home.registry / "organisations.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["org_code"] in kept]
    for row in rows:
        row["org_kind"], row["parent_code"] = kept[row["org_code"]]
        row["valid_from"] = "2005-01-01"
    _write(path, rows)
    path = home.registry / "calendar.csv"
    with path.open(encoding="utf-8", newline="") as file:
        _write(path, [row for row in csv.DictReader(file) if row["period_code"] in ("2019-N", "2020-N")])
    for name in ("targets", "contacts"):
        (home.registry / f"{name}.csv").unlink()
    return home


def _write(path: Path, rows: list[dict[str, str]]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, rows[0].keys())
        writer.writeheader()
        writer.writerows(rows)


def sound_tables(catalogue: Catalogue, registry: Registry, period: Period) -> Tables:
    """Give the rows of a period in which nothing happened and every cell has ten members."""
    tables: Tables = blank_tables(catalogue, registry, UNIT, period)
    forms = catalogue.on(period.end).forms
    for form, rows in tables.items():
        for row in rows:
            for column in forms[form].columns:
                if column.is_number and row.get(column.code) is None:
                    row[column.code] = 0
    for row in tables["B01"]:
        row |= {"opening_members": MEMBERS, "closing_members": MEMBERS}
    for row in tables.get("B03", ()):
        if row["line_code"] == "TC03":
            row |= {"opening_count": 2, "closing_count": 2}
    for row in tables.get("B04", ()):
        row |= {"org_rating": "HTNV", "members_total": MEMBERS, "members_rated": MEMBERS}
        row |= {"members_completed": MEMBERS}
    return tables


def write_sound(
    home: Home, period_code: str, path: Path, change: Callable[[Tables], None] = lambda tables: None
) -> Path:
    """Write a workbook in which nothing happened in the period and every cell has ten members."""
    registry, catalogue, period = load_registry(home.registry), load_catalogue(), Period.parse(period_code)
    unit = reporting_unit(registry, UNIT, period)
    tables = sound_tables(catalogue, registry, period)
    change(tables)
    write_workbook(
        path,
        catalogue.on(period.end),
        unit,
        period,
        tables,
        days=registry.days_of(period, unit.term_system),
        cover={},
        organisations=registry.members_in(UNIT, period),
        targets=assigned_targets(registry, unit, period),
    )
    return path


def fill_template(path: Path, home: Home) -> Workbook:
    """Type sound figures into a blank template, cell by cell, as a clerk does."""
    catalogue, registry = load_catalogue(), load_registry(home.registry)
    book = openpyxl.load_workbook(path)
    for code, rows in sound_tables(catalogue, registry, Period.parse("2020-N")).items():
        sheet, form = book[code], catalogue.forms[code]
        columns = {str(cell.value): cell.column for cell in sheet[CODE_ROW] if cell.value}
        for number, row in enumerate(rows, start=FIRST_ROW):
            assert sheet.cell(number, columns[form.key[0]]).value == row[form.key[0]]
            for column, value in row.items():
                if form.by_code[column].is_number or column in ("org_rating",):
                    sheet.cell(number, columns[column]).value = value  # type: ignore[assignment]
    return book
