"""Problems of reading in words.

What belongs here: filling the texts of `messages/reading.yml` from a problem. What does not: finding problems.
"""

from ingestion.catalogue import Language
from ingestion.messages import message
from ingestion.submissions import Problem


def describe(problem: Problem, language: Language = "vi") -> str:
    """Say what could not be read, or was noted, and where."""
    return _fill(problem, "message", language)


def remedy(problem: Problem, language: Language = "vi") -> str:
    """Say what to do about it."""
    return _fill(problem, "remedy", language)


def _fill(problem: Problem, part: str, language: Language) -> str:
    fields = {"sheet": problem.sheet, "cell": problem.cell, "value": problem.value} | problem.details
    return message(f"{problem.code}.{part}", language, **fields)
