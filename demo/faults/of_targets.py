"""Faults for `rules/targets.yml`: targets and their results.

What belongs here: which cells are changed, which of them break a rule, and which other rules must follow. What
does not: faults for rules of other files.
"""

from demo.faults.base import breaks
from demo.faults.draft import Draft

_DERIVED = frozenset({"orgs_good_or_better_share", "members_good_or_better_share"})


@breaks("V053", "V051 V054")
def _result_differs(draft: Draft) -> None:
    draft.table("B04")
    row = draft.pick("B09", lambda r: draft.value("B09", r, "indicator_code") in _DERIVED)
    actual = draft.value("B09", row, "actual_period")
    draft.put("B09", row, actual_period=float(actual) - 5 if isinstance(actual, float) else None)


@breaks("V054")
def _assessment(draft: Draft) -> None:
    said = {"VUOT": "CHUA_DAT", "DAT": "CHUA_DAT", "CHUA_DAT": "DAT"}
    row = draft.pick("B09", lambda r: draft.value("B09", r, "self_assessment") in said)
    draft.put("B09", row, self_assessment=said[str(draft.value("B09", row, "self_assessment"))])


@breaks("V055", "V051 V054")
def _other_target(draft: Draft) -> None:
    row = draft.pick("B09", lambda r: isinstance(draft.value("B09", r, "target_min"), float))
    value = draft.value("B09", row, "target_min")
    draft.put("B09", row, target_min=float(value) - 3 if isinstance(value, float) else None)


@breaks("V056", "V051 V054 V055", variant="last_term")
def _target_below_last_term(draft: Draft) -> None:
    row = draft.pick(
        "B09",
        lambda r: (
            isinstance(draft.value("B09", r, "target_min"), float)
            and draft.value("B09", r, "explanation") is None
        ),
    )
    value = draft.value("B09", row, "target_min")
    draft.put("B09", row, target_min=float(value) - 2 if isinstance(value, float) else None)
