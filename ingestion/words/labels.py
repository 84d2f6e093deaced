"""Texts in both languages as data files have them, and what an error of such a file is.

What belongs here: what every data file of the product shares. What does not: reading them (`data_files.py`),
and what any one of them holds.
"""

from typing import Literal, get_args

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
