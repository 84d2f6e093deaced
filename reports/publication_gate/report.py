"""What the publication gate says: what failed, how often, and what to do.

What belongs here: results and their words. What does not: what is checked.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import get_args

from ingestion.gate.results import NO_ROWS, RuleResult, Sample, SuiteResult
from ingestion.words import writing
from ingestion.words.labels import Language
from ingestion.words.messages import message
from reports.figures import Status
from reports.publication_gate.rows import FOUND, SAID
from reports.publication_gate.words import column_in_words, side_in_words

STATUS_NAMES: tuple[str, ...] = get_args(Status)
"""How whole a figure is, by the number that stands for it in a pair."""

ASSESSMENTS = ("CHUA_DEN_HAN", "CHUA_DAT", "DAT", "VUOT")
"""How a result stands to its target, by the number that stands for it in a pair."""

_DECIMALS = 6
"""As many as a sum that differs by more than its tolerance shows a difference in."""


@dataclass(frozen=True)
class PublicationFailure:
    """One thing that is not as it should be.

    Attributes:
        check: the check's name, stable.
        subject: what is meant, as the check's frame names it (form, unit, period, column, indicator …).
        expected: what should be there; None if nothing was expected.
        found: what is there; None if it is missing.
        names: what indicator and unit are called, by language, where that is known.
    """

    check: str
    subject: Mapping[str, str]
    expected: float | None
    found: float | None
    names: Mapping[Language, Mapping[str, str]] = field(default_factory=dict)

    def text(self, language: Language = "vi") -> str:
        """Give the failure in words."""
        if not self.subject:
            return message("publication.nothing_accepted", language)
        named = {**self.subject}
        for key, name in self.names.get(language, {}).items():
            named[key] = f"{name} ({self.subject[key]})"
        if SAID in self.subject:
            column = self.subject["column"]
            named |= {side: side_in_words(column, self.subject[side], language) for side in (SAID, FOUND)}
            named["column"] = column_in_words(column, language)
        return message(
            f"publication.{self.check}",
            language,
            **named,
            expected=self._written(self.expected, language),
            found=self._written(self.found, language),
        )

    def _written(self, value: float | None, language: Language) -> str:
        if value is None:
            return message("publication.missing", language)
        return self._word(value, language) or writing.number(value, _DECIMALS, is_bare=True, language=language)

    def _word(self, value: float, language: Language = "vi") -> str:
        """Give the word for which a number stands: a status or an assessment; nothing for a number itself."""
        column = self.subject.get("column") if self.check == "targets_again" else ""
        if column == "assessment":
            return _called("assessment", ASSESSMENTS, value, language)
        if self.check in ("statuses_again", "derived_statuses_again") or column == "status":
            return _called("publication.status", STATUS_NAMES, value, language)
        return ""

    def sample(self) -> Sample:
        """Give what is kept of it: numbers as programs read them, what stands for a word in both languages."""
        sides = {"expected": self.expected, "found": self.found}
        texts = {name: self._kept(value) for name, value in sides.items()}
        numbers = tuple(name for name, value in sides.items() if value is not None and not self._word(value))
        return Sample(
            submission="",
            clause=1,
            sheet="",
            cell="",
            value=texts["found"],
            values={**self.subject, **texts},
            is_number="found" in numbers,
            numbers=numbers,
        )

    def _kept(self, value: float | None) -> str:
        if value is None:
            return ""
        word = self._word(value)
        return f"{word} ({self._word(value, 'en')})" if word else writing.plain(value)

    @property
    def message(self) -> str:
        """The failure in Vietnamese."""
        return self.text("vi")


@dataclass(frozen=True)
class PublicationReport:
    """What the gate says.

    Attributes:
        checked: for each check, how many things it looked at.
        failures: what failed, in order; of each check the first 20.
        failed: for each check that does not hold, how many things failed; more than there are failures here.
        held: for each check, for how many things it holds; to what neither held nor failed it does not apply.
    """

    checked: Mapping[str, int]
    failures: tuple[PublicationFailure, ...] = field(default=())
    failed: Mapping[str, int] = field(default_factory=dict)
    held: Mapping[str, int] = field(default_factory=dict)

    @property
    def passed(self) -> bool:
        """Whether the marts may be published."""
        return not self.failures

    @property
    def is_empty(self) -> bool:
        """Whether nothing has been accepted yet, so that there is nothing to publish."""
        return any(not failure.subject for failure in self.failures)

    def lines(self, language: Language = "vi", shown: int = 5) -> list[str]:
        """Say for each check that does not hold how many of how many failed, some of them, and what to do."""
        if self.is_empty:
            return [message("publication.nothing_accepted", language)]
        told = []
        for check in dict.fromkeys(failure.check for failure in self.failures):
            mine = [failure for failure in self.failures if failure.check == check]
            failed = self.failed.get(check, len(mine))
            title = message(f"publication.title.{check}", language)
            counts = {"failed": writing.number(failed, language=language)}
            counts["checked"] = writing.number(self.checked.get(check, failed), language=language)
            told.append(message("publication.counted", language, title=title, check=check, **counts))
            told += [f"  {failure.text(language)}" for failure in mine[:shown]]
            told.append("  " + message(f"publication.remedy.{check}", language))
        return told

    def results(self) -> list[SuiteResult]:
        """Give what is kept of it: a suite a check, with its counts and samples."""
        return [self._result(check, rows) for check, rows in self.checked.items()]

    def _result(self, check: str, rows: int) -> SuiteResult:
        key = f"publication.title.{check}"
        title = {"vi": message(key, "vi"), "en": message(key, "en")}
        held, failed = self.held.get(check, 0), self.failed.get(check, 0)
        samples = tuple(
            failure.sample() for failure in self.failures if failure.check == check and failure.subject
        )
        reason = "" if rows else NO_ROWS
        rule = RuleResult(check, title, "error", held, failed, rows - held - failed, samples, reason)
        return SuiteResult(f"publication {check}", rows, (rule,))


def _called(words: str, names: tuple[str, ...], value: float, language: Language) -> str:
    """Give the word of a name by its number; what has a number beyond all names is none that is known."""
    number = int(value)
    key = f"{words}.{names[number]}" if number < len(names) else "publication.no_known_word"
    return message(key, language)
