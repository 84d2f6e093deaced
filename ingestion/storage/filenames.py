"""Names of files as other people's machines give them, and what the product makes of them.

What belongs here: a name as it may be shown and recorded, and a name as it may stand in a folder. What does
not: files themselves.

A name on a disk is bytes. What is not UTF-8 among them cannot be written into JSON, a zip or a terminal, and
a line break or a mark of writing direction makes a name look like another one. So a name is cleaned once,
where the file enters; from then on only the clean name is spoken of.
"""

import hashlib
import os
import re
import unicodedata
from pathlib import Path

LONGEST = 200
"""How many bytes a name of the product's making may have, so that there is room for what is put around it."""

_REPLACEMENT = "\ufffd"
_SURROGATE = re.compile("[\ud800-\udfff]")
_NEVER_SHOWN = frozenset({"Cc", "Cs", "Zl", "Zp"})
_DIRECTIONS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_LONGEST_SUFFIX = 16
_DIGITS = 8


def shown(name: str) -> str:
    """Give a name or path as it can be shown; bytes that are no text and control signs become U+FFFD."""
    return "".join(_REPLACEMENT if _is_never_shown(sign) else sign for sign in name)


def _is_never_shown(sign: str) -> bool:
    return unicodedata.category(sign) in _NEVER_SHOWN or sign in _DIRECTIONS


def writable(text: str) -> str:
    """Give a text, such as one with a path in it, as any stream takes it; its lines and signs stay."""
    return _SURROGATE.sub(_REPLACEMENT, text)


def clean_name(name: str) -> str:
    """Give the name under which a file was sent, as it is recorded and told: one line that names no path.

    Blanks around it and dots behind it go, since other systems drop them as well.
    """
    one = unicodedata.normalize("NFC", shown(name)).replace("/", "_").replace("\\", "_")
    return one.strip().rstrip(". ") or "_"


def key_of(name: str) -> str:
    """Give what stands for a name in the ledger's keys: the name itself, where it can be written.

    Names that are shown alike get different keys.
    """
    if (told := shown(name)) == name:
        return name
    return f"{told}#{hashlib.sha256(name.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"


def fitted(name: str, longest: int = LONGEST) -> str:
    """Give a name that is short enough for a folder; a cut one keeps its suffix and stays unlike others."""
    raw = os.fsencode(name)
    if len(raw) <= longest:
        return name
    suffix = Path(name).suffix
    if len(os.fsencode(suffix)) > _LONGEST_SUFFIX:
        suffix = ""
    end = f"~{hashlib.sha256(raw).hexdigest()[:_DIGITS]}{suffix}"
    return raw[: longest - len(os.fsencode(end))].decode("utf-8", "ignore") + end
