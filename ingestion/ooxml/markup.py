"""XML from files of strangers: parsed without document types, so that no entity can expand.

What belongs here: what both XML workbook formats need of XML, and characters as SpreadsheetML escapes them.
What does not: their vocabularies.
"""

import codecs
import io
import re
from collections.abc import Iterator
from itertools import repeat
from xml.etree.ElementTree import Element, ParseError, fromstring, iterparse

_DOCTYPE = re.compile(rb"<\0?!\0?D\0?O\0?C\0?T\0?Y\0?P\0?E", re.IGNORECASE)
_ENCODING = re.compile(rb"<\?xml[^>]*\sencoding=[\"']([A-Za-z0-9._-]+)[\"']")
_DECLARATION = re.compile(r"\ufeff?<\?xml[^>]*\?>")
_BOM_16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
SMALL = 4 * 2**20
"""Up to this size a tree costs little; above it, elements are counted first and given up one by one."""

_WORKBOOKS = (
    "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}workbook",
    "{http://purl.oclc.org/ooxml/spreadsheetml/main}workbook",
)
_ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
_SURROGATE = re.compile("[\ud800-\udfff]")
_BLANK_CONTROLS = "\x0b\x0c\x1c\x1d\x1e\x1f"
_UNSHOWN = [*range(32), 0xFFFE, 0xFFFF]
_CONTROLS = (
    dict.fromkeys(_UNSHOWN, "\ufffd")
    | dict.fromkeys(map(ord, _BLANK_CONTROLS), " ")
    | {ord(kept): kept for kept in "\t\n\r"}
)


def parse_xml(data: bytes) -> Element:
    """Parse one part of a workbook.

    Raises:
        ParseError: it is not well-formed, or declares a document type, which no office program writes there.
    """
    if _DOCTYPE.search(data):
        raise ParseError("a document type is declared")
    return fromstring(data)


def elements(data: bytes, depth: int) -> Iterator[tuple[str, Element]]:
    """Give the elements at a depth (1: children of the root) with their parent's name, each with all below it.

    Of a large part, no more than one is held at a time.

    Raises:
        ParseError: it is not well-formed, or declares a document type.
    """
    if len(data) <= SMALL:
        parents = [parse_xml(data)]
        for _ in range(depth - 1):
            parents = [child for parent in parents for child in parent]
        for parent in parents:
            yield from zip(repeat(local(parent.tag)), parent, strict=False)
        return
    if _DOCTYPE.search(data):
        raise ParseError("a document type is declared")
    above: list[Element] = []
    for event, element in iterparse(io.BytesIO(data), ("start", "end")):
        if event == "start":
            above.append(element)
            continue
        above.pop()
        if len(above) == depth:
            yield local(above[-1].tag), element
        if 0 < len(above) <= depth:
            del above[-1][:]


def in_utf8(data: bytes) -> bytes:
    """Give a part in UTF-8, in which nearly every program writes it.

    Raises:
        LookupError, UnicodeDecodeError: it is in no encoding that is known, or not in the one that it declares.
    """
    match = None if data.startswith(_BOM_16) else _ENCODING.match(data)
    if not data.startswith(_BOM_16) and (match is None or match[1].lower() in (b"utf-8", b"us-ascii")):
        return data
    text = data.decode("utf-16" if match is None else match[1].decode("ascii"))
    return _DECLARATION.sub("", text, count=1).encode()


def local(name: str) -> str:
    """Give a tag or attribute name without its namespace."""
    return name.rpartition("}")[2]


def is_true(text: str | None) -> bool:
    """Say whether an attribute says yes."""
    return text is not None and text.strip().lower() in ("1", "true", "on")


def is_workbook_root(root: Element) -> bool:
    """Say whether a part is the main part of a workbook."""
    return root.tag in _WORKBOOKS


def reference(entry: Element) -> str:
    """Give the relation that an element names (`r:id`); blank where it names none."""
    return next((value for name, value in entry.items() if local(name) == "id"), "")


def unescaped(text: str) -> str:
    """Give a text with its escaped characters put back (`_x000D_` is a line break, `_x005F_` a low line).

    Halves of a character that stand beside each other make it whole. What no character is left of, and controls
    that no text holds, become U+FFFD.
    """
    if "_x" not in text:
        return text
    plain = _ESCAPED.sub(lambda match: chr(int(match[1], 16)), text)
    if plain == text:
        return text
    if _SURROGATE.search(plain):
        plain = plain.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return plain.translate(_CONTROLS)


def is_plain(item: Element) -> bool:
    """Say whether a text is written in one piece without a look of its own."""
    return len(item) == 1 and item[0].tag.endswith("}t")


def rich_text(item: Element) -> str:
    """Join the runs of a text, without phonetic hints, with escaped characters put back."""
    if is_plain(item):
        return unescaped(item[0].text or "")
    runs = []
    for child in item:
        tag = local(child.tag)
        if tag == "t":
            runs.append(child.text or "")
        elif tag == "r":
            runs += [t.text or "" for t in child if local(t.tag) == "t"]
    return unescaped("".join(runs))
