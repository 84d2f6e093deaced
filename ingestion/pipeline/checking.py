"""What the gate would say of files, with nothing stored.

What belongs here: how files are put into batches as they would be once landed. What does not: the gate itself.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path

from ingestion.catalogue import Catalogue
from ingestion.filenames import clean_name
from ingestion.findings import Judgement
from ingestion.gate import EmptyHistory, GateContext, History, judge
from ingestion.ledger import UNKNOWN_PERIOD
from ingestion.reading.many import Source, read_many
from ingestion.registry import Registry
from ingestion.returning import answer_to
from ingestion.returns import marked_workbook
from ingestion.signing import examined
from ingestion.submissions import Reading, Submission, SubmissionKey
from ingestion.workbook.carried import from_workbook

UNKNOWN_UNIT = "unknown"
"""Stands for the unit of a checked file whose cover does not tell it."""

_TIMELESS = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True)
class CheckResult:
    """What the gate would say of a file."""

    path: Path
    key: SubmissionKey
    reading: Reading
    judgement: Judgement


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
    on_their_own: list[Submission] = []
    keys: list[SubmissionKey] = []
    batches: dict[str, list[Submission]] = {}
    revisions: Counter[tuple[str, str]] = Counter()
    for read in read_many([Source(path, clean_name(path.resolve().name)) for path in paths], catalogue):
        reading = examined(read.reading, template_key)
        cover = reading.cover
        unit = (cover.reporting_org_code if cover else None) or UNKNOWN_UNIT
        period = cover.period.code if cover and cover.period else UNKNOWN_PERIOD
        revisions[unit, period] += 1
        key = SubmissionKey(unit, period, revisions[unit, period])
        keys.append(key)
        submission = Submission(key, "", as_of or _TIMELESS, reading)
        if registry is None and reading.carried:
            on_their_own.append(submission)
        else:
            batches.setdefault(period, []).append(submission)
    judgements: dict[SubmissionKey, Judgement] = {}
    for batch in batches.values():
        judgements |= judge(batch, context, engine="masks")
    for submission in on_their_own:
        carried = from_workbook(submission.reading)
        own = replace(context, registry=carried[0], history=history or carried[1]) if carried else context
        judgements |= judge([submission], own, engine="masks")
    submissions = [*(s for batch in batches.values() for s in batch), *on_their_own]
    readings = {submission.key: submission.reading for submission in submissions}
    return [
        CheckResult(path, key, readings[key], judgements[key]) for path, key in zip(paths, keys, strict=True)
    ]


def return_of(result: CheckResult, catalogue: Catalogue, registry: Registry | None) -> bytes:
    """Make the marked workbook of a checked file; nothing of it is stored here."""
    submission = Submission(result.key, "", _TIMELESS, result.reading)
    if registry is None and (carried := from_workbook(result.reading)):
        registry, _ = carried
    answer = answer_to(submission, result.judgement, registry, is_trial=True)
    return marked_workbook(result.path, answer, catalogue)


def _no_registry() -> Registry:
    """Give a registry that knows nobody, for a check outside any state folder."""
    return Registry(Path(), (), (), (), (), (), ())
