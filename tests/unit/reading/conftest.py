"""Workbooks for the tests of reading, made by the programs and libraries that clerks' files come from.

A `Page` says once what stands on a sheet; the writers put the same pages into xlsx, xls, ods and CSV.
"""

import csv
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any, get_args

import openpyxl
import pytest
import xlsxwriter
import xlwt
from odf import opendocument, style, table, text

from ingestion.definitions.catalogue import Catalogue, load_catalogue
from ingestion.definitions.forms import Form
from ingestion.reading import describe, read_file, remedy
from ingestion.reading.legacy_text import TCVN3
from ingestion.records.cells import column_letter
from ingestion.records.submissions import Reading
from ingestion.words.labels import Language
from tests.support import libreoffice

CODES, GROUPS, LABELS, NUMBERING, DATA = 5, 6, 7, 8, 9


@dataclass
class Page:
    """One sheet: cells by (row, column), with number formats, fonts, merged ranges and what is hidden."""

    name: str
    cells: dict[tuple[int, int], Any] = field(default_factory=dict)
    formats: dict[tuple[int, int], str] = field(default_factory=dict)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    hidden_rows: set[int] = field(default_factory=set)
    hidden: bool = False
    fonts: dict[tuple[int, int], str] = field(default_factory=dict)
    hidden_columns: set[int] = field(default_factory=set)

    def put(self, row: int, column: int, value: Any, number_format: str | None = None) -> None:
        self.cells[row, column] = value
        if number_format:
            self.formats[row, column] = number_format

    def add_row(self, row: int, values: Iterable[Any]) -> None:
        for column, value in enumerate(values, start=1):
            if value is not None:
                self.put(row, column, value)

    @property
    def size(self) -> tuple[int, int]:
        return max(row for row, _ in self.cells), max(column for _, column in self.cells)


def form_page(
    form: Form,
    rows: Sequence[dict[str, Any]],
    *,
    codes: bool = True,
    labels: bool = True,
    merged: bool = True,
    numbering: bool = True,
    name: str | None = None,
) -> Page:
    """Lay a form out as the product's template does."""
    page = Page(name or form.sheet)
    page.put(1, 1, "Đảng bộ huyện Mường Nhé")
    page.put(3, 1, form.title.vi)
    page.put(4, 1, "Kỳ báo cáo: 6 tháng năm 2019")
    if codes:
        page.add_row(CODES, (column.code for column in form.columns))
        page.hidden_rows.add(CODES)
    if labels:
        _put_labels(page, form, merged)
    if numbering:
        keys = sum(not column.is_number for column in form.columns[:3])
        page.add_row(
            NUMBERING,
            ["ABC"[i] if i < keys else i - keys + 1 for i in range(len(form.columns))],
        )
    for number, row in enumerate(rows, start=DATA):
        for position, column in enumerate(form.columns, start=1):
            if row.get(column.code) is not None:
                page.put(number, position, row[column.code])
    return page


def _put_labels(page: Page, form: Form, merged: bool) -> None:
    previous = None
    for position, column in enumerate(form.columns, start=1):
        if column.group is None:
            page.put(GROUPS, position, column.label.vi)
            if merged:
                page.merged.append((GROUPS, position, LABELS, position))
        else:
            page.put(LABELS, position, column.label.vi)
            if column.group != previous:
                page.put(GROUPS, position, column.group.vi)
                members = sum(other.group == column.group for other in form.columns)
                if merged and members > 1:
                    page.merged.append((GROUPS, position, GROUPS, position + members - 1))
        previous = column.group


def cover_page(form: Form, entries: dict[str, Any], name: str = "B00") -> Page:
    page = Page(name)
    page.put(1, 2, "BÁO CÁO")
    for number, column in enumerate(form.columns, start=CODES):
        page.put(number, 1, column.code)
        page.put(number, 2, column.label.vi)
        if column.code in entries:
            page.put(number, 3, entries[column.code])
    return page


def write_openpyxl(path: Path, pages: Sequence[Page]) -> Path:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for page in pages:
        sheet = book.create_sheet(page.name)
        for (row, column), value in page.cells.items():
            cell = sheet.cell(row, column, value)
            if (row, column) in page.formats:
                cell.number_format = page.formats[row, column]
            if (row, column) in page.fonts:
                cell.font = openpyxl.styles.Font(name=page.fonts[row, column])
        for top, left, bottom, right in page.merged:
            sheet.merge_cells(start_row=top, start_column=left, end_row=bottom, end_column=right)
        for row in page.hidden_rows:
            sheet.row_dimensions[row].hidden = True
        for column in page.hidden_columns:
            sheet.column_dimensions[column_letter(column)].hidden = True
        if page.hidden:
            sheet.sheet_state = "hidden"
    book.save(path)
    return path


