"""Rules as Great Expectations: an expectation that evaluates a rule over a frame's columns, and checkpoints.

What belongs here: everything that imports Great Expectations. What does not: where rules, frames and their
columns come from (`judge.py`, `reports`), and the failing rows of which clerks are told, which come from the
evaluator's mask: row identifiers of Great Expectations are slow.

An expectation is given a rule as text and nothing of what came of it before. It parses the text, evaluates it
over the batch and counts.
"""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any, ClassVar

os.environ["GX_ANALYTICS_ENABLED"] = "false"

import great_expectations as gx
import numpy as np
import numpy.typing as npt
import pandas as pd
from great_expectations.data_context.types.base import ProgressBarsConfig
from great_expectations.execution_engine.pandas_execution_engine import PandasExecutionEngine
from great_expectations.expectations.expectation import BatchExpectation
from great_expectations.expectations.metadata_types import FailureSeverity
from great_expectations.expectations.metrics.metric_provider import metric_value
from great_expectations.expectations.metrics.table_metric_provider import TableMetricProvider

from ingestion.gate.evaluate import Missing, combine, mask
from ingestion.gate.parser import parse
from ingestion.gate.syntax import Node
from ingestion.gate.vectors import FALSE, NULL, TRUE, Kind, Vector

SAMPLES = 20
"""How many failing rows of a rule are kept."""

SUBMISSION = "#submission"
"""The column that says to which submission a row belongs; no expression can name it."""

_CHECKPOINTS = 256
"""How many a process keeps: those of a catalogue's forms, with the rules in force in one year and another."""

_METRIC = "table.rule_outcome"
_SEVERITIES = {"error": FailureSeverity.CRITICAL, "notice": FailureSeverity.INFO}

_parsed = lru_cache(maxsize=None)(parse)


@dataclass(frozen=True)
class Part:
    """One expression that must hold, as text: a clause of a rule, for one column where it is repeated.

    Attributes:
        when: the rows to which it applies; blank for all.
    """

    holds: str
    when: str = ""


@dataclass(frozen=True)
class Expected:
    """A rule as an expectation.

    Attributes:
        rule: its id, by which results are told apart.
        title: what must hold, in one line.
        parts: it fails in a row where one of them does.
        missing: what a blank operand does.
        severity: as the rule says.
        notes: further texts, such as the message and the remedy.
    """

    rule: str
    title: str
    parts: tuple[Part, ...]
    missing: Missing = "skip"
    severity: str = "error"
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Suite:
    """The rules over one frame, and the frame.

    Attributes:
        name: the form, and the kind of frame where it is not that of the form's rows.
        columns: by dotted name, one value a row.
        submission: the submission of each row, as a number.
    """

    name: str
    expected: tuple[Expected, ...]
    columns: Mapping[str, Vector]
    submission: npt.NDArray[np.intp]


@dataclass(frozen=True)
class Tally:
    """What an expectation found.

    Attributes:
        rows: rows of the frame.
        held: rows in which the rule was evaluated and held.
        failed: rows in which it failed; in the others it was not evaluated.
        samples: the first failing rows, each with the number of the part that failed.
    """

    success: bool
    rows: int
    held: int
    failed: int
    samples: tuple[tuple[int, int], ...] = field(default=())


class EvaluationError(RuntimeError):
    """An expectation could not be evaluated; says which, and why."""


class _BatchColumns:
    """The columns of a batch, as the evaluator asks for them."""

    def __init__(self, frame: pd.DataFrame) -> None:
        self._frame = frame
        self.submission: npt.NDArray[np.intp] = frame[SUBMISSION].to_numpy()

    def column(self, path: tuple[str, ...]) -> Vector:
        return vector_of(self._frame[".".join(path)])


def vector_of(column: "pd.Series[Any]") -> Vector:
    """Give a column of a batch as the evaluator knows it."""
    if isinstance(column.dtype, pd.BooleanDtype):
        known, values = ~column.isna().to_numpy(), column.to_numpy(dtype=bool, na_value=False)
        return Vector(Kind.TRUTH, np.where(known, np.where(values, TRUE, FALSE), NULL).astype(np.int8))
    if column.dtype.kind == "M":
        days = column.to_numpy().astype("datetime64[D]")
        ordinals = days.astype(np.float64) + _EPOCH
        return Vector(Kind.DATE, np.where(np.isnat(days), np.nan, ordinals))
    if column.dtype.kind == "f":
        return Vector(Kind.NUMBER, column.to_numpy())
    return Vector(Kind.TEXT, column.to_numpy(dtype=object))


_EPOCH = pd.Timestamp(0).toordinal()


def _series(vector: Vector) -> "pd.Series[Any]":
    if vector.kind is Kind.TRUTH:
        return pd.Series(pd.arrays.BooleanArray(vector.data == TRUE, vector.data == NULL))
    if vector.kind is Kind.DATE:
        unknown = np.isnan(vector.data)
        days = (np.where(unknown, 0, vector.data) - _EPOCH).astype("datetime64[D]").astype("datetime64[s]")
        days[unknown] = np.datetime64("NaT")
        return pd.Series(days)
    return pd.Series(vector.data, dtype=object if vector.kind is Kind.TEXT else np.float64, copy=False)


def frame_of(suite: Suite) -> pd.DataFrame:
    """Give the columns of a suite as the batch that Great Expectations is given."""
    columns: dict[str, Any] = {SUBMISSION: suite.submission}
    return pd.DataFrame(columns | {name: _series(v) for name, v in suite.columns.items()}, copy=False)


