"""The rules once more, by Great Expectations, and that it comes to the same.

What belongs here: which suites a batch has, what of a frame they are given, and the comparison. What does not:
Great Expectations itself (`expectations.py`), and the findings, which come from the masks.

Great Expectations is given the rules as text and the frames' columns, never a mask.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from ingestion.gate.compiling import Check
from ingestion.gate.frames.batch import Batch
from ingestion.gate.frames.frame import Frame
from ingestion.gate.language.evaluate import Mask, combine
from ingestion.gate.language.syntax import names, unparse
from ingestion.gate.language.vectors import FALSE, TRUE, Vector
from ingestion.gate.results import NO_REGISTRY, NO_ROWS, RuleResult, Sample, SuiteResult
from ingestion.gate.wording import Wording, is_number, plain

if TYPE_CHECKING:
    from ingestion.gate.checkpoints import Tally
    from ingestion.gate.expectations import Expected


class GateError(RuntimeError):
    """The gate contradicts itself: a rule cannot be evaluated, or two evaluations of it differ."""


@dataclass
class Run:
    """One check over its frame.

    Attributes:
        is_known: whether the registry has what the check needs; without it nothing was evaluated.
    """

    check: Check
    frame: Frame
    mask: Mask
    is_known: bool = True


def confirmed(batch: Batch, runs: Mapping[str, Sequence[Run]]) -> list[SuiteResult]:
    """Let Great Expectations evaluate every rule over every frame, compare, and give what it found.

    Raises:
        GateError: it cannot evaluate a rule, or finds other rows in which a part of one holds or fails.
    """
    # Importing it takes seconds, which a check of a single file need not pay.
    from ingestion.gate import checkpoints, expectations  # noqa: PLC0415

    suites = [_Suite(batch, frame, by_rule) for frame, by_rule in _by_frame(runs)]
    asked = [suite for suite in suites if suite.rules]
    try:
        tallies = checkpoints.run_checkpoints(
            [
                expectations.Suite(
                    suite_name(suite.frame),
                    tuple(_expected(found) for found in suite.rules.values()),
                    _columns(
                        batch, suite.frame, [run.check for found in suite.rules.values() for run in found]
                    ),
                    suite.frame.submission,
                )
                for suite in asked
            ]
        )
    except checkpoints.EvaluationError as error:
        raise GateError(str(error)) from error
    found = {suite_name(suite.frame): tally for suite, tally in zip(asked, tallies, strict=True)}
    return [suite.result(found.get(suite_name(suite.frame), {})) for suite in suites]


def _by_frame(runs: Mapping[str, Sequence[Run]]) -> Iterable[tuple[Frame, dict[str, list[Run]]]]:
    frames: dict[int, tuple[Frame, dict[str, list[Run]]]] = {}
    for rule, rule_runs in runs.items():
        for run in rule_runs:
            frames.setdefault(id(run.frame), (run.frame, {}))[1].setdefault(rule, []).append(run)
    return frames.values()


def suite_name(frame: Frame) -> str:
    """Give the name of a frame's suite: the form's, with the kind of frame where that is not its rows."""
    if frame.form is None:
        return frame.kind
    return frame.form.code if frame.kind == "row" else f"{frame.form.code} {frame.kind}"


class _Suite:
    """The rules over one frame with the masks that they came to."""

    def __init__(self, batch: Batch, frame: Frame, by_rule: Mapping[str, Sequence[Run]]) -> None:
        self.batch = batch
        self.frame = frame
        self.by_rule = by_rule
        known = {rule: [run for run in found if run.is_known] for rule, found in by_rule.items()}
        self.rules = {rule: found for rule, found in known.items() if found and len(frame)}

    def result(self, tallies: Mapping[str, "Tally"]) -> SuiteResult:
        """Give what Great Expectations found, after holding it against the masks.

        Raises:
            GateError: they differ.
        """
        rules = tuple(self._rule(rule, tallies.get(rule)) for rule in self.by_rule)
        return SuiteResult(suite_name(self.frame), len(self.frame), rules)

    def _rule(self, code: str, tally: "Tally | None") -> RuleResult:
        rule, rows = self.by_rule[code][0].check.rule, len(self.frame)
        title = {"vi": rule.title.vi, "en": rule.title.en}
        if tally is None:
            reason = NO_REGISTRY if rows and code not in self.rules else NO_ROWS
            return RuleResult(code, title, rule.severity, 0, 0, rows, reason=reason)
        from ingestion.gate.expectations import digest  # noqa: PLC0415

        runs = self.rules[code]
        combined = combine([run.mask for run in runs])
        held, failed = int((combined == TRUE).sum()), int((combined == FALSE).sum())
        if (tally.success, tally.held, tally.failed) != (not failed, held, failed):
            raise GateError(
                f"{self._differ(code)}; it finds {tally.held} rows that hold and {tally.failed} that fail, "
                f"the mask {held} and {failed}"
            )
        parts = zip(runs, tally.digests, strict=True)
        if differing := [run.check.clause for run, found in parts if digest(run.mask) != found]:
            clauses = ", ".join(str(clause) for clause in sorted(set(differing)))
            raise GateError(f"{self._differ(code)} in which rows clause {clauses} holds and fails")
        samples = tuple(self._sample(runs[part], row) for row, part in tally.samples)
        return RuleResult(code, title, rule.severity, held, failed, rows - held - failed, samples)

    def _differ(self, code: str) -> str:
        return f"{code} over {suite_name(self.frame)}: Great Expectations and the compiled mask do not agree"

    def _sample(self, run: Run, row: int) -> Sample:
        key = self.batch.subjects[int(self.frame.submission[row])].submission.key
        place, value, is_numeric = Wording(self.batch, run.check, self.frame).sample(row)
        filed = self.frame.form_row(row)
        values = {".".join(path): self.batch.column(self.frame, path).at(row) for path in _named([run.check])}
        return Sample(
            str(key),
            run.check.clause,
            place.sheet if place else "",
            place.cell if place else "",
            value,
            row=filed.number if filed else None,
            values={name: _stated(one) for name, one in values.items()},
            is_number=is_numeric,
            numbers=tuple(name for name, one in values.items() if is_number(one)),
        )


def _expected(runs: Sequence[Run]) -> "Expected":
    from ingestion.gate.expectations import Expected, Part  # noqa: PLC0415

    rule = runs[0].check.rule
    parts = tuple(
        Part(unparse(run.check.holds), unparse(run.check.when) if run.check.when else "") for run in runs
    )
    notes = (rule.title.vi, rule.message.en, rule.remedy.en, rule.message.vi, rule.remedy.vi)
    return Expected(rule.id, rule.title.en, parts, rule.missing, rule.severity, notes)


def _columns(batch: Batch, frame: Frame, checks: Iterable[Check]) -> dict[str, Vector]:
    """Give the columns of a frame that rules name."""
    return {".".join(path): batch.column(frame, path) for path in _named(checks)}


def _stated(value: object) -> str:
    """Write a value as rules do."""
    return str(value).lower() if isinstance(value, bool) else plain(value)


def _named(checks: Iterable[Check]) -> list[tuple[str, ...]]:
    nodes = (node for check in checks for node in (check.holds, check.when) if node)
    return sorted({name.path for node in nodes for name in names(node)})
