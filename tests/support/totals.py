"""A stand-in for the gate: one rule, D = A, so that tests of the pipeline speak of the pipeline alone.

What belongs here: nothing else, for the processes that work on files import it.
"""

from collections.abc import Sequence

from ingestion.gate import GateContext, Judged
from ingestion.records.findings import Finding, Judgement, Outcome, OutcomeStatus, Verdict
from ingestion.records.submissions import Submission, SubmissionKey


def judge_by_totals(submissions: Sequence[Submission], context: GateContext) -> Judged:
    """Stand in for the gate: one rule, D = A, so that these tests speak of the pipeline alone."""
    judged: dict[SubmissionKey, Judgement] = {}
    for submission in submissions:
        table = submission.reading.tables.get("B01")
        if not submission.reading.is_readable or table is None:
            judged[submission.key] = Judgement(Verdict.UNREADABLE)
            continue
        findings = [
            Finding("V014", "error", "B01", table.cell(row, "closing_members"), "", "", "sai", "wrong")
            for row in table.rows
            if row.values["closing_members"] != row.values["opening_members"]
        ]
        status = OutcomeStatus.FAIL if findings else OutcomeStatus.PASS
        outcomes = [Outcome("V014", status), Outcome("V015", OutcomeStatus.NOT_RUN, "no earlier period")]
        role = submission.reading.cover.values.get("preparer_role") if submission.reading.cover else None
        sound = Verdict.ON_HOLD if context.is_locked(submission) else Verdict.ACCEPTED
        verdict = Verdict.NEEDS_EXPLANATION if role == "doubtful" else sound
        judged[submission.key] = Judgement(Verdict.REJECTED if findings else verdict, outcomes, findings)
    return Judged(judged, {})
