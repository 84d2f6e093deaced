"""Every text that a person reads, in Vietnamese and English, from one catalogue.

What belongs here: looking a text up and filling it in. The texts are data, in `messages/*.yml`, one file a
subject. What does not: labels of forms, rules and indicators, which stand beside what they label.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from string import Formatter
from typing import Any

import yaml

from ingestion.words import writing
from ingestion.words.data_files import read_yaml
from ingestion.words.labels import CatalogueError, Label, Language

FOLDER = Path(__file__).parent.parent / "messages"

_LABELS = frozenset(
    {"code", "line", "number", "port", "process", "revision", "row", "version", "year", "last_year"}
)
"""Fields whose whole numbers name something and are no counts: 2020 is a year, and no 2.020."""
_TELLING = 12
"""A text of fewer letters of its own might have said anything."""


@cache
def load_messages() -> dict[str, Label]:
    """Load every text, by key.

    Raises:
        CatalogueError: a key is declared twice, or a file is no YAML.
    """
    texts: dict[str, Label] = {}
    for path in sorted(FOLDER.glob("*.yml")):
        try:
            read = read_yaml(path)
        except yaml.YAMLError as error:
            raise CatalogueError(f"messages/{path.name}: {error}") from error
        for key, value in read.items():
            if key in texts:
                raise CatalogueError(f"messages/{path.name}: {key} is declared twice")
            texts[key] = Label.model_validate(value)
    return texts


def message(key: str, language: Language = "vi", **fields: Any) -> str:
    """Give a text of the catalogue with its fields filled in.

    Counts are written as the language writes them, and of what is there in both languages its own words.

    Raises:
        KeyError: the catalogue has no such text, or a field is missing.
    """
    return load_messages()[key].get(language).format(**{n: _written(n, v, language) for n, v in fields.items()})


@dataclass(frozen=True)
class Said:
    """A text of the catalogue that is told as part of another one.

    Attributes:
        key: the text.
        fields: what fills it in.
    """

    key: str
    fields: Mapping[str, Any] = field(default_factory=dict)

    def told(self, language: Language) -> str:
        """Give it in a language."""
        return message(self.key, language, **self.fields)


_BETWEEN = "; "
"""What stands between several parts of a text that are texts themselves."""
_PARTS = ("unfit.", "misfit.")
"""Families of texts that are told as part of another one."""


def _written(name: str, value: Any, language: Language) -> Any:
    if isinstance(value, Said):
        return value.told(language)
    if isinstance(value, tuple):
        return _BETWEEN.join(str(_written(name, one, language)) for one in value)
    is_count = type(value) is int and name not in _LABELS
    return writing.number(value, language=language) if is_count else value


def retold(said: str, families: Sequence[str], language: Language) -> str | None:
    """Say in a language what a text of some families said in Vietnamese; None where none of them said it.

    So a text that came through somebody else's records, in which only the words are kept, reaches every reader
    in theirs.

    Args:
        said: the words.
        families: what the keys of those texts begin with.
        language: the language of whoever reads it.
    """
    if (found := read_back(said, families)) is None:
        return None
    return message(found[0], language, **{n: _part_retold(part, language) for n, part in found[1].items()})


def _part_retold(said: str, language: Language) -> str:
    """Say in a language what filled a text in, as far as it was made of texts itself."""
    return _BETWEEN.join(retold(one, _PARTS, language) or one for one in said.split(_BETWEEN))


def read_back(said: str, families: Sequence[str]) -> tuple[str, dict[str, str]] | None:
    """Give which text of some families said something in Vietnamese, and what filled it in; None if none did.

    Args:
        said: the words.
        families: what the keys of those texts begin with.
    """
    for key, pattern in _patterns(tuple(families)):
        if (match := pattern.fullmatch(said)) is not None:
            return key, match.groupdict()
    return None


@cache
def _patterns(families: tuple[str, ...]) -> list[tuple[str, re.Pattern[str]]]:
    """Give what each text of some families can have said, the texts with most words of their own first."""
    found = []
    for key, label in load_messages().items():
        parts = [*Formatter().parse(label.vi)]
        own = sum(len(literal) for literal, *_ in parts)
        if not key.startswith(families) or own < _TELLING:
            continue
        pattern, seen = "", set[str]()
        for literal, name, *_ in parts:
            pattern += re.escape(literal)
            if name is not None:
                pattern += f"(?P={name})" if name in seen else f"(?P<{name}>.*?)"
                seen.add(name)
        found.append((own, key, re.compile(pattern, re.DOTALL)))
    return [(key, pattern) for _, key, pattern in sorted(found, key=lambda f: (-f[0], f[1]))]


class ToldError(Exception):
    """An error whose message is a text of the catalogue, and can be told in each language.

    Attributes:
        key: the text.
        fields: what fills it in.
    """

    def __init__(self, key: str, **fields: Any) -> None:
        super().__init__(message(key, **fields))
        self.key, self.fields = key, fields

    def __reduce__(self) -> tuple[Any, ...]:
        # Its arguments are not those that an exception keeps.
        return _told, (type(self), self.key, self.fields)

    def told(self, language: Language) -> str:
        """Give the message in a language."""
        return message(self.key, language, **self.fields)


def _told(kind: type[ToldError], key: str, fields: dict[str, Any]) -> ToldError:
    return kind(key, **fields)
