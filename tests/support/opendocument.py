"""OpenDocument spreadsheets written by hand, for what no library writes."""

import re
import zipfile
from pathlib import Path

_NAMES = {
    "office": "office",
    "table": "table",
    "text": "text",
    "style": "style",
    "draw": "drawing",
    "fo": "xsl-fo-compatible",
}
_DECLARED = " ".join(
    f'xmlns:{prefix}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for prefix, name in _NAMES.items()
)
TYPE = "application/vnd.oasis.opendocument.spreadsheet"


def _spelled(xml: str) -> str:
    """Write out what the tests shorten: rows, cells, paragraphs and their attributes."""
    for short, long in (
        ("r", "table:table-row"),
        ("c", "table:table-cell"),
        ("p", "text:p"),
        ("span", "text:span"),
    ):
        xml = re.sub(rf"<(/?){short}(?=[ />])", rf"<\1{long}", xml)
    for short, long in (
        ("type", "office:value-type"),
        ("value", "office:value"),
        ("date", "office:date-value"),
        ("time", "office:time-value"),
        ("bool", "office:boolean-value"),
        ("rows", "table:number-rows-repeated"),
        ("times", "table:number-columns-repeated"),
        ("wide", "table:number-columns-spanned"),
        ("formula", "table:formula"),
    ):
        xml = re.sub(rf"(?<=\s){short}(?==\")", long, xml)
    return xml


def _content(body: str, styles: str = "") -> str:
    return (
        f"<office:document-content {_DECLARED}><office:automatic-styles>{styles}</office:automatic-styles>"
        f"<office:body><office:spreadsheet>{body}</office:spreadsheet></office:body></office:document-content>"
    )


def save(
    path: Path, rows: str = "", *, styles: str = "", named: str | None = None, body: str | None = None
) -> Path:
    """Write a spreadsheet of one sheet, B01.

    Args:
        path: where.
        rows: its rows, with the short names of `_spelled`.
        styles: the styles that a program makes for cells.
        named: the styles that have names of their own; None for a file without that part.
        body: the sheets, where there is more to say than the rows of one.
    """
    body = f'<table:table table:name="B01">{rows}</table:table>' if body is None else body
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("mimetype", TYPE)
        archive.writestr("content.xml", _content(_spelled(body), styles))
        if named is not None:
            tag = "office:document-styles"
            xml = f"<{tag} {_DECLARED}><office:styles>{named}</office:styles></{tag}>"
            archive.writestr("styles.xml", xml)
    return path


def flat(rows: str) -> bytes:
    """Give a spreadsheet of one sheet, B01, as one XML file; rows are written as `save` takes them."""
    body = _spelled(f'<table:table table:name="B01">{rows}</table:table>')
    return (
        f'<office:document {_DECLARED} office:mimetype="{TYPE}"><office:body><office:spreadsheet>{body}'
        "</office:spreadsheet></office:body></office:document>"
    ).encode()
