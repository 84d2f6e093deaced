"""Who answers for an asset, and with what it is made, once for all of them.

What belongs here: what Dagster's catalogue shows of an asset besides its own description. What does not: the
groups (`groups.py`).

No asset has a freshness policy: files come when units file them, and a release is due when something was
accepted. That runs have stopped is told by `alerting.py`, after a day.
"""

from collections.abc import Mapping

import dagster as dg

OWNERS = ("team:data",)

KINDS: Mapping[str, frozenset[str]] = {
    "inbox": frozenset({"excel"}),
    "registry": frozenset({"csv"}),
    "landed_submissions": frozenset({"python", "excel"}),
    "verdicts": frozenset({"python", "greatexpectations"}),
    "bronze": frozenset({"python", "parquet"}),
    "registry_reference": frozenset({"python", "parquet"}),
    "notices": frozenset({"python"}),
    "snapshot": frozenset({"python", "parquet"}),
    "candidate": frozenset({"python", "duckdb"}),
    "warehouse": frozenset({"python", "duckdb"}),
    "report_project": frozenset({"python", "markdown"}),
    "rendered_reports": frozenset({"quarto", "html"}),
    "release": frozenset({"python", "html"}),
}
"""With what the steps around the models are made; dagster-dbt says it of models."""


def described(spec: dg.AssetSpec) -> dg.AssetSpec:
    """Give an asset with its owners and kinds."""
    kinds = KINDS.get(spec.key.to_user_string(), frozenset())
    return spec.merge_attributes(owners=list(OWNERS), kinds=set(kinds))
