"""What Great Expectations found of a batch: its suites, their rules, counts and a few samples.

What belongs here: these shapes and the same as JSON. What does not: the evaluation (`expectations.py`), and
where results are kept (`ingestion.validations`).
"""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Sample:
    """One failing row.

    Attributes:
        clause: the part of the rule that failed, from 1.
        place: sheet, cell and value as a finding names them; blank where it is no cell.
    """

    unit: str
    revision: int
    clause: int
    sheet: str
    cell: str
    value: str


@dataclass(frozen=True)
class RuleResult:
    """What came of one rule over one frame.

    Attributes:
        held: rows in which it was evaluated and held.
        failed: rows in which it failed.
        not_run: rows in which it was not evaluated.
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


@dataclass(frozen=True)
class SuiteResult:
    """What came of the rules over one frame.

    Attributes:
        suite: its name.
        rows: rows of the frame.
    """

    suite: str
    rows: int
    rules: tuple[RuleResult, ...]

    @property
    def failed(self) -> int:
        """How many rules failed somewhere."""
        return sum(1 for rule in self.rules if rule.failed)


def as_json(suites: Sequence[SuiteResult]) -> list[dict[str, Any]]:
    """Give results as JSON knows them."""
    return [asdict(suite) for suite in suites]


def from_json(found: Sequence[Mapping[str, Any]]) -> list[SuiteResult]:
    """Give results as they were before they became JSON.

    Raises:
        KeyError, TypeError: it is none of ours.
    """
    return [SuiteResult(s["suite"], s["rows"], tuple(_rule(r) for r in s["rules"])) for s in found]


def _rule(found: Mapping[str, Any]) -> RuleResult:
    return RuleResult(**{**found, "samples": tuple(Sample(**sample) for sample in found["samples"])})