def write_xlsxwriter(path: Path, pages: Sequence[Page]) -> Path:
    book = xlsxwriter.Workbook(str(path))
    for page in pages:
        sheet = book.add_worksheet(page.name)
        owners = {(top, left): rest for top, left, *rest in page.merged}
        for (row, column), value in page.cells.items():
            code = page.formats.get((row, column), "dd/mm/yyyy" if isinstance(value, date) else None)
            style_ = book.add_format({"num_format": code}) if code else None
            if (row, column) in owners:
                bottom, right = owners[row, column]
                sheet.merge_range(row - 1, column - 1, bottom - 1, right - 1, value, style_)
            elif isinstance(value, date):
                sheet.write_datetime(row - 1, column - 1, value, style_)
            else:
                sheet.write(row - 1, column - 1, value, style_)
        for row in page.hidden_rows:
            sheet.set_row(row - 1, None, None, {"hidden": True})
        if page.hidden:
            sheet.hide()
    book.close()
    return path


def write_xlwt(path: Path, pages: Sequence[Page]) -> Path:
    book = xlwt.Workbook()
    for page in pages:
        sheet = book.add_sheet(page.name)
        owners = {(top, left): rest for top, left, *rest in page.merged}
        for (row, column), value in page.cells.items():
            code = page.formats.get((row, column), "dd/mm/yyyy" if isinstance(value, date) else "General")
            style_ = xlwt.easyxf(num_format_str=code)
            if (row, column) in page.fonts:
                style_.font = xlwt.Font()
                style_.font.name = page.fonts[row, column]
            if (row, column) in owners:
                bottom, right = owners[row, column]
                sheet.write_merge(row - 1, bottom - 1, column - 1, right - 1, value, style_)
            else:
                sheet.write(row - 1, column - 1, value, style_)
        for row in page.hidden_rows:
            sheet.row(row - 1).hidden = True
        for column in page.hidden_columns:
            sheet.col(column - 1).hidden = True
        sheet.visibility = int(page.hidden)
    book.save(str(path))
    return path


def write_odf(path: Path, pages: Sequence[Page]) -> Path:
    document = opendocument.OpenDocumentSpreadsheet()
    hidden = style.Style(name="hidden", family="table")
    hidden.addElement(style.TableProperties(display="false"))
    document.automaticstyles.addElement(hidden)
    for page in pages:
        sheet = table.Table(name=page.name, **({"stylename": hidden} if page.hidden else {}))
        owners = {(top, left): rest for top, left, *rest in page.merged}
        last_row, last_column = page.size
        for row in range(1, last_row + 1):
            visibility = {"visibility": "collapse"} if row in page.hidden_rows else {}
            line = table.TableRow(**visibility)
            for column in range(1, last_column + 1):
                line.addElement(_odf_cell(page, row, column, owners))
            sheet.addElement(line)
        document.spreadsheet.addElement(sheet)
    document.save(str(path))
    return path


def _odf_cell(page: Page, row: int, column: int, owners: dict[tuple[int, int], list[int]]) -> Any:
    value = page.cells.get((row, column))
    options: dict[str, Any] = {}
    if (row, column) in owners:
        bottom, right = owners[row, column]
        options |= {"numberrowsspanned": bottom - row + 1, "numbercolumnsspanned": right - column + 1}
    if isinstance(value, bool):
        options |= {"valuetype": "boolean", "booleanvalue": str(value).lower()}
    elif isinstance(value, int | float):
        kind = "percentage" if "%" in page.formats.get((row, column), "") else "float"
        options |= {"valuetype": kind, "value": value}
    elif isinstance(value, date):
        options |= {"valuetype": "date", "datevalue": value.isoformat()}
    elif value is not None:
        options |= {"valuetype": "string"}
    cell = table.TableCell(**options)
    if value is not None:
        is_percent = "%" in page.formats.get((row, column), "")
        cell.addElement(text.P(text=f"{value * 100:.2f}%" if is_percent else str(value)))
    return cell


def write_csvs(
    folder: Path, pages: Sequence[Page], *, delimiter: str = ",", encoding: str = "utf-8", end: str = "\r\n"
) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for page in pages:
        rows, columns = page.size
        with (folder / f"{page.name}.csv").open("w", encoding=encoding, newline="") as file:
            writer = csv.writer(file, delimiter=delimiter, lineterminator=end)
            for row in range(1, rows + 1):
                writer.writerow([page.cells.get((row, column), "") for column in range(1, columns + 1)])
    return folder


