"""Which version of the registry is in force, in words.

What belongs here: saying it. What does not: choosing it (`ingestion.chronicle.in_force`).
"""

from ingestion.chronicle.in_force import InForce
from ingestion.words import writing
from orchestration.explaining import explained
from orchestration.texts import Invocation


def said_of_version(call: Invocation, found: InForce) -> str:
    """Say which version of the registry is in force and since when; blank where none was recorded yet.

    Where the files are refused as they are, it says why as well; where they wait to be recorded, that they do.
    """
    if found.version is None:
        return ""
    fields = {"known": found.version.name, "since": writing.minute(found.version.at, call.language)}
    if found.is_fallback and found.refused is not None:
        return call.text("cli.registry.refused", why=explained(found.refused, call.text), **fields)
    return call.text(f"cli.registry.{'known' if found.is_recorded else 'pending'}", **fields)
