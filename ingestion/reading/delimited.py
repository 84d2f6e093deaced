"""CSV files as cells: delimiter and quoting found out, every cell text but error cells and formulas.

What belongs here: one delimited file. What does not: its bytes (`plain_text.py`), folders and archives of such
files (`opening.py`).
"""

import csv
import io
import re
from collections import Counter, deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from ingestion.reading.book import MAX_CELLS
from ingestion.reading.plain_text import decode
from ingestion.records.cells import LAST_COLUMN, LAST_ROW, Cell, CellType, SheetCells, address
from ingestion.records.submissions import Problem, UnreadableError
from ingestion.records.text import clean

DELIMITERS = {",": "“,”", ";": "“;”", "\t": "TAB", "|": "PIPE"}
MAX_LETTERS = 131_072
"""Of one cell; `csv` holds no more, and a spreadsheet a quarter of it."""

_SAMPLE_LINES = 60
_SAMPLE_LETTERS = 100_000
_DECLARED = re.compile(r'"?sep=([^"\r\n])"?[,;\t|]*(?:\r\n|[\r\n])', re.IGNORECASE)
_LINE_IN_QUOTES = re.compile(r'[\r\n]"')
_SHOWN = 40
_FEW = 8
"""Of so many lines one may be a title, which is in no quotes where the others are."""

_FIGURE_OR_BLANK = re.compile(r"[-0-9., ]*")
_QUOTED = re.compile(r'"[^"]*"')
_SEVERAL_LINES = re.compile(r"[\r\n]")
_ERROR = re.compile(r"#(?:N/A|[A-Z][A-Z_]*(?:/0)?[!?]|GETTING_DATA|#{2,})|Err:[0-9]{3}")
"""Errors of spreadsheets, and the hashes that they print for what is wider than its column."""

_FORMULA = re.compile(r"=[A-Za-z0-9(+$'\"-].*", re.DOTALL)
_TEXT_FORMULA = re.compile(r'="((?:[^"]|"")*)"', re.DOTALL)


@dataclass(frozen=True)
class _Layout:
    """How the fields of a file are told apart.

    Attributes:
        delimiter: what stands between fields.
        width: how many fields the records of the table have; 0 where no line has more than one.
        packing: where every line stands in quotes as a whole, one field that holds a delimited line: what
            stands between such a field and the blank ones behind it.
    """

    delimiter: str
    width: int
    packing: str | None = None

    @property
    def outer(self) -> str:
        """What stands between the fields of the file as it is."""
        return self.packing or self.delimiter


def read_csv(data: bytes, name: str) -> tuple[SheetCells, list[Problem]]:
    """Read one file as a sheet, and say in notes which encoding and delimiter were found.

    Rows are records: a quoted line break does not begin a new one, so addresses are those that a spreadsheet
    shows when it opens the file. Lines that stand in quotes as a whole are unpacked.

    Raises:
        UnreadableError: the encoding is unknown, the quoting is broken, or the file is beyond a limit.
    """
    text, encoding = decode(data)
    sheet = SheetCells(clean(name))
    if (ends := text.count("\r\r\n")) and ends == text.count("\n"):
        text = text.replace("\r\r\n", "\r\n")  # written twice as text
    declared = _DECLARED.match(text)
    if declared is not None:
        text = text[declared.end() :]
    layout = _layout(text, DELIMITERS if declared is None else declared[1])
    _check_size(text, layout.outer, sheet.name)
    if '"' in text:
        _check_quotes(text, layout, sheet.name)
    unpacked = 0
    row = 0
    for row, record in enumerate(_records(text, layout.outer, sheet.name), start=1):
        fields = _unpacked(record, layout, sheet.name, row)
        unpacked += fields is not record
        sheet.widths[row] = len(fields)
        for column, stored in enumerate(fields, start=1):
            shown = clean(stored)
            if shown and (cell := _cell(row, column, stored, shown)):
                sheet.cells[row, column] = cell
        if len(sheet.cells) > MAX_CELLS:
            raise UnreadableError("R013", sheet=sheet.name, limit=str(MAX_CELLS))
    details = {"encoding": encoding, "delimiter": DELIMITERS.get(layout.delimiter, layout.delimiter)}
    notes = [Problem("R104", sheet=sheet.name, value=encoding, details=details)]
    if unpacked:
        notes.append(Problem("R161", sheet=sheet.name, details={"count": str(unpacked), "rows": str(row)}))
    return sheet, notes


def find_delimiter(text: str) -> str:
    """Give the delimiter under which most lines of the beginning have the same, largest number of fields."""
    return _steadiest(text, DELIMITERS)[0]


def _steadiest(text: str, delimiters: Iterable[str]) -> tuple[str, int]:
    """Give what `find_delimiter` gives, with that number of fields; 0 where no delimiter parts any line."""
    best, best_width, best_score = next(iter(delimiters)), 0, 0
    for delimiter in delimiters:
        # A field with half a pair of quotes was torn apart at a sign that stands within it.
        records = (r for r in _sample(text, delimiter) if not any(field.count('"') % 2 for field in r))
        widths = Counter(map(len, records))
        width = max(widths, key=lambda width: widths[width] * (width - 1), default=1)
        if (score := widths[width] * (width - 1)) > best_score:
            best, best_width, best_score = delimiter, width, score
    return best, best_width


def _sample(text: str, delimiter: str) -> Iterator[list[str]]:
    lines = io.StringIO(text[:_SAMPLE_LETTERS], newline="").readlines()[:_SAMPLE_LINES]
    return csv.reader(lines, delimiter=delimiter)


