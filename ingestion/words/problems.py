"""Problems of reading in words.

What belongs here: filling the texts of `messages/reading.yml` from a problem. What does not: finding problems.
"""

import re
from collections.abc import Mapping

from ingestion.records.submissions import Problem
from ingestion.words import writing
from ingestion.words.labels import Language
from ingestion.words.messages import message

_COUNTS = frozenset({"columns", "count", "found", "limit", "megabytes", "rows", "seconds"})
"""Details of a problem that are numbers, as programs read them, perhaps with a word beside them."""
_NUMBER = re.compile(r"(?:0|[1-9][0-9]*)(?:\.[0-9]+)?")
_BYTES = "_bytes"
"""Ends the name of a detail that is a size; its text names it without."""


def describe(problem: Problem, language: Language = "vi") -> str:
    """Say what could not be read, or was noted, and where."""
    return _fill(problem, "message", language)


def remedy(problem: Problem, language: Language = "vi") -> str:
    """Say what to do about it."""
    return _fill(problem, "remedy", language)


def _fill(problem: Problem, part: str, language: Language) -> str:
    fields = {"sheet": problem.sheet, "cell": problem.cell, "value": problem.value} | problem.details
    return message(f"{problem.code}.{part}", language, **fields | _numbers(problem.details, language))


def _numbers(details: Mapping[str, str], language: Language) -> dict[str, str]:
    """Write the counts and sizes among the details of a problem as people of a language do."""
    counts = {
        name: " ".join(_number(word, language) for word in details[name].split(" "))
        for name in _COUNTS & details.keys()
    }
    sizes = {
        name.removesuffix(_BYTES): writing.megabytes(int(size), language)
        for name, size in details.items()
        if name.endswith(_BYTES)
    }
    return counts | sizes


def _number(word: str, language: Language) -> str:
    return writing.as_filed(float(word), language) if _NUMBER.fullmatch(word) else word
