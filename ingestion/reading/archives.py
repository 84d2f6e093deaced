"""Zip archives from strangers: opened within limits; and the deterministic packing of a folder of CSVs.

What belongs here: what holds for every zip (workbooks are zips too). What does not: what is inside.
"""

import io
import stat
import unicodedata
import zipfile
from collections.abc import Iterator
from pathlib import Path, PurePosixPath

from ingestion.messages import message
from ingestion.reading.book import UnreadableError

MAX_FILE_BYTES = 50 * 2**20
MAX_ENTRIES = 2_000
MAX_UNPACKED_BYTES = 64 * 2**20
MAX_DEPTH = 8
MAX_RATIO = 250
RATIO_FREE_BYTES = 2**20
"""Below this size an entry may be compressed as well as it likes: repetitive sheets are."""

_JUNK_FOLDERS = frozenset({"__MACOSX"})
_JUNK_FILES = frozenset({"thumbs.db", "desktop.ini"})
_EPOCH = (1980, 1, 1, 0, 0, 0)
_IS_ENCRYPTED = 0x1
_IS_UTF8 = 0x800


def open_archive(data: bytes) -> zipfile.ZipFile:
    """Open a zip whose entries stay within the limits; nothing is ever written to disk.

    Python reads no more of an entry than its declared size and checks its sum, so declared sizes hold.

    Raises:
        UnreadableError: too many or too large entries, or a password.
        zipfile.BadZipFile: the archive is damaged.
    """
    archive = zipfile.ZipFile(io.BytesIO(data))
    entries = archive.infolist()
    if len(entries) > MAX_ENTRIES:
        raise UnreadableError("R012", found=str(len(entries)), limit=str(MAX_ENTRIES))
    if (total := sum(entry.file_size for entry in entries)) > MAX_UNPACKED_BYTES:
        raise too_large("unpacked", total, MAX_UNPACKED_BYTES)
    for entry in entries:
        if entry.flag_bits & _IS_ENCRYPTED:
            raise UnreadableError("R002")
        if entry.file_size > max(RATIO_FREE_BYTES, entry.compress_size * MAX_RATIO):
            limit = max(RATIO_FREE_BYTES, entry.compress_size * MAX_RATIO)
            raise too_large("entry", entry.file_size, limit, value=entry.filename, ratio=str(MAX_RATIO))
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
        if len(parts) > MAX_DEPTH or name in seen:
            raise UnreadableError("R008", value=name)
        seen.add(name)


def too_large(kind: str, size: int, limit: int, *, value: str = "", **fields: str) -> UnreadableError:
    """Give the error that names which limit of size was passed, and by how much.

    Args:
        kind: what is too large, by the name that the texts have for it (`size.…`).
        size: in bytes, like the limit.
        limit: how large it may be.
        value: the entry of the archive, if it is one.
        fields: of the text for the kind.
    """
    what = message(f"size.{kind}", "vi", value=value, **fields)
    what_en = message(f"size.{kind}", "en", value=value, **fields)
    found, allowed = megabytes(size), megabytes(limit)
    return UnreadableError("R007", value=value, found=found, limit=allowed, what=what, what_en=what_en)


def megabytes(size: int) -> str:
    """Give a size as people read it."""
    return f"{size / 2**20:.1f}".replace(".", ",") + " MB"


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
            raise too_large("folder", total, MAX_UNPACKED_BYTES)


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.rglob("*") if path.is_file() and not path.is_symlink())


def pack_folder(folder: Path) -> bytes:
    """Pack the files of a folder into a zip that depends on nothing but their names and bytes.

    Hidden files and links are left out. Entries are stored, not deflated: compressed bytes differ between
    versions of zlib, and the hash of the packed folder is the identity of a submission.
    """
    buffer = io.BytesIO()
    files = {unicodedata.normalize("NFC", p.relative_to(folder).as_posix()): p for p in _files(folder)}
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name in sorted(files):
            if is_junk(name):
                continue
            entry = zipfile.ZipInfo(name, _EPOCH)
            entry.create_system = 3
            entry.external_attr = 0o644 << 16
            archive.writestr(entry, files[name].read_bytes())
    return buffer.getvalue()
