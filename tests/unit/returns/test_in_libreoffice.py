"""The marked workbook in a real office program; skipped, and said so, where LibreOffice is not installed."""

from pathlib import Path

import openpyxl
import pytest

from ingestion.definitions.signing import examine
from ingestion.records.findings import Verdict
from ingestion.records.periods import Period
from ingestion.returns import SHEET
from ingestion.returns.signs import MARK
from ingestion.workbook.template import write_template
from tests.integration.small_state import MEMBERS, UNIT, fill_template
from tests.support import libreoffice
from tests.unit.returns.conftest import WRONG, World, as_format, one_too_many


@pytest.fixture(scope="module")
def profile(tmp_path_factory: pytest.TempPathFactory) -> Path:
    libreoffice.need("returns are not opened in it")
    return tmp_path_factory.mktemp("soffice")


def convert(path: Path, extension: str, profile: Path) -> Path:
    target = path.parent / f"converted-{extension}"
    program = libreoffice.need("returns are not opened in it")
    libreoffice.convert(program, [path], extension, target, profile)
    return target / f"{path.stem}.{extension}"


def test_a_marked_workbook_prints(world: World, profile: Path) -> None:
    printed = convert(world.mark(world.write("a.xlsx", one_too_many)), "pdf", profile)
    assert printed.read_bytes().startswith(b"%PDF")
    assert printed.read_bytes().count(b"/Type/Page") > 9


@pytest.mark.parametrize("kind", ["xlsx", "ods"])
def test_marks_are_there_in_what_libreoffice_makes_of_it_and_it_can_be_mended(
    world: World, profile: Path, kind: str
) -> None:
    path = world.write("a.xlsx", one_too_many)
    marked = world.mark(path if kind == "xlsx" else as_format(path, kind))
    saved = convert(marked, "xlsx", profile)
    book = openpyxl.load_workbook(saved)
    assert book.sheetnames[0] == SHEET
    assert MARK in book["B01"][WRONG].comment.text
    assert str(book["B01"][WRONG].fill.fgColor.rgb) == "FFFFB3AD"
    targets = {c.hyperlink.location for row in book[SHEET].iter_rows() for c in row if c.hyperlink}
    assert any(target and target.replace("'", "").replace("$", "").endswith("B01!S9") for target in targets)
    mended = world.mended(saved)
    if kind == "ods":
        mended = world.mended(mended, cell="S11", value=2 * MEMBERS)
    assert world.judge(mended)[1].verdict is Verdict.ACCEPTED
    again = openpyxl.load_workbook(world.mark(mended, "lan-hai.xlsx"))
    assert again["B01"][WRONG].comment is None
    assert str(again["B01"][WRONG].fill.fgColor.rgb) != "FFFFB3AD"


def test_a_template_that_libreoffice_saved_comes_back_with_all_that_helps(world: World, profile: Path) -> None:
    path = world.folder / "nop.xlsx"
    write_template(path, world.catalogue, world.registry, UNIT, Period.parse("2020-N"), key=b"key")
    book = fill_template(path, world.home)
    book["B01"][WRONG] = MEMBERS + 1
    book.save(path)
    filed = convert(path, "xlsx", profile)
    saved = convert(world.mark(filed), "xlsx", profile)
    before, after = openpyxl.load_workbook(filed)["B01"], openpyxl.load_workbook(saved)["B01"]
    assert after.protection.sheet and not after[WRONG].protection.locked and after["A9"].protection.locked
    assert after.column_dimensions["AAA"].hidden and after["AAA9"].value == before["AAA9"].value
    assert len(after.conditional_formatting) == len(before.conditional_formatting) > 9
    assert len(after.data_validations.dataValidation) == len(before.data_validations.dataValidation) > 9
    submission, judgement = world.judge(world.mended(saved), 2)
    assert judgement.verdict is Verdict.ACCEPTED, judgement.findings
    assert examine(submission.reading, b"key") == (None, None)
