"""A small state folder, wrong workbooks of its one unit in every format, and what the gate says of them."""

import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from openpyxl.workbook import Workbook

from ingestion import pipeline
from ingestion.definitions.catalogue import Catalogue, load_catalogue
from ingestion.definitions.registry import Registry, load_registry
from ingestion.gate import EmptyHistory, GateContext, judge
from ingestion.reading import read_file
from ingestion.reading.opening import open_book
from ingestion.records.findings import Judgement
from ingestion.records.submissions import Reading, Submission, SubmissionKey
from ingestion.returns import Answer, marked_workbook
from ingestion.returns.answers import answer_to
from ingestion.storage.home import Home
from tests.integration.small_state import MEMBERS, Tables, make_home, write_sound
from tests.unit.reading.conftest import Page, write_csvs, write_odf, write_xlwt

RECEIVED = datetime(2021, 1, 10, 2, 0, tzinfo=UTC)
WRONG = "S9"
"""Closing members of the first organisation in B01: eleven of ten."""


def one_too_many(tables: Tables) -> None:
    tables["B01"][0]["closing_members"] = MEMBERS + 1


def one_to_explain(tables: Tables) -> None:
    """Rated members differ from those at closing, which is a warning."""
    tables["B04"][0] |= {"members_total": MEMBERS - 1, "members_rated": MEMBERS - 1}
    tables["B04"][0]["members_completed"] = MEMBERS - 1


@dataclass
class World:
    """What these tests ask of the product."""

    home: Home
    catalogue: Catalogue
    registry: Registry
    folder: Path

    def write(self, name: str, change: Callable[[Tables], None] = lambda tables: None) -> Path:
        return write_sound(self.home, "2020-N", self.folder / name, change)

    def read(self, path: Path) -> Reading:
        return read_file(path, self.catalogue)

    def judge(self, path: Path, revision: int = 1) -> tuple[Submission, Judgement]:
        reading = self.read(path)
        cover = reading.cover
        key = SubmissionKey(
            (cover and cover.reporting_org_code) or pipeline.UNKNOWN_UNIT,
            cover.period.code if cover and cover.period else "unknown",
            revision,
        )
        submission = Submission(key, "", RECEIVED, reading)
        context = GateContext(self.registry, self.catalogue, EmptyHistory(), RECEIVED)
        return submission, judge([submission], context, engine="masks")[key]

    def answer(self, path: Path) -> Answer:
        return answer_to(*self.judge(path), self.registry)

    def mark(self, path: Path, name: str = "tra-lai.xlsx") -> Path:
        target = self.folder / name
        target.write_bytes(marked_workbook(path, self.answer(path), self.catalogue))
        return target

    def edited(self, path: Path, edit: Callable[[Workbook], None], name: str = "sua.xlsx") -> Path:
        book = openpyxl.load_workbook(path)
        edit(book)
        book.save(self.folder / name)
        return self.folder / name

    def mended(self, path: Path, sheet: str = "B01", cell: str = WRONG, value: object = MEMBERS) -> Path:
        def mend(book: Workbook) -> None:
            book[sheet][cell] = value

        return self.edited(path, mend)


@pytest.fixture(scope="session")
def small_home(tmp_path_factory: pytest.TempPathFactory) -> Home:
    return make_home(tmp_path_factory.mktemp("returns") / "home")


@pytest.fixture
def world(small_home: Home, tmp_path: Path) -> World:
    return World(small_home, load_catalogue(), load_registry(small_home.registry), tmp_path)


def pages_of(path: Path) -> list[Page]:
    """Give the sheets of a workbook as the other formats' writers take them."""
    pages = []
    for sheet in open_book(path, path.name).sheets:
        page = Page(sheet.name, merged=list(sheet.merged), hidden_rows=set(sheet.hidden_rows))
        for (row, column), cell in sheet.cells.items():
            is_whole = isinstance(cell.value, float) and cell.value.is_integer()
            page.put(row, column, int(cell.value) if is_whole else cell.value)  # type: ignore[arg-type]
        pages.append(page)
    return pages


def as_format(path: Path, kind: str) -> Path:
    """Write the content of a workbook in another format."""
    pages = [page for page in pages_of(path) if page.cells]
    if kind == "xls":
        return write_xlwt(path.with_suffix(".xls"), pages)
    if kind == "ods":
        return write_odf(path.with_suffix(".ods"), pages)
    for page in pages:
        for place, value in page.cells.items():
            if isinstance(value, datetime | date | time):
                page.cells[place] = f"{value:%d/%m/%Y}"
    folder = write_csvs(path.with_suffix(""), pages)
    if kind == "folder":
        return folder
    with zipfile.ZipFile(path.with_suffix(".zip"), "w") as archive:
        for file in sorted(folder.iterdir()):
            archive.write(file, file.name)
    return path.with_suffix(".zip")


def with_parts(path: Path, changes: dict[str, Callable[[bytes], bytes]], added: dict[str, bytes]) -> Path:
    """Change and add parts of a package."""
    buffer = BytesIO()
    with zipfile.ZipFile(path) as source, zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            data = source.read(name)
            for pattern, change in changes.items():
                if name == pattern or (pattern.endswith("*") and name.startswith(pattern[:-1])):
                    data = change(data)
            target.writestr(name, data)
        for name, data in added.items():
            target.writestr(name, data)
    path.write_bytes(buffer.getvalue())
    return path
