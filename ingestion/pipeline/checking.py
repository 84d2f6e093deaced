"""What the gate would say of files, with nothing stored.

What belongs here: how files are put into batches as they would be once landed. What does not: the gate itself.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from ingestion.definitions.catalogue import Catalogue
from ingestion.definitions.locks import Locks
from ingestion.definitions.registry import NO_REGISTRY, Registry
from ingestion.gate import EmptyHistory, GateContext, History
from ingestion.landing.events import UNKNOWN_PERIOD
from ingestion.pipeline.work import examined, judged, marked
from ingestion.reading.many import Source, read_many
from ingestion.records.faults import Fault
from ingestion.records.findings import Judgement, Verdict
from ingestion.records.submissions import Problem, Reading, Submission, SubmissionKey
from ingestion.returns import Answer, apology
from ingestion.returns.answers import answer_to
from ingestion.storage.filenames import clean_name
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
        judgement: None where the product failed on the file, which says nothing of the file.
        fault: how it failed; None where it did not.
        carried_notes: why what a template carries could not be used.
    """

    path: Path
    key: SubmissionKey
    reading: Reading
    registry: Registry
    is_locked: bool = False
    judgement: Judgement | None = None
    fault: Fault | None = None
    carried_notes: tuple[Problem, ...] = ()

    @property
    def verdict(self) -> Verdict | None:
        """What the gate would say; None where the product failed."""
        return self.judgement.verdict if self.judgement else None


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
    results: dict[SubmissionKey, CheckResult] = {}
    batches: dict[str, list[Submission]] = {}
    judging: list[tuple[list[Submission], GateContext]] = []
    revisions: Counter[tuple[str, str]] = Counter()
    sources = [Source(path, clean_name(path.resolve().name)) for path in paths]
    for path, read in zip(paths, read_many(sources, catalogue), strict=True):
        reading = read.reading
        outcome = read.fault or examined(reading, template_key)
        cover = reading.cover
        unit = (cover.reporting_org_code if cover else None) or UNKNOWN_UNIT
        period = cover.period.code if cover and cover.period else UNKNOWN_PERIOD
        revisions[unit, period] += 1
        key = SubmissionKey(unit, period, revisions[unit, period])
        if isinstance(outcome, Fault):
            results[key] = CheckResult(path, key, reading, known, fault=outcome)
            continue
        submission, own = Submission(key, "", as_of or _TIMELESS, outcome), context
        notes: tuple[Problem, ...] = ()
        if registry is None and outcome.carried:
            carried = from_workbook(outcome, catalogue)
            notes = carried.notes
            submission.reading = replace(outcome, notes=[*outcome.notes, *notes])
            own = replace(context, registry=carried.registry, history=history or carried.history)
            judging.append(([submission], own))
        else:
            batches.setdefault(period, []).append(submission)
        is_locked = own.is_locked(submission)
        results[key] = CheckResult(
            path, key, submission.reading, own.registry, is_locked=is_locked, carried_notes=notes
        )
    judging += [(batch, context) for batch in batches.values()]
    for batch, own in judging:
        found, broken = judged(batch, own, "masks")
        for key, judgement in found.judgements.items():
            results[key] = replace(results[key], judgement=judgement)
        for key, fault in broken.items():
            results[key] = replace(results[key], fault=fault)
    return list(results.values())


def returns_of(results: Sequence[CheckResult], catalogue: Catalogue) -> Iterator[tuple[CheckResult, bytes]]:
    """Make the marked workbooks of checked files; nothing of them is stored here.

    Returns:
        Each result, without a judgement where the product failed to mark it, and the workbook that tells of it.
    """
    answers = [_answer(result) for result in results]
    jobs = [
        (result.path, "", answer)
        for result, answer in zip(results, answers, strict=True)
        if result.judgement is not None
    ]
    returned = marked(jobs, catalogue)
    for result, answer in zip(results, answers, strict=True):
        data = next(returned) if result.judgement is not None else None
        if isinstance(data, Fault):
            yield replace(result, judgement=None, fault=data), apology(answer, "trial")
        else:
            yield result, apology(answer, "trial") if data is None else data


def _answer(result: CheckResult) -> Answer:
    submission = Submission(result.key, "", _TIMELESS, result.reading)
    judgement = result.judgement or Judgement(Verdict.UNREADABLE)
    return answer_to(submission, judgement, result.registry, is_trial=True, is_locked=result.is_locked)
