"""Explanations that were accepted in a unit's last period and are to be looked at again with the next one.

What belongs here: which explanation answered which finding, and to which period it is carried as the ledger
stands now (as of a publication, `rpt_explanation_review` says it). What does not: taking
explanations in (`gate/judge.py`) and showing them.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass

from ingestion.landing.state import LedgerState, SubmissionRecord
from ingestion.records.findings import Finding
from ingestion.records.periods import Period
from ingestion.records.text import fold


@dataclass(frozen=True)
class Carried:
    """One explained warning of the period before.

    Attributes:
        period: the unit's newest period, with which it is to be looked at.
        explained_in: the submission that was accepted with it.
        fired_again: whether the rule warns in the newest submission too; None before that was judged.
    """

    unit: str
    period: str
    explained_in: str
    rule: str
    sheet: str
    cell: str
    text: str
    fired_again: bool | None


def explanations_to_review(state: LedgerState, periods: Collection[str]) -> list[Carried]:
    """Give for each unit the explanations of its last accepted period before the newest one that it filed.

    The same is `rpt_explanation_review` in the warehouse, as of what it shows.

    Args:
        state: what the ledger says.
        periods: the codes of the periods that the registry knows; what is filed for another belongs to none.
    """
    filed: dict[str, set[Period]] = {}
    for record in state.submissions.values():
        if record.key.period in periods:
            filed.setdefault(record.key.unit, set()).add(Period.parse(record.key.period))
    return [carried for unit in sorted(filed) for carried in _of_unit(state, unit, filed[unit])]


def _of_unit(state: LedgerState, unit: str, filed: set[Period]) -> Iterator[Carried]:
    newest, *before = sorted(filed, key=lambda period: period.order, reverse=True)
    accepted = (record for period in before if (record := state.effective(unit, period.code)) is not None)
    last = next(accepted, None)
    if last is None:
        return
    current = state.revisions(unit, newest.code)[-1]
    for finding in last.findings:
        if finding.explained:
            text = answer_to(last, finding)
            again = (
                any(f.rule == finding.rule and f.sheet == finding.sheet for f in current.findings)
                if current.judged
                else None
            )
            yield Carried(
                unit, newest.code, str(last.key), finding.rule, finding.sheet, finding.cell, text, again
            )


def answer_to(record: SubmissionRecord, finding: Finding) -> str:
    """Give the text that answered a finding: the one for its cell, or else for its sheet as a whole.

    A clerk may call a sheet by the code of its form, so that another sheet's name does not rule an answer out.
    """
    answers = [e for e in record.explanations if e.rule.strip().upper() == finding.rule and e.text.strip()]
    for place in dict.fromkeys((finding.cell, "")):
        here = [e for e in answers if e.cell.replace("$", "").strip().upper() == place]
        here.sort(key=lambda e: fold(e.sheet) != fold(finding.sheet))
        if here:
            return here[0].text
    return ""
