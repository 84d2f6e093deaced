"""The alarm of a command that failed without a run of Dagster, which would tell of itself.

What belongs here: which failures of commands the data team is told of. What does not: how a command ends
(`cli.py`), and failures of runs (`telling.py`).
"""

from contextlib import suppress
from pathlib import Path

from ingestion.alerts.directory import directory_of
from ingestion.definitions.registry import RegistryError
from ingestion.landing.events import LedgerError
from ingestion.storage.home import Home
from ingestion.upkeep.landing_state import is_registry_lost
from orchestration import alerting, environment, failing
from orchestration.errors import BrokenError, CommandError
from orchestration.lock import WriterBusyError
from orchestration.standing import LostLedgerError, demand_whole

_STEP = "command"
"""Stands for a step; behind it is the command's name."""


def command_failed(home: Home, command: str, error: Exception, said: CommandError | None) -> None:
    """Write the alert of a command that failed, unless somebody only has to wait or to type something else.

    What cannot be written, since the disk is full, must not hide why the command failed.

    Args:
        home: the state folder.
        command: its name.
        error: what was raised.
        said: what the command ends with where that was no refusal.
    """
    with suppress(OSError):
        if (home.registry.is_dir() or home.landing.is_dir()) and (stop := _stop(home, command, error, said)):
            alerting.failed(home, alerting.Place("", f"{_STEP} {command}"), stop, environment.now())


def _stop(home: Home, command: str, error: Exception, said: CommandError | None) -> failing.Stop | None:
    if isinstance(said, BrokenError):
        path = said.path or Path("–")
        return failing.of_crash(command, error, path)
    cause = error.__cause__ if isinstance(error, CommandError) else error
    if isinstance(cause, WriterBusyError):
        return None
    if is_registry_lost(home) or isinstance(cause, RegistryError):
        return failing.of_error(directory_of(home).error or error, home)
    if isinstance(cause, LostLedgerError):
        cause = _in_our_words(home) or cause
    if isinstance(cause, LedgerError | LostLedgerError) or said is not None:
        return failing.of_error(cause or error, home)
    return None


def _in_our_words(home: Home) -> LostLedgerError | None:
    """Give what is amiss with the ledger as everybody else tells of it, whatever the language of the call."""
    try:
        demand_whole(home)
    except LostLedgerError as error:
        return error
    return None
