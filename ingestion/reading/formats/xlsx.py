"""Office Open XML workbooks (.xlsx, .xlsm): a package with a workbook among its parts."""

import re
from zipfile import ZipFile

from ingestion.ooxml.opc import is_package
from ingestion.reading.book import Book
from ingestion.reading.formats.format import Format
from ingestion.reading.xlsx import read_xlsx
from ingestion.storage.archives import ZIP_MARKS

_WORKBOOK_PART = re.compile(rb"xl[/\\]workbook\.xml", re.IGNORECASE)


def _looks_like_it(data: bytes) -> bool:
    return data.startswith(ZIP_MARKS) and _WORKBOOK_PART.search(data) is not None


def _opened(_: bytes, archive: ZipFile | None) -> Book | None:
    return read_xlsx(archive) if archive is not None and is_package(archive) else None


FORMAT = Format(_looks_like_it, _opened)
