"""Text whose letters were lost on the way: a program that knew no Vietnamese wrote `Ð?ng b?` for “Đảng bộ”.

What belongs here: how such text is told from a question. What does not: which cells are looked at
(`repair.py`), and what a code or a name without its letters is worth (`cast.py`).
"""

import re
from functools import lru_cache

_MARKS = re.compile("[?\ufffd]")
_LETTER_BEHIND = re.compile(r"(?P<before>\w?)\?+(?P<behind>[^\W\d_])")
_BESIDE_LETTER = re.compile(r"[^\W\d_]\?|\?[^\W\d_]")
_MAY_BE_MARKED = re.compile("[adeiouy]")
_ADDRESS = re.compile(r"[/=&]|:\S")


@lru_cache(maxsize=4096)
def has_lost(text: str) -> bool:
    """Say whether letters are certain to be lost: a question mark stands where only a letter can.

    No question mark begins a word or stands within one, but for addresses of pages (`?id=5`), and where the
    blank behind a question was forgotten (`không?Có`).
    """
    if "\ufffd" in text:
        return True
    return "?" in text and any(_is_broken(word) for word in text.split() if not _ADDRESS.search(word))


def _is_broken(word: str) -> bool:
    return any(
        not (match["before"].islower() and match["behind"].isupper()) for match in _LETTER_BEHIND.finditer(word)
    )


@lru_cache(maxsize=4096)
def may_have_lost(text: str) -> bool:
    """Say whether letters may be lost, in a file of which `has_lost` is true elsewhere (`xã b?`)."""
    return has_lost(text) or _BESIDE_LETTER.search(text) is not None


def without_marks(text: str) -> str:
    """Give a text with an `X` in every place where a letter was lost."""
    return _MARKS.sub("X", text)


def worn(pattern: re.Pattern[str]) -> re.Pattern[str]:
    """Give a pattern of folded words that finds them too where letters with marks have become `x`.

    One letter leaves up to three question marks, by the bytes that it had.
    """
    return re.compile(_MAY_BE_MARKED.sub(r"(?:\g<0>|x{1,3})", pattern.pattern))
