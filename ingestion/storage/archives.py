"""Zip archives from strangers: opened within limits; and the deterministic packing of a folder of CSVs.

What belongs here: what holds for every zip (workbooks are zips too). What does not: what is inside.
"""

import io
import os
import stat
import struct
import unicodedata
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from ingestion.records.submissions import UnreadableError
from ingestion.storage.filenames import shown
from ingestion.words.messages import message

MAX_FILE_BYTES = 50 * 2**20
MAX_ENTRIES = 2_000
MAX_UNPACKED_BYTES = 64 * 2**20
MAX_DEPTH = 8
MAX_RATIO = 250
RATIO_FREE_BYTES = 2**20
"""Below this size an entry may be compressed as well as it likes: repetitive sheets are."""

ZIP_MARKS = (b"PK\x03\x04", b"PK\x05\x06")
"""What an archive begins with: its first entry, or its end where it has none."""

_JUNK_FOLDERS = frozenset({"__MACOSX"})
_JUNK_FILES = frozenset({"thumbs.db", "desktop.ini"})
_EPOCH = (1980, 1, 1, 0, 0, 0)
_IS_ENCRYPTED = 0x1
_IS_UTF8 = 0x800
_DIRECTORY_ENTRY, _END_OF_DIRECTORY = b"PK\x01\x02", b"PK\x05\x06"


