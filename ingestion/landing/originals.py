"""Landing: the originals, as they were received, under the hash of their bytes.

What belongs here: keeping bytes and proving that they are unchanged. What does not: receipts and verdicts,
which are lines of the ledger (`ledger.py`), and the way from the inbox to here (`inbox.py`).

An original is never overwritten and never deleted. The same bytes are kept once, under the extension with
which they came first.
"""

import hashlib
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from ingestion.records.mendable import MendableError
from ingestion.storage.archives import pack_folder
from ingestion.storage.files import (
    aside_of,
    copy_durably,
    private_folder,
    sha256_of,
    sync_folder,
    write_durably,
)
from ingestion.storage.home import Home
from ingestion.words.messages import ToldError

_EXTENSION = re.compile(r"^\.[a-z0-9]{1,8}$")
_ORIGINAL = re.compile(r"^[0-9a-f]{64}\.[a-z0-9]{1,8}$")
_ASIDE = "incoming"
_KEPT_MODE = 0o400
_UNKNOWN_EXTENSION = ".bin"


@dataclass(frozen=True)
class Original:
    """One kept file.

    Attributes:
        sha256: hash of its bytes.
        file: its path below the state folder, with forward slashes.
    """

    sha256: str
    file: str


@dataclass(frozen=True)
class Staged:
    """Bytes that were copied aside and hashed, and are not kept yet."""

    path: Path
    sha256: str


@dataclass(frozen=True)
class Damage:
    """One original that is not what it was."""

    file: str
    kind: Literal["missing", "changed", "closed"]


class OriginalDamagedError(ToldError, MendableError):
    """An original is missing or not what it was; the message says which, and what to do.

    Attributes:
        damage: what is wrong with it.
    """

    is_refusal = True

    def __init__(self, damage: Damage) -> None:
        self.damage = damage
        super().__init__(f"landing.original.{damage.kind}", file=damage.file)

    def __reduce__(self) -> tuple[type["OriginalDamagedError"], tuple[Damage]]:
        return OriginalDamagedError, (self.damage,)


def check_original(path: Path, sha256: str) -> None:
    """Compare an original with the hash of its bytes.

    Raises:
        OriginalDamagedError: it is missing or not what it was.
    """
    file = f"{path.parent.parent.name}/{path.parent.name}/{path.name}"
    try:
        found = sha256_of(path)
    except FileNotFoundError:
        raise OriginalDamagedError(Damage(file, "missing")) from None
    except OSError:  # a folder in its place, no right to read it, a disk that fails
        raise OriginalDamagedError(Damage(file, "closed")) from None
    if found != sha256:
        raise OriginalDamagedError(Damage(file, "changed"))


class Landing:
    """The originals of one state folder."""

    def __init__(self, home: Home) -> None:
        self._home = home

    def stage(self, source: Path) -> Staged:
        """Copy a file's bytes, or a folder of CSVs as one zip, aside, where nothing counts yet.

        Raises:
            NotAFileError: it is a link or no file.
            OSError: it cannot be read, or there is no room for it; nothing is left of it then.
        """
        aside = aside_of(private_folder(self._home.landing) / _ASIDE)
        return Staged(aside, gather(source, aside))

    def admit(self, staged: Staged, original_name: str) -> Original:
        """Keep staged bytes for ever.

        They were flushed before and are renamed now, so that a crash leaves either nothing or all of them.
        Files are read-only from then on, and for their owner alone.
        """
        folder = self._home.landing / staged.sha256[:2]
        kept = next(iter(sorted(folder.glob(f"{staged.sha256}.*"))), None)
        if kept is not None and sha256_of(kept) == staged.sha256:
            staged.path.unlink()
        else:
            kept = kept or folder / f"{staged.sha256}{_extension(original_name)}"
            self._put(staged, kept)
        return Original(staged.sha256, kept.relative_to(self._home.root).as_posix())

    def repair(self, staged: Staged, file: str) -> bool:
        """Put staged bytes in the place of a kept original that was lost or damaged; they go if it is sound.

        Args:
            staged: the same bytes, sent again.
            file: the original's path below the state folder.

        Returns:
            Whether the original had to be repaired.
        """
        try:
            check_original(self.path(file), staged.sha256)
        except OriginalDamagedError:
            self._put(staged, self.path(file))
            return True
        staged.path.unlink()
        return False

    def _put(self, staged: Staged, kept: Path) -> None:
        private_folder(kept.parent)
        staged.path.chmod(_KEPT_MODE)
        if kept.is_dir() and not kept.is_symlink():
            kept.rename(aside_of(kept))  # whatever it is, it is no original
        staged.path.replace(kept)
        sync_folder(kept.parent)
        sync_folder(self._home.landing)

    def path(self, file: str) -> Path:
        """Give the path of an original from what the ledger says of it."""
        return self._home.root / file

    def originals(self) -> tuple[Path, ...]:
        """Give every kept file, in the order of their hashes."""
        return tuple(
            sorted(p for p in self._home.landing.glob("??/*") if _ORIGINAL.match(p.name) and p.is_file())
        )

    def verify(self, expected: Iterable[Original] = ()) -> list[Damage]:
        """Compare every kept file with the hash in its name, and find those that are expected and missing."""
        kept = {path.relative_to(self._home.root).as_posix(): path for path in self.originals()}
        damages = {}
        for file, path in kept.items():
            try:
                check_original(path, path.stem)
            except OriginalDamagedError as error:
                damages[file] = Damage(file, error.damage.kind)
        for original in expected:
            if original.file not in kept:
                is_there = os.path.lexists(self._home.root / original.file)  # a folder or a link, say
                damages[original.file] = Damage(original.file, "closed" if is_there else "missing")
            elif kept[original.file].stem != original.sha256:
                damages[original.file] = Damage(original.file, "changed")
        return [damages[file] for file in sorted(damages)]


def gather(source: Path, target: Path) -> str:
    """Copy a file, or pack a folder of CSVs as one zip, and give the SHA-256 of what stands there."""
    if not source.is_dir():
        return copy_durably(source, target)
    write_durably(target, pack_folder(source))
    return sha256_of(target)


def hash_of(source: Path) -> str:
    """Give the SHA-256 under which a file, or a folder of CSVs, would be kept."""
    return hashlib.sha256(pack_folder(source)).hexdigest() if source.is_dir() else sha256_of(source)


def _extension(name: str) -> str:
    suffix = Path(name).suffix.lower()
    return suffix if _EXTENSION.match(suffix) else _UNKNOWN_EXTENSION
