"""What a template carries of the registry, whole and damaged, in a check without a registry."""

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import openpyxl
import pytest
from openpyxl.workbook import Workbook

from ingestion.definitions.catalogue import load_catalogue
from ingestion.definitions.registry import Registry
from ingestion.definitions.registry_rows import CalendarPeriod, Organisation, TermOfOffice
from ingestion.pipeline import CheckResult, check_files
from ingestion.reading import read_file
from ingestion.reading.opening import open_book
from ingestion.records.cells import SheetCells
from ingestion.records.findings import OutcomeStatus
from ingestion.records.periods import Period
from ingestion.records.submissions import Reading
from ingestion.workbook import write_template
from ingestion.workbook.carried import CARRIED_TABLES, SEAL, from_workbook
from tests.trials.formats import WRITERS

CATALOGUE = load_catalogue()
PERIOD = Period.parse("2019-N")
NOT_KNOWN = {"V001", "V002", "V003", "V006", "V007", "V008"}


@pytest.fixture(scope="module")
def registry() -> Registry:
    def organisation(code: str, kind: str, parent: str = "") -> Organisation:
        return Organisation(
            org_code=code,
            org_name=f"Tổ chức {code}",
            org_kind=kind,
            parent_code=parent,
            files_reports=kind == "DISTRICT",
            valid_from=date(2005, 1, 1),
        )

    return Registry(
        Path(),
        (
            organisation("U", "DISTRICT"),
            organisation("U-001", "GRASSROOTS", "U"),
            organisation("U-002", "GRASSROOTS", "U"),
        ),
        (),
        (CalendarPeriod(period_code="2019-N"),),
        (TermOfOffice(term_system="DANG", term_code="2015-2020-NK", first_year=2016, last_year=2020),),
        (),
        (),
    )


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory, registry: Registry) -> Path:
    path = tmp_path_factory.mktemp("carried") / "t.xlsx"
    write_template(path, CATALOGUE, registry, "U", PERIOD)
    return path


def check(path: Path) -> CheckResult:
    [result] = check_files([path], CATALOGUE, None, None)
    return result


def stopped(result: CheckResult) -> set[str]:
    return {
        o.rule
        for o in result.judgement.outcomes
        if o.status is OutcomeStatus.NOT_RUN and o.reason == "no_registry"
    }


def lines(book: Workbook, table: str) -> list[int]:
    return [row for row in range(1, book["DM_DL"].max_row + 1) if book["DM_DL"].cell(row, 1).value == table]


def shown(path: Path) -> list[SheetCells]:
    """Give the sheets, but for the helper values, which the writers of other formats cannot all write."""
    return [sheet for sheet in open_book(path, path.name).sheets if sheet.name != "DM_CS"]


def cut(book: Workbook) -> None:
    for row in lines(book, "organisations"):
        cell = book["DM_DL"].cell(row, 2)
        cell.value = str(cell.value)[:100]


def half(book: Workbook) -> None:
    book["DM_DL"].delete_rows(lines(book, "organisations")[1])


def edited(book: Workbook) -> None:
    cell = book["DM_DL"].cell(lines(book, "organisations")[-1], 2)
    cell.value = str(cell.value).replace("U-002", "U-003")


def of_another_row(book: Workbook) -> None:
    row = lines(book, "organisations")[0]
    book["DM_DL"].cell(row, 2).value = book["DM_DL"].cell(row + 1, 2).value


def no_json(book: Workbook) -> None:
    book["DM_DL"].cell(lines(book, "organisations")[0], 2).value = "{"


def no_seal(book: Workbook) -> None:
    book["DM_DL"]["B1"] = "{"


def of_another_unit(book: Workbook) -> None:
    book["B00"]["C5"] = "V"


def of_another_period(book: Workbook) -> None:
    book["B00"]["C7"] = "2018-N"


def cover_is_missing(book: Workbook) -> None:
    del book["B00"]


