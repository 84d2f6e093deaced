"""The workbooks that tell clerks of decisions.

What belongs here: which of them are missing, and writing them from what is recorded. What does not: what they
say (`returns/`).
"""

from dataclasses import replace

from ingestion.pipeline.desk import Desk, written
from ingestion.pipeline.readings import kept_readings
from ingestion.pipeline.work import marked
from ingestion.records.faults import Fault
from ingestion.records.findings import Judgement
from ingestion.returns import Answer, findings_alone
from ingestion.returns.answers import answer_to, untold_decisions


def tell_decisions(desk: Desk) -> dict[str, str]:
    """Write the workbook of each decision that has none.

    Called before anything goes into the ledger, too, which makes up for what a process that died after a
    decision left unwritten. Where the filed workbook cannot be marked, its clerk is told without it, since the
    decision stands.

    Returns:
        The technical text of the fault by submission, where the filed workbook could not be marked.
    """
    faults: dict[str, str] = {}
    for name, record in desk.state.submissions.items():
        if not record.decisions or record.verdict is None:
            continue
        counting = desk.state.effective(record.key.unit, record.key.period)
        untold = untold_decisions(desk.home, record, counting.key if counting else None)
        if not untold:
            continue
        submission, fault = kept_readings.submission(desk.landing, record, desk.catalogue)
        judgement = Judgement(record.verdict, list(record.outcomes), list(record.findings))
        answer = answer_to(submission, judgement, desk.registry)
        for decision in untold:
            told = replace(answer, decision=decision)
            data = fault or _marked(desk, record.file, record.sha256, told)
            if isinstance(data, Fault):
                faults[name] = data.technical
                data = findings_alone(told, desk.catalogue)
            if (obstacle := written(desk.home, told, data)) is not None:
                faults[name] = obstacle.technical
    return faults


def _marked(desk: Desk, file: str, sha256: str, answer: Answer) -> bytes | Fault:
    return next(marked([(desk.landing.path(file), sha256, answer)], desk.catalogue))
