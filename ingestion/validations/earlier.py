"""Results of checks as earlier versions kept them, given the shape of today.

What belongs here: what files of `validations/` once looked like. What does not: reading them
(`store.py`) and their shape of today (`gate/results.py`).

An earlier version wrote unit and revision of a sample in place of its submission, nothing of what a rule
compares, and of the publication gate a list of checks.
"""

from collections.abc import Mapping
from typing import Any

from ingestion.gate.results import EARLIER_VERSION, NO_ROWS

_APPLIES_TO_SOME = "nothing_shrank"
"""The check of which was not written to how many pairs it applies."""


def of_today(found: object, gate: str) -> object:
    """Give the content of a file with the names of today; whatever is of today, or of nobody, as it is.

    Args:
        found: the content.
        gate: how the publication gate is called where periods are named.

    Raises:
        KeyError, TypeError, AttributeError: it looks like an earlier one and is none.
    """
    if not isinstance(found, dict):
        return found
    if "checks" in found and "suites" not in found:
        suites = [_publication(check, gate) for check in found["checks"]]
        return {"period": gate, "at": found["at"], "suites": suites, "purpose": "publication"}
    for suite in found.get("suites", ()):
        for rule in suite["rules"]:
            rule["samples"] = [_sample(sample, found["period"]) for sample in rule["samples"]]
    return found


def _sample(sample: Mapping[str, Any], period: str) -> Mapping[str, Any]:
    if "unit" not in sample or "submission" in sample:
        return sample
    place = {key: value for key, value in sample.items() if key not in ("unit", "revision")}
    return {"submission": f"{sample['unit']}.{period}.r{sample['revision']}", **place}


def _publication(check: Mapping[str, Any], gate: str) -> dict[str, Any]:
    name, checked, failed = check["check"], check["checked"], check["failed"]
    is_known = name != _APPLIES_TO_SOME
    held = checked - failed if is_known else 0
    rule = {
        "rule": name,
        "title": check["title"],
        "severity": "error",
        "held": held,
        "failed": failed,
        "not_run": checked - failed - held,
        "samples": [_pair(sample) for sample in check["samples"]],
        "reason": NO_ROWS if not checked else "" if is_known else EARLIER_VERSION,
    }
    return {"suite": f"{gate} {name}", "rows": checked, "rules": [rule]}


def _pair(sample: Mapping[str, Any]) -> dict[str, Any]:
    values = {name: "" if value is None else str(value) for name, value in sample.items()}
    return {
        "submission": "",
        "clause": 1,
        "sheet": "",
        "cell": "",
        "value": values.get("found", ""),
        "values": values,
    }
