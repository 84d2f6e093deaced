"""Faults for `rules/members.yml`: members and their flows.

What belongs here: which cells are changed, which of them break a rule, and which other rules must follow. What
does not: faults for rules of other files.
"""

from datetime import timedelta

from demo.faults.base import MOVED_FORM, MOVED_ON, breaks
from demo.faults.draft import Draft, UnsuitedError
from ingestion.records.periods import Period, PeriodKind

_LINE = ("line_code", "document_code")


@breaks("V012")
def _part_of_increase(draft: Draft) -> None:
    column = draft.one_of("in_transfer_other_province", "in_transfer_same_province", "in_restored")
    draft.raised("B01", draft.pick("B01"), column)


@breaks("V013")
def _part_of_decrease(draft: Draft) -> None:
    column = draft.one_of(
        "out_deceased",
        "out_struck_off",
        "out_resigned",
        "out_transfer_other_province",
        "out_transfer_same_province",
    )
    draft.raised("B01", draft.pick("B01"), column)


@breaks("V014", "V020 V038 V057")
def _closing(draft: Draft) -> None:
    draft.raised("B01", draft.pick("B01", lambda r: draft.is_alive("B01", r)), "closing_members")


@breaks("V015", "V057")
def _opening_of_members(draft: Draft) -> None:
    period = draft.period.previous_year

    def suits(row: int) -> bool:
        past = draft.earlier("B01", period, row, "closing_members")
        return past == draft.count("B01", row, "opening_members")

    row = draft.pick("B01", suits)
    draft.raised("B01", row, "opening_members")
    draft.more("B01", row, "out_transfer_other_province", "out_total")


@breaks("V015")
def _opening_of_lines(draft: Draft) -> None:
    draft.filed_before("B03", draft.period.previous_year)
    row = draft.pick("B03", lambda r: draft.count("B03", r, "opening_count") >= 0)
    draft.raised("B03", row, "opening_count")
    draft.more("B03", row, "handed_over")
    draft.keep("B03", row, legal_document="Quyết định số 11-QĐ/TU, ngày 02/3/2020")


@breaks("V016")
def _shrinking_flow(draft: Draft) -> None:
    column = draft.one_of("out_deceased", "out_resigned", "out_struck_off")
    period = draft.period.previous_cumulative

    def suits(row: int) -> bool:
        limit = draft.count("B01", row, "out_struck_off_probationary") if column == "out_struck_off" else 0
        return draft.earlier("B01", period, row, column) > limit

    row = draft.pick("B01", suits)
    past = draft.earlier("B01", period, row, column)
    by = draft.count("B01", row, column) - past + 1
    draft.put("B01", row, **{column: past - 1})
    draft.more("B01", row, "out_transfer_other_province", by=by)


@breaks("V016")
def _shrinking_flow_of_lines(draft: Draft) -> None:
    """Let what grows on a fixed line fall below what was reported before, and nothing else with it."""
    if draft.period.kind is not PeriodKind.YEAR:
        raise UnsuitedError("the form is filed for half-years")
    past = draft.filed_before("B08", Period(PeriodKind.HALF, draft.period.year, draft.period.year))
    row = draft.pick("B08", lambda r: str(draft.value("B08", r, "line_code")).startswith("SH"))
    same = past[(past[list(_LINE)] == [draft.value("B08", row, code) for code in _LINE]).all(axis="columns")]
    before = same["participated"].tolist()
    if len(before) != 1 or not before[0]:
        raise UnsuitedError("no earlier row")
    draft.put("B08", row, participated=int(before[0]) - 1)
    draft.keep("B08", row, pct=None)


@breaks("V065", variant="moved")
def _overlapping_rows(draft: Draft) -> None:
    """Let figures run from 1 January though an organisation was reported by another unit until it came."""
    unit, day = draft.submission.key.unit, MOVED_ON - timedelta(days=1)
    if (
        draft.days.first.year != MOVED_ON.year
        or draft.days.last < MOVED_ON
        or draft.period.kind is PeriodKind.TERM
    ):
        raise UnsuitedError("nothing came yet")

    def came(row: int) -> bool:
        before = draft.context.registry.organisation_at(str(draft.value(MOVED_FORM, row, "org_code")), day)
        return before is not None and before.parent_code != unit

    row = draft.pick(MOVED_FORM, came)
    draft.first_day(draft.days.first)
    draft.cells.clear()
    draft.touch(MOVED_FORM, row)
    draft.accuse(MOVED_FORM, row, "org_code")


@breaks("V017")
def _part_of_members(draft: Draft) -> None:
    column = draft.one_of(
        "closing_female",
        "closing_ethnic_minority",
        "closing_religious",
        "closing_youth_union",
        "closing_age_18_30",
    )
    row = draft.pick("B01")
    draft.put("B01", row, **{column: draft.count("B01", row, "closing_members") + 1})


@breaks("V017")
def _part_of_struck_off(draft: Draft) -> None:
    row = draft.pick("B01")
    draft.put("B01", row, out_struck_off_probationary=draft.count("B01", row, "out_struck_off") + 1)


@breaks("V018", "V016")
def _internal_transfer(draft: Draft) -> None:
    other = draft.one_of("in_transfer_other_province", "in_transfer_same_province")
    row = draft.pick("B01", lambda r: draft.count("B01", r, other) > 0)
    draft.more("B01", row, "in_transfer_internal")
    draft.more("B01", row, other, by=-1)
    draft.accuse_total("B01", "in_transfer_internal")


@breaks("V019", "V026")
def _two_official_members(draft: Draft) -> None:
    row = draft.pick("B01", lambda r: draft.is_alive("B01", r))
    draft.put("B01", row, closing_probationary=draft.count("B01", row, "closing_members") - 2)


@breaks("V020", "V038 V057")
def _cell_too_large(draft: Draft) -> None:
    row = draft.pick("B01", lambda r: draft.is_type("B01", r, "CHI_BO_CO_SO"))
    by = 30 - draft.count("B01", row, "closing_members")
    draft.raised("B01", row, "closing_members", by)
    draft.more("B01", row, "in_transfer_other_province", "in_total", by=by)


@breaks("V026")
def _too_many_confirmed(draft: Draft) -> None:
    own = draft.filed_before("B01", draft.period.previous_year)
    admitted = sum(draft.count("B02", r, "admitted_total") for r in range(len(draft.table("B02").rows)))
    by = int(own["closing_probationary"].sum()) + admitted
    draft.more("B02", draft.pick("B02"), "confirmed_official", by=by + 1)
    draft.accuse_total("B02", "confirmed_official")


@breaks("V026")
def _too_many_on_probation(draft: Draft) -> None:
    if draft.period.kind is not PeriodKind.YEAR:
        raise UnsuitedError("the last twelve months are not known")
    draft.table("B02")
    row = draft.pick("B01", lambda r: draft.count("B01", r, "closing_members") > 120)
    rows = range(len(draft.table("B01").rows))
    admitted = sum(draft.count("B01", r, "in_admitted") for r in rows)
    on_probation = sum(draft.count("B01", r, "closing_probationary") for r in rows)
    by = int(1.2 * admitted) + 1 - on_probation
    if by + draft.count("B01", row, "closing_probationary") + 3 > draft.count("B01", row, "closing_members"):
        raise UnsuitedError("no organisation is large enough")
    draft.more("B01", row, "closing_probationary", by=by)
    draft.accuse_total("B01", "closing_probationary")
