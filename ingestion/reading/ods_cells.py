"""One cell of an OpenDocument spreadsheet: its type, its value, and its text as it is seen.

What belongs here: what a cell's own attributes and paragraphs say. What does not: where it stands (`ods.py`)
and how it is dressed (`ods_styles.py`).

A value that cannot be read makes an error of its cell: nothing is put in its place, and the rest is read.
"""

import math
import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from xml.etree.ElementTree import Element

from ingestion.ooxml.markup import local
from ingestion.reading.ods_styles import Styles
from ingestion.reading.runs import Look
from ingestion.records.cells import Cell, CellType
from ingestion.records.stored import format_date, format_number, parse_moment
from ingestion.records.text import clean

TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_CALC = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}"
_PARAGRAPHS = (f"{TEXT}p", f"{TEXT}h")
_LISTS = (f"{TEXT}list", f"{TEXT}list-item", f"{TEXT}list-header")
_SPACES = {"tab": " ", "line-break": "\n"}
_MOST_SPACES = 1_000
MAX_TEXT = 1_000_000
"""Letters of a cell; other programs hold a thirtieth of it."""

_UNSEEN = frozenset(
    {"annotation", "annotation-end", "event-listeners", "note", "ruby-text", "script", "tracked-changes"}
)
"""What hangs on a text and is no part of it: notes, hints at pronunciation, programs, what was deleted."""

_DRAWING = re.compile(
    r"\{urn:oasis:names:tc:opendocument:xmlns:(?:drawing|dr3d|chart|form|presentation):1\.0\}"
)
_SHORT = 80
_ERROR = re.compile(r"#(?:N/A|DIV/0!|NAME\?|GETTING_DATA|[A-Z][A-Z_]*!)|(?:Err|Lỗi):[0-9]+")
_DECIMALS = re.compile(r"[.,](\d+)\s*%?$")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?")
_DURATION = re.compile(
    r"(-?)P(?:([0-9]{1,9})D)?(?:T(?:([0-9]{1,9})H)?(?:([0-9]{1,9})M)?(?:([0-9]{1,9})(?:[.,][0-9]*)?S)?)?"
)
_VALUES = {
    "float": "value",
    "percentage": "value",
    "currency": "value",
    "date": "date-value",
    "time": "time-value",
    "boolean": "boolean-value",
}
_VALUE_TYPE, _VALUE, _STRING_VALUE = f"{OFFICE}value-type", f"{OFFICE}value", f"{OFFICE}string-value"
_FORMULA, _CALC_TYPE = f"{TABLE}formula", f"{_CALC}value-type"


def decode(element: Element, row: int, column: int) -> Cell | None:
    """Give a cell; None for a blank one."""
    kind = element.get(_VALUE_TYPE)
    shown = shown_text(element) if len(element) else ""
    formula = element.get(_FORMULA)
    if element.get(_CALC_TYPE) == "error" or ((formula or kind in _VALUES) and _ERROR.fullmatch(shown)):
        # Programs store 0 beside an error; where the formula is gone, what is shown still tells of it.
        return _error(row, column, shown)
    if kind in _VALUES:
        stored = element.get(OFFICE + _VALUES[kind], "").strip()
        if not (stored or shown or formula):
            return None
        return _value(kind, stored, shown, row, column) or _error(row, column, shown or stored or formula or "")
    if kind is None and formula and not shown:
        # Never calculated: an error, no blank. What stands before the colon is the formula language.
        return _error(row, column, formula.partition(":")[2] or formula)
    return _text(element, shown, row, column)


def _text(element: Element, shown: str, row: int, column: int) -> Cell | None:
    """Give a cell that holds text; a value without a type, or of one that nobody knows, is none."""
    kind, value = element.get(_VALUE_TYPE), element.get(_VALUE)
    if kind not in (None, "string", "void") or (kind != "string" and value is not None):
        return _error(row, column, shown or value or "")
    stored = element.get(_STRING_VALUE) or shown
    if len(stored) > MAX_TEXT:
        return _error(row, column, f"{stored[:_SHORT]}…")
    text = clean(stored)
    return Cell(row, column, CellType.TEXT, stored, text) if text else None


def _error(row: int, column: int, shown: str) -> Cell:
    text = clean(shown[:MAX_TEXT]) or "#?"
    return Cell(row, column, CellType.ERROR, text, text)


