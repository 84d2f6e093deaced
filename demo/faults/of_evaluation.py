"""Faults for `rules/evaluation.yml`: quality ratings.

What belongs here: which cells are changed, which of them break a rule, and which other rules must follow. What
does not: faults for rules of other files.
"""

from demo.faults.base import breaks
from demo.faults.draft import Draft, UnsuitedError


@breaks("V032")
def _cells(draft: Draft) -> None:
    draft.raised("B04", draft.pick("B04"), draft.one_of("cells_total", "cells_completed", "cells_not_rated"))


@breaks("V033")
def _members_rated(draft: Draft) -> None:
    draft.raised("B04", draft.pick("B04"), draft.one_of("members_not_rated", "members_completed"))


@breaks("V034", "V053")
def _too_many_excellent(draft: Draft) -> None:
    scheme = draft.context.registry.scheme_of(draft.period.year)
    if scheme is None or scheme.cap_rate is None:
        raise UnsuitedError("no cap")
    rate = scheme.cap_rate

    def by(row: int) -> int:
        excellent, good = (draft.count("B04", row, f"members_{c}") for c in ("excellent", "good"))
        return int((rate * good - excellent) / (1 + rate)) + 1

    row = draft.pick(
        "B04",
        lambda r: (
            0 < by(r) <= draft.count("B04", r, "members_good")
            and draft.value("B04", r, "cap_exception_document") is None
        ),
    )
    change = by(row)
    draft.put(
        "B04",
        row,
        members_excellent=draft.count("B04", row, "members_excellent") + change,
        members_good=draft.count("B04", row, "members_good") - change,
    )


def _all_caps_met(draft: Draft) -> None:
    """Rate every organisation and cell as good, and no member as excellent, so that every cap is met."""
    for row in range(len(draft.table("B04").rows)):
        if draft.value("B04", row, "org_rating") == "HTXSNV":
            draft.keep("B04", row, org_rating="HTTNV")
        for group in ("cells", "members"):
            good, excellent = (draft.count("B04", row, f"{group}_{c}") for c in ("good", "excellent"))
            draft.keep("B04", row, **{f"{group}_good": good + excellent, f"{group}_excellent": 0})


@breaks("V035", "V034", variant="scheme", prepare=_all_caps_met)
def _too_many_excellent_cells(draft: Draft) -> None:
    rows = range(len(draft.table("B04").rows))
    share = 0.25
    limit = share * sum(draft.count("B04", r, "cells_good") for r in rows)
    moved = 0
    for row in rows:
        by = min(draft.count("B04", row, "cells_good"), int(limit) + 1 - moved)
        draft.more("B04", row, "cells_good", by=-by)
        draft.more("B04", row, "cells_excellent", by=by)
        moved += by
    if moved <= limit:
        raise UnsuitedError("too few cells")
    draft.accuse_total("B04", "cells_excellent")
    draft.accuse_total("B04", "cells_good")


@breaks("V035", "V036 V037", variant="scheme", prepare=_all_caps_met)
def _too_many_excellent_organisations(draft: Draft) -> None:
    good = [r for r in range(len(draft.table("B04").rows)) if draft.value("B04", r, "org_rating") == "HTTNV"]
    for row in good[: len(good) // 4 + 1]:
        draft.keep("B04", row, org_rating="HTXSNV")
    draft.cells.append(draft.table("B04").sheet)


_SCORES = {"HTTNV": 80.0, "HTNV": 60.0, "KHTNV": 40.0}


def _scored(draft: Draft) -> None:
    _all_caps_met(draft)
    for row in range(len(draft.table("B04").rows)):
        rating = str(draft.value("B04", row, "org_rating"))
        if rating in _SCORES:
            draft.keep("B04", row, org_score=_SCORES[rating])


@breaks("V036", variant="scheme", prepare=_scored)
def _score_of_another_rating(draft: Draft) -> None:
    row = draft.pick("B04", lambda r: draft.value("B04", r, "org_score") is not None)
    draft.put("B04", row, org_score=95.0)


@breaks("V037", "V053")
def _excellent_with_discipline(draft: Draft) -> None:
    row = draft.pick("B04", lambda r: draft.value("B04", r, "org_rating") in ("HTXSNV", "HTTNV"))
    other = draft.same("B04", "B06", row)
    draft.put("B04", row, org_rating="HTXSNV")
    draft.raised("B06", other, "orgs_disciplined")
    draft.more("B06", other, "orgs_warning")


@breaks("V038")
def _other_cut_off_day(draft: Draft) -> None:
    row = draft.pick("B04", lambda r: draft.count("B01", draft.same("B04", "B01", r), "closing_members") >= 0)
    draft.raised("B04", row, "members_total")
    draft.more("B04", row, "members_exempt")


@breaks("V039")
def _disciplined_rated_better(draft: Draft) -> None:
    row = draft.pick("B06", lambda r: draft.same("B06", "B04", r) >= 0)
    other = draft.same("B06", "B04", row)
    stayed = draft.count("B06", row, "members_disciplined") - draft.count("B06", row, "members_expelled")
    by = draft.count("B04", other, "members_not_completed") - stayed + 1
    draft.raised("B06", row, "members_disciplined", by)
    draft.more("B06", row, "members_reprimand", "by_cell", by=by)


@breaks("V060")
def _exempt_members_rated(draft: Draft) -> None:
    def by(row: int) -> int:
        other, third = draft.same("B04", "B01", row), draft.same("B04", "B06", row)
        spared = draft.count("B04", row, "members_exempt") + draft.count("B04", row, "members_not_rated")
        return (
            spared
            - draft.count("B06", third, "members_suspended")
            + 1
            - draft.count("B01", other, "closing_exempt")
        )

    def suits(row: int) -> bool:
        other = draft.same("B04", "B01", row)
        exempt, members = (draft.count("B01", other, c) for c in ("closing_exempt", "closing_members"))
        return by(row) > 0 and exempt + by(row) <= members

    row = draft.pick("B04", suits)
    draft.raised("B01", draft.same("B04", "B01", row), "closing_exempt", by(row))
