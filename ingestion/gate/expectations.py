"""The rules as Great Expectations suites: one ephemeral context, one suite a frame.

What belongs here: everything that imports Great Expectations. What does not: the masks, which are computed
before (`evaluate.py`), and the failing rows, which are taken from the masks: row identifiers of Great
Expectations are slow.
"""

import os
from collections.abc import Mapping, Sequence
from typing import Any

os.environ["GX_ANALYTICS_ENABLED"] = "false"

import great_expectations as gx
import pandas as pd
from great_expectations.data_context.types.base import ProgressBarsConfig
from great_expectations.execution_engine.pandas_execution_engine import PandasExecutionEngine
from great_expectations.expectations.expectation import ColumnMapExpectation
from great_expectations.expectations.metrics.map_metric_provider.column_condition_partial import (
    column_condition_partial,
)
from great_expectations.expectations.metrics.map_metric_provider.column_map_metric_provider import (
    ColumnMapMetricProvider,
)

from ingestion.gate.evaluate import Mask
from ingestion.gate.vectors import NULL, TRUE


class RuleHolds(ColumnMapMetricProvider):
    """Whether a rule holds, row by row; rows that were not evaluated are null and left out."""

    condition_metric_name = "column_values.rule_holds"

    @column_condition_partial(engine=PandasExecutionEngine)
    def _pandas(cls, column: "pd.Series[bool]", **_: Any) -> "pd.Series[bool]":  # noqa: N805
        return column.astype(bool)


class ExpectRuleToHold(ColumnMapExpectation):
    """Expect a rule to hold in every row in which it was evaluated."""

    map_metric = "column_values.rule_holds"


def validate(frames: Sequence[Mapping[str, Mask]]) -> list[dict[str, bool]]:
    """Evaluate the masks of each frame as one suite.

    Args:
        frames: for each frame its masks by rule.

    Returns:
        For each frame and rule, whether it held wherever it was evaluated.
    """
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False)
    asset = context.data_sources.add_pandas("batch").add_dataframe_asset("frame")
    # One definition serves every frame: declaring one for each costs more than validating it.
    definition = asset.add_batch_definition_whole_dataframe("whole")
    results: list[dict[str, bool]] = []
    for number, masks in enumerate(frames):
        frame = pd.DataFrame({rule: _column(mask) for rule, mask in masks.items()})
        suite = gx.ExpectationSuite(
            f"frame {number}", expectations=[ExpectRuleToHold(column=rule) for rule in masks]
        )
        batch = definition.get_batch(batch_parameters={"dataframe": frame})
        validation = batch.validate(suite, result_format="BOOLEAN_ONLY")
        results.append(
            {
                r.expectation_config.kwargs["column"]: bool(r.success)
                for r in validation.results
                if r.expectation_config is not None
            }
        )
    return results


def _column(mask: Mask) -> "pd.arrays.BooleanArray":
    return pd.arrays.BooleanArray(mask == TRUE, mask == NULL)
