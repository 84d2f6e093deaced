"""Text that came from a workbook or a registry is data: here it is made safe for where it is written.

What belongs here: one function for each place of a page that a text may stand in (Pandoc Markdown and its
attributes; pandoc writes the HTML and Typst). The text itself stays as it is, except that white space is
collapsed and characters that no reader can see are dropped.

Escaping is not enough for Quarto's shortcodes: Quarto looks for them in the text of a page and again, once
Markdown is read, in code, attributes, targets of links and metadata, where escapes are gone; there, even a
closing mark alone ends the run. So no text of data holds a brace on its way through Quarto: a character that
stands for no text takes its place, and `templates/finish.lua`, which runs after Quarto's own filters, puts the
brace back.
"""

import re
import unicodedata

MISSING_CHARACTER = "\ufffd"
STAND_INS = {"{": "\ufdd0", "}": "\ufdd1"}
"""What takes the place of braces until Quarto's filters have run; Unicode keeps these for no text at all."""
LETTER = "\ufdd2"
"""Takes likewise the place of the first letter of `QUARTO_MARK`."""
COLON = "\ufdd3"
"""Takes likewise the place of a colon before two more, of which Quarto remarks that a div may not be closed."""
QUARTO_MARK = "b58fc729-690b-4000-b19f-365a4093b2ff"
"""With this, and in hexadecimal digits what it says, Quarto hides shortcodes from pandoc, as a text may too."""
_HIDDEN = str.maketrans(STAND_INS)
_DIV = re.compile(":(?=::)")
_ANYWHERE = re.compile(r"""[\\`*_}\[\]<>#!|~^$@&"']|-(?=-)|\.(?=\.)""")
_AT_START = re.compile(r"[!-+\-:-@\[-`{-~]|\.(?![0-9])|(?<![0-9])\.")
_DROPPED = frozenset({"Cc", "Cf"})
_NO_NAME = re.compile(r"[^\w.-]|^[_.]")
_WHITE_SPACE = re.compile(r"[^\S\u00a0]+")  # a space that never breaks is meant


def plain(text: str) -> str:
    """Give text in one line, in NFC, without control and formatting characters.

    Formatting characters (category Cf) go because some of them reverse the order in which text is shown.
    """
    kept = []
    for character in _WHITE_SPACE.sub(" ", unicodedata.normalize("NFC", text)):
        category = unicodedata.category(character)
        if category == "Cs" or _is_no_character(ord(character)):
            kept.append(MISSING_CHARACTER)
        elif category not in _DROPPED:
            kept.append(character)
    return _WHITE_SPACE.sub(" ", "".join(kept)).strip()


def _is_no_character(code: int) -> bool:
    """Say whether Unicode keeps a code point from ever being a character."""
    return (code & 0xFFFE) == 0xFFFE or 0xFDD0 <= code <= 0xFDEF


def _hidden(text: str) -> str:
    """Give a text in which Quarto finds no shortcode; see the module."""
    return _DIV.sub(COLON, text.translate(_HIDDEN)).replace(QUARTO_MARK, LETTER + QUARTO_MARK[1:])


def code(text: str) -> str:
    """Give text for code within a line, with its backticks; it stands there as it is."""
    inner = plain(text)
    fence = "`" * (max((len(run) for run in re.findall("`+", inner)), default=0) + 1)
    pad = " " if inner.startswith("`") or inner.endswith("`") or not inner else ""
    return f"{fence}{pad}{_hidden(inner)}{pad}{fence}"


def code_line(text: str) -> str:
    """Give text for a line of a block of code; white space at its beginning stays."""
    indent = text[: len(text) - len(text.lstrip(" "))]
    return indent + _hidden(plain(text))


def markdown(text: str) -> str:
    """Give text for a paragraph, heading, list item or table cell of Pandoc Markdown.

    What Markdown or a Quarto shortcode could read within a line is escaped everywhere; in the first word all
    that could begin a list, a caption or another block is escaped too. Pages hold many numbers, and pandoc
    takes longer over each escape, so that a number stays bare.
    """
    first, space, rest = _hidden(plain(text)).partition(" ")
    return _AT_START.sub(r"\\\g<0>", first) + space + _ANYWHERE.sub(r"\\\g<0>", rest)


def attribute(text: str) -> str:
    """Give text for a quoted attribute of Pandoc Markdown, such as `alt="…"`, without the quotes."""
    escaped = {
        "&": "&amp;",
        '"': "&quot;",
        "\\": "&#92;",
        "<": "&lt;",
        ">": "&gt;",
    }
    return "".join(escaped.get(character, character) for character in _hidden(plain(text)))


def name(code: str) -> str:
    """Give a code for the name of a page, the target of a link and an anchor, in small letters.

    What could mean something there, or hide a page (Quarto leaves out what begins with `_`), becomes `X` and
    its hexadecimal number, so that two codes keep two names.
    """
    return _NO_NAME.sub(lambda found: f"X{ord(found[0]):X}", code.lower())
