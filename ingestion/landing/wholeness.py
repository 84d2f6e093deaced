"""Whether a file that lies in the inbox is there in whole, and whether it may be taken at all.

What belongs here: what the disk says of a file or folder that others put there. What does not: the inbox
itself (`inbox.py`), and whether the content can be read (`reading/`).

Nobody announces the end of a copy. It shows in names that copying programs use meanwhile, in sizes and times
that still change, and in a workbook whose end is missing. A file that stays unchanged for some minutes is
taken as it is: then it is damaged, and its clerk is told so.
"""

import os
import stat
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from ingestion.storage.files import open_regular

GRACE_SECONDS = 600.0
"""How long a file that is not whole may lie unchanged until it counts as damaged: a slow copy may rest."""

Reason = Literal[
    "",
    "growing",
    "incomplete",
    "empty",
    "gone",
    "no_access",
    "link",
    "special",
    "link_inside",
    "special_inside",
]
"""Why something in the inbox is left there; blank where it is taken.

`growing`, `incomplete` and `empty` pass by themselves; `link` and `special` (pipe, socket, device) never do.
"""

Mark = tuple[tuple[str, int, int], ...]
"""Names below it, sizes and times of change: two marks of one file differ if it was written in between."""

_CLOCK_SKEW = timedelta(days=1)
_GRACE = timedelta(seconds=GRACE_SECONDS)
_PASSING_PREFIXES = (".", "~$")
_PASSING_SUFFIXES = (
    *(".part", ".partial", ".filepart", ".tmp", ".temp"),
    *(".crdownload", ".download", ".opdownload"),
    "~",
)
_LEFT_BEHIND = {"thumbs.db", "desktop.ini", ".ds_store"}

_ZIP_STARTS = (b"PK\x03\x04", b"\x00\x00\x00\x00")
"""How a zip begins, and how a file begins for which the copying program only reserved the room so far."""

_ZIP_END = b"PK\x05\x06"
_END_SIZE = 22
_LONGEST_COMMENT = 0xFFFF
_ZIP64_SIZE = 76
_ZIP64 = 0xFFFFFFFF


@dataclass(frozen=True)
class Part:
    """A file or folder, or something in it, as it lies there; links are not followed."""

    path: Path
    status: os.stat_result

    @property
    def is_file(self) -> bool:
        """Whether it is a file of its own."""
        return stat.S_ISREG(self.status.st_mode)


def is_passing(name: str) -> bool:
    """Say whether a name is one of files that are hidden, locks, half copies, or left by operating systems."""
    lowered = name.lower()
    return (
        lowered.startswith(_PASSING_PREFIXES) or lowered.endswith(_PASSING_SUFFIXES) or lowered in _LEFT_BEHIND
    )


def parts_of(path: Path) -> list[Part]:
    """Give a file alone, or a folder with all that is in it, the folder first.

    Raises:
        FileNotFoundError: it, or something in it, went away meanwhile.
        OSError: it cannot be looked into.
    """
    parts = [Part(path, path.lstat())]
    if stat.S_ISDIR(parts[0].status.st_mode):
        for place, folders, files in os.walk(path, onerror=_raise):
            found = (Path(place, name) for name in sorted((*folders, *files), key=os.fsencode))
            parts += [Part(one, one.lstat()) for one in found]
    return parts


def _raise(error: OSError) -> None:
    raise error


def mark_of(parts: Sequence[Part]) -> Mark:
    """Give what tells whether a file or folder is still the same."""
    root = parts[0].path
    files = (part for part in parts if part.is_file)
    return tuple((os.path.relpath(f.path, root), f.status.st_size, f.status.st_mtime_ns) for f in files)


def never_taken(parts: Sequence[Part]) -> Reason:
    """Say why something is never taken; blank where it is a file, or a folder of nothing but files."""
    outer, *inner = parts
    if reason := _kind_of(outer):
        return reason
    reasons = {_kind_of(part) for part in inner}
    if "link" in reasons:
        return "link_inside"
    return "special_inside" if "special" in reasons else ""


def _kind_of(part: Part) -> Reason:
    mode = part.status.st_mode
    if stat.S_ISLNK(mode):
        return "link"
    return "" if stat.S_ISREG(mode) or stat.S_ISDIR(mode) else "special"


def arrived_at(parts: Sequence[Part]) -> datetime:
    """Give when a file, or the last of a folder's files, came.

    A copy keeps the time of its bytes, so that would say when the clerk saved it, not when it came.
    """
    return datetime.fromtimestamp(max(part.status.st_ctime for part in parts), UTC)


def why_not_whole(parts: Sequence[Part], now: datetime, settle: timedelta) -> Reason:
    """Say why a file or folder is not whole yet; blank where it is, or where nothing changed for some minutes.

    A time in the far future is a wrong clock and says nothing.

    Args:
        parts: the file, or the folder with all that is in it.
        now: the time against which its changes are held.
        settle: what changed so recently may still be written.

    Raises:
        OSError: a file cannot be opened.
    """
    # A copy keeps the time of its bytes, which a clerk's clock may have set to a time that is still to come.
    written = (datetime.fromtimestamp(part.status.st_mtime, UTC) for part in parts)
    age = now - max([arrived_at(parts), *(moment for moment in written if moment - now < _GRACE)])
    if not -_CLOCK_SKEW < age < _GRACE:
        return ""
    if age < settle:
        return "growing"
    names = [part.path.name for part in parts[1:]]
    if any(is_passing(name) and name.lower() not in _LEFT_BEHIND for name in names):
        return "growing"
    files = [part for part in parts if part.is_file and not is_passing(part.path.name)]
    if not files or any(not part.status.st_size for part in files):
        return "empty"
    return "incomplete" if any(_is_cut(part.path) for part in files) else ""


def _is_cut(path: Path) -> bool:
    """Say whether a zip, as most workbooks are, has no end: the list of its entries is written last."""
    with open_regular(path) as file:
        if file.read(len(_ZIP_STARTS[0])) not in _ZIP_STARTS:
            return False
        size = file.seek(0, os.SEEK_END)
        start = max(0, size - _END_SIZE - _LONGEST_COMMENT)
        file.seek(start)
        tail = file.read()
    found = tail.rfind(_ZIP_END)
    if found < 0 or len(tail) - found < _END_SIZE:
        return True
    length, offset = struct.unpack_from("<LL", tail, found + 12)
    # The end of a zip inside a zip is none of this one: it does not lie where its own list ends.
    return offset != _ZIP64 and start + found - (offset + length) not in (0, _ZIP64_SIZE)
