"""Opening a state folder for a command: that of an older product is migrated, that of a newer one refused.

What belongs here: the lock around a migration, and how it is told. What does not: versions and their steps
(`ingestion.upkeep.version`).
"""

from ingestion.storage.home import Home
from ingestion.upkeep.version import VERSION, StateVersionError, migrate, version_of
from ingestion.words.labels import Language
from ingestion.words.messages import message
from orchestration import environment
from orchestration.errors import CommandError, RefusedError
from orchestration.lock import WriterBusyError, writer_lock


def open_state(home: Home, language: Language, *, writes: bool) -> list[str]:
    """Make sure that a command can open a state folder, and give what is to be told of it.

    A command that only reads takes the folder of an older product as it is.

    Raises:
        CommandError: a newer product wrote the folder, or its version file is damaged.
        RefusedError: the folder has to be migrated while another process writes to it.
    """
    try:
        is_ready = version_of(home) == VERSION and home.version.is_file()
        if not writes or is_ready or not home.registry.is_dir():
            return []
        with writer_lock(home):
            reached = migrate(home, environment.code_version())
    except StateVersionError as error:
        raise CommandError(error.text(language)) from error
    except WriterBusyError as error:
        busy = message("cli.error.busy", language, process=error.process or "?", home=home.root)
        raise RefusedError(busy) from error
    return [message(f"state.migrated.{version}", language, home=home.root) for version in reached]
