"""Text as Vietnamese offices write it: normal form, folding for comparison, safe re-use in a workbook.

What belongs here: functions from text to text. What does not: numbers and dates (`stored.py`), legacy
encodings of whole files (`reading/`).
"""

import re
import unicodedata

_ETH = str.maketrans({"Ð": "Đ", "ð": "đ"})
_SPACES = re.compile(r"[\s\u00a0\u2007\u202f]+")
_INVISIBLE = re.compile(r"[\u200b-\u200f\u2060\ufeff\u00ad]")
_NOT_WORD = re.compile(r"[^0-9a-z]+")
_FORMULA_START = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")


def clean(text: str) -> str:
    """Give text in NFC, with Eth mapped to Đ and invisible or repeated spaces collapsed.

    NFC does not unify Ð (Eth) with Đ, and Vietnamese files mix both.
    """
    text = _INVISIBLE.sub("", unicodedata.normalize("NFC", text).translate(_ETH))
    return _SPACES.sub(" ", text).strip()


def fold(text: str) -> str:
    """Give the key under which labels are compared: lower case, no marks, words joined by one space.

    Two spellings of one label (`uỷ/ủy`, `Tăng: kết nạp` and `TĂNG > Kết nạp`) have the same key.
    """
    lowered = clean(text).lower().replace("đ", "d")
    bare = "".join(c for c in unicodedata.normalize("NFD", lowered) if not unicodedata.combining(c))
    return _NOT_WORD.sub(" ", bare).strip()


def shortened(text: str, most: int = 300) -> str:
    """Give a text as a message can quote it: cut where it is longer than anyone reads there."""
    return text if len(text) <= most else f"{text[: most - 1].rstrip()}…"


def neutralise_formula(text: str) -> str:
    """Give text that a spreadsheet will not run when it is written back into a workbook."""
    return "'" + text if text.startswith(_FORMULA_START) else text
