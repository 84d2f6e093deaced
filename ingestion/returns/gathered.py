"""Notes, rules and reasons of a receipt, put together where they say the same.

What belongs here: what is told once instead of several times, and in which words. What does not: where it
stands on the sheet (`receipt.py`).
"""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from ingestion.gate.wording import reason_text
from ingestion.records.file_kinds import MARKED_IN_PLACE, FileKind, Holds
from ingestion.records.submissions import Problem
from ingestion.words.labels import Language
from ingestion.words.messages import message


def in_words(fields: dict[str, Any], language: Language) -> dict[str, Any]:
    """Give fields of a note with the kind of file in words, where that is not one that goes back as it came."""
    kind = next((kind for kind in FileKind if kind == fields.get("kind")), None)
    if kind is None or kind in MARKED_IN_PLACE or kind.holds is Holds.TEXT:
        return fields
    is_packed = kind.holds is Holds.FILES
    return fields | {"kind": message(f"returns.kind.{kind}", language) if is_packed else f".{kind}"}


def gathered(notes: Sequence[Problem]) -> list[Problem]:
    """Give notes with those that say the same of several sheets as one."""
    alike: dict[tuple[object, ...], list[Problem]] = {}
    for number, note in enumerate(notes):
        own = number if note.cell or not note.sheet else ""
        alike.setdefault((own, note.code, note.value, *note.details.items()), []).append(note)
    return [
        replace(first, sheet=", ".join(dict.fromkeys(note.sheet for note in (first, *others))))
        for first, *others in alike.values()
    ]


def listed(rules: Sequence[str]) -> str:
    """Give ids of rules with those that follow each other as a range."""
    runs: list[list[str]] = []
    for rule in rules:
        if runs and _number(rule) == _number(runs[-1][-1]) + 1:
            runs[-1].append(rule)
        else:
            runs.append([rule])
    parts = (f"{run[0]}–{run[-1]}" if len(run) > 2 else ", ".join(run) for run in runs)
    return ", ".join(parts)


def _number(rule: str) -> int:
    """Give the number in a rule's id."""
    return int(rule[1:])


def reason_said(reason: str, language: Language) -> str:
    """Say why rules did not run; a reason that was recorded under a name since dropped is given as it is."""
    try:
        return reason_text(reason, language)
    except KeyError:
        return reason
