"""What a file is, by its bytes, and its sheets as cells.

What belongs here: asking each format, what is told where none knows the file, folders and archives, and the
one boundary at which a decoder's error becomes a problem that a person can act on. What does not: how a format
is told (`formats/`), the decoders, and the meaning of sheets.
"""

import struct
import zipfile
import zlib
from pathlib import Path, PurePosixPath
from xml.etree.ElementTree import ParseError

from ingestion.ooxml.opc import is_package
from ingestion.reading.book import Book
from ingestion.reading.delimited import read_csv
from ingestion.reading.encrypted import decrypted
from ingestion.reading.formats import FORMATS
from ingestion.reading.kinds import (
    OLE_MARK,
    document_kind,
    foreign_kind,
    iwork_kind,
    ole_kind,
    refuse_foreign,
)
from ingestion.reading.plain_text import is_text
from ingestion.records.file_kinds import FileKind, Holds
from ingestion.records.submissions import Problem, UnreadableError
from ingestion.storage.archives import (
    MAX_FILE_BYTES,
    ZIP_MARKS,
    check_folder,
    check_names,
    entry_name,
    is_junk,
    is_link,
    open_archive,
    pack_folder,
    too_large,
)

_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
"""Names of streams stand in the container's directory as UTF-16."""

_OF_WORKBOOKS = frozenset(
    suffix for kind in FileKind if kind.holds is Holds.WORKBOOK for suffix in kind.suffixes
)
_EXPAT_NO_MEMORY = 1
_ZLIB_NO_MEMORY = "Error -4 "
DECODING_ERRORS = (
    zipfile.BadZipFile,
    zlib.error,
    ParseError,
    struct.error,
    ArithmeticError,
    AttributeError,
    EOFError,
    LookupError,
    NotImplementedError,
    RuntimeError,
    TypeError,
    ValueError,
)
"""What decoders raise on damaged files: errors of the zip and XML libraries and of broken references."""


def open_book(path: Path, name: str) -> Book:
    """Open a file, or a folder of CSVs, by its content.

    Raises:
        UnreadableError: nothing of it can be used.
        OSError: the path cannot be read at all.
    """
    try:
        if path.is_dir():
            check_folder(path)
            archive = open_archive(pack_folder(path))
            if kind := iwork_kind(archive, name):
                raise UnreadableError("R005", kind=kind)
            check_names(archive)
            book = _open_set(archive, FileKind.FOLDER)
        else:
            size = path.stat().st_size
            if size > MAX_FILE_BYTES:
                raise too_large("file", size, MAX_FILE_BYTES)
            book = _open(path.read_bytes(), name)
    except DECODING_ERRORS as error:
        if _is_want_of_memory(error):
            raise MemoryError from error  # which says nothing of the file but its size
        raise UnreadableError("R006", technical=f"{type(error).__name__}: {error}") from error
    if book.kind is not FileKind.FOLDER and _suffix(name) not in book.kind.suffixes:
        book.notes.append(Problem("R105", value=name, details={"kind": str(book.kind)}))
    return book


def _suffix(name: str) -> str:
    return PurePosixPath(name).suffix.lower().lstrip(".")


def _is_want_of_memory(error: Exception) -> bool:
    """Say whether a library ran out of memory and calls that an error of what it decodes."""
    if isinstance(error, ParseError):
        return getattr(error, "code", None) == _EXPAT_NO_MEMORY
    return isinstance(error, zlib.error) and str(error).startswith(_ZLIB_NO_MEMORY)


def packed_workbook(path: Path) -> tuple[str, bytes] | None:
    """Give the one workbook that an archive or a folder holds, with its name in it; None for any other file.

    Raises:
        UnreadableError: the archive cannot be unpacked.
        OSError: the path cannot be read at all.
    """
    data = pack_folder(path) if path.is_dir() else path.read_bytes()
    if not data.startswith(ZIP_MARKS):
        return None
    with open_archive(data) as archive:
        if is_package(archive) or "mimetype" in archive.namelist():
            return None
        check_names(archive)
        files = [e for e in archive.infolist() if not e.is_dir() and not is_junk(entry_name(e))]
        found = [(name, archive.read(e)) for e in files if (name := entry_name(e))]
        workbooks = [(name, content) for name, content in found if _is_workbook(content, name)]
    return workbooks[0] if len(workbooks) == 1 else None


