"""The prefixes of the rules' language: each joins columns to a frame, only where a rule names them.

What belongs here: one small class a prefix, and the list of them. What does not: frames and their own columns
(`frames/batch.py`).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from ingestion.definitions.catalogue import Catalogue
from ingestion.definitions.forms import PeriodPart
from ingestion.gate.context.derived import DerivedContext
from ingestion.gate.context.earlier import EARLIER
from ingestion.gate.context.habits import CopiedContext, DigitsContext
from ingestion.gate.context.organisations import RegistryContext, TargetContext
from ingestion.gate.context.sheets import (
    AppliesProvider,
    FormProvider,
    LineProvider,
    RawProvider,
    SheetProvider,
    TotalProvider,
)
from ingestion.gate.context.submission import CalendarContext, SchemeContext, SubmissionContext
from ingestion.gate.frames.provider import Provider

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


def vocabulary(catalogue: Catalogue, schedule_share: Mapping[PeriodPart, float]) -> Vocabulary:
    """Give all prefixes: the fixed ones and one for each form."""
    providers: dict[str, Provider] = {
        **EARLIER,
        "applies": AppliesProvider(),
        "cal": CalendarContext(schedule_share),
        "copied": CopiedContext(),
        "derived": DerivedContext(),
        "digits": DigitsContext(),
        "line": LineProvider(),
        "raw": RawProvider(),
        "reg": RegistryContext(),
        "scheme": SchemeContext(),
        "sheet": SheetProvider(),
        "sub": SubmissionContext(),
        "target": TargetContext(),
        "total": TotalProvider(),
    }
    return Vocabulary(providers | {code: FormProvider(code) for code in catalogue.forms})
