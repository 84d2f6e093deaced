"""Errors that are a user's to mend, as one sentence with a remedy.

What belongs here: which errors those are, and the sentences for what the operating system refuses. What does
not: errors of the product itself, which leave a traceback (`errors.py`), and the texts (`messages/`).
"""

import errno
from collections.abc import Mapping
from typing import Any, Protocol

from ingestion.home import Home
from orchestration.errors import CommandError, RefusedError

EXPECTED_ERRORS: Mapping[str, type[CommandError]] = {
    "RegistryError": CommandError,
    "CatalogueError": CommandError,
    "LedgerError": CommandError,
    "LedgerLockedError": RefusedError,
    "DecisionRefusedError": RefusedError,
    "BronzeError": RefusedError,
    "SigningKeyError": CommandError,
    "MartsError": RefusedError,
    "ReleaseError": RefusedError,
    "WarehouseBuildError": RefusedError,
}
"""By class name, since importing their modules would take seconds; their messages are sentences already."""

_SENTENCES: Mapping[str, str] = {
    "ENOSPC": "full",
    "EDQUOT": "full",
    "EROFS": "read_only",
    "EACCES": "denied",
    "EPERM": "denied",
    "EMFILE": "too_many",
    "ENFILE": "too_many",
    "ENAMETOOLONG": "too_long",
    "EISDIR": "is_folder",
    "ENOTDIR": "not_folder",
    "EEXIST": "not_folder",
    "ENOENT": "gone",
    "EBUSY": "busy",
    "ETXTBSY": "busy",
}
"""The sentence for what the operating system says, by the name of its code; not every system has them all."""


class Speaker(Protocol):
    """A call: its state folder, and texts in its language."""

    @property
    def home(self) -> Home:
        """The state folder."""

    def text(self, key: str, **fields: Any) -> str:
        """Give a text."""


def kind_of(error: BaseException) -> type[CommandError] | None:
    """Give how a command ends with an error that is a user's to mend; None for one of the product."""
    for base in type(error).__mro__:
        if base.__name__ in EXPECTED_ERRORS:
            return EXPECTED_ERRORS[base.__name__]
    return CommandError if isinstance(error, OSError | MemoryError) else None


def explained(error: BaseException, speaker: Speaker) -> str | None:
    """Say in one sentence what is wrong and what to do; None for an error of the product."""
    if kind_of(error) is None:
        return None
    if isinstance(error, MemoryError):
        return speaker.text("cli.error.memory")
    if not isinstance(error, OSError):
        return speaker.text("cli.error.expected", message=str(error))
    path = error.filename2 or error.filename or speaker.home.root
    if isinstance(path, bytes):
        path = path.decode(errors="replace")
    code = errno.errorcode.get(error.errno or 0, "?")
    return speaker.text(f"cli.error.os.{_SENTENCES.get(code, 'other')}", path=path, code=code)
