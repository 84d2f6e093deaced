"""OpenDocument spreadsheets (.ods): an archive that says so in its first entry, or has the parts of one."""

from zipfile import ZipFile

from ingestion.ooxml.opc import is_package
from ingestion.reading.book import Book
from ingestion.reading.formats.format import Format
from ingestion.reading.ods import read_ods
from ingestion.storage.archives import ZIP_MARKS

_TYPE = b"application/vnd.oasis.opendocument.spreadsheet"
_PARTS = frozenset({"content.xml", "META-INF/manifest.xml"})
_HEAD = 4096


def _looks_like_it(data: bytes) -> bool:
    return data.startswith(ZIP_MARKS) and _TYPE in data[:_HEAD]


def _opened(_: bytes, archive: ZipFile | None) -> Book | None:
    return read_ods(archive) if archive is not None and _is_it(archive) else None


def _is_it(archive: ZipFile) -> bool:
    names = archive.namelist()
    if is_package(archive):
        return False
    if "mimetype" in names:
        return archive.read("mimetype").strip().startswith(_TYPE)
    return set(names) >= _PARTS  # some programs leave out what it says of itself


FORMAT = Format(_looks_like_it, _opened)
