"""Suites run by checkpoints of Great Expectations, and what came of each rule.

What belongs here: the context, what is declared in it, and running it. What does not: the expectation
(`expectations.py`), which suites there are (`confirming.py`, `reports`), and where results are kept
(`ingestion.validations.store`).

A process has one context, and checkpoints stay declared from batch to batch, for declaring costs more than
running. The context keeps no results: in memory they would only grow.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, lru_cache
from typing import Any

# First, for it tells Great Expectations to send no analytics, before that is imported.
from ingestion.gate.expectations import Expected, Suite, expectation, frame_of

# isort: split
import great_expectations as gx
from great_expectations.core.freshness_diagnostics import (
    CheckpointFreshnessDiagnostics,
    ValidationDefinitionFreshnessDiagnostics,
)
from great_expectations.data_context.data_context.ephemeral_data_context import EphemeralDataContext
from great_expectations.data_context.store.store import StoreConfigTypedDict
from great_expectations.data_context.store.validation_results_store import ValidationResultsStore
from great_expectations.data_context.types.base import ProgressBarsConfig

_CHECKPOINTS = 256
"""How many a process keeps: those of a catalogue's forms, with the rules in force in one year and another."""


@dataclass(frozen=True)
class Tally:
    """What an expectation found.

    Attributes:
        rows: rows of the frame.
        held: rows in which the rule was evaluated and held.
        failed: rows in which it failed; in the others it was not evaluated.
        samples: the first failing rows, each with the number of the part that failed.
        digests: for each part what tells its outcome, row by row, from every other.
    """

    success: bool
    rows: int
    held: int
    failed: int
    samples: tuple[tuple[int, int], ...] = ()
    digests: tuple[str, ...] = field(default=(), compare=False)


class EvaluationError(RuntimeError):
    """An expectation could not be evaluated; says which, and why."""


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


class KeepsNothing(ValidationResultsStore):
    """A store for results that lets go of them: they are kept as JSON, by `ingestion.validations.store`."""

    def store_validation_results(self, *_: Any, **__: Any) -> bool:
        """Take results and keep none."""
        return True


class _Definition(gx.ValidationDefinition):
    """A suite over a frame, that nobody but this process has and nobody changes."""

    def is_fresh(self) -> ValidationDefinitionFreshnessDiagnostics:
        """Say so: there is no other version anywhere that it could differ from."""
        return ValidationDefinitionFreshnessDiagnostics(errors=[])


class _Checkpoint(gx.Checkpoint):
    """A checkpoint that nobody but this process has and nobody changes."""

    def is_fresh(self) -> CheckpointFreshnessDiagnostics:
        """Say so, as its definition does."""
        return CheckpointFreshnessDiagnostics(errors=[])


@cache
def context() -> EphemeralDataContext:
    """Give the process's context."""
    found = gx.get_context(mode="ephemeral")
    found.variables.progress_bars = ProgressBarsConfig(globally=False)
    keeps_nothing = StoreConfigTypedDict(
        class_name=KeepsNothing.__name__,
        module_name=KeepsNothing.__module__,
        store_backend={"class_name": "InMemoryStoreBackend"},
    )
    found.add_store(str(found.validation_results_store_name), keeps_nothing)
    return found


@cache
def _whole_frame() -> Any:
    """Give the definition of a batch that is a whole frame.

    One serves every frame: declaring one for each costs more than validating it.
    """
    asset = context().data_sources.add_pandas("batch").add_dataframe_asset("frame")
    return asset.add_batch_definition_whole_dataframe("whole")


@lru_cache(maxsize=_CHECKPOINTS)
def _checkpoint(name: str, expected: tuple[Expected, ...]) -> gx.Checkpoint:
    suite = gx.ExpectationSuite(name, expectations=[expectation(one) for one in expected])
    definition = _Definition(name=name, data=_whole_frame(), suite=suite)
    return _Checkpoint(name=name, validation_definitions=[definition], result_format="BASIC")


def _tally(result: Any) -> tuple[str, Tally]:
    rule = result.expectation_config.kwargs["rule"]
    raised = [one["exception_message"] for one in _exceptions(result.exception_info)]
    if raised:
        raise EvaluationError(f"{rule} cannot be evaluated: {'; '.join(raised)}")
    counts = result.result
    rows, failed = counts["element_count"], counts["unexpected_count"]
    samples = tuple((row, part) for row, part in counts["partial_unexpected_index_list"])
    held, digests = rows - failed - counts["missing_count"], tuple(counts["digests"])
    return rule, Tally(bool(result.success), rows, held, failed, samples, digests)


def _exceptions(info: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Give what was raised: Great Expectations tells of one, or of one for each metric."""
    found = [info] if "raised_exception" in info else list(info.values())
    return [one for one in found if one["raised_exception"]]
