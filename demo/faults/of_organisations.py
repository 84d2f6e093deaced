"""Faults for `rules/organisations.yml`: organisations, villages and departments.

What belongs here: which cells are changed, which of them break a rule, and which other rules must follow. What
does not: faults for rules of other files.
"""

from demo.faults.base import SUB_LINES, breaks
from demo.faults.draft import Draft


def _plain_line(draft: Draft) -> int:
    spared = SUB_LINES | {"TC02", "TC03"}
    return draft.pick(
        "B03",
        lambda r: (
            str(draft.value("B03", r, "line_code")) not in spared
            and draft.count("B03", r, "closing_count") >= 0
        ),
    )


@breaks("V027")
def _closing_of_a_line(draft: Draft) -> None:
    draft.raised("B03", _plain_line(draft), "closing_count")


@breaks("V028", "V015")
def _more_cells_than_listed(draft: Draft) -> None:
    row = draft.line("B03", draft.one_of("TC02", "TC03"))
    draft.raised("B03", row, "closing_count")
    draft.more("B03", row, "received")
    draft.keep("B03", row, legal_document="Quyết định số 14-QĐ/TU, ngày 05/4/2020")


@breaks("V029")
def _sub_line_too_large(draft: Draft) -> None:
    part, whole = draft.one_of("TC06/TC05", "TC09/TC08", "DV05/DV04", "DV06/DV04").split("/")
    row, parent = draft.line("B03", part), draft.line("B03", whole)
    by = (
        draft.count("B03", parent, "closing_count")
        - draft.count("B03", row, "closing_count")
        - (draft.count("B03", draft.line("B03", "TC07"), "closing_count") if part == "TC06" else 0)
        + 1
    )
    draft.raised("B03", row, "closing_count", by)
    draft.more("B03", row, "received", by=by)
    draft.keep("B03", row, legal_document="Quyết định số 15-QĐ/TU, ngày 06/4/2020")


@breaks("V030")
def _no_decision(draft: Draft) -> None:
    row = _plain_line(draft)
    draft.put("B03", row, legal_document=None)
    draft.more("B03", row, "received", "closing_count")


@breaks("V031")
def _more_removed_than_in_scope(draft: Draft) -> None:
    row = draft.pick("B03", lambda r: draft.count("B03", r, "opening_count") >= 0)
    scope = draft.value("B03", row, "in_scope_count")
    limit = scope if isinstance(scope, int) else draft.count("B03", row, "opening_count")
    dissolved, merged = (draft.count("B03", row, c) for c in ("dissolved", "merged_away"))
    by = limit - dissolved - merged + 1
    draft.raised("B03", row, "merged_away", by)
    draft.more("B03", row, "established", by=by)
    draft.keep("B03", row, legal_document="Quyết định số 16-QĐ/TU, ngày 07/4/2020")