def _open(data: bytes, name: str, *, is_packed: bool = False) -> Book:
    if not data.strip(b"\0\x1a \t\r\n"):
        raise UnreadableError("R001")
    if data.startswith(OLE_MARK) and _ENCRYPTED in data:
        plain = decrypted(data)
        if plain is None or not plain.startswith(ZIP_MARKS):
            raise UnreadableError("R002")
        data = plain
    archive = _archive(data)
    for one in FORMATS:
        if (book := one.opened(data, archive)) is not None:
            return book
    if archive is not None:
        return _open_archive(archive, name, is_packed=is_packed)
    if data.startswith(OLE_MARK):
        raise UnreadableError("R005", kind=ole_kind(data))
    refuse_foreign(data, name)
    if not is_text(data):
        raise UnreadableError("R081", kind="binary")
    sheet, notes = read_csv(data, PurePosixPath(name).stem)
    return Book(FileKind.CSV, [sheet], notes, is_text=True)


def _archive(data: bytes) -> zipfile.ZipFile | None:
    """Give the entries of an archive, their names looked at where it is no package; None for other files."""
    if not data.startswith(ZIP_MARKS):
        return None
    archive = open_archive(data)
    if not is_package(archive):
        check_names(archive)
    return archive


def _open_archive(archive: zipfile.ZipFile, name: str, *, is_packed: bool) -> Book:
    """Open an archive that is itself no workbook: what is packed in it."""
    if "mimetype" in archive.namelist():
        raise UnreadableError("R005", kind=document_kind(archive.read("mimetype").strip()))
    if kind := iwork_kind(archive, name):
        raise UnreadableError("R005", kind=kind)
    if is_packed:
        raise UnreadableError("R009", value=name)  # an archive in an archive, and who knows how many in that
    return _open_set(archive, FileKind.ZIP)


def _open_set(archive: zipfile.ZipFile, kind: FileKind) -> Book:
    """Read the one workbook of an archive, or every text file as a sheet; what is neither is named in a note.

    Raises:
        UnreadableError: there is nothing to read, or more than one submission in it.
    """
    book = Book(kind, [], is_text=True)
    ignored = []
    workbooks: list[tuple[str, bytes]] = []
    packed: list[tuple[str, bytes]] = []
    texts: list[str] = []
    for entry in sorted(archive.infolist(), key=entry_name):
        name = entry_name(entry)
        if entry.is_dir() or is_junk(name):
            continue
        if is_link(entry):
            ignored.append(name)
            continue
        content = archive.read(entry)
        if _is_workbook(content, name):
            workbooks.append((name, content))
            continue
        is_other = content.startswith((*ZIP_MARKS, OLE_MARK)) or foreign_kind(content) is not None
        if not content.strip() or is_other or not is_text(content):
            ignored.append(name)
            if content.startswith(ZIP_MARKS):
                packed.append((name, content))
            continue
        sheet, notes = read_csv(content, PurePosixPath(name).stem)
        book.sheets.append(sheet)
        book.notes += notes
        texts.append(name)
    if workbooks:
        return _open_only(workbooks, texts, ignored, kind)
    if not book.sheets:
        for name, content in packed:
            if found := iwork_kind(open_archive(content), name):
                raise UnreadableError("R005", kind=found)
        raise UnreadableError("R009", value=", ".join(ignored))
    book.notes += [Problem("R110", value=name) for name in ignored]
    return book


def _is_workbook(content: bytes, name: str) -> bool:
    """Say whether an entry of an archive is a workbook, or claims to be one."""
    return _suffix(name) in _OF_WORKBOOKS or any(one.looks_like_it(content) for one in FORMATS)


def _open_only(
    workbooks: list[tuple[str, bytes]], texts: list[str], ignored: list[str], kind: FileKind
) -> Book:
    """Open the workbook of an archive; two workbooks, or one beside CSVs, are more than one submission."""
    csvs = [name for name in texts if PurePosixPath(name).suffix.lower() in (".csv", ".tsv")]
    if len(workbooks) > 1 or csvs:
        found = [name for name, _ in workbooks] + csvs
        raise UnreadableError("R014", value=", ".join(found[:10]), found=str(len(found)))
    ((name, content),) = workbooks
    book = _open(content, name, is_packed=True)
    book.kind = kind
    book.notes.append(Problem("R120", value=name))
    book.notes += [Problem("R110", value=other) for other in sorted({*texts, *ignored})]
    return book
