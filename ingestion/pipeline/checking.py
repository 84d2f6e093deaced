"""What the gate would say of files, with nothing stored.

What belongs here: how files are put into batches as they would be once landed. What does not: the gate itself.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from ingestion.catalogue import Catalogue
from ingestion.findings import Judgement
from ingestion.gate import EmptyHistory, GateContext, History, judge
from ingestion.ledger import UNKNOWN_PERIOD
from ingestion.locks import Locks
from ingestion.reading.many import Source, read_many
from ingestion.registry import NO_REGISTRY, Registry
from ingestion.returning import answer_to
from ingestion.returns import marked_workbook
from ingestion.signing import examined
from ingestion.submissions import Problem, Reading, Submission, SubmissionKey
from ingestion.workbook.carried import from_workbook

UNKNOWN_UNIT = "unknown"
"""Stands for the unit of a checked file whose cover does not tell it."""

_TIMELESS = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class CheckResult:
    """What the gate would say of a file.

    Attributes:
        registry: what was known of the registry when it was judged.
        is_locked: whether the period was over for the unit.
        carried_notes: why what a template carries could not be used.
    """

    path: Path
    key: SubmissionKey
    reading: Reading
    judgement: Judgement
    registry: Registry
    is_locked: bool
    carried_notes: tuple[Problem, ...] = ()


def check_files(
    paths: Sequence[Path],
    catalogue: Catalogue,
    registry: Registry | None,
    as_of: datetime | None,
    history: History | None = None,
    *,
    template_key: bytes | None = None,
    locks: Locks | None = None,
) -> list[CheckResult]:
    """Say what the gate would say of files, in their order, with nothing stored.

    Files of one period are judged together; several of one unit count as its revisions in this order. Without
    `as_of`, rules that need the clock do not run; without `history`, rules that need earlier periods do not.
    With the key of the data team, the signatures of templates are examined. Without a registry, a template is
    judged by what it carries of it, and rules that need more than is known are not run. `locks` are what was
    closed and reopened by hand; without a clock nothing is locked.
    """
    known = registry or NO_REGISTRY
    context = GateContext(known, catalogue, history or EmptyHistory(), as_of, locks or Locks())
    on_their_own: list[tuple[Submission, GateContext]] = []
    carried_notes: dict[SubmissionKey, tuple[Problem, ...]] = {}
    keys: list[SubmissionKey] = []
    batches: dict[str, list[Submission]] = {}
    revisions: Counter[tuple[str, str]] = Counter()
    for read in read_many([Source(path, path.resolve().name) for path in paths], catalogue):
        reading = examined(read.reading, template_key)
        cover = reading.cover
        unit = (cover.reporting_org_code if cover else None) or UNKNOWN_UNIT
        period = cover.period.code if cover and cover.period else UNKNOWN_PERIOD
        revisions[unit, period] += 1
        key = SubmissionKey(unit, period, revisions[unit, period])
        keys.append(key)
        submission = Submission(key, "", as_of or _TIMELESS, reading)
        if registry is None and reading.carried:
            carried = from_workbook(reading, catalogue)
            carried_notes[key] = carried.notes
            submission.reading = replace(reading, notes=[*reading.notes, *carried.notes])
            own = replace(context, registry=carried.registry, history=history or carried.history)
            on_their_own.append((submission, own))
        else:
            batches.setdefault(period, []).append(submission)
    judged = [(batch, context) for batch in batches.values()] + [([one], own) for one, own in on_their_own]
    results: dict[SubmissionKey, CheckResult] = {}
    names = dict(zip(keys, paths, strict=True))
    for batch, own in judged:
        judgements = judge(batch, own, engine="masks")
        for submission in batch:
            key = submission.key
            results[key] = CheckResult(
                names[key],
                key,
                submission.reading,
                judgements[key],
                own.registry,
                own.is_locked(submission),
                carried_notes.get(key, ()),
            )
    return [results[key] for key in keys]


def return_of(result: CheckResult, catalogue: Catalogue) -> bytes:
    """Make the marked workbook of a checked file; nothing of it is stored here."""
    submission = Submission(result.key, "", _TIMELESS, result.reading)
    answer = answer_to(submission, result.judgement, result.registry, is_trial=True, is_locked=result.is_locked)
    return marked_workbook(result.path, answer, catalogue)
