"""Texts of binary workbooks in which half of a surrogate pair stands alone.

What belongs here: finding the texts of a workbook in its records, and putting U+FFFD where a half stands, as
for any letter that cannot be read. xlrd would give up the workbook for it. What does not: everything else about
records.
"""

from itertools import pairwise
from struct import pack_into, unpack_from

_STRINGS, _CONTINUE = 0xFC, 0x3C
_FLAGS = {0x204: 8, 0xD6: 8, 0x207: 2, 0x85: 7, 0x41E: 4, 0x31: 15}
"""Where in a record its text begins: cells, results of formulas, sheets, formats, fonts; first the byte that
says whether letters take two bytes."""

_BIFF8 = 0x0600
_IS_WIDE, _HAS_HINTS, _HAS_RUNS = 0x01, 0x04, 0x08
_UNKNOWN_LETTER = 0xFFFD


def without_half_pairs(stream: bytes) -> bytes:
    """Give a workbook with every half of a pair replaced; one from before Excel 97 has none.

    Raises:
        struct.error, IndexError: the shared strings break off.
    """
    if unpack_from("<H", stream, 4)[0] != _BIFF8:
        return stream
    found = bytearray(stream)
    blocks: list[tuple[int, int]] = []
    place, before = 0, 0
    while place + 4 <= len(found):
        code, length = unpack_from("<HH", found, place)
        start, place = place + 4, place + 4 + length
        if code == _STRINGS or (code == _CONTINUE and before == _STRINGS):
            blocks.append((start, place))
            code = _STRINGS
        elif code in _FLAGS or (code == _CONTINUE and before in _FLAGS):
            flag = start + _FLAGS.get(code, 0)
            if flag < place <= len(found) and found[flag] & _IS_WIDE:
                _mend(found, flag + 1, place)
            code = code if code in _FLAGS else before
        before = code
    if blocks:
        _mend_strings(found, blocks)
    return bytes(found)


def _mend_strings(found: bytearray, blocks: list[tuple[int, int]]) -> None:
    """Mend the shared strings, which run through several records; a record may end within a string."""
    (count,) = unpack_from("<I", found, blocks[0][0] + 4)
    block = 0
    place, end = blocks[0][0] + 8, blocks[0][1]
    for _ in range(count):
        while place >= end:
            block, left = block + 1, place - end
            if block == len(blocks):
                return
            place, end = blocks[block][0] + left, blocks[block][1]
        letters, flags = unpack_from("<HB", found, place)
        place += 3
        behind = 0
        if flags & _HAS_RUNS:
            behind += 4 * unpack_from("<H", found, place)[0]
            place += 2
        if flags & _HAS_HINTS:
            behind += unpack_from("<I", found, place)[0]
            place += 4
        while True:
            width = 1 + (flags & _IS_WIDE)
            here = min((end - place) // width, letters)
            if width == 2:
                _mend(found, place, place + 2 * here)
            place += width * here
            letters -= here
            if not letters:
                break
            block += 1
            place, end = blocks[block]
            flags = found[place]
            place += 1
        place += behind


def _mend(found: bytearray, start: int, end: int) -> None:
    """Replace what is half a pair in a piece of text; a pair that the end of a piece parts is two halves."""
    units = unpack_from(f"<{(end - start) // 2}H", found, start)
    high = [0xD800 <= unit < 0xDC00 for unit in units]
    low = [0xDC00 <= unit < 0xE000 for unit in units]
    if True not in high and True not in low:
        return
    whole = [first and second for (first, _), (_, second) in pairwise(zip(high, low, strict=True))]
    for i in range(len(units)):
        is_whole = whole[i : i + 1] == [True] if high[i] else i > 0 and whole[i - 1]
        if (high[i] or low[i]) and not is_whole:
            pack_into("<H", found, start + 2 * i, _UNKNOWN_LETTER)
