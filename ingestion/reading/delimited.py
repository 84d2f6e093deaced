"""CSV files as cells: encoding and delimiter found out, every cell text.

What belongs here: one delimited file. What does not: folders and archives of them (`files.py`).
"""

import codecs
import csv
import io
import unicodedata
from collections import Counter

from ingestion.cells import Cell, CellType, SheetCells
from ingestion.reading.book import MAX_CELLS, UnreadableError
from ingestion.reading.legacy_text import as_western, best_script, evidence
from ingestion.reading.legacy_text import decode as decode_script
from ingestion.submissions import Problem
from ingestion.text import clean

DELIMITERS = {",": "“,”", ";": "“;”", "\t": "TAB", "|": "PIPE"}
_BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))
_LEGACY = "windows-1258"
_SAMPLE_LINES = 60
_SAMPLE_LETTERS = 20_000
_CONTROLS = frozenset(range(32)) - {9, 10, 12, 13}


def decode(data: bytes) -> tuple[str, str]:
    """Give the text of a file and the encoding it was in.

    By its mark, else UTF-8, else what reads most like Vietnamese among windows-1258, TCVN3 and VNI.

    Raises:
        UnreadableError: it is none of them.
    """
    for mark, encoding in _BOMS:
        if data.startswith(mark):
            return _decoded(data, encoding), encoding
    try:
        return data.decode("utf-8"), "utf-8"
    except UnicodeDecodeError:
        pass
    western = as_western(data)
    script = best_script(western[:_SAMPLE_LETTERS])
    if script is None:
        return unicodedata.normalize("NFC", _decoded(data, _LEGACY)), _LEGACY
    older = decode_script(western, script)
    try:
        text = data.decode(_LEGACY)
    except UnicodeDecodeError:
        return older, script.value
    composed = unicodedata.normalize("NFC", text[:_SAMPLE_LETTERS])
    if evidence(composed)[1] >= evidence(older[:_SAMPLE_LETTERS])[1]:
        return unicodedata.normalize("NFC", text), _LEGACY
    return older, script.value


def _decoded(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        raise UnreadableError("R011", value=f"{encoding}, {error.start}") from error


def is_text(data: bytes) -> bool:
    """Say whether the bytes are text in one of the encodings that `decode` knows."""
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return True
    return _CONTROLS.isdisjoint(data)


def find_delimiter(text: str) -> str:
    """Give the delimiter under which most lines of the beginning have the same, largest number of fields."""
    sample = "".join(text.splitlines(keepends=True)[:_SAMPLE_LINES])
    best, best_score = ",", 0
    for delimiter in DELIMITERS:
        records = csv.reader(io.StringIO(sample, newline=""), delimiter=delimiter)
        widths = Counter(len(record) for record in records)
        score = max((count * (width - 1) for width, count in widths.items()), default=0)
        if score > best_score:
            best, best_score = delimiter, score
    return best


def _check_end(text: str, delimiter: str) -> None:
    """Refuse a text that ends within quotes: all that follows the mark has become one cell.

    Raises:
        csv.Error: it does.
    """
    if '"' not in text:
        return
    records = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for _ in records:
            pass
    except csv.Error as error:
        # Other liberties with quotes lose nothing.
        if "unexpected end of data" in str(error):
            raise


def read_csv(data: bytes, name: str) -> tuple[SheetCells, Problem]:
    """Read one file as a sheet, and say in a note which encoding and delimiter were found.

    Rows are records: a quoted line break does not begin a new one, so addresses are those that a spreadsheet
    shows when it opens the file.

    Raises:
        UnreadableError: the encoding is unknown or the quoting is broken.
    """
    text, encoding = decode(data)
    delimiter = ""
    declared, _, rest = text.partition("\n")
    declared = declared.rstrip("\r")
    if declared.lower().startswith("sep=") and len(declared) == len("sep=") + 1:
        delimiter, text = declared[-1], rest
    sheet = SheetCells(clean(name))
    try:
        delimiter = delimiter or find_delimiter(text)
        for row, record in enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter), start=1):
            for column, stored in enumerate(record, start=1):
                shown = clean(stored)
                if shown:
                    sheet.cells[row, column] = Cell(row, column, CellType.TEXT, stored, shown)
            if len(sheet.cells) > MAX_CELLS:
                raise UnreadableError("R013", sheet=sheet.name, limit=str(MAX_CELLS))
        _check_end(text, delimiter)
    except csv.Error as error:
        raise UnreadableError("R006", sheet=sheet.name, technical=f"{type(error).__name__}: {error}") from error
    shown_delimiter = DELIMITERS.get(delimiter, delimiter)
    return sheet, Problem(
        "R104", sheet=sheet.name, value=encoding, details={"encoding": encoding, "delimiter": shown_delimiter}
    )
