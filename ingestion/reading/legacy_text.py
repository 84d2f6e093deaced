"""Vietnamese text from before Unicode, and Unicode that was read under a wrong code page.

What belongs here: the tables of TCVN3 (ABC) and VNI as data, pure decoders, and the judgement whether a text
reads as Vietnamese. What does not: which cells are decoded (`repair.py`) and files as bytes (`delimited.py`).

Office programs keep such text as the Western letters that share its bytes: only a font (`.VnTime`, `VNI-Times`)
turns `§¶ng bé` into “Đảng bộ” on the screen.
"""

import re
import unicodedata
from enum import StrEnum
from functools import lru_cache


class Script(StrEnum):
    """A way in which Vietnamese was written with Western letters."""

    TCVN3 = "TCVN3"
    TCVN3_CAPITALS = "TCVN3, capitals"
    VNI = "VNI"


_TCVN3_RUNS = {
    0xA1: "ĂÂÊÔƠƯĐăâêôơưđ",
    0xB5: "àảãáạ",
    0xBB: "ằẳẵắ",
    0xC6: "ặầẩẫấậè",
    0xCE: "ẻẽéẹềểễếệìỉ",
    0xDC: "ĩíịò",
    0xE1: "ỏõóọồổỗốộờởỡớợù",
    0xF1: "ủũúụừửữứựỳỷỹýỵ",
}
TCVN3 = {chr(start + i): letter for start, run in _TCVN3_RUNS.items() for i, letter in enumerate(run)}
"""The 74 letters of TCVN 5712:1993 (VN3) by the Western letter with the same byte."""

