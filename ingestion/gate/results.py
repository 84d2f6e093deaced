"""What Great Expectations found of a batch: its suites, their rules, counts and a few samples.

What belongs here: these shapes, and how their values are written. What does not: the evaluation
(`expectations.py`), and keeping results as JSON (`ingestion.validations.store`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from ingestion.words import writing
from ingestion.words.labels import Language

NO_REGISTRY = "no_registry"
NO_ROWS = "no_rows"
"""Why a rule was evaluated in no row: what it needs of the registry is not there, or the frame is empty."""

EARLIER_VERSION = "earlier_version"
"""Why nothing is said of the rows that do not fail: an earlier version did not write it down."""


@dataclass(frozen=True)
class Sample:
    """One failing row.

    Attributes:
        submission: whose row it is; blank where no submission is judged.
        clause: the part of the rule that failed, from 1.
        sheet: sheet, cell and value as a finding names them; blank where it is no cell.
        row: the row of the sheet, from 1; None where it is no row.
        values: what stands in the row, by the names by which the rule calls it.
        file: the original, below the state folder; blank where nothing is kept of it.
        is_number: whether the value is a number, as programs read it.
        numbers: which of the values are; none in what earlier versions kept.
    """

    submission: str
    clause: int
    sheet: str
    cell: str
    value: str
    row: int | None = None
    values: Mapping[str, str] = field(default_factory=dict)
    file: str = ""
    is_number: bool = False
    numbers: tuple[str, ...] = ()

    def printed(self, name: str | None = None, language: Language = "vi") -> str:
        """Give one of the values as people write it, or the value of the cell."""
        text, is_number = self.value, self.is_number
        if name is not None:
            text, is_number = self.values[name], name in self.numbers
        return writing.of_plain(text, writing.own_decimals(float(text)) if is_number else None, language)


@dataclass(frozen=True)
class RuleResult:
    """What came of one rule over one frame.

    Attributes:
        held: rows in which it was evaluated and held.
        failed: rows in which it failed.
        not_run: rows in which it was not evaluated.
        samples: the first failing rows.
        reason: why it was evaluated in none at all; blank where it could be.
    """

    rule: str
    title: Mapping[str, str]
    severity: str
    held: int
    failed: int
    not_run: int
    samples: tuple[Sample, ...] = ()
    reason: str = ""

    @property
    def evaluated(self) -> int:
        """In how many rows it was evaluated."""
        return self.held + self.failed


@dataclass(frozen=True)
class SuiteResult:
    """What came of the rules over one frame.

    Attributes:
        suite: its name: the form, and the kind of frame where it is not that of the form's rows.
        rows: rows of the frame.
    """

    suite: str
    rows: int
    rules: tuple[RuleResult, ...]

    @property
    def failed(self) -> int:
        """How many rules failed somewhere."""
        return sum(1 for rule in self.rules if rule.failed)

    def with_files(self, files: Mapping[str, str]) -> "SuiteResult":
        """Give it with the originals of the submissions named in its samples."""
        rules = (
            replace(rule, samples=tuple(replace(s, file=files.get(s.submission, "")) for s in rule.samples))
            for rule in self.rules
        )
        return replace(self, rules=tuple(rules))


def with_files(suites: Sequence[SuiteResult], files: Mapping[str, str]) -> list[SuiteResult]:
    """Give results with the originals of the submissions named in their samples.

    Args:
        suites: the results.
        files: paths below the state folder, by submission.
    """
    return [suite.with_files(files) for suite in suites]
