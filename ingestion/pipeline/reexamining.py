"""Verdicts held against earlier figures again, after those were corrected.

What belongs here: the order of steps and what is recorded. What does not: which verdicts and what differs
(`reexamination.py`).
"""

from collections import defaultdict
from dataclasses import dataclass, field, replace

from ingestion.gate import version_for
from ingestion.landing.events import Reexamined
from ingestion.landing.state import SubmissionRecord
from ingestion.pipeline.change import change
from ingestion.pipeline.desk import Desk, keep_results
from ingestion.pipeline.office import Office
from ingestion.pipeline.readings import kept_readings
from ingestion.pipeline.reexamination import difference, due
from ingestion.pipeline.work import judged
from ingestion.records.faults import Cause, Fault, Step
from ingestion.validations.store import KeptResults


@dataclass
class ReexaminationReport:
    """What became of verdicts that rest on corrected figures.

    Attributes:
        standing: submissions of which the same would be found today.
        questioned: submissions whose verdict has become an open question.
        faults: how the product failed on submissions.
        damaged: what is wrong with the originals of submissions, which wait until that is mended.
        results: what became of what is kept to be shown.
    """

    standing: list[str] = field(default_factory=list)
    questioned: list[str] = field(default_factory=list)
    faults: dict[str, Fault] = field(default_factory=dict)
    damaged: dict[str, str] = field(default_factory=dict)
    results: KeptResults = field(default_factory=KeptResults)


def reexamine(office: Office) -> ReexaminationReport:
    """Hold against earlier figures again what was judged before they were corrected; bronze must be up to date.

    Raises:
        LedgerError: the ledger is held by another process or damaged.
    """
    with change(office) as desk:
        return reexamine_due(desk)


def reexamine_due(desk: Desk) -> ReexaminationReport:
    """Do it while the ledger is held.

    Where the product fails on one, its verdict stands and the failure is recorded, once. One whose original is
    damaged waits until that is mended.
    """
    report = ReexaminationReport()
    found = {str(one.record.key): one for one in due(desk.state, desk.registry)}
    context = desk.gate_context()
    for batch in _batches([one.record for one in found.values()]):
        read = list(kept_readings.submissions(desk.landing, batch, desk.catalogue))
        faults = {str(submission.key): fault for submission, fault in read if fault is not None}
        again, broken = judged([s for s, fault in read if fault is None], context, "gx")
        judgements = again.judgements
        faults |= {str(key): fault for key, fault in broken.items()}
        events = []
        for record in batch:
            if record.key in judgements:
                appeared, gone = difference(record, judgements[record.key], desk.catalogue)
                because = found[str(record.key)].because
                name = str(record.key)
                events.append(Reexamined(name, because, version_for(desk.catalogue), appeared, gone, desk.now))
                (report.questioned if appeared or gone else report.standing).append(name)
        desk.record(events)
        for name, fault in faults.items():
            if fault.cause is Cause.ORIGINAL:
                report.damaged[name] = fault.technical
            else:
                report.faults[name] = replace(fault, step=Step.EXAMINE)
        desk.set_aside({name: fault for name, fault in report.faults.items() if name in faults})
        # What is only shown comes last: whatever befalls it, what was examined is recorded.
        keep_results(desk, again.results, len(judgements), "reexamined")
    report.results = desk.results
    return report


def _batches(records: list[SubmissionRecord]) -> list[list[SubmissionRecord]]:
    """Give batches of one period with one submission a unit: two of a unit would be each other's revisions."""
    batches: dict[tuple[str, int], list[SubmissionRecord]] = defaultdict(list)
    seen: dict[tuple[str, str], int] = defaultdict(int)
    for record in records:
        pair = (record.key.unit, record.key.period)
        batches[record.key.period, seen[pair]].append(record)
        seen[pair] += 1
    return list(batches.values())
