"""Faults for `rules/relations.yml`: cells that are added up together.

What belongs here: which cells are changed, which of them break a rule, and which other rules must follow. What
does not: faults for rules of other files.
"""

from demo.faults.base import breaks
from demo.faults.draft import Draft
from ingestion.records.submissions import Mark

_SUMS = (
    ("B01", "in_total in_admitted in_transfer_other_province in_transfer_same_province in_restored"),
    ("B01", "out_total out_deceased out_expelled out_struck_off out_resigned out_transfer_other_province"),
    ("B02", "admitted_age_18_30 admitted_age_31_40 admitted_age_41_50 admitted_age_over_50"),
    ("B03", "opening_count established received merged_away dissolved handed_over closing_count"),
    ("B04", "cells_total cells_not_rated cells_rated cells_excellent cells_completed cells_not_completed"),
    ("B04", "members_total members_exempt members_not_rated members_rated members_completed"),
    ("B06", "members_reprimand members_warning members_removed_from_post members_expelled"),
    ("B06", "by_province by_reporting_org by_grassroots by_cell"),
    ("B06", "orgs_disciplined orgs_reprimand orgs_warning orgs_disbanded"),
)
"""Columns that are added up with each other, but for those whose sums over a sheet other rules use."""

_LINES = (("B07", "total", "BC01 BC02 BC03 BC04"), ("B08", "population", "DV02 DV03 DV04"))


def _is_filled(draft: Draft, form: str, row: int, columns: list[str]) -> bool:
    return min(draft.count(form, row, column) for column in columns) >= 0


# Figures of form B09 may be made of the cell.
@breaks("V062", "V053")
def _one_cell_of_a_sum(draft: Draft) -> None:
    form, columns = _SUMS[int(draft.rng.integers(len(_SUMS)))]
    codes = columns.split()
    row = draft.pick(form, lambda r: _is_filled(draft, form, r, codes))
    draft.spoil(form, row, draft.one_of(*codes), Mark.NOT_APPLICABLE, "x")


@breaks("V062")
def _members_of_one_that_lived_all_year(draft: Draft) -> None:
    registry, start = draft.context.registry, draft.days.first
    columns = ["opening_members", "in_total", "out_total", "closing_members"]

    def suits(row: int) -> bool:
        code = str(draft.value("B01", row, "org_code"))
        was_there = any(version.valid_from < start for version in registry.versions.get(code, ()))
        return was_there and _is_filled(draft, "B01", row, columns)

    draft.spoil("B01", draft.pick("B01", suits), "opening_members", Mark.NOT_APPLICABLE, "x")


@breaks("V062", "V053")
def _one_line_of_a_sum(draft: Draft) -> None:
    form, column, lines = _LINES[int(draft.rng.integers(len(_LINES)))]
    row = draft.line(form, draft.one_of(*lines.split()))
    if _is_filled(draft, form, row, [column]):
        draft.spoil(form, row, column, Mark.NOT_APPLICABLE, "x")