def _layout(text: str, delimiters: Iterable[str]) -> _Layout:
    delimiter, width = _steadiest(text, delimiters)
    if text.lstrip().startswith('"') or _LINE_IN_QUOTES.search(text, 0, _SAMPLE_LETTERS):
        samples = {one: [record for record in _sample(text, one) if record] for one in DELIMITERS}
        if not any(map(_has_columns, samples.values())):
            outer = max(samples, key=lambda one: sum(map(len, samples[one])))
            inner = "\n".join(record[0] for record in samples[outer])
            found, inner_width = _steadiest(inner, delimiters)
            if inner_width:
                return _Layout(found, inner_width, outer)
    return _Layout(delimiter, width)


def _has_columns(records: list[list[str]]) -> bool:
    """Say whether more than a few records have anything behind their first field."""
    return sum(any(record[1:]) for record in records) * _FEW > len(records)


def _unpacked(record: list[str], layout: _Layout, sheet: str, row: int) -> list[str]:
    """Give the fields of a record; those within the one that it has, if it is a line in quotes as a whole.

    Where not every line is, the line must have as many fields as the records of the table.
    """
    if not record or layout.delimiter not in record[0] or any(record[1:]):
        return record
    line = io.StringIO(record[0], newline="")
    try:
        fields = next(csv.reader(line, delimiter=layout.delimiter, strict=True), record)
    except csv.Error as error:
        if layout.packing:
            raise UnreadableError("R080", sheet=sheet, cell=address(row, 1), value=_shown(record[0])) from error
        return record
    return fields if layout.packing or (len(record) == 1 and len(fields) == layout.width) else record


def _shown(text: str) -> str:
    """Give as much of a text as a message quotes."""
    bare = clean(text)
    return bare if len(bare) <= _SHOWN else f"{bare[:_SHOWN]}…"


def _check_size(text: str, delimiter: str, sheet: str) -> None:
    """Refuse more lines, and a line of more columns, than a sheet has, before they take all memory."""
    if (rows := max(text.count("\n"), text.count("\r"))) > LAST_ROW:
        raise _too_large(sheet, rows, 1)
    if text.count(delimiter) < LAST_COLUMN:
        return
    for row, line in enumerate(io.StringIO(text, newline=""), start=1):
        if (
            line.count(delimiter) >= LAST_COLUMN
            and (columns := _QUOTED.sub("", line).count(delimiter) + 1) > LAST_COLUMN
        ):
            raise _too_large(sheet, row, columns)


def _too_large(sheet: str, row: int, columns: int) -> UnreadableError:
    limits = {"rows": str(LAST_ROW), "columns": str(LAST_COLUMN)}
    return UnreadableError("R082", sheet=sheet, row=str(row), found=str(columns), **limits)


def _check_quotes(text: str, layout: _Layout, sheet: str) -> None:
    """Refuse a text in which a quotation mark without its partner has made one cell of several lines.

    Such a cell ends with the file, or at the next quotation mark, behind which text goes on, or it holds a
    whole record. Other liberties with quotes lose nothing.
    """
    delimiter = layout.outer
    mark = re.escape(delimiter)
    quoted = re.compile(rf'(?:(?<=[{mark}\r\n])|\A)"((?:[^"]|"")*+)(?:"([^{mark}\r\n]?)|\Z)')
    for field in quoted.finditer(text):
        is_open = field[2] is None
        if not is_open and _SEVERAL_LINES.search(field[1]):
            is_open = field[2].strip() != "" or (
                not layout.packing and any(_is_record(line, layout) for line in field[1].splitlines())
            )
        if is_open:
            before = enumerate(_records(text[: field.start()] + '"', delimiter, sheet), start=1)
            ((row, record),) = deque(before, maxlen=1)
            place = address(row, len(record))
            raise UnreadableError("R080", sheet=sheet, cell=place, value=_shown(field[1][:_SAMPLE_LETTERS]))


def _is_record(line: str, layout: _Layout) -> bool:
    """Say whether a line of a cell is a record of the table, as its width and its figures show."""
    fields = line.split(layout.delimiter)
    figures = sum(_FIGURE_OR_BLANK.fullmatch(field) is not None for field in fields)
    return len(fields) == layout.width > 2 and figures * 2 >= len(fields)


def _records(text: str, delimiter: str, sheet: str) -> Iterator[list[str]]:
    records = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    row = 0
    try:
        for record in records:
            row += 1
            yield record
    except csv.Error as error:
        # The one thing that it refuses, of a text whose quotes are sound.
        raise UnreadableError("R083", sheet=sheet, row=str(row + 1), limit=str(MAX_LETTERS)) from error


def _cell(row: int, column: int, stored: str, shown: str) -> Cell | None:
    first = shown[0]
    if first in "#E" and _ERROR.fullmatch(shown):
        return Cell(row, column, CellType.ERROR, shown, shown)
    if first == "=":
        if text := _TEXT_FORMULA.fullmatch(shown):
            # What programs write to keep a spreadsheet from changing a code: ="053".
            bare = text[1].replace('""', '"')
            return Cell(row, column, CellType.TEXT, bare, clean(bare)) if clean(bare) else None
        if _FORMULA.fullmatch(shown):
            return Cell(row, column, CellType.ERROR, shown, shown)
    return Cell(row, column, CellType.TEXT, stored, shown)