_TCVN3 = {letter: code for code, letter in TCVN3.items()}
_VNI_MARKS = {"\u0300": "ø", "\u0301": "ù", "\u0309": "û", "\u0303": "õ", "\u0323": "ï"}
_VNI_ROUND = {"": "â", "\u0300": "à", "\u0301": "á", "\u0309": "å", "\u0303": "ã", "\u0323": "ä"}
_VNI_BREVE = {"": "ê", "\u0300": "è", "\u0301": "é", "\u0309": "ú", "\u0303": "ü", "\u0323": "ë"}
_VNI_I = {"\u0300": "ì", "\u0301": "í", "\u0309": "æ", "\u0303": "ó", "\u0323": "ò"}


def to_tcvn3(text: str) -> str:
    """Write as a TCVN3 keyboard did; capitals with a tone are small letters that only a font makes large."""
    return "".join(_TCVN3.get(c) or _TCVN3.get(c.lower()) or c for c in unicodedata.normalize("NFC", text))


def to_vni(text: str) -> str:
    """Write as a VNI keyboard did: a letter, and one mark that says its shape and its tone."""
    return "".join(map(_vni_letter, unicodedata.normalize("NFC", text)))


def _vni_letter(letter: str) -> str:
    base, *marks = list(unicodedata.normalize("NFD", letter.lower()))
    tone = next((mark for mark in marks if mark in _VNI_MARKS), "")
    if base == "đ":
        code = "ñ"
    elif base == "i" and tone:
        code = _VNI_I[tone]
    elif base == "y" and tone == "\u0323":
        code = "î"
    elif "\u0302" in marks:
        code = base + _VNI_ROUND[tone]
    elif "\u0306" in marks:
        code = base + _VNI_BREVE[tone]
    else:
        code = ({"o": "ô", "u": "ö"}[base] if "\u031b" in marks else base) + _VNI_MARKS.get(tone, "")
    return code.upper() if letter != letter.lower() else code


WRITERS: dict[str, Callable[[Path, Sequence[Page]], Path]] = {
    "openpyxl.xlsx": write_openpyxl,
    "xlsxwriter.xlsx": write_xlsxwriter,
    "xlwt.xls": write_xlwt,
    "odfpy.ods": write_odf,
}


def spoken(reading: Reading) -> Reading:
    """Put every problem and note into words, so that each test shows that its words have their fields."""
    for problem in (*reading.problems, *reading.notes):
        for language in get_args(Language):
            assert describe(problem, language)
            assert remedy(problem, language)
    return reading


@pytest.fixture(scope="session")
def catalogue() -> Catalogue:
    return load_catalogue()


@pytest.fixture(scope="session")
def make(catalogue: Catalogue) -> "Make":
    return Make(catalogue)


@dataclass
class Make:
    """What tests build pages and files with, and read them."""

    catalogue: Catalogue

    Page = Page
    form = staticmethod(form_page)
    cover = staticmethod(cover_page)
    openpyxl = staticmethod(write_openpyxl)
    xlsxwriter = staticmethod(write_xlsxwriter)
    xls = staticmethod(write_xlwt)
    ods = staticmethod(write_odf)
    csvs = staticmethod(write_csvs)
    writers = WRITERS
    tcvn3 = staticmethod(to_tcvn3)
    vni = staticmethod(to_vni)

    def read(self, path: Path, name: str | None = None) -> Reading:
        return spoken(read_file(path, self.catalogue, name=name))


@pytest.fixture
def read_pages(tmp_path: Path, catalogue: Catalogue) -> Callable[..., Reading]:
    """Write pages with openpyxl and read the workbook."""

    def read(*pages: Page, writer: Callable[[Path, Sequence[Page]], Path] = write_openpyxl) -> Reading:
        return spoken(read_file(writer(tmp_path / "pages.xlsx", pages), catalogue))

    return read


@pytest.fixture(scope="session")
def convert(tmp_path_factory: pytest.TempPathFactory) -> Callable[[Path, str], Path]:
    """Convert a workbook with LibreOffice; the test is skipped, and says so, where it is not installed."""
    profile = tmp_path_factory.mktemp("soffice")

    def run(path: Path, extension: str) -> Path:
        target = path.parent / f"converted-{extension}"
        program = libreoffice.need("its files are not read")
        libreoffice.convert(program, [path], extension, target, profile)
        return target / f"{path.stem}.{extension}"

    return run
