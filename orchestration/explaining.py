"""Errors that are a user's to mend, as one sentence with a remedy.

What belongs here: which errors those are, and the sentences for what the operating system refuses. What does
not: errors of the product itself, which leave a traceback (`errors.py`), and the texts (`messages/`).
"""

import errno
from collections.abc import Callable, Mapping

from ingestion.records.mendable import MendableError
from ingestion.words.messages import ToldError
from orchestration.errors import CommandError, RefusedError

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


def kind_of(error: BaseException) -> type[CommandError] | None:
    """Give how a command ends with an error that is a user's to mend; None for one of the product."""
    if isinstance(error, MendableError):
        return RefusedError if error.is_refusal else CommandError
    return CommandError if isinstance(error, OSError | MemoryError) else None


def explained(error: BaseException, text: Callable[..., str]) -> str | None:
    """Say in one sentence what is wrong and what to do; None for an error of the product.

    Args:
        error: what was raised.
        text: gives a text of the catalogue in the language of the call, from its key and fields.
    """
    if kind_of(error) is None:
        return None
    if isinstance(error, MemoryError):
        return text("cli.error.memory")
    if isinstance(error, ToldError):
        return text(error.key, **error.fields)
    if not isinstance(error, OSError):
        return text("cli.error.expected", message=str(error))
    path = error.filename2 or error.filename or text("cli.error.os.somewhere")
    if isinstance(path, bytes):
        path = path.decode(errors="replace")
    code = errno.errorcode.get(error.errno or 0, "?")
    return text(f"cli.error.os.{_SENTENCES.get(code, 'other')}", path=path, code=code)
