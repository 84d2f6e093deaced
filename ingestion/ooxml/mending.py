"""Cells of a filed sheet that other programs refuse to open, put right so that its return opens.

What belongs here: which sheets have such cells, and how they are written so that what stood in them is seen.
What does not: what they mean, which the reader has said.
"""

import re
from xml.etree.ElementTree import Element

from ingestion.ooxml.markup import unescaped
from ingestion.ooxml.parts import Part, stored
from ingestion.ooxml.references import text_without_place
from ingestion.ooxml.sheetdata import scan
from ingestion.records.stored import parse_moment

_NUMBER = re.compile(r"\s*[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]{1,2})?\s*")
_BYTES = re.compile(rb"[-+]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][-+]?[0-9]{1,2})?")
_MERGED = re.compile(rb"<mergeCell\s([^<>]*)>")
_PLAIN_RANGE = re.compile(rb'ref="[A-Z]{1,3}[1-9][0-9]{0,6}:[A-Z]{1,3}[1-9][0-9]{0,6}"\s?/')
_ERROR_NAME = re.compile(r"#(?:N/A|NULL!|DIV/0!|VALUE!|REF!|NAME\?|NUM!)")
_KINDS = frozenset({"n", "s", "b", "str", "e", "d", "inlineStr"})


def is_sound(data: bytes, strings: int) -> bool:
    """Say whether every cell of a sheet is written as all programs read it; False where only parsing can tell.

    Args:
        data: the part of the sheet.
        strings: how many shared strings there are.
    """
    found = scan(data)
    if found is None or not all(map(_PLAIN_RANGE.fullmatch, _MERGED.findall(found.rest))):
        return False
    place = b""
    for letters, digits, _, kind, value, row, _ in found.tokens:
        if row:
            place = row
        elif digits != place or not letters:
            return False
        elif not value or kind == b"str":
            continue
        elif kind == b"s":
            if not value.isdigit() or int(value) >= strings:
                return False
        elif kind == b"b":
            if value not in (b"0", b"1"):
                return False
        elif not _BYTES.fullmatch(value):
            return False
    return True


def mend_value(cell: Element, part: Part, strings: int) -> None:
    """Write the value of a cell so that every program reads it: as it is, as an error, as text, or not."""
    value = cell.find(part.tag("v"))
    kind = cell.get("t", "n")
    if kind not in _KINDS:
        kind = "n"
        cell.attrib.pop("t")
    if value is None or not value.text or kind in ("str", "inlineStr", "e"):
        return
    text = value.text.strip()
    if not text:
        cell.remove(value)
        if cell.find(part.tag("f")) is None:
            cell.attrib.pop("t", None)
    elif not fits(kind, text, strings):
        shown = unescaped(text)
        is_error = kind == "n" and _ERROR_NAME.fullmatch(shown.upper()) is not None
        cell.set("t", "e" if is_error else "str")
        value.text = shown.upper() if is_error else stored(text_without_place(shown) if kind == "s" else shown)


def fits(kind: str, text: str, strings: int) -> bool:
    """Say whether a value is one of its kind, where there are so many shared strings."""
    if kind == "s":
        return text.isascii() and text.isdigit() and len(text) < 9 and int(text) < strings
    if kind == "b":
        return text in ("0", "1")
    if kind == "d":
        return parse_moment(text) is not None
    return _NUMBER.fullmatch(text) is not None
