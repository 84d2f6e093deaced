"""The prefixes of the rules' language: each joins columns to a frame, only where a rule names them.

What belongs here: one small class a prefix, which says all that there is to know of it: its names, what they
mean to a reader, which columns they join, and where a workbook has them. A module of this folder enters its
prefixes by listing them as `PROVIDERS`. What does not: frames and their own columns (`frames/`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ingestion.definitions.catalogue import Catalogue
from ingestion.gate.context.sheets import FormProvider
from ingestion.gate.frames.frame import Path
from ingestion.gate.frames.provider import Provider
from ingestion.gate.frames.sources import Source
from ingestion.records.folders import modules_of

__all__ = ["Provider", "Vocabulary", "vocabulary"]


@dataclass(frozen=True)
class Vocabulary:
    """Every prefix with its provider."""

    providers: Mapping[str, Provider] = field(default_factory=dict)

    def __call__(self, prefix: str) -> Provider:
        """Give the provider of a prefix.

        Raises:
            KeyError: there is none.
        """
        return self.providers[prefix]

    def source(self, path: Path) -> Source | None:
        """Say where a workbook has what a name means; None for one without a prefix, or that it cannot have."""
        return self(path[0]).in_workbook(path[1:]) if len(path) > 1 else None


def vocabulary(catalogue: Catalogue) -> Vocabulary:
    """Give all prefixes: those of this folder, and one for each form.

    Raises:
        ValueError: two providers have the same prefix.
    """
    found: dict[str, Provider] = {}
    entered = (provider for module in modules_of(__name__, __path__) for provider in module.PROVIDERS)
    for provider in (*entered, *map(FormProvider, catalogue.forms)):
        if provider.prefix in found:
            raise ValueError(f"two providers have the prefix “{provider.prefix}”")
        found[provider.prefix] = provider
    return Vocabulary(found)
