"""Verdicts held against earlier figures again, after those were corrected.

What belongs here: the order of steps and what is recorded. What does not: which verdicts and what differs
(`reexamination.py`).
"""

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime

from ingestion.bronze import BronzeHistory
from ingestion.catalogue import Catalogue
from ingestion.gate import GateContext, rules_version
from ingestion.home import Home
from ingestion.landing import Landing
from ingestion.ledger import Ledger, LedgerWriter, Reexamined, SubmissionRecord
from ingestion.pipeline.judging import judge_safely
from ingestion.pipeline.notices import write_alerts
from ingestion.pipeline.readings import kept_readings
from ingestion.reexamination import difference, due
from ingestion.registry import Registry


@dataclass
class ReexaminationReport:
    """What became of verdicts that rest on corrected figures.

    Attributes:
        standing: submissions of which the same would be found today.
        questioned: submissions whose verdict has become an open question.
        failures: submissions that could not be judged again for a fault of the program, with the technical
            text; the next run tries again.
    """

    standing: list[str] = field(default_factory=list)
    questioned: list[str] = field(default_factory=list)
    failures: dict[str, str] = field(default_factory=dict)


def reexamine(home: Home, registry: Registry, catalogue: Catalogue, now: datetime) -> ReexaminationReport:
    """Hold against earlier figures again what was judged before they were corrected; bronze must be up to date.

    Raises:
        LedgerError: the ledger is held by another process or damaged.
    """
    with Ledger(home.ledger).writing() as ledger:
        return reexamine_due(home, registry, catalogue, ledger, now)


def reexamine_due(
    home: Home, registry: Registry, catalogue: Catalogue, ledger: LedgerWriter, now: datetime
) -> ReexaminationReport:
    """Do it while the ledger is held."""
    report = ReexaminationReport()
    found = {str(one.record.key): one for one in due(ledger.state, registry)}
    history = BronzeHistory(home.bronze, catalogue, ledger.state)
    context = GateContext(registry, catalogue, history, now, ledger.state.locks)
    events = []
    for batch in _batches([one.record for one in found.values()]):
        submissions = list(kept_readings.submissions(Landing(home), batch, catalogue))
        judgements = judge_safely(submissions, context, "masks", report.failures)
        for record in batch:
            if record.key in judgements:
                appeared, gone = difference(record, judgements[record.key], catalogue)
                because = found[str(record.key)].because
                name = str(record.key)
                events.append(Reexamined(name, because, rules_version(), appeared, gone, now))
                (report.questioned if appeared or gone else report.standing).append(name)
    ledger.append(events)
    write_alerts(home, registry, ledger.state, now)
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
