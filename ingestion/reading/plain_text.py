"""Files of plain text: whether bytes are text at all, in which encoding, and where the text ends.

What belongs here: encodings, marks at the beginning and at the end, characters that no text has. What does
not: lines and fields (`delimited.py`), and text in old scripts within cells (`legacy_text.py`, `repair.py`).
"""

import codecs
import re
import unicodedata

from ingestion.reading.legacy_text import as_western, best_script, evidence
from ingestion.reading.legacy_text import decode as decode_script
from ingestion.records.submissions import UnreadableError

_BOMS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LEGACY = "windows-1258"
_SAMPLE_LETTERS = 20_000
_CONTROLS = bytes({*range(32)} - {9, 10, 11, 12, 13})
_FEW = 50
"""One control character among so many others is a fault of a text; more of them are no text."""

_NULS_OF_WIDE = 0.3
"""In UTF-16 at least this share of characters (digits, delimiters, plain letters) has a byte of nothing."""

_END_MARK = "\x1a"
_PADDING = "\0\x1a \t\r\n\xff\xe5\xf6"
"""What programs of old systems fill the last block of a file with, behind the end mark."""

_BROKEN = "\ufffd"
_NO_TEXT = re.compile(r"[\x00-\x08\x0e-\x1f\ufffe\uffff]")
_FILLED_UP = re.compile(r"\x00+(?=[\x00,;\t|\r\n\"]|\Z)")


def is_text(data: bytes) -> bool:
    """Say whether the bytes are text in one of the encodings that `decode` knows."""
    if any(data.startswith(mark) for mark, _ in _BOMS[1:]):
        return True
    if encoding := _wide(data):
        text = data[: min(len(data) // 2 * 2, _SAMPLE_LETTERS)].decode(encoding, "replace")
        data = text[: _end(text)].encode("utf-8")
    else:
        data = data[: _end(data.decode("latin-1"))]
    return (len(data) - len(data.translate(None, _CONTROLS))) * _FEW <= len(data)


def decode(data: bytes) -> tuple[str, str]:
    """Give the text of a file and the encoding it was in.

    By its mark, else UTF-8 or UTF-16, else what reads most like Vietnamese among windows-1258, TCVN3 and VNI.
    An end mark with what fills up the file behind it is no part of the text; characters that no text has, and
    the few bytes that the encoding does not know, are shown as U+FFFD.

    Raises:
        UnreadableError: it is none of them.
    """
    encoding = next((name for mark, name in _BOMS if data.startswith(mark)), None) or _wide(data)
    if encoding is not None:
        text = _decoded(data, encoding)
    else:
        text, encoding = _by_content(data[: _end(data.decode("latin-1"))])
    text = text[: _end(text)].replace("\ufeff", "")
    if _NO_TEXT.search(text):
        text = _NO_TEXT.sub(_BROKEN, _FILLED_UP.sub("", text))
    return text, encoding


def _end(text: str) -> int:
    """Give the length of a text without its end mark and what stands behind it, if that is nothing."""
    mark = text.find(_END_MARK)
    if mark >= 0 and not text[mark:].strip(_PADDING):
        return mark
    return len(text.rstrip("\0"))


def _wide(data: bytes) -> str | None:
    """Give the encoding of UTF-16 that bears no mark; None for anything else."""
    sample = data[: 2 * _SAMPLE_LETTERS].rstrip(b"\0")  # what fills up the file says nothing of its letters
    first, second = sample[0::2].count(0), sample[1::2].count(0)
    least = len(sample) // 2 * _NULS_OF_WIDE
    if second > least and second > _FEW * first:
        return "utf-16-le"
    return "utf-16-be" if first > least and first > _FEW * second else None


def _by_content(data: bytes) -> tuple[str, str]:
    text = data.decode("utf-8", "replace")
    if _is_sound(text):
        return text, "utf-8"
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


def _is_sound(text: str) -> bool:
    """Say whether a text was in UTF-8, as letters beyond ASCII show, of which few may be broken."""
    broken = text.count(_BROKEN)
    if not broken:
        return True
    return sum(not letter.isascii() for letter in text) > 10 * broken


def _decoded(data: bytes, encoding: str) -> str:
    """Decode what bears a mark, or can be nothing else, with U+FFFD for the little that is broken."""
    if encoding.startswith("utf-16") and len(data) % 2 and data[-1:] in (b"\x1a", b"\0", b"\n"):
        data = data[:-1]  # an end mark of a program that knew of no wide characters
    text = data.decode(encoding, "replace")
    if text.count(_BROKEN) * _FEW > len(text):
        raise UnreadableError("R011", value=encoding)
    return text
