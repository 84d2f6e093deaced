"""Cases of the trials as files: one submission in every format that units file."""

import csv
import io
import zipfile
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import xlwt
from odf import opendocument, table, text

from demo.faults.trials import Case, Score, Trials, count
from demo.grids import retotal
from ingestion.definitions.forms import Form
from ingestion.gate import judge
from ingestion.reading import read_file
from ingestion.reading.opening import open_book
from ingestion.records.cells import SheetCells
from ingestion.records.periods import Period
from ingestion.records.submissions import FormTable, Mark, Submission
from ingestion.workbook import NOT_APPLICABLE, CellInput, write_workbook

Sheets = Sequence[SheetCells]


def write_xlsx(trials: Trials, submission: Submission, period: Period, path: Path) -> Path:
    """Write a submission as the workbook that would be read so."""
    registry = trials.contexts[""].registry
    unit = registry.organisation_in(submission.key.unit, period)
    assert unit is not None
    reading = submission.reading
    assert reading.cover is not None
    write_workbook(
        path,
        trials.catalogue,
        unit,
        period,
        {form: _rows(trials.catalogue.forms[form], filed) for form, filed in reading.tables.items()},
        days=registry.days_of(period, unit.term_system),
        cover={code: value for code, value in reading.cover.values.items() if value is not None},
        explanations=reading.explanations,
        organisations=registry.members_in(unit.org_code, period),
        typed_totals=_typed_totals(trials, submission),
    )
    return path


def _rows(form: Form, filed: FormTable) -> list[dict[str, CellInput]]:
    rows: list[dict[str, CellInput]] = []
    for row in filed.rows:
        values: dict[str, CellInput] = dict(row.values)
        for column, mark in row.marks.items():
            if mark is Mark.NOT_APPLICABLE:
                values[column] = NOT_APPLICABLE
            elif mark in (Mark.INVALID, Mark.ERROR):
                values[column] = row.texts[column]
        rows.append(values)
    if form.rows != "organisations" and filed.total is not None:  # only a clerk writes one below fixed lines
        rows.append({form.columns[0].code: "Tổng cộng", **filed.total.values})
    return rows


def _typed_totals(trials: Trials, submission: Submission) -> dict[str, dict[str, CellInput]]:
    """Give the totals that are not what a formula would give."""
    typed: dict[str, dict[str, CellInput]] = {}
    for form, filed in submission.reading.tables.items():
        computed = replace(filed, total=None)
        retotal(trials.catalogue.forms[form], computed)
        if filed.total is not None and computed.total is not None:
            differing = {
                code: value
                for code, value in filed.total.values.items()
                if computed.total.values[code] != value
            }
            if differing:
                typed[form] = dict(differing)
    return typed


def write_xls(sheets: Sheets, path: Path) -> Path:
    """Write the sheets of a workbook in the old binary format."""
    book = xlwt.Workbook()
    day = xlwt.easyxf(num_format_str="dd/mm/yyyy")
    for sheet in sheets:
        page = book.add_sheet(sheet.name)
        for (row, column), cell in sheet.cells.items():
            style = [day] if isinstance(cell.value, date) else []
            page.write(row - 1, column - 1, cell.value, *style)
    book.save(str(path))
    return path


def write_ods(sheets: Sheets, path: Path) -> Path:
    """Write the sheets of a workbook as an OpenDocument spreadsheet."""
    document = opendocument.OpenDocumentSpreadsheet()
    for sheet in sheets:
        page = table.Table(name=sheet.name)
        for row in range(1, sheet.last_row + 1):
            line = table.TableRow()
            for column in range(1, sheet.last_column + 1):
                cell = sheet.cells.get((row, column))
                options: dict[str, object] = {}
                if cell is None:
                    line.addElement(table.TableCell())
                    continue
                if isinstance(cell.value, date):
                    options = {"valuetype": "date", "datevalue": cell.value.isoformat()}
                elif isinstance(cell.value, int | float):
                    options = {"valuetype": "float", "value": cell.value}
                else:
                    options = {"valuetype": "string"}
                element = table.TableCell(**options)
                element.addElement(text.P(text=str(cell.value)))
                line.addElement(element)
            page.addElement(line)
        document.spreadsheet.addElement(page)
    document.save(str(path))
    return path


def _csv_of(sheet: SheetCells) -> str:
    target = io.StringIO()
    writer = csv.writer(target, delimiter=";", lineterminator="\r\n")
    for row in range(1, sheet.last_row + 1):
        cells = [sheet.cells.get((row, column)) for column in range(1, sheet.last_column + 1)]
        writer.writerow([_typed(cell.value) if cell else "" for cell in cells])
    return target.getvalue()


def _typed(value: object) -> str:
    """Write a value as a Vietnamese clerk's program exports it."""
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    if isinstance(value, float):
        return f"{value:.10g}".replace(".", ",")
    return str(value)


def write_csv_folder(sheets: Sheets, path: Path) -> Path:
    """Write the sheets as a folder of CSV files."""
    path.mkdir()
    for sheet in sheets:
        (path / f"{sheet.name}.csv").write_text(_csv_of(sheet), encoding="utf-8-sig", newline="")
    return path


def write_csv_zip(sheets: Sheets, path: Path) -> Path:
    """Write the sheets as an archive of CSV files."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for sheet in sheets:
            archive.writestr(f"{sheet.name}.csv", _csv_of(sheet).encode("utf-8"))
    return path


WRITERS: dict[str, Callable[[Sheets, Path], Path]] = {
    "xls": write_xls,
    "ods": write_ods,
    "csv": write_csv_folder,
    "zip": write_csv_zip,
}
FORMATS = ("xlsx", *WRITERS)


def filed(trials: Trials, submission: Submission, period: Period, kind: str, folder: Path) -> Submission:
    """Write a submission as a file of a kind and read it."""
    path = write_xlsx(trials, submission, period, folder / f"{submission.key}.xlsx")
    if kind != "xlsx":
        sheets = open_book(path, path.name).sheets
        suffix = "" if kind == "csv" else f".{kind}"
        path = WRITERS[kind](sheets, folder / f"{submission.key}{suffix}")
    return replace(submission, reading=read_file(path, trials.catalogue))


def run_files(trials: Trials, cases: Sequence[Case], folder: Path) -> tuple[Score, dict[str, int]]:
    """File cases and their twins in all formats in turn, judge what was read, and count; also by format."""
    score, kinds = Score(), dict.fromkeys(FORMATS, 0)
    for variant, context in trials.contexts.items():
        read: list[tuple[Case, str]] = []
        for number, case in enumerate(cases):
            if case.injection.variant == variant:
                kind = FORMATS[number % len(FORMATS)]
                period = Period.parse(case.sound.key.period)
                sound = filed(trials, case.sound, period, kind, folder)
                faulty = filed(trials, case.faulty, period, kind, folder)
                read.append((replace(case, sound=sound, faulty=faulty), kind))
        judged = judge([s for case, _ in read for s in (case.sound, case.faulty)], context, engine="masks")
        for case, kind in read:
            missed = len(score.missed)
            count(score, case, judged[case.sound.key], judged[case.faulty.key])
            kinds[kind] += len(score.missed) == missed
    return score, kinds
