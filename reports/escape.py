"""Text that came from a workbook or a registry is data: here it is made safe for where it is written.

What belongs here: one function for each place of a page that a text may stand in (Pandoc Markdown and its
attributes; pandoc writes the HTML and Typst). The text itself stays as it is, except that white space is
collapsed and characters that no reader can see are dropped.
"""

import re
import unicodedata

MISSING_CHARACTER = "\ufffd"
_ANYWHERE = re.compile(r"""[\\`*_{}\[\]<>#!|~^$@&"']|-(?=-)|\.(?=\.)""")
_AT_START = re.compile(r"[!-+\-:-@\[-`{-~]|\.(?![0-9])|(?<![0-9])\.")
_DROPPED = frozenset({"Cc", "Cf"})
_WHITE_SPACE = re.compile(r"[^\S\u00a0]+")  # a space that never breaks is meant


def plain(text: str) -> str:
    """Give text in one line, in NFC, without control and formatting characters.

    Formatting characters (category Cf) go because some of them reverse the order in which text is shown.
    """
    kept = []
    for character in _WHITE_SPACE.sub(" ", unicodedata.normalize("NFC", text)):
        category = unicodedata.category(character)
        if category == "Cs" or (ord(character) & 0xFFFE) == 0xFFFE:
            kept.append(MISSING_CHARACTER)
        elif category not in _DROPPED:
            kept.append(character)
    return _WHITE_SPACE.sub(" ", "".join(kept)).strip()


def markdown(text: str) -> str:
    """Give text for a paragraph, heading, list item or table cell of Pandoc Markdown.

    What Markdown or a Quarto shortcode could read within a line is escaped everywhere; in the first word all
    that could begin a list, a caption or another block is escaped too. Pages hold many numbers, and pandoc
    takes longer over each escape, so that a number stays bare.
    """
    first, space, rest = plain(text).partition(" ")
    return _AT_START.sub(r"\\\g<0>", first) + space + _ANYWHERE.sub(r"\\\g<0>", rest)


def attribute(text: str) -> str:
    """Give text for a quoted attribute of Pandoc Markdown, such as `alt="…"`, without the quotes."""
    escaped = {
        "&": "&amp;",
        '"': "&quot;",
        "\\": "&#92;",
        "{": "&#123;",
        "}": "&#125;",
        "<": "&lt;",
        ">": "&gt;",
    }
    return "".join(escaped.get(character, character) for character in plain(text))