class RuleOutcome(TableMetricProvider):
    """In how many rows a rule held and failed, with the first that failed."""

    metric_name = _METRIC
    value_keys = ("parts", "missing")

    @metric_value(engine=PandasExecutionEngine)
    def _pandas(
        cls,  # noqa: N805
        execution_engine: PandasExecutionEngine,
        metric_domain_kwargs: dict[str, Any],
        metric_value_kwargs: dict[str, Any],
        metrics: dict[str, Any],
        runtime_configuration: dict[str, Any],
    ) -> dict[str, Any]:
        frame = execution_engine.get_domain_records(metric_domain_kwargs)
        columns = _BatchColumns(frame)
        masks = [
            mask(_parsed(part["holds"]), _node(part["when"]), columns, metric_value_kwargs["missing"])
            for part in metric_value_kwargs["parts"]
        ]
        combined = combine(masks)
        failing = np.flatnonzero(combined == FALSE)
        samples = [
            [int(row), next(number for number, one in enumerate(masks) if one[row] == FALSE)]
            for row in failing[:SAMPLES]
        ]
        held = int((combined == TRUE).sum())
        return {"rows": len(frame), "held": held, "failed": len(failing), "samples": samples}


def _node(text: str) -> Node | None:
    return _parsed(text) if text else None


class ExpectRuleToHold(BatchExpectation):
    """Expect a rule to hold in every row in which it can be evaluated.

    Attributes:
        rule: its id.
        parts: what must hold, each with `holds` and `when` as texts of the rules' language.
        missing: what a blank operand does.
    """

    rule: str
    parts: list[dict[str, str]]
    missing: str = "skip"

    metric_dependencies: ClassVar[tuple[str, ...]] = (_METRIC,)
    success_keys: ClassVar[tuple[str, ...]] = ("parts", "missing")
    args_keys: ClassVar[tuple[str, ...]] = ("rule", "parts", "missing")

    def _validate(
        self,
        metrics: dict[str, Any],
        runtime_configuration: dict[str, Any] | None = None,
        execution_engine: Any = None,
    ) -> dict[str, Any]:
        found = metrics[_METRIC]
        evaluated = found["held"] + found["failed"]
        return {
            "success": not found["failed"],
            "result": {
                "element_count": found["rows"],
                "missing_count": found["rows"] - evaluated,
                "unexpected_count": found["failed"],
                "unexpected_percent": 100 * found["failed"] / evaluated if evaluated else 0.0,
                "partial_unexpected_index_list": found["samples"],
            },
        }


def expectation(expected: Expected) -> ExpectRuleToHold:
    """Give a rule as Great Expectations knows it."""
    return ExpectRuleToHold(
        rule=expected.rule,
        parts=[{"holds": part.holds, "when": part.when} for part in expected.parts],
        missing=expected.missing,
        severity=_SEVERITIES.get(expected.severity, FailureSeverity.WARNING),
        description=f"{expected.rule}: {expected.title}",
        notes=[expected.title, *expected.notes],
        meta={"rule": expected.rule},
    )


def run_checkpoints(suites: Sequence[Suite]) -> list[dict[str, Tally]]:
    """Let a checkpoint run every suite over its frame.

    Returns:
        For each suite what came of its rules.

    Raises:
        EvaluationError: an expectation could not be evaluated; the message says which, and why.
    """
    found: list[dict[str, Tally]] = []
    for suite in suites:
        checkpoint = _checkpoint(suite.name, suite.expected)
        result = checkpoint.run(batch_parameters={"dataframe": frame_of(suite)})
        (validation,) = result.run_results.values()
        found.append(dict(_tally(one) for one in validation.results))
    return found


@cache
def _context() -> tuple[Any, Any]:
    """Give the process's context, and the definition of a batch that is a whole frame.

    One definition serves every frame: declaring one for each costs more than validating it.
    """
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    asset = context.data_sources.add_pandas("batch").add_dataframe_asset("frame")
    return context, asset.add_batch_definition_whole_dataframe("whole")


@lru_cache(maxsize=_CHECKPOINTS)
def _checkpoint(name: str, expected: tuple[Expected, ...]) -> gx.Checkpoint:
    context, whole = _context()
    declared = context.suites.add_or_update(
        gx.ExpectationSuite(name, expectations=[expectation(one) for one in expected])
    )
    definition = context.validation_definitions.add_or_update(
        gx.ValidationDefinition(name=name, data=whole, suite=declared)
    )
    checkpoint = gx.Checkpoint(name=name, validation_definitions=[definition], result_format="BASIC")
    added: gx.Checkpoint = context.checkpoints.add_or_update(checkpoint)
    return added


def _tally(result: Any) -> tuple[str, Tally]:
    rule = result.expectation_config.kwargs["rule"]
    raised = [one["exception_message"] for one in _exceptions(result.exception_info)]
    if raised:
        raise EvaluationError(f"{rule} cannot be evaluated: {'; '.join(raised)}")
    counts = result.result
    rows, failed = counts["element_count"], counts["unexpected_count"]
    samples = tuple((row, part) for row, part in counts["partial_unexpected_index_list"])
    return rule, Tally(bool(result.success), rows, rows - failed - counts["missing_count"], failed, samples)


def _exceptions(info: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Give what was raised: Great Expectations tells of one, or of one for each metric."""
    found = [info] if "raised_exception" in info else list(info.values())
    return [one for one in found if one["raised_exception"]]
