"""Kinds of files that hold no form that can be read, told by their first bytes, so that each has its name.

What belongs here: what a file is that is none of ours. What does not: how our own are told (`formats/`) and
opened (`opening.py`), and whether bytes are text (`plain_text.py`).
"""

import io
import re
import struct
import zipfile
from pathlib import PurePosixPath

from ingestion.records.submissions import UnreadableError

OLE_MARK = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
"""What containers of old Office programs begin with."""

_HEAD = 4096
_MARK = re.compile(rb"\A(?:\xef\xbb\xbf|\xff\xfe|\xfe\xff)")
_MAGIC = (
    (0, b"Rar!", "RAR"),
    (0, b"7z\xbc\xaf\x27\x1c", "7-Zip"),
    (0, b"\x1f\x8b", "GZip"),
    (0, b"BZh", "BZip2"),
    (0, b"\xfd7zXZ\0", "XZ"),
    (0, b"\x28\xb5\x2f\xfd", "Zstandard"),
    (0, b"MSCF", "Cabinet (.cab)"),
    (0, b"PK\x07\x08", "ZIP (.z01, .zip)"),
    (0, b"\xff\xd8\xff", "JPEG"),
    (0, b"\x89PNG", "PNG"),
    (0, b"GIF8", "GIF"),
    (0, b"II*\0", "TIFF"),
    (0, b"MM\0*", "TIFF"),
    (0, b"AT&TFORM", "DjVu"),
    (0, b"%!PS", "PostScript"),
    (0, b"{\\rtf", "RTF"),
    (0, b"PAR1", "Parquet"),
    (0, b"ARROW1", "Arrow"),
    (0, b"SQLite format 3\0", "SQLite"),
    (0, b"\0\1\0\0Standard Jet DB", "Microsoft Access (.mdb)"),
    (0, b"\0\1\0\0Standard ACE DB", "Microsoft Access (.accdb)"),
    (0, b"\0\0\2\0\4\4", "Lotus 1-2-3 (.wks)"),
    (0, b"\0\0\2\0\5\4", "Lotus Symphony (.wrk)"),
    (0, b"\0\0\2\0\6\4", "Lotus 1-2-3 (.wk1)"),
    (0, b"\0\0\x1a\0\0\x10", "Lotus 1-2-3 (.wk3)"),
    (0, b"\0\0\x1a\0\2\x10", "Lotus 1-2-3 (.wk4)"),
    (0, b"\0\0\x1a\0\3\x10", "Lotus 1-2-3 (.123)"),
    (0, b"\0\0\x1a\0\5\x10", "Lotus 1-2-3 (.123)"),
    (0, b"\0\0\2\0\x20\x51", "Quattro Pro (.wq1)"),
    (0, b"\0\0\2\0\x21\x51", "Quattro Pro (.wq2)"),
    (0, b"!BDN", "Outlook (.pst)"),
    (0, b"BEGIN:VCARD", "vCard"),
    (0, b"BEGIN:VCALENDAR", "iCalendar"),
    (0, b"ITSF", "HTML Help (.chm)"),
    (0, b"MZ", "EXE"),
    (0, b"\x7fELF", "ELF"),
    (0, b"ID3", "MP3"),
    (0, b"OggS", "Ogg"),
    (8, b"WEBP", "WEBP"),
    (8, b"WAVE", "WAV"),
    (8, b"AVI ", "AVI"),
    (4, b"ftyphe", "HEIC"),
    (4, b"ftypmif1", "HEIC"),
    (4, b"ftypmsf1", "HEIC"),
    (4, b"ftypavif", "AVIF"),
    (4, b"ftyp", "MP4"),
    (257, b"ustar", "TAR"),
    (0, b"bplist00", "Property list (.plist)"),
)
"""Where in a file which bytes stand, and the kind that they tell."""

_PATTERNS = (
    (re.compile(rb"(?s).{0,1019}%PDF-"), "PDF"),
    (re.compile(rb"(?s)BM.{4}\0{4}"), "BMP"),
    (re.compile(rb"ID;P[^\r\n]*[\r\n]+[A-Z];"), "SYLK (.slk)"),
    (re.compile(rb"TABLE\r?\n0,1\r?\n"), "DIF (.dif)"),
)
_XML_KINDS = (
    (b"urn:schemas-microsoft-com:office:spreadsheet", "XML Spreadsheet 2003"),
    (b"urn:oasis:names:tc:opendocument:xmlns:office", "Flat OpenDocument (.fods)"),
    (b"<plist", "Property list (.plist)"),
    (b"<svg", "SVG"),
)
_HTML_MARKS = (b"<html", b"<table", b"<!doctype html", b"<body", b"mime-version:")
_WRITTEN = re.compile(rb"^(?:from|subject): ", re.MULTILINE)
_SENT = re.compile(rb"^(?:to|cc|received|return-path|message-id|delivered-to): ", re.MULTILINE)
"""Headers of a message; a web page that a browser has saved with its pictures has but the first."""

_LINKS = (
    (b"L\0\0\0\1\x14\2\0", "shortcut (.lnk)"),
    (b"[internetshortcut]", "shortcut (.url)"),
    (b"[desktop entry]", "shortcut (.desktop)"),
)
_GOOGLE = re.compile(rb'^\s*\{.*"(?:doc_id|resource_id|resource_key|url)"\s*:', re.DOTALL)
_GOOGLE_NAMES = ("gsheet", "gdoc", "gslides", "glink", "gform")

