"""The workbooks that tell clerks of decisions.

What belongs here: which of them are missing, and writing them from what is recorded. What does not: what they
say (`returns/`).
"""

from dataclasses import replace

from ingestion.catalogue import Catalogue
from ingestion.findings import Judgement
from ingestion.home import Home
from ingestion.landing import Landing
from ingestion.ledger import LedgerState
from ingestion.pipeline.readings import kept_readings
from ingestion.registry import Registry
from ingestion.returning import answer_to, untold_decisions, write_return


def tell_decisions(home: Home, registry: Registry, catalogue: Catalogue, state: LedgerState) -> dict[str, str]:
    """Write the workbook of each decision that has none.

    Called before anything goes into the ledger, too, which makes up for what a process that died after a
    decision left unwritten.

    Returns:
        The technical text of the fault by submission, where the filed workbook could not be marked.
    """
    faults: dict[str, str] = {}
    landing = Landing(home)
    for name, record in state.submissions.items():
        if not record.decisions:
            continue
        counting = state.effective(record.key.unit, record.key.period)
        untold = untold_decisions(home, record, counting.key if counting else None)
        if record.verdict is None or not untold:
            continue
        judgement = Judgement(record.verdict, list(record.outcomes), list(record.findings))
        answer = answer_to(kept_readings.submission(landing, record, catalogue), judgement, registry)
        for decision in untold:
            told = replace(answer, decision=decision)
            if technical := write_return(home, landing.path(record.file), told, None, catalogue):
                faults[name] = technical
    return faults
