"""Returns on the template that prevents mistakes: locked, signed, with formulas that help; all of it stays."""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest
from openpyxl.workbook import Workbook

from ingestion.definitions.signing import SIGNATURE, examine
from ingestion.records.findings import Finding, Judgement, Verdict
from ingestion.records.periods import Period
from ingestion.returns import SHEET, marked_workbook
from ingestion.returns.signs import ASKED_FILL, RELATED_FILL, WRONG_FILL
from ingestion.workbook.template import write_template
from tests.integration.small_state import MEMBERS, UNIT, fill_template
from tests.unit.returns.conftest import WRONG, World

KEY = b"a key of the data team"
FORMS = ("B01", "B02", "B04")


@pytest.fixture
def blank(world: World) -> Path:
    path = world.folder / "blank.xlsx"
    write_template(path, world.catalogue, world.registry, UNIT, Period.parse("2020-N"), key=KEY)
    return path


def filled(world: World, blank: Path, fault: Callable[[Workbook], None], name: str = "nop.xlsx") -> Path:
    book = fill_template(blank, world.home)
    fault(book)
    book.save(world.folder / name)
    return world.folder / name


def with_faults(book: Workbook) -> None:
    book["B01"][WRONG] = MEMBERS + 1
    book["B01"]["A10"] = "VD-KHONG-CO"  # a locked cell; a paste from another workbook goes there all the same
    book["B02"]["R9"] = None


def test_all_of_the_template_stays_and_marked_cells_can_be_mended(world: World, blank: Path) -> None:
    path = filled(world, blank, with_faults)
    before, after = openpyxl.load_workbook(path), openpyxl.load_workbook(world.mark(path))
    assert after.sheetnames == [SHEET, *before.sheetnames]
    assert not after[SHEET].protection.sheet
    for name in before.sheetnames:
        old, new = before[name], after[name]
        assert new.protection.sheet is old.protection.sheet and new.sheet_state == old.sheet_state
        hidden = {letters for letters, column in old.column_dimensions.items() if column.hidden}
        assert {letters for letters, column in new.column_dimensions.items() if column.hidden} == hidden
        assert hidden or name not in FORMS
        rules = [(str(area.sqref), [r.formula for r in area.rules]) for area in old.conditional_formatting]
        assert [(str(a.sqref), [r.formula for r in a.rules]) for a in new.conditional_formatting] == rules
        assert [str(v.sqref) for v in new.data_validations.dataValidation] == [
            str(v.sqref) for v in old.data_validations.dataValidation
        ]
        assert new.freeze_panes == old.freeze_panes
    sheet = after["B01"]
    assert before["B01"]["A10"].protection.locked
    for cell in (WRONG, "A10"):
        assert sheet[cell].fill.fgColor.rgb == WRONG_FILL
        assert not sheet[cell].protection.locked
    # What nobody has to mend is locked as it was; sums follow from what they add up.
    assert sheet["A9"].protection.locked and sheet["S11"].protection.locked
    answers = after["Giai_trinh"]
    row = next(r for r in answers.iter_rows(min_row=7) if r[0].value == "V010")
    assert not any(cell.protection.locked for cell in row[:4])


def test_the_returned_template_is_mended_filed_again_and_accepted(world: World, blank: Path) -> None:
    marked = world.mark(filled(world, blank, with_faults))
    assert world.judge(marked)[1].verdict is Verdict.REJECTED

    def mend(book: Workbook) -> None:
        book["B01"][WRONG] = MEMBERS
        book["B01"]["A10"] = openpyxl.load_workbook(blank)["B01"]["A10"].value
        row = next(r for r in book["Giai_trinh"].iter_rows(min_row=7) if r[0].value == "V010")
        row[3].value = "Hồ sơ đang chờ duyệt"

    mended = world.edited(marked, mend)
    submission, judgement = world.judge(mended, 2)
    assert judgement.verdict is Verdict.ACCEPTED, judgement.findings
    assert submission.reading.cover is not None and submission.reading.cover.values.get(SIGNATURE)
    assert examine(submission.reading, KEY) == (None, None)
    again = openpyxl.load_workbook(world.mark(mended, "lan-hai.xlsx"))
    assert again.sheetnames.count(SHEET) == 1
    for name in FORMS:
        for row in again[name].iter_rows():
            for cell in row:
                is_explained = (name, cell.coordinate) == ("B02", "R9")
                assert (cell.comment is not None) == is_explained, cell
                assert cell.fill.fgColor.rgb not in (WRONG_FILL, ASKED_FILL, RELATED_FILL), cell


def test_a_locked_formula_that_fails_can_be_mended(world: World, blank: Path) -> None:
    def break_total(book: Workbook) -> None:
        book["B01"]["S11"] = "#REF!"
        assert book["B01"]["S11"].data_type == "e" and book["B01"]["S11"].protection.locked

    path = filled(world, blank, break_total)
    answer = world.answer(path)
    found = Finding("V009", "error", "B01", "S11", "#REF!", "", "hỏng", "broken")
    answer = replace(answer, judgement=Judgement(Verdict.REJECTED, [], [found]))
    target = world.folder / "tra-lai.xlsx"
    target.write_bytes(marked_workbook(path, answer, world.catalogue))
    cell = openpyxl.load_workbook(target)["B01"]["S11"]
    assert cell.fill.fgColor.rgb == WRONG_FILL and not cell.protection.locked
