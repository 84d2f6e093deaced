"""The cells of a sheet in the one way in which nearly every program writes them, found without building a tree.

What belongs here: a pattern over the bytes of `sheetData`, and the proof that nothing of it was passed over.
What does not: what the values mean, and every other way of writing the same, which is left to the XML parser
(`reading/xlsx.py`): attributes in another order, prefixes, inline strings, escapes, errors, formulas without a
value.
"""

import re
from typing import NamedTuple

_BEGIN, _END = b"<sheetData>", b"</sheetData>"
_LARGE = 2**22
_TOKEN = re.compile(
    rb'<(?:c r="([A-Z]{1,3}+)([1-9][0-9]{0,6}+)"(?: s="([0-9]++)")?+(?: t="(s|n|str|b)")?+'
    rb"(?:/>|><v>([^<&\r]*+)</v></c>)"
    rb'|row r="([1-9][0-9]{0,6}+)"([^<>]*+)>)'
)
_LOW_LINE = re.compile(rb"<v>[^<]*[0-9]_[0-9]")
"""Python would take `1_000` for a number."""

_OTHER_ENCODING = re.compile(rb"<\?xml[^>]*encoding=[\"'](?!utf-8)", re.IGNORECASE)

Token = tuple[bytes, bytes, bytes, bytes, bytes, bytes, bytes]
"""Of a cell: column letters, row number, style, type, value; of a row: its number and its other attributes."""


class Scan(NamedTuple):
    """The cells of a sheet, and its XML without them."""

    tokens: list[Token]
    rest: bytes


def scan(data: bytes) -> Scan | None:
    """Find the cells of a worksheet; None unless all of its `sheetData` is written in the usual way."""
    begin = data.find(_BEGIN)
    end = data.find(_END, begin)
    if begin < 0 or end < 0 or _OTHER_ENCODING.match(data):
        return None
    rows = _without_formulas(data[begin + len(_BEGIN) : end])
    if rows is None:
        return None
    if b"_" in rows and _LOW_LINE.search(rows):
        return None
    tokens = _TOKEN.findall(rows)
    # Every tag is one of a token's: four of a cell with a value, one of a blank cell, two of a row.
    if len(tokens) + 3 * rows.count(b"</v></c>") + rows.count(b"</row>") != rows.count(b"<"):
        return None
    return Scan(tokens, data[: begin + len(_BEGIN)] + data[end:])


def _without_formulas(rows: bytes) -> bytes | None:
    """Leave out formulas that have a value, which is all that is read of them; None if one has none."""
    if len(rows) > _LARGE and rows.count(b"<f") > rows.count(b"<c "):
        return None  # no formulas, but a flood of pieces
    first, *pieces = rows.split(b"<f")
    kept = [first]
    for piece in pieces:
        end = piece.find(b"<")
        if piece.startswith(b"</f><v>", end):
            end += 4
        elif not (piece.startswith(b"<v>", end) and piece.endswith(b"/>", 0, end)):
            return None
        if piece.startswith(b"<v><", end) and not kept[-1].endswith(b' t="str">'):
            return None
        kept.append(piece[end:])
    return b"".join(kept)
