"""Every text that a person reads, in Vietnamese and English, from one catalogue.

What belongs here: looking a text up and filling it in. The texts are data, in `messages/*.yml`, one file a
subject. What does not: labels of forms, rules and indicators, which stand beside what they label.
"""

from functools import cache
from pathlib import Path
from typing import Any

from ingestion.catalogue import CatalogueError, Label, Language, read_yaml

FOLDER = Path(__file__).parent / "messages"


@cache
def load_messages() -> dict[str, Label]:
    """Load every text, by key.

    Raises:
        CatalogueError: a key is declared twice.
    """
    texts: dict[str, Label] = {}
    for path in sorted(FOLDER.glob("*.yml")):
        for key, value in read_yaml(path).items():
            if key in texts:
                raise CatalogueError(f"messages/{path.name}: {key} is declared twice")
            texts[key] = Label.model_validate(value)
    return texts


def message(key: str, language: Language = "vi", **fields: Any) -> str:
    """Give a text of the catalogue with its fields filled in.

    Raises:
        KeyError: the catalogue has no such text, or a field is missing.
    """
    return load_messages()[key].get(language).format(**fields)


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
