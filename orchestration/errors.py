"""What a command says when it cannot do what was asked.

What belongs here: errors as one line with a remedy and an exit code, suggestions for mistyped codes, and the
note that an unexpected error leaves. What does not: the texts, which are in `messages/cli.yml`.
"""

import difflib
import tempfile
import traceback
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import IO, Any

import click

from ingestion.storage.files import private_folder, writing_private

DONE, REFUSED, WRONG_USE, BROKEN = 0, 1, 2, 70
"""Exit codes: done; refused by the data; wrong use; an error of the product itself (EX_SOFTWARE)."""


class CommandError(click.ClickException):
    """A command was used wrongly and ends with one line (and perhaps a remedy) instead of an answer."""

    exit_code = WRONG_USE

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the line where errors go."""
        click.echo(self.message, file=file, err=file is None)


class RefusedError(CommandError):
    """The data, or the state that it is in, does not admit what was asked."""

    exit_code = REFUSED


class BrokenError(CommandError):
    """The product itself failed.

    Attributes:
        path: where its traceback is kept; None where it could not be.
    """

    exit_code = BROKEN

    def __init__(self, message: str, path: Path | None = None) -> None:
        super().__init__(message)
        self.path = path


def suggestions(code: str, known: Iterable[str]) -> list[str]:
    """Give the known codes that look like one that is not known, best first."""
    by_folded = {known_code.casefold(): known_code for known_code in sorted(known)}
    found = difflib.get_close_matches(code.casefold(), by_folded, n=3, cutoff=0.6)
    return [by_folded[folded] for folded in found]


def write_traceback(error: BaseException, folder: Path | None, now: datetime) -> Path | None:
    """Keep an unexpected error's traceback in a folder, or in the temporary one if there is no other.

    Returns:
        Where it is kept; None where nothing can be written.
    """
    text = "".join(traceback.format_exception(error))
    for place in filter(None, (folder, Path(tempfile.gettempdir()))):
        path = place / f"tongket-error-{now:%Y%m%dT%H%M%S}.txt"
        try:
            if place is folder:
                private_folder(place)
            with writing_private(path) as file:
                file.write(text.encode("utf-8", "backslashreplace"))
        except OSError:
            continue
        return path
    return None
