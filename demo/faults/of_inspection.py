"""Faults for `rules/inspection.yml`: inspection and supervision.

What belongs here: which cells are changed, which of them break a rule, and which other rules must follow. What
does not: faults for rules of other files.
"""

from demo.faults.base import breaks
from demo.faults.draft import Draft, UnsuitedError
from ingestion.records.periods import PeriodKind


@breaks("V040")
def _parts_of_inspections(draft: Draft) -> None:
    column = draft.one_of("concluded_orgs/done_orgs", "concluded_members/done_members")
    part, whole = column.split("/")
    row = draft.pick("B05")
    draft.put("B05", row, **{part: draft.count("B05", row, whole) + 1})


@breaks("V041", "V044")
def _inspections_do_not_narrow(draft: Draft) -> None:
    steps = draft.one_of(
        "disciplined_members/must_discipline_members",
        "must_discipline_members/violated_members",
        "violated_members/done_members",
        "disciplined_orgs/must_discipline_orgs",
        "must_discipline_orgs/violated_orgs",
        "violated_orgs/done_orgs",
    )
    later, earlier = steps.split("/")
    row = draft.pick("B05", lambda r: draft.count("B05", r, earlier) >= 0)
    draft.put("B05", row, **{later: draft.count("B05", row, earlier) + 1})


@breaks("V042")
def _more_organisations_than_exist(draft: Draft) -> None:
    existing = sum(
        draft.count("B03", draft.line("B03", code), "closing_count")
        for code in ("TC02", "TC03", "TC04", "TC05")
    )
    row = draft.pick("B05")
    draft.put("B05", row, done_orgs_distinct=existing + 1)
    draft.keep("B05", row, done_orgs=max(existing + 1, draft.count("B05", row, "done_orgs")))


@breaks("V043")
def _behind_plan(draft: Draft) -> None:
    if draft.period.kind is PeriodKind.TERM:
        raise UnsuitedError("no share of a plan is due for a whole term")
    row = draft.pick("B05")
    done = draft.count("B05", row, "done_orgs") + draft.count("B05", row, "done_members")
    draft.put("B05", row, planned_orgs=5 * done + 4)


@breaks("V044")
def _more_than_all_discipline(draft: Draft) -> None:
    disciplined = sum(draft.count("B06", r, "members_disciplined") for r in range(len(draft.table("B06").rows)))
    row = draft.pick("B05", lambda r: draft.count("B05", r, "must_discipline_members") >= 0)
    inspected = sum(
        value
        for r in range(len(draft.table("B05").rows))
        if isinstance(value := draft.value("B05", r, "disciplined_members"), int)
    )
    by = disciplined - inspected + 1
    steps = ("disciplined_members", "must_discipline_members", "violated_members", "done_members")
    draft.more("B05", row, *steps, by=by)
    draft.accuse_total("B05", "disciplined_members")
