"""What the gate would say of files, with nothing stored.

What belongs here: how files are put into batches as they would be once landed. What does not: the gate itself.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from ingestion.catalogue import Catalogue
from ingestion.faults import Fault
from ingestion.filenames import clean_name
from ingestion.findings import Judgement, Verdict
from ingestion.gate import EmptyHistory, GateContext, History
from ingestion.ledger import UNKNOWN_PERIOD
from ingestion.pipeline.work import examined, judged, marked
from ingestion.reading.many import Source, read_many
from ingestion.registry import Registry
from ingestion.returning import answer_to
from ingestion.returns import Answer, apology
from ingestion.submissions import Reading, Submission, SubmissionKey
from ingestion.workbook.carried import from_workbook

UNKNOWN_UNIT = "unknown"
"""Stands for the unit of a checked file whose cover does not tell it."""

_TIMELESS = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class CheckResult:
    """What the gate would say of a file.

    Attributes:
        judgement: None where the product failed on the file, which says nothing of the file.
        fault: how it failed; None where it did not.
    """

    path: Path
    key: SubmissionKey
    reading: Reading
    judgement: Judgement | None
    fault: Fault | None = None

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
) -> list[CheckResult]:
    """Say what the gate would say of files, in their order, with nothing stored.

    Files of one period are judged together; several of one unit count as its revisions in this order. Without
    `as_of`, rules that need the clock do not run; without `history`, rules that need earlier periods do not.
    With the key of the data team, the signatures of templates are examined. Without a registry, a template is
    judged by what it carries of it.
    """
    context = GateContext(registry or _no_registry(), catalogue, history or EmptyHistory(), as_of)
    submissions: list[Submission] = []
    faults: dict[SubmissionKey, Fault] = {}
    revisions: Counter[tuple[str, str]] = Counter()
    for read in read_many([Source(path, clean_name(path.resolve().name)) for path in paths], catalogue):
        reading = read.reading
        outcome = read.fault or examined(reading, template_key)
        cover = reading.cover
        unit = (cover.reporting_org_code if cover else None) or UNKNOWN_UNIT
        period = cover.period.code if cover and cover.period else UNKNOWN_PERIOD
        revisions[unit, period] += 1
        key = SubmissionKey(unit, period, revisions[unit, period])
        reading = reading if isinstance(outcome, Fault) else outcome
        submissions.append(Submission(key, "", as_of or _TIMELESS, reading))
        if isinstance(outcome, Fault):
            faults[key] = outcome
    judgements: dict[SubmissionKey, Judgement] = {}
    for batch, own in _batches([s for s in submissions if s.key not in faults], context, registry, history):
        found, broken = judged(batch, own, "masks")
        judgements |= found
        faults |= broken
    return [
        CheckResult(path, s.key, s.reading, judgements.get(s.key), faults.get(s.key))
        for path, s in zip(paths, submissions, strict=True)
    ]


def _batches(
    submissions: Sequence[Submission],
    context: GateContext,
    registry: Registry | None,
    history: History | None,
) -> Iterator[tuple[list[Submission], GateContext]]:
    """Give what is judged together, and by what: a period's files, but each on its own by what it carries."""
    batches: dict[str, list[Submission]] = {}
    for submission in submissions:
        if registry is None and submission.reading.carried:
            carried = from_workbook(submission.reading)
            own = replace(context, registry=carried[0], history=history or carried[1]) if carried else context
            yield [submission], own
        else:
            batches.setdefault(submission.key.period, []).append(submission)
    yield from ((batch, context) for batch in batches.values())


def returns_of(
    results: Sequence[CheckResult], catalogue: Catalogue, registry: Registry | None
) -> Iterator[tuple[CheckResult, bytes]]:
    """Make the marked workbooks of checked files; nothing of them is stored here.

    Returns:
        Each result, without a judgement where the product failed to mark it, and the workbook that tells of it.
    """
    answers = [_answer(result, registry) for result in results]
    jobs = [
        (result.path, "", answer)
        for result, answer in zip(results, answers, strict=True)
        if result.judgement is not None
    ]
    returned = marked(jobs, catalogue)
    for result, answer in zip(results, answers, strict=True):
        data = next(returned) if result.judgement is not None else None
        if isinstance(data, Fault):
            yield replace(result, judgement=None, fault=data), apology(answer)
        else:
            yield result, apology(answer) if data is None else data


def _answer(result: CheckResult, registry: Registry | None) -> Answer:
    submission = Submission(result.key, "", _TIMELESS, result.reading)
    if registry is None and (carried := from_workbook(result.reading)):
        registry, _ = carried
    judgement = result.judgement or Judgement(Verdict.UNREADABLE)
    return answer_to(submission, judgement, registry, is_trial=True)


def _no_registry() -> Registry:
    """Give a registry that knows nobody, for a check outside any state folder."""
    return Registry(Path(), (), (), (), (), (), ())
