"""Binary workbooks (.xls): a stream of records, by itself or in a container of old Office programs."""

from zipfile import ZipFile

from ingestion.reading.book import Book
from ingestion.reading.formats.format import Format
from ingestion.reading.kinds import OLE_MARK
from ingestion.reading.xls import read_xls

_EARLY_BIFF = (b"\x09\x00\x04\x00", b"\x09\x02\x06\x00", b"\x09\x04\x06\x00", b"\x09\x08\x08\x00")
_STREAMS = ("Workbook", "Book")


def _looks_like_it(data: bytes) -> bool:
    return data.startswith(OLE_MARK) and _has_stream(data, *_STREAMS)


def _opened(data: bytes, _: ZipFile | None) -> Book | None:
    is_contained = data.startswith(OLE_MARK) and _has_stream(data, *_STREAMS, *map(str.upper, _STREAMS))
    return read_xls(data) if is_contained or data.startswith(_EARLY_BIFF) else None


def _has_stream(data: bytes, *names: str) -> bool:
    # Names of streams stand in the container's directory as UTF-16.
    return any(f"{name}\0".encode("utf-16-le") in data for name in names)


FORMAT = Format(_looks_like_it, _opened)
