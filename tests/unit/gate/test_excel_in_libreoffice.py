"""LibreOffice computes in random templates of all forms what the gate finds in the same figures."""

import csv
import random
from pathlib import Path
from typing import Any

from ingestion.records.cells import column_index
from ingestion.records.submissions import Mark
from ingestion.workbook import NOT_APPLICABLE
from ingestion.workbook.aided import AidedWriter
from ingestion.workbook.said import Column, Violation
from ingestion.workbook.writer import open_workbook, write_sheets
from tests.support import libreoffice
from tests.support.filled_templates import Case, Gate, all_cases, filled, typed

DRAWN, WORKBOOKS = 30, 4
NEVER_BROKEN = {"V007"}  # as in the comparison without LibreOffice
ALWAYS_RECALCULATE = """<?xml version="1.0" encoding="UTF-8"?>
<oor:items xmlns:oor="http://openoffice.org/2001/registry">
<item oor:path="/org.openoffice.Office.Calc/Formula/Load">
<prop oor:name="OOXMLRecalcMode" oor:op="fuse"><value>0</value></prop>
</item>
</oor:items>
"""
# Comma, quote, UTF-8; the last number stands for every sheet, each in a file of its own.
EVERY_SHEET = "csv:Text - txt - csv (StarCalc):44,34,76,1,,0,false,true,false,false,false,-1"


def chosen(case: Case, rng: random.Random, rules: set[str]) -> list[Any]:
    """Draw many fillings, and give the few that break the most, rules not broken so far before others."""
    books = [filled(case, rng) for _ in range(DRAWN)]
    gate = Gate(case.batch(books))
    broken: list[set[tuple[str, int]]] = [set() for _ in books]
    for number, violation in enumerate(case.plan.violations):
        for failure in gate.failures(violation):
            broken[failure.workbook].add((violation.check.rule.id, number))
    found: list[Any] = []
    known: set[tuple[str, int]] = set()
    for _ in range(WORKBOOKS):
        gains = [(len({rule for rule, _ in each} - rules), len(each - known)) for each in broken]
        best = gains.index(max(gains))
        known |= broken[best]
        rules |= {rule for rule, _ in broken[best]}
        found.append(books[best])
    return found


def write(path: Path, case: Case, book: Any) -> None:
    """Write a filled template as the product writes it, so that no formula has a value yet."""
    tables: dict[str, list[dict[str, Any]]] = {}
    for code, rows in book.tables.items():
        place = case.place(code)
        shown = [
            {
                column: NOT_APPLICABLE
                if book.marks.get((code, number, column)) is Mark.NOT_APPLICABLE
                else typed(book, code, number, column, row)
                for column in place.letters
            }
            for number, row in enumerate(rows)
        ]
        tables[code] = shown + [{}] * (len(place.keys) + place.spare - len(shown))
    days = case.period.days_by_code
    writer = AidedWriter(open_workbook(path), case.unit, case.period, days, plan=case.plan)
    write_sheets(writer, case.world.catalogue, tables, cover=dict(book.cover), typed_totals=book.totals)
    writer.write_context()
    writer.close()


def recalculated(program: str, folder: Path) -> None:
    """Let LibreOffice open all workbooks of a folder, compute every formula, and write what it shows."""
    user = folder / "profile" / "user"
    user.mkdir(parents=True)
    (user / "registrymodifications.xcu").write_text(ALWAYS_RECALCULATE, encoding="utf-8")
    libreoffice.convert(program, sorted(folder.glob("*.xlsx")), EVERY_SHEET, folder, folder / "profile")


def read(path: Path) -> list[list[str]]:
    with path.open(encoding="utf-8") as file:
        return list(csv.reader(file))


def shown_in(rows: list[list[str]], letters: str, row: int) -> str:
    position = column_index(letters) - 1
    return rows[row - 1][position] if row <= len(rows) and position < len(rows[row - 1]) else ""


def failing_of(column: Column, gate: Gate) -> list[tuple[str, set[tuple[int, int]]]]:
    """Give each rule of which a column of messages speaks, with workbook and row of its failures."""
    said = (each for each in column.messages if isinstance(each, Violation))
    return [(v.check.rule.id, {(f.workbook, f.row) for f in gate.failures(v)}) for v in said]


def test_libreoffice_and_gate_agree_on_random_workbooks_of_all_forms(world: Any, tmp_path: Path) -> None:
    program = libreoffice.need("its results are not compared with the gate's")
    rng = random.Random(20191231)
    broken: set[str] = set()
    drawn = [(case, chosen(case, rng, broken)) for case in all_cases(world)]
    for number, (case, books) in enumerate(drawn):
        for index, book in enumerate(books):
            write(tmp_path / f"{number}_{index}.xlsx", case, book)
    recalculated(program, tmp_path)
    compared, rules, forms = 0, set(), set()
    for number, (case, books) in enumerate(drawn):
        gate = Gate(case.batch(books))
        for code, columns in case.plan.columns.items():
            place = case.place(code)
            sheets = [read(tmp_path / f"{number}_{index}-{place.name}.csv") for index in range(len(books))]
            for column in columns:
                failing, at = failing_of(column, gate), column.messages[0].row
                for row in range(place.first, place.last + 1) if failing and at is None else (at or 0,):
                    for index, rows in enumerate(sheets if failing else []):
                        place_of = (index, 0 if at is not None else row)
                        expected = next((rule for rule, places in failing if place_of in places), "")
                        found = shown_in(rows, column.letters, row)
                        assert found[:4] == expected, (number, index, code, column.letters, row, found)
                        compared += 1
                        rules.add(expected)
                        forms.add(code)
    assert forms == {f"B0{n}" for n in range(1, 10)}
    assert compared > 8_000
    compiled = {violation.check.rule.id for case, _ in drawn for violation in case.plan.violations}
    assert compiled - rules == NEVER_BROKEN
