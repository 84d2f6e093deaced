"""Texts in both languages as data files have them, and reading such files.

What belongs here: what every data file of the product shares. What does not: what any one of them holds.
"""

from pathlib import Path
from typing import Any, Literal, get_args

import yaml
from pydantic import BaseModel, ConfigDict, Field

from ingestion.records.mendable import MendableError

Language = Literal["vi", "en"]
LANGUAGES: tuple[Language, ...] = get_args(Language)


class CatalogueError(MendableError):
    """A data file of the product does not fit its schema."""

    about = "catalogue"


class Strict(BaseModel):
    """What a data file holds: nothing unknown, and nothing that changes."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Label(Strict):
    """One text in both languages."""

    vi: str = Field(min_length=1)
    en: str = Field(min_length=1)

    def get(self, language: Language) -> str:
        """Give the text in one language."""
        return self.vi if language == "vi" else self.en


def read_yaml(path: Path) -> Any:
    """Read a data file of the product."""
    return yaml_of(path.read_text(encoding="utf-8"))


def yaml_of(text: str) -> Any:
    """Read what stands in a data file.

    The loader written in C is ten times as quick, which every command feels; PyYAML may be built without it.
    """
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    return yaml.load(text, Loader=loader)
