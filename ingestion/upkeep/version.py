"""The version of a state folder: which one it has, and how an older one becomes today's.

What belongs here: the version file, and one step from each version to the next. What does not: who asks for it
(the command line, and Dagster's resource of the state folder).

A step may be cut short and is then done again, so it does no harm twice. It never touches an original or a
line of the ledger: what was received, judged and decided is read as it was written, in every version. What a
step has to say of a report, it records as everybody does, by a further line.
"""

import json
from collections.abc import Callable
from typing import Any

from ingestion.storage.files import write_durably
from ingestion.storage.home import Home
from ingestion.words.labels import Language
from ingestion.words.messages import message

Step = Callable[[Home], None]

_LONGEST_NAME = 60


class StateVersionError(Exception):
    """The state folder is none that this product can open.

    Attributes:
        key: the text that says why, and what to do.
        fields: what the text needs.
    """

    def __init__(self, key: str, **fields: Any) -> None:
        self.key, self.fields = key, fields
        super().__init__(self.text("vi"))

    def text(self, language: Language) -> str:
        """Say why, and what to do."""
        return message(self.key, language, **self.fields)


def _read_rows_anew(home: Home) -> None:
    """From 1 to 2: readers have learnt what is no part of a number; the next run reads every original anew."""
    from ingestion.bronze.marks import forget_marks  # noqa: PLC0415 - columnar files take long to import

    forget_marks(home.bronze)


def _record_coverage(home: Home) -> None:
    """From 2 to 3: covers say from which day figures run; what an older report meant is recorded."""
    from ingestion.upkeep.older_coverage import record_older_coverage  # noqa: PLC0415 - see above

    record_older_coverage(home)


STEPS: tuple[Step, ...] = (_read_rows_anew, _record_coverage)
"""The step from version 1, that from version 2, and so on; the text `state.migrated.<to>` tells of each."""

VERSION = len(STEPS) + 1
"""The version that this product writes."""


def version_of(home: Home) -> int:
    """Give the version of a state folder; a folder in which nothing happened yet has today's.

    Folders had no version file before version 2.

    Raises:
        StateVersionError: a newer product wrote the folder, or its version file is damaged.
    """
    path = home.version
    try:
        said = json.loads(path.read_bytes())
    except FileNotFoundError:
        return 1 if _was_used(home) else VERSION
    except (ValueError, RecursionError, IsADirectoryError):
        said = None
    version = said.get("version") if isinstance(said, dict) else None
    if type(version) is not int or version < 1:
        raise StateVersionError("state.damaged", path=path, known=VERSION)
    if version > VERSION:
        fields = {"home": home.root, "version": version, "known": VERSION, "written_by": _name(said)}
        raise StateVersionError("state.newer", **fields)
    return version


def migrate(home: Home, written_by: str) -> tuple[int, ...]:
    """Bring a state folder to today's version; only whoever holds the writer's lock may do so.

    Args:
        home: the state folder.
        written_by: the version of the code, for whoever wonders about the folder later.

    Returns:
        The versions that it passed through, today's last; none if it had that already.

    Raises:
        StateVersionError: a newer product wrote the folder, or its version file is damaged.
    """
    before = version_of(home)
    for version in range(before, VERSION):
        STEPS[version - 1](home)
        _write(home, version + 1, written_by)
    if not home.version.exists():
        _write(home, VERSION, written_by)
    return tuple(range(before + 1, VERSION + 1))


def _was_used(home: Home) -> bool:
    has_landed = home.landing.is_dir() and any(home.landing.iterdir())
    return has_landed or home.bronze.exists() or home.warehouse.exists()


def _write(home: Home, version: int, written_by: str) -> None:
    said = {"version": version, "written_by": written_by}
    write_durably(home.version, (json.dumps(said, ensure_ascii=False) + "\n").encode())


def _name(said: dict[str, Any]) -> str:
    """Give the product that a version file names, as one short line."""
    return "".join(c for c in str(said.get("written_by", "?")) if c.isprintable())[:_LONGEST_NAME]