_TONES = {"ø": "\u0300", "ù": "\u0301", "û": "\u0309", "õ": "\u0303", "ï": "\u0323"}
_ROUND = {"â": "", "à": "\u0300", "á": "\u0301", "å": "\u0309", "ã": "\u0303", "ä": "\u0323"}
_BREVE = {"ê": "", "è": "\u0300", "é": "\u0301", "ú": "\u0309", "ü": "\u0303", "ë": "\u0323"}
_VNI_SINGLE = {"ô": "ơ", "ö": "ư", "ñ": "đ", "ì": "ì", "í": "í", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ"}


def _vni() -> dict[str, str]:
    """Build the table: a base letter, and the mark behind it, which says both its shape and its tone."""
    pairs = dict(_VNI_SINGLE)
    for base in "aeiouyôö":
        letter = _VNI_SINGLE.get(base, base)
        pairs |= {base + mark: letter + tone for mark, tone in _TONES.items()}
    for base in "aeo":
        pairs |= {base + mark: f"{base}\u0302{tone}" for mark, tone in _ROUND.items()}
    pairs |= {f"a{mark}": f"a\u0306{tone}" for mark, tone in _BREVE.items()}
    lower = {code: unicodedata.normalize("NFC", letter) for code, letter in pairs.items()}
    capitals = {code.upper(): letter.upper() for code, letter in lower.items()}
    mixed = {code[0].upper() + code[1:]: letter.upper() for code, letter in lower.items() if code[1:]}
    return mixed | capitals | lower


VNI = _vni()
"""Letters of VNI by one or two Western letters; a capital may carry a mark of either case."""

_VNI_CODE = re.compile("|".join(sorted(map(re.escape, VNI), key=len, reverse=True)))
_TCVN3_TABLE = str.maketrans(TCVN3)

_FONTS = ((".vn", Script.TCVN3), ("vni-", Script.VNI))


@lru_cache(maxsize=512)
def script_of_font(font: str) -> Script | None:
    """Say which script a font shows: `.VnTime` TCVN3, `.VnTimeH` its capitals, `VNI-Times` VNI; others none."""
    name = font.strip().lower()
    script = next((script for prefix, script in _FONTS if name.startswith(prefix)), None)
    return Script.TCVN3_CAPITALS if script is Script.TCVN3 and name.endswith("h") else script


def decode(text: str, script: Script) -> str:
    """Give the text in Unicode; what the script does not know stays as it is."""
    if script is Script.VNI:
        return _VNI_CODE.sub(lambda match: VNI[match[0]], text)
    decoded = text.translate(_TCVN3_TABLE)
    return decoded.upper() if script is Script.TCVN3_CAPITALS else decoded


_MODERN = re.compile("[ĂăĐđĨĩŨũƠơƯưẠ-ỹ\u0300\u0301\u0303\u0309\u0323]")
_FOREIGN = re.compile(
    "[\u0080-\u009f\u00a1-\u00bf\u00d7\u00f7ÄÅÆÇËÎÏÑÖØÛÜÞßäåæçëîïñöøûüþÿ€‚ƒ„†‡ˆ‰Š‹ŒŽ˜™š›œžŸ]|Ã\u00a0"
)
_WORD = re.compile(r"[^\W\d_]+")


def is_modern(text: str) -> bool:
    """Say whether a text has letters that only Unicode has, so that no legacy script can have written it."""
    return _MODERN.search(text) is not None


def is_suspicious(text: str) -> bool:
    """Say whether a text has characters that Vietnamese does not."""
    return not text.isascii() and _FOREIGN.search(text) is not None


# A syllable without its tone: an opening consonant, a nucleus, a closing consonant or glide.
_SYLLABLE = re.compile(
    "(?:(?:ngh|gh|k)(?=[eêiy])|ng|nh|ch|gi|kh|ph|qu|th|tr|[bcdđghlmnpqrstvx])?"
    "(?:iê|yê|uyê|uya|uâ|uê|uơ|uô|ươ|oă|oa|oe|oo|uy|ia|ua|ưa|ya|[aăâeêioôơuưy])"
    "(?:ng|nh|ch|[cmnptiyou])?"
)
_LONGEST_WORD = 30
_VOWELS = frozenset("aăâeêioôơuưy")
_STOPS = ("c", "ch", "p", "t")
_ACUTE, _DOT = "\u0301", "\u0323"
_TONE_MARKS = frozenset(("\u0300", _ACUTE, "\u0303", "\u0309", _DOT))


@lru_cache(maxsize=8192)
def _is_syllable(word: str) -> bool | None:
    """Say whether a word can be a Vietnamese syllable; None for an abbreviation, which could be anything."""
    parts = unicodedata.normalize("NFD", word.lower())
    tones = [c for c in parts if c in _TONE_MARKS]
    bare = unicodedata.normalize("NFC", "".join(c for c in parts if c not in _TONE_MARKS))
    if _VOWELS.isdisjoint(bare):
        return None
    if len(tones) > 1 or _SYLLABLE.fullmatch(bare) is None:
        return False
    # A syllable that ends in a stop has no other tone than these two.
    return not bare.endswith(_STOPS) or not tones or tones[0] in (_ACUTE, _DOT)


def evidence(text: str) -> tuple[int, int]:
    """Count the words of a text with letters beyond ASCII, and how many of them read as Vietnamese.

    Single letters and abbreviations prove nothing and count as neither.
    """
    words = [word for word in _WORD.findall(text) if len(word) > 1 and not word.isascii()]
    found = [_is_syllable(word) if len(word) <= _LONGEST_WORD else False for word in words]
    return sum(one is not None for one in found), sum(one is True for one in found)


def reads_as_vietnamese(text: str) -> bool:
    """Say whether every word of a text that could tell reads as Vietnamese, and at least one could tell."""
    words, syllables = evidence(text)
    return 0 < words == syllables


_UTF8_AS_WESTERN = re.compile("[Ââ][\u0080-¿€‚-\u203a™]|Ã|Ä|Å[¨©]|Æ|áº|á»|ï»¿")
_UNDEFINED = (0x81, 0x8D, 0x8F, 0x90, 0x9D)
_TO_BYTES = {
    **{chr(code): code for code in range(256)},
    **{bytes([code]).decode("cp1252"): code for code in range(128, 160) if code not in _UNDEFINED},
}
_TO_LETTERS = {byte: letter for letter, byte in _TO_BYTES.items()}
_LOST_SECOND_BYTE = re.compile("Ä(?![\u0080-¿€‚-\u203a™ƒˆ˜ŠšŒœŽžŸ])")


def undo_mojibake(text: str) -> str | None:
    """Give back UTF-8 text that was read as Western bytes (`Äáº£ng`); None unless it comes back whole.

    The second byte of Đ is no Western character, and many programs drop it; no other letter of the alphabet
    begins like it, so it is put back.
    """
    if _UTF8_AS_WESTERN.search(text) is None:
        return None
    whole = _LOST_SECOND_BYTE.sub("Ä\u0090", text)
    try:
        return bytes(_TO_BYTES[character] for character in whole).decode("utf-8")
    except (KeyError, UnicodeDecodeError):
        return None


def as_western(data: bytes) -> str:
    """Give bytes as a Western program shows them; bytes that no such letter has stay control characters."""
    return data.decode("latin-1").translate(_TO_LETTERS)


def best_script(text: str) -> Script | None:
    """Give the script under which most words of a text read as Vietnamese; None if none beats the text."""
    best, best_count = None, max(1, evidence(text)[1])
    for script in (Script.TCVN3, Script.VNI):
        words, syllables = evidence(decode(text, script))
        if syllables > best_count and syllables * 5 >= words * 4:
            best, best_count = script, syllables
    return best
