"""Faults for `rules/discipline.yml`: discipline.

What belongs here: which cells are changed, which of them break a rule, and which other rules must follow. What
does not: faults for rules of other files.
"""

from demo.faults.base import breaks
from demo.faults.draft import Draft


@breaks("V045")
def _forms_of_discipline(draft: Draft) -> None:
    columns = ("members_reprimand", "members_warning", "members_removed_from_post")
    draft.raised("B06", draft.pick("B06"), draft.one_of(*columns))


@breaks("V046")
def _forms_for_organisations(draft: Draft) -> None:
    draft.raised("B06", draft.pick("B06"), draft.one_of("orgs_reprimand", "orgs_warning", "orgs_disbanded"))


@breaks("V047")
def _deciding_levels(draft: Draft) -> None:
    columns = ("by_province", "by_reporting_org", "by_grassroots", "by_cell")
    draft.raised("B06", draft.pick("B06"), draft.one_of(*columns))


@breaks("V048")
def _expulsions_differ(draft: Draft) -> None:
    row = draft.pick("B06", lambda r: draft.count("B01", draft.same("B06", "B01", r), "out_expelled") >= 0)
    draft.raised("B06", row, "members_expelled")
    draft.more("B06", row, "members_disciplined", "by_grassroots")


@breaks("V049")
def _parts_of_discipline(draft: Draft) -> None:
    pairs = (
        "imprisoned/legal_action",
        "complaints_resolved/complaints_due",
        "members_disciplined_female/members_disciplined",
        "members_disciplined_committee/members_disciplined",
        "members_disciplined_probationary/members_disciplined",
    )
    part, whole = draft.one_of(*pairs).split("/")
    row = draft.pick("B06")
    draft.put("B06", row, **{part: draft.count("B06", row, whole) + 1})