def _value(kind: str, stored: str, shown: str, row: int, column: int) -> Cell | None:
    """Give a cell with a value; None where the value is none of its type."""
    if kind in ("date", "time"):
        moment = _date(stored) if kind == "date" else _time(stored)
        if moment is None:
            return None
        text = _format_elapsed(moment) if isinstance(moment, timedelta) else format_date(moment)
        return Cell(row, column, CellType.DATE, moment, text)
    if kind == "boolean":
        if stored not in ("true", "false"):
            return None
        return Cell(row, column, CellType.BOOL, stored == "true", stored.upper())
    return _number(stored, shown, row, column, is_percent=kind == "percentage")


def _number(stored: str, shown: str, row: int, column: int, *, is_percent: bool) -> Cell | None:
    """Give a number; its format is told by what is shown, which the file stores beside the value."""
    value = float(stored) if _NUMBER.fullmatch(stored) else math.nan
    if not math.isfinite(value):
        return None
    decimals = _DECIMALS.search(shown)
    number_format = None
    if is_percent or (decimals and not value.is_integer()):
        number_format = "0" + (f".{'0' * len(decimals[1])}" if decimals else "") + ("%" if is_percent else "")
    return Cell(row, column, CellType.NUMBER, value, format_number(value, number_format), number_format)


def _date(stored: str) -> date | None:
    """Give a date, or a date with its time, by the clock of whoever wrote it."""
    moment = parse_moment(stored)
    if isinstance(moment, datetime):
        return moment.replace(microsecond=0)
    return moment if isinstance(moment, date) else None


def _time(stored: str) -> time | timedelta | None:
    """Give a time of day, or how much time it is where it is none: a day or more, or less than nothing."""
    match = _DURATION.fullmatch(stored)
    if match is None or not any(match.groups()[1:]):
        return None
    days, hours, minutes, seconds = (int(part or 0) for part in match.groups()[1:])
    try:
        elapsed = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)
    except OverflowError:
        return None
    if match[1]:
        return -elapsed
    return (datetime.combine(date.min, time()) + elapsed).time() if elapsed < timedelta(days=1) else elapsed


def _format_elapsed(elapsed: timedelta) -> str:
    minutes = int(abs(elapsed).total_seconds()) // 60
    return f"{'-' if elapsed < timedelta() else ''}{minutes // 60:02}:{minutes % 60:02}"


def shown_text(element: Element) -> str:
    """Give the paragraphs of a cell as text; notes and drawings hang beside them and are no part of it."""
    return "\n".join(
        paragraph.text or ""
        if not len(paragraph)
        else "".join(text for text, _ in _pieces(paragraph, Look(), None))
        for paragraph in _paragraphs(element)
    )


def pieces(element: Element, look: Look, styles: Styles) -> Iterator[tuple[str, Look]]:
    """Give the text of a cell in pieces that look alike.

    Args:
        element: the cell.
        look: how its style dresses all of it.
        styles: the styles of the document.
    """
    for number, paragraph in enumerate(_paragraphs(element)):
        if number:
            yield "\n", look
        yield from _pieces(
            paragraph, styles.look("paragraph", paragraph.get(f"{TEXT}style-name"), look), styles
        )


def _paragraphs(element: Element) -> Iterator[Element]:
    for child in element:
        if child.tag in _PARAGRAPHS:
            yield child
        elif child.tag in _LISTS:
            yield from _paragraphs(child)


def _pieces(element: Element, look: Look, styles: Styles | None) -> Iterator[tuple[str, Look]]:
    if element.text:
        yield element.text, look
    for child in element:
        tag = local(child.tag)
        if tag == "s":
            yield " " * _spaces(child), look
        elif tag in _SPACES:
            yield _SPACES[tag], look
        elif tag not in _UNSEEN and not _DRAWING.match(child.tag):
            inner = styles.look("text", child.get(f"{TEXT}style-name"), look) if styles else look
            yield from _pieces(child, inner, styles)
        if child.tail:
            yield child.tail, look


def _spaces(element: Element) -> int:
    stated = element.get(f"{TEXT}c", "1")
    return min(int(stated), _MOST_SPACES) if re.fullmatch("[0-9]{1,9}", stated) else 1