def of_an_older_version(book: Workbook) -> None:
    for row in reversed(lines(book, SEAL)):
        book["DM_DL"].delete_rows(row)


def of_a_newer_version(book: Workbook) -> None:
    for row in lines(book, SEAL):
        cell = book["DM_DL"].cell(row, 2)
        cell.value = str(cell.value).replace('"version":2', '"version":3')


DAMAGES: list[tuple[Callable[[Workbook], None], str]] = [
    (cut, "R170"),
    (half, "R170"),
    (edited, "R170"),
    (of_another_row, "R170"),
    (no_json, "R170"),
    (no_seal, "R170"),
    (of_another_unit, "R172"),
    (of_another_period, "R172"),
    (cover_is_missing, "R172"),
    (of_an_older_version, "R171"),
    (of_a_newer_version, "R171"),
]


@pytest.mark.parametrize(("damage", "note"), DAMAGES, ids=[damage.__name__ for damage, _ in DAMAGES])
def test_what_is_not_as_it_was_written_is_not_used_and_one_note_says_so(
    made: Path, tmp_path: Path, damage: Callable[[Workbook], None], note: str
) -> None:
    book = openpyxl.load_workbook(made)
    damage(book)
    book.save(tmp_path / "t.xlsx")
    result = check(tmp_path / "t.xlsx")
    assert [n.code for n in result.carried_notes] == [note]
    assert result.reading.notes[-1:] == list(result.carried_notes)
    assert not NOT_KNOWN & {finding.rule for finding in result.judgement.findings}
    assert {"V001", "V003"} <= stopped(result)


def test_one_damaged_table_leaves_the_others_known(made: Path, tmp_path: Path) -> None:
    book = openpyxl.load_workbook(made)
    book["DM_DL"].cell(lines(book, "calendar")[0], 2).value = "2019"
    book.save(tmp_path / "t.xlsx")
    result = check(tmp_path / "t.xlsx")
    assert result.registry.known == CARRIED_TABLES - {"calendar"}
    assert "V002" in stopped(result)
    assert "V001" not in stopped(result)


@pytest.mark.parametrize("kind", sorted(WRITERS))
def test_a_template_saved_in_another_format_still_carries_what_it_did(
    made: Path, tmp_path: Path, kind: str
) -> None:
    path = WRITERS[kind](shown(made), tmp_path / (f"t.{kind}" if kind != "csv" else "t"))
    result = check(path)
    assert (result.carried_notes, result.registry.known) == ((), CARRIED_TABLES)
    assert {o.rule for o in result.judgement.outcomes if o.status is OutcomeStatus.PASS} >= {"V001", "V002"}


def test_an_old_format_that_cuts_long_lines_makes_nobody_unknown(made: Path, tmp_path: Path) -> None:
    sheets = shown(made)
    for sheet in sheets:
        sheet.cells = {
            place: cell._replace(value=cell.value[:120]) if isinstance(cell.value, str) else cell
            for place, cell in sheet.cells.items()
        }
    result = check(WRITERS["xls"](sheets, tmp_path / "t.xls"))
    assert [note.code for note in result.carried_notes] == ["R170"]
    assert not NOT_KNOWN & {finding.rule for finding in result.judgement.findings}


@pytest.mark.parametrize(
    "line",
    ["", "{}", "null", "[1]", '{"form": 1}', '{"table":"history"}', "\ud83d", "9" * 5000, "[" * 100_000, "NaN"],
)
@pytest.mark.parametrize("table", [SEAL, "organisations", "history", "", "nobody"])
def test_no_line_whatever_stands_in_it_stops_a_check(made: Path, table: str, line: str) -> None:
    reading: Reading = read_file(made, CATALOGUE)
    sealed = [carried for carried in reading.carried if carried[0] != table or table == SEAL]
    for carried in ([(table, line)], [*reading.carried, (table, line)], [(table, line), *sealed]):
        found = from_workbook(replace(reading, carried=carried), CATALOGUE)
        assert found.registry.known <= CARRIED_TABLES