def open_archive(data: bytes) -> zipfile.ZipFile:
    """Open a zip whose entries stay within the limits; nothing is ever written to disk.

    Python reads no more of an entry than its declared size and checks its sum, so declared sizes hold.

    Raises:
        UnreadableError: a limit is passed, which the problem names with what was found, or there is a password.
        zipfile.BadZipFile: the archive is damaged.
    """
    try:
        archive = zipfile.ZipFile(io.BytesIO(data))
    except UnicodeDecodeError:
        archive = zipfile.ZipFile(io.BytesIO(_with_names_as_bytes(data)))
    entries = archive.infolist()
    if len(entries) > MAX_ENTRIES:
        raise UnreadableError("R012", found=str(len(entries)), limit=str(MAX_ENTRIES))
    if (total := sum(entry.file_size for entry in entries)) > MAX_UNPACKED_BYTES:
        raise _unpacks_to_too_much(total)
    for entry in entries:
        if entry.flag_bits & _IS_ENCRYPTED:
            raise UnreadableError("R002")
        if entry.file_size > max(RATIO_FREE_BYTES, entry.compress_size * MAX_RATIO):
            found, size = str(entry.file_size // max(entry.compress_size, 1)), str(entry.file_size)
            raise UnreadableError(
                "R085", value=entry.filename, found=found, limit=str(MAX_RATIO), size_bytes=size
            )
    return archive


def check_names(archive: zipfile.ZipFile) -> None:
    """Refuse an archive of files that somebody has put together with bad names.

    A workbook is another matter: its parts are known by relations, and never by where they would be unpacked.

    Raises:
        UnreadableError: paths that lead outside or too deep, names that repeat.
    """
    seen: set[str] = set()
    for entry in archive.infolist():
        name = entry.filename
        parts = PurePosixPath(name.replace("\\", "/")).parts
        if ".." in parts or name.startswith(("/", "\\")) or ":" in (parts[0] if parts else ""):
            raise UnreadableError("R008", value=name)
        if len(parts) > MAX_DEPTH:
            raise UnreadableError("R086", value=name, found=str(len(parts)), limit=str(MAX_DEPTH))
        if name in seen:
            raise UnreadableError("R008", value=name)
        seen.add(name)


def _with_names_as_bytes(data: bytes) -> bytes:
    """Give an archive in which no entry says that its name is UTF-8 whose name is not.

    Raises:
        zipfile.BadZipFile: its directory is damaged.
    """
    end = data.rfind(_END_OF_DIRECTORY)
    if end < 0 or len(data) < end + 20:
        raise zipfile.BadZipFile("no end of the directory")
    changed = bytearray(data)
    size, offset = struct.unpack_from("<LL", data, end + 12)
    at = end - size
    before = at - offset  # what stands before the archive, if anything
    while at >= 0 and at + 46 <= end and data.startswith(_DIRECTORY_ENTRY, at):
        name, extra, comment = struct.unpack_from("<3H", data, at + 28)
        try:
            data[at + 46 : at + 46 + name].decode("utf-8")
        except UnicodeDecodeError:
            header = before + struct.unpack_from("<L", data, at + 42)[0]
            for flags in (at + 9, header + 7):
                if 0 <= flags < end:
                    changed[flags] &= ~(_IS_UTF8 >> 8)
        at += 46 + name + extra + comment
    return bytes(changed)


def too_large(kind: str, size: int, limit: int, *, value: str = "") -> UnreadableError:
    """Give the error that names which limit of size was passed, and by how much.

    Args:
        kind: what is too large, by the name that the texts have for it (`size.…`).
        size: in bytes, like the limit.
        limit: how large it may be.
        value: the part of the file, if it is one.
    """
    what, what_en = message(f"size.{kind}", "vi", value=value), message(f"size.{kind}", "en", value=value)
    sizes = {"found_bytes": str(size), "limit_bytes": str(limit)}
    return UnreadableError("R007", value=value, what=what, what_en=what_en, **sizes)


def _unpacks_to_too_much(size: int) -> UnreadableError:
    return UnreadableError("R084", found_bytes=str(size), limit_bytes=str(MAX_UNPACKED_BYTES))


def entry_name(entry: zipfile.ZipInfo) -> str:
    """Give an entry's name in NFC; programs that write UTF-8 often forget to say so."""
    name = entry.filename
    if not entry.flag_bits & _IS_UTF8:
        try:
            name = name.encode("cp437").decode("utf-8")
        except (UnicodeEncodeError, UnicodeDecodeError):
            name = entry.filename
    return unicodedata.normalize("NFC", name)


def is_link(entry: zipfile.ZipInfo) -> bool:
    """Say whether an entry is a symbolic link, whose content is a path on somebody's disk."""
    return stat.S_ISLNK(entry.external_attr >> 16)


def is_junk(name: str) -> bool:
    """Say whether an entry is what operating systems leave behind, of which nobody need hear."""
    parts = PurePosixPath(name).parts
    return (
        any(part.startswith(".") or part in _JUNK_FOLDERS for part in parts)
        or parts[-1].lower() in _JUNK_FILES
        or parts[-1].startswith("~$")
    )


def check_folder(folder: Path) -> None:
    """Refuse a folder that is no set of CSVs but somebody's disk, before it is read.

    Raises:
        UnreadableError: too many or too large files.
    """
    total = 0
    for count, path in enumerate(_files(folder), start=1):
        total += path.stat().st_size
        if count > MAX_ENTRIES:
            raise UnreadableError("R012", found=f"> {MAX_ENTRIES}", limit=str(MAX_ENTRIES))
        if total > MAX_UNPACKED_BYTES:
            raise _unpacks_to_too_much(total)


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def pack_folder(folder: Path) -> bytes:
    """Pack the files of a folder into a zip that depends on nothing but their names and bytes.

    Hidden files and links are left out. A name that cannot be written is written as far as it can be.
    Entries are stored, not deflated: compressed bytes differ between versions of zlib, and the hash of the
    packed folder is the identity of a submission.
    """
    buffer = io.BytesIO()
    files = _named(folder)
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            if is_junk(name):
                continue
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, files[name].read_bytes())
    return buffer.getvalue()


def _named(folder: Path) -> dict[str, Path]:
    """Give the files of a folder by the names of their entries; of two that look alike, one is numbered."""
    named: dict[str, Path] = {}
    for path in sorted(_files(folder), key=os.fsencode):
        name = plain = PurePosixPath(unicodedata.normalize("NFC", shown(path.relative_to(folder).as_posix())))
        number = 1
        while str(name) in named:
            number += 1
            name = plain.with_name(f"{plain.stem} ({number}){plain.suffix}")
        named[str(name)] = path
    return named
