"""What is said of where a submission stands.

What belongs here: the words, once for pages, commands and messages. What does not: how it stands
(`landing/state.py`, and as of a publication `int_submission__status`).
"""

from ingestion.words.labels import Language
from ingestion.words.messages import Said, load_messages, message


def standing(name: str, language: Language = "vi") -> str:
    """Give the words for a standing, which fit into a sentence: `được chấp nhận`.

    Args:
        name: a verdict, `withdrawn`, `refused`, `set_aside`, `read_again`, `pending` or `missing`.
        language: of the words.

    Raises:
        KeyError: there is no such standing.
    """
    return message(f"standing.{name}", language)


def standing_words(name: str) -> Said:
    """Give the words for a standing as part of a text of which nobody knows yet who reads it."""
    return Said(f"standing.{name}")


def standing_because(name: str, language: Language = "vi") -> str:
    """Give the words for a standing, with the reason where that is always the same.

    Raises:
        KeyError: there is no such standing.
    """
    said, key = standing(name, language), f"standing_because.{name}"
    return message(key, language, standing=said) if key in load_messages() else said
