"""XML parts of a workbook that are changed and written back with everything else left as it was.

What belongs here: parsing and writing with the prefixes of the original, which other attributes of a part refer
to by name (`mc:Ignorable`), so that nothing is lost that this product knows nothing of. What does not: the
vocabulary of spreadsheets.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser
from xml.sax.saxutils import escape

from ingestion.ooxml.markup import local

_XML = "http://www.w3.org/XML/1998/namespace"
_ILLEGAL = dict.fromkeys([*range(9), 11, 12, *range(14, 32), 0xFFFE, 0xFFFF])
_ATTRIBUTE = {'"': "&quot;", "\n": "&#10;", "\r": "&#13;", "\t": "&#9;"}


class _Builder(TreeBuilder):
    """Builds a tree and remembers which prefixes its names had."""

    def __init__(self) -> None:
        super().__init__()
        self.prefixes: dict[str, str] = {}

    def start_ns(self, prefix: str | None, uri: str) -> None:
        """Take a declaration in; a prefix that means two things keeps the first."""
        self.prefixes.setdefault(prefix or "", uri)

    def doctype(self, name: str, pubid: str | None, system: str | None) -> None:
        """Refuse a document type, which no office program declares, before any of its entities is read.

        Raises:
            ParseError: always.
        """
        raise ParseError("a document type is declared")


@dataclass
class Part:
    """One parsed part.

    Attributes:
        prefixes: namespaces by prefix, as the part declares them.
    """

    root: Element
    prefixes: dict[str, str] = field(default_factory=dict)

    @property
    def namespace(self) -> str:
        """The namespace of the root, in braces, as it stands before each tag."""
        return self.root.tag[: -len(local(self.root.tag))]

    def tag(self, name: str) -> str:
        """Give a name in the namespace of the root."""
        return self.namespace + name

    def child(self, name: str) -> Element | None:
        """Give the root's child of a name."""
        return self.root.find(self.tag(name))

    def children(self, name: str) -> Iterator[Element]:
        """Give the children of the root's child of a name."""
        parent = self.child(name)
        return iter(()) if parent is None else iter(list(parent))

    def to_bytes(self) -> bytes:
        """Write the part; the same tree gives the same bytes."""
        return _Writer(self.prefixes).write(self.root)


def parse(data: bytes) -> Part:
    """Parse a part.

    Raises:
        ParseError: it is not well-formed, or declares a document type.
    """
    builder = _Builder()
    parser = XMLParser(target=builder)
    parser.feed(data)
    root: Element = parser.close()
    return Part(root, builder.prefixes)


class _Writer:
    """Writes a tree with all namespaces declared at its root."""

    def __init__(self, prefixes: dict[str, str]) -> None:
        self._prefixes = dict(prefixes)
        self._names: dict[tuple[str, bool], str] = {}
        self._out: list[str] = []

    def write(self, root: Element) -> bytes:
        self._element(root)
        body = "".join(self._out)
        declared = "".join(
            f' xmlns{":" if prefix else ""}{prefix}="{escape(uri, _ATTRIBUTE)}"'
            for prefix, uri in self._prefixes.items()
        )
        end = len(self._name(root.tag, False)) + 1
        head = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'
        return (head + body[:end] + declared + body[end:]).encode("utf-8")

    def _name(self, name: str, is_attribute: bool) -> str:
        known = self._names.get((name, is_attribute))
        if known is None:
            known = self._names[name, is_attribute] = self._spell(name, is_attribute)
        return known

    def _spell(self, name: str, is_attribute: bool) -> str:
        if not name.startswith("{"):
            return name
        uri, _, bare = name[1:].partition("}")
        if uri == _XML:
            return f"xml:{bare}"
        # An attribute needs a prefix; the default namespace serves elements alone.
        if not is_attribute and self._prefixes.get("") == uri:
            return bare
        prefix = next((p for p, u in self._prefixes.items() if u == uri and p), None)
        if prefix is None:
            number = 1
            while f"ns{number}" in self._prefixes:
                number += 1
            prefix = f"ns{number}"
            self._prefixes[prefix] = uri
        return f"{prefix}:{bare}"

    def _element(self, element: Element) -> None:
        out = self._out
        name = self._name(element.tag, False)
        out.append(f"<{name}")
        for key, value in element.items():
            out.append(f' {self._name(key, True)}="{escape(value, _ATTRIBUTE)}"')
        if len(element) or element.text:
            out.append(">")
            if element.text:
                out.append(escape(element.text, {"\r": "&#13;"}))
            for child in element:
                self._element(child)
                if child.tail:
                    out.append(escape(child.tail, {"\r": "&#13;"}))
            out.append(f"</{name}>")
        else:
            out.append("/>")


_ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")


def stored(text: str) -> str:
    """Give text as SpreadsheetML stores it: legal, and with what would read as an escaped character escaped."""
    return _ESCAPE.sub("_x005F_", legal(text)) if "_x" in text else legal(text)


def legal(text: str) -> str:
    """Give text without the characters that XML cannot hold."""
    return text.translate(_ILLEGAL).encode("utf-8", "ignore").decode("utf-8")
