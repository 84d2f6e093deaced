"""What is done with submissions in processes of their own.

What belongs here: one function for each piece of such work, its bounds, and finding out on which submission of
a batch it fails. What does not: the processes (`ingestion.bounded`), and what is recorded of the outcome.
"""

import traceback
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

from ingestion.bounded import Bounds, WorkError, workers
from ingestion.bronze.accepted import BronzeError, Filed, PeriodRows, rows_of_period
from ingestion.definitions import signing
from ingestion.definitions.catalogue import Catalogue
from ingestion.gate import Engine, GateContext, Judged, RuleError, judge_with_results
from ingestion.landing.originals import check_original
from ingestion.reading.many import MANY, fault_of, given
from ingestion.records.faults import Cause, Fault, Step
from ingestion.records.submissions import Reading, Submission, SubmissionKey
from ingestion.returns import Answer, marked_workbook

MARKING = Bounds(seconds=60, megabytes=1536)
"""What marking one workbook may use."""

ALONE = Bounds(seconds=30, megabytes=2048)
"""What one submission may use, when it is asked on which of a batch the work fails."""

_BATCH_MEGABYTES = 8192
_BATCH_SECONDS = 0.5
"""Of processor time for each submission of a batch, besides what one may use."""


def batch_bounds(size: int) -> Bounds:
    """Give what a batch of so many submissions may use, all of them together."""
    return Bounds(ALONE.seconds + size * _BATCH_SECONDS, _BATCH_MEGABYTES)


_One = TypeVar("_One")


def marked(jobs: Sequence[tuple[Path, str, Answer]], catalogue: Catalogue) -> Iterator[bytes | Fault]:
    """Mark workbooks, in their order, on all processors where there are many.

    Args:
        jobs: for each the original's path, the hash of its bytes (blank for a file that is only checked) and
            what is said of it.
        catalogue: the forms.
    """
    arguments = [(*job, given(catalogue)) for job in jobs]
    for outcome in workers.map(_mark, arguments, bounds=MARKING, many=MANY):
        yield fault_of(Step.MARK, outcome) if isinstance(outcome, WorkError) else outcome


def _mark(path: Path, sha256: str, answer: Answer, catalogue: Catalogue) -> bytes:
    if sha256:
        check_original(path, sha256)
    return marked_workbook(path, answer, catalogue)


def examined(reading: Reading, template_key: bytes | None) -> Reading | Fault:
    """Give a reading with what its template's signature says, or how the product failed to look at it."""
    try:
        return signing.examined(reading, template_key)
    except Exception:
        return Fault(Step.READ, Cause.ERROR, traceback.format_exc())


def judged(
    submissions: Sequence[Submission], context: GateContext, engine: Engine
) -> tuple[Judged, dict[SubmissionKey, Fault]]:
    """Judge a batch; submissions on which the gate fails are left out, and the others judged without them.

    Raises:
        RuleError: the rules themselves are broken; no submission has anything to do with it.
        BronzeError: what was accepted of earlier periods cannot be read.
    """

    def work(some: Sequence[Submission], bounds: Bounds) -> Judged:
        arguments = (list(some), context, given(context.catalogue), engine)
        found: Judged = workers.call(_judge, *arguments, bounds=bounds)
        return found

    found, faults = _without_culprits(submissions, work, Step.JUDGE)
    return found or Judged({}, {}), {submission.key: fault for submission, fault in faults}


def _judge(
    submissions: Sequence[Submission], context: GateContext, catalogue: Catalogue, engine: Engine
) -> Judged:
    # The same object each time: what follows from it is made once.
    return judge_with_results(submissions, replace(context, catalogue=catalogue), engine=engine)


def rows(period: str, filed: Sequence[Filed], catalogue: Catalogue) -> tuple[PeriodRows, dict[str, Fault]]:
    """Give the rows of a period as files, without the submissions of which none can be made."""

    def work(some: Sequence[Filed], bounds: Bounds) -> PeriodRows:
        made: PeriodRows = workers.call(_rows, period, list(some), given(catalogue), bounds=bounds)
        return made

    made, faults = _without_culprits(filed, work, Step.BRONZE)
    return made or PeriodRows(period), {str(one.record.key): fault for one, fault in faults}


def _rows(period: str, filed: Sequence[Filed], catalogue: Catalogue) -> PeriodRows:
    return rows_of_period(catalogue, period, filed)


def _without_culprits(
    batch: Sequence[_One], work: Callable[[Sequence[_One], Bounds], Any], step: Step
) -> tuple[Any, list[tuple[_One, Fault]]]:
    """Do work on a batch; where it fails, leave out what it fails on and do it on the rest, as one batch.

    What is usual in a batch depends on all of it, so that the rest is never done one by one.
    """
    rest: list[_One] = list(batch)
    faults: list[tuple[_One, Fault]] = []
    while rest:
        try:
            return work(rest, batch_bounds(len(rest))), faults
        except WorkError as error:
            _raise_what_is_everybodys(error)
            culprits = _culprits(rest, work, step) or [_last_of_least(rest, work, step, error)]
        faults += culprits
        guilty = {id(one) for one, _ in culprits}
        rest = [one for one in rest if id(one) not in guilty]
    return None, faults


def _culprits(
    batch: Sequence[_One], work: Callable[[Sequence[_One], Bounds], Any], step: Step
) -> list[tuple[_One, Fault]]:
    """Give those on which the work fails even without the others."""
    found = []
    for one in batch:
        try:
            work([one], ALONE)
        except WorkError as error:
            found.append((one, fault_of(step, error)))
    return found


def _last_of_least(
    batch: Sequence[_One], work: Callable[[Sequence[_One], Bounds], Any], step: Step, error: WorkError
) -> tuple[_One, Fault]:
    """Give the one with which the work begins to fail, where it fails on none alone."""
    sound, failing = 1, len(batch)
    while failing - sound > 1:
        middle = (sound + failing) // 2
        try:
            work(batch[:middle], batch_bounds(middle))
            sound = middle
        except WorkError as found:
            failing, error = middle, found
    return batch[failing - 1], fault_of(step, error)


def _raise_what_is_everybodys(error: WorkError) -> None:
    """Raise what has nothing to do with any submission: rules that are none, bronze that cannot be read."""
    if isinstance(error.error, RuleError | BronzeError):
        raise error.error
