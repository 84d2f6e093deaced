"""Rules as Great Expectations: an expectation that evaluates a rule over a frame's columns.

What belongs here: rules and frames as Great Expectations knows them, and the evaluation. What does not: running
them (`checkpoints.py`), where rules, frames and their columns come from (`confirming.py`, `reports`), and the
failing rows of which clerks are told, which come from the evaluator's mask: row identifiers of Great
Expectations are slow.

An expectation is given a rule as text and nothing of what came of it before. It parses the text, evaluates it
over the batch and counts.
"""

import hashlib
import os
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, ClassVar

# Read when it is imported.
os.environ["GX_ANALYTICS_ENABLED"] = "false"

import numpy as np
import numpy.typing as npt
import pandas as pd

from ingestion.gate.language.evaluate import Mask, Missing, combine, mask
from ingestion.gate.language.parser import parse
from ingestion.gate.language.vectors import FALSE, NULL, TRUE, Kind, Vector
from ingestion.gate.put_off import put_off

# Distributions and charts of them, which no rule asks for, take two fifths of its start.
with put_off("altair", "scipy.stats"):
    from great_expectations.execution_engine.pandas_execution_engine import PandasExecutionEngine
    from great_expectations.expectations.expectation import BatchExpectation
    from great_expectations.expectations.expectation_configuration import parse_result_format
    from great_expectations.expectations.metadata_types import FailureSeverity
    from great_expectations.expectations.metrics.metric_provider import metric_value
    from great_expectations.expectations.metrics.table_metric_provider import TableMetricProvider
    from great_expectations.validator.metric_configuration import MetricConfiguration
    from great_expectations.validator.validator import ValidationDependencies

SAMPLES = 20
"""How many failing rows of a rule are kept."""

SUBMISSION = "#submission"
"""The column that says to which submission a row belongs; no expression can name it."""

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


def _series(vector: Vector, index: pd.RangeIndex) -> "pd.Series[Any]":
    if vector.kind is Kind.TRUTH:
        return pd.Series(pd.arrays.BooleanArray(vector.data == TRUE, vector.data == NULL), index)
    if vector.kind is Kind.DATE:
        unknown = np.isnan(vector.data)
        days = (np.where(unknown, 0, vector.data) - _EPOCH).astype("datetime64[D]").astype("datetime64[s]")
        days[unknown] = np.datetime64("NaT")
        return pd.Series(days, index)
    return pd.Series(vector.data, index, object if vector.kind is Kind.TEXT else np.float64, copy=False)


def frame_of(suite: Suite) -> pd.DataFrame:
    """Give the columns of a suite as the batch that Great Expectations is given."""
    index = pd.RangeIndex(len(suite.submission))  # one for all, or each column is held against the others'
    columns: dict[str, Any] = {SUBMISSION: pd.Series(suite.submission, index, copy=False)}
    columns |= {name: _series(vector, index) for name, vector in suite.columns.items()}
    return pd.DataFrame(columns, index, copy=False)


def digest(outcome: Mask) -> str:
    """Give what tells the outcome of a part from every other: in which rows it held, failed and was not run."""
    return hashlib.blake2b(outcome.tobytes(), digest_size=16).hexdigest()


class RuleOutcome(TableMetricProvider):
    """In how many rows a rule held and failed, with the first that failed, and the digest of each part."""

    metric_name = _METRIC
    value_keys = ("holds", "when", "missing")

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
        columns, missing = _BatchColumns(frame), metric_value_kwargs["missing"]
        masks = [
            mask(_parsed(holds), _parsed(when) if when else None, columns, missing)
            for holds, when in zip(metric_value_kwargs["holds"], metric_value_kwargs["when"], strict=True)
        ]
        combined = combine(masks)
        failing = np.flatnonzero(combined == FALSE)
        samples = [
            [int(row), next(number for number, one in enumerate(masks) if one[row] == FALSE)]
            for row in failing[:SAMPLES]
        ]
        held = int((combined == TRUE).sum())
        digests = [digest(one) for one in masks]
        return {
            "rows": len(frame),
            "held": held,
            "failed": len(failing),
            "samples": samples,
            "digests": digests,
        }


class ExpectRuleToHold(BatchExpectation):
    """Expect a rule to hold in every row in which it can be evaluated.

    Attributes:
        rule: its id.
        holds: what must hold, a text of the rules' language for each part.
        when: the rows to which each part applies; blank for all.
        missing: what a blank operand does.
    """

    rule: str
    holds: list[str]
    when: list[str]
    missing: str = "skip"

    metric_dependencies: ClassVar[tuple[str, ...]] = (_METRIC,)
    success_keys: ClassVar[tuple[str, ...]] = ("holds", "when", "missing")
    args_keys: ClassVar[tuple[str, ...]] = ("rule", "holds", "when", "missing")

    def get_validation_dependencies(
        self, execution_engine: Any = None, runtime_configuration: dict[str, Any] | None = None
    ) -> ValidationDependencies:
        """Say which metric is needed: the one that there is, for this batch.

        What stands in the base class comes to the same by making the expectation anew eight times.
        """
        asked = MetricConfiguration(
            _METRIC,
            metric_domain_kwargs={"batch_id": self.batch_id},
            metric_value_kwargs={"holds": self.holds, "when": self.when, "missing": self.missing},
        )
        result_format = (runtime_configuration or {}).get("result_format", "BASIC")
        return ValidationDependencies({_METRIC: asked}, parse_result_format(result_format))

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
                "digests": found["digests"],
            },
        }


def expectation(expected: Expected) -> ExpectRuleToHold:
    """Give a rule as Great Expectations knows it."""
    return ExpectRuleToHold(
        rule=expected.rule,
        holds=[part.holds for part in expected.parts],
        when=[part.when for part in expected.parts],
        missing=expected.missing,
        severity=_SEVERITIES.get(expected.severity, FailureSeverity.WARNING),
        description=f"{expected.rule}: {expected.title}",
        notes=[expected.title, *expected.notes],
        meta={"rule": expected.rule},
    )