_OLE_STREAMS = (
    ("WordDocument", "Word (.doc)"),
    ("PowerPoint Document", "PowerPoint (.ppt)"),
    ("__substg1.0_", "Outlook (.msg)"),
    ("VisioDocument", "Visio (.vsd)"),
    ("NativeContent_MAIN", "Quattro Pro (.qpw)"),
    ("Lotus123", "Lotus 1-2-3 (.123)"),
)
_DOCUMENTS = {
    "application/vnd.oasis.opendocument.text": "OpenDocument Text (.odt)",
    "application/vnd.oasis.opendocument.presentation": "OpenDocument Presentation (.odp)",
    "application/vnd.oasis.opendocument.graphics": "OpenDocument Drawing (.odg)",
    "application/vnd.oasis.opendocument.database": "OpenDocument Database (.odb)",
    "application/vnd.oasis.opendocument.formula": "OpenDocument Formula (.odf)",
    "application/epub+zip": "EPUB",
}
_IWORK = {
    "numbers": "Apple Numbers (.numbers)",
    "pages": "Apple Pages (.pages)",
    "key": "Apple Keynote (.key)",
}
_IWORK_ENTRY = re.compile(r"(?:(?P<package>[^/]+)/)?(?:Index\.zip|Index/.+\.iwa|index\.(?:xml|apxl)(?:\.gz)?)")
_SLIDE = re.compile(r"(?:^|/)(?:Master|Template)?Slide[^/]*\.iwa|(?:^|/)index\.apxl", re.MULTILINE)
_TABLES = re.compile(r"(?:^|/)Tables/[^/]+\.iwa", re.MULTILINE)


def refuse_foreign(data: bytes, name: str) -> None:
    """Refuse what is known to be no workbook and no CSV, by its name.

    Raises:
        UnreadableError: it is a kind that cannot be read, a web page, or a link to a file that stayed behind.
    """
    if kind := _link(data, name):
        raise UnreadableError("R088", kind=kind, value=name)
    head = _MARK.sub(b"", data[:_HEAD].lower().replace(b"\0", b"")).lstrip()
    kind = next((kind for mark, kind in _XML_KINDS if mark in head), None)
    if kind is None and _WRITTEN.search(head) and _SENT.search(head):
        kind = "E-mail (.eml)"
    if kind is None and any(mark in head for mark in _HTML_MARKS):
        raise UnreadableError("R003")
    kind = kind or foreign_kind(data)
    if kind is None and head.startswith(b"<?xml"):
        kind = "XML"
    if kind is not None:
        raise UnreadableError("R005", kind=kind)


def foreign_kind(data: bytes) -> str | None:
    """Give the kind of a file that is neither workbook nor text, where its first bytes tell; else None."""
    for at, magic, kind in _MAGIC:
        if data.startswith(magic, at):
            return kind
    for pattern, kind in _PATTERNS:
        if pattern.match(data):
            return kind
    return "dBase (.dbf)" if _is_dbase(data) else None


def _link(data: bytes, name: str) -> str | None:
    """Give the kind of a file that only says where another one lies."""
    head = _MARK.sub(b"", data[:_HEAD].lower().replace(b"\0", b"")).lstrip()
    for magic, kind in _LINKS:
        if data.startswith(magic) or head.startswith(magic):
            return kind
    extension = PurePosixPath(name).suffix.lower().lstrip(".")
    if _GOOGLE.match(head) and (b"google.com" in head or extension in _GOOGLE_NAMES):
        return f"Google Docs (.{extension if extension in _GOOGLE_NAMES else 'gsheet'})"
    if extension in ("webloc", "icloud") and (data.startswith(b"bplist00") or b"<plist" in head):
        return f"shortcut (.{extension})"
    return None


def _is_dbase(data: bytes) -> bool:
    """Say whether a header of dBase, FoxPro or Clipper stands there: a day, and fields up to its end mark."""
    if len(data) < 65 or data[0] & 0x7F not in (0x02, 0x03, 0x04, 0x05, 0x30, 0x31, 0x43, 0x63, 0x75, 0x7B):
        return False
    _, month, day = data[1:4]
    size = struct.unpack_from("<H", data, 8)[0]
    return 1 <= month <= 12 and 1 <= day <= 31 and 64 < size < len(data) + 1 and data[size - 1] in (0x0D, 0)


def ole_kind(data: bytes) -> str:
    """Give the kind of a container of old Office programs that is no workbook."""
    # Names of streams stand in the container's directory as UTF-16.
    return next((kind for stream, kind in _OLE_STREAMS if stream.encode("utf-16-le") in data), "OLE")


def document_kind(mimetype: bytes) -> str:
    """Give the kind of a package that says what it is in its first entry."""
    text = mimetype.decode("ascii", "replace")
    return _DOCUMENTS.get(text, text)


def iwork_kind(archive: zipfile.ZipFile, name: str) -> str | None:
    """Give the kind of a document of Apple's office programs, packed by itself or by the Finder; else None."""
    names = archive.namelist()
    entries = [match for match in map(_IWORK_ENTRY.fullmatch, names) if match]
    if not entries:
        return None
    extensions = (PurePosixPath(one).suffix.lower().lstrip(".") for one in (entries[0]["package"] or "", name))
    if known := next((one for one in extensions if one in _IWORK), None):
        return _IWORK[known]
    if index := next((one for one in names if one.endswith("Index.zip")), None):
        names += zipfile.ZipFile(io.BytesIO(archive.read(index))).namelist()
    parts = "\n".join(names)
    if _SLIDE.search(parts):
        return _IWORK["key"]
    if _TABLES.search(parts):
        return _IWORK["numbers"]
    is_sure = any(match[0].endswith((".zip", ".iwa")) for match in entries)
    return "Apple Numbers, Pages, Keynote" if is_sure else None
