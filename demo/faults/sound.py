"""Figures changed in ways that break nothing.

What belongs here: what makes one sound submission differ from another. What does not: faults.
"""

from collections.abc import Callable

from demo.faults.draft import Draft, UnsuitedError


def vary(draft: Draft, changes: int = 4) -> None:
    """Change figures in ways that break nothing, so that no two sound submissions are the same."""
    makers: dict[str, Callable[[Draft], None]] = {
        "B01": _vary_members,
        "B02": _vary_pipeline,
        "B05": _vary_inspections,
        "B06": _vary_complaints,
    }
    usable = [make for form, make in makers.items() if form in draft.submission.reading.tables]
    for _ in range(changes if usable else 0):
        try:
            usable[int(draft.rng.integers(len(usable)))](draft)
        except UnsuitedError:
            continue


def _vary_members(draft: Draft) -> None:
    row = draft.pick("B01")
    draft.more("B01", row, "in_transfer_other_province", "in_total", "out_transfer_other_province", "out_total")
    women, members = (draft.count("B01", row, c) for c in ("closing_female", "closing_members"))
    if women < members:
        draft.more("B01", row, "closing_female")


def _vary_inspections(draft: Draft) -> None:
    draft.more("B05", draft.pick("B05"), "done_orgs", "done_members")


def _vary_pipeline(draft: Draft) -> None:
    draft.more("B02", draft.pick("B02"), "elite_union_introduced")


def _vary_complaints(draft: Draft) -> None:
    draft.more("B06", draft.pick("B06"), "legal_action", "complaints_due")
