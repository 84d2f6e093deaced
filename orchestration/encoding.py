"""Output in an encoding that lacks Vietnamese, or of names that are no text: shown as far as it can be.

What belongs here: what stands for a sign that a stream cannot take. What does not: what is written.
"""

import codecs
import json
import sys
import unicodedata
from io import TextIOWrapper
from typing import Any

HANDLER = "tongket.nearest"
"""The name under which the codecs know the replacement."""

_ASCII = "tongket_ascii"
_UNKNOWN = "?"
_LOST = "\N{REPLACEMENT CHARACTER}"
_LIKE = str.maketrans(
    {
        "đ": "d",
        "Đ": "D",
        "“": '"',
        "”": '"',
        "‘": "'",
        "’": "'",
        "–": "-",
        "—": "-",
        "…": "...",
        "→": "->",
        "●": "*",
        "│": "|",
        "\N{NO-BREAK SPACE}": " ",
    }
)


def _nearest(error: UnicodeError) -> tuple[bytes, int]:
    """Give what stands for signs that cannot be encoded: letters without marks, else a question mark."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    shown = "".join(_stand_in(sign, error.encoding) for sign in error.object[error.start : error.end])
    return shown.encode(error.encoding), error.end


def _stand_in(sign: str, encoding: str) -> str:
    if unicodedata.category(sign) == "Cs":
        # Half of a pair, as a name that is no UTF-8 comes to: no encoding has it.
        candidates = [_LOST]
    else:
        plain = unicodedata.normalize("NFKD", sign.translate(_LIKE))
        candidates = ["".join(letter for letter in plain if not unicodedata.combining(letter))]
    for candidate in candidates:
        try:
            candidate.encode(encoding)
        except UnicodeEncodeError:
            continue
        return candidate
    return _UNKNOWN


def _find_ascii(name: str) -> codecs.CodecInfo | None:
    """Give ASCII under a name of our own; click takes ASCII itself for a mistake and writes UTF-8."""
    if name != _ASCII:
        return None
    known = codecs.lookup("ascii")
    return codecs.CodecInfo(
        name=_ASCII,
        encode=known.encode,
        decode=known.decode,
        incrementalencoder=known.incrementalencoder,
        incrementaldecoder=known.incrementaldecoder,
        streamreader=known.streamreader,
        streamwriter=known.streamwriter,
    )


codecs.register_error(HANDLER, _nearest)
codecs.register(_find_ascii)


def prepare_streams() -> None:
    """Let the standard streams write whatever comes, in whatever encoding they have."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            is_ascii = codecs.lookup(stream.encoding).name == "ascii"
            stream.reconfigure(encoding=_ASCII if is_ascii else None, errors=HANDLER)


def as_json(answer: Any, encoding: str | None) -> str:
    """Write an answer as one line of JSON that keeps every letter, also in an encoding without Vietnamese."""
    line = json.dumps(answer, ensure_ascii=False)
    try:
        line.encode(encoding or "utf-8")
    except UnicodeEncodeError:
        whole = json.loads(line.encode("utf-8", HANDLER))
        line = json.dumps(whole, ensure_ascii=not _is_unicode(encoding))
    return line


def _is_unicode(encoding: str | None) -> bool:
    return (encoding or "utf-8").lower().replace("-", "").startswith("utf")
