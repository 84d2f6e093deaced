"""The signature of a template: a workbook made for somebody else is noticed, an unsigned one accepted."""

import shutil
from pathlib import Path

import openpyxl
import pytest

from ingestion.definitions.catalogue import load_catalogue
from ingestion.definitions.registry import Registry
from ingestion.definitions.registry_rows import Organisation
from ingestion.definitions.signing import examine, form_version, load_key, make_key, sign
from ingestion.gate import rules_version
from ingestion.pipeline import check_files
from ingestion.reading import read_file
from ingestion.records.periods import Period
from ingestion.workbook import write_template, write_workbook
from tests.support import libreoffice

CATALOGUE = load_catalogue()
KEY = b"a key"
PERIOD = Period.parse("2019-N")


def organisation(code: str) -> Organisation:
    return Organisation(
        org_code=code, org_name=code, org_kind="BLOC", files_reports=True, valid_from="2005-01-01"
    )


@pytest.fixture
def registry() -> Registry:
    return Registry(Path(), (organisation("KA"), organisation("KB")), (), (), (), (), ())


@pytest.fixture
def template(tmp_path: Path, registry: Registry) -> Path:
    path = tmp_path / "t.xlsx"
    write_template(path, CATALOGUE, registry, "KA", PERIOD, key=KEY)
    return path


def changed(path: Path, cell: str, value: str) -> Path:
    book = openpyxl.load_workbook(path)
    book["B00"][cell] = value
    book.save(path)
    return path


def problems(path: Path, registry: Registry, key: bytes | None = KEY) -> list[str]:
    [result] = check_files([path], CATALOGUE, registry, None, template_key=key)
    return [finding.rule for finding in result.judgement.findings if finding.rule.startswith("S")]


def test_a_template_that_was_filled_in_by_its_unit_is_as_signed(template: Path, registry: Registry) -> None:
    assert problems(template, registry) == []
    assert examine(read_file(template, CATALOGUE), KEY) == (None, None)


@pytest.mark.parametrize(("cell", "value"), [("C5", "KB"), ("C7", "2020-N"), ("C15", "0.old")])
def test_another_unit_period_or_version_on_the_cover_is_an_error(
    template: Path, registry: Registry, cell: str, value: str
) -> None:
    path = changed(template, cell, value)
    assert problems(path, registry) == ["S001"]
    problem, _ = examine(read_file(path, CATALOGUE), KEY)
    assert problem is not None
    assert (problem.sheet, problem.cell, problem.value) == ("B00", cell, value)


def test_a_signature_made_with_another_key_accuses_nobody(template: Path, registry: Registry) -> None:
    assert problems(template, registry, b"another key") == []
    problem, note = examine(read_file(template, CATALOGUE), b"another key")
    assert problem is None
    assert note is not None and note.code == "S102"


def test_a_signature_that_names_the_key_and_is_not_made_with_it_is_an_error(
    template: Path, registry: Registry
) -> None:
    forged = f"{sign(KEY, 'KB', '2020-N', '1')[:9]}{'0' * 64}"
    assert problems(changed(template, "C18", forged), registry) == ["S001"]


def test_a_template_of_another_unit_names_the_unit_though_the_period_was_changed_too(template: Path) -> None:
    changed(template, "C5", "KB")
    problem, _ = examine(read_file(changed(template, "C7", "2020-N"), CATALOGUE), KEY)
    assert problem is not None
    assert problem.cell == "C5"


def test_a_template_saved_by_another_program_is_as_signed(template: Path, registry: Registry) -> None:
    program = libreoffice.need("templates saved by it are not examined")
    other = changed(shutil.copy(template, template.with_name("other.xlsx")), "C5", "KB")
    folder = template.parent
    for kind in ("xlsx", "ods", "xls"):
        paths = [template, other] if kind == "ods" else [template]
        libreoffice.convert(program, paths, kind, folder / kind, folder / "profile")
        assert problems(folder / kind / f"t.{kind}", registry) == []
        reading = read_file(folder / kind / f"t.{kind}", CATALOGUE)
        assert (reading.kind, examine(reading, KEY)) == (kind, (None, None))
    assert problems(folder / "ods" / "other.ods", registry) == ["S001"]


def test_without_a_key_nothing_is_said(template: Path, registry: Registry) -> None:
    assert problems(changed(template, "C5", "KB"), registry, None) == []


def test_an_unsigned_workbook_is_accepted_with_a_note(tmp_path: Path, registry: Registry) -> None:
    path = tmp_path / "plain.xlsx"
    days = PERIOD.days_by_code
    write_workbook(path, CATALOGUE, registry.organisations[0], PERIOD, {"B09": []}, days=days, cover={})
    [result] = check_files([path], CATALOGUE, registry, None, template_key=KEY)
    assert [note.code for note in result.reading.notes] == ["S101"]
    assert not [finding for finding in result.judgement.findings if finding.rule.startswith("S")]


def test_the_signature_is_hidden_and_nothing_is_hidden_in_a_plain_workbook(template: Path) -> None:
    sheet = openpyxl.load_workbook(template)["B00"]
    assert sheet["A18"].value == "signature"
    assert sheet.row_dimensions[18].hidden


def test_a_key_is_made_once_and_only_its_owner_can_read_it(tmp_path: Path) -> None:
    path = tmp_path / "home" / "template.key"
    key = make_key(path)
    assert make_key(path) == key == load_key(path)
    assert path.stat().st_mode & 0o777 == 0o600
    assert len(key) >= 32


def test_the_version_changes_with_forms_and_rules() -> None:
    assert form_version(CATALOGUE, rules_version()) != form_version(CATALOGUE, "other rules")
