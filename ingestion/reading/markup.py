"""XML from files of strangers: parsed without document types, so that no entity can expand.

What belongs here: what both XML workbook formats need of XML. What does not: their vocabularies.
"""

import re
from xml.etree.ElementTree import Element, ParseError, fromstring

_DOCTYPE = re.compile(rb"<\0?!\0?D\0?O\0?C\0?T\0?Y\0?P\0?E", re.IGNORECASE)


def parse_xml(data: bytes) -> Element:
    """Parse one part of a workbook.

    Raises:
        ParseError: it is not well-formed, or declares a document type, which no office program writes there.
    """
    if _DOCTYPE.search(data):
        raise ParseError("a document type is declared")
    return fromstring(data)


def local(name: str) -> str:
    """Give a tag or attribute name without its namespace."""
    return name.rpartition("}")[2]


def rich_text(item: Element) -> str:
    """Join the runs of a text, without phonetic hints."""
    if len(item) == 1 and item[0].tag.endswith("}t"):
        return item[0].text or ""
    runs = []
    for child in item:
        tag = local(child.tag)
        if tag == "t":
            runs.append(child.text or "")
        elif tag == "r":
            runs += [t.text or "" for t in child if local(t.tag) == "t"]
    return "".join(runs)
