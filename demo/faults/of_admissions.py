"""Faults for `rules/admissions.yml`: admissions.

What belongs here: which cells are changed, which of them break a rule, and which other rules must follow. What
does not: faults for rules of other files.
"""

from demo.faults.base import breaks
from demo.faults.draft import Draft


@breaks("V021", "V025 V026 V053")
def _admissions_differ(draft: Draft) -> None:
    row = draft.pick("B02", lambda r: draft.count("B01", draft.same("B02", "B01", r), "in_admitted") >= 0)
    draft.raised("B02", row, "admitted_total")
    draft.more("B02", row, "admitted_age_31_40")


@breaks("V022")
def _age_group(draft: Draft) -> None:
    groups = ("admitted_age_18_30", "admitted_age_31_40", "admitted_age_41_50", "admitted_age_over_50")
    draft.raised("B02", draft.pick("B02"), draft.one_of(*groups))


@breaks("V023")
def _part_of_admissions(draft: Draft) -> None:
    groups = ("readmitted", "female", "ethnic_minority", "religious", "student", "worker", "farmer")
    row = draft.pick("B02")
    column = f"admitted_{draft.one_of(*groups)}"
    draft.put("B02", row, **{column: draft.count("B02", row, "admitted_total") + 1})


@breaks("V023", "V024")
def _from_elite_union(draft: Draft) -> None:
    row = draft.pick("B02")
    draft.put("B02", row, admitted_from_elite_union=draft.count("B02", row, "admitted_youth_union") + 1)


@breaks("V024")
def _pipeline(draft: Draft) -> None:
    row = draft.pick("B02")
    if draft.rng.random() < 0.5:
        introduced = draft.count("B02", row, "elite_union_introduced")
        draft.put("B02", row, sympathizers_recognised=introduced + 1)
    else:
        recognised = draft.count("B02", row, "sympathizers_recognised")
        draft.put("B02", row, sent_to_awareness_class=recognised + 1)


@breaks("V025")
def _behind_target(draft: Draft) -> None:
    row = draft.pick("B02", lambda r: draft.count("B02", r, "target_admissions_year") >= 0)
    admitted = sum(draft.count("B02", r, "admitted_total") for r in range(len(draft.table("B02").rows)))
    draft.more("B02", row, "target_admissions_year", by=5 * admitted + 20)
    draft.accuse_total("B02", "target_admissions_year")
